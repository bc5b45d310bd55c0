"""What a user sees: visible widgets, found by their words. A ``says`` is a pattern: ``Save*``."""

from fnmatch import fnmatchcase

from qgis.PyQt.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QDialog,
    QGroupBox,
    QLabel,
    QWidget,
)
from qgis.utils import iface

import names

_PARTS = ("CraterBenchDock", "CraterBenchToolBar")


def windows():
    """What is on the screen: what is modal alone, else all; of QGIS's own window our parts."""
    modal = QApplication.activeModalWidget()
    if modal is not None:
        return [modal]
    main = iface.mainWindow()
    parts = [names.part(name) for name in _PARTS]
    others = [window for window in QApplication.topLevelWidgets() if window is not main]
    return [window for window in (*parts, iface.messageBar(), *others) if window is not None
            and window.isVisible()]  # fmt: skip


def all_shown(kind, says="*", inside=""):
    """The visible widgets of a kind that say so, in windows or parts that are called ``inside``."""
    widgets = []
    for widget in (child for window in windows() for child in _visible(window)):
        if not isinstance(widget, kind) or widget in widgets:
            continue
        if says != "*" and not fnmatchcase(names.name_of(widget), says):
            continue
        if not inside or any(_is_called(holder, inside) for holder in names.chain(widget)):
            widgets.append(widget)
    return widgets


def _visible(widget):
    """It and what is visible in it: most of a window is behind other tabs."""
    yield widget
    for child in widget.children():
        if isinstance(child, QWidget) and child.isVisible():
            yield from _visible(child)


def _is_called(holder, pattern):
    if not isinstance(holder, QWidget):
        return False
    title = holder.title() if isinstance(holder, QGroupBox) else holder.windowTitle()
    said = (holder.objectName(), title, type(holder).__name__)
    return any(fnmatchcase(text, pattern) for text in said)


def shown(kind, says="*", inside=""):
    """The one that can be pressed, else the first; None without any."""
    widgets = all_shown(kind, says, inside)
    enabled = [widget for widget in widgets if widget.isEnabled()]
    return next(iter(enabled or widgets), None)


def reads(pattern, inside="", kind=QLabel):
    """The first visible text that fits the pattern; "" without one."""
    for label in all_shown(kind, inside=inside):
        if fnmatchcase(label.text().replace("\u200b", ""), pattern):
            return label.text().replace("\u200b", "")
    return ""


def dialog(title="*"):
    """Whether a dialog with that title is open."""
    kinds = [window for window in windows() if isinstance(window, QDialog)]
    return any(fnmatchcase(window.windowTitle(), title) for window in kinds)


def rows(says, inside=""):
    """How many rows a visible list has; 0 without it."""
    view = shown(QAbstractItemView, says, inside)
    return view.model().rowCount() if view is not None and view.model() is not None else 0
