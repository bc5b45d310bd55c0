"""Make the engine's environment: ``python -m craterbench_qgis.environment.install FOLDER``.

Standard library only. Safe to run again: what is there and right is left alone, what is half-made
is finished or made anew. The plugin runs it too, as a process of its own, and reads its lines:
``[2/6] ...`` begins a step. Exit codes: 0 ready, 1 a problem (the last lines say which), 3
cancelled, 4 another process works in the folder; ``Problem: ...`` tells why.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
from pathlib import Path
from typing import Optional

from . import lock, machine, places, upkeep
from .folder_lock import Busy, FolderLock
from .processes import Cancelled, Runner, cancel_at_end_of_input
from .steps import NO_COMPILE, EnvironmentProblem, Maker, Say, Wishes

DONE, PROBLEM, CANCELLED, BUSY = 0, 1, 3, 4


def install(
    folder: Path,
    say: Say,
    wishes: Wishes,
    *,
    repair: bool = False,
    watch_input: bool = False,
) -> None:
    """Make or complete the environment in ``folder``.

    ``repair``: look at every package even where the environment counts as ready, and make it anew
    where that does not help. ``watch_input``: stop at the end of stdin.

    Raises
    ------
    EnvironmentProblem, Busy, Cancelled
    """
    _check_python(folder)
    held = _hold(folder, adopt=wishes.project is not None)
    try:
        runner = Runner(places.clean_environ(), held.descriptor)
        _listen(runner, watch_input)
        maker = Maker(folder, wishes, say, runner)
        if repair or not places.is_ready(folder, wishes.pins):
            try:
                maker.make()
            except EnvironmentProblem as problem:
                if not repair:
                    raise
                say(str(problem))
                say("That did not help; the environment is made anew.")
                upkeep.clear(folder)
                Maker(folder, wishes, say, runner).make()
        if wishes.project is not None:
            _put_project(folder, wishes, say, runner)
        say(f"The engine's environment is ready: {folder}")
    finally:
        held.release()


def remove(folder: Path, say: Say) -> None:
    """Delete the environment in ``folder``, and the folder where nothing else is in it.

    Raises EnvironmentProblem where it is none of ours, Busy.
    """
    if not folder.exists():
        return
    held = _hold(folder)
    say(f"Deleting {folder} ...")
    try:
        upkeep.clear(folder)
    except OSError as error:
        held.release()
        raise EnvironmentProblem(
            f"{error.filename} cannot be deleted ({error.strerror}). Close what uses it, e.g. "
            "another QGIS, then try again."
        ) from error
    held.release(delete=True)
    if not any(folder.iterdir()):
        folder.rmdir()
    say("Deleted.")


def _check_python(folder: Path) -> None:
    version = sys.version_info[:2]
    if not lock.PYTHON_MIN <= version <= lock.PYTHON_MAX:
        raise EnvironmentProblem(
            "Python {}.{} cannot run the engine. Use Python {}.{} to {}.{}.".format(
                *version, *lock.PYTHON_MIN, *lock.PYTHON_MAX
            )
        )
    here = machine.this_machine()
    problem = here.problem() or machine.path_problem(folder, here.system)
    if problem:
        raise EnvironmentProblem(problem)


def _hold(folder: Path, adopt: bool = False) -> FolderLock:
    foreign = places.foreign_entries(folder, adopt)
    if foreign:
        shown = ", ".join(foreign[:3]) + (", ..." if len(foreign) > 3 else "")
        raise EnvironmentProblem(
            f"The folder {folder} holds other things ({shown}), which are not touched. Name a new "
            "or empty folder."
        )
    try:
        return FolderLock(folder)
    except OSError as error:
        raise EnvironmentProblem(
            f"The folder {folder} cannot be used ({error.strerror or error}). Name one that you "
            "may write to."
        ) from error


def _listen(runner: Runner, watch_input: bool) -> None:
    """Stop when asked to: by a signal, or by the end of stdin."""
    signal.signal(signal.SIGTERM, lambda *_: runner.cancel())
    if watch_input:
        cancel_at_end_of_input(runner)


def _put_project(folder: Path, wishes: Wishes, say: Say, runner: Runner) -> None:
    """Make ``craterbench`` a command of the environment that runs the checkout."""
    project = wishes.project
    if project is None:
        return
    python = places.interpreter(folder)
    script = python.with_name("craterbench" + (".exe" if os.name == "nt" else ""))
    where = "import craterbench_qgis, pathlib; print(pathlib.Path(craterbench_qgis.__file__))"
    _, lines = runner.run([str(python), "-X", "utf8", "-c", where], folder)
    shown = Path(lines[-1] if lines else "")
    if script.exists() and shown.parent.parent == project.resolve():
        return
    say("Installing the command craterbench ...")
    pip = Maker(folder, wishes, say, runner).pip()
    arguments = ["install", "--no-deps", "--no-build-isolation", "--editable", str(project)]
    code, lines = runner.run([*pip, *arguments])
    if code:
        raise EnvironmentProblem(
            "The project could not be put into its environment. Check the network, then run "
            "again.\n" + "\n".join(lines[-30:])
        )


def _install_extra(folder: Path, extra: Path, wishes: Wishes, say: Say) -> None:
    """Further pinned packages (for tests), once per content of the list."""
    note = folder / f"{extra.stem}.installed.txt"
    text = extra.read_text(encoding="utf-8")
    if note.is_file() and note.read_text(encoding="utf-8") == text:
        return
    say(f"Installing {extra.name} ...")
    runner = Runner(places.clean_environ())
    pip = Maker(folder, wishes, say, runner).pip()
    arguments = ["install", NO_COMPILE, "--no-deps", "--only-binary=:all:", "-r", str(extra)]
    code, lines = runner.run([*pip, *arguments], folder)
    if code:
        raise EnvironmentProblem(
            f"The packages of {extra.name} could not be installed. Check the network, then run "
            "again.\n" + "\n".join(lines[-30:])
        )
    note.write_text(text, encoding="utf-8")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="Make the engine's environment.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--cuda", action="store_true", help="the CUDA build of torch on Linux")
    parser.add_argument(
        "--no-fallback", action="store_true", help="never the CUDA bundle for a missing CPU build"
    )
    parser.add_argument("--wheels", type=Path, help="folder with wheels, instead of the network")
    parser.add_argument("--certificates", type=Path, help="PEM file with certificates to trust")
    parser.add_argument(
        "--system-certificates", action="store_true", help="trust this computer's certificates too"
    )
    parser.add_argument("--repair", action="store_true", help="look at every package again")
    parser.add_argument("--remove", action="store_true", help="delete the environment")
    parser.add_argument("--live", action="store_true", help="show pip's own lines")
    parser.add_argument("--watch-input", action="store_true", help="stop at the end of stdin")
    parser.add_argument("--project", type=Path, help="checkout to install in editable form")
    parser.add_argument("--extra", type=Path, action="append", default=[], help="more pinned lists")
    parser.add_argument("--pins", type=Path, help=argparse.SUPPRESS)
    return parser


def main(arguments: Optional[list[str]] = None) -> int:
    """The command line of this module; returns the exit code."""
    asked = _parser().parse_args(arguments)
    folder = asked.folder.absolute()

    def say(text: str) -> None:
        sys.stderr.write(text + "\n")
        sys.stderr.flush()

    try:
        if asked.remove:
            remove(folder, say)
            return DONE
        wishes = Wishes(
            asked.cuda, asked.wheels and asked.wheels.absolute(), asked.certificates,
            asked.system_certificates, asked.live, asked.project, lock.read_pins(asked.pins),
            fallback=not asked.no_fallback,
        )  # fmt: skip
        install(folder, say, wishes, repair=asked.repair, watch_input=asked.watch_input)
        for extra in asked.extra:
            _install_extra(folder, extra.absolute(), wishes, say)
    except EnvironmentProblem as problem:
        say(f"Problem: {problem}")
        return PROBLEM
    except Busy as busy:
        say(
            f"Problem: Another process installs into {folder} ({busy}). Wait until it has "
            "finished, or stop it, then try again."
        )
        return BUSY
    except OSError as error:
        say(
            f"Problem: {error.filename or folder} cannot be used ({error.strerror or error}). Free "
            "some space or name another folder, then run this again."
        )
        return PROBLEM
    except Cancelled:
        say("Stopped. Run it again to go on where it stopped.")
        return CANCELLED
    return DONE


if __name__ == "__main__":
    sys.exit(main())
