"""Candidates, evidence, clusters, offsets: the parts of duplicate finding that need no mosaic."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from craterbench_qgis.contract.build import CatalogueSource
from craterbench_qgis.contract.duplicates import DuplicateParams
from craterbench_qgis.contract.vocabulary import Keeper, Verdict
from craterbench_qgis.engine.bodies import body_by_name, destination, great_circle_distance
from craterbench_qgis.engine.catalogue import ColumnChoice, Craters, read_catalogue
from craterbench_qgis.engine.duplicates import find_duplicates
from craterbench_qgis.engine.duplicates.candidates import CandidateRule, candidate_pairs
from craterbench_qgis.engine.duplicates.clusters import Edge, Member, join, keeper
from craterbench_qgis.engine.duplicates.evidence import overlap
from craterbench_qgis.engine.duplicates.model import load_model
from craterbench_qgis.engine.duplicates.offsets import image_shift, moved, robust_offset
from craterbench_qgis.engine.duplicates.rim import RimReading, pooled
from craterbench_qgis.engine.encoders import load_encoder
from craterbench_qgis.engine.errors import Cancelled, QueryError
from training.duplicates import fit_logistic, fit_reading, reading_json

from .conftest import DATA, needs_data
from .stopping import StopAt

MOON = body_by_name("moon")


def table(lon: list[float], lat: list[float], diameter: list[float]) -> Craters:
    n = len(lon)
    return Craters(
        ids=[f"c{i}" for i in range(n)],
        lon=np.array(lon, float),
        lat=np.array(lat, float),
        diameter=np.array(diameter, float),
        attributes=pa.table({"id": [f"c{i}" for i in range(n)]}),
        body=MOON,
        path="made.csv",
        columns=ColumnChoice("id", "lon", "lat", "diameter", "m"),
        rejected=[],
        source_rows=np.arange(1, n + 1),
    )


def crowd(count: int, seed: int) -> Craters:
    """Many craters of all sizes in three crowds: at a pole, on the antimeridian, on the equator."""
    rng = np.random.default_rng(seed)
    centres = np.array([[10.0, 89.5], [179.9, 20.0], [-40.0, -3.0]])
    at = centres[rng.integers(0, 3, count)]
    far = 20e3 * np.sqrt(rng.random(count))
    lon, lat = destination(MOON, at[:, 0], at[:, 1], rng.uniform(0, 360, count), far)
    size = 2e3 * rng.uniform(0.001, 1, count) ** -0.5
    return table(lon.tolist(), lat.tolist(), size.tolist())


def brute(first: Craters, second: Craters, rule: CandidateRule, within: bool) -> set:
    pairs = set()
    for a in range(len(first)):
        distance = great_circle_distance(MOON, first.lon[a], first.lat[a], second.lon, second.lat)
        large = np.maximum(first.diameter[a], second.diameter)
        small = np.minimum(first.diameter[a], second.diameter)
        fits = (distance <= rule.max_distance * large) & (large <= rule.max_ratio * small)
        pairs |= {(a, int(b)) for b in np.flatnonzero(fits) if not within or a < b}
    return pairs


@pytest.mark.parametrize("ratio", [1.3, 2.0, 5.0])
def test_candidates_are_those_of_comparing_all_with_all(ratio: float) -> None:
    rule = CandidateRule(0.5, ratio)
    first, second = crowd(400, 1), crowd(300, 2)
    pairs = candidate_pairs(MOON, first, None, rule)
    wanted = brute(first, first, rule, True)
    assert len(wanted) > 50
    assert list(zip(pairs.a.tolist(), pairs.b.tolist(), strict=True)) == sorted(wanted)
    between = candidate_pairs(MOON, first, second, rule)
    assert set(zip(between.a.tolist(), between.b.tolist(), strict=True)) == brute(
        first, second, rule, False
    )
    assert (pairs.distance_ratio <= 0.5).all() and (pairs.diameter_ratio >= 1 / ratio).all()


def test_pairs_meet_across_the_antimeridian_and_at_the_pole() -> None:
    craters = table([179.99, -179.99, 0.0, 180.0], [5.0, 5.0, 89.99, 89.99], [20e3] * 4)
    pairs = candidate_pairs(MOON, craters)
    assert list(zip(pairs.a.tolist(), pairs.b.tolist(), strict=True)) == [(0, 1), (2, 3)]


def test_entries_heaped_on_one_spot_are_refused_before_memory_fills() -> None:
    heap = table([1.0] * 3000, [2.0] * 3000, [9e3] * 3000)
    with pytest.raises(QueryError, match="narrower rule"):
        candidate_pairs(MOON, heap, max_pairs=100_000)


def test_a_cancel_is_heard() -> None:
    with pytest.raises(Cancelled):
        candidate_pairs(MOON, crowd(50, 3), monitor=StopAt())


def test_rules_that_make_no_sense_are_refused() -> None:
    with pytest.raises(QueryError):
        CandidateRule(0.0, 2.0)
    with pytest.raises(QueryError):
        CandidateRule(0.5, 1.0)


def test_overlap_against_a_count_of_grid_points() -> None:
    axis = np.linspace(-1, 1.5, 1501)
    x, y = np.meshgrid(axis, axis)
    for d, ratio in ((0.0, 1.0), (0.2, 0.9), (0.4, 0.5), (0.1, 0.5), (0.9, 0.6)):
        a, b = np.hypot(x, y) <= 0.5, np.hypot(x - d, y) <= 0.5 * ratio
        wanted = (a & b).sum() / (a | b).sum()
        assert overlap(np.array([d]), np.array([ratio]))[0] == pytest.approx(wanted, abs=4e-3)


def test_three_mappers_one_crater_and_a_chain_that_is_not() -> None:
    three = [Edge(0, 1, 0.9), Edge(1, 2, 0.8), Edge(0, 2, 0.6)]
    assert join(three, 0.5) == [[0, 1, 2]]
    chain = [Edge(0, 1, 0.9), Edge(1, 2, 0.8)]  # 0 and 2 are not even candidates
    assert join(chain, 0.5) == [[0, 1]]
    assert join([Edge(0, 1, 0.9, Verdict.DUPLICATE), Edge(1, 2, 0.8, Verdict.DUPLICATE)], None) == [
        [0, 1, 2]
    ]


def test_a_decision_outweighs_the_probability() -> None:
    edges = [Edge(0, 1, 0.99, Verdict.DISTINCT), Edge(1, 2, 0.9), Edge(0, 2, 0.8)]
    assert join(edges, 0.5) == [[1, 2]]
    assert join([Edge(0, 1, 0.99, Verdict.UNSURE)], 0.5) == []
    assert join([Edge(0, 1, 0.01, Verdict.DUPLICATE)], 0.5) == [[0, 1]]
    assert join([Edge(0, 1, 0.99)], None) == []


def test_the_keeper_by_source_completeness_and_median() -> None:
    members = [
        Member(0, 10.0, 0.0, 20e3, filled=3, rank=1),
        Member(1, 10.01, 0.0, 21e3, filled=5, rank=1),
        Member(2, 10.3, 0.0, 30e3, filled=5, rank=0),
    ]
    assert keeper(members)[0] == 2
    assert keeper([m for m in members if m.node < 2])[0] == 1
    assert keeper(members, Keeper.COMPLETE)[0] == 1
    node, why = keeper(members, Keeper.MEDIAN)
    assert node == 1 and "median" in why


def test_the_keeper_at_the_antimeridian_is_the_middle_one() -> None:
    members = [Member(k, lon, 0.0, 20e3, 1) for k, lon in enumerate((179.9, -179.98, -179.9))]
    assert keeper(members, Keeper.MEDIAN)[0] == 1


def test_a_shifted_image_tells_its_shift_under_another_brightness() -> None:
    rng = np.random.default_rng(5)
    from scipy.ndimage import gaussian_filter, shift

    ground = gaussian_filter(rng.normal(size=(160, 160)), 3.0)
    moved_east = shift(ground, (-4.0, 7.5), order=3, mode="nearest")  # 4 north, 7.5 east
    first = ground[32:128, 32:128].astype(np.float32)
    second = (1.0 - 0.4 * moved_east[32:128, 32:128]).astype(np.float32)
    east, north, score = image_shift(first, second)
    assert (east, north) == (pytest.approx(7.5, abs=0.3), pytest.approx(4.0, abs=0.3))
    assert score > 0.8
    assert image_shift(np.zeros((96, 96), np.float32), second) == (0.0, 0.0, 0.0)


def test_the_robust_offset_ignores_a_third_of_nonsense() -> None:
    rng = np.random.default_rng(6)
    good = np.array([900.0, -400.0]) + rng.normal(0, 50, (60, 2))
    offset = robust_offset(np.concatenate([good, rng.uniform(-9e3, 9e3, (25, 2)), [[np.nan] * 2]]))
    assert offset is not None and offset.count == 85
    assert (offset.east_m, offset.north_m) == (
        pytest.approx(900, abs=120),
        pytest.approx(-400, abs=120),
    )
    assert robust_offset(np.full((3, 2), np.nan)) is None


def test_a_displaced_catalogue_comes_back() -> None:
    craters = crowd(50, 7)
    there = moved(MOON, craters, 800.0, -300.0)
    distance = great_circle_distance(MOON, craters.lon, craters.lat, there.lon, there.lat)
    assert distance == pytest.approx(np.hypot(800, 300), rel=1e-6)


def test_the_rim_reading_finds_what_the_tokens_say_on_any_grid() -> None:
    rng = np.random.default_rng(8)
    tokens = rng.normal(size=(600, 144, 8)).astype(np.float32)
    basis = np.linalg.qr(rng.normal(size=(8, 8)))[0].astype(np.float32)
    targets = tokens.reshape(600, 12, 12, 8)[:, :2, :2, :4].mean((1, 2)) + 3.0
    targets[:50, 3] = np.nan
    reading = fit_reading(basis, pooled(tokens, (12, 12), basis), targets, ridge=1e-3)
    again = RimReading.from_json(reading_json(reading))
    assert again.read(tokens, (12, 12))[60:] == pytest.approx(targets[60:], abs=0.02)
    even = np.ones((2, 7 * 5, 8), np.float32)
    assert pooled(even, (7, 5), np.eye(8, dtype=np.float32)) == pytest.approx(1.0, rel=1e-5)


def test_the_logistic_fit_recovers_known_odds() -> None:
    rng = np.random.default_rng(9)
    x = rng.normal(size=(20_000, 2)) * [1.0, 5.0]
    odds = 2.0 * x[:, 0] - 0.3 * x[:, 1] + 0.5
    y = rng.random(20_000) < 1 / (1 + np.exp(-odds))
    model = fit_logistic(("u", "v"), x, y, np.ones(len(y)))
    against = np.log(1 / model.probability(np.array([[1.0, 0.0], [0.0, 1.0], [0.0, 0.0]])) - 1)
    assert -against == pytest.approx([2.5, 0.2, 0.5], abs=0.12)


def test_the_model_that_ships_grows_surer_the_nearer_two_circles_are() -> None:
    model = load_model()
    near = table([0.0, 0.02], [0.0, 0.0], [20e3, 20.5e3])
    apart = table([0.0, 0.29], [0.0, 0.0], [20e3, 13e3])
    high = model.probability(candidate_pairs(MOON, near))[0]
    low = model.probability(candidate_pairs(MOON, apart))[0]
    assert high > 0.95 and low < 0.2
    assert model.fitted["pairs"] > 1000 and len(model.weights_hash) == 64


@needs_data
def test_the_twelve_flagged_pairs_of_the_real_catalogue_are_found() -> None:
    craters = read_catalogue(Path(DATA) / "moon" / "craters_ge5km.csv", body="moon")
    pairs = candidate_pairs(MOON, craters)
    likely = load_model().probability(pairs) >= 0.5
    flags = np.flatnonzero(np.array(craters.attributes["near_duplicate"].to_pylist()) == 1)
    assert len(flags) == 12
    sized = likely & (pairs.diameter_ratio > 0.85) & (pairs.distance_ratio < 0.1)
    partner = {int(f): int((sized & ((pairs.a == f) | (pairs.b == f))).sum()) for f in flags}
    assert partner == dict.fromkeys(flags.tolist(), 1)


def test_the_model_is_calibrated_for_the_encoder_that_ships() -> None:
    """Where this fails: benchmarks/validate_duplicates.py --fit."""
    assert load_model().knows(load_encoder(None, threads=1).weights_hash)


@needs_data
def test_planted_duplicates_on_the_real_moon_are_found_with_looks(tmp_path: Path) -> None:
    moon = Path(DATA) / "moon"
    craters = read_catalogue(moon / "craters_ge5km.csv", body="moon")
    rng = np.random.default_rng(77)
    region = (craters.lon > 20) & (craters.lon < 45) & (craters.diameter >= 15e3)
    base = craters.take(region)
    of = rng.choice(len(base), 60, replace=False)
    far = rng.uniform(0, 0.2, 60) * base.diameter[of]
    lon, lat = destination(MOON, base.lon[of], base.lat[of], rng.uniform(0, 360, 60), far)
    both = base.take(np.concatenate([np.arange(len(base)), of]))
    both.lon[len(base) :], both.lat[len(base) :] = lon, lat
    both.diameter[len(base) :] *= rng.uniform(0.8, 1.2, 60)
    both.ids[len(base) :] = [f"p{i}" for i in of]
    report = find_duplicates(
        DuplicateParams(
            CatalogueSource("both.csv"),
            str(tmp_path / "r.gpkg"),
            mosaics=[str(moon / "lroc_wac_8k.tif")],
        ),
        both,
        encoder=load_encoder(None, threads=1),
    )
    assert report.looks > 50
    with closing(sqlite3.connect(tmp_path / "r.gpkg")) as connection:
        said = connection.execute("SELECT a_row, b_row FROM pairs WHERE probability >= 0.5")
        said = {(a, b) for a, b in said}
    true = {(int(a), len(base) + k) for k, a in enumerate(of)}
    assert len(said & true) / len(true) >= 0.97
    assert len(said & true) / len(said) >= 0.95
