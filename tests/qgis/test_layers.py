"""Result layers in a project: fields, decisions, selection, order, removal, coming back."""

from __future__ import annotations

import gc
from pathlib import Path

from qgis.core import QgsRasterLayer, QgsVectorLayer
from qgis.PyQt.QtCore import QTimer

from craterbench_qgis.contract.vocabulary import Decision
from craterbench_qgis.core.layers.ids import group_of, layers_of, role_of, set_of
from craterbench_qgis.core.match_set import MatchSet
from craterbench_qgis.core.settings import Settings
from craterbench_qgis.core.store.project import ProjectStore
from inside import flush, settle, wait_until
from layer_bench import LayerBench, bench, by_rank
from sets import MARS, match_set, scattered

__all__ = ["bench"]  # a fixture


def decisions_of(layer: QgsVectorLayer) -> dict[int, str]:
    """Rank -> decision."""
    return {feature["rank"]: feature["decision"] for feature in layer.getFeatures()}


def tycho() -> MatchSet:
    """Thirty matches on a diagonal."""
    return match_set([(step, step, 20e3) for step in range(30)], label="Tycho")


def test_the_group_is_on_top_with_its_layers_in_order(bench: LayerBench) -> None:
    bench.project.addMapLayer(QgsVectorLayer("Point", "below", "memory"))
    matches = tycho()
    bench.show(matches)
    group = bench.project.layerTreeRoot().children()[0]
    assert group.name() == "Matches of Tycho at 0.0° N, 0.0° E" and set_of(group) == matches.set_id
    assert [role_of(node.layer()) for node in group.findLayers()] == ["query", "matches", "links"]
    second = match_set(scattered(20), label="two")
    bench.show(second)
    children = bench.project.layerTreeRoot().children()
    assert [set_of(child) for child in children] == [second.set_id, matches.set_id, ""]


def test_fields_are_ours_and_the_catalogues(bench: LayerBench) -> None:
    matches = tycho()
    for number, match in enumerate(matches.matches):
        match.attributes.update(
            Rank="A", depth=number / 2 if number else None, flag=bool(number % 2),
            mixed=number or "x",
        )  # fmt: skip
    matches.decide([4], Decision.REJECTED)
    layer = bench.show(matches)["matches"]
    names = layer.fields().names()
    assert names[:12] == [
        "rank", "crater_id", "lon", "lat", "diameter_m", "score", "shortlist_score", "view",
        "distance_m", "bearing_deg", "expected_by_chance", "decision",
    ]  # fmt: skip
    assert names[12:] == ["name", "source", "order", "Rank_cat", "depth", "flag", "mixed"]
    first, fifth = by_rank(layer)[0:5:4]
    values = [fifth[name] for name in ("decision", "depth", "flag", "mixed")]
    assert values == ["rejected", 2.0, False, "4"]
    assert first["name"] == "Crater 0" and first["order"] == 0 and first["mixed"] == "x"
    assert not first["depth"] and first["depth"] != 0, "empty, not a number"
    types = {field.name(): field.typeName() for field in layer.fields()}
    assert types["order"] in ("int8", "integer") and types["depth"] == "double"


def test_decisions_reach_both_layers_at_once(bench: LayerBench) -> None:
    matches = tycho()
    matches.decide([4], Decision.REJECTED)
    layers = bench.show(matches)
    layers["matches"].selectAll()
    wait_until(lambda: layers["links"].featureCount() == len(matches))
    matches.decide([0, 2], Decision.ACCEPTED)
    for role in ("matches", "links"):
        decided = decisions_of(layers[role])
        assert [decided[rank] for rank in (1, 3, 5, 2)] == [
            "accepted", "accepted", "rejected", "undecided",
        ]  # fmt: skip
    matches.decide([0], Decision.UNDECIDED)
    assert decisions_of(layers["matches"])[1] == "undecided"


def test_decisions_are_not_lost_while_layers_are_built(bench: LayerBench) -> None:
    matches = match_set(scattered(200))
    bench.layers.add(matches)
    matches.decide(range(0, 200, 2), Decision.ACCEPTED)
    wait_until(lambda: matches.set_id in bench.added)
    decided = decisions_of(bench.layers_of(matches)["matches"])
    assert list(decided.values()).count("accepted") == 100


