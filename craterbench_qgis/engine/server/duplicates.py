"""``duplicates.find``, ``duplicates.apply``, ``duplicates.report``: the long lane."""

from __future__ import annotations

from pathlib import Path

from ...contract.duplicates import (
    ApplyParams,
    ApplyReport,
    DuplicateParams,
    DuplicateReport,
    ReviewReport,
    ReviewReportParams,
)
from ...contract.vocabulary import Stage
from ..bodies import body_by_name
from ..duplicates import (
    CandidateRule,
    DuplicateRequest,
    apply_decisions,
    find_duplicates,
    write_review_report,
)
from ..errors import ExportError
from ..indexing import body_of_mosaic
from ..sources import read_source
from .calls import Call
from .inputs import REJECTED_LISTED
from .stopping import breakable


def find(call: Call[DuplicateParams]) -> DuplicateReport:
    """Find pairs of entries that are one crater and write the review.

    Without mosaics geometry alone decides, and no encoder is loaded.
    """
    params = call.params
    output = _target(params.output)
    rule = CandidateRule(params.max_distance, params.max_ratio)
    call.monitor.report(Stage.CATALOGUE, 0, 0)
    shown = body_of_mosaic(Path(params.mosaics[0])) if params.mosaics else None
    first = read_source(params.catalogue, REJECTED_LISTED, shown)
    other = None if params.other is None else read_source(params.other, REJECTED_LISTED, shown)
    call.monitor.check()
    encoder = None
    if params.mosaics:
        call.monitor.report(Stage.ENCODER, 0, 0)
        encoder = call.work.encoder(params.encoder, params.device)
        call.monitor.check()
    body = params.catalogue.body
    request = DuplicateRequest(
        catalogue=first,
        output=output,
        other=other,
        mosaics=tuple(Path(path) for path in params.mosaics),
        threshold=params.threshold,
        minimum=min(params.minimum, params.threshold),
        rule=rule,
        source_column=params.source_column or None,
        priority=tuple(params.priority),
        keeper=params.keeper,
        body=body_by_name(body) if body else None,
        other_mosaic=Path(params.other_mosaic) if params.other_mosaic else None,
        other_offset_m=params.other_offset_m,
        band=params.band,
        nodata=params.nodata,
        max_looks=params.max_looks,
        keep_decisions=params.keep_decisions,
        selection=params.selection,
    )
    with breakable(call.monitor, call.work.loading):
        return find_duplicates(request, encoder, call.monitor)


def apply(call: Call[ApplyParams]) -> ApplyReport:
    """Write the cleaned catalogue of a review."""
    params = call.params
    return apply_decisions(
        params.review, _target(params.output), params.threshold, params.only_compared
    )


def report(call: Call[ReviewReportParams]) -> ReviewReport:
    """A review as HTML report or contact sheet."""
    _target(call.params.output)
    return write_review_report(call.params, call.monitor)


def _target(output: str) -> Path:
    path = Path(output)
    if not path.parent.is_dir():
        raise ExportError(f"'{path.parent}' is not a folder. Create it, or choose another.")
    return path
