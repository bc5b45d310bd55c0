"""Content of JSON and tables as typed records: the one door to msgspec's conversion."""

from __future__ import annotations

import threading
from typing import Any, TypeVar

import msgspec

T = TypeVar("T")

_LOCK = threading.Lock()


def convert(data: Any, kind: type[T]) -> T:
    """``data`` as a ``kind``, its rules checked; raises msgspec.ValidationError.

    One thread at a time: what msgspec learns of a type at its first use it keeps for all, and two
    threads that ask for the same type first end the process (seen with msgspec 0.22, between the
    server's lanes).
    """
    with _LOCK:
        return msgspec.convert(data, kind)
