"""What a search needs of all views: whose they are, and the scale of their descriptors."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from ..errors import CraterIndexError
from .format import Float32
from .segment import Records, Segment
from .storage import RESTORE
from .sums import Sums

Columns = tuple[npt.NDArray[np.int32], Float32]


def view_columns(
    name: str, segments: Sequence[Segment], sums: Sums | None, craters: int, observations: int
) -> Columns:
    """Crater row and global scale of each view, checked: from where the checksums of blocks are,
    or from the view rows. ``name``: of the index, for errors. Raises CraterIndexError."""
    if sums is not None:
        columns = sums.columns([segment.entry for segment in segments])
        if columns is not None:
            _check_columns(name, columns, craters)
            return columns
    views = sum(len(segment) for segment in segments)
    rows, scales = np.empty(views, np.int32), np.empty(views, np.float32)
    first = 0
    for segment in segments:
        part = slice(first, first + len(segment))
        records, first = segment.views, part.stop
        rows[part], scales[part] = records["crater_row"], records["global_scale"]
        _check_columns(name, (rows[part], scales[part]), craters)
        check_observations(name, records, observations)
    return rows, scales


def _check_columns(name: str, columns: Columns, craters: int) -> None:
    rows, scales = columns
    if len(rows) and not (rows.min() >= 0 and rows.max() < craters):
        raise _wrong(name, "craters that it does not hold")
    if not np.isfinite(scales).all():
        raise _wrong(name, "numbers that are none")


def check_observations(name: str, records: Records, observations: int) -> None:
    """Raise CraterIndexError unless the view rows are of mosaics that the index knows."""
    seen = np.ascontiguousarray(records["observation"])
    if len(seen) and not (seen.min() >= 0 and seen.max() < observations):
        raise _wrong(name, "mosaics that it does not know")


def _wrong(name: str, what: str) -> CraterIndexError:
    return CraterIndexError(f"{name} has views of {what}. {RESTORE}")
