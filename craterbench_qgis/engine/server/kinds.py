"""``kinds.learn``, ``list``, ``remove``, ``export``, ``import``: kinds from examples, kept beside
an index."""

from __future__ import annotations

from pathlib import Path

from ...contract.build import IndexParams
from ...contract.engine import Nothing
from ...contract.kinds import (
    KeptKind,
    KeptKinds,
    KindFile,
    KindName,
    KindParams,
    LearntKindReply,
)
from ...contract.search import Files
from ...contract.vocabulary import Stage
from ..errors import QueryError
from ..index import CraterIndex, open_index
from ..kinds import load_descriptor
from ..kinds.kept import known_kinds, load_kind, remove_kind
from ..kinds.kind_table import read_examples, write_kind
from ..kinds.named import PRECISION, RECALL, LearntKind, learn_named
from ..search.provenance import index_provenance
from .calls import Call


def learn(call: Call[KindParams]) -> LearntKindReply:
    """The probability of every crater, and what held-out examples say of it."""
    params = call.params
    yes, no = params.yes, params.no
    if not yes and not no:
        kind = load_kind(Path(params.index), params.name)
        yes, no = list(kind.yes), list(kind.no)
    with open_index(Path(params.index)) as index:
        learnt = _learnt(call, index, params.name, (yes, no))
        return _reply(index if params.probabilities else None, learnt)


def kept(call: Call[IndexParams]) -> KeptKinds:
    """The kinds beside an index."""
    path, there = Path(call.params.path), KeptKinds([])
    for name in known_kinds(path):
        try:
            kind = load_kind(path, name)
        except QueryError:
            there.unreadable.append(name)
            continue
        said = kind.number(RECALL), kind.number(PRECISION)
        there.kinds.append(KeptKind(name, list(kind.yes), list(kind.no), kind.created, *said))
    return there


def remove(call: Call[KindName]) -> Nothing:
    """Forget a kind."""
    remove_kind(Path(call.params.index), call.params.name)
    return Nothing()


def export(call: Call[KindFile]) -> Files:
    """The craters of the index with their probability, as a layer or a table."""
    params = call.params
    kind = load_kind(Path(params.index), params.name)
    with open_index(Path(params.index)) as index:
        learnt = _learnt(call, index, kind.name, (list(kind.yes), list(kind.no)))
        call.monitor.report(Stage.EXPORTING, 0, 0)
        about = {**index_provenance(index), "kind": {"name": kind.name, **learnt.validation}}
        examples = list(kind.yes), list(kind.no)
        path = Path(params.path)
        files = write_kind(index, learnt, examples, path, about, params.overwrite)
    return Files([str(file) for file in files])


def read(call: Call[KindFile]) -> LearntKindReply:
    """A kind from the examples in a table."""
    params = call.params
    with open_index(Path(params.index)) as index:
        call.monitor.report(Stage.CATALOGUE, 0, 0)
        examples = read_examples(index, Path(params.path))
        return _reply(None, _learnt(call, index, params.name, examples))


def _learnt(
    call: Call, index: CraterIndex, name: str, examples: tuple[list[str], list[str]]
) -> LearntKind:
    call.monitor.report(Stage.KINDS, 0, 0)
    with call.work.loading:
        descriptor = load_descriptor()
    call.monitor.check()
    return learn_named(index, descriptor, name, *examples)


def _reply(index: CraterIndex | None, learnt: LearntKind) -> LearntKindReply:
    """``index``: where probabilities are wanted."""
    probability: list[float | None] = [None] * (0 if index is None else index.n_craters)
    if index is not None:
        for row, value in zip(learnt.rows.tolist(), learnt.probability.tolist(), strict=True):
            probability[row] = round(value, 4)
    return LearntKindReply(
        probability=probability,
        unknown=list(learnt.unknown),
        examples=int(learnt.validation["examples"]),
        recall=learnt.recall,
        precision=learnt.precision,
        measured=learnt.measured,
        kept=str(learnt.kept),
    )
