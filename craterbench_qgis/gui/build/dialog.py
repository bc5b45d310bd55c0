"""Build an index: what from, which views, where to; then the progress and what came of it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from qgis.core import QgsProject
from qgis.PyQt.QtCore import Qt, QTimer, pyqtSignal
from qgis.PyQt.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QGroupBox,
    QScrollArea,
    QStackedWidget,
    QWidget,
)

from ...client.failure import CallError
from ...client.service import AnyCall, EngineService
from ...contract.body import same_body
from ...contract.build import TOKENS, BuildEstimate, BuildParams, IndexInfo, LookParams, Selection
from ...contract.methods import ESTIMATE_BUILD
from ...contract.search import CONTEXTS
from ...core.geo.extent import canvas_region
from ...core.settings import Settings
from ...i18n import tr
from .. import help, layer_files
from ..layouts import in_column, in_row
from ..messages import MessageLine
from . import estimate as build_estimate
from .catalogue import CatalogueBox
from .circles import CirclesBox
from .job import BuildJob
from .mosaics import MosaicsBox
from .options import OptionsBox
from .output import RESUMABLE, OutputBox, OutputState
from .progress import BuildProgress

_DELAY_MS = 150
_FORM_SIZE, _PROGRESS_SIZE = (920, 760), (520, 220)


class BuildDialog(QDialog):
    """Not modal: the map stays usable, and a build goes on when the dialog is closed.

    The job belongs to ``parent``, so the dialog may be deleted any time.
    """

    started = pyqtSignal(object)
    """A BuildJob that was started."""
    open_wanted = pyqtSignal(str)
    """The path of the finished index."""

    def __init__(
        self, iface: Any, engine: EngineService, settings: Settings, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._iface = iface
        self._engine = engine
        self._settings = settings
        self._exporting: Any = None
        self._output = OutputState("no name", "", "")
        self._progress: BuildProgress | None = None
        self._progress_page: QWidget | None = None
        self.setWindowTitle(tr("Build an index"))
        self.mosaics = MosaicsBox(engine, settings)
        self.catalogue = CatalogueBox(engine, settings)
        self.options = OptionsBox(engine, settings, self._canvas_region)
        self.output = OutputBox(settings)
        self.circles = CirclesBox(engine)
        self._forecast: BuildEstimate | None = None
        self._foreseen: LookParams | None = None
        self._counting: AnyCall | None = None
        self.estimate, self.missing = MessageLine(), MessageLine()
        self._timer = QTimer(self, singleShot=True, interval=_DELAY_MS, timeout=self.check)
        self._lay_out()
        self.circles.wanted.connect(self._on_circles)
        for box in (self.mosaics, self.catalogue, self.options, self.output):
            box.changed.connect(self._timer.start)
        self._timer.start()

    def _lay_out(self) -> None:
        form = QWidget()
        left = in_column(self.mosaics, self.options, 1)
        right = in_column(self.catalogue, self.output, 1)
        in_column(in_row((left, 1), (right, 1)), self.circles, on=form)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QScrollArea.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(form)
        self._scroll, self._form = scroll, form
        self._page = QWidget()
        in_column((scroll, 1), self.estimate, self.missing, on=self._page, margins=0)
        self._stack = QStackedWidget()
        self._stack.addWidget(self._page)
        roles = QDialogButtonBox.ButtonRole
        self.buttons = QDialogButtonBox()
        self.build = self.buttons.addButton(tr("Build"), roles.AcceptRole)
        self.close_button = self.buttons.addButton(tr("Close"), roles.RejectRole)
        self.help_button = self.buttons.addButton(tr("Help"), roles.HelpRole)
        self.build.clicked.connect(self.start)
        self.close_button.clicked.connect(self.close)
        self.help_button.clicked.connect(lambda: help.open_help(self, "build"))
        in_column((self._stack, 1), self.buttons, on=self)
        self.resize(*_FORM_SIZE)

    # Filling it in

    def suggest(self) -> None:
        """Start with what the map shows: the topmost raster with local pixels."""
        visible = self._iface.mapCanvas().layers()
        rasters = [layer for layer in visible if layer in layer_files.raster_layers()]
        if rasters and not self.mosaics.paths():
            self.mosaics.add_layer_by_id(rasters[0].id())
        self.catalogue.suggest()

    def prefill(self, params: BuildParams) -> None:
        """An earlier build, to be resumed or made again."""
        self._fill(params.mosaics, params.catalogue.path, params.output, params.nodata)
        selection = params.selection
        self.options.set_all(params.contexts, params.encoder, params.tokens, params.size, selection)
        self.catalogue.set_selection(selection)
        self.catalogue.set_columns(params.catalogue.columns)

    def prefill_from_index(self, info: IndexInfo) -> None:
        """What an unfinished index says of its build; diameters and region it does not."""
        self._fill([source.path for source in info.sources], info.catalogue_source, info.path)
        self.options.set_all(
            info.contexts, info.encoder, info.tokens or TOKENS, info.size, Selection()
        )
        self.options.message.info(
            tr("Diameters and region are not known any more: set them as in the first build.")
        )

    def _fill(
        self, mosaics: list[str], catalogue: str, output: str, nodata: float | None = None
    ) -> None:
        for path in mosaics:
            self.mosaics.add(path, nodata=nodata)
        if catalogue:
            self.catalogue.choose_file(catalogue)
        self.output.set_path(output)
        self._timer.start()

    def params(self) -> BuildParams:
        """What is filled in. ValueError where the context factors are not readable."""
        return BuildParams(
            mosaics=self.mosaics.paths(),
            catalogue=self.catalogue.source_chosen(),
            output=self._output.path,
            selection=self.options.selection(),
            encoder=self.options.encoder_id() or None,
            device=self._settings.device,
            contexts=self.options.context_factors(),
            tokens=self.options.token_count(),
            size=self.options.token_size(),
            nodata=self.mosaics.nodata(),
        )

    # Checking it

    def check(self) -> str:
        """Check everything again; returns what is in the way, "" if nothing is."""
        self._timer.stop()
        self.options.set_body(self.mosaics.body())
        options_problem = self.options.show_problem()
        self.catalogue.set_mosaics(self.mosaics.paths())
        if not options_problem:
            self.catalogue.set_selection(self.options.selection())
        if self.catalogue.info is not None:
            self.output.suggest(self.catalogue.name())
        needed = self._show_estimate(options_problem)
        self._output = self.output.check(needed)
        output_problem = "" if self._output.usable else self._output.text
        problems: list[tuple[QGroupBox, str]] = [
            (self.mosaics, self.mosaics.problem()),
            (self.catalogue, self._catalogue_problem()),
            (self.options, options_problem),
            (self.output, output_problem),
        ]
        # Where it is comes first: the box may be out of sight.
        problem = next((f"{box.title()}: {text}" for box, text in problems if text), "")
        inputs = not any(text for _, text in problems[:3])
        busy = self._exporting is not None
        waiting = self.mosaics.body() is None or self.catalogue.info is None
        self.build.setEnabled(not problem and not waiting and not busy)
        self._foresee(inputs and not waiting)
        resume = self._output.kind == RESUMABLE
        self.build.setText(tr("Resume") if resume else tr("Build"))
        if not problem:
            self.missing.clear_message()
        elif self._is_untouched():
            self.missing.info(problem)  # what comes next is no fault yet
        else:
            self.missing.problem(problem)
        return problem

    def _is_untouched(self) -> bool:
        """Whether mosaic, catalogue or name were not given yet."""
        return not (
            self.mosaics.paths()
            and self.catalogue.source.currentData() is not None
            and self.output.name.text().strip()
        )

    def _inputs(self) -> LookParams:
        return LookParams(
            mosaics=self.mosaics.paths(),
            catalogue=self.catalogue.source_chosen(),
            selection=self.options.selection(),
            contexts=self.options.context_factors(),
            nodata=self.mosaics.nodata(),
        )

    def _foresee(self, complete: bool) -> None:
        """Count what can be cut and look at a few craters, once for every choice of inputs."""
        if not complete:
            self._stop_counting()
            self._foreseen = self._forecast = None
            self.circles.forget()
            return
        params = self._inputs()
        # Circles do not depend on the view's width.
        self.circles.offer(replace(params, contexts=list(CONTEXTS)))
        if params == self._foreseen:
            return
        self._stop_counting()
        self._foreseen, self._forecast = params, None

        def done(forecast: BuildEstimate) -> None:
            self._counting, self._forecast = None, forecast
            self._timer.start()

        def failed(_error: CallError) -> None:
            self._counting = None  # the upper bound stays; what is wrong is said by the boxes

        self._counting = self._engine.call(ESTIMATE_BUILD, params, done, failed, owner=self)

    def _stop_counting(self) -> None:
        call, self._counting = self._counting, None
        if call is not None:
            call.drop()

    def _on_circles(self) -> None:
        self.circles.cut(replace(self._inputs(), contexts=list(CONTEXTS)))

    def _catalogue_problem(self) -> str:
        if self.catalogue.source.currentData() is None:
            return tr("Choose a catalogue.")
        info = self.catalogue.info
        if info is None:
            return self.catalogue.message.plain if self.catalogue.message.is_problem else ""
        body = self.mosaics.body()
        if body is not None and info.body is not None and not same_body(info.body, body):
            text = tr("The catalogue is of {a}, the mosaic of {b}; choose ones that fit.")
            return text.format(a=info.body.name, b=body.name)
        if self.catalogue.count()[0] == 0:
            return tr("No crater lies within these diameters and this region; change them.")
        return ""

    def _show_estimate(self, options_problem: str) -> int:
        """Returns the bytes needed, 0 where nothing is known."""
        if options_problem or self.catalogue.info is None or not self.mosaics.paths():
            self.estimate.clear_message()
            return 0
        craters, exact = self.catalogue.count()
        encoder = self.options.encoder_name()
        estimate = build_estimate.estimate(
            craters,
            len(self.mosaics.paths()),
            len(self.options.context_factors()),
            encoder,
            self.options.token_count(),
            self.options.token_size(),
            build_estimate.remembered_rate(self._settings, self.options.encoder_id()),
            exact,
            self._forecast if self._foreseen == self._inputs() else None,
        )
        self.estimate.info(estimate.text())
        return estimate.size_bytes if exact else 0

    def _canvas_region(self) -> list[float] | None:
        return canvas_region(self._iface.mapCanvas(), self.mosaics.body())

    # Doing it

    def start(self) -> None:
        """Build, if nothing is in the way."""
        if self.check():
            return
        params = self.params()
        self._settings.output_folder = str(Path(params.output).parent)
        if self.catalogue.exported:
            self._export_and_run(params)
        else:
            self.run(params)

    def _export_and_run(self, params: BuildParams) -> None:
        """Keep the layer's craters beside the index: the build may have to be resumed later."""
        choice = self.catalogue.source.currentData()
        layer = QgsProject.instance().mapLayer(choice[1]) if choice else None
        if layer is None:
            self.missing.problem(tr("The layer is not there any more; choose another one."))
            return
        output = Path(params.output)
        path = str(output.with_name(output.stem + "_catalogue.gpkg"))
        self.missing.info(tr("Writing {path}…").format(path=path))

        def done(_path: str) -> None:
            self._exporting = None
            self.run(replace(params, catalogue=replace(params.catalogue, path=path)))

        def failed(text: str) -> None:
            self._exporting = None
            self.check()
            self.missing.problem(text)

        self.build.setEnabled(False)
        self._exporting = layer_files.export_layer(layer, path, done, failed)

    def run(self, params: BuildParams) -> None:
        """Start the build of ``params`` and show its progress."""
        job = BuildJob(self._engine, self._settings, params, self.parent())
        job.start()
        self.started.emit(job)
        self.show_job(job)

    def show_job(self, job: BuildJob) -> None:
        """The progress instead of the form."""
        if self._progress_page is not None:
            self._stack.removeWidget(self._progress_page)
            self._progress_page.deleteLater()
        self._progress_page = QWidget()
        self._progress = BuildProgress(job)
        in_column(self._progress, 1, on=self._progress_page)
        self._progress.open_wanted.connect(self._on_open)
        self._progress.resume_wanted.connect(self.run)
        self._progress.dismissed.connect(self._back)
        self._stack.addWidget(self._progress_page)
        self._stack.setCurrentWidget(self._progress_page)
        self._scroll.setMinimumWidth(0)
        self.resize(*_PROGRESS_SIZE)
        self.build.hide()
        self.close_button.setText(tr("Run in background"))
        job.ended.connect(self._on_ended)
        self._timer.stop()

    def _on_ended(self, _state: str) -> None:
        self.close_button.setText(tr("Close"))

    def _on_open(self, path: str) -> None:
        self.open_wanted.emit(path)
        self.close()

    def _back(self) -> None:
        self._stack.setCurrentWidget(self._page)
        self.resize(*_FORM_SIZE)
        self.build.show()
        self._timer.start()

    def showEvent(self, event: Any) -> None:
        """As wide as the words of this language need."""
        bar = self._scroll.verticalScrollBar().sizeHint().width()
        self._scroll.setMinimumWidth(self._form.minimumSizeHint().width() + bar)
        super().showEvent(event)

    def closeEvent(self, event: Any) -> None:
        """The window's cross; also of a dialog that was never shown."""
        self._give_up()
        super().closeEvent(event)

    def done(self, code: int) -> None:
        """Escape, which sends no close event before Qt 6.3."""
        self._give_up()
        super().done(code)

    def _give_up(self) -> None:
        """Questions that are still open are dropped; a running build goes on."""
        self._timer.stop()
        self.catalogue.close_box()
        self.circles.close_box()
        self._stop_counting()
