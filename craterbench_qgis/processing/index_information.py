"""The algorithm that says what is in an index, and checks it."""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import Any, ClassVar

from qgis.core import (
    QgsProcessingOutputNumber,
    QgsProcessingOutputString,
    QgsProcessingOutputVectorLayer,
    QgsProcessingParameterBoolean,
    QgsProcessingParameterFileDestination,
)

from ..contract.build import IndexInfo, IndexParams
from ..contract.methods import VERIFY
from ..contract.vocabulary import Stage
from ..core.layers.catalogue import source_of_catalogue
from ..core.words import quantities
from ..core.words.bodies import body as body_words
from ..core.words.reasons import skip_reason
from ..core.words.tokens import tokens as token_words
from ..i18n import tr
from . import params
from .base import Algorithm, Values, Work


class IndexInformation(Algorithm):
    """``craterbench:indexinformation``."""

    NAME = "indexinformation"
    GROUP = "index"
    SPANS: ClassVar = {Stage.VERIFYING: (5, 100)}

    def displayName(self) -> str:
        return tr("Index information")

    def about(self) -> str:
        return tr(
            "Tells what is in an index: body, craters, views, encoder, mosaics. Its catalogue is "
            "an output that other algorithms can use as a layer."
        )

    def initAlgorithm(self, configuration: Any = None) -> None:
        params.add_index(self)
        self.add(
            QgsProcessingParameterBoolean("VERIFY", tr("Verify every file"), False),
            tr("Reads all of the index and compares it with its checksums."),
        )
        self.add(
            QgsProcessingParameterFileDestination(
                "OUTPUT", tr("Report"), tr("HTML files") + " (*.html)", None, True
            ),
            tr("The same as a page."),
            hidden_by_default=True,
        )
        self.addOutput(QgsProcessingOutputVectorLayer("CATALOGUE", tr("Craters of the index")))
        for name, text in (
            ("NAME", tr("Name")),
            ("BODY", tr("Body")),
            ("ENCODER", tr("Encoder")),
            ("CREATED", tr("Made")),
            ("PROBLEM", tr("Why it cannot be searched")),
        ):
            self.addOutput(QgsProcessingOutputString(name, text))
        for name, text in (
            ("CRATERS", tr("Craters")),
            ("VIEWS", tr("Views")),
            ("REMOVED", tr("Removed craters")),
            ("TOKENS", tr("Instance tokens per view")),
            ("SIZE", tr("Bytes on disk")),
            ("RADIUS", tr("Mean radius of the body (m)")),
            ("PROBLEMS", tr("Problems found while verifying")),
        ):
            self.addOutput(QgsProcessingOutputNumber(name, text))

    def perform(self, work: Work) -> Values:
        path = work.path("INDEX")
        info = work.engine.index_info(path)
        rows = facts_of(info)
        for label, text in rows:
            work.feedback.pushInfo(f"{label}: {text}")
        if info.problem:
            work.feedback.pushWarning(info.problem)
        problems: list[str] = []
        if work.flag("VERIFY"):
            problems = work.engine.call_long(VERIFY, IndexParams(path)).problems
            work.warn(problems)
            rows.append((tr("Verified"), tr("problems: {n}").format(n=len(problems))))
            work.feedback.pushInfo(f"{rows[-1][0]}: {rows[-1][1]}")
        outputs = _outputs(info)
        outputs["PROBLEMS"] = len(problems)
        report = work.output_path("OUTPUT")
        if report:
            work.write(report, _page(info, rows, problems))
            outputs["OUTPUT"] = report
        work.feedback.setProgress(100)
        return outputs


def facts_of(info: IndexInfo) -> list[tuple[str, str]]:
    """Label and text of everything there is to know."""
    views = tr("{n} at {contexts}").format(
        n=quantities.number(info.views), contexts=quantities.contexts(info.contexts)
    )
    rows = [
        (tr("Index"), info.path),
        (tr("Body"), body_words(info.body)),
        (tr("Craters"), quantities.number(info.craters)),
        (tr("Removed"), quantities.number(info.removed)),
        (tr("Views"), views),
        (tr("Encoder"), f"{info.encoder}: {info.encoder_description}"),
        (tr("Tokens"), f"{token_words(info)}, {info.aggregation}, {info.seeds}"),
        (tr("On disk"), quantities.size(info.size_bytes)),
        (tr("Made"), quantities.moment(info.created)),
        (tr("Catalogue"), info.catalogue_source),
    ]
    for source in info.sources:
        gone = "" if source.exists else tr(" (not there any more)")
        rows.append((tr("Mosaic"), source.path + gone))
    for reason, count in info.skipped.items():
        label = tr("Skipped, {reason}").format(reason=skip_reason(reason))
        rows.append((label, quantities.number(count)))
    if info.incomplete:
        rows.append((tr("State"), tr("The build is not finished. Run it again to finish it.")))
    return rows


def _outputs(info: IndexInfo) -> Values:
    outputs: Values = {
        "NAME": info.name,
        "BODY": info.body.name,
        "ENCODER": info.encoder,
        "CREATED": info.created,
        "PROBLEM": info.problem,
        "CRATERS": info.craters,
        "VIEWS": info.views,
        "REMOVED": info.removed,
        "TOKENS": info.tokens,
        "SIZE": info.size_bytes,
        "RADIUS": info.body.mean_radius,
    }
    if info.catalogue and Path(info.catalogue).is_file():
        outputs["CATALOGUE"] = source_of_catalogue(info.catalogue)
    return outputs


def _page(info: IndexInfo, rows: list[tuple[str, str]], problems: list[str]) -> str:
    lines = "".join(
        f"<tr><th align='left' valign='top'>{escape(label)}</th><td>{escape(text)}</td></tr>"
        for label, text in rows
    )
    listed = "".join(f"<li>{escape(line)}</li>" for line in [info.problem, *problems] if line)
    title = escape(info.name)
    return (
        f"<!DOCTYPE html><html><head><meta charset='utf-8'><title>{title}</title></head>"
        f"<body style='font-family: sans-serif'><h1>{title}</h1>"
        f"<table cellpadding='4'>{lines}</table><ul>{listed}</ul></body></html>\n"
    )
