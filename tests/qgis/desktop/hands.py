"""What a user has beside the eyes: a mouse and a keyboard.

Nothing is kept between two looks, and ``gc.collect()`` runs before each press: what lives only by a
name that a function forgot is gone when it is pressed. Every press waits until the X server's event
was delivered. A ``says`` is a pattern: ``Save*``.
"""

import gc
import time
from fnmatch import fnmatchcase

from qgis.core import QgsPointXY
from qgis.PyQt.QtCore import QPoint
from qgis.PyQt.QtGui import QCursor
from qgis.PyQt.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QApplication,
    QComboBox,
    QFileDialog,
    QLineEdit,
    QMenu,
    QScrollArea,
    QTabBar,
    QWidget,
)
from qgis.utils import iface

import names
from eyes import all_shown, dialog, shown
from record import record
from steps import pause, picture, until, xdo

_ARRIVES = 8.0


def act(*words, settle=0.12):
    """One call of xdotool, and the wait for its event."""
    count, end = record.count, time.monotonic() + _ARRIVES
    record.walk()
    record.watch(_where(words))
    try:
        xdo(*words)
        while record.count == count:
            if time.monotonic() > end:
                raise AssertionError(f"nothing received {' '.join(map(str, words))}")
            yield 10
        yield from pause(settle)
    finally:
        record.rest()


def _where(words):
    """The place of the screen a call of xdotool is about; None for keys."""
    if "mousemove" in words:
        at = len(words) - 1 - list(words)[::-1].index("mousemove")
        return QPoint(int(words[at + 1]), int(words[at + 2]))
    return QCursor.pos() if words[0].startswith("mouse") else None


def spot(widget, at=None):
    """Where on the screen it is, its middle or ``at``; scrolled to where that is needed."""
    return widget.mapToGlobal(at if at is not None else widget.rect().center())


def _is_in_sight(widget, at):
    return widget.visibleRegion().contains(at if at is not None else widget.rect().center())


