"""Where things are, and which tests skip without them. Standard library and pytest only.

``CRATERBENCH_TEST_PYTHON`` names the engine's Python; without it, the one of ``make dev``.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
HERE = ROOT / "tests" / "qgis"
DATA = ROOT.parent / "shared" / "data"
MOSAIC = DATA / "moon" / "lroc_wac_8k.tif"
CATALOGUE = DATA / "moon" / "craters_ge5km.csv"
ENGINE_PYTHON = Path(os.environ.get("CRATERBENCH_TEST_PYTHON", ROOT / ".venv" / "bin" / "python"))

needs_moon = pytest.mark.skipif(not MOSAIC.exists(), reason="the lunar data are not here")
needs_engine = pytest.mark.skipif(
    not ENGINE_PYTHON.exists(), reason=f"the engine's Python is not here: {ENGINE_PYTHON}"
)
