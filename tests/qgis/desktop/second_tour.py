"""Run by ``qgis --code`` in a second QGIS beside the first: the same project, one more decision."""

import os
import sys

sys.path.insert(0, os.environ["TOUR_HERE"])
from qgis.core import QgsProject
from qgis.PyQt.QtWidgets import QWidget
from qgis.utils import iface

from common import DOCK
from eyes import reads, rows, shown
from hands import item, press
from project_steps import state_of_project
from steps import go_through, pause, picture, run, seen, until


def second():
    """The panel of a project that another QGIS has open, too."""
    iface.mainWindow().showMaximized()
    yield from until(lambda: QgsProject.instance().fileName(), 30)
    yield from pause(1.5)  # the window comes to its place
    yield from press("CraterBench panel", "CraterBenchToolBar", wait=30)
    yield from until(lambda: shown(QWidget, DOCK) is not None, 20)
    yield from until(lambda: rows("Matches") > 0, 60)
    yield from until(lambda: reads("Searching *craters on Moon*", DOCK), 90)
    yield from pause(1.0)
    picture("second-window")
    yield from item(1)
    yield from press("Accept", "DecisionBar")
    yield from pause(1.0)
    seen["second"] = state_of_project()


if __name__ == "__main__":
    run(go_through("second", (second,)), "second.json")
