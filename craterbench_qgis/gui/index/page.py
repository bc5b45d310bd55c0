"""The page of an index: its facts, and what can be done with it."""

from __future__ import annotations

from qgis.PyQt.QtWidgets import QLabel, QPushButton, QScrollArea, QWidget

from ...contract.build import IndexInfo
from ...i18n import tr
from ..layouts import in_column, in_row
from ..messages import MessageLine
from .info import InfoPage, state_of

_CHECKPOINT = "checkpoint:"


class IndexPage(QWidget):
    """The buttons are for the panel to connect."""

    def __init__(self) -> None:
        super().__init__()
        self.title = QLabel(wordWrap=True)
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
        in_column(
            self.title, self.state, self.resume, self.checkpoint, self.facts, 1,
            on=inner, margins=(0, 0, 4, 0),
        )  # fmt: skip
        scroll = QScrollArea(widgetResizable=True, frameShape=QScrollArea.Shape.NoFrame)
        scroll.setWidget(inner)
        row = in_row(self.verify, self.close_index)
        in_column((scroll, 1), self.add, row, on=self, margins=0)

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
    return QPushButton(text, toolTip=tip)
