"""Layers of earlier queries rest: which leave the project, what stays, and how they come back."""

from __future__ import annotations

import base64
import json
import shutil
import sqlite3
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from qgis.core import (
    QgsLayoutItemMap,
    QgsMapThemeCollection,
    QgsPrintLayout,
    QgsProject,
    QgsVectorLayer,
    QgsVectorLayerJoinInfo,
)
from qgis.PyQt.QtWidgets import QWidget

from craterbench_qgis.contract.vocabulary import Question
from craterbench_qgis.core.layers.ids import group_of, layers_of, set_of
from craterbench_qgis.core.settings import Settings
from craterbench_qgis.plugin import CraterBenchPlugin
from inside import FakeInterface, flush, settle, wait_until
from paths import ROOT
from rest_bench import RestBench, bench

__all__ = ["bench"]  # a fixture
EARLIER = ROOT / "tests" / "data" / "v0.1"


def test_the_project_is_written_with_the_newest_layers_until_a_group_is_ticked(
    bench: RestBench,
) -> None:
    sets = [bench.ask(label) for label in ("one", "two", "three", "four")]
    wait_until(lambda: len(bench.project.mapLayers()) == 3)
    bench.save()
    assert [name.split()[0] for name in bench.written()] == ["four"] * 3
    bench.reopen()
    wait_until(lambda: bench.count(sets[3]) == 20)
    settle(10)
    assert [bench.count(set_id) for set_id in sets] == [-1, -1, -1, 20]
    assert [set_of(group) for group in bench.project.layerTreeRoot().children()] == sets[::-1]
    bench.tick(sets[1])
    wait_until(lambda: bench.count(sets[1]) == 20)
    assert set(layers_of(bench.project, sets[1])) == {"query", "matches", "links"}
    bench.tick(sets[1])  # off again: what was asked for is there until another query comes
    settle(5)
    assert [bench.count(set_id) for set_id in sets] == [-1, 20, -1, 20]


def test_they_come_back_as_they_were(bench: RestBench) -> None:
    first = bench.ask("one")
    layers = layers_of(bench.project, first)
    ids = {role: layer.id() for role, layer in layers.items()}
    layers["matches"].setName("my name")
    layers["matches"].setOpacity(0.25)
    layers["query"].setAbstract("drawn by me")
    group = bench.group(first)
    group.findLayer(layers["query"].id()).setItemVisibilityChecked(False)
    group.findLayer(layers["links"].id()).setCustomProperty("mine", 7)
    del layers
    second = bench.ask("two")
    bench.rested(first)
    bench.path = bench.path.with_name("another.qgz")
    bench.save()
    bench.reopen()
    wait_until(lambda: bench.count(second) == 20)
    assert not bench.project.isDirty()
    bench.tick(first)
    wait_until(lambda: bench.count(first) == 20)
    wait_until(lambda: len(bench.added) == 4)
    back = layers_of(bench.project, first)
    assert {role: layer.id() for role, layer in back.items()} == ids
    assert back["matches"].name() == "my name" and back["matches"].opacity() == 0.25
    assert back["matches"].renderer().type() == "RuleRenderer" and back["matches"].readOnly()
    assert back["query"].abstract() == "drawn by me" and back["query"].featureCount() > 0
    nodes = bench.group(first).findLayers()
    assert [node.layerId() for node in nodes] == [ids[r] for r in ("query", "matches", "links")]
    assert [node.itemVisibilityChecked() for node in nodes] == [False, True, True]
    assert nodes[2].customProperty("mine") == 7


def in_a_theme(bench: RestBench, layer: QgsVectorLayer) -> None:
    record = QgsMapThemeCollection.MapThemeRecord()
    record.addLayerRecord(QgsMapThemeCollection.MapThemeLayerRecord(layer))
    bench.project.mapThemeCollection().insert("mine", record)


def in_a_layout(bench: RestBench, layer: QgsVectorLayer) -> None:
    layout = QgsPrintLayout(bench.project)
    layout.initializeDefaults()
    layout.setName("figure")
    view = QgsLayoutItemMap(layout)
    layout.addLayoutItem(view)
    view.setKeepLayerSet(True)
    view.setLayers([layer])
    assert bench.project.layoutManager().addLayout(layout)


def joined(bench: RestBench, layer: QgsVectorLayer) -> None:
    mine = QgsVectorLayer("Point?field=id:integer", "mine", "memory")
    bench.project.addMapLayer(mine)
    join = QgsVectorLayerJoinInfo()
    join.setJoinLayer(layer)
    join.setJoinFieldName("rank")
    join.setTargetFieldName("id")
    assert mine.addJoin(join)


