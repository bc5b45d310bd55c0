"""Matches to files: which of them, in which format, where; then the folder or the map."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from qgis.core import QgsProject, QgsVectorLayer, QgsWkbTypes
from qgis.PyQt.QtCore import QUrl, pyqtSignal
from qgis.PyQt.QtGui import QDesktopServices
from qgis.PyQt.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QComboBox,
    QFileDialog,
    QFormLayout,
    QLineEdit,
    QPushButton,
    QRadioButton,
    QWidget,
)

from ..client.service import EngineService
from ..contract.search import Files
from ..contract.vocabulary import Outline
from ..core import export_plan as plan
from ..core.geo.crs import geographic_crs
from ..core.layers.style import apply_style, write_style
from ..core.match_set import MatchSet
from ..core.settings import Settings
from ..core.words.quantities import number
from ..i18n import tr
from .count_area import CountAreaChoice
from .layouts import in_column, in_row
from .messages import MessageLine
from .review.job_dialog import JobDialog, Request

_WHAT = ("accepted", "shown", "selected", "all")


class ExportDialog(JobDialog):
    """Writes matches of ``match_set`` through the engine. ``shown``, ``selected``: rows."""

    exported = pyqtSignal(list)
    """Paths of the files that were written."""

    def __init__(
        self,
        engine: EngineService,
        settings: Settings,
        match_set: MatchSet,
        shown: Iterable[int] = (),
        selected: Iterable[int] = (),
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(engine, tr("Export matches"), tr("Export"), parent)
        self._settings, self._set = settings, match_set
        self._shown, self._selected = list(shown), list(selected)
        self._path, self._style = "", ""  # of what is written just now
        self._scores: list[float] = []
        self._written: list[str] = []
        self._over = False
        self._make_controls()
        self._lay_out()
        match_set.decided.connect(self._count)
        self._count()
        self._choose_first()
        self._on_format()

    # Widgets

    def _make_controls(self) -> None:
        self._group = QButtonGroup(self)
        self.choices: dict[str, QRadioButton] = {}
        for what in _WHAT:
            self.choices[what] = QRadioButton()
            self._group.addButton(self.choices[what])
            self.choices[what].toggled.connect(self.check)
        self.format = QComboBox()
        for known in plan.FORMATS:
            self.format.addItem(plan.format_name(known.key), known.key)
        for n in range(len(plan.FORMATS) - 1, 0, -1):
            kinds = {plan.FORMATS[n].kind, plan.FORMATS[n - 1].kind}
            if len(kinds) > 1 and kinds != {plan.VECTOR, plan.TABLE}:
                self.format.insertSeparator(n)
        last = self.format.findData(str(self._settings.value("export/format", "gpkg")))
        self.format.setCurrentIndex(max(0, last))
        self.format.currentIndexChanged.connect(self._on_format)
        self.geometry_box = QComboBox()
        self.geometry_box.addItem(tr("Circles of true size on the ground"), Outline.CIRCLE)
        self.geometry_box.addItem(tr("Centre points"), Outline.POINT)
        self.area = CountAreaChoice()
        self.area.changed.connect(self.check)
        self.style = QCheckBox(tr("Write the style beside it (.qml)"), checked=True)
        self.path = QLineEdit()
        project = QgsProject.instance().absolutePath()
        folder = Path(plan.start_folder(project, str(self._settings.value("export/folder", ""))))
        self.path.setText(str(folder / plan.file_name(self._set.request.label, self._format())))
        self.path.textChanged.connect(self._on_path)
        self.replace = QCheckBox(tr("Replace the file that is there"), toggled=self.check)
        self.note = MessageLine()
        self.export_button = self.start_button
        self.open_folder = QPushButton(tr("Open folder"), clicked=self._open_folder)
        self.add_to_map = QPushButton(tr("Add to map"), clicked=self._show_result)

    def _lay_out(self) -> None:
        form = QFormLayout(fieldGrowthPolicy=QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        choices = in_column(*(self.choices[what] for what in _WHAT), spacing=2)
        form.addRow(tr("Matches:"), choices)
        form.addRow(tr("Format:"), self.format)
        form.addRow("", self.note)
        form.addRow(tr("Geometry:"), self.geometry_box)
        form.addRow(tr("Area:"), self.area)
        form.addRow("", self.style)
        browse = QPushButton(tr("Browse…"), autoDefault=False, clicked=self._browse)
        form.addRow(tr("File:"), in_row((self.path, 1), browse))
        form.addRow("", self.replace)
        self.fields.addLayout(form)
        for place, button in enumerate((self.open_folder, self.add_to_map)):
            button.setAutoDefault(False)
            button.hide()
            self.row.insertWidget(place, button)

    # State

    def _format(self) -> plan.Format:
        return plan.BY_KEY[self.format.currentData() or "gpkg"]

    def what(self) -> str:
        """accepted, shown, selected or all."""
        return next(what for what in _WHAT if self.choices[what].isChecked())

    def rows(self) -> list[int]:
        """The rows that will be written."""
        return plan.rows_of(self._set, self.what(), self._shown, self._selected)

    def _count(self, *_ignored: Any) -> None:
        texts = {
            "accepted": tr("Accepted ({n})"),
            "shown": tr("Shown in the list ({n})"),
            "selected": tr("Selected ({n})"),
            "all": tr("All ({n})"),
        }
        for what, button in self.choices.items():
            count = len(plan.rows_of(self._set, what, self._shown, self._selected))
            button.setText(texts[what].format(n=number(count)))
            button.setEnabled(count > 0)
        self.check()

    def _choose_first(self) -> None:
        order = ("accepted", "selected", "shown", "all")
        if len(self._selected) == 1:  # a match is selected as soon as it is viewed
            order = ("accepted", "shown", "selected", "all")
        first = next((what for what in order if self.choices[what].isEnabled()), "all")
        self.choices[first].setChecked(True)

    def _on_format(self, *_ignored: Any) -> None:
        chosen = self._format()
        is_vector = chosen.kind == plan.VECTOR
        self.geometry_box.setEnabled(is_vector)
        self.style.setEnabled(is_vector)
        for widget in (self.area, self._form.layout().labelForField(self.area)):
            widget.setVisible(chosen.key in plan.COUNTS)
        note = plan.format_note(chosen.key)
        self.note.info(note)
        self.path.setText(plan.with_ending(self.path.text(), chosen))
        self.check()

    def _on_path(self, *_ignored: Any) -> None:
        self.replace.setChecked(False)
        asked = plan.format_of(self.path.text())
        if asked is not None and asked.key != self._format().key:
            self.format.setCurrentIndex(self.format.findData(asked.key))
        self.check()

    def problem_now(self) -> str:
        if self._group.checkedButton() is not None and not self.rows():
            return tr("There are no such matches. Choose others.")
        return plan.problem_with(self.path.text(), self._format())

    def check(self, *_ignored: Any) -> None:
        """Say what is wrong before anything is asked of the engine."""
        if self.running:
            return
        problem = self.problem_now()
        exists = not problem and Path(self.path.text().strip()).exists()
        self.replace.setVisible(exists)
        if problem:
            self.message.problem(problem)
        elif self.message.is_problem:
            self.message.clear_message()
        self.start_button.setEnabled(not problem and (not exists or self.replace.isChecked()))

    def _browse(self) -> None:
        chosen = self._format()
        # Without a filter the native dialog adds no second suffix of its own.
        path, _ = QFileDialog.getSaveFileName(
            self, tr("Export matches"), self.path.text(), f"*{chosen.ending}"
        )
        if path:
            self._take(path)

    def _take(self, path: str) -> None:
        """A path the file dialog gave; it has asked about replacing that very file."""
        chosen = plan.format_of(path) or self._format()
        self.path.setText(plan.with_ending(path, chosen))
        self.replace.setChecked(self.path.text() == path and Path(path).exists())

    # Writing

    def start(self) -> None:
        """Begin to write; the answer comes as :attr:`exported` or as a sentence in the dialog."""
        self.check()
        if self.start_button.isEnabled():
            super().start()

    def before(self, go: Callable[[], None]) -> None:
        """What was written before is not spoken of any more."""
        self._written = []
        self._show_ways()
        go()

    def request(self) -> Request:
        chosen, self._path = self._format(), self.path.text().strip()
        outline = Outline(self.geometry_box.currentData())
        rows, path = self.rows(), self._path
        counts = chosen.key in plan.COUNTS
        area = self.area.area(self._set.index.body) if counts else None
        request = plan.call_of(self._set, rows, self.what(), path, chosen, outline, area)
        self._settings.set_value("export/format", chosen.key)
        self._settings.set_value("export/folder", str(Path(self._path).parent))
        style = "points" if outline is Outline.POINT else "matches"
        self._style = style if chosen.kind == plan.VECTOR and self.style.isChecked() else ""
        self._scores = [self._set.matches[row].score for row in rows]
        return request

    def show_result(self, result: Files) -> None:
        files = list(result.files) or [self._path]
        problem = ""
        if self._style:
            beside = str(Path(self._path).with_suffix(".qml"))
            try:
                write_style(beside, self._style, self._scores)
                files.append(beside)
            except OSError as error:
                problem = tr("The style could not be written: {reason}.").format(
                    reason=error.strerror or error
                )
        self._written = files
        self._show_ways()
        self.replace.setChecked(False)
        self.check()
        done = tr("Written: {name}").format(name=Path(files[0]).name)
        if len(files) > 1:
            done += " " + tr("and {n} more beside it").format(n=number(len(files) - 1))
        if result.counted is not None:
            area, of = number(result.area_km2 or 0.0), number(len(self._scores))
            text = tr("{counted} of {n} craters count on {area} km²")
            done += ". " + text.format(counted=number(result.counted), n=of, area=area)
        self.message.info(f"{done}. {problem}".strip())
        self.exported.emit(files)

    def show_failure(self) -> None:
        self.start_button.setEnabled(not self.problem_now())

    def _show_ways(self) -> None:
        """What can be done with what was written."""
        self.open_folder.setVisible(bool(self._written))
        opens = self._format().kind == plan.SHEET
        self.add_to_map.setText(tr("Open") if opens else tr("Add to map"))
        self.add_to_map.setVisible(bool(self._written) and _can_show(self._written[0]))

    def done(self, code: int) -> None:
        """Let go of the match set."""
        if not self._over:
            self._over = True
            self._set.decided.disconnect(self._count)
        super().done(code)

    # Afterwards

    def _open_folder(self) -> None:
        if self._written:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(Path(self._written[0]).parent)))

    def _show_result(self) -> None:
        if not self._written:
            return
        path = self._written[0]
        if path.lower().endswith((".png", ".pdf")):
            QDesktopServices.openUrl(QUrl.fromLocalFile(path))
            return
        layer = exported_layer(path, self._set)
        if layer is None:
            self.message.problem(
                tr("{name} cannot be shown on the map. Look at it in its folder.").format(
                    name=Path(path).name
                )
            )
            return
        QgsProject.instance().addMapLayer(layer)
        self.message.info(tr("{name} is in the layer list now.").format(name=layer.name()))


def _can_show(path: str) -> bool:
    return not path.lower().endswith((".scc", ".diam"))


def exported_layer(path: str, match_set: MatchSet) -> QgsVectorLayer | None:
    """A layer of an exported file, styled as the matches are; None where it cannot be read."""
    source = f"{path}|layername=matches" if path.lower().endswith(".gpkg") else path
    layer = QgsVectorLayer(source, Path(path).stem, "ogr")
    if not layer.isValid():
        return None
    if layer.isSpatial():
        # QGIS 3.22 does not know the IAU's codes as newer GDALs write them into files.
        layer.setCrs(geographic_crs(match_set.index.body, QgsProject.instance().crs()))
    if layer.isSpatial() and layer.fields().indexOf("score") >= 0:
        is_point = layer.geometryType() == QgsWkbTypes.GeometryType.PointGeometry
        scores = [match.score for match in match_set.matches]
        apply_style(layer, "points" if is_point else "matches", scores)
    return layer
