"""Box, circle, click and selection, by mouse and key on a real canvas over the real Moon."""

from __future__ import annotations

from pathlib import Path

import pytest

from craterbench_qgis.contract import columns
from craterbench_qgis.engine.catalogue.columns import find_columns

from .support import DATA, needs_moon, needs_qgis, run_in_qgis

MOSAIC = DATA / "moon" / "lroc_wac_8k.tif"
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

HEAD = """
import math, json
from tool_bench import *
from craterbench_qgis.core.geo import sphere
from craterbench_qgis.core.query import RasterSource
from craterbench_qgis.gui.tools import BoxTool, CircleTool, ClickTool, selection_queries
SYSTEMS = json.loads(args[1])
R = 1737400.0
def far(a, b, radius=R):
    return sphere.great_circle_distance(radius, *a, *b)
"""


def inside(code: str, home: Path) -> None:
    import json

    run_in_qgis(HEAD + code + '\nprint("fine")\n', home, MOSAIC, json.dumps(SYSTEMS))


@needs_qgis
@needs_moon
def test_a_box_is_the_square_of_its_larger_side_on_any_map(tmp_path: Path) -> None:
    """Plato, 101 km: the same box on the ground, whatever the project's reference system."""
    inside(
        """
bench = Bench(args[0], source=lambda point: RasterSource("/m.tif", "m"))
project = QgsProject.instance()
before = (project.crs().toWkt(), project.ellipsoid())
for text in SYSTEMS:
    bench.look(text, -9.3, 51.6, 16.0)
    crs = bench.canvas.mapSettings().destinationCrs().toWkt()
    tool = bench.tool(BoxTool)
    radius = bench.frame.figure.mean_radius
    middle = bench.pixel(-9.3, 51.6)
    for wide, high in ((90, 60), (50, 130)):
        a, b = middle - QPoint(wide, high), middle + QPoint(wide, high)
        bench.queries.clear()
        bench.drag(a, b)
        (query,) = bench.queries
        assert query.kind == "area" and query.source.path == "/m.tif"
        assert far((query.lon, query.lat), bench.place(middle), radius) < 2500, text
        centre = bench.place((a + b) / 2)
        x, y = middle.x(), middle.y()
        legs = [QPoint(a.x(), y), QPoint(b.x(), y), QPoint(x, a.y()), QPoint(x, b.y())]
        west, east, north, south = (far(centre, bench.place(leg), radius) for leg in legs)
        expected = max(west + east, north + south)
        assert abs(query.side_m - expected) < 1e-6 * expected, (text, query.side_m, expected)
        # The outline is the square itself: half a side from the centre to each edge's middle.
        ring = query.outline
        assert len(ring) == 65 and ring[0] == ring[-1]
        for i in (8, 24, 40, 56):
            away = far((query.lon, query.lat), ring[i], radius)
            assert abs(away - radius * math.asin(query.side_m / 2 / radius)) < 1.0
        drawn = bench.band(tool)
        assert len(drawn) == 65
        for point, place in zip(drawn, ring):
            assert far(bench.frame.to_lonlat(point), place, radius) < 1.0, text
    assert bench.canvas.mapSettings().destinationCrs().toWkt() == crs
    assert not bench.said, bench.said
    tool.close()
assert (project.crs().toWkt(), project.ellipsoid()) == before
""",
        tmp_path,
    )


@needs_qgis
@needs_moon
def test_while_dragging_the_size_is_told_and_previewed(tmp_path: Path) -> None:
    inside(
        """
import re
bench = Bench(args[0])
bench.look("IAU_2015:30100", 20, -40, 20)
for kind, expected in ((BoxTool, "wide, crater of about"), (CircleTool, "Diameter")):
    tool = bench.tool(kind)
    start = bench.pixel(20, -40)
    bench.press(start)
    for step in range(1, 30):
        bench.move(start + QPoint(3 * step, 2 * step))
        QTest.qWait(10)
    words = tool._outline._words
    assert words.isVisible() and expected in words.text(), words.text()
    shown = float(re.search(r"[\\d.]+(?= km)", words.text()).group())
    last = bench.place(start + QPoint(87, 58))
    if kind is CircleTool:
        true = 2 * far(bench.place(start), last) / 1000
        assert abs(shown - true) <= 0.6, (shown, true)
    assert 1 <= len(bench.previews) <= 5, "throttled, not one per movement"
    assert words.geometry().right() < bench.canvas.width()
    count = len(bench.previews)
    bench.release(start + QPoint(87, 58))
    assert len(bench.queries) == 1 and not words.isVisible()
    QTest.qWait(200)
    assert len(bench.previews) == count, "a preview after the query"
    tool.close()
""",
        tmp_path,
    )


