"""Parts of the query bar: which raster is asked, and how large the crater is."""

from __future__ import annotations

from typing import Any

from qgis.core import QgsMapLayerProxyModel, QgsPointXY, QgsRasterLayer
from qgis.gui import QgsMapLayerComboBox
from qgis.PyQt.QtCore import QSize, Qt, pyqtSignal
from qgis.PyQt.QtGui import QPixmap
from qgis.PyQt.QtWidgets import QDoubleSpinBox, QSizePolicy

from ..contract.body import Body
from ..core.geo.crs import MapFrame
from ..core.query import RasterSource
from ..core.rasters import RasterPicker, raster_source
from ..core.shown import body_of_map, may_show
from ..i18n import tr
from .shows import BodyOf

PICTURE_PX = 88


def query_picture(path: str, ratio: float) -> QPixmap:
    """The crop at ``path`` as it is shown on a screen of that pixel ratio; null without one."""
    pixmap = QPixmap(path)
    if not pixmap.isNull():
        pixels = round(PICTURE_PX * ratio)
        pixmap = pixmap.scaled(
            QSize(pixels, pixels),
            Qt.AspectRatioMode.KeepAspectRatio,
            Qt.TransformationMode.SmoothTransformation,
        )
        pixmap.setDevicePixelRatio(ratio)
    return pixmap


class RasterChoice:
    """The raster a query is cut from: the one chosen in ``sources``, else the topmost that is seen
    there on ``canvas``. ``body_of``: of the open index, or None."""

    def __init__(self, canvas: Any, body_of: BodyOf) -> None:
        self._canvas, self._body_of = canvas, body_of
        self._picker = RasterPicker()
        self._frame: MapFrame | None = None
        self._shows: Body | None = None
        self.sources = QgsMapLayerComboBox()
        self.sources.setFilters(QgsMapLayerProxyModel.RasterLayer)
        self.sources.setAllowEmptyLayer(True, tr("Topmost under the cursor"))
        self.sources.setCurrentIndex(0)
        self.sources.setToolTip(tr("The raster the query is cut from"))
        # Long layer names must not widen the dock.
        self.sources.setMinimumContentsLength(12)
        self.sources.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def layer_of(self, place: tuple[float, float]) -> Any:
        """The layer for a (lon, lat); None where there is none."""
        chosen = self.sources.currentLayer()
        if chosen is not None:
            return chosen
        frame = self._map_frame()
        if frame is None:
            return None
        canvas = self._canvas
        return self._picker.topmost(canvas.layers(), place, frame.body, canvas.scale())

    def source_of(self, place: tuple[float, float]) -> RasterSource | None:
        """How the engine reads it; None where QGIS has to draw it."""
        return raster_source(self.layer_of(place))

    def source_at(self, point: QgsPointXY) -> RasterSource | None:
        """The raster under a point of the map, as :meth:`source_of` gives it for a place."""
        frame = self._map_frame()
        place = frame.to_lonlat(point) if frame else None
        return self.source_of(place) if place is not None else None

    def earthly(self) -> Any:
        """The chosen, else the topmost visible raster that calls itself a map of the Earth though
        the index is of another body; None where there is none."""
        chosen = self.sources.currentLayer()
        layers = [chosen] if chosen is not None else self._canvas.layers()
        body = self._body_of()
        rasters = (one for one in layers if isinstance(one, QgsRasterLayer))
        return next((one for one in rasters if may_show(one, body)), None)

    def _map_frame(self) -> MapFrame | None:
        crs = self._canvas.mapSettings().destinationCrs()
        shows = body_of_map(crs, self._canvas.layers(), self._body_of())
        if self._frame is None or self._frame.crs != crs or shows != self._shows:
            self._shows = shows
            try:
                self._frame = MapFrame(crs, shows)
            except ValueError:
                self._frame = None
        return self._frame


class DiameterBox(QDoubleSpinBox):
    """The crater's diameter in km. Hidden until there is one; emits :attr:`corrected`, in metres,
    when the user has changed it and pressed Enter or left it."""

    corrected = pyqtSignal(float)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("CraterBenchDiameter")
        self.setRange(0.01, 5000.0)
        self.setDecimals(2)
        self.setSuffix(tr(" km"))
        self.setKeyboardTracking(False)
        self.setStepType(QDoubleSpinBox.StepType.AdaptiveDecimalStepType)
        self.setToolTip(
            tr("The crater's diameter. Change it and press Enter: the place is searched again.")
        )
        self.setAccessibleName(tr("Diameter of the crater"))
        self._shown = 0.0
        self.editingFinished.connect(self._on_edited)
        self.hide()

    def show_diameter(self, metres: float | None) -> None:
        """Show what was searched with; None hides the box."""
        self.setVisible(metres is not None)
        if metres is not None:
            kilometres = metres / 1000.0
            self.setDecimals(3 if kilometres < 1 else 2 if kilometres < 10 else 1)
            self.setValue(kilometres)
            self._shown = self.value()

    def _on_edited(self) -> None:
        if self.value() != self._shown:
            self._shown = self.value()
            self.corrected.emit(self.value() * 1000.0)
