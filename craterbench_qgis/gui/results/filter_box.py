"""The conditions on the shown matches, as controls."""

from __future__ import annotations

from typing import Any

from qgis.gui import QgsExpressionBuilderDialog
from qgis.PyQt.QtCore import QTimer, pyqtSignal
from qgis.PyQt.QtWidgets import (
    QComboBox,
    QDoubleSpinBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QSizePolicy,
    QToolButton,
    QWidget,
)

from ...contract.vocabulary import Decision
from ...core.match_set import MatchSet
from ...i18n import tr
from ..messages import MessageLine
from .expressions import fields_of
from .filters import FilterSettings

_TYPING_MS = 200
_ANY_SCORE, _ANY_NUMBER = -1.01, 0.0
_KM = 1000.0


class FilterBox(QWidget):
    """Emits ``changed`` a moment after the last change; ``settings()`` says what is wanted."""

    changed = pyqtSignal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._set: MatchSet | None = None
        self._filling = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_TYPING_MS)
        self._timer.timeout.connect(self.changed)
        self.text = QLineEdit()
        self.text.setPlaceholderText(tr("Name, id or any attribute"))
        self.text.setClearButtonEnabled(True)
        self.score = _spin(_ANY_SCORE, 1.0, 3, 0.01)
        self.ratio_from = _spin(_ANY_NUMBER, 1000.0, 2, 0.1)
        self.ratio_to = _spin(_ANY_NUMBER, 1000.0, 2, 0.1)
        self.south = _spin(-90.0, 90.0, 1, 5.0, special=False)
        self.north = _spin(-90.0, 90.0, 1, 5.0, special=False)
        self.distance = _spin(_ANY_NUMBER, 1e6, 0, 100.0)
        self.decision = QComboBox()
        self.decision.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self.decision.setMinimumContentsLength(5)
        self.expression = QLineEdit()
        self.expression.setPlaceholderText(
            tr("e.g. {example}").format(example='"diameter_m" > 5e4')
        )
        self.expression.setClearButtonEnabled(True)
        self.builder = QToolButton()
        self.builder.setText("ε")
        self.problem = MessageLine()
        self.reset_button = QToolButton()
        self.reset_button.setText(tr("Clear"))
        self._fill_decisions()
        self._explain()
        self._lay_out()
        self._connect()
        self.reset()

    def settings(self) -> FilterSettings:
        """The conditions as they stand."""
        south, north = self.south.value(), self.north.value()
        distance = _value(self.distance)
        return FilterSettings(
            min_score=_value(self.score),
            min_ratio=_value(self.ratio_from),
            max_ratio=_value(self.ratio_to),
            south=None if south <= -90.0 else south,
            north=None if north >= 90.0 else north,
            max_distance_m=None if distance is None else distance * _KM,
            text=self.text.text().strip(),
            decisions=tuple(self.decision.currentData()),
            expression=self.expression.text().strip(),
        )

    def reset(self) -> None:
        """No condition."""
        self._filling = True
        self.text.clear()
        self.expression.clear()
        for spin in (self.score, self.ratio_from, self.ratio_to, self.distance):
            spin.setValue(spin.minimum())
        self.south.setValue(-90.0)
        self.north.setValue(90.0)
        self.decision.setCurrentIndex(0)
        self._filling = False
        self._timer.stop()
        self.changed.emit()

    def show_set(self, match_set: MatchSet | None) -> None:
        """Offer only what the set knows."""
        self._set = match_set
        has_ratio = match_set is not None and bool(match_set.preview.diameter_m)
        has_place = match_set is not None and match_set.preview.lon is not None
        for spin in (self.ratio_from, self.ratio_to):
            spin.setEnabled(has_ratio)
        self.distance.setEnabled(has_place)
        self.builder.setEnabled(match_set is not None)

    def show_problem(self, text: str) -> None:
        """What is wrong with the expression; "" for nothing."""
        if text:
            self.problem.problem(text)
        else:
            self.problem.clear_message()

    def _fill_decisions(self) -> None:
        choices = (
            (tr("any"), tuple(Decision)),
            (tr("undecided"), (Decision.UNDECIDED,)),
            (tr("accepted"), (Decision.ACCEPTED,)),
            (tr("rejected"), (Decision.REJECTED,)),
            (tr("not rejected"), (Decision.UNDECIDED, Decision.ACCEPTED)),
        )
        for text, decisions in choices:
            self.decision.addItem(text, decisions)

    def _explain(self) -> None:
        """Tooltips and accessible names."""
        self._name(self.text, tr("Text"), tr("Shows matches in which every word occurs"))
        self._name(self.score, tr("Score at least"), tr("Similarity, at most 1"))
        ratio = tr("Diameter of the match divided by the query's")
        self._name(self.ratio_from, tr("Diameter ratio from"), ratio)
        self._name(self.ratio_to, tr("Diameter ratio to"), ratio)
        self._name(self.south, tr("Latitude from"), tr("Degrees, south is negative"))
        self._name(self.north, tr("Latitude to"), tr("Degrees, south is negative"))
        self._name(self.distance, tr("Distance at most"), tr("Great circle from the query, in km"))
        self._name(self.decision, tr("Decision"), tr("Shows matches you decided so"))
        self._name(
            self.expression,
            tr("Expression"),
            tr("A QGIS expression on the catalogue's columns and rank, score, diameter_m, lon, "
               "lat, distance_m, decision"),
        )  # fmt: skip
        self._name(self.builder, tr("Build the expression…"), tr("Build the expression…"))
        self._name(self.reset_button, tr("Clear the filter"), tr("Show all matches again"))
        for spin, unit in ((self.south, "°"), (self.north, "°"), (self.distance, " km")):
            spin.setSuffix(unit)

    @staticmethod
    def _name(widget: QWidget, name: str, tip: str) -> None:
        widget.setAccessibleName(name)
        widget.setToolTip(tip)

    def _lay_out(self) -> None:
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 2, 0, 4)
        grid.setVerticalSpacing(3)
        grid.setColumnStretch(1, 1)
        expression = _beside(self.expression, self.builder)
        rows: tuple[tuple[str, QWidget], ...] = (
            (tr("Text"), self.text),
            (tr("Score at least"), _beside(self.score, self.reset_button)),
            (tr("Decision"), self.decision),
            (tr("Diameter ratio"), _beside(self.ratio_from, QLabel(tr("to")), self.ratio_to)),
            (tr("Latitude"), _beside(self.south, QLabel(tr("to")), self.north)),
            (tr("Distance at most"), self.distance),
            (tr("Expression"), expression),
        )
        for number, (name, widget) in enumerate(rows):
            label = QLabel(name)
            label.setBuddy(widget.focusProxy() or widget)
            grid.addWidget(label, number, 0)
            grid.addWidget(widget, number, 1)
        grid.addWidget(self.problem, len(rows), 0, 1, 2)

    def _connect(self) -> None:
        for line in (self.text, self.expression):
            line.textChanged.connect(self._later)
        for spin in (self.score, self.ratio_from, self.ratio_to):
            spin.valueChanged.connect(self._later)
        for spin in (self.south, self.north, self.distance):
            spin.valueChanged.connect(self._later)
        self.decision.currentIndexChanged.connect(self._later)
        self.reset_button.clicked.connect(lambda *_: self.reset())
        self.builder.clicked.connect(lambda *_: self._build())

    def _later(self, *_: Any) -> None:
        if not self._filling:
            self._timer.start()

    def _build(self) -> None:
        if self._set is None:
            return
        dialog = QgsExpressionBuilderDialog(None, self.expression.text(), self)
        dialog.expressionBuilder().initWithFields(fields_of(self._set))
        dialog.setExpressionText(self.expression.text())
        dialog.setWindowTitle(tr("Which matches are shown"))
        if dialog.exec():
            self.expression.setText(dialog.expressionText())
        dialog.deleteLater()


def _spin(
    least: float, most: float, decimals: int, step: float, special: bool = True
) -> QDoubleSpinBox:
    spin = QDoubleSpinBox()
    spin.setDecimals(decimals)
    spin.setRange(least, most)
    spin.setSingleStep(step)
    spin.setKeyboardTracking(True)
    spin.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
    spin.setMinimumWidth(72)
    if special:
        spin.setSpecialValueText(tr("any"))
    return spin


def _value(spin: QDoubleSpinBox) -> float | None:
    """None where the box says "any"."""
    value = float(spin.value())
    return None if value <= spin.minimum() else value


def _beside(*widgets: QWidget) -> QWidget:
    holder = QWidget()
    row = QHBoxLayout(holder)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(4)
    for widget in widgets:
        row.addWidget(widget, 0 if isinstance(widget, (QLabel, QToolButton)) else 1)
    holder.setFocusProxy(widgets[0])
    return holder
