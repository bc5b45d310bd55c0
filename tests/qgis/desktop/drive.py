"""Starts a screen in memory, a window manager and QGIS with the packaged plugin; runs a tour.

``.venv/bin/python tests/qgis/desktop/drive.py --zip dist/X.zip --index I --mosaic M --box LON LAT
SIDE --output FOLDER`` (degrees), with ``--steps`` only some steps of ``search_tour.py``: so the
pictures of the documents are made. ``test_desktop.py`` runs all of both tours.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
NAME = "craterbench_qgis_plugin"
ENGINE_PYTHON = Path(os.environ.get("CRATERBENCH_TEST_PYTHON", ROOT / ".venv/bin/python"))
TOOLS = ("Xvfb", "openbox", "xdotool", "import", "qgis")


def missing_tools() -> list[str]:
    """Programs the tour needs and this machine lacks."""
    return [program for program in TOOLS if shutil.which(program) is None]


@contextmanager
def screen(size: str = "1600x1000x24") -> Iterator[dict[str, str]]:
    """A virtual screen with a window manager; yields the environment to start programs in."""
    read, write = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(write), "-screen", "0", size, "-nolisten", "tcp"],
        pass_fds=[write],
        stderr=subprocess.DEVNULL,
    )
    os.close(write)
    with os.fdopen(read) as pipe:
        number = pipe.readline().strip()
    environ = {**os.environ, "DISPLAY": f":{number}", "LANG": "C.UTF-8"}
    environ.pop("QT_QPA_PLATFORM", None)
    # Another Python of the same version, pyenv's say, would be taken for QGIS's own.
    beside = str(Path(shutil.which("qgis") or "qgis").parent)
    environ["PATH"] = os.pathsep.join((beside, environ.get("PATH", "")))
    manager = subprocess.Popen(["openbox"], env=environ, stderr=subprocess.DEVNULL)
    try:
        time.sleep(1.0)
        yield environ
    finally:
        for process in (manager, server):
            process.terminate()
            process.wait(10)


def make_profile(folder: Path, package: Path, python: Path) -> None:
    """A clean profile with the packaged plugin switched on and the engine's Python named."""
    profile = folder / "profiles" / "default"
    target = profile / "python" / "plugins"
    target.mkdir(parents=True)
    with zipfile.ZipFile(package) as archive:
        archive.extractall(target)
    (profile / "QGIS").mkdir()
    for major in (3, 4):  # the file is called after QGIS's major version
        (profile / "QGIS" / f"QGIS{major}.ini").write_text(
            f"[PythonPlugins]\n{NAME}=true\n[craterbench]\nengine\\python={python}\n"
            "[qgis]\ncheckVersion=false\nshowTips=false\n[locale]\nuserLocale=en\n",
            encoding="utf-8",
        )


def start_qgis(
    work: Path, environ: dict[str, str], settings: dict[str, Any], script: Path
) -> subprocess.Popen[bytes]:
    """QGIS with the profile in ``work`` on the screen of ``environ``, running ``script``."""
    out = work / "out"
    out.mkdir(exist_ok=True)
    # Files below the folder for temporary ones are temporary layers to QGIS, which it asks about.
    temporary = work / "tmp"
    temporary.mkdir(exist_ok=True)
    environ = environ | {"TOUR_OUT": str(out), "TOUR_HERE": str(HERE), "HOME": str(work)}
    environ["TMPDIR"] = str(temporary)
    environ.update({key: str(value) for key, value in settings.items()})
    command = ["qgis", "--nologo", "--noversioncheck", "--profiles-path", str(work)]
    with (work / "qgis.log").open("a") as log:
        return subprocess.Popen(
            [*command, "--code", str(script)], env=environ, stdout=log, stderr=log
        )


def end_of(process: subprocess.Popen[bytes], work: Path, environ: Any, timeout: float) -> None:
    """Wait for QGIS to close by itself; when it does not, its screen is kept and it is killed."""
    try:
        process.wait(timeout)
    finally:
        if process.poll() is None:
            shot = ["import", "-window", "root", str(work / "out" / "hang.png")]
            subprocess.run(shot, env=environ, check=False, timeout=30)
            process.kill()
            process.wait(10)


def report_of(work: Path, name: str = "tour.json") -> dict[str, Any]:
    """What a tour saw. AssertionError when it did not end well."""
    report = work / "out" / name
    text = (work / "qgis.log").read_text(errors="replace")[-3000:]
    assert report.exists(), f"the tour wrote nothing; QGIS said: {text}"
    result: dict[str, Any] = json.loads(report.read_text(encoding="utf-8"))
    assert result.get("ok"), result.get("error", text)
    return result


def main() -> int:
    """The command line of the module's docstring."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--zip", type=Path, required=True)
    parser.add_argument("--index", type=Path, required=True)
    parser.add_argument("--mosaic", type=Path, required=True)
    parser.add_argument("--box", type=float, nargs=3, required=True)
    parser.add_argument("--steps", default="", help="names of the tour's steps; default: all")
    parser.add_argument("--output", type=Path, required=True)
    options = parser.parse_args()
    work = options.output
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    settings = {
        "TOUR_MOSAIC": options.mosaic.resolve(),
        "TOUR_INDEX": options.index.resolve(),
        "TOUR_BOX": " ".join(map(str, options.box)),
        "TOUR_PYTHON": ENGINE_PYTHON,
        "TOUR_STEPS": options.steps,
    }
    make_profile(work, options.zip, ENGINE_PYTHON)
    with screen() as environ:
        process = start_qgis(work, environ, settings, HERE / "search_tour.py")
        end_of(process, work, environ, 600)
    sys.stdout.write(json.dumps(report_of(work), indent=1) + "\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
