"""The mosaics of a new index, each a further observation of the craters."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from qgis.core import QgsProject
from qgis.PyQt.QtCore import Qt, pyqtSignal
from qgis.PyQt.QtWidgets import (
    QFileDialog,
    QGroupBox,
    QListWidget,
    QListWidgetItem,
    QMenu,
    QPushButton,
    QToolButton,
)

from ...client.failure import CallError
from ...client.service import EngineService
from ...contract.body import Body, same_body
from ...contract.build import MosaicInfo, MosaicParams
from ...contract.methods import DESCRIBE_MOSAIC
from ...core.rasters import user_nodata
from ...core.settings import Settings
from ...core.words import quantities
from ...i18n import tr
from .. import layer_files
from ..layouts import in_column, in_row
from ..messages import MessageLine, problem_colour

_ROWS_SHOWN = 3


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

    def __init__(self, engine: EngineService, settings: Settings) -> None:
        super().__init__(tr("Mosaics"))
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
        self._menu = QMenu(self, aboutToShow=self._fill_menu)
        self.add_layer.setMenu(self._menu)
        self.add_file = QPushButton(tr("Add file…"), clicked=self._on_browse)
        self.remove = QPushButton(tr("Remove"), clicked=self._on_remove)
        self.message = MessageLine()
        buttons = in_row(self.add_layer, self.add_file, self.remove, 1)
        in_column(self.list, buttons, self.message, on=self)
        self.list.itemSelectionChanged.connect(self._show_buttons)
        self._show()

    def paths(self) -> list[str]:
        """What the build takes."""
        return [mosaic.path for mosaic in self._mosaics]

    def nodata(self) -> float | None:
        """The value without data that the layers agree on beside what their files declare."""
        values = {mosaic.nodata for mosaic in self._mosaics}
        return values.pop() if len(values) == 1 else None

    def body(self) -> Body | None:
        """The body of the first mosaic that was described."""
        return next(iter(self._bodies()), None)

    def _bodies(self) -> list[Body]:
        return [mosaic.info.body for mosaic in self._mosaics if mosaic.info is not None]

    def problem(self) -> str:
        """Why these cannot be built from, "" if nothing speaks against it (or is not known yet)."""
        if not self._mosaics:
            return tr("Add at least one mosaic.")
        for mosaic in self._mosaics:
            if mosaic.problem:
                return tr("{name} cannot be used; remove it.").format(name=mosaic.name)
        bodies = self._bodies()
        for other in bodies[1:]:
            if not same_body(bodies[0], other):
                text = tr("The mosaics are of different bodies ({a}, {b}); remove one.")
                return text.format(a=bodies[0].name, b=other.name)
        return ""

    def add(self, path: str, name: str = "", nodata: float | None = None) -> None:
        """Add a raster file; a second time changes nothing."""
        if not path or path in self.paths():
            return
        mosaic = _Mosaic(path, name or Path(path).name, nodata)
        self._mosaics.append(mosaic)
        self._show()
        self.changed.emit()

        def done(info: MosaicInfo) -> None:
            mosaic.info = info
            self._show()
            self.changed.emit()

        def failed(error: CallError) -> None:
            mosaic.problem = error.message
            self._show()
            self.changed.emit()

        params = MosaicParams(path, nodata=nodata)
        self._engine.call(DESCRIBE_MOSAIC, params, done, failed, owner=self)

    def add_layer_by_id(self, layer_id: str) -> None:
        """Add a raster layer of the project."""
        layer = QgsProject.instance().mapLayer(layer_id)
        if layer is not None:
            path = layer_files.raster_path(layer)
            self.add(path, layer.name(), user_nodata(layer))

    def _fill_menu(self) -> None:
        self._menu.clear()
        known = self.paths()
        layers = [layer for layer in layer_files.raster_layers() if layer.name()]
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
        paths, _ = QFileDialog.getOpenFileNames(
            self, tr("Mosaics"), self._settings.output_folder, layer_files.raster_filter()
        )
        for path in paths:
            self.add(path)

    def _on_remove(self) -> None:
        rows = {self.list.row(item) for item in self.list.selectedItems()}
        self._mosaics = [mosaic for row, mosaic in enumerate(self._mosaics) if row not in rows]
        self._show()
        self.changed.emit()

    def _show_buttons(self) -> None:
        self.remove.setEnabled(bool(self.list.selectedItems()))

    def _show(self) -> None:
        self.list.clear()
        for mosaic in self._mosaics:
            item = QListWidgetItem(f"{mosaic.name}\n{_line(mosaic)}")
            item.setToolTip(mosaic.path)
            if mosaic.problem:
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


def _line(mosaic: _Mosaic) -> str:
    info = mosaic.info
    if mosaic.problem or info is None:
        return mosaic.problem or tr("reading…")
    text = tr("{body} · {scale} m per pixel · {width} × {height} pixels")
    scale = info.pixel_size_m
    facts = text.format(
        body=info.body.name,
        scale=quantities.number(scale, 0 if scale >= 100 else 1),
        width=quantities.number(info.width),
        height=quantities.number(info.height),
    )
    return "\n".join([facts, *info.notes])
