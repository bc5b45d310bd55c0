"""Box and circle by mouse and key, on a real canvas over the real Moon."""

from __future__ import annotations

import math
import re

import pytest
from qgis.core import QgsCoordinateReferenceSystem, QgsPointXY, QgsProject
from qgis.PyQt.QtCore import QElapsedTimer, QPoint
from qgis.PyQt.QtTest import QTest

from craterbench_qgis.core.query import RasterSource
from craterbench_qgis.gui.tools import BoxTool, CircleTool
from craterbench_qgis.gui.tools.base import THROTTLE_MS
from paths import MOSAIC, needs_moon
from tool_bench import MARS, MOON_RADIUS, RIGHT, Place, ToolBench, metres_between

SYSTEMS = [
    "IAU_2015:30100",
    "IAU_2015:30110",
    "IAU_2015:30130",  # north polar
    "+proj=stere +lat_0=90 +lon_0=0 +R=1737400",
    "+proj=sinu +R=1737400",
    "+proj=ortho +lat_0=60 +lon_0=-20 +R=1737400",
    "+proj=ortho +lat_0=60 +lon_0=-20 +R=1737400 +units=km",
    "+proj=eqc +lon_0=180 +R=1738000",  # an unnamed sphere, a little too large
]


@needs_moon
@pytest.mark.parametrize("crs", SYSTEMS)
def test_a_box_is_the_square_of_its_larger_side_on_any_map(project: QgsProject, crs: str) -> None:
    """Plato, 101 km: the same box on the ground, whatever the project's reference system."""
    bench = ToolBench(MOSAIC, source=lambda _point: RasterSource("/m.tif", name="m"))
    before = (project.crs().toWkt(), project.ellipsoid())
    bench.show_place(crs, -9.3, 51.6, 16.0)
    canvas_crs = bench.canvas.mapSettings().destinationCrs().toWkt()
    tool = bench.tool(BoxTool)
    radius = bench.frame.body.mean_radius
    middle = bench.pixel(-9.3, 51.6)
    for half in (QPoint(90, 60), QPoint(50, 130)):
        a, b = middle - half, middle + half
        bench.queries.clear()
        bench.drag(a, b)
        (query,) = bench.queries
        assert query.kind == "area" and query.mosaic.path == "/m.tif"
        assert metres_between((query.lon, query.lat), bench.place(middle), radius) < 2500
        centre = bench.place((a + b) / 2)
        west, east, north, south = (
            metres_between(centre, bench.place(leg), radius)
            for leg in (
                QPoint(a.x(), middle.y()),
                QPoint(b.x(), middle.y()),
                QPoint(middle.x(), a.y()),
                QPoint(middle.x(), b.y()),
            )
        )
        expected = max(west + east, north + south)
        assert query.side_m == pytest.approx(expected, rel=1e-6)
        # The outline is the square itself: half a side from the centre to each edge's middle.
        ring = query.outline
        assert len(ring) == 65 and ring[0] == ring[-1]
        for corner in (8, 24, 40, 56):
            away = metres_between((query.lon, query.lat), ring[corner], radius)
            assert away == pytest.approx(radius * math.asin(query.side_m / 2 / radius), abs=1.0)
        drawn = bench.outline()
        assert len(drawn) == 65
        for point, place in zip(drawn, ring, strict=True):
            assert metres_between(bench.frame.to_lonlat(point), place, radius) < 1.0
    assert bench.canvas.mapSettings().destinationCrs().toWkt() == canvas_crs
    assert not bench.messages
    tool.close()
    assert (project.crs().toWkt(), project.ellipsoid()) == before


