"""Algorithms for entries that are the same crater: find them, apply what was decided."""

from __future__ import annotations

from typing import Any, ClassVar

from qgis.core import (
    QgsProcessingOutputVectorLayer,
    QgsProcessingParameterBoolean,
    QgsProcessingParameterFeatureSink,
    QgsProcessingParameterField,
    QgsProcessingParameterFile,
    QgsProcessingParameterFileDestination,
    QgsProcessingParameterRasterLayer,
    QgsProcessingParameterString,
    QgsProcessingParameterVectorDestination,
    QgsVectorLayer,
)

from ..contract.duplicates import (
    MAX_DISTANCE,
    MAX_RATIO,
    MINIMUM,
    THRESHOLD,
    ApplyParams,
    DuplicateParams,
    DuplicateReport,
)
from ..contract.methods import APPLY_DUPLICATES, FIND_DUPLICATES
from ..contract.vocabulary import Keeper, Stage
from ..core.layers.style import pair_style
from ..core.words.quantities import duration, number
from ..core.words.reasons import skip_reason
from ..i18n import tr
from . import compat, params
from .base import Algorithm, Values, Work, absolute, is_given, refuse
from .inputs import (
    catalogue_source,
    mosaic_sources,
    nodata_of,
    raster_source,
    selection,
    usable_crs,
)
from .review_report import review_path
from .styling import Styler

KEEPERS = (Keeper.AUTO, Keeper.COMPLETE, Keeper.PRIORITY, Keeper.MEDIAN)
_OTHER = "OTHER_"


