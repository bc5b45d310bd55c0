"""Ends at once after a decision, as QGIS does when it crashes: run by test_store.py.

``crash_after_decision.py FOLDER``: a project with fifty matches, two of them accepted; then the
process is gone, without an event loop, a flush or a goodbye.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "qgis")]

from qgis.core import QgsProject  # noqa: E402

from craterbench_qgis.contract.vocabulary import Decision  # noqa: E402
from craterbench_qgis.core.store.project import ProjectStore  # noqa: E402
from inside import flush, settle, start_qgis  # noqa: E402
from sets import match_set, scattered  # noqa: E402

app = start_qgis()
project = QgsProject.instance()
assert project.write(str(Path(sys.argv[1]) / "moon.qgs"))
store = ProjectStore(project)
matches = match_set(scattered(50))
store.save(matches)
flush(store)
settle(3)
matches.decide([4, 5], Decision.ACCEPTED)
time.sleep(0.5)  # the store's thread writes by itself
sys.stdout.write("decided\n")
sys.stdout.flush()
os._exit(9)
