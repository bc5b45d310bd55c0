"""What kind of machine this is, whether the engine's packages exist for it, and its own traps."""

from __future__ import annotations

import os
import platform
import subprocess  # nosec B404 - asks macOS about itself
import sys
from pathlib import Path
from typing import NamedTuple, Optional

STANDARD = ("ssl", "sqlite3", "ctypes")
"""Modules of the standard library that need libraries beside Python. A Python whose sitecustomize
finds those (OSGeo4W's) passes them on to no environment, so they are tried without one."""

_DEEPEST_FILE = 190
"""Characters below the environment's folder of the longest file name, torch's, with some to spare:
171 were counted in site-packages of torch 2.13.0."""
_WINDOWS_PATH = 259
_COMPILER = ("CommandLineTools", "Xcode.app")


class Machine(NamedTuple):
    """``system``: as :func:`platform.system` says; ``processor``: of the Python that runs;
    ``translated``: whether an Apple processor runs it as an Intel program (Rosetta)."""

    system: str
    processor: str
    translated: bool = False

    @property
    def prefix(self) -> list[str]:
        """What goes before a command so that it runs natively."""
        return ["/usr/bin/arch", "-arm64"] if self.translated else []

    def problem(self) -> str:
        """Why the engine's packages cannot be had here, as a sentence; "" where they can."""
        processor = self.processor.lower()
        if self.system == "Darwin":
            if processor in ("arm64", "aarch64") or self.translated:
                return ""
            return (
                "This Mac has an Intel processor, for which PyTorch and rasterio are not published "
                "any more. Run the engine on another computer, or use a Mac with an Apple chip."
            )
        known = {
            "Windows": ("amd64", "x86_64"),
            "Linux": ("x86_64", "amd64", "aarch64", "arm64"),
        }.get(self.system, ())
        if not known or processor in known:
            return ""
        if self.system == "Windows" and processor == "arm64":
            return (
                "This Python is built for ARM processors, for which rasterio is not published. "
                "Choose a Python for x86-64: Windows runs it on this computer as well."
            )
        return (
            f"PyTorch and rasterio are not published for {self.system} on a processor of the kind "
            f"{self.processor}. Run the engine on another computer."
        )


def this_machine() -> Machine:
    """The machine as this Python sees it."""
    system, processor = platform.system(), platform.machine()
    translated = system == "Darwin" and processor == "x86_64" and answer_of(_TRANSLATED) == "1"
    return Machine(system, processor, translated)


_TRANSLATED = ("/usr/sbin/sysctl", "-n", "sysctl.proc_translated")


def may_compile(system: str) -> bool:
    """Whether asking for a compiler is safe: on a Mac without Xcode's tools it opens a window of
    Apple's that offers gigabytes."""
    if system != "Darwin":
        return True
    return any(word in answer_of(("/usr/bin/xcode-select", "-p")) for word in _COMPILER)


def path_problem(folder: Path, system: str, long_paths: Optional[bool] = None) -> str:
    """Why file names below ``folder`` would be too long for Windows; "" where they are not."""
    if system != "Windows":
        return ""
    longest = len(str(folder)) + _DEEPEST_FILE
    allowed = _long_paths() if long_paths is None else long_paths
    if allowed or longest <= _WINDOWS_PATH:
        return ""
    most = _WINDOWS_PATH - _DEEPEST_FILE
    return (
        f"The folder's name is too long for Windows ({len(str(folder))} characters): files of "
        f"PyTorch below it would not be found. Name a folder of at most {most} characters, such as "
        "C:\\craterbench."
    )


def load_advice(module: str, output: str, system: str) -> str:
    """What to install where ``module`` does not load for want of it; "" where nothing is known."""
    wants = ("DLL load failed", "WinError 126", "WinError 1114", "c10.dll", "VCRUNTIME")
    if system == "Windows" and any(word in output for word in wants):
        return (
            f"{module} needs Microsoft's Visual C++ runtime: install the Visual C++ "
            "Redistributable for x64 from Microsoft, then go on."
        )
    return ""


def _long_paths() -> bool:
    if sys.platform != "win32":
        return True
    import winreg

    key = r"SYSTEM\CurrentControlSet\Control\FileSystem"
    try:
        with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, key) as opened:
            return bool(winreg.QueryValueEx(opened, "LongPathsEnabled")[0])
    except OSError:
        return False


def library_folders(base: Path) -> list[Path]:
    """Where libraries of the Python in ``base`` may lie that only its sitecustomize knows:
    OSGeo4W has its Python in ``apps/Python312`` and its libraries in ``bin``."""
    return [each for each in (base.parent.parent / "bin", base / "DLLs", base) if each.is_dir()]


def library_hook(folders: list[Path]) -> str:
    """The text of a ``.pth`` file that makes ``folders`` known to Windows' loader at start."""
    calls = "; ".join(f"os.add_dll_directory({str(folder)!r})" for folder in folders)
    return f"import os; {calls}\n"


def answer_of(command: tuple[str, ...]) -> str:
    """What a command of the system prints; "" where it fails or is not there."""
    if not os.path.exists(command[0]):  # noqa: PTH110 - a fixed name
        return ""
    try:
        done = subprocess.run(  # nosec B603 - a fixed command of macOS
            command, stdin=subprocess.DEVNULL, capture_output=True, timeout=10, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.decode("utf-8", "replace").strip() if done.returncode == 0 else ""
