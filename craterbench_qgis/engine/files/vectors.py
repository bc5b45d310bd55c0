"""The door for tables and layers: the only place that reads one with pyogrio.

What a file is, is told from its first bytes, not from its name, and only formats that cannot make
GDAL follow, run or fetch anything are read. pyogrio takes no list of drivers for reading, so the
others are taken out of its GDAL when it is loaded.
"""

from __future__ import annotations

import importlib
import struct
import threading
from pathlib import Path
from typing import Any

from ...contract import names
from ..errors import CraterBenchError, QueryError
from .companions import Companions
from .database import check_schema
from .walls import VECTOR_DRIVERS, strangers_among

MAX_COLUMNS = 4096
MAX_LAYERS = 1024
# Bytes of one geometry below which it cannot be nested deeper than any reader bears.
_SHALLOW_BYTES = 9 << 10

_READY = threading.Lock()
_ready = False


def layers(path: Path) -> list[tuple[str, str | None]]:
    """(name, geometry type or None for a plain table) of each layer.

    This and the other readers raise CraterBenchError, with a sentence, for what is no file of the
    formats read, or is damaged.
    """
    readable = [(str(name), kind) for name, kind in _read("list_layers", path)]
    if len(readable) > MAX_LAYERS:
        raise CraterBenchError(
            f"{path} has {len(readable):,} layers. Save one as a file of its own."
        )
    return readable


def describe(path: Path, layer: str | None = None) -> dict[str, Any]:
    """What ``pyogrio.read_info`` tells of a layer."""
    info: dict[str, Any] = _read("read_info", path, layer=layer)
    check_columns(path, len(info["fields"]))
    return info


def table(
    path: Path,
    layer: str | None = None,
    *,
    columns: list[str] | None = None,
    geometry: bool = True,
) -> tuple[dict[str, Any], Any]:
    """What ``pyogrio.read_arrow`` gives: facts and a pyarrow table; geometry as WKB."""
    describe(path, layer)
    from pyarrow import ArrowException

    meta, rows = _read("read_arrow", path, layer=layer, columns=columns, read_geometry=geometry)
    try:
        rows.validate(full=True)  # GDAL hands on text as it stands in the file
    except (ValueError, ArrowException) as error:
        raise CraterBenchError(f"{path} is damaged ({error}).") from error
    return meta, rows


def geometries(path: Path, layer: str | None = None) -> tuple[dict[str, Any], Any]:
    """Facts, and the geometry of every feature as WKB (numpy, object)."""
    describe(path, layer)
    meta, _, wkb, _ = _read("raw.read", path, layer=layer, columns=[])
    return meta, wkb


def columns(path: Path, layer: str | None = None) -> tuple[dict[str, Any], Any, list[Any]]:
    """Facts, the geometries as WKB, and the values of each field (numpy)."""
    meta, _, wkb, values = _read("raw.read", path, layer=layer)
    return meta, wkb, values


def check_columns(path: Path | str, count: int) -> None:
    """Raise CraterBenchError for a table with more columns than anything can do with."""
    if count > MAX_COLUMNS:
        raise CraterBenchError(
            f"{path} has {count:,} columns, more than {MAX_COLUMNS:,}. Remove those that are not "
            "needed."
        )


def shapes(wkb: Any) -> Any:
    """WKB -> shapely geometries; None for what is none, and for collections nested too deep."""
    import numpy as np
    import shapely

    values = np.array(wkb, dtype=object)
    for row, value in enumerate(values):
        if value is not None and len(value) > _SHALLOW_BYTES and _nesting(bytes(value)) > 16:
            values[row] = None
    return shapely.from_wkb(values, on_invalid="ignore")


def shape_of_text(text: str) -> Any:
    """WKT -> a shapely geometry. Raises QueryError for text nested too deep; shapely's errors."""
    import shapely

    depth = deepest = 0
    for letter in text:
        if letter == "(":
            depth += 1
            deepest = max(deepest, depth)
        elif letter == ")":
            depth -= 1
    if deepest > 16:
        raise QueryError("The region is nested too deep. Give a polygon.")
    return shapely.from_wkt(text)


