"""Arrow files of an index, read as what a stranger wrote.

Arrow checks a file's structure while it is read, but contents (offsets, text, dictionaries) only
when asked to; and a small compressed file may unpack to more than there is memory for. Our files
are never compressed.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa

MAX_COLUMNS = 4096
_MAGIC = b"ARROW1"
# Fields of the flatbuffers' tables: Footer.recordBatches, .dictionaries; Message.header;
# RecordBatch.compression; DictionaryBatch.data. A slot of a table's vtable is 4 + 2 * number.
_DICTIONARIES, _BATCHES, _TYPE, _HEADER, _COMPRESSION, _DATA = 2, 3, 1, 2, 3, 1
_DICTIONARY_BATCH, _RECORD_BATCH = 2, 3


def read_table(data: Any) -> pa.Table:
    """The table in an uncompressed Arrow file (uint8 array), its contents checked wholly.

    Raises ValueError or pa.ArrowException for everything else.
    """
    buffer = memoryview(data)
    structure(lambda start, end: buffer[start:end], len(buffer))
    table = open_table(data)
    table.validate(full=True)
    return table


def open_table(data: Any) -> pa.Table:
    """The table in an Arrow file whose :func:`structure` was read: no copy, contents not looked at.

    Raises ValueError or pa.ArrowException.
    """
    table = pa.ipc.open_file(pa.BufferReader(pa.py_buffer(data))).read_all()
    if table.num_columns > MAX_COLUMNS:
        raise ValueError(f"it has {table.num_columns} columns")
    if any(isinstance(kind, pa.BaseExtensionType) for kind in table.schema.types):
        raise ValueError("it has columns of an unknown kind")
    return table


def structure(read: Callable[[int, int], memoryview], size: int) -> list[tuple[int, int]]:
    """From where to where in a file of ``size`` bytes lies what Arrow reads by itself: everything
    but the columns. ``read``: gives the bytes between two places.

    Raises ValueError unless it is an uncompressed Arrow file, and what ``read`` raises.
    """
    try:
        return _structure(read, size)
    except (struct.error, IndexError) as error:
        raise ValueError("its structure is broken") from error


def check_craters(table: pa.Table) -> None:
    """Raise ValueError unless the first four columns are an id and three finite numbers."""
    wanted = [pa.string(), pa.float64(), pa.float64(), pa.float64()]
    columns = table.columns[:4]
    if [column.type for column in columns] != wanted or any(
        column.null_count for column in columns
    ):
        raise ValueError("its first columns are no ids and numbers")
    for number in (1, 2, 3):
        check_numbers(number, columns[number])


def check_numbers(number: int, column: pa.ChunkedArray) -> None:
    """Raise ValueError unless it can be a file's column 1, 2 or 3: degrees east, north, metres."""
    if column.type != pa.float64() or column.null_count:
        raise ValueError("its first columns are no ids and numbers")
    values = column.to_numpy()
    if not np.isfinite(values).all():
        raise ValueError("a longitude, latitude or diameter is not a finite number")
    low, high = ((-720.0, 720.0), (-90.0, 90.0), (np.nextafter(0.0, 1.0), np.inf))[number - 1]
    if len(values) and not (values.min() >= low and values.max() <= high):
        raise ValueError("a longitude, latitude or diameter is out of range")


def _structure(read: Callable[[int, int], memoryview], size: int) -> list[tuple[int, int]]:
    if size < 24 or read(0, 6) != _MAGIC or read(size - 6, size) != _MAGIC:
        raise ValueError("it is no Arrow file")
    (length,) = struct.unpack_from("<i", read(size - 10, size))
    start = size - 10 - length
    if length < 8 or start < 8:
        raise ValueError("its structure is broken")
    footer = read(start, start + length)
    root = struct.unpack_from("<I", footer, 0)[0]
    parts, first = [(start, size)], start
    for kind in (_DICTIONARIES, _BATCHES):
        vector = _follow(footer, root, kind)
        if vector is None:
            continue
        (count,) = struct.unpack_from("<I", footer, vector)
        if count > 1_000_000:
            raise ValueError("its structure is broken")
        for number in range(count):
            offset, meta, body = struct.unpack_from("<qi4xq", footer, vector + 4 + 24 * number)
            if offset < 0 or meta < 8 or body < 0 or offset + meta + body > start:
                raise ValueError("its structure is broken")
            _refuse_compressed(read(offset, offset + meta))
            parts.append((offset, offset + meta + (body if kind == _DICTIONARIES else 0)))
            first = min(first, offset)
    return [(0, first), *parts]


def _refuse_compressed(message: memoryview) -> None:
    body = message[8:] if message[:4] == b"\xff\xff\xff\xff" else message[4:]
    root = struct.unpack_from("<I", body, 0)[0]
    kind = _slot(body, root, _TYPE)
    header = _follow(body, root, _HEADER)
    if kind is None or header is None:
        raise ValueError("its structure is broken")
    if body[kind] == _DICTIONARY_BATCH:
        header = _follow(body, header, _DATA)
    elif body[kind] != _RECORD_BATCH:
        raise ValueError("its structure is broken")
    if header is None or _slot(body, header, _COMPRESSION) is not None:
        raise ValueError("it is compressed")


def _slot(data: memoryview, table: int, field: int) -> int | None:
    """Where a field of a flatbuffer's table lies; None where it has none."""
    (back,) = struct.unpack_from("<i", data, table)
    vtable = table - back
    if vtable < 0:
        raise ValueError("its structure is broken")
    (size,) = struct.unpack_from("<H", data, vtable)
    if 4 + 2 * field + 2 > size:
        return None
    (offset,) = struct.unpack_from("<H", data, vtable + 4 + 2 * field)
    return table + offset if offset else None


def _follow(data: memoryview, table: int, field: int) -> int | None:
    """Where the table or vector lies that a field points to."""
    place = _slot(data, table, field)
    return None if place is None else place + int(struct.unpack_from("<I", data, place)[0])
