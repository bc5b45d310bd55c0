"""The builds of the tab "Index": begun, resumed, shown while they run, and how they ended."""

from __future__ import annotations

from typing import Any

from qgis.core import Qgis
from qgis.PyQt.QtCore import QObject, pyqtSignal
from qgis.PyQt.QtWidgets import QVBoxLayout, QWidget

from ...client.service import EngineService
from ...contract import names
from ...contract.build import BuildParams, IndexInfo
from ...core.settings import Settings
from ...i18n import tr
from ..build.dialog import BuildDialog
from ..build.job import DONE, FAILED, RUNNING, BuildJob, pending_builds
from ..build.progress import BuildProgress


class IndexBuilds(QObject):
    """At most one build runs. ``place``: where its progress is shown in ``panel``."""

    open_wanted = pyqtSignal(str)
    """The path of a finished index."""
    begun = pyqtSignal(object)
    """The BuildJob."""
    ended = pyqtSignal()

    def __init__(
        self, iface: Any, engine: EngineService, settings: Settings, panel: QWidget
    ) -> None:
        super().__init__(panel)
        self._iface, self._engine, self._settings = iface, engine, settings
        self._panel = panel
        self.place = QVBoxLayout()
        self.job: BuildJob | None = None
        self._job_view: BuildProgress | None = None
        self._dialog: BuildDialog | None = None

    def build(self) -> None:
        """Show the dialog, or the build that runs."""
        dialog = self._new_dialog()
        if self.is_building and self.job is not None:
            dialog.show_job(self.job)
        else:
            dialog.suggest()
        dialog.show()
        dialog.raise_()

    def resume(self, info: IndexInfo) -> None:
        """Go on with the build of an index, by what is remembered of it, or by asking."""
        if self.is_building:
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
        if self.is_building:
            return
        job = BuildJob(self._engine, self._settings, params, self)
        job.start()
        self._take_job(job)

    def _new_dialog(self) -> BuildDialog:
        if self._dialog is not None:
            self._dialog.close()
            self._dialog.deleteLater()
        self._dialog = BuildDialog(self._iface, self._engine, self._settings, self._panel)
        self._dialog.started.connect(self._take_job)
        self._dialog.open_wanted.connect(self.open_wanted)
        return self._dialog

    @property
    def is_building(self) -> bool:
        """Whether a build runs."""
        return self.job is not None and self.job.state == RUNNING

    def _take_job(self, job: BuildJob) -> None:
        self.drop_job()
        self.job = job
        job.ended.connect(self._on_build_ended)
        self._job_view = BuildProgress(job)
        self._job_view.open_wanted.connect(self.open_wanted)
        self._job_view.resume_wanted.connect(self.run)
        self._job_view.dismissed.connect(self.drop_job)
        self.place.addWidget(self._job_view)
        self.begun.emit(job)

    def drop_job(self) -> None:
        """Take a build that has ended off the panel."""
        view, self._job_view = self._job_view, None
        if view is not None:
            self.place.removeWidget(view)
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
        self.ended.emit()
        in_front = self._dialog is not None and self._dialog.isVisible()
        if in_front or self._panel.isVisible():
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

    def close(self) -> None:
        """For the plugin's end."""
        if self._dialog is not None:
            self._dialog.close()
        if self.job is not None:
            self.job.close()


def _inputs_exist(params: BuildParams) -> bool:
    files = [*params.mosaics, params.catalogue.path]
    return all(names.is_there(path) for path in files)
