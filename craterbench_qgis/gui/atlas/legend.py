"""What the colours of the atlas mean, in a line."""

from __future__ import annotations

from typing import Any

from qgis.PyQt.QtCore import QPointF, QRectF, QSize, Qt
from qgis.PyQt.QtGui import QColor, QLinearGradient, QPainter
from qgis.PyQt.QtWidgets import QSizePolicy, QWidget

from ...contract.atlas import DIAMETER, AtlasLegend
from ...contract.vocabulary import Scale
from ...core.words.quantities import kilometres, number
from ...i18n import tr

_BAR, _DOT, _GAP = 90, 10, 6


class Legend(QWidget):
    """A ramp with its ends, or dots with words; what does not fit goes on in the next line."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("CraterBenchAtlasLegend")
        policy = QSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self._legend: AtlasLegend | None = None
        self._column: str | None = None

    def show_legend(self, legend: AtlasLegend | None, column: str | None) -> None:
        """Another one; None shows nothing."""
        self._legend, self._column = legend, column
        self.setVisible(legend is not None)
        self.setAccessibleName(self.text())
        self.setToolTip(self.text())
        self.updateGeometry()
        self.update()

    def text(self) -> str:
        """The same in words."""
        legend = self._legend
        if legend is None:
            return ""
        parts = [label for label, _ in self._entries()]
        if legend.scale is not Scale.CATEGORIES:
            parts = [tr("{low} to {high}").format(low=self._ends()[0], high=self._ends()[1])]
        if legend.without:
            parts.append(tr("{n} without a value: grey").format(n=number(legend.without)))
        return " · ".join(parts)

    def _ends(self) -> tuple[str, str]:
        legend = self._legend
        if legend is None or legend.scale is Scale.DENSITY:
            return tr("few craters"), tr("many")
        if self._column == DIAMETER:
            return kilometres(legend.low), kilometres(legend.high)
        decimals = 0 if abs(legend.high - legend.low) >= 20 else 3
        return number(legend.low, decimals), number(legend.high, decimals)

    def _entries(self) -> list[tuple[str, QColor]]:
        legend = self._legend
        if legend is None or legend.scale is not Scale.CATEGORIES:
            return []
        pairs = zip(legend.labels, legend.colours)  # noqa: B905 - Python 3.9
        return [(label or tr("others"), QColor(colour)) for label, colour in pairs]

    def _line(self) -> int:
        return self.fontMetrics().height() + 2

    def _placed(self, width: int) -> list[tuple[QPointF, str, QColor]]:
        """Top left of each entry; lines break where they must."""
        x = y = 0.0
        out = []
        for label, colour in self._entries():
            wide = _DOT + _GAP + self.fontMetrics().horizontalAdvance(label) + 2 * _GAP
            if x and x + wide > width:
                x, y = 0.0, y + self._line()
            out.append((QPointF(x, y), label, colour))
            x += wide
        return out

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        placed = self._placed(width)
        return int(placed[-1][0].y()) + self._line() if placed else self._line()

    def sizeHint(self) -> QSize:
        return QSize(200, self.heightForWidth(max(200, self.width())))

    def paintEvent(self, event: Any) -> None:
        """The ramp or the dots."""
        legend = self._legend
        if legend is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        line, ascent = self._line(), self.fontMetrics().ascent() + 1
        text = self.palette().color(self.foregroundRole())
        for at, label, colour in self._placed(self.width()):
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colour)
            painter.drawEllipse(QRectF(at.x(), at.y() + (line - _DOT) / 2, _DOT, _DOT))
            painter.setPen(text)
            painter.drawText(QPointF(at.x() + _DOT + _GAP, at.y() + ascent), label)
        if legend.scale is not Scale.CATEGORIES and legend.colours:
            low, high = self._ends()
            start = self.fontMetrics().horizontalAdvance(low) + _GAP
            painter.setPen(text)
            painter.drawText(QPointF(0, ascent), low)
            painter.drawText(QPointF(start + _BAR + _GAP, ascent), high)
            ramp = QLinearGradient(start, 0, start + _BAR, 0)
            for step, colour in enumerate(legend.colours):
                ramp.setColorAt(step / max(1, len(legend.colours) - 1), QColor(colour))
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(ramp)
            painter.drawRect(QRectF(start, (line - _DOT) / 2, _BAR, _DOT))
        painter.end()
