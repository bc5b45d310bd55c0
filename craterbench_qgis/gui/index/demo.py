"""Try it: the engine makes a small planet and its index, and the map shows where to draw a box."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from qgis.core import QgsProject, QgsRasterLayer
from qgis.PyQt.QtCore import QObject, QTimer, pyqtSignal

from ...client.failure import CallError
from ...client.service import AnyCall, EngineService
from ...contract.demo import Demo, DemoParams
from ...contract.methods import DEMO
from ...core.geo.crs import body_of
from ...core.layers.view import zoom_extent
from ...core.settings import Settings, default_demo_folder
from ...i18n import tr
from ..hush import Hush

_SETTLE_MS = 300
_AROUND = 1.6


class DemoJob(QObject):
    """Makes the demo, or takes the one that is there."""

    progressed = pyqtSignal(object)
    """Progress."""
    made = pyqtSignal(object)
    """Demo."""
    failed = pyqtSignal(str)
    """Why, "" where the user stopped it."""

    def __init__(self, engine: EngineService, settings: Settings, parent: QObject) -> None:
        super().__init__(parent)
        self._engine, self._settings = engine, settings
        self._call: AnyCall | None = None
        self._hush: Hush | None = None

    def start(self) -> None:
        """Ask the engine."""
        params = DemoParams(default_demo_folder(), self._settings.device)
        self._call = self._engine.call(
            DEMO, params, self._done, self._on_failed, self.progressed.emit, owner=self
        )

    def cancel(self) -> None:
        """Stop it; what is whole stays for the next time."""
        if self._call is not None:
            self._call.cancel()

    def close(self) -> None:
        """For the plugin's end."""
        call, self._call = self._call, None
        if call is not None:
            call.drop()
        if self._hush is not None:
            QgsProject.instance().cleared.disconnect(self._on_cleared)
            self._hush.watch("")

    def _done(self, demo: Demo) -> None:
        self._call = None
        self.made.emit(demo)

    def _on_failed(self, error: CallError) -> None:
        self._call = None
        self.failed.emit("" if error.cancelled else error.message)

    def show_on_map(self, iface: Any, demo: Demo) -> bool:
        """Both mosaics as layers, the map at the crater to ask for. A project with layers is left
        first, as QGIS does it; False where the user rather keeps it."""
        project, canvas = QgsProject.instance(), iface.mapCanvas()
        files = ((demo.indexed, tr("Demo planet, indexed")),
                 (demo.asked, tr("Demo planet, another observation")))  # fmt: skip
        sources = [Path(layer.source()) for layer in project.mapLayers().values()]
        if not all(Path(path) in sources for path, _ in files):
            if sources and not iface.newProject(True):
                return False
            layers = [QgsRasterLayer(path, name) for path, name in files]
            project.setEllipsoid("NONE")
            project.setCrs(layers[0].crs())
            project.addMapLayers(list(reversed(layers)))
            iface.setActiveLayer(layers[1])
        if self._hush is None:
            self._hush = Hush(iface.messageBar(), self)
            project.cleared.connect(self._on_cleared)
        self._hush.watch(project.crs().description())

        def zoom() -> None:  # QGIS zooms to the whole of a first layer, a moment after it was added
            body = body_of(canvas.mapSettings().destinationCrs())
            extent = zoom_extent(canvas, project, body, (demo,)) if body is not None else None
            if extent is not None:
                extent.scale(_AROUND)
                canvas.setExtent(extent)
                canvas.refresh()

        zoom()
        QTimer.singleShot(_SETTLE_MS, zoom)
        return True

    def _on_cleared(self) -> None:
        if self._hush is not None:
            self._hush.watch("")
