"""Result layers on the body: circles, great circles and the searched square, zoom, styles.

Geometry is checked against independent formulas: vectors here, shapely in the engine's tests.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
from qgis.core import (
    QgsCoordinateTransform,
    QgsExpressionContext,
    QgsExpressionContextUtils,
    QgsGeometry,
    QgsMapRendererParallelJob,
    QgsMapSettings,
    QgsMapToPixel,
    QgsPoint,
    QgsPointXY,
    QgsProject,
    QgsRasterLayer,
    QgsRectangle,
    QgsUnitTypes,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QSize
from qgis.PyQt.QtGui import QColor, QImage

from craterbench_qgis.contract.vocabulary import Decision
from craterbench_qgis.core.layers.ids import group_of
from inside import wait_until
from layer_bench import LayerBench, angle, bench, by_rank, cross, dot, planetocentric, unit_vector
from paths import MOSAIC, needs_moon
from sets import MARS, MOON, match_set
from tool_bench import MOON_RADIUS, crs_of

__all__ = ["bench"]  # a fixture

PLACES = [
    (10, 20, 100e3),
    (-30, 84, 60e3),
    (179.9, 12, 90e3),
    (-179.99, -70, 50e3),
    (45, 89.5, 120e3),
    (120, -89.9, 300e3),
    (0, 0, 5e3),
    (-90, 60, 1200e3),
]
SIDE_M = 150e3
START = (170.0, -20.0)
Body = dict[str, Any]


class TestTrueSizesOnTheBody:
    @pytest.fixture(params=[MOON, MARS], ids=lambda body: body.name)
    def body(self, request: pytest.FixtureRequest) -> Body:
        return request.param

    @pytest.fixture(autouse=True)
    def shown(self, bench: LayerBench, body: Body) -> None:
        self.radius = body.mean_radius
        lon, lat = START
        self.match_set = match_set(PLACES, body=body, lon=lon, lat=lat, side_m=SIDE_M)
        self.layers = bench.show(self.match_set)

    def test_the_layers_are_in_the_bodys_degrees(self, body: Body) -> None:
        assert set(self.layers) == {"matches", "links", "query"}
        crs = self.layers["matches"].crs()
        assert crs.mapUnits() == QgsUnitTypes.DistanceUnit.DistanceDegrees
        assert crs.authid() == "IAU_2015:30100" or body is MARS

    def test_circles_have_their_diameter(self, body: Body) -> None:
        features = by_rank(self.layers["matches"])
        assert len(features) == len(PLACES)
        for feature, (lon, lat, diameter) in zip(features, PLACES, strict=True):
            shape = feature.geometry()
            assert shape.isGeosValid() and shape.isMultipart()
            box = shape.boundingBox()
            assert box.xMinimum() >= -180 and box.xMaximum() <= 180 and box.yMinimum() >= -90
            centre = unit_vector(lon, lat)
            for point in shape.vertices():
                if abs(point.x()) == 180 or abs(point.y()) == 90:
                    continue  # along the edge of the map
                rim = unit_vector(point.x(), planetocentric(body, point.y()))
                metres = self.radius * angle(centre, rim)
                assert abs(metres - diameter / 2) < 1e-6 * diameter + 0.5
            # The centre is inside (of a split circle: in one of its parts), the opposite is not.
            assert shape.contains(QgsGeometry.fromPointXY(QgsPointXY(lon, lat)))
            opposite = QgsPointXY((lon + 360) % 360 - 180, -lat)
            assert not shape.contains(QgsGeometry.fromPointXY(opposite))

    def test_circles_over_the_edge_of_the_map_are_cut(self) -> None:
        shapes = [feature.geometry() for feature in by_rank(self.layers["matches"])]
        parts = [len(shape.asMultiPolygon()) for shape in shapes]
        assert parts[2] == 2 and parts[3] == 2 and parts[0] == 1
        assert shapes[4].contains(QgsGeometry.fromPointXY(QgsPointXY(-100, 89.99))), "a pole"

    def test_great_circles_lie_in_the_plane_of_both_ends(self, body: Body) -> None:
        start = unit_vector(*START)
        for feature in self.layers["links"].getFeatures():
            lon, lat, _ = PLACES[feature["rank"] - 1]
            normal = cross(start, unit_vector(lon, lat))
            size = math.sqrt(dot(normal, normal))
            for line in feature.geometry().asMultiPolyline():
                for point in line:
                    if abs(point.x()) == 180 or abs(point.y()) == 90:
                        continue
                    vector = unit_vector(point.x(), planetocentric(body, point.y()))
                    assert abs(dot(normal, vector)) / size < 1e-9
                assert max(abs(a.x() - b.x()) for a, b in pairwise(line)) < 180

    def test_the_squares_corners_are_half_a_diagonal_away(self, body: Body) -> None:
        """In the plane that touches its centre."""
        (square,) = self.layers["query"].getFeatures()
        start = unit_vector(*START)
        farthest = max(
            self.radius * angle(start, unit_vector(v.x(), planetocentric(body, v.y())))
            for v in square.geometry().vertices()
        )
        corner = self.radius * math.asin(SIDE_M / math.sqrt(2) / self.radius)
        assert farthest == pytest.approx(corner, abs=1.0)

    def test_they_are_removed_together(self, bench: LayerBench) -> None:
        bench.layers.remove(self.match_set.set_id)
        assert not bench.layers_of(self.match_set)
        assert group_of(bench.project, self.match_set.set_id) is None
        assert not bench.removed, "the user removed nothing"


def test_a_circles_area_is_that_of_the_cap(bench: LayerBench) -> None:
    """By summing a grid: 2 pi R^2 (1 - cos)."""
    layers = bench.show(match_set([PLACES[1]]))
    (feature,) = layers["matches"].getFeatures()
    shape, steps, total = feature.geometry(), 200, 0.0
    frame = shape.boundingBox()
    dx, dy = frame.width() / steps, frame.height() / steps
    prepared = QgsGeometry.createGeometryEngine(shape.constGet())
    prepared.prepareGeometry()
    for i in range(steps):
        for j in range(steps):
            x, y = frame.xMinimum() + (i + 0.5) * dx, frame.yMinimum() + (j + 0.5) * dy
            if prepared.contains(QgsPoint(x, y)):
                total += math.radians(dx) * math.radians(dy) * math.cos(math.radians(y))
    cap = 2 * math.pi * (1 - math.cos(PLACES[1][2] / 2 / MOON_RADIUS))
    assert total == pytest.approx(cap, rel=0.01)


_MOON = "+R=1737400 +units=m +no_defs +type=crs"


@pytest.mark.parametrize(
    "system",
    [
        "IAU_2015:30100",
        "IAU_2015:30115",
        f"+proj=eqc +lon_0=180 {_MOON}",
        f"+proj=stere +lat_0=90 +lon_0=0 {_MOON}",
        f"+proj=laea +lat_0=10 +lon_0=175 {_MOON}",
        f"+proj=sinu +lon_0=0 {_MOON}",
        "+proj=longlat +R=1737400 +no_defs +type=crs",
    ],
)
def test_zoom_and_highlight_in_any_project_crs(bench: LayerBench, system: str) -> None:
    places = [
        (10, 20, 100e3),
        (179.99, 12, 90e3),
        (-180, -5, 90e3),
        (30, 88, 60e3),
        (0, 89.99, 50e3),
    ]
    matches = match_set(places, lon=170.0, lat=-20.0)
    layer, crs = bench.show(matches)["matches"], crs_of(system)
    bench.project.setCrs(crs)
    bench.canvas.setDestinationCrs(crs)
    transform = QgsCoordinateTransform(layer.crs(), crs, bench.project.transformContext())
    assert transform.isValid() or layer.crs() == crs
    is_cylindrical = any(word in crs.toProj() for word in ("longlat", "eqc", "sinu"))
    for row, (lon, lat, diameter) in enumerate(places):
        if is_cylindrical and row >= 3:
            continue  # so near to a pole all is width there
        bench.layers.zoom_to(matches.set_id, row)
        extent = bench.canvas.extent()
        assert extent.contains(transform.transform(QgsPointXY(lon, lat)))
        # The window is a few diameters wide on the ground, whatever the units of the map are.
        unit = math.radians(1) * MOON_RADIUS if "longlat" in crs.toProj() else 1.0
        assert 2.0 < extent.height() * unit / diameter < 60.0
        bench.layers.highlight(matches.set_id, row)
        (band,) = bench.bands()
        assert band.isVisible() and band.asGeometry().boundingBox().intersects(extent)
        bench.layers.highlight(matches.set_id, -1)
    bench.layers.zoom_to(matches.set_id, [0, 3])


def over_imagery(layer: QgsVectorLayer, mosaic: QgsRasterLayer) -> tuple[QImage, QgsMapToPixel]:
    """``layer`` over ``mosaic`` around the Moon's origin, as the map draws them."""
    settings = QgsMapSettings()
    settings.setLayers([layer, mosaic])
    settings.setDestinationCrs(mosaic.crs())
    settings.setOutputSize(QSize(800, 560))
    settings.setExtent(QgsRectangle(-4, -2, 4, 4.5))
    scope = QgsExpressionContext()
    scope.appendScopes(QgsExpressionContextUtils.globalProjectLayerScopes(None))
    settings.setExpressionContext(scope)
    job = QgsMapRendererParallelJob(settings)
    job.start()
    wait_until(lambda: not job.isActive())
    return job.renderedImage(), job.mapSettings().mapToPixel()


