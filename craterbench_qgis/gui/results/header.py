"""The query: its crop, place and size, how long the search took, and what its answer is worth."""

from __future__ import annotations

from typing import Any

from qgis.PyQt.QtCore import QRectF, QSize, Qt, pyqtSignal
from qgis.PyQt.QtGui import QFont, QImage, QPainter, QPixmap
from qgis.PyQt.QtWidgets import QBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from ...core.match_set import MatchSet
from ...core.words import matches as words
from ...core.words.quantities import capital, number
from ...i18n import tr
from .. import colours
from .thumbnails import read_square

_NARROW_CROP, _WIDE_CROP = 92, 200


class CropView(QWidget):
    """A square picture, scaled to the widget, sharp on any screen."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._image = QImage()
        self._scaled = QPixmap()
        self._side = _NARROW_CROP
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

    def paintEvent(self, event: object) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        if self._image.isNull():
            painter.fillRect(self.rect(), colours.faint(self.palette()))
        else:
            painter.drawPixmap(QRectF(self.rect()), self._pixmap(), QRectF(self._pixmap().rect()))
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


class QueryHeader(QWidget):
    """Above the gallery in a narrow panel, beside it in a wide one."""

    shown = pyqtSignal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.crop = CropView()
        self.title, self.facts, self.worth = (_label(QLabel()) for _ in range(3))
        self.timing = _label(colours.QuietLabel())
        bold = QFont(self.font())
        bold.setBold(True)
        self.title.setFont(bold)
        texts = QWidget()
        lines = QVBoxLayout(texts)
        lines.setContentsMargins(0, 0, 0, 0)
        lines.setSpacing(2)
        for label in (self.title, self.facts, self.worth, self.timing):
            lines.addWidget(label)
        lines.addStretch(1)
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
        self.crop.set_side(_WIDE_CROP if is_wide else _NARROW_CROP)
        direction = QBoxLayout.Direction
        self._layout.setDirection(direction.TopToBottom if is_wide else direction.LeftToRight)
        policy = QSizePolicy.Policy
        self.setSizePolicy(
            policy.Fixed if is_wide else policy.Preferred,
            policy.Preferred if is_wide else policy.Maximum,
        )
        if is_wide:
            self.setFixedWidth(_WIDE_CROP)
        else:
            self.setMinimumWidth(0)
            self.setMaximumWidth(16777215)

    def show_set(self, match_set: MatchSet | None) -> None:
        """Fill in, or hide where there is no query."""
        self.setVisible(match_set is not None)
        if match_set is None:
            return
        self.crop.set_path(match_set.preview.image)
        _say(self.title, capital(words.query_title(match_set.request)))
        _say(self.facts, "\n".join(words.query_lines(match_set)))
        _say(self.worth, words.best_by_chance(match_set))
        _say(self.timing, words.timing(match_set))
        self.timing.setToolTip(_stages(match_set))


def _stages(match_set: MatchSet) -> str:
    names = {
        "open": tr("opening"),
        "cut": tr("cutting the crop"),
        "encode": tr("encoding it"),
        "refine": tr("refining"),
        "filter": tr("conditions"),
        "shortlist": tr("first stage"),
        "rerank": tr("second stage"),
        "assemble": tr("putting together"),
        "how sure": tr("counting by chance"),
        "picture": tr("picture of the crop"),
        "total": tr("all"),
    }
    return "\n".join(
        tr("{stage}: {n} ms").format(stage=names.get(stage, stage), n=number(spent, 1))
        for stage, spent in match_set.timings_ms.items()
    )


def _label(label: QLabel) -> QLabel:
    label.setWordWrap(True)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
    return label


def _say(label: QLabel, text: str) -> None:
    label.setText(text)
    label.setVisible(bool(text))
