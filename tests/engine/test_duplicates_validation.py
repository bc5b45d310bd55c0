"""Planted duplicates, what the search says of them, and how that is measured."""

from __future__ import annotations

import itertools
import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from scipy.stats import binomtest

from craterbench_qgis.contract.build import CatalogueSource
from craterbench_qgis.contract.duplicates import DuplicateParams
from craterbench_qgis.engine.bodies import body_by_name, destination, great_circle_distance
from craterbench_qgis.engine.catalogue import ColumnChoice, Craters, read_catalogue
from craterbench_qgis.engine.cli.main import main
from craterbench_qgis.engine.duplicates import (
    Kind,
    ValidationRequest,
    find_duplicates,
    record_decisions,
    validate_duplicates,
)
from craterbench_qgis.engine.duplicates.clusters import VETO
from craterbench_qgis.engine.duplicates.joint import joint_probability
from craterbench_qgis.engine.duplicates.measures import Judge, Truth
from craterbench_qgis.engine.duplicates.planting import known_by_flag, plant
from craterbench_qgis.engine.encoders import load_encoder
from craterbench_qgis.engine.errors import Cancelled, QueryError

from . import scene
from .conftest import DATA, needs_data
from .stopping import StopAt

MOON = body_by_name("moon")


def table(lon: list[float], lat: list[float], km: list[float], **columns: list) -> Craters:
    n = len(lon)
    ids = [f"c{i}" for i in range(n)]
    return Craters(
        ids=ids,
        lon=np.array(lon, float),
        lat=np.array(lat, float),
        diameter=np.array(km, float) * 1000.0,
        attributes=pa.table({"id": ids, **columns}),
        body=MOON,
        path="made.csv",
        columns=ColumnChoice("id", "lon", "lat", "diameter", "m"),
        rejected=[],
        source_rows=np.arange(1, n + 1),
    )


# ------------------------------------------------------------------------ judged together


def joint(*pairs: tuple[int, int, float]) -> dict[tuple[int, int], float]:
    a, b = (np.array([pair[k] for pair in pairs]) for k in (0, 1))
    p = joint_probability(a, b, np.array([pair[2] for pair in pairs]))
    return {(x, y): value for (x, y, _), value in zip(pairs, p.tolist(), strict=True)}


def by_hand(nodes: int, pairs: dict[tuple[int, int], float]) -> dict[tuple[int, int], float]:
    """Every labelling of the nodes, the same partitions counted once."""
    weights: dict[frozenset[frozenset[int]], float] = {}
    for labels in itertools.product(range(nodes), repeat=nodes):
        groups = [frozenset(np.flatnonzero(np.array(labels) == k).tolist()) for k in set(labels)]
        weight = 1.0
        for group in groups:
            inside = list(itertools.combinations(sorted(group), 2))
            odds = [(p := pairs.get(pair, VETO)) / (1 - p) for pair in inside]
            if odds:
                weight *= float(np.prod(odds)) ** ((len(group) - 1) / len(odds))
        weights[frozenset(groups)] = weight
    every = sum(weights.values())
    return {
        pair: sum(w for ways, w in weights.items() if any({*pair} <= part for part in ways)) / every
        for pair in pairs
    }


def test_pairs_that_share_an_entry_are_judged_as_every_way_to_cut_them() -> None:
    assert joint((0, 1, 0.83), (5, 9, 0.2)) == {(0, 1): 0.83, (5, 9): 0.2}
    chain = {(0, 1): 0.9, (1, 2): 0.8, (2, 3): 0.6, (0, 2): 0.3}
    assert joint(*((a, b, p) for (a, b), p in chain.items())) == pytest.approx(by_hand(4, chain))
    # The second of the chain belongs to the first, so it is less probably the third as well.
    planted = joint((0, 1, 0.99), (1, 2, 0.6), (0, 2, 0.05))
    assert planted[0, 1] > 0.95 and planted[1, 2] < 0.1
    three = joint((0, 1, 0.99), (1, 2, 0.99), (0, 2, 0.99))
    assert min(three.values()) > 0.97