def in_an_open_table(bench: RestBench, layer: QgsVectorLayer) -> None:
    bench.table = QWidget(objectName=f"QgsAttributeTableDialog/{layer.id()}")


def ticked_again(bench: RestBench, layer: QgsVectorLayer) -> None:
    Settings().keeps_earlier = True


def beside_a_layer_of_the_users(bench: RestBench, layer: QgsVectorLayer) -> None:
    mine = QgsVectorLayer("Point", "mine", "memory")
    bench.project.addMapLayer(mine, False)
    settle(3)  # a new layer would be put out of the group
    bench.group(set_of(layer)).addLayer(mine)


def ordered(bench: RestBench, layer: QgsVectorLayer) -> None:
    bench.project.layerTreeRoot().setHasCustomLayerOrder(True)


def editable(bench: RestBench, layer: QgsVectorLayer) -> None:
    layer.setReadOnly(False)


@pytest.mark.parametrize(
    "use",
    [
        in_a_theme, in_a_layout, joined, in_an_open_table, ticked_again,
        beside_a_layer_of_the_users, ordered, editable,
    ],
)  # fmt: skip
def test_layers_in_use_stay(
    bench: RestBench, use: Callable[[RestBench, QgsVectorLayer], None]
) -> None:
    first, second = bench.ask("one"), bench.ask("two")
    bench.rested(first)
    layer = layers_of(bench.project, second)["matches"]
    use(bench, layer)
    third = bench.ask("three")
    fourth = bench.ask("four")
    if not (use is ordered or use is ticked_again):
        bench.rested(third)
    settle(30)
    assert bench.project.mapLayer(layer.id()) is layer and bench.count(second) == 20
    assert bench.count(fourth) == 20


def test_they_wait_for_the_file_that_keeps_them(bench: RestBench) -> None:
    layers, store = bench.results.layers, bench.results.store
    layers.rest.keeps = lambda: False
    first = bench.ask("one")
    bench.ask("two")
    flush(store)
    settle(30)
    assert bench.count(first) == 20
    layers.rest.keeps = store.keeps
    store.refresh()
    bench.rested(first)


def test_a_new_name_and_a_deletion_reach_layers_at_rest(bench: RestBench) -> None:
    first, second = bench.ask("one"), bench.ask("two")
    bench.rested(first)
    bench.results.layers.rename(first, "Tycho", Question.ANALOGS)
    bench.ask("three")
    bench.rested(second)
    bench.results.layers.remove(second)
    assert group_of(bench.project, second) is None
    assert bench.group(first).name() == "Analogs of Tycho"
    bench.tick(first)
    wait_until(lambda: bench.count(first) == 20)
    names = {layer.name() for layer in layers_of(bench.project, first).values()}
    assert names == {f"Analogs of Tycho: {end}" for end in ("query", "matches", "great circles")}


def test_the_oldest_leave_whether_at_rest_or_not(bench: RestBench) -> None:
    Settings().sets_on_map = 3
    sets = [bench.ask(label) for label in ("one", "two", "three")]
    bench.rested(sets[0])
    bench.save()
    bench.reopen()
    bench.results.store.open_set(sets[0], bench.results.layers.add)  # from the history
    wait_until(lambda: bench.count(sets[0]) == 20)
    bench.rested(sets[2])
    newest = bench.ask("four")
    shown = [set_of(group) for group in bench.project.layerTreeRoot().children()]
    assert shown == [newest, sets[2], sets[0]], "the second was asked for longest ago"


def test_a_ticked_group_at_rest_is_filled_as_the_project_is_read(
    bench: RestBench, iface: FakeInterface
) -> None:
    first, second = bench.ask("one"), bench.ask("two")
    bench.rested(first)
    bench.save()
    bench.close()
    # Saved by a QGIS without the plugin, after its layers were removed.
    ids = [layer.id() for layer in layers_of(bench.project, second).values()]
    bench.project.removeMapLayers(ids)
    bench.group(first).setItemVisibilityChecked(True)
    settle(5)
    assert not bench.project.mapLayers() and bench.project.write(str(bench.path))
    bench.project.clear()
    plugin = CraterBenchPlugin(iface)
    plugin.initGui()
    assert bench.project.read(str(bench.path))
    wait_until(lambda: bench.count(first) == 20)
    settle(10)
    assert plugin.workbench is None and not bench.project.isDirty()
    plugin.unload()


