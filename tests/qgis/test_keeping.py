"""What is kept with a project: its layers, its index, its place in the layer tree."""

from __future__ import annotations

import gc
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from qgis.core import QgsLayerTreeRegistryBridge, QgsProject, QgsVectorLayer
from qgis.PyQt.QtCore import QCoreApplication, QEvent, Qt
from qgis.PyQt.QtTest import QTest
from qgis.PyQt.QtWidgets import QApplication, QFileDialog, QMessageBox

from craterbench_qgis.contract.vocabulary import Question
from craterbench_qgis.core.index_places import find, index_id_at
from craterbench_qgis.core.layers.ids import group_of, layers_of, set_of
from craterbench_qgis.core.match_set import MatchSet
from craterbench_qgis.core.query import SearchedIndex
from craterbench_qgis.core.settings import Settings
from craterbench_qgis.core.store.project import ProjectStore
from craterbench_qgis.gui.history.panel import HistoryPanel
from craterbench_qgis.gui.messages import MessageLine
from craterbench_qgis.gui.why.panel import WhyDialog
from craterbench_qgis.plugin import CraterBenchPlugin
from inside import FakeInterface, flush, settle, wait_until
from layer_bench import LayerBench
from on_screen import button, click
from paths import needs_engine, needs_moon
from sets import MOON, match_set, scattered
from workbench_bench import PluginBench, south_index


@pytest.fixture
def bench(project: QgsProject) -> Iterator[LayerBench]:
    bench = LayerBench(project)
    yield bench
    bench.close()
    bench.layers.close()  # twice does no harm


@pytest.fixture
def plugin(iface: FakeInterface, project: QgsProject) -> Iterator[CraterBenchPlugin]:
    plugin = CraterBenchPlugin(iface)
    plugin.initGui()
    yield plugin
    plugin.unload()
    plugin.unload()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def saved_project(project: QgsProject, path: Path, count: int = 3) -> list[str]:
    """A project with match sets on its map, the last but one unticked; their ids."""
    assert project.write(str(path))
    bench, store = LayerBench(project), ProjectStore(project)
    sets = [match_set(scattered(30, seed=n), label=f"box {n}") for n in range(count)]
    for matches in sets:
        store.save(matches)
        bench.show(matches)
    wait_until(lambda: len(project.mapLayers()) == 3)  # those of the others are at rest
    assert project.write(str(path))
    flush(store)
    bench.close()
    store.close()
    project.clear()
    settle(3)
    return [matches.set_id for matches in sets]


def counts(project: QgsProject, set_ids: list[str]) -> list[int]:
    layers = [layers_of(project, set_id).get("matches") for set_id in set_ids]
    return [layer.featureCount() if layer is not None else -1 for layer in layers]


def test_layers_are_filled_without_the_panel_and_nothing_turns_dirty(
    iface: FakeInterface, project: QgsProject, plugin: CraterBenchPlugin, tmp_path: Path
) -> None:
    set_ids = saved_project(project, tmp_path / "moon.qgz")
    assert project.read(str(tmp_path / "moon.qgz"))
    wait_until(lambda: counts(project, set_ids) == [-1, -1, 30])
    settle(20)
    assert plugin.workbench is None and not iface.docks
    assert not project.isDirty()
    ticked = [group_of(project, set_id).itemVisibilityChecked() for set_id in set_ids]
    assert ticked == [False, False, True]


def test_a_plugin_that_comes_after_the_project_fills_it_too(
    iface: FakeInterface, project: QgsProject, tmp_path: Path
) -> None:
    set_ids = saved_project(project, tmp_path / "moon.qgz", 1)
    assert project.read(str(tmp_path / "moon.qgz"))
    plugin = CraterBenchPlugin(iface)
    plugin.initGui()
    wait_until(lambda: counts(project, set_ids) == [30])
    plugin.unload()
    assert not project.isDirty() and counts(project, set_ids) == [30]


