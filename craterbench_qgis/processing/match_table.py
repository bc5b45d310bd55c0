"""Matches of many queries as rows of one layer, written by the searches and read by the export."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from qgis.core import QgsFeature, QgsFeatureSink, QgsFields, QgsGeometry, QgsPointXY, QgsVectorLayer

from ..contract.build import IndexInfo
from ..contract.records import Json
from ..contract.search import DecidedMatch, Match, Preview
from ..core.geo import sphere
from ..core.layers.catalogue import source_of_catalogue
from ..core.layers.features import (
    CORE_FIELDS,
    catalogue_columns,
    fields,
    free_name,
    typed,
    value_of,
)
from ..core.query import RasterSource
from . import compat

QUERY_FIELDS = (
    ("query_id", "text"),
    ("query_lon", "real"),
    ("query_lat", "real"),
    ("query_diameter_m", "real"),
    ("query_side_m", "real"),
    ("query_mosaic", "text"),
    ("query_band", "int"),
)
"""Enough to cut the query again."""

MATCH_FIELDS = (
    *(field for field in CORE_FIELDS if field[0] != "decision"),
    ("view_number", "int"),
    ("crater_row", "int"),
    ("observation", "int"),
    ("turn_deg", "real"),
    ("mirrored", "bool"),
    ("pixels_across", "real"),
)
OWN = tuple(name for name, _ in (*QUERY_FIELDS, *MATCH_FIELDS))
NEEDED = ("query_id", "rank", "crater_id", "lon", "lat", "diameter_m", "score")
"""Without these a layer is no table of matches."""

CIRCLES, CENTRES, NONE = 0, 1, 2
"""Geometries, as in the choice GEOMETRY."""

_INDEX_COLUMNS = ("crater_row", "crater_id", "lon", "lat", "diameter_m")
_SUFFIX = "_source"
_TAKEN = {*OWN, "fid", "ogc_fid", "geom", "geometry", "wkb_geometry", "rowid", "oid"}
_NUMBERS = {"integer": "big", "integer64": "big", "real": "real", "boolean": "bool"}
Column = tuple[str, str, str]
"""Key of the attribute, name of the field, kind of the field."""


def columns_of(info: IndexInfo, matches: Sequence[Match]) -> list[Column]:
    """The columns of the index's catalogue; of ``matches`` where the index has no GeoPackage."""
    if info.catalogue and Path(info.catalogue).is_file():
        layer = QgsVectorLayer(source_of_catalogue(info.catalogue), "craters", "ogr")
        if layer.isValid():
            return _named([(field.name(), field.typeName()) for field in layer.fields()])
    taken = set(_TAKEN)
    return [(key, free_name(key, taken), kind) for key, _, kind in catalogue_columns(matches)]


def _named(typed: Sequence[tuple[str, str]]) -> list[Column]:
    columns, taken = [], set(_TAKEN)
    here = {name.casefold() for name, _ in typed} | {"fid", "geom", "rowid", "oid", "_rowid_"}
    for name, kind in typed:
        if name in (*_INDEX_COLUMNS, "fid"):
            continue
        key = name
        # The GeoPackage's names are unique without regard to case; the catalogue's own need not be.
        while key.endswith(_SUFFIX) and key[: -len(_SUFFIX)].casefold() in here:
            key = key[: -len(_SUFFIX)]
        columns.append((key, free_name(key, taken), _NUMBERS.get(kind.casefold(), "text")))
    return columns


