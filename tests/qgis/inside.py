"""Helpers for tests inside QGIS's Python: its start, its end, waiting, a stand-in for iface."""

import atexit
import os
import sys
import time
from contextlib import contextmanager

from qgis.core import QgsApplication, QgsProject, QgsSettings
from qgis.gui import QgsMapCanvas, QgsMessageBar
from qgis.PyQt.QtCore import QCoreApplication, QEvent, QEventLoop, QPointF, Qt, QTimer
from qgis.PyQt.QtGui import QMouseEvent
from qgis.PyQt.QtWidgets import QApplication, QDockWidget, QMainWindow, QMenu, QToolBar

ENGINE_PYTHON = os.environ.get("CRATERBENCH_TEST_PYTHON", "")


def start_qgis():
    """One QgsApplication with GUI."""
    application = QgsApplication([], True)
    application.initQgis()
    return application


def leave_at_once():
    """End the process without taking QGIS down object by object.

    In a script without QGIS's main window that crashes now and then, after all that is tested.
    """

    def leave():
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(0)

    atexit.register(leave)


def forget_everything():
    """Close windows, empty the project, forget settings: what the next test must not meet."""
    for widget in QApplication.topLevelWidgets():
        if widget.parent() is None:
            widget.close()
            widget.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    QgsProject.instance().clear()
    QApplication.clipboard().clear()
    QgsSettings().clear()
    for _ in range(3):
        QCoreApplication.processEvents()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def settle(rounds=1):
    """Let what was posted happen."""
    for _ in range(rounds):
        QCoreApplication.processEvents()


def move_mouse(view, at, buttons=Qt.MouseButton.NoButton):
    """Over ``view``, with ``buttons`` down.

    QTest's own moves the desktop's one pointer: the event is lost when it already is there, and
    says that no button is down.
    """
    button, key = Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier
    place, on_screen = QPointF(at), QPointF(view.mapToGlobal(at))
    event = QMouseEvent(QEvent.Type.MouseMove, place, on_screen, button, buttons, key)
    QApplication.sendEvent(view, event)
    settle()


def child(parent, kind, name):
    """The widget of that object name; AssertionError where there is none."""
    widget = parent.findChild(kind, name)
    assert widget is not None, f"{parent} has no {kind.__name__} {name}"
    return widget


@contextmanager
def waiting_for(signal, seconds=60.0):
    """Leave the block when ``signal`` was emitted since it was entered."""
    emitted = []

    def note(*values):
        emitted.append(values)

    signal.connect(note)
    try:
        yield emitted
        wait_until(lambda: emitted, seconds)
    finally:
        signal.disconnect(note)


def wait_until(condition, seconds=60.0, every_ms=5):
    """Run the event loop until ``condition()``; AssertionError after ``seconds``, a hang."""
    loop, end = QEventLoop(), time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"waited {seconds} s in vain"
        QTimer.singleShot(every_ms, loop.quit)
        loop.exec() if hasattr(loop, "exec") else loop.exec_()


def load(store, set_id):
    """The match set of that id in a project's store; None where there is none."""
    answers = []
    store.open_set(set_id, answers.append)
    wait_until(lambda: answers)
    return answers[0]


def flush(store):
    """Until all that was asked of a project's store is on the disk: it works in order."""
    load(store, "no query has this id")


class LongestGap:
    """Measures the event loop's largest pause in milliseconds, by a timer of 5 ms."""

    def __init__(self):
        self.worst_ms, self._last = 0.0, time.perf_counter()
        self._timer = QTimer()
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._tick)

    def start(self):
        self._last, self.worst_ms = time.perf_counter(), 0.0
        self._timer.start(5)

    def stop(self):
        self._timer.stop()
        return self.worst_ms

    def _tick(self):
        now = time.perf_counter()
        self.worst_ms = max(self.worst_ms, (now - self._last) * 1000.0)
        self._last = now


class FakeInterface:
    """As much of QgisInterface as the plugin uses, with a real canvas and main window."""

    def __init__(self):
        self.window = QMainWindow()
        self.canvas = QgsMapCanvas(self.window)
        self.canvas.resize(900, 700)
        self.bar = QgsMessageBar(self.window)
        self.menu_actions, self.toolbars, self.docks, self.option_factories = [], [], [], []
        self._menu = QMenu()
        self.active = None

    def mainWindow(self):
        return self.window

    def newProject(self, asks=False):
        """Without the question, which needs somebody to answer."""
        QgsProject.instance().clear()
        return True

    def mapCanvas(self):
        return self.canvas

    def messageBar(self):
        return self.bar

    def activeLayer(self):
        return self.active

    def setActiveLayer(self, layer):
        self.active = layer

    def addPluginToMenu(self, menu, action):
        self.menu_actions.append(action)

    def removePluginMenu(self, menu, action):
        self.menu_actions.remove(action)

    def addToolBar(self, name):
        bar = QToolBar(name, self.window)
        self.window.addToolBar(bar)
        self.toolbars.append(bar)
        return bar

    def addDockWidget(self, area, dock: QDockWidget):
        self.window.addDockWidget(area, dock)
        self.docks.append(dock)

    def addTabifiedDockWidget(self, area, dock, raise_tab=False):
        self.addDockWidget(area, dock)

    def removeDockWidget(self, dock):
        self.window.removeDockWidget(dock)
        self.docks.remove(dock)

    def registerOptionsWidgetFactory(self, factory):
        self.option_factories.append(factory)

    def unregisterOptionsWidgetFactory(self, factory):
        self.option_factories.remove(factory)

    def layerTreeView(self):
        return None
