"""Parameters of Processing (layers, files, extents) as the records the engine is sent."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from qgis.core import QgsCoordinateReferenceSystem, QgsProcessingFeatureSource, QgsRasterLayer

from ..contract.body import Body
from ..contract.build import CatalogueSource, Columns, Observation, Selection
from ..core.context_factors import parse_contexts
from ..core.geo.crs import MapFrame, body_problem, geographic_crs
from ..core.geo.extent import extent_region
from ..core.query import RasterSource
from ..core.rasters import user_nodata
from ..i18n import tr
from .base import Algorithm, Values, Work, absolute, refuse
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
    absolute_path = str(Path(path).absolute()) if Path(path).exists() else path
    return RasterSource(absolute_path, nodata=user_nodata(layer), name=layer.name())


def mosaic_sources(algorithm: Algorithm, parameters: Values, context: Any) -> list[RasterSource]:
    """The layers of MOSAICS. Raises QgsProcessingException."""
    layers = algorithm.parameterAsLayerList(parameters, "MOSAICS", context)
    return [raster_source(layer, tr("Mosaics")) for layer in layers]


def nodata_of(work: Work, sources: Sequence[RasterSource]) -> float | None:
    """NODATA, else the value all ``sources`` have in their layers' properties."""
    given = work.number("NODATA")
    own = {source.nodata for source in sources}
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


def catalogue_source(work: Work, prefix: str = "") -> CatalogueSource:
    """CATALOGUE with what is said of its columns and body.

    A layer that is no file (or a filtered one, or only its selected features) is written to one
    first. Raises QgsProcessingException.
    """
    name = f"{prefix}CATALOGUE"
    path, layer = work.algorithm.parameterAsCompatibleSourceLayerPathAndLayerName(
        work.parameters, name, work.context, _TABLES, "gpkg", work.feedback
    )
    if not path:
        raise refuse(tr("The crater catalogue cannot be opened. Choose a table or a layer."))
    unit = work.choice(f"{prefix}DIAMETER_UNIT")
    columns = Columns(
        id=work.field(f"{prefix}ID_FIELD") or None,
        lon=work.field(f"{prefix}LON_FIELD") or None,
        lat=work.field(f"{prefix}LAT_FIELD") or None,
        diameter=work.field(f"{prefix}DIAMETER_FIELD") or None,
        diameter_unit={KILOMETRES: "km", METRES: "m"}.get(unit),
        west_positive=True if work.flag(f"{prefix}WEST_POSITIVE") else None,
    )
    body = work.text(f"{prefix}BODY") or None
    return CatalogueSource(absolute(path.split("|")[0]), columns, layer or None, body)


def selection(work: Work) -> Selection:
    """MIN_DIAMETER, MAX_DIAMETER and REGION. Raises QgsProcessingException."""
    return Selection(
        work.metres("MIN_DIAMETER"),
        work.metres("MAX_DIAMETER"),
        region(work) if work.given("REGION") else None,
    )


def region(work: Work) -> list[float]:
    """The extent REGION in degrees. Raises QgsProcessingException."""
    extent = work.algorithm.parameterAsExtent(work.parameters, "REGION", work.context)
    crs = work.algorithm.parameterAsExtentCrs(work.parameters, "REGION", work.context)
    sides = extent_region(extent, frame_of(crs, None, "") if usable_crs(crs).isValid() else None)
    if sides is None:
        raise refuse(tr("The region cannot be used: it is not on the body. Draw it again."))
    return sides


def frame_of(crs: QgsCoordinateReferenceSystem, body: Body | None, what: str) -> MapFrame:
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


def result_crs(body: Body, shown_in: QgsCoordinateReferenceSystem) -> QgsCoordinateReferenceSystem:
    """Geographic, on the radii of ``body``, for a layer shown with another in ``shown_in``.

    Without an authority's code, which some formats do not give back (see above).
    """
    return geographic_crs(body, usable_crs(shown_in), coded=False)


def query_mosaic(
    work: Work, chosen: RasterSource | None, observations: list[Observation]
) -> RasterSource:
    """The chosen raster, else the index's first mosaic that is there."""
    band = work.whole("BAND")
    if chosen is not None:
        return replace(chosen, band=band)
    for observation in observations:
        if observation.exists:
            return RasterSource(observation.path, band)
    raise refuse(
        tr(
            "The mosaics this index was built from are not where they were. Choose the raster to "
            "cut the queries from."
        )
    )


def context_factors(text: str) -> list[float]:
    """The factors in ``2, 3`` or ``2 3``, sorted. Raises QgsProcessingException."""
    try:
        return parse_contexts(text)
    except ValueError as error:
        raise refuse(str(error)) from error


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
