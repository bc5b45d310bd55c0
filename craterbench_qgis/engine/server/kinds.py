"""``kinds.learn``, ``list``, ``remove``: kinds from examples, kept beside an index."""

from __future__ import annotations

from pathlib import Path

from ...contract.build import IndexParams
from ...contract.engine import Nothing
from ...contract.kinds import KeptKinds, KindName, KindParams, LearntKindReply
from ...contract.vocabulary import Stage
from ..errors import QueryError
from ..index import open_index
from ..kinds import load_descriptor
from ..kinds.gallery import KindGallery
from ..kinds.kept import known_kinds, load_kind, path_of, remove_kind
from ..kinds.kind_table import check_table, read_examples, write_kind
from ..kinds.named import learn_ids, learn_named
from ..search.provenance import index_provenance
from .calls import Call


def learn(call: Call[KindParams]) -> LearntKindReply:
    """What held-out examples say of a kind; where wanted, its craters are written."""
    params, path = call.params, Path(call.params.index)
    if params.output is not None:
        check_table(Path(params.output))
    with open_index(path) as index:
        yes, no = params.yes, params.no
        if params.table is not None:
            call.monitor.report(Stage.CATALOGUE, 0, 0)
            yes, no = read_examples(index, Path(params.table))
        call.monitor.report(Stage.KINDS, 0, 0)
        with call.work.loading:
            descriptor = load_descriptor()
        call.monitor.check()
        if yes or no:
            learnt = learn_named(index, descriptor, params.name, yes, no)
        else:
            kind = load_kind(path, params.name)
            yes, no = kind.yes, kind.no
            learnt = learn_ids(index, KindGallery(index, descriptor), yes, no)
        files: list[Path] = []
        if params.output is not None:
            call.monitor.report(Stage.EXPORTING, 0, 0)
            about = {**index_provenance(index), "kind": {"name": params.name, **learnt.validation}}
            output = Path(params.output)
            files = write_kind(index, learnt, (yes, no), output, about, params.overwrite)
    return LearntKindReply(
        unknown=list(learnt.unknown),
        examples=int(learnt.validation["examples"]),
        recall=learnt.recall,
        precision=learnt.precision,
        measured=learnt.measured,
        kept=str(path_of(path, params.name)),
        files=[str(file) for file in files],
    )


def kept(call: Call[IndexParams]) -> KeptKinds:
    """The kinds beside an index."""
    path, there = Path(call.params.path), KeptKinds([])
    for name in known_kinds(path):
        try:
            there.kinds.append(load_kind(path, name))
        except QueryError:
            there.unreadable.append(name)
    return there


def remove(call: Call[KindName]) -> Nothing:
    """Forget a kind."""
    remove_kind(Path(call.params.index), call.params.name)
    return Nothing()
