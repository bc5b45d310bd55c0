"""``craterbench evaluate``: queries, rows, and that they measure what a search does."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import rasterio
from rasterio.transform import from_origin
from scipy.ndimage import gaussian_filter

from craterbench_qgis.contract.build import CatalogueSource, EvaluateParams, Selection
from craterbench_qgis.contract.vocabulary import Seeds
from craterbench_qgis.engine.bodies import body_by_name, great_circle_distance
from craterbench_qgis.engine.catalogue import read_catalogue
from craterbench_qgis.engine.cli import main
from craterbench_qgis.engine.encoders import load_encoder
from craterbench_qgis.engine.errors import CraterIndexError, QueryError
from craterbench_qgis.engine.evaluation import (
    evaluate_index,
    read_same,
)
from craterbench_qgis.engine.evaluation import (
    queries as queries_module,
)
from craterbench_qgis.engine.evaluation.experiment import Experiment
from craterbench_qgis.engine.evaluation.gallery import IndexGallery, make_tokens
from craterbench_qgis.engine.evaluation.methods import RowSpec, TokenSpec
from craterbench_qgis.engine.evaluation.metrics import MEASURES
from craterbench_qgis.engine.evaluation.queries import QuerySet, choose_targets, cut_queries
from craterbench_qgis.engine.evaluation.store import PatchesUnavailable, PatchStore
from craterbench_qgis.engine.index import CraterIndex, IndexWriter, open_index
from craterbench_qgis.engine.monitor import Monitor
from craterbench_qgis.engine.mosaic import Mosaic
from craterbench_qgis.engine.search import QueryView, Searcher, SearchOptions
from craterbench_qgis.engine.tokens import dequantise, quantise

MOON_WKT = (
    'GEOGCS["Moon",DATUM["Moon",SPHEROID["Moon",1737400,0]],PRIMEM["Reference Meridian",0],'
    'UNIT["degree",0.0174532925199433]]'
)
ROW_KEYS = {
    *("method", "seeds", "k", "shortlist", "recovery", "ms_per_query", "bytes_per_view", "ci95"),
    *MEASURES,
}


def write_mosaic(path: Path, noise: float, seed: int = 0) -> Path:
    """A textured plate carree of the Moon, 3 px a degree; ``noise`` makes it another one."""
    ground = np.random.default_rng(seed).normal(size=(540, 1080))
    image = gaussian_filter(ground, 4, mode=("nearest", "wrap"))
    image /= image.std()
    image += noise * np.random.default_rng(seed + 1).normal(size=image.shape)
    values = np.clip(128 + 40 * image, 1, 255).astype(np.uint8)
    profile = {"driver": "GTiff", "dtype": "uint8", "count": 1, "height": 540, "width": 1080}
    transform = from_origin(-180, 90, 1 / 3, 1 / 3)
    with rasterio.open(path, "w", crs=MOON_WKT, transform=transform, **profile) as target:
        target.write(values, 1)
    return path


def write_catalogue(path: Path) -> Path:
    rng = np.random.default_rng(5)
    lines = ["id,lon,lat,diam_km"]
    for i in range(30):
        lon, lat = -170 + 11 * i + rng.uniform(-3, 3), rng.uniform(-60, 60)
        lines.append(f"c{i},{lon:.4f},{lat:.4f},{rng.uniform(120, 300):.3f}")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> SimpleNamespace:
    folder = tmp_path_factory.mktemp("evaluation")
    gallery = write_mosaic(folder / "gallery.tif", 0.0)
    second = write_mosaic(folder / "other.tif", 0.6)
    table = write_catalogue(folder / "craters.csv")
    index = folder / "test.craterindex"
    build = ["index", "build", "--mosaic", str(gallery), "--catalogue", str(table)]
    build += ["--encoder", "hog", "--no-kinds", "--tokens", "16", "--output", str(index)]
    assert main(build) == 0
    return SimpleNamespace(folder=folder, gallery=gallery, second=second, table=table, index=index)


@pytest.fixture
def opened(world: SimpleNamespace) -> Iterator[CraterIndex]:
    with open_index(world.index) as index:
        yield index


def command(world: SimpleNamespace, *more: str) -> list[str]:
    start = ["evaluate", str(world.index), "--mosaic", str(world.second)]
    return [*start, "--catalogue", str(world.table), *more]


def test_json_has_the_agreed_shape(
    world: SimpleNamespace, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    output = tmp_path / "report"
    assert main(command(world, "--json", "--limit", "10", "--output", str(output))) == 0
    result = json.loads(capsys.readouterr().out)
    assert set(result) == {"queries", "gallery_views", "encoder", "rows", "settings"}
    assert (result["queries"], result["gallery_views"], result["encoder"]) == (10, 60, "hog")
    rows = result["rows"]
    assert len(rows) == 1 + 3 * 3 * 5 + 1 + 5
    for row in rows:
        assert set(row) == ROW_KEYS
        assert all(0 <= row[name] <= 1 for name in MEASURES)
        assert row["hit@1"] <= row["hit@5"] <= row["hit@10"]
        assert row["recall@1"] <= row["recall@5"] <= row["recall@10"]
        assert row["ms_per_query"] > 0
        low, high = row["ci95"]["map_id"]
        assert low <= row["map_id"] <= high
        assert (row["recovery"] is None) == (row["method"] != "two-stage")
    at = {(r["method"], r["seeds"], r["k"], r["shortlist"]): r for r in rows}
    assert at["global", None, None, None]["bytes_per_view"] == 392 + 4
    dim = 220 - 4
    assert at["all", None, None, None]["bytes_per_view"] == 196 * (dim + 4)
    assert at["raw", "random", 8, None]["bytes_per_view"] == 8 * (dim + 4)
    assert at["two-stage", "attention", 16, 100]["bytes_per_view"] == 396 + 16 * (dim + 4)
    # A shortlist longer than the gallery is the whole gallery.
    assert at["two-stage", "attention", 16, 100]["recovery"] == pytest.approx(100)
    # The texture is unique everywhere: what is found is found by matching, not by chance (1/30).
    assert at["all", None, None, None]["hit@1"] > 0.8
    assert json.loads((output / "result.json").read_text())["rows"][0]["method"] == "global"
    text = (output / "table.md").read_text()
    assert text.count("| aggregated |") == 15 and "hit@k: share" in text
    for name in ("map_over_k", "map_over_bytes", "recovery_over_shortlist"):
        assert (output / f"{name}.png").stat().st_size > 10_000
        assert f"({name}.png)" in text


def test_text_output_and_joining(
    world: SimpleNamespace, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    few = ["--limit", "5", "--only", "global", "--only", "two-stage:16:25"]
    assert main(command(world, *few)) == 0
    assert "two-stage" in capsys.readouterr().out
    files = []
    for seed in ("0", "1"):
        assert main(command(world, *few, "--seed", seed, "--json")) == 0
        files.append(tmp_path / f"{seed}.json")
        files[-1].write_text(capsys.readouterr().out, encoding="utf-8")
    joined = tmp_path / "all.md"
    names = [f"first={files[0]}", str(files[1])]
    assert main(["evaluate", "--join", *names, "--only", "global", "--output", str(joined)]) == 0
    lines = joined.read_text().splitlines()
    assert len(lines) == 4 and lines[2].startswith("| first | hog |") and "| 1 |" in lines[3]
    assert main(["evaluate", "--join", *names, "--only", "global", "--mean"]) == 0
    last = capsys.readouterr().out.splitlines()[-1]
    rows = [json.loads(file.read_text())["rows"][0] for file in files]
    mean = sum(row["hit@1"] for row in rows) / 2
    assert last.startswith("| mean of 2 | hog |") and f"| {mean:.3f} |" in last
    assert main(["evaluate", "--join", str(files[0]), "--only", "all"]) == 1
    (tmp_path / "bad.json").write_text("{}")
    assert main(["evaluate", "--join", str(tmp_path / "bad.json")]) == 1
    assert main(["evaluate", "--join", str(tmp_path / "none.json")]) == 1
    assert main(["evaluate", str(world.index)]) == 1
    assert "needs --mosaic, --catalogue" in capsys.readouterr().err


def encoded_queries(
    opened: CraterIndex, mosaic: Path, count: int
) -> tuple[QuerySet, list[QueryView]]:
    """The same views as a query set and as queries of a search."""
    encoder = load_encoder("hog")
    rows = np.arange(count)
    craters = opened.craters
    with Mosaic.open(mosaic) as source:
        views = [
            source.view(craters.lon[r], craters.lat[r], craters.diameter_m[r], 2.3, 112)
            for r in rows
        ]
    embedding = encoder.encode(np.stack([view.pixels for view in views]))
    patches, dim = embedding.tokens.shape[1:]
    store = PatchStore(count, patches, dim, exact=True)
    store.append(embedding.tokens, embedding.attention)
    relevant = [np.array([r]) for r in rows]
    query_set = QuerySet(rows.astype(np.int64), relevant, embedding.globals, store)
    return query_set, [QueryView(view, None, None, None, {}) for view in views]


def test_two_stage_ranks_as_search_does(world: SimpleNamespace, opened: CraterIndex) -> None:
    encoder = load_encoder("hog")
    query_set, queries = encoded_queries(opened, world.second, 12)
    experiment = Experiment(IndexGallery(opened, encoder), query_set)
    searcher = Searcher(opened, encoder)
    size = 10
    outcome = experiment._outcome(RowSpec("two-stage", "attention", 16, size))
    place = MEASURES.index("map_id")
    ranks = []
    for number, query in enumerate(queries):
        result = searcher.search(query, SearchOptions(top=1, shortlist=size))
        full = searcher.search(query, SearchOptions(top=30, shortlist=60))
        first = [match.rank for match in result.matches if match.crater_row == number]
        assert (outcome.values[number, 0] == 1) == (first == [1])
        everywhere = [match.rank for match in full.matches if match.crater_row == number]
        ranks += everywhere
    whole = experiment._outcome(RowSpec("aggregated", "attention", 16))
    np.testing.assert_allclose(whole.values[:, place], 1 / np.array(ranks))


def test_recoded_tokens_are_the_stored_ones(opened: CraterIndex) -> None:
    gallery = IndexGallery(opened, load_encoder("hog"))
    store = gallery.patch_store(Monitor())
    assert store.kind == "float16" and len(store) == 60
    spec = TokenSpec("aggregated", "attention", 16)
    again = dequantise(*quantise(make_tokens(store, slice(0, 60), spec, gallery.numbers())))
    stored = gallery.own_tokens(np.arange(60))
    apart = np.abs(again - stored).max(axis=2)
    assert (apart < 0.01).mean() > 0.98  # float16 may swap two nearly equal seeds
    gallery.close()


def test_removed_craters_are_no_gallery(world: SimpleNamespace, tmp_path: Path) -> None:
    import shutil

    copy = tmp_path / "copy.craterindex"
    shutil.copytree(world.index, copy)
    with IndexWriter.open(copy) as writer:
        writer.remove(["c3", "c4"])
    with open_index(copy) as index:
        gallery = IndexGallery(index, load_encoder("hog"))
        assert len(gallery) == 56 and not np.isin([3, 4], gallery.groups).any()
        views, scores = gallery.shortlist(gallery.globals[7], 5)
        assert views[0] == 7 and scores[0] == pytest.approx(1, abs=0.01)
        np.testing.assert_allclose(gallery.globals[views] @ gallery.globals[7], scores, atol=1e-4)
        targets = choose_targets(index, read_catalogue(world.table), Selection())
        assert len(targets.rows) == 28 and targets.left_out["no view in the index"] == 2


def asked(world: SimpleNamespace, **changes: object) -> EvaluateParams:
    """What is evaluated: the world's other mosaic by its own catalogue."""
    catalogue = CatalogueSource(str(world.table))
    return EvaluateParams("index", str(world.second), catalogue, **changes)  # type: ignore[arg-type]