@needs_moon
@pytest.mark.parametrize(
    "kind, words", [(BoxTool, "The circle: a crater of"), (CircleTool, "Diameter")]
)
def test_while_dragging_the_size_is_told_and_previewed(kind: type, words: str) -> None:
    bench = ToolBench(MOSAIC)
    bench.show_place("IAU_2015:30100", 20, -40, 20)
    tool = bench.tool(kind)
    start, end = bench.pixel(20, -40), bench.pixel(20, -40) + QPoint(87, 58)
    clock = QElapsedTimer()
    clock.start()
    bench.press(start)
    for step in range(1, 30):
        bench.move(start + QPoint(3 * step, 2 * step))
        QTest.qWait(10)
    label = bench.words()
    assert label is not None and words in label.text()
    if kind is CircleTool:
        shown_km = float(re.search(r"[\d.]+(?= km)", label.text()).group())
        drawn_km = 2 * metres_between(bench.place(start), bench.place(end)) / 1000
        assert shown_km == pytest.approx(drawn_km, abs=0.6)
    most = clock.elapsed() // THROTTLE_MS + 1
    assert 1 <= len(bench.previews) <= most, "throttled, not one per movement"
    assert label.geometry().right() < bench.canvas.width()
    count = len(bench.previews)
    bench.release(end)
    assert len(bench.queries) == 1 and bench.words() is None
    QTest.qWait(2 * THROTTLE_MS)
    assert len(bench.previews) == count, "no preview after the query"
    tool.close()


@needs_moon
@pytest.mark.parametrize(
    "crs, centre, rim",
    [
        ("IAU_2015:30100", (179.0, 10.0), (-178.5, 10.0)),
        ("IAU_2015:30100", (-179.0, 10.0), (178.5, 12.0)),
        ("IAU_2015:30110", (179.0, -30.0), (-178.0, -30.0)),
        ("+proj=eqc +lon_0=180 +R=1737400", (179.0, -30.0), (-178.0, -30.0)),
        ("IAU_2015:30130", (45.0, 89.5), (-100.0, 88.0)),
        ("IAU_2015:30130", (0.0, 90.0), (30.0, 87.0)),
        ("+proj=stere +lat_0=-90 +R=1737400", (10.0, -89.0), (-170.0, -88.5)),
        ("IAU_2015:30100", (10.0, 88.0), (10.0, 86.0)),
    ],
)
def test_circles_at_the_antimeridian_and_at_a_pole(crs: str, centre: Place, rim: Place) -> None:
    bench = ToolBench(MOSAIC)
    bench.show_place(crs, *centre, 12)
    tool = bench.tool(CircleTool)
    a, b = bench.pixel(*centre), bench.pixel(*rim)
    bench.drag(a, b)
    assert not bench.messages
    (query,) = bench.queries
    assert query.kind == "crater" and query.side_m is None
    expected = 2 * metres_between(bench.place(a), bench.place(b))
    assert query.diameter_m == pytest.approx(expected, rel=1e-6)
    assert abs(query.diameter_m - 2 * metres_between(centre, rim)) < 0.03 * expected
    assert -180 <= query.lon < 180
    assert metres_between((query.lon, query.lat), centre) < 3000
    away = [metres_between((query.lon, query.lat), place) for place in query.outline]
    assert max(away) - min(away) < 0.01
    drawn = bench.outline()
    assert drawn
    if centre[1] not in (90.0, 88.0):
        unit = 1 if bench.frame.period == 360 else math.radians(1) * MOON_RADIUS
        xs = [point.x() for point in drawn]
        assert len(drawn) == len(query.outline)
        assert max(xs) - min(xs) < 13 * unit, "the outline does not run across the map"
    tool.close()