class FindDuplicates(Algorithm):
    """``craterbench:findduplicates``."""

    NAME = "findduplicates"
    GROUP = "duplicates"
    SPANS: ClassVar = {
        Stage.CATALOGUE: (0, 2),
        Stage.CANDIDATES: (2, 20),
        Stage.LOOKS: (20, 92),
        Stage.OFFSETS: (92, 96),
        Stage.WRITING: (96, 100),
    }

    _twin = ""
    """The path of OTHER_MOSAIC."""

    def displayName(self) -> str:
        return tr("Find duplicates")

    def about(self) -> str:
        return tr(
            "Finds pairs of entries that are the same crater, within a catalogue or between two, "
            "by position, size and, with a mosaic, by looks. They go into a GeoPackage to be "
            "reviewed; decisions that are in it already are kept."
        )

    def initAlgorithm(self, configuration: Any = None) -> None:
        params.add_catalogue(self)
        params.add_catalogue(self, _OTHER, optional=True, title=tr("Second catalogue"))
        params.add_mosaics(self, optional=True)
        params.add_selection(self)
        self._add_judgement()
        self._add_keeper()
        self._add_observations()
        params.add_encoder(self)
        params.add_device(self)
        self.add(
            QgsProcessingParameterFileDestination(
                "OUTPUT", tr("Review"), tr("GeoPackage files") + " (*.gpkg)"
            ),
            tr("The file with pairs, clusters and all entries, for the review."),
        )
        self.add(
            QgsProcessingParameterFeatureSink(
                "LAYER", tr("Pairs on the map"), compat.LINES, None, True
            ),
            tr("A copy of the pairs as a layer of its own; the review stays with the file."),
        )
        self.addOutput(QgsProcessingOutputVectorLayer("PAIRS", tr("Pairs")))
        self.addOutput(QgsProcessingOutputVectorLayer("CLUSTERS", tr("Clusters")))
        self.add_numbers(
            ("CANDIDATES", tr("Candidate pairs")),
            ("PAIRS_WRITTEN", tr("Pairs written")),
            ("PROBABLE", tr("Pairs that are probably one crater")),
            ("CLUSTER_COUNT", tr("Clusters of entries that are one crater")),
            ("OFFSET_EAST", tr("Offset of the second entry to the east (m)")),
            ("OFFSET_NORTH", tr("Offset of the second entry to the north (m)")),
        )

    def _add_judgement(self) -> None:
        self.add(
            params.decimal("THRESHOLD", tr("Threshold"), THRESHOLD, 0.0, 1.0, False),
            tr("Probability from which a pair counts as one crater."),
        )
        self.add_advanced(
            params.decimal("MINIMUM", tr("Smallest probability"), MINIMUM, 0.0, 1.0, False),
            tr("Pairs less probable than this are not written."),
        )
        self.add_advanced(
            params.decimal("MAX_DISTANCE", tr("Largest distance"), MAX_DISTANCE, 0.01, 2.0, False),
            tr("Of the centres of a pair, in diameters of the larger crater."),
        )
        self.add_advanced(
            params.decimal(
                "MAX_RATIO", tr("Largest ratio of diameters"), MAX_RATIO, 1.001, 8.0, False
            ),
            tr("Larger / smaller diameter of a pair."),
        )
        self.add_advanced(
            params.whole("MAX_LOOKS", tr("Pairs to look at"), None, 1, 100_000_000, True),
            tr("At most; those in most doubt by geometry first. Empty: all."),
        )

    def _add_keeper(self) -> None:
        self.add_advanced(
            params.choice(
                "KEEPER",
                tr("Which entry is kept"),
                [
                    tr("by source, completeness, then the median"),
                    tr("the most complete"),
                    tr("by priority of its source"),
                    tr("the one nearest to the median"),
                ],
            ),
            tr("Proposed for each cluster; the others merge into it. Ties go to the first row."),
        )
        self.add_advanced(
            QgsProcessingParameterField(
                "SOURCE_FIELD", tr("Source column"), None, "CATALOGUE", optional=True
            ),
            tr("Says where an entry comes from. Empty: the catalogue's file."),
        )
        self.add_advanced(
            QgsProcessingParameterString("PRIORITY", tr("Priority of sources"), "", False, True),
            tr("Sources from best to worst, separated by semicolons."),
        )
        self.add_advanced(
            QgsProcessingParameterBoolean("KEEP_DECISIONS", tr("Keep decisions"), True),
            tr("Those in an older review at the same place stay with their pairs."),
        )

    def _add_observations(self) -> None:
        self.add_advanced(
            QgsProcessingParameterRasterLayer(
                "OTHER_MOSAIC", tr("Mosaic of the second catalogue"), None, True
            ),
            tr("Laid upon the first mosaic to measure how it is displaced."),
        )
        for name, label in (
            ("SHIFT_EAST", tr("Shift of the second catalogue to the east")),
            ("SHIFT_NORTH", tr("Shift of the second catalogue to the north")),
        ):
            self.add_advanced(
                params.decimal(name, label, None, -1.0e6, 1.0e6),
                tr("Metres by which it lies displaced; taken back before the search."),
            )

    def read_layers(self, parameters: Values, context: Any, feedback: Any) -> None:
        self.mosaics = mosaic_sources(self, parameters, context)
        if is_given(parameters, "OTHER_MOSAIC"):
            if not self.mosaics:
                raise refuse(tr("A second mosaic is laid upon a first. Choose that as well."))
            layer = self.parameterAsRasterLayer(parameters, "OTHER_MOSAIC", context)
            self._twin = raster_source(layer, tr("Mosaic of the second catalogue")).path

    def perform(self, work: Work) -> Values:
        path = work.output_path("OUTPUT")
        if not path:
            raise refuse(tr("The review has no name. Choose a file to write."))
        if not path.lower().endswith(".gpkg"):
            path += ".gpkg"
        result = work.engine.call_long(FIND_DUPLICATES, self._request(work, path))
        if not work.given(f"{_OTHER}CATALOGUE"):
            # Within a single catalogue it is chance which entry is the second.
            result.offset = None
        _report(work, result)
        outputs: Values = {
            "OUTPUT": path,
            "PAIRS": f"{path}|layername=pairs",
            "CLUSTERS": f"{path}|layername=clusters",
            "CANDIDATES": result.candidates,
            "PAIRS_WRITTEN": result.pairs,
            "PROBABLE": result.probable,
            "CLUSTER_COUNT": result.clusters,
        }
        outputs.update(self._pairs_layer(work, path))
        if result.offset is not None:
            offset = result.offset
            outputs.update(OFFSET_EAST=offset.east_m, OFFSET_NORTH=offset.north_m)
        return outputs

    def _pairs_layer(self, work: Work, path: str) -> Values:
        """The copy of the pairs, where it is wanted, styled as in the review."""
        if not is_given(work.parameters, "LAYER"):
            return {}
        pairs = QgsVectorLayer(f"{path}|layername=pairs|option:IMMUTABLE=YES|option:NOLOCK=YES")
        crs = usable_crs(pairs.crs())
        sink, destination = work.sink("LAYER", pairs.fields(), pairs.wkbType(), crs)
        work.fill("LAYER", sink, pairs.getFeatures())
        Styler.give(work.context, destination, lambda layer: layer.importNamedStyle(pair_style()))
        return {"LAYER": destination}

    def _request(self, work: Work, path: str) -> DuplicateParams:
        east, north = work.number("SHIFT_EAST"), work.number("SHIFT_NORTH")
        shifted = east is not None or north is not None
        sources = (source.strip() for source in work.text("PRIORITY").split(";"))
        other = catalogue_source(work, _OTHER) if work.given(f"{_OTHER}CATALOGUE") else None
        return DuplicateParams(
            catalogue=catalogue_source(work),
            output=path,
            selection=selection(work),
            other=other,
            mosaics=[mosaic.path for mosaic in self.mosaics],
            other_mosaic=self._twin or None,
            other_offset_m=(east or 0.0, north or 0.0) if shifted else None,
            band=work.whole("BAND"),
            nodata=nodata_of(work, self.mosaics),
            threshold=work.number("THRESHOLD") or 0.0,
            minimum=work.number("MINIMUM") or 0.0,
            max_distance=work.number("MAX_DISTANCE") or MAX_DISTANCE,
            max_ratio=work.number("MAX_RATIO") or MAX_RATIO,
            max_looks=work.whole("MAX_LOOKS"),
            source_column=work.field("SOURCE_FIELD") or None,
            priority=[source for source in sources if source],
            keeper=KEEPERS[work.choice("KEEPER")],
            keep_decisions=work.flag("KEEP_DECISIONS"),
            encoder=work.encoder(),
            device=work.device(),
        )


