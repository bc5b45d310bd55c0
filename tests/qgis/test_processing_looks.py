"""What Processing leaves in the project: looks, whole layers, the same words as the panel."""

from __future__ import annotations

from pathlib import Path

from .support import needs_qgis, run_in_qgis

pytestmark = needs_qgis


def test_results_arrive_with_a_look(tmp_path: Path) -> None:
    """Every match is drawn, by its score; every pair by decision or probability."""
    run_in_qgis(
        """
import gc
from qgis.core import (
    QgsExpressionContextUtils, QgsFeature, QgsGeometry, QgsProcessingContext, QgsProject,
    QgsRenderContext, QgsVectorLayer,
)
from craterbench_qgis.core.layers.style import apply_style, pair_style
from craterbench_qgis.processing.styling import Styler

def layer_of(kind, field, values, wkt, more=""):
    source = f"{kind}?crs=EPSG:4326&field=rank:int&field={field}:double{more}"
    layer = QgsVectorLayer(source, "m", "memory")
    for n, value in enumerate(values):
        feature = QgsFeature(layer.fields())
        feature.setAttributes([n + 1, *(value if isinstance(value, list) else [value])])
        feature.setGeometry(QgsGeometry.fromWkt(wkt))
        layer.dataProvider().addFeatures([feature])
    return layer

def drawn(layer):
    # The legend's entries of each feature.
    context, renderer = QgsRenderContext(), layer.renderer().clone()
    context.expressionContext().appendScope(QgsExpressionContextUtils.layerScope(layer))
    renderer.startRender(context, layer.fields())
    labels = {one.ruleKey(): one.label() for one in renderer.legendSymbolItems()}
    found = []
    for feature in layer.getFeatures():
        context.expressionContext().setFeature(feature)
        keys = renderer.legendKeysForFeature(feature, context)  # the root's among them
        found.append([labels[key] for key in keys if key in labels])
    renderer.stopRender(context)
    return found

circle = "POLYGON((0 0,1 0,1 1,0 0))"
for kind, name, wkt in (("Polygon", "matches", circle), ("Point", "points", "POINT(0 0)")):
    layer = layer_of(kind, "score", [0.91, 0.5, 0.3], wkt)
    apply_style(layer, name, [0.3, 0.91])
    found = drawn(layer)
    assert [len(one) for one in found] == [1, 1, 1], found
    assert found[0][0].endswith("0.910") and found[2][0].startswith("Score 0.300"), found
    legend = [one.label() for one in layer.renderer().legendSymbolItems()]
    assert len(legend) == 5 and "Accepted" not in legend, legend
    # Scores that are all alike, and a layer with decisions, are drawn as well.
    apply_style(layer, name, [0.5, 0.5])
    assert all(drawn(layer)), drawn(layer)
    decided = layer_of(kind, "score", [[0.9, "accepted"], [0.4, ""]], wkt, "&field=decision:string")
    apply_style(decided, name, [0.4, 0.9])
    assert drawn(decided)[0] == ["Accepted"] and len(drawn(decided)[1]) == 1

pairs = layer_of("LineString", "probability", [[0.99, ""], [0.5, ""], [0.1, ""], [0.9, "distinct"]],
                 "LINESTRING(0 0,1 1)", "&field=decision:string")
context = QgsProcessingContext()
context.setProject(QgsProject.instance())
Styler.give(context, "nowhere", lambda layer: 1 / 0)  # not for the map: nothing is asked
details = QgsProcessingContext.LayerDetails("Pairs", QgsProject.instance(), "LAYER")
context.addLayerToLoadOnCompletion(pairs.id(), details)
Styler.give(context, pairs.id(), lambda layer: layer.importNamedStyle(pair_style()))
gc.collect()
processor = context.layerToLoadOnCompletionDetails(pairs.id()).postProcessor()
processor.postProcessLayer(pairs, context, None)
assert [one[0].split(",")[0] for one in drawn(pairs)] == [
    "Undecided", "Undecided", "Undecided", "Distinct"], drawn(pairs)
assert len({one[0] for one in drawn(pairs)}) == 4
print("fine")
""",
        tmp_path,
    )


def test_a_search_that_did_not_end_takes_its_layer_away(tmp_path: Path) -> None:
    files = tmp_path / "files"
    files.mkdir()
    run_in_qgis(
        """
from pathlib import Path
from craterbench_qgis.processing.search_base import discard
folder = Path(args[0])
for name in ("m.gpkg", "m.gpkg-wal", "m.gpkg-shm", "s.shp", "s.dbf", "s.shx", "other.gpkg"):
    (folder / name).write_bytes(b"x")
discard([str(folder / "m.gpkg")])
discard([str(folder / "s.shp"), str(folder / "missing.csv"), "layer_in_memory_id"])
assert [one.name for one in folder.iterdir()] == ["other.gpkg"], list(folder.iterdir())
print("fine")
""",
        tmp_path,
        files,
    )


def test_report_and_panel_say_the_same_of_a_probability(tmp_path: Path) -> None:
    run_in_qgis(
        """
import importlib.util
from craterbench_qgis.gui.review.words import verdict
path = ROOT + "/craterbench_qgis/engine/duplicates/words.py"
spec = importlib.util.spec_from_file_location("engine_words", path)
engine = importlib.util.module_from_spec(spec)
spec.loader.exec_module(engine)
for n in range(1001):
    assert engine.verdict(n / 1000) == verdict(n / 1000), n / 1000
print("fine")
""",
        tmp_path,
    )
