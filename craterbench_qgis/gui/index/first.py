"""The first screen: what can be done where no index is open, a sentence each."""

from __future__ import annotations

from qgis.PyQt.QtCore import pyqtSignal
from qgis.PyQt.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from ...contract.wire import Progress
from ...core.settings import Settings
from ...core.words.progress import progress_text
from ...i18n import tr
from ..build.progress import show_on_bar
from ..messages import MessageLine
from .recent import RecentIndexes


class FirstScreen(QWidget):
    """The signals are for the workbench to connect."""

    try_wanted = pyqtSignal()
    cancel_wanted = pyqtSignal()
    open_wanted = pyqtSignal()
    build_wanted = pyqtSignal()

    def __init__(self, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("CraterBenchFirst")
        self.message = MessageLine()
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.cancel = QPushButton(tr("Cancel"))
        self.cancel.setObjectName("CraterBenchTryCancel")
        self.cancel.clicked.connect(lambda *_: self._on_cancel())
        self.recent = RecentIndexes(settings)
        self.chosen = self.recent.chosen
        column = QVBoxLayout(self)
        column.setContentsMargins(4, 8, 4, 4)
        column.setSpacing(4)
        title = QLabel(tr("Find the craters that look like this one"))
        title.setWordWrap(True)
        font = title.font()
        font.setBold(True)
        font.setPointSizeF(font.pointSizeF() * 1.15)
        title.setFont(font)
        column.addWidget(title)
        column.addWidget(self.message)
        waiting = QHBoxLayout()
        waiting.addWidget(self.bar, 1)
        waiting.addWidget(self.cancel)
        column.addLayout(waiting)
        self._choices = [
            self._choice(column, "Try", tr("Try it"), self.try_wanted, tr(
                "A small synthetic planet and its index, made in seconds. You draw a box round a "
                "crater and see what looks like it.")),
            self._choice(column, "Build", tr("Build…"), self.build_wanted, tr(
                "Makes an index of your own crater catalogue and mosaic; you see a few of the "
                "craters first.")),
            self._choice(column, "Open", tr("Open…"), self.open_wanted, tr(
                "Takes an index that is there: a folder NAME.craterindex.")),
        ]  # fmt: skip
        column.addWidget(self.recent, 1)
        self.show_idle()

    def _choice(
        self, column: QVBoxLayout, name: str, text: str, wanted: object, sentence: str
    ) -> QPushButton:
        button = QPushButton(text)
        button.setObjectName(f"CraterBenchFirst{name}")
        button.setToolTip(sentence)
        button.clicked.connect(lambda *_: wanted.emit())  # type: ignore[attr-defined]
        words = QLabel(sentence)
        words.setWordWrap(True)
        row = QHBoxLayout()
        row.addWidget(button)
        row.addStretch(1)
        column.addSpacing(8)
        column.addLayout(row)
        column.addWidget(words)
        return button

    def show_idle(self, problem: str = "") -> None:
        """Everything can be chosen; ``problem``: what went wrong before."""
        self._show_busy(False)
        self.message.problem(problem)
        self.recent.refresh()

    def show_busy(self, text: str, cancel: bool = True) -> None:
        """Something is under way; ``cancel``: it can be stopped."""
        self._show_busy(True)
        self.cancel.setVisible(cancel)
        self.bar.setRange(0, 0)
        self.message.info(text)

    def show_progress(self, progress: Progress) -> None:
        """How far it is."""
        if self.cancel.isEnabled():
            show_on_bar(self.bar, progress)
            self.message.info(progress_text(progress))

    def _show_busy(self, on: bool) -> None:
        self.bar.setVisible(on)
        self.cancel.setVisible(on)
        self.cancel.setEnabled(True)
        self.recent.setEnabled(not on)
        for button in self._choices:
            button.setEnabled(not on)

    def _on_cancel(self) -> None:
        self.cancel.setEnabled(False)
        self.message.info(tr("Stopping…"))
        self.cancel_wanted.emit()
