"""A click on a crater of a layer, and the selection of one: sizes, units, edges of the map."""

from __future__ import annotations

from typing import Any

import pytest
from qgis.PyQt.QtCore import QPoint

from craterbench_qgis.core.layers.ids import QUERY, mark
from craterbench_qgis.core.query import QueryRequest
from craterbench_qgis.gui.tools import ClickTool, selection_queries
from paths import MOSAIC, needs_moon
from tool_bench import MOON, RIGHT, ToolBench, circle, layer_of, metres_between

NAMED = "field=name:string&field=diam_km:double"
LONLAT = "IAU_2015:30100"


@needs_moon
class TestAClickTakesTheTopmostCrater:
    @pytest.fixture(autouse=True)
    def layers(self) -> None:
        self.points = layer_of(
            "Point",
            LONLAT,
            NAMED,
            [
                ("POINT (10 20)", "Alpha", 50.0),
                ("POINT (10.4 20)", "Beta", 8.0),
                ("POINT (12 20)", "None", None),
            ],
        )
        self.outlines = layer_of(
            "MultiPolygon",
            LONLAT,
            "field=id:string",
            [(circle(10, 20, 120), "big"), (circle(10.1, 20.1, 30), "small")],
        )
        self.bench = ToolBench(MOSAIC)
        self.bench.show_place(LONLAT, 10, 20, 10)
        self.bench.canvas.setLayers([self.points, self.outlines, self.bench.layer])
        self.tool = self.bench.tool(ClickTool)

    def click(self, lon: float, lat: float, right: int = 0, down: int = 0) -> None:
        """At a place, or some pixels off it."""
        self.bench.click(self.bench.pixel(lon, lat) + QPoint(right, down))

    def test_a_point_near_the_mouse(self) -> None:
        self.click(10, 20, 4, -3)
        (query,) = self.bench.queries
        assert query.kind == "crater" and query.label.startswith("Alpha, 50")
        assert query.diameter_m == pytest.approx(50e3) and (query.lon, query.lat) == (10, 20)
        rim = [
            metres_between((10, 20), self.bench.frame.to_lonlat(point))
            for point in self.bench.outline()
        ]
        assert len(rim) == 129 and max(abs(metres - 25e3) for metres in rim) < 1, "circled"
        self.click(10.4, 20)
        assert self.bench.queries[-1].label.startswith("Beta")

    def test_the_smallest_outline_around_the_mouse_measured_on_the_body(self) -> None:
        self.bench.canvas.setLayers([self.outlines, self.bench.layer])
        self.click(10.1, 20.1)
        small = self.bench.queries[-1]
        assert small.label.startswith("small") and abs(small.diameter_m - 30e3) < 60
        assert metres_between((small.lon, small.lat), (10.1, 20.1)) < 50
        self.click(8.4, 20)
        big = self.bench.queries[-1]
        assert big.label.startswith("big") and abs(big.diameter_m - 120e3) < 200
        assert metres_between((big.lon, big.lat), (10, 20)) < 100

    def test_what_was_asked_before_lies_over_the_catalogue(self) -> None:
        asked = layer_of(
            "Polygon", LONLAT, "field=id:string", [(circle(10, 20, 20), "asked before")]
        )
        mark(asked, "a set", QUERY)
        self.bench.canvas.setLayers([asked, self.outlines, self.bench.layer])
        self.click(10, 20)
        (query,) = self.bench.queries
        assert query.label.startswith("small")

    def test_nothing_there(self) -> None:
        self.click(14, 23)
        assert "no crater" in self.bench.messages[-1] and not self.bench.outline()
        self.bench.canvas.setLayers([self.points])
        self.click(10, 20, 12)
        assert "no crater" in self.bench.messages[-1], "beyond the tolerance"
        assert len(self.bench.messages) == 2 and not self.bench.queries

    def test_no_diameter(self) -> None:
        self.bench.canvas.setLayers([self.points])
        self.click(12, 20)
        assert "no usable diameter" in self.bench.messages[-1]
        plain = layer_of("Point", LONLAT, "field=depth:double", [("POINT (10 20)", 3.0)])
        self.bench.canvas.setLayers([plain])
        self.click(10, 20)
        assert "no column of diameters" in self.bench.messages[-1] and not self.bench.queries

    def test_the_right_button_gives_up(self) -> None:
        self.bench.click(self.bench.pixel(10, 20), RIGHT)
        assert len(self.bench.cancellations) == 1 and not self.bench.queries


