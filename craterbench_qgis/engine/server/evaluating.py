"""``evaluate``: retrieval measures of an index, by queries from another mosaic; the long lane."""

from __future__ import annotations

from pathlib import Path

from ...contract.build import Answer, EvaluateParams
from ...contract.vocabulary import Stage
from ..errors import CraterIndexError
from ..evaluation import EvaluationRequest, QueryPlan, evaluate_index
from ..index import CraterIndex
from ..indexing import body_of_mosaic
from ..sources import read_source
from .calls import Call
from .inputs import REJECTED_LISTED
from .stopping import breakable


def evaluate(call: Call[EvaluateParams]) -> Answer:
    """The result of ``craterbench evaluate --json``; see docs/method/evaluation.md."""
    params = call.params
    path = Path(params.index)
    plan = QueryPlan(
        views_per_crater=params.views_per_crater,
        context=tuple(params.context),
        jitter=params.jitter,
        seed=params.seed,
        limit=params.limit,
        selection=params.selection,
    )
    plan.check()
    call.monitor.report(Stage.CATALOGUE, 0, 0)
    request = EvaluationRequest(
        mosaic=Path(params.mosaic),
        craters=read_source(params.catalogue, REJECTED_LISTED, body_of_mosaic(Path(params.mosaic))),
        plan=plan,
        band=params.band,
        only=tuple(params.only),
        seeds=tuple(dict.fromkeys(params.seeds)),
        same=tuple(params.same),
        backend=params.backend,
        memory=int(params.memory_gb * 1e9),
    )
    call.monitor.check()
    with CraterIndex.open(path) as index:
        if index.n_views == 0:
            raise CraterIndexError(f"{path.name} holds no views yet. Finish its build first.")
        spec = params.encoder or index.settings.encoder_id
        encoder = call.work.encoder(spec, params.device)
        index.check_encoder(encoder.id, encoder.weights_hash)
        with breakable(call.monitor, call.work.loading):
            return Answer(evaluate_index(index, encoder, request, call.monitor))
