"""Where things are, and which tests skip without them. Standard library and pytest only.

``CRATERBENCH_TEST_PYTHON`` names the engine's Python; without it, the one of ``make dev``.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
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

_SHARED = "CRATERBENCH_TEST_SHARED"


def made_once(name: str, make: Callable[[Path], object]) -> Path:
    """What tests of several processes only read, below a folder of this run: see ``share``.

    ``make`` is given the path to write to, file or folder.
    """
    path = Path(os.environ[_SHARED]) / name
    if not path.exists():
        # Another process may be making the same: whoever comes first is taken.
        own = Path(tempfile.mkdtemp(dir=path.parent)) / name
        make(own)
        if not path.exists():
            own.rename(path)
    return path


def share(folder: str) -> bool:
    """Name the folder for this process and those it starts; False where one is named already."""
    if _SHARED in os.environ:
        return False
    os.environ[_SHARED] = folder
    return True
