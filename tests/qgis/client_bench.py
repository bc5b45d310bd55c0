"""What the client's tests share: engines that misbehave, what a call came to, processes."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

from craterbench_qgis.client.engine import Engine, Limits
from craterbench_qgis.client.failure import CallError, EngineFailure
from craterbench_qgis.client.launch import Launch
from inside import wait_until

FAKE_ENGINE = os.fspath(Path(__file__).with_name("fake_engine.py"))


def launch(mode: str, program: str = sys.executable) -> Any:
    """session folder -> how ``fake_engine.py`` is started in ``mode``."""

    def make(session: str) -> Launch:
        arguments = ["-I", FAKE_ENGINE, mode, "serve", "--session", session]
        return Launch(program, arguments, str(Path.home()))

    return make


class WatchedEngine(Engine):
    """An Engine that remembers its states and failures."""

    def __init__(self, mode: str, program: str = sys.executable, **limits: float) -> None:
        limits = {"tick": 0.05, "heartbeat": 0.2, **limits}
        super().__init__(None, launch=launch(mode, program), limits=Limits(**limits))
        self.states: list[str] = []
        self.failures: list[EngineFailure] = []
        self.state_changed.connect(self.states.append)
        self.failed.connect(self.failures.append)


class Outcome:
    """What a call came to. ``times``: how often it was answered."""

    def __init__(
        self, engine: Engine, method: str, params: dict[str, Any] | None = None, **more: Any
    ) -> None:
        self.result: dict[str, Any] | None = None
        self.error: CallError | None = None
        self.progress: list[Any] = []
        self.times = 0
        self.call = engine.call(
            method, params or {}, self._done, self._failed, self.progress.append, **more
        )

    def _done(self, result: dict[str, Any]) -> None:
        self.times, self.result = self.times + 1, result

    def _failed(self, error: CallError) -> None:
        self.times, self.error = self.times + 1, error

    @property
    def over(self) -> bool:
        return self.times > 0

    def wait(self, seconds: float = 20) -> Outcome:
        wait_until(lambda: self.over, seconds)
        return self


def alive(pid: int) -> bool:
    """Whether the process runs; one that ended and was not fetched does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def wait_gone(pid: int, seconds: float = 10) -> None:
    wait_until(lambda: not alive(pid), seconds)
