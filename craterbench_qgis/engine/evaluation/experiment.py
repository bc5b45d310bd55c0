"""Every row of the table: how well each way of matching finds the queries' craters."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any

import numpy as np
import numpy.typing as npt

from ...contract.vocabulary import Stage
from ..interaction import maxsim
from ..monitor import Monitor
from ..tokens import dequantise, instance_tokens, quantise
from .gallery import Gallery, make_tokens
from .matching import Matcher, Stopwatch, blocks
from .methods import GLOBAL, OVERLAY, SHORTLISTED, RowSpec
from .metrics import CUTOFFS, MEASURES, Bootstrap, Float64, Judge
from .queries import QuerySet
from .store import PatchesUnavailable

Float32 = npt.NDArray[np.float32]
Int64 = npt.NDArray[np.int64]

RECOVERY = "map_id"
"""Two-stage recovery is 100 * this measure / the same of full late interaction."""
_GALLERY_BLOCK = 256
_SCORE_BYTES = 256 << 20
_QUERY_BYTES = 512 << 20
_RANDOM_QUERIES = 1 << 40  # keeps the queries' random seeds apart from the gallery's


@dataclass
class Outcome:
    """What one row gave: ``values`` [Q, len(MEASURES)], time, bytes; ``row`` as in the JSON."""

    spec: RowSpec
    values: Float64
    ms_per_query: float
    bytes_per_view: int
    row: dict[str, Any] = field(default_factory=dict)


class Experiment:
    """Queries against a gallery. Scores are made in float32 from what an index would store."""

    def __init__(
        self,
        gallery: Gallery,
        queries: QuerySet,
        *,
        device: str = "cpu",
        seed: int = 0,
        monitor: Monitor | None = None,
    ) -> None:
        """``device``: torch device of the exhaustive products; ``seed``: random seeds, bootstrap.

        Raises ValueError when a query has no relevant view in the gallery: the caller must see to
        that, since no measure is defined for it.
        """
        self.gallery, self.queries = gallery, queries
        self._device, self._seed = device, seed
        self._monitor = monitor or Monitor()
        self._judge = Judge(gallery.groups)
        self._relevant = [self._judge.present(relevant) for relevant in queries.relevant]
        if not len(queries) or any(not len(craters) for craters in self._relevant):
            raise ValueError("Every query needs at least one relevant view in the gallery.")
        self._bootstrap = Bootstrap(queries.craters, seed=seed)
        self._done = self._total = 0.0
        self.notes: list[str] = []
        self._full: dict[int, Outcome] = {}
        self._reranked: dict[int, tuple[npt.NDArray[np.int8], Float32]] = {}

    def run(self, specs: Sequence[RowSpec]) -> list[dict[str, Any]]:
        """The rows of ``specs``, in order. Rows whose patches cannot be had are left out, with a
        note in ``notes``. Raises PatchesUnavailable when no row is left; Cancelled.
        """
        full = {self._full_row(spec) for spec in specs if spec.method in SHORTLISTED}
        self._done, self._total = 0.0, sum(map(self._work, [*specs, *(full - set(specs))]))
        outcomes = []
        reason: PatchesUnavailable | None = None
        for spec in specs:
            self._monitor.check()
            try:
                outcomes.append(self._outcome(spec))
            except PatchesUnavailable as error:
                self.notes.append(f"{spec.label} left out: {error}")
                reason = error
        if not outcomes and reason is not None:
            raise reason
        for outcome in outcomes:
            outcome.row = self._row(outcome)
        return [outcome.row for outcome in outcomes]

    # -- rows ----------------------------------------------------------------------------------

    def _outcome(self, spec: RowSpec) -> Outcome:
        if spec.method == GLOBAL:
            return self._global(spec)
        if spec.method in SHORTLISTED:
            self._full_outcome(spec)
            return self._two_stage(spec)
        if spec == self._full_row(spec):
            return self._full_outcome(spec)
        return self._exhaustive(spec)

    def _own_row(self) -> RowSpec:
        own = self.gallery.own
        return RowSpec(own.method, own.seeds, own.k)

    def _full_row(self, spec: RowSpec) -> RowSpec:
        """Late interaction of everything with tokens like the index's, K of ``spec``."""
        own = self.gallery.own
        return RowSpec(own.method, own.seeds, spec.k or own.k)

    def _full_outcome(self, spec: RowSpec) -> Outcome:
        row = self._full_row(spec)
        k = row.k or 0
        if k not in self._full:
            self._full[k] = self._exhaustive(row)
        return self._full[k]

    def _global(self, spec: RowSpec) -> Outcome:
        gallery, queries = self.gallery, self.queries
        values = np.empty((len(queries), len(MEASURES)))
        step = max(1, _SCORE_BYTES // (4 * len(gallery)))
        for part in blocks(len(queries), step):
            scores = queries.globals[part] @ gallery.globals.T
            self._judge_block(part, scores, values)
            self._advance(self._cost(spec) * (part.stop - part.start) * len(gallery))
        times = []
        for vector in queries.globals[:20]:
            start = time.perf_counter()
            gallery.shortlist(vector, max(CUTOFFS))
            times.append(time.perf_counter() - start)
        return Outcome(spec, values, 1000 * median(times), self._global_bytes())

    def _exhaustive(self, spec: RowSpec) -> Outcome:
        gallery, queries = self.gallery, self.queries
        k = self._k(spec)
        if spec != self._own_row():
            gallery.patch_store(self._monitor)  # fails early, before any work
        values = np.empty((len(queries), len(MEASURES)))
        watch, first = Stopwatch(), True
        tokens: Float32 = np.empty((0, k, gallery.token_dim), np.float32)
        step = min(_SCORE_BYTES // (4 * len(gallery)), _QUERY_BYTES // (4 * k * gallery.token_dim))
        timed: list[Float32] = []
        for part in blocks(len(queries), max(1, step)):
            tokens = self._query_tokens(spec, part)
            matcher = Matcher(tokens, self._device)
            scores = np.empty((len(tokens), len(gallery)), np.float32)
            for block, views in self._gallery_blocks(spec):
                self._monitor.check()
                scores[:, block] = matcher.scores(views)
                if first:
                    watch.see(views)
                making = self._token_cost(spec) if first else 0.0
                self._advance((self._cost(spec) * len(tokens) + making) * len(views))
            if first:
                timed = [query.copy() for query in tokens[:16]]
                first = False
            self._judge_block(part, scores, values)
        ms = watch.ms_per_query(timed, len(gallery))
        return Outcome(spec, values, ms, self._token_bytes(k))

    def _two_stage(self, spec: RowSpec) -> Outcome:
        """What ``Searcher`` does with a query, timed as a whole."""
        gallery, queries = self.gallery, self.queries
        values = np.empty((len(queries), len(MEASURES)))
        times = []
        for number in range(len(queries)):
            if number % 64 == 0:
                self._monitor.check()
            tokens = self._query_tokens(self._full_row(spec), slice(number, number + 1))[0]
            start = time.perf_counter()
            views, _ = gallery.shortlist(queries.globals[number], spec.shortlist or 0)
            scores = maxsim(tokens, self._rerank_tokens(spec, views))
            if spec.method == OVERLAY:
                scores = self._laid_over(number, views, scores)
            times.append(time.perf_counter() - start)
            values[number] = self._judge.judge_list(views, scores, self._relevant[number])
            self._advance(self._cost(spec) * (spec.shortlist or 0))
        size = self._global_bytes() + self._token_bytes(self._k(spec))
        return Outcome(spec, values, 1000 * median(times), size)

    def _laid_over(self, number: int, views: Int64, scores: Float32) -> Float32:
        kept = self.queries.views
        mixed = self.gallery.lay_over(kept[number], views, scores) if kept else None
        if mixed is None:
            raise PatchesUnavailable("It needs the thumbnails of an index, and they are not there.")
        return mixed

    def _rerank_tokens(self, spec: RowSpec, views: Int64) -> Float32:
        """Tokens float32 [S, K, D] of shortlisted views: the stored ones, or like them at K."""
        k = self._k(spec)
        if k == self.gallery.own.k:
            return self.gallery.own_tokens(views)
        if k not in self._reranked:
            parts = [quantise(part) for _, part in self._gallery_blocks(self._full_row(spec))]
            tokens, scales = zip(*parts, strict=True)
            self._reranked[k] = np.concatenate(tokens), np.concatenate(scales)
        stored, scale = self._reranked[k]
        return dequantise(stored[views], scale[views])

    def _judge_block(self, part: slice, scores: Float32, values: Float64) -> None:
        for number, row in enumerate(scores, part.start):
            values[number] = self._judge.judge(row, self._relevant[number])

    # -- tokens --------------------------------------------------------------------------------

    def _query_tokens(self, spec: RowSpec, part: slice) -> Float32:
        """float32 [q, K, D]; not in int8 steps, as in a search."""
        wanted = spec.tokens()
        if wanted is None:
            return self.queries.patches.read(part)
        if wanted == self.gallery.own:
            return self._own_query_tokens(part)
        store = self.queries.patches
        return instance_tokens(
            store.read(part),
            wanted.k,
            seeds=wanted.seeds,
            method=wanted.method,
            attention=store.attention[part],
            seed=[
                _RANDOM_QUERIES + self._seed * len(store) + i
                for i in range(*part.indices(len(store)))
            ],
        ).vectors

    def _own_query_tokens(self, part: slice) -> Float32:
        store = self.queries.patches
        pairs = zip(store.read(part), store.attention[part], strict=True)
        return np.stack([self.gallery.query_tokens(patches, weight) for patches, weight in pairs])

    def _gallery_blocks(self, spec: RowSpec) -> Iterator[tuple[slice, Float32]]:
        """(which views, their tokens float32 [v, K, D] as stored)."""
        gallery, wanted = self.gallery, spec.tokens()
        for part in blocks(len(gallery), _GALLERY_BLOCK):
            if wanted is not None and wanted == gallery.own:
                yield part, gallery.own_tokens(np.arange(part.start, part.stop, dtype=np.int64))
                continue
            store = gallery.patch_store(self._monitor)
            if wanted is None:
                tokens = store.read(part)
            else:
                tokens = make_tokens(store, part, wanted, gallery.numbers())
            yield part, gallery.as_stored(tokens)

    def _k(self, spec: RowSpec) -> int:
        return spec.k if spec.k is not None else self.gallery.patches

    # -- cost ----------------------------------------------------------------------------------

    def _global_bytes(self) -> int:
        return int(self.gallery.globals.shape[1]) + 4

    def _token_bytes(self, k: int) -> int:
        return k * self.gallery.token_bytes

    def _cost(self, spec: RowSpec) -> float:
        """Multiplications and additions of one query with one view, in millions."""
        if spec.method == GLOBAL:
            return 2e-6 * self.gallery.globals.shape[1]
        return 2e-6 * self._k(spec) ** 2 * self.gallery.token_dim

    def _token_cost(self, spec: RowSpec) -> float:
        """The same for making one gallery view's tokens: matrix products of N x K x D."""
        wanted = spec.tokens()
        if wanted is None or wanted == self.gallery.own:
            return 0.0
        products = {"raw": 1, "aggregated": 2, "centroid": 20}[wanted.method]
        products += wanted.seeds == "fps"
        return 2e-6 * products * self.gallery.patches * wanted.k * self.gallery.token_dim

    def _work(self, spec: RowSpec) -> float:
        if spec.method in SHORTLISTED:
            return self._cost(spec) * len(self.queries) * (spec.shortlist or 0)
        per_view = self._cost(spec) * len(self.queries) + self._token_cost(spec)
        return per_view * len(self.gallery)

    def _advance(self, work: float) -> None:
        self._done += work
        done = min(int(self._done), int(self._total))
        self._monitor.report(Stage.MATCHING, done, int(self._total))

    # -- the table -----------------------------------------------------------------------------

    def _row(self, outcome: Outcome) -> dict[str, Any]:
        spec, values = outcome.spec, outcome.values
        means = values.mean(axis=0)
        ci95 = {name: self._bootstrap.interval(values[:, i]) for i, name in enumerate(MEASURES)}
        recovery = None
        if spec.method in SHORTLISTED:
            place = MEASURES.index(RECOVERY)
            full = self._full_outcome(spec).values[:, place]
            mine = values[:, place]
            if full.mean() > 0:
                recovery = 100.0 * float(mine.mean() / full.mean())
                ci95["recovery"] = self._bootstrap.ratio_interval(mine, full, 100.0)
        return {
            "method": spec.method,
            "seeds": spec.seeds,
            "k": spec.k,
            "shortlist": spec.shortlist,
            **{name: float(means[i]) for i, name in enumerate(MEASURES)},
            "recovery": recovery,
            "ms_per_query": outcome.ms_per_query,
            "bytes_per_view": outcome.bytes_per_view,
            "ci95": ci95,
        }
