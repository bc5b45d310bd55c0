"""The two-stage search: the right crater, filters that keep n, provenance, explanations."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pyogrio
import pyproj
import pytest
import shapely
from PIL import Image

from craterbench_qgis.contract.search import Filters
from craterbench_qgis.engine.bodies import body_by_name, great_circle_distance
from craterbench_qgis.engine.encoders import load_encoder
from craterbench_qgis.engine.errors import CraterIndexError, QueryError
from craterbench_qgis.engine.formats import explanation_picture
from craterbench_qgis.engine.index import CraterIndex, IndexWriter, build_hnsw, open_index
from craterbench_qgis.engine.interaction import maxsim
from craterbench_qgis.engine.mosaic import Mosaic, box_area
from craterbench_qgis.engine.search import (
    QueryView,
    Searcher,
    SearchOptions,
    explain,
    query_from_area,
    query_from_crater,
    query_from_image,
    read_region,
)
from craterbench_qgis.engine.search import searcher as searching

from .scene import COUNT, build_scene, craters, query_view

ENCODER = load_encoder("hog")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("search")
    build_scene(folder, ENCODER)
    return folder


@pytest.fixture(scope="module")
def searcher(folder: Path) -> Searcher:
    return Searcher(open_index(folder / "scene.craterindex"), ENCODER)


def query(folder: Path, number: int, context: float = 2.5) -> QueryView:
    return query_view(folder, number, ENCODER, context)


@pytest.mark.parametrize("any_angle", [False, True])
def test_a_search_copies_no_table_of_all_views(
    folder: Path, any_angle: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a large index that is a hundred megabytes, before the first answer."""
    monkeypatch.setattr(CraterIndex, "views", property(lambda _: pytest.fail("the whole table")))
    with open_index(folder / "scene.craterindex") as index:
        options = SearchOptions(top=5, any_angle=any_angle)
        found = Searcher(index, ENCODER).search(query(folder, 4), options).matches
    assert found[0].crater_id == "T-004"


def test_every_crater_finds_itself(folder: Path, searcher: Searcher) -> None:
    for number in range(0, COUNT, 4):
        best = searcher.search(query(folder, number)).matches[0]
        assert best.crater_id == f"T-{number:03d}"
        assert best.rank == 1
        assert best.distance_m == pytest.approx(0, abs=1)
        assert best.context in (2.0, 3.0)
        assert best.attributes["freshness"] == number % 4


def test_scores_are_those_of_the_formula(folder: Path, searcher: Searcher) -> None:
    """Against a plain recomputation: best view per crater, sorted, both stages' scores."""
    asked = query(folder, 5)
    result = searcher.search(asked, SearchOptions(top=COUNT, shortlist=1000, overlay=False))
    embedding = ENCODER.encode(asked.view.pixels[None])
    index = searcher.index
    from craterbench_qgis.engine.tokens import instance_tokens

    mine = instance_tokens(embedding.tokens, 16, attention=embedding.attention).vectors[0]
    everything = np.arange(index.n_views)
    scores = maxsim(mine, index.tokens(everything))
    first = index.globals(everything) @ embedding.globals[0]
    assert len(result.matches) == COUNT
    assert [match.score for match in result.matches] == sorted(
        (match.score for match in result.matches), reverse=True
    )
    for match in result.matches:
        own = np.flatnonzero(index.view_crater_rows == match.crater_row)
        assert match.score == pytest.approx(scores[own].max(), abs=1e-5)
        assert match.shortlist_score == pytest.approx(first[match.view_number], abs=1e-5)
        assert match.view_number in own
    assert {"encode", "filter", "shortlist", "rerank", "assemble", "how sure", "total"} == set(
        result.timings_ms
    )


