"""What is searched for: one view, and what is known of where it is and how large its crater."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...contract.search import Query
from ...contract.vocabulary import BoxReading, QueryKind, Skip
from ..bodies import wrap_longitude
from ..errors import QueryError
from ..mosaic import MIN_PIXELS_ACROSS, Mosaic, QueryArea, View, ViewSkipped, image_view
from ..words import ADVICE, SKIPPED

WIDER = 1.42
"""A view's diagonal over its side: what a turn may bring in."""


@dataclass
class QueryView:
    """One view to search with.

    ``lon``, ``lat`` (degrees) and ``diameter_m`` are None where unknown (an image without
    georeference). ``source`` is plain JSON for provenance; ``origin``: the raster or the picture
    the view was cut from, while that is open.
    """

    view: View
    lon: float | None
    lat: float | None
    diameter_m: float | None
    source: dict[str, Any]
    origin: Mosaic | Path | None = None
    part: float = 1.0
    """Of the picture ``origin``, the side that the view shows, about its middle."""
    wide: NDArray[np.float32] | None = None
    """The same place and scale, wider: what comes in at the corners when the view is turned."""

    @property
    def notes(self) -> list[str]:
        """What was corrected while its raster was read."""
        return list(self.origin.notes) if isinstance(self.origin, Mosaic) else []

    def widened(self) -> QueryView:
        """The same with ``wide``, 1.42 times as wide, where the mosaic reaches so far.

        For searches that turn the query; while the mosaic is open.
        """
        if not isinstance(self.origin, Mosaic) or self.lon is None or self.lat is None:
            return self
        size = len(self.view.pixels)
        width = round(size * WIDER)
        side = self.view.side_m * width / size
        try:
            return replace(self, wide=self.origin.crop(self.lon, self.lat, side, width).pixels)
        except ViewSkipped:
            return self

    def picture(self, size: int) -> NDArray[np.float32]:
        """The same ground for the eye: [size, size] in 0..1."""
        if len(self.view.pixels) == size:
            return self.view.pixels
        if isinstance(self.origin, Path):
            return image_view(self.origin, size, self.part).pixels
        if self.origin is not None and self.lon is not None and self.lat is not None:
            try:
                return self.origin.crop(self.lon, self.lat, self.view.side_m, size, 0.0).pixels
            except ViewSkipped:
                pass  # finer pixels without contrast: what is searched is shown
        return self.view.pixels


def cut_query(
    query: Query, mosaic: Mosaic | None, size: int, contexts: tuple[float, ...]
) -> QueryView:
    """The view of an area, a crater or an image, ``size`` pixels a side.

    ``contexts``: those of the index, whose mean tells an unknown diameter or an unsaid context.
    Raises QueryError.
    """
    mean = sum(contexts) / len(contexts)
    square = query.square_m
    if query.reading is BoxReading.CRATER and square is not None:
        known = replace(query, diameter_m=square)
        return cut_square(known, mosaic, size, contexts, mean * square)
    lon, lat = query.lon, query.lat
    if lon is not None and abs(lon) > 180:
        lon = float(wrap_longitude(lon))
    if query.kind is QueryKind.IMAGE:
        part = query.box_m / query.side_m if query.box_m and query.side_m else 1.0
        if part > 1.0 + 1e-6:
            raise QueryError("The picture is smaller than the square that is asked about.")
        return query_from_image(
            Path(query.image or ""),
            size,
            query.diameter_m,
            lon=lon,
            lat=lat,
            side_m=query.box_m or query.side_m,
            contexts=contexts,
            part=min(1.0, part),
        )
    if mosaic is None or lon is None or lat is None:
        raise ValueError(f"a query of the kind {query.kind} is not cut here")
    if query.kind is QueryKind.AREA:
        area = QueryArea(lon, lat, query.side_m or 0.0)
        return query_from_area(mosaic, area, size, contexts, query.diameter_m)
    context = query.context or mean
    return query_from_crater(mosaic, lon, lat, query.diameter_m or 0.0, context, size)


def cut_square(
    query: Query,
    mosaic: Mosaic | None,
    size: int,
    contexts: tuple[float, ...],
    side_m: float,
) -> QueryView:
    """The view ``side_m`` metres wide about the middle of an area's or an image's square.

    Raises QueryError.
    """
    if query.kind is QueryKind.IMAGE:
        square = replace(query, reading=BoxReading.VIEW, box_m=side_m)
    else:
        square = replace(query, reading=BoxReading.VIEW, side_m=side_m)
    return cut_query(square, mosaic, size, contexts)


