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
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any

TIMEOUT_S = 60.0
PACKAGE_ROOT = Path(__file__).resolve().parents[2]

# Methods no release has, to make a server print, crash, wait and be deaf to a cancel.
FAULTS = """
import datetime, os, subprocess, sys, time, types
from craterbench_qgis.engine.server import registry
from craterbench_qgis.engine.errors import QueryError

def noise(call):
    print("from Python")
    sys.__stdout__.write("from the old sys.stdout\\n"); sys.__stdout__.flush()
    os.write(1, b"from C\\n")
    subprocess.run(["echo", "from a child"], check=True)
    return {"read": os.read(0, 10).decode()}

def crash(call): raise ValueError("planted error")
def leave(call): sys.exit(3)
def refuse(call): raise QueryError("It is no good. Try another.")
def odd(call):
    import numpy
    return {"n": numpy.float32(0.5), "day": datetime.date(2026, 1, 2), "bad": float("nan")}

def work(call):
    for step in range(10**6):
        call.monitor.check()
        call.monitor.report("steps", step, 10**6)
        time.sleep(0.01)

def deaf(call): time.sleep(600)
def orphan(call):
    subprocess.Popen(["sleep", "600"])  # a child that holds whatever it was given
    return {}

faults = types.ModuleType("craterbench_qgis.engine.server.faults")
for one in (noise, crash, leave, refuse, odd, work, deaf, orphan):
    setattr(faults, one.__name__, one)
    for lane in ("short", "long"):
        registry.METHODS[f"{lane}.{one.__name__}"] = registry.Method("faults", one.__name__, lane)
sys.modules[faults.__name__] = faults
from craterbench_qgis.engine.cli import main
sys.exit(main(sys.argv[1:]))
"""


class Client:
    """Starts ``serve`` and talks to it. A context manager: the process is gone afterwards."""

    def __init__(
        self, session: Path | None = None, faults: bool = False, greet: bool = True, **popen: Any
    ) -> None:
        run = ["-c", FAULTS] if faults else ["-m", "craterbench_qgis.engine"]
        command = [sys.executable, *run, "serve"]
        if session is not None:
            command += ["--session", str(session)]
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=PACKAGE_ROOT,
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
            self.hello = self.call("hello", {"client": "test", "protocol": 1})

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

    def ended(self, timeout: float = 10.0) -> int:
        """The exit code, once it has ended."""
        return self.process.wait(timeout)


def wait_for(condition: Callable[[], bool], timeout: float = 30.0) -> None:
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
