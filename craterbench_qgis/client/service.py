"""The engine as panels see it, so that they need no process behind it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from qgis.PyQt.QtCore import QObject, pyqtBoundSignal

from ..contract.engine import Hello
from ..contract.methods import Method
from .calls import Call, Failed, P, R, ShowProgress


class EngineService(Protocol):
    """What panels, dialogs and jobs use of :class:`.engine.Engine`."""

    ready: pyqtBoundSignal

    @property
    def hello(self) -> Hello | None:
        """Who answers, None unless ready."""

    @property
    def session_folder(self) -> str:
        """Where the engine puts pictures; "" while stopped."""

    def call(
        self,
        method: Method[P, R],
        params: P,
        done: Callable[[R], None],
        failed: Failed = None,
        progress: ShowProgress = None,
        timeout_s: float | None = None,
        owner: QObject | None = None,
    ) -> Call[R]:
        """Send a request; see :meth:`.engine.Engine.call`."""


AnyCall = Call[Any]
"""A call whatever it returns, to be cancelled or dropped."""
