"""The settings: defaults, what is kept, nonsense in the file, and which Python runs the engine."""

from __future__ import annotations

from pathlib import Path

import pytest
from qgis.core import QgsSettings

from craterbench_qgis.core.settings import RECENT_LIMIT, Settings
from craterbench_qgis.environment import lock, places
from paths import ENGINE_PYTHON

VALUES = {
    "engine_folder": "/home/x/Größe x", "device": "cuda:0", "cuda": True, "wheel_folder": "/w",
    "certificate_file": "/c.pem", "system_certificates": False, "default_top": 7,
    "default_shortlist": 900, "symmetric": True, "default_encoder": "hog", "keeps_earlier": True,
    "default_contexts": [2.5], "default_tokens": 8, "output_folder": "/o",
}  # fmt: skip


def test_defaults(home: Path) -> None:
    settings = Settings()
    folder = Path(settings.engine_folder)
    assert folder == home / ".local/share/craterbench/engine"
    assert "QGIS" not in str(folder)  # no profile and no plugin folder holds it
    assert settings.engine_python == "" and settings.existing_python == ""
    assert settings.device == "auto" and settings.keeps_earlier is False
    assert (settings.default_top, settings.default_shortlist) == (100, 200)
    assert settings.symmetric is False
    assert settings.default_contexts == [2.0, 3.0] and settings.default_tokens is None
    assert settings.default_encoder == "" and settings.recent_indexes == []
    assert settings.output_folder
    assert (settings.cuda, settings.wheel_folder, settings.certificate_file) == (False, "", "")
    assert settings.system_certificates is True


def test_what_is_set_is_kept_for_every_other_reader() -> None:
    settings, reader = Settings(), Settings()
    for name, value in VALUES.items():
        setattr(settings, name, value)
    assert {name: getattr(reader, name) for name in VALUES} == VALUES
    QgsSettings().sync()
    assert Settings().default_contexts == [2.5]
    settings.remove("engine/device")
    assert reader.device == "auto"
    settings.set_value("gallery/size", 120)
    assert int(reader.value("gallery/size")) == 120 and reader.value("none", 3) == 3


def test_recent_indexes_are_few_and_none_is_there_twice() -> None:
    settings, reader = Settings(), Settings()
    for number in range(RECENT_LIMIT + 3):
        settings.add_recent(f"/i/{number}")
    settings.add_recent("/i/9")
    assert reader.recent_indexes[:2] == ["/i/9", f"/i/{RECENT_LIMIT + 2}"]
    assert len(reader.recent_indexes) == RECENT_LIMIT == len(set(reader.recent_indexes))
    settings.remove_recent("/i/9")
    assert "/i/9" not in reader.recent_indexes


@pytest.mark.parametrize("nonsense", ["many", -4, "", "1e99"])
def test_a_number_that_is_none_is_the_default(nonsense: object) -> None:
    for key in ("search/top", "search/shortlist", "build/tokens"):
        QgsSettings().setValue("craterbench/" + key, nonsense)
    settings = Settings()
    assert (settings.default_top, settings.default_shortlist) == (100, 200)
    assert settings.default_tokens is None


@pytest.mark.parametrize("nonsense", ["[1,", "{}", '["a", -1]', "7"])
def test_a_list_that_is_none_is_the_default(nonsense: str) -> None:
    QgsSettings().setValue("craterbench/build/contexts", nonsense)
    QgsSettings().setValue("craterbench/recent_indexes", nonsense)
    assert Settings().default_contexts == [2.0, 3.0]
    assert Settings().recent_indexes in ([], ["a"])


@pytest.mark.parametrize(
    ("text", "flag"), [("true", True), ("false", False), ("1", True), (0, False), ("junk", False)]
)
def test_flags_as_any_version_of_qt_wrote_them(text: object, flag: bool) -> None:
    QgsSettings().setValue("craterbench/search/symmetric", text)
    assert Settings().symmetric is flag


def test_which_interpreter_is_run(home: Path) -> None:
    settings = Settings()
    folder = Path(settings.engine_folder)
    assert settings.engine_python == ""
    python = places.interpreter(folder)
    python.parent.mkdir(parents=True)
    python.touch()
    (folder / "pyvenv.cfg").write_text("home = /usr/bin\nversion = 3.12.4\n")
    assert settings.engine_python == ""  # half-made: not ready
    (folder / places.STAMP).write_text(lock.default_pins().stamp("3.12"))
    assert settings.engine_python == str(python)
    (folder / places.STEP).write_text("torch")  # being repaired
    assert settings.engine_python == ""
    (folder / places.STEP).unlink()
    (folder / places.STAMP).write_text(lock.default_pins().stamp("3.11"))
    assert settings.engine_python == ""  # stale
    settings.existing_python = str(ENGINE_PYTHON)
    assert settings.engine_python == str(ENGINE_PYTHON)  # the user's own comes first
    settings.existing_python = "/gone/python"
    assert settings.engine_python == ""  # and nothing replaces it silently
