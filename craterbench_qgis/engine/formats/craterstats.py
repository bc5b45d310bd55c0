"""Crater lists for CraterStats: spatial crater counts (``.scc``) and diameter lists (``.diam``).

Both are tables in plain ASCII: kilometres, degrees east, and the latitudes of the reference system
that the layers have (:func:`~.geometry.export_crs`), because the programs that read these files
compute with the figure of the layer beside them. Each crater counts whole (``fraction`` 1), except
in a buffered count (:mod:`.counting`).

A crater list of ours is a selection, not a count over a surface, so the area CraterStats divides by
is written only where the caller knows it; else the file says in a comment that it is missing.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ..bodies import Body, map_latitude, wrap_longitude
from ..errors import ExportError
from .geometry import export_crs

FloatArray = npt.NDArray[np.float64]

# What would end a value, start a comment or open a table in CraterStats' reader.
_SPECIAL = str.maketrans(dict.fromkeys("#;={}\"'[]*", " "))


def crater_columns(
    lon: npt.ArrayLike, lat: npt.ArrayLike, diameter_m: npt.ArrayLike
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Longitudes in [-180, 180), latitudes and diameters (metres), each ``[n]``, checked.

    Raises ExportError for columns of different lengths, and for a row without a place on the body
    or a positive diameter.
    """
    lons, lats, sizes = (
        np.asarray(column, np.float64).reshape(-1) for column in (lon, lat, diameter_m)
    )
    if not len(lons) == len(lats) == len(sizes):
        raise ExportError(
            f"There are {len(lons)} longitudes, {len(lats)} latitudes and {len(sizes)} diameters. "
            "Give one of each per crater."
        )
    good = np.isfinite(lons) & (np.abs(lats) <= 90) & np.isfinite(sizes) & (sizes > 0)
    if not good.all():
        row = int(np.argmin(good))
        raise ExportError(
            f"Crater {row + 1} of the list (longitude {lons[row]:g}, latitude {lats[row]:g}, "
            f"diameter {sizes[row]:g} m) has no place or no size. Leave it out."
        )
    return np.asarray(wrap_longitude(lons), np.float64).reshape(-1), lats, sizes


def scc_text(
    lon: npt.ArrayLike,
    lat: npt.ArrayLike,
    diameter_m: npt.ArrayLike,
    *,
    body: Body,
    area_km2: float | None = None,
    fraction: npt.ArrayLike | None = None,
    provenance: Mapping[str, Any] | None = None,
) -> str:
    """A spatial crater count: the axes, the area where known, and one row per crater.

    ``fraction``: as what part of one each crater counts on the area; 1 where not given.
    ``lat`` is planetocentric and is written as the layers' reference system has it. The fifth
    column, ``topo_scale_factor`` 1, is what OpenCraterTool's import insists on.
    Raises ExportError as :func:`crater_columns` does, and for an area that is not positive.
    """
    crs = _plain(export_crs(body).name)
    equator, pole = _km(body.a), _km(body.b)
    lines = [
        "# Spatial crater count",
        *_comments(provenance),
        "#",
        "# Ellipsoid axes:",
        f"a_axis_radius = {equator} <km>",
        f"b_axis_radius = {equator} <km>",
        f"c_axis_radius = {pole} <km>",
        f"coordinate_system_name = {crs or 'unknown'}",
        "#",
        *_area_lines("Total_area", area_km2, " <km^2>"),
        "#",
        f"# crater_diameters: km, degrees east, {_latitude_kind(body)} latitude",
        "crater = {diam, fraction, lon, lat, topo_scale_factor",
    ]
    rows = _rows(lon, lat, diameter_m, body, fraction)
    return _joined([*lines, *(f"{row}\t1" for row in rows), "}"])


def diam_text(
    lon: npt.ArrayLike,
    lat: npt.ArrayLike,
    diameter_m: npt.ArrayLike,
    *,
    body: Body,
    area_km2: float | None = None,
    fraction: npt.ArrayLike | None = None,
    provenance: Mapping[str, Any] | None = None,
) -> str:
    """A diameter list with places, in the form CraterStats prefers since 2014; else as scc_text."""
    lines = [
        "# Diam file for Craterstats",
        *_comments(provenance),
        "#",
        *_area_lines("area", area_km2, ""),
        "#",
        f"# km, fraction, degrees east, {_latitude_kind(body)} latitude",
        "crater = {diameter, fraction, lon, lat",
    ]
    return _joined([*lines, *_rows(lon, lat, diameter_m, body, fraction), "}"])


def write_text(path: Path, text: str) -> None:
    """ASCII with line feeds: readers of these formats open them in the system's encoding."""
    path.write_text(text, encoding="ascii", newline="\n")


def _rows(
    lon: npt.ArrayLike,
    lat: npt.ArrayLike,
    diameter_m: npt.ArrayLike,
    body: Body,
    fraction: npt.ArrayLike | None,
) -> Iterable[str]:
    """Diameter, fraction, longitude, latitude; fixed point, so that every reader takes them."""
    lons, lats, sizes = crater_columns(lon, lat, diameter_m)
    on_map = map_latitude(body, lats).reshape(-1)
    parts = np.ones(len(sizes)) if fraction is None else np.asarray(fraction, np.float64)
    columns = (column.tolist() for column in (lons, on_map, sizes, parts))
    for x, y, size, part in zip(*columns, strict=True):
        text = "1" if part == 1.0 else f"{part:.9f}"
        yield f"{size / 1000:.9f}\t{text}\t{x:.10f}\t{y:.10f}"


def _area_lines(name: str, area_km2: float | None, unit: str) -> list[str]:
    if area_km2 is None:
        return [
            "# No area is known: these craters are a selection, not a count over a surface.",
            f"# CraterStats needs one: add a line '{name} = NUMBER{unit}', in km^2.",
        ]
    if not (np.isfinite(area_km2) and area_km2 > 0):
        raise ExportError(
            f"An area of {area_km2:g} km² cannot be written. Give a positive one, or none."
        )
    return ["# Area, km^2:", f"{name} = {area_km2:.9f}{unit}"]


def _comments(provenance: Mapping[str, Any] | None) -> list[str]:
    """One line per entry; JSON, in ASCII, cannot break out of its line."""
    return [
        f"# {_plain(str(key))}: {json.dumps(value, default=str)}"
        for key, value in (provenance or {}).items()
    ]


def _latitude_kind(body: Body) -> str:
    return "planetocentric" if body.is_sphere else "planetographic"


def _plain(text: str) -> str:
    ascii_only = text.encode("ascii", "replace").decode().translate(_SPECIAL)
    return " ".join("".join(c if c.isprintable() else " " for c in ascii_only).split())


def _km(metres: float) -> str:
    return f"{metres / 1000:.6f}".rstrip("0").rstrip(".")


def _joined(lines: Iterable[str]) -> str:
    return "\n".join(lines) + "\n"
