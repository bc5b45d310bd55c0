"""Paints a match: picture, rank, name, score with its bar, size, distance, decision."""

from __future__ import annotations

from qgis.PyQt.QtCore import QModelIndex, QObject, QRect, QRectF, QSize, Qt
from qgis.PyQt.QtGui import QColor, QFont, QFontMetrics, QPainter, QPalette, QPen
from qgis.PyQt.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from ...contract.search import Match
from ...contract.vocabulary import Decision
from ...core.words import matches as words
from ...core.words.quantities import kilometres
from ...i18n import tr
from .. import colours
from .cell import BAR, CellLayout, cell_layout
from .marks import draw_marks
from .model import ROW_ROLE, MatchModel

_SAME_PLACE_M = 1.0
_CHIP = QColor(0, 0, 0, 165)
_CHIP_STRONG = QColor(0, 0, 0, 205)
_ON_CHIP = QColor(255, 255, 255)


class MatchDelegate(QStyledItemDelegate):
    """``layout`` says where things are; the view sets it when its width changes."""

    def __init__(self, model: MatchModel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._pictures = model.pictures
        self.layout: CellLayout = cell_layout(128, 112, QFontMetrics(QFont()), ("", ""))
        self.hovered_row = -1
        self.hot_button = ""
        """Decision of the button under the mouse, "" for none."""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex) -> QSize:
        return self.layout.size

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex) -> None:
        row, match_set = index.data(ROW_ROLE), self._model.match_set
        if row is None or match_set is None:
            return
        match, decision = match_set.matches[row], match_set.decision(row)
        cell = option.rect
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        hovered = row == self.hovered_row
        self._background(painter, option, hovered)
        self._picture(painter, option, row, decision)
        self._chips(painter, cell, option, match.rank, decision, hovered)
        self._texts(painter, option, match, self._model.name(row), decision)
        painter.restore()

    def _background(self, painter: QPainter, option: QStyleOptionViewItem, hovered: bool) -> None:
        palette, state = option.palette, option.state
        frame = QRectF(self.layout.frame(option.rect)).adjusted(0.5, 0.5, -0.5, -0.5)
        highlight = palette.color(QPalette.ColorRole.Highlight)
        painter.setPen(Qt.PenStyle.NoPen)
        if state & QStyle.StateFlag.State_Selected:
            fill = QColor(highlight)
            fill.setAlpha(70)
            painter.setBrush(fill)
            painter.setPen(QPen(highlight, 1.5))
            painter.drawRoundedRect(frame, 5, 5)
        elif hovered:
            painter.setBrush(colours.blend(highlight, palette.color(QPalette.ColorRole.Base), 0.14))
            painter.drawRoundedRect(frame, 5, 5)
        if state & QStyle.StateFlag.State_HasFocus:
            pen = QPen(palette.color(QPalette.ColorRole.Text), 1, Qt.PenStyle.DotLine)
            painter.setPen(pen)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(frame.adjusted(1.5, 1.5, -1.5, -1.5), 4, 4)

    def _picture(
        self, painter: QPainter, option: QStyleOptionViewItem, row: int, decision: Decision
    ) -> None:
        box = self.layout.picture(option.rect)
        device = painter.device()
        ratio = device.devicePixelRatioF() if device is not None else 1.0
        pixmap = self._pictures.pixmap(row, round(self.layout.side * ratio))
        if decision == Decision.REJECTED:
            painter.setOpacity(0.35)
        if pixmap is not None:
            painter.drawPixmap(box, pixmap)
            if row != self.hovered_row and self._model.match_set is not None:
                draw_marks(painter, QRectF(box), self._model.match_set.matches[row], option.font)
        else:
            self._placeholder(painter, option.palette, box, self._pictures.is_missing(row))
        painter.setOpacity(1.0)
        if decision != Decision.UNDECIDED:
            painter.setPen(QPen(colours.decision_colour(decision, option.palette), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(box.adjusted(0, 0, -1, -1))

    def _placeholder(
        self, painter: QPainter, palette: QPalette, box: QRect, is_missing: bool
    ) -> None:
        painter.fillRect(box, colours.faint(palette))
        if is_missing:
            painter.setPen(colours.quiet(palette))
            flags = int(Qt.AlignmentFlag.AlignCenter) | int(Qt.TextFlag.TextWordWrap)
            painter.drawText(box.adjusted(6, 6, -6, -6), flags, tr("no picture"))

    def _chips(
        self,
        painter: QPainter,
        cell: QRect,
        option: QStyleOptionViewItem,
        rank: int,
        decision: Decision,
        hovered: bool,
    ) -> None:
        """Rank at the left; at the right the decision, or both buttons while hovered."""
        picture = self.layout.picture(cell)
        text = str(rank)
        metrics = QFontMetrics(option.font)
        width = metrics.horizontalAdvance(text) + 10
        chip = QRectF(picture.left() + 4, picture.top() + 4, width, metrics.height() + 2)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(_CHIP)
        painter.drawRoundedRect(chip, 4, 4)
        painter.setPen(_ON_CHIP)
        painter.setFont(option.font)
        painter.drawText(chip, int(Qt.AlignmentFlag.AlignCenter), text)
        if hovered:
            self._button(painter, self.layout.accept_button(cell), Decision.ACCEPTED, decision)
            self._button(painter, self.layout.reject_button(cell), Decision.REJECTED, decision)
        elif decision != Decision.UNDECIDED:
            box = QRectF(self.layout.reject_button(cell))
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colours.GREEN if decision == Decision.ACCEPTED else colours.VERMILION)
            painter.drawEllipse(box)
            colours.draw_sign(painter, decision, box, _ON_CHIP)

    def _button(self, painter: QPainter, box: QRect, action: Decision, decision: Decision) -> None:
        area, is_on, is_hot = QRectF(box), action == decision, action == self.hot_button
        colour = colours.GREEN if action == Decision.ACCEPTED else colours.VERMILION
        painter.setPen(QPen(_ON_CHIP, 1.2) if is_hot else Qt.PenStyle.NoPen)
        painter.setBrush(colour if is_on or is_hot else _CHIP_STRONG)
        painter.drawEllipse(area)
        colours.draw_sign(painter, action, area, _ON_CHIP)

    def _texts(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        match: Match,
        name: str,
        decision: Decision,
    ) -> None:
        cell, palette, layout = option.rect, option.palette, self.layout
        text, dim = palette.color(QPalette.ColorRole.Text), colours.quiet(palette)
        if decision == Decision.REJECTED:
            text = dim
        font = QFont(option.font)
        font.setBold(True)
        painter.setFont(font)
        painter.setPen(text)
        line = layout.text_line(cell, 0)
        _left(painter, line, QFontMetrics(font).elidedText(
            name, Qt.TextElideMode.ElideRight, line.width()))  # fmt: skip
        painter.setFont(option.font)
        metrics = QFontMetrics(option.font)
        self._score(painter, palette, metrics, match.score, layout.text_line(cell, 1), text)
        painter.setPen(dim)
        size, far = size_text(match.diameter_m), distance_text(match.distance_m, layout.short)
        _left(painter, layout.text_line(cell, 2), size)
        if layout.two_lines:
            _left(painter, layout.text_line(cell, 3), far)
        else:
            flags = int(Qt.AlignmentFlag.AlignRight) | int(Qt.AlignmentFlag.AlignVCenter)
            painter.drawText(layout.text_line(cell, 2), flags, far)
        line = layout.text_line(cell, 4 if layout.two_lines else 3)
        _left(painter, line, metrics.elidedText(
            words.note(match), Qt.TextElideMode.ElideRight, line.width()))  # fmt: skip

    @staticmethod
    def _score(
        painter: QPainter,
        palette: QPalette,
        metrics: QFontMetrics,
        value: float,
        line: QRect,
        colour: QColor,
    ) -> None:
        """The number, and a bar whose full width is 1 and empty 0."""
        text = words.score(value)
        painter.setPen(colour)
        _left(painter, line, text)
        left = line.left() + metrics.horizontalAdvance(words.score(-0.888)) + 4
        track = QRectF(left, line.center().y() - BAR / 2 + 1, line.right() - left, BAR)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colours.faint(palette))
        painter.drawRoundedRect(track, BAR / 2, BAR / 2)
        track.setWidth(track.width() * min(max(value, 0.0), 1.0))
        painter.setBrush(colours.quiet(palette))
        painter.drawRoundedRect(track, BAR / 2, BAR / 2)


def size_text(diameter_m: float) -> str:
    """``⌀ 77.1 km``."""
    return f"⌀ {kilometres(diameter_m)}"


def distance_text(distance_m: float | None, short: bool = False) -> str:
    """``1,234 km away`` or ``→ 1,234 km``; empty where the query has no place."""
    if distance_m is None:
        return ""
    if distance_m < _SAME_PLACE_M:
        return tr("same place")
    if short:
        return f"→ {kilometres(distance_m)}"
    return tr("{distance} away").format(distance=kilometres(distance_m))


def _left(painter: QPainter, box: QRect, text: str) -> None:
    painter.drawText(
        box, int(Qt.AlignmentFlag.AlignLeft) | int(Qt.AlignmentFlag.AlignVCenter), text
    )
