"""Match sets as Shapefile, GeoPackage, GeoJSON and CSV, written by GDAL through pyogrio; and crater
lists as CraterStats and OpenCraterTool read them."""

from __future__ import annotations

import csv
import datetime
import json
import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from pyogrio import write_arrow
from pyogrio.errors import DataLayerError, DataSourceError, FeatureError, FieldError

from ...contract.search import Match
from ...contract.vocabulary import Outline
from ..bodies import Body
from ..errors import CraterBenchError, ExportError
from ..files import vectors
from ..files.formulas import guarded
from .counting import Counted
from .craterstats import diam_text, scc_text, write_text
from .geometry import export_crs, layer_wkt, outlines
from .model import GEOMETRY, crater_table, match_table
from .opencratertool import ENDING, crater_fields, is_crater_layer
from .shapefile import fit_table, write_fields
from .staging import no_room, staged

_MATCHES, _CRATERS = "matches", "craters"
GEOMETRIES = {Outline.CIRCLE: "MultiPolygon", Outline.POINT: "Point"}


def write_matches(
    path: str | Path,
    matches: Sequence[Match],
    *,
    body: Body,
    provenance: Mapping[str, Any],
    overwrite: bool = True,
    geometry: Outline = Outline.CIRCLE,
    counted: Counted | None = None,
) -> list[Path]:
    """Write ``matches`` in the format the suffix of ``path`` names, with where they come from.

    A name that ends in ``_CRATER.shp`` means OpenCraterTool's layer, which has its four fields and
    circles only; ``.scc`` and ``.diam`` are CraterStats' lists, without an area where ``counted``
    says none: matches are a selection. It goes with those lists only, and ``matches`` are the ones
    it counts. ``geometry``: ``circle``, the crater's outline of true ground size on
    ``body``, or ``point``, its centre; CSV and the lists have neither. ``provenance`` (index id,
    mosaic, encoder and weights hash, settings, version, date) goes into every export, the body and
    its radii are added. An empty list gives a valid empty layer with all fields. Returns the files
    written, ``path`` first. See ``docs/reference/export-formats.md``.

    Nothing is half-written: an older export stays as it was until the new one is complete, and is
    then replaced with all its sidecars. Raises ExportError for another suffix, a folder that is
    missing or cannot be written, a full disk, an existing file if not ``overwrite``.
    """
    target = _target(Path(path), SUFFIXES)
    origin = {**provenance, **_about(body), "matches": len(matches)}
    if is_crater_layer(target) and geometry is not Outline.CIRCLE:
        raise ExportError(
            f"'{target.name}' is a layer of outlines. Choose the geometry 'circle', or a name that "
            f"does not end in {ENDING}."
        )
    if counted is not None:
        listed = _LISTS.get(target.suffix)
        if listed is None:
            raise ExportError(f"'{target.name}' holds no area. End the name with .scc or .diam.")
        text = listed(
            **_places(match_table(matches)),
            body=body,
            area_km2=counted.area_km2,
            fraction=counted.fraction,
            provenance=origin,
        )
        return write_set(target, lambda file: write_text(file, text), overwrite)
    return _write_table(target, match_table(matches), body, geometry, origin, overwrite)


def write_chosen(
    path: str | Path,
    records: Sequence[Mapping[str, Any]],
    *,
    body: Body,
    provenance: Mapping[str, Any],
    overwrite: bool = True,
    geometry: Outline = Outline.CIRCLE,
) -> list[Path]:
    """Write craters of an index (``CraterIndex.crater_records``) as :func:`write_matches` does
    matches: their fields are id, place, diameter and the catalogue's own."""
    target = _target(Path(path), SUFFIXES)
    origin = {**provenance, **_about(body), "craters": len(records)}
    table = crater_table(records)
    return _write_table(target, table, body, geometry, origin, overwrite)


def _write_table(
    target: Path,
    table: pa.Table,
    body: Body,
    geometry: Outline,
    origin: Mapping[str, Any],
    overwrite: bool,
) -> list[Path]:
    write = _crater_layer if is_crater_layer(target) else _WRITERS[target.suffix]
    return write_set(target, lambda file: write(file, table, body, geometry, origin), overwrite)


def write_craters(
    path: str | Path,
    lon: npt.ArrayLike,
    lat: npt.ArrayLike,
    diameter_m: npt.ArrayLike,
    *,
    body: Body,
    provenance: Mapping[str, Any],
    area_km2: float | None = None,
    tags: Sequence[str] | None = None,
    overwrite: bool = True,
) -> list[Path]:
    """Write any list of craters as ``.scc``, ``.diam`` or ``NAME_CRATER.shp``.

    ``lon``, ``lat`` (degrees, planetocentric), ``diameter_m``: one per crater. ``area_km2``: of the
    surface the craters were counted on, all of them and no others; None where that is not known
    (the layer has no place for it: its partner ``NAME_AREA.shp`` has the outline). ``tags``: of the
    layer, ``standard`` where not given. Returns the files written, ``path`` first.

    Raises ExportError as :func:`write_matches` does, for columns of different lengths, a crater
    without place or size, and an area that is not positive.
    """
    is_layer = is_crater_layer(Path(path))
    target = _target(Path(path), (".shp",) if is_layer else (".scc", ".diam", ENDING))
    columns = {"lon": lon, "lat": lat, "diameter_m": diameter_m}
    origin = {**provenance, **_about(body), "craters": int(np.size(lon))}
    if is_layer:
        fields = crater_fields(body, lon, lat, diameter_m, tags)
        return write_set(
            target, lambda file: _outlined(file, fields, columns, body, origin), overwrite
        )
    text = _LISTS[target.suffix](**columns, body=body, area_km2=area_km2, provenance=origin)
    return write_set(target, lambda file: write_text(file, text), overwrite)


