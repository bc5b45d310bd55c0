"""``craterbench duplicates report``: a review as HTML, PDF or picture."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from ...contract.duplicates import ReviewReportParams
from ...contract.vocabulary import PairOrder, Verdict
from .options import add_mosaics_option, count, number
from .output import ConsoleMonitor, note, print_json, say

_DECIDED = [verdict for verdict in Verdict if verdict]
_SHOW: dict[str, list[Verdict] | None] = {
    "all": None,
    "decided": _DECIDED,
    "undecided": [Verdict.UNDECIDED],
    **{str(verdict): [verdict] for verdict in _DECIDED},
}


def add_to(actions: Any) -> None:
    """Add ``report`` to the actions of ``duplicates``."""
    parser = actions.add_parser(
        "report",
        help="write a review as an HTML report, or as a contact sheet to print",
        description="The pairs of a review with both pictures and outlines, evidence, decision, "
        "reviewer and time: one HTML file that needs nothing else, or a contact sheet.",
    )
    parser.add_argument("review", type=Path, metavar="REVIEW.gpkg")
    parser.add_argument(
        "--output", type=Path, required=True, metavar="FILE", help=".html, .pdf or .png"
    )
    parser.add_argument("--show", choices=tuple(_SHOW), default="all", help="default all")
    parser.add_argument(
        "--order",
        type=PairOrder,
        choices=tuple(PairOrder),
        default=PairOrder.PROBABILITY,
        help="default probability",
    )
    parser.add_argument(
        "--min-probability", type=number, default=0.0, metavar="P", help="leave out less probable"
    )
    parser.add_argument(
        "--limit",
        type=count,
        metavar="N",
        help="pairs with pictures; default 500, of a .pdf 300, of a .png 90",
    )
    add_mosaics_option(parser, "raster to cut from, instead of the review's")
    parser.add_argument("--title")
    parser.add_argument("--json", action="store_true")
    parser.set_defaults(run=run_report)


def run_report(arguments: argparse.Namespace) -> int:
    """Write it, and print what was written."""
    from ..duplicates import write_review_report

    request = ReviewReportParams(
        review=str(arguments.review),
        output=str(arguments.output),
        verdicts=_SHOW[arguments.show],
        order=arguments.order,
        min_probability=arguments.min_probability,
        limit=arguments.limit,
        mosaics=[str(path) for path in arguments.mosaic],
        title=arguments.title or "",
    )
    with ConsoleMonitor(quiet=arguments.json) as monitor:
        report = write_review_report(request, monitor)
    if arguments.json:
        print_json(report.to_json())
        return 0
    say(
        f"{report.shown:,} of {report.chosen:,} pairs shown, {report.pictures:,} with pictures; "
        f"the review has {report.pairs:,}."
    )
    for text in report.notes:
        note(text)
    say(f"Written: {report.output}")
    return 0