def test_rows_that_need_a_missing_mosaic_are_left_out(
    world: SimpleNamespace, tmp_path: Path
) -> None:
    gallery = write_mosaic(tmp_path / "gone.tif", 0.0)
    index = tmp_path / "i.craterindex"
    build = ["index", "build", "--mosaic", str(gallery), "--catalogue", str(world.table)]
    build += ["--tokens", "16", "--no-kinds"]
    assert (
        main(
            [
                *build,
                "--encoder",
                "hog",
                "--output",
                str(index),
                "--region",
                "-60",
                "-60",
                "60",
                "60",
            ]
        )
        == 0
    )
    gallery.unlink()
    craters = read_catalogue(world.table)
    params = asked(
        world,
        limit=3,
        only=["global", "raw:4", "aggregated:16", "two-stage:16:25"],
        seeds=[Seeds.ATTENTION],
    )
    with open_index(index) as opened:
        result = evaluate_index(opened, load_encoder("hog"), craters, params)
        methods = [row["method"] for row in result["rows"]]
        assert methods == ["global", "aggregated", "two-stage"]
        assert len(result["settings"]["notes"]) == 1
        assert result["settings"]["notes"][0].startswith("raw:4 (attention) left out: The mosaic")
        assert result["settings"]["craters_left_out"]["not in the index"] > 0
        with pytest.raises(PatchesUnavailable, match="not there"):
            evaluate_index(opened, load_encoder("hog"), craters, replace(params, only=["all"]))


