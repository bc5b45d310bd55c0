"""The wheel over the circle and the click tool, and three points on a rim: by mouse on any map."""

from __future__ import annotations

import pytest
from qgis.core import QgsProject
from qgis.PyQt.QtCore import QPoint, QPointF, Qt
from qgis.PyQt.QtGui import QWheelEvent
from qgis.PyQt.QtWidgets import QApplication

from craterbench_qgis.core.geo.sphere import circle_through, destination
from craterbench_qgis.gui.tools import CircleTool, ClickTool, RimTool
from inside import settle
from test_tools import SYSTEMS
from tool_bench import MARS, MOON_RADIUS, NO_KEY, ToolBench, layer_of, metres_between

CONTROL = Qt.KeyboardModifier.ControlModifier


def turn(bench: ToolBench, at: QPoint, notches: int, key: Qt.KeyboardModifier = NO_KEY) -> None:
    view = bench.canvas.viewport()
    event = QWheelEvent(
        QPointF(at), QPointF(view.mapToGlobal(at)), QPoint(), QPoint(0, 120 * notches),
        Qt.MouseButton.NoButton, key, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(view, event)
    settle()


@pytest.mark.parametrize("kind", [CircleTool, ClickTool])
def test_the_wheel_makes_a_circle_and_a_click_searches_what_it_shows(
    project: QgsProject, kind: type
) -> None:
    bench = ToolBench()
    bench.show_place("IAU_2015:30100", 10, 20, 20)
    bench.tool(kind)
    middle, aside = bench.pixel(10, 20), bench.pixel(12, 21)
    extent = bench.canvas.extent()
    turn(bench, middle, 1)
    first = [metres_between((10, 20), bench.frame.to_lonlat(p)) for p in bench.outline()]
    assert first and max(first) - min(first) < 1.0 and not bench.queries
    assert "Diameter" in bench.words().text()
    turn(bench, middle, 3)
    wider = [metres_between((10, 20), bench.frame.to_lonlat(p)) for p in bench.outline()]
    assert wider[0] / first[0] == pytest.approx(1.1**3)
    turn(bench, middle, -1)
    assert bench.canvas.extent() == extent, "the map does not zoom"
    bench.move(aside, Qt.MouseButton.NoButton)
    bench.click(aside)
    (query,) = bench.queries
    assert query.kind == "crater" and query.diameter_m == pytest.approx(2 * first[0] * 1.1**2)
    assert metres_between((query.lon, query.lat), bench.place(aside)) < 1.0
    turn(bench, aside, 1)
    bench.escape()
    assert not bench.outline() and len(bench.queries) == 1
    turn(bench, aside, 1)
    bench.click(aside)
    assert bench.queries[-1].diameter_m == pytest.approx(query.diameter_m * 1.1**2), "remembered"
    turn(bench, aside, 1, CONTROL)
    assert bench.canvas.extent() != extent, "with Ctrl the map zooms"
    for _ in range(100):
        turn(bench, middle, 5)
    bench.click(middle)
    assert bench.queries[-1].diameter_m * 2.5 < 1.8 * MOON_RADIUS, "no wider than can be searched"


def test_over_a_crater_of_the_catalogue_the_wheel_zooms_and_the_click_takes_it(
    project: QgsProject,
) -> None:
    bench = ToolBench()
    points = layer_of("Point", "IAU_2015:30100", "field=diam_km:double", [("POINT (10 20)", 50.0)])
    QgsProject.instance().addMapLayer(points)
    bench.show_place("IAU_2015:30100", 10, 20, 20)
    bench.canvas.setLayers([points])
    bench.tool(ClickTool)
    extent = bench.canvas.extent()
    turn(bench, bench.pixel(10, 20), 1)
    assert bench.canvas.extent() != extent and not bench.outline()
    bench.click(bench.pixel(10, 20))
    assert bench.queries[-1].diameter_m == pytest.approx(50e3)
    turn(bench, bench.pixel(12, 22), 1)
    assert bench.outline()
    bench.click(bench.pixel(12, 22))
    assert len(bench.queries) == 2 and bench.queries[-1].lat == pytest.approx(22, abs=0.1)


@pytest.mark.parametrize("lon, lat", [(10.0, 20.0), (180.0, -5.0), (-179.9, 60.0), (0.0, 90.0)])
@pytest.mark.parametrize("diameter", [50.0, 40e3, 2.2e6])
def test_the_circle_through_three_points(lon: float, lat: float, diameter: float) -> None:
    for bearings in ((0.0, 120.0, 240.0), (10.0, 40.0, 65.0), (359.0, 90.0, 91.0)):
        rim = [destination(MOON_RADIUS, lon, lat, bearing, diameter / 2) for bearing in bearings]
        centre, size = circle_through(MOON_RADIUS, rim)
        assert size == pytest.approx(diameter, rel=1e-4)
        assert metres_between(centre, (lon, lat)) < 1e-4 * diameter
    line = [destination(MOON_RADIUS, lon, lat, 33.0, reach * diameter) for reach in (-1, 0.1, 0.9)]
    circle = circle_through(MOON_RADIUS, line)
    assert circle is None or circle[1] > 3.1 * MOON_RADIUS, "all round the body"
    assert circle_through(MOON_RADIUS, [rim[0], rim[0], rim[1]]) is None
    assert circle_through(MOON_RADIUS, [rim[0]] * 3) is None


CASES = [
    *((system, -20.0, 60.0) for system in SYSTEMS),
    ("IAU_2015:30100", 179.7, 5.0),
    ("IAU_2015:30130", 0.0, 89.6),
    ("IAU_2015:30135", 0.0, -89.6),
]


@pytest.mark.parametrize("crs, lon, lat", CASES)
def test_three_clicks_on_a_rim_on_any_map_over_seam_and_pole(
    project: QgsProject, crs: str, lon: float, lat: float
) -> None:
    bench = ToolBench(crs=crs)
    bench.show_place(crs, lon, lat, 8.0)
    bench.tool(RimTool)
    radius = bench.frame.body.mean_radius
    rim = [destination(radius, lon, lat, bearing, 30e3) for bearing in (20.0, 150.0, 260.0)]
    clicks = [bench.pixel(*place) for place in rim]
    bench.click(clicks[0])
    bench.click(clicks[1])
    assert not bench.queries and not bench.messages
    bench.move(clicks[2], Qt.MouseButton.NoButton)
    assert "60" in bench.words().text() or "59." in bench.words().text()
    bench.click(clicks[2])
    (query,) = bench.queries
    assert query.kind == "crater" and query.diameter_m == pytest.approx(60e3, rel=0.03)
    assert metres_between((query.lon, query.lat), (lon, lat), radius) < 1800
    for pixel in clicks:  # the circle goes through what was clicked
        away = metres_between((query.lon, query.lat), bench.place(pixel), radius)
        assert away == pytest.approx(query.diameter_m / 2, rel=1e-6)
    bench.click(clicks[0])
    assert len(bench.queries) == 1, "another rim begins"


def test_points_on_a_line_or_in_one_place_are_said_and_the_third_can_be_clicked_again(
    project: QgsProject,
) -> None:
    bench = ToolBench()
    bench.show_place("IAU_2015:30100", 10, 20, 8)
    bench.tool(RimTool)
    bench.click(QPoint(200, 300))
    bench.click(QPoint(202, 301))
    assert "far from each other" in bench.messages[-1]
    bench.click(QPoint(300, 300))
    bench.click(QPoint(400, 300))
    assert "straight line" in bench.messages[-1] and not bench.queries
    bench.click(QPoint(300, 400))
    assert len(bench.queries) == 1
    bench.click(QPoint(200, 300))
    bench.escape()
    assert bench.cancellations
    bench.click(QPoint(300, 300))
    bench.click(QPoint(250, 380))
    assert len(bench.queries) == 1, "two points only since Escape"
    bench.click(QPoint(250, 380) + QPoint(60, 40))
    assert len(bench.queries) == 2


def test_a_flattened_body(project: QgsProject) -> None:
    bench = ToolBench(crs="IAU_2015:49900", body=MARS)
    bench.show_place("IAU_2015:49900", 30, 50, 8)
    bench.tool(RimTool)
    radius = bench.frame.body.mean_radius
    for bearing in (0.0, 100.0, 230.0):
        bench.click(bench.pixel(*destination(radius, 30, 50, bearing, 60e3)))
    (query,) = bench.queries
    assert query.diameter_m == pytest.approx(120e3, rel=0.03)
    assert query.lat == pytest.approx(50, abs=0.05)
