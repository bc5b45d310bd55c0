"""A project's store that version 0.1 wrote opens; its queries can be searched again and refined.

``tests/data/v0.1/moon_craterbench.gpkg`` was written by the plugin at commit d0c8031.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from qgis.core import QgsProject

from craterbench_qgis.contract.search import Query, SearchParams
from craterbench_qgis.contract.vocabulary import Decision, QueryKind
from craterbench_qgis.core.match_set import MatchSet
from craterbench_qgis.core.store.project import ProjectStore
from inside import flush, load
from paths import ROOT
from store_bench import StoreBench

STORE = ROOT / "tests" / "data" / "v0.1" / "moon_craterbench.gpkg"


@pytest.fixture
def store(project: QgsProject, tmp_path: Path) -> Iterator[ProjectStore]:
    bench = StoreBench(project, tmp_path)
    bench.save_project("moon.qgz")
    shutil.copy(STORE, tmp_path)
    yield bench.open()
    assert not bench.warnings
    bench.close()


def opened(store: ProjectStore, label: str) -> MatchSet:
    (item,) = [item for item in store.history() if item.label == label]
    match_set = load(store, item.set_id)
    assert match_set is not None
    return match_set


def test_every_query_can_be_searched_again(store: ProjectStore) -> None:
    queries = {}
    for item in store.history():
        query = opened(store, item.label).request.query()
        params = SearchParams(item.index_path, query)
        sent = json.loads(json.dumps(params.to_json()))
        assert SearchParams.from_json(sent) == params, "the engine reads what is sent"
        assert "label" not in sent["query"] and "outline" not in sent["query"]
        queries[item.label] = query
    assert len(queries) == 5
    area = queries["box of 200 km"]
    assert (area.kind, area.lon, area.lat) == (QueryKind.AREA, 12.5, -43.0)
    assert (area.side_m, area.diameter_m, area.context) == (200e3, 80e3, None)
    assert (area.mosaic.path, area.mosaic.band, area.mosaic.nodata) == ("/data/moon.tif", 2, -32768)
    tycho = queries["Tycho, 85 km"]
    assert (tycho.kind, tycho.diameter_m, tycho.context) == (QueryKind.CRATER, 85e3, 2.5)
    assert (tycho.mosaic.band, tycho.mosaic.nodata) == (None, None)
    indexed = queries["Like Crater 2"]
    assert (indexed.kind, indexed.crater_id) == (QueryKind.INDEXED, "c3")
    image = queries["box of 90 km"]
    assert image.kind is QueryKind.IMAGE and image.image is not None
    assert Path(image.image).is_file(), "its picture is in the store"
    assert type(area) is Query


def test_its_matches_and_decisions_are_kept(store: ProjectStore) -> None:
    match_set = opened(store, "box of 200 km")
    assert [match.rank for match in match_set.matches] == [1, 2, 3, 4, 5, 6]
    assert [match.context for match in match_set.matches[:2]] == [2.0, 2.5]
    assert match_set.rows_of(Decision.ACCEPTED) == [0, 1]
    assert match_set.rows_of(Decision.REJECTED) == [2]
    assert match_set.matches[0].expected_by_chance is None
    assert opened(store, "Tycho, 85 km").matches[1].expected_by_chance == pytest.approx(0.5)
    assert match_set.index.body.name == "Moon" and match_set.name_of(0) == "Crater 0"


def test_what_refined_a_query_refines_it_again(store: ProjectStore) -> None:
    match_set = opened(store, "box of 200 km, refined (+1 \N{MINUS SIGN}1)")
    request = match_set.request
    assert (request.feedback.accepted, request.feedback.rejected) == (["c1"], ["c2"])
    assert request.base_label == "box of 200 km" and request.is_refined
    again = match_set.refined_request()
    assert again is not None and again.base_label == request.base_label


def test_it_is_written_as_today_and_read_again(store: ProjectStore, project: QgsProject) -> None:
    match_set = opened(store, "Tycho, 85 km")
    match_set.decide([4], Decision.REJECTED)
    store.save(match_set)
    flush(store)
    request, set_id = match_set.request, match_set.set_id
    store.close()
    del match_set
    again = ProjectStore(project)
    flush(again)
    kept = load(again, set_id)
    assert kept is not None and kept.request == request
    assert 4 in kept.rows_of(Decision.REJECTED)
    again.close()
