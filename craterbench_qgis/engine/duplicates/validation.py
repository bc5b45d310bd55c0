"""How far the probabilities of a search can be trusted on one's own catalogue and mosaic.

Duplicates are planted into the catalogue, the real search judges them, and what it says is
compared with what was planted. Every other pair counts as two craters, less those the user knows
to be one.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ... import __version__
from ...contract.duplicates import THRESHOLD
from ..bodies import Body
from ..catalogue import Craters
from ..encoders.base import Encoder
from ..errors import QueryError
from ..monitor import Monitor
from ..mosaic import Mosaic
from .candidates import CandidateRule, Pairs, candidate_pairs
from .judging import Judged, common_body, judge
from .measures import RECALLS, Judge, Truth
from .model import PairModel, load_model
from .planting import IdPairs, Kind, Planted, known_by_flag, known_by_ids, plant

Floats = NDArray[np.float64]

RULE, GEOMETRY, LOOKS = "rule", "geometry", "looks"
RULE_DISTANCE, RULE_RATIO = 0.25, 2.0
LISTED = 50
_AT_RULE = 0.5  # the score of a pair that just meets the plain rule


@dataclass(frozen=True)
class ValidationRequest:
    """What to measure.

    ``catalogue``: already within the region and diameters wanted; ``planted`` duplicates for each
    of ``seeds``, of ``kinds``. ``known``: pairs of ids that are one crater already;
    ``known_column``: the same as a flag, see :func:`.planting.known_by_flag`. ``mosaics``: empty
    for geometry alone; ``max_looks``: look at most at so many pairs of a repeat, as the search.
    """

    catalogue: Craters
    mosaics: tuple[Path, ...] = ()
    planted: int = 1000
    kinds: tuple[Kind, ...] = (Kind(),)
    seeds: tuple[int, ...] = (0,)
    threshold: float = THRESHOLD
    rule: CandidateRule = field(default_factory=CandidateRule)
    known: IdPairs = ()
    known_column: str | None = None
    body: Body | None = None
    band: int | None = None
    nodata: float | None = None
    max_looks: int | None = None


@dataclass
class _Part:
    """One repeat: planted, paired, judged."""

    planted: Planted
    pairs: Pairs
    judged: Judged


def validate_duplicates(
    request: ValidationRequest,
    encoder: Encoder | None = None,
    monitor: Monitor | None = None,
    model: PairModel | None = None,
) -> dict[str, Any]:
    """Plant, search, compare. Plain JSON; see ``docs/method/duplicates.md``.

    ``rows``: one per evidence (the plain rule of compared counts, geometry, geometry and looks)
    with precision and recall at the threshold and precision at given recalls, each with its 95 %
    interval; ``margins``: of looks over geometry; ``calibration``; ``false_pairs``: what was said
    to be one crater and was not planted. Raises QueryError, BodyError, MosaicError, EncoderError,
    Cancelled.
    """
    monitor, model = monitor or Monitor(), model or load_model()
    started = time.monotonic()
    if not 0.0 < request.threshold < 1.0 or not request.seeds:
        raise QueryError(
            f"The threshold {request.threshold:g} is no probability, or there is no repeat. Use a "
            "threshold within 0 and 1 and at least one repeat."
        )
    body = common_body(request.catalogue, None, request.body, request.mosaics)
    known = _known(request, body)
    parts = []
    with ExitStack() as stack:
        mosaics = [
            stack.enter_context(
                Mosaic.open(path, body=body, band=request.band, nodata=request.nodata)
            )
            for path in request.mosaics
        ]
        fingerprints = [mosaic.fingerprint() for mosaic in mosaics]
        for seed in request.seeds:
            planted = plant(body, request.catalogue, request.planted, seed, request.kinds, known)
            pairs = candidate_pairs(body, planted.craters, None, request.rule, monitor)
            judged = judge(
                planted.craters, None, pairs, model, mosaics, encoder, monitor, request.max_looks
            )
            parts.append(_Part(planted, pairs, judged))
    monitor.check()
    return _result(request, body, parts, known, encoder, model, fingerprints, started)


def _known(request: ValidationRequest, body: Body) -> list[tuple[int, int]]:
    known = known_by_ids(request.catalogue, request.known)
    if request.known and not known:
        raise QueryError(
            "None of the known pairs has both its ids in the catalogue. Check that they are the "
            "catalogue's own ids, and the region and diameters."
        )
    if request.known_column:
        known += known_by_flag(body, request.catalogue, request.known_column)
    return sorted({(min(a, b), max(a, b)) for a, b in known})


def _result(
    request: ValidationRequest,
    body: Body,
    parts: Sequence[_Part],
    known: Sequence[tuple[int, int]],
    encoder: Encoder | None,
    model: PairModel,
    fingerprints: Sequence[str],
    started: float,
) -> dict[str, Any]:
    truth, unseen = _truth(parts)
    scores = _scores(parts, unseen)
    judge_ = Judge(truth)
    rows = [_row(judge_, name, score, request.threshold) for name, score in scores.items()]
    wrong = _false_pairs(parts, request.threshold)
    for row in rows:
        row["false_real"] = len({pair for pair in wrong[row["evidence"]] if pair[0] >= 0})
    looked = LOOKS in scores
    reasons: Counter[str] = Counter()
    for part in parts:
        reasons.update(text for text in part.judged.looks.reason.tolist() if text)
    notes = list(dict.fromkeys(text for part in parts for text in part.judged.notes))
    return {
        "entries": len(request.catalogue),
        "planted": request.planted * len(request.seeds),
        "pairs": sum(len(part.pairs) for part in parts),
        "duplicates": int(truth.same.sum()),
        "never_candidates": unseen,
        "known_pairs": len(known),
        "encoder": encoder.id if encoder and looked else None,
        "without_looks": dict(reasons) if looked else {},
        "rows": rows,
        "margins": _margins(judge_, scores, request.threshold),
        "calibration": {
            name: judge_.calibration(score) for name, score in scores.items() if name != RULE
        },
        "false_pairs": _listed(parts, request.threshold, LOOKS if looked else GEOMETRY),
        "settings": _settings(request, body, fingerprints, encoder if looked else None, model),
        "seconds": round(time.monotonic() - started, 1),
        "notes": notes,
    }


def _settings(
    request: ValidationRequest,
    body: Body,
    fingerprints: Sequence[str],
    encoder: Encoder | None,
    model: PairModel,
) -> dict[str, Any]:
    """All that is needed to measure the same again."""
    size = request.catalogue.diameter
    return {
        "catalogue": request.catalogue.path,
        "mosaics": [str(path) for path in request.mosaics],
        "mosaic_fingerprints": list(fingerprints),
        "body": body.name,
        "planted": request.planted,
        "kinds": [asdict(kind) for kind in request.kinds],
        "seeds": list(request.seeds),
        "known_column": request.known_column,
        "threshold": request.threshold,
        "max_distance": request.rule.max_distance,
        "max_ratio": request.rule.max_ratio,
        "max_looks": request.max_looks,
        "diameters_m": [float(size.min()), float(size.max())],
        "encoder_weights": encoder.weights_hash if encoder else None,
        "model_fitted": model.fitted,
        "version": __version__,
        "created": datetime.now(timezone.utc).isoformat(timespec="seconds"),
    }


def _truth(parts: Sequence[_Part]) -> tuple[Truth, int]:
    """What is true of the pairs of all repeats, then of the duplicates that are no candidates."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    ends = [
        (part.planted.crater[part.pairs.a], part.planted.crater[part.pairs.b]) for part in parts
    ]
    first, second = (np.concatenate([end[k] for end in ends]) for k in (0, 1))
    n = parts[0].planted.entries
    links = coo_matrix((np.ones(len(first)), (first, second)), shape=(n, n))
    _, group = connected_components(links, directed=False)
    same = np.concatenate([part.planted.same(part.pairs) for part in parts])
    unseen = sum(part.planted.duplicates for part in parts) - int(same.sum())
    truth = Truth(
        same=np.concatenate([same, np.ones(unseen, bool)]),
        # A duplicate that is no candidate is a group of its own.
        group=np.concatenate([group[first], n + np.arange(unseen)]),
        repeats=len(parts),
    )
    return truth, unseen


