"""Which of the matches are shown, as controls."""

from __future__ import annotations

from typing import Any

from qgis.PyQt.QtCore import QTimer, pyqtSignal
from qgis.PyQt.QtWidgets import (
    QDoubleSpinBox,
    QGridLayout,
    QLabel,
    QLineEdit,
    QSizePolicy,
    QToolButton,
    QWidget,
)

from ...contract.vocabulary import Decision
from ...i18n import tr
from ..layouts import narrow_combo
from .filters import FilterSettings
from .flow import side_by_side

_TYPING_MS = 200
_ANY_SCORE = -1.01


class FilterBox(QWidget):
    """Emits ``changed`` a moment after the last change; ``settings()`` says what is wanted."""

    changed = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        self._filling = False
        self._timer = QTimer(self, singleShot=True, interval=_TYPING_MS, timeout=self.changed)
        self.text = QLineEdit()
        self.text.setPlaceholderText(tr("Name, id or any attribute"))
        self.text.setClearButtonEnabled(True)
        self.score = _spin(_ANY_SCORE, 1.0, 3, 0.01)
        self.decision = narrow_combo(5)
        self.reset_button = QToolButton(text=tr("Clear"))
        self._fill_decisions()
        self._explain()
        self._lay_out()
        self._connect()
        self.reset()

    def settings(self) -> FilterSettings:
        """The conditions as they stand."""
        return FilterSettings(
            min_score=_value(self.score),
            text=self.text.text().strip(),
            decisions=tuple(self.decision.currentData()),
        )

    def reset(self) -> None:
        """No condition."""
        self._filling = True
        self.text.clear()
        self.score.setValue(self.score.minimum())
        self.decision.setCurrentIndex(0)
        self._filling = False
        self._timer.stop()
        self.changed.emit()

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
        self._name(self.decision, tr("Decision"), tr("Shows matches you decided so"))
        self._name(self.reset_button, tr("Clear the filter"), tr("Show all matches again"))

    @staticmethod
    def _name(widget: QWidget, name: str, tip: str) -> None:
        widget.setAccessibleName(name)
        widget.setToolTip(tip)

    def _lay_out(self) -> None:
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 2, 0, 4)
        grid.setVerticalSpacing(3)
        grid.setColumnStretch(1, 1)
        rows: tuple[tuple[str, QWidget], ...] = (
            (tr("Text"), self.text),
            (tr("Score at least"), side_by_side(self.score, self.reset_button)),
            (tr("Decision"), self.decision),
        )
        for number, (name, widget) in enumerate(rows):
            label = QLabel(name)
            label.setBuddy(widget.focusProxy() or widget)
            grid.addWidget(label, number, 0)
            grid.addWidget(widget, number, 1)

    def _connect(self) -> None:
        self.text.textChanged.connect(self._later)
        self.score.valueChanged.connect(self._later)
        self.decision.currentIndexChanged.connect(self._later)
        self.reset_button.clicked.connect(lambda *_: self.reset())

    def _later(self, *_: Any) -> None:
        if not self._filling:
            self._timer.start()


def _spin(least: float, most: float, decimals: int, step: float) -> QDoubleSpinBox:
    """A number box that says "any" at its least value."""
    spin = QDoubleSpinBox()
    spin.setDecimals(decimals)
    spin.setRange(least, most)
    spin.setSingleStep(step)
    spin.setKeyboardTracking(True)
    spin.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
    spin.setMinimumWidth(72)
    spin.setSpecialValueText(tr("any"))
    return spin


def _value(spin: QDoubleSpinBox) -> float | None:
    """None where the box says "any"."""
    value = float(spin.value())
    return None if value <= spin.minimum() else value
