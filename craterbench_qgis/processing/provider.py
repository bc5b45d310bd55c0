"""The provider ``craterbench`` of the Processing toolbox."""

from __future__ import annotations

from qgis.core import QgsProcessingProvider
from qgis.PyQt.QtGui import QIcon

from .. import __version__
from ..i18n import tr
from .base import ICON

ID = "craterbench"


class CraterBenchProvider(QgsProcessingProvider):
    """Everything the plugin does, for the toolbox, models, batches and qgis_process."""

    def id(self) -> str:
        """``craterbench:NAME`` calls an algorithm."""
        return ID

    def name(self) -> str:
        """As the toolbox shows it."""
        return "CraterBench"

    def longName(self) -> str:
        """With what it is for."""
        return tr("CraterBench: find craters that look alike")

    def versionInfo(self) -> str:
        """The plugin's."""
        return __version__

    def icon(self) -> QIcon:
        """The plugin's."""
        return QIcon(str(ICON))

    def loadAlgorithms(self) -> None:
        """QGIS calls this when it wants the list."""
        from .algorithms import ALGORITHMS

        for algorithm in ALGORITHMS:
            self.addAlgorithm(algorithm())