def test_large_groups_are_judged_in_parts_whatever_the_order() -> None:
    rng = np.random.default_rng(3)
    ends = [(i, j) for i in range(60) for j in range(i + 1, min(i + 4, 60))]
    a, b = np.array(ends).T
    p = rng.uniform(0.01, 0.99, len(ends))
    judged = joint_probability(a, b, p)
    assert judged.shape == p.shape and (judged >= 0).all() and (judged <= 1).all()
    order = rng.permutation(len(ends))
    swapped = joint_probability(b[order] + 1000, a[order] + 1000, p[order])
    assert swapped == pytest.approx(judged[order])
    sure = joint_probability(a, b, np.full(len(ends), 1.0))
    assert np.isfinite(sure).all()


# --------------------------------------------------------------------------------- measures


def test_measures_against_counting() -> None:
    same = np.array([1, 1, 0, 1, 0, 1, 0, 0, 1], bool)
    score = np.array([0.9, 0.8, 0.8, 0.7, 0.6, 0.5, 0.4, 0.1, -np.inf])
    judge = Judge(Truth(same, np.arange(9)), resamples=50)
    at = judge.at_threshold(score, 0.5)
    assert (at["precision"], at["recall"]) == (4 / 6, 4 / 5)
    assert (at["false"], at["missed"]) == (2, 1)
    # Both pairs of the same score count; the duplicate that is no candidate is never reached.
    assert judge.at_recall(score, 0.4)["precision"] == 2 / 3
    assert judge.at_recall(score, 0.8)["precision"] == 4 / 6
    assert judge.at_recall(score, 0.9) is None
    pairs = [(x, y) for x in score[same] for y in score[~same]]
    auc = np.mean([1.0 if x > y else 0.5 if x == y else 0.0 for x, y in pairs])
    assert judge.quality(score)["auc"] == pytest.approx(auc)


def test_intervals_are_exact_without_a_mistake_and_wider_where_pairs_hang_together() -> None:
    same = np.ones(200, bool)
    low, high = Judge(Truth(same, np.arange(200))).at_threshold(np.ones(200), 0.5)["precision_ci"]
    exact = binomtest(200, 200).proportion_ci(method="exact")
    assert (low, high) == pytest.approx((exact.low, exact.high))
    twice = Judge(Truth(same, np.arange(200), repeats=2)).at_threshold(np.ones(200), 0.5)
    assert twice["precision_ci"][0] == pytest.approx(binomtest(100, 100).proportion_ci().low)
    rng = np.random.default_rng(5)
    same = np.repeat(rng.random(40) < 0.8, 10)
    apart = Judge(Truth(same, np.arange(400))).at_threshold(np.ones(400), 0.5)
    bound = Judge(Truth(same, np.repeat(np.arange(40), 10))).at_threshold(np.ones(400), 0.5)
    width = [row["precision_ci"][1] - row["precision_ci"][0] for row in (apart, bound)]
    binomial = binomtest(int(same.sum()), 400).proportion_ci(method="exact")
    assert width[0] == pytest.approx(binomial.high - binomial.low, rel=0.15)
    assert width[1] > 2.3 * width[0]


def test_the_margin_is_of_the_same_pairs() -> None:
    rng = np.random.default_rng(6)
    same = rng.random(4000) < 0.5
    plain = np.where(same, 1.0, 0.0) + rng.normal(0, 0.8, 4000)
    judge = Judge(Truth(same, np.arange(4000)))
    nothing = judge.recall_margin(plain, plain.copy(), 0.9)
    assert nothing is not None and nothing["margin"] == 0 and nothing["ci"] == [0.0, 0.0]
    better = np.where(same, 1.0, 0.0) + rng.normal(0, 0.5, 4000)
    gained = judge.recall_margin(better, plain, 0.9)
    assert gained is not None and gained["ci"][0] > 0.05
    assert gained["ci"][0] < gained["margin"] < gained["ci"][1]
    expected = judge.at_recall(better, 0.9)["precision"] - judge.at_recall(plain, 0.9)["precision"]
    assert gained["margin"] == pytest.approx(expected)
    # Log loss and recall gained: against the plain figures of either score.
    p, q = (1 / (1 + np.exp(-4 * (evidence - 0.5))) for evidence in (better, plain))
    loss = judge.log_loss_gain(p, q)
    assert loss is not None and loss["ci"][0] > 0
    both = judge.quality(q)["log_loss"] - judge.quality(p)["log_loss"]
    assert loss["margin"] == pytest.approx(both)
    gain = judge.threshold_gain(p, q, 0.5, 0.5)
    measured = [judge.at_threshold(chances, 0.5) for chances in (p, q)]
    for name in ("precision", "recall"):
        assert gain[name]["margin"] == pytest.approx(measured[0][name] - measured[1][name])
        assert gain[name]["ci"][0] < gain[name]["margin"] < gain[name]["ci"][1]


