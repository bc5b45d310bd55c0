"""``duplicates.pictures``: both entries of a pair as pictures for the review."""

from __future__ import annotations

from pathlib import Path

from ...contract import duplicates as contract
from ..bodies import wrap_longitude
from ..duplicates.pictures import Place, first_pictures
from ..errors import QueryError
from ..mosaic import ViewSkipped
from ..words import SKIPPED
from .calls import Call


def pictures(call: Call[contract.PairPicturesParams]) -> contract.PairPictures:
    """Both entries, cut from the first mosaic that shows both, else each from the first that
    shows it. Raises QueryError where none does."""
    params = call.params
    a, b = _place(params.a), _place(params.b)
    mosaics = [call.work.queries.mosaics.open(source, params.body) for source in params.mosaics]
    try:
        pair, mosaic = first_pictures(mosaics, a, b, params.size, params.context)
    except ViewSkipped as skipped:
        names = ", ".join(Path(mosaic.path).name for mosaic in mosaics)
        raise QueryError(
            f"{names} does not show this pair: an entry {SKIPPED[skipped.reason]}. Decide by the "
            "numbers or the map."
        ) from skipped
    return contract.PairPictures(
        a=call.work.pictures.keep(pair.pixels_a, "pair"),
        b=call.work.pictures.keep(pair.pixels_b, "pair"),
        size=pair.size,
        side_m=pair.side_m,
        metres_per_pixel=pair.metres_per_pixel,
        native_metres_per_pixel=pair.native_metres_per_pixel,
        radius_a_px=pair.radius_a_px,
        radius_b_px=pair.radius_b_px,
        b_in_a_px=list(pair.b_in_a_px),
        a_in_b_px=list(pair.a_in_b_px),
        mosaic=mosaic.path,
    )


def _place(entry: contract.Entry) -> Place:
    return float(wrap_longitude(entry.lon)), entry.lat, entry.diameter_m
