"""Stopping a network in the middle of a batch, which on a processor can take many seconds."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from ..monitor import Monitor

_ASKED: ContextVar[Monitor | None] = ContextVar("asked", default=None)
"""Whom networks ask that are run in this context: by one thread, and by those that help it."""


@contextmanager
def breakable(monitor: Monitor, loading: threading.Lock) -> Iterator[None]:
    """Within it, networks run in this context ask before every layer whether to stop.

    ``loading``: held while anything imports torch, which two threads must not do at once. The
    half-done batch is lost, nothing else: a build commits whole chunks. The encoder should be the
    caller's own and not be used after Cancelled was raised.
    """
    if "torch" not in sys.modules:  # an encoder without a network
        yield
        return
    with loading:
        from torch.nn.modules.module import register_module_forward_pre_hook

    def ask(module: Any, inputs: Any) -> None:
        if _ASKED.get() is monitor:
            monitor.check()

    handle = register_module_forward_pre_hook(ask)
    before = _ASKED.set(monitor)
    try:
        yield
    finally:
        _ASKED.reset(before)
        handle.remove()