@needs_qgis
@needs_moon
def test_circles_at_the_antimeridian_and_at_a_pole(tmp_path: Path) -> None:
    inside(
        """
bench = Bench(args[0])
cases = [
    ("IAU_2015:30100", (179.0, 10.0), (-178.5, 10.0)),
    ("IAU_2015:30100", (-179.0, 10.0), (178.5, 12.0)),
    ("IAU_2015:30110", (179.0, -30.0), (-178.0, -30.0)),
    ("+proj=eqc +lon_0=180 +R=1737400", (179.0, -30.0), (-178.0, -30.0)),
    ("IAU_2015:30130", (45.0, 89.5), (-100.0, 88.0)),
    ("IAU_2015:30130", (0.0, 90.0), (30.0, 87.0)),
    ("+proj=stere +lat_0=-90 +R=1737400", (10.0, -89.0), (-170.0, -88.5)),
    ("IAU_2015:30100", (10.0, 88.0), (10.0, 86.0)),
]
for text, centre, rim in cases:
    bench.look(text, *centre, 12)
    tool = bench.tool(CircleTool)
    a, b = bench.pixel(*centre), bench.pixel(*rim)
    bench.drag(a, b)
    assert len(bench.queries) == 1, (text, bench.said)
    query = bench.queries[0]
    assert query.kind == "crater" and query.side_m is None
    expected = 2 * far(bench.place(a), bench.place(b))
    assert abs(query.diameter_m - expected) < 1e-6 * expected
    assert abs(query.diameter_m - 2 * far(centre, rim)) < 0.03 * expected, text
    assert -180 <= query.lon < 180 and far((query.lon, query.lat), centre) < 3000
    away = [far((query.lon, query.lat), place) for place in query.outline]
    assert max(away) - min(away) < 0.01
    drawn = bench.band(tool)
    xs = [point.x() for point in drawn]
    unit = 1 if bench.frame.period == 360 else math.radians(1) * R
    if centre[1] not in (90.0, 88.0):
        assert len(drawn) == len(query.outline)
        assert max(xs) - min(xs) < 13 * unit, "the outline runs across the map"
    tool.close()
""",
        tmp_path,
    )


@needs_qgis
@needs_moon
def test_giving_up_hints_and_problems(tmp_path: Path) -> None:
    inside(
        """
bench = Bench(args[0])
bench.look("IAU_2015:30100", 0, 0, 20)
for kind in (BoxTool, CircleTool):
    tool = bench.tool(kind)
    a, b = QPoint(300, 300), QPoint(400, 350)
    # Escape in the middle of a drag, the right button in the middle of one, a drag too short.
    for stop in (bench.escape, lambda: bench.press(b, RIGHT)):
        bench.press(a)
        bench.move(b)
        assert tool.is_drawing() and bench.band(tool)
        stop()
        assert not tool.is_drawing() and not bench.band(tool)
        assert not tool._outline._words.isVisible()
        bench.release(b)
    assert len(bench.cancelled) == 2 and not bench.queries and not bench.said
    bench.drag(a, a + QPoint(3, 3), 1)
    assert not bench.queries and len(bench.said) == 1 and "Press" in bench.said[0]
    bench.drag(a, a + QPoint(4, 3), 1)
    assert len(bench.queries) == 1, "five pixels are a drag"
    assert bench.canvas.mapTool() is tool, "the tool stays"
    bench.escape()
    assert not bench.band(tool) and not bench.previews[2:]
    # Beyond the body, and wider than can be seen.
    bench.look("+proj=ortho +lat_0=0 +lon_0=0 +R=1737400", 0, 0, 160)
    bench.said.clear(), bench.queries.clear()
    bench.drag(QPoint(400, 300), QPoint(5, 5))
    assert not bench.queries and "beyond the body" in bench.said[-1], bench.said
    bench.look("IAU_2015:30100", 0, 0, 180)
    bench.drag(QPoint(50, 100), QPoint(750, 500))
    assert not bench.queries and "wider" in bench.said[-1], (bench.said, bench.queries)
    # Another body: one message per attempt, nothing drawn.
    bench.look("IAU_2015:49910", 0, 0, 20)
    bench.said.clear()
    bench.drag(a, b)
    assert len(bench.said) == 1 and "Mars" in bench.said[0] and "Moon" in bench.said[0]
    assert not bench.queries and not bench.band(tool)
    bench.canvas.setDestinationCrs(QgsCoordinateReferenceSystem())
    bench.said.clear()
    bench.drag(a, b)
    assert len(bench.said) == 1 and "coordinate reference system" in bench.said[0]
    bench.look("IAU_2015:30100", 0, 0, 20)
    items = len(bench.canvas.scene().items())
    tool.close()
    tool.close()
    assert len(bench.canvas.scene().items()) == items - 1
    assert bench.canvas.mapTool() is not tool
    bench.escape()
""",
        tmp_path,
    )


