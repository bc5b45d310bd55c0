"""A circle at the mouse whose diameter the wheel changes."""

from __future__ import annotations

from typing import Any

from qgis.PyQt.QtCore import QPoint, Qt

from ...contract.vocabulary import QueryKind
from ...core.geo.sphere import Point, circle_ring, great_circle_distance
from ...core.query import QueryRequest
from ...core.words.quantities import kilometres
from ...i18n import tr
from .base import QueryTool

_PER_NOTCH = 1.1
_FIRST_PX = 40  # of the first circle's radius


class SizedCircle(QueryTool):
    """The circle is there from the first turn of the wheel on; a click searches what it shows.

    Ctrl and the wheel zoom the map as ever.
    """

    _diameter = 0.0
    """Metres, remembered from circle to circle; 0: none yet."""
    _is_sized = False

    def circle_request(self, centre: Point, diameter: float) -> QueryRequest | None:
        """A query for a circle; None where there is no map for it."""
        point = self.frame.to_map(*centre) if self.frame is not None else None
        if self.frame is None or point is None:
            return None
        return QueryRequest(
            QueryKind.CRATER,
            self.source_at(point),
            *centre,
            diameter_m=diameter,
            label=tr("circle of {size}").format(size=kilometres(diameter)),
            outline=tuple(circle_ring(self.frame.body.mean_radius, *centre, diameter)),
        )

    def is_free(self, pixel: QPoint) -> bool:
        """Whether the wheel may make a circle there."""
        return True

    def is_drawing(self) -> bool:
        return self._is_sized or super().is_drawing()

    def erase(self) -> None:
        self._is_sized = False
        super().erase()

    def wheelEvent(self, event: Any) -> None:
        """A turn makes the circle, or makes it larger or smaller."""
        pixel, notches = event.position().toPoint(), event.angleDelta().y() / 120.0
        event.ignore()  # the map zooms
        if not notches or event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            return
        if not self._is_sized and not (self.ready() and self.is_free(pixel)):
            return
        diameter = (self._diameter or self._first(pixel)) * _PER_NOTCH**notches
        if self._show_sized(pixel, diameter):
            self._diameter = diameter
            event.accept()

    def canvasMoveEvent(self, event: Any) -> None:
        """The circle goes along."""
        if self._is_sized:
            self._show_sized(event.pos(), self._diameter)
        else:
            super().canvasMoveEvent(event)

    def finish_sized(self, pixel: QPoint) -> bool:
        """Ask for the circle at a pixel; False where the wheel has made none."""
        if not (self._is_sized and self._show_sized(pixel, self._diameter)):
            return False
        request, self._is_sized = self._drawn, False
        if request is not None:
            self.finish(request)
        return True

    def _show_sized(self, pixel: QPoint, diameter: float) -> bool:
        centre = self.place_at(pixel)
        request = self.circle_request(centre, diameter) if centre is not None else None
        if request is None or diameter <= 0.0 or self.problem_of(request):
            return False
        words = tr(
            "Diameter {size}: the wheel changes it, a click searches it.\nCtrl and the wheel zoom."
        )
        self.show_request(request, words.format(size=kilometres(diameter)), pixel)
        self._is_sized = True
        return True

    def _first(self, pixel: QPoint) -> float:
        here, aside = self.place_at(pixel), self.place_at(pixel + QPoint(_FIRST_PX, 0))
        if self.frame is None or here is None or aside is None:
            return 0.0
        return 2.0 * great_circle_distance(self.frame.body.mean_radius, *here, *aside)
