"""Keeps which controls there are in the living plugin, and which of them were really pressed.

The walk takes the panel, every window of ours and every menu that opens, whether a control is seen
yet or not. A press counts when its event came from the X server and was delivered to the control.
"""

from qgis.PyQt import sip
from qgis.PyQt.QtCore import QEvent, QObject, Qt
from qgis.PyQt.QtWidgets import (
    QApplication,
    QComboBox,
    QDialog,
    QMenu,
    QMenuBar,
    QPushButton,
    QTabBar,
    QToolBar,
    QToolButton,
    QWidget,
)
from qgis.utils import iface

import names

_TYPES = QEvent.Type
_MOVED = 12
_LEFT = Qt.MouseButton.LeftButton


class Record(QObject):
    """``controls``: {(place, name)}; ``presses``: {(place, name): {step}}."""

    def __init__(self):
        super().__init__()
        self.controls, self.presses, self.windows = set(), {}, set()
        self.step, self.count, self.last = "", 0, ""
        self._down = None
        self._walked = set()
        self._ears = []

    def note(self, place, name):
        """Remember a press in the present step."""
        self.presses.setdefault((place, name), set()).add(self.step)

    def report(self):
        """For the report."""
        return {
            "controls": sorted(map(list, self.controls)),
            "presses": sorted(
                [*control, step] for control, steps in self.presses.items() for step in steps
            ),
            "windows": sorted(self.windows),
        }

    # What there is

    def walk(self, again=False):
        """Look at the windows that came since the last look; ``again``: at all there is."""
        windows = [window for window in QApplication.topLevelWidgets() if window.isVisible()]
        walked = set() if again else self._walked
        self._walked = {sip.unwrapinstance(window) for window in windows}
        for window in windows:
            if sip.unwrapinstance(window) not in walked:
                self._window(window)
        if not again:
            return
        dock, bar = names.part("CraterBenchDock"), names.part("CraterBenchToolBar")
        if dock is not None:
            self.controls |= names.controls_of(dock)
        if bar is not None:
            self.controls |= {(bar.objectName(), names.clean(a.text())) for a in bar.actions()}

    def _window(self, window):
        if isinstance(window, QMenu):
            self._menu(window)
        elif names.is_ours(window) or names.place_of(window):
            self.controls |= names.controls_of(window)
            if isinstance(window, QDialog):
                self.windows.add(type(window).__name__)
        elif isinstance(window, QDialog):  # QGIS's options have a page of ours
            for page in window.findChildren(QWidget):
                if names.is_ours(page) and not names.is_ours(page.parent()):
                    self.controls |= names.controls_of(page)

    def _menu(self, menu):
        place = self._menu_place(menu)
        if place and menu.isVisible():
            for action in menu.actions():
                if not action.isSeparator():
                    self.controls.add((place, "menu " + names.clean(action.text())))

    @staticmethod
    def _menu_place(menu):
        if menu.title() == "CraterBench":
            return "CraterBench menu"
        holder = menu.parent()
        if holder is not None and names.is_ours(holder):
            return type(holder).__name__
        return names.place_of(menu)

    # What was pressed

    def watch(self, place=None):
        """Listen until :meth:`rest` to what is at a place of the screen, or has the keyboard.

        Not to the whole application: PyQt takes QGIS down when it is handed an event of an object
        that is half destroyed.
        """
        self.rest()
        ears = [iface.mainWindow(), QApplication.focusWidget(), QApplication.activePopupWidget()]
        if place is not None:
            ears.append(QApplication.widgetAt(place))
        for ear in ears:
            for holder in names.chain(ear) if ear is not None else ():
                self._hear(holder)
        dock = names.part("CraterBenchDock")
        for shortcut in dock.findChildren(names.shortcut_class()) if dock is not None else ():
            self._hear(shortcut)

    def _hear(self, ear):
        if all(ear is not other for other in self._ears):
            self._ears.append(ear)
            ear.installEventFilter(self)

    def rest(self):
        """Listen no more, and hold nothing."""
        while self._ears:
            ear = self._ears.pop()
            if not sip.isdeleted(ear):
                ear.removeEventFilter(self)

    def eventFilter(self, receiver, event):
        """Never keeps anything."""
        kind = event.type()
        if kind == _TYPES.Shortcut:
            self._on_shortcut(receiver, event)
        elif kind == _TYPES.ShortcutOverride and event.spontaneous():
            self.count += 1  # a shortcut takes the key away before it is pressed
        elif kind in _SEEN and event.spontaneous() and isinstance(receiver, QWidget):
            _SEEN[kind](self, receiver, event)
        return False

    def _on_press(self, widget, event):
        self._down = event.globalPos()
        has_menu = isinstance(widget, (QPushButton, QToolButton)) and widget.menu() is not None
        if has_menu or isinstance(widget, (QComboBox, QMenuBar)) or event.button() != _LEFT:
            self.count += 1  # what opens takes the release
            self._note_widget(widget)

    def _on_release(self, widget, event):
        self.count += 1
        self.last = f"{type(widget).__name__} {widget.objectName()}"
        if isinstance(widget, QMenu):
            action = widget.actionAt(event.pos())
            if action is not None:
                self._note_action(widget, action)
            return
        if isinstance(widget, QTabBar):
            self._note(widget, f"tab {names.clean(widget.tabText(widget.tabAt(event.pos())))}")
            return
        if self._on_map(widget, event) or self._on_bar(widget):
            return
        self._note_widget(widget)

    def _on_map(self, widget, event):
        canvas = iface.mapCanvas()
        if widget is not canvas.viewport():
            return False
        tool = canvas.mapTool()
        if tool is not None and names.is_ours(tool):
            moved = (event.globalPos() - (self._down or event.globalPos())).manhattanLength()
            self.note("map", f"{type(tool).__name__} {'drag' if moved > _MOVED else 'click'}")
        return True

    def _on_bar(self, widget):
        holder = widget.parent()
        if not isinstance(holder, QToolBar) or not hasattr(widget, "defaultAction"):
            return False
        action = widget.defaultAction()
        if action is not None and holder.objectName().startswith(names.OURS):
            self.note(holder.objectName(), names.clean(action.text()))
        return True

    def _on_key(self, widget, event):
        self.count += 1
        if isinstance(widget, QMenu):
            action = widget.activeAction()
            if action is not None and event.text() == "\r":
                self._note_action(widget, action)
            return
        self._note_widget(widget)
        key = _key_names().get(event.key(), "")
        packages = {_package(holder) for holder in names.chain(widget)} - {""}
        canvas = iface.mapCanvas()
        if widget in (canvas, canvas.viewport()) and canvas.mapTool() is not None:
            packages |= {_package(canvas.mapTool())} - {""}
        for package in packages:
            self.note("keys of " + package, key)

    def _on_wheel(self, widget, event):
        self.count += 1
        canvas = iface.mapCanvas()
        if widget is canvas.viewport() and names.is_ours(canvas.mapTool()):
            self.note("map", type(canvas.mapTool()).__name__ + " wheel")
        else:
            self._note_widget(widget)

    def _on_menu(self, widget, event):
        for holder in names.chain(widget):
            for name in names.names_within(holder) if isinstance(holder, QWidget) else ():
                if name.endswith(names.MENU_OF):
                    self._note(holder, name)
                    return

    def _on_shortcut(self, receiver, event):
        key = "shortcut " + event.key().toString()
        place = names.place_of(receiver)
        if place:
            self.note(place, key)
            code = event.key()[0]
            pressed = _key_names().get(code if isinstance(code, int) else code.toCombined(), "")
            for package in {_package(holder) for holder in names.chain(receiver)} - {""}:
                self.note("keys of " + package, pressed)

    def _note_action(self, menu, action):
        place = self._menu_place(menu)
        if place:
            self.note(place, "menu " + names.clean(action.text()))

    def _note_widget(self, widget):
        for holder in names.chain(widget):
            if not isinstance(holder, QWidget):
                return
            own = [name for name in names.names_within(holder) if not name.endswith(names.MENU_OF)]
            for name in own:
                self._note(holder, name)
            if own:
                return

    def _note(self, widget, name):
        place = names.place_of(widget)
        if place:
            self.note(place, name)


_SEEN = {
    _TYPES.MouseButtonPress: Record._on_press,
    _TYPES.MouseButtonDblClick: Record._on_press,
    _TYPES.MouseButtonRelease: Record._on_release,
    _TYPES.KeyPress: Record._on_key,
    _TYPES.Wheel: Record._on_wheel,
    _TYPES.ContextMenu: Record._on_menu,
}


def _package(thing):
    """``results`` for a class of ``gui.results``, ``gui`` for one of ``gui`` itself, else ""."""
    module = type(thing).__module__.split(".")
    if module[0] != names.PACKAGE or "gui" not in module:
        return ""
    inner = module[module.index("gui") + 1 : -1]
    return inner[0] if inner else "gui"


_KEYS = {}


def _key_names():
    """{number: name} of Qt's keys."""
    if not _KEYS:
        from qgis.PyQt.QtCore import Qt

        for name in {*dir(Qt), *dir(Qt.Key)}:  # Qt 5 has them in the one, Qt 6 in the other
            if name.startswith("Key_") and name != "Key_Any":  # the same number as Key_Space
                _KEYS[int(getattr(Qt.Key, name))] = name[len("Key_") :]
    return _KEYS


record = Record()
