"""How sure: how many craters of an index would score as high as a match by chance.

A score alone says little: bland ground resembles everything. So each query is scored against a
fixed random sample of the index's craters, the *decoys*, and a match's score is told in robust
deviations above that query's own decoys (the Z-normalisation of speaker verification: Auckenthaler
et al. 2000). How often such deviations occur between *different* craters of this index was counted
beforehand on pairs of its own; beyond the counts a generalised Pareto tail is fitted (Pickands
1975; Coles 2001, chapter 4). Times the number of craters this is an expectation, as the E-value of
sequence searches (Karlin & Altschul 1990): 0.01 means that one search in a hundred finds so good a
match where there is none, 5 means that five such are no surprise.

It knows the index's own pairs only. A query in which nothing of this index's kind is seen, or
neighbours that share ground, can depart from it; the documentation shows how far on real data.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.stats import genpareto

from ..bodies import Body, great_circle_distance
from ..errors import CraterIndexError
from ..index import CraterIndex
from ..index.storage import write_atomically
from ..interaction import maxsim
from ..monitor import Monitor

Float = npt.NDArray[np.float32]

FILE = "chance.json"
_FORMAT = 1
DECOYS = 128
QUERIES = 160
_TAIL = 0.02
MIN_CRATERS = 40
"""Below so many craters nothing can be said."""


@dataclass(frozen=True)
class ChanceModel:
    """The calibration of one state of one index.

    ``decoys``: crater rows. ``levels``: deviations at evenly spaced probabilities 0..1 - tail of
    non-matching pairs (101 values); above ``levels[-1]`` a generalised Pareto with ``shape`` and
    ``scale`` holds for the remaining share ``tail``. ``pairs``: how many were counted.
    """

    index_id: str
    generation: int
    decoys: list[int]
    levels: list[float]
    tail: float
    shape: float
    scale: float
    pairs: int
    format: int = field(default=_FORMAT)

    def survival(self, deviations: npt.ArrayLike) -> npt.NDArray[np.float64]:
        """Share of non-matching craters that deviate at least so much."""
        z = np.asarray(deviations, np.float64)
        levels = np.asarray(self.levels)
        body = np.interp(z, levels, np.linspace(1.0, self.tail, levels.size))
        beyond = self.tail * genpareto.sf(z - levels[-1], self.shape, scale=self.scale)
        return np.where(z > levels[-1], beyond, body)


class Chance:
    """A :class:`ChanceModel` ready to use: the decoys' tokens are in memory."""

    def __init__(self, index: CraterIndex, model: ChanceModel) -> None:
        self.model = model
        self._views, self._owner = _views_of_rows(index, np.asarray(model.decoys))
        self._tokens = index.tokens(self._views)
        self._count = int(np.unique(index.view_crater_rows[index.alive]).size)
        craters = index.craters
        self._place = (craters.lon, craters.lat, craters.diameter_m)
        settings = index.settings
        self._body = Body(settings.body_name, settings.body_a, settings.body_b)

    def expected(
        self,
        tokens: Float,
        scores: npt.ArrayLike,
        place: tuple[float, float, float] | None = None,
    ) -> npt.NDArray[np.float64] | None:
        """Expected number of craters that score at least ``scores`` [n] by chance.

        ``tokens`` [K, D] of the query; ``place`` its (lon, lat, diameter in metres) where known:
        decoys on the same ground are no decoys. None where too few are left to say anything.
        """
        rows, best = self._decoy_scores(tokens)
        if place is not None and len(rows):
            apart = ~_same_ground(self._body, self._place, rows, place)
            best = best[apart]
        if len(best) < MIN_CRATERS // 2:
            return None
        middle, spread = _robust(best)
        z = (np.asarray(scores, np.float64) - middle) / spread
        return self.model.survival(z) * self._count

    def _decoy_scores(self, tokens: Float) -> tuple[npt.NDArray[np.int64], Float]:
        return _best_per_crater(maxsim(tokens, self._tokens), self._owner)


def chance_of(index: CraterIndex, monitor: Monitor | None = None) -> Chance | None:
    """The calibration of ``index``: the one kept beside it, else made now (about a second) and
    kept where the folder can be written. None for an index too small to say anything."""
    model = _read(index) or calibrate(index, monitor=monitor)
    if model is None:
        return None
    return Chance(index, model)


