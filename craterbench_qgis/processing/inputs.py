"""From layers and files of Processing to what the engine is told."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsProcessingFeatureSource,
    QgsRasterLayer,
)

from ..core.geo.crs import MapFrame, body_problem, figure_of_body
from ..core.geo.crs import geographic_crs as plain_crs
from ..core.layers.crs import geographic_crs
from ..core.query import RasterSource
from ..i18n import tr
from ..protocol import Json
from .base import Work, absolute, refuse
from .outlines import NoPlace, region_of
from .params import KILOMETRES, METRES

_TABLES = ["gpkg", "shp", "geojson", "json", "csv", "tsv", "txt", "tab", "sqlite", "fgb"]
# QGIS 3.22 writes "IAU_2015:30100" into a GeoPackage and reads it back as "IAU:30100", which it
# does not know; without the code the definition is whole.
_LOST_CODE = re.compile(r',\s*(AUTHORITY|ID)\["IAU",\s*"?\d+"?\](?=\]\s*$)')
_METRES = ("_m", "(m)", "[m]", "_metres", "_meters")


def raster_source(layer: QgsRasterLayer | None, name: str) -> RasterSource:
    """A raster layer as the engine reads it. ``name``: of the parameter, for messages.

    Raises QgsProcessingException where there is no such layer, or no local pixels.
    """
    if layer is None or not layer.isValid():
        raise refuse(tr("“{name}” cannot be opened. Choose a raster file.").format(name=name))
    if layer.providerType() != "gdal":
        raise refuse(
            tr(
                "{layer} is shown by {provider}, which has no pixels the engine could read. Save "
                "it as a file and choose that."
            ).format(layer=layer.name(), provider=layer.providerType().upper())
        )
    # GDAL's own name of the data set; QGIS puts options behind a bar.
    path = layer.source().split("|")[0]
    ranges = layer.dataProvider().userNoDataValues(1)
    one_value = len(ranges) == 1 and ranges[0].min() == ranges[0].max()
    return RasterSource(
        path=str(Path(path).absolute()) if Path(path).exists() else path,
        name=layer.name(),
        nodata=float(ranges[0].min()) if one_value else None,
    )


def mosaic_sources(layers: list[Any]) -> list[RasterSource]:
    """The mosaics of a list of layers. Raises QgsProcessingException."""
    return [raster_source(layer, tr("Mosaics")) for layer in layers]


def nodata_of(work: Work, sources: Sequence[RasterSource]) -> float | None:
    """NODATA, else the value all ``sources`` have in their layers' properties."""
    given = work.number("NODATA")
    own = {one.nodata for one in sources}
    if given is not None or own in (set(), {None}):
        return given
    if len(own) == 1:
        return own.pop()
    raise refuse(
        tr(
            "The mosaics' layers name different values without data. Give one value, or write "
            "each mosaic's into its file."
        )
    )


def catalogue_params(work: Work, prefix: str = "") -> Json:
    """``catalogue``, ``layer``, ``columns``, ``body`` of the protocol.

    A layer that is no file (or a filtered one, or only its selected features) is written to one
    first. Raises QgsProcessingException.
    """
    name = f"{prefix}CATALOGUE"
    path, layer = work.algorithm.parameterAsCompatibleSourceLayerPathAndLayerName(
        work.parameters, name, work.context, _TABLES, "gpkg", work.feedback
    )
    if not path:
        raise refuse(tr("The crater catalogue cannot be opened. Choose a table or a layer."))
    columns: Json = {
        key: work.field(f"{prefix}{field}") or None
        for key, field in (
            ("id", "ID_FIELD"),
            ("lon", "LON_FIELD"),
            ("lat", "LAT_FIELD"),
            ("diameter", "DIAMETER_FIELD"),
        )
    }
    unit = work.choice(f"{prefix}DIAMETER_UNIT")
    columns["diameter_unit"] = {KILOMETRES: "km", METRES: "m"}.get(unit)
    if work.flag(f"{prefix}WEST_POSITIVE"):
        columns["west_positive"] = True
    return {
        "catalogue": absolute(path.split("|")[0]),
        "layer": layer or None,
        "columns": columns,
        "body": work.text(f"{prefix}BODY") or None,
    }


def selection_params(work: Work) -> Json:
    """``min_diameter_m``, ``max_diameter_m``, ``region`` of the protocol."""
    return {
        "min_diameter_m": work.metres("MIN_DIAMETER"),
        "max_diameter_m": work.metres("MAX_DIAMETER"),
        "region": region(work) if work.given("REGION") else None,
    }


def region(work: Work) -> list[float]:
    """The extent REGION in degrees. Raises QgsProcessingException."""
    extent = work.algorithm.parameterAsExtent(work.parameters, "REGION", work.context)
    crs = work.algorithm.parameterAsExtentCrs(work.parameters, "REGION", work.context)
    try:
        return region_of(extent, frame_of(crs, None, "") if usable_crs(crs).isValid() else None)
    except NoPlace as error:
        text = tr("The region cannot be used: {why}. Draw it again.")
        raise refuse(text.format(why=error)) from error


def frame_of(crs: QgsCoordinateReferenceSystem, body: Json | None, what: str) -> MapFrame:
    """Places on the map of a reference system, which must be of ``body`` where that is given.

    ``what``: who has the reference system, for messages. Raises QgsProcessingException.
    """
    crs = usable_crs(crs)
    problem = body_problem(crs, body, what or tr("The extent"))
    if problem:
        raise refuse(problem)
    return MapFrame(crs)


def usable_crs(crs: QgsCoordinateReferenceSystem) -> QgsCoordinateReferenceSystem:
    """The reference system itself, or by its definition where only its code is not known."""
    text = "" if crs.isValid() else crs.toWkt()
    if not text:
        return crs
    return QgsCoordinateReferenceSystem.fromWkt(_LOST_CODE.sub("", text))


def result_crs(body: Json, shown_in: QgsCoordinateReferenceSystem) -> QgsCoordinateReferenceSystem:
    """Geographic, on the radii of ``body``, for a layer shown with one in ``shown_in``.

    Without an authority's code, which some formats do not give back (see above).
    """
    found = geographic_crs(body, usable_crs(shown_in))
    if found.authid().startswith("IAU"):
        return plain_crs(figure_of_body(body))
    return found


def query_mosaic(work: Work, chosen: RasterSource | None, sources: list[Json]) -> Json:
    """SOURCE of the protocol: the chosen raster, else the index's first mosaic that is there."""
    band = work.whole("BAND")
    if chosen is not None:
        return {"path": chosen.path, "band": band, "nodata": chosen.nodata}
    for one in sources:
        if one.get("exists", True):
            return {"path": str(one["path"]), "band": band, "nodata": None}
    raise refuse(
        tr(
            "The mosaics this index was built from are not where they were. Choose the raster to "
            "cut the queries from."
        )
    )


def field_factor(name: str, unit: int) -> float:
    """Metres per unit of the field ``name``; ``unit``: the position in params.unit_choice."""
    if unit == METRES:
        return 1.0
    if unit == KILOMETRES:
        return 1000.0
    return 1.0 if name.lower().endswith(_METRES) else 1000.0


def source_of(work: Work, name: str) -> QgsProcessingFeatureSource:
    """A feature source. Raises QgsProcessingException."""
    source = work.algorithm.parameterAsSource(work.parameters, name, work.context)
    if source is None:
        raise refuse(work.algorithm.invalidSourceError(work.parameters, name))
    return source