@needs_moon
def test_styled_over_imagery(bench: LayerBench, project: QgsProject) -> None:
    """Rendered over the lunar mosaic: each decision has its colour all along the rim."""
    mosaic = QgsRasterLayer(str(MOSAIC), "WAC")
    project.addMapLayer(mosaic)
    project.setCrs(mosaic.crs())
    places = [(-2, 0, 60e3), (2, 0, 60e3), (-2, 3, 60e3), (2, 3, 60e3)]
    matches = match_set(places, lon=0, lat=-6, side_m=1e4)
    matches.matches[2].score = 0.95
    matches.decide([0], Decision.ACCEPTED)
    matches.decide([1], Decision.REJECTED)
    layer = bench.show(matches)["matches"]
    labels = [rule.label() for rule in layer.renderer().rootRule().children()]
    assert labels[:2] == ["Accepted", "Rejected"] and "0.950" in labels[2]
    image, to_pixels = over_imagery(layer, mosaic)

    def share(row: int, has_colour: Callable[[QColor], bool]) -> float:
        """How much of the rim has the colour."""
        lon, lat, diameter = places[row]
        radius = math.degrees(diameter / 2 / MOON_RADIUS)
        coloured = 0
        for step in range(90):
            x = lon + radius * math.cos(step * math.pi / 45) / math.cos(math.radians(lat))
            y = lat + radius * math.sin(step * math.pi / 45)
            point = to_pixels.transform(QgsPointXY(x, y))
            coloured += has_colour(image.pixelColor(round(point.x()), round(point.y())))
        return coloured / 90

    assert share(0, lambda c: c.green() > c.red() + 60 and c.green() > c.blue() + 30) > 0.9
    assert share(1, lambda c: c.saturation() < 40) > 0.9
    assert share(2, lambda c: c.red() > c.blue() + 60 and c.red() > c.green() + 60) > 0.9
    assert share(3, lambda c: c.blue() > c.red() + 60) > 0.9


