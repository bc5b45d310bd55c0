"""Press on a crater's centre and drag to its rim, or turn the wheel and click."""

from __future__ import annotations

from typing import Any

from qgis.PyQt.QtCore import QPoint, Qt

from ...core.geo.sphere import great_circle_distance
from ...core.query import QueryRequest
from ...core.words.quantities import kilometres
from ...i18n import tr
from .base import DragTool
from .sized import SizedCircle


class CircleTool(SizedCircle, DragTool):
    """Emits queries of kind ``crater``: centre and diameter, measured on the body."""

    def request_of(self, start: QPoint, end: QPoint) -> QueryRequest | None:
        centre, rim = self.place_at(start), self.place_at(end)
        if self.frame is None or centre is None or rim is None:
            return None
        radius = self.frame.body.mean_radius
        return self.circle_request(centre, 2.0 * great_circle_distance(radius, *centre, *rim))

    def words_of(self, request: QueryRequest) -> str:
        """The diameter on the body."""
        return tr("Diameter {size}").format(size=kilometres(request.diameter_m or 0.0))

    def hint(self) -> str:
        return tr(
            "Press the mouse button on the crater's centre, drag to its rim, and release it. Or "
            "turn the wheel until the circle fits, and click."
        )

    def canvasPressEvent(self, event: Any) -> None:
        """The circle of the wheel is searched; else one is begun."""
        if event.button() == Qt.MouseButton.LeftButton and self.finish_sized(event.pos()):
            return
        super().canvasPressEvent(event)
