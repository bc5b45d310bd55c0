"""The raster a query is cut from: a file the engine reads itself, or what QGIS renders of it."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransformContext,
    QgsMapLayer,
    QgsMapRendererParallelJob,
    QgsMapSettings,
    QgsMultiBandColorRenderer,
    QgsPointXY,
    QgsRaster,
    QgsRasterLayer,
    QgsRectangle,
    QgsSingleBandGrayRenderer,
)
from qgis.PyQt import sip
from qgis.PyQt.QtCore import QObject, QSize, QTimer
from qgis.PyQt.QtGui import QColor

from ..contract import names
from ..contract.body import Body, same_body
from ..i18n import tr
from .geo.crs import MapFrame, local_plane
from .query import RasterSource

RENDERED_PX = 672
"""Three times a view's side: QGIS takes the nearest source pixel, the engine averages."""


def raster_source(layer: QgsMapLayer | None) -> RasterSource | None:
    """How the engine reads a layer's own pixels; None where QGIS has to render them.

    None for WMS, XYZ, WCS and remote files, for a file to which the user gave another reference
    system in QGIS (the engine would read the file's), and for one whose values are not what is
    seen: a hillshade, colours by value, black and white exchanged.
    """
    if not isinstance(layer, QgsRasterLayer) or not layer.isValid():
        return None
    provider = layer.dataProvider()
    if layer.providerType() != "gdal" or provider is None:
        return None
    # Opening options follow a bar; they are GDAL's and QGIS's own.
    path = layer.source().split("|")[0]
    if not names.is_there(path):  # the same check that the engine makes
        return None
    if layer.crs() != provider.crs() or not is_plain(layer):
        return None
    band = _single_band(layer)
    return RasterSource(path, band, _user_nodata(provider, band or 1), layer.name())


def is_plain(layer: QgsRasterLayer) -> bool:
    """Whether a layer is seen as its values are: brighter where they are larger, or as a picture
    of red, green and blue. Then the stretch does not matter, for every crop is stretched again."""
    renderer = layer.renderer()
    if isinstance(renderer, QgsSingleBandGrayRenderer):
        return bool(renderer.gradient() == QgsSingleBandGrayRenderer.BlackToWhite)
    return renderer is None or isinstance(renderer, QgsMultiBandColorRenderer)


class RasterPicker:
    """Finds the raster under a place; remembers the reference systems it has met."""

    def __init__(self) -> None:
        self._frames: dict[str, MapFrame | None] = {}

    def topmost(
        self,
        layers: Sequence[QgsMapLayer],
        place: tuple[float, float],
        body: Body,
        scale: float = 0.0,
    ) -> QgsRasterLayer | None:
        """The first raster of ``layers`` (topmost first) of that body that is seen at a place.

        ``place``: (lon, planetocentric lat); ``scale``: the map's denominator, 0 where any will do.
        What is seen is asked of the pixel: a mosaic's gap or border shows the raster below.
        """
        for layer in layers:
            if not isinstance(layer, QgsRasterLayer) or not layer.isValid():
                continue
            if scale and not layer.isInScaleRange(scale):
                continue
            frame = self._frame(layer.crs())
            if frame is None or not same_body(frame.body, body):
                continue
            point = _point_in(frame, layer.extent(), place)
            if point is not None and is_seen(layer, point):
                return layer
        return None

    def _frame(self, crs: QgsCoordinateReferenceSystem) -> MapFrame | None:
        key = crs.toWkt()
        if key not in self._frames:
            try:
                self._frames[key] = MapFrame(crs)
            except ValueError:
                self._frames[key] = None
        return self._frames[key]


