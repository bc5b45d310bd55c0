"""The two-stage search: a shortlist by one vector per view, a rerank by late interaction."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...contract.records import Json
from ...contract.search import ANALOG_SIZES, Filters, Match
from ...contract.vocabulary import Question
from ..bodies import great_circle_distance, initial_bearing
from ..encoders.base import Embedding, Encoder
from ..index import CraterIndex, ShortlistBackend, open_shortlist
from ..interaction import maxsim, symmetric_maxsim
from .analogs import AnalogSearch
from .any_angle import REFINED, best_of, finer_turns, zoom_to
from .best_turns import best_turns
from .chance import best_per_crater, expected_by_chance, same_ground
from .feedback import Background, Refinement, background_of
from .filters import allowed_craters, always_same, pixels_across
from .options import SearchOptions, SearchResult
from .overlay import AT_ANY_ANGLE, NORTH_UP, Overlay, context_of, laid_over
from .provenance import provenance_of
from .query import QueryView
from .turns import SAME_TURNS, Turn, add_turns, turned, turns


class Searcher:
    """An open index and its encoder, ready for queries. Keep it: opening is the slow part.

    Raises
    ------
    CraterIndexError
        The encoder is not the one the index was built with.
    """

    def __init__(self, index: CraterIndex, encoder: Encoder) -> None:
        index.check_encoder(encoder.id, encoder.weights_hash)
        self.index = index
        self.encoder = encoder
        settings = index.settings
        self.body = settings.body
        self._backends: dict[str, ShortlistBackend] = {}
        self._last_mask: tuple[Filters, NDArray[np.bool_], int] | None = None
        self.analogs = AnalogSearch(index)

    def search(self, query: QueryView, options: SearchOptions | None = None) -> SearchResult:
        """The craters of the index that look most like the query's view.

        The first stage keeps the S views nearest by global vector among those the filters allow;
        the second scores each by late interaction (mean over the query's instance tokens of the
        largest inner product with the view's) and lays the best views' pictures on the query. A
        crater counts with its best view. When fewer than ``top`` craters are in the shortlist
        although more are allowed, it is made longer.

        Raises
        ------
        QueryError, CraterIndexError
        """
        options, settings = options or SearchOptions(), self.index.settings
        options.check()
        timings: dict[str, float] = {}
        if options.find is Question.ANALOGS:
            return self._search_analogs(query, options, timings)
        if options.any_angle:
            return self._search_any_angle(query, options, timings)
        with _timed(timings, "encode"):
            embedding = self.encoder.encode(query.view.pixels[None])
            tokens = settings.instance_tokens(embedding.tokens, embedding.attention).vectors[0]
        refined = None
        if options.feedback:
            with _timed(timings, "refine"):
                refined = self._refinement(embedding.globals[0], tokens, options)
        with _timed(timings, "filter"):
            mask, allowed = self._view_mask(query, options.filters, refined)
        views, first, scores = self._two_stages(
            embedding.globals[0], tokens, mask, allowed, options, refined, timings
        )
        overlay = None
        if options.overlay:
            scores, overlay = self._lay_over(query, views, scores, NORTH_UP, timings)
        with _timed(timings, "assemble"):
            matches = self._matches(query, options.top, views, first, scores)
        if options.how_sure and refined is None:
            with _timed(timings, "how sure"):
                self._add_chance(query, matches, views, scores, allowed)
        timings["total"] = sum(timings.values())
        return SearchResult(matches, timings, self.provenance(query, options, overlay))

    def _search_analogs(
        self, query: QueryView, options: SearchOptions, timings: dict[str, float]
    ) -> SearchResult:
        filters = options.filters
        chosen = filters.diameter_ratio is not None or options.analogs.any_size
        if not chosen and query.diameter_m is not None:
            filters = replace(filters, diameter_ratio=ANALOG_SIZES)
        options = replace(options, filters=filters)
        with _timed(timings, "filter"):
            allowed = None
            if filters:
                allowed = self._allowed(query, filters)
        with _timed(timings, "kind"):
            ranked = self.analogs.rank(
                query, options.analogs, allowed, self.body, options.top, options.feedback
            )
        with _timed(timings, "turn"):
            best = best_turns(self.index, self.encoder, query, ranked.views)
        with _timed(timings, "assemble"):
            matches = self._matches(
                query, options.top, ranked.views, ranked.likeness, ranked.scores
            )
            for match in matches:
                match.shortlist_score = match.score  # there is one stage
            add_turns(matches, ranked.views, best)
        timings["total"] = sum(timings.values())
        return SearchResult(matches, timings, self.provenance(query, options, compared=ranked.how))

    def _search_any_angle(
        self, query: QueryView, options: SearchOptions, timings: dict[str, float]
    ) -> SearchResult:
        """The two stages for every turn, then finer turns for the best views, then their pictures
        laid on the query."""
        tried = turns(SAME_TURNS, mirrored=False)
        zoom = zoom_to(context_of(query), self.index.settings.context_factors)
        with _timed(timings, "encode"):
            embedding = self._turned_and_encoded(query, tried, zoom)
        with _timed(timings, "filter"):
            mask, allowed = self._view_mask(query, options.filters, None)
        parts = []
        for number in range(len(tried)):
            at = slice(number, number + 1)
            tokens = self._query_tokens(embedding.tokens[at], embedding.attention[at])
            vector = embedding.globals[number]
            parts.append(self._two_stages(vector, tokens, mask, allowed, options, None, timings))
        views, first, scores, which = best_of(parts)
        best = [tried[number] for number in which.tolist()]
        with _timed(timings, "finer turns"):
            self._try_finer(query, options, zoom, views, scores, best)
        overlay = None
        if options.overlay:
            scores, overlay = self._lay_over(query, views, scores, AT_ANY_ANGLE, timings, best)
        with _timed(timings, "assemble"):
            matches = self._matches(query, options.top, views, first, scores)
            add_turns(matches, views, best)
        if options.how_sure:
            with _timed(timings, "how sure"):
                self._add_chance(query, matches, views, scores, allowed)
        timings["total"] = sum(timings.values())
        return SearchResult(matches, timings, self.provenance(query, options, overlay))

    def _try_finer(
        self,
        query: QueryView,
        options: SearchOptions,
        zoom: float,
        views: NDArray[np.int64],
        scores: NDArray[np.float32],
        best: list[Turn],
    ) -> None:
        """Raise ``scores`` and change the turns (``best``) of the best views where a finer turn
        fits them better."""
        top = np.argsort(-scores, kind="stable")[:REFINED]
        finer = finer_turns([best[number] for number in top.tolist()])
        if not finer:
            return
        embedding = self._turned_and_encoded(query, finer, zoom)
        stored = self.index.stored_tokens(views[top])
        score = symmetric_maxsim if options.symmetric else maxsim
        for number, turn in enumerate(finer):
            at = slice(number, number + 1)
            tokens = self._query_tokens(embedding.tokens[at], embedding.attention[at])
            again = score(stored.facing(tokens), stored.tokens, stored.scale)
            for place in np.flatnonzero(again > scores[top]).tolist():
                scores[top[place]], best[top[place]] = again[place], turn

    def _lay_over(
        self,
        query: QueryView,
        views: NDArray[np.int64],
        scores: NDArray[np.float32],
        overlay: Overlay,
        timings: dict[str, float],
        best: list[Turn] | None = None,
    ) -> tuple[NDArray[np.float32], Overlay | None]:
        """The scores after it, and the overlay; as they were and None where it cannot be had."""
        with _timed(timings, "overlay"):
            mixed = laid_over(self.index, query, views, scores, overlay, best)
        return (scores, None) if mixed is None else (mixed, overlay)

    def _turned_and_encoded(self, query: QueryView, tried: list[Turn], zoom: float) -> Embedding:
        return self.encoder.encode(np.stack([turned(query, turn, zoom) for turn in tried]))

    def _query_tokens(
        self, tokens: NDArray[np.float32], attention: NDArray[np.float32]
    ) -> NDArray[np.float32]:
        return self.index.settings.instance_tokens(tokens, attention).vectors[0]

    def _backend(self, name: str) -> ShortlistBackend:
        if name not in self._backends:
            self._backends[name] = open_shortlist(self.index, name)
        return self._backends[name]

    @cached_property
    def _background(self) -> Background | None:
        return background_of(self.index)

    def _refinement(
        self, vector: NDArray[np.float32], tokens: NDArray[np.float32], options: SearchOptions
    ) -> Refinement:
        score = symmetric_maxsim if options.symmetric else maxsim
        return Refinement(self.index, self._background, vector, tokens, options.feedback, score)

    def _view_mask(
        self, query: QueryView, filters: Filters, refined: Refinement | None
    ) -> tuple[NDArray[np.bool_] | None, int]:
        """Views the filters allow (None: all that are not removed), and how many craters' they are.

        A mask costs a scan of everything, so there is none where nothing is excluded.
        """
        excluded = refined.rejected_rows if refined is not None else []
        if not filters and not excluded:
            return None, int(np.count_nonzero(self._has_views))
        if not excluded and self._last_mask is not None and self._last_mask[0] == filters:
            return self._last_mask[1:]
        keep = self._allowed(query, filters)
        keep[excluded] = False
        mask = self.index.views_of(keep)
        if self.index.removed.size:
            mask &= self.index.alive
        allowed = int(np.count_nonzero(keep & self._has_views))
        if not excluded and always_same(filters):
            self._last_mask = filters, mask, allowed
        return mask, allowed

    def _allowed(self, query: QueryView, filters: Filters) -> NDArray[np.bool_]:
        place = query.lon, query.lat, query.diameter_m
        keep = allowed_craters(filters, self.index, lambda: self._pixels_across, *place)
        return keep & self.analogs.of_kind(filters) if filters.kind else keep

    @cached_property
    def _pixels_across(self) -> NDArray[np.float64]:
        return pixels_across(self.index)

    @cached_property
    def _has_views(self) -> NDArray[np.bool_]:
        """Which crater rows have views of craters that are not removed."""
        rows = self.index.view_crater_rows
        seen = np.zeros(self.index.n_craters, dtype=bool)
        seen[rows[self.index.alive] if self.index.removed.size else rows] = True
        return seen

    def _two_stages(
        self,
        vector: NDArray[np.float32],
        tokens: NDArray[np.float32],
        mask: NDArray[np.bool_] | None,
        allowed: int,
        options: SearchOptions,
        refined: Refinement | None,
        timings: dict[str, float],
    ) -> tuple[NDArray[np.int64], NDArray[np.float32], NDArray[np.float32]]:
        """View numbers, their scores in the first and in the second stage."""
        wanted = min(options.top, allowed)
        size = options.shortlist
        backend = self._backend(options.backend)
        rows = self.index.view_crater_rows
        while True:
            with _timed(timings, "shortlist"):
                views, first = self._shortlist(backend, vector, size, mask, refined)
            enough = np.unique(rows[views]).size >= wanted
            if enough or size >= self.index.n_views:
                break
            size *= 2
        if not len(views):
            return views, first, first
        with _timed(timings, "rerank"):
            if refined is not None:
                return views, first, refined.scores(self.index.tokens(views))
            score = symmetric_maxsim if options.symmetric else maxsim
            stored = self.index.stored_tokens(views)
            return views, first, score(stored.facing(tokens), stored.tokens, stored.scale)

    def _shortlist(
        self,
        backend: ShortlistBackend,
        vector: NDArray[np.float32],
        size: int,
        mask: NDArray[np.bool_] | None,
        refined: Refinement | None,
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Views and their inner products with ``vector``, whatever they were found by."""
        if refined is None:
            return backend.search(vector, size, mask)
        shortlists = [backend.search(vector, size, mask)[0] for vector in refined.vectors]
        views = np.unique(np.concatenate(shortlists))
        return views, np.asarray(self.index.globals(views) @ vector, np.float32)

    def _matches(
        self,
        query: QueryView,
        top: int,
        views: NDArray[np.int64],
        first: NDArray[np.float32],
        scores: NDArray[np.float32],
    ) -> list[Match]:
        order = np.lexsort((views, -first, -scores))
        rows = self.index.view_crater_rows[views[order]]
        _, position = np.unique(rows, return_index=True)
        best = order[np.sort(position)[:top]]
        chosen = self.index.view_crater_rows[views[best]]
        records = self.index.crater_records(chosen)
        places = self._from_query(query, records)
        stored = self.index.view_records(views[best])
        matches = []
        for rank, (at, row, record) in enumerate(zip(best, chosen, records, strict=True), 1):
            view = stored[rank - 1]
            lon, lat = record["lon"], record["lat"]
            distance, bearing = places[rank - 1]
            matches.append(
                Match(
                    rank=rank,
                    crater_id=record["crater_id"],
                    lon=lon,
                    lat=lat,
                    diameter_m=record["diameter_m"],
                    score=float(scores[at]),
                    shortlist_score=float(first[at]),
                    context=float(view["context"]),
                    view_number=int(views[at]),
                    crater_row=int(row),
                    observation=int(view["observation"]),
                    distance_m=distance,
                    bearing_deg=bearing,
                    pixels_across=record["diameter_m"] / max(float(view["native_m_per_px"]), 1e-9),
                    attributes=record["attributes"],
                )
            )
        return matches

    def _add_chance(
        self,
        query: QueryView,
        matches: list[Match],
        views: NDArray[np.int64],
        scores: NDArray[np.float32],
        allowed: int,
    ) -> None:
        """From the query's own ranking of the craters that share no ground with it."""
        rows, best = best_per_crater(self.index.view_crater_rows[views], scores)
        if query.lon is not None and query.lat is not None and query.diameter_m is not None:
            place = query.lon, query.lat, query.diameter_m
            near = same_ground(self.body, place, *self.index.craters.places(rows))
            best = best[~near]
        expected = expected_by_chance(best, [match.score for match in matches], allowed)
        if expected is not None:
            for match, number in zip(matches, expected, strict=True):
                match.expected_by_chance = float(number)

    def _from_query(
        self, query: QueryView, records: list[dict[str, Any]]
    ) -> list[tuple[float | None, float | None]]:
        """Distance (metres) and bearing (degrees) of each record's crater from the query."""
        if query.lon is None or query.lat is None or not records:
            return [(None, None)] * len(records)
        lon = np.array([record["lon"] for record in records], float)
        lat = np.array([record["lat"] for record in records], float)
        distance = great_circle_distance(self.body, query.lon, query.lat, lon, lat)
        bearing = initial_bearing(query.lon, query.lat, lon, lat)
        return list(zip(np.asarray(distance).tolist(), np.asarray(bearing).tolist(), strict=True))

    def provenance(
        self,
        query: QueryView,
        options: SearchOptions,
        overlay: Overlay | None = None,
        compared: Json | None = None,
    ) -> Json:
        """Everything needed to say, later, how a match set came about; plain JSON. ``overlay``:
        how pictures were laid on the query, where they were; ``compared``: how analogs were."""
        analogs = options.find is Question.ANALOGS
        descriptor = self.analogs.descriptor if analogs else None
        kind = None
        if analogs and options.feedback:
            kind = self.analogs.learnt(options.feedback.accepted, options.feedback.rejected)
        by = getattr(self._backends.get(options.backend), "name", None)
        return provenance_of(self.index, query, options, by, descriptor, overlay, kind, compared)


@contextmanager
def _timed(timings: dict[str, float], stage: str) -> Iterator[None]:
    start = time.perf_counter()
    try:
        yield
    finally:
        spent = (time.perf_counter() - start) * 1000.0
        timings[stage] = timings.get(stage, 0.0) + spent