@needs_moon
def test_a_selected_match_can_still_be_seen(bench: LayerBench, project: QgsProject) -> None:
    """QGIS draws what is selected in yellow: the rim, and nothing of the crater within."""
    mosaic = QgsRasterLayer(str(MOSAIC), "WAC")
    project.addMapLayer(mosaic)
    project.setCrs(mosaic.crs())
    places = [(-2, 0, 60e3), (2, 0, 60e3), (-2, 3, 60e3)]
    matches = match_set(places, lon=0, lat=-6, side_m=1e4)
    matches.decide([0], Decision.ACCEPTED)
    matches.decide([1], Decision.REJECTED)
    layer = bench.show(matches)["matches"]
    layer.setLabelsEnabled(False)
    plain, to_pixels = over_imagery(layer, mosaic)
    bench.layers.select(matches.set_id, [0, 1, 2])
    selected, _ = over_imagery(layer, mosaic)
    for lon, lat, diameter in places:
        radius = math.degrees(diameter / 2 / MOON_RADIUS)
        for share in (0.0, 0.4, 0.7):
            point = to_pixels.transform(QgsPointXY(lon + share * radius, lat))
            at = round(point.x()), round(point.y())
            assert selected.pixelColor(*at) == plain.pixelColor(*at), (lon, lat, share)
        point = to_pixels.transform(QgsPointXY(lon, lat + radius))
        at = round(point.x()), round(point.y())
        assert selected.pixelColor(*at) != plain.pixelColor(*at), "the rim says that it is"
