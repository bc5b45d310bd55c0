"""Analogs: craters of the same kind, at any angle and mirrored, by the descriptor of kind."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ...contract.records import Json
from ...contract.search import LIKE_THE_QUERY, OF_A_KIND, AnalogOptions, Feedback, Filters
from ...contract.vocabulary import Likeness
from ..bodies import Body
from ..index import CraterIndex
from ..kinds.descriptor import KindDescriptor, KindVectors, load_descriptor
from ..kinds.gallery import Features, KindGallery
from ..kinds.kept import load_kind
from ..kinds.measured import WEIGHTS, MeasuredTerrain, measured_columns
from ..kinds.named import LearntKind, learn_ids, rows_of
from .chance import same_ground
from .query import QueryView
from .query_terrain import terrain_of
from .turns import Turn, turned

Examples = tuple[tuple[str, ...], tuple[str, ...]]
"""Ids of craters of a kind, and of others."""
_KEPT = 4
_QUARTERS = (Turn(0.0, False), Turn(90.0, False), Turn(180.0, True), Turn(270.0, True))


@dataclass(frozen=True)
class Compared:
    """``unlike`` [M], each entry of the gallery's unlikeness to a query; ``how``: what share each
    part has in it, and whose the query's terrain is, plain JSON."""

    unlike: NDArray[np.float32]
    how: Json


@dataclass(frozen=True)
class Ranked:
    """``views``: numbers of the most like craters' views, best first [n]; their ``scores``;
    ``likeness``: what orders those of one score; ``how`` they were compared, plain JSON."""

    views: NDArray[np.int64]
    scores: NDArray[np.float32]
    likeness: NDArray[np.float32]
    how: Json


