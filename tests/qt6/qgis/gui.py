"""``qgis.gui``: the widgets that dialogs take from QGIS, on plain ones of Qt."""

from __future__ import annotations

from enum import IntEnum
from typing import Any

from qgis.made_up import made_up, nothing
from qgis.PyQt.QtCore import QObject, pyqtSignal
from qgis.PyQt.QtGui import QIcon
from qgis.PyQt.QtWidgets import (
    QComboBox,
    QFrame,
    QGraphicsView,
    QGroupBox,
    QHBoxLayout,
    QLineEdit,
    QToolButton,
    QWidget,
)


class QgsFileWidget(QWidget):
    fileChanged = pyqtSignal(str)

    class StorageMode(IntEnum):
        GetFile, GetDirectory, GetMultipleFiles, SaveFile = range(4)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._line, button = QLineEdit(), QToolButton()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self._line)
        row.addWidget(button)
        self._line.textChanged.connect(self.fileChanged)

    def lineEdit(self) -> QLineEdit:
        return self._line

    def filePath(self) -> str:
        return self._line.text()

    def setFilePath(self, path: str) -> None:
        self._line.setText(path)

    def setStorageMode(self, mode: Any) -> None:
        self._mode = self.StorageMode(mode)

    def setDialogTitle(self, title: str) -> None:
        self._title = title

    def setFilter(self, filters: str) -> None:
        self._filters = filters

    def setDefaultRoot(self, folder: str) -> None:
        self._root = folder


class QgsMapLayerComboBox(QComboBox):
    layerChanged = pyqtSignal(object)

    def setFilters(self, filters: Any) -> None:
        self._filters = filters

    def setAllowEmptyLayer(self, allow: bool, *_: object) -> None:
        self._empty = allow

    def setExceptedLayerList(self, layers: list[Any]) -> None:
        self._excepted = layers

    def currentLayer(self) -> None:
        return None

    def setLayer(self, layer: Any) -> None:
        self._layer = layer


class QgsCollapsibleGroupBox(QGroupBox):
    collapsedStateChanged = pyqtSignal(bool)
    _collapsed = False

    def isCollapsed(self) -> bool:
        return self._collapsed

    def setCollapsed(self, collapsed: bool) -> None:
        self._collapsed = collapsed
        self.collapsedStateChanged.emit(collapsed)

    def setSaveCollapsedState(self, save: bool) -> None:
        self._saved = save

    def setSaveCheckedState(self, save: bool) -> None:
        self._saved = save


class QgsOptionsPageWidget(QWidget):
    pass


class QgsOptionsWidgetFactory(QObject):
    def __init__(self, title: str = "", icon: QIcon | None = None) -> None:
        super().__init__()
        self._title, self._icon = title, icon

    def title(self) -> str:
        return self._title

    def setTitle(self, title: str) -> None:
        self._title = title


class QgsMessageBar(QFrame):
    def pushWidget(self, *_: object) -> None:
        pass

    def pushMessage(self, *_: object, **__: object) -> None:
        pass


class QgsMapCanvas(QGraphicsView):
    """Shows nothing; holds a tool."""

    extentsChanged, destinationCrsChanged, layersChanged = pyqtSignal(), pyqtSignal(), pyqtSignal()
    mapToolSet = pyqtSignal(object, object)
    _tool: Any = None

    def mapTool(self) -> Any:
        return self._tool

    def setMapTool(self, tool: Any) -> None:
        before, self._tool = self._tool, tool
        self.mapToolSet.emit(tool, before)

    def unsetMapTool(self, tool: Any) -> None:
        if self._tool is tool:
            self.setMapTool(None)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return nothing


def __getattr__(name: str) -> Any:
    if not name.startswith("Qgs"):
        raise AttributeError(name)
    value = globals()[name] = made_up(name)
    return value
