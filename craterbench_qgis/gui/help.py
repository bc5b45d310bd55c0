"""The help page that comes with the plugin, opened in the web browser."""

from __future__ import annotations

from typing import Any

from qgis.PyQt.QtCore import QUrl
from qgis.PyQt.QtGui import QDesktopServices
from qgis.PyQt.QtWidgets import QMessageBox

from ..files import RESOURCES
from ..i18n import tr

PAGE = RESOURCES / "help" / "index.html"
TOPICS = ("start", "setup", "index", "build", "search", "results", "why", "export", "settings",
          "trouble")  # fmt: skip


def help_url(topic: str = "start") -> QUrl:
    """The address of a topic's section; unknown topics lead to the start."""
    url = QUrl.fromLocalFile(str(PAGE))
    url.setFragment(topic if topic in TOPICS else "start")
    return url


def open_help(parent: Any = None, topic: str = "start") -> bool:
    """Show the section about ``topic``; where no browser starts, say where the page is."""
    if QDesktopServices.openUrl(help_url(topic)):
        return True
    text = tr("No web browser could be started. The help is the file {path}.")
    QMessageBox.information(parent, tr("CraterBench"), text.format(path=str(PAGE)))
    return False
