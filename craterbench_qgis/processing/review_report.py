"""The algorithm that writes a review of duplicates for people: report or contact sheet."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

from qgis.core import (
    QgsProcessingParameterFile,
    QgsProcessingParameterFileDestination,
    QgsProcessingParameterMultipleLayers,
    QgsProcessingParameterString,
)

from ..contract.duplicates import ReviewReportParams
from ..contract.methods import REPORT_DUPLICATES
from ..contract.vocabulary import PairOrder, Stage, Verdict
from ..core.words.quantities import number
from ..i18n import tr
from . import compat, params
from .base import Algorithm, Values, Work, absolute, refuse
from .inputs import mosaic_sources

SHOWN: tuple[list[Verdict] | None, ...] = (
    None,
    [Verdict.DUPLICATE, Verdict.DISTINCT, Verdict.UNSURE],
    [Verdict.UNDECIDED],
    [Verdict.DUPLICATE],
    [Verdict.DISTINCT],
    [Verdict.UNSURE],
)
"""Verdicts, in the order of the choice SHOW; None: all."""
ORDERS = (PairOrder.PROBABILITY, PairOrder.DOUBT, PairOrder.SIZE, PairOrder.PLACE)


class ReviewReport(Algorithm):
    """``craterbench:reviewreport``."""

    NAME = "reviewreport"
    GROUP = "duplicates"
    SPANS: ClassVar = {Stage.THUMBNAILS: (0, 70), Stage.WRITING: (70, 100)}

    def displayName(self) -> str:
        return tr("Report of duplicates")

    def about(self) -> str:
        return tr(
            "Writes the pairs of a review with both pictures and outlines, evidence, decision, "
            "reviewer and time: one HTML page that needs nothing else, or a contact sheet to "
            "print (PDF, PNG)."
        )

    def initAlgorithm(self, configuration: Any = None) -> None:
        self.add(
            QgsProcessingParameterFile("REVIEW", tr("Review"), extension="gpkg"),
            tr("The GeoPackage of “Find duplicates”."),
        )
        shown = [
            tr("all pairs"),
            tr("decided pairs"),
            tr("undecided pairs"),
            tr("duplicates"),
            tr("distinct craters"),
            tr("unsure pairs"),
        ]
        self.add(
            params.choice("SHOW", tr("Pairs"), shown),
            tr("Which pairs are shown."),
        )
        orders = [
            tr("the most probable first"),
            tr("those in most doubt first"),
            tr("the largest first"),
            tr("from north to south"),
        ]
        self.add(
            params.choice("ORDER", tr("Order"), orders),
            tr("In which they stand, and which come first where not all are shown."),
        )
        self.add_advanced(
            params.decimal("MIN_PROBABILITY", tr("Smallest probability"), 0.0, 0.0, 1.0, False),
            tr("Pairs less probable than this are not shown."),
        )
        self.add_advanced(
            params.whole("LIMIT", tr("Pairs with pictures"), None, 1, 100_000, True),
            tr("At most. Empty: 500 of an HTML page, 300 of a PDF, 90 of a PNG."),
        )
        self.add_advanced(
            QgsProcessingParameterMultipleLayers(
                "MOSAICS", tr("Mosaics"), compat.ANY_RASTER, None, True
            ),
            tr("Rasters to cut the pictures from. Empty: those the review was made with."),
        )
        self.add_advanced(
            QgsProcessingParameterString("TITLE", tr("Title"), "", False, True),
            tr("Empty: the catalogues' names."),
        )
        kinds = (
            (tr("HTML files"), "html"),
            (tr("PDF files"), "pdf"),
            (tr("PNG files"), "png"),
        )
        filters = ";;".join(f"{name} (*.{ending})" for name, ending in kinds)
        self.add(
            QgsProcessingParameterFileDestination("OUTPUT", tr("Report"), filters),
            tr("Its ending decides: .html, .pdf or .png."),
        )
        self.add_numbers(
            ("PAIRS", tr("Pairs in the review")),
            ("CHOSEN", tr("Pairs that meet the conditions")),
            ("SHOWN", tr("Pairs shown")),
            ("PICTURES", tr("Pairs shown with pictures")),
        )

    def read_layers(self, parameters: Values, context: Any, feedback: Any) -> None:
        self.mosaics = mosaic_sources(self, parameters, context)

    def perform(self, work: Work) -> Values:
        path = work.output_path("OUTPUT")
        if not path:
            raise refuse(tr("The report has no name. Choose a file to write."))
        if not Path(path).suffix:
            path += ".html"
        request = ReviewReportParams(
            review=review_path(work),
            output=path,
            verdicts=SHOWN[work.choice("SHOW")],
            order=ORDERS[work.choice("ORDER")],
            min_probability=work.number("MIN_PROBABILITY") or 0.0,
            limit=work.whole("LIMIT"),
            mosaics=[mosaic.path for mosaic in self.mosaics],
            title=work.text("TITLE"),
        )
        result = work.engine.call_long(REPORT_DUPLICATES, request)
        text = tr("Pairs in the review: {pairs} · shown: {shown} · with pictures: {pictures}")
        work.feedback.pushInfo(
            text.format(
                pairs=number(result.pairs),
                shown=number(result.shown),
                pictures=number(result.pictures),
            )
        )
        work.warn(result.notes)
        work.feedback.pushInfo(tr("Written: {name}").format(name=path))
        work.feedback.setProgress(100)
        return {
            "OUTPUT": path,
            "PAIRS": result.pairs,
            "CHOSEN": result.chosen,
            "SHOWN": result.shown,
            "PICTURES": result.pictures,
        }


def review_path(work: Work) -> str:
    """The file REVIEW, also where one of its layers was given. Raises QgsProcessingException."""
    review = absolute(work.text("REVIEW").split("|")[0])
    if not Path(review).is_file():
        text = tr("There is no review at {path}. Find the duplicates first.")
        raise refuse(text.format(path=review))
    return review
