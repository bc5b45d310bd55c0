"""The tab “Atlas”: colours, lasso, what is pointed at, what is selected, and the view itself."""

from __future__ import annotations

from array import array
from pathlib import Path
from typing import Any

from qgis.core import QgsProject
from qgis.PyQt.QtCore import QSignalBlocker, pyqtSignal
from qgis.PyQt.QtWidgets import QLabel, QPushButton, QToolButton, QWidget

from ...client.failure import CallError
from ...client.service import AnyCall, EngineService
from ...contract.atlas import (
    DIAMETER,
    AtlasAt,
    AtlasAtParams,
    AtlasCrater,
    AtlasInfo,
    AtlasLegend,
    AtlasParams,
    AtlasSelection,
    AtlasSelectParams,
)
from ...contract.build import IndexInfo
from ...contract.columns import name_column
from ...contract.methods import ATLAS_AT, DESCRIBE_ATLAS, SELECT_IN_ATLAS
from ...contract.vocabulary import QueryKind
from ...core.query import QueryRequest
from ...core.words.matches import crater_title
from ...core.words.quantities import kilometres, number, place
from ...i18n import tr
from ..colours import QuietLabel
from ..layouts import in_column, in_row, narrow_combo
from ..messages import MessageLine
from ..results.upgrade import UpgradeBox
from .export import ExportButton
from .legend import Legend
from .make import MakeBox
from .on_map import AtlasOnMap
from .pictures import AtlasPictures
from .view import REACH, AtlasView


