"""A canvas with the lunar mosaic and the mouse on it, for code inside QGIS (see support.py)."""

from craterbench_qgis.core.geo.crs import MapFrame
from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsPointXY,
    QgsProject,
    QgsRasterLayer,
    QgsRectangle,
)
from qgis.gui import QgsMapCanvas
from qgis.PyQt.QtCore import QEvent, QPoint, QPointF, Qt
from qgis.PyQt.QtGui import QMouseEvent
from qgis.PyQt.QtTest import QTest
from qgis.PyQt.QtWidgets import QApplication

MOON = {"name": "Moon", "a": 1737400.0, "b": 1737400.0}
LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton
NOTHING = Qt.MouseButton.NoButton
PLAIN = Qt.KeyboardModifier.NoModifier


def crs_of(text):
    found = QgsCoordinateReferenceSystem("PROJ:" + text if text[0] == "+" else text)
    assert found.isValid(), text
    return found


class Bench:
    """A shown canvas; ``tool(kind)`` takes a tool up and records all it says."""

    def __init__(self, mosaic=None, crs="IAU_2015:30100", body=MOON, source=None):
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
        self.look(crs)
        self.canvas.show()
        QApplication.processEvents()

    def look(self, crs, lon=0.0, lat=0.0, degrees=20.0):
        """Show a place, ``degrees`` of latitude from top to bottom."""
        crs = crs_of(crs) if isinstance(crs, str) else crs
        self.canvas.setDestinationCrs(crs)
        self.frame = MapFrame(crs)
        centre = self.frame.to_map(lon, lat)
        unit = 1.0 if self.frame.period == 360.0 else 3.14159265 / 180 * self.frame.figure.a
        if "+units=km" in crs.toProj():
            unit /= 1000.0
        half = degrees / 2 * unit
        x, y = centre.x(), centre.y()
        self.canvas.setExtent(QgsRectangle(x - half, y - half, x + half, y + half))
        QApplication.processEvents()

    def tool(self, kind):
        tool = kind(self.canvas, lambda: self.body, self.source or (lambda _point: None))
        self.queries, self.previews, self.said, self.cancelled = [], [], [], []
        tool.query.connect(self.queries.append)
        tool.preview.connect(self.previews.append)
        tool.message.connect(self.said.append)
        tool.cancelled.connect(lambda: self.cancelled.append(1))
        self.canvas.setMapTool(tool)
        return tool

    def pixel(self, lon, lat, near=None):
        if near is None:
            near = self.canvas.extent().center().x()
        shown = self.frame.to_map(lon, lat, near)
        at = self.canvas.getCoordinateTransform().transform(shown)
        return QPoint(round(at.x()), round(at.y()))

    def place(self, pixel):
        return self.frame.to_lonlat(
            QgsPointXY(self.canvas.getCoordinateTransform().toMapCoordinates(pixel.x(), pixel.y()))
        )

    def press(self, at, button=LEFT):
        QTest.mousePress(self.canvas.viewport(), button, PLAIN, at)

    def move(self, at, buttons=LEFT):
        # QTest's own says that no button is down, and such movements are not delivered.
        view = self.canvas.viewport()
        where, there = QPointF(at), QPointF(view.mapToGlobal(at))
        event = QMouseEvent(QEvent.Type.MouseMove, where, there, NOTHING, buttons, PLAIN)
        QApplication.sendEvent(view, event)
        QApplication.processEvents()

    def release(self, at, button=LEFT):
        QTest.mouseRelease(self.canvas.viewport(), button, PLAIN, at)
        QApplication.processEvents()

    def click(self, at, button=LEFT):
        self.press(at, button)
        self.release(at, button)

    def drag(self, start, end, steps=4):
        self.press(start)
        for i in range(1, steps + 1):
            self.move(start + (end - start) * i / steps)
        self.release(end)

    def escape(self):
        QTest.keyClick(self.canvas, Qt.Key.Key_Escape)
        QApplication.processEvents()

    def band(self, tool):
        """Map points of the outline that is drawn."""
        band = tool._outline._band
        return [band.getPoint(i, j) for i in range(band.size()) for j in range(band.partSize(i))]
