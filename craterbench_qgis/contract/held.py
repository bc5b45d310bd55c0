"""Files that another program holds for a moment or for long, as Windows lets them.

A virus scanner, a search index or a backup opens what has just been written; there such a file can
be neither removed nor renamed nor replaced. Shared by the engine and by QGIS's side; standard
library only.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

_SHARING = (5, 32, 33, 1224)
"""Windows' errors: access denied (said of an open target, too), sharing violation, lock violation,
a mapped section."""

WAITS = (0.05, 0.2, 0.5)
"""Seconds between the attempts."""


def is_held(error: BaseException) -> bool:
    """Whether the error may come from another program that holds the file."""
    return getattr(error, "winerror", None) in _SHARING


def replace(source: Path, target: Path) -> None:
    """Rename ``source`` over ``target``, waiting out who holds either for a moment.

    Raises OSError.
    """
    _patiently(lambda: os.replace(source, target))  # noqa: PTH105 - tests interpose os.replace


def remove(path: Path) -> None:
    """Remove a file, waiting out who holds it; one that is not there is gone. Raises OSError."""
    _patiently(lambda: path.unlink(missing_ok=True))


def _patiently(work: Callable[[], None]) -> None:
    for wait in WAITS:
        try:
            return work()
        except OSError as error:
            if not is_held(error):
                raise
            time.sleep(wait)
    return work()
