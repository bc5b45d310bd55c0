"""The review on the map: the layer of pairs, the pair that is shown, picking one."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsExpression,
    QgsExpressionContext,
    QgsExpressionContextUtils,
    QgsGeometry,
    QgsPointXY,
    QgsProject,
    QgsRectangle,
)
from qgis.gui import QgsMapCanvas, QgsRubberBand

from craterbench_qgis.gui.review.panel import ReviewPanel
from craterbench_qgis.gui.review.view import COLOURS
from inside import wait_until
from paths import needs_engine
from review_bench import ReviewBench, press

pytestmark = needs_engine
R = 1737400.0


@pytest.fixture
def panel(review_bench: ReviewBench, review: Path) -> ReviewPanel:
    panel = review_bench.open(review)
    wait_layer(panel)
    return panel


def wait_layer(panel: ReviewPanel) -> None:
    wait_until(lambda: panel.layer.layer() is not None and not panel.layer.building)


def is_open(path: Path) -> bool:
    """Whether this process holds ``path`` open."""
    target = path.resolve()
    for link in Path("/proc/self/fd").iterdir():
        try:
            if link.resolve() == target:
                return True
        except OSError:
            continue
    return False


def pair_layers() -> list[Any]:
    layers = QgsProject.instance().mapLayers().values()
    return [layer for layer in layers if layer.name().startswith("Pairs")]


def test_every_pair_is_drawn_by_exactly_one_rule(panel: ReviewPanel) -> None:
    layer = panel.layer.layer()
    assert layer.featureCount() == len(panel.queue.pairs)
    assert layer.renderer().type() == "RuleRenderer" and layer.labelsEnabled()
    rules = layer.renderer().rootRule().children()
    assert [rule.label() for rule in rules][:3] == ["Duplicate", "Distinct", "Unsure"]
    assert len(rules) == 6

    def matching(feature: Any) -> list[str]:
        context = QgsExpressionContext(QgsExpressionContextUtils.globalProjectLayerScopes(layer))
        context.setFeature(feature)
        return [
            rule.label()
            for rule in rules
            if QgsExpression(rule.filterExpression()).evaluate(context)
        ]

    first = panel.queue.pair()
    press(panel, "D")
    press(panel, "U")
    labels = {feature["pair_id"]: matching(feature) for feature in layer.getFeatures()}
    assert all(len(rules_hit) == 1 for rules_hit in labels.values()), labels
    assert labels[str(first.pair_id)] == ["Duplicate"]
    drawn = [rules_hit[0] for rules_hit in labels.values()]
    assert drawn.count("Duplicate") == 1 and drawn.count("Unsure") == 1 and len(set(drawn)) >= 4
    # A pair across the antimeridian is two short lines, not one around the Moon.
    seam = next(feature for feature in layer.getFeatures() if feature["a_id"] == "c0")
    assert seam.geometry().constGet().numGeometries() == 2 and seam.geometry().length() < 1.0


def on_polar(lon: float, lat: float) -> QgsPointXY:
    """In a stereographic projection of the south pole."""
    far = 2 * R * math.tan(math.radians(45 + lat / 2))
    return QgsPointXY(far * math.sin(math.radians(lon)), far * math.cos(math.radians(lon)))


def on_simple(lon: float, lat: float) -> QgsPointXY:
    """In a simple cylindrical projection around 180 degrees."""
    return QgsPointXY(R * math.radians((lon - 180 + 180) % 360 - 180), R * math.radians(lat))


def outlines(canvas: QgsMapCanvas) -> list[QgsGeometry]:
    """What is drawn over the map in the colours of a and b."""
    bands = [item for item in canvas.scene().items() if isinstance(item, QgsRubberBand)]
    by_colour = {band.strokeColor().name(): band for band in bands if band.asGeometry()}
    assert len(bands) == len(COLOURS)
    return [by_colour[colour.name()].asGeometry() for colour in COLOURS]


@pytest.mark.parametrize(
    ("reference", "to_map", "units_per_metre"),
    [
        ("IAU_2015:30100", QgsPointXY, lambda lat: math.degrees(1 / R)),
        (
            "PROJ:+proj=stere +lat_0=-90 +lon_0=0 +k=1 +R=1737400 +units=m +no_defs",
            on_polar,
            lambda lat: 2 / (1 - math.sin(math.radians(lat))),
        ),
        (
            "PROJ:+proj=eqc +lat_ts=0 +lon_0=180 +R=1737400 +units=m +no_defs",
            on_simple,
            lambda lat: 1.0,
        ),
    ],
)
def test_the_map_shows_the_pair_with_both_outlines_in_any_reference_system(
    review_bench: ReviewBench,
    panel: ReviewPanel,
    project: QgsProject,
    reference: str,
    to_map: Callable[[float, float], QgsPointXY],
    units_per_metre: Callable[[float], float],
) -> None:
    canvas = review_bench.iface.canvas
    crs = QgsCoordinateReferenceSystem(reference)
    assert crs.isValid()
    project.setCrs(crs)
    canvas.setDestinationCrs(crs)
    for _ in range(2):
        pair = panel.queue.pair()
        canvas.setExtent(QgsRectangle(-1e-3, -1e-3, 1e-3, 1e-3))
        press(panel, "Right")
        press(panel, "Left")
        assert panel.queue.pair() is pair
        wait_until(lambda: canvas.extent().width() > 1e-2)
        extent = canvas.extent()
        points = [to_map(entry.lon, entry.lat) for entry in (pair.a, pair.b)]
        assert all(extent.contains(point) for point in points)
        side_m = max(pair.a.diameter_m, pair.b.diameter_m)
        assert 1.5 < extent.height() / units_per_metre(pair.a.lat) / side_m < 15
        for outline, point in zip(outlines(canvas), points, strict=True):
            assert outline.contains(QgsGeometry.fromPointXY(point))
        press(panel, "Right")


def test_the_outlines_leave_the_map_with_the_reviews_tab(
    review_bench: ReviewBench, panel: ReviewPanel
) -> None:
    """Another tab in front: nobody sees whose outlines they are. Back again: they are back."""
    canvas = review_bench.iface.canvas

    def drawn() -> int:
        bands = [item for item in canvas.scene().items() if isinstance(item, QgsRubberBand)]
        return sum(not band.asGeometry().isEmpty() for band in bands)

    wait_until(lambda: drawn() == 2)
    panel.hide()
    assert drawn() == 0
    canvas.destinationCrsChanged.emit()
    assert drawn() == 0
    panel.show()
    assert drawn() == 2


def test_a_pair_selected_on_the_map_is_shown(panel: ReviewPanel) -> None:
    layer, target = panel.layer.layer(), panel.queue.pairs[17]
    pair_id = str(target.pair_id)
    layer.selectByIds([f.id() for f in layer.getFeatures() if f["pair_id"] == pair_id])
    assert panel.queue.pair() is target


def test_the_layer_comes_and_goes_with_the_review(
    panel: ReviewPanel, review: Path, project: QgsProject, tmp_path: Path
) -> None:
    # A project that was saved with the layer brings no empty one back.
    assert project.write(str(tmp_path / "p.qgs")) and project.read()
    wait_layer(panel)
    (layer,) = pair_layers()
    assert layer.featureCount() == len(panel.queue.pairs)
    assert is_open(review)
    pairs = panel.queue.pairs
    panel.close_review()
    assert pairs, "freed afterwards, a few at a time"
    wait_until(lambda: not pairs)
    assert panel.queue is None and panel.layer.layer() is None
    assert not pair_layers()
    wait_until(lambda: not is_open(review))
