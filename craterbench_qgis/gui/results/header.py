"""The query: its crop, place and size, how long the search took, and what its answer is worth."""

from __future__ import annotations

from typing import Any

from qgis.PyQt.QtCore import QRectF, QSize, Qt, pyqtSignal
from qgis.PyQt.QtGui import QFont, QImage, QPainter, QPixmap
from qgis.PyQt.QtWidgets import QBoxLayout, QLabel, QSizePolicy, QWidget

from ...core.match_set import MatchSet
from ...core.words import matches as words
from ...core.words.quantities import number
from ...i18n import tr
from .. import colours
from ..layouts import in_column
from .marks import draw_rim
from .thumbnails import read_square

_NARROW_CROP, _WIDE_CROP = 44, 200


class CropView(QWidget):
    """A square picture, scaled to the widget, sharp on any screen."""

    def __init__(self) -> None:
        super().__init__()
        self._image = QImage()
        self._scaled = QPixmap()
        self._side = _NARROW_CROP
        self._context: float | None = None
        self.setAccessibleName(tr("The crop that was searched with"))
        self.set_side(_NARROW_CROP)

    def set_side(self, side: int) -> None:
        """Width and height in points."""
        self._side = side
        self.setFixedSize(side, side)

    def sizeHint(self) -> QSize:
        return QSize(self._side, self._side)

    def set_path(self, path: str) -> None:
        """Show a picture; an unreadable one leaves the place empty."""
        # One picture of a few hundred pixels: reading it here takes about a millisecond.
        self._image = read_square(path, 2 * _WIDE_CROP) if path else QImage()
        self._scaled = QPixmap()
        self.update()

    def set_rim(self, context: float | None) -> None:
        """Draw the crater's rim: ``context`` is the picture's side over the diameter."""
        self._context = context
        self.update()

    def paintEvent(self, event: object) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._image.isNull():
            painter.fillRect(self.rect(), colours.faint(self.palette()))
        else:
            painter.drawPixmap(QRectF(self.rect()), self._pixmap(), QRectF(self._pixmap().rect()))
            if self._context and self._side > 2 * _NARROW_CROP:
                draw_rim(painter, QRectF(self.rect()).center(), self._side / 2 / self._context)
        painter.end()

    def _pixmap(self) -> QPixmap:
        wanted = round(self._side * self.devicePixelRatioF())
        if self._scaled.isNull() or self._scaled.width() != wanted:
            self._scaled = QPixmap.fromImage(
                self._image.scaled(
                    wanted,
                    wanted,
                    Qt.AspectRatioMode.KeepAspectRatio,
                    Qt.TransformationMode.SmoothTransformation,
                )
            )
        return self._scaled


class ElidedLabel(QLabel):
    """A label of as many lines as its text takes, or (:meth:`set_line`) of one line, where text
    without room ends in dots and stands in full in the tooltip."""

    def __init__(self) -> None:
        super().__init__()
        self.setTextFormat(Qt.TextFormat.PlainText)
        self._is_line = False

    def set_line(self, is_line: bool) -> None:
        """One line, or as many as the text takes."""
        self._is_line = is_line
        self.setWordWrap(not is_line)
        selectable = Qt.TextInteractionFlag.TextSelectableByMouse
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.NoTextInteraction if is_line else selectable
        )
        self.updateGeometry()

    def minimumSizeHint(self) -> QSize:
        if not self._is_line:
            return super().minimumSizeHint()
        return QSize(20, self.fontMetrics().height())

    def paintEvent(self, event: Any) -> None:
        if not self._is_line:
            super().paintEvent(event)
            return
        painter = QPainter(self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        text = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, self.width())
        painter.drawText(self.rect(), int(Qt.AlignmentFlag.AlignVCenter), text)
        painter.end()


