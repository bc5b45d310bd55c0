"""``evaluate``: retrieval measures of an index, by queries from another mosaic; the long lane."""

from __future__ import annotations

from pathlib import Path

from ...contract.build import Answer, EvaluateParams
from ...contract.vocabulary import Stage
from ..errors import CraterIndexError
from ..evaluation import evaluate_index
from ..index import open_index
from ..indexing import body_of_mosaic
from ..sources import read_source
from .calls import Call
from .inputs import REJECTED_LISTED
from .stopping import breakable


def evaluate(call: Call[EvaluateParams]) -> Answer:
    """The result of ``craterbench evaluate --json``; see docs/method/evaluation.md."""
    params = call.params
    path = Path(params.index)
    call.monitor.report(Stage.CATALOGUE, 0, 0)
    shown = body_of_mosaic(Path(params.mosaic))
    craters = read_source(params.catalogue, REJECTED_LISTED, shown)
    call.monitor.check()
    with open_index(path) as index:
        if index.n_views == 0:
            raise CraterIndexError(f"{path.name} holds no views yet. Finish its build first.")
        spec = params.encoder or index.settings.encoder_id
        encoder = call.work.encoder(spec, params.device)
        index.check_encoder(encoder.id, encoder.weights_hash)
        with breakable(call.monitor, call.work.loading):
            return Answer(evaluate_index(index, encoder, craters, params, call.monitor))
