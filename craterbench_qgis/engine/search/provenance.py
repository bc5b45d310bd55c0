"""How a match set came about, as plain JSON."""

from __future__ import annotations

from datetime import datetime, timezone

from ... import __version__
from ...contract.records import Json
from ...contract.search import LIKE_THE_QUERY
from ...contract.vocabulary import Question
from ..index import CraterIndex
from ..kinds.descriptor import KindDescriptor
from ..kinds.named import LearntKind
from .options import SearchOptions
from .overlay import Overlay
from .query import QueryView


def index_provenance(index: CraterIndex) -> Json:
    """Which index something is from, and when; plain JSON."""
    return {
        "software": f"CraterBench for QGIS {__version__}",
        "date": datetime.now(timezone.utc).isoformat(timespec="seconds"),
        "index": str(index.path),
        "index_id": index.manifest.index_id,
        "index_generation": index.manifest.generation,
        "body": index.settings.body.to_json(),
        "observations": [known["path"] for known in index.manifest.observations],
    }


def provenance_of(
    index: CraterIndex,
    query: QueryView,
    options: SearchOptions,
    shortlist_by: str | None,
    descriptor: KindDescriptor | None = None,
    overlay: Overlay | None = None,
    kind: LearntKind | None = None,
    compared: Json | None = None,
) -> Json:
    """Everything needed to say, later, how a match set came about; plain JSON.

    ``shortlist_by``: the backend that answered; ``descriptor``: what analogs were ranked by;
    ``overlay``: how pictures were laid on the query, None where they were not; ``kind``: what was
    learnt of the accepted analogs; ``compared``: what share each part has in the comparison of
    analogs, and whose the query's terrain is.
    """
    settings = index.settings
    return {
        **index_provenance(index),
        "encoder": settings.encoder_id,
        "encoder_description": settings.encoder_description,
        "weights_sha256": settings.weights_hash,
        "tokens": settings.tokens,
        "seeds": settings.seeds,
        "aggregation": settings.aggregation,
        "top": options.top,
        "shortlist": options.shortlist,
        "backend": options.backend,
        "shortlist_by": shortlist_by,
        "score": _score_name(options),
        "find": str(options.find),
        **({"any_angle": True} if options.any_angle else {}),
        **({"overlay": overlay.to_json()} if overlay is not None else {}),
        **(_of_analogs(options, descriptor, compared or {}) if descriptor is not None else {}),
        **({"feedback": options.feedback.to_json()} if options.feedback else {}),
        **({"kind": _of_kind(kind)} if kind is not None else {}),
        "filters": {
            name: value
            for name, value in options.filters.to_json().items()
            if value not in (None, [])
        },
        "query": query.source,
    }


def _of_analogs(options: SearchOptions, descriptor: KindDescriptor, compared: Json) -> Json:
    return {
        "analogs": {
            "by": str(options.analogs.by),
            "min_pixels": options.analogs.min_pixels,
            "same_place": options.analogs.same_place,
            "descriptor": descriptor.id,
            "weights_sha256": descriptor.weights_hash,
            **compared,
        }
    }


def _of_kind(kind: LearntKind) -> Json:
    """What held-out examples said, and how many measurements of terrain were used."""
    return {
        "examples": int(kind.validation["examples"]),
        "recall": kind.recall,
        "precision": kind.precision,
        "measured": kind.measured,
    }


def _score_name(options: SearchOptions) -> str:
    if options.find is Question.ANALOGS and options.feedback:
        return "probability to be of the kind of the accepted craters"
    if options.find is Question.ANALOGS:
        return f"logistic, {LIKE_THE_QUERY:g} for the query's kind, 0.5 for two craters at random"
    return "symmetric late interaction" if options.symmetric else "late interaction"