# --------------------------------------------------------------------------------- planting


def test_planting_keeps_to_its_bounds_and_leaves_the_catalogue_alone() -> None:
    rng = np.random.default_rng(1)
    base = table(
        rng.uniform(-180, 180, 300).tolist(),
        rng.uniform(-90, 90, 300).tolist(),
        rng.uniform(5, 80, 300).tolist(),
    )
    base.ids[7] = "planted-7"
    before = base.lon.copy(), base.diameter.copy()
    planted = plant(MOON, base, 200, 4, [Kind(1.0, 0.2, 0.25)])
    both, of = planted.craters, planted.of
    assert len(both) == 500 and len(set(both.ids)) == 500 and len(set(of.tolist())) == 200
    assert (base.lon == before[0]).all() and (base.diameter == before[1]).all()
    far = great_circle_distance(MOON, base.lon[of], base.lat[of], both.lon[300:], both.lat[300:])
    moved, resized = far / base.diameter[of], both.diameter[300:] / base.diameter[of]
    assert 0.15 < moved.max() <= 0.2 + 1e-9
    assert 0.75 <= resized.min() < 0.8 and 1.2 < resized.max() <= 1.25
    assert planted.duplicates == 200
    again = plant(MOON, base, 200, 4, [Kind(1.0, 0.2, 0.25)]).craters
    assert (again.lon == both.lon).all() and (again.diameter == both.diameter).all()
    assert (plant(MOON, base, 200, 5).of != of).any()
    with pytest.raises(QueryError, match="Plant fewer"):
        plant(MOON, base, 301, 0)
    with pytest.raises(QueryError, match="must make 1"):
        plant(MOON, base, 3, 0, [Kind(0.7), Kind(0.7)])
    with pytest.raises(QueryError, match="moved by 3"):
        Kind(1.0, 3.0)


def test_duplicates_that_are_there_already_count_as_such() -> None:
    base = table([0, 0.01, 10, 20], [0, 0, 0, 0], [20, 21, 20, 30], near=["no", "yes", None, ""])
    assert known_by_flag(MOON, base, "near") == [(0, 1)]
    planted = plant(MOON, base, 4, 0, known=[(0, 1)])
    # Four entries of the first crater make six pairs, and two of each of the others.
    assert planted.duplicates == 6 + 2
    with pytest.raises(QueryError, match="no column 'far'"):
        known_by_flag(MOON, base, "far")


