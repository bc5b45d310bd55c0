"""What Processing leaves in the project: styles, whole layers, the same words as the panel."""

from __future__ import annotations

import gc
from pathlib import Path
from typing import Any

import pytest
from qgis.core import (
    QgsExpressionContextUtils,
    QgsFeature,
    QgsGeometry,
    QgsProcessingContext,
    QgsProject,
    QgsReadWriteContext,
    QgsRenderContext,
    QgsTextFormat,
    QgsVectorLayer,
)
from qgis.PyQt.QtXml import QDomDocument

from craterbench_qgis.core.layers.style import STYLES, apply_style, pair_style
from craterbench_qgis.core.words.review import likelihood
from craterbench_qgis.processing.named_kind import style_by_probability
from craterbench_qgis.processing.search_base import discard
from craterbench_qgis.processing.styling import Styler
from engine_side import ask
from paths import needs_engine

CIRCLE = "POLYGON((0 0,1 0,1 1,0 0))"
DECISION = "&field=decision:string"


def layer_of(
    kind: str, field: str, values: list[list[Any]], wkt: str, more: str = ""
) -> QgsVectorLayer:
    """A layer in memory whose features have ``values`` after their rank."""
    source = f"{kind}?crs=EPSG:4326&field=rank:int&field={field}:double{more}"
    layer = QgsVectorLayer(source, "m", "memory")
    for number, attributes in enumerate(values):
        feature = QgsFeature(layer.fields())
        feature.setAttributes([number + 1, *attributes])
        feature.setGeometry(QgsGeometry.fromWkt(wkt))
        layer.dataProvider().addFeatures([feature])
    return layer


def drawn(layer: QgsVectorLayer) -> list[list[str]]:
    """The legend's entries of each feature."""
    context, renderer = QgsRenderContext(), layer.renderer().clone()
    context.expressionContext().appendScope(QgsExpressionContextUtils.layerScope(layer))
    renderer.startRender(context, layer.fields())
    labels = {item.ruleKey(): item.label() for item in renderer.legendSymbolItems()}
    entries = []
    for feature in layer.getFeatures():
        context.expressionContext().setFeature(feature)
        keys = renderer.legendKeysForFeature(feature, context)  # the root's among them
        entries.append([labels[key] for key in keys if key in labels])
    renderer.stopRender(context)
    return entries


@pytest.mark.parametrize(
    ("kind", "style", "wkt"),
    [("Polygon", "matches", CIRCLE), ("Point", "points", "POINT(0 0)")],
)
def test_every_match_is_drawn_by_its_score(kind: str, style: str, wkt: str) -> None:
    layer = layer_of(kind, "score", [[0.91], [0.5], [0.3]], wkt)
    apply_style(layer, style, [0.3, 0.91])
    entries = drawn(layer)
    assert [len(labels) for labels in entries] == [1, 1, 1]
    assert entries[0][0].endswith("0.910") and entries[2][0].startswith("Score 0.300")
    legend = [item.label() for item in layer.renderer().legendSymbolItems()]
    assert len(legend) == 5 and "Accepted" not in legend
    # Scores that are all alike, and a layer with decisions, are drawn as well.
    apply_style(layer, style, [0.5, 0.5])
    assert all(drawn(layer))
    decided = layer_of(kind, "score", [[0.9, "accepted"], [0.4, ""]], wkt, DECISION)
    apply_style(decided, style, [0.4, 0.9])
    assert drawn(decided)[0] == ["Accepted"] and len(drawn(decided)[1]) == 1


@pytest.mark.parametrize("style", sorted(STYLES.glob("*.qml")), ids=lambda path: path.stem)
def test_no_label_asks_for_a_font_of_one_system_only(style: Path) -> None:
    """QGIS warns, for each layer of a project, of a font that it names and the system lacks."""
    document = QDomDocument()
    document.setContent(style.read_text(encoding="utf-8"))
    texts = document.elementsByTagName("text-style")
    for number in range(texts.count()):
        text = texts.at(number).toElement()
        context = QgsReadWriteContext()
        QgsTextFormat().readXml(text, context)
        assert not context.takeMessages()
        text.setAttribute("fontFamily", "Font of Another System")  # as it was saved there
        read = QgsTextFormat()
        read.readXml(text, context)
        assert not context.takeMessages()
        assert {"Arial", "Helvetica", "Sans Serif"} <= set(read.families())


def test_every_crater_with_a_probability_is_drawn_by_it() -> None:
    layer = layer_of("Point", "probability", [[1.0], [0.5], [0.3], [0.0], [None]], "POINT(0 0)")
    style_by_probability(layer)
    assert drawn(layer) == [
        ["50 to 100 %"], ["50 to 100 %"], ["20 to 50 %"], ["0 to 20 %"], []
    ]  # fmt: skip
    short = layer_of("Point", "probabilit", [[0.9], [0.1]], "POINT(0 0)")  # a Shapefile's name
    style_by_probability(short)
    assert drawn(short) == [["50 to 100 %"], ["0 to 20 %"]]
    table = layer_of("NoGeometry", "probability", [[0.9]], "")
    style_by_probability(table)
    assert table.isValid()


def test_every_pair_is_drawn_by_decision_or_probability(project: QgsProject) -> None:
    values = [[0.99, ""], [0.5, ""], [0.1, ""], [0.9, "distinct"]]
    pairs = layer_of("LineString", "probability", values, "LINESTRING(0 0,1 1)", DECISION)
    context = QgsProcessingContext()
    context.setProject(project)
    Styler.give(context, "nowhere", lambda layer: 1 / 0)  # not for the map: nothing is asked
    details = QgsProcessingContext.LayerDetails("Pairs", project, "LAYER")
    context.addLayerToLoadOnCompletion(pairs.id(), details)
    Styler.give(context, pairs.id(), lambda layer: layer.importNamedStyle(pair_style()))
    gc.collect()
    processor = context.layerToLoadOnCompletionDetails(pairs.id()).postProcessor()
    processor.postProcessLayer(pairs, context, None)
    labels = [entries[0] for entries in drawn(pairs)]
    assert [label.split(",")[0] for label in labels] == [
        "Undecided", "Undecided", "Undecided", "Distinct",
    ]  # fmt: skip
    assert len(set(labels)) == 4


def test_a_search_that_did_not_end_takes_its_layer_away(tmp_path: Path) -> None:
    for name in ("m.gpkg", "m.gpkg-wal", "m.gpkg-shm", "s.shp", "s.dbf", "s.shx", "other.gpkg"):
        (tmp_path / name).write_bytes(b"x")
    discard([str(tmp_path / "m.gpkg")])
    discard([str(tmp_path / "s.shp"), str(tmp_path / "missing.csv"), "layer_in_memory_id"])
    assert [path.name for path in tmp_path.iterdir()] == ["other.gpkg"]


@needs_engine
def test_report_and_panel_say_the_same_of_a_probability() -> None:
    assert ask("engine_files", "meanings", 1001) == [
        likelihood(number / 1000) for number in range(1001)
    ]
