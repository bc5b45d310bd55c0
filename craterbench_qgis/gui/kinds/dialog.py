"""Kinds of craters: named by what was decided about matches, shown, written, read, removed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from qgis.core import QgsProject, QgsVectorLayer
from qgis.PyQt.QtCore import Qt, pyqtSignal
from qgis.PyQt.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFileDialog,
    QFormLayout,
    QGroupBox,
    QLabel,
    QMessageBox,
    QPushButton,
    QWidget,
)

from ...client.failure import CallError
from ...client.service import EngineService
from ...contract import names
from ...contract.build import IndexInfo, IndexParams
from ...contract.kinds import (
    MIN_EXAMPLES,
    KeptKind,
    KeptKinds,
    KindName,
    KindParams,
    LearntKindReply,
)
from ...contract.methods import LEARN_KIND, LIST_KINDS, REMOVE_KIND
from ...core import export_plan as plan
from ...core.geo.crs import geographic_crs
from ...core.layers.kind import style_by_probability
from ...core.match_set import MatchSet
from ...core.query import QueryRequest, kind_title
from ...core.words import kinds as words
from ...core.words.matches import set_title
from ...core.words.quantities import number
from ...i18n import tr
from ..export_target import ask_target, start_folder
from ..layer_files import table_filter
from ..layouts import in_column, in_row
from ..review.job_dialog import JobDialog, Request
from .kept import KeptList


class KindsDialog(JobDialog):
    """Kinds of the index ``info``; those of ``match_set``, where there is one and it is of that
    index, can be made a kind."""

    show_wanted = pyqtSignal(object)
    """QueryRequest for the craters of a kind."""

    def __init__(
        self,
        engine: EngineService,
        info: IndexInfo,
        match_set: MatchSet | None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(engine, tr("Kinds of craters"), tr("Learn the kind"), parent)
        self._info = info
        self._set: MatchSet | None = None
        self._job = KindParams(info.path, "")
        self._make_controls()
        self._lay_out()
        self.show_matches(match_set)
        self._list()

    def show_matches(self, match_set: MatchSet | None) -> None:
        """Others are in the gallery now."""
        if self._set is not None:
            self._set.decided.disconnect(self._count)
        is_ours = match_set is not None and match_set.index.index_id == self._info.index_id
        self._set = match_set if is_ours else None
        if self._set is not None:
            self._set.decided.connect(self._count)
            self.name.setEditText(self._shown_kind() or self._name())
        self._count()

    # Widgets

    def _make_controls(self) -> None:
        self.judged = QLabel(wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        self.name = QComboBox(editable=True, accessibleName=tr("Name of the kind"))
        self.name.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.name.lineEdit().setPlaceholderText(tr("Such as “floor-fractured”"))
        self.name.editTextChanged.connect(self._count)
        self.also = QCheckBox(tr("Together with the examples it has already"), checked=True)
        self.also.toggled.connect(self._count)
        self.kinds = KeptList()
        self.kinds.chosen.connect(self._on_chosen)
        self.kinds.itemDoubleClicked.connect(lambda *_: self._show())
        self.show_button = self._button(tr("Show its craters"), self._show)
        self.show_button.setToolTip(tr("In the gallery and on the map, the likeliest first"))
        self.write_button = self._button(tr("Write…"), self._write)
        self.write_button.setToolTip(
            tr("All craters of the index with their probability: a layer, or a table to pass on")
        )
        self.remove_button = self._button(tr("Remove"), self._remove)
        self.read_button = self._button(tr("Read…"), self._read)
        self.read_button.setToolTip(
            tr("A kind from a table: one that was written here, or any list of its craters")
        )

    @staticmethod
    def _button(text: str, act: Any) -> QPushButton:
        return QPushButton(text, autoDefault=False, clicked=lambda *_: act())

    def _lay_out(self) -> None:
        naming = QGroupBox(tr("A kind from these matches"))
        form = QFormLayout(fieldGrowthPolicy=QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.addRow(tr("Name:"), self.name)
        form.addRow("", self.also)
        in_column(self.judged, form, on=naming)
        kept = QGroupBox(tr("Kinds kept beside {index}").format(index=self._info.name))
        buttons = in_row(
            self.show_button, self.write_button, self.remove_button, 1, self.read_button
        )
        in_column((self.kinds, 1), buttons, on=kept)
        self.fields.addWidget(naming)
        self.fields.addWidget(kept, 1)

    # What there is

    def _list(self, select: str = "") -> None:
        params = IndexParams(self._info.path)
        self._engine.call(
            LIST_KINDS, params, lambda there: self._on_listed(there, select), self._on_error,
            owner=self,
        )  # fmt: skip

    def _on_listed(self, there: KeptKinds, select: str) -> None:
        self.kinds.show_kinds(there, select)
        typed = self.name.currentText()
        self.name.blockSignals(True)
        self.name.clear()
        self.name.addItems(self.kinds.names())
        self.name.setEditText(typed or self._shown_kind())
        self.name.blockSignals(False)
        if there.unreadable:
            text = tr("Cannot be read: {names}. Name them again, or remove their files.")
            self.message.problem(text.format(names=", ".join(there.unreadable)))
            return
        said = self.message.plain, self.message.is_problem
        self._count()
        if said[0] and select:
            self.message.problem(said[0]) if said[1] else self.message.info(said[0])

    def _shown_kind(self) -> str:
        """The name of the kind whose craters are shown: its examples are added to."""
        if self._set is None:
            return ""
        shown = self._set.request.base_label or self._set.request.label
        labels = {kind_title(name): name for name in self.kinds.names()}
        return labels.get(shown, "")

    def _on_error(self, error: CallError) -> None:
        self.message.failure(error, "")

    def _on_chosen(self) -> None:
        kind = self.kinds.selected()
        self.remove_button.setEnabled(kind is not None)
        for button in (self.show_button, self.write_button):
            button.setEnabled(kind is not None and bool(kind.yes))

    # Learning

    def _examples(self) -> tuple[list[str], list[str]]:
        """Ids of what is of the kind and of what is not, as it would be learnt now."""
        if self._set is None:
            return [], []
        feedback = self._set.judged()
        yes, no = feedback.accepted, feedback.rejected
        kind = self.kinds.named(self._name())
        if kind is not None and self.also.isChecked():
            judged = {*yes, *no}
            yes = [*(crater for crater in kind.yes if crater not in judged), *yes]
            no = [*(crater for crater in kind.no if crater not in judged), *no]
        return yes, no

    def _name(self) -> str:
        return str(self.name.currentText()).strip()

    def _count(self, *_ignored: Any) -> None:
        there = self.kinds.named(self._name()) is not None
        self.also.setVisible(there)
        if self._set is None:
            self.judged.setText(tr("There are no matches of this index to name a kind by."))
        else:
            feedback = self._set.judged()
            text = tr("{what}: {yes} accepted (of the kind), {no} rejected (not of it).")
            yes, no = number(len(feedback.accepted)), number(len(feedback.rejected))
            self.judged.setText(text.format(what=set_title(self._set.request), yes=yes, no=no))
        self.check()

    def problem_now(self) -> str:
        yes, _ = self._examples()
        if self._set is None:
            return tr("Find analogs of a crater and accept those of the kind, then name it here.")
        if len(yes) < MIN_EXAMPLES:
            text = tr("A kind needs at least {least} examples; {n} are accepted. Accept some more.")
            return text.format(least=MIN_EXAMPLES, n=number(len(yes)))
        if not self._name():
            return tr("Give the kind a name.")
        return ""

    def hint_now(self) -> str:
        yes, no = self._examples()
        if self.kinds.named(self._name()) is not None and not self.also.isChecked():
            return tr("The examples that it has already are replaced.")
        text = tr("To learn from: {yes} examples, {no} that are not of it.")
        return text.format(yes=number(len(yes)), no=number(len(no)))

    def start(self) -> None:
        """Learn the kind of the matches."""
        self._job = KindParams(self._info.path, self._name(), *self._examples())
        super().start()

    def _begin(self, job: KindParams) -> None:
        """Something for which nothing that is typed has to be right."""
        self._job = job
        self._set_running(True)
        self._send()

    def request(self) -> Request:
        return LEARN_KIND, self._job

    def show_result(self, result: LearntKindReply) -> None:
        self.start_button.setEnabled(not self.problem_now())
        if result.files:
            self._on_written(result.files[0])
            return
        said, doubts = list(words.learnt(result)), list(words.doubts(result))
        show = self.message.problem if doubts else self.message.info
        show(" ".join([*said, *doubts]))
        self._list(select=self._job.name)

    def show_failure(self) -> None:
        self.start_button.setEnabled(not self.problem_now())

    # Kinds there are

    def _show(self) -> None:
        kind = self.kinds.selected()
        if kind is not None and kind.yes:
            self.show_wanted.emit(QueryRequest.of_kind(kind))

    def _write(self) -> None:
        kind = self.kinds.selected()
        if kind is None:
            return
        name = f"{names.in_words(self._info.name)}_{names.in_words(kind.name)}"
        title = tr("Write the craters of “{kind}”").format(kind=kind.name)
        target = ask_target(self, title, name, (plan.VECTOR, plan.TABLE))
        if target is None:
            return
        if target.problem:
            self.message.problem(target.problem)
            return
        wanted = {"output": target.path, "overwrite": target.overwrite}
        self._begin(KindParams(self._info.path, kind.name, **wanted))  # type: ignore[arg-type]

    def _on_written(self, path: str) -> None:
        text = tr("Written: {name}").format(name=Path(path).name)
        layer = _layer_of(path, self._info)
        if layer is not None:
            QgsProject.instance().addMapLayer(layer)
            text += ". " + tr("It is on the map, drawn by its probability.")
        self.message.info(text)

    def _read(self) -> None:
        path, _ = QFileDialog.getOpenFileName(
            self, tr("A table of examples"), start_folder(), table_filter()
        )
        if not path:
            return
        name = self._name()
        if not name or self.kinds.named(name) is not None:
            name = self._free_name(names.in_words(Path(path).stem) or tr("kind"))
        self._begin(KindParams(self._info.path, name, table=path))

    def _free_name(self, name: str) -> str:
        taken, count = set(self.kinds.names()), 1
        free = name
        while free in taken:
            count += 1
            free = f"{name} {count}"
        return free

    def _remove(self) -> None:
        kind = self.kinds.selected()
        if kind is None or not self._is_sure(kind):
            return
        self._engine.call(
            REMOVE_KIND, KindName(self._info.path, kind.name), lambda _: self._on_removed(kind),
            self._on_error, owner=self,
        )  # fmt: skip

    def _is_sure(self, kind: KeptKind) -> bool:
        text = tr("Remove the kind “{name}” and its {n} examples? What was found by it stays.")
        count = number(len(kind.yes) + len(kind.no))
        buttons = QMessageBox.StandardButton
        answer = QMessageBox.question(
            self, self.windowTitle(), text.format(name=kind.name, n=count),
            buttons.Yes | buttons.No, buttons.No,
        )  # fmt: skip
        return bool(answer == buttons.Yes)

    def _on_removed(self, kind: KeptKind) -> None:
        if self._name() == kind.name:
            self.name.setEditText("")
        self.message.clear_message()
        self._list()

    def done(self, code: int) -> None:
        """Let go of the match set."""
        if self._set is not None:
            self._set.decided.disconnect(self._count)
            self._set = None
        super().done(code)


def _layer_of(path: str, info: IndexInfo) -> QgsVectorLayer | None:
    """The layer that was written, drawn by probability; None for what is no layer of points."""
    source = f"{path}|layername=craters" if path.lower().endswith(".gpkg") else path
    layer = QgsVectorLayer(source, Path(path).stem, "ogr")
    if not layer.isValid() or not layer.isSpatial():
        return None
    layer.setCrs(geographic_crs(info.body, QgsProject.instance().crs()))
    style_by_probability(layer)
    return layer
