"""A canvas with the lunar mosaic and the mouse on it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsFeature,
    QgsGeometry,
    QgsPointXY,
    QgsProject,
    QgsRasterLayer,
    QgsRectangle,
    QgsVectorLayer,
)
from qgis.gui import QgsMapCanvas, QgsRubberBand
from qgis.PyQt.QtCore import QPoint, Qt
from qgis.PyQt.QtTest import QTest
from qgis.PyQt.QtWidgets import QLabel

from craterbench_qgis.core.geo import sphere
from craterbench_qgis.core.geo.crs import MapFrame
from inside import move_mouse, settle

Place = tuple[float, float]
MOON = {"name": "Moon", "a": 1737400.0, "b": 1737400.0}
MARS = {"name": "Mars", "a": 3396190.0, "b": 3376200.0}
MOON_RADIUS = 1737400.0
LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton
NO_KEY = Qt.KeyboardModifier.NoModifier


def crs_of(text: str) -> QgsCoordinateReferenceSystem:
    """From an authority's code or a PROJ string."""
    crs = QgsCoordinateReferenceSystem("PROJ:" + text if text[0] == "+" else text)
    assert crs.isValid(), text
    return crs


def metres_between(first: Place, second: Place, radius: float = MOON_RADIUS) -> float:
    """Along the great circle; places are (lon, lat)."""
    return sphere.great_circle_distance(radius, *first, *second)


def layer_of(
    kind: str, crs: str, fields: str, rows: list[tuple[Any, ...]], name: str = "craters"
) -> QgsVectorLayer:
    """A layer in memory; ``rows``: a WKT and the values of ``fields`` (``field=NAME:TYPE&...``)."""
    layer = QgsVectorLayer(f"{kind}?{fields}", name, "memory")
    layer.setCrs(crs_of(crs))
    features = []
    for wkt, *values in rows:
        feature = QgsFeature(layer.fields())
        feature.setGeometry(QgsGeometry.fromWkt(wkt))
        feature.setAttributes(values)
        features.append(feature)
    assert layer.dataProvider().addFeatures(features)[0]
    layer.updateExtents()
    assert layer.isValid() and layer.featureCount() == len(rows)
    return layer


def circle(lon: float, lat: float, diameter_km: float) -> str:
    """A lunar crater's rim as WKT."""
    return sphere.circle_multipolygon_wkt(MOON_RADIUS, lon, lat, diameter_km * 1000)


class ToolBench:
    """A shown canvas; ``tool(kind)`` takes a tool up and records all its signals.

    ``source``: what the tools take as the raster at a point of the map.
    """

    def __init__(
        self,
        mosaic: Path | None = None,
        crs: str = "IAU_2015:30100",
        body: dict[str, Any] = MOON,
        source: Callable[[QgsPointXY], Any] | None = None,
    ) -> None:
        self.body = body
        self.canvas = QgsMapCanvas()
        self.canvas.resize(800, 600)
        self.canvas.enableAntiAliasing(False)
        self.layer = None
        if mosaic:
            self.layer = QgsRasterLayer(str(mosaic), "WAC")
            assert self.layer.isValid()
            QgsProject.instance().addMapLayer(self.layer)
            self.canvas.setLayers([self.layer])
        self.source = source
        self.show_place(crs)
        self.canvas.show()
        settle()

    def show_place(
        self, crs: str, lon: float = 0.0, lat: float = 0.0, degrees: float = 20.0
    ) -> None:
        """Show a place, ``degrees`` of latitude from top to bottom."""
        system = crs_of(crs)
        self.canvas.setDestinationCrs(system)
        self.frame = MapFrame(system)
        centre = self.frame.to_map(lon, lat)
        unit = 1.0 if self.frame.period == 360.0 else 3.14159265 / 180 * self.frame.figure.a
        if "+units=km" in system.toProj():
            unit /= 1000.0
        half = degrees / 2 * unit
        x, y = centre.x(), centre.y()
        self.canvas.setExtent(QgsRectangle(x - half, y - half, x + half, y + half))
        settle()

    def tool(self, kind: Any) -> Any:
        """A tool of that class, taken up; what it emits is recorded from now on."""
        tool = kind(self.canvas, lambda: self.body, self.source or (lambda _point: None))
        self.queries: list[Any] = []
        self.previews: list[Any] = []
        self.messages: list[str] = []
        self.cancellations: list[int] = []
        tool.query.connect(self.queries.append)
        tool.preview.connect(self.previews.append)
        tool.message.connect(self.messages.append)
        tool.cancelled.connect(lambda: self.cancellations.append(1))
        self.canvas.setMapTool(tool)
        return tool

    def pixel(self, lon: float, lat: float, near: float | None = None) -> QPoint:
        """Where a place is on the canvas; ``near``: the map's x it is wanted closest to."""
        if near is None:
            near = self.canvas.extent().center().x()
        return self.pixel_of_map(self.frame.to_map(lon, lat, near))

    def pixel_of_map(self, point: QgsPointXY) -> QPoint:
        at = self.canvas.getCoordinateTransform().transform(point)
        return QPoint(round(at.x()), round(at.y()))

    def place(self, pixel: QPoint) -> Place:
        """(lon, lat) under a pixel."""
        transform = self.canvas.getCoordinateTransform()
        return self.frame.to_lonlat(QgsPointXY(transform.toMapCoordinates(pixel.x(), pixel.y())))

    def press(self, at: QPoint, button: Qt.MouseButton = LEFT) -> None:
        QTest.mousePress(self.canvas.viewport(), button, NO_KEY, at)

    def move(self, at: QPoint, buttons: Qt.MouseButton = LEFT) -> None:
        move_mouse(self.canvas.viewport(), at, buttons)

    def release(self, at: QPoint, button: Qt.MouseButton = LEFT) -> None:
        QTest.mouseRelease(self.canvas.viewport(), button, NO_KEY, at)
        settle()

    def click(self, at: QPoint, button: Qt.MouseButton = LEFT) -> None:
        self.press(at, button)
        self.release(at, button)

    def drag(self, start: QPoint, end: QPoint, steps: int = 4) -> None:
        self.press(start)
        for step in range(1, steps + 1):
            self.move(start + (end - start) * step / steps)
        self.release(end)

    def escape(self) -> None:
        QTest.keyClick(self.canvas, Qt.Key.Key_Escape)
        settle()

    def outline(self) -> list[QgsPointXY]:
        """Map points of the outline that is drawn."""
        return [
            band.getPoint(part, vertex)
            for band in self.canvas.scene().items()
            if isinstance(band, QgsRubberBand)
            for part in range(band.size())
            for vertex in range(band.partSize(part))
        ]

    def words(self) -> QLabel | None:
        """The words beside the mouse; None while there are none to be seen."""
        labels = self.canvas.findChildren(QLabel, "CraterBenchWords")
        visible = [label for label in labels if label.isVisible()]
        assert len(visible) <= 1
        return visible[0] if visible else None
