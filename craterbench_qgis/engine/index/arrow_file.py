"""Arrow files of an index, read as what a stranger wrote.

Arrow checks a file's structure while it is read, but contents (offsets, text, dictionaries) only
when asked to; and a small compressed file may unpack to more than there is memory for. Our files
are never compressed.
"""

from __future__ import annotations

import struct
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
    try:
        _refuse_compression(buffer)
    except (struct.error, IndexError) as error:
        raise ValueError("its structure is broken") from error
    table = pa.ipc.open_file(pa.BufferReader(pa.py_buffer(data))).read_all()
    if table.num_columns > MAX_COLUMNS:
        raise ValueError(f"it has {table.num_columns} columns")
    if any(isinstance(kind, pa.BaseExtensionType) for kind in table.schema.types):
        raise ValueError("it has columns of an unknown kind")
    table.validate(full=True)
    return table


def check_craters(table: pa.Table) -> None:
    """Raise ValueError unless the first four columns are an id and three finite numbers."""
    wanted = [pa.string(), pa.float64(), pa.float64(), pa.float64()]
    columns = table.columns[:4]
    if [column.type for column in columns] != wanted or any(
        column.null_count for column in columns
    ):
        raise ValueError("its first columns are no ids and numbers")
    numbers = [column.to_numpy() for column in columns[1:]]
    if not all(np.isfinite(values).all() for values in numbers):
        raise ValueError("a longitude, latitude or diameter is not a finite number")
    lon, lat, diameter = numbers
    if len(lon) and (np.abs(lat).max() > 90 or np.abs(lon).max() > 720 or diameter.min() <= 0):
        raise ValueError("a longitude, latitude or diameter is out of range")


def _refuse_compression(data: memoryview) -> None:
    if len(data) < 24 or data[:6] != _MAGIC or data[-6:] != _MAGIC:
        raise ValueError("it is no Arrow file")
    (length,) = struct.unpack_from("<i", data, len(data) - 10)
    start = len(data) - 10 - length
    if length < 8 or start < 8:
        raise ValueError("its structure is broken")
    footer = data[start : start + length]
    root = struct.unpack_from("<I", footer, 0)[0]
    for kind in (_DICTIONARIES, _BATCHES):
        vector = _follow(footer, root, kind)
        if vector is None:
            continue
        (count,) = struct.unpack_from("<I", footer, vector)
        if count > 1_000_000:
            raise ValueError("its structure is broken")
        for number in range(count):
            offset, meta = struct.unpack_from("<qi", footer, vector + 4 + 24 * number)
            if offset < 0 or meta < 8 or offset + meta > start:
                raise ValueError("its structure is broken")
            _refuse_compressed(data[offset : offset + meta])


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