def calibrate(
    index: CraterIndex, seed: int = 0, monitor: Monitor | None = None
) -> ChanceModel | None:
    """Count how craters of ``index`` score against others that share no ground with them."""
    monitor = monitor or Monitor()
    rng = np.random.default_rng([seed, index.n_views])
    alive = np.unique(index.view_crater_rows[index.alive])
    if len(alive) < MIN_CRATERS:
        return None
    decoys = np.sort(rng.permutation(alive)[:DECOYS])
    views, owner = _views_of_rows(index, decoys)
    tokens = index.tokens(views)
    asked = rng.permutation(np.flatnonzero(index.alive))[:QUERIES]
    craters, settings = index.craters, index.settings
    place = (craters.lon, craters.lat, craters.diameter_m)
    body = Body(settings.body_name, settings.body_a, settings.body_b)
    found = []
    for done, view in enumerate(asked):
        monitor.check()
        monitor.report("calibrating", done, len(asked))
        row = int(index.view_crater_rows[view])
        here = (float(place[0][row]), float(place[1][row]), float(place[2][row]))
        rows, best = _best_per_crater(maxsim(index.tokens([view])[0], tokens), owner)
        best = best[~_same_ground(body, place, rows, here)]
        if len(best) < MIN_CRATERS // 2:
            continue
        middle, spread = _robust(best)
        found.append((best - middle) / spread)
    if not found:
        return None
    model = _fit(index, decoys, np.sort(np.concatenate(found)).astype(np.float64))
    _write(index, model)
    return model


def _fit(index: CraterIndex, decoys: npt.NDArray[Any], z: npt.NDArray[np.float64]) -> ChanceModel:
    levels = np.quantile(z, np.linspace(0.0, 1.0 - _TAIL, 101))
    over = z[z > levels[-1]] - levels[-1]
    if len(over) >= 20:
        shape, _, scale = genpareto.fit(over, floc=0.0)
        # A bounded tail would promise that nothing scores higher by chance: too sure of itself.
        shape = float(np.clip(shape, 0.0, 0.5))
        scale = float(over.mean() * (1.0 - shape))
    else:
        shape, scale = 0.0, max(float(over.mean()) if len(over) else 0.0, 0.3)
    manifest = index.manifest
    return ChanceModel(
        manifest.index_id,
        manifest.generation,
        [int(one) for one in decoys],
        [float(one) for one in levels],
        _TAIL,
        shape,
        max(scale, 1e-6),
        len(z),
    )


def _views_of_rows(
    index: CraterIndex, rows: npt.NDArray[Any]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """The living views of those crater rows, and the row of each."""
    owner = index.view_crater_rows
    views = np.flatnonzero(np.isin(owner, rows) & index.alive)
    return views, owner[views].astype(np.int64)


def _best_per_crater(
    scores: Float, owner: npt.NDArray[np.int64]
) -> tuple[npt.NDArray[np.int64], Float]:
    rows, position = np.unique(owner, return_inverse=True)
    best = np.full(len(rows), -np.inf, np.float32)
    np.maximum.at(best, position, scores)
    return rows, best


def _robust(scores: Float) -> tuple[float, float]:
    """Median, and half the range of the middle 68 %: a match among the decoys moves neither."""
    low, middle, high = np.percentile(scores, (15.87, 50.0, 84.13))
    return float(middle), max(float(high - low) / 2.0, 1e-6)


def _same_ground(
    body: Body, places: tuple[Any, Any, Any], rows: Any, place: tuple[float, float, float]
) -> npt.NDArray[np.bool_]:
    """Which of ``rows`` reach into the view around ``place`` (crops are up to 3 D wide)."""
    lon, lat, diameter = (np.asarray(one)[rows] for one in places)
    distance = great_circle_distance(body, place[0], place[1], lon, lat)
    return np.asarray(distance < 1.5 * (diameter + place[2]))


def _read(index: CraterIndex) -> ChanceModel | None:
    path = Path(index.path) / FILE
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        model = ChanceModel(**data)
    except (OSError, ValueError, TypeError):
        return None
    manifest = index.manifest
    fits = (model.format, model.index_id, model.generation) == (
        _FORMAT,
        manifest.index_id,
        manifest.generation,
    )
    return model if fits and len(model.levels) == 101 else None


def _write(index: CraterIndex, model: ChanceModel) -> None:
    """Keep it beside the index; where that cannot be written it is made again next time."""
    try:
        write_atomically(Path(index.path) / FILE, json.dumps(asdict(model)).encode())
    except (OSError, CraterIndexError):
        return