class AnalogSearch:
    """The descriptors of an open index, ready for queries."""

    def __init__(self, index: CraterIndex, descriptor: KindDescriptor | None = None) -> None:
        self._index = index
        self._given = descriptor
        self._learnt: OrderedDict[Examples, LearntKind] = OrderedDict()

    @cached_property
    def descriptor(self) -> KindDescriptor:
        """The one given, or the one that ships."""
        return self._given or load_descriptor()

    @cached_property
    def gallery(self) -> KindGallery:
        """Raises CraterIndexError, saying what to do, where the index has no descriptors."""
        return KindGallery(self._index, self.descriptor)

    @cached_property
    def terrain(self) -> MeasuredTerrain:
        """What a terrain model says of the entries of :attr:`gallery`."""
        rows, diameter = self.gallery.crater_row, self.gallery.diameter_m
        return MeasuredTerrain(measured_columns(self._index, rows, diameter), diameter)

    def describe(self, query: QueryView) -> KindVectors:
        """The query's descriptors: as it is, turned and mirrored. Their mean is steadier."""
        contexts = self._index.settings.context_factors
        context = sum(contexts) / len(contexts)
        if query.diameter_m and query.view.side_m == query.view.side_m:
            context = query.view.side_m / query.diameter_m
        size = self.descriptor.input_size
        views = [
            replace(query.view, pixels=_resized(turned(query, turn), size)) for turn in _QUARTERS
        ]
        return self.descriptor.describe(views, [context] * len(views))

    def query_features(self, query: QueryView) -> Features:
        """What of the query is compared with the entries of :attr:`gallery`."""
        return self.gallery.query_features(self.describe(query), self._observation(query))

    def compare(
        self,
        query: QueryView,
        by: Likeness,
        features: Features | None = None,
        measured: bool = True,
    ) -> Compared:
        """The query and every entry of :attr:`gallery`, from 0 for the same. ``features``: of the
        query, where they are at hand; ``measured``: whether measurements of terrain count, where
        the index has them and those of the query are known."""
        features = self.query_features(query) if features is None else features
        diameter, weight = query.diameter_m, WEIGHTS[by]
        known = terrain_of(self._index, self.terrain, query) if measured and weight else None
        if known is None:
            unlike = self.gallery.unlikeness(features, by, diameter)
            return Compared(unlike, {"shares": self.gallery.shares(features, by, diameter)})
        parts = self.terrain.compared(known.values, weight)
        unlike = self.gallery.unlikeness(features, by, diameter, parts)
        counts = np.isfinite(known.values)
        shares = self.gallery.shares(features, by, diameter, weight * float(counts.mean()))
        measures = [n for n, there in zip(self.terrain.names, counts, strict=True) if there]
        return Compared(unlike, {"shares": shares, "terrain": known.source | {"columns": measures}})

    def learnt(self, yes: Sequence[str], no: Sequence[str]) -> LearntKind:
        """The kind of the craters ``yes``, of which ``no`` are not (ids). Raises QueryError for too
        few, CraterIndexError."""
        examples = tuple(sorted(set(yes))), tuple(sorted(set(no) - set(yes)))
        known = self._learnt.pop(examples, None)
        if known is None:
            known = learn_ids(self._index, self.gallery, *examples)
        self._learnt[examples] = known
        while len(self._learnt) > _KEPT:
            self._learnt.popitem(last=False)
        return known

    def of_kind(self, filters: Filters) -> NDArray[np.bool_]:
        """Which craters [n_craters] are of the kind that the filters name. Raises QueryError,
        CraterIndexError."""
        kind = load_kind(self._index.path, filters.kind or "")
        learnt = self.learnt(kind.yes, kind.no)
        least = OF_A_KIND if filters.min_kind is None else filters.min_kind
        keep = np.zeros(self._index.n_craters, bool)
        keep[learnt.rows[learnt.probability >= least]] = True
        return keep

    def rank(
        self,
        query: QueryView,
        options: AnalogOptions,
        allowed: NDArray[np.bool_] | None,
        body: Body,
        top: int,
        feedback: Feedback | None = None,
    ) -> Ranked:
        """The most like craters.

        ``allowed`` bool [n_craters] or None. Left out: craters that share ground with the query
        (unless the options want them), and those with too few pixels across. A crater counts with
        its most like observation. Scores are by :func:`score_of`; with ``feedback`` they are
        probabilities to be of its kind, and what was rejected is left out.
        """
        gallery = self.gallery
        keep = gallery.pixels_across >= options.min_pixels
        if allowed is not None:
            keep &= allowed[gallery.crater_row]
        lon, lat, diameter = query.lon, query.lat, query.diameter_m
        if lon is not None and lat is not None and diameter is not None and not options.same_place:
            craters = self._index.craters
            rows = gallery.crater_row
            keep &= ~same_ground(
                body,
                (lon, lat, diameter),
                craters.lon[rows],
                craters.lat[rows],
                craters.diameter_m[rows],
            )
        how: Json = {}
        if feedback:
            learnt = self.learnt(feedback.accepted, feedback.rejected)
            rejected = self._index.craters.rows_of(feedback.rejected)
            keep &= ~np.isin(gallery.crater_row, rows_of(feedback.rejected, rejected))
            at = np.searchsorted(learnt.rows, gallery.crater_row)
            scores, likeness = learnt.probability[at], learnt.likeness[at]
        else:
            compared = self.compare(query, options.by)
            scores, likeness, how = score_of(compared.unlike), -compared.unlike, compared.how
        order = np.flatnonzero(keep)
        order = order[np.lexsort((gallery.view[order], -likeness[order], -scores[order]))]
        _, first = np.unique(gallery.crater_row[order], return_index=True)
        chosen = order[np.sort(first)[:top]]
        best = scores[chosen].astype("f4"), likeness[chosen].astype("f4")
        return Ranked(gallery.view[chosen], *best, how)

    def _observation(self, query: QueryView) -> int | None:
        fingerprint = query.source.get("mosaic_fingerprint")
        for number, known in enumerate(self._index.manifest.observations):
            if fingerprint is not None and known.get("fingerprint") == fingerprint:
                return number
        return None


def score_of(unlike: NDArray[np.float32]) -> NDArray[np.float32]:
    """From 0 to 1, the more the more like: ``LIKE_THE_QUERY`` for an unlikeness of 0, half for two
    craters drawn at random (1)."""
    steep = np.log(LIKE_THE_QUERY / (1.0 - LIKE_THE_QUERY))
    score = 1.0 / (1.0 + np.exp(np.clip(steep * (unlike.astype(np.float64) - 1.0), -60.0, 60.0)))
    return np.asarray(score, np.float32)


def _resized(pixels: NDArray[np.float32], size: int) -> NDArray[np.float32]:
    if pixels.shape[0] == size:
        return pixels
    from PIL import Image

    image = Image.fromarray(pixels).resize((size, size), Image.Resampling.BILINEAR)
    return np.asarray(image, np.float32)
