"""Which Pythons there are on this computer, and what one said of itself. Nothing is run here."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple, Optional

from . import lock

PROBE = Path(__file__).with_name("probe.py")
_GAP = "\x1ecraterbench\x1e"
_MINORS = range(lock.PYTHON_MAX[1], lock.PYTHON_MIN[1] - 1, -1)
# What a distribution is called when its import name is another.
_DISTRIBUTION = {"PIL": "pillow"}


class Report(NamedTuple):
    """What a Python said. ``venv``: why it makes no environments, "" where it does; ``bare``: why
    an environment made from it would lack parts of the standard library, "" where it would not;
    ``packages``: version by distribution; ``imports``: why a package does not load, "" where it
    does."""

    version: tuple[int, int, int]
    executable: str
    bits: int
    venv: str
    packages: dict[str, str]
    imports: dict[str, str]
    diagnosis: dict[str, str]
    bare: str = ""

    @property
    def text(self) -> str:
        """ "3.12.4"."""
        return ".".join(map(str, self.version))

    @property
    def fits(self) -> bool:
        """Whether the engine runs on this version."""
        return self.bits == 64 and lock.PYTHON_MIN <= self.version[:2] <= lock.PYTHON_MAX

    def missing(self, pins: Optional[lock.Pins] = None) -> list[str]:
        """Needed packages that are absent or do not load, by their distribution's name."""
        pins = pins or lock.default_pins()
        absent = [
            _DISTRIBUTION.get(name, name) for name in pins.imports if self.imports.get(name, "?")
        ]
        if pins.torch:
            absent += [name for name in lock.PRESENT if name not in self.packages]
        return absent

    def rows(self, pins: Optional[lock.Pins] = None) -> list[tuple[str, str, str, str]]:
        """(package, version here, version tested with, why it does not load) of all needed ones."""
        pins = pins or lock.default_pins()
        tested = pins.versions()
        names = [*pins.imports, *(lock.PRESENT if pins.torch else ())]
        rows = []
        for name in names:
            distribution = _DISTRIBUTION.get(name, name).lower()
            version = self.packages.get(distribution, "")
            problem = self.imports.get(name, "" if version else "not installed")
            rows.append((distribution, version, tested.get(distribution, ""), problem))
        return rows


def read_report(output: str) -> Optional[Report]:
    """The report in the output of the probe; None where there is none (not a Python)."""
    if _GAP not in output:
        return None
    try:
        data: dict[str, Any] = json.loads(output.rsplit(_GAP, 1)[1].splitlines()[0])
        major, minor, patch = data["version"]
        return Report(
            (int(major), int(minor), int(patch)), str(data["executable"]), int(data["bits"]),
            str(data["venv"]), dict(data["packages"]), dict(data["imports"]),
            dict(data.get("diagnosis", {})), str(data.get("bare", "")),
        )  # fmt: skip
    except (ValueError, KeyError, TypeError, IndexError):
        return None


def probe_arguments(imports: Iterable[str] = (), diagnose: bool = False) -> list[str]:
    """Arguments that make a Python report on itself."""
    arguments = ["-I", "-X", "utf8", str(PROBE)]
    names = ",".join(imports)
    if names:
        arguments += ["--imports", names]
    return [*arguments, "--diagnose"] if diagnose else arguments


def candidates() -> list[Path]:
    """Pythons that might make the environment, the likeliest first; they exist, no more."""
    seen: set[str] = set()
    paths = []
    for path in _places():
        key = os.path.normcase(str(path.resolve())) if path.is_file() else ""
        if key and key not in seen:
            seen.add(key)
            paths.append(path)
    return paths


def _places() -> Iterator[Path]:
    if sys.platform == "win32":
        yield from _on_windows()
    elif sys.platform == "darwin":
        yield from _on_mac()
    else:
        yield from _on_path([Path("/usr/bin"), Path("/usr/local/bin")], ["python3"])
        yield from _of_qgis(["bin/python3"])
        yield from _on_path(_path_folders(), [f"python3.{minor}" for minor in _MINORS])


def _of_qgis(names: list[str]) -> Iterator[Path]:
    """QGIS's own Python. ``sys.executable`` may be QGIS itself."""
    if Path(sys.executable).name.lower().startswith("python"):
        yield Path(sys.executable)
    for prefix in (sys.exec_prefix, sys.base_exec_prefix):
        for name in names:
            yield Path(prefix) / name


def _on_windows() -> Iterator[Path]:
    yield from _registered()
    local = os.environ.get("LOCALAPPDATA", "")
    if local:
        for minor in _MINORS:
            yield Path(local) / "Programs" / "Python" / f"Python3{minor}" / "python.exe"
    yield from _on_path(_path_folders(), ["python.exe"])
    # Last: an environment made from OSGeo4W's Python does not find all of that one's libraries.
    yield from _of_qgis(["python.exe", "python3.exe"])


def _registered() -> Iterator[Path]:
    """Pythons in the Windows registry."""
    if sys.platform != "win32":
        return
    import winreg

    for root in (winreg.HKEY_CURRENT_USER, winreg.HKEY_LOCAL_MACHINE):
        for minor in _MINORS:
            try:
                key = f"Software\\Python\\PythonCore\\3.{minor}\\InstallPath"
                yield Path(winreg.QueryValue(root, key)) / "python.exe"
            except OSError:
                continue


def _on_mac() -> Iterator[Path]:
    yield from _of_qgis(["bin/python3", "../../MacOS/bin/python3", "../../MacOS/python"])
    # /usr/bin/python3 is not tried: without Xcode it opens a window that offers to install it.
    folders = [Path("/opt/homebrew/bin"), Path("/usr/local/bin")]
    yield from _on_path(folders, [f"python3.{minor}" for minor in _MINORS])
    framework = Path("/Library/Frameworks/Python.framework/Versions")
    for minor in _MINORS:
        yield framework / f"3.{minor}" / "bin" / "python3"


def _on_path(folders: Iterable[Path], names: Iterable[str]) -> Iterator[Path]:
    names = list(names)
    for folder in folders:
        for name in names:
            yield folder / name


def _path_folders() -> list[Path]:
    parts = os.environ.get("PATH", "").split(os.pathsep)
    # The Windows Store's python.exe is a stub that opens the Store.
    return [Path(part) for part in parts if part and "WindowsApps" not in part]
