"""Where one condition of a search is written: numbers, or an expression on the columns."""

from __future__ import annotations

from typing import Any

from qgis.PyQt.QtCore import Qt, pyqtSignal
from qgis.PyQt.QtWidgets import (
    QDoubleSpinBox,
    QFrame,
    QLabel,
    QLineEdit,
    QMenu,
    QPushButton,
    QSizePolicy,
    QStackedWidget,
    QToolButton,
    QWidget,
)

from ...contract.search import ANALOG_SIZES, BLURRED
from ...core.query import Conditions
from ...core.words import conditions as words
from ...i18n import tr
from ..layouts import in_column, in_row, narrow_combo
from ..messages import MessageLine
from .flow import side_by_side

_KM = 1000.0
_DEFAULT_LATITUDES = (-30.0, 30.0)


class ConditionEditor(QFrame):
    """One condition at a time. Enter applies, Escape gives up."""

    applied = pyqtSignal(object)
    """Conditions with the one that was written."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("CraterBenchConditionEditor")
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self._conditions, self._key = Conditions(), ""
        self._title = QLabel(wordWrap=True)
        self.low, self.high, self.least = _spin(), _spin(), _spin()
        for spin, name in (
            (self.low, tr("From")),
            (self.high, tr("To")),
            (self.least, tr("At least")),
        ):
            spin.setAccessibleName(name)
        self.where = QLineEdit()
        self.where.setAccessibleName(tr("Condition on the columns"))
        self.where.setPlaceholderText("diameter_m > 50000 AND lat < -60")
        self.where.setClearButtonEnabled(True)
        self.columns = QToolButton()
        self.columns.setText(tr("Columns"))
        self.columns.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.columns.setToolTip(tr("Put the name of a column into the condition"))
        self._menu = QMenu(self.columns)
        self.columns.setMenu(self._menu)
        self.kind = narrow_combo(8, accessibleName=tr("Kind"))
        self.probability = _spin()
        self.probability.setAccessibleName(tr("Probability at least"))
        self._pages = QStackedWidget()
        self._range = side_by_side(self.low, QLabel(tr("to")), self.high)
        self._number = side_by_side(self.least)
        self._text = side_by_side(self.where, self.columns)
        self._kind = side_by_side(self.kind, QLabel(tr("at least")), self.probability)
        for page in (self._range, self._number, self._text, self._kind):
            self._pages.addWidget(page)
        self._problem = MessageLine()
        self.apply = QPushButton(tr("Search"))
        self.cancel = QPushButton(tr("Cancel"))
        for button in (self.apply, self.cancel):
            button.setAutoDefault(False)
        end = in_row(1, self.apply, self.cancel)
        in_column(
            self._title, self._pages, self._problem, end, on=self, margins=(6, 4, 6, 4), spacing=4
        )
        self._pages.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.apply.clicked.connect(lambda *_: self._apply())
        self.cancel.clicked.connect(lambda *_: self.hide())
        self.where.returnPressed.connect(self._apply)
        for spin in (self.low, self.high, self.least, self.probability):
            spin.lineEdit().returnPressed.connect(self._apply)
        self.hide()

    def set_columns(self, names: list[str]) -> None:
        """What a condition may name."""
        self._menu.clear()
        for name in names:
            action = self._menu.addAction(name)
            action.triggered.connect(lambda _=False, name=name: self._insert(name))
        self.columns.setEnabled(bool(names))

    def set_kinds(self, names: list[str], problem: str = "") -> None:
        """The kinds that can be asked for; ``problem``: why they are not known."""
        wanted = self.kind.currentText() or words.kind_of(self._conditions)[0]
        self.kind.clear()
        self.kind.addItems(names)
        self.kind.setCurrentIndex(max(0, self.kind.findText(wanted)))
        self.apply.setEnabled(bool(names))
        if not names and not problem:
            problem = tr("No kind is named for this index yet. Find analogs and press “Kinds…”.")
        if problem:
            self._problem.problem(problem)

    def open(self, key: str, conditions: Conditions) -> None:
        """Write the condition ``key``; it may be there already."""
        self._conditions, self._key = conditions, key
        self._problem.clear_message()
        self.apply.setEnabled(key != words.KIND)  # until the kinds are known
        filters = conditions.filters
        if key == words.SIZES:
            low, high = words.sizes_of(conditions) or ANALOG_SIZES
            self._show_range(tr("Diameter over the query's"), " ×", 2, 0.1, low, high, 1000.0)
        elif key == words.DIAMETER:
            self._show_kilometres(tr("Diameter"), filters.min_diameter, filters.max_diameter, 1)
        elif key == words.DISTANCE:
            title = tr("Distance from the query, along the great circle")
            self._show_kilometres(title, filters.min_distance, filters.max_distance, 0)
        elif key == words.LATITUDE:
            south, north = filters.latitude or _DEFAULT_LATITUDES
            title = tr("Latitude, south is negative")
            self._show_range(title, "°", 1, 5.0, south, north, 90.0, least=-90.0)
        elif key == words.PIXELS:
            title = tr("Pixels of the mosaic across the crater, at least")
            _set(self.least, words.pixels_of(conditions) or BLURRED, 0.0, 10_000.0, 0, 4.0, "")
            self._show_page(title, self._number, self.least)
        elif key == words.KIND:
            name, least = words.kind_of(conditions)
            self.kind.clear()
            self.kind.addItems([name] if name else [])
            _set(self.probability, 100.0 * least, 0.0, 100.0, 0, 10.0, " %")
            self._show_page(tr("Kind, and its probability"), self._kind, self.kind)
        else:
            title = tr("A condition on the catalogue's columns, as SQL")
            self.where.setText(filters.where or "")
            self._show_page(title, self._text, self.where)

    def keyPressEvent(self, event: Any) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.hide()
            return
        super().keyPressEvent(event)

    def _show_range(
        self,
        title: str,
        unit: str,
        decimals: int,
        step: float,
        low: float,
        high: float,
        most: float,
        least: float = 0.0,
        lowest: str = "",
    ) -> None:
        """``lowest``: what the ends say at their least value."""
        _set(self.low, low, least, most, decimals, step, unit)
        _set(self.high, high, least, most, decimals, step, unit)
        self.low.setSpecialValueText(lowest)
        self.high.setSpecialValueText(lowest)
        self._show_page(title, self._range, self.low)

    def _show_kilometres(
        self, title: str, low: float | None, high: float | None, decimals: int
    ) -> None:
        ends = (low or 0.0) / _KM, (high or 0.0) / _KM
        self._show_range(title, " km", decimals, 10.0, *ends, 1e6, lowest=tr("any"))

    def _show_page(self, title: str, page: QWidget, first: QWidget) -> None:
        self._title.setText(title)
        self._pages.setCurrentWidget(page)
        self.show()
        first.setFocus()
        if isinstance(first, QDoubleSpinBox):
            first.selectAll()

    def _insert(self, name: str) -> None:
        plain = name.isidentifier()
        self.where.insert(name if plain else '"' + name.replace('"', '""') + '"')
        self.where.setFocus()

    def _apply(self) -> None:
        if not (self.isVisible() and self.apply.isEnabled()):
            return
        for spin in (self.low, self.high, self.least, self.probability):
            spin.interpretText()
        conditions = self._written()
        if conditions is not None:
            self.hide()
            self.applied.emit(conditions)

    def _written(self) -> Conditions | None:
        """The conditions with what is written; None, with a sentence, where it makes no sense."""
        was, key = self._conditions, self._key
        low, high = self.low.value(), self.high.value()
        if key == words.PIXELS:
            value = self.least.value()
            return words.with_pixels(was, value) if value > 0 else words.without(was, key)
        if key == words.KIND:
            name, least = self.kind.currentText(), self.probability.value() / 100.0
            return words.with_filters(was, kind=name, min_kind=least)
        if key == words.WHERE:
            return words.with_filters(was, where=self.where.text().strip() or None)
        if key in (words.DIAMETER, words.DISTANCE):
            name = "diameter" if key == words.DIAMETER else "distance"
            if high and low > high:
                self._refuse()
                return None
            ends = {f"min_{name}": low * _KM if low else None,
                    f"max_{name}": high * _KM if high else None}  # fmt: skip
            return words.with_filters(was, **ends)
        if low > high or (key == words.SIZES and high <= 0):
            self._refuse()
            return None
        if key == words.SIZES:
            return words.with_sizes(was, (low, high))
        return words.with_filters(was, latitude=(low, high))

    def _refuse(self) -> None:
        self._problem.problem(tr("The first number must not be above the second. Swap them."))


def _spin() -> QDoubleSpinBox:
    spin = QDoubleSpinBox()
    spin.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
    spin.setMinimumWidth(72)
    return spin


def _set(
    spin: QDoubleSpinBox,
    value: float,
    least: float,
    most: float,
    decimals: int,
    step: float,
    unit: str,
) -> None:
    spin.setDecimals(decimals)
    spin.setRange(least, most)
    spin.setSingleStep(step)
    spin.setSuffix(unit)
    spin.setValue(value)
