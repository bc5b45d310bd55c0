"""What a control is called: by its object name or by what it says. One room for finder and list.

A control is what a user can press, drag, type into or turn over. ``place``: the class of ours that
holds it, so that two buttons “Cancel” are two controls.
"""

import contextlib
import re
import weakref
from collections import Counter

from qgis.PyQt import sip
from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QComboBox,
    QFileDialog,
    QFormLayout,
    QGroupBox,
    QLabel,
    QLineEdit,
    QMenu,
    QPlainTextEdit,
    QScrollBar,
    QTabBar,
    QWidget,
)
from qgis.utils import iface

PACKAGE = "craterbench_qgis_plugin"
OURS = "CraterBench"
MENU_OF = " › menu"
MOUSE = " › mouse"
_LONG = 60
_MOUSE_EVENTS = ("mousePressEvent", "mouseReleaseEvent", "mouseMoveEvent", "wheelEvent")


_known = {}


def part(name):
    """The plugin's panel or toolbar in QGIS's window, which has two thousand others; None without.

    Known by a weak reference: what the plugin drops is gone here, too.
    """
    widget = _known[name]() if name in _known else None
    if widget is None or sip.isdeleted(widget):
        direct = Qt.FindChildOption.FindDirectChildrenOnly
        widget = iface.mainWindow().findChild(QWidget, name, direct)
        if widget is None:
            return None
        _known[name] = weakref.ref(widget)
    return widget


def clean(text):
    """Without the letters' underlines, shortcuts and numbers, which change."""
    text = text.split("\t", 1)[0].replace("&", "").strip().splitlines() or [""]
    return re.sub(r"\d[\d.,\u202f\u00a0 ]*(?=\D|$)", "#", text[0])[:_LONG].strip()


def is_ours(widget):
    """Whether its class is the plugin's."""
    return type(widget).__module__.startswith(PACKAGE)


def chain(widget):
    """The widget, its parent, and so on."""
    while widget is not None:
        yield widget
        widget = widget.parent() if hasattr(widget, "parent") else None


def place_of(widget):
    """The nearest class of ours that holds it; "" where it is not of the plugin."""
    for holder in list(chain(widget))[1:]:
        if is_ours(holder):
            return type(holder).__name__
        if holder.objectName().startswith(OURS):
            return holder.objectName()
    return ""


def name_of(widget):
    """Object name, words, accessible name, label, placeholder or tooltip: the first there is."""
    name = widget.objectName()
    if name.startswith(OURS):
        return name
    if widget.accessibleName():
        return clean(widget.accessibleName())
    if isinstance(widget, (QAbstractButton, QGroupBox)):
        text = widget.text() if isinstance(widget, QAbstractButton) else widget.title()
        if len(clean(text)) > 1:
            return clean(text)
    said = _label_of(widget)
    if said and isinstance(widget, QAbstractButton):
        return f"{clean(said)} {widget.text()}".strip()
    if isinstance(widget, QAbstractSpinBox):
        more = widget.specialValueText() or getattr(widget, "prefix", str)().strip()
        said = f"{said} ({more})" if more and said else said or more
    if not said and isinstance(widget, QLineEdit):
        said = widget.placeholderText()
    said = clean(said or widget.toolTip())
    if said or isinstance(widget, QAbstractButton):  # one without words was never shown yet
        return said
    return type(widget).__name__


def _label_of(widget):
    """The words beside it: a label's buddy, or a form's row."""
    holder = widget.parent()
    if not isinstance(holder, QWidget):
        return ""
    for label in holder.children():
        if isinstance(label, QLabel) and label.buddy() is widget:
            return label.text().rstrip(": ")
    if not is_ours(holder) and holder.layout() is None:
        return ""
    said = _form_label(holder.layout(), widget) if holder.layout() is not None else ""
    if not said and not is_ours(widget) and type(holder).__name__.startswith("Qgs"):
        return _label_of(holder)
    return said


