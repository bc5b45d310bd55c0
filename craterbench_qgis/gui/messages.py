"""A line of text below a control: a fact, or a problem the user can do something about."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtGui import QColor, QPalette
from qgis.PyQt.QtWidgets import QLabel, QPushButton, QSizePolicy, QWidget

from ..client.failure import CallError
from .layouts import in_column, in_row

_MIDDLE = 128


class MessageLine(QLabel):
    """Hidden while it has nothing to say. The colours fit light and dark themes."""

    def __init__(self) -> None:
        super().__init__()
        self.setWordWrap(True)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
        self._is_problem = False
        self.plain = ""
        """What it says, without the invisible places where lines may break."""
        self.clear_message()

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

    def failure(self, error: CallError, cancelled: str) -> None:
        """Why a call gave no result; ``cancelled``: what to say where the user wanted that."""
        self._show(cancelled if error.cancelled else error.message, not error.cancelled)

    def clear_message(self) -> None:
        """Nothing to say."""
        self._show("", False)

    def _show(self, text: str, is_problem: bool) -> None:
        self._is_problem = is_problem
        self.plain = text
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

    def __init__(self) -> None:
        super().__init__()
        self._solve: Callable[[], Any] | None = None
        self.line = MessageLine()
        self.button = QPushButton(clicked=self._on_clicked)
        row = in_row(self.button, 1)
        in_column(self.line, row, on=self, margins=0)
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