def _target(path: Path, endings: Sequence[str]) -> Path:
    """The path with its suffix in small letters; ExportError for one that is not among them."""
    suffix = path.suffix.lower()
    if suffix not in endings:
        raise ExportError(
            f"'{path.name}' does not say in which format to write. "
            f"End the name with one of: {', '.join(endings)}."
        )
    return path.with_suffix(suffix)


def _about(body: Body) -> dict[str, Any]:
    return {"body": body.name, "body_radii_m": [body.a, body.b]}


def write_set(target: Path, write: Callable[[Path], None], overwrite: bool = True) -> list[Path]:
    """Let ``write`` make the file and what belongs to it, then replace the older export.

    Returns the files written, ``target`` first. Raises ExportError.
    """
    stale = [target.stem + end for end in _SETS[target.suffix.lower()]]
    try:
        with staged(target, stale, overwrite) as folder:
            write(folder / target.name)
            written = sorted(file.name for file in folder.iterdir())
    except _GDAL_ERRORS as error:
        raise _refused(target, error) from error
    return [target, *(target.parent / name for name in written if name != target.name)]


def _refused(target: Path, error: Exception) -> ExportError:
    if shutil.disk_usage(target.parent).free < _LITTLE_ROOM:
        return no_room(target)
    return ExportError(
        f"'{target}' could not be written: {str(error).rstrip('.')}. "
        "Check that the disk has room, or choose another format."
    )


_LITTLE_ROOM = 1 << 20  # GDAL does not say why it could not write
_GDAL_ERRORS = (DataLayerError, DataSourceError, FeatureError, FieldError)


def _layer(table: pa.Table) -> str:
    return _MATCHES if "rank" in table.column_names[:1] else _CRATERS


def _with_geometry(
    table: pa.Table, places: Mapping[str, npt.ArrayLike] | pa.Table, body: Body, kind: Outline
) -> tuple[pa.Table, dict[str, Any]]:
    wkb = outlines(body, places["lon"], places["lat"], places["diameter_m"], kind)
    options = {
        "geometry_name": GEOMETRY,
        "geometry_type": GEOMETRIES[kind],
        "crs": layer_wkt(body),
    }
    return table.append_column(GEOMETRY, pa.array(wkb, pa.binary())), options


def _shapefile(
    path: Path, table: pa.Table, body: Body, kind: Outline, origin: Mapping[str, Any]
) -> None:
    fitted, fields = fit_table(table)
    layer, options = _with_geometry(fitted, table, body, kind)
    write_arrow(layer, path, driver="ESRI Shapefile", encoding="UTF-8", **options)
    _check(path, fitted)
    write_fields(path.with_name(path.name + ".fields.csv"), fields)
    _sidecar(path, origin)


def _geopackage(
    path: Path, table: pa.Table, body: Body, kind: Outline, origin: Mapping[str, Any]
) -> None:
    layer, options = _with_geometry(table, table, body, kind)
    texts = {key: _as_text(value) for key, value in origin.items()}
    # The version QGIS 3.22 knows: of a later one its GDAL warns on every opening.
    known = {"driver": "GPKG", "VERSION": "1.2"}
    name = _layer(table)
    write_arrow(layer, path, layer=name, layer_metadata=texts, **known, **options)
    rows = pa.table(
        {
            "key": pa.array(list(texts), pa.string()),
            "value": pa.array(list(texts.values()), pa.string()),
        }
    )
    write_arrow(rows, path, layer="provenance", driver="GPKG", append=True)
    _check(path, table, name)


def _geojson(
    path: Path, table: pa.Table, body: Body, kind: Outline, origin: Mapping[str, Any]
) -> None:
    layer, options = _with_geometry(table, table, body, kind)
    name = _layer(table)
    write_arrow(layer, path, layer=name, driver="GeoJSON", COORDINATE_PRECISION="9", **options)
    # GDAL writes the features; it has no way yet to write members beside them.
    with path.open(encoding="utf-8") as file:
        features = json.load(file)["features"]
    if len(features) != table.num_rows:
        raise DataLayerError(f"{len(features)} of {table.num_rows} {name} arrived")
    head = {
        "type": "FeatureCollection",
        "name": name,
        "crs": {"type": "name", "properties": {"name": _crs_name(body)}},
        "provenance": dict(origin),
    }
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for key, value in head.items():
            file.write(f"{',' if key != 'type' else '{'}\n{json.dumps(key)}: {_json(value)}")
        file.write(',\n"features": [\n')
        file.write(",\n".join(_json(feature) for feature in features))
        file.write("\n]\n}\n")