class ApplyDuplicateDecisions(Algorithm):
    """``craterbench:applyduplicatedecisions``."""

    NAME = "applyduplicatedecisions"
    GROUP = "duplicates"

    def displayName(self) -> str:
        return tr("Apply duplicate decisions")

    def about(self) -> str:
        return tr(
            "Writes the catalogue of a review with its decisions applied: entries decided as "
            "duplicates are merged into the one that is kept, and what they said stays in its "
            "columns merged_ids and merged_attributes."
        )

    def initAlgorithm(self, configuration: Any = None) -> None:
        self.add(
            QgsProcessingParameterFile("REVIEW", tr("Review"), extension="gpkg"),
            tr("The GeoPackage of “Find duplicates”."),
        )
        self.add(
            params.decimal("THRESHOLD", tr("Merge undecided pairs from"), None, 0.0, 1.0),
            tr("Probability from which pairs nobody decided are merged too. Empty: none."),
        )
        self.add(
            QgsProcessingParameterBoolean(
                "ONLY_COMPARED", tr("Leave out entries that the search did not compare"), False
            ),
            tr("Otherwise the whole catalogue is written, also outside the search's limits."),
        )
        self.add(
            QgsProcessingParameterVectorDestination("OUTPUT", tr("Cleaned catalogue")),
            tr("GeoPackage, Shapefile, GeoJSON or CSV, by the ending of its name."),
        )
        self.add_numbers(
            ("ENTRIES", tr("Entries before")),
            ("KEPT", tr("Entries after")),
            ("MERGED", tr("Entries merged into others")),
            ("REFUSED", tr("Pairs a decision keeps apart although others would join them")),
        )

    def perform(self, work: Work) -> Values:
        path = absolute(self.parameterAsOutputLayer(work.parameters, "OUTPUT", work.context))
        params = ApplyParams(
            review_path(work),
            path,
            work.number("THRESHOLD") or None,
            only_compared=work.flag("ONLY_COMPARED"),
        )
        result = work.engine.call_long(APPLY_DUPLICATES, params)
        text = tr("{entries} entries, {merged} of them merged into others: {kept} are left.")
        work.feedback.pushInfo(
            text.format(
                entries=number(result.entries),
                merged=number(result.merged),
                kept=number(result.kept),
            )
        )
        work.warn(result.notes)
        work.feedback.setProgress(100)
        return {
            "OUTPUT": result.output,
            "ENTRIES": result.entries,
            "KEPT": result.kept,
            "MERGED": result.merged,
            "REFUSED": result.refused,
        }


def _report(work: Work, result: DuplicateReport) -> None:
    say = work.feedback.pushInfo
    text = tr("{n} candidate pairs among {entries} entries")
    say(text.format(n=number(result.candidates), entries=number(result.entries)))
    text = tr("Probably one crater: {n} pairs, in {clusters} clusters")
    say(text.format(n=number(result.probable), clusters=number(result.clusters)))
    say(tr("Pairs written: {n}").format(n=number(result.pairs)))
    say(tr("Pairs looked at: {n}").format(n=number(result.looks)))
    for reason, count in result.without_looks.items():
        text = tr("By geometry alone, {reason}: {n}")
        say(text.format(reason=skip_reason(reason), n=number(count)))
    if result.decisions_kept:
        say(tr("Decisions kept: {n}").format(n=number(result.decisions_kept)))
    for label, offset in (
        (tr("Second entry from the first"), result.offset),
        (tr("Second mosaic from the first"), result.image_offset),
    ):
        if offset is not None:
            text = tr("{label}: {east} m east, {north} m north ({n} pairs)")
            east, north = number(offset.east_m), number(offset.north_m)
            say(text.format(label=label, east=east, north=north, n=number(offset.count)))
    for note in result.notes:
        work.feedback.pushWarning(note)
    say(tr("Done in {time}").format(time=duration(result.seconds)))