@pytest.mark.parametrize("top", [1, 7, COUNT, 500])
def test_filters_still_give_n(folder: Path, searcher: Searcher, top: int) -> None:
    """Even with a shortlist of one view, n craters come back when n are allowed."""
    rows = craters()
    asked = query(folder, 0)
    body = body_by_name("moon")
    distance = [
        float(great_circle_distance(body, rows[0][1], rows[0][2], a, b)) for _, a, b, _ in rows
    ]
    ratio = [row[3] / rows[0][3] for row in rows]
    cases: list[tuple[Filters, set[str]]] = [
        (Filters(), {row[0] for row in rows}),
        (Filters(latitude=(-3.0, 4.0)), {row[0] for row in rows if -3 <= row[2] <= 4}),
        (Filters(longitude=(350.0, 9.0)), {row[0] for row in rows if row[1] <= 9}),
        (
            Filters(diameter_ratio=(0.9, 1.2)),
            {row[0] for row, r in zip(rows, ratio, strict=True) if 0.9 <= r <= 1.2},
        ),
        (
            Filters(min_distance=200_000.0, max_distance=500_000.0),
            {row[0] for row, d in zip(rows, distance, strict=True) if 2e5 <= d <= 5e5},
        ),
        (
            Filters(where="freshness = 2 AND diameter_km > 30"),
            {row[0] for i, row in enumerate(rows) if i % 4 == 2 and row[3] > 30},
        ),
        (Filters(exclude_ids=["T-000", "T-001", "absent"]), {row[0] for row in rows[2:]}),
        (
            Filters(region=shapely.box(360.0, -8, 372.0, 0).wkt),
            {row[0] for row in rows if row[1] <= 12 and row[2] <= 0},
        ),
        (
            Filters(min_diameter=30_000.0, max_diameter=40_000.0),
            {row[0] for row in rows if 30 <= row[3] <= 40},
        ),
    ]
    for filters, expected in cases:
        result = searcher.search(asked, SearchOptions(top=top, shortlist=1, filters=filters))
        ids = [match.crater_id for match in result.matches]
        assert len(ids) == min(top, len(expected)), filters
        assert set(ids) <= expected
        assert len(set(ids)) == len(ids)


def test_filters_refuse_nonsense(folder: Path, searcher: Searcher, tmp_path: Path) -> None:
    asked = query(folder, 0)

    def search(**changes: object) -> None:
        searcher.search(asked, SearchOptions(filters=Filters(**changes)))  # type: ignore[arg-type]

    with pytest.raises(QueryError, match="empty"):
        search(latitude=(5.0, -5.0))
    with pytest.raises(QueryError, match="freshness"):  # the columns are listed
        search(where="absent = 1")
    with pytest.raises(QueryError):
        search(where="1; DROP TABLE craters")
    with pytest.raises(QueryError, match="at least 1"):
        searcher.search(asked, SearchOptions(top=0))
    with pytest.raises(QueryError, match="neither"):
        read_region("nonsense")
    with pytest.raises(QueryError, match="no area"):
        read_region("POINT (1 2)")
    with pytest.raises(QueryError, match="degrees"):
        read_region("POLYGON ((0 0, 50000 0, 50000 50000, 0 0))")


@pytest.mark.parametrize(("crs", "body"), [
    ("+proj=longlat +a=3396190 +b=3376200", "Mars"), ("+proj=sinu +R=2439400", "Mercury"),
    ("+proj=longlat +R=1737400", ""), ("EPSG:4326", ""), ("EPSG:4979", ""), (None, ""),
])  # fmt: skip
def test_a_region_of_another_body_is_refused(
    folder: Path, searcher: Searcher, tmp_path: Path, crs: str | None, body: str
) -> None:
    _, lon, lat, _ = craters()[8]
    square = shapely.box(lon - 3, lat - 3, lon + 3, lat + 3)
    path = tmp_path / "region.gpkg"
    pyogrio.raw.write(
        path, shapely.to_wkb(np.array([square], dtype=object)), [np.array([1])], ["n"],
        crs=pyproj.CRS(crs).to_wkt() if crs else None, geometry_type="Polygon",
    )  # fmt: skip
    options = SearchOptions(filters=Filters(region=str(path)))
    if body:
        with pytest.raises(QueryError, match=rf"region\.gpkg lies on {body}.*index on Moon"):
            searcher.search(query(folder, 8), options)
        return
    matches = searcher.search(query(folder, 8), options).matches
    assert matches[0].crater_id == "T-008"
    for match in matches:
        assert abs(match.lon - lon) <= 3 and abs(match.lat - lat) <= 3


