"""Drag a box around a crater: the square of its larger side is what is searched."""

from __future__ import annotations

from qgis.PyQt.QtCore import QPoint

from ...contract.vocabulary import BoxReading, QueryKind
from ...core.geo.sphere import Point, circle_ring, great_circle_distance, square_ring
from ...core.query import QueryRequest
from ...core.words.quantities import kilometres
from ...i18n import tr
from .base import DragTool


class BoxTool(DragTool):
    """Emits queries of kind ``area``: the centre and the larger side, measured on the body."""

    def request_of(self, start: QPoint, end: QPoint) -> QueryRequest | None:
        """The box is one of the screen, so a rotated map is no special case."""
        if self.frame is None:
            return None
        x, y = round((start.x() + end.x()) / 2), round((start.y() + end.y()) / 2)
        centre = self.place_at(QPoint(x, y))
        if centre is None:
            return None
        across = self._length(centre, QPoint(start.x(), y), QPoint(end.x(), y))
        along = self._length(centre, QPoint(x, start.y()), QPoint(x, end.y()))
        if across is None or along is None:
            return None
        side = max(across, along)
        ring = square_ring(self.frame.body.mean_radius, *centre, side)
        middle = self.toMapCoordinates(QPoint(x, y))
        return QueryRequest(
            QueryKind.AREA,
            self.source_at(middle),
            *centre,
            side_m=side,
            label=tr("box of {size}").format(size=kilometres(side)),
            outline=tuple(ring),
            reading=BoxReading.EITHER,
        )

    def words_of(self, request: QueryRequest) -> str:
        """The side, the diameter of the circle that is drawn, and what is best."""
        side = request.side_m or 0.0
        return tr(
            "Box {side} wide, best 2 to 3 crater widths.\nThe circle: a crater of {diameter}"
        ).format(side=kilometres(side), diameter=kilometres(side / self._context_of()))

    def implied_circle(self, request: QueryRequest) -> list[Point]:
        """The crater that fills the box as craters of the index fill their views."""
        if self.frame is None or request.lon is None or request.lat is None:
            return []
        diameter = (request.side_m or 0.0) / self._context_of()
        radius = self.frame.body.mean_radius
        return list(circle_ring(radius, request.lon, request.lat, diameter))

    def hint(self) -> str:
        return tr("Press the mouse button at one corner, drag around the crater, and release it.")

    def _length(self, centre: Point, start: QPoint, end: QPoint) -> float | None:
        """Metres from one side over the centre to the other; it may be more than half the body."""
        first, second = self.place_at(start), self.place_at(end)
        if self.frame is None or first is None or second is None:
            return None
        radius = self.frame.body.mean_radius
        return great_circle_distance(radius, *first, *centre) + great_circle_distance(
            radius, *centre, *second
        )
