"""The page of one index: its facts, and what can be done with it."""

from __future__ import annotations

from qgis.PyQt.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from ...i18n import tr
from ...protocol import IndexInfo
from ..messages import MessageLine
from .info import InfoPage, state_of

_CHECKPOINT = "checkpoint:"


class IndexPage(QWidget):
    """The buttons are for the panel to connect."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = QLabel()
        self.title.setWordWrap(True)
        font = self.title.font()
        font.setBold(True)
        font.setPointSizeF(font.pointSizeF() * 1.15)
        self.title.setFont(font)
        self.state = MessageLine()
        self.resume = button(tr("Resume"), tr("Go on with the build where it stopped"))
        self.checkpoint = button(
            tr("Checkpoint…"), tr("Name the file of the encoder the index was built with")
        )
        self.facts = InfoPage()
        self.add = button(tr("Add catalogue to map"), tr("Show the index's craters as a map layer"))
        self.verify = button(tr("Verify"), tr("Check every byte of the index"))
        self.close_index = button(tr("Close index"), tr("Close the index; nothing is deleted"))
        self._lay_out()

    def _lay_out(self) -> None:
        inner = QWidget()
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, 0, 4, 0)
        for widget in (self.title, self.state, self.resume, self.checkpoint, self.facts):
            column.addWidget(widget)
        column.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QScrollArea.Shape.NoFrame)
        scroll.setWidget(inner)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(scroll, 1)
        layout.addWidget(self.add)
        row = QHBoxLayout()
        row.addWidget(self.verify)
        row.addWidget(self.close_index)
        layout.addLayout(row)

    def show_info(self, info: IndexInfo) -> None:
        """Show another index, or the same one anew."""
        self.title.setText(info.name)
        text, is_problem = state_of(info)
        self.state.problem(text) if is_problem else self.state.info(text)
        self.resume.setVisible(info.incomplete)
        by_checkpoint = info.encoder.startswith(_CHECKPOINT) and bool(info.problem)
        self.checkpoint.setVisible(by_checkpoint and info.views > 0)
        self.add.setEnabled(bool(info.catalogue))
        self.facts.show_info(info)


def button(text: str, tip: str) -> QPushButton:
    """A push button with a tool tip."""
    made = QPushButton(text)
    made.setToolTip(tip)
    return made
