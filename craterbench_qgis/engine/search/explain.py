"""Why a match matched: which patches of the query met which patches of the gallery view."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ...contract import names
from ..encoders.base import Encoder
from ..errors import CraterBenchError, QueryError
from ..files.images import open_thumbnail
from ..index import CraterIndex, ViewRow
from ..interaction import Explanation, best_patches, maxsim
from ..mosaic import Mosaic, ViewSkipped
from .query import QueryView
from .turns import Turn, turned


def explain(
    index: CraterIndex,
    encoder: Encoder,
    query: QueryView,
    crater_id: str,
    view: int | None = None,
    turn: Turn | None = None,
) -> Explanation:
    """Explain why a crater of the index scores as it does.

    ``view`` is a view number of the index; default: the crater's best view for this query.
    ``turn``: how the query was turned and mirrored to fit.

    Raises
    ------
    QueryError
        The crater is not in the index, or has no view there; ``view`` is another crater's.
    """
    index.check_encoder(encoder.id, encoder.weights_hash)
    views = _views_of(index, crater_id)
    if view is not None:
        if view not in views:
            raise QueryError(
                f"View {view} of the index does not show crater {crater_id}: the index was changed "
                "since. Search again."
            )
        views = np.array([view])
    asked = query.view.pixels if turn is None else turned(query, turn)
    embedding = encoder.encode(asked[None])
    settings = index.settings
    mine = settings.instance_tokens(embedding.tokens, embedding.attention).vectors[0]
    tokens = index.tokens(views)
    scores = maxsim(mine, tokens)
    best = int(scores.argmax())
    record = index.view(int(views[best]))
    stored = index.stored_tokens([record.view])
    pixels, recut = _pixels_of(index, record)
    if recut:
        theirs = encoder.encode(pixels[None]).tokens[0]
        belongs = np.arange(len(theirs))
    else:
        theirs, belongs = tokens[best], stored.assignment[0].astype(np.int64)
    similarity = embedding.tokens[0] @ theirs.T
    return Explanation(
        crater_id=crater_id,
        context=record.context,
        observation=index.manifest.observations[record.observation]["path"],
        score=float(scores[best]),
        shortlist_score=float(index.globals([record.view])[0] @ embedding.globals[0]),
        pixels_query=asked,
        pixels_match=pixels,
        patches=best_patches(embedding.tokens[0], settings.grid, theirs, belongs),
        strength_query=similarity.max(axis=1).reshape(settings.grid),
        strength_match=similarity.max(axis=0)[belongs].reshape(settings.grid),
        recut=recut,
        view_number=record.view,
    )


def view_pixels(index: CraterIndex, view: int, size: int) -> NDArray[np.float32]:
    """A view of the index for the eye, float32 in 0..1: [size, size] cut again from its mosaic
    where that is still at hand, else its thumbnail, as large as that is."""
    return _pixels_of(index, index.view(view), size)[0]


def _views_of(index: CraterIndex, crater_id: str) -> NDArray[np.int64]:
    rows = index.craters.rows_of([crater_id]).get(crater_id)
    if not rows:
        raise QueryError(f"The index has no crater {crater_id!r}. Check the id (case matters).")
    views = np.flatnonzero(np.isin(index.view_crater_rows, rows) & index.alive)
    if not len(views):
        raise QueryError(
            f"Crater {crater_id} is in the index without a view: none could be cut, or it was "
            "removed. Choose another crater."
        )
    return views


def _pixels_of(
    index: CraterIndex, record: ViewRow, size: int | None = None
) -> tuple[NDArray[np.float32], bool]:
    """The view's pixels: cut again where the mosaic is still at hand, else the thumbnail."""
    known = index.manifest.observations[record.observation]
    craters, row = index.craters, record.crater_row
    size = size or index.settings.input_size
    if names.is_there(known["path"]):
        try:
            with Mosaic.open(
                known["path"], band=known.get("band"), nodata=known.get("nodata")
            ) as mosaic:
                if mosaic.fingerprint() == known["fingerprint"]:
                    side = record.context * float(craters.diameter_m[row])
                    lon, lat = float(craters.lon[row]), float(craters.lat[row])
                    return mosaic.crop(lon, lat, side, size, 0.0).pixels, True
        except (CraterBenchError, ViewSkipped):
            pass  # a moved or damaged mosaic is no reason not to explain
    image = open_thumbnail(index.thumbnail(record.view)).convert("L")
    return np.asarray(image, dtype=np.float32) / np.float32(255), False
