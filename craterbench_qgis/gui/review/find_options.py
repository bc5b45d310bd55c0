"""Further options of a search for duplicates: diameters, body, displacement."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from qgis.gui import QgsCollapsibleGroupBox
from qgis.PyQt.QtCore import Qt, pyqtSignal
from qgis.PyQt.QtWidgets import (
    QComboBox,
    QDoubleSpinBox,
    QFileDialog,
    QFormLayout,
    QPushButton,
    QWidget,
)

from ...contract.build import Selection
from ...contract.duplicates import THRESHOLD
from ...core.settings import Settings
from ...i18n import tr
from .. import layer_files
from ..layouts import in_row, narrow_combo

_MOST_KM = 10_000.0
_FAR_M = 1_000_000.0
# As the engine knows them; another name may be typed.
_BODIES = ("Moon", "Mars", "Mercury", "Venus", "Ceres", "Vesta", "Ganymede", "Callisto")


class FindOptions(QWidget):
    """Threshold and diameters, and a group that is closed at first."""

    changed = pyqtSignal()

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self._settings = settings
        self.threshold = QDoubleSpinBox()
        self.threshold.setRange(0.05, 0.99)
        self.threshold.setDecimals(2)
        self.threshold.setSingleStep(0.05)
        self.threshold.setValue(THRESHOLD)
        self.threshold.setToolTip(
            tr(
                "Pairs of at least this probability are joined into clusters. All others are "
                "listed for review as well."
            )
        )
        self.least = _diameter_box(tr("from the smallest"))
        self.most = _diameter_box(tr("to the largest"))
        for box in (self.least, self.most):
            box.setToolTip(
                tr("Other entries are not compared, and are not in the cleaned catalogue.")
            )
        self.body = QComboBox(editable=True)
        self.body.addItems(["", *_BODIES])
        self.body.lineEdit().setPlaceholderText(tr("as the files say"))
        self.body.setToolTip(tr("Needed where neither a catalogue nor a mosaic says it."))
        self.east, self.north = _metres_box(), _metres_box()
        for box in (self.east, self.north):
            box.setToolTip(
                tr(
                    "By how much the second catalogue lies displaced from the first as a whole. "
                    "It is taken back for the search only."
                )
            )
        self.twin = narrow_combo(12)
        self.twin.setToolTip(
            tr(
                "A second mosaic of the same ground: how it is displaced from the first one is "
                "measured at every probable pair."
            )
        )
        self.twin_file = QPushButton(tr("File…"), autoDefault=False)
        self._fill_twin()
        self._lay_out()
        self._connect()
        self.set_two(False)

    def _lay_out(self) -> None:
        diameters = in_row((self.least, 1), (self.most, 1))
        form = QFormLayout(self)
        form.setContentsMargins(0, 0, 0, 0)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.addRow(tr("Probable from"), self.threshold)
        form.addRow(tr("Diameters"), diameters)
        self.group = QgsCollapsibleGroupBox(tr("More"))
        self.group.setCollapsed(True)
        self.group.setSaveCollapsedState(False)
        offset = in_row((self.east, 1), (self.north, 1))
        self.east.setPrefix(tr("east") + " ")
        self.north.setPrefix(tr("north") + " ")
        twin = in_row((self.twin, 1), self.twin_file)
        more = QFormLayout(self.group)
        more.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        more.addRow(tr("Body"), self.body)
        more.addRow(tr("Second catalogue displaced by"), offset)
        more.addRow(tr("Compare the mosaic with"), twin)
        form.addRow(self.group)

    def _connect(self) -> None:
        def tell(*_: Any) -> None:
            self.changed.emit()

        for box in (self.threshold, self.least, self.most, self.east, self.north):
            box.valueChanged.connect(tell)
        self.body.editTextChanged.connect(tell)
        self.twin.currentIndexChanged.connect(tell)
        self.twin_file.clicked.connect(lambda *_: self._on_twin_file())

    # What was chosen

    def set_two(self, on: bool) -> None:
        """Whether two catalogues are compared."""
        self.east.setEnabled(on)
        self.north.setEnabled(on)
        self._two = on

    def selection(self) -> Selection:
        """Which entries are compared."""
        return Selection(self.least.value() * 1000.0 or None, self.most.value() * 1000.0 or None)

    def offset(self) -> tuple[float, float] | None:
        """Metres east and north by which the second catalogue lies displaced, None for not."""
        east, north = self.east.value(), self.north.value()
        return (east, north) if self._two and (east or north) else None

    def body_name(self) -> str:
        """ "" for what the files say."""
        return str(self.body.currentText().strip())

    def problem(self, mosaics: list[str]) -> str:
        """Why this cannot be, "" where nothing speaks against it."""
        if self.most.value() and self.least.value() > self.most.value():
            return tr("The smallest diameter is larger than the largest one; correct one.")
        if self.twin.currentData() and not mosaics:
            return tr("Add the mosaic that is compared with another one, or compare with none.")
        return ""

    def _fill_twin(self) -> None:
        self.twin.addItem(tr("none"), "")
        for layer in layer_files.raster_layers():
            self.twin.addItem(layer.name(), layer_files.raster_path(layer))

    def _on_twin_file(self) -> None:
        path, _ = QFileDialog.getOpenFileName(
            self, tr("Second mosaic"), self._settings.output_folder, layer_files.raster_filter()
        )
        if path:
            self.twin.addItem(Path(path).name, path)
            self.twin.setItemData(self.twin.count() - 1, path, Qt.ItemDataRole.ToolTipRole)
            self.twin.setCurrentIndex(self.twin.count() - 1)


def _diameter_box(unset: str) -> QDoubleSpinBox:
    return QDoubleSpinBox(
        minimum=0.0, maximum=_MOST_KM, decimals=3, suffix=" " + tr("km"), specialValueText=unset
    )


def _metres_box() -> QDoubleSpinBox:
    return QDoubleSpinBox(
        minimum=-_FAR_M, maximum=_FAR_M, decimals=0, singleStep=100.0, suffix=" " + tr("m")
    )