def _scores(parts: Sequence[_Part], unseen: int) -> dict[str, Floats]:
    """{evidence: score}. The plain rule's is 0.5 at a quarter of the larger diameter, more the
    nearer the centres are."""
    columns: dict[str, list[Floats]] = {RULE: [], GEOMETRY: [], LOOKS: []}
    for part in parts:
        fits = part.pairs.diameter_ratio * RULE_RATIO >= 1.0
        score = 1.0 - _AT_RULE * part.pairs.distance_ratio / RULE_DISTANCE
        columns[RULE].append(np.where(fits, score, -np.inf))
        columns[GEOMETRY].append(part.judged.by_geometry)
        if part.judged.calibrated:
            columns[LOOKS].append(part.judged.probability)
    never = np.full(unseen, -np.inf)
    return {name: np.concatenate([*values, never]) for name, values in columns.items() if values}


def _row(judge_: Judge, name: str, score: Floats, threshold: float) -> dict[str, Any]:
    at = {f"{recall:.2f}": judge_.at_recall(score, recall) for recall in RECALLS}
    quality = judge_.quality(score)
    if name == RULE:
        quality["log_loss"] = None  # not a probability
    return {
        "evidence": name,
        "threshold": _AT_RULE if name == RULE else threshold,
        **judge_.at_threshold(score, _AT_RULE if name == RULE else threshold),
        "at_recall": at,
        **quality,
    }