def lonely(count: int = 120) -> Craters:
    """Craters far apart, but ten of them entered twice."""
    lon = [3.0 * (k % 40) for k in range(count)]
    lat = [5.0 * (k // 40) for k in range(count)]
    crowd_lon, crowd_lat = destination(
        MOON, np.array(lon[:10]), np.array(lat[:10]), 90.0, 0.05 * 30e3
    )
    return table(
        [*lon, *np.atleast_1d(crowd_lon).tolist()],
        [*lat, *np.atleast_1d(crowd_lat).tolist()],
        [30.0] * count + [29.0] * 10,
    )


def test_pairs_that_nobody_planted_are_false_unless_they_are_known() -> None:
    base = lonely()
    request = ValidationRequest(base, planted=100, kinds=(Kind(1.0, 0.05, 0.05),), seeds=(1, 2))
    report = validate_duplicates(request)
    rows = {row["evidence"]: row for row in report["rows"]}
    assert set(rows) == {"rule", "geometry"} and report["planted"] == 200
    assert rows["geometry"]["recall"] == 1.0 and rows["geometry"]["false_real"] == 10
    assert rows["geometry"]["precision"] == 200 / (200 + rows["geometry"]["false"])
    assert {(pair["a"], pair["b"]) for pair in report["false_pairs"]} == {
        (f"c{k}", f"c{120 + k}") for k in range(10)
    }
    names = tuple((f"c{k}", f"c{120 + k}") for k in range(10))
    known = validate_duplicates(
        ValidationRequest(
            base, planted=100, kinds=(Kind(1.0, 0.05, 0.05),), seeds=(1, 2), known=names
        )
    )
    assert known["known_pairs"] == 10 and known["false_pairs"] == []
    assert {row["evidence"]: row["false"] for row in known["rows"]}["geometry"] == 0
    with pytest.raises(QueryError, match="None of the known pairs"):
        validate_duplicates(ValidationRequest(base, planted=10, known=(("x", "y"),)))


# --------------------------------------------------------------------------------- the command


@pytest.fixture()
def catalogue(tmp_path: Path) -> Path:
    return scene.write_catalogue(tmp_path / "moon_craters.csv")


def test_the_command_writes_table_numbers_and_picture(
    catalogue: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mosaic, output = scene.write_mosaic(tmp_path / "mosaic.tif"), tmp_path / "report"
    text = catalogue.read_text()
    assert main([
        "duplicates", "evaluate", str(catalogue), "--mosaic", str(mosaic), "--planted", "12",
        "--seed", "3", "--threads", "1", "--output", str(output),
    ]) == 0  # fmt: skip
    said = capsys.readouterr().out
    assert "geometry and looks" in said and "Written" in said
    assert catalogue.read_text() == text
    assert sorted(file.name for file in output.iterdir()) == [
        "calibration.png", "duplicates.json", "duplicates.md",
    ]  # fmt: skip
    result = json.loads((output / "duplicates.json").read_text())
    assert [row["evidence"] for row in result["rows"]] == ["rule", "geometry", "looks"]
    assert result["settings"]["seeds"] == [3] and result["duplicates"] == 12
    assert set(result["margins"]) == {
        "geometry_over_rule", "looks_over_rule", "looks_over_geometry",
    }  # fmt: skip
    report = (output / "duplicates.md").read_text()
    for row in result["rows"]:
        assert f"{row['precision']:.4f} [" in report and f"{row['recall']:.4f} [" in report
    assert (output / "calibration.png").read_bytes().startswith(b"\x89PNG")


def test_what_the_search_says_is_what_is_measured(catalogue: Path, tmp_path: Path) -> None:
    """The evaluation judges as ``duplicates find`` does."""
    craters = read_catalogue(catalogue)
    mosaic = scene.write_mosaic(tmp_path / "mosaic.tif")
    encoder = load_encoder(None, threads=1)
    kinds = (Kind(1.0, 0.45, 0.4),)
    request = ValidationRequest(craters, (mosaic,), planted=20, kinds=kinds, seeds=(5,))
    rows = {row["evidence"]: row for row in validate_duplicates(request, encoder)["rows"]}
    planted = plant(MOON, craters, 20, 5, kinds)
    for evidence, mosaics in (("geometry", ()), ("looks", (mosaic,))):
        report = find_duplicates(
            DuplicateParams(
                CatalogueSource(str(catalogue)),
                str(tmp_path / f"{evidence}.gpkg"),
                mosaics=[str(path) for path in mosaics],
            ),
            planted.craters,
            encoder=encoder,
        )
        row = rows[evidence]
        assert report.probable == round(row["recall"] * 20) + row["false"]
        assert 0 < row["missed"] < 20


def test_decisions_of_a_review_are_known_pairs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = scene.craters()
    rows += [(f"again-{name}", lon + 0.03, lat, km) for name, lon, lat, km in rows[:3]]
    catalogue = scene.write_catalogue(tmp_path / "moon_twice.csv", rows)
    review = tmp_path / "review.gpkg"
    params = DuplicateParams(CatalogueSource(str(catalogue)), str(review))
    find_duplicates(params, read_catalogue(catalogue))
    base = [
        "duplicates", "evaluate", str(catalogue), "--geometry-only", "--planted", "10",
        "--output", str(tmp_path / "out"), "--json",
    ]  # fmt: skip
    assert main([*base, "--known", str(review)]) == 1
    assert "no pair decided" in capsys.readouterr().err
    record_decisions(review, {1: "duplicate", 2: "duplicate", 3: "distinct"}, "me")
    assert main([*base, "--known", str(review)]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["known_pairs"] == 2 and len(report["false_pairs"]) == 1


def test_requests_that_make_no_sense_end_in_a_sentence(
    catalogue: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    base = ["duplicates", "evaluate", str(catalogue), "--output", str(tmp_path / "out")]
    for more, code, words in (
        ([], 2, "--geometry-only"),
        (["--geometry-only", "--planted", "500"], 1, "Plant fewer"),
        (["--geometry-only", "--planted", "5", "--move", "-1"], 1, "moved by -1"),
        (["--geometry-only", "--planted", "5", "--threshold", "1.5"], 1, "no probability"),
        (["--geometry-only", "--planted", "5", "--known-column", "flag"], 1, "no column 'flag'"),
        (["--geometry-only", "--region", "100", "0", "120", "5"], 1, "None of the 24 craters"),
        (["--geometry-only", "--seed", "-1"], 2, "seed"),
        (["--geometry-only", "--known", str(tmp_path / "no.csv")], 1, "path of --known"),
        (["--mosaic", str(tmp_path / "none.tif"), "--planted", "5"], 1, "none.tif"),
    ):
        assert main([*base, *more]) == code, more
        assert words in capsys.readouterr().err
    (tmp_path / "file").write_text("mine")
    assert main([*base[:-1], str(tmp_path / "file"), "--geometry-only", "--planted", "5"]) == 2
    assert (tmp_path / "file").read_text() == "mine" and not (tmp_path / "out").exists()


def test_a_cancel_is_heard_while_looking(catalogue: Path, tmp_path: Path) -> None:
    mosaic = scene.write_mosaic(tmp_path / "mosaic.tif")
    request = ValidationRequest(read_catalogue(catalogue), (mosaic,), planted=10)
    with pytest.raises(Cancelled):
        validate_duplicates(request, load_encoder(None, threads=1), StopAt("candidates", 1))


# --------------------------------------------------------------------------------- the Moon


@needs_data
def test_planted_duplicates_of_the_real_catalogue_are_found_by_geometry() -> None:
    """The eastern hemisphere, D >= 15 km, on which nothing was fitted."""
    craters = read_catalogue(Path(DATA) / "moon" / "craters_ge5km.csv", body="moon")
    east = craters.take((craters.lon >= 0) & (craters.diameter >= 15e3))
    request = ValidationRequest(east, known_column="near_duplicate", seeds=(51,))
    report = validate_duplicates(request)
    rows = {row["evidence"]: row for row in report["rows"]}
    assert rows["geometry"]["precision"] >= 0.98 and rows["geometry"]["recall"] >= 0.97
    gained = report["margins"]["geometry_over_rule"]["at_same_recall"]
    assert gained["ci"][0] > 0


@needs_data
def test_planted_duplicates_of_the_real_catalogue_are_found_with_looks() -> None:
    moon = Path(DATA) / "moon"
    craters = read_catalogue(moon / "craters_ge5km.csv", body="moon")
    region = craters.take((craters.lon > 20) & (craters.lon < 45) & (craters.diameter >= 15e3))
    request = ValidationRequest(region, (moon / "lroc_wac_8k.tif",), planted=60, seeds=(77,))
    report = validate_duplicates(request, load_encoder(None, threads=1))
    looks = {row["evidence"]: row for row in report["rows"]}["looks"]
    assert looks["recall"] >= 0.97 and looks["precision"] >= 0.95
    assert sum(report["without_looks"].values()) < 10