@needs_qgis
@needs_moon
def test_a_rotated_map_and_a_zoom_in_the_middle_of_a_drag(tmp_path: Path) -> None:
    inside(
        """
bench = Bench(args[0])
bench.look("IAU_2015:30110", 30, 5, 20)
bench.canvas.setRotation(35)
tool = bench.tool(CircleTool)
a, b = bench.pixel(30, 5), bench.pixel(32, 6)
bench.drag(a, b)
assert abs(bench.queries[0].diameter_m - 2 * far((30, 5), (32, 6))) < 3000
bench.canvas.setRotation(0)
tool = bench.tool(BoxTool)
corner = bench.place(QPoint(300, 200))
bench.press(QPoint(300, 200))
bench.move(QPoint(350, 250))
bench.canvas.zoomByFactor(0.5)
end = QPoint(560, 420)
bench.move(end)
bench.release(end)
query, ends = bench.queries[0], bench.place(end)
width = abs(corner[0] - ends[0]), abs(corner[1] - ends[1])
assert abs(query.lat - (corner[1] + ends[1]) / 2) < 0.05, (query, corner, ends)
assert abs(query.side_m / math.radians(1) / R - max(width)) < 0.1
""",
        tmp_path,
    )


@needs_qgis
def test_mars_gives_planetocentric_latitudes(tmp_path: Path) -> None:
    inside(
        """
MARS = {"name": "Mars", "a": 3396190.0, "b": 3376200.0}
graphic = sphere.geodetic_latitude(MARS["a"], MARS["b"], 40.0)
for text, x, y in (
    ("+proj=longlat +a=3396190 +b=3376200", 30.0, graphic),
    ("IAU_2015:49901", -30.0, graphic),
    ("IAU_2015:49902", 30.0, 40.0),
    ("IAU_2015:49900", 30.0, 40.0),
):
    bench = Bench(crs=text, body=MARS)
    bench.look(text, 30, 40, 10)
    tool = bench.tool(CircleTool)
    at = bench.canvas.getCoordinateTransform().transform(QgsPointXY(x, y))
    start = QPoint(round(at.x()), round(at.y()))
    bench.drag(start, start + QPoint(0, 60))
    (query,) = bench.queries
    assert abs(query.lat - 40) < 0.02 and abs(query.lon - 30) < 0.02, (text, query.lon, query.lat)
    tool.close()
""",
        tmp_path,
    )


LAYERS = """
from qgis.core import QgsVectorLayer, QgsFeature, QgsGeometry
def layer_of(kind, crs, columns, rows, name="craters"):
    made = QgsVectorLayer(f"{kind}?{columns}", name, "memory")
    made.setCrs(crs_of(crs))
    features = []
    for wkt, *values in rows:
        feature = QgsFeature(made.fields())
        feature.setGeometry(QgsGeometry.fromWkt(wkt))
        feature.setAttributes(values)
        features.append(feature)
    assert made.dataProvider().addFeatures(features)[0]
    made.updateExtents()
    assert made.isValid() and made.featureCount() == len(rows)
    return made
def circle(lon, lat, km):
    return sphere.circle_multipolygon_wkt(R, lon, lat, km * 1000)
"""


