"""``atlas.make`` (the long lane), ``atlas.describe``, ``.picture``, ``.select``, ``.at``,
``.export``."""

from __future__ import annotations

from pathlib import Path
from weakref import WeakKeyDictionary

from ...contract.atlas import (
    AtlasAt,
    AtlasAtParams,
    AtlasExportParams,
    AtlasInfo,
    AtlasParams,
    AtlasPicture,
    AtlasPictureParams,
    AtlasSelection,
    AtlasSelectParams,
)
from ...contract.search import Files
from ...contract.vocabulary import Stage
from ..errors import QueryError
from ..formats import SUFFIXES, write_chosen
from ..formats.staging import check_target
from ..index import CraterIndex, open_index
from ..kinds import load_descriptor
from ..kinds.atlas import make_atlas
from ..kinds.atlas_view import AtlasView, atlas_info
from ..search.provenance import index_provenance
from .calls import Call

_views: WeakKeyDictionary[CraterIndex, AtlasView] = WeakKeyDictionary()
"""Of the open indexes; for the short lane only. An index that was changed is another one."""


def make(call: Call[AtlasParams]) -> AtlasInfo:
    """Make the atlas of an index; an earlier one is replaced."""
    path = Path(call.params.index)
    call.monitor.report(Stage.ATLAS, 0, 0)
    with call.work.loading:
        descriptor = load_descriptor()
    make_atlas(path, descriptor, call.monitor)
    with open_index(path, check="sizes") as index:
        return atlas_info(index)


def describe(call: Call[AtlasParams]) -> AtlasInfo:
    """What there is of an atlas."""
    return atlas_info(call.work.sessions.index(Path(call.params.index)))


def picture(call: Call[AtlasPictureParams]) -> AtlasPicture:
    """A part of the atlas as a picture."""
    pixels, count, points, colours = _view(call, call.params.index).picture(call.params)
    call.monitor.check()
    image = call.work.pictures.passing(pixels)
    return AtlasPicture(image, count, colours.legend, points)


def select(call: Call[AtlasSelectParams]) -> AtlasSelection:
    """The craters within a lasso."""
    view = _view(call, call.params.index)
    rows = view.rows[view.within(call.params.lasso)]
    return AtlasSelection(len(rows), call.work.pictures.numbers(rows.astype("<i4")))


def export(call: Call[AtlasExportParams]) -> Files:
    """The craters of a selection to a layer, a table or a crater list."""
    params = call.params
    target = check_target(Path(params.path), SUFFIXES, "Craters")
    view = _view(call, params.index)
    rows = view.rows[view.chosen(params.lasso, params.rows)]
    if not rows.size:
        raise QueryError("No crater of this atlas is selected. Draw a lasso round some.")
    index = call.work.sessions.index(Path(params.index))
    files = write_chosen(
        target,
        index.crater_records(rows),
        body=index.settings.body,
        provenance={**index_provenance(index), "selection": "atlas"},
        overwrite=params.overwrite,
    )
    return Files([str(file) for file in files])


def at(call: Call[AtlasAtParams]) -> AtlasAt:
    """The crater at a place."""
    params = call.params
    return AtlasAt(_view(call, params.index).nearest(params.x, params.y, params.reach))


def _view(call: Call, index_path: str) -> AtlasView:
    index = call.work.sessions.index(Path(index_path))
    view = _views.get(index)
    if view is None:
        view = _views[index] = AtlasView(index)
    return view
