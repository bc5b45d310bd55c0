"""How far a build is: stage, count, rate, time left; and how it ended."""

from __future__ import annotations

from typing import Any

from qgis.PyQt.QtCore import Qt, pyqtSignal
from qgis.PyQt.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from ...core import wording
from ...core.progress_text import is_counted, progress_text
from ...i18n import tr
from .job import CANCELLED, DONE, FAILED, RUNNING, BuildJob
from ..messages import MessageLine

_BAR_STEPS = 1000


class BuildProgress(QWidget):
    """Shows one BuildJob. The dialog has one, and so has the panel while it works."""

    open_wanted = pyqtSignal(str)
    """The path of the finished index."""
    resume_wanted = pyqtSignal(object)
    """BuildParams of a build that was cancelled or failed."""
    dismissed = pyqtSignal()

    def __init__(self, job: BuildJob, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._job = job
        self.title = QLabel()
        self.title.setWordWrap(True)
        self.title.setTextFormat(Qt.TextFormat.PlainText)
        font = self.title.font()
        font.setBold(True)
        self.title.setFont(font)
        self.bar = QProgressBar()
        self.bar.setRange(0, 0)
        self.detail = MessageLine()
        self.cancel = QPushButton(tr("Cancel"))
        self.cancel.setToolTip(tr("Stop the build; what is done stays and can be resumed."))
        self.resume = QPushButton(tr("Resume"))
        self.open = QPushButton(tr("Open index"))
        self.dismiss = QPushButton(tr("Dismiss"))
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        for one in (self.cancel, self.resume, self.open, self.dismiss):
            buttons.addWidget(one)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        for widget in (self.title, self.bar, self.detail):
            layout.addWidget(widget)
        layout.addLayout(buttons)
        self.cancel.clicked.connect(self._on_cancel)
        self.resume.clicked.connect(lambda: self.resume_wanted.emit(self._job.params))
        self.open.clicked.connect(lambda: self.open_wanted.emit(self._job.params.output))
        self.dismiss.clicked.connect(self.dismissed.emit)
        job.progressed.connect(self._on_progress)
        job.ended.connect(self._show)
        self._show(job.state)
        if job.progress is not None:
            self._on_progress(job.progress)

    @property
    def job(self) -> BuildJob:
        """What is shown."""
        return self._job

    def _on_cancel(self) -> None:
        self.cancel.setEnabled(False)
        self.detail.info(tr("Stopping after the batch at work…"))
        self._job.cancel()

    def _on_progress(self, progress: Any) -> None:
        if self._job.state != RUNNING:
            return
        show_on_bar(self.bar, progress)
        if self.cancel.isEnabled():
            self.detail.info(progress_text(progress))

    def _show(self, state: str) -> None:
        name, running = self._job.name, state == RUNNING
        titles = {
            RUNNING: tr("Building {name}"),
            DONE: tr("{name} is built"),
            CANCELLED: tr("The build of {name} was stopped"),
            FAILED: tr("The build of {name} failed"),
        }
        self.title.setText(titles[state].format(name=name))
        self.bar.setVisible(running)
        self.cancel.setVisible(running)
        self.open.setVisible(state == DONE)
        self.resume.setVisible(state in (CANCELLED, FAILED))
        self.dismiss.setVisible(not running)
        if running:
            self.detail.info(tr("Starting…"))
        elif state == DONE:
            self.detail.info(summary(self._job.result))
        elif state == CANCELLED:
            self.detail.info(tr("What is done stays; Resume goes on where it stopped."))
        else:
            self.detail.problem(self._job.message)


def show_on_bar(bar: QProgressBar, progress: Any) -> None:
    """Done and total may be bytes beyond what a progress bar can count."""
    if is_counted(progress):
        bar.setRange(0, _BAR_STEPS)
        bar.setValue(round(_BAR_STEPS * float(progress.done or 0) / float(progress.total)))
    else:
        bar.setRange(0, 0)


def summary(result: dict[str, Any]) -> str:
    """What a finished build made, with what was left out and why."""
    lines = []
    if result.get("already_complete"):
        lines.append(tr("It was complete already; nothing was done."))
    lines.append(
        tr("Craters: {craters} · views: {views}").format(
            craters=wording.number(result.get("craters") or 0),
            views=wording.number(result.get("views") or 0),
        )
    )
    encoded, seconds = int(result.get("encoded") or 0), float(result.get("seconds") or 0.0)
    if encoded and seconds > 0:
        text = tr("{n} views made in {time} ({rate} per second)")
        rate = wording.number(encoded / seconds, 1)
        time = wording.duration(seconds)
        lines.append(text.format(n=wording.number(encoded), time=time, rate=rate))
    lines.append(skipped_text(result.get("skipped") or {}))
    lines.extend(str(one) for one in result.get("notes") or [])
    return "\n".join(lines)


def skipped_text(skipped: dict[str, int]) -> str:
    """Views that could not be made, by reason."""
    if not skipped:
        return tr("No view was skipped.")
    total = wording.number(sum(skipped.values()))
    reasons = "; ".join(f"{wording.reason(why)}: {wording.number(n)}" for why, n in skipped.items())
    return tr("Views skipped: {n} ({reasons})").format(n=total, reasons=reasons)
