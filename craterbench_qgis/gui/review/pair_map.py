"""A window with the map of the pair: its rasters in the plane that touches the body there."""

from __future__ import annotations

from typing import Any

from qgis.core import QgsProject, QgsRasterLayer, QgsRasterMinMaxOrigin
from qgis.gui import QgsMapCanvas, QgsMapToolPan
from qgis.PyQt.QtCore import QObject, Qt, pyqtSignal
from qgis.PyQt.QtWidgets import QVBoxLayout, QWidget

from ...contract.body import Body
from ...core.geo.crs import body_problem, local_plane
from ...core.geo.sphere import destination, great_circle_distance, initial_bearing
from ...core.geo.wkt import PLANE
from ...core.review.file import ReviewPair
from ...i18n import tr
from ..hush import Hush
from ..messages import MessageLine
from .on_map import PairOnMap


class PairMap(QWidget):
    """Project, map and layers stay as they are: this has a canvas and copies of its own."""

    closed = pyqtSignal()

    def __init__(self, canvas: Any, parent: QWidget | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Tool)
        self.setObjectName("CraterBenchPairMap")
        self.setWindowTitle(tr("Map of the pair"))
        self._source = canvas
        self._copies: dict[str, QgsRasterLayer] = {}
        self.message = MessageLine()
        self.canvas = QgsMapCanvas(self)
        self.canvas.setObjectName("CraterBenchPairCanvas")
        self.canvas.setCanvasColor(self.palette().color(self.backgroundRole()))
        self._tool = QgsMapToolPan(self.canvas)
        self.canvas.setMapTool(self._tool)
        self._rims = PairOnMap(self.canvas, self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.message)
        column.addWidget(self.canvas, 1)
        self.resize(480, 480)

    def show_pair(self, pair: ReviewPair | None, body: Body | None) -> None:
        """Another pair; None for none."""
        project = QgsProject.instance()
        if pair is None or body is None:
            self._rims.show(None, None)
            return
        lon, lat = _middle(pair)
        crs = project.crs()
        problem = body_problem(crs, body, tr("The project"))
        plane = local_plane(crs, lon, lat) if problem is None else None
        if plane is None:
            no_plane = tr(
                "The project's reference system cannot be carried to a local map. Choose another "
                "one of this body."
            )
            self.message.problem(problem or no_plane)
            self.canvas.setLayers([])
            self._rims.show(None, None)
            return
        self.message.clear_message()
        self.canvas.setLayers(self._rasters())
        self.canvas.setDestinationCrs(plane)
        self._rims.show(pair, body)

    def _rasters(self) -> list[QgsRasterLayer]:
        """Copies of the map's rasters, stretched to what is seen of them."""
        shown = [layer for layer in self._source.layers() if isinstance(layer, QgsRasterLayer)]
        known, self._copies = self._copies, {}
        for layer in shown:
            copy = known.get(layer.id())
            if copy is None:
                copy = layer.clone()
                _stretch_locally(copy)
            self._copies[layer.id()] = copy
        return list(self._copies.values())

    def closeEvent(self, event: Any) -> None:
        super().closeEvent(event)
        self.closed.emit()

    def shut_down(self) -> None:
        """For the plugin's end."""
        self._rims.close()
        self.canvas.setLayers([])
        self.close()
        self.deleteLater()


class PairMaps(QObject):
    """The pair on QGIS's map, and in a window of its own where one is wanted. ``iface`` may be
    None."""

    window_closed = pyqtSignal()

    def __init__(self, iface: Any, parent: QObject) -> None:
        super().__init__(parent)
        self._iface = iface
        self._shown: tuple[ReviewPair | None, Body | None] = (None, None)
        self._window: PairMap | None = None
        self._hush = Hush(iface.messageBar(), self) if iface is not None else None
        self._main = PairOnMap(iface.mapCanvas() if iface is not None else None, self)

    def follow(self, on: bool) -> None:
        """Whether QGIS's map is moved to each pair."""
        self._main.follows = on

    def set_seen(self, on: bool) -> None:
        """Whether the review is in front: QGIS's map has no outlines of a pair nobody sees."""
        self._main.set_seen(on)

    def show(self, pair: ReviewPair | None, body: Body | None) -> None:
        """Another pair; None for none."""
        self._shown = (pair, body)
        self._main.show(pair, body)
        if self._window is not None:
            self._window.show_pair(pair, body)

    def open_window(self, on: bool) -> None:
        """The window, or none."""
        window, self._window = self._window, None
        if window is not None:
            window.shut_down()
        if on and self._iface is not None:
            self._window = PairMap(self._iface.mapCanvas(), self._iface.mainWindow())
            self._window.closed.connect(self.window_closed)
            self._window.show()
            self._window.show_pair(*self._shown)
        if self._hush is not None:
            self._hush.watch(PLANE if on else "")

    def close(self) -> None:
        """For the plugin's end."""
        self.open_window(False)
        self._main.close()


def _middle(pair: ReviewPair) -> tuple[float, float]:
    a, b = (pair.a.lon, pair.a.lat), (pair.b.lon, pair.b.lat)
    half = great_circle_distance(1.0, *a, *b) / 2.0
    return destination(1.0, *a, initial_bearing(*a, *b), half)


def _stretch_locally(layer: QgsRasterLayer) -> None:
    """From the 2nd to the 98th percentile of what is seen; renderers without a stretch stay."""
    renderer = layer.renderer()
    if renderer is None:
        return
    origin = QgsRasterMinMaxOrigin()
    origin.setLimits(QgsRasterMinMaxOrigin.Limits.CumulativeCut)
    origin.setExtent(QgsRasterMinMaxOrigin.Extent.UpdatedCanvas)
    renderer.setMinMaxOrigin(origin)
