"""The catalogue of a new index: a layer or a file, what was recognised in it, what to change."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from qgis.core import QgsProject
from qgis.PyQt.QtCore import Qt, QTimer, pyqtSignal
from qgis.PyQt.QtWidgets import (
    QComboBox,
    QFileDialog,
    QFormLayout,
    QGroupBox,
    QHBoxLayout,
    QPushButton,
    QWidget,
)

from ...core import wording
from ...i18n import tr
from ...protocol import CatalogueInfo
from .. import layer_files
from .column_names import names_in_file
from ..messages import MessageLine

_ROLES = ("id", "lon", "lat", "diameter")
_LAYER, _FILE = "layer", "file"
_DELAY_MS = 350


class CatalogueBox(QGroupBox):
    """Choose a catalogue. ``info`` is what the engine read, None while there is nothing usable."""

    changed = pyqtSignal()

    def __init__(self, engine: Any, settings: Any, parent: QWidget | None = None) -> None:
        super().__init__(tr("Catalogue"), parent)
        self._engine = engine
        self._settings = settings
        self.info: CatalogueInfo | None = None
        self.path = ""
        self.layer_in_file: str | None = None
        self.exported = False
        self._limits: dict[str, Any] = {}
        self._asked = 0
        self._filling = False
        self._temporary: Any = None
        self._task: Any = None
        self._make_controls()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_DELAY_MS)
        self._timer.timeout.connect(self._describe)
        project = QgsProject.instance()
        project.layersAdded.connect(self.refresh_layers)
        project.layersRemoved.connect(self.refresh_layers)
        self.refresh_layers()

    def _make_controls(self) -> None:
        self.source = _combo(16)
        self.source.currentIndexChanged.connect(self._on_source)
        self.browse = QPushButton(tr("File…"))
        self.browse.clicked.connect(self._on_browse)
        row = QHBoxLayout()
        row.addWidget(self.source, 1)
        row.addWidget(self.browse)
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
            self.columns[role] = _combo(12)
            self.columns[role].currentIndexChanged.connect(self._on_column)
            if role != "diameter":
                form.addRow(labels[role], self.columns[role])
        self.unit = _combo(8)
        for text, value in ((tr("unit: auto"), None), (tr("km"), "km"), (tr("m"), "m")):
            self.unit.addItem(text, value)
        self.unit.currentIndexChanged.connect(self._on_column)
        last = QHBoxLayout()
        last.addWidget(self.columns["diameter"], 3)
        last.addWidget(self.unit, 2)
        form.addRow(labels["diameter"], last)
        self.facts, self.message = MessageLine(), MessageLine()
        form.addRow(self.facts)
        form.addRow(self.message)
        self._show_columns([], {})

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
        for one in files:
            if one and one[0] == _FILE:
                self._add_file_item(one[1])
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
        pattern = " ".join("*." + one for one in layer_files.TABLE_FILES)
        path, _ = QFileDialog.getOpenFileName(
            self,
            tr("Crater catalogue"),
            self._settings.output_folder,
            tr("Crater catalogues ({pattern})").format(pattern=pattern)
            + ";;"
            + tr("All files (*)"),
        )
        if path:
            self.choose_file(path)

    def _on_source(self, *_: Any) -> None:
        self._stop_export()
        self.info, self.path, self.layer_in_file, self.exported = None, "", None, False
        self._asked += 1  # an answer still on its way is of another catalogue
        self.facts.clear_message()
        self.message.clear_message()
        self._show_columns([], {})
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
        # Where an entry comes from is told by its file's name.
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

    def set_limits(self, limits: dict[str, Any]) -> None:
        """Diameters and region of the build, so that the engine counts the craters within."""
        if limits != self._limits:
            self._limits = dict(limits)
            if self.path:
                self._timer.start()

    def chosen_columns(self) -> dict[str, Any]:
        """What the user set by hand, for the protocol; what is recognised is left out."""
        chosen = {
            role: combo.currentData()
            for role, combo in self.columns.items()
            if combo.currentData() is not None
        }
        if self.unit.currentData():
            chosen["diameter_unit"] = self.unit.currentData()
        return chosen

    def count(self) -> tuple[int, bool]:
        """Craters the build would take, and whether limits were counted."""
        if self.info is None:
            return 0, True
        if self.info.selected is not None:
            return self.info.selected, True
        usable = self.info.rows
        return usable, not any(value is not None for value in self._limits.values())

    def set_columns(self, columns: dict[str, Any]) -> None:
        """Choices of an earlier build; they are offered even before the file was read."""
        self._filling = True
        for role, combo in self.columns.items():
            wanted = columns.get(role)
            if wanted is not None:
                if combo.findData(wanted) < 0:
                    combo.addItem(wanted, wanted)
                combo.setCurrentIndex(combo.findData(wanted))
        self.unit.setCurrentIndex(max(0, self.unit.findData(columns.get("diameter_unit"))))
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
        params: dict[str, Any] = {"path": path, "columns": self.chosen_columns()}
        if self.layer_in_file:
            params["layer"] = self.layer_in_file
        params.update({name: value for name, value in self._limits.items() if value is not None})
        self.message.info(tr("Reading the catalogue…"))

        def done(result: dict[str, Any]) -> None:
            if asked == self._asked:
                self._show(CatalogueInfo.from_json(result))

        def failed(error: Any) -> None:
            if asked == self._asked:
                self._show_failure(path, error.message)

        self._engine.call("catalogue.describe", params, done=done, failed=failed, owner=self)

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
            self._show_columns(names_in_file(path), {})
        self.message.problem(text)
        self.changed.emit()

    def _show_columns(self, names: list[str], used: dict[str, Any]) -> None:
        """Fill the combo boxes; the first entry says what is used where nothing is chosen."""
        self._filling = True
        for role, combo in self.columns.items():
            chosen = combo.currentData() if names else None
            combo.clear()
            found = used.get(role)
            combo.addItem(_recognised(role, found) if names else "", None)
            for name in names:
                combo.addItem(name, name)
            combo.setCurrentIndex(max(0, combo.findData(chosen)) if chosen else 0)
            combo.setEnabled(bool(names))
        unit = used.get("diameter_unit")
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


def file_name(name: str) -> str:
    """A layer's name as a file's name without its ending."""
    plain = "".join(one if one.isalnum() or one in "-_. " else "_" for one in name)
    return plain.strip(" .")[:80] or "layer"


def _combo(letters: int) -> QComboBox:
    """Long names must not widen the dialog."""
    combo = QComboBox()
    policy = QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
    combo.setSizeAdjustPolicy(policy)
    combo.setMinimumContentsLength(letters)
    return combo


def _recognised(role: str, name: Any) -> str:
    if name:
        return tr("{what} (auto)").format(what=name)
    if role == "id":
        return tr("row number")
    return tr("choose a column…") if role == "diameter" else tr("from the geometry")


def _facts(info: CatalogueInfo) -> str:
    text = tr("Usable craters: {n}").format(n=wording.number(info.rows))
    if len(info.diameter_m) == 2:
        low, high = (wording.kilometres(value) for value in info.diameter_m)
        text += " · " + tr("diameters {low} to {high}").format(low=low, high=high)
    if info.body:
        text += " · " + wording.body(info.body)
    return text


def _rejected(info: CatalogueInfo) -> str:
    total = wording.number(sum(info.rejected.values()))
    reasons = "; ".join(f"{why}: {wording.number(n)}" for why, n in info.rejected.items())
    return tr("Rows left out: {n} ({reasons})").format(n=total, reasons=reasons)
