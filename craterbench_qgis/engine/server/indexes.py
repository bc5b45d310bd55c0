"""``index.describe``, ``index.open``, ``index.close``."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import numpy as np

from ...contract import names
from ...contract.build import IndexInfo, IndexParams, Observation, OpenParams
from ...contract.engine import Nothing
from ...contract.vocabulary import Stage
from ..errors import CraterBenchError
from ..files.database import check_schema
from ..index import SUFFIX, CraterIndex, geopackage, open_index
from ..indexing.plan import views_left
from .calls import Call
from .sessions import encoder_problem

_WARM_UPS = 3


def describe(call: Call[IndexParams]) -> IndexInfo:
    """What an index is. Reads the manifest, loads no encoder."""
    with open_index(Path(call.params.path), check="sizes") as index:
        return index_info(index)


def open_for_searches(call: Call[OpenParams]) -> IndexInfo:
    """What an index is, once a search is as fast as it will get."""
    params = call.params
    call.monitor.report(Stage.ENCODER, 0, 0)
    searcher, is_new = call.work.sessions.searcher(Path(params.path), params.device, params.encoder)
    call.monitor.check()
    if is_new:
        _warm_up(call, searcher.index)
    info = index_info(searcher.index)
    info.problem = ""  # its encoder is there: it has just been used
    return info


def close_index(call: Call[IndexParams]) -> Nothing:
    """Let go of an index and of all rasters."""
    call.work.sessions.close(Path(call.params.path))
    call.work.queries.mosaics.close()
    return Nothing()


def index_info(index: CraterIndex) -> IndexInfo:
    """What there is to know about an index without its encoder."""
    manifest, settings = index.manifest, index.settings
    problem = encoder_problem(settings)
    if index.n_views == 0:
        problem = (
            "It holds no views yet: its build was stopped before the first were stored. Resume it."
        )
    catalogue, displaced = _catalogue(index)
    return IndexInfo(
        path=str(index.path),
        name=index.path.name.removesuffix(SUFFIX) or index.path.name,
        index_id=manifest.index_id,
        generation=manifest.generation,
        body=settings.body,
        encoder=settings.encoder_id,
        encoder_description=settings.encoder_description,
        craters=index.n_present,
        views=index.n_views,
        removed=index.n_removed,
        tokens=settings.tokens,
        contexts=list(settings.context_factors),
        seeds=settings.seeds,
        size=settings.size,
        aggregation=settings.aggregation,
        token_dim=settings.token_dim,
        global_dim=settings.global_dim,
        input_size=settings.input_size,
        size_bytes=index.size_bytes,
        created=manifest.created,
        sources=[
            Observation(known["path"], names.is_there(known["path"]))
            for known in manifest.observations
        ],
        catalogue=catalogue,
        catalogue_source=str(manifest.catalogues[0].source.get("path", ""))
        if manifest.catalogues
        else "",
        catalogue_displaced=displaced,
        incomplete=index.incomplete,
        views_left=views_left(manifest.job) if manifest.job is not None else 0,
        skipped=dict(manifest.skipped),
        kinds=manifest.kinds.descriptor if manifest.kinds else "",
        without_shading=manifest.kinds is not None and not manifest.kinds.shading,
        problem=problem,
    )


def _catalogue(index: CraterIndex) -> tuple[str, bool]:
    """The GeoPackage, and whether its points are displaced."""
    entry = index.manifest.gpkg
    if entry is None:
        return "", False
    path = geopackage.locate(index.path, entry)
    try:
        check_schema(path)  # QGIS will open it
        return str(path), geopackage.is_displaced(path, index.settings.body)
    except CraterBenchError:
        return "", False
    except sqlite3.Error:  # damaged: whoever reads it will say so
        return str(path), False


def _warm_up(call: Call[OpenParams], index: CraterIndex) -> None:
    """Use everything once: encoder, shortlist, rerank, the raster, the cut."""
    from ..mosaic import View, ViewSkipped
    from ..search import QueryView, SearchOptions

    with call.work.loading:
        from . import searching

    searcher, _ = call.work.sessions.searcher(index.path)
    size = index.settings.input_size
    pixels = np.random.default_rng(0).random((size, size), dtype=np.float32)
    query = QueryView(View(pixels, 1.0, 1.0, 1.0, float(size)), None, None, None, {})
    for _ in range(_WARM_UPS):
        call.monitor.check()
        searcher.search(query, SearchOptions())
    for known in index.manifest.observations[:1]:
        try:
            mosaic = call.work.queries.mosaics.get(
                known["path"], searcher.body, known.get("band"), known.get("nodata")
            )
            craters = index.craters
            side = float(craters.diameter_m[0]) * index.settings.context_factors[0]
            for pixels_wide in (size, searching.PICTURE):
                mosaic.crop(float(craters.lon[0]), float(craters.lat[0]), side, pixels_wide, 0.0)
        except (CraterBenchError, ViewSkipped):
            pass  # a mosaic that was moved is none of this method's business
