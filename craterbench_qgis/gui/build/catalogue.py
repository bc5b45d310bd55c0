"""The catalogue of a new index: a layer or a file, what was recognised in it, what to change."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from qgis.core import QgsProject, QgsVectorLayer
from qgis.PyQt.QtCore import Qt, QTimer, pyqtSignal
from qgis.PyQt.QtWidgets import QComboBox, QFileDialog, QFormLayout, QGroupBox, QPushButton

from ...client.failure import CallError
from ...client.service import EngineService
from ...contract.build import CatalogueInfo, CatalogueParams, CatalogueSource, Columns, Selection
from ...contract.columns import size_column
from ...contract.methods import DESCRIBE_CATALOGUE
from ...core.settings import Settings
from ...core.words import quantities
from ...core.words.bodies import body as body_words
from ...i18n import tr
from .. import layer_files
from ..layouts import in_row, narrow_combo
from ..messages import MessageLine
from .column_names import names_in_file

_ROLES = ("id", "lon", "lat", "diameter")
_LAYER, _FILE = "layer", "file"
_DELAY_MS = 350


class CatalogueBox(QGroupBox):
    """Choose a catalogue. ``info`` is what the engine read, None while there is nothing usable."""

    changed = pyqtSignal()

    def __init__(self, engine: EngineService, settings: Settings) -> None:
        super().__init__(tr("Catalogue"))
        self._engine = engine
        self._settings = settings
        self.info: CatalogueInfo | None = None
        self.path = ""
        self.layer_in_file: str | None = None
        self.exported = False
        self._selection = Selection()
        self._mosaics: list[str] = []
        self._asked = 0
        self._filling = False
        self._temporary: Any = None
        self._task: Any = None
        self._make_controls()
        self._timer = QTimer(self, singleShot=True, interval=_DELAY_MS, timeout=self._describe)
        project = QgsProject.instance()
        project.layersAdded.connect(self.refresh_layers)
        project.layersRemoved.connect(self.refresh_layers)
        self.refresh_layers()

    def _make_controls(self) -> None:
        self.source = narrow_combo(16)
        self.source.currentIndexChanged.connect(self._on_source)
        self.browse = QPushButton(tr("File…"), clicked=self._on_browse)
        row = in_row((self.source, 1), self.browse)
        form = QFormLayout(self)
        form.addRow(tr("Layer or file"), row)
        labels = {
            "id": tr("Identifier"),
            "lon": tr("Longitude"),
            "lat": tr("Latitude"),
            "diameter": tr("Diameter"),
        }
        self.columns: dict[str, QComboBox] = {}
        for role in _ROLES:
            self.columns[role] = narrow_combo(12)
            self.columns[role].currentIndexChanged.connect(self._on_column)
            if role != "diameter":
                form.addRow(labels[role], self.columns[role])
        self.unit = narrow_combo(8)
        for text, value in ((tr("unit: auto"), None), (tr("km"), "km"), (tr("m"), "m")):
            self.unit.addItem(text, value)
        self.unit.setAccessibleName(tr("Unit of the diameter"))
        self.unit.currentIndexChanged.connect(self._on_column)
        last = in_row((self.columns["diameter"], 3), (self.unit, 2))
        form.addRow(labels["diameter"], last)
        self.facts, self.message = MessageLine(), MessageLine()
        form.addRow(self.facts)
        form.addRow(self.message)
        self._show_columns([], Columns())

    # The source

    def refresh_layers(self, *_: Any) -> None:
        """List the project's layers again; the choice stays where it still exists."""
        chosen = self.source.currentData()
        files = [self.source.itemData(n) for n in range(self.source.count())]
        self.source.blockSignals(True)
        self.source.clear()
        self.source.addItem(tr("choose…"), None)
        for layer in layer_files.vector_layers():
            self.source.addItem(layer.name(), (_LAYER, layer.id()))
        for kind, path in filter(None, files):
            if kind == _FILE:
                self._add_file_item(path)
        self._select(chosen)
        self.source.blockSignals(False)
        if chosen and self.source.currentData() is None:
            self._on_source()

    def choose_file(self, path: str) -> None:
        """Take a file."""
        if self._index_of((_FILE, path)) < 0:
            self._add_file_item(path)
        self._select((_FILE, path))

    def choose_layer(self, layer_id: str) -> None:
        """Take a layer of the project."""
        self._select((_LAYER, layer_id))

    def name(self) -> str:
        """How the chosen catalogue is called, without a file's ending."""
        kind, value = self.source.currentData() or (_FILE, "")
        return Path(value).stem if kind == _FILE else self.source.currentText()

    def _add_file_item(self, path: str) -> None:
        self.source.addItem(Path(path).name, (_FILE, path))
        self.source.setItemData(self.source.count() - 1, path, Qt.ItemDataRole.ToolTipRole)

    def _index_of(self, data: Any) -> int:
        for row in range(self.source.count()):
            if self.source.itemData(row) == data:
                return row
        return -1

    def _select(self, data: Any) -> None:
        self.source.setCurrentIndex(max(0, self._index_of(data)))

    def _on_browse(self) -> None:
        path, _ = QFileDialog.getOpenFileName(
            self, tr("Crater catalogue"), self._settings.output_folder, layer_files.table_filter()
        )
        if path:
            self.choose_file(path)

    def _on_source(self, *_: Any) -> None:
        self._stop_export()
        self.info, self.path, self.layer_in_file, self.exported = None, "", None, False
        self._asked += 1  # an answer still on its way is of another catalogue
        self.facts.clear_message()
        self.message.clear_message()
        self._show_columns([], Columns())
        choice = self.source.currentData()
        if choice is not None:
            kind, value = choice
            self._take_file(value) if kind == _FILE else self._take_layer(value)
        self.changed.emit()

    def _take_file(self, path: str) -> None:
        self.path = path
        self._describe()

    def _take_layer(self, layer_id: str) -> None:
        layer = QgsProject.instance().mapLayer(layer_id)
        if layer is None:
            return
        file = layer_files.vector_file(layer)
        if file is not None:
            self.path, self.layer_in_file = file.path, file.layer
            self._describe()
            return
        self._temporary = tempfile.TemporaryDirectory(prefix="craterbench-")
        # An entry's source is called after its file.
        path = str(Path(self._temporary.name) / f"{file_name(layer.name())}.gpkg")
        asked = self._asked
        self.message.info(tr("Reading the layer…"))

        def done(written: str) -> None:
            if asked == self._asked:
                self._task = None
                self.path, self.layer_in_file, self.exported = written, "craters", True
                self._describe()

        def failed(text: str) -> None:
            if asked == self._asked:
                self._task = None
                self.message.problem(text)

        self._task = layer_files.export_layer(layer, path, done, failed)

    def _stop_export(self) -> None:
        task, self._task = self._task, None
        if task is not None:
            task.cancel()

    # What is in it

    def set_selection(self, selection: Selection) -> None:
        """Diameters and region of the build, so that the engine counts the craters within."""
        if selection != self._selection:
            self._selection = selection
            if self.path:
                self._timer.start()

    def set_mosaics(self, paths: list[str]) -> None:
        """What the craters are cut from: its body chooses where a table has several."""
        if paths != self._mosaics:
            self._mosaics = list(paths)
            if self.path:
                self._timer.start()

    def suggest(self) -> None:
        """Take the project's only layer of craters, while nothing is chosen."""
        layers = [layer for layer in layer_files.vector_layers() if may_be_craters(layer)]
        if len(layers) == 1 and self.source.currentData() is None:
            self.choose_layer(layers[0].id())

    def source_chosen(self) -> CatalogueSource:
        """What is chosen, for the engine; of the columns only what the user set by hand."""
        chosen = {role: combo.currentData() for role, combo in self.columns.items()}
        columns = Columns(**chosen, diameter_unit=self.unit.currentData())
        return CatalogueSource(self.path, columns, self.layer_in_file)

    def count(self) -> tuple[int, bool]:
        """Craters the build would take, and whether limits were counted."""
        if self.info is None:
            return 0, True
        if self.info.selected is not None:
            return self.info.selected, True
        usable = self.info.rows
        return usable, not self._selection

    def set_columns(self, columns: Columns) -> None:
        """Choices of an earlier build; they are offered even before the file was read."""
        self._filling = True
        for role, combo in self.columns.items():
            wanted = getattr(columns, role)
            if wanted is not None:
                if combo.findData(wanted) < 0:
                    combo.addItem(wanted, wanted)
                combo.setCurrentIndex(combo.findData(wanted))
        self.unit.setCurrentIndex(max(0, self.unit.findData(columns.diameter_unit)))
        self._filling = False
        if self.path:
            self._describe()

    def _on_column(self, *_: Any) -> None:
        if not self._filling and self.path:
            self._timer.start()

    def _describe(self) -> None:
        if not self.path:
            return
        self._timer.stop()
        self._asked += 1
        asked, path = self._asked, self.path
        params = CatalogueParams(self.source_chosen(), self._selection, self._mosaics)
        self.message.info(tr("Reading the catalogue…"))

        def done(info: CatalogueInfo) -> None:
            if asked == self._asked:
                self._show(info)

        def failed(error: CallError) -> None:
            if asked == self._asked:
                self._show_failure(path, error.message)

        self._engine.call(DESCRIBE_CATALOGUE, params, done, failed, owner=self)

    def _show(self, info: CatalogueInfo) -> None:
        self.info = info
        self._show_columns(info.names, info.columns)
        lines = [_facts(info)]
        if info.description:
            lines.append(info.description)
        if info.rejected:
            lines.append(_rejected(info))
        self.facts.info("\n".join(lines))
        self.message.clear_message()
        self.changed.emit()

    def _show_failure(self, path: str, text: str) -> None:
        self.info = None
        self.facts.clear_message()
        if self.columns["lon"].count() <= 1:
            self._show_columns(names_in_file(path), Columns())
        self.message.problem(text)
        self.changed.emit()

    def _show_columns(self, names: list[str], used: Columns) -> None:
        """Fill the combo boxes; the first entry says what is used where nothing is chosen."""
        self._filling = True
        for role, combo in self.columns.items():
            chosen = combo.currentData() if names else None
            combo.clear()
            combo.addItem(_recognised(role, getattr(used, role)) if names else "", None)
            for name in names:
                combo.addItem(name, name)
            combo.setCurrentIndex(max(0, combo.findData(chosen)) if chosen else 0)
            combo.setEnabled(bool(names))
        unit = used.diameter_unit
        text = tr("{what} (auto)").format(what=unit) if unit else tr("unit: auto")
        self.unit.setItemText(0, text)
        self.unit.setEnabled(bool(names))
        if not names:
            self.unit.setCurrentIndex(0)
        self._filling = False

    def close_box(self) -> None:
        """Give up what is under way."""
        self._asked += 1
        self._timer.stop()
        self._stop_export()