class RenderJob(QObject):
    """A square around a place as QGIS shows a layer, north up, written as PNG; never waits.

    Give it a parent that lives until it is over. Exactly one of ``done(path)`` and
    ``failed(sentence)`` is called, later, unless :meth:`cancel` came first.
    """

    def __init__(
        self,
        layers: Sequence[QgsMapLayer],
        lon: float,
        lat: float,
        side_m: float,
        path: str,
        done: Callable[[str], None],
        failed: Callable[[str], None],
        size: int = RENDERED_PX,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._path, self._done, self._failed = path, done, failed
        self._job: Any = None
        self._layers, self._size = list(layers), size
        self._place, self._side = (lon, lat), side_m
        self._plane: QgsCoordinateReferenceSystem | None = None
        # Later, so that nothing is called before the caller has this object.
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._step)
        self._timer.start(0)

    def _step(self) -> None:
        """One of two short steps: make the plane; then start."""
        layers = [layer for layer in self._layers if not sip.isdeleted(layer)]
        if self._plane is None:
            self._plane = local_plane(layers[0].crs(), *self._place) if layers else None
            if self._plane is not None and 0.0 < self._side < math.inf:
                self._timer.start(0)
                return
        if not layers or self._plane is None or not 0.0 < self._side < math.inf:
            name = layers[0].name() if layers else tr("The raster")
            text = tr("{name} cannot be drawn around this place. Choose another raster.")
            self._failed(text.format(name=name))
            return
        self._job = QgsMapRendererParallelJob(
            _settings(layers, self._plane, self._side, self._size)
        )
        self._job.finished.connect(self._finished)
        self._job.start()

    def cancel(self) -> None:
        """Stop; nothing is called any more."""
        self._done = self._failed = _ignore
        self._timer.stop()
        if self._job is not None:
            self._job.cancelWithoutBlocking()

    def _finished(self) -> None:
        job, self._job = self._job, None
        image = job.renderedImage()
        problems = [error.message for error in job.errors()]
        job.deleteLater()
        if self._done is _ignore:
            return
        if problems:
            text = tr(
                "The raster could not be drawn ({why}). Check that the layer shows a picture."
            )
            self._failed(text.format(why=problems[0].rstrip(".")))
        elif image.isNull() or not image.save(self._path, "PNG"):
            self._failed(tr("The picture could not be written. Check the space left on the disk."))
        else:
            self._done(self._path)


def _settings(
    layers: Sequence[QgsMapLayer], plane: QgsCoordinateReferenceSystem, side_m: float, size: int
) -> QgsMapSettings:
    settings = QgsMapSettings()
    settings.setLayers(list(layers))
    settings.setDestinationCrs(plane)
    settings.setExtent(QgsRectangle(-side_m / 2, -side_m / 2, side_m / 2, side_m / 2))
    settings.setOutputSize(QSize(size, size))
    settings.setOutputDpi(96)
    # What nothing is drawn on stays transparent: the engine takes that for no data.
    settings.setBackgroundColor(QColor(0, 0, 0, 0))
    settings.setTransformContext(QgsCoordinateTransformContext())
    return settings


def _ignore(_text: str) -> None:
    """After a cancellation."""


def _single_band(layer: QgsRasterLayer) -> int | None:
    """The band the layer shows where it shows one of several."""
    renderer = layer.renderer()
    if layer.bandCount() < 2 or renderer is None:
        return None
    bands = {band for band in renderer.usesBands() if band > 0}
    return int(next(iter(bands))) if len(bands) == 1 else None


def _user_nodata(provider: Any, band: int) -> float | None:
    ranges = provider.userNoDataValues(band)
    if len(ranges) == 1 and ranges[0].min() == ranges[0].max():
        return float(ranges[0].min())
    return None


def is_seen(layer: QgsRasterLayer, point: QgsPointXY) -> bool:
    """Whether the layer covers what lies below it at a point of its own reference system.

    Of a raster without local pixels that is taken for granted: asking would wait for a server.
    """
    renderer, provider = layer.renderer(), layer.dataProvider()
    if renderer is None or not layer.opacity() > 0 or not renderer.opacity() > 0:
        return False
    if layer.providerType() != "gdal":
        return True
    answer = provider.identify(point, QgsRaster.IdentifyFormatValue)
    if not answer.isValid():
        return True
    values = answer.results()
    if renderer.alphaBand() > 0 and values.get(renderer.alphaBand()) == 0:
        return False
    shown = [values.get(band) for band in renderer.usesBands() if band != renderer.alphaBand()]
    if not shown or any(value is None for value in shown):
        return not shown  # QGIS draws nothing where a band it shows has no data
    transparency = renderer.rasterTransparency()
    if transparency is None:
        return True
    if hasattr(transparency, "opacityForValue"):  # QGIS 3.38 and later
        alone, together = transparency.opacityForValue, transparency.opacityForRgbValues
    else:
        alone = together = transparency.alphaValue
    return bool((together(*shown) if len(shown) == 3 else alone(shown[0])) > 0)


def _point_in(
    frame: MapFrame, extent: QgsRectangle, place: tuple[float, float]
) -> QgsPointXY | None:
    """The place on the layer's map; None outside its extent."""
    point = frame.to_map(*place, near=extent.center().x())
    return point if point is not None and extent.contains(QgsPointXY(point)) else None