@needs_moon
@pytest.mark.parametrize("kind", [BoxTool, CircleTool])
class TestGivingUpHintsAndProblems:
    A, B = QPoint(300, 300), QPoint(400, 350)

    @pytest.fixture
    def bench(self) -> ToolBench:
        bench = ToolBench(MOSAIC)
        bench.show_place("IAU_2015:30100", 0, 0, 20)
        return bench

    def test_escape_and_the_right_button_give_a_drag_up(self, bench: ToolBench, kind: type) -> None:
        tool = bench.tool(kind)
        for give_up in (bench.escape, lambda: bench.press(self.B, RIGHT)):
            bench.press(self.A)
            bench.move(self.B)
            assert tool.is_drawing() and bench.outline() and bench.words() is not None
            give_up()
            assert not tool.is_drawing() and not bench.outline() and bench.words() is None
            bench.release(self.B)
        assert len(bench.cancellations) == 2 and not bench.queries and not bench.messages

    def test_a_drag_too_short_is_explained(self, bench: ToolBench, kind: type) -> None:
        tool = bench.tool(kind)
        bench.drag(self.A, self.A + QPoint(3, 3), 1)
        (hint,) = bench.messages
        assert not bench.queries and "Press" in hint
        bench.drag(self.A, self.A + QPoint(4, 3), 1)
        assert len(bench.queries) == 1, "five pixels are a drag"
        assert bench.canvas.mapTool() is tool, "the tool stays"
        bench.escape()
        assert not bench.outline() and len(bench.previews) <= 2

    def test_beyond_the_body_and_wider_than_can_be_seen(self, bench: ToolBench, kind: type) -> None:
        bench.tool(kind)
        bench.show_place("+proj=ortho +lat_0=0 +lon_0=0 +R=1737400", 0, 0, 160)
        bench.drag(QPoint(400, 300), QPoint(5, 5))
        assert not bench.queries and "beyond the body" in bench.messages[-1]
        bench.show_place("IAU_2015:30100", 0, 0, 180)
        bench.drag(QPoint(50, 100), QPoint(750, 500))
        assert not bench.queries and "wider" in bench.messages[-1]

    def test_another_body_is_one_message_and_nothing_drawn(
        self, bench: ToolBench, kind: type
    ) -> None:
        bench.tool(kind)
        bench.show_place("IAU_2015:49910", 0, 0, 20)
        bench.drag(self.A, self.B)
        (message,) = bench.messages
        assert "Mars" in message and "Moon" in message
        assert not bench.queries and not bench.outline()

    def test_a_map_without_a_system(self, bench: ToolBench, kind: type) -> None:
        bench.tool(kind)
        bench.canvas.setDestinationCrs(QgsCoordinateReferenceSystem())
        bench.drag(self.A, self.B)
        (message,) = bench.messages
        assert "coordinate reference system" in message and not bench.queries

    def test_a_closed_tool_leaves_the_canvas_as_it_was(self, bench: ToolBench, kind: type) -> None:
        items = len(bench.canvas.scene().items())
        tool = bench.tool(kind)
        assert len(bench.canvas.scene().items()) > items
        tool.close()
        tool.close()
        assert len(bench.canvas.scene().items()) == items
        assert bench.canvas.mapTool() is not tool
        bench.escape()
        assert not bench.cancellations


@needs_moon
def test_a_circle_on_a_rotated_map() -> None:
    bench = ToolBench(MOSAIC)
    bench.show_place("IAU_2015:30110", 30, 5, 20)
    bench.canvas.setRotation(35)
    bench.tool(CircleTool)
    bench.drag(bench.pixel(30, 5), bench.pixel(32, 6))
    (query,) = bench.queries
    assert abs(query.diameter_m - 2 * metres_between((30, 5), (32, 6))) < 3000


@needs_moon
def test_a_zoom_in_the_middle_of_a_drag() -> None:
    bench = ToolBench(MOSAIC)
    bench.show_place("IAU_2015:30110", 30, 5, 20)
    bench.tool(BoxTool)
    corner = bench.place(QPoint(300, 200))
    bench.press(QPoint(300, 200))
    bench.move(QPoint(350, 250))
    bench.canvas.zoomByFactor(0.5)
    end = QPoint(560, 420)
    bench.move(end)
    bench.release(end)
    (query,), opposite = bench.queries, bench.place(end)
    degrees = max(abs(corner[0] - opposite[0]), abs(corner[1] - opposite[1]))
    assert query.lat == pytest.approx((corner[1] + opposite[1]) / 2, abs=0.05)
    assert query.side_m / math.radians(1) / MOON_RADIUS == pytest.approx(degrees, abs=0.1)


@pytest.mark.parametrize(
    "crs, x, is_geodetic",
    [
        ("+proj=longlat +a=3396190 +b=3376200", 30.0, True),
        ("IAU_2015:49901", -30.0, True),
        ("IAU_2015:49902", 30.0, False),
        ("IAU_2015:49900", 30.0, False),
    ],
)
def test_mars_gives_planetocentric_latitudes(crs: str, x: float, is_geodetic: bool) -> None:
    y = MARS.geodetic(40.0) if is_geodetic else 40.0
    bench = ToolBench(crs=crs, body=MARS)
    bench.show_place(crs, 30, 40, 10)
    tool = bench.tool(CircleTool)
    start = bench.pixel_of_map(QgsPointXY(x, y))
    bench.drag(start, start + QPoint(0, 60))
    (query,) = bench.queries
    assert query.lat == pytest.approx(40, abs=0.02) and query.lon == pytest.approx(30, abs=0.02)
    tool.close()
