"""The craters of an index: Arrow files, added to and never changed; their row is their number."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from ..errors import CraterIndexError
from .crater_file import OWN_COLUMNS, CraterFile
from .entries import CatalogueEntry
from .storage import FileEntry, HashingFile, MappedFile, write_new

Float64 = npt.NDArray[np.float64]
Int64 = npt.NDArray[np.int64]


def crater_table(
    ids: Sequence[str],
    lon: npt.ArrayLike,
    lat: npt.ArrayLike,
    diameter_m: npt.ArrayLike,
    attributes: pa.Table | None,
) -> pa.Table:
    """One Arrow table of all columns. Raises CraterIndexError on values that cannot be stored."""
    numbers = [np.asarray(values, dtype=np.float64) for values in (lon, lat, diameter_m)]
    wrong = None
    if any(values.shape != (len(ids),) for values in numbers):
        wrong = "ids, longitudes, latitudes and diameters differ in number"
    elif not all(np.isfinite(values).all() for values in numbers):
        wrong = "a longitude, latitude or diameter is not a finite number"
    elif len(ids) and (float(np.abs(numbers[1]).max()) > 90 or float(numbers[2].min()) <= 0):
        wrong = "a latitude is beyond 90 degrees or a diameter is not positive"
    elif attributes is not None and attributes.num_rows != len(ids):
        wrong = f"there are {attributes.num_rows} rows of attributes for {len(ids)} craters"
    if wrong:
        raise CraterIndexError(f"These craters cannot be stored: {wrong}. Check the catalogue.")
    columns: list[Any] = [pa.array(ids, pa.string()), *(pa.array(values) for values in numbers)]
    names = list(OWN_COLUMNS)
    if attributes is not None:
        columns += attributes.columns
        names += attributes.column_names
    return pa.Table.from_arrays(columns, names=names)


def write_craters(root: Path, path: str, table: pa.Table) -> FileEntry:
    """Write an Arrow IPC file (uncompressed, one batch). Raises OSError."""
    table = table.combine_chunks()

    def write(file: HashingFile) -> None:
        with pa.ipc.new_file(pa.PythonFile(file, mode="w"), table.schema) as sink:
            sink.write_table(table)

    return write_new(root, path, write)


class CraterStore:
    """All craters of an index by row, mapped; a file is checked before Arrow sees it.

    Arrow can crash on a damaged file, hence no access without the checksum and a full validation.
    """

    def __init__(self, root: Path, entries: Sequence[CatalogueEntry]) -> None:
        """Raises CraterIndexError for a missing or truncated file."""
        self.files = [MappedFile(root, entry.file) for entry in entries]
        self._parts = [CraterFile(*pair) for pair in zip(self.files, entries, strict=True)]
        self.rows = sum(entry.rows for entry in entries)

    @property
    def tables(self) -> list[pa.Table]:
        """One table per addition, its columns as stored; all of it is compared."""
        return [part.whole for part in self._parts]

    def _numbers(self, column: int) -> Float64:
        parts = [part.numbers(column) for part in self._parts]
        numbers = parts[0] if len(parts) == 1 else np.concatenate([np.empty(0), *parts])
        numbers.flags.writeable = False
        return numbers

    @cached_property
    def lon(self) -> Float64:
        """Degrees east [rows]."""
        return self._numbers(1)

    @cached_property
    def lat(self) -> Float64:
        """Degrees north [rows]."""
        return self._numbers(2)

    @cached_property
    def diameter_m(self) -> Float64:
        """Metres [rows]."""
        return self._numbers(3)

    def ids(self, rows: npt.ArrayLike | None = None) -> list[str]:
        """The crater ids of ``rows`` (of all craters by default)."""
        if rows is None:
            return [crater_id for table in self.tables for crater_id in table.column(0).to_pylist()]
        return list(self._take(rows, lambda table: table.column(0).to_pylist()))

    def values(self, column: str) -> list[Any]:
        """A catalogue's column over all rows, None where an added catalogue lacks it.

        Raises CraterIndexError for a column that is nowhere, naming those that are.
        """
        if not any(column in table.column_names for table in self.tables):
            names = {name: None for table in self.tables for name in table.column_names[4:]}
            there = f"Its columns: {', '.join(names)}." if names else "It has none of its own."
            raise CraterIndexError(f"The index's catalogue has no column {column!r}. {there}")
        values: list[Any] = []
        for table in self.tables:
            if column in table.column_names:
                values += table.column(column).to_pylist()
            else:
                values += [None] * table.num_rows
        return values

    def measured(self, column: str) -> Float64 | None:
        """A catalogue's column of numbers over all rows, NaN where it is empty or an added
        catalogue lacks it; None where it is nowhere. Nothing else is read."""
        parts = [part.measured(column) for part in self._parts]
        if all(part is None for part in parts):
            return None
        empty = (np.full(part.entry.rows, np.nan) for part in self._parts)
        return np.concatenate([e if p is None else p for p, e in zip(parts, empty, strict=True)])

    def rows_of(self, ids: Sequence[str]) -> dict[str, list[int]]:
        """The rows of each of ``ids`` that exists, removed ones included, ascending."""
        wanted = pa.array(list(dict.fromkeys(ids)), pa.string())
        rows: dict[str, list[int]] = {}
        first = 0
        for table in self.tables:
            column = table.column(0)
            hits = np.flatnonzero(pc.is_in(column, value_set=wanted).to_numpy())
            for row, crater_id in zip(hits.tolist(), column.take(hits).to_pylist(), strict=True):
                rows.setdefault(crater_id, []).append(first + row)
            first += table.num_rows
        return rows

    def records(self, rows: npt.ArrayLike) -> list[dict[str, Any]]:
        """Of each of ``rows``: crater_row, crater_id, lon, lat, diameter_m, attributes (a dict)."""
        numbers = np.asarray(rows, dtype=np.int64).reshape(-1)
        records = list(self._take(numbers, _as_dicts))
        for row, record in zip(numbers.tolist(), records, strict=True):
            record["crater_row"] = row
        return records

    def _take(self, rows: npt.ArrayLike, read: Callable[[pa.Table], list[Any]]) -> list[Any]:
        numbers = np.asarray(rows, dtype=np.int64).reshape(-1)
        if numbers.size and not (numbers.min() >= 0 and numbers.max() < self.rows):
            raise CraterIndexError(
                f"Crater rows run from 0 to {self.rows - 1}; {int(numbers.max())} was asked for. "
                "Open the index again if it was changed."
            )
        taken: list[Any] = [None] * len(numbers)
        first = 0
        for part in self._parts:
            here = np.flatnonzero((numbers >= first) & (numbers < first + part.entry.rows))
            if here.size:
                values = read(part.take(numbers[here] - first))
                for place, value in zip(here.tolist(), values, strict=True):
                    taken[place] = value
            first += part.entry.rows
        return taken

    def places(self, rows: npt.ArrayLike) -> tuple[Float64, Float64, Float64]:
        """Longitude, latitude (degrees) and diameter (metres) of ``rows`` [n]."""
        numbers = np.asarray(rows, np.int64).reshape(-1)
        places, first = np.empty((len(numbers), 3)), 0
        for part in self._parts:
            here = (numbers >= first) & (numbers < first + part.entry.rows)
            if here.any():
                places[here] = part.places(numbers[here] - first)
            first += part.entry.rows
        lon, lat, diameter = places.T
        return lon, lat, diameter


class JoinedCraters(CraterStore):
    """The craters of several indexes, one after the other."""

    def __init__(self, root: Path, stores: Sequence[CraterStore]) -> None:
        super().__init__(root, ())
        self.files = [file for store in stores for file in store.files]
        self._parts = [part for store in stores for part in store._parts]
        self.rows = sum(store.rows for store in stores)


def _as_dicts(table: pa.Table) -> list[dict[str, Any]]:
    columns = [column.to_pylist() for column in table.columns]
    own, others = columns[:4], columns[4:]
    names = table.column_names[4:]
    return [
        {
            **{name: column[i] for name, column in zip(OWN_COLUMNS, own, strict=True)},
            "attributes": {name: column[i] for name, column in zip(names, others, strict=True)},
        }
        for i in range(table.num_rows)
    ]


def union_attributes(tables: Sequence[pa.Table]) -> dict[str, pa.ChunkedArray]:
    """The catalogues' own columns over all rows, by name, nulls where a catalogue lacks one.

    Columns of different types become the wider number, or text.
    """
    names = list(dict.fromkeys(name for table in tables for name in table.column_names[4:]))
    columns = {}
    for name in names:
        parts = []
        for table in tables:
            places = [i for i, column in enumerate(table.column_names) if column == name and i >= 4]
            parts.append(table.column(places[0]) if places else pa.nulls(table.num_rows))
        columns[name] = _chunked(parts)
    return columns


def _chunked(parts: Sequence[Any]) -> pa.ChunkedArray:
    kind = pa.null()
    for part in parts:
        if pa.types.is_null(kind):
            kind = part.type
        elif not pa.types.is_null(part.type) and part.type != kind:
            kind = _wider(kind, part.type)
    chunks: list[pa.Array] = []
    for part in parts:
        cast = _text(part) if pa.types.is_string(kind) else part.cast(kind)
        chunks += cast.chunks if isinstance(cast, pa.ChunkedArray) else [cast]
    return pa.chunked_array(chunks, kind)


def _wider(first: pa.DataType, other: pa.DataType) -> pa.DataType:
    with contextlib.suppress(pa.ArrowException):
        schemas = [pa.schema([("x", kind)]) for kind in (first, other)]
        return pa.unify_schemas(schemas, promote_options="permissive").field(0).type
    return pa.string()


def _text(column: Any) -> Any:
    """Any column as text; what Arrow cannot cast (lists, structs) is written out by Python."""
    try:
        return column.cast(pa.string())
    except pa.ArrowException:
        values = [None if value is None else str(value) for value in column.to_pylist()]
        return pa.array(values, pa.string())


def plain_column(column: Any) -> Any:
    """The column in a type every GeoPackage reader knows."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        return plain_column(column.cast(kind.value_type))
    if kind == pa.uint64():
        with contextlib.suppress(pa.ArrowException):
            return column.cast(pa.int64())
    simple = (
        pa.types.is_boolean(kind)
        or (pa.types.is_integer(kind) and kind != pa.uint64())
        or kind in {pa.float32(), pa.float64(), pa.string(), pa.date32()}
        or (pa.types.is_timestamp(kind) and kind.tz is None)
    )
    return column if simple else _text(column)
