"""Layers that call themselves maps of the Earth and show another body, as the user said once.

Map services of planets do (USGS' say EPSG:4326). What was said is kept in the layer, and with it in
the project; the layer's reference system stays as it is.
"""

from __future__ import annotations

import json
from collections.abc import Iterable

from qgis.core import QgsCoordinateReferenceSystem, QgsMapLayer

from ..contract.body import Body, same_body
from ..contract.records import RecordError, read_json
from .geo.crs import MapFrame, body_of, body_problem, is_earth

_PROPERTY = "craterbench/shows"


def shown_body(layer: QgsMapLayer) -> Body | None:
    """The body that the user said this map of the Earth shows; None where nothing was said."""
    text = layer.customProperty(_PROPERTY)
    if not text or not is_earth(body_of(layer.crs())):
        return None
    try:
        return Body.from_json(read_json(text))
    except (ValueError, TypeError, RecordError):
        return None


def say_body(layer: QgsMapLayer, body: Body | None) -> None:
    """Keep in the layer what it shows; None takes it back."""
    if body is None:
        layer.removeCustomProperty(_PROPERTY)
    else:
        layer.setCustomProperty(_PROPERTY, json.dumps(body.to_json()))


def may_show(layer: QgsMapLayer, body: Body | None) -> bool:
    """Whether it calls itself a map of the Earth, of which ``body`` is none, and nothing is said
    yet."""
    if body is None or is_earth(body) or shown_body(layer) is not None:
        return False
    return is_earth(body_of(layer.crs()))


def frame_of_layer(layer: QgsMapLayer) -> MapFrame:
    """The layer as a map of the body it shows. Raises ValueError as :class:`MapFrame`."""
    return MapFrame(layer.crs(), shown_body(layer))


def layer_problem(layer: QgsMapLayer, body: Body | None) -> str | None:
    """:func:`body_problem` of a layer by the body it shows."""
    shown = shown_body(layer)
    if shown is not None and body is not None and same_body(shown, body):
        return None
    return body_problem(layer.crs(), body, layer.name())


def body_of_map(
    crs: QgsCoordinateReferenceSystem, layers: Iterable[QgsMapLayer], body: Body | None
) -> Body | None:
    """``body`` where a map of the Earth's system has a layer that shows it, else None."""
    if body is None or not is_earth(body_of(crs)):
        return None
    shown = (shown_body(layer) for layer in layers)
    return body if any(known is not None and same_body(known, body) for known in shown) else None
