"""Find duplicates: within a catalogue or between two, with the looks of mosaics."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from qgis.PyQt.QtCore import pyqtSignal
from qgis.PyQt.QtWidgets import QFormLayout, QScrollArea, QWidget

from ...client.service import EngineService
from ...contract.body import same_body
from ...contract.duplicates import DuplicateParams, DuplicateReport
from ...contract.methods import FIND_DUPLICATES
from ...core.settings import Settings
from ...core.words import review as words
from ...core.words.quantities import number
from ...i18n import tr
from .. import layer_files
from ..build.catalogue import CatalogueBox, file_name
from ..build.mosaics import MosaicsBox
from ..layouts import in_column
from ..scrolling import FormScroll
from .find_options import FindOptions
from .job_dialog import JobDialog, OutputLine, Request, is_same_file

_ANY_HEIGHT = 16777215

Release = Callable[[str, Callable[[], None]], None]


class FindDialog(JobDialog):
    """Writes a review. ``release(path, go)`` lets go of one that is open in the panel, then calls
    ``go``."""

    review_written = pyqtSignal(str, str)
    """The path of the review that was written, and what is in it."""
    gave_up = pyqtSignal(str)
    """Nothing was written to this path."""

    def __init__(
        self,
        engine: EngineService,
        settings: Settings,
        release: Release,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(engine, tr("Find duplicates"), tr("Find"), parent)
        self._settings, self._release = settings, release
        self._suggested = ""
        self._target = ""
        self.catalogue = CatalogueBox(engine, settings)
        self.other = CatalogueBox(engine, settings)
        self.other.setTitle(tr("Compare with a second catalogue"))
        self.other.setCheckable(True)
        self.other.setChecked(False)
        self.mosaics = MosaicsBox(engine, settings)
        self.mosaics.setTitle(tr("Mosaics (without one, position and size decide alone)"))
        self.options = FindOptions(settings)
        self.threshold, self.least = self.options.threshold, self.options.least
        self.output = OutputLine(tr("Review to write"), tr("GeoPackages (*.gpkg)"))
        self._lay_out()
        self.catalogue.changed.connect(self._suggest)
        self.other.changed.connect(self._suggest)
        for box in (self.catalogue, self.other, self.mosaics, self.options):
            box.changed.connect(self.check)
        self.options.changed.connect(self._on_limits)
        self.other.toggled.connect(self._on_other)
        self.output.edit.textChanged.connect(self.check)
        self._on_other(False)
        rasters = layer_files.raster_layers()
        if len(rasters) == 1:
            self.mosaics.add_layer_by_id(rasters[0].id())
        self.check()

    def _lay_out(self) -> None:
        inside = QWidget()
        column = in_column(
            self.catalogue, self.other, self.mosaics, self.options, on=inside, margins=(0, 0, 6, 0)
        )
        form = QFormLayout(fieldGrowthPolicy=QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.addRow(tr("Review file"), self.output)
        column.addStretch(1)
        self.fields.addWidget(FormScroll(inside), 1)
        self.fields.addLayout(form)
        self.resize(580, 700)

    def _on_other(self, on: bool) -> None:
        # A group that is off shows its title only.
        for child in self.other.findChildren(QWidget):
            if child.parent() is self.other and not isinstance(child, QScrollArea):
                child.setVisible(on and not _is_empty_line(child))
        self.other.setMaximumHeight(_ANY_HEIGHT if on else self.fontMetrics().height() * 2)
        self.options.set_two(on)
        self._suggest()
        self.check()

    def _on_limits(self) -> None:
        for box in (self.catalogue, self.other):
            box.set_selection(self.options.selection())

    def _suggest(self) -> None:
        """A name for the review, while the user typed none."""
        if self.output.path() not in ("", self._suggested) or not self.catalogue.name():
            return
        folder = Path(self._settings.output_folder)
        if not folder.is_dir() and self.catalogue.path and not self.catalogue.exported:
            folder = Path(self.catalogue.path).parent
        names = [self.catalogue.name()]
        if self.other.isChecked() and self.other.name():
            names.append(self.other.name())
        self._suggested = str(folder / f"{'_'.join(map(file_name, names))}_duplicates.gpkg")
        self.output.edit.setText(self._suggested)

    def problem_now(self) -> str:
        two = self.other.isChecked()
        if self.catalogue.source.currentData() is None:
            return tr("Choose a catalogue.")
        if two and self.other.source.currentData() is None:
            return tr("Choose the second catalogue, or compare within the first one only.")
        for box in (self.catalogue, *([self.other] if two else [])):
            if box.info is None and box.message.is_problem:
                return tr("{name} cannot be used; it is said above why.").format(name=box.name())
            if box.info is None:
                return tr("{name} is being read…").format(name=box.name())
        if two and self._is_twice_the_same():
            return tr("Both catalogues are the same; choose another, or compare within one only.")
        if self.mosaics.paths() and self.mosaics.problem():
            return self.mosaics.problem()
        return (
            self.options.problem(self.mosaics.paths())
            or self._body_problem()
            or self._output_problem()
        )

    def _is_twice_the_same(self) -> bool:
        first, second = self.catalogue, self.other
        return (first.path, first.layer_in_file) == (second.path, second.layer_in_file)

    def _body_problem(self) -> str:
        boxes = [self.catalogue, *([self.other] if self.other.isChecked() else [])]
        infos = [box.info for box in boxes if box.info is not None]
        bodies = [info.body for info in infos if info.body is not None]
        of_mosaic = self.mosaics.body()
        if of_mosaic is not None:
            bodies.append(of_mosaic)
        if not bodies and not self.mosaics.paths() and not self.options.body_name():
            return tr(
                "Neither the catalogue nor a mosaic says on which body the craters lie: add a "
                "mosaic, or name the body under “More”."
            )
        for other in bodies[1:]:
            if not same_body(bodies[0], other):
                text = tr("The files are of different bodies ({a}, {b}); change one.")
                return text.format(a=bodies[0].name, b=other.name)
        return ""

    def _output_problem(self) -> str:
        taken = [box.path for box in (self.catalogue, self.other) if box.path]
        for path in (*taken, *self.mosaics.paths()):
            if is_same_file(self.output.path(), path):
                text = tr("The review would replace {name}, which is read; name another file.")
                return text.format(name=Path(path).name)
        return self.output.problem((".gpkg",))

    def hint_now(self) -> str:
        first, second = self.catalogue.count()[0], self.other.count()[0]
        if self.other.isChecked():
            text = tr("{a} entries against {b}.").format(a=number(first), b=number(second))
        else:
            text = tr("{n} entries, each against its neighbours.").format(n=number(first))
        if Path(self.output.path()).exists():
            text += " " + tr(
                "{name} is there already: it is found anew, and what was decided in it is kept."
            ).format(name=Path(self.output.path()).name)
        return text

    def before(self, go: Callable[[], None]) -> None:
        """The panel must not hold, or write to, the review that is replaced."""
        self._target = self.output.path()
        self._release(self._target, go)

    def request(self) -> Request:
        options, body = self.options, self.options.body_name() or None
        other = self.other.source_chosen() if self.other.isChecked() else None
        params = DuplicateParams(
            catalogue=replace(self.catalogue.source_chosen(), body=body),
            output=self.output.path(),
            selection=options.selection(),
            other=other,
            mosaics=self.mosaics.paths(),
            other_mosaic=options.twin.currentData() or None,
            other_offset_m=options.offset(),
            nodata=self.mosaics.nodata(),
            threshold=round(options.threshold.value(), 4),
            device=self._settings.device,
        )
        return FIND_DUPLICATES, params

    def show_result(self, result: DuplicateReport) -> None:
        text = words.summary(result, self.other.isChecked())
        self.review_written.emit(result.output, text)
        if result.notes:  # they must be read before they go
            self.form.setEnabled(False)
            self.start_button.hide()
            self.message.info("\n".join([text, *result.notes]))
        else:
            self.accept()

    def show_failure(self) -> None:
        self.gave_up.emit(self._target)

    def done(self, code: int) -> None:
        """Let go of what the boxes have under way."""
        self.catalogue.close_box()
        self.other.close_box()
        super().done(code)


def _is_empty_line(child: QWidget) -> bool:
    """A message that has nothing to say stays hidden."""
    return hasattr(child, "plain") and not child.plain
