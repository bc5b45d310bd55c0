"""One Arrow file of craters, read in parts where its blocks have checksums.

Arrow can crash on a damaged file. So its structure is compared before Arrow sees it, and each
column, or row, before it is asked for.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property, partial
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from ..errors import CraterIndexError
from .arrow_file import check_craters, check_numbers, open_table, read_table, structure
from .entries import CatalogueEntry
from .storage import RESTORE, MappedFile

Int64 = npt.NDArray[np.int64]
Float64 = npt.NDArray[np.float64]

OWN_COLUMNS = ("crater_id", "lon", "lat", "diameter_m")
"""The first four columns of each file; every further one is the catalogue's own."""


class CraterFile:
    """The craters of one addition. All methods raise CraterIndexError for damage."""

    def __init__(self, file: MappedFile, entry: CatalogueEntry) -> None:
        self.file, self.entry = file, entry
        self._validated: set[int] = set()

    @cached_property
    def whole(self) -> pa.Table:
        """All columns as stored, all compared and checked."""
        return self._checked(self._reading(lambda: read_table(self.file.verified())))

    def numbers(self, column: int) -> Float64:
        """Column 1, 2 or 3: degrees east, north, or metres [rows]."""
        table, compared = self._table
        if not compared:
            self._compare_whole(table.column(column))
            self._reading(lambda: check_numbers(column, table.column(column)))
        return np.asarray(table.column(column).to_numpy())

    def measured(self, name: str) -> Float64 | None:
        """A catalogue's column of numbers [rows], NaN where empty; None where there is none, or it
        holds no numbers. Nothing else is read."""
        table, compared = self._table
        places = [at for at in table.schema.get_all_field_indices(name) if at >= len(OWN_COLUMNS)]
        if not places:
            return None
        column = table.column(places[0])
        if not (pa.types.is_floating(column.type) or pa.types.is_integer(column.type)):
            return None
        if not compared:
            self._compare_whole(column)
            self._reading(lambda: column.validate(full=True))
        return np.asarray(column.cast(pa.float64(), safe=False).to_numpy(), np.float64)

    def places(self, rows: Int64) -> Float64:
        """Degrees east, north, metres [n, 3] of ``rows`` (there are such)."""
        table, compared = self._table
        columns = []
        for number in (1, 2, 3):
            column = table.column(number)
            if not compared:
                self._compare_rows(number, column, rows)
            taken = pa.chunked_array([pa.array(np.asarray(column.to_numpy())[rows])])
            self._reading(partial(check_numbers, number, taken))
            columns.append(taken.to_numpy())
        return np.stack(columns, axis=1)

    def take(self, rows: Int64) -> pa.Table:
        """The rows [n] (there are such), compared and checked."""
        table, compared = self._table
        if compared:
            return table.take(pa.array(rows))
        for number, column in enumerate(table.columns):
            self._compare_rows(number, column, rows)
        taken = table.take(pa.array(rows))
        self._reading(lambda: taken.validate(full=True))
        return self._checked(taken, len(rows))

    @property
    def _table(self) -> tuple[pa.Table, bool]:
        """The table, and whether all of it was compared and checked."""
        parts = None if "whole" in self.__dict__ else self._in_parts
        return (self.whole, True) if parts is None else (parts, False)

    @cached_property
    def _in_parts(self) -> pa.Table | None:
        """The table, of which only the structure was compared; None where it has to be read as a
        whole."""
        if not self.file.in_blocks:
            return None
        parts = self._reading(lambda: structure(self._some, self.file.entry.size))
        for start, end in parts:
            self._some(start, end)
        table = self._reading(lambda: open_table(self.file.bytes()))
        if any(column.num_chunks != 1 or self._elsewhere(column) for column in table.columns):
            return None
        self._reading(table.validate)
        self._fits(table, self.entry.rows)
        return table

    def _some(self, start: int, end: int) -> memoryview:
        return self.file.checked([start], [end])[start:end].data

    def _compare_whole(self, column: pa.ChunkedArray) -> None:
        for buffer in column.chunk(0).buffers():
            if buffer is not None and buffer.size:
                start = self._place(buffer)
                self.file.checked([start], [start + buffer.size])

    def _compare_rows(self, number: int, column: pa.ChunkedArray, rows: Int64) -> None:
        array = column.chunk(0)
        kind, buffers = array.type, array.buffers()
        text = pa.types.is_string(kind)
        plain = pa.types.is_primitive(kind) and len(buffers) == 2
        if array.offset or not (text or plain):
            self._compare_whole(column)
            if number not in self._validated:
                self._reading(lambda: array.validate(full=True))
                self._validated.add(number)
            return
        if buffers[0] is not None:
            self._compare_bits(buffers[0], rows, 1)
        self._compare_bits(buffers[1], rows, 32 if text else kind.bit_width)
        if text:
            self._compare_bits(buffers[1], rows + 1, 32)
            offsets = np.frombuffer(buffers[1], "<i4")
            starts, ends = offsets[rows].astype(np.int64), offsets[rows + 1].astype(np.int64)
            size = 0 if buffers[2] is None else buffers[2].size
            if len(rows) and not ((starts >= 0) & (starts <= ends) & (ends <= size)).all():
                raise self._unreadable("its texts lie outside it")
            used = ends > starts
            if used.any():
                place = self._place(buffers[2])
                self.file.checked(place + starts[used], place + ends[used])

    def _compare_bits(self, buffer: pa.Buffer, rows: Int64, width: int) -> None:
        place = self._place(buffer)
        self.file.checked(place + rows * width // 8, place + ((rows + 1) * width + 7) // 8)

    def _place(self, buffer: pa.Buffer) -> int:
        """Where in the file it lies."""
        return int(buffer.address - self.file.bytes().__array_interface__["data"][0])

    def _elsewhere(self, column: pa.ChunkedArray) -> bool:
        """Whether Arrow had to copy any of it."""
        size = self.file.entry.size
        return any(
            buffer is not None
            and buffer.size
            and not 0 <= self._place(buffer) <= size - buffer.size
            for buffer in column.chunk(0).buffers()
        )

    def _checked(self, table: pa.Table, rows: int | None = None) -> pa.Table:
        self._fits(table, self.entry.rows if rows is None else rows)
        self._reading(lambda: check_craters(table))
        return table

    def _fits(self, table: pa.Table, rows: int) -> None:
        if table.num_rows != rows or table.column_names[:4] != list(OWN_COLUMNS):
            raise CraterIndexError(
                f"{self.file.root.name}: the file {self.entry.file.path} does not hold the "
                f"{self.entry.rows} craters of the manifest. {RESTORE}"
            )

    def _reading(self, read: Callable[[], Any]) -> Any:
        try:
            return read()
        except (pa.ArrowException, OSError, ValueError) as error:
            raise self._unreadable(str(error)) from error

    def _unreadable(self, why: str) -> CraterIndexError:
        return CraterIndexError(
            f"{self.file.root.name}: the file {self.entry.file.path} is not readable ({why}). "
            f"{RESTORE}"
        )
