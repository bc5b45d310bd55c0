"""How probable each candidate pair is: its looks, both models, and the pairs beside it.

The search and the measuring of it (:mod:`.validation`) both judge here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ...contract.vocabulary import Skip
from ..bodies import Body, same_body
from ..catalogue import Craters
from ..encoders.base import Encoder
from ..errors import BodyError
from ..monitor import Monitor
from ..mosaic import Mosaic
from .candidates import Pairs
from .evidence import Looks
from .joint import joint_probability
from .looks import LooksReader
from .model import PairModel

Floats = NDArray[np.float64]


@dataclass
class Judged:
    """``p`` pairs judged. ``probability``, ``by_geometry``: float64 [p], with looks where there are
    calibrated ones, and without any; ``calibrated``: whether looks entered the probability."""

    looks: Looks
    probability: Floats
    by_geometry: Floats
    calibrated: bool
    notes: list[str] = field(default_factory=list)


def judge(
    first: Craters,
    other: Craters | None,
    pairs: Pairs,
    model: PairModel,
    mosaics: Sequence[Mosaic] = (),
    encoder: Encoder | None = None,
    monitor: Monitor | None = None,
    max_looks: int | None = None,
) -> Judged:
    """Probabilities of ``pairs`` within ``first``, or from it (a) to ``other`` (b).

    ``max_looks``: look at most at so many pairs, those in most doubt by geometry first. Raises
    EncoderError, MosaicError, Cancelled.
    """
    notes: list[str] = []
    second = first if other is None else other
    looks = Looks.none(len(pairs))
    calibrated = encoder is not None and bool(mosaics) and model.knows(encoder.weights_hash)
    if encoder is not None and mosaics:
        if not calibrated:
            notes.append(
                f"Looks through {encoder.id} are not calibrated for duplicates: similarities are "
                "told, probabilities come from geometry alone."
            )
        reader = LooksReader(mosaics, encoder, model.reading if calibrated else None, monitor)
        looks = _read(reader, first, second, pairs, model, max_looks, notes)
    end = pairs.b + (0 if other is None else len(first))
    by_geometry = joint_probability(pairs.a, end, model.probability(pairs))
    probability = by_geometry
    if calibrated:
        probability = joint_probability(pairs.a, end, model.probability(pairs, looks))
    return Judged(looks, probability, by_geometry, calibrated, notes)


def _read(
    reader: LooksReader,
    first: Craters,
    second: Craters,
    pairs: Pairs,
    model: PairModel,
    max_looks: int | None,
    notes: list[str],
) -> Looks:
    if max_looks is None or len(pairs) <= max_looks:
        return reader.read(first, second, pairs)
    doubt = np.abs(model.probability(pairs) - 0.5)
    chosen = np.sort(np.argsort(doubt, kind="stable")[:max_looks])
    looks = Looks.none(len(pairs), Skip.NOT_LOOKED_AT)
    some = reader.read(first, second, pairs.take(chosen))
    for name in Looks.__dataclass_fields__:
        getattr(looks, name)[chosen] = getattr(some, name)
    notes.append(f"Looks of {max_looks:,} of {len(pairs):,} pairs, those in most doubt.")
    return looks


def common_body(
    first: Craters, other: Craters | None, named: Body | None, mosaics: Sequence[Path]
) -> Body:
    """The one body of all inputs: of the catalogues, else ``named``, else the first mosaic's.

    Raises BodyError for two bodies, or none; MosaicError.
    """
    second = other.body if other is not None else None
    if first.body and second and not same_body(first.body, second):
        raise BodyError(
            f"{Path(first.path).name} lies on {first.body.name}, "
            f"{Path(other.path if other else '').name} on {second.name}. "
            "Choose two catalogues of one body."
        )
    for body in (first.body, second):
        if named and body and not same_body(named, body):
            raise BodyError(f"A catalogue lies on {body.name}, not on {named.name}. Correct one.")
    body = first.body or second or named
    if body is None and mosaics:
        with Mosaic.open(mosaics[0]) as mosaic:
            return mosaic.body
    if body is None:
        raise BodyError(
            f"{Path(first.path).name} does not say on which body it lies. Name the body, e.g. moon."
        )
    return body