class MatchSink:
    """Writes matches into a sink that is made when the first are there.

    ``open_sink``: (fields, wkb type) -> QgsFeatureSink.
    """

    def __init__(
        self,
        info: IndexInfo,
        geometry: int,
        open_sink: Callable[[QgsFields, Any], QgsFeatureSink],
    ) -> None:
        self._info, self._geometry, self._open = info, geometry, open_sink
        self._sink: Any = None
        self._fields = QgsFields()
        self._columns: list[Column] = []
        self.written = 0
        self.scores: list[float] = []
        """The lowest and the highest that was written, [] before."""

    def open(self, matches: Sequence[Match] = ()) -> None:
        """Make the sink (once)."""
        if self._sink is not None:
            return
        self._columns = columns_of(self._info, matches)
        own = [*QUERY_FIELDS, *MATCH_FIELDS]
        self._fields = fields([*own, *((name, kind) for _, name, kind in self._columns)])
        types = {CIRCLES: "MultiPolygon", CENTRES: "Point", NONE: "NoGeometry"}
        self._sink = self._open(self._fields, compat.wkb(types[self._geometry]))

    def add(
        self, query_id: str, preview: Preview, mosaic: RasterSource | None, matches: Sequence[Match]
    ) -> bool:
        """Append the matches of one query; False where the sink does not take them."""
        self.open(matches)
        query = [
            query_id,
            preview.lon,
            preview.lat,
            preview.diameter_m,
            preview.side_m,
            mosaic.path if mosaic is not None else "",
            mosaic.band if mosaic is not None else None,
        ]
        features = [self._feature(query, match) for match in matches]
        self.written += len(features)
        known = [*self.scores, *(match.score for match in matches)]
        self.scores = [min(known), max(known)] if known else []
        insert = QgsFeatureSink.Flag.FastInsert
        return not features or bool(self._sink.addFeatures(features, insert))

    def close(self) -> None:
        """Let go of the sink; what was added is written."""
        self._sink = None

    def last_error(self) -> str:
        """What the sink says about a failure."""
        return str(self._sink.lastError()).strip().rstrip(".")

    def _feature(self, query: Sequence[Any], match: Match) -> QgsFeature:
        body = self._info.body
        values = [*query, *(value_of(match, name) for name, _ in MATCH_FIELDS)]
        for key, _, kind in self._columns:
            values.append(typed(match.attributes.get(key), kind))
        feature = QgsFeature(self._fields)
        feature.setAttributes(values)
        if self._geometry == CENTRES:
            point = QgsPointXY(match.lon, body.geodetic(match.lat))
            feature.setGeometry(QgsGeometry.fromPointXY(point))
        elif self._geometry == CIRCLES:
            wkt = sphere.circle_multipolygon_wkt(
                body.mean_radius,
                match.lon,
                match.lat,
                match.diameter_m,
                latitude=body.geodetic,
            )
            feature.setGeometry(QgsGeometry.fromWkt(wkt))
        return feature


def missing_fields(names: Sequence[str]) -> list[str]:
    """The fields a table of matches must have and this one has not."""
    return [name for name in NEEDED if name not in names]


def matches_of(
    features: Iterator[QgsFeature], names: Sequence[str]
) -> Iterator[tuple[Json, DecidedMatch]]:
    """(query fields, match) of each row; other fields become attributes.

    Raises RecordError for a row that is no match.
    """
    queries = [name for name, _ in QUERY_FIELDS if name in names]
    own = [(name, kind) for name, kind in MATCH_FIELDS if name in names]
    rest = [name for name in names if name not in OWN and name.casefold() != "fid"]
    for feature in features:
        query = {name: plain(feature[name]) for name in queries}
        match = {name: _number(plain(feature[name]), kind) for name, kind in own}
        attributes = {name: plain(feature[name]) for name in rest}
        if match.get("mirrored") is None:
            match.pop("mirrored", None)
        if "view" in match:
            match["context"] = _number(str(match.pop("view")).rstrip("x"), "real")
        yield query, DecidedMatch.from_json({**match, "attributes": attributes})


def _number(value: Any, kind: str) -> Any:
    """A value as the kind of its field has it: files give numbers back as texts, too."""
    if value is None:
        return None
    with contextlib.suppress(TypeError, ValueError):
        if kind == "int":
            return int(float(value))
        if kind == "bool":
            return str(value).strip().casefold() in ("1", "1.0", "true", "t", "yes")
        return float(value) if kind == "real" else str(value)
    return value


def plain(value: Any) -> Any:
    """A value of a feature as JSON has it."""
    null = getattr(value, "isNull", None)
    if value is None or (callable(null) and null()):
        return None
    if isinstance(value, (bool, int, float, str)):
        return value
    iso = getattr(value, "toString", None)
    if callable(iso):  # QDate, QTime, QDateTime
        from qgis.PyQt.QtCore import Qt

        return str(iso(Qt.DateFormat.ISODate))
    if isinstance(value, Mapping):
        return {str(key): plain(member) for key, member in value.items()}
    return [plain(member) for member in value] if isinstance(value, (list, tuple)) else str(value)
