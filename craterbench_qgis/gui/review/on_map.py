"""The pair that is shown, on the map: zoomed to, with both outlines over everything else."""

from __future__ import annotations

from typing import Any

from qgis.core import QgsGeometry, QgsProject, QgsWkbTypes
from qgis.gui import QgsRubberBand
from qgis.PyQt.QtCore import QObject, QTimer
from qgis.PyQt.QtGui import QColor

from ...contract.body import Body
from ...core.geo import sphere
from ...core.geo.crs import geographic_crs
from ...core.layers.view import zoom_extent
from ...core.review.file import Entry, ReviewPair
from .view import COLOURS

_DELAY_MS = 80  # whoever decides fast does not have the map drawn for every pair


class PairOnMap(QObject):
    """``canvas`` may be None. The map may be in any reference system of the pair's body."""

    def __init__(self, canvas: Any, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._canvas = canvas
        self._bands: list[QgsRubberBand] = []
        self._pair: ReviewPair | None = None
        self._body: Body | None = None
        self.follows = True
        """Whether the map is moved to each pair."""
        self._seen = True
        self._waits = False
        self._timer = QTimer(self, singleShot=True, interval=_DELAY_MS, timeout=self._show)
        if canvas is not None:
            canvas.destinationCrsChanged.connect(self._redraw)

    def show(self, pair: ReviewPair | None, body: Body | None) -> None:
        """Show ``pair`` in a moment; None takes the outlines away."""
        self._pair, self._body = pair, body
        if self._canvas is None:
            return
        if pair is None or body is None:
            self._timer.stop()
            self._clear()
        else:
            self._timer.start()

    def set_seen(self, on: bool) -> None:
        """Whether the review is in front: outlines of a pair that nobody sees would lie over the
        craters of another search."""
        self._seen = on
        if self._canvas is None or self._pair is None:
            return
        if not on:
            self._clear()
        elif self._waits:
            self._show()
        else:
            self._redraw()

    def close(self) -> None:
        """Take the outlines off the canvas for good."""
        self._timer.stop()
        if self._canvas is not None:
            self._canvas.destinationCrsChanged.disconnect(self._redraw)
            for band in self._bands:
                self._canvas.scene().removeItem(band)
        self._bands, self._canvas = [], None

    def _show(self) -> None:
        pair, body = self._pair, self._body
        if pair is None or body is None or self._canvas is None:
            return
        self._waits = not self._seen
        if self._waits:
            return
        self._draw(pair, body)
        if not self.follows:
            return
        extent = zoom_extent(self._canvas, QgsProject.instance(), body, (pair.a, pair.b))
        if extent is not None:
            self._canvas.setExtent(extent)
            self._canvas.refresh()

    def _redraw(self) -> None:
        if self._seen and self._pair is not None and self._body is not None:
            self._draw(self._pair, self._body)

    def _draw(self, pair: ReviewPair, body: Body) -> None:
        if not self._bands:
            self._bands = [_band(self._canvas, colour) for colour in COLOURS]
        crs = geographic_crs(body, self._canvas.mapSettings().destinationCrs())
        for band, entry in zip(self._bands, (pair.a, pair.b)):  # noqa: B905 - Python 3.9
            band.reset(QgsWkbTypes.GeometryType.PolygonGeometry)
            band.setToGeometry(_rim(body, entry), crs)
            band.show()

    def _clear(self) -> None:
        for band in self._bands:
            band.reset(QgsWkbTypes.GeometryType.PolygonGeometry)


def _rim(body: Body, entry: Entry) -> QgsGeometry:
    wkt = sphere.circle_multipolygon_wkt(
        body.mean_radius, entry.lon, entry.lat, entry.diameter_m, latitude=body.geodetic
    )
    return QgsGeometry.fromWkt(wkt)


def _band(canvas: Any, colour: QColor) -> QgsRubberBand:
    band = QgsRubberBand(canvas, QgsWkbTypes.GeometryType.PolygonGeometry)
    band.setStrokeColor(colour)
    band.setSecondaryStrokeColor(QColor(0, 0, 0, 160))
    band.setFillColor(QColor(0, 0, 0, 0))
    band.setWidth(2)
    return band
