"""The review's controls: what is gone through, how far it is, what can be decided."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from qgis.PyQt.QtCore import Qt, pyqtSignal
from qgis.PyQt.QtGui import QPainter
from qgis.PyQt.QtWidgets import (
    QComboBox,
    QDoubleSpinBox,
    QFormLayout,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QProgressBar,
    QPushButton,
    QSizePolicy,
    QSlider,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from ...contract.vocabulary import PairOrder, Verdict
from ...core.review.file import DECIDED
from ...core.review.order import Counts, PairFilter
from ...core.words import review as words
from ...core.words.quantities import number
from ...i18n import tr

_MOST_ROWS = 40
_SWIPES = 1000
_LETTERS = {Verdict.DUPLICATE: "D", Verdict.DISTINCT: "X", Verdict.UNSURE: "U"}


class QueueBar(QWidget):
    """Order, filter and progress. ``changed``: order or filter is another."""

    changed = pyqtSignal()
    reviewer_changed = pyqtSignal(str)
    done_with = pyqtSignal()
    """A control was used; the keyboard belongs to the pictures again."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.order = _combo(tr("Order: what comes first"), 9)
        for name, value in (
            (tr("by doubt"), PairOrder.DOUBT),
            (tr("by probability"), PairOrder.PROBABILITY),
            (tr("by size"), PairOrder.SIZE),
            (tr("by place"), PairOrder.PLACE),
        ):
            self.order.addItem(name, str(value))
        self.which = _combo(tr("Which pairs"), 9)
        for name, decisions in (
            (tr("undecided"), (Verdict.UNDECIDED,)),
            (tr("undecided, unsure"), (Verdict.UNDECIDED, Verdict.UNSURE)),
            (tr("all"), tuple(Verdict)),
            *((words.verdict_word(verdict), (verdict,)) for verdict in DECIDED),
        ):
            self.which.addItem(name, decisions)
        self.more = QToolButton()
        self.more.setText(tr("More"))
        self.more.setCheckable(True)
        self.more.setAutoRaise(True)
        self.more.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.more.setToolTip(tr("Least probability, and who reviews"))
        self.least = QDoubleSpinBox()
        self.least.setRange(0.0, 1.0)
        self.least.setDecimals(2)
        self.least.setSingleStep(0.05)
        self.least.setSpecialValueText(tr("any"))
        self.least.setAccessibleName(tr("Least probability"))
        self.reviewer = QLineEdit()
        self.reviewer.setMaxLength(80)
        self.reviewer.setAccessibleName(tr("Reviewer"))
        self.reviewer.setToolTip(tr("This name is kept with every decision"))
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setFixedHeight(6)
        self.bar.setAccessibleName(tr("Progress of the review"))
        self.progress = QLabel()
        self.progress.setTextFormat(Qt.TextFormat.PlainText)
        self._lay_out()
        self.order.currentIndexChanged.connect(self._on_change)
        self.which.currentIndexChanged.connect(self._on_change)
        for combo in (self.order, self.which):
            combo.activated.connect(lambda *_: self.done_with.emit())
        self.least.editingFinished.connect(self._on_change)
        self.reviewer.editingFinished.connect(self._on_reviewer)
        self.more.toggled.connect(self._extra.setVisible)

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(4)
        row.addWidget(self.order, 1)
        row.addWidget(self.which, 1)
        below = QHBoxLayout()
        below.setSpacing(4)
        below.addWidget(self.progress, 1)
        below.addWidget(self.more)
        self._extra = QWidget()
        form = QFormLayout(self._extra)
        form.setContentsMargins(0, 0, 0, 0)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.addRow(tr("Least probability"), self.least)
        form.addRow(tr("Reviewer"), self.reviewer)
        self._extra.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(3)
        column.addLayout(row)
        column.addWidget(self.bar)
        column.addLayout(below)
        column.addWidget(self._extra)

    def filter(self) -> PairFilter:
        """What is gone through."""
        return PairFilter(tuple(self.which.currentData()), round(self.least.value(), 4))

    def set_choice(self, order: str, which: int, reviewer: str) -> None:
        """Choices of last time; nothing is emitted."""
        for widget in (self.order, self.which, self.reviewer):
            widget.blockSignals(True)
        self.order.setCurrentIndex(max(0, self.order.findData(order)))
        self.which.setCurrentIndex(which if 0 <= which < self.which.count() else 0)
        self.reviewer.setText(reviewer)
        for widget in (self.order, self.which, self.reviewer):
            widget.blockSignals(False)

    def show_counts(self, counts: Counts) -> None:
        """How far the review is."""
        self.bar.setRange(0, max(1, counts.total))
        self.bar.setValue(counts.decided)
        text = words.progress(counts.decided, counts.total, counts.unsure)
        left = counts.total - counts.decided
        if counts.shown != left or self.least.value() > 0:
            text = tr("{progress} · {n} match the filter").format(
                progress=text, n=number(counts.shown)
            )
        self.progress.setText(text)
        self.progress.setToolTip(
            tr("{duplicates} duplicates, {distinct} distinct, {unsure} unsure").format(
                duplicates=number(counts.duplicates),
                distinct=number(counts.distinct),
                unsure=number(counts.unsure),
            )
        )

    def _on_change(self, *_: Any) -> None:
        self.changed.emit()
        self.done_with.emit()

    def _on_reviewer(self) -> None:
        self.reviewer_changed.emit(self.reviewer.text().strip())
        self.done_with.emit()


