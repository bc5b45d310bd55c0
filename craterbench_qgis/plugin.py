"""The plugin object QGIS holds: one menu entry, added in ``initGui`` and removed in ``unload``.

This version has the engine and its command line. The dock, the map tools and the layers come with
the interactive half; until then the entry says so instead of pretending.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from qgis.PyQt.QtCore import QCoreApplication
from qgis.PyQt.QtGui import QIcon
from qgis.PyQt.QtWidgets import QMessageBox

# Qt 6 moved QAction; qgis.PyQt has it in one of the two places.
try:
    from qgis.PyQt.QtGui import QAction
except ImportError:
    from qgis.PyQt.QtWidgets import QAction

ROOT = Path(__file__).resolve().parents[1]
MENU = "CraterBench"


def tr(text: str) -> str:
    """``text`` in the user's language."""
    return QCoreApplication.translate("CraterBench", text)


class CraterBenchPlugin:
    """Adds and removes what the user sees. ``iface`` is QGIS's ``QgisInterface``."""

    def __init__(self, iface: Any) -> None:
        self._iface = iface
        self._action: Any = None

    def initGui(self) -> None:
        """Add the menu entry."""
        icon = QIcon(str(ROOT / "resources" / "icons" / "craterbench.svg"))
        self._action = QAction(icon, tr("About CraterBench"), self._iface.mainWindow())
        self._action.triggered.connect(self.about)
        self._iface.addPluginToMenu(MENU, self._action)

    def unload(self) -> None:
        """Take the menu entry away again."""
        if self._action is not None:
            self._iface.removePluginMenu(MENU, self._action)
            self._action.deleteLater()
            self._action = None

    def about(self) -> None:
        """Say what this version can do and how."""
        QMessageBox.information(
            self._iface.mainWindow(),
            tr("CraterBench"),
            tr(
                "This version of CraterBench has the search engine and its command line "
                "(craterbench index, search, explain). Searching from the map comes with the next "
                "version. The README tells how to use the command line; its results open in QGIS "
                "as Shapefile, GeoPackage or GeoJSON."
            ),
        )