class AtlasPanel(QWidget):
    """Asks the engine when it is seen; an index that is only searched costs nothing here."""

    search_wanted = pyqtSignal(object)
    """QueryRequest: craters like the one that was clicked."""

    def __init__(self, iface: Any, engine: EngineService) -> None:
        super().__init__()
        self.setObjectName("CraterBenchAtlas")
        self._engine = engine
        self._index: IndexInfo | None = None
        self._info: AtlasInfo | None = None
        self._calls: dict[str, AnyCall] = {}
        self._selected = array("i")
        self._lasso: list[float] = []
        self._crater: AtlasCrater | None = None
        self.view = AtlasView()
        self.pictures = AtlasPictures(engine, self.view, self)
        self.on_map = AtlasOnMap(iface, QgsProject.instance(), self)
        self.upgrade = UpgradeBox(engine)
        self.make = MakeBox(engine)
        self._make_controls()
        self._connect()
        self._show_state()

    def _make_controls(self) -> None:
        self.message = MessageLine()
        self.colour = narrow_combo(12, objectName="CraterBenchAtlasColour")
        self.colour.setToolTip(tr("What the points are coloured by"))
        self.colour.setAccessibleName(tr("Colour by"))
        self.whole = QToolButton(text=tr("Whole"), objectName="CraterBenchAtlasWhole")
        self.whole.setToolTip(tr("Show all of the atlas (key 0)"))
        self.lasso = QToolButton(
            text=tr("Lasso"), checkable=True, objectName="CraterBenchAtlasLasso"
        )
        self.lasso.setToolTip(
            tr("Draw round the craters to select: also by dragging with the Shift key")
        )
        self.legend = Legend()
        self.pointed = QuietLabel()
        self.pointed.setObjectName("CraterBenchAtlasPointed")
        self.count = QLabel(objectName="CraterBenchAtlasCount")
        self.show_on_map = QPushButton(tr("Show on map"), objectName="CraterBenchAtlasShow")
        self.show_on_map.setToolTip(tr("Select them in the layer of the index's craters, zoom"))
        self.export = ExportButton(self._engine)
        self.clear = QPushButton(tr("Clear"), objectName="CraterBenchAtlasClear")
        self.clear.setToolTip(tr("Select no crater (Escape)"))
        self.like = QPushButton(tr("Search like it"), objectName="CraterBenchAtlasLike")
        self.like.setToolTip(tr("Search with the crater that was clicked"))
        self._bar = QWidget()
        in_row((self.colour, 1), self.lasso, self.whole, on=self._bar, margins=0)
        self._below = QWidget()
        row = in_row((self.count, 1), self.show_on_map, self.export, self.clear)
        crater = in_row((self.pointed, 1), self.like)
        in_column(self.legend, crater, row, on=self._below, margins=0, spacing=4)
        in_column(
            self.message, self.upgrade, self.make, self._bar, (self.view, 1), self._below,
            0,  # takes the room where there is no view
            on=self,
        )  # fmt: skip

    def _connect(self) -> None:
        self.upgrade.upgraded.connect(lambda _path: self.refresh())
        self.make.made.connect(self._on_made)
        self.colour.currentIndexChanged.connect(self._on_colour)
        self.whole.clicked.connect(lambda *_: self.view.show_whole())
        self.lasso.toggled.connect(self.view.set_lasso)
        self.show_on_map.clicked.connect(lambda *_: self._show_on_map())
        self.export.clicked.connect(lambda *_: self._export())
        self.export.wrote.connect(self.message.info)
        self.export.failed.connect(self.message.problem)
        self.clear.clicked.connect(lambda *_: self.select_none())
        self.like.clicked.connect(lambda *_: self._search_like())
        self.pictures.legend.connect(self._on_legend)
        self.pictures.failed.connect(self.message.problem)
        self.view.rested.connect(lambda x, y: self._ask_at(x, y, self._on_pointed))
        self.view.left.connect(self._on_left)
        self.view.clicked.connect(lambda x, y: self._ask_at(x, y, self._on_clicked))
        self.view.lassoed.connect(self._on_lasso)
        self.view.escaped.connect(self.select_none)
        self.on_map.selected.connect(self._on_map_selection)

    # The index

    def set_index(self, info: IndexInfo | None) -> None:
        """The index whose atlas is shown from now on."""
        if info is not None and self._index is not None and info.path == self._index.path:
            same = info.generation == self._index.generation
            self._index = info
            if same:
                return
        self._drop()
        self.upgrade.give_up()
        self.upgrade.hide()
        self.make.give_up()
        self._index, self._info, self._crater = info, None, None
        self._selected, self._lasso = array("i"), []
        self.pictures.set_index("")
        self.on_map.set_index(info)
        self._show_state()
        if self.isVisible():
            self.refresh()

    def refresh(self) -> None:
        """Ask what there is of an atlas."""
        if self._index is not None and "describe" not in self._calls:
            self._call("describe", DESCRIBE_ATLAS, AtlasParams(self._index.path), self._on_info)

    def shut_down(self) -> None:
        """For the plugin's end."""
        self._drop()
        self.make.give_up()
        self.upgrade.give_up()
        self.export.drop()
        self.pictures.drop()
        self.on_map.close()

    def showEvent(self, event: Any) -> None:
        """It may have been made, or have grown old, since."""
        super().showEvent(event)
        self.refresh()

    def hideEvent(self, event: Any) -> None:
        """Nobody sees what is pointed at."""
        super().hideEvent(event)
        self.on_map.hide()

    def _on_made(self, info: AtlasInfo) -> None:
        self._info = None
        self._on_info(info)

    def _on_info(self, info: AtlasInfo) -> None:
        if self._index is None:
            return
        before, self._info = self._info, info
        if before is not None and before.columns != info.columns:  # a kind was named
            self._fill_colours(info.columns)
        if info.craters and (before is None or before.craters != info.craters):
            self.pictures.set_index(self._index.path)
            self._fill_colours(info.columns)
            self._select(array("i"), [])
            self.on_map.read()
        self._show_state()

    def _fill_colours(self, columns: list[str]) -> None:
        wanted = self.colour.currentData()
        names = {DIAMETER: tr("diameter"), "lon": tr("longitude"), "lat": tr("latitude")}
        with QSignalBlocker(self.colour):
            self.colour.clear()
            self.colour.addItem(tr("How many craters"), None)
            for column in columns:
                self.colour.addItem(names.get(column, column), column)
            self.colour.setCurrentIndex(max(0, self.colour.findData(wanted) if wanted else 0))
        self.pictures.colour_by(self.colour.currentData())

    def _show_state(self) -> None:
        """What can be done now, and only that."""
        index, info = self._index, self._info
        there = index is not None and info is not None and info.craters > 0
        for part in (self._bar, self.view, self._below):
            part.setVisible(there)
        self.upgrade.setVisible(False)
        self.make.setVisible(False)
        if index is None:
            self.message.info(tr("No index is open: open or build one in the tab “Index”."))
            return
        self.message.clear_message()
        if info is None:
            return
        if not info.kinds:
            self.upgrade.offer(index.path)
        elif not info.craters:
            words = tr(
                "An atlas shows the craters of this index as points: the more alike two craters "
                "are, the nearer they lie. It is made once, in about a minute, and kept with the "
                "index."
            )
            self.make.offer(index.path, words)
        elif info.lacking:
            words = tr(
                "{n} craters were added after this atlas was made and are not in it. Made again, "
                "all craters get new places."
            )
            self.make.offer(index.path, words.format(n=number(info.lacking)))
        self._show_selection()

    # Colours

    def _on_colour(self, _row: int) -> None:
        self.pictures.colour_by(self.colour.currentData())

    def _on_legend(self, legend: AtlasLegend) -> None:
        self.legend.show_legend(legend, self.colour.currentData())

    # The crater that is pointed at

    def _ask_at(self, x: float, y: float, then: Any) -> None:
        if self._index is not None:
            reach = REACH * self.view.plane.scale
            self._call("at", ATLAS_AT, AtlasAtParams(self._index.path, x, y, reach), then)

    def _on_pointed(self, reply: AtlasAt) -> None:
        crater = reply.crater
        self.view.mark(None if crater is None else (crater.x, crater.y))
        self.pointed.setText("" if crater is None else _words(crater))
        self.view.setToolTip(self.pointed.text())

    def _on_left(self) -> None:
        self._drop("at")
        self._on_pointed(AtlasAt(self._crater))

    def _on_clicked(self, reply: AtlasAt) -> None:
        self._crater = reply.crater
        self._on_pointed(reply)
        self.like.setEnabled(reply.crater is not None)
        if reply.crater is not None:
            self.on_map.show(reply.crater)
        else:
            self.on_map.hide()

    def _search_like(self) -> None:
        crater = self._crater
        if crater is not None:
            self.search_wanted.emit(
                QueryRequest(
                    kind=QueryKind.INDEXED,
                    crater_id=crater.crater_id,
                    lon=crater.lon,
                    lat=crater.lat,
                    diameter_m=crater.diameter_m,
                    label=crater_title(_name(crater), crater.crater_id),
                )
            )

    # Selection

    def select_none(self) -> None:
        """Select no crater, here and on the map."""
        self._select(array("i"), [])
        self.on_map.select([])

    def _on_lasso(self, lasso: list[float]) -> None:
        if self._index is not None:
            params = AtlasSelectParams(self._index.path, lasso)
            self._call("select", SELECT_IN_ATLAS, params, lambda got: self._on_rows(got, lasso))

    def _on_rows(self, selection: AtlasSelection, lasso: list[float]) -> None:
        rows = array("i")
        try:
            rows.frombytes(Path(selection.rows).read_bytes())
        except (OSError, ValueError):  # the session's folder was emptied meanwhile
            self.message.problem(tr("The selection could not be read. Draw it again."))
            return
        self.lasso.setChecked(False)
        self._select(rows, lasso)
        self.on_map.select(rows)

    def _on_map_selection(self, rows: list[int], count: int) -> None:
        self._select(array("i", rows), None, count)

    def _select(self, rows: array[int], lasso: list[float] | None, count: int = 0) -> None:
        """``lasso``: that they lie in; None where they were selected on the map."""
        self.message.clear_message()  # what was said of another selection
        self._selected, self._lasso = rows, lasso or []
        self.pictures.ring(*self._chosen())
        self._show_selection(max(count, len(rows)))

    def _chosen(self) -> tuple[list[float], list[int]]:
        """Lasso and rows: what lies in a lasso needs no rows, however much it is."""
        return self._lasso, [] if self._lasso else list(self._selected)

    def _show_selection(self, count: int | None = None) -> None:
        shown = len(self._selected)
        count = shown if count is None else count
        text = tr("{n} craters selected").format(n=number(count))
        if count > shown:
            text = tr("{n} craters selected, {shown} of them ringed").format(
                n=number(count), shown=number(shown)
            )
        self.count.setText(text if count else tr("No crater selected"))
        self.show_on_map.setEnabled(bool(shown))
        self.export.setEnabled(bool(shown))
        self.clear.setEnabled(bool(shown))
        self.like.setEnabled(self._crater is not None)

    def _show_on_map(self) -> None:
        if self.on_map.add_layer():
            self.on_map.select(self._selected, zoom=True)
        elif self._index is not None:
            text = tr("{path} does not open as a layer. Verify the index.")
            self.message.problem(text.format(path=self._index.catalogue))

    def _export(self) -> None:
        if self._index is not None:
            self.export.ask(self._index, *self._chosen(), len(self._selected))

    # Calls: of each kind the latest counts

    def _call(self, kind: str, method: Any, params: Any, done: Any) -> None:
        self._drop(kind)

        def answered(reply: Any) -> None:
            self._calls.pop(kind, None)
            done(reply)

        def failed(error: CallError) -> None:
            self._calls.pop(kind, None)
            if not error.cancelled:
                self.message.problem(error.in_panel)

        self._calls[kind] = self._engine.call(method, params, answered, failed, owner=self)

    def _drop(self, kind: str | None = None) -> None:
        for name in [kind] if kind is not None else list(self._calls):
            call = self._calls.pop(name, None)
            if call is not None:
                call.drop()


def _name(crater: AtlasCrater) -> str:
    column = name_column(list(crater.attributes))
    return str((crater.attributes.get(column) if column else None) or crater.crater_id)


def _words(crater: AtlasCrater) -> str:
    return " · ".join(
        (_name(crater), kilometres(crater.diameter_m), place(crater.lon, crater.lat, 1))
    )