class DecisionButtons(QWidget):
    """What the keys do, for the mouse; none takes the keyboard."""

    decided = pyqtSignal(str)
    back = pyqtSignal()
    skip = pyqtSignal()
    undo = pyqtSignal()
    blink = pyqtSignal(bool)
    swipe = pyqtSignal(bool)
    swiped_to = pyqtSignal(float)
    """Where A ends and B begins, in shares of the picture's width."""
    outlines = pyqtSignal(bool)
    used = pyqtSignal()
    """Any of them was clicked: the keys belong to the review."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.buttons: dict[str, QPushButton] = {}
        tips = {
            Verdict.DUPLICATE: tr("Both entries are one crater"),
            Verdict.DISTINCT: tr("Two craters"),
            Verdict.UNSURE: tr("Cannot be told; look at it again later"),
        }
        names = {
            Verdict.DUPLICATE: tr("Duplicate"),
            Verdict.DISTINCT: tr("Distinct"),
            Verdict.UNSURE: tr("Unsure"),
        }
        for verdict in DECIDED:
            button = _button(f"{names[verdict]} ({_LETTERS[verdict]})", tips[verdict])
            button.clicked.connect(lambda *_, chosen=verdict: self.decided.emit(chosen))
            self.buttons[verdict] = button
        self.back_button = _button(tr("Back"), tr("The pair before (Backspace or Left)"))
        self.skip_button = _button(tr("Skip"), tr("The next pair, without a decision (Right)"))
        self.undo_button = _button(tr("Undo"), tr("Take the last decision back (Ctrl+Z)"))
        self.blink_button = _button(
            tr("Blink"), tr("One picture in the other's place, to and fro (B)"), True
        )
        self.swipe_button = _button(
            tr("Swipe"), tr("Both in one place: A left of the line, B right of it (S)"), True
        )
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(0, _SWIPES)
        self.slider.setValue(_SWIPES // 2)
        self.slider.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.slider.setAccessibleName(tr("Where A ends and B begins"))
        self.slider.setToolTip(self.slider.accessibleName())
        self.outline_button = _button(tr("Outlines"), tr("Draw the entries' outlines (O)"), True)
        self.outline_button.setChecked(True)
        self.back_button.clicked.connect(lambda *_: self.back.emit())
        self.skip_button.clicked.connect(lambda *_: self.skip.emit())
        self.undo_button.clicked.connect(lambda *_: self.undo.emit())
        self.blink_button.toggled.connect(self.blink.emit)
        self.swipe_button.toggled.connect(self.swipe.emit)
        self.slider.valueChanged.connect(lambda value: self.swiped_to.emit(value / _SWIPES))
        self.slider.sliderPressed.connect(lambda: self.swipe_button.setChecked(True))
        self.outline_button.toggled.connect(self.outlines.emit)
        for name, widget in (
            ("Back", self.back_button), ("Skip", self.skip_button), ("Undo", self.undo_button),
            ("Blink", self.blink_button), ("Swipe", self.swipe_button),
            ("SwipeTo", self.slider), ("Outlines", self.outline_button),
        ):  # fmt: skip
            widget.setObjectName(f"CraterBenchReview{name}")
        for button in (*self.buttons.values(), self.back_button, self.skip_button,
                       self.undo_button, self.blink_button, self.swipe_button,
                       self.outline_button):  # fmt: skip
            button.clicked.connect(lambda *_: self.used.emit())
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(_row(self.buttons.values()))
        looking = _row([self.blink_button, self.swipe_button, self.outline_button])
        looking.insertWidget(2, self.slider, 1)
        column.addLayout(looking)
        column.addLayout(_row([self.back_button, self.skip_button, self.undo_button]))

    def show_state(
        self, can_decide: bool, decision: Verdict, can_back: bool, can_undo: bool
    ) -> None:
        """What can be done now; ``decision``: of the pair that is shown."""
        for verdict, button in self.buttons.items():
            button.setEnabled(can_decide)
            font = button.font()
            font.setBold(verdict == decision)
            button.setFont(font)
        self.back_button.setEnabled(can_back)
        self.undo_button.setEnabled(can_undo)

    def set_on(self, on: bool) -> None:
        """Whether there is a pair."""
        self.skip_button.setEnabled(on)
        for widget in (self.blink_button, self.swipe_button, self.slider):
            widget.setEnabled(on)


class AttributeTable(QWidget):
    """What the catalogues say about both entries, side by side; different values in bold."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setVerticalSpacing(1)
        self._grid.setColumnStretch(1, 1)
        self._grid.setColumnStretch(2, 1)
        self._grid.setAlignment(Qt.AlignmentFlag.AlignTop)

    def show_rows(self, rows: list[list[str]]) -> None:
        """[column, of a, of b] each."""
        while self._grid.count():
            self._grid.takeAt(0).widget().deleteLater()
        shown = [["", "A", "B"], *rows[:_MOST_ROWS]] if rows else []
        for number_, (name, first, second) in enumerate(shown):
            for column, text in enumerate((name, first, second)):
                label = _Cell(text)
                font = label.font()
                font.setBold(number_ == 0 or (column > 0 and first != second))
                label.setFont(font)
                if column == 0:
                    label.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
                self._grid.addWidget(label, number_, column)


