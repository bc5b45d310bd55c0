"""The plugin object QGIS holds: what ``initGui`` adds, ``unload`` takes away.

Nothing heavy happens before the panel is opened for the first time: no engine, no file is read.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qgis.core import QgsApplication, QgsProject
from qgis.PyQt.QtCore import QCoreApplication, QLocale, QSettings, QTranslator
from qgis.PyQt.QtGui import QIcon
from qgis.PyQt.QtWidgets import QMessageBox

from . import __version__
from .core.layers.ids import has_results
from .files import RESOURCES
from .i18n import tr

if TYPE_CHECKING:  # nothing of the panel is loaded before it is opened
    from .core.project_results import ProjectResults
    from .gui.dock import CraterBenchDock
    from .gui.workbench import Workbench

# Qt 6 moved QAction; qgis.PyQt has it in one of the two places.
try:
    from qgis.PyQt.QtGui import QAction
except ImportError:
    from qgis.PyQt.QtWidgets import QAction

MENU = "CraterBench"
_ROOMS = ("contract", "environment", "client", "core", "gui")


def _modules() -> list[str]:
    """What the panel needs, in pieces: all at once takes tenths of a second to read. Those that
    others are made of come first: lower rooms, and within a room the deeper folders."""
    here = Path(__file__).parent
    names: list[str] = []
    for room in _ROOMS:
        files = (here / room).rglob("[a-z]*.py")
        modules = [path.relative_to(here).with_suffix("").parts for path in files]
        modules.sort(key=lambda parts: (-len(parts), parts))
        names += map(".".join, modules)
    return names


class CraterBenchPlugin:
    """Adds and removes what the user sees. ``iface`` is QGIS's ``QgisInterface``."""

    def __init__(self, iface: Any) -> None:
        self._iface = iface
        self._actions: list[Any] = []
        self._toolbar: Any = None
        self._translator: Any = None
        self._options: Any = None
        self._provider: Any = None
        self._results: ProjectResults | None = None
        self._watching = False
        self._opening: Iterator[None] | None = None
        self.workbench: Workbench | None = None
        """Once the panel was opened."""

    def initGui(self) -> None:
        """Add the menu, a toolbar button, the options page and the Processing provider."""
        self.initProcessing()
        panel = self._action("craterbench.svg", tr("CraterBench panel"), self.toggle_dock)
        panel.setToolTip(tr("Find the craters that look like this one"))
        self._add(panel)
        self._add(self._action("settings.svg", tr("Settings…"), self.show_settings))
        self._add(self._action("help.svg", tr("Help"), self.show_help))
        self._add(self._action("craterbench.svg", tr("About CraterBench"), self.about))
        self._toolbar = self._iface.addToolBar("CraterBench")
        self._toolbar.setObjectName("CraterBenchToolBar")
        self._toolbar.addAction(panel)
        self._register_options()
        QgsProject.instance().readProject.connect(self._on_project)
        self._watching = True
        self._on_project()

    def initProcessing(self) -> None:
        """Add the Processing provider; all that qgis_process calls (``iface`` is None there)."""
        self._translate()
        from .processing.provider import CraterBenchProvider

        self._provider = CraterBenchProvider()
        QgsApplication.processingRegistry().addProvider(self._provider)

    def unload(self) -> None:
        """Take everything away again and end the engine."""
        if self._provider is not None:
            QgsApplication.processingRegistry().removeProvider(self._provider)
            self._provider = None
        if self._opening is not None:
            self._bench()
            self._opening = None
        if self.workbench is not None:
            self.workbench.close()
            self.workbench = None
        if self._watching:
            self._watching = False
            QgsProject.instance().readProject.disconnect(self._on_project)
        if self._results is not None:
            self._results.close()
            self._results.deleteLater()
            self._results = None
        if self._options is not None:
            self._iface.unregisterOptionsWidgetFactory(self._options)
            self._options = None
        for action in self._actions:
            self._iface.removePluginMenu(MENU, action)
            action.deleteLater()
        self._actions = []
        if self._toolbar is not None:
            window = self._iface.mainWindow()
            if window is not None:
                window.removeToolBar(self._toolbar)
            self._toolbar.deleteLater()
            self._toolbar = None
        if self._translator is not None:
            QCoreApplication.removeTranslator(self._translator)
            self._translator = None

    def show_dock(self) -> CraterBenchDock:
        """Open the panel (made now if this is the first time); returns the dock."""
        workbench = self._bench()
        workbench.show()
        return workbench.dock

    def toggle_dock(self) -> None:
        """Open or hide the panel. The first time it is made a piece at a time, while QGIS goes
        on."""
        if self.workbench is not None:
            dock = self.workbench.dock
            dock.hide() if dock.isVisible() else self.show_dock()
        elif self._opening is None:
            from .core.layers.build import SlicedJob

            self._opening = self._make_bench()
            SlicedJob(self._opening, self._on_made, self._iface.mainWindow())

    def open_index(self, path: str) -> None:
        """Open the panel and the index at ``path``."""
        self.show_dock()
        self._bench().open_index(path)

    def show_settings(self) -> None:
        """The settings dialog."""
        self._bench().show_settings()

    def show_help(self) -> None:
        """The documentation that came with the plugin."""
        from .gui.help import open_help

        open_help(self._iface.mainWindow())

    def about(self) -> None:
        """What this is, and which version."""
        text = tr(
            "CraterBench {version} finds craters that look like one you choose, in an index you "
            "build from an orbital mosaic and a crater catalogue. Method: Fang et al. 2026, "
            "CraterBench-R (a frozen encoder, instance tokens, late interaction). Scores are "
            "similarities, not probabilities."
        ).format(version=__version__)
        QMessageBox.about(self._iface.mainWindow(), tr("About CraterBench"), text)

    def _bench(self) -> Workbench:
        if self.workbench is None:
            for _ in self._opening or self._make_bench():
                pass
            self._opening = None
        if self.workbench is None:
            raise RuntimeError("the steps that make the panel ended without it")
        return self.workbench

    def _make_bench(self) -> Iterator[None]:
        for name in _modules():
            importlib.import_module(f"{__package__}.{name}")
            yield
        from .gui.workbench import Workbench

        workbench = Workbench(self._iface, self._project_results())
        yield
        yield from workbench.make()
        self.workbench = workbench

    def _on_made(self) -> None:
        opening, self._opening = self._opening, None
        if opening is not None:  # it was not unloaded meanwhile
            self.show_dock()

    def _project_results(self) -> ProjectResults:
        if self._results is None:
            from .core.project_results import ProjectResults
            from .core.settings import Settings

            window, canvas = self._iface.mainWindow(), self._iface.mapCanvas()
            self._results = ProjectResults(QgsProject.instance(), canvas, Settings(), window)
        return self._results

    def _on_project(self, *_ignored: Any) -> None:
        """Fill the layers of a project that has some of ours, whether or not there is a panel."""
        if self._results is None and has_results(QgsProject.instance()):
            self._project_results()

    def _action(self, icon: str, text: str, slot: Any) -> Any:
        file = RESOURCES / "icons" / icon
        action = QAction(QIcon(str(file)), text, self._iface.mainWindow())
        action.triggered.connect(lambda *_: slot())
        return action

    def _add(self, action: Any) -> None:
        self._iface.addPluginToMenu(MENU, action)
        self._actions.append(action)

    def _register_options(self) -> None:
        from .gui.settings_dialog import OptionsFactory

        self._options = OptionsFactory()
        self._iface.registerOptionsWidgetFactory(self._options)

    def _translate(self) -> None:
        chosen = QSettings().value("locale/userLocale", "") or QLocale.system().name()
        translator = QTranslator()
        folder = str(RESOURCES / "i18n")
        if translator.load(QLocale(str(chosen)), "craterbench", "_", folder):
            QCoreApplication.installTranslator(translator)
            self._translator = translator
