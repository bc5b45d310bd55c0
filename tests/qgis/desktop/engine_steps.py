"""Steps: the engine is busy, dies, is set up."""

import os
import signal
from contextlib import contextmanager
from pathlib import Path

from qgis.PyQt.QtWidgets import (
    QAbstractButton,
    QApplication,
    QComboBox,
    QGroupBox,
    QLineEdit,
    QWidget,
)

from common import DOCK, order
from eyes import reads, rows, shown
from hands import (
    check_mark,
    choose,
    file_dialog,
    fill,
    item,
    press,
    tab,
)
from steps import OUT, pause, picture, until

# Busy: what is over in a moment lasts, so that a hand reaches its button


def engine_process():
    """The number of this QGIS's engine."""
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            command = (folder / "cmdline").read_bytes().split(b"\0")
            parent = int((folder / "stat").read_text().rsplit(")", 1)[1].split()[1])
        except (OSError, ValueError):
            continue
        if b"serve" in command and parent == os.getpid():
            return int(folder.name)
    raise AssertionError("no engine runs")


def kill_engine():
    os.kill(engine_process(), signal.SIGKILL)


@contextmanager
def busy_engine():
    """The engine gets no turn, as on a machine with much else to do."""
    process = engine_process()
    os.kill(process, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(process, signal.SIGCONT)


def given_up():
    """A search is cancelled while it runs, and so is an index that opens."""
    matches = order()
    with busy_engine():
        yield from press("any angle", DOCK)
        yield from press("Cancel", "BusyPage")
        yield from until(lambda: reads("The search was cancelled*", DOCK), 5)
    yield from press("Back to the last matches", "MessagePage")
    yield from until(lambda: rows("Matches") > 0 and order() == matches, 10)
    assert not shown(QAbstractButton, "any angle", DOCK).isChecked(), "these are not turned"
    yield from tab("Index")
    with busy_engine():
        yield from press("Verify", "IndexPage")
        yield from press("Cancel", "IndexPanel")
    yield from until(lambda: reads("Verifying was cancelled*", DOCK), 20)
    yield from tab("Search")


# The engine dies


def engine_dies():
    """Said in the panel, or over the map where the panel is hidden."""
    kill_engine()
    yield from until(lambda: shown(QAbstractButton, "Copy report", DOCK) is not None, 20)
    picture("20-engine-died")
    QApplication.clipboard().clear()
    yield from press("Copy report", DOCK)
    assert QApplication.clipboard().text()
    yield from press("Restart", DOCK)
    yield from until(lambda: shown(QAbstractButton, "Copy report", DOCK) is None, 90)
    yield from press("CraterBench panel", "CraterBenchToolBar")
    yield from until(lambda: shown(QWidget, DOCK) is None, 10)
    kill_engine()
    yield from until(lambda: shown(QAbstractButton, "Restart", "QgsMessageBar") is not None, 20)
    yield from press("Copy report", "QgsMessageBar")
    yield from press("Restart", "QgsMessageBar")
    yield from press("CraterBench panel", "CraterBenchToolBar")
    yield from until(lambda: not reads("The engine is starting*", DOCK), 90)
    yield from pause(1.0)
    kill_engine()
    yield from until(lambda: shown(QAbstractButton, "Set up…", DOCK) is not None, 20)
    yield from press("Set up…", DOCK)


def setup():
    """A Python is looked at and used; an environment is begun, given up, repaired and removed."""
    page = "SetupPage"
    yield from until(lambda: shown(QAbstractButton, "Diagnose", page) is not None, 10)
    picture("21-setup")
    python = os.environ["TOUR_PYTHON"]
    yield from fill("The Python that has*", python, "ExistingPython", QLineEdit)
    yield from press("Check", page)
    yield from until(lambda: shown(QAbstractButton, "Use this Python", page).isEnabled(), 60)
    yield from press("Diagnose", page)
    yield from until(lambda: reads("The report is on the clipboard*", page), 60)
    yield from press("Copy report", "Repair")
    yield from press("Name another Python", page)
    yield from file_dialog("")
    for says in ("For an NVIDIA card (CUDA)", "For the processor (CPU)"):
        yield from press(says, page)
    yield from press("Back", page)
    yield from press("Set up…", DOCK)
    yield from environment()
    if not shown(QAbstractButton, "Use this Python", page).isEnabled():
        yield from press("Check", page)
    yield from until(lambda: shown(QAbstractButton, "Use this Python", page).isEnabled(), 60)
    yield from item(0, "*", "ExistingPython")
    yield from press("Choose: The Python*", "ExistingPython")
    yield from file_dialog("")
    yield from press("Use this Python", page, wait=60)
    yield from until(lambda: shown(QAbstractButton, "Back", page) is None, 20)
    yield from until(lambda: not reads("The engine is starting*", DOCK), 90)
    yield from tab("Search")


def environment():
    """From a folder of wheels that has none: so far a real installation goes, without network."""
    box, folder, wheels = "CreateEnvironment", OUT / "environment", OUT / "wheels"
    wheels.mkdir()
    yield from press("Choose: Folder for the engine*", box)
    yield from file_dialog("")
    yield from fill("Folder for the engine*", str(folder), box, QLineEdit)
    pythons = "The Python that makes it"
    yield from until(lambda: shown(QComboBox, pythons, box).count() > 0, 60)
    count = shown(QComboBox, pythons, box).count()
    yield from choose(pythons, shown(QComboBox, pythons, box).itemText(count - 1), box)
    yield from press("Network and offline", box, QGroupBox, at=check_mark)
    for says in ("Choose: Folder with wheels", "Choose: Certificates*"):
        yield from press(says, box)
        yield from file_dialog("")
    yield from fill("Certificates to trust", "", box, QLineEdit)
    for _ in range(2):
        yield from press("Trust this computer's*", box)
    yield from fill("Folder with wheels", str(wheels), box, QLineEdit)
    yield from press("CraterBenchInstall", box)
    yield from press("Cancel", box)
    yield from until(lambda: shown(QAbstractButton, "CraterBenchInstall", box) is not None, 30)
    yield from press("CraterBenchInstall", box)
    yield from until(lambda: reads("*Put the missing wheels into*", box), 240)
    picture("21-no-wheels")
    QApplication.clipboard().clear()
    yield from press("Copy log", box)
    assert "No matching distribution" in QApplication.clipboard().text()
    yield from press("Repair", "Repair")
    yield from press("Cancel", box)
    yield from until(lambda: shown(QAbstractButton, "CraterBenchInstall", box) is not None, 30)
    for answer in ("No", "Yes"):
        yield from press("Remove…", "Repair")
        yield from press(answer)
    yield from until(lambda: reads("The environment was deleted*", "Repair"), 120)
    assert not folder.exists()
    yield from fill("Folder with wheels", "", box, QLineEdit)
