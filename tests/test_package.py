"""The zip: reproducible, by the rules of the plugin repository, and the check that finds faults."""

from __future__ import annotations

import importlib
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[1]
NAME = "craterbench_qgis_plugin"


def tool(name: str) -> ModuleType:
    """A module of tools/, which is no package."""
    folder = str(ROOT / "tools")
    if folder not in sys.path:
        sys.path.insert(0, folder)
    return importlib.import_module(name)


check_package, package, translations = (
    tool(name) for name in ("check_package", "package", "translations")
)


@pytest.fixture(scope="session")
def plugin_zip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return package.write_package(tmp_path_factory.mktemp("dist"))


def test_keeps_the_rules_of_the_plugin_repository(plugin_zip: Path) -> None:
    """Its scanners (Bandit, detect-secrets) take a minute: they are a part of make lint."""
    assert check_package.check(plugin_zip, scan=False) == []


def test_holds_what_the_plugin_needs_and_nothing_else(plugin_zip: Path) -> None:
    assert plugin_zip.name == f"{NAME}-{package.version()}.zip"
    with zipfile.ZipFile(plugin_zip) as archive:
        names = {name.removeprefix(NAME + "/") for name in archive.namelist()}
    needed = {
        "__init__.py", "metadata.txt", "LICENSE", "craterbench_qgis/plugin.py",
        "craterbench_qgis/engine/__main__.py", "craterbench_qgis/environment/engine.lock",
        "resources/icons/craterbench.svg", "resources/help/index.html",
        "resources/styles/matches.qml", "resources/i18n/craterbench_de.qm",
    }  # fmt: skip
    assert needed <= names, needed - names
    assert [name for name in names if name.startswith("resources/encoders/craterbench-conv-")]
    assert [name for name in names if name.startswith("resources/encoders/craterbench-conv-")]
    tops = {name.split("/")[0] for name in names}
    assert tops == {"__init__.py", "metadata.txt", "LICENSE", "craterbench_qgis", "resources"}
    assert not [name for name in names if name.endswith((".ts", ".pyc")) or "/." in name]


def test_qgis_built_with_qt_6_may_load_it() -> None:
    """Qt 6 builds of QGIS 3 refuse a plugin that does not say so; QGIS 4 goes by the versions."""
    metadata = (ROOT / "metadata.txt").read_text(encoding="utf-8").splitlines()
    assert "supportsQt6=True" in metadata
    assert "qgisMaximumVersion=4.99" in metadata


def test_is_the_same_bytes_for_the_same_sources(plugin_zip: Path, tmp_path: Path) -> None:
    assert package.write_package(tmp_path).read_bytes() == plugin_zip.read_bytes()


