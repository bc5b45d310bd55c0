"""``duplicates.report``: a review as HTML report or contact sheet; the long lane."""

from __future__ import annotations

from pathlib import Path

from ...protocol import Json
from ..duplicates import DECISIONS, ReviewReportRequest, write_review_report
from ..duplicates.report import ORDERS
from ..errors import ExportError
from .calls import Call
from .params import InvalidParams
from .plain import plain


def report(call: Call) -> Json:
    """{review, output, decisions?, order?, min_probability?, limit?, mosaics?, title?}
    -> a ReviewReport. ``decisions``: those decided so, "" for undecided; all where not given."""
    params = call.params
    output: Path = params.path("output")
    if not output.parent.is_dir():
        raise ExportError(f"'{output.parent}' is not a folder. Create it, or choose another.")
    decisions = params.texts("decisions", None)
    if decisions is not None and set(decisions) - set(DECISIONS):
        raise InvalidParams(f"'decisions' must be among {', '.join(map(repr, DECISIONS))}.")
    request = ReviewReportRequest(
        review=params.path("review"),
        output=output,
        decisions=None if decisions is None else tuple(decisions),
        order=params.choice("order", ORDERS, "probability"),
        min_probability=params.number("min_probability", 0.0),
        limit=params.whole("limit", None, 1),
        mosaics=tuple(params.paths("mosaics", [])),
        title=params.text("title", None) or "",
    )
    found = write_review_report(request, call.monitor)
    result: Json = plain(found.to_json())
    return result