def test_an_image_has_no_place(folder: Path, searcher: Searcher, tmp_path: Path) -> None:
    pixels = query(folder, 3, 2.0).view.pixels
    Image.fromarray((pixels * 255).astype(np.uint8)).save(tmp_path / "crater.png")
    asked = query_from_image(tmp_path / "crater.png", ENCODER.input_size)
    best = searcher.search(asked).matches[0]
    assert best.crater_id == "T-003"
    assert best.distance_m is None
    for filters in (Filters(diameter_ratio=(0.5, 2.0)), Filters(max_distance=1e6)):
        with pytest.raises(QueryError, match="image"):
            searcher.search(asked, SearchOptions(filters=filters))


def test_a_box_is_cut_as_a_square(folder: Path, searcher: Searcher) -> None:
    _, lon, lat, diameter = craters()[8]
    half = diameter * 1000 * 1.25 / 1737400 * 180 / np.pi
    with Mosaic.open(folder / "mosaic.tif") as mosaic:
        area = box_area(mosaic.body, lon - half, lat - half, lon + half, lat + half)
        asked = query_from_area(mosaic, area, ENCODER.input_size, (2.0, 3.0))
    assert asked.diameter_m == pytest.approx(diameter * 1000, rel=1e-3)
    assert searcher.search(asked).matches[0].crater_id == "T-008"


def test_removed_craters_do_not_come_back(folder: Path, tmp_path: Path) -> None:
    import shutil

    copy = tmp_path / "copy.craterindex"
    shutil.copytree(folder / "scene.craterindex", copy)
    with IndexWriter.open(copy) as writer:
        assert writer.remove(["T-004"]) == 1
    for compact in (False, True):
        if compact:
            with IndexWriter.open(copy) as writer:
                writer.compact()
        with open_index(copy) as index:
            result = Searcher(index, ENCODER).search(query(folder, 4), SearchOptions(top=100))
        assert len(result.matches) == COUNT - 1
        assert "T-004" not in {match.crater_id for match in result.matches}


def test_backends_agree(folder: Path, tmp_path: Path) -> None:
    import shutil

    pytest.importorskip("hnswlib")
    copy = tmp_path / "copy.craterindex"
    shutil.copytree(folder / "scene.craterindex", copy)
    with IndexWriter.open(copy) as writer:
        build_hnsw(writer)
    with open_index(copy) as index:
        searcher = Searcher(index, ENCODER)
        answers = [
            [
                (match.crater_id, round(match.score, 5))
                for match in searcher.search(
                    query(folder, 6), SearchOptions(backend=name, shortlist=20)
                ).matches
            ]
            for name in ("exact", "hnsw")
        ]
    assert answers[0] == answers[1]


def test_provenance_names_everything(folder: Path, searcher: Searcher) -> None:
    options = SearchOptions(filters=Filters(region=shapely.box(0, -8, 12, 8).wkt, latitude=(-5, 5)))
    provenance = searcher.search(query(folder, 0), options).provenance
    assert provenance["encoder"] == "hog"
    assert provenance["weights_sha256"] == ENCODER.weights_hash
    assert provenance["index_id"] == searcher.index.manifest.index_id
    assert provenance["query"]["mosaic"].endswith("mosaic.tif")
    assert provenance["filters"]["latitude"] == [-5, 5]
    assert provenance["filters"]["region"].startswith("POLYGON")
    assert {"software", "date", "tokens", "seeds", "shortlist"} <= set(provenance)