def test_queries_of_the_same_name_have_groups_and_layers_of_their_own(bench: LayerBench) -> None:
    settings = Settings()
    settings.sets_on_map, settings.keeps_earlier = 3, True
    sets = [match_set(scattered(5), label="box of 85 km", lon=n // 3) for n in range(7)]
    for matches in sets:
        bench.show(matches)
    children = bench.project.layerTreeRoot().children()
    assert [set_of(child) for child in children] == [matches.set_id for matches in sets[:3:-1]]
    assert not bench.removed, "nobody removed them"
    names = [layer.name() for layer in bench.project.mapLayers().values()]
    assert len(names) == 9 == len(set(names))
    settings.keeps_earlier = False
    bench.layers.add(sets[6])
    groups = [child.name() for child in children]
    assert len(set(groups)) == 3 and all("box of 85 km at 0.0° N" in name for name in groups)
    assert [child.isExpanded() for child in children] == [True, False, False]
    wait_until(lambda: len(bench.project.mapLayers()) == 3)
    bench.show(sets[0])  # from the history
    children = bench.project.layerTreeRoot().children()
    assert [set_of(child) for child in children] == [sets[n].set_id for n in (0, 6, 5)]


def test_a_new_name_is_that_of_the_layers_too(bench: LayerBench) -> None:
    matches = match_set(scattered(5), label="box")
    layers = bench.show(matches)
    layers["query"].setName("mine")
    bench.layers.rename(matches.set_id, "Tycho", Question.SAME)
    assert group_of(bench.project, matches.set_id).name() == "Matches of Tycho"
    names = [layers[role].name() for role in ("query", "matches", "links")]
    assert names == ["mine", "Tycho: matches", "Tycho: great circles"]


def test_the_users_new_layers_stay_out_of_our_groups(bench: LayerBench) -> None:
    matches, project = match_set(scattered(5), label="box"), bench.project
    bench.show(matches)
    root, group = project.layerTreeRoot(), group_of(project, matches.set_id)
    bridge = project.layerTreeRegistryBridge()
    # As QGIS does where a layer of the group is current in the layer tree.
    bridge.setLayerInsertionPoint(QgsLayerTreeRegistryBridge.InsertionPoint(group, 1))
    layer = QgsVectorLayer("Point", "my own", "memory")
    project.addMapLayer(layer)
    wait_until(lambda: root.findLayer(layer.id()).parent() is root)
    settle(5)
    assert project.mapLayer(layer.id()) is layer
    assert [child.name() for child in root.children()] == [group.name(), "my own"]
    # What the user drags there stays there.
    node = root.findLayer(layer.id())
    group.insertChildNode(0, node.clone())
    root.removeChildNode(node)
    settle(5)
    bridge.setLayerInsertionPoint(QgsLayerTreeRegistryBridge.InsertionPoint(root, 0))
    assert root.findLayer(layer.id()).parent() is group


def test_great_circles_lead_to_the_selected_matches(bench: LayerBench) -> None:
    matches = match_set(scattered(100))
    layers = bench.show(matches)

    def ranks() -> list[int]:
        return sorted(feature["rank"] for feature in layers["links"].getFeatures())

    assert ranks() == []
    bench.project.setDirty(False)
    bench.layers.select(matches.set_id, [3, 7])
    wait_until(lambda: ranks() == [4, 8])
    assert not bench.project.isDirty(), "looking is no change"
    layers["matches"].selectAll()
    layers["matches"].removeSelection()
    layers["matches"].selectByExpression('"rank" = 50')
    wait_until(lambda: ranks() == [50])
    Settings().links_all = True
    second = match_set(scattered(20))
    assert bench.show(second)["links"].featureCount() == 20


def an_index(path: Path, index_id: str) -> SearchedIndex:
    path.mkdir(parents=True)
    (path / "manifest.json").write_text(json.dumps({"index_id": index_id}))
    return SearchedIndex(str(path), path.stem, index_id, MOON)


def test_an_index_is_found_by_its_id(tmp_path: Path) -> None:
    index = an_index(tmp_path / "a" / "moon.craterindex", "one")
    second = an_index(tmp_path / "b" / "mars.craterindex", "two")
    assert find(index, []) == index.path
    renamed = tmp_path / "a" / "luna.craterindex"
    Path(index.path).rename(renamed)
    assert find(index, [second.path]) == str(renamed), "renamed in its folder"
    moved = tmp_path / "b" / "x.craterindex"
    renamed.rename(moved)
    assert find(index, [second.path]) == str(moved), "beside one that is known"
    assert find(index, []) == "" and find(index, [], [str(tmp_path / "b")]) == str(moved)
    an_index(tmp_path / "a" / "moon.craterindex", "built anew")
    assert find(index, [str(moved)]) == str(moved), "another index at its old place is not it"
    (moved / "manifest.json").write_text("[]")
    assert index_id_at(moved) == "" and index_id_at(tmp_path) == ""


def test_results_in_memory_are_a_quiet_fact(project: QgsProject, tmp_path: Path) -> None:
    store = ProjectStore(project)
    said: list[tuple[str, bool]] = []
    store.message.connect(lambda *message: said.append(message))
    panel = HistoryPanel(store)
    panel.show()
    store.save(match_set(scattered(5)))
    wait_until(lambda: store.history())
    (line,) = [line for line in panel.findChildren(MessageLine) if line.isVisible()]
    assert "memory" in line.plain and [problem for _, problem in said] == [False]
    assert project.isDirty(), "QGIS asks before it is lost"
    assert project.write(str(tmp_path / "p.qgz"))
    wait_until(lambda: not line.isVisible())
    store.close()


# With the engine


@pytest.fixture
def index(tmp_path: Path) -> Path:
    """An index of its own, in a folder with the project."""
    return Path(shutil.copytree(south_index(), tmp_path / "work" / "moon.craterindex"))


@pytest.fixture
def whole(iface: FakeInterface, project: QgsProject, index: Path) -> Iterator[PluginBench]:
    whole = PluginBench(iface, project, index)
    yield whole
    whole.unload()


def choose_folder(patch: pytest.MonkeyPatch, path: Path) -> None:
    patch.setattr(QFileDialog, "getExistingDirectory", staticmethod(lambda *_: str(path)))


def ask_why(bench: Any) -> None:
    """Click the first picture, then press W, as the button under the gallery says."""
    gc.collect()
    view = bench.dock.results.view
    at = view.visualRect(view.model().index(0, 0)).center()
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=at)
    QTest.keyClick(view, Qt.Key.Key_W)


@needs_moon
@needs_engine
def test_closed_moved_renamed_and_opened_again(
    whole: PluginBench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole.start()
    matches: MatchSet = whole.search_by_box()
    set_ids, number = [matches.set_id], len(matches)
    project, work = whole.project, tmp_path / "work"
    assert project.write(str(work / "p.qgz"))
    flush(whole.workbench.store)
    del matches
    whole.answers.clear()
    whole.unload()
    project.clear()
    settle(3)
    Settings().remove("recent_indexes")
    moved = tmp_path / "elsewhere"
    work.rename(moved)
    (moved / "moon.craterindex").rename(moved / "luna.craterindex")

    plugin = whole.plugin = CraterBenchPlugin(whole.iface)
    plugin.initGui()
    assert project.read(str(moved / "p.qgz"))
    wait_until(lambda: counts(project, set_ids) == [number])
    assert plugin.workbench is None and not project.isDirty()
    whole.iface.toolbars[-1].actions()[0].trigger()
    wait_until(lambda: plugin.workbench is not None)
    bench = plugin.workbench
    wait_until(lambda: bench.session.index is not None)
    assert Path(bench.session.index.path) == moved / "luna.craterindex"
    assert not bench.dock.missing.isVisible()
    wait_until(lambda: bench.current is not None and bench.current.thumbnails)
    settle(20)
    assert not project.isDirty() and counts(project, set_ids) == [number]

    # Where nobody could guess it, while another project was open.
    hidden = tmp_path / "x" / "y" / "z.craterindex"
    hidden.parent.mkdir(parents=True)
    bench.dock.index_panel.close_index()
    project.clear()
    settle(5)
    shutil.move(moved / "luna.craterindex", hidden)
    Settings().remove("recent_indexes")
    assert project.read(str(moved / "p.qgz"))
    wait_until(bench.dock.missing.isVisible)
    assert bench.session.index is None and "moon" in bench.dock.missing.line.plain
    assert "craterbench index" not in bench.dock.missing.line.plain
    ask_why(bench)
    (question,) = bench.dock.findChildren(QMessageBox)
    choose_folder(monkeypatch, moved)
    click(button(question, "Locate…"))
    assert "is not the index" in bench.dock.missing.line.plain
    choose_folder(monkeypatch, hidden)
    click(bench.dock.missing.button)
    wait_until(lambda: bench.session.index is not None)
    assert not bench.dock.missing.isVisible()
    ask_why(bench)
    (why,) = (w for w in QApplication.topLevelWidgets() if isinstance(w, WhyDialog))
    wait_until(lambda: why.isVisible() and why.pair.pair is not None)
    QTest.keyClick(why, Qt.Key.Key_Escape)
    settle(5)
    assert not project.isDirty()