@pytest.fixture(scope="session")
def small_zip(plugin_zip: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the check asks of every zip: without modules of ours there is little to read."""
    kept = ("__init__.py", "metadata.txt", "LICENSE", "resources/icons/")
    small = changed(
        plugin_zip,
        tmp_path_factory.mktemp("small") / "small.zip",
        lambda name, data: (name, data) if name.startswith(kept) else None,
    )
    assert check_package.check(small, scan=False) == []
    return small


def changed(
    plugin_zip: Path, target: Path, change: Callable[[str, bytes], tuple[str, bytes] | None]
) -> Path:
    """The zip with its entries changed or (None) left out; "extra" is offered last, empty."""
    with zipfile.ZipFile(plugin_zip) as source, zipfile.ZipFile(target, "w") as changed_zip:
        for entry in source.infolist():
            member = change(entry.filename.removeprefix(NAME + "/"), source.read(entry))
            if member is not None:
                entry.filename = f"{NAME}/{member[0]}"
                changed_zip.writestr(entry, member[1])
        member = change("extra", b"")
        if member is not None and member[0] != "extra":
            changed_zip.writestr(zipfile.ZipInfo(f"{NAME}/{member[0]}"), member[1])
    return target


def adding(name: str, data: bytes) -> Callable[[str, bytes], tuple[str, bytes] | None]:
    return lambda member, old: (name, data) if member == "extra" else (member, old)


def metadata(old: bytes, new: bytes) -> Callable[[str, bytes], tuple[str, bytes] | None]:
    def change(name: str, data: bytes) -> tuple[str, bytes]:
        if name == "metadata.txt":
            assert old in data
            data = data.replace(old, new)
        return name, data

    return change


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda name, data: None if name == "LICENSE" else (name, data), "LICENSE is missing"),
        (adding("a/__pycache__/x.py", b""), "folder that is not allowed"),
        (adding("x.pyc", b""), "file type"),
        (adding("run.sh", b""), "file type"),
        (adding(".secret", b""), "hidden"),
        (adding("a/../../x.py", b""), "lead outside"),
        (adding("tool", b"\x7fELF123"), "ELF"),
        (adding("x.py", b"match 1:\n    case 1: pass\n"), "not Python 3.9"),
        (adding("x.py", b"x = 1  # nosec B101\n"), "without test number and reason"),
        (adding("x.py", b'ICON = "nowhere.svg"\n'), "not among resources/icons"),
        (metadata(b"name=CraterBench", b"name=CraterBench plugin"), "must not contain 'plugin'"),
        (metadata(b"External dependencies", b"Things"), "external dependencies"),
        (metadata(b"tracker=https://", b"tracker="), "tracker must be an address"),
        (metadata(b"author=", b"nobody="), "lacks author"),
        (metadata(b"about=", b"about=100 % "), "cannot be read"),
        (metadata(b"experimental=True", b"experimental=maybe"), "experimental"),
        (metadata(b"icons/craterbench.svg", b"icons/gone.svg"), "is not in the zip"),
    ],
)
def test_the_check_finds_what_is_wrong(
    small_zip: Path, tmp_path: Path, change: Callable[..., object], sentence: str
) -> None:
    bad = changed(small_zip, tmp_path / "bad.zip", change)
    problems = check_package.check(bad, scan=False)
    assert any(sentence in problem for problem in problems), problems


def test_the_scanners_find_what_is_wrong(tmp_path: Path) -> None:
    bad = tmp_path / "bad.zip"
    digest = "8c9d15d0a02b3391b3efaac9b5a577aaacfb9446691f9928cb49ab351a495ee1"  # pragma: allowlist secret  # noqa: E501
    with zipfile.ZipFile(bad, "w") as archive:
        shell = "import subprocess\nsubprocess.run('ls', shell=True)\n"
        archive.writestr(f"{NAME}/shell.py", shell)
        archive.writestr(f"{NAME}/card.json", f'{{"key": "{digest}"}}')
    problems = "\n".join(check_package.check(bad))
    assert "B602" in problems and "detect-secrets" in problems


def test_too_large_is_too_large(tmp_path: Path) -> None:
    big = tmp_path / "big.zip"
    big.write_bytes(b"\0" * (check_package.MAX_BYTES + 1))
    assert "are allowed" in check_package.check(big)[0]


def test_every_string_is_translated() -> None:
    strings = translations.extract()
    assert len(strings.files) > 300 and strings.problems == []
    for language in translations.LANGUAGES:
        assert translations.problems_of(language, strings) == []


def test_a_string_that_cannot_be_extracted_or_is_missing_is_found(tmp_path: Path) -> None:
    folder = tmp_path / "craterbench_qgis"
    folder.mkdir()
    (folder / "a.py").write_text('tr("one")\ntr(f"two {x}")\ntr("a" "b")\nother.tr(3)\n')
    strings = translations.extract(folder)
    assert list(strings.files) == ["one", "ab"]
    assert strings.problems == ["craterbench_qgis/a.py, line 2: tr() needs one plain literal."]
    target = tmp_path / "x_de.ts"
    translations.write_ts(target, "de", strings, {"one": "eins", "gone": "weg"})
    assert translations.read_ts(target) == {"one": "eins", "ab": ""}


def test_placeholders_are_named_and_nothing_to_publish_is_made(
    tmp_path: Path, plugin_zip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    named = check_package.placeholders(plugin_zip)
    assert len(named) == 5, named  # tracker, repository, homepage, email, screenshot
    monkeypatch.setattr(sys, "argv", ["package.py", "--release", "--output", str(tmp_path)])
    monkeypatch.setattr(check_package, "_scan", lambda path: [])
    assert package.main() == 1
    assert not list(tmp_path.iterdir())
    monkeypatch.setattr(sys, "argv", ["package.py", "--check", "--output", str(tmp_path)])
    assert package.main() == 0
    assert len(list(tmp_path.iterdir())) == 1
