"""Scripts run inside real QGIS, in its own Python, offscreen; shared by the plugin's tests.

``run_in_qgis(code)`` runs ``code`` after a QgsApplication with GUI was made; the names ``app``,
``ROOT``, ``args`` and the helpers of ``tests/qgis/inside.py`` are there. It must end with
``print("fine")``.
"""

from __future__ import annotations

import os
import subprocess
from functools import cache
from pathlib import Path

import pytest

from paths import DATA, ENGINE_PYTHON, ROOT, needs_moon

PYTHON = "/usr/bin/python3"

_HEAD = """
import sys, faulthandler
faulthandler.enable()
ROOT, *args = sys.argv[1:]
sys.path.insert(0, ROOT)
sys.path.insert(0, ROOT + "/tests/qgis")
from inside import *
app = start_qgis()
leave_at_once()
"""


@cache
def has_qgis() -> bool:
    """Whether QGIS with its Python bindings is installed."""
    try:
        command = [PYTHON, "-c", "import qgis.core"]
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    except OSError:
        return False


needs_qgis = pytest.mark.skipif(not has_qgis(), reason="QGIS with Python bindings is not installed")


__all__ = ["DATA", "ENGINE_PYTHON", "PYTHON", "ROOT", "needs_moon", "needs_qgis", "run_in_qgis"]


def run_in_qgis(code: str, home: Path, *args: object, timeout: float = 120) -> str:
    """Run ``code`` with a clean profile in ``home``; returns what it printed, fails if it did."""
    done = subprocess.run(
        [PYTHON, "-c", _HEAD + code, str(ROOT), *map(str, args)],
        capture_output=True,
        text=True,
        check=False,
        timeout=timeout,
        env={
            "QT_QPA_PLATFORM": "offscreen",
            "PATH": "/usr/bin:/bin",
            "HOME": str(home),
            "XDG_RUNTIME_DIR": str(home),
            "LANG": "C.UTF-8",
            "PIP_CONFIG_FILE": os.devnull,  # this machine's constraints are not the test's
            "CRATERBENCH_TEST_PYTHON": os.fspath(ENGINE_PYTHON),
        },
    )
    assert done.stdout.strip().endswith("fine"), done.stdout[-4000:] + done.stderr[-6000:]
    return done.stdout
