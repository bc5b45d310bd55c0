"""Steps: the project saved, reopened, moved; its index moved and renamed."""

import json
import os
import shutil
import subprocess
from pathlib import Path

from qgis.core import QgsProject
from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QWidget,
)
from qgis.utils import iface

from common import DOCK, INDEX, order
from eyes import reads, rows, shown
from hands import (
    act,
    closed,
    file_dialog,
    item,
    key,
    press,
    tab,
)

# The project: saved, closed, opened again, moved; its index moved and renamed
from question_steps import groups
from steps import OUT, drawn, pause, picture, seen, until


def state_of_project():
    """What a user sees of it."""
    layers = QgsProject.instance().mapLayers().values()
    ours = [layer for layer in layers if layer.name().endswith(": matches")]
    return {
        "matches": rows("Matches"),
        "first": order()[0] if rows("Matches") else "",
        "on_map": sorted(layer.featureCount() for layer in ours),
        "groups": groups(),
        "accepted": reads("*accepted*", "ResultsPanel"),
        "index": reads("Searching *", DOCK),
        "unavailable": [layer.name() for layer in layers if not layer.isValid()],
        "missing": reads("*not in*any more*", DOCK),
        "dirty": QgsProject.instance().isDirty() or iface.mainWindow().windowTitle()[0] == "*",
    }


def settled():
    """Layers are filled a few at a time."""
    yield from pause(1.5)
    yield from drawn()


def new_project():
    yield from act("key", "ctrl+n")
    yield from pause(0.8)
    if QApplication.activeModalWidget() is not None:
        picture("asks-for-changes")
        raise AssertionError("QGIS asks about changes of a project that nobody changed")
    yield from until(lambda: not QgsProject.instance().fileName(), 10)


def leave_project():
    """A new one; what was changed in the old one is thrown away."""
    yield from act("key", "ctrl+n")
    yield from pause(0.8)
    if QApplication.activeModalWidget() is not None:
        yield from press("Discard")
    yield from until(lambda: not QgsProject.instance().fileName(), 10)
    yield from pause(0.8)


def open_project(path):
    yield from act("key", "ctrl+o")
    yield from file_dialog(path)
    yield from until(lambda: QgsProject.instance().fileName() == str(path), 20)
    yield from settled()
    said = [one.title() + " " + one.text() for one in iface.messageBar().items()]
    assert not any("Font" in text for text in said), said


def project_saved():
    folder = OUT / "project"
    folder.mkdir()
    yield from item(0)
    yield from press("Accept", "DecisionBar")
    yield from settled()
    yield from act("key", "ctrl+s")
    yield from file_dialog(folder / "tour.qgz")
    yield from until((folder / "tour.qgz").exists, 20)
    yield from settled()
    seen["saved"] = state_of_project()
    assert not seen["saved"]["dirty"]
    yield from new_project()
    assert rows("Matches") == 0
    yield from open_project(folder / "tour.qgz")
    yield from until(lambda: rows("Matches") > 0, 20)
    picture("16-reopened")
    seen["reopened"] = state_of_project()
    yield from item(0)
    yield from key("w")
    yield from until(lambda: shown(QWidget, "Query and match*") is not None, 30)
    yield from key("Escape")
    yield from closed()
    seen["looked"] = state_of_project()
    # The gallery in its window: the same project, two windows.
    yield from press("CraterBenchDetach", DOCK)
    yield from until(lambda: shown(QWidget, "CraterBenchGallery") is not None, 10)
    yield from tab("Search")  # the keyboard is QGIS's again
    yield from new_project()
    yield from open_project(folder / "tour.qgz")
    yield from until(lambda: rows("Matches", "CraterBenchGallery") > 0, 20)
    picture("17-two-windows")
    seen["two_windows"] = state_of_project()
    yield from press("Bring them back")
    yield from new_project()


def second_qgis():
    """Another QGIS opens the same project and accepts a match; this one sees it."""
    project = OUT / "project" / "tour.qgz"
    yield from open_project(project)
    yield from until(lambda: rows("Matches") > 0, 20)
    profile = str(OUT.parent / "second")
    script = str(Path(os.environ["TOUR_HERE"]) / "second_tour.py")
    words = ["qgis", "--nologo", "--noversioncheck", "--profiles-path", profile, str(project)]
    with (OUT / "second.log").open("w") as log:
        other = subprocess.Popen(
            [*words, "--code", script],
            env={**os.environ, "TOUR_STEPS": ""},
            stdout=log,
            stderr=log,
        )
    yield from until(lambda: other.poll() is not None, 180)
    report = json.loads((OUT / "second.json").read_text(encoding="utf-8"))
    assert report.get("ok"), report
    seen["second"] = report["second"]
    yield from pause(0.5)
    yield from tab("History")
    yield from until(lambda: "2 accepted" in str(lines()), 10)
    yield from tab("Search")
    yield from new_project()


def lines():
    """The second lines of the history's rows."""
    view = shown(QAbstractItemView, "Queries of this project")
    role = int(Qt.ItemDataRole.UserRole)
    return [view.model().index(row, 0).data(role) for row in range(view.model().rowCount())]


def project_moved():
    shutil.move(OUT / "project", OUT / "elsewhere")
    yield from open_project(OUT / "elsewhere" / "tour.qgz")
    yield from until(lambda: rows("Matches") > 0, 20)
    seen["moved"] = state_of_project()
    yield from new_project()


def index_moved():
    """Its folder has another place and another name: it is located by hand."""
    yield from tab("Index")
    yield from press("Close index", DOCK)
    yield from tab("Search")
    new = OUT / "deep" / "below" / "renamed.craterindex"
    new.parent.mkdir(parents=True)
    shutil.move(INDEX, new)
    yield from open_project(OUT / "elsewhere" / "tour.qgz")
    yield from press("Keep Unavailable Layers")  # the catalogue, which is in the index's folder
    yield from until(lambda: rows("Matches") > 0, 20)
    yield from until(lambda: reads("*not in*any more*", DOCK), 10)
    picture("18-index-gone")
    yield from item(0)
    yield from key("w")
    yield from press("Cancel", "CraterBenchLocate")
    yield from item(0)
    yield from key("w")
    yield from press("Locate…", "CraterBenchLocate")
    yield from file_dialog("")
    yield from press("Locate…", DOCK)
    yield from file_dialog(OUT / "deep")
    yield from until(lambda: reads("*is not the index*", DOCK), 10)
    yield from press("Locate…", DOCK)
    yield from file_dialog(new)
    yield from until(lambda: reads("Searching *craters on Moon*", DOCK), 90)
    yield from settled()
    picture("19-index-located")
    seen["located"] = state_of_project()
    yield from item(0)
    yield from key("w")
    yield from until(lambda: shown(QWidget, "Query and match*") is not None, 30)
    yield from key("Escape")
    yield from closed()
    seen["why_after"] = state_of_project()
