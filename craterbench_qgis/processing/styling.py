"""Results that arrive on the map with a look: matches by score, pairs by decision."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any, ClassVar

from qgis.core import QgsProcessingLayerPostProcessorInterface

from ..core.geo.crs import figure_of
from ..core.layers.crs import geographic_crs


class Styler(QgsProcessingLayerPostProcessorInterface):
    """Styles a result when QGIS has loaded it."""

    # QGIS does not own what it is given here, and calls it after the algorithm is gone.
    _alive: ClassVar[deque[Any]] = deque(maxlen=64)

    def __init__(self, style: Callable[[Any], None]) -> None:
        super().__init__()
        self._style = style

    def postProcessLayer(self, layer: Any, context: Any, feedback: Any) -> None:
        """See QgsProcessingLayerPostProcessorInterface."""
        if layer is None or not layer.isValid():
            return
        self._style(layer)
        _fit_crs(layer, context.project())
        layer.triggerRepaint()

    @classmethod
    def give(cls, context: Any, destination: str, style: Callable[[Any], None]) -> None:
        """Have ``style(layer)`` called where ``destination`` goes to the map; nothing elsewhere."""
        if context.willLoadLayerOnCompletion(destination):
            made = cls(style)
            cls._alive.append(made)
            context.layerToLoadOnCompletionDetails(destination).setPostProcessor(made)


def _fit_crs(layer: Any, project: Any) -> None:
    """Give the layer the one of its body's equal systems that PROJ carries to the project's."""
    figure = figure_of(layer.crs())
    if figure is not None and project is not None:
        body = {"name": figure.name, "a": figure.a, "b": figure.b}
        layer.setCrs(geographic_crs(body, project.crs()))
