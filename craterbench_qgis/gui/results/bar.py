"""Above the gallery: the order, the filter, the size of the pictures, export."""

from __future__ import annotations

from typing import Any

from qgis.PyQt.QtCore import Qt, pyqtSignal
from qgis.PyQt.QtWidgets import QSizePolicy, QSlider, QStyle, QToolButton, QWidget

from ...i18n import tr
from ..layouts import in_row, narrow_combo
from . import filters
from .view import LARGEST, SMALLEST

_DOWN, _UP = "↓", "↑"


class ResultsBar(QWidget):
    """Emits what the user wants."""

    sort_changed = pyqtSignal(str, bool)
    """Key of :data:`filters.SORTS`, descending."""
    filter_toggled = pyqtSignal(bool)
    size_changed = pyqtSignal(int)
    export_wanted = pyqtSignal()
    window_wanted = pyqtSignal(bool)
    """The gallery in a window of its own, or back in the panel."""

    def __init__(self) -> None:
        super().__init__()
        self.sort = narrow_combo(5)
        for key, text in _orders():
            self.sort.addItem(text, key)
        self.sort.setToolTip(tr("Order of the matches"))
        self.sort.setAccessibleName(tr("Sort by"))
        self.sort.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.sort.setMaximumWidth(220)
        self.direction = QToolButton()
        self.direction.setCheckable(True)
        self.direction.setAccessibleName(tr("Reverse the order"))
        self.direction.setToolTip(tr("Reverse the order"))
        self.direction.setText(_DOWN)
        self.filter = QToolButton(checkable=True, toolTip=tr("Show only some of the matches"))
        self.size = QSlider(Qt.Orientation.Horizontal)
        self.size.setRange(SMALLEST, LARGEST)
        self.size.setPageStep(24)
        self.size.setFixedWidth(52)
        self.size.setToolTip(tr("Size of the pictures"))
        self.size.setAccessibleName(tr("Size of the pictures"))
        self.export = QToolButton()
        self.export.setText(tr("Export…"))
        self.export.setToolTip(tr("Write matches to a file, or a contact sheet"))
        self.window = QToolButton(objectName="CraterBenchDetach")
        icon = QStyle.StandardPixmap.SP_TitleBarNormalButton
        self.window.setIcon(self.style().standardIcon(icon))
        self.window.setCheckable(True)
        self.window.setToolTip(tr("The gallery in a window of its own (key G)"))
        self.window.setAccessibleName(tr("The gallery in a window of its own"))
        self._lay_out()
        self.set_conditions(0)
        self.sort.currentIndexChanged.connect(self._emit_order)
        self.direction.toggled.connect(self._emit_order)
        self.filter.toggled.connect(self.filter_toggled)
        self.size.valueChanged.connect(self.size_changed)
        self.window.toggled.connect(self.window_wanted)
        self.export.clicked.connect(lambda *_: self.export_wanted.emit())

    def set_conditions(self, count: int) -> None:
        """Say on the button how many conditions hide matches, also while the filter is folded."""
        self.filter.setText(tr("Filter ({n})").format(n=count) if count else tr("Filter"))

    def set_size(self, side: int) -> None:
        """Where the slider stands; nothing is emitted."""
        self.size.blockSignals(True)
        self.size.setValue(side)
        self.size.blockSignals(False)

    def _lay_out(self) -> None:
        in_row(
            (self.sort, 1), self.direction, 0, self.size, self.filter, self.export, self.window,
            on=self, margins=0, spacing=4,
        )  # fmt: skip

    def _emit_order(self, *_: Any) -> None:
        descending = self.direction.isChecked()
        self.direction.setText(_UP if descending else _DOWN)
        self.sort_changed.emit(str(self.sort.currentData()), descending)


def _orders() -> tuple[tuple[str, str], ...]:
    return (
        (filters.RANK, tr("By rank")),
        (filters.DIAMETER, tr("By diameter")),
        (filters.DISTANCE, tr("By distance")),
        (filters.RATIO, tr("By likeness of size")),
        (filters.LATITUDE, tr("By latitude")),
        (filters.DECISION, tr("By decision")),
    )
