"""A client for the server's tests: a process, its pipe, and nothing shared with the engine."""

from __future__ import annotations

import itertools
import json
import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

from craterbench_qgis.contract.wire import PROTOCOL

TIMEOUT_S = 120.0
PACKAGE_ROOT = Path(__file__).resolve().parents[2]
FAULTY = Path(__file__).with_name("faulty_server.py")


class Client:
    """Starts ``serve`` and talks to it. A context manager: the process is gone afterwards."""

    def __init__(
        self,
        session: Path | None = None,
        faults: bool = False,
        greet: bool = True,
        env: Mapping[str, str] | None = None,
        **popen: Any,
    ) -> None:
        run = [str(FAULTY)] if faults else ["-m", "craterbench_qgis.engine"]
        command = [sys.executable, *run, "serve"]
        if session is not None:
            command += ["--session", str(session)]
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=PACKAGE_ROOT,
            env={**(env or os.environ), "PYTHONPATH": str(PACKAGE_ROOT)},
            **popen,
        )
        self.lines: list[bytes] = []
        self.log: list[str] = []
        self.progress: list[tuple[float, dict[str, Any]]] = []
        self._answers: queue.Queue[dict[str, Any]] = queue.Queue()
        self._numbers = itertools.count(1)
        self._early: dict[Any, dict[str, Any]] = {}
        for target in (self._read, self._read_log):
            threading.Thread(target=target, daemon=True).start()
        if greet:
            self.hello = self.call("hello", {"client": "test", "protocol": PROTOCOL})

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.process.kill()
        self.process.wait()

    def _read(self) -> None:
        for line in self.process.stdout or ():
            self.lines.append(line)
            message = json.loads(line)
            if message.get("method") == "$/progress":
                self.progress.append((time.monotonic(), message["params"]))
            else:
                self._answers.put(message)

    def _read_log(self) -> None:
        for line in self.process.stderr or ():
            self.log.append(line.decode(errors="replace"))

    def write(self, data: bytes) -> None:
        """Bytes as they are."""
        assert self.process.stdin is not None
        self.process.stdin.write(data)
        self.process.stdin.flush()

    def send(self, method: str, params: Any = None, number: Any = None) -> Any:
        """A request; returns its id."""
        number = next(self._numbers) if number is None else number
        message = {"jsonrpc": "2.0", "id": number, "method": method, "params": params or {}}
        self.write(json.dumps(message).encode() + b"\n")
        return number

    def cancel(self, number: Any) -> None:
        """Ask to stop a request."""
        message = {"jsonrpc": "2.0", "method": "$/cancelRequest", "params": {"id": number}}
        self.write(json.dumps(message).encode() + b"\n")

    def answer(self, number: Any, timeout: float = TIMEOUT_S) -> dict[str, Any]:
        """The whole answer to a request; answers to others are kept."""
        until = time.monotonic() + timeout
        while number not in self._early:
            try:
                message = self._answers.get(timeout=max(0.01, until - time.monotonic()))
            except queue.Empty:
                raise AssertionError(f"no answer to {number}: {self.log[-20:]}") from None
            self._early[message["id"]] = message
        return self._early.pop(number)

    def call(self, method: str, params: Any = None) -> dict[str, Any]:
        """The result of a request that must succeed."""
        answer = self.answer(self.send(method, params))
        assert "error" not in answer, answer["error"]
        return dict(answer["result"])

    def fail(self, method: str, params: Any = None) -> dict[str, Any]:
        """The error of a request that must fail."""
        answer = self.answer(self.send(method, params))
        assert "error" in answer, answer
        return dict(answer["error"])

    def ended(self, timeout: float = 60.0) -> int:
        """The exit code, once it has ended."""
        return self.process.wait(timeout)


def wait_for(condition: Callable[[], bool], timeout: float = 120.0) -> None:
    """Poll until ``condition`` holds."""
    until = time.monotonic() + timeout
    while not condition():
        assert time.monotonic() < until, "it did not happen"
        time.sleep(0.02)


def alive(pid: int) -> bool:
    """Whether a process runs (a zombie does not)."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()[0]
    except OSError:
        return not Path("/proc").exists() and _kill_0(pid)
    return state != "Z"


def _kill_0(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except OSError:
        return False
    return True
