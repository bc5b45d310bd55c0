"""Result layers in a project, beside a canvas."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import pytest
from qgis.core import QgsFeature, QgsProject, QgsVectorLayer
from qgis.gui import QgsMapCanvas, QgsRubberBand

from craterbench_qgis.core.layers.ids import layers_of
from craterbench_qgis.core.layers.results import ResultLayers
from craterbench_qgis.core.match_set import MatchSet
from inside import settle, wait_until

Vector = tuple[float, float, float]


class LayerBench:
    """``show`` adds a set's layers; ``added``, ``removed``, ``selected``: what was emitted."""

    def __init__(self, project: QgsProject) -> None:
        self.project = project
        self._is_closed = False
        self.canvas = QgsMapCanvas()
        self.canvas.resize(600, 400)
        self.layers = ResultLayers(project, self.canvas)
        self.added: list[str] = []
        self.removed: list[str] = []
        self.selected: list[tuple[str, list[int]]] = []
        self.layers.added.connect(self.added.append)
        self.layers.removed.connect(self.removed.append)
        self.layers.selected.connect(lambda set_id, rows: self.selected.append((set_id, rows)))

    def show(self, match_set: MatchSet) -> dict[str, QgsVectorLayer]:
        """The set's layers by role, when they are complete."""
        before = len(self.added)
        self.layers.add(match_set)
        wait_until(lambda: len(self.added) > before)
        return self.layers_of(match_set)

    def layers_of(self, match_set: MatchSet) -> dict[str, QgsVectorLayer]:
        return layers_of(self.project, match_set.set_id)

    def bands(self) -> list[QgsRubberBand]:
        """What is drawn over the map."""
        items = self.canvas.scene().items()
        return [item for item in items if isinstance(item, QgsRubberBand)]

    def close(self) -> None:
        """Once, by the test or after it."""
        if not self._is_closed:
            self._is_closed = True
            self.layers.close()
            settle()


@pytest.fixture
def bench(project: QgsProject) -> Iterator[LayerBench]:
    bench = LayerBench(project)
    yield bench
    bench.close()


def by_rank(layer: QgsVectorLayer) -> list[QgsFeature]:
    """The layer's features, best first."""
    return sorted(layer.getFeatures(), key=lambda feature: feature["rank"])


def unit_vector(lon: float, lat: float) -> Vector:
    """From the centre of the body towards a planetocentric place."""
    lon, lat = math.radians(lon), math.radians(lat)
    return (math.cos(lat) * math.cos(lon), math.cos(lat) * math.sin(lon), math.sin(lat))


def cross(first: Vector, second: Vector) -> Vector:
    return (
        first[1] * second[2] - first[2] * second[1],
        first[2] * second[0] - first[0] * second[2],
        first[0] * second[1] - first[1] * second[0],
    )


def dot(first: Vector, second: Vector) -> float:
    return sum(a * b for a, b in zip(first, second, strict=True))


def angle(first: Vector, second: Vector) -> float:
    """Radians, exact for small ones too."""
    normal = cross(first, second)
    return math.atan2(math.sqrt(dot(normal, normal)), dot(first, second))


def planetocentric(body: dict[str, Any], lat: float) -> float:
    """Of a geodetic latitude on the body's ellipsoid (degrees)."""
    if abs(lat) >= 90:
        return lat
    flattened = math.tan(math.radians(lat)) * (body.b / body.a) ** 2
    return math.degrees(math.atan(flattened))