def test_queries_do_not_depend_on_one_another(world: SimpleNamespace, opened: CraterIndex) -> None:
    encoder, craters = load_encoder("hog"), read_catalogue(world.table)

    def cut(**changes: object) -> QuerySet:
        params = asked(world, views_per_crater=2, **changes)
        return cut_queries(opened, encoder, craters, params)[0]

    whole, few, again, reseeded = cut(), cut(limit=7), cut(limit=7), cut(limit=7, seed=1)
    assert len(whole) == 60 and len(few) == 7
    np.testing.assert_array_equal(few.globals, again.globals)
    assert not np.array_equal(few.globals, reseeded.globals)
    for vector, crater in zip(few.globals, few.craters, strict=True):
        same = np.abs(whole.globals - vector).max(axis=1) < 1e-6
        assert same.sum() == 1 and whole.craters[same][0] == crater


def test_jitter_and_context_are_drawn_as_documented(
    world: SimpleNamespace, opened: CraterIndex
) -> None:
    craters = read_catalogue(world.table)
    params = asked(world, views_per_crater=60, jitter=0.2, context=[2.0, 3.0])
    targets = choose_targets(opened, craters, params.selection)
    calls: list[tuple[float, ...]] = []
    fake = SimpleNamespace(view=lambda *arguments: calls.append(arguments))
    moon = body_by_name("moon")
    cutter = queries_module.Cutter(fake, moon, craters, targets, params, 112)  # type: ignore[arg-type]
    list(cutter.batches(64))
    lon, lat, diameter, context, size = np.array(calls).T
    assert len(calls) == 1800 and set(size) == {112}
    row = np.repeat(targets.rows, 60)
    away = great_circle_distance(moon, craters.lon[row], craters.lat[row], lon, lat) / diameter
    assert away.max() <= 0.2 + 1e-9
    # Uniform over a disc of radius r: the mean distance is 2 r / 3, half lie within r / sqrt(2).
    assert away.mean() == pytest.approx(0.2 * 2 / 3, rel=0.03)
    assert (away < 0.2 / np.sqrt(2)).mean() == pytest.approx(0.5, abs=0.04)
    north = great_circle_distance(moon, 0, craters.lat[row], 0, lat) / diameter
    assert north.max() > 0.15  # both axes move
    assert (
        context.min() >= 2 and context.max() <= 3 and context.mean() == pytest.approx(2.5, abs=0.03)
    )


