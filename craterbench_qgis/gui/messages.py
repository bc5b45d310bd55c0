"""A line of text below a control: a fact, or a problem the user can do something about."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtGui import QColor, QPalette
from qgis.PyQt.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

_MIDDLE = 128


class MessageLine(QLabel):
    """Hidden while it has nothing to say. The colours fit light and dark themes."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWordWrap(True)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
        self._is_problem = False
        self._plain = ""
        self.clear_message()

    @property
    def plain(self) -> str:
        """What it says, without the invisible places where lines may break."""
        return self._plain

    @property
    def is_problem(self) -> bool:
        """Whether it shows a problem."""
        return self._is_problem and bool(self.text())

    def info(self, text: str) -> None:
        """A fact."""
        self._show(text, False)

    def problem(self, text: str) -> None:
        """Something wrong, with what to do."""
        self._show(text, True)

    def clear_message(self) -> None:
        """Nothing to say."""
        self._show("", False)

    def _show(self, text: str, is_problem: bool) -> None:
        self._is_problem = is_problem
        self._plain = text
        if is_problem:
            palette = QPalette(self.palette())
            palette.setColor(QPalette.ColorRole.WindowText, problem_colour(self))
            self.setPalette(palette)
        else:
            self.setPalette(QPalette())
        # A long path without blanks would otherwise widen the dialog: let it break at slashes.
        self.setText(breakable(text))
        self.setVisible(bool(text))


class Notice(QWidget):
    """A problem that stays until it is solved, with the button that solves it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._solve: Callable[[], Any] | None = None
        self.line = MessageLine()
        self.button = QPushButton()
        self.button.clicked.connect(self._on_clicked)
        row = QHBoxLayout()
        row.addWidget(self.button)
        row.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.line)
        layout.addLayout(row)
        self.hide()

    def show_problem(self, text: str, button: str, solve: Callable[[], Any]) -> None:
        """Say ``text``; ``solve`` is what the button calls."""
        self._solve = solve
        self.line.problem(text)
        self.button.setText(button)
        self.show()

    def dismiss(self) -> None:
        """It is solved, or no more a problem."""
        self._solve = None
        self.hide()

    def _on_clicked(self) -> None:
        if self._solve is not None:
            self._solve()


def breakable(text: str) -> str:
    """``text`` that may also break after the slashes of paths."""
    return text.replace("/", "/\u200b").replace("\\", "\\\u200b")


def problem_colour(widget: QWidget) -> QColor:
    """A red that is legible on the widget's background."""
    dark = widget.palette().color(QPalette.ColorRole.Window).lightness() < _MIDDLE
    return QColor(255, 128, 118) if dark else QColor(176, 24, 16)
