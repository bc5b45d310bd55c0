"""``build.estimate`` and ``build.check``: what a build would make, before it is started."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

from ...contract.build import BuildEstimate, CircleCheck, CircleCrop, LookParams
from ...contract.vocabulary import Stage
from ..catalogue import Craters
from ..indexing.estimate import estimate_views
from ..indexing.preview import CONTEXT, off_rims, preview, repair_of
from ..indexing.run import body_of_mosaic, open_all
from ..sources import read_source, select
from .calls import Call
from .inputs import REJECTED_LISTED


def estimate(call: Call[LookParams]) -> BuildEstimate:
    """How many views a build makes, counting what is too coarse."""
    craters = _craters(call)
    with ExitStack() as stack:
        paths = tuple(Path(path) for path in call.params.mosaics)
        mosaics = open_all(stack, paths, craters.body, None, call.params.nodata)
        return estimate_views(mosaics, craters, sorted(set(call.params.contexts)), call.monitor)


def check(call: Call[LookParams]) -> CircleCheck:
    """A dozen crops with the catalogue's circles, and whether these lie on rims."""
    call.monitor.report(Stage.CATALOGUE, 0, 0)
    craters = _craters(call)
    with ExitStack() as stack:
        paths = (Path(call.params.mosaics[0]),)
        (mosaic,) = open_all(stack, paths, craters.body, None, call.params.nodata)
        shown = preview(mosaic, craters, call.monitor)
    crops = [
        CircleCrop(
            picture=call.work.pictures.keep(pixels, "circle"),
            crater_id=craters.ids[row],
            lon=float(craters.lon[row]),
            lat=float(craters.lat[row]),
            diameter_m=float(craters.diameter[row]),
        )
        for row, pixels in zip(shown.rows, shown.pictures, strict=True)
    ]
    read = shown.scores["as read"]
    return CircleCheck(
        crops=crops,
        context=CONTEXT,
        share=read.share,
        count=read.count,
        others={name: score.share for name, score in shown.scores.items() if score is not read},
        near_chance=off_rims(shown.scores),
        repair=repair_of(shown.scores),
    )


def _craters(call: Call[LookParams]) -> Craters:
    params = call.params
    shown = body_of_mosaic(Path(params.mosaics[0]))
    return select(read_source(params.catalogue, REJECTED_LISTED, shown), params.selection, shown)
