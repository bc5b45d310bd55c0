"""The raster a query is cut from: a file the engine reads itself, or what QGIS renders of it."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Callable, Sequence
from html import escape
from pathlib import Path
from typing import Any

from qgis.core import (
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
from qgis.PyQt.QtGui import QColor, QImage

from ..contract import names
from ..contract.body import Body, same_body
from ..i18n import tr
from .geo.crs import MapFrame, wkt_of
from .geo.windows import Window, windows
from .query import RasterSource
from .shown import frame_of_layer, shown_body

RENDERED_PX = 672
"""Three times a view's side: QGIS takes the nearest source pixel, the engine averages."""
_FAST = 100  # of PNG: not compressed, so that writing never holds up the window


def raster_source(layer: QgsMapLayer | None) -> RasterSource | None:
    """How the engine reads a layer's own pixels; None where QGIS has to render them.

    None for WMS, XYZ, WCS and remote files, for a file to which the user gave another reference
    system or body in QGIS (the engine would read the file's), and for one whose values are not what
    is seen: a hillshade, colours by value, black and white exchanged.
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
    if layer.crs() != provider.crs() or shown_body(layer) or not is_plain(layer):
        return None
    band = _single_band(layer)
    return RasterSource(path, band, user_nodata(layer, band or 1), layer.name())


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
            frame = self._frame(layer)
            if frame is None or not same_body(frame.body, body):
                continue
            point = _point_in(frame, layer.extent(), place)
            if point is not None and is_seen(layer, point):
                return layer
        return None

    def _frame(self, layer: QgsRasterLayer) -> MapFrame | None:
        key = f"{shown_body(layer)} {layer.crs().toWkt()}"
        if key not in self._frames:
            try:
                self._frames[key] = frame_of_layer(layer)
            except ValueError:
                self._frames[key] = None
        return self._frames[key]


class RenderJob(QObject):
    """The parts of a layer's map that show a square of ground, as QGIS shows them; never waits.

    Each is drawn in the layer's own reference system, so that QGIS reprojects nothing, and written
    as PNG with its georeference beside it: ``PATH-0.png``, ``PATH-1.png``, ... The engine makes the
    square of them (``WARP``). Give it a parent that lives until it is over. Exactly one of
    ``done(paths)`` and ``failed(sentence)`` is called, later, unless :meth:`cancel` came first.
    """

    def __init__(
        self,
        layer: QgsRasterLayer,
        lon: float,
        lat: float,
        side_m: float,
        path: str,
        done: Callable[[list[str]], Any],
        failed: Callable[[str], Any],
        size: int = RENDERED_PX,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._path, self._done, self._failed = path, done, failed
        self._job: Any = None
        self._layer, self._size = layer, size
        self._place, self._side = (lon, lat), side_m
        self._windows: list[Window] | None = None
        self._paths: list[str] = []
        # Later, so that nothing is called before the caller has this object.
        self._timer = QTimer(self, singleShot=True, timeout=self._step)
        self._timer.start(0)

    def _step(self) -> None:
        """One of several short steps: look where; then draw one part after the other."""
        if sip.isdeleted(self._layer):
            self._give_up(tr("The raster"))
            return
        if self._windows is None:
            self._windows = self._look()
            if not self._windows:
                self._give_up(self._layer.name())
                return
            self._timer.start(0)
            return
        window = self._windows[len(self._paths)]
        self._job = QgsMapRendererParallelJob(_settings(self._layer, window))
        self._job.finished.connect(self._finished)
        self._job.start()

    def _look(self) -> list[Window]:
        if not 0.0 < self._side < math.inf:
            return []
        try:
            frame = frame_of_layer(self._layer)
        except ValueError:
            return []
        return windows(frame, self._layer.extent(), self._place, self._side, self._size)

    def _give_up(self, name: str) -> None:
        text = tr("{name} cannot be drawn around this place. Choose another raster.")
        self._failed(text.format(name=name))

    def cancel(self) -> None:
        """Stop; nothing is called any more."""
        self._done = self._failed = _ignore
        self._timer.stop()
        if self._job is not None:
            self._job.cancelWithoutBlocking()
        forget_pictures(self._paths)

    def _finished(self) -> None:
        job, self._job = self._job, None
        image, settings = job.renderedImage(), job.mapSettings()
        problems = [error.message for error in job.errors()]
        job.deleteLater()
        if self._done is _ignore or self._windows is None:
            return
        path = f"{self._path}-{len(self._paths)}.png"
        if problems:
            forget_pictures(self._paths)
            text = tr(
                "The raster could not be drawn ({why}). Check that the layer shows a picture."
            )
            self._failed(text.format(why=problems[0].rstrip(".")))
        elif image.isNull() or not _write(image, settings, path):
            forget_pictures([*self._paths, path])
            self._failed(tr("The picture could not be written. Check the space left on the disk."))
        else:
            self._paths.append(path)
            if len(self._paths) < len(self._windows):
                self._timer.start(0)
            else:
                self._done(self._paths)


def _settings(layer: QgsRasterLayer, window: Window) -> QgsMapSettings:
    settings = QgsMapSettings()
    settings.setLayers([layer])
    settings.setDestinationCrs(layer.crs())
    settings.setOutputSize(QSize(window.width, window.height))
    settings.setExtent(window.rectangle)
    settings.setOutputDpi(96)
    # What nothing is drawn on stays transparent: the engine takes that for no data.
    settings.setBackgroundColor(QColor(0, 0, 0, 0))
    settings.setTransformContext(QgsCoordinateTransformContext())
    return settings


def _write(image: QImage, settings: QgsMapSettings, path: str) -> bool:
    """The picture, and beside it where it lies, as GDAL reads it."""
    extent, unit = settings.visibleExtent(), settings.mapUnitsPerPixel()
    system = escape(wkt_of(settings.destinationCrs()))
    place = f"{extent.xMinimum()!r}, {unit!r}, 0, {extent.yMaximum()!r}, 0, {-unit!r}"
    text = f"<PAMDataset><SRS>{system}</SRS><GeoTransform>{place}</GeoTransform></PAMDataset>"
    with contextlib.suppress(OSError):
        Path(path + ".aux.xml").write_text(text, encoding="utf-8")
        return bool(image.save(path, "PNG", _FAST))
    return False


def forget_pictures(paths: Sequence[str]) -> None:
    """Remove what a job wrote."""
    for path in paths:
        for name in (path, path + ".aux.xml"):
            with contextlib.suppress(OSError):
                Path(name).unlink()


def _ignore(_answer: Any) -> None:
    """After a cancellation."""


def _single_band(layer: QgsRasterLayer) -> int | None:
    """The band the layer shows where it shows one of several."""
    renderer = layer.renderer()
    if layer.bandCount() < 2 or renderer is None:
        return None
    bands = {band for band in renderer.usesBands() if band > 0}
    return int(next(iter(bands))) if len(bands) == 1 else None


def user_nodata(layer: QgsRasterLayer, band: int = 1) -> float | None:
    """The one value the user declared to be without data in the layer's properties, else None."""
    ranges = layer.dataProvider().userNoDataValues(band)
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
