"""KML placemarks as a table: names, extended data, geometry.

Read here and not by GDAL, whose plain driver knows no extended data and whose other one follows
links into the network.
"""

from __future__ import annotations

import re
from typing import Any
from xml.etree import ElementTree  # nosec B405 - entities are refused before parsing

from ..errors import CatalogueError
from .places import Place

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
WGS84 = "OGC:CRS84"


def read_kml(place: Place) -> tuple[Any, Any]:
    """A pyarrow table of the placemarks, and their geometries as a column of WKB.

    Columns: ``Name``, ``description``, ``id``, and every ``Data`` or ``SimpleData``; numbers where
    all of its values are some. Raises CatalogueError for what is no KML or holds no placemark.
    """
    import pyarrow as pa

    with place.open() as stream:
        data = stream.read()
    if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
        raise CatalogueError(
            f"The catalogue '{place}' declares entities of its own, which no KML needs. Export it "
            "again."
        )
    try:
        root = ElementTree.fromstring(data)  # nosec B314 - entities are refused above
    except ElementTree.ParseError as error:
        raise CatalogueError(
            f"The catalogue '{place}' is not readable as KML ({error}). Export it again."
        ) from error
    rows, shapes = [], []
    for element in root.iter():
        if _tag(element) == "Placemark":
            rows.append(_values(element))
            shapes.append(_wkb(element))
    if not rows:
        raise CatalogueError(f"The catalogue '{place}' has no placemark. Choose another file.")
    names = list(dict.fromkeys(name for row in rows for name in row))
    columns = [_column([row.get(name) for row in rows]) for name in names]
    return pa.table(columns, names), pa.array(shapes, pa.binary())


def _tag(element: Any) -> str:
    return str(element.tag).rpartition("}")[2]


def _values(placemark: Any) -> dict[str, str]:
    values = {"Name": "", "description": "", "id": placemark.get("id") or ""}
    for element in placemark.iter():
        tag, text = _tag(element), (element.text or "").strip()
        if tag == "name" and not values["Name"]:
            values["Name"] = text
        elif tag == "description":
            values["description"] = text
        elif tag == "SimpleData":
            values[element.get("name") or "data"] = text
        elif tag == "Data":
            inner = next((child for child in element if _tag(child) == "value"), None)
            values[element.get("name") or "data"] = (
                inner.text or "" if inner is not None else ""
            ).strip()
    return values


def _column(values: list[str | None]) -> Any:
    import pyarrow as pa

    filled = [value for value in values if value]
    if filled and all(map(_NUMBER.fullmatch, filled)):
        return pa.array([float(value) if value else None for value in values], pa.float64())
    return pa.array(values, pa.string())


def _wkb(placemark: Any) -> bytes | None:
    """Points, lines and outer rings; None where there is nothing."""
    import shapely

    parts: list[Any] = []
    for element in placemark.iter():
        tag = _tag(element)
        if tag not in ("Point", "LineString", "outerBoundaryIs"):
            continue
        text = (
            next((child.text for child in element.iter() if _tag(child) == "coordinates"), "") or ""
        )
        places = [
            (float(cells[0]), float(cells[1]))
            for cells in (triple.split(",") for triple in text.split())
            if len(cells) > 1 and all(map(_NUMBER.fullmatch, cells[:2]))
        ]
        if tag == "Point":
            parts += [shapely.Point(place) for place in places[:1]]
        elif tag == "LineString" and len(places) > 1:
            parts.append(shapely.LineString(places))
        elif len(places) > 3:
            parts.append(shapely.Polygon(places))
    if not parts:
        return None
    shape = parts[0] if len(parts) == 1 else shapely.GeometryCollection(parts)
    return bytes(shapely.to_wkb(shape))
