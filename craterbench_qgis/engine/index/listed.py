"""The first stage by inverted lists (``lists.py``), over all of an index."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import CraterIndexError
from .format import Float32
from .lists import MIN_VIEWS, Towards
from .reader import CraterIndex
from .rough import FOLD
from .scanning import ExactInt8, Int64, Mask, allowed_views, best, products, query_vector

LISTS = "lists"

_ALL_BELOW = 131_072  # listed views that are all scanned: choosing lists costs more than it spares
_FIRST_LOOK = 12  # times S: allowed views scanned before it is known how good a list has to be
_MORE = 20  # times S: views that are scanned with them, as a better limit spares more lists
_GAP = 32  # places that are read along rather than to begin again after them
_REACH = 0.8  # of what a file says, which is more than is needed (docs/performance.md)
_AGAIN = 2  # times S: views scored again with their stored descriptors
_SAMPLED = 16  # one of so many scores is looked at to guess a limit
_FEW_ALLOWED = 4_096  # views that are scored one by one


class ListsShortlist:
    """The lists that can hold one of the best views, and all views of segments without lists.

    Scores are exact; a view that belongs to the best S may be missing, about one in a hundred.
    Filters are exact: a view that is not allowed is not looked at, and lists are read until
    enough allowed ones are found.
    """

    name = LISTS

    def __init__(self, index: CraterIndex) -> None:
        """Raises CraterIndexError where the index has no lists."""
        if not index.manifest.has_lists:
            raise CraterIndexError(
                f"{index.path.name} has no inverted lists (segments of fewer than {MIN_VIEWS:,} "
                "views get none). Compact the index to make them, or use the exact shortlist."
            )
        self._index, self._exact = index, ExactInt8(index)
        self._listed = index.lists
        self._plain = index.unlisted
        every = [lists for _, lists in self._listed]
        self._bounds = np.cumsum([0, *(len(lists.radii) for lists in every)])
        self._counts = np.concatenate([np.diff(lists.starts) for lists in every])
        self._views_listed = int(self._counts.sum())
        self._reach = np.concatenate(
            [lists.radii * np.float32(_REACH * lists.reach) for lists in every]
        )

    def search(
        self, query: npt.ArrayLike, size: int, mask: Mask | None = None
    ) -> tuple[Int64, Float32]:
        """See :class:`ShortlistBackend`."""
        vector = query_vector(self._index, query)
        allowed = allowed_views(self._index, mask)
        total = self._index.n_views
        within = total if allowed is None else int(np.count_nonzero(allowed))
        if allowed is not None and within <= _FEW_ALLOWED:
            views = np.flatnonzero(allowed)
            places, scores = best(self._scores(views, vector), size, None)
            return views[places], scores
        enough = 2 * _AGAIN if self._views_listed <= _ALL_BELOW else _FIRST_LOOK
        if size < 1 or size * enough >= within:
            return self._exact.search(vector, size, mask)
        views = self._candidates(vector, size, allowed, within / total)
        scores = self._scores(views, vector)
        places, scores = best(scores, size, None)
        return views[places], scores

    def _candidates(self, vector: Float32, size: int, allowed: Mask | None, share: float) -> Int64:
        """The most promising views, ascending."""
        towards = [Towards(lists, vector) for _, lists in self._listed]
        plain = self._scan_plain(vector, allowed)
        best_so_far = _Best(_AGAIN * size, share, *plain)
        if self._views_listed <= _ALL_BELOW:
            chosen = None
        else:
            centres = np.concatenate([part.centres() for part in towards])
            near = self._nearest(centres, (_FIRST_LOOK / share + _MORE) * size)
            self._scan(near, towards, allowed, best_so_far, gap=FOLD)
            # Every list is read that can hold a view better than the S-th best of those.
            able = centres >= best_so_far.nth(size) - self._reach
            able[near] = True
            chosen = np.flatnonzero(able)
            best_so_far.again(*plain)
        self._scan(chosen, towards, allowed, best_so_far, gap=_GAP)
        views = best_so_far.views()
        twice = np.flatnonzero(np.diff(views) == 0)
        if len(twice):
            view = int(views[twice[0]])
            raise max((x for x in self._listed if x[0] <= view), key=lambda x: x[0])[1].unfit()
        return views

    def _nearest(self, centres: Float32, views: float) -> Int64:
        """As many lists, by their centres the nearest, as hold ``views`` views; ascending."""
        count = min(len(centres), int(2 * views * len(centres) / max(self._views_listed, 1)) + 8)
        near = np.argpartition(-centres, count - 1)[:count]
        near = near[np.argsort(-centres[near], kind="stable")]
        read = np.cumsum(self._counts[near])
        if read[-1] < views and count < len(centres):
            near = np.argsort(-centres, kind="stable")
            read = np.cumsum(self._counts[near])
        return np.sort(near[: int(np.searchsorted(read, views)) + 1])

    def _scan(
        self,
        chosen: Int64 | None,
        towards: list[Towards],
        allowed: Mask | None,
        best_so_far: _Best,
        gap: int,
    ) -> None:
        """Add the views of the lists ``chosen``, ascending (None: of all), that may be among the
        best, with their products with the query, nearly."""
        cuts = [] if chosen is None else np.searchsorted(chosen, self._bounds).tolist()
        for number, (first, lists) in enumerate(self._listed):
            if chosen is None:
                spans = np.array([[0, len(lists)]])
            elif cuts[number] < cuts[number + 1]:
                mine = chosen[cuts[number] : cuts[number + 1]] - self._bounds[number]
                spans = lists.spans(mine, gap)
            else:
                continue
            query, held = towards[number], best_so_far
            rough = query.roughly(spans)
            guess = held.guess(rough)
            limit = query.limit(held.at_least) if guess is None else guess
            for least in (limit, -np.inf):
                places = lists.places(spans, np.flatnonzero(rough >= least))
                views = lists.rows(places) + first
                if allowed is not None:
                    inside = allowed[views]
                    views, places = views[inside], places[inside]
                if guess is None or held.enough(len(views)):
                    break
            # Lists hold descriptors of the length that is stored, so no scale is due.
            held.add(views, query.nearly(places))

    def _scan_plain(self, vector: Float32, allowed: Mask | None) -> tuple[Int64, Float32]:
        """The same, exactly, of all allowed views of the segments without lists."""
        views: list[Int64] = [np.empty(0, np.int64)]
        scores: list[Float32] = [np.empty(0, np.float32)]
        for first, segment in self._plain:
            part = np.empty(len(segment), np.float32)
            products(segment.globals, vector, part)
            part *= self._index.global_scales[first : first + len(segment)]
            rows: Int64 = np.arange(len(segment), dtype=np.int64)
            if allowed is not None:
                rows = rows[allowed[first : first + len(segment)]]
            views.append(rows + first)
            scores.append(part[rows])
        return np.concatenate(views), np.concatenate(scores)

    def _scores(self, views: Int64, vector: Float32) -> Float32:
        """The inner products of ``views``, ascending, from their stored and checked
        descriptors."""
        scores = np.empty(len(views), np.float32)
        for first, lists in self._listed:
            here = slice(*np.searchsorted(views, (first, first + len(lists))).tolist())
            if here.start < here.stop:
                own = views[here]
                stored = self._index.stored_globals(own)
                bad = lists.first_damaged(own - first, stored)
                if bad is not None:
                    raise self._index.damaged_globals(int(own[bad]))
                scores[here] = stored.astype(np.float32) @ vector
        for first, segment in self._plain:
            here = slice(*np.searchsorted(views, (first, first + len(segment))).tolist())
            scores[here] = segment.globals[views[here] - first].astype(np.float32) @ vector
        return scores * self._index.global_scales[views]


class _Best:
    """The ``count`` best of the views that were added, and some more."""

    def __init__(self, count: int, share: float, views: Int64, scores: Float32) -> None:
        """``share``: of all views, which are allowed. ``views``, ``scores``: the first ones."""
        self._count, self._share = count, share
        self.at_least = np.float32(-np.inf)
        """What a view needs to be among them, as far as is known."""
        self._views, self._scores, self._held = [views], [scores], len(views)

    def guess(self, scores: npt.NDArray[Any]) -> float | None:
        """What a view needs to be among the best by ``scores`` (in any measure), to be tried; None
        where ``at_least`` says it, or there are few."""
        # One of sixteen says about how good the best are, and spares sorting all.
        sample = scores[::_SAMPLED]
        above = int(3 * self._count / self._share / _SAMPLED) + 8
        if self.at_least > -np.inf or above >= len(sample) // 2:
            return None
        return float(np.partition(sample, len(sample) - above)[len(sample) - above])

    def enough(self, number: int) -> bool:
        """Whether the best are among ``number`` views that a guess let pass."""
        return number >= 2 * self._count

    def again(self, views: Int64, scores: Float32) -> None:
        """Begin anew with these; what is known of the least score stays."""
        self.at_least = self.nth(self._count)
        self._views, self._scores, self._held = [views], [scores], len(views)

    def add(self, views: Int64, scores: Float32) -> None:
        """More views."""
        self._views.append(views)
        self._scores.append(scores)
        self._held += len(views)
        if self._held > 4 * self._count:
            self._narrow()

    def nth(self, n: int) -> np.float32:
        """The ``n``-th best score; -inf where there are not so many."""
        scores = np.concatenate(self._scores)
        if len(scores) < n:
            return np.float32(-np.inf)
        return np.float32(np.partition(scores, len(scores) - n)[len(scores) - n])

    def views(self) -> Int64:
        """The best, ascending; of equal ones the first."""
        views, scores = np.concatenate(self._views), np.concatenate(self._scores)
        limit = self.nth(self._count)
        above, equal = views[scores > limit], np.sort(views[scores == limit])
        return np.sort(np.concatenate([above, equal[: self._count - len(above)]]))

    def _narrow(self) -> None:
        views, scores = np.concatenate(self._views), np.concatenate(self._scores)
        keep = scores >= self.nth(self._count)
        self.again(views[keep], scores[keep])
