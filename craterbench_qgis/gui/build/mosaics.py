"""The mosaics of a new index, each a further observation of the craters."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qgis.core import QgsProject
from qgis.PyQt.QtCore import Qt, pyqtSignal
from qgis.PyQt.QtWidgets import (
    QFileDialog,
    QGroupBox,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QMenu,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from ...core import wording
from ...i18n import tr
from ...protocol import MosaicInfo
from .. import layer_files
from ..messages import MessageLine, problem_colour

_ROWS_SHOWN = 3
_SAME_BODY = 0.005


@dataclass
class _Mosaic:
    path: str
    name: str
    nodata: float | None = None
    info: MosaicInfo | None = None
    problem: str = ""


class MosaicsBox(QGroupBox):
    """A list of rasters, each described by the engine as soon as it is added."""

    changed = pyqtSignal()

    def __init__(self, engine: Any, settings: Any, parent: QWidget | None = None) -> None:
        super().__init__(tr("Mosaics"), parent)
        self._engine = engine
        self._settings = settings
        self._mosaics: list[_Mosaic] = []
        self.list = QListWidget()
        self.list.setSelectionMode(QListWidget.SelectionMode.ExtendedSelection)
        self.list.setWordWrap(True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.add_layer = QToolButton()
        self.add_layer.setText(tr("Add layer"))
        self.add_layer.setToolTip(tr("Add a raster layer of the project"))
        self.add_layer.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._menu = QMenu(self)
        self._menu.aboutToShow.connect(self._fill_menu)
        self.add_layer.setMenu(self._menu)
        self.add_file = QPushButton(tr("Add file…"))
        self.add_file.clicked.connect(self._on_browse)
        self.remove = QPushButton(tr("Remove"))
        self.remove.clicked.connect(self._on_remove)
        self.message = MessageLine()
        buttons = QHBoxLayout()
        for one in (self.add_layer, self.add_file, self.remove):
            buttons.addWidget(one)
        buttons.addStretch(1)
        layout = QVBoxLayout(self)
        layout.addWidget(self.list)
        layout.addLayout(buttons)
        layout.addWidget(self.message)
        self.list.itemSelectionChanged.connect(self._show_buttons)
        self._show()

    def paths(self) -> list[str]:
        """What the build takes."""
        return [one.path for one in self._mosaics]

    def nodata(self) -> float | None:
        """The value without data that the layers agree on beside what their files declare."""
        values = {one.nodata for one in self._mosaics}
        return values.pop() if len(values) == 1 else None

    def body(self) -> dict[str, Any] | None:
        """Of the first mosaic that was described."""
        for one in self._mosaics:
            if one.info is not None:
                return one.info.body
        return None

    def problem(self) -> str:
        """Why these cannot be built from, "" if nothing speaks against it (or is not known yet)."""
        if not self._mosaics:
            return tr("Add at least one mosaic.")
        for one in self._mosaics:
            if one.problem:
                return tr("{name} cannot be used; remove it.").format(name=one.name)
        bodies = [one.info.body for one in self._mosaics if one.info is not None]
        for other in bodies[1:]:
            if not same_body(bodies[0], other):
                text = tr("The mosaics are of different bodies ({a}, {b}); remove one.")
                return text.format(a=bodies[0].get("name"), b=other.get("name"))
        return ""

    def add(self, path: str, name: str = "", nodata: float | None = None) -> None:
        """Add a raster file; a second time changes nothing."""
        if not path or path in self.paths():
            return
        mosaic = _Mosaic(path, name or Path(path).name, nodata)
        self._mosaics.append(mosaic)
        self._show()
        self.changed.emit()

        def done(result: dict[str, Any]) -> None:
            mosaic.info = MosaicInfo.from_json(result)
            self._show()
            self.changed.emit()

        def failed(error: Any) -> None:
            mosaic.problem = error.message
            self._show()
            self.changed.emit()

        params = {"path": path, "nodata": nodata}
        self._engine.call("mosaic.describe", params, done=done, failed=failed, owner=self)

    def add_layer_by_id(self, layer_id: str) -> None:
        """Add a raster layer of the project."""
        layer = QgsProject.instance().mapLayer(layer_id)
        if layer is not None:
            path = layer_files.raster_path(layer)
            self.add(path, layer.name(), layer_files.user_nodata(layer))

    def _fill_menu(self) -> None:
        self._menu.clear()
        known = self.paths()
        layers = [one for one in layer_files.raster_layers() if one.name()]
        for layer in layers:
            action = self._menu.addAction(layer.name())
            action.setEnabled(layer_files.raster_path(layer) not in known)
            layer_id = layer.id()
            action.triggered.connect(lambda *_, chosen=layer_id: self.add_layer_by_id(chosen))
        if not layers:
            self._menu.addAction(tr("The project has no raster with local pixels")).setEnabled(
                False
            )

    def _on_browse(self) -> None:
        pattern = " ".join("*." + one for one in layer_files.RASTER_FILES)
        paths, _ = QFileDialog.getOpenFileNames(
            self,
            tr("Mosaics"),
            self._settings.output_folder,
            tr("Rasters ({pattern})").format(pattern=pattern) + ";;" + tr("All files (*)"),
        )
        for path in paths:
            self.add(path)

    def _on_remove(self) -> None:
        rows = {self.list.row(item) for item in self.list.selectedItems()}
        self._mosaics = [one for n, one in enumerate(self._mosaics) if n not in rows]
        self._show()
        self.changed.emit()

    def _show_buttons(self) -> None:
        self.remove.setEnabled(bool(self.list.selectedItems()))

    def _show(self) -> None:
        self.list.clear()
        for one in self._mosaics:
            item = QListWidgetItem(f"{one.name}\n{_line(one)}")
            item.setToolTip(one.path)
            if one.problem:
                item.setData(Qt.ItemDataRole.ForegroundRole, problem_colour(self.list))
            self.list.addItem(item)
        rows = min(len(self._mosaics), _ROWS_SHOWN)
        self.list.setFixedHeight(int(self.list.fontMetrics().lineSpacing() * 2.4 * rows) + 8)
        self.list.setVisible(bool(self._mosaics))
        self.remove.setVisible(bool(self._mosaics))
        self._show_buttons()
        if len(self._mosaics) > 1:
            self.message.info(tr("Each mosaic is a further observation of the same craters."))
        else:
            self.message.clear_message()


def _line(one: _Mosaic) -> str:
    if one.problem:
        return one.problem
    if one.info is None:
        return tr("reading…")
    text = tr("{body} · {scale} m per pixel · {width} × {height} pixels")
    scale = one.info.pixel_size_m
    return text.format(
        body=one.info.body.get("name", "?"),
        scale=wording.number(scale, 0 if scale >= 100 else 1),
        width=wording.number(one.info.width),
        height=wording.number(one.info.height),
    )


def same_body(a: dict[str, Any] | None, b: dict[str, Any] | None) -> bool:
    """Radii within 0.5 %; True where one is not known."""
    if not a or not b or not a.get("a") or not b.get("a"):
        return True
    return abs(float(a["a"]) - float(b["a"])) <= _SAME_BODY * float(a["a"])