def test_selection_goes_both_ways_without_an_echo(bench: LayerBench) -> None:
    matches = tycho()
    layer = bench.show(matches)["matches"]
    bench.layers.select(matches.set_id, [0, 7])
    assert not bench.selected
    assert {feature["rank"] for feature in layer.selectedFeatures()} == {1, 8}
    layer.selectByExpression('"rank" in (3, 9, 30)')
    assert bench.selected == [(matches.set_id, [2, 8, 29])]
    bench.layers.select(matches.set_id, [2, 8, 29])
    assert len(bench.selected) == 1
    layer.removeSelection()
    assert bench.selected[-1] == (matches.set_id, [])


def test_layers_are_recognised_by_id_not_by_name_or_place(bench: LayerBench) -> None:
    matches = tycho()
    layer = bench.show(matches)["matches"]
    layer.setName("renamed")
    group_of(bench.project, matches.set_id).setName("also renamed")
    bench.project.layerTreeRoot().insertLayer(0, layer)
    matches.decide([1], Decision.REJECTED)
    assert decisions_of(layer)[2] == "rejected"


def test_imagery_that_is_added_later_does_not_hide_the_results(
    bench: LayerBench, tmp_path: Path
) -> None:
    sets = (tycho(), match_set(scattered(20)))
    for matches in sets:
        bench.show(matches)
    raster = tmp_path / "raster.asc"
    raster.write_text("ncols 2\nnrows 2\nxllcorner 0\nyllcorner 0\ncellsize 1\n1 2\n3 4\n")
    imagery = QgsRasterLayer(str(raster), "imagery")
    assert imagery.isValid()
    bench.project.addMapLayer(imagery)
    root = bench.project.layerTreeRoot()
    wait_until(lambda: set_of(root.layerOrder()[0]) != "")
    order = root.layerOrder()
    for matches in sets:
        for layer in bench.layers_of(matches).values():
            assert order.index(layer) < order.index(imagery)


def test_an_image_without_a_place_has_circles_only(bench: LayerBench) -> None:
    matches = match_set([(5, 5, 10e3)])
    matches.preview.lon = matches.preview.lat = matches.preview.side_m = None
    assert set(bench.show(matches)) == {"matches"}


def test_the_user_may_remove_a_layer_and_a_group(bench: LayerBench) -> None:
    matches = match_set(scattered(20))
    bench.show(matches)
    bench.project.removeMapLayer(bench.layers_of(matches)["links"].id())
    matches.decide([1], Decision.ACCEPTED)
    bench.layers.select(matches.set_id, [1])
    bench.layers.highlight(matches.set_id, 1)
    assert not bench.removed
    group = group_of(bench.project, matches.set_id)
    bench.project.layerTreeRoot().removeChildNode(group)
    wait_until(lambda: bench.removed)
    assert bench.removed == [matches.set_id] and not bench.layers.is_shown(matches.set_id)
    # Nothing that is asked of what is gone does any harm.
    matches.decide([2], Decision.ACCEPTED)
    bench.layers.select(matches.set_id, [1])
    bench.layers.highlight(matches.set_id, 1)
    bench.layers.zoom_to(matches.set_id, 1)
    bench.layers.remove(matches.set_id)
    assert set(bench.show(matches)) == {"matches", "links", "query"}, "it can be shown again"
    assert bench.layers.is_shown(matches.set_id)


def test_removed_while_it_is_being_filled(bench: LayerBench) -> None:
    matches = match_set(scattered(400))
    bench.layers.add(matches)
    wait_until(lambda: "query" in bench.layers_of(matches))
    bench.project.removeMapLayers([layer.id() for layer in bench.layers_of(matches).values()])
    bench.layers.remove(matches.set_id)
    settle(50)
    assert matches.set_id not in bench.added and not bench.layers_of(matches)


def test_a_cleared_project_and_closed_layers(bench: LayerBench) -> None:
    matches = match_set(scattered(20))
    bench.show(matches)
    bench.project.clear()
    matches.decide([3], Decision.ACCEPTED)
    bench.layers.highlight(matches.set_id, 3)
    bench.layers.remove(matches.set_id)
    assert set(bench.show(matches)) == {"matches", "links", "query"}
    bench.close()
    assert not bench.bands()
    matches.decide([5], Decision.ACCEPTED)


