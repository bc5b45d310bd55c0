"""The controls of "why it matched": what is drawn, the decision, turning over, saving."""

from __future__ import annotations

from typing import Any

from qgis.PyQt.QtCore import Qt, pyqtSignal
from qgis.PyQt.QtWidgets import (
    QCheckBox,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSlider,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from ...contract.vocabulary import Decision
from ...i18n import tr
from .. import colours
from ..messages import breakable
from .view import PatchPairView, StrengthKey


class WhyControls(QWidget):
    """Overlay, numbers, opacity, and the key of colours of a :class:`PatchPairView`."""

    def __init__(self, view: PatchPairView, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.overlay = QCheckBox(tr("Overlay (O)"))
        self.overlay.setChecked(view.drawing.overlay)
        self.overlay.setToolTip(tr("Colour the patches by how well they matched"))
        self.numbers = QCheckBox(tr("Strongest pairs"))
        self.numbers.setChecked(view.drawing.numbers)
        self.numbers.setToolTip(tr("The same number marks a patch and its counterpart"))
        self.rim = QCheckBox(tr("Rim (C)"))
        self.rim.setChecked(view.drawing.rim)
        self.rim.setToolTip(tr("Draw the catalogue's circle and the scale"))
        self.surroundings = QCheckBox(tr("Surroundings (S)"))
        self.surroundings.setChecked(view.drawing.surroundings)
        self.surroundings.setToolTip(tr("Show all that was compared, not the craters alone"))
        self.opacity = QSlider(Qt.Orientation.Horizontal)
        self.opacity.setRange(10, 100)
        self.opacity.setValue(round(100 * view.drawing.opacity))
        self.opacity.setMaximumWidth(140)
        self.opacity.setToolTip(tr("Opacity of the overlay"))
        self.opacity.setAccessibleName(tr("Opacity of the overlay"))
        self.key = StrengthKey()
        label = QLabel(tr("Opacity"))
        label.setBuddy(self.opacity)
        boxes, colours_row = QHBoxLayout(), QHBoxLayout()
        for row in (boxes, colours_row):
            row.setSpacing(10)
        for widget in (self.surroundings, self.rim, self.numbers, self.overlay):
            boxes.addWidget(widget)
        boxes.addStretch(1)
        colours_row.addWidget(label)
        colours_row.addWidget(self.opacity, 1)
        colours_row.addStretch(0)
        colours_row.addWidget(QLabel(tr("Similarity")))
        colours_row.addWidget(self.key, 2)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addLayout(boxes)
        column.addLayout(colours_row)
        self.overlay.toggled.connect(lambda on: view.set_drawing(overlay=on))
        self.overlay.toggled.connect(self.opacity.setEnabled)
        self.rim.toggled.connect(lambda on: view.set_drawing(rim=on))
        self.surroundings.toggled.connect(lambda on: view.set_drawing(surroundings=on))
        self.numbers.toggled.connect(lambda on: view.set_drawing(numbers=on))
        self.opacity.valueChanged.connect(lambda value: view.set_drawing(opacity=value / 100.0))


class WhyFooter(QWidget):
    """Buttons at the bottom, and a line that says what became of them."""

    decision_wanted = pyqtSignal(str)
    link_clicked = pyqtSignal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.previous = _button(tr("Previous (P)"), tr("The match before (P or Page Up)"))
        self.next = _button(tr("Next (N)"), tr("The next match (N or Page Down)"))
        self.save = _button(tr("Save…"), tr("Save the picture as PNG"))
        self.copy = _button(tr("Copy"), tr("Put the picture on the clipboard"))
        self.close_button = _button(tr("Close"), "")
        self.decisions: dict[str, QToolButton] = {}
        row = QHBoxLayout()
        row.addWidget(self.previous)
        row.addWidget(self.next)
        row.addStretch(1)
        for decision, text, key in (
            (Decision.ACCEPTED, tr("Accept"), "A"),
            (Decision.REJECTED, tr("Reject"), "R"),
            (Decision.UNDECIDED, tr("Undecided"), "U"),
        ):
            row.addWidget(self._decision_button(decision, text, key))
        row.addStretch(1)
        for button in (self.save, self.copy, self.close_button):
            row.addWidget(button)
        self._said = QLabel()
        self._said.setWordWrap(True)
        self._said.setTextFormat(Qt.TextFormat.PlainText)
        self._folder = _button(tr("Open folder"), tr("Show where the picture is"))
        self._folder.clicked.connect(lambda *_: self.link_clicked.emit())
        line = QHBoxLayout()
        line.addWidget(self._said, 1)
        line.addWidget(self._folder)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 4, 0, 0)
        column.addLayout(line)
        column.addLayout(row)
        self.say("")
        self.set_has_picture(False)

    @property
    def said(self) -> str:
        """The line as shown."""
        return str(self._said.text()).replace("\u200b", "")

    def say(self, text: str, is_link: bool = False) -> None:
        """One line; ``is_link`` offers to open the folder."""
        self._said.setText(breakable(text))
        self._said.setVisible(bool(text))
        self._folder.setVisible(is_link)

    def set_ends(self, has_previous: bool, has_next: bool) -> None:
        """Whether there is a match before and after."""
        self.previous.setEnabled(has_previous)
        self.next.setEnabled(has_next)

    def set_has_picture(self, is_there: bool) -> None:
        """Whether there is something to save."""
        self.save.setEnabled(is_there)
        self.copy.setEnabled(is_there)

    def set_decision(self, decision: Decision) -> None:
        """Which button is down."""
        for name, button in self.decisions.items():
            button.setChecked(name == decision)

    def _decision_button(self, decision: Decision, text: str, key: str) -> QToolButton:
        button = QToolButton()
        button.setCheckable(True)
        button.setAutoExclusive(True)
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        button.setText(tr("{what} ({key})").format(what=text, key=key))
        button.setIcon(colours.decision_icon(decision, self.palette(), self.devicePixelRatioF()))
        button.clicked.connect(lambda *_: self.decision_wanted.emit(decision))
        self.decisions[decision] = button
        return button


def _button(text: str, tip: str) -> Any:
    button = QPushButton(text)
    button.setToolTip(tip)
    # Enter must not save or turn over by accident.
    button.setAutoDefault(False)
    return button
