"""Algorithms that make an index: build one, add to one."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

from qgis.core import (
    QgsProcessingOutputFolder,
    QgsProcessingParameterFolderDestination,
    QgsProcessingParameterString,
)

from ..contract.build import INDEX_SUFFIX, TOKENS, AddParams, BuildParams, BuildReply
from ..contract.methods import ADD, BUILD
from ..contract.vocabulary import Stage
from ..core.context_factors import listed
from ..core.settings import Settings
from ..core.words.builds import result_lines
from ..core.words.quantities import number
from ..core.words.reasons import skip_reason
from ..core.words.tokens import size_tip
from ..i18n import tr
from . import params
from .base import Algorithm, Values, Work, is_given, refuse
from .inputs import catalogue_source, context_factors, mosaic_sources, nodata_of, selection


class BuildIndex(Algorithm):
    """``craterbench:buildindex``."""

    NAME = "buildindex"
    GROUP = "index"
    SPANS: ClassVar = {
        Stage.CATALOGUE: (0, 1),
        Stage.ENCODER: (1, 2),
        Stage.VIEWS: (2, 95),
        Stage.JOINING: (95, 97),
        Stage.KINDS: (97, 100),
    }

    def displayName(self) -> str:
        return tr("Build index")

    def about(self) -> str:
        return tr(
            "Cuts every crater of a catalogue from one or more mosaics, encodes the views and "
            "stores them as an index that can be searched. A build that was cancelled or broken "
            "off goes on where it stopped when it is run again with the same parameters."
        )

    def initAlgorithm(self, configuration: Any = None) -> None:
        settings = Settings()
        params.add_mosaics(self)
        params.add_catalogue(self)
        params.add_selection(self)
        self.add(
            QgsProcessingParameterString(
                "CONTEXTS", tr("Context factors"), listed(settings.default_contexts)
            ),
            tr("Sides of the square views as multiples of the crater's diameter."),
        )
        params.add_encoder(self, settings.default_encoder)
        self.add_advanced(
            params.whole("TOKENS", tr("Instance tokens"), settings.default_tokens, 1, 65_536, True),
            tr("Per view. More are finer, and need more room and time. Empty: the default."),
        )
        self.add_advanced(params.size(), size_tip())
        self.add_advanced(
            params.seeds(),
            tr("How the patches that instance tokens grow from are chosen."),
        )
        params.add_device(self)
        self.add(
            QgsProcessingParameterFolderDestination("OUTPUT", tr("Index")),
            tr("The folder to make, NAME.craterindex; the ending is added where it is missing."),
        )
        _add_report_outputs(self)

    def read_layers(self, parameters: Values, context: Any, feedback: Any) -> None:
        self.mosaics = mosaic_sources(self, parameters, context)
        if not self.mosaics:
            raise refuse(tr("No mosaic was given. Choose at least one raster."))

    def perform(self, work: Work) -> Values:
        output = _with_suffix(work.path("OUTPUT"))
        request = BuildParams(
            mosaics=[mosaic.path for mosaic in self.mosaics],
            catalogue=catalogue_source(work),
            output=output,
            selection=selection(work),
            contexts=context_factors(work.text("CONTEXTS")),
            encoder=work.encoder(),
            tokens=work.whole("TOKENS") or TOKENS,
            seeds=params.SEEDS[work.choice("SEEDS")],
            size=params.SIZES[work.choice("SIZE")],
            device=work.device(),
            band=work.whole("BAND"),
            nodata=nodata_of(work, self.mosaics),
        )
        return _report(work, work.engine.call_long(BUILD, request))


class AddToIndex(Algorithm):
    """``craterbench:addtoindex``."""

    NAME = "addtoindex"
    GROUP = "index"
    SPANS: ClassVar = {
        Stage.CATALOGUE: (0, 1),
        Stage.ENCODER: (1, 2),
        Stage.VIEWS: (2, 96),
        Stage.JOINING: (96, 100),
    }

    def displayName(self) -> str:
        return tr("Add to index")

    def about(self) -> str:
        return tr(
            "Adds the views of further mosaics, the craters of a further catalogue, or both to an "
            "index. What is in it stays as it is; a run that was broken off is finished by "
            "running it again."
        )

    def initAlgorithm(self, configuration: Any = None) -> None:
        params.add_index(self)
        params.add_mosaics(self, optional=True)
        params.add_catalogue(self, optional=True)
        params.add_device(self)
        self.addOutput(QgsProcessingOutputFolder("OUTPUT", tr("Index")))
        _add_report_outputs(self)

    def read_layers(self, parameters: Values, context: Any, feedback: Any) -> None:
        self.mosaics = mosaic_sources(self, parameters, context)
        if not self.mosaics and not is_given(parameters, "CATALOGUE"):
            raise refuse(tr("There is nothing to add. Choose a mosaic, a catalogue, or both."))

    def perform(self, work: Work) -> Values:
        request = AddParams(
            index=work.path("INDEX"),
            mosaics=[mosaic.path for mosaic in self.mosaics],
            catalogue=catalogue_source(work) if work.given("CATALOGUE") else None,
            device=work.device(),
            band=work.whole("BAND"),
            nodata=nodata_of(work, self.mosaics),
        )
        return _report(work, work.engine.call_long(ADD, request))


def _with_suffix(path: str) -> str:
    if not path:
        raise refuse(tr("The index has no name. Choose a folder to make."))
    return path if path.endswith(INDEX_SUFFIX) else path.rstrip("/\\") + INDEX_SUFFIX


def _add_report_outputs(algorithm: Algorithm) -> None:
    algorithm.add_numbers(
        ("CRATERS", tr("Craters with a view")),
        ("VIEWS", tr("Views")),
        ("ENCODED", tr("Views made in this run")),
        ("SKIPPED", tr("Views that could not be made")),
    )


def _report(work: Work, report: BuildReply) -> Values:
    for line in result_lines(report):
        work.feedback.pushInfo(line)
    for reason, count in report.skipped.items():
        text = tr("Skipped, {reason}: {n}")
        work.feedback.pushInfo(text.format(reason=skip_reason(reason), n=number(count)))
    work.warn(report.notes)
    return {
        "OUTPUT": str(Path(report.path)),
        "CRATERS": report.craters,
        "VIEWS": report.views,
        "ENCODED": report.encoded,
        "SKIPPED": sum(report.skipped.values()),
    }
