"""A picture before an hour of building: a dozen crops with the catalogue's circles."""

from __future__ import annotations

from qgis.PyQt.QtCore import QPointF, Qt, pyqtSignal
from qgis.PyQt.QtGui import QColor, QIcon, QPainter, QPen, QPixmap
from qgis.PyQt.QtWidgets import QGroupBox, QListWidget, QListWidgetItem, QPushButton

from ...client.failure import CallError
from ...client.service import AnyCall, EngineService
from ...contract.build import CircleCheck, CircleCrop, LookParams
from ...contract.methods import CHECK_CIRCLES
from ...contract.wire import Progress
from ...core.words import quantities
from ...core.words.progress import progress_text
from ...i18n import tr
from ..layouts import in_column, in_row
from ..messages import MessageLine

_SIDE = 104
_ROWS = 2
_CIRCLE = QColor(255, 96, 0)


class CirclesBox(QGroupBox):
    """Asks the engine and shows what it cut. Looks by itself once :meth:`offer` has new inputs."""

    wanted = pyqtSignal()
    """The button was pressed: :meth:`cut` is to be called with what is chosen."""

    def __init__(self, engine: EngineService) -> None:
        super().__init__(tr("Do the circles lie on craters?"))
        self._engine = engine
        self._call: AnyCall | None = None
        self._seen: LookParams | None = None
        self.check = QPushButton(tr("Check the circles"))
        self.check.setToolTip(
            tr("Cut twelve craters: the largest, the smallest, at the poles, at the seam, others")
        )
        self.cancel = QPushButton(tr("Cancel"))
        self.message = MessageLine()
        self.pictures = QListWidget()
        self.pictures.setViewMode(QListWidget.ViewMode.IconMode)
        self.pictures.setIconSize(QPixmap(_SIDE, _SIDE).size())
        self.pictures.setMovement(QListWidget.Movement.Static)
        self.pictures.setResizeMode(QListWidget.ResizeMode.Adjust)
        self.pictures.setSelectionMode(QListWidget.SelectionMode.NoSelection)
        self.pictures.setSpacing(3)
        self.pictures.setFixedHeight(_ROWS * (_SIDE + 3 * self.fontMetrics().height()) + 12)
        row = in_row(self.check, self.cancel, 1)
        in_column(row, self.message, self.pictures, on=self)
        self.check.clicked.connect(lambda *_: self.wanted.emit())
        self.cancel.clicked.connect(self.stop)
        self.forget()

    def forget(self) -> None:
        """The inputs are not complete: nothing to look at."""
        self._drop()
        self._seen = None
        self.pictures.clear()
        self._show_state()
        self.message.clear_message()
        self.check.setEnabled(False)

    def offer(self, params: LookParams) -> None:
        """Inputs that can be looked at; new ones are, in the background."""
        if params != self._seen:
            self.cut(params)

    def cut(self, params: LookParams) -> None:
        """Cut the crops of ``params``."""
        self._drop()
        self._seen = params
        self.pictures.clear()
        self.message.info(tr("Cutting a few craters…"))
        self._call = self._engine.call(
            CHECK_CIRCLES, params, self._on_checked, self._on_failed, self._on_progress, owner=self
        )
        self._show_state()

    def stop(self) -> None:
        """Cancel; the button looks again."""
        if self._call is not None:
            self._drop()
            self.message.info(tr("The check was cancelled."))
            self._show_state()

    def close_box(self) -> None:
        """The dialog closes."""
        self._drop()

    def _drop(self) -> None:
        call, self._call = self._call, None
        if call is not None:
            call.drop()

    def _show_state(self) -> None:
        running = self._call is not None
        self.check.setEnabled(not running)
        self.cancel.setVisible(running)
        self.pictures.setVisible(self.pictures.count() > 0)

    def _on_progress(self, progress: Progress) -> None:
        if progress.stage:
            self.message.info(progress_text(progress))

    def _on_failed(self, error: CallError) -> None:
        self._call = None
        self.message.failure(error, tr("The check was cancelled."))
        self._show_state()

    def _on_checked(self, result: CircleCheck) -> None:
        self._call = None
        for crop in result.crops:
            caption = tr("{name}\n{diameter}").format(
                name=crop.crater_id, diameter=quantities.kilometres(crop.diameter_m)
            )
            item = QListWidgetItem(QIcon(_drawn(crop, result.context)), caption)
            item.setToolTip(quantities.place(crop.lon, crop.lat))
            self.pictures.addItem(item)
        text, is_problem = verdict(result)
        self.message.problem(text) if is_problem else self.message.info(text)
        self._show_state()


def verdict(result: CircleCheck) -> tuple[str, bool]:
    """What the rim score means, with its numbers, and whether it is a problem."""
    numbers = {
        "share": quantities.number(100.0 * result.share),
        "n": quantities.number(result.count),
    }
    if result.near_chance:
        text = tr(
            "The circles do not lie on rims: {share} % of displaced circles are weaker rims, 50 % "
            "would be by chance ({n} craters)."
        ).format(**numbers)
        return f"{text} {_repair(result)}", True
    if result.count == 0:
        return tr(
            "No crater is large enough on this mosaic to judge its rim. Look yourself."
        ), False
    text = tr(
        "Rim score {share} %: so many circles displaced at random are weaker rims than the "
        "catalogue's own (chance: 50 %, {n} craters)."
    )
    return text.format(**numbers), False


def _repair(result: CircleCheck) -> str:
    asked = {
        "mirrored": tr("Is the longitude positive west? Mirrored it would fit: {share} %."),
        "half": tr("Are the diameters twice too large? Halved they would fit: {share} %."),
        "double": tr("Are these radii? Doubled they would fit: {share} %."),
    }.get(result.repair)
    if asked is None:
        return tr("Is the catalogue of this body, and its diameter's unit right?")
    return asked.format(share=quantities.number(100.0 * result.others[result.repair]))


def _drawn(crop: CircleCrop, context: float) -> QPixmap:
    """The picture with the catalogue's circle; grey where the picture is gone."""
    square = QPixmap(_SIDE, _SIDE)
    square.fill(QColor(128, 128, 128))
    picture = QPixmap(crop.picture)
    painter = QPainter(square)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    if not picture.isNull():
        keep, smooth = Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode
        painter.drawPixmap(0, 0, picture.scaled(_SIDE, _SIDE, keep, smooth.SmoothTransformation))
    painter.setPen(QPen(_CIRCLE, 1.6))
    radius = _SIDE / context / 2.0
    painter.drawEllipse(QPointF(_SIDE / 2.0, _SIDE / 2.0), radius, radius)
    painter.end()
    return square
