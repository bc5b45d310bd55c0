"""Open, build, inspect and verify indexes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from qgis.core import Qgis
from qgis.PyQt.QtCore import pyqtSignal
from qgis.PyQt.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from ...client.failure import CallError
from ...client.service import AnyCall, EngineService
from ...contract import names
from ...contract.build import BuildParams, IndexInfo, IndexParams, OpenParams, VerifyReply
from ...contract.methods import CLOSE_INDEX, DESCRIBE_INDEX, OPEN_INDEX, VERIFY
from ...contract.wire import Progress
from ...core.settings import Settings
from ...core.words.progress import progress_text
from ...i18n import tr
from ..build.dialog import BuildDialog
from ..build.job import DONE, FAILED, RUNNING, BuildJob, pending_builds
from ..build.progress import BuildProgress, show_on_bar
from ..messages import MessageLine
from . import catalogue_layer
from .page import IndexPage, button
from .recent import RecentIndexes, reason_against

_MANIFEST = "manifest.json"


class IndexPanel(QWidget):
    """The tab "Index". At most one index is open, at most one build runs."""

    opened = pyqtSignal(object)
    """IndexInfo: the engine has loaded its encoder, it can be searched."""
    closed = pyqtSignal()
    opening = pyqtSignal(str)
    """Name of the index that will be open in a moment."""
    not_opened = pyqtSignal()
    """It was not, after all."""
    settings_wanted = pyqtSignal()

    def __init__(
        self, iface: Any, engine: EngineService, settings: Settings, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._iface = iface
        self._engine = engine
        self._settings = settings
        self.info: IndexInfo | None = None
        self._call: AnyCall | None = None
        self._verifying: AnyCall | None = None
        self._dialog: BuildDialog | None = None
        self.job: BuildJob | None = None
        self._job_view: BuildProgress | None = None
        self._make_controls()
        self._show_start()

    # The widgets

    def _make_controls(self) -> None:
        self.open_button = button(tr("Open…"), tr("Open an index: a folder NAME.craterindex"))
        self.build_button = button(
            tr("Build…"), tr("Build an index of a crater catalogue on a mosaic")
        )
        self.open_button.clicked.connect(self.browse)
        self.build_button.clicked.connect(lambda: self.build())
        top = QHBoxLayout()
        top.addWidget(self.open_button)
        top.addWidget(self.build_button)
        top.addStretch(1)
        self.settings_button = button(tr("Settings…"), tr("Engine, search, new indexes, folders"))
        self.settings_button.clicked.connect(lambda *_: self.settings_wanted.emit())
        top.addWidget(self.settings_button)
        self.message = MessageLine()
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.cancel_button = button(tr("Cancel"), tr("Stop waiting"))
        self.cancel_button.clicked.connect(self._on_cancel)
        waiting = QHBoxLayout()
        waiting.addWidget(self.progress, 1)
        waiting.addWidget(self.cancel_button)
        self._job_place = QVBoxLayout()
        self._stack = QStackedWidget()
        self._stack.addWidget(self._start_page())
        self.page = IndexPage()
        self.page.resume.clicked.connect(self.resume)
        self.page.checkpoint.clicked.connect(self._on_checkpoint)
        self.page.add.clicked.connect(self.add_catalogue)
        self.page.verify.clicked.connect(self.verify)
        self.page.close_index.clicked.connect(self.close_index)
        self._stack.addWidget(self.page)
        layout = QVBoxLayout(self)
        layout.addLayout(top)
        layout.addLayout(self._job_place)
        layout.addWidget(self.message)
        layout.addLayout(waiting)
        layout.addWidget(self._stack, 1)
        self._show_waiting(False)

    def _start_page(self) -> QWidget:
        page = QWidget()
        self.recent = RecentIndexes(self._settings)
        self.recent.chosen.connect(self.open_index)
        layout = QVBoxLayout(page)
        layout.setContentsMargins(0, 0, 0, 0)
        for text in (
            tr("Open… takes an index that is there: a folder NAME.craterindex."),
            tr("Build… makes one of your own craters and mosaic; you see a few of them first."),
        ):
            line = QLabel(text)
            line.setWordWrap(True)
            layout.addWidget(line)
        layout.addWidget(QLabel(tr("Opened lately")))
        layout.addWidget(self.recent, 1)
        return page

    def _show_start(self) -> None:
        self.recent.refresh()
        self._stack.setCurrentIndex(0)

    def _show_index(self, info: IndexInfo) -> None:
        self.page.show_info(info)
        self.page.resume.setEnabled(not self._is_building())
        self._stack.setCurrentIndex(1)

    def _show_waiting(self, on: bool) -> None:
        self.progress.setVisible(on)
        self.cancel_button.setVisible(on)
        self.open_button.setEnabled(not on)
        if on:
            self.progress.setRange(0, 0)

    # Open and close

    def browse(self) -> None:
        """Ask for a folder and open it."""
        folder = QFileDialog.getExistingDirectory(
            self, tr("Open an index: a folder NAME.craterindex"), self._settings.output_folder
        )
        if folder:
            self.open_index(folder)

    def open_index(self, path: str) -> None:
        """Open the index in ``path``: first what it is, then its encoder, which takes longer."""
        self._drop_call()
        if Path(path).name == _MANIFEST:
            path = str(Path(path).parent)
        reason = reason_against(path)
        if reason:
            text = tr("{name} cannot be opened: {reason}. Choose a folder NAME.craterindex.")
            self.message.problem(text.format(name=Path(path).name, reason=reason))
            self.recent.refresh()
            self.not_opened.emit()
            return
        self._forget_open()
        self.message.info(tr("Opening {name}…").format(name=Path(path).name))
        self.opening.emit(Path(path).name)
        self._show_waiting(True)
        self._call = self._engine.call(
            DESCRIBE_INDEX,
            IndexParams(path),
            self._on_described,
            self._on_open_failed,
            owner=self,
        )

    def _on_described(self, info: IndexInfo) -> None:
        self._settings.add_recent(info.path)
        self._show_index(info)
        if info.views == 0 or info.problem:
            # Nothing to search, but its facts and Resume are of use.
            self.info = info
            self._end_waiting()
            self.not_opened.emit()
            return
        self._load(info)

    def _load(self, info: IndexInfo, checkpoint: str = "") -> None:
        self.message.info(tr("Loading the encoder…"))
        self._show_waiting(True)
        self._call = self._engine.call(
            OPEN_INDEX,
            OpenParams(info.path, self._settings.device, checkpoint or None),
            self._on_opened,
            self._on_open_failed,
            self._on_progress,
            owner=self,
        )

    def _on_checkpoint(self) -> None:
        if self.info is None:
            return
        path, _ = QFileDialog.getOpenFileName(
            self,
            tr("The encoder's checkpoint"),
            self._settings.output_folder,
            tr("Checkpoints (*.safetensors *.pth *.pt *.json)"),
        )
        if path:
            self._load(self.info, path)

    def _on_opened(self, info: IndexInfo) -> None:
        self.info = info
        self._end_waiting()
        self._show_index(info)
        if not info.problem:
            if self.job is not None and self.job.params.output == info.path:
                self._drop_job()  # "is built" has been acted upon
            self.opened.emit(info)

    def _on_open_failed(self, error: CallError) -> None:
        self._end_waiting()
        self._show_start()
        if error.cancelled:
            self.message.info(tr("Opening was cancelled."))
        else:
            self.message.problem(error.message)
        self.not_opened.emit()

    def _on_progress(self, progress: Progress) -> None:
        show_on_bar(self.progress, progress)
        if progress.stage:
            self.message.info(progress_text(progress))

    def _end_waiting(self) -> None:
        self._call = None
        self._show_waiting(False)
        self.message.clear_message()

    def _on_cancel(self) -> None:
        call = self._verifying or self._call
        if call is not None:
            call.cancel()

    def _drop_call(self) -> None:
        call, self._call = self._call, None
        if call is not None:
            call.drop()
            self._show_waiting(False)

    def _forget_open(self) -> None:
        if self.info is not None:
            info, self.info = self.info, None
            self._engine.call(CLOSE_INDEX, IndexParams(info.path), _nothing, _nothing, owner=self)
            self.closed.emit()

    def close_index(self) -> None:
        """Close the open index; files stay as they are."""
        self._drop_call()
        self._forget_open()
        self.message.clear_message()
        self._show_start()

    # The open index

    def add_catalogue(self) -> None:
        """Show its craters on the map."""
        info = self.info
        if info is None:
            return
        layer = catalogue_layer.add_to_map(info)
        if layer is None:
            text = tr("{path} does not open as a layer. Verify the index.")
            self.message.problem(text.format(path=info.catalogue))
            return
        self._iface.setActiveLayer(layer)
        text = tr("The layer “{name}” shows the catalogue; it cannot be edited.")
        self.message.info(text.format(name=layer.name()))

    def verify(self) -> None:
        """Compare every byte with its checksum; the index stays usable meanwhile."""
        if self.info is None or self._verifying is not None:
            return
        self.page.verify.setEnabled(False)
        self.message.info(tr("Verifying…"))
        self._show_waiting(True)
        self._verifying = self._engine.call(
            VERIFY,
            IndexParams(self.info.path),
            self._on_verified,
            self._on_verify_failed,
            self._on_progress,
            owner=self,
        )

    def _on_verified(self, reply: VerifyReply) -> None:
        self._end_verifying()
        if not reply.problems:
            self.message.info(tr("Every file is as it was written."))
            return
        advice = tr("Build it anew, or take it from a copy; what is sound can still be searched.")
        self.message.problem("\n".join([*reply.problems, advice]))

    def _on_verify_failed(self, error: CallError) -> None:
        self._end_verifying()
        if error.cancelled:
            self.message.info(tr("Verifying was cancelled."))
        else:
            self.message.problem(error.message)

    def _end_verifying(self) -> None:
        self._verifying = None
        self.page.verify.setEnabled(True)
        self._end_waiting()

    # Builds

    def build(self, params: BuildParams | None = None) -> None:
        """Show the dialog, or the build that runs."""
        dialog = self._new_dialog()
        if self._is_building() and self.job is not None:
            dialog.show_job(self.job)
        elif params is not None:
            dialog.prefill(params)
        else:
            dialog.suggest()
        dialog.show()
        dialog.raise_()

    def resume(self) -> None:
        """Go on with the open index's build, by what is remembered of it, or by asking."""
        info = self.info
        if info is None or self._is_building():
            return
        params = pending_builds(self._settings).get(info.path)
        if params is not None and _inputs_exist(params):
            self.run(params)
            return
        dialog = self._new_dialog()
        dialog.prefill(params) if params is not None else dialog.prefill_from_index(info)
        dialog.show()
        dialog.raise_()

    def run(self, params: BuildParams) -> None:
        """Start a build without the dialog."""
        if self._is_building():
            return
        job = BuildJob(self._engine, self._settings, params, self)
        job.start()
        self._take_job(job)

    def _new_dialog(self) -> BuildDialog:
        if self._dialog is not None:
            self._dialog.close()
            self._dialog.deleteLater()
        self._dialog = BuildDialog(self._iface, self._engine, self._settings, self)
        self._dialog.started.connect(self._take_job)
        self._dialog.open_wanted.connect(self.open_index)
        return self._dialog

    def _is_building(self) -> bool:
        return self.job is not None and self.job.state == RUNNING

    def _take_job(self, job: BuildJob) -> None:
        self._drop_job()
        self.job = job
        job.ended.connect(self._on_build_ended)
        self._job_view = BuildProgress(job)
        self._job_view.open_wanted.connect(self.open_index)
        self._job_view.resume_wanted.connect(self.run)
        self._job_view.dismissed.connect(self._drop_job)
        self._job_place.addWidget(self._job_view)
        self.page.resume.setEnabled(False)
        if self.info is not None and self.info.path == job.params.output:
            # Its files change now: searching it goes on when it is opened again.
            self.close_index()

    def _drop_job(self) -> None:
        view, self._job_view = self._job_view, None
        if view is not None:
            self._job_place.removeWidget(view)
            view.hide()
            view.deleteLater()
        if self.job is not None and self.job.state != RUNNING:
            self.job.deleteLater()
            self.job = None

    def _on_build_ended(self, state: str) -> None:
        job = self.job
        if job is None:
            return
        if state == DONE:
            self._settings.add_recent(job.params.output)
        self.recent.refresh()
        self.page.resume.setEnabled(True)
        in_front = self._dialog is not None and self._dialog.isVisible()
        if in_front or self.isVisible():
            return
        # The progress is not on the screen: say it where it is seen.
        bar = self._iface.messageBar()
        if state == DONE:
            bar.pushMessage(
                tr("CraterBench"),
                tr("{name} is built; open it in the tab “Index”.").format(name=job.name),
                Qgis.MessageLevel.Success,
            )
        elif state == FAILED:
            bar.pushMessage(tr("CraterBench"), job.message, Qgis.MessageLevel.Warning)

    def showEvent(self, event: Any) -> None:
        """The disk may have changed since."""
        super().showEvent(event)
        self.recent.refresh()

    def shut_down(self) -> None:
        """For the plugin's end: nothing of ours stays in QGIS."""
        self._drop_call()
        if self._dialog is not None:
            self._dialog.close()
        if self.job is not None:
            self.job.close()


def _nothing(_: object) -> None:
    """Nobody waits for this answer."""


def _inputs_exist(params: BuildParams) -> bool:
    files = [*params.mosaics, params.catalogue.path]
    return all(names.is_there(path) for path in files)
