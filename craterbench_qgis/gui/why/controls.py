"""The controls of "why it matched": what is drawn, the decision, turning over, saving."""

from __future__ import annotations

from typing import Any

from qgis.PyQt.QtCore import Qt, pyqtSignal
from qgis.PyQt.QtWidgets import (
    QCheckBox,
    QLabel,
    QPushButton,
    QSlider,
    QToolButton,
    QWidget,
)

from ...contract.vocabulary import Decision
from ...i18n import tr
from .. import colours
from ..layouts import in_column, in_row
from ..messages import breakable
from .view import PatchPairView, StrengthKey


class WhyControls(QWidget):
    """Overlay, numbers, opacity, and the key of colours of a :class:`PatchPairView`."""

    def __init__(self, view: PatchPairView) -> None:
        super().__init__()

        def box(member: str, text: str, tip: str) -> QCheckBox:
            """For a member of the view's ``drawing``."""
            widget = QCheckBox(text, toolTip=tip, checked=getattr(view.drawing, member))
            widget.toggled.connect(lambda on: view.set_drawing(**{member: on}))
            return widget

        tip = tr("Colour the patches by how well they matched")
        self.overlay = box("overlay", tr("Overlay (O)"), tip)
        tip = tr("The same number marks a patch and its counterpart")
        self.numbers = box("numbers", tr("Strongest pairs"), tip)
        self.rim = box("rim", tr("Rim (C)"), tr("Draw the catalogue's circle and the scale"))
        tip = tr("Show all that was compared, not the craters alone")
        self.surroundings = box("surroundings", tr("Surroundings (S)"), tip)
        self.opacity = QSlider(Qt.Orientation.Horizontal)
        self.opacity.setRange(10, 100)
        self.opacity.setValue(round(100 * view.drawing.opacity))
        self.opacity.setMaximumWidth(140)
        self.opacity.setToolTip(tr("Opacity of the overlay"))
        self.opacity.setAccessibleName(tr("Opacity of the overlay"))
        self.key = StrengthKey()
        label = QLabel(tr("Opacity"))
        label.setBuddy(self.opacity)
        similarity = QLabel(tr("Similarity"))
        boxes = in_row(self.surroundings, self.rim, self.numbers, self.overlay, 1, spacing=10)
        strengths = in_row(label, (self.opacity, 1), 0, similarity, (self.key, 2), spacing=10)
        in_column(boxes, strengths, on=self, margins=0, spacing=2)
        self.overlay.toggled.connect(self.opacity.setEnabled)
        self.opacity.valueChanged.connect(lambda value: view.set_drawing(opacity=value / 100.0))


class WhyFooter(QWidget):
    """Buttons at the bottom, and a line that says what became of them."""

    decision_wanted = pyqtSignal(str)
    link_clicked = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        self.previous = _button(tr("Previous (P)"), tr("The match before (P or Page Up)"))
        self.next = _button(tr("Next (N)"), tr("The next match (N or Page Down)"))
        self.save = _button(tr("Save…"), tr("Save the picture as PNG"))
        self.copy = _button(tr("Copy"), tr("Put the picture on the clipboard"))
        self.close_button = _button(tr("Close"), "")
        self.decisions: dict[str, QToolButton] = {}
        row = in_row(self.previous, self.next, 1)
        for decision, text, key in (
            (Decision.ACCEPTED, tr("Accept"), "A"),
            (Decision.REJECTED, tr("Reject"), "R"),
            (Decision.UNDECIDED, tr("Undecided"), "U"),
        ):
            row.addWidget(self._decision_button(decision, text, key))
        row.addStretch(1)
        for button in (self.save, self.copy, self.close_button):
            row.addWidget(button)
        self._said = QLabel(wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        self._folder = _button(tr("Open folder"), tr("Show where the picture is"))
        self._folder.clicked.connect(lambda *_: self.link_clicked.emit())
        line = in_row((self._said, 1), self._folder)
        in_column(line, row, on=self, margins=(0, 4, 0, 0))
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
