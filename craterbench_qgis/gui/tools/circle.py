"""Press on a crater's centre and drag to its rim."""

from __future__ import annotations

from qgis.PyQt.QtCore import QPoint

from ...core.geo.sphere import circle_ring, great_circle_distance
from ...core.query import QueryRequest
from ...core.wording import kilometres
from ...i18n import tr
from .base import DragTool


class CircleTool(DragTool):
    """Emits queries of kind ``crater``: centre and diameter, measured on the body."""

    def request_of(self, start: QPoint, end: QPoint) -> QueryRequest | None:
        """See the base."""
        centre, rim = self.place_at(start), self.place_at(end)
        if self.frame is None or centre is None or rim is None:
            return None
        radius = self.frame.figure.mean_radius
        diameter = 2.0 * great_circle_distance(radius, *centre, *rim)
        return QueryRequest(
            "crater",
            self.source_at(self.toMapCoordinates(start)),
            *centre,
            diameter_m=diameter,
            label=tr("circle of {size}").format(size=kilometres(diameter)),
            outline=tuple(circle_ring(radius, *centre, diameter)),
        )

    def words_of(self, request: QueryRequest) -> str:
        """The diameter on the body."""
        return tr("Diameter {size}").format(size=kilometres(request.diameter_m or 0.0))

    def hint(self) -> str:
        """See the base."""
        return tr("Press the mouse button on the crater's centre, drag to its rim, and release it.")