def _margins(judge_: Judge, scores: dict[str, Floats], threshold: float) -> dict[str, Any]:
    """{"looks_over_geometry" and so on: by how much the precision of the first is above}."""
    margins = {}
    for better, plain in ((GEOMETRY, RULE), (LOOKS, RULE), (LOOKS, GEOMETRY)):
        if better not in scores:
            continue
        first, second = scores[better], scores[plain]
        own = _AT_RULE if plain == RULE else threshold
        reached = float((first[judge_.truth.same] >= threshold).mean())
        cut = judge_.cut_for(second, reached)
        same = None
        if cut is not None:
            same = judge_.precision_margin(first, second, threshold, cut)
        gain = judge_.threshold_gain(first, second, threshold, own)
        margins[f"{better}_over_{plain}"] = {
            "at_threshold": gain["precision"],
            "recall_at_threshold": gain["recall"],
            "log_loss": None if plain == RULE else judge_.log_loss_gain(first, second),
            "at_same_recall": same,
            "recall": reached,
            "at_recall": {
                f"{recall:.2f}": judge_.recall_margin(first, second, recall) for recall in RECALLS
            },
        }
    return margins


def _false_pairs(parts: Sequence[_Part], threshold: float) -> dict[str, list[tuple[int, int]]]:
    """{evidence: pairs said to be one crater that are not}; (-1, -1) where one was planted."""
    false: dict[str, list[tuple[int, int]]] = {RULE: [], GEOMETRY: [], LOOKS: []}
    for part in parts:
        n, pairs = part.planted.entries, part.pairs
        wrong = ~part.planted.same(pairs)
        near = (pairs.distance_ratio <= RULE_DISTANCE) & (pairs.diameter_ratio * RULE_RATIO >= 1)
        said = {
            RULE: near,
            GEOMETRY: part.judged.by_geometry >= threshold,
            LOOKS: part.judged.probability >= threshold,
        }
        for name, mask in said.items():
            rows = pairs.take(mask & wrong)
            for a, b in zip(rows.a.tolist(), rows.b.tolist(), strict=True):
                false[name].append((a, b) if a < n and b < n else (-1, -1))
    return false


def _listed(parts: Sequence[_Part], threshold: float, name: str) -> list[dict[str, Any]]:
    """The false pairs of real entries, most probable first: perhaps they are duplicates that
    nobody flagged."""
    best: dict[tuple[str, str], dict[str, Any]] = {}
    for part in parts:
        p = part.judged.probability if name == LOOKS else part.judged.by_geometry
        pairs, ids = part.pairs, part.planted.craters.ids
        real = (pairs.a < part.planted.entries) & (pairs.b < part.planted.entries)
        for k in np.flatnonzero((p >= threshold) & real & ~part.planted.same(pairs)).tolist():
            a, b = int(pairs.a[k]), int(pairs.b[k])
            entry = {
                "a": ids[a],
                "b": ids[b],
                "lon": round(float(part.planted.craters.lon[a]), 4),
                "lat": round(float(part.planted.craters.lat[a]), 4),
                "diameter_km": round(float(part.planted.craters.diameter[a]) / 1000.0, 3),
                "distance_ratio": round(float(pairs.distance_ratio[k]), 4),
                "diameter_ratio": round(float(pairs.diameter_ratio[k]), 4),
                "probability": round(float(p[k]), 4),
            }
            if (
                entry["probability"]
                > best.get((ids[a], ids[b]), {"probability": -1})["probability"]
            ):
                best[ids[a], ids[b]] = entry
    ranked = sorted(best.values(), key=lambda pair: (-pair["probability"], pair["a"], pair["b"]))
    return ranked[:LISTED]
