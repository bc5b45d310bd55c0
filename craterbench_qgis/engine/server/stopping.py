"""Stopping a network in the middle of a batch, which on a processor can take many seconds."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from ..monitor import Monitor


@contextmanager
def breakable(monitor: Monitor, loading: threading.Lock) -> Iterator[None]:
    """Within it, networks run by this thread ask before every layer whether to stop.

    ``loading``: held while anything imports torch, which two threads must not do at once. The
    half-done batch is lost, nothing else: a build commits whole chunks. The encoder should be the
    caller's own and not be used after Cancelled was raised.
    """
    if "torch" not in sys.modules:  # an encoder without a network
        yield
        return
    with loading:
        from torch.nn.modules.module import register_module_forward_pre_hook

    thread = threading.get_ident()

    def ask(module: Any, inputs: Any) -> None:
        if threading.get_ident() == thread:
            monitor.check()

    handle = register_module_forward_pre_hook(ask)
    try:
        yield
    finally:
        handle.remove()