def scroll_to(find, at=None):
    """Turn the wheel over what holds it until it is in sight."""
    for _ in range(30):
        widget = find()
        if widget is None or _is_in_sight(widget, at):
            return
        holders = names.chain(widget)
        area = next((holder for holder in holders if isinstance(holder, QScrollArea)), None)
        if area is None:
            return
        here = widget.mapTo(area, at if at is not None else widget.rect().center())
        button = 5 if here.y() > area.height() // 2 else 4
        over = spot(area.viewport(), QPoint(3, area.viewport().height() // 2))
        xdo("mousemove", over.x(), over.y(), "click", button)
        yield from pause(0.1)


def press(says, inside="", kind=QAbstractButton, at=None, button=1, times=1, wait=15.0, keys=()):
    """Click it with the mouse, holding ``keys``; ``at``: a function of the widget, its point."""
    gc.collect()

    def find():
        return shown(kind, says, inside)

    try:
        yield from until(lambda: find() is not None and find().isEnabled(), wait)
    except AssertionError:
        there = sorted(names.name_of(widget) for widget in all_shown(kind, inside=inside))
        state = "is greyed" if find() is not None else "is not there"
        raise AssertionError(f"{says!r} in {inside!r} {state}; there are {there}") from None
    end = time.monotonic() + 4.0
    while True:
        yield from scroll_to(find)
        place = yield from _at_rest(lambda: _place(find(), at))
        widget, hidden = find(), QApplication.widgetAt(place)
        if hidden is not None and _same(hidden, widget):
            break
        assert time.monotonic() < end, (
            f"{says!r} is behind {hidden and names.name_of(hidden)} {type(hidden).__name__}"
        )
        del widget, hidden
        yield from pause(0.2)  # what comes or goes just now pushes others aside
    del widget, hidden
    down = [word for key in keys for word in ("keydown", key)]
    up = [word for key in keys for word in ("keyup", key)]
    clicks = ("click", "--repeat", times, "--delay", 60, button) if times > 1 else ("click", button)
    yield from act("mousemove", place.x(), place.y(), *down, *clicks, *up)


def _place(widget, at):
    if at is None and isinstance(widget, QAbstractButton) and widget.isCheckable():
        at = check_mark
    return spot(widget, at(widget) if at is not None else None)


def _at_rest(where):
    """The place that ``where`` sees, once it has stayed there: what comes may push others aside."""
    place = where()
    while True:
        yield from pause(0.06)
        now = where()
        if now == place:
            return place
        place = now


def _same(there, widget):
    return any(part is widget for part in names.chain(there)) or any(
        part is there for part in names.chain(widget)
    )


def check_mark(widget):
    """Where a check box or a checkable group's title is pressed; beside its words it hears none."""
    return QPoint(10, 10 if not isinstance(widget, QAbstractButton) else widget.height() // 2)


def key(*keys, settle=0.12):
    """Press keys where the keyboard's focus is."""
    gc.collect()
    for name in keys:
        yield from act("key", name, settle=settle)


def write(text):
    """Type over what is there."""
    yield from act("key", "ctrl+a", settle=0.05)
    if not text:
        yield from act("key", "Delete")
        return
    yield from act("type", "--delay", 6, "--", text, settle=0.05)
    yield from pause(0.15 + 0.012 * len(text))


def fill(says, text, inside="", kind=QWidget, end="Tab"):
    """Click into a field, type, leave it."""
    yield from press(says, inside, kind, at=lambda field: QPoint(18, field.height() // 2))
    yield from write(text)
    if end:
        yield from key(end)


def choose(says, entry, inside=""):
    """Open a list with the mouse and click the entry that reads so."""
    yield from press(
        says, inside, QComboBox, at=lambda box: QPoint(box.width() - 9, box.height() // 2)
    )
    where = lambda: _entry(says, inside, entry)  # noqa: E731
    yield from until(lambda: where() is not None, 8)
    place = yield from _at_rest(where)
    yield from act("mousemove", place.x(), place.y(), "click", 1)


def _entry(says, inside, entry):
    popup = QApplication.activePopupWidget()
    combo = next((box for box in QApplication.allWidgets() if isinstance(box, QComboBox)
                  and box.isVisible() and fnmatchcase(names.name_of(box), says)
                  and box.view().isVisible()), None)  # fmt: skip
    if popup is None or combo is None:
        return None
    for row in range(combo.count()):
        if fnmatchcase(combo.itemText(row), entry):
            view = combo.view()
            view.scrollTo(view.model().index(row, combo.modelColumn()))
            area = view.visualRect(view.model().index(row, combo.modelColumn()))
            return view.viewport().mapToGlobal(area.center())
    raise AssertionError([combo.itemText(row) for row in range(combo.count())])


def open_menus():
    """Menus on the screen."""
    return [window for window in QApplication.topLevelWidgets()
            if isinstance(window, QMenu) and window.isVisible()]  # fmt: skip


def entry(says, settle=0.2):
    """Click an entry of the menu that is open."""
    gc.collect()

    def find():
        for menu in open_menus():
            for action in menu.actions():
                plain = action.text().split("\t", 1)[0].replace("&", "")
                fits = fnmatchcase(plain, says) or fnmatchcase(names.clean(plain), says)
                if fits and action.isEnabled():
                    return menu.mapToGlobal(menu.actionGeometry(action).center())
        return None

    try:
        yield from until(lambda: find() is not None, 6)
    except AssertionError:
        there = [names.clean(a.text()) for menu in open_menus() for a in menu.actions()]
        raise AssertionError(f"no entry {says!r} can be chosen in {there}") from None
    place = yield from _at_rest(find)
    yield from act("mousemove", place.x(), place.y(), "click", 1, settle=settle)


def menu_bar(title):
    """Open a menu of QGIS's main window."""
    gc.collect()
    bar = iface.mainWindow().menuBar()
    action = next(action for action in bar.actions() if names.clean(action.text()) == title)
    place = bar.mapToGlobal(bar.actionGeometry(action).center())
    yield from act("mousemove", place.x(), place.y(), "click", 1)


def no_menu():
    """Close what is open without choosing."""
    while open_menus():
        yield from key("Escape")


def tab(title, inside="CraterBenchDock"):
    """Click a tab."""

    def at(bar):
        number = next(n for n in range(bar.count()) if fnmatchcase(bar.tabText(n), title))
        return bar.tabRect(number).center()

    gc.collect()
    yield from until(lambda: _bar(title, inside) is not None, 10)
    place = yield from _at_rest(lambda: _place(_bar(title, inside), at))
    yield from act("mousemove", place.x(), place.y(), "click", 1)


def _bar(title, inside):
    for bar in all_shown(QTabBar, inside=inside):
        if any(fnmatchcase(bar.tabText(n), title) for n in range(bar.count())):
            return bar
    return None


def cell(row, says="Matches", inside=""):
    """A function of a list: the middle of a row."""
    return lambda view: view.visualRect(view.model().index(row, 0)).center()


def item(row, says="Matches", inside="", button=1, times=1, keys=(), at=None):
    """Click a row of a list."""
    gc.collect()
    find = lambda: shown(QAbstractItemView, says, inside)  # noqa: E731
    yield from until(lambda: find() is not None and find().model().rowCount() > row, 20)
    yield from scroll_to(find)
    place = yield from _at_rest(lambda: spot(find().viewport(), (at or cell(row))(find())))
    down = [word for held in keys for word in ("keydown", held)]
    up = [word for held in keys for word in ("keyup", held)]
    clicks = ("click", "--repeat", times, "--delay", 60, button) if times > 1 else ("click", button)
    yield from act("mousemove", place.x(), place.y(), *down, *clicks, *up)


def hover(says, inside="", kind=QWidget, at=None):
    """Move the mouse over it."""
    widget = shown(kind, says, inside)
    place = spot(widget, at(widget) if at is not None else None)
    del widget
    xdo("mousemove", place.x() - 3, place.y(), "mousemove", place.x(), place.y())
    yield from pause(0.3)


def on_screen(lon, lat):
    """Where the map shows a place, on the screen."""
    canvas = iface.mapCanvas()
    at = canvas.getCoordinateTransform().transform(QgsPointXY(lon, lat))
    return canvas.mapToGlobal(QPoint(round(at.x()), round(at.y())))


def drag(a, b, shot="", via=()):
    """Press at one point of the screen, move to the other by way of ``via``, release."""
    gc.collect()
    xdo("mousemove", a.x(), a.y())
    yield from pause(0.15)
    record.watch(a)
    xdo("mousedown", 1)
    yield from pause(0.15)
    moves = []
    for start, end in zip((a, *via), (*via, b), strict=True):
        for step in range(1, 7):
            at = start + (end - start) * step / 6
            moves += ["mousemove", at.x(), at.y(), "sleep", 0.04]
    xdo(*moves)
    yield from pause(0.6 * (1 + len(via)))
    if shot:
        picture(shot)
    yield from act("mouseup", 1)


def drag_on_map(a, b, shot=""):
    """The same between two places of the map, each (lon, lat)."""
    yield from drag(on_screen(*a), on_screen(*b), shot)


def click_map(lon, lat):
    """Click a place of the map."""
    gc.collect()
    at = on_screen(lon, lat)
    yield from act("mousemove", at.x(), at.y(), "click", 1)


def file_dialog(path):
    """Answer Qt's dialog for a file or folder: type the path, press Enter; "" cancels."""
    yield from until(lambda: shown(QFileDialog) is not None, 10)
    yield from pause(0.3)
    if path:
        line = next(field for field in all_shown(QLineEdit) if field.objectName() == "fileNameEdit")
        place = spot(line)
        del line
        yield from act("mousemove", place.x(), place.y(), "click", 1)
        yield from write(str(path))
        yield from key("Escape" if _has_completer() else "shift")
        yield from key("Return")
    else:
        yield from key("Escape")
    yield from until(lambda: shown(QFileDialog) is None, 10)
    yield from pause(0.1)


def _has_completer():
    return QApplication.activePopupWidget() is not None


def closed(title="*"):
    """Wait until no dialog of that title is open."""
    yield from until(lambda: not dialog(title), 15)