@needs_qgis
@needs_moon
def test_a_click_takes_the_topmost_crater(tmp_path: Path) -> None:
    inside(
        LAYERS
        + """
points = layer_of("Point", "IAU_2015:30100", "field=name:string&field=diam_km:double", [
    ("POINT (10 20)", "Alpha", 50.0), ("POINT (10.4 20)", "Beta", 8.0),
    ("POINT (12 20)", "None", None)])
outlines = layer_of("MultiPolygon", "IAU_2015:30100", "field=id:string", [
    (circle(10, 20, 120), "big"), (circle(10.1, 20.1, 30), "small")])
bench = Bench(args[0])
bench.look("IAU_2015:30100", 10, 20, 10)
bench.canvas.setLayers([points, outlines, bench.layer])
tool = bench.tool(ClickTool)
bench.click(bench.pixel(10, 20) + QPoint(4, -3))
query = bench.queries[-1]
assert query.kind == "crater" and query.label.startswith("Alpha, 50"), query.label
assert abs(query.diameter_m - 50e3) < 1e-6 and (query.lon, query.lat) == (10, 20)
drawn = [far((10, 20), bench.frame.to_lonlat(point)) for point in bench.band(tool)]
assert len(drawn) == 129 and max(abs(one - 25e3) for one in drawn) < 1, "circled"
bench.click(bench.pixel(10.4, 20))
assert bench.queries[-1].label.startswith("Beta")
# The points' layer hidden: the smallest outline around the mouse, measured on the body.
bench.canvas.setLayers([outlines, bench.layer])
bench.click(bench.pixel(10.1, 20.1))
assert bench.queries[-1].label.startswith("small")
assert abs(bench.queries[-1].diameter_m - 30e3) < 60
assert far((bench.queries[-1].lon, bench.queries[-1].lat), (10.1, 20.1)) < 50
bench.click(bench.pixel(8.4, 20))
assert bench.queries[-1].label.startswith("big") and abs(bench.queries[-1].diameter_m - 120e3) < 200
assert far((bench.queries[-1].lon, bench.queries[-1].lat), (10, 20)) < 100
# Nothing there; no diameter; the right button; Escape.
count = len(bench.queries)
bench.click(bench.pixel(14, 23))
assert "no crater" in bench.said[-1] and not bench.band(tool)
bench.canvas.setLayers([points])
bench.click(bench.pixel(10, 20) + QPoint(12, 0))
assert "no crater" in bench.said[-1], "beyond the tolerance"
bench.click(bench.pixel(12, 20))
assert "no usable diameter" in bench.said[-1]
bench.click(bench.pixel(10, 20), RIGHT)
assert len(bench.cancelled) == 1 and len(bench.queries) == count
plain = layer_of("Point", "IAU_2015:30100", "field=depth:double", [("POINT (10 20)", 3.0)])
bench.canvas.setLayers([plain])
bench.click(bench.pixel(10, 20))
assert "no column of diameters" in bench.said[-1] and len(bench.queries) == count
""",
        tmp_path,
    )


@needs_qgis
@needs_moon
def test_a_click_on_layers_of_other_systems_at_the_edges_of_the_map(tmp_path: Path) -> None:
    """A layer on an unnamed sphere under an IAU project, both sides of 180 degrees, at a pole."""
    inside(
        LAYERS
        + """
rows = [("POINT (179.95 10)", 40000.0), ("POINT (-179.95 20)", 30000.0),
        ("POINT (70 89.95)", 20000.0)]
for layer_crs in ("IAU_2015:30100", "+proj=longlat +R=1737400"):
    points = layer_of("Point", layer_crs, "field=diameter_m:double", rows)
    rims = layer_of("MultiPolygon", layer_crs, "field=note:string", [
        (circle(179.9, -10, 100), "x"), (circle(30, 89, 90), "x"), (circle(20, -88, 200), "x")])
    for text in ("IAU_2015:30100", "IAU_2015:30110", "+proj=eqc +lon_0=180 +R=1738000",
                 "IAU_2015:30130", "+proj=stere +lat_0=90 +R=1737400"):
        bench = Bench(args[0], text)
        bench.canvas.setLayers([points, rims])
        tool = bench.tool(ClickTool)
        polar = "30130" in text or "stere" in text
        wanted = [((70, 89.95), 20e3), ((30, 89), 90e3)] if polar else [
            ((179.95, 10), 40e3), ((-179.95, 20), 30e3), ((179.9, -10), 100e3)]
        for place, diameter in wanted:
            bench.look(text, *place, 6)
            # From the other side of the edge too, where the map repeats itself beyond it.
            pixel = bench.pixel(*place) + QPoint(5, 0)
            bench.click(pixel)
            assert len(bench.queries) == 1, (layer_crs, text, place, bench.said)
            query = bench.queries.pop()
            assert abs(query.diameter_m - diameter) < 0.003 * diameter, (text, place, query)
            assert far((query.lon, query.lat), place) < 800, (text, place, query)
        tool.close()
""",
        tmp_path,
    )


