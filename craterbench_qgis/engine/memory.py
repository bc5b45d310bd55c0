"""How this process holds memory that it has let go of."""

from __future__ import annotations

import contextlib
import ctypes
import sys

_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3  # of glibc's malloc.h
_KEPT, _LARGEST = 32 << 20, 16 << 20


def keep_freed_memory() -> None:
    """Let glibc keep up to 32 MB that were freed rather than hand them back at once.

    A search takes and frees a few megabytes. Handed back, each page of them is cleared and mapped
    anew: as much time as scanning 50,000 views (measured, 320 pages). Elsewhere nothing happens.
    """
    if not sys.platform.startswith("linux"):
        return
    with contextlib.suppress(OSError, AttributeError):
        set_option = ctypes.CDLL(None).mallopt
        set_option(_MMAP_THRESHOLD, _LARGEST)
        set_option(_TRIM_THRESHOLD, _KEPT)
