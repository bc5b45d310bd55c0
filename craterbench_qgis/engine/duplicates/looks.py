"""Looks of candidate pairs: views cut, encoded in batches and read."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...contract.vocabulary import Skip, Stage
from ..bodies import destination, initial_bearing
from ..catalogue import Craters
from ..encoders.base import Encoder
from ..interaction import symmetric_maxsim
from ..monitor import Monitor
from ..mosaic import MIN_PIXELS_ACROSS, Mosaic, ViewSkipped
from .candidates import Pairs
from .evidence import Looks
from .rim import CONTEXT, RimReading

Floats = NDArray[np.float64]

PAIRS_PER_BLOCK = 64
_STEPS_PER_OCTAVE = 4
_KEPT_VIEWS = 1500  # tokens of 144 x 128 halves: 55 MB
_BETWEEN = (0.25, 0.5, 0.75)


def common_side(diameter_a: float, diameter_b: float) -> float:
    """Metres across of both views of a pair: about twice the geometric mean of the diameters.

    Rounded to a quarter of an octave, so that the pairs of one entry share its view.
    """
    octaves = np.log2(2.0 * np.sqrt(diameter_a * diameter_b))
    return float(2.0 ** (np.round(octaves * _STEPS_PER_OCTAVE) / _STEPS_PER_OCTAVE))


@dataclass
class _Wanted:
    """A view to be cut: the key it is remembered under, its place and its side in metres."""

    key: tuple[Any, ...]
    lon: float
    lat: float
    side: float


@dataclass
class _Seen:
    """A view, encoded: its tokens where they are compared, its rim reading."""

    reason: str = ""
    tokens: NDArray[np.float16] | None = None
    reading: NDArray[np.float32] = field(default_factory=lambda: np.zeros(4, np.float32))


class LooksReader:
    """Cuts, encodes and compares; remembers the views that several pairs share."""

    def __init__(
        self,
        mosaics: Sequence[Mosaic],
        encoder: Encoder,
        reading: RimReading | None,
        monitor: Monitor | None = None,
    ) -> None:
        self._mosaics, self._encoder, self._reading = mosaics, encoder, reading
        self._monitor = monitor or Monitor()
        self._kept: OrderedDict[tuple[Any, ...], _Seen] = OrderedDict()

    def read(self, first: Craters, second: Craters, pairs: Pairs) -> Looks:
        """Looks of ``pairs`` of rows of ``first`` (a) and ``second`` (b; may be the same object).

        A pair gets its looks from the first mosaic that shows all its views; a crater of fewer
        than six native pixels has none ("too coarse"). Raises Cancelled, EncoderError.
        """
        looks = Looks.none(len(pairs), Skip.OUTSIDE)
        # Pairs near each other use the same blocks of the raster and the same views.
        order = np.lexsort((first.lon[pairs.a], np.floor(first.lat[pairs.a] / 2.0)))
        done = 0
        for start in range(0, len(order), PAIRS_PER_BLOCK):
            left = order[start : start + PAIRS_PER_BLOCK]
            for number in range(len(self._mosaics)):
                self._monitor.check()
                left = self._block(number, first, second, pairs, left, looks)
                if not left.size:
                    break
            done += len(order[start : start + PAIRS_PER_BLOCK])
            self._monitor.report(Stage.LOOKS, done, len(order))
        return looks

    def _block(
        self,
        number: int,
        first: Craters,
        second: Craters,
        pairs: Pairs,
        rows: NDArray[np.int64],
        looks: Looks,
    ) -> NDArray[np.int64]:
        """Fill ``looks`` at ``rows`` from one mosaic; returns the rows it could not."""
        second_name = "a" if second is first else "b"
        wanted = [
            self._views_of(number, first, second, pairs, int(row), second_name) for row in rows
        ]
        seen = self._encode(number, [view for views in wanted for view in views])
        failed = []
        for row, views in zip(rows.tolist(), wanted, strict=True):
            looked = [seen[view.key] for view in views]
            reason = next((view.reason for view in looked if view.reason), None)
            looks.reason[row] = reason or ""
            if reason:
                failed.append(row)
            else:
                self._fill(looks, row, looked, first, second, pairs)
        return np.array(failed, np.int64)

    def _views_of(
        self, number: int, first: Craters, second: Craters, pairs: Pairs, row: int, name: str
    ) -> list[_Wanted]:
        """The views of a pair: both at one scale, each at its own, those between."""
        a, b = int(pairs.a[row]), int(pairs.b[row])
        place_a = (float(first.lon[a]), float(first.lat[a]))
        place_b = (float(second.lon[b]), float(second.lat[b]))
        size_a, size_b = float(first.diameter[a]), float(second.diameter[b])
        side = common_side(size_a, size_b)
        views = [
            _Wanted((number, "a", a, side), *place_a, side),
            _Wanted((number, name, b, side), *place_b, side),
        ]
        if self._reading is None:
            return views
        views.append(_Wanted((number, "a", a), *place_a, CONTEXT * size_a))
        views.append(_Wanted((number, name, b), *place_b, CONTEXT * size_b))
        bearing = initial_bearing(*place_a, *place_b)
        body = self._mosaics[number].body
        for part in _BETWEEN:
            lon, lat = destination(body, *place_a, bearing, part * pairs.distance[row])
            size = size_a ** (1.0 - part) * size_b**part
            key = (number, "between", row, part)
            views.append(_Wanted(key, float(lon), float(lat), CONTEXT * size))
        return views

    def _encode(self, number: int, wanted: list[_Wanted]) -> dict[tuple[Any, ...], _Seen]:
        """Every wanted view, encoded now or remembered."""
        seen: dict[tuple[Any, ...], _Seen] = {}
        cut: list[tuple[_Wanted, NDArray[np.float32]]] = []
        for view in wanted:
            if view.key in seen:
                continue
            if view.key in self._kept:
                self._kept.move_to_end(view.key)
                seen[view.key] = self._kept[view.key]
                continue
            seen[view.key] = _Seen()
            self._monitor.check()
            try:
                cut.append((view, self._cut(number, view)))
            except ViewSkipped as skipped:
                seen[view.key].reason = skipped.reason
        batch = max(1, min(self._encoder.preferred_batch, 64))
        for start in range(0, len(cut), batch):
            self._monitor.check()
            part = cut[start : start + batch]
            tokens = self._encoder.encode(np.stack([pixels for _, pixels in part])).tokens
            self._note(seen, [view for view, _ in part], tokens)
        for key, encoded in seen.items():
            if key[1] != "between":
                self._kept[key] = encoded
        while len(self._kept) > _KEPT_VIEWS:
            self._kept.popitem(last=False)
        return seen

    def _note(
        self, seen: dict[tuple[Any, ...], _Seen], views: list[_Wanted], tokens: NDArray[np.float32]
    ) -> None:
        readings = None
        if self._reading is not None:
            readings = self._reading.read(tokens, self._encoder.grid)
        for position, view in enumerate(views):
            looked = seen[view.key]
            if len(view.key) == 4 and view.key[1] != "between":
                looked.tokens = tokens[position].astype(np.float16)
            elif readings is not None:
                looked.reading = readings[position]

    def _cut(self, number: int, view: _Wanted) -> NDArray[np.float32]:
        cut = self._mosaics[number].crop(view.lon, view.lat, view.side, self._encoder.input_size)
        if view.side < CONTEXT * MIN_PIXELS_ACROSS * cut.native_metres_per_pixel:
            raise ViewSkipped(Skip.TOO_COARSE)
        return cut.pixels

    def _fill(
        self, looks: Looks, row: int, seen: list[_Seen], first: Craters, second: Craters, p: Pairs
    ) -> None:
        tokens_a, tokens_b = seen[0].tokens, seen[1].tokens
        if tokens_a is None or tokens_b is None:
            raise AssertionError("views that are compared keep their tokens")
        similarity = symmetric_maxsim(
            tokens_a.astype(np.float32), tokens_b.astype(np.float32)[None]
        )
        looks.similarity[row] = float(similarity[0])
        if self._reading is None:
            return
        a, b, quarter, middle, last = (view.reading for view in seen[2:])
        looks.rim_a[row], looks.rim_b[row] = a[3], b[3]
        looks.rim_between[row] = middle[3]
        looks.rim_quarters[row] = (quarter[3] + last[3]) / 2.0
        at, to = int(p.a[row]), int(p.b[row])
        size_a, size_b = float(first.diameter[at]), float(second.diameter[to])
        bearing = np.radians(
            initial_bearing(first.lon[at], first.lat[at], second.lon[to], second.lat[to])
        )
        along = np.array([np.sin(bearing), np.cos(bearing)])
        moved = float(along @ a[:2]) * size_a - float(along @ b[:2]) * size_b
        looks.closing[row] = moved / max(size_a, size_b)
        looks.closing_size[row] = float(np.sign(size_b - size_a) * (a[2] - b[2]))
