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
from ..duplicates import (
    apply_decisions,
    find_duplicates,
    read_catalogues,
    write_review_report,
)
from ..errors import ExportError
from .calls import Call
from .inputs import REJECTED_LISTED
from .stopping import breakable


def find(call: Call[DuplicateParams]) -> DuplicateReport:
    """Find pairs of entries that are one crater and write the review.

    Without mosaics geometry alone decides, and no encoder is loaded.
    """
    params = call.params
    _target(params.output)
    call.monitor.report(Stage.CATALOGUE, 0, 0)
    catalogue, other = read_catalogues(params, REJECTED_LISTED)
    call.monitor.check()
    encoder = None
    if params.mosaics:
        call.monitor.report(Stage.ENCODER, 0, 0)
        encoder = call.work.encoder(params.encoder, params.device)
        call.monitor.check()
    with breakable(call.monitor, call.work.loading):
        return find_duplicates(params, catalogue, other, encoder, call.monitor)


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
