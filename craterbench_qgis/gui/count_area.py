"""On which surface the craters of an export are counted: a polygon layer of the project."""

from __future__ import annotations

from qgis.core import QgsMapLayerProxyModel
from qgis.gui import QgsMapLayerComboBox
from qgis.PyQt.QtCore import pyqtSignal
from qgis.PyQt.QtWidgets import QComboBox, QVBoxLayout, QWidget

from ..contract.body import Body
from ..contract.search import CountArea
from ..core.geo.region import polygons_wkt
from ..i18n import tr


class CountAreaChoice(QWidget):
    """A layer, or none; and which craters count on it."""

    changed = pyqtSignal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.layers = QgsMapLayerComboBox()
        self.layers.setObjectName("CraterBenchCountArea")
        self.layers.setFilters(QgsMapLayerProxyModel.PolygonLayer)
        self.layers.setAllowEmptyLayer(True, tr("none: the file has no area"))
        self.layers.setCurrentIndex(0)
        self.layers.setToolTip(
            tr("The selected polygons of this layer, or all of them where none is selected")
        )
        self.how = QComboBox()
        self.how.setObjectName("CraterBenchCountHow")
        self.how.addItem(tr("Centre in it: counts whole"), False)
        self.how.addItem(tr("Touches it: counts as a fraction"), True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.layers)
        column.addWidget(self.how)
        self.layers.layerChanged.connect(lambda *_: self._on_change())
        self._on_change()

    def area(self, body: Body) -> CountArea | None:
        """What was chosen; None for no area. Raises NoRegion."""
        layer = self.layers.currentLayer()
        if layer is None:
            return None
        return CountArea(polygons_wkt(layer, body, selected_only=False), self.how.currentData())

    def _on_change(self) -> None:
        self.how.setEnabled(self.layers.currentLayer() is not None)
        self.changed.emit()
