"""The query side of an experiment: views of known craters, cut from another observation."""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ...contract.build import EvaluateParams, Selection
from ...contract.records import plain
from ...contract.vocabulary import Stage
from ..bodies import Body, destination, same_body
from ..catalogue import Craters
from ..encoders.base import Encoder
from ..errors import BodyError, QueryError
from ..index import CraterIndex
from ..indexing.addition import are_same, of_catalogue, of_index
from ..monitor import Monitor
from ..mosaic import Mosaic, View, ViewSkipped
from ..search import QueryView
from ..sources import selected
from ..words import counted
from .metrics import same_crater_groups
from .store import PatchStore, one_ahead

Float32 = npt.NDArray[np.float32]
Float64 = npt.NDArray[np.float64]
Int64 = npt.NDArray[np.int64]


@dataclass
class QuerySet:
    """Q encoded queries. ``relevant``: for each the crater numbers that count as found."""

    craters: Int64
    relevant: list[Int64]
    globals: Float32
    patches: PatchStore
    skipped: Counter[str] = field(default_factory=Counter)
    """Queries that could not be made, by reason."""
    left_out: Counter[str] = field(default_factory=Counter)
    """Craters of the catalogue that were not asked for, by reason."""
    views: list[QueryView] = field(default_factory=list)
    """The queries as they are asked, where they were kept."""

    def __len__(self) -> int:
        return len(self.craters)


@dataclass(frozen=True)
class Targets:
    """Catalogue rows that can be asked for, and the index row of each."""

    rows: Int64
    index_rows: Int64
    left_out: Counter[str]


def plan_of(params: EvaluateParams) -> dict[str, Any]:
    """What a result says of how its queries were chosen and cut; plain JSON."""
    names = ("views_per_crater", "context", "jitter", "seed", "limit", "selection")
    return {name: plain(getattr(params, name)) for name in names}


def choose_targets(index: CraterIndex, craters: Craters, selection: Selection) -> Targets:
    """The craters of the catalogue within the selection that the index holds.

    An id counts only where place and size agree too. Raises BodyError, QueryError.
    """
    settings = index.settings
    body = settings.body
    if craters.body is not None and not same_body(craters.body, body):
        raise BodyError(
            f"The catalogue is of {craters.body.name}, the index of {body.name}. "
            "Choose a catalogue of the same body."
        )
    left_out: Counter[str] = Counter()
    wanted = np.flatnonzero(selected(craters, selection))
    left_out["outside the region or diameters"] = len(craters) - len(wanted)
    known = index.craters.rows_of([craters.ids[row] for row in wanted.tolist()])
    seen = np.zeros(index.n_craters, bool)
    seen[index.view_crater_rows[index.alive]] = True
    rows, index_rows = [], []
    for row in wanted.tolist():
        candidates = known.get(craters.ids[row], [])
        there = np.array(candidates, np.int64)
        own = of_catalogue(craters, np.full(len(there), row))
        same = there[are_same(body, own, of_index(index.craters, there))].tolist()
        visible = [candidate for candidate in same if seen[candidate]]
        if visible:
            rows.append(row)
            index_rows.append(visible[0])
        elif same:
            left_out["no view in the index"] += 1
        else:
            left_out["id elsewhere in the index" if candidates else "not in the index"] += 1
    if not rows:
        raise QueryError(
            f"None of the {len(craters)} craters of the catalogue is both wanted and in the index "
            f"({counted(left_out) or 'none at all'}). Check the region, the diameters, and that "
            "the ids are those the index was built with."
        )
    return Targets(np.array(rows, np.int64), np.array(index_rows, np.int64), +left_out)