def test_ids_count_only_in_their_place(
    world: SimpleNamespace, opened: CraterIndex, tmp_path: Path
) -> None:
    lines = world.table.read_text().splitlines()
    first = lines[1].split(",")
    moved = f"c0,{float(first[1]) + 40},{first[2]},{first[3]}"
    table = tmp_path / "moved.csv"
    table.write_text("\n".join([lines[0], moved, lines[2], "new,0,0,150"]) + "\n")
    targets = choose_targets(opened, read_catalogue(table), Selection())
    assert targets.rows.tolist() == [1] and targets.index_rows.tolist() == [1]
    assert targets.left_out == {"id elsewhere in the index": 1, "not in the index": 1}
    with pytest.raises(QueryError, match="Check the region"):
        choose_targets(opened, read_catalogue(table), Selection(min_diameter_m=1e6))


def test_region_and_diameter_choose_the_queries(
    world: SimpleNamespace, opened: CraterIndex
) -> None:
    craters = read_catalogue(world.table)
    selection = Selection(
        region=[170.0, -90.0, -90.0, 90.0], min_diameter_m=150e3, max_diameter_m=250e3
    )
    rows = choose_targets(opened, craters, selection).rows
    inside = ((craters.lon >= 170) | (craters.lon <= -90)) & (craters.diameter >= 150e3)
    assert rows.tolist() == np.flatnonzero(inside & (craters.diameter <= 250e3)).tolist()
    assert 0 < len(rows) < 15


def test_same_craters_both_count(
    world: SimpleNamespace, opened: CraterIndex, tmp_path: Path
) -> None:
    pairs = tmp_path / "same.csv"
    pairs.write_text("first,second\nc1,c2\nc2,c5\n")
    listed = tmp_path / "same.json"
    listed.write_text(json.dumps({"c1": ["c2", "c5"]}))
    assert read_same(listed) == (("c1", "c2"), ("c1", "c5"))
    rows = np.array([1, 7])
    relevant = queries_module.relevant_rows(opened, rows, read_same(pairs))
    assert [craters.tolist() for craters in relevant] == [[1, 2, 5], [7]]
    pairs.write_text("c1\n")
    with pytest.raises(QueryError, match="two ids"):
        read_same(pairs)
    with pytest.raises(QueryError, match="no file"):
        read_same(tmp_path / "none.csv")


def test_wrong_encoder_and_wrong_numbers(
    world: SimpleNamespace, opened: CraterIndex, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(CraterIndexError, match="was built with"):
        IndexGallery(opened, load_encoder("ncc"))
    assert main(command(world, "--encoder", "ncc")) == 1
    assert main(command(world, "--context", "1", "2", "3")) == 2
    assert main(command(world, "--jitter", "-1")) == 2
    assert main(command(world, "--only", "best")) == 1
    message = capsys.readouterr().err
    for text in (
        "was built with",
        "'context' must be a list of 1 to 2",
        "'jitter' must be a number from 0 to 2",
        "no row of the table",
    ):
        assert text in message