def query_from_area(
    mosaic: Mosaic,
    area: QueryArea,
    size: int,
    contexts: tuple[float, ...],
    diameter_m: float | None = None,
) -> QueryView:
    """A box: its square is the view.

    The crater's diameter, which filters by ratio need, is ``diameter_m`` where given, else side /
    the mean context factor of the index.
    """
    diameter = diameter_m or area.side_m / (sum(contexts) / len(contexts))
    view = _cut(mosaic, area.lon, area.lat, area.side_m, size)
    source = _source(mosaic) | {
        "kind": "box",
        "side_m": area.side_m,
        "diameter_m": diameter,
        "diameter_assumed": diameter_m is None,
    }
    place = _place(area.lon, area.lat)
    return QueryView(view, area.lon, area.lat, diameter, source | place, mosaic)


def query_from_crater(
    mosaic: Mosaic, lon: float, lat: float, diameter_m: float, context: float, size: int
) -> QueryView:
    """A crater by place and diameter, cut at ``context`` times the diameter."""
    if not diameter_m > 0:
        raise QueryError(f"The diameter must be positive, not {diameter_m:g} m.")
    _check_place(lon, lat)
    if not 0.5 < context < 100:
        raise QueryError(
            f"A context factor of {context:g} cannot be cut. Use about 2 to 3 (side / diameter)."
        )
    view = _cut(mosaic, lon, lat, context * diameter_m, size)
    source = _source(mosaic) | {
        "kind": "crater",
        "diameter_m": diameter_m,
        "context": context,
        **_place(lon, lat),
    }
    return QueryView(view, lon, lat, diameter_m, source, mosaic)


def query_from_image(
    path: Path,
    size: int,
    diameter_m: float | None = None,
    *,
    lon: float | None = None,
    lat: float | None = None,
    side_m: float | None = None,
    contexts: tuple[float, ...] = (),
    part: float = 1.0,
) -> QueryView:
    """An image file, square and north up where its place is given; ``diameter_m`` where known.

    ``lon``, ``lat`` (degrees) and ``side_m`` say which square of ground it shows, e.g. where QGIS
    rendered it. The diameter is then, as for a box, ``side_m`` / the mean of ``contexts`` where not
    given. ``part``: of the picture's side, about its middle, that ``side_m`` is.

    Raises QueryError for a file that is no image, or a place that is none.
    """
    if (lon is None) != (lat is None):
        raise QueryError("An image's place needs a longitude and a latitude. Give both or neither.")
    if lon is not None and lat is not None:
        _check_place(lon, lat)
    view = image_view(path, size, part)
    assumed = diameter_m is None and side_m is not None and bool(contexts)
    if side_m is not None:
        view = replace(view, side_m=side_m, metres_per_pixel=side_m / size)
        if assumed:
            diameter_m = side_m / (sum(contexts) / len(contexts))
    source: dict[str, Any] = {"kind": "image", "image": str(path), "diameter_m": diameter_m}
    if side_m is not None:
        source |= {"side_m": side_m, "diameter_assumed": assumed}
    if lon is not None and lat is not None:
        source |= _place(lon, lat)
    return QueryView(view, lon, lat, diameter_m, source, path, part)


def _check_place(lon: float, lat: float) -> None:
    if not abs(lat) <= 90 or not abs(lon) <= 360:
        raise QueryError(f"The point {lon:g}, {lat:g} is not a longitude and latitude in degrees.")


def _cut(mosaic: Mosaic, lon: float, lat: float, side_m: float, size: int) -> View:
    try:
        view = mosaic.crop(lon, lat, side_m, size)
        # A crater fills at most half a crop (context 2): what is left must still show a shape.
        if side_m < 2 * MIN_PIXELS_ACROSS * view.native_metres_per_pixel:
            raise ViewSkipped(Skip.TOO_COARSE)
        return view
    except ViewSkipped as skipped:
        why = skipped.reason
        raise QueryError(
            f"The query at {lon:.4f}, {lat:.4f} ({side_m / 1000:.3g} km wide) {SKIPPED[why]}. "
            f"{ADVICE[why]}"
        ) from skipped


def _source(mosaic: Mosaic) -> dict[str, Any]:
    return {"mosaic": mosaic.path, "mosaic_fingerprint": mosaic.fingerprint()}


def _place(lon: float, lat: float) -> dict[str, Any]:
    return {"lon": lon, "lat": lat}
