"""What is searched for: one view, and what is known of where it is and how large its crater."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import QueryError
from ..mosaic import MIN_PIXELS_ACROSS, Mosaic, QueryArea, View, ViewSkipped, image_view

WIDER = 1.42
"""A view's diagonal over its side: what a turn may bring in."""
_SKIPPED = {
    "outside": "lies outside the mosaic. Choose a place the mosaic covers.",
    "too empty": "is mostly without data on this mosaic. Choose another place or mosaic.",
    "no data": "has no data on this mosaic. Choose another place or mosaic.",
    "no contrast": "has no contrast on this mosaic: nothing can be seen in it. Choose another.",
    "too coarse": "is smaller than the mosaic resolves. Use a mosaic of higher resolution.",
    "beyond the limb": "is wider than the visible hemisphere. Use a smaller box or context factor.",
}


@dataclass
class Query:
    """One view to search with.

    ``lon``, ``lat`` (degrees) and ``diameter_m`` are None where unknown (an image without
    georeference). ``source`` is plain JSON for provenance.
    """

    view: View
    lon: float | None
    lat: float | None
    diameter_m: float | None
    source: dict[str, Any]
    wide: NDArray[np.float32] | None = None
    """The same place and scale, 1.42 times as wide: what comes in when the view is turned."""


def query_from_area(
    mosaic: Mosaic,
    area: QueryArea,
    size: int,
    contexts: tuple[float, ...],
    diameter_m: float | None = None,
) -> Query:
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
    source |= _place(area.lon, area.lat)
    wide = _wide(mosaic, area.lon, area.lat, area.side_m, size)
    return Query(view, area.lon, area.lat, diameter, source, wide)


def query_from_crater(
    mosaic: Mosaic, lon: float, lat: float, diameter_m: float, context: float, size: int
) -> Query:
    """A crater by place and diameter, cut at ``context`` times the diameter."""
    if not diameter_m > 0:
        raise QueryError(f"The diameter must be positive, not {diameter_m:g} m.")
    if not abs(lat) <= 90 or not abs(lon) <= 360:
        raise QueryError(f"The point {lon:g}, {lat:g} is not a longitude and latitude in degrees.")
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
    wide = _wide(mosaic, lon, lat, context * diameter_m, size)
    return Query(view, lon, lat, diameter_m, source, wide)


def query_from_image(
    path: Path,
    size: int,
    diameter_m: float | None = None,
    *,
    lon: float | None = None,
    lat: float | None = None,
    side_m: float | None = None,
    contexts: tuple[float, ...] = (),
) -> Query:
    """An image file, square and north up where its place is given; ``diameter_m`` where known.

    ``lon``, ``lat`` (degrees) and ``side_m`` say which square of ground it shows, e.g. where QGIS
    rendered it. The diameter is then, as for a box, ``side_m`` / the mean of ``contexts`` where not
    given.

    Raises QueryError for a file that is no image, or a place that is none.
    """
    if (lon is None) != (lat is None):
        raise QueryError("An image's place needs a longitude and a latitude. Give both or neither.")
    if lon is not None and lat is not None and not (abs(lat) <= 90 and abs(lon) <= 360):
        raise QueryError(f"The point {lon:g}, {lat:g} is not a longitude and latitude in degrees.")
    view = image_view(path, size)
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
    return Query(view, lon, lat, diameter_m, source)


def _cut(mosaic: Mosaic, lon: float, lat: float, side_m: float, size: int) -> View:
    try:
        view = mosaic.crop(lon, lat, side_m, size)
        # A crater fills at most half a crop (context 2): what is left must still show a shape.
        if side_m < 2 * MIN_PIXELS_ACROSS * view.native_metres_per_pixel:
            raise ViewSkipped("too coarse")
        return view
    except ViewSkipped as reason:
        what = _SKIPPED.get(reason.reason, f"cannot be used: {reason.reason}.")
        raise QueryError(
            f"The query at {lon:.4f}, {lat:.4f} ({side_m / 1000:.3g} km wide) {what}"
        ) from reason


def _wide(
    mosaic: Mosaic, lon: float, lat: float, side_m: float, size: int
) -> NDArray[np.float32] | None:
    """None where the mosaic does not reach so far."""
    width = round(size * WIDER)
    try:
        return mosaic.crop(lon, lat, side_m * width / size, width).pixels
    except ViewSkipped:
        return None


def _source(mosaic: Mosaic) -> dict[str, Any]:
    return {"mosaic": mosaic.path, "mosaic_fingerprint": mosaic.fingerprint()}


def _place(lon: float, lat: float) -> dict[str, Any]:
    return {"lon": lon, "lat": lat}