@needs_moon
@pytest.mark.parametrize("layer_crs", [LONLAT, "+proj=longlat +R=1737400"])
@pytest.mark.parametrize(
    "map_crs",
    [
        "IAU_2015:30100",
        "IAU_2015:30110",
        "+proj=eqc +lon_0=180 +R=1738000",
        "IAU_2015:30130",
        "+proj=stere +lat_0=90 +R=1737400",
    ],
)
def test_a_click_on_layers_of_other_systems_at_the_edges_of_the_map(
    layer_crs: str, map_crs: str
) -> None:
    """A layer on an unnamed sphere under an IAU project, both sides of 180 degrees, at a pole."""
    points = layer_of(
        "Point",
        layer_crs,
        "field=diameter_m:double",
        [
            ("POINT (179.95 10)", 40000.0),
            ("POINT (-179.95 20)", 30000.0),
            ("POINT (70 89.95)", 20000.0),
        ],
    )
    rims = layer_of(
        "MultiPolygon",
        layer_crs,
        "field=note:string",
        [
            (circle(179.9, -10, 100), "x"),
            (circle(30, 89, 90), "x"),
            (circle(20, -88, 200), "x"),
        ],
    )
    bench = ToolBench(MOSAIC, map_crs)
    bench.canvas.setLayers([points, rims])
    tool = bench.tool(ClickTool)
    if "30130" in map_crs or "stere" in map_crs:
        craters = [((70, 89.95), 20e3), ((30, 89), 90e3)]
    else:
        craters = [((179.95, 10), 40e3), ((-179.95, 20), 30e3), ((179.9, -10), 100e3)]
    for place, diameter in craters:
        bench.show_place(map_crs, *place, 6)
        # From the other side of the edge too, where the map repeats itself beyond it.
        bench.click(bench.pixel(*place) + QPoint(5, 0))
        assert not bench.messages
        (query,) = bench.queries
        bench.queries.clear()
        assert query.diameter_m == pytest.approx(diameter, rel=0.003)
        assert metres_between((query.lon, query.lat), place) < 800
    tool.close()


PLACE = "POINT (10 20)"


def selected(
    fields: str, rows: list[tuple[Any, ...]], kind: str = "Point", crs: str = LONLAT
) -> tuple[list[QueryRequest], list[str]]:
    """The queries of a layer all of whose craters are selected, and the problems they had."""
    layer = layer_of(kind, crs, fields, rows, "cat")
    layer.selectAll()
    problems: list[str] = []
    return selection_queries(layer, body=MOON, problems=problems), problems


@pytest.mark.parametrize(
    "fields, value, metres",
    [
        ("field=diam_km:double", 5.0, 5e3),
        ("field=Diameter (m):double", 800.0, 800.0),
        ("field=DIAM_CIRC_IMG:double&field=CRATER_ID:string", 7.0, 7e3),
        ("field=radius_km:double", 4.0, 8e3),
        ("field=diam:double", 25000.0, 25e3),
    ],
)
def test_units_and_radii_by_the_columns_name(fields: str, value: float, metres: float) -> None:
    (query,), problems = selected(fields, [(PLACE, value)])
    assert query.diameter_m == pytest.approx(metres) and not problems


def test_a_unit_that_is_guessed_is_said() -> None:
    (query,), (problem,) = selected("field=diam:double", [(PLACE, 25.0)])
    assert query.diameter_m == pytest.approx(25e3) and "taken as km" in problem


@pytest.mark.parametrize("value", [60.0, 60000.0])
def test_a_polygons_own_size_tells_km_from_m(value: float) -> None:
    row = (circle(30, 60, 55), value)
    (query,), problems = selected("field=diam:double", [row], "MultiPolygon")
    assert query.diameter_m == pytest.approx(60e3) and not problems


def test_craters_without_a_diameter_are_left_out_and_counted() -> None:
    rows = [(PLACE, 5.0), (PLACE, -1.0), (PLACE, None), ("POINT (3 4)", 9.0)]
    queries, problems = selected("field=diam_km:double", rows)
    assert [query.diameter_m for query in queries] == [5e3, 9e3]
    assert problems[0].startswith("2 of")


def test_a_large_selection_is_cut() -> None:
    rows = [(PLACE, 1.0 + number) for number in range(60)]
    queries, problems = selected("field=diam_km:double", rows)
    assert len(queries) == 50 and "first 50 of 60" in problems[0]


def test_layers_that_cannot_be_asked() -> None:
    queries, problems = selected("field=diam_km:double", [(PLACE, 5.0)], crs="IAU_2015:49900")
    assert not queries and "Mars" in problems[0] and "cat" in problems[0]
    line = ("LINESTRING (1 1, 2 2)", 5.0)
    queries, problems = selected("field=diam_km:double", [line], "LineString")
    assert not queries and "points or polygons" in problems[0]
    layer = layer_of("Point", LONLAT, "field=diam_km:double", [(PLACE, 5.0)])
    problems = []
    assert selection_queries(layer, problems=problems) == []
    assert "Nothing is selected" in problems[0]
    assert selection_queries(None, problems=problems) == []
