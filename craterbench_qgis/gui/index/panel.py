"""Open, build, inspect and verify indexes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from qgis.PyQt.QtCore import pyqtSignal
from qgis.PyQt.QtWidgets import QFileDialog, QLabel, QProgressBar, QStackedWidget, QWidget

from ...client.failure import CallError
from ...client.service import AnyCall, EngineService
from ...contract.build import MANIFEST, IndexInfo, IndexParams, OpenParams, VerifyReply
from ...contract.methods import CLOSE_INDEX, DESCRIBE_INDEX, OPEN_INDEX, VERIFY
from ...contract.wire import Progress
from ...core.settings import Settings
from ...core.words.progress import progress_text
from ...i18n import tr
from ..build.job import BuildJob
from ..build.progress import show_on_bar
from ..layouts import in_column, in_row
from ..messages import MessageLine
from . import catalogue_layer
from .builds import IndexBuilds
from .page import IndexPage, button
from .recent import RecentIndexes, reason_against


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

    def __init__(self, iface: Any, engine: EngineService, settings: Settings) -> None:
        super().__init__()
        self._iface = iface
        self._engine = engine
        self._settings = settings
        self.info: IndexInfo | None = None
        self._call: AnyCall | None = None
        self._verifying: AnyCall | None = None
        self.builds = IndexBuilds(iface, engine, settings, self)
        self.builds.open_wanted.connect(self.open_index)
        self.builds.begun.connect(self._on_build_begun)
        self.builds.ended.connect(self._on_build_ended)
        self._make_controls()
        self._show_start()

    # The widgets

    def _make_controls(self) -> None:
        self.open_button = button(tr("Open…"), tr("Open an index: a folder NAME.craterindex"))
        self.build_button = button(
            tr("Build…"), tr("Build an index of a crater catalogue on a mosaic")
        )
        self.open_button.clicked.connect(self.browse)
        self.build_button.clicked.connect(lambda: self.builds.build())
        top = in_row(self.open_button, self.build_button, 1)
        self.settings_button = button(tr("Settings…"), tr("Engine, search, new indexes, folders"))
        self.settings_button.clicked.connect(lambda *_: self.settings_wanted.emit())
        top.addWidget(self.settings_button)
        self.message = MessageLine()
        self.progress = QProgressBar(textVisible=False)
        self.cancel_button = button(tr("Cancel"), tr("Stop waiting"))
        self.cancel_button.clicked.connect(self._on_cancel)
        waiting = in_row((self.progress, 1), self.cancel_button)
        self._stack = QStackedWidget()
        self._stack.addWidget(self._start_page())
        self.page = IndexPage()
        self.page.resume.clicked.connect(self.resume)
        self.page.checkpoint.clicked.connect(self._on_checkpoint)
        self.page.add.clicked.connect(self.add_catalogue)
        self.page.verify.clicked.connect(self.verify)
        self.page.close_index.clicked.connect(self.close_index)
        self._stack.addWidget(self.page)
        in_column(top, self.builds.place, self.message, waiting, (self._stack, 1), on=self)
        self._show_waiting(False)

    def _start_page(self) -> QWidget:
        page = QWidget()
        self.recent = RecentIndexes(self._settings)
        self.recent.chosen.connect(self.open_index)
        texts = (
            tr("Open… takes an index that is there: a folder NAME.craterindex."),
            tr("Build… makes one of your own craters and mosaic; you see a few of them first."),
        )
        lines = [QLabel(text, wordWrap=True) for text in texts]
        in_column(*lines, QLabel(tr("Opened lately")), (self.recent, 1), on=page, margins=0)
        return page

    def _show_start(self) -> None:
        self.recent.refresh()
        self._stack.setCurrentIndex(0)

    def _show_index(self, info: IndexInfo) -> None:
        self.page.show_info(info)
        self.page.resume.setEnabled(not self.builds.is_building)
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
        if Path(path).name == MANIFEST:
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
            job = self.builds.job
            if job is not None and job.params.output == info.path:
                self.builds.drop_job()  # "is built" has been acted upon
            self.opened.emit(info)

    def _on_open_failed(self, error: CallError) -> None:
        self._end_waiting()
        self._show_start()
        self.message.failure(error, tr("Opening was cancelled."))
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
        self.message.failure(error, tr("Verifying was cancelled."))

    def _end_verifying(self) -> None:
        self._verifying = None
        self.page.verify.setEnabled(True)
        self._end_waiting()

    # Builds

    def resume(self) -> None:
        """Go on with the open index's build."""
        if self.info is not None:
            self.builds.resume(self.info)

    def _on_build_begun(self, job: BuildJob) -> None:
        self.page.resume.setEnabled(False)
        if self.info is not None and self.info.path == job.params.output:
            # Its files change now: searching it goes on when it is opened again.
            self.close_index()

    def _on_build_ended(self) -> None:
        self.recent.refresh()
        self.page.resume.setEnabled(True)

    def showEvent(self, event: Any) -> None:
        """The disk may have changed since."""
        super().showEvent(event)
        self.recent.refresh()

    def shut_down(self) -> None:
        """For the plugin's end: nothing of ours stays in QGIS."""
        self._drop_call()
        self.builds.close()


def _nothing(_: object) -> None:
    """Nobody waits for this answer."""