def registered_drivers() -> set[str]:
    """The drivers for vectors of pyogrio's GDAL in this process."""
    return set(_library().list_drivers())


def _read(function: str, path: Path, **options: Any) -> Any:
    pyogrio = _library()
    from pyarrow import ArrowException
    from pyogrio.errors import DataLayerError, DataSourceError, FieldError, GeometryError

    try:
        _check(path)
        call: Any = pyogrio
        for part in function.split("."):
            call = getattr(call, part)
        return call(names.for_gdal(str(path)), **options)
    except names.Refused as error:
        raise CraterBenchError(str(error)) from error
    except (
        ArrowException,
        DataLayerError, DataSourceError, FieldError, GeometryError, OSError, UnicodeError,
        ValueError, TypeError, RuntimeError, IndexError,
    ) as error:  # fmt: skip
        raise CraterBenchError(f"{path} cannot be read ({error}).") from error


def _check(path: Path) -> None:
    kind = names.vector_kind(path)
    if path.is_file():
        names.check_bytes(path)
    if kind == "geopackage":
        check_schema(path)
    elif kind == "zip":
        inner = names.zip_kinds(path)
        if "geopackage" in inner.values():
            raise names.Refused(f"{path} holds a GeoPackage. Unpack it and choose that.")
        if not {"shapefile", "geojson", "flatgeobuf"} & set(inner.values()):
            raise names.Refused(f"{path} holds no Shapefile, GeoJSON or FlatGeobuf. Choose a file.")
    elif not kind or kind == "empty":
        raise names.Refused(f"{path} is none of the formats read.")
    Companions().check(path)


def _library() -> Any:
    """pyogrio, with the allowed drivers alone. Raises CraterBenchError where that fails."""
    global _ready
    import pyogrio

    with _READY:
        if not _ready:
            strangers = strangers_among(set(pyogrio.list_drivers()), VECTOR_DRIVERS)
            # Registering again takes out what GDAL_SKIP names; there is no other public way.
            pyogrio.set_gdal_config_options({"GDAL_SKIP": ",".join(sorted(strangers))})
            importlib.reload(pyogrio.core)
            left = strangers_among(set(pyogrio.list_drivers()), VECTOR_DRIVERS)
            if left:
                raise CraterBenchError(
                    f"GDAL's drivers {', '.join(sorted(left))} cannot be switched off, so no "
                    "table is opened. Create the engine's environment anew."
                )
            pyogrio.set_gdal_config_options({"GDAL_SKIP": None})
            _ready = True
    return pyogrio


def _nesting(wkb: bytes) -> int:
    """The deepest nesting of multi-geometries and collections in WKB; at most 17 are counted.

    Follows the structure without recursion; whatever does not add up ends it, as it will end the
    reader.
    """
    position, deepest = 0, 0
    waiting: list[int] = []  # parts still to come, of each open collection
    try:
        while deepest <= 16:
            order = "<" if wkb[position] == 1 else ">"
            (code,) = struct.unpack_from(order + "I", wkb, position + 1)
            kind, has_z, has_m = code & 0xFFFF, code & 0x80000000, code & 0x40000000
            position += 9 if code & 0x20000000 else 5
            thousands, kind = divmod(kind, 1000)
            width = 8 * (
                2 + bool(has_z or thousands in (1, 3)) + bool(has_m or thousands in (2, 3))
            )
            if kind == 1:
                position += width
            else:
                (count,) = struct.unpack_from(order + "I", wkb, position)
                position += 4
            if kind == 2:
                position += width * count
            elif kind in (3, 17):
                for _ in range(count):
                    (points,) = struct.unpack_from(order + "I", wkb, position)
                    position += 4 + width * points
            elif kind != 1:
                waiting.append(count)
                deepest = max(deepest, len(waiting))
            while waiting and waiting[-1] == 0:
                waiting.pop()
            if not waiting:
                return deepest
            waiting[-1] -= 1
    except (struct.error, IndexError):
        return deepest
    return deepest
