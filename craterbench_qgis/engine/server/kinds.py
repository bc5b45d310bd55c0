"""``kinds.learn``: a kind from examples, kept beside the index; the long lane."""

from __future__ import annotations

from pathlib import Path

from ...contract.kinds import KindParams, LearntKindReply
from ...contract.vocabulary import Stage
from ..index import open_index
from ..kinds import load_descriptor
from ..kinds.named import CHECKED_TOP, learn_named
from .calls import Call


def learn(call: Call[KindParams]) -> LearntKindReply:
    """The probability of every crater, and what held-out examples say of it."""
    params = call.params
    call.monitor.report(Stage.KINDS, 0, 0)
    with call.work.loading:
        descriptor = load_descriptor()
    with open_index(Path(params.index)) as index:
        call.monitor.check()
        learnt = learn_named(index, descriptor, params.name, params.yes, params.no)
        probability: list[float | None] = [None] * index.n_craters
    for row, value in zip(learnt.rows.tolist(), learnt.probability.tolist(), strict=True):
        probability[row] = round(value, 4)
    found = learnt.validation
    return LearntKindReply(
        probability=probability,
        unknown=list(learnt.unknown),
        examples=int(found["examples"]),
        recall=float(found[f"recall_in_best_{CHECKED_TOP:g}"]),
        precision=float(found[f"precision_at_least_in_best_{CHECKED_TOP:g}"]),
        measured=learnt.measured,
        kept=str(learnt.kept),
    )
