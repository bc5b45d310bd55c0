"""What is searched for, and under which conditions: above the gallery, always in sight."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from qgis.core import QgsVectorLayer
from qgis.PyQt.QtCore import pyqtSignal
from qgis.PyQt.QtWidgets import (
    QCheckBox,
    QComboBox,
    QLabel,
    QMenu,
    QSizePolicy,
    QToolButton,
    QWidget,
)

from ...client.service import EngineService
from ...contract.build import IndexInfo, IndexParams
from ...contract.methods import LIST_KINDS
from ...contract.vocabulary import Likeness, Question
from ...core.geo.extent import canvas_region
from ...core.geo.region import NoRegion, box_wkt, polygons_wkt
from ...core.layers.catalogue import source_of_catalogue
from ...core.query import Conditions
from ...core.words import conditions as words
from ...i18n import tr
from ..layouts import in_column, in_row
from ..messages import MessageLine
from .chips import ChipRow
from .condition_editor import ConditionEditor
from .upgrade import UpgradeBox


class QuestionBar(QWidget):
    """``conditions`` say what the next query asks; ``iface``: QgisInterface."""

    changed = pyqtSignal()
    """By the user: what was asked last is to be asked again under the new conditions."""
    kinds_wanted = pyqtSignal()

    def __init__(self, iface: Any, engine: EngineService) -> None:
        super().__init__()
        self._iface, self._engine = iface, engine
        self._info: IndexInfo | None = None
        self._index_id = ""
        self._described: set[str] = set()
        self.conditions = Conditions()
        self._make()
        self._connect()
        self.set_index(None)

    def set_index(self, info: IndexInfo | None) -> None:
        """The index that is asked; without one there is nothing to say."""
        if info is not None and info.index_id != self._index_id:
            # A place or a column of one index means nothing in another.
            self._index_id, self.conditions = info.index_id, Conditions()
        self._info = info
        self.setVisible(info is not None)
        self.editor.hide()
        self.message.clear_message()
        self.upgrade.hide()
        self.editor.set_columns(_columns(info) if info is not None else [])
        self._show()

    def show_conditions(self, conditions: Conditions) -> None:
        """Show the conditions of the query whose matches are shown; nothing is emitted."""
        self.conditions = conditions
        self.editor.hide()
        self.message.clear_message()
        self._show()

    def offer_upgrade(self) -> None:
        """The index cannot answer for analogs: say what can be done."""
        if self._info is not None:
            self._described.discard(self._info.path)
            self.upgrade.offer(self._info.path)

    # Making

    def _make(self) -> None:
        self.find = QComboBox(objectName="CraterBenchFind")
        for question in Question:
            self.find.addItem(words.question_name(question), question)
        self.find.setToolTip(
            tr(
                "The same crater: have we seen it before? Analogs: craters of the same kind, at "
                "any angle and mirrored"
            )
        )
        self.find.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.find.setMinimumContentsLength(12)
        self.any_angle = QCheckBox(tr("any angle"))
        self.any_angle.setToolTip(
            tr("For a picture that may be turned: all orientations are tried")
        )
        self.by = QComboBox(objectName="CraterBenchBy")
        for likeness in (Likeness.BOTH, Likeness.RELIEF, Likeness.LOOKS):
            self.by.addItem(words.likeness_name(likeness), likeness)
        self.by.setToolTip(
            tr(
                "Relief: the shape, as the picture shows it. Looks: bright and dark, as in the "
                "mosaic. Refined analogs are by both"
            )
        )
        label = QLabel(tr("Find"))
        label.setBuddy(self.find)
        top = in_row(label, (self.find, 1), spacing=4)
        self.add = QToolButton()
        self.add.setObjectName("CraterBenchAddCondition")
        self.add.setText(tr("+ Condition"))
        self.add.setAutoRaise(True)
        self.add.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.add.setToolTip(tr("Search only among some of the craters"))
        self.menu = QMenu(self.add)
        self.add.setMenu(self.menu)
        self.kinds = QToolButton(text=tr("Kinds…"), objectName="CraterBenchKindsButton")
        self.kinds.setToolTip(
            tr("Name a kind of craters by the accepted matches; those there are (key K)")
        )
        self.chips = ChipRow((self.any_angle, self.by, self.kinds), (self.add,))
        self.editor = ConditionEditor()
        self.message = MessageLine()
        self.upgrade = UpgradeBox(self._engine)
        in_column(
            top, self.chips, self.editor, self.message, self.upgrade, on=self, margins=0, spacing=4
        )

    def _connect(self) -> None:
        self.find.activated.connect(self._on_question)
        self.by.activated.connect(self._on_question)
        self.any_angle.clicked.connect(self._on_question)
        self.kinds.clicked.connect(lambda *_: self.kinds_wanted.emit())
        self.menu.aboutToShow.connect(self._fill_menu)
        self.chips.edit_wanted.connect(self._edit)
        self.chips.removed.connect(lambda key: self._take(words.without(self.conditions, key)))
        self.editor.applied.connect(self._take)
        self.upgrade.upgraded.connect(self._on_upgraded)

    # What the user does

    def _on_question(self, *_: Any) -> None:
        analogs = replace(self.conditions.analogs, by=Likeness(self.by.currentData()))
        asked = replace(
            self.conditions,
            find=Question(self.find.currentData()),
            any_angle=self.any_angle.isChecked(),
            analogs=analogs,
        )
        if asked != self.conditions:
            self._take(asked)

    def _take(self, conditions: Conditions) -> None:
        self.message.clear_message()
        self.editor.hide()
        if conditions == self.conditions:
            return
        self.conditions = conditions
        self._show()
        self.changed.emit()

    def _edit(self, key: str) -> None:
        self.message.clear_message()
        if key == words.REGION:
            self.menu.popup(self.add.mapToGlobal(self.add.rect().bottomLeft()))
        elif key != words.PLACE:
            self.editor.open(key, self.conditions)
            if key == words.KIND and self._info is not None:
                self._engine.call(
                    LIST_KINDS,
                    IndexParams(self._info.path),
                    lambda there: self.editor.set_kinds([kind.name for kind in there.kinds]),
                    lambda error: self.editor.set_kinds([], error.in_panel),
                    owner=self,
                )

    def _fill_menu(self) -> None:
        self.menu.clear()
        entries = (
            (words.SIZES, tr("Size relative to the query…")),
            (words.DIAMETER, tr("Diameter…")),
            (words.PIXELS, tr("Pixels across…")),
            (words.LATITUDE, tr("Latitude…")),
            (words.DISTANCE, tr("Distance from the query…")),
            (words.KIND, tr("Kind…")),
            (words.WHERE, tr("Columns of the catalogue…")),
        )
        for key, text in entries:
            action = self.menu.addAction(text)
            action.triggered.connect(lambda _=False, key=key: self._edit(key))
        self.menu.addSeparator()
        self.menu.addAction(tr("Where the map is now")).triggered.connect(
            lambda *_: self._take_map()
        )
        self.menu.addAction(tr("Within the selected polygons")).triggered.connect(
            lambda *_: self._take_selection()
        )
        if self.conditions.find is Question.ANALOGS and self.conditions.analogs.same_place:
            self.menu.addAction(tr("Not the same place")).triggered.connect(
                lambda *_: self._leave_place_out()
            )

    def _leave_place_out(self) -> None:
        analogs = replace(self.conditions.analogs, same_place=False)
        self._take(replace(self.conditions, analogs=analogs))

    def _take_map(self) -> None:
        body = self._info.body if self._info is not None else None
        bounds = canvas_region(self._iface.mapCanvas(), body)
        if bounds is None:
            self.message.problem(tr("The map does not show this body. Open a mosaic of it."))
            return
        self._take(words.with_filters(self.conditions, region=box_wkt(*bounds)))

    def _take_selection(self) -> None:
        body = self._info.body if self._info is not None else None
        try:
            region = polygons_wkt(self._iface.activeLayer(), body)
        except NoRegion as problem:
            self.message.problem(str(problem))
            return
        self._take(words.with_filters(self.conditions, region=region))

    def _on_upgraded(self, path: str) -> None:
        self._described.add(path)
        self.changed.emit()

    # What is shown

    def _show(self) -> None:
        asked = self.conditions
        is_same = asked.find is Question.SAME
        self.find.setCurrentIndex(self.find.findData(asked.find))
        self.by.setCurrentIndex(self.by.findData(asked.analogs.by))
        self.any_angle.setChecked(asked.any_angle)
        self.any_angle.setVisible(is_same)
        self.by.setVisible(not is_same)
        self.kinds.setVisible(not is_same)
        self.chips.show_pieces(words.pieces(asked))
        info = self._info
        # Looks gain nothing by shading, both a little: only who asks for relief is told.
        gains = asked.analogs.by is Likeness.RELIEF and info is not None and info.without_shading
        if info is None or is_same or info.path in self._described or (info.kinds and not gains):
            self.upgrade.hide()
        else:
            self.upgrade.offer(info.path, anew=bool(info.kinds))


def _columns(info: IndexInfo) -> list[str]:
    """The columns of the index's catalogue, as a condition names them."""
    if not info.catalogue or not Path(info.catalogue).is_file():
        return []
    layer = QgsVectorLayer(source_of_catalogue(info.catalogue), "craters", "ogr")
    hidden = ("fid", "crater_row")
    return [name for name in layer.fields().names() if name not in hidden]