def _csv(path: Path, table: pa.Table, body: Body, kind: Outline, origin: Mapping[str, Any]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([guarded(name) for name in table.column_names])
        columns = [[_cell(value) for value in column.to_pylist()] for column in table.columns]
        writer.writerows(zip(*columns, strict=True))
    _sidecar(path, origin)


def _scc(path: Path, table: pa.Table, body: Body, kind: Outline, origin: Mapping[str, Any]) -> None:
    write_text(path, scc_text(**_places(table), body=body, provenance=origin))


def _diam(
    path: Path, table: pa.Table, body: Body, kind: Outline, origin: Mapping[str, Any]
) -> None:
    write_text(path, diam_text(**_places(table), body=body, provenance=origin))


def _crater_layer(
    path: Path, table: pa.Table, body: Body, kind: Outline, origin: Mapping[str, Any]
) -> None:
    columns = _places(table)
    _outlined(path, crater_fields(body, **columns), columns, body, origin)


def _outlined(
    path: Path,
    fields: pa.Table,
    columns: Mapping[str, npt.ArrayLike],
    body: Body,
    origin: Mapping[str, Any],
) -> None:
    layer, options = _with_geometry(fields, columns, body, Outline.CIRCLE)
    write_arrow(layer, path, driver="ESRI Shapefile", encoding="UTF-8", **options)
    _check(path, fields)
    _sidecar(path, origin)


def _places(table: pa.Table) -> dict[str, Any]:
    return {name: table[name].to_numpy() for name in ("lon", "lat", "diameter_m")}


def _check(path: Path, written: pa.Table, layer: str | None = None) -> None:
    """Read the layer back: GDAL does not fail for every number too long for its field, nor on
    every disk that fills up while a file is closed."""
    try:
        about, shapes, values = vectors.columns(path, layer)
    except CraterBenchError as error:
        raise DataLayerError(str(error)) from error
    read = dict(zip(about["fields"].tolist(), values, strict=True))
    whole = len(shapes) == written.num_rows and all(shape is not None for shape in shapes)
    for name, column in zip(written.column_names, written.columns, strict=True):
        if whole and (pa.types.is_floating(column.type) or pa.types.is_integer(column.type)):
            numbers = np.array(column.to_pylist(), dtype=float)
            back = np.asarray(read[name], dtype=float)
            whole = np.allclose(back, numbers, rtol=1e-9, atol=1e-12, equal_nan=True)
    if not whole or about["crs"] is None:
        raise DataLayerError("what was written cannot be read back whole")


def _sidecar(path: Path, origin: Mapping[str, Any]) -> None:
    text = json.dumps(dict(origin), ensure_ascii=False, indent=2, default=str)
    path.with_name(path.name + ".provenance.json").write_text(text + "\n", encoding="utf-8")


def _crs_name(body: Body) -> str:
    """GeoJSON's ``crs`` member: a URN for the Earth; else WKT, because the GDAL of QGIS 3.22 does
    not resolve the IAU's codes."""
    code = export_crs(body).to_authority(auth_name="EPSG", min_confidence=100)
    return f"urn:ogc:def:crs:EPSG::{code[1]}" if code is not None else layer_wkt(body)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)


def _as_text(value: Any) -> str:
    return value if isinstance(value, str) else _json(value)


def _cell(value: Any) -> Any:
    """CSV has text only: ISO 8601 dates, true and false, nothing for null; floats in full."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime.date):
        return value.isoformat()
    return guarded(value)


_Writer = Callable[[Path, pa.Table, Body, Outline, Mapping[str, Any]], None]
_WRITERS: dict[str, _Writer] = {
    ".shp": _shapefile,
    ".gpkg": _geopackage,
    ".geojson": _geojson,
    ".csv": _csv,
    ".scc": _scc,
    ".diam": _diam,
}
SUFFIXES = tuple(_WRITERS)
TABLE_SUFFIXES = (".shp", ".gpkg", ".geojson", ".csv")
"""The formats that hold every field of a match."""
_LISTS: dict[str, Callable[..., str]] = {".scc": scc_text, ".diam": diam_text}

# What belongs to an export and goes when it is replaced: spatial indexes, caches and old sidecars.
# Styles (.qml, .qmd) are the user's and stay.
_SETS = {
    ".shp": (
        *(".shp", ".shx", ".dbf", ".prj", ".cpg", ".qpj", ".qix", ".sbn", ".sbx", ".idx"),
        *(".shp.xml", ".shp.fields.csv", ".shp.provenance.json"),
    ),
    ".gpkg": (".gpkg", ".gpkg-wal", ".gpkg-shm", ".gpkg-journal"),
    ".geojson": (".geojson",),
    ".csv": (".csv", ".csvt", ".csv.provenance.json"),
    ".scc": (".scc",),
    ".diam": (".diam",),
}
