"""How far a build is: stage, count, rate, time left; and how it ended."""

from __future__ import annotations

from qgis.PyQt.QtCore import Qt, pyqtSignal
from qgis.PyQt.QtWidgets import QLabel, QProgressBar, QPushButton, QWidget

from ...contract.build import BuildReply
from ...contract.wire import Progress
from ...core.words import quantities
from ...core.words.builds import result_lines
from ...core.words.progress import is_counted, progress_text
from ...core.words.reasons import skip_counts
from ...i18n import tr
from ..layouts import in_column, in_row
from ..messages import MessageLine
from .job import CANCELLED, DONE, FAILED, RUNNING, BuildJob

_BAR_STEPS = 1000


class BuildProgress(QWidget):
    """Shows a BuildJob. The dialog has one, and so has the panel while it works."""

    open_wanted = pyqtSignal(str)
    """The path of the finished index."""
    resume_wanted = pyqtSignal(object)
    """BuildParams of a build that was cancelled or failed."""
    dismissed = pyqtSignal()

    def __init__(self, job: BuildJob) -> None:
        super().__init__()
        self.job = job
        self.title = QLabel(wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        font = self.title.font()
        font.setBold(True)
        self.title.setFont(font)
        self.bar = QProgressBar(minimum=0, maximum=0)
        self.detail = MessageLine()
        self.cancel = QPushButton(tr("Cancel"))
        self.cancel.setToolTip(tr("Stop the build; what is done stays and can be resumed."))
        self.resume = QPushButton(tr("Resume"))
        self.open = QPushButton(tr("Open index"))
        self.dismiss = QPushButton(tr("Dismiss"))
        buttons = in_row(1, self.cancel, self.resume, self.open, self.dismiss)
        in_column(self.title, self.bar, self.detail, buttons, on=self, margins=0)
        self.cancel.clicked.connect(self._on_cancel)
        self.resume.clicked.connect(lambda: self.resume_wanted.emit(self.job.params))
        self.open.clicked.connect(lambda: self.open_wanted.emit(self.job.params.output))
        self.dismiss.clicked.connect(self.dismissed.emit)
        job.progressed.connect(self._on_progress)
        job.ended.connect(self._show)
        self._show(job.state)
        if job.progress is not None:
            self._on_progress(job.progress)

    def _on_cancel(self) -> None:
        self.cancel.setEnabled(False)
        self.detail.info(tr("Stopping after the batch at work…"))
        self.job.cancel()

    def _on_progress(self, progress: Progress) -> None:
        if self.job.state != RUNNING:
            return
        show_on_bar(self.bar, progress)
        if self.cancel.isEnabled():
            self.detail.info(progress_text(progress))

    def _show(self, state: str) -> None:
        name, running = self.job.name, state == RUNNING
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
        elif state == DONE and self.job.result is not None:
            self.detail.info(summary(self.job.result))
        elif state == CANCELLED:
            self.detail.info(tr("What is done stays; Resume goes on where it stopped."))
        else:
            self.detail.problem(self.job.message)


def show_on_bar(bar: QProgressBar, progress: Progress) -> None:
    """Done and total may be bytes beyond what a progress bar can count."""
    if is_counted(progress):
        bar.setRange(0, _BAR_STEPS)
        bar.setValue(round(_BAR_STEPS * progress.percent / 100.0))
    else:
        bar.setRange(0, 0)


def summary(report: BuildReply) -> str:
    """What a finished build has, with what was left out and why."""
    lines = [*result_lines(report), skipped_text(report.skipped), *report.notes]
    return "\n".join(lines)


def skipped_text(skipped: dict[str, int]) -> str:
    """Views that could not be made, by reason."""
    if not skipped:
        return tr("No view was skipped.")
    total = quantities.number(sum(skipped.values()))
    return tr("Views skipped: {n} ({reasons})").format(n=total, reasons=skip_counts(skipped))
