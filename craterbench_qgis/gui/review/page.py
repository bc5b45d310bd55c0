"""The pages of the review's panel: before a review is open, and the review itself."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from qgis.PyQt.QtCore import Qt, pyqtSignal
from qgis.PyQt.QtGui import QFontMetrics
from qgis.PyQt.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QMenu,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from ...core.review.file import ReviewContent, ReviewPair
from ...core.words import review as words
from ...i18n import tr
from ..colours import QuietLabel
from ..messages import MessageLine
from .controls import AttributeTable, DecisionButtons, QueueBar
from .view import PairView

_TABLE_LINES = 5


class StartPage(QWidget):
    """Nothing is open: what can be done."""

    find_wanted = pyqtSignal()
    open_wanted = pyqtSignal()
    last_wanted = pyqtSignal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.label = QuietLabel(
            tr(
                "Find entries of a catalogue that are the same crater, look at each pair and "
                "decide, then write the cleaned catalogue."
            )
        )
        self.label.setWordWrap(True)
        self.label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.find = QPushButton(tr("Find duplicates…"))
        self.open = QPushButton(tr("Open a review…"))
        self.last = QPushButton()
        self.last.hide()
        self._last = ""
        self.message = MessageLine()
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(10)
        column.addStretch(2)
        column.addWidget(self.label)
        for button in (self.last, self.find, self.open):
            column.addWidget(button, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(self.message)
        column.addStretch(3)
        self.find.clicked.connect(lambda *_: self.find_wanted.emit())
        self.open.clicked.connect(lambda *_: self.open_wanted.emit())
        self.last.clicked.connect(lambda *_: self.last_wanted.emit(self._last))

    def offer_last(self, path: str) -> None:
        """The review of last time; "" for none."""
        self._last = path
        self.last.setVisible(bool(path))
        name = QFontMetrics(self.font()).elidedText(
            Path(path).name, Qt.TextElideMode.ElideMiddle, 220
        )
        self.last.setText(tr("Go on with {name}").format(name=name))
        self.last.setToolTip(path)

    def busy(self, text: str) -> None:
        """A review is being read; "" when it is not."""
        for button in (self.find, self.open, self.last):
            button.setEnabled(not text)
        self.message.info(text)

    def problem(self, text: str) -> None:
        """Why it could not be opened."""
        self.busy("")
        self.message.problem(text)


class ReviewPage(QWidget):
    """Header, queue, pictures, evidence, decisions."""

    find_wanted = pyqtSignal()
    open_wanted = pyqtSignal()
    clean_wanted = pyqtSignal()
    close_wanted = pyqtSignal()
    follow_changed = pyqtSignal(bool)
    attributes_wanted = pyqtSignal()
    mosaic_wanted = pyqtSignal()
    blind_changed = pyqtSignal(bool)
    map_wanted = pyqtSignal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name = ""
        self.bar, self.view, self.buttons = QueueBar(), PairView(), DecisionButtons()
        self.name = QLabel()
        self.name.setTextFormat(Qt.TextFormat.PlainText)
        self.name.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.menu_button = QPushButton(tr("Review"))
        self.menu_button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.menu_button.setMenu(self._menu())
        self.evidence = QLabel()
        self.evidence.setWordWrap(True)
        self.evidence.setTextFormat(Qt.TextFormat.PlainText)
        self.evidence.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.evidence.setMinimumHeight(self.fontMetrics().lineSpacing() * 3)
        self.evidence.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.decided = QuietLabel()
        self.attributes = QToolButton()
        self.attributes.setText(tr("Attributes"))
        self.attributes.setCheckable(True)
        self.attributes.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.attributes.setToolTip(tr("What the catalogues say about both entries"))
        self.map_button = QToolButton()
        self.map_button.setObjectName("CraterBenchReviewMap")
        self.map_button.setText(tr("Map"))
        self.map_button.setCheckable(True)
        self.map_button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.map_button.setToolTip(
            tr("The pair on the project's rasters, seen from above, stretched to what is there")
        )
        self.map_button.toggled.connect(self.map_wanted.emit)
        self.table = AttributeTable()
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setWidget(self.table)
        # Of the panel's colour, not of a list's.
        self._scroll.viewport().setAutoFillBackground(False)
        self.table.setAutoFillBackground(False)
        self._scroll.setMinimumHeight(self.fontMetrics().lineSpacing() * _TABLE_LINES)
        self._scroll.hide()
        self.message = MessageLine()
        self.clean = QPushButton(tr("Write cleaned catalogue…"))
        self.clean.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._lay_out()
        self.clean.clicked.connect(lambda *_: self.clean_wanted.emit())
        self.attributes.toggled.connect(self._on_attributes)
        self.view.blinked.connect(self._fit)
        self.view.swiped.connect(self._fit)

    def _menu(self) -> QMenu:
        menu = QMenu(self)
        menu.addAction(tr("Find duplicates…")).triggered.connect(lambda *_: self.find_wanted.emit())
        menu.addAction(tr("Open another review…")).triggered.connect(
            lambda *_: self.open_wanted.emit()
        )
        menu.addAction(tr("Write cleaned catalogue…")).triggered.connect(
            lambda *_: self.clean_wanted.emit()
        )
        menu.addAction(tr("Pictures from another mosaic…")).triggered.connect(
            lambda *_: self.mosaic_wanted.emit()
        )
        menu.addSeparator()
        self.follow = menu.addAction(tr("Move the map to each pair"))
        self.follow.setCheckable(True)
        self.follow.setChecked(True)
        self.follow.toggled.connect(self.follow_changed.emit)
        self.blind = menu.addAction(tr("Blind: hide the probability until decided"))
        self.blind.setObjectName("CraterBenchReviewBlind")
        self.blind.setCheckable(True)
        self.blind.toggled.connect(self.blind_changed.emit)
        menu.addSeparator()
        menu.addAction(tr("Close the review")).triggered.connect(
            lambda *_: self.close_wanted.emit()
        )
        return menu

    def _lay_out(self) -> None:
        header = QHBoxLayout()
        header.addWidget(self.name, 1)
        header.addWidget(self.menu_button)
        below = QHBoxLayout()
        below.addWidget(self.decided, 1)
        below.addWidget(self.map_button)
        below.addWidget(self.attributes)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(5)
        column.addLayout(header)
        column.addWidget(self.bar)
        column.addWidget(self.view, 100)
        column.addWidget(self.evidence)
        column.addLayout(below)
        column.addWidget(self._scroll, 10)
        column.addStretch(1)
        column.addWidget(self.buttons)
        column.addWidget(self.message)
        column.addWidget(self.clean)

    def show_review(self, content: ReviewContent) -> None:
        """Show the name of another review."""
        self._name = content.path.name
        self.name.setToolTip(str(content.path))
        self._elide()

    def resizeEvent(self, event: Any) -> None:
        super().resizeEvent(event)
        self._elide()
        self._fit()

    def _fit(self, *_: Any) -> None:
        """No more height for the pictures than they can use: the rest is the table's."""
        wanted = max(self.view.minimumHeight(), self.view.wanted_height(self.width()))
        if wanted != self.view.maximumHeight():
            self.view.setMaximumHeight(wanted)

    def _elide(self) -> None:
        text = self._name
        metrics = QFontMetrics(self.name.font())
        room = max(40, self.name.width() - 4)
        self.name.setText(metrics.elidedText(text, Qt.TextElideMode.ElideMiddle, room))

    def show_words(self, pair: ReviewPair | None) -> None:
        """The evidence of a pair, and what was decided."""
        blind = self.blind.isChecked()
        self.evidence.setText(words.evidence(pair, blind) if pair is not None else "")
        self.evidence.setToolTip(words.explanation(pair) if pair is not None else "")
        self.decided.setText(words.decided_by(pair) if pair is not None else "")
        if pair is None:
            self.table.show_rows([])

    @property
    def attributes_shown(self) -> bool:
        """Whether the table is open."""
        return self.attributes.isChecked()

    def show_attributes(self, rows: list[list[str]]) -> None:
        """What the catalogues say."""
        self.table.show_rows(rows)

    def _on_attributes(self, on: bool) -> None:
        self._scroll.setVisible(on)
        self.attributes_wanted.emit()

    def say(self, text: str) -> None:
        """Something is wrong; "" takes it away."""
        if text:
            self.message.problem(text)
        else:
            self.message.clear_message()

    def say_fact(self, text: str) -> None:
        """Something to know; a problem stays."""
        if not self.message.is_problem:
            self.message.info(text)
