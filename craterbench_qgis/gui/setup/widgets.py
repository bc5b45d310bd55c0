"""Small widgets of the set-up page."""

from __future__ import annotations

from qgis.gui import QgsFileWidget
from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtGui import QFontDatabase
from qgis.PyQt.QtWidgets import (
    QLabel,
    QPlainTextEdit,
    QSizePolicy,
    QToolButton,
    QTreeWidget,
    QWidget,
)

from ...i18n import tr
from ..layouts import file_widget, in_row


def note(text: str) -> QLabel:
    """Text that wraps and can be copied."""
    label = QLabel(text)
    label.setWordWrap(True)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    # Wrapped text in a narrow dock must not ask for the width of its longest path.
    policy = QSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
    policy.setHeightForWidth(True)
    label.setSizePolicy(policy)
    return label


def file_line(title: str, path: str, folder: bool = False) -> QgsFileWidget:
    """A line for a file (or folder) and its button, called as the dialog that asks."""
    widget = file_widget(title, path, folder)
    widget.lineEdit().setAccessibleName(title)
    direct = Qt.FindChildOption.FindDirectChildrenOnly
    for button in widget.findChildren(QToolButton, "", direct):
        button.setAccessibleName(tr("Choose: {what}").format(what=title))
    return widget


def buttons(*widgets: QWidget) -> QWidget:
    """A row, left-aligned."""
    row = QWidget()
    in_row(*widgets, 1, on=row, margins=0)
    return row


def log_view() -> QPlainTextEdit:
    """Where a log runs by; it keeps the last thousands of lines."""
    view = QPlainTextEdit()
    view.setReadOnly(True)
    view.setMaximumBlockCount(5000)
    view.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
    view.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
    view.setMinimumHeight(140)
    return view


def shrink_to_rows(tree: QTreeWidget) -> None:
    """As high as its rows: no scroll bar within a page that scrolls."""
    rows = tree.topLevelItemCount()
    height = tree.header().sizeHint().height() + 2 * tree.frameWidth() + 2
    height += sum(tree.sizeHintForRow(row) for row in range(rows))
    tree.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    tree.setFixedHeight(height)
