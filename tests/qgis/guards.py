"""What the plugin must not do in QGIS: wait for a process, a thread or the clock, or import what is
heavy."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from qgis.PyQt.QtCore import QObject, QProcess, QThread, QTimer

_HEAVY = {"torch", "timm", "rasterio", "shapely", "numpy", "hnswlib", "pyogrio", "pyarrow"}
_QGIS_ALONE = "import sys, qgis.core, qgis.gui; print(*sys.modules)"

_WAITS: tuple[tuple[Any, str], ...] = (
    (QProcess, "waitForStarted"),
    (QProcess, "waitForReadyRead"),
    (QProcess, "waitForBytesWritten"),
    (QProcess, "waitForFinished"),
    (QProcess, "execute"),
    (QThread, "wait"),
    (subprocess, "run"),
    (subprocess.Popen, "wait"),
    (subprocess.Popen, "communicate"),
    (threading.Thread, "join"),
    (time, "sleep"),
)


@contextmanager
def nothing_waits() -> Iterator[None]:
    """Fails when the main thread calls anything that waits, however short the wait was."""
    waits: list[str] = []

    def watched(name: str, wait: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            if threading.current_thread() is threading.main_thread():
                waits.append(name)
            return wait(*args, **kwargs)

        return call

    with pytest.MonkeyPatch.context() as patch:
        for owner, name in _WAITS:
            patch.setattr(owner, name, watched(f"{owner.__name__}.{name}", getattr(owner, name)))
        yield
    assert not waits, f"the user interface waited in {waits}"


def heavy_imports() -> set[str]:
    """What is heavy in this process, without what QGIS brings by itself: numpy from 3.40 on."""
    alone = subprocess.run(
        [sys.executable, "-c", _QGIS_ALONE], capture_output=True, text=True, check=True
    )
    return (set(sys.modules) - set(alone.stdout.split())) & _HEAVY


class Turns(QObject):
    """Counts the turns of the event loop: work that is spread over many leaves QGIS usable."""

    def __init__(self) -> None:
        super().__init__()
        self.count = 0
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._turn)
        self._timer.start(0)

    def stop(self) -> None:
        self._timer.stop()

    def _turn(self) -> None:
        self.count += 1