def may_be_craters(layer: QgsVectorLayer) -> bool:
    """Whether the layer looks like a catalogue: it has a column that could be a diameter."""
    # A match layer of ours has one, too, and is the answer to a search, not a catalogue.
    if any(key.startswith("craterbench/") for key in layer.customPropertyKeys()):
        return False
    return size_column(layer.fields().names()) is not None


def file_name(name: str) -> str:
    """A layer's name as a file's name without its ending."""
    plain = "".join(c if c.isalnum() or c in "-_. " else "_" for c in name)
    return plain.strip(" .")[:80] or "layer"


def _recognised(role: str, name: str | None) -> str:
    if name:
        return tr("{what} (auto)").format(what=name)
    if role == "id":
        return tr("row number")
    return tr("choose a column…") if role == "diameter" else tr("from the geometry")


def _facts(info: CatalogueInfo) -> str:
    text = tr("Usable craters: {n}").format(n=quantities.number(info.rows))
    if len(info.diameter_m) == 2:
        low, high = (quantities.kilometres(value) for value in info.diameter_m)
        text += " · " + tr("diameters {low} to {high}").format(low=low, high=high)
    if info.body is not None:
        text += " · " + body_words(info.body)
    return text


def _rejected(info: CatalogueInfo) -> str:
    total = quantities.number(sum(info.rejected.values()))
    reasons = "; ".join(f"{why}: {quantities.number(n)}" for why, n in info.rejected.items())
    return tr("Rows left out: {n} ({reasons})").format(n=total, reasons=reasons)