def test_a_new_query_unticks_the_earlier_ones(bench: LayerBench) -> None:
    sets = [match_set(scattered(5), label=label) for label in ("one", "two", "three")]
    first, second, third = sets

    def ticked() -> list[bool]:
        groups = [group_of(bench.project, matches.set_id) for matches in sets]
        return [group.itemVisibilityChecked() for group in groups]

    for matches in sets:
        bench.show(matches)
    assert ticked() == [False, False, True]
    assert len(bench.project.mapLayers()) == 9 and not bench.removed, "unticked, not taken away"
    bench.layers.add(second)  # opened again from the history
    assert ticked() == [False, True, False]
    Settings().keeps_earlier = True
    bench.layers.add(first)
    assert ticked() == [True, True, False]
    bench.project.removeMapLayers([layer.id() for layer in bench.layers_of(third).values()])
    wait_until(lambda: bench.removed)
    bench.show(third)
    assert ticked() == [True, True, True]


def test_they_come_back_with_the_project(bench: LayerBench, tmp_path: Path) -> None:
    project, store = bench.project, ProjectStore(bench.project)
    reopened: list[list[MatchSet]] = []
    store.reopened.connect(lambda: reopened.append(store.open_sets()))
    wait_until(lambda: reopened)
    path = str(tmp_path / "p.qgz")
    project.write(path)
    first = match_set(scattered(60), label="one")
    second = match_set(scattered(40), label="two", body=MARS)
    for matches in (first, second):
        store.save(matches)
        bench.show(matches)
    first.decide([0, 1], Decision.ACCEPTED)
    bench.layers_of(first)["matches"].setName("my name")
    group_of(project, second.set_id).setItemVisibilityChecked(False)
    assert project.write(path)
    first_id, second_id = first.set_id, second.set_id
    ids = {role: layer.id() for role, layer in bench.layers_of(first).items()}
    flush(store)
    project.clear()
    assert not bench.removed
    del first, second, matches
    gc.collect()
    reopened.clear()
    assert project.read(path)
    assert {layer.featureCount() for layer in layers_of(project, first_id).values()} == {0}
    wait_until(lambda: reopened and reopened[-1])
    assert {matches.request.label for matches in reopened[-1]} == {"one", "two"}
    bench.added.clear()
    for matches in reopened[-1]:
        bench.layers.add(matches)
    wait_until(lambda: len(bench.added) == 2)
    back = layers_of(project, first_id)
    assert {role: layer.id() for role, layer in back.items()} == ids, "the same layers"
    assert back["matches"].name() == "my name" and back["matches"].featureCount() == 60
    assert back["matches"].crs().authid() == "IAU_2015:30100"
    assert back["matches"].renderer().type() == "RuleRenderer"
    decided = decisions_of(back["matches"])
    assert {rank for rank in decided if decided[rank] == "accepted"} == {1, 2}
    assert not group_of(project, second_id).itemVisibilityChecked()
    assert len(project.mapLayers()) == 6
    assert not project.isDirty()
    bench.layers.select(first_id, [3])
    assert {feature["rank"] for feature in back["matches"].selectedFeatures()} == {4}
    store.close()


def test_a_thousand_matches_are_added_a_few_at_a_time(bench: LayerBench) -> None:
    """The window's own events come between. How long each piece takes: bench_plugin.py."""
    matches = match_set(scattered(1000))
    bench.layers.add(matches)
    counts: list[int] = []

    def count() -> None:
        layer = bench.layers_of(matches).get("matches")
        counts.append(layer.featureCount() if layer is not None else 0)

    timer = QTimer()
    timer.timeout.connect(count)
    timer.start(0)
    wait_until(lambda: matches.set_id in bench.added)
    timer.stop()
    assert counts[0] == 0, "adding waits for nothing"
    assert len(counts) >= 3, "events are handled meanwhile"
    matches.decide(range(0, 1000, 3), Decision.ACCEPTED)
    bench.layers.select(matches.set_id, range(500))
    layer = bench.layers_of(matches)["matches"]
    assert layer.featureCount() == 1000 and layer.selectedFeatureCount() == 500
