"""Craters of a named kind as a layer, drawn by their probability."""

from __future__ import annotations

from qgis.core import (
    QgsFeatureRequest,
    QgsGraduatedSymbolRenderer,
    QgsMarkerSymbol,
    QgsRendererRange,
    QgsVectorLayer,
)

from ...i18n import tr
from ..words.quantities import number

PROBABILITY = "probability"
_SHOWN = (
    (0.5, 1.0, "215,48,39", "3"),
    (0.2, 0.5, "253,174,97", "2.4"),
    (0.0, 0.2, "150,150,150", "1"),
)
"""From and to which probability, colour, size in millimetres."""


def style_by_probability(layer: QgsVectorLayer, column: str = PROBABILITY) -> None:
    """The likelier, the larger and redder; craters without a probability are not drawn."""
    ranges = []
    for low, high, colour, size in _SHOWN:
        symbol = QgsMarkerSymbol.createSimple(
            {"name": "circle", "color": colour, "outline_style": "no", "size": size}
        )
        label = tr("{low} to {high} %").format(low=number(100 * low), high=number(100 * high))
        ranges.append(QgsRendererRange(low, high, symbol, label))
    renderer = QgsGraduatedSymbolRenderer(column, ranges)
    upwards = QgsFeatureRequest.OrderByClause(column, True)
    renderer.setOrderBy(QgsFeatureRequest.OrderBy([upwards]))  # the likeliest on top
    renderer.setOrderByEnabled(True)
    layer.setRenderer(renderer)
