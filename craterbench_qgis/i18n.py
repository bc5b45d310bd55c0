"""Translation of what the user sees; the only context is ``CraterBench``."""

from __future__ import annotations

from qgis.PyQt.QtCore import QCoreApplication


def tr(text: str) -> str:
    """``text`` in the user's language. Give it a plain literal, then ``.format(...)``."""
    return QCoreApplication.translate("CraterBench", text)