class _Cell(QLabel):
    """One line; what has no room is shortened, and stands in full in the tooltip."""

    def __init__(self, text: str) -> None:
        super().__init__(" ".join(text.split()))
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setTextInteractionFlags(Qt.TextInteractionFlag.NoTextInteraction)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setToolTip(text)

    def paintEvent(self, event: Any) -> None:
        painter = QPainter(self)
        elide = Qt.TextElideMode.ElideRight
        text = self.fontMetrics().elidedText(self.text(), elide, self.width())
        painter.drawText(self.rect(), int(Qt.AlignmentFlag.AlignVCenter), text)
        painter.end()


def _combo(name: str, letters: int) -> QComboBox:
    combo = QComboBox()
    policy = QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
    combo.setSizeAdjustPolicy(policy)
    combo.setMinimumContentsLength(letters)
    combo.setAccessibleName(name)
    combo.setToolTip(name)
    # A click leaves the keyboard with the pictures: in a list, D would choose "duplicate".
    combo.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return combo


def _button(text: str, tip: str, checkable: bool = False) -> QPushButton:
    button = QPushButton(text)
    button.setToolTip(tip)
    button.setCheckable(checkable)
    button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    button.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
    return button


def _row(buttons: Iterable[QPushButton]) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(4)
    for button in buttons:
        row.addWidget(button, 1)
    return row
