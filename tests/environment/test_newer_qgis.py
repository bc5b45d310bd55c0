"""tools/newer_qgis.py, as far as it goes without a Debian of its own."""

from __future__ import annotations

import importlib.util
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "tools" / "newer_qgis.py"


@pytest.fixture(scope="module")
def newer_qgis() -> Any:
    spec = importlib.util.spec_from_file_location("newer_qgis", SCRIPT)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


OTHERS = {
    "a-cloud.list": "deb https://packages.example.com/apt cloud-sdk main\n",
    "node.sources": "Types: deb\nURIs: https://deb.example.com/node_20.x\nSuites: nodistro\n",
}
DEB822 = (
    "Types: deb\n# a comment\nURIs: http://mirror.example.org/debian\n"
    "Suites: bookworm bookworm-updates\nComponents: main\n\n"
    "Types: deb\nURIs: http://mirror.example.org/security\nSuites: bookworm-security\n"
)


@pytest.mark.parametrize(
    ("files", "address"),
    [
        ({"zz.sources": DEB822}, "http://mirror.example.org/debian"),
        (
            {"sources.list": "deb [arch=amd64] http://one.example.org/debian bookworm main\n"},
            "http://one.example.org/debian",
        ),
        ({}, "http://deb.debian.org/debian"),
    ],
)
def test_the_mirror_is_that_of_debian_itself(
    tmp_path: Path, newer_qgis: Any, files: dict[str, str], address: str
) -> None:
    """Other programs' sources stand beside it, and first by their names."""
    (tmp_path / "sources.list.d").mkdir()
    for name, text in {**OTHERS, **files}.items():
        place = tmp_path if name == "sources.list" else tmp_path / "sources.list.d"
        (place / name).write_text(text, encoding="utf-8")
    release = tmp_path / "os-release"
    release.write_text('ID=debian\nVERSION_CODENAME=bookworm\nVERSION="12"\n', encoding="utf-8")
    assert newer_qgis.mirror(tmp_path, release) == address


def test_the_desktop_tour_belongs_to_the_run(newer_qgis: Any) -> None:
    names = [path.name for path in newer_qgis.starting_qgis(SCRIPT.parents[1] / "tests" / "qgis")]
    assert "test_desktop.py" in names and "test_qt6.py" in names
    assert "test_store.py" not in names


def test_no_python_is_taken_from_outside(newer_qgis: Any) -> None:
    """PATH is the caller's; a Python of pyenv's that stands first in it has no QGIS."""
    said = newer_qgis.commands(Path("/opt/engine/bin/python"), "tests/qgis")
    assert re.findall(r"""(?<![/\w-])python[\d.]*\b(?=['" ])""", said) == []
    assert said.startswith("/usr/bin/python3 -c") and "test_desktop.py" in said


@pytest.mark.parametrize(("inner", "outer"), [(0, 0), (1, 0), (0, 1)])
def test_both_halves_run_and_either_fails_the_whole(
    tmp_path: Path, newer_qgis: Any, inner: int, outer: int
) -> None:
    """The programs are stand-ins that write down that they ran; as ``inside`` quotes them."""
    python, ran = tmp_path / "python", tmp_path / "ran"
    first, second = tmp_path / "first", tmp_path / "second"
    for program, code in ((first, inner), (second, outer)):
        program.write_text(f'#!/bin/sh\necho "$CRATERBENCH_DATA $*" >> {ran}\nexit {code}\n')
        program.chmod(0o755)
    said = newer_qgis.commands(python, "tests/qgis", Path("/real data"))
    said = said.replace("/tmp/venv-qgis/bin/python", str(first))
    said = said.replace(f"'{python}' -m", f"{second} -m")
    said = said[said.index("export") :]
    done = subprocess.run(["sh", "-c", f'/bin/sh -c "{said}"'], check=False, cwd=tmp_path)
    assert (done.returncode != 0) == bool(inner or outer)
    lines = ran.read_text().splitlines()
    assert [line.startswith("/real data -m pytest") for line in lines] == [True, True]
    assert "test_desktop.py" in lines[1]
