"""``evaluate``: retrieval measures of an index, by queries from another mosaic; the long lane."""

from __future__ import annotations

from ...protocol import Json
from ..errors import CraterIndexError
from ..evaluation import EvaluationRequest, QueryPlan, evaluate_index
from ..index import CraterIndex
from ..indexing import body_of_mosaic
from ..tokens import SEED_STRATEGIES
from .calls import Call
from .inputs import catalogue_of, limits_of
from .params import InvalidParams
from .plain import plain
from .stopping import breakable


def evaluate(call: Call) -> Json:
    """The result of ``craterbench evaluate --json``; see docs/evaluation.md.

    {index, mosaic, catalogue, columns?, layer?, body?, band?, views_per_crater?, context?: [f] or
    [low, high], jitter?, seed?, limit?, region?, min_diameter_m?, max_diameter_m?, only?: [text],
    seeds?: [text], same?: [[id, id]], backend?, memory_gb?, device?, encoder?}
    """
    params = call.params
    path, mosaic = params.path("index"), params.path("mosaic")
    context = params.numbers("context", None, (2.0, 3.0))
    if len(context) > 2:
        raise InvalidParams("'context' must be one factor or two (low, high).")
    plan = QueryPlan(
        views_per_crater=params.whole("views_per_crater", 3, 1),
        context=context,
        jitter=params.number("jitter", 0.1),
        seed=params.whole("seed", 0),
        limit=params.whole("limit", None, 1),
        **limits_of(params),
    )
    plan.check()
    seeds = params.texts("seeds", list(SEED_STRATEGIES))
    for one in seeds:
        if one not in SEED_STRATEGIES:
            raise InvalidParams(f"'seeds' must be of {', '.join(SEED_STRATEGIES)}, not '{one}'.")
    call.monitor.report("catalogue", 0, 0)
    request = EvaluationRequest(
        mosaic=mosaic,
        craters=catalogue_of(params, mosaic_body=body_of_mosaic(mosaic)),
        plan=plan,
        band=params.whole("band", None, 1),
        only=tuple(params.texts("only", [])),
        seeds=tuple(dict.fromkeys(seeds)),
        same=_pairs(params.data.get("same")),
        backend=params.text("backend", "auto"),
        memory=int(params.number("memory_gb", 2.0, above=0) * 1e9),
    )
    call.monitor.check()
    with CraterIndex.open(path) as index:
        if index.n_views == 0:
            raise CraterIndexError(f"{path.name} holds no views yet. Finish its build first.")
        spec = params.text("encoder", None) or index.settings.encoder_id
        encoder = call.work.encoder(spec, params.text("device", "auto"))
        index.check_encoder(encoder.id, encoder.weights_hash)
        with breakable(call.monitor):
            result: Json = plain(evaluate_index(index, encoder, request, call.monitor))
    return result


def _pairs(value: object) -> tuple[tuple[str, str], ...]:
    if value is None:
        return ()
    if not isinstance(value, list):
        raise InvalidParams("'same' must be a list of pairs of crater ids.")
    pairs = []
    for one in value:
        if not (isinstance(one, list) and len(one) == 2 and all(isinstance(x, str) for x in one)):
            raise InvalidParams("'same' must be a list of pairs of crater ids.")
        pairs.append((one[0], one[1]))
    return tuple(pairs)
