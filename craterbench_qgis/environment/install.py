"""Make the engine's environment: ``python -m craterbench_qgis.environment.install FOLDER``.

Standard library only. Safe to run again: what is there and right is left alone, what is half-made
is finished or made anew.
"""

from __future__ import annotations

import argparse
import os
import platform
import subprocess  # nosec B404 - the engine's interpreter is another process by design
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Optional

from . import lock

STAMP = "craterbench-environment.txt"
_CLEARED = (
    "PYTHONPATH",
    "PYTHONHOME",
    "PYTHONSTARTUP",
    "PROJ_LIB",
    "PROJ_DATA",
    "GDAL_DATA",
    "GDAL_DRIVER_PATH",
    "LD_LIBRARY_PATH",
    "VIRTUAL_ENV",
    "__PYVENV_LAUNCHER__",
)
_TAIL_LINES = 30

Say = Callable[[str], None]


class EnvironmentProblem(Exception):
    """The environment cannot be made; the message says why and what to do."""


def interpreter(folder: Path) -> Path:
    """The Python of the environment in ``folder``."""
    if os.name == "nt":
        return folder / "Scripts" / "python.exe"
    return folder / "bin" / "python"


def clean_environ() -> dict[str, str]:
    """This process's environment without what would lead the engine to QGIS's libraries."""
    return {name: value for name, value in os.environ.items() if name not in _CLEARED}


def is_ready(folder: Path) -> bool:
    """Whether the environment was finished for the present lock file."""
    file = folder / STAMP
    return (
        interpreter(folder).exists()
        and file.is_file()
        and file.read_text(encoding="utf-8").strip() == lock.stamp()
    )


def install(folder: Path, say: Say, *, cuda: bool = False, project: Optional[Path] = None) -> None:
    """Make or complete the environment in ``folder``.

    Parameters
    ----------
    cuda : whether Linux gets the CUDA build of torch.
    project : a checkout to put into the environment, with its ``craterbench`` command.

    Raises
    ------
    EnvironmentProblem
    """
    found = sys.version_info[:2]
    if not lock.PYTHON_MIN <= found <= lock.PYTHON_MAX:
        raise EnvironmentProblem(
            "Python {}.{} cannot run the engine. Use Python 3.10 to 3.13 "
            "(make engine PYTHON=python3.12).".format(*found)
        )
    if is_ready(folder):
        if project is not None:
            _put_project(folder, project, say)
        return
    python = _make_venv(folder, say)
    pip = [str(python), "-m", "pip", "--disable-pip-version-check"]
    _install_torch(pip, folder, say, cuda)
    say(f"Installing {len(lock.requirements())} pinned packages ...")
    _run(
        [*pip, "install", "--no-deps", "--only-binary=:all:", "-r", str(lock.LOCK_FILE)],
        folder,
        "The pinned packages could not be installed. Check the network or pip's proxy settings, "
        "then run this again.",
    )
    _run(
        [*pip, "install", "--no-deps", f"torchvision=={lock.TORCHVISION}"],
        folder,
        "torchvision could not be installed. Check the network, then run this again.",
    )
    say("Compiling hnswlib (optional) ...")
    if _call([*pip, "install", "--no-deps", f"hnswlib=={lock.HNSWLIB}"], folder).returncode:
        say("hnswlib could not be compiled here; the exact shortlist is used instead.")
    verify(python, folder)
    if project is not None:
        _put_project(folder, project, say)
    (folder / STAMP).write_text(lock.stamp() + "\n", encoding="utf-8")
    say(f"The engine's environment is ready: {folder}")


def verify(python: Path, folder: Path) -> None:
    """Import every needed package in the environment. Raises EnvironmentProblem naming one."""
    for name in lock.IMPORTS:
        _run(
            [str(python), "-c", f"import {name}"],
            folder,
            f"The package {name} does not load in {folder}. Delete that folder and run this again; "
            "on Linux its system libraries may be missing (see below).",
        )


