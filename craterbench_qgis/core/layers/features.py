"""Features of a match set: fields, circles of true ground size, great circles, what was searched.

All geometry is computed on the body by spherical formulas (``core.sphere``), in degrees, in the
body's geographic reference system; nothing goes through a projection or the project's ellipsoid.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from qgis.core import Qgis, QgsFeature, QgsField, QgsFields, QgsGeometry

from ...contract.search import Match
from ...contract.vocabulary import QueryKind
from ..geo import sphere
from ..match_set import MatchSet
from ..words.quantities import contexts

CORE_FIELDS = (
    ("rank", "int"),
    ("crater_id", "text"),
    ("lon", "real"),
    ("lat", "real"),
    ("diameter_m", "real"),
    ("score", "real"),
    ("shortlist_score", "real"),
    ("view", "text"),
    ("distance_m", "real"),
    ("bearing_deg", "real"),
    ("expected_by_chance", "real"),
    ("decision", "text"),
)
"""As the engine's exports call them; the catalogue's own columns follow."""

TURN_FIELDS = (("turn_deg", "real"), ("mirrored", "bool"))
"""Before the decision, of matches whose query was turned; as in the exports."""

LINK_FIELDS = (
    ("rank", "int"),
    ("crater_id", "text"),
    ("score", "real"),
    ("distance_m", "real"),
    ("decision", "text"),
)
LINK_DECISION = len(LINK_FIELDS) - 1
QUERY_FIELDS = (
    ("label", "text"),
    ("kind", "text"),
    ("lon", "real"),
    ("lat", "real"),
    ("side_m", "real"),
    ("diameter_m", "real"),
    ("index_name", "text"),
    ("created", "text"),
)
_RESERVED = ("fid", "ogc_fid", "geom", "geometry", "wkb_geometry")
_TYPES = {int: "int", float: "real", bool: "bool", str: "text"}
_LARGEST = 2**63


def fields(columns: Sequence[tuple[str, str]]) -> QgsFields:
    """QgsFields of (name, kind) pairs; kinds: int, big, real, bool, text."""
    layer_fields = QgsFields()
    for name, kind in columns:
        layer_fields.append(QgsField(name, _qt_type(kind)))
    return layer_fields


def match_fields(matches: Sequence[Match]) -> tuple[tuple[str, str], ...]:
    """The fields of matches before the catalogue's columns; ``decision`` is the last."""
    was_turned = any(match.turn_deg is not None for match in matches)
    return (*CORE_FIELDS[:-1], *(TURN_FIELDS if was_turned else ()), CORE_FIELDS[-1])


def catalogue_columns(matches: Sequence[Match]) -> list[tuple[str, str, str]]:
    """(key in ``attributes``, field name, kind) of the catalogue's columns.

    A name that is taken gets ``_cat`` behind it, as in the engine's exports; a column of several
    kinds becomes text.
    """
    taken = {name for name, _ in match_fields(matches)} | set(_RESERVED)
    keys = dict.fromkeys(key for match in matches for key in match.attributes)
    columns = []
    for key in keys:
        kind = _kind([match.attributes.get(key) for match in matches])
        columns.append((key, free_name(key, taken), kind))
    return columns


def free_name(key: str, taken: set[str]) -> str:
    """A field's name for ``key`` that is not in ``taken`` (without regard to case); it is then."""
    plain = str(key).strip() or "column"
    name, number = plain, 1
    while name.casefold() in taken:
        name = f"{plain}_cat{number if number > 1 else ''}"
        number += 1
    taken.add(name.casefold())
    return name


def value_of(match: Match, field: str) -> Any:
    """What stands in a field of a match; ``view``: its context as people read it, ``2x``."""
    if field == "view":
        return None if match.context is None else contexts([match.context])
    return getattr(match, field)


def match_features(match_set: MatchSet, columns: Sequence[tuple[str, str, str]]) -> Iterator[Any]:
    """One feature per match, in row order: its rim."""
    body = match_set.index.body
    own = match_fields(match_set.matches)
    layer_fields = fields([*own, *((name, kind) for _, name, kind in columns)])
    for row, match in enumerate(match_set.matches):
        values: list[Any] = [value_of(match, name) for name, _ in own[:-1]]
        values.append(str(match_set.decision(row)))
        values += [typed(match.attributes.get(key), kind) for key, _, kind in columns]
        wkt = sphere.circle_multipolygon_wkt(
            body.mean_radius, match.lon, match.lat, match.diameter_m, latitude=body.geodetic
        )
        yield _feature(layer_fields, values, wkt)


def link_features(match_set: MatchSet, rows: Iterable[int]) -> Iterator[Any]:
    """One feature per row, in that order: the great circle from the query."""
    body, layer_fields = match_set.index.body, fields(LINK_FIELDS)
    lon, lat = match_set.preview.lon, match_set.preview.lat
    if lon is None or lat is None:
        return
    for row in rows:
        match = match_set.matches[row]
        values: list[Any] = [getattr(match, name) for name, _ in LINK_FIELDS[:LINK_DECISION]]
        wkt = sphere.great_circle_multiline_wkt(lon, lat, match.lon, match.lat, body.geodetic)
        yield _feature(layer_fields, [*values, str(match_set.decision(row))], wkt)


def query_features(match_set: MatchSet) -> Iterator[Any]:
    """The square that was searched, and what the user drew where that is something else."""
    body, layer_fields = match_set.index.body, fields(QUERY_FIELDS)
    seen, asked = match_set.preview, match_set.request
    if seen.lon is None or seen.lat is None or not seen.side_m:
        return
    common = [seen.lon, seen.lat, seen.side_m, seen.diameter_m]
    end = [match_set.index.name, match_set.created]
    ring = sphere.square_ring(body.mean_radius, seen.lon, seen.lat, seen.side_m)
    wkt = sphere.ring_multipolygon_wkt(ring, body.geodetic)
    yield _feature(layer_fields, [asked.label, "searched", *common, *end], wkt)
    if asked.kind is QueryKind.AREA or len(asked.outline) < 4:
        return
    wkt = sphere.ring_multipolygon_wkt(asked.outline, body.geodetic)
    yield _feature(layer_fields, [asked.label, "drawn", *common, *end], wkt)


def _feature(layer_fields: QgsFields, values: list[Any], wkt: str) -> QgsFeature:
    feature = QgsFeature(layer_fields)
    feature.setAttributes(values)
    feature.setGeometry(QgsGeometry.fromWkt(wkt))
    return feature


def _kind(values: Sequence[Any]) -> str:
    types = {type(value) for value in values if value is not None}
    if types == {int, float}:
        return "real"
    if len(types) != 1:
        return "text"
    kind = _TYPES.get(types.pop(), "text")
    if kind == "int":
        whole = [value for value in values if value is not None]
        kind = "big" if all(-_LARGEST <= value < _LARGEST for value in whole) else "text"
    return kind


def typed(value: Any, kind: str) -> Any:
    """A value of a catalogue as a field of that kind takes it."""
    if value is None:
        return None
    if kind == "text":
        return value if isinstance(value, str) else str(value)
    return float(value) if kind == "real" and isinstance(value, (int, float)) else value


def _qt_type(kind: str) -> Any:
    names = {"int": "Int", "big": "LongLong", "real": "Double", "bool": "Bool"}
    if Qgis.QGIS_VERSION_INT >= 33800:
        from qgis.PyQt.QtCore import QMetaType

        return getattr(QMetaType.Type, names.get(kind, "QString"))
    from qgis.PyQt.QtCore import QVariant

    return getattr(QVariant, names.get(kind, "String"))