def test_without_the_store_a_tick_says_why_nothing_comes(bench: RestBench) -> None:
    first, second = bench.ask("one"), bench.ask("two")
    bench.rested(first)
    bench.save()
    bench.close()
    bench.project.clear()
    bench.path.with_name("moon_craterbench.gpkg").unlink()
    assert bench.project.read(str(bench.path))
    bench.start()
    said: list[str] = []
    bench.results.store.message.connect(lambda text, _: said.append(text))
    assert bench.count(second) == 0
    bench.tick(first)
    wait_until(lambda: said)
    assert bench.count(first) == -1 and "no longer in the project" in said[0]


def test_layers_stay_where_the_store_cannot_keep_them(bench: RestBench) -> None:
    damaged = bench.path.with_name("newer.qgz")
    with sqlite3.connect(damaged.with_name("newer_craterbench.gpkg")) as store:
        store.executescript(
            "CREATE TABLE craterbench (key, value); CREATE TABLE queries (a); CREATE TABLE"
            " matches (a); INSERT INTO craterbench VALUES ('schema', '999');"
        )
    store.close()
    bench.close()
    assert bench.project.write(str(damaged))
    bench.start()
    first = bench.ask("one")
    bench.ask("two")
    settle(30)
    assert bench.count(first) == 20, "a later version's store is left alone"


@pytest.mark.parametrize("kept", ["no base64", "", "[]", "[1, null]", "foreign", "bomb"])
def test_what_nobody_can_read_makes_no_layer(bench: RestBench, kept: str, tmp_path: Path) -> None:
    first, second = bench.ask("one"), bench.ask("two")
    bench.rested(first)
    bench.save()
    text = base64.b64encode(zlib.compress(kept.encode())).decode() if kept != "no base64" else kept
    if kept == "foreign":
        table = shutil.copy(EARLIER / "moon_craterbench.gpkg", tmp_path / "other.gpkg")
        Path(table).chmod(0o644)
        assert QgsVectorLayer(f"{table}|layername=matches", "foreign", "ogr").isValid()
        mark = f'<Option name="craterbench/set_id" type="QString" value="{first}"/>'
        source = f"<datasource>{table}|layername=matches</datasource><provider>ogr</provider>"
        source += f'<customproperties><Option type="Map">{mark}</Option></customproperties>'
        kept = json.dumps([f"<kept><maplayer type='vector'>{source}</maplayer></kept>"])
        text = base64.b64encode(zlib.compress(kept.encode())).decode()
    elif kept == "bomb":
        text = base64.b64encode(zlib.compress(b"[" + b" " * (64 << 20) + b"]")).decode()
    bench.close()
    with sqlite3.connect(bench.path.with_name("moon_craterbench.gpkg")) as store:
        changed = store.execute("UPDATE craterbench SET value=? WHERE key LIKE 'layers:%'", (text,))
        assert changed.rowcount == 1
    store.close()
    bench.reopen()
    bench.tick(first)
    wait_until(lambda: len(bench.project.mapLayers()) == 6)
    assert bench.count(first) == 20, "made anew from the store"
    wait_until(lambda: bench.count(second) == 20)
    layers = bench.project.mapLayers().values()
    assert {layer.providerType() for layer in layers} == {"memory"}


def test_a_project_of_an_earlier_version_has_all_its_layers(
    bench: RestBench, project: QgsProject
) -> None:
    """``moon.qgz`` was written before layers rested, with three groups of which one is ticked."""
    bench.close()
    project.clear()
    for name in ("moon.qgz", "moon_craterbench.gpkg"):
        shutil.copy(EARLIER / name, bench.path.with_name(name))
        bench.path.with_name(name).chmod(0o644)
    assert project.read(str(bench.path))
    bench.start()
    sets = [set_of(group) for group in project.layerTreeRoot().children()]
    wait_until(lambda: [bench.count(set_id) for set_id in sets] == [6, 6, 6])
    settle(10)
    assert len(project.mapLayers()) == 9 and not project.isDirty()
    box, like, tycho = (layers_of(project, set_id)["matches"] for set_id in sets)
    assert tycho.name() == "mine" and like.opacity() == 0.5
    name = box.name()
    del box, like, tycho
    newest = bench.ask("new")
    wait_until(lambda: len(project.mapLayers()) == 3)
    for set_id in sets:
        bench.tick(set_id)
    wait_until(lambda: [bench.count(set_id) for set_id in sets] == [6, 6, 6])
    box, like, tycho = (layers_of(project, set_id)["matches"] for set_id in sets)
    assert (box.name(), tycho.name(), like.opacity()) == (name, "mine", 0.5)
    assert bench.count(newest) == 20