@needs_qgis
@needs_moon
def test_units_radii_and_the_selection(tmp_path: Path) -> None:
    inside(
        LAYERS
        + """
def asked(columns, rows, kind="Point", crs="IAU_2015:30100"):
    layer = layer_of(kind, crs, columns, rows, "cat")
    layer.selectAll()
    told = []
    return selection_queries(layer, body=MOON, problems=told), told
P = "POINT (10 20)"
for columns, value, metres in (
    ("field=diam_km:double", 5.0, 5e3),
    ("field=Diameter (m):double", 800.0, 800.0),
    ("field=DIAM_CIRC_IMG:double&field=CRATER_ID:string", 7.0, 7e3),
    ("field=radius_km:double", 4.0, 8e3),
    ("field=diam:double", 25000.0, 25e3),
):
    found, told = asked(columns, [(P, value)])
    assert len(found) == 1 and abs(found[0].diameter_m - metres) < 1e-6, (columns, found, told)
    assert not told, told
found, told = asked("field=diam:double", [(P, 25.0)])
assert abs(found[0].diameter_m - 25e3) < 1e-6 and "taken as km" in told[0]
# A polygon's own size tells km from m.
for value in (60.0, 60000.0):
    found, told = asked("field=diam:double", [(circle(30, 60, 55), value)], "MultiPolygon")
    assert abs(found[0].diameter_m - 60e3) < 1e-6 and not told
found, told = asked("field=diam_km:double", [(P, 5.0), (P, -1.0), (P, None), ("POINT (3 4)", 9.0)])
assert [one.diameter_m for one in found] == [5e3, 9e3] and told[0].startswith("2 of"), told
found, told = asked("field=diam_km:double", [(P, 1.0 + i) for i in range(60)])
assert len(found) == 50 and "first 50 of 60" in told[0]
found, told = asked("field=diam_km:double", [(P, 5.0)], crs="IAU_2015:49900")
assert not found and "Mars" in told[0] and "cat" in told[0]
found, told = asked("field=diam_km:double", [("LINESTRING (1 1, 2 2)", 5.0)], "LineString")
assert not found and "points or polygons" in told[0]
layer = layer_of("Point", "IAU_2015:30100", "field=diam_km:double", [(P, 5.0)])
told = []
assert selection_queries(layer, problems=told) == [] and "Nothing is selected" in told[0]
assert selection_queries(None, problems=told) == []
""",
        tmp_path,
    )


@pytest.mark.parametrize(
    "names",
    [
        ["id", "lon", "lat", "diam_km", "source"],
        ["CRATER_ID", "LAT_CIRC_IMG", "LON_CIRC_IMG", "DIAM_CIRC_IMG"],
        ["name", "Diameter (m)", "lon", "lat"],
        ["name", "diameter", "diameterKm", "lon", "lat"],
        ["CRATER_ID", "X", "Y", "RADIUS", "TYPE", "STATUS", "LRD_MORPH"],
        ["ID", "Latitude", "Longitude", "Diameter", "Depth", "Source", "Source_dia"],
        ["Feature_Name", "Center_Latitude", "Center_Longitude", "Diameter"],
        ["Diam_km", "x_coord", "y_coord", "tag"],
        ["lon", "lat", "rad_m"],
        ["lon", "lat", "diam"],
    ],
)
def test_columns_are_recognised_as_in_the_engine(names: list[str]) -> None:
    ours, theirs = columns.size_column(names), find_columns(names, has_geometry=True)
    assert ours is not None
    assert (ours.name, ours.unit, ours.is_radius) == (
        theirs.diameter,
        theirs.diameter_unit,
        theirs.is_radius,
    )


def test_no_column_of_sizes() -> None:
    assert columns.size_column(["lon", "lat", "depth"]) is None
    assert columns.label_column(["lon", "CRATER_ID", "Name"]) == "Name"
    assert columns.label_column(["lon", "CRATER_ID"]) == "CRATER_ID"
    assert columns.name_column(["lon", "CRATER_ID"]) is None
    assert columns.name_column(["lon", "Feature_Name"]) == "Feature_Name"
