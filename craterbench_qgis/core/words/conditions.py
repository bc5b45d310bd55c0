"""What is asked and under which conditions, in the user's words; each condition one short piece."""

from __future__ import annotations

from dataclasses import replace

from qgis.core import QgsGeometry

from ...contract.search import ANALOG_SIZES, OF_A_KIND, Filters
from ...contract.vocabulary import Likeness, Question
from ...i18n import tr
from ..query import Conditions
from .quantities import kilometres, number

SIZES, DIAMETER, LATITUDE, LONGITUDE = "sizes", "diameter", "latitude", "longitude"
REGION, DISTANCE, PIXELS = "region", "distance", "pixels"
WHERE, PLACE, KIND = "where", "place", "kind"


def question_name(question: Question) -> str:
    """What is looked for."""
    return {
        Question.SAME: tr("the same crater"),
        Question.ANALOGS: tr("analogs (craters of the same kind)"),
    }[question]


def likeness_name(likeness: Likeness) -> str:
    """By what analogs are alike."""
    return {
        Likeness.BOTH: tr("by relief and looks"),
        Likeness.RELIEF: tr("by relief"),
        Likeness.LOOKS: tr("by looks"),
    }[likeness]


def sizes_of(conditions: Conditions) -> tuple[float, float] | None:
    """Diameter of a match over the query's (low, high); None where any will do."""
    chosen = conditions.filters.diameter_ratio
    if chosen is None and conditions.find is Question.ANALOGS and not conditions.analogs.any_size:
        return ANALOG_SIZES
    return chosen


def pixels_of(conditions: Conditions) -> float | None:
    """Pixels of the mosaic a match has at least across; None where any number will do."""
    if conditions.find is Question.ANALOGS:
        return conditions.analogs.min_pixels or None
    return conditions.filters.min_pixels


def kind_of(conditions: Conditions) -> tuple[str, float]:
    """The kind a match is of, "" for any, and with which probability at least."""
    least = conditions.filters.min_kind
    return conditions.filters.kind or "", OF_A_KIND if least is None else least


def pieces(conditions: Conditions) -> dict[str, str]:
    """Each condition by its key, in the order shown."""
    filters, sizes, pixels = conditions.filters, sizes_of(conditions), pixels_of(conditions)
    texts: dict[str, str] = {}
    if sizes is not None:
        texts[SIZES] = tr("{low} to {high} × the size").format(
            low=_short(sizes[0]), high=_short(sizes[1])
        )
    if pixels is not None:
        texts[PIXELS] = tr("at least {n} pixels across").format(n=_short(pixels))
    if conditions.find is Question.ANALOGS and not conditions.analogs.same_place:
        texts[PLACE] = tr("not the same place")
    if filters.min_diameter is not None or filters.max_diameter is not None:
        texts[DIAMETER] = _range("⌀", filters.min_diameter, filters.max_diameter)
    if filters.min_distance is not None or filters.max_distance is not None:
        texts[DISTANCE] = _range(tr("distance"), filters.min_distance, filters.max_distance)
    if filters.latitude is not None:
        texts[LATITUDE] = tr("latitude {south} to {north}").format(
            south=_degrees(filters.latitude[0], tr("N"), tr("S")),
            north=_degrees(filters.latitude[1], tr("N"), tr("S")),
        )
    if filters.longitude is not None:
        texts[LONGITUDE] = tr("longitude {west} to {east}").format(
            west=_meridian(filters.longitude[0]), east=_meridian(filters.longitude[1])
        )
    if filters.region is not None:
        texts[REGION] = _region(filters.region)
    if filters.kind:
        text = tr("kind “{name}”, at least {n} %")
        texts[KIND] = text.format(name=filters.kind, n=_short(100 * kind_of(conditions)[1]))
    if filters.where:
        texts[WHERE] = filters.where
    return texts


def without(conditions: Conditions, key: str) -> Conditions:
    """The conditions but for one."""
    members = {
        SIZES: ("diameter_ratio",),
        PIXELS: ("min_pixels",),
        DIAMETER: ("min_diameter", "max_diameter"),
        DISTANCE: ("min_distance", "max_distance"),
        LATITUDE: ("latitude",),
        LONGITUDE: ("longitude",),
        REGION: ("region",),
        WHERE: ("where",),
        KIND: ("kind", "min_kind"),
        PLACE: (),
    }[key]
    filters = with_filters(conditions, **dict.fromkeys(members)).filters
    analogs = conditions.analogs
    if conditions.find is Question.ANALOGS:
        if key == SIZES:
            analogs = replace(analogs, any_size=True)
        elif key == PIXELS:
            analogs = replace(analogs, min_pixels=0.0)
        elif key == PLACE:
            analogs = replace(analogs, same_place=True)
    return replace(conditions, filters=filters, analogs=analogs)


def with_sizes(conditions: Conditions, sizes: tuple[float, float]) -> Conditions:
    """Under this range of diameters over the query's."""
    filters = replace(conditions.filters, diameter_ratio=sizes)
    return replace(conditions, filters=filters, analogs=replace(conditions.analogs, any_size=False))


def with_pixels(conditions: Conditions, pixels: float) -> Conditions:
    """Under this least number of pixels across."""
    if conditions.find is Question.ANALOGS:
        return replace(conditions, analogs=replace(conditions.analogs, min_pixels=pixels))
    return replace(conditions, filters=replace(conditions.filters, min_pixels=pixels))


def with_filters(conditions: Conditions, **members: object) -> Conditions:
    """Under these members of the filters."""
    values = {name: getattr(conditions.filters, name) for name in vars(conditions.filters)}
    return replace(conditions, filters=Filters(**{**values, **members}))


def _short(value: float) -> str:
    """As few decimals as say it, at most two."""
    decimals = next((n for n in (0, 1) if abs(value - round(value, n)) < 1e-9), 2)
    return number(value, decimals)


def _range(name: str, low: float | None, high: float | None) -> str:
    if low is None:
        return tr("{name} at most {high}").format(name=name, high=kilometres(high or 0.0))
    if high is None:
        return tr("{name} at least {low}").format(name=name, low=kilometres(low))
    text = tr("{name} {low} to {high}")
    return text.format(name=name, low=kilometres(low), high=kilometres(high))


def _degrees(value: float, positive: str, negative: str) -> str:
    if value == 0:
        return "0°"
    return f"{_short(abs(round(value, 2)))}° {positive if value > 0 else negative}"


def _meridian(lon: float) -> str:
    return _degrees((lon + 180.0) % 360.0 - 180.0, tr("E"), tr("W"))


def _region(wkt: str) -> str:
    box = QgsGeometry.fromWkt(wkt).boundingBox()
    if box.width() >= 359.9:
        lon = tr("all longitudes")
    else:
        lon = tr("{a} to {b}").format(
            a=_meridian(round(box.xMinimum(), 1)), b=_meridian(round(box.xMaximum(), 1))
        )
    south, north = round(box.yMinimum(), 1), round(box.yMaximum(), 1)
    lat = tr("{a} to {b}").format(
        a=_degrees(south, tr("N"), tr("S")), b=_degrees(north, tr("N"), tr("S"))
    )
    return tr("region {lon}, {lat}").format(lon=lon, lat=lat)
