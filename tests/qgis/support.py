"""For tests that start QGIS themselves, with the engine's Python: a QGIS to be started, and where.

A module of tests that imports this is run by the engine's Python, and not by QGIS's own.
"""

from __future__ import annotations

import subprocess
from functools import cache

import pytest

from paths import DATA, ENGINE_PYTHON, ROOT, needs_moon

__all__ = ["DATA", "ENGINE_PYTHON", "PYTHON", "ROOT", "needs_moon", "needs_qgis"]
PYTHON = "/usr/bin/python3"


@cache
def has_qgis() -> bool:
    """Whether QGIS with its Python bindings is installed."""
    try:
        command = [PYTHON, "-c", "import qgis.core"]
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    except OSError:
        return False


needs_qgis = pytest.mark.skipif(not has_qgis(), reason="QGIS with Python bindings is not installed")
