"""Craters of a named kind as a layer, drawn by their probability."""

from __future__ import annotations

from qgis.core import (
    QgsFeatureRequest,
    QgsGraduatedSymbolRenderer,
    QgsMarkerSymbol,
    QgsRendererRange,
    QgsVectorLayer,
)

from ...contract.kinds import PROBABILITY
from ...i18n import tr
from ..words.quantities import number

_DBF = 10
"""Letters of a column's name in a Shapefile."""
_SHOWN = (
    (0.5, 1.0, "215,48,39", "3"),
    (0.2, 0.5, "253,174,97", "2.4"),
    (0.0, 0.2, "150,150,150", "1"),
)
"""From and to which probability, colour, size in millimetres."""


def style_by_probability(layer: QgsVectorLayer) -> None:
    """The likelier, the larger and redder; a table is left as it is."""
    names = (PROBABILITY, PROBABILITY[:_DBF])
    column = next((name for name in names if layer.fields().indexOf(name) >= 0), "")
    if not column or not layer.isSpatial():
        return
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
