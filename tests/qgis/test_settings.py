"""The settings in real QGIS: defaults, what is kept, and nonsense in the file."""

from __future__ import annotations

from pathlib import Path

from support import needs_qgis, run_in_qgis

pytestmark = needs_qgis


def test_defaults_are_kept_and_nonsense_is_ignored(tmp_path: Path) -> None:
    run_in_qgis(
        """
from pathlib import Path
from qgis.core import QgsSettings
from craterbench_qgis.core.settings import RECENT_LIMIT, Settings

one, other = Settings(), Settings()
home = Path.home()
folder = Path(one.engine_folder)
assert folder == home / ".local/share/craterbench/engine", folder
assert "QGIS" not in str(folder)              # no profile and no plugin folder holds it
assert one.engine_python == "" and one.existing_python == "" and one.device == "auto"
assert (one.default_top, one.default_shortlist, one.symmetric) == (100, 200, False)
assert one.keeps_earlier is False
assert one.default_contexts == [2.0, 3.0] and one.default_tokens is None
assert one.default_encoder == "" and one.recent_indexes == [] and one.output_folder
assert (one.cuda, one.wheel_folder, one.certificate_file) == (False, "", "")
assert one.system_certificates is True

values = {"engine_folder": str(home / "Größe x"), "device": "cuda:0", "cuda": True,
          "wheel_folder": "/w", "certificate_file": "/c.pem", "system_certificates": False,
          "default_top": 7, "default_shortlist": 900, "symmetric": True, "default_encoder": "hog",
          "keeps_earlier": True,
          "default_contexts": [2.5], "default_tokens": 8, "output_folder": "/o"}
for name, value in values.items():
    setattr(one, name, value)
for name, value in values.items():
    assert getattr(other, name) == value, (name, getattr(other, name))
QgsSettings().sync()
assert Settings().default_contexts == [2.5]

for number in range(RECENT_LIMIT + 3):
    one.add_recent(f"/i/{number}")
one.add_recent("/i/9")
assert other.recent_indexes[:2] == ["/i/9", f"/i/{RECENT_LIMIT + 2}"]
assert len(other.recent_indexes) == RECENT_LIMIT == len(set(other.recent_indexes))
one.remove_recent("/i/9")
assert "/i/9" not in other.recent_indexes

raw = QgsSettings()
for key in ("search/top", "search/shortlist", "build/tokens"):
    for nonsense in ("many", -4, "", "1e99"):
        raw.setValue("craterbench/" + key, nonsense)
        assert (one.default_top, one.default_shortlist, one.default_tokens)[
            ("search/top", "search/shortlist", "build/tokens").index(key)] in (100, 200, None)
for nonsense in ("[1,", "{}", '["a", -1]', "7"):
    raw.setValue("craterbench/build/contexts", nonsense)
    raw.setValue("craterbench/recent_indexes", nonsense)
    assert one.default_contexts == [2.0, 3.0]
    assert one.recent_indexes in ([], ["a"])
for text, flag in (("true", True), ("false", False), ("1", True), (0, False), ("junk", False)):
    raw.setValue("craterbench/search/symmetric", text)
    assert one.symmetric is flag
one.remove("engine/device")
assert other.device == "auto"
one.set_value("gallery/size", 120)
assert int(other.value("gallery/size")) == 120 and other.value("none", 3) == 3
print("fine")
""",
        tmp_path,
    )


def test_which_interpreter_is_run(tmp_path: Path) -> None:
    run_in_qgis(
        """
from pathlib import Path
from craterbench_qgis.core.settings import Settings
from craterbench_qgis.environment import lock, places

settings = Settings()
folder = Path(settings.engine_folder)
assert settings.engine_python == ""
python = places.interpreter(folder)
python.parent.mkdir(parents=True)
python.touch()
(folder / "pyvenv.cfg").write_text("home = /usr/bin\\nversion = 3.12.4\\n")
assert settings.engine_python == ""                        # half-made: not ready
(folder / places.STAMP).write_text(lock.default_pins().stamp("3.12"))
assert settings.engine_python == str(python)
(folder / places.STEP).write_text("torch")                 # being repaired
assert settings.engine_python == ""
(folder / places.STEP).unlink()
(folder / places.STAMP).write_text(lock.default_pins().stamp("3.11"))
assert settings.engine_python == ""                        # stale
settings.existing_python = ENGINE_PYTHON
assert settings.engine_python == ENGINE_PYTHON             # the user's own comes first
settings.existing_python = "/gone/python"
assert settings.engine_python == ""                        # and nothing replaces it silently
print("fine")
""",
        tmp_path,
    )
