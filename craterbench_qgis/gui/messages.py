"""A line of text below a control: a fact, or a problem the user can do something about."""

from __future__ import annotations

from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtGui import QColor, QPalette
from qgis.PyQt.QtWidgets import QLabel, QSizePolicy, QWidget

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


def breakable(text: str) -> str:
    """``text`` that may also break after the slashes of paths."""
    return text.replace("/", "/\u200b").replace("\\", "\\\u200b")


def problem_colour(widget: QWidget) -> QColor:
    """A red that is legible on the widget's background."""
    dark = widget.palette().color(QPalette.ColorRole.Window).lightness() < _MIDDLE
    return QColor(255, 128, 118) if dark else QColor(176, 24, 16)