class QueryHeader(QWidget):
    """Two lines above the gallery in a narrow panel, a column beside it in a wide one."""

    shown = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        self.crop = CropView()
        self.title, self.facts, self.worth = ElidedLabel(), ElidedLabel(), ElidedLabel()
        self.timing = colours.QuietLabel()
        self.timing.setWordWrap(True)
        self._set: MatchSet | None = None
        self._is_wide = False
        bold = QFont(self.font())
        bold.setBold(True)
        self.title.setFont(bold)
        texts = QWidget()
        self._first = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._first.setSpacing(6)
        self._first.addWidget(self.title)
        self._first.addWidget(self.facts, 1)
        in_column(self._first, self.worth, self.timing, 1, on=texts, margins=0, spacing=2)
        self._layout = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(8)
        self._layout.addWidget(self.crop, 0, Qt.AlignmentFlag.AlignTop)
        self._layout.addWidget(texts, 1)
        self.set_wide(False)

    def showEvent(self, event: Any) -> None:
        """Whoever pictures the same crop elsewhere may stop."""
        super().showEvent(event)
        self.shown.emit()

    def set_wide(self, is_wide: bool) -> None:
        """A column of its own, or a row above the gallery."""
        self._is_wide = is_wide
        self.crop.set_side(_WIDE_CROP if is_wide else _NARROW_CROP)
        direction, policy = QBoxLayout.Direction, QSizePolicy.Policy
        self._layout.setDirection(direction.TopToBottom if is_wide else direction.LeftToRight)
        self._first.setDirection(direction.TopToBottom if is_wide else direction.LeftToRight)
        for label in (self.title, self.facts, self.worth):
            label.set_line(not is_wide)
            label.setSizePolicy(policy.Ignored, policy.Minimum)
        if not is_wide:  # the name comes first, what is left is the facts'
            self.title.setSizePolicy(policy.Maximum, policy.Minimum)
        self.setSizePolicy(
            policy.Fixed if is_wide else policy.Preferred,
            policy.Preferred if is_wide else policy.Maximum,
        )
        if is_wide:
            self.setFixedWidth(_WIDE_CROP)
        else:
            self.setMinimumWidth(0)
            self.setMaximumWidth(16777215)
        self._fill()

    def show_set(self, match_set: MatchSet | None) -> None:
        """Fill in, or hide where there is no query."""
        self.setVisible(match_set is not None)
        self._set = match_set
        if match_set is not None:
            self.crop.set_path(match_set.preview.image)
            self.crop.set_rim(words.query_context(match_set.preview))
            self._fill()

    def _fill(self) -> None:
        if self._set is None:
            return
        facts = words.query_lines(self._set)
        _say(self.title, words.set_title(self._set.request))
        # On one line the size comes first: it is what a search hangs on.
        line = " · ".join([*facts[1:2], *facts[:1], *facts[2:]])
        _say(self.facts, "\n".join(facts) if self._is_wide else line)
        _say(self.worth, words.best_by_chance(self._set))
        _say(self.timing, words.timing(self._set))
        self.timing.setVisible(self._is_wide and bool(self.timing.text()))
        self.timing.setToolTip(_stages(self._set))
        everything = "\n".join([*facts, words.timing(self._set)])
        for label in (self.title, self.facts):
            label.setToolTip("" if self._is_wide else f"{self.title.text()}\n{everything}")
        self.worth.setToolTip("" if self._is_wide else self.worth.text())


def _stages(match_set: MatchSet) -> str:
    names = {
        "open": tr("opening"),
        "cut": tr("cutting the crop"),
        "encode": tr("encoding it"),
        "refine": tr("refining"),
        "filter": tr("conditions"),
        "shortlist": tr("first stage"),
        "rerank": tr("second stage"),
        "overlay": tr("pictures laid on one another"),
        "assemble": tr("putting together"),
        "how sure": tr("counting by chance"),
        "picture": tr("picture of the crop"),
        "total": tr("all"),
    }
    return "\n".join(
        tr("{stage}: {n} ms").format(stage=names.get(stage, stage), n=number(spent, 1))
        for stage, spent in match_set.timings_ms.items()
    )


def _say(label: QLabel, text: str) -> None:
    label.setText(text)
    label.setVisible(bool(text))
