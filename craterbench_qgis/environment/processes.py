"""Run a command with its output as it comes, and end it with everything it started."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess  # nosec B404 - the engine's interpreter is another process by design
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Optional

POLITE_S = 5.0


class Cancelled(Exception):
    """The user, or the end of QGIS, asked to stop."""


class Runner:
    """Runs commands one after the other; :meth:`cancel` may come from another thread.

    ``environ``: what the commands get; ``keep_open``: a descriptor they inherit (Unix).
    """

    def __init__(self, environ: dict[str, str], keep_open: Optional[int] = None) -> None:
        self.environ = environ
        self._keep = () if keep_open is None or os.name == "nt" else (keep_open,)
        self._process: Optional[subprocess.Popen[bytes]] = None
        self._cancelled = threading.Event()

    def cancel(self) -> None:
        """End the command that runs and let no other start."""
        self._cancelled.set()
        process = self._process
        if process is not None:
            end_tree(process)

    def check(self) -> None:
        """Raises Cancelled once :meth:`cancel` was called."""
        if self._cancelled.is_set():
            raise Cancelled

    def run(
        self,
        command: Sequence[str],
        folder: Optional[Path] = None,
        on_line: Optional[Callable[[str], None]] = None,
    ) -> tuple[int, list[str]]:
        """Exit code and all lines of ``command``. Raises Cancelled, OSError."""
        self.check()
        lines: list[str] = []
        with subprocess.Popen(  # nosec B603 - a list, no shell, our own interpreter
            list(command),
            cwd=str(folder) if folder is not None and folder.is_dir() else None,
            env=self.environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            pass_fds=self._keep,
            start_new_session=os.name != "nt",
        ) as process:
            self._process = process
            try:
                self.check()
                for raw in process.stdout or ():
                    line = raw.decode("utf-8", "replace").rstrip()
                    lines.append(line)
                    if on_line is not None:
                        on_line(line)
                code = process.wait()
            except BaseException:  # also Ctrl-C: the child is in a session of its own
                end_tree(process)
                raise
            finally:
                self._process = None
        self.check()
        return code, lines


def end_tree(process: subprocess.Popen[bytes]) -> None:
    """End ``process`` and its children: politely first, so that pip deletes what it unpacked."""
    if process.poll() is not None:
        return
    if sys.platform == "win32":
        system = Path(os.environ.get("SYSTEMROOT", "C:/Windows")) / "System32" / "taskkill.exe"
        command = [str(system), "/T", "/F", "/PID", str(process.pid)]
        subprocess.run(command, capture_output=True, check=False)  # nosec B603 - a fixed command
        return
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGINT)
    end = time.monotonic() + POLITE_S
    while process.poll() is None and time.monotonic() < end:
        time.sleep(0.05)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)


def cancel_at_end_of_input(runner: Runner) -> None:
    """Cancel when stdin closes: its writer wants that, or was killed."""

    def watch() -> None:
        # Not sys.stdin: a thread that waits in it makes Python abort at its end.
        with contextlib.suppress(OSError):
            while os.read(0, 1):
                continue
        runner.cancel()

    threading.Thread(target=watch, daemon=True).start()
