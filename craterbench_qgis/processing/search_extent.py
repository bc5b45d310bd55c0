"""The search by a rectangle of the map."""

from __future__ import annotations

from typing import Any

from qgis.core import QgsProcessingParameterExtent, QgsProcessingParameterString

from ..contract.vocabulary import QueryKind
from ..core.geo.crs import geographic_crs
from ..core.geo.outlines import NoPlace, place_of_extent
from ..i18n import tr
from . import params
from .base import Values, Work, refuse
from .inputs import frame_of, query_mosaic, usable_crs
from .search_base import Search, question_of


class SearchByExtent(Search):
    """``craterbench:searchbyextent``."""

    NAME = "searchbyextent"

    def displayName(self) -> str:
        return tr("Search by extent")

    def about(self) -> str:
        return tr(
            "Finds the craters of an index that look most like the ground within a rectangle of "
            "the map. The view is the square on the ground around its middle."
        )

    def initAlgorithm(self, configuration: Any = None) -> None:
        params.add_index(self)
        self.add(
            QgsProcessingParameterExtent("EXTENT", tr("Extent")),
            tr(
                "The area to search by. Numbers without a reference system are degrees on the "
                "index's body: west, east, south, north."
            ),
        )
        params.add_raster(self)
        self.add(
            params.distance("DIAMETER", tr("Diameter of the crater in it")),
            tr("For filters by ratio (km). Empty: taken from the extent and the index's contexts."),
        )
        self.add_advanced(
            QgsProcessingParameterString("QUERY_ID", tr("Name of the query"), "extent"),
            tr("Stands in the column query_id of the result."),
        )
        params.add_search_options(self)
        self.add_outputs()

    def perform(self, work: Work) -> Values:
        info = work.engine.index_info(work.path("INDEX"))
        mosaic = query_mosaic(work, self._raster, info.sources)
        extent = self.parameterAsExtent(work.parameters, "EXTENT", work.context)
        crs = self.parameterAsExtentCrs(work.parameters, "EXTENT", work.context)
        if not usable_crs(crs).isValid():
            crs = geographic_crs(info.body, coded=False)
        frame = frame_of(crs, info.body, tr("The extent"))
        try:
            place = place_of_extent(extent, frame)
        except NoPlace as error:
            text = tr("The extent cannot be searched by: {why}. Draw another.")
            raise refuse(text.format(why=error)) from error
        question = question_of(
            work.text("QUERY_ID") or "extent",
            mosaic,
            kind=QueryKind.AREA,
            lon=place.lon,
            lat=place.lat,
            side_m=place.side_m,
            diameter_m=work.metres("DIAMETER"),
        )
        work.engine.open_index(info.path, work.device())
        return self.search_all(work, info, iter([question]), 1, crs)