def cut_queries(
    index: CraterIndex,
    encoder: Encoder,
    craters: Craters,
    params: EvaluateParams,
    monitor: Monitor | None = None,
    *,
    keep_views: bool = False,
) -> tuple[QuerySet, str]:
    """Cut and encode the queries from the mosaic; also returns its fingerprint.

    ``keep_views``: also as views, for an overlay. A query that cannot be cut is counted and, under
    a limit, replaced by another.

    Raises QueryError, BodyError, MosaicError, EncoderError, Cancelled.
    """
    monitor = monitor or Monitor()
    index.check_encoder(encoder.id, encoder.weights_hash)
    targets = choose_targets(index, craters, params.selection)
    settings = index.settings
    body = settings.body
    with Mosaic.open(params.mosaic, body=body, band=params.band) as mosaic:
        cutter = Cutter(mosaic, body, craters, targets, params, encoder.input_size)
        memory = int(params.memory_gb * 5e8)  # the other half is the gallery's
        patches = PatchStore(cutter.limit, settings.patches, settings.token_dim, memory, exact=True)
        numbers, globals_ = [], []
        kept: list[QueryView] = []
        for at, views in one_ahead(cutter.batches(encoder.preferred_batch)):
            monitor.check()
            encoded = encoder.encode(np.stack([view.pixels for view in views]))
            patches.append(encoded.tokens, encoded.attention)
            globals_.append(encoded.globals)
            numbers += at
            if keep_views:
                kept += [
                    as_asked(view, craters, int(targets.rows[place]))
                    for place, view in zip(at, views, strict=True)
                ]
            monitor.report(Stage.QUERIES, len(numbers), cutter.limit)
        fingerprint = mosaic.fingerprint()
    if not numbers:
        raise QueryError(
            f"Not one query could be cut from {Path(params.mosaic).name} "
            f"({counted(cutter.skipped) or 'none at all'}). "
            "Check that it covers the craters, and that they are large enough for its pixels."
        )
    patches.truncate()
    own = targets.index_rows[np.array(numbers, np.int64)]
    relevant = relevant_rows(index, own, params.same)
    return (
        QuerySet(
            own, relevant, np.concatenate(globals_), patches, cutter.skipped, targets.left_out, kept
        ),
        fingerprint,
    )


def as_asked(view: View, craters: Craters, row: int) -> QueryView:
    """A view cut about the catalogue's crater ``row``, as one searches with it."""
    lon, lat = float(craters.lon[row]), float(craters.lat[row])
    return QueryView(view, lon, lat, float(craters.diameter[row]), {})


def relevant_rows(index: CraterIndex, own: Int64, same: Sequence[tuple[str, str]]) -> list[Int64]:
    """For each of the crater rows ``own``: itself and every crater flagged as the same one."""
    if not same:
        return [np.array([row], np.int64) for row in own.tolist()]
    ids = index.craters.ids()
    cluster = same_crater_groups(ids, same)
    members: dict[str, list[int]] = {}
    for row, crater_id in enumerate(ids):
        members.setdefault(cluster.get(crater_id, crater_id), []).append(row)
    return [
        np.unique([row, *members[cluster.get(ids[row], ids[row])]]).astype(np.int64)
        for row in own.tolist()
    ]


class Cutter:
    """Cuts queries until the limit is reached or none is left."""

    def __init__(
        self,
        mosaic: Mosaic,
        body: Body,
        craters: Craters,
        targets: Targets,
        params: EvaluateParams,
        size: int,
    ) -> None:
        self._mosaic, self._body, self._craters = mosaic, body, craters
        self._targets, self._params, self._size = targets, params, size
        self.skipped: Counter[str] = Counter()
        per = params.views_per_crater
        total = len(targets.rows) * per
        pairs: Int64 = np.arange(total, dtype=np.int64)
        if params.limit is not None and params.limit < total:
            pairs = np.random.default_rng(params.seed).permutation(pairs)
        self._pairs = [divmod(int(pair), per) for pair in pairs]
        self.limit = min(total, params.limit or total)

    def batches(self, batch: int) -> Iterator[tuple[list[int], list[View]]]:
        """(places in the targets, views) of at most ``batch`` queries."""
        at: list[int] = []
        views: list[View] = []
        count = 0
        for place, number in self._pairs:
            if count == self.limit:
                break
            try:
                view = self._cut(place, number)
            except ViewSkipped as reason:
                self.skipped[reason.reason] += 1
                continue
            at.append(place)
            views.append(view)
            count += 1
            if len(views) == batch:
                yield at, views
                at, views = [], []
        if views:
            yield at, views

    def _cut(self, place: int, number: int) -> View:
        row = int(self._targets.rows[place])
        craters, plan = self._craters, self._params
        word = zlib.crc32(craters.ids[row].encode())
        rng = np.random.default_rng((plan.seed, word, number))
        context = float(rng.uniform(min(plan.context), max(plan.context)))
        diameter = float(craters.diameter[row])
        # The square root makes the points uniform over the disc's area.
        away = plan.jitter * diameter * float(np.sqrt(rng.uniform()))
        bearing = float(rng.uniform(0.0, 360.0))
        lon, lat = destination(
            self._body, float(craters.lon[row]), float(craters.lat[row]), bearing, away
        )
        return self._mosaic.view(float(lon), float(lat), diameter, context, self._size)
