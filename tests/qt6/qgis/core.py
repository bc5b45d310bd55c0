"""``qgis.core``: the application, settings, the project without layers; the rest is made up."""

from __future__ import annotations

from enum import IntEnum
from pathlib import Path
from typing import Any, ClassVar

from qgis.made_up import made_up
from qgis.PyQt.QtCore import QObject, pyqtSignal
from qgis.PyQt.QtNetwork import QNetworkProxy
from qgis.PyQt.QtWidgets import QApplication


class Qgis:
    QGIS_VERSION = "4.0.0-stand-in"
    QGIS_VERSION_INT = 40000

    class MessageLevel(IntEnum):
        Info, Warning, Critical, Success = range(4)


class QgsApplication(QApplication):
    def __init__(self, arguments: list[str], gui: bool) -> None:
        super().__init__(arguments)

    def initQgis(self) -> None:
        self.setApplicationName("QGIS4")

    @staticmethod
    def taskManager() -> Any:
        return made_up("TaskManager")()

    @staticmethod
    def processingRegistry() -> Any:
        return made_up("Registry")()


class QgsSettings:
    """Kept for the process alone."""

    _values: ClassVar[dict[str, Any]] = {}

    def value(self, key: str, default: Any = None, type: Any = None) -> Any:
        value = self._values.get(key, default)
        return value if type is None or value is None else type(value)

    def setValue(self, key: str, value: Any) -> None:
        self._values[key] = value

    def contains(self, key: str) -> bool:
        return key in self._values

    def remove(self, key: str) -> None:
        for known in [name for name in self._values if name == key or name.startswith(key + "/")]:
            del self._values[known]

    def allKeys(self) -> list[str]:
        return list(self._values)

    def sync(self) -> None:
        pass

    def clear(self) -> None:
        self._values.clear()


class QgsProject(QObject):
    readProject, crsChanged, cleared = pyqtSignal(), pyqtSignal(), pyqtSignal()
    projectSaved, isDirtyChanged = pyqtSignal(), pyqtSignal(bool)
    layersAdded, layersRemoved = pyqtSignal(list), pyqtSignal(list)
    layersWillBeRemoved, layerWasAdded = pyqtSignal(list), pyqtSignal(object)
    _instance: ClassVar[QgsProject | None] = None

    def __init__(self) -> None:
        super().__init__()
        self._file, self._dirty = "", False

    @classmethod
    def instance(cls) -> QgsProject:
        if cls._instance is None:
            cls._instance = cls()
        return cls._instance

    def clear(self) -> None:
        self._file, self._dirty = "", False
        self.cleared.emit()

    def mapLayers(self) -> dict[str, Any]:
        return {}

    def mapLayer(self, _: str) -> None:
        return None

    def fileName(self) -> str:
        return self._file

    def setFileName(self, name: str) -> None:
        self._file = name

    def absoluteFilePath(self) -> str:
        return self._file

    def write(self, name: str = "") -> bool:
        self._file, self._dirty = name or self._file, False
        Path(self._file).touch()
        self.projectSaved.emit()
        return True

    def absolutePath(self) -> str:
        return self._file.rpartition("/")[0]

    def isDirty(self) -> bool:
        return self._dirty

    def setDirty(self, dirty: bool = True) -> None:
        self._dirty = dirty

    def crs(self) -> Any:
        return made_up("QgsCoordinateReferenceSystem")()

    def layerTreeRoot(self) -> Any:
        return made_up("QgsLayerTree")()

    def transformContext(self) -> Any:
        return made_up("QgsCoordinateTransformContext")()


class QgsNetworkAccessManager(QObject):
    _instance: ClassVar[QgsNetworkAccessManager | None] = None

    @classmethod
    def instance(cls) -> QgsNetworkAccessManager:
        if cls._instance is None:
            cls._instance = cls()
        return cls._instance

    def fallbackProxy(self) -> QNetworkProxy:
        return QNetworkProxy()

    def excludeList(self) -> list[str]:
        return []


class QgsProjUtils:
    @staticmethod
    def projVersionMajor() -> int:
        return 9

    @staticmethod
    def searchPaths() -> list[str]:
        return []


def __getattr__(name: str) -> Any:
    if not name.startswith("Qgs"):
        raise AttributeError(name)
    value = globals()[name] = made_up(name)
    return value