def _make_venv(folder: Path, say: Say) -> Path:
    python = interpreter(folder)
    works = python.exists() and not _call([str(python), "-m", "pip", "--version"], None).returncode
    if not works:
        say(f"Creating the environment {folder} ...")
        _run(
            [sys.executable, "-m", "venv", "--clear", str(folder)],
            None,
            f"No virtual environment could be made with {sys.executable}. Install its venv module "
            "(Debian: apt-get install python3-venv).",
        )
    return python


def _install_torch(pip: list[str], folder: Path, say: Say, cuda: bool) -> None:
    attempts = lock.torch_attempts(platform.system(), cuda)
    for number, arguments in enumerate(attempts, 1):
        say("Installing " + " ".join(arguments) + " ...")
        # Its own needs come from the ordinary index; no version of them is ours to choose here.
        done = _call([*pip, "install", "--no-deps", "--only-binary=:all:", *arguments], folder)
        if done.returncode == 0:
            return
        if number == len(attempts):
            raise EnvironmentProblem(
                "torch could not be installed. Check the network or pip's proxy settings, then "
                "run this again.\n" + _tail(done.stdout)
            )


def _put_project(folder: Path, project: Path, say: Say) -> None:
    """Make ``craterbench`` a command of the environment that runs the checkout."""
    script = interpreter(folder).with_name("craterbench" + (".exe" if os.name == "nt" else ""))
    python = interpreter(folder)
    where = "import craterbench_qgis, pathlib; print(pathlib.Path(craterbench_qgis.__file__))"
    shown = _call([str(python), "-c", where], folder).stdout.strip()
    if script.exists() and Path(shown).parent.parent == project.resolve():
        return
    say("Installing the command craterbench ...")
    pip = [str(python), "-m", "pip", "--disable-pip-version-check"]
    _run(
        [*pip, "install", "--no-deps", "--no-build-isolation", "--editable", str(project)],
        None,
        "The project could not be put into its environment. Check the network, then run again.",
    )


def _call(command: list[str], folder: Optional[Path]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # nosec B603 - a list, no shell, our own interpreter
        command,
        cwd=str(folder) if folder is not None and folder.is_dir() else None,
        env=clean_environ(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        check=False,
    )


def _run(command: list[str], folder: Optional[Path], problem: str) -> None:
    done = _call(command, folder)
    if done.returncode:
        raise EnvironmentProblem(problem + "\n" + _tail(done.stdout))


def _tail(text: str) -> str:
    return "\n".join(text.strip().splitlines()[-_TAIL_LINES:])


def main() -> int:
    """The command line of this module."""
    parser = argparse.ArgumentParser(description="Make the engine's environment.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--cuda", action="store_true", help="the CUDA build of torch on Linux")
    parser.add_argument("--project", type=Path, help="checkout to install in editable form")
    parser.add_argument("--extra", type=Path, action="append", default=[], help="more pinned lists")
    arguments = parser.parse_args()
    folder = arguments.folder.resolve()

    def say(text: str) -> None:
        sys.stderr.write(text + "\n")

    try:
        install(folder, say, cuda=arguments.cuda, project=arguments.project)
        for extra in arguments.extra:
            _install_extra(folder, extra.resolve(), say)
    except EnvironmentProblem as problem:
        say(str(problem))
        return 1
    return 0


def _install_extra(folder: Path, extra: Path, say: Say) -> None:
    """Further pinned packages (for tests), once per content of the list."""
    note = folder / f"{extra.stem}.installed.txt"
    text = extra.read_text(encoding="utf-8")
    if note.is_file() and note.read_text(encoding="utf-8") == text:
        return
    say(f"Installing {extra.name} ...")
    _run(
        [str(interpreter(folder)), "-m", "pip", "--disable-pip-version-check", "install",
         "--no-deps", "--only-binary=:all:", "-r", str(extra)],
        folder,
        f"The packages of {extra.name} could not be installed. Check the network, then run again.",
    )  # fmt: skip
    note.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
