"""Open QGIS with the plugin of this checkout, the demo mosaics and their index (``make qgis``).

    python tools/run_qgis.py --engine .venv --demo demo-output

Standard library only. Your own QGIS profiles are not touched: a clean one is made in build/.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
NAME = "craterbench_qgis_plugin"
PARTS = ("__init__.py", "metadata.txt", "LICENSE", "craterbench_qgis", "resources")
_PROGRAMS = ("qgis", "qgis-ltr", "qgis-bin", "qgis-ltr-bin", "qgis.bin")
_ELSEWHERE = (
    "/Applications/QGIS*.app/Contents/MacOS/QGIS",
    "C:/OSGeo4W/bin/qgis*-bin.exe",
    "C:/Program Files/QGIS*/bin/qgis*-bin.exe",
)
_HOW_TO_GET = (
    "QGIS is not installed (or not on PATH): install it from https://qgis.org/download, on "
    "Debian and Ubuntu with 'apt-get install qgis python3-qgis', or name it: make qgis QGIS=PATH."
)


def find_qgis(chosen: str = "") -> str:
    """The program to start, "" where there is none."""
    if chosen:
        return shutil.which(chosen) or (chosen if Path(chosen).is_file() else "")
    for name in _PROGRAMS:
        program = shutil.which(name)
        if program:
            return program
    for pattern in _ELSEWHERE:
        drive = Path(Path(pattern).anchor)
        for path in sorted(drive.glob(str(Path(pattern).relative_to(drive))), reverse=True):
            return str(path)
    return ""


def make_profile(folder: Path, python: Path) -> None:
    """A clean profile with the plugin switched on and its engine known."""
    shutil.rmtree(folder, ignore_errors=True)
    profile = folder / "profiles" / "default"
    plugin = profile / "python" / "plugins" / NAME
    plugin.mkdir(parents=True)
    for part in PARTS:
        try:
            (plugin / part).symlink_to(ROOT / part)
        except OSError:  # Windows without the right to make links
            source = ROOT / part
            copy = shutil.copytree if source.is_dir() else shutil.copy
            copy(source, plugin / part)
    settings = "\n".join(
        (
            "[PythonPlugins]",
            f"{NAME}=true",
            "[craterbench]",
            f"engine\\python={python.as_posix()}",
            "[qgis]",
            "checkVersion=false",
            "showTips=false",
            "[app]",
            "projections\\newProjectCrsBehavior=UsePresetCrs",
            "",
        )
    )
    # The file is called after QGIS's major version.
    for major in ("3", "4"):
        file = profile / "QGIS" / f"QGIS{major}.ini"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(settings, encoding="utf-8")


def interpreter(environment: Path) -> Path:
    """The Python of an environment, not resolved: its links say which packages it has."""
    inside = "Scripts/python.exe" if os.name == "nt" else "bin/python"
    return environment.absolute() / inside


def make_demo(python: Path, demo: Path) -> bool:
    """Make the synthetic planet and its index, if they are not there; whether they are."""
    index = demo / "planet.craterindex"
    if _is_usable(index):
        return True
    shutil.rmtree(index, ignore_errors=True)
    command = [str(python), "-m", "craterbench_qgis.engine", "demo", "--output", str(demo)]
    return subprocess.run(command, cwd=ROOT, check=False).returncode == 0


def _is_usable(index: Path) -> bool:
    """Whether the demo's index is there and the encoder it was built with is still the one."""
    try:
        settings = json.loads((index / "manifest.json").read_text(encoding="utf-8"))["settings"]
        card = ROOT / "resources" / "encoders" / f"{settings['encoder_id']}.json"
        return settings["weights_hash"] in card.read_text(encoding="utf-8")
    except (OSError, ValueError, KeyError):
        return False


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description="Open QGIS with the plugin and the demo.")
    parser.add_argument("--engine", type=Path, default=ROOT / ".venv", metavar="FOLDER")
    parser.add_argument("--demo", type=Path, default=ROOT / "demo-output", metavar="FOLDER")
    parser.add_argument("--profiles", type=Path, default=ROOT / "build" / "qgis", metavar="FOLDER")
    parser.add_argument("--qgis", default="", metavar="PROGRAM")
    arguments = parser.parse_args()
    program = find_qgis(arguments.qgis)
    if not program:
        sys.stderr.write(_HOW_TO_GET + "\n")
        return 1
    python, demo = interpreter(arguments.engine), arguments.demo.absolute()
    if not make_demo(python, demo):
        return 1
    make_profile(arguments.profiles, python)
    command = [program, "--nologo", "--noversioncheck", "--profiles-path"]
    command += [str(arguments.profiles.absolute()), "--profile", "default"]
    command += ["--code", str(ROOT / "tools" / "qgis_desktop.py")]
    environ = {**os.environ, "CRATERBENCH_DEMO": str(demo)}
    # QGIS takes the first Python of its own version on PATH for its own: pyenv's or conda's has
    # no qgis in it. Beside the program lies the right one, where there is one at all.
    beside = str(Path(program).absolute().parent)
    environ["PATH"] = os.pathsep.join((beside, environ.get("PATH", "")))
    return subprocess.run(command, env=environ, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