def _form_label(layout, widget):
    for number in range(layout.count()):
        item = layout.itemAt(number)
        inner = item.layout()
        if inner is None:
            continue
        if isinstance(layout, QFormLayout) and _holds(inner, widget):
            label = layout.labelForField(inner)
            if label is not None:
                return label.text().rstrip(": ")
        said = _form_label(inner, widget)
        if said:
            return said
    if isinstance(layout, QFormLayout):
        label = layout.labelForField(widget)
        if isinstance(label, QLabel):
            return label.text().rstrip(": ")
    return ""


def _holds(layout, widget):
    if layout.indexOf(widget) >= 0:
        return True
    inner = (layout.itemAt(number).layout() for number in range(layout.count()))
    return any(part is not None and _holds(part, widget) for part in inner)


def kind_of(widget):
    """What a user does with it: press, choose, turn, slide, type, list, tab, mouse; "" nothing."""
    if _is_inside(widget):
        return ""
    if isinstance(widget, QTabBar):
        return "tab"
    if isinstance(widget, QAbstractButton):
        return "press"
    if isinstance(widget, QComboBox):
        return "choose"
    if isinstance(widget, QAbstractSpinBox):
        return "turn"
    if isinstance(widget, QAbstractSlider):
        return "slide"
    if isinstance(widget, QLineEdit):
        return "" if widget.isReadOnly() else "type"
    if isinstance(widget, QPlainTextEdit):
        return "" if widget.isReadOnly() else "type"
    if isinstance(widget, QAbstractItemView):
        return "list"
    if isinstance(widget, QGroupBox):
        return "press" if widget.isCheckable() else ""
    return "mouse" if handles_mouse(widget) else ""


def handles_mouse(widget):
    """Whether a class of ours looks at the mouse itself."""
    ours = [base for base in type(widget).__mro__ if base.__module__.startswith(PACKAGE)]
    return any(name in vars(base) for base in ours for name in _MOUSE_EVENTS)


def _is_inside(widget):
    """A part of one of Qt's own widgets, which Qt's tests press."""
    if isinstance(widget, QTabBar):
        return False
    if isinstance(widget, (QScrollBar, QMenu)) or widget.objectName().startswith("qt_"):
        return True
    holder = widget.parent()
    if isinstance(holder, (QComboBox, QAbstractSpinBox, QTabBar, QLineEdit, QAbstractItemView)):
        return True
    if holder is not None and holder.metaObject().className().startswith("QComboBox"):
        return True
    return any(isinstance(holder, QFileDialog) for holder in chain(widget))


def controls_of(root):
    """{(place, name)} of all controls within ``root``, seen or not yet, with what has a menu."""
    controls = Counter()
    for widget in [root, *root.findChildren(QWidget)]:
        place = place_of(widget)
        if not place:
            continue
        with contextlib.suppress(RuntimeError):  # it went meanwhile
            for name in names_within(widget):
                controls[place, name] += 1
    for shortcut in root.findChildren(shortcut_class()):
        if any(isinstance(holder, QFileDialog) for holder in chain(shortcut)):
            continue
        controls[place_of(shortcut), "shortcut " + shortcut.key().toString()] += 1
    return set(controls)


def names_within(widget):
    """The names of the controls that one widget is."""
    kind = kind_of(widget)
    if kind == "tab":
        return [f"tab {clean(widget.tabText(n))}" for n in range(widget.count())]
    names = [] if kind in ("", "mouse") else [name_of(widget)]
    if kind == "mouse" or (kind and not isinstance(widget, QAbstractButton)
                           and handles_mouse(widget)):  # fmt: skip
        names.append(name_of(widget) + MOUSE)
    if widget.contextMenuPolicy() == Qt.ContextMenuPolicy.CustomContextMenu and kind:
        names.append(name_of(widget) + MENU_OF)
    return [name for name in names if name]


def shortcut_class():
    try:
        from qgis.PyQt.QtGui import QShortcut
    except ImportError:
        from qgis.PyQt.QtWidgets import QShortcut
    return QShortcut
