"""Rows and columns of widgets said in one piece, and widgets that many forms have."""

from __future__ import annotations

from typing import Any, Union

from qgis.gui import QgsFileWidget
from qgis.PyQt.QtWidgets import QBoxLayout, QComboBox, QHBoxLayout, QLayout, QVBoxLayout, QWidget

# Union: this runs, on Python 3.9 too.
Part = Union[QWidget, QLayout, int, "tuple[Any, ...]"]
"""What stands in a layout: a widget or a layout; with its stretch (and alignment) as a tuple; or
the stretch of an empty place."""
Margins = Union[int, "tuple[int, int, int, int]", None]
"""One for all four sides, or left, top, right, bottom; None: the style's."""


def in_row(
    *parts: Part, on: QWidget | None = None, margins: Margins = None, spacing: int | None = None
) -> QHBoxLayout:
    """``parts`` from left to right; ``on``: the widget they fill."""
    return _filled(QHBoxLayout(on), parts, margins, spacing)


def in_column(
    *parts: Part, on: QWidget | None = None, margins: Margins = None, spacing: int | None = None
) -> QVBoxLayout:
    """``parts`` from top to bottom; ``on``: the widget they fill."""
    return _filled(QVBoxLayout(on), parts, margins, spacing)


def narrow_combo(letters: int, **properties: Any) -> QComboBox:
    """A combo box as wide as ``letters``: long entries do not widen what it stands in."""
    policy = QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
    return QComboBox(sizeAdjustPolicy=policy, minimumContentsLength=letters, **properties)


def file_widget(title: str, path: str, folder: bool = False) -> QgsFileWidget:
    """A line for a file (or folder) with its button; ``title``: of the dialog that asks."""
    modes = QgsFileWidget.StorageMode
    widget = QgsFileWidget()
    widget.setStorageMode(modes.GetDirectory if folder else modes.GetFile)
    widget.setDialogTitle(title)
    widget.setFilePath(path)
    return widget


def _filled(
    layout: QBoxLayout, parts: tuple[Part, ...], margins: Margins, spacing: int | None
) -> Any:
    if margins is not None:
        layout.setContentsMargins(*(margins if isinstance(margins, tuple) else [margins] * 4))
    if spacing is not None:
        layout.setSpacing(spacing)
    for part in parts:
        if isinstance(part, int):
            layout.addStretch(part)
            continue
        content, *how = part if isinstance(part, tuple) else (part,)
        add = layout.addLayout if isinstance(content, QLayout) else layout.addWidget
        add(content, *how)
    return layout