def test_another_encoder_is_refused(searcher: Searcher) -> None:
    with pytest.raises(CraterIndexError, match="built with"):
        Searcher(searcher.index, load_encoder("ncc"))


def test_queries_outside_are_refused(folder: Path) -> None:
    with Mosaic.open(folder / "mosaic.tif") as mosaic:
        with pytest.raises(QueryError, match="outside the mosaic"):
            query_from_crater(mosaic, 100.0, 0.0, 30_000, 2.5, 64)
        with pytest.raises(QueryError, match="positive"):
            query_from_crater(mosaic, 10.0, 0.0, -5.0, 2.5, 64)
        with pytest.raises(QueryError, match="degrees"):
            query_from_crater(mosaic, 10.0, 99.0, 5.0, 2.5, 64)


def test_explain_compares_patches(folder: Path, searcher: Searcher, tmp_path: Path) -> None:
    explanation = explain(searcher.index, ENCODER, query(folder, 7, 2.0), "T-007")
    assert explanation.recut
    assert explanation.context == 2.0
    assert explanation.score > 0.95
    # The same view twice: each patch's best counterpart is itself.
    assert sum(patch.gallery_patches == (patch.query_patch,) for patch in explanation.patches) > 150
    assert explanation.strength_match.shape == ENCODER.grid
    picture = explanation_picture(tmp_path / "why.png", explanation)
    assert Image.open(picture).size[0] > 1000
    with pytest.raises(QueryError, match="no crater"):
        explain(searcher.index, ENCODER, query(folder, 7), "absent")


def test_explain_without_the_mosaic(folder: Path, tmp_path: Path) -> None:
    import shutil

    away = tmp_path / "away"
    shutil.copytree(folder, away)
    asked = query(folder, 7, 2.0)
    (folder / "mosaic.tif").rename(folder / "hidden.tif")
    try:
        with open_index(away / "scene.craterindex") as index:
            explanation = explain(index, ENCODER, asked, "T-007")
    finally:
        (folder / "hidden.tif").rename(folder / "mosaic.tif")
    assert not explanation.recut
    assert {patch.gallery_token for patch in explanation.patches} <= set(range(16))
    assert explanation.pixels_match.shape[0] > 32


def test_what_the_filters_allow_is_looked_up_once_for_queries_in_a_row(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []
    real = searching.allowed_craters
    monkeypatch.setattr(
        searching, "allowed_craters", lambda *given: asked.append(given[0]) or real(*given)
    )
    region = tmp_path / "region.geojson"

    def save(south: float) -> None:
        layer = {"type": "Polygon", "coordinates": [box_ring(south)]}
        region.write_text(json.dumps(layer), encoding="utf-8")

    def ids(searcher: Searcher, number: int, filters: Filters) -> set[str]:
        found = searcher.search(query(folder, number), SearchOptions(top=COUNT, filters=filters))
        return {match.crater_id for match in found.matches}

    with open_index(folder / "scene.craterindex") as index:
        mine = Searcher(index, ENCODER)
        diameter = index.craters.diameter_m
        middle = float(np.median(diameter))
        large, small = Filters(min_diameter=middle), Filters(max_diameter=middle)
        expected = {index.craters.ids([row])[0] for row in np.flatnonzero(diameter >= middle)}
        assert ids(mine, 1, large) == ids(mine, 2, large) == expected
        assert len(asked) == 1
        assert ids(mine, 2, small) != expected and ids(mine, 2, large) == expected
        assert len(asked) == 3
        assert len(ids(mine, 2, Filters())) == COUNT
        like = Filters(diameter_ratio=(0.9, 1.1))  # another set for every query
        assert ids(mine, 1, like) != ids(mine, 9, like)
        save(-90.0)
        everything = ids(mine, 1, Filters(region=str(region)))
        save(3.0)  # a file may change between two queries
        assert ids(mine, 1, Filters(region=str(region))) < everything


def box_ring(south: float) -> list[list[float]]:
    return [[-180, south], [180, south], [180, 90], [-180, 90], [-180, south]]
