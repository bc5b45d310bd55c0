"""The conditions of a search as chips: press one to change it, its cross to take it away."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from qgis.PyQt.QtCore import QEvent, QRectF, QSize, Qt, pyqtSignal
from qgis.PyQt.QtGui import QPainter, QPalette, QPen
from qgis.PyQt.QtWidgets import (
    QSizePolicy,
    QStyle,
    QStyleOptionToolButton,
    QStylePainter,
    QToolButton,
    QWidget,
)

from ...i18n import tr
from .. import colours
from ..layouts import in_row
from .flow import FlowLayout


class ElidedButton(QToolButton):
    """A flat button whose text gives way, with dots, where there is no room for it."""

    def minimumSizeHint(self) -> QSize:
        return QSize(24, super().minimumSizeHint().height())

    def paintEvent(self, event: Any) -> None:
        painter, option = QStylePainter(self), QStyleOptionToolButton()
        self.initStyleOption(option)
        room = self.width() - 8
        option.text = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, room)
        painter.drawComplexControl(QStyle.ComplexControl.CC_ToolButton, option)


class Chip(QWidget):
    """One condition."""

    edit_wanted = pyqtSignal(str)
    removed = pyqtSignal(str)

    def __init__(self, key: str, text: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.key = key
        self.setObjectName(f"CraterBenchChip_{key}")
        self.words = ElidedButton()
        self.words.setText(text)
        self.words.setToolTip(tr("{text}: press to change it").format(text=text))
        self.words.setAutoRaise(True)
        self.words.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.cross = QToolButton()
        self.cross.setText("✕")
        self.cross.setAutoRaise(True)
        self.cross.setToolTip(tr("Search without: {text}").format(text=text))
        self.cross.setAccessibleName(tr("Search without: {text}").format(text=text))
        in_row((self.words, 1), self.cross, on=self, margins=(5, 0, 1, 0), spacing=0)
        self.words.clicked.connect(lambda *_: self.edit_wanted.emit(self.key))
        self.cross.clicked.connect(lambda *_: self.removed.emit(self.key))

    def keyPressEvent(self, event: Any) -> None:
        """Delete takes the condition away, from either of its buttons."""
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.removed.emit(self.key)
            return
        super().keyPressEvent(event)

    def paintEvent(self, event: Any) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        palette = self.window().palette()
        highlight = palette.color(QPalette.ColorRole.Highlight)
        back = palette.color(QPalette.ColorRole.Window)
        painter.setBrush(colours.blend(highlight, back, 0.16))
        painter.setPen(QPen(colours.blend(highlight, back, 0.5), 1))
        box = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.drawRoundedRect(box, box.height() / 2, box.height() / 2)
        painter.end()


class ChipRow(QWidget):
    """Chips between other widgets: what is more than a condition, and a button that adds one."""

    edit_wanted = pyqtSignal(str)
    removed = pyqtSignal(str)

    def __init__(self, before: Sequence[QWidget], after: Sequence[QWidget]) -> None:
        super().__init__()
        self._before, self._after = before, after
        self._flow = FlowLayout(self)
        policy = self.sizePolicy()
        policy.setHeightForWidth(True)
        policy.setHorizontalPolicy(QSizePolicy.Policy.Ignored)
        self.setSizePolicy(policy)
        self.chips: dict[str, Chip] = {}
        for widget in (*before, *after):
            self._flow.addWidget(widget)

    def show_pieces(self, pieces: dict[str, str]) -> None:
        """Show these conditions: text by key."""
        focused = next((key for key, chip in self.chips.items() if chip.isAncestorOf(
            self.focusWidget() or self)), None)  # fmt: skip
        while self._flow.count():
            self._flow.takeAt(0)
        for chip in self.chips.values():
            chip.hide()
            chip.deleteLater()
        for widget in self._before:
            self._flow.addWidget(widget)
        self.chips = {key: Chip(key, text, self) for key, text in pieces.items()}
        for chip in self.chips.values():
            chip.edit_wanted.connect(self.edit_wanted)
            chip.removed.connect(self.removed)
            self._flow.addWidget(chip)
            chip.show()
        for widget in self._after:
            self._flow.addWidget(widget)
        self._order_tabs()
        if focused in self.chips:
            self.chips[focused].words.setFocus()
        self._flow.invalidate()
        self.updateGeometry()

    def _order_tabs(self) -> None:
        """The Tab key goes through them as the eye does: a widget made late would come last."""
        chips = [part for chip in self.chips.values() for part in (chip.words, chip.cross)]
        order = [*self._before, *chips, *self._after]
        for first, second in zip(order, order[1:]):  # noqa: B905, RUF007 - Python 3.9
            QWidget.setTabOrder(first, second)

    def resizeEvent(self, event: Any) -> None:
        """The height follows from the width."""
        super().resizeEvent(event)
        self.setMinimumHeight(self._flow.heightForWidth(self.width()))

    def event(self, event: Any) -> bool:
        """The height follows also when chips came or went."""
        done = bool(super().event(event))
        if event.type() == QEvent.Type.LayoutRequest:
            self.setMinimumHeight(self._flow.heightForWidth(self.width()))
        return done
