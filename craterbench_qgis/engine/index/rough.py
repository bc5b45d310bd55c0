"""The products of a query with many narrow int8 rows, roughly, as whole numbers.

By numkong where it is installed, which multiplies int8 numbers without a float copy of the rows;
else by BLAS, as float numbers. A query is written as int8 numbers for it. numkong multiplies by
four columns at a time, and a query is one; so four neighbouring rows count as one, and the query
stands four times in a matrix, once for each. 48 numbers: 6 ns a row, 15 one by one, 22 by BLAS.
"""

from __future__ import annotations

import contextlib
import importlib
from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from .format import Float32

numkong: Any = None
# Engines made before it was used go on without it, and systems that it has no wheel for.
with contextlib.suppress(ImportError, OSError):
    numkong = importlib.import_module("numkong")

Int64 = npt.NDArray[np.int64]

FOLD = 4
"""Spans of rows begin, and end but at the last row, at a multiple of this."""
_HELD_BYTES = 64 << 10
"""Held at a time: little enough for the first cache."""
_LONG = 256
"""Times ``FOLD`` rows: multiplying fewer at a time takes longer than copying them together."""
_STEPS = 127
_NARROW = 256


def _blocks(rows: npt.NDArray[np.int8], spans: Int64) -> Iterator[npt.NDArray[np.int8]]:
    """The ``rows`` in ``spans``, some at a time: as they lie where spans are long, else copied."""
    lengths = spans[:, 1] - spans[:, 0]
    total, step = int(lengths.sum()), _HELD_BYTES // (4 * FOLD)
    if total >= _LONG * len(spans):
        for first, last in spans.tolist():
            for start in range(first, last, step):
                yield rows[start : min(start + step, last)]
        return
    places = np.repeat(spans[:, 0] - np.cumsum(lengths) + lengths, lengths) + np.arange(total)
    for start in range(0, total, step):
        yield rows.take(places[start : start + step], axis=0)


class RoughQuery:
    """A query [d], ready for products with int8 rows [n, d]: about ``unit`` times what
    :meth:`products` gives, within about ``error`` times the length of a row."""

    def __init__(self, query: Float32) -> None:
        self._query, self.unit, self.error = query, np.float32(1), np.float32(0)
        largest = float(np.abs(query).max(initial=0))
        self._folded: Any = None
        if numkong is None or not 1e-30 < largest < np.inf or len(query) > _NARROW:
            return
        self.unit = np.float32(largest / _STEPS)
        self._whole = np.rint(query / self.unit).astype(np.int8)
        missed = query - self._whole * self.unit
        self.error = np.sqrt(missed @ missed)
        columns = np.zeros((FOLD, FOLD, len(query)), np.int8)
        columns[np.arange(FOLD), np.arange(FOLD)] = self._whole
        self._folded = numkong.dots_pack(columns.reshape(FOLD, -1))

    def products(self, rows: npt.NDArray[np.int8], spans: Int64) -> npt.NDArray[np.int32] | Float32:
        """Of ``rows`` [n, d] in ``spans`` [m, 2] of (first, end), one after the other; see
        ``FOLD``. Raises ValueError for rows of another shape."""
        if rows.dtype != np.int8 or rows.ndim != 2 or rows.shape[1] != len(self._query):
            raise ValueError(
                f"{rows.dtype} {rows.shape} are no rows of {len(self._query)} numbers."
            )
        if self._folded is None or not rows.flags.c_contiguous:
            return self._by_blas(rows, spans)
        count = len(rows) // FOLD
        folded = rows[: count * FOLD].reshape(count, FOLD * rows.shape[1])
        out = np.empty(int((spans[:, 1] - spans[:, 0]).sum()), np.int32)
        done = 0
        for four in _blocks(folded, spans // FOLD):
            ready = done + len(four) * FOLD
            out[done:ready].reshape(-1, FOLD)[:] = numkong.dots_packed(four, self._folded)
            done = ready
        if done < len(out):  # the last rows have no four neighbours
            out[done:] = rows[count * FOLD :].astype(np.int32) @ self._whole.astype(np.int32)
        return out

    def _by_blas(self, rows: npt.NDArray[np.int8], spans: Int64) -> Float32:
        """Straight copies of neighbours: picking rows one by one takes four times as long."""
        out = np.empty(int((spans[:, 1] - spans[:, 0]).sum()), np.float32)
        held_rows = max(1, _HELD_BYTES // (4 * rows.shape[1]))
        wide = np.empty((min(held_rows, len(out)), rows.shape[1]), np.float32)
        done = held = 0
        for start, end in spans.tolist():
            while start < end:
                count = min(end - start, len(wide) - held)
                np.copyto(wide[held : held + count], rows[start : start + count])
                start, held = start + count, held + count
                if held == len(wide) or done + held == len(out):
                    np.dot(wide[:held], self._query, out=out[done : done + held])
                    done, held = done + held, 0
        out /= self.unit
        return out
