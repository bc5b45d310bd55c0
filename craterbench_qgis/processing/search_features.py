"""The search by every feature of a layer at once."""

from __future__ import annotations

from typing import Any

from qgis.core import (
    QgsFeature,
    QgsProcessingParameterBoolean,
    QgsProcessingParameterFeatureSource,
    QgsProcessingParameterField,
    QgsWkbTypes,
)

from ..contract.build import IndexInfo
from ..contract.records import Json
from ..contract.vocabulary import QueryKind
from ..core.geo.crs import MapFrame
from ..core.geo.outlines import NoPlace, place_of
from ..core.query import RasterSource
from ..i18n import tr
from . import compat, params
from .base import Values, Work, refuse
from .inputs import field_factor, frame_of, query_mosaic, source_of
from .match_table import plain
from .search_base import Question, Search, question_of

CRATER, AREA = 0, 1
"""Positions in the choice MODE."""

_NO_GEOMETRY = QgsWkbTypes.GeometryType.NullGeometry


class SearchByFeatures(Search):
    """``craterbench:searchbyfeatures``."""

    NAME = "searchbyfeatures"

    def displayName(self) -> str:
        return tr("Search by features")

    def about(self) -> str:
        return tr(
            "Finds, for every feature of a layer, the craters of an index that look most like it. "
            "Features are outlines, or points with a diameter. All matches come in one layer, "
            "which “Export matches” writes to files."
        )

    def initAlgorithm(self, configuration: Any = None) -> None:
        params.add_index(self)
        self.add(
            QgsProcessingParameterFeatureSource("INPUT", tr("Features"), [compat.ANY_VECTOR]),
            tr("Outlines or points of what to look for; each is one query."),
        )
        params.add_raster(self)
        self.add(
            params.choice(
                "MODE", tr("A feature is"), [tr("a crater"), tr("the area to search by")]
            ),
            tr(
                "A crater: the view is a few times as wide as the crater. The area: the view is "
                "the square around the outline itself."
            ),
        )
        self._add_fields()
        params.add_search_options(self)
        self.add_outputs()

    def _add_fields(self) -> None:
        self.add(
            _field("ID_FIELD", tr("Id column")),
            tr("Becomes the query's id in the result. Empty: the feature's number."),
        )
        self.add(
            _field("DIAMETER_FIELD", tr("Diameter column"), compat.NUMERIC_FIELD),
            tr("Needed for points. Empty: the diameter of a circle of the outline's area."),
        )
        self.add(
            params.unit_choice("DIAMETER_UNIT", tr("Unit of the diameter column")),
            tr("By its name: metres where it ends in _m, (m), [m], else kilometres."),
        )
        for name, label in (
            ("LON_FIELD", tr("Longitude column")),
            ("LAT_FIELD", tr("Latitude column")),
        ):
            self.add_advanced(
                _field(name, label),
                tr(
                    "For tables without geometry: degrees east, planetocentric latitude, on the "
                    "index's body."
                ),
            )
        self.add_advanced(
            params.decimal("CONTEXT", tr("Context factor"), None, 0.5, 100.0),
            tr("View's side / diameter. Empty: the mean of the index's."),
        )
        self.add_advanced(
            QgsProcessingParameterBoolean("EXCLUDE_SELF", tr("Leave out the query itself"), False),
            tr(
                "Leaves out the crater of the index that has the id in the id column, so that a "
                "catalogue can be searched by itself."
            ),
        )

    def perform(self, work: Work) -> Values:
        source = source_of(work, "INPUT")
        if work.flag("EXCLUDE_SELF") and not work.field("ID_FIELD"):
            raise refuse(
                tr("To leave out the query itself, choose the column with the crater's id.")
            )
        info = work.engine.index_info(work.path("INDEX"))
        mosaic = query_mosaic(work, self._raster, info.sources)
        reader = FeatureReader(work, info, mosaic)
        frame = reader.frame(source.sourceCrs(), source.wkbType())
        work.engine.open_index(info.path, work.device())
        total = int(source.featureCount())
        questions = (reader.question(feature, frame) for feature in source.getFeatures())
        return self.search_all(work, info, questions, max(total, 0), source.sourceCrs())


class FeatureReader:
    """Makes questions of features."""

    def __init__(self, work: Work, info: IndexInfo, mosaic: RasterSource) -> None:
        self._info = info
        self._mosaic = mosaic
        self._mode, self._context = work.choice("MODE"), work.number("CONTEXT")
        self._id, self._diameter = work.field("ID_FIELD"), work.field("DIAMETER_FIELD")
        self._lon, self._lat = work.field("LON_FIELD"), work.field("LAT_FIELD")
        self._factor = field_factor(self._diameter, work.choice("DIAMETER_UNIT"))
        self._exclude = work.flag("EXCLUDE_SELF")

    def frame(self, crs: Any, wkb: Any) -> MapFrame | None:
        """How points of the layer become places; None for tables with longitude and latitude.

        Raises QgsProcessingException for a layer of another body.
        """
        if self._lon and self._lat:
            return None
        if QgsWkbTypes.geometryType(wkb) == _NO_GEOMETRY:
            raise refuse(
                tr(
                    "The features have no geometry. Choose their columns with longitude and "
                    "latitude, or another layer."
                )
            )
        return frame_of(crs, self._info.body, tr("The layer of features"))

    def question(self, feature: QgsFeature, frame: MapFrame | None) -> Question:
        """What a feature asks."""
        name = plain(feature[self._id]) if self._id else feature.id()
        name = "" if name is None else str(name)
        try:
            members = self._members(feature, frame)
        except NoPlace as error:
            return Question(name, problem=str(error))
        known = (name,) if self._exclude and name else ()
        return question_of(name, self._mosaic, known, **members)

    def _members(self, feature: QgsFeature, frame: MapFrame | None) -> Json:
        """The members of the feature's Query. Raises NoPlace."""
        if frame is None:
            lon, lat = self._number(feature, self._lon), self._number(feature, self._lat)
            outlined = side = None
        else:
            lon, lat, outlined, side = place_of(feature.geometry(), frame)
        diameter = outlined
        if self._diameter:
            diameter = self._number(feature, self._diameter) * self._factor
            if diameter <= 0:
                raise NoPlace(tr("its diameter is not positive"))
        if self._mode == AREA:
            side = side or diameter
            if not side:
                raise NoPlace(tr("a point has no area; choose the diameter column"))
            own = diameter if self._diameter and outlined else None
            return {
                "kind": QueryKind.AREA, "lon": lon, "lat": lat, "side_m": side, "diameter_m": own
            }  # fmt: skip
        if not diameter:
            raise NoPlace(tr("a point has no size; choose the diameter column"))
        return {
            "kind": QueryKind.CRATER, "lon": lon, "lat": lat, "diameter_m": diameter,
            "context": self._context,
        }  # fmt: skip

    @staticmethod
    def _number(feature: QgsFeature, field: str) -> float:
        value = plain(feature[field])
        try:
            return float(value)
        except (TypeError, ValueError) as error:
            text = tr("its column {field} holds no number")
            raise NoPlace(text.format(field=field)) from error


def _field(name: str, label: str, kind: Any = None) -> Any:
    if kind is None:
        return QgsProcessingParameterField(name, label, None, "INPUT", optional=True)
    return QgsProcessingParameterField(name, label, None, "INPUT", kind, False, True)
