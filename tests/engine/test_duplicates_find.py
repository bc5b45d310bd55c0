"""Duplicate finding end to end: review file, decisions, cleaned catalogue, pictures, commands."""

from __future__ import annotations

import csv
import json
import sqlite3
import threading
import time
from pathlib import Path

import numpy as np
import pyogrio
import pytest

from craterbench_qgis.contract.build import CatalogueSource, Columns
from craterbench_qgis.contract.duplicates import DuplicateParams, DuplicateReport
from craterbench_qgis.contract.records import RecordError
from craterbench_qgis.engine.catalogue import read_catalogue
from craterbench_qgis.engine.cli.main import main
from craterbench_qgis.engine.duplicates import (
    apply_decisions,
    find_duplicates,
    pair_pictures,
    read_catalogues,
    record_decisions,
)
from craterbench_qgis.engine.duplicates.store import read_provenance
from craterbench_qgis.engine.encoders import load_encoder
from craterbench_qgis.engine.errors import BodyError, Cancelled, ExportError, QueryError
from craterbench_qgis.engine.monitor import Monitor
from craterbench_qgis.engine.mosaic import Mosaic

from . import scene

COPIES = 4


def with_copies() -> list[tuple[str, float, float, float]]:
    """The scene's craters, the first four entered again nearby with a slightly other size."""
    rows = scene.craters()
    again = [
        (f"again-{name}", lon + 0.03, lat - 0.02, size * 1.06)
        for name, lon, lat, size in rows[:COPIES]
    ]
    return rows + again


@pytest.fixture()
def catalogue(tmp_path: Path) -> Path:
    return scene.write_catalogue(tmp_path / "moon_craters.csv", with_copies())


def find(catalogue: Path, **changes: object) -> DuplicateReport:
    encoder, monitor = changes.pop("encoder", None), changes.pop("monitor", None)
    body = changes.pop("body", None)
    for name in ("output", "other_mosaic"):
        if name in changes:
            changes[name] = str(changes[name])
    changes["mosaics"] = [str(path) for path in changes.get("mosaics", ())]  # type: ignore[attr-defined]
    changes.setdefault("output", str(catalogue.with_name("review.gpkg")))
    params = DuplicateParams(CatalogueSource(str(catalogue), body=body), **changes)  # type: ignore[arg-type]
    return find_duplicates(params, *read_catalogues(params), encoder, monitor)  # type: ignore[arg-type]


def rows(path: Path, query: str) -> list[tuple]:
    connection = sqlite3.connect(path)
    try:
        return connection.execute(query).fetchall()
    finally:
        connection.close()


def test_a_review_by_geometry_holds_pairs_clusters_and_entries(catalogue: Path) -> None:
    report = find(catalogue)
    review = catalogue.with_name("review.gpkg")
    assert (report.entries, report.probable, report.clusters, report.looks) == (28, 4, 4, 0)
    pairs = rows(review, "SELECT a_id, b_id, probability, similarity, decision FROM pairs")
    likely = [row for row in pairs if row[2] >= 0.5]
    assert {(a, b) for a, b, *_ in likely} == {
        (f"T-{k:03d}", f"again-T-{k:03d}") for k in range(COPIES)
    }
    assert all(similarity is None and word == "" for *_, similarity, word in pairs)
    east, north = rows(review, "SELECT offset_east_m, offset_north_m FROM pairs")[0]
    assert east == pytest.approx(0.03 * scene.DEGREE_M, rel=0.03)
    assert north == pytest.approx(-0.02 * scene.DEGREE_M, rel=0.01)
    text = rows(review, "SELECT a_attributes, b_attributes FROM pairs WHERE a_id = 'T-001'")[0]
    assert json.loads(text[0])["freshness"] == 1 and json.loads(text[1])["freshness"] == 1
    about = pyogrio.read_info(review, layer="pairs")
    assert about["geometry_type"] == "LineString" and about["features"] == report.pairs
    assert "Moon" in about["crs"] and "1737400" in about["crs"]
    assert pyogrio.read_info(review, layer="entries")["features"] == 28
    cluster = rows(review, "SELECT size, keeper_id, members, why FROM clusters")[0]
    assert cluster[0] == 2 and len(json.loads(cluster[2])) == 2 and cluster[1] in cluster[3]
    facts = read_provenance(review)
    assert facts["body"] == "Moon" and json.loads(facts["catalogues"]) == [str(catalogue)]


def test_looks_come_with_the_bundled_encoder_whichever_entry_is_first(
    catalogue: Path, tmp_path: Path
) -> None:
    mosaic = scene.write_mosaic(tmp_path / "mosaic.tif")
    encoder = load_encoder(None, threads=1)
    report = find(catalogue, mosaics=(mosaic,), encoder=encoder)
    assert report.looks == report.pairs and not report.without_looks
    query = "SELECT a_id, b_id, similarity, rim_a, rim_b, probability FROM pairs ORDER BY a_id"
    pairs = rows(catalogue.with_name("review.gpkg"), query)
    assert all(0.2 < row[2] <= 1.0 for row in pairs)
    turned = scene.write_catalogue(tmp_path / "moon_turned.csv", with_copies()[::-1])
    find(turned, mosaics=(mosaic,), encoder=encoder, output=tmp_path / "turned.gpkg")
    back = {(row[1], row[0]): row[2:] for row in rows(tmp_path / "turned.gpkg", query)}
    for a, b, similarity, rim_a, rim_b, probability in pairs:
        swapped = back[a, b]
        assert swapped[0] == pytest.approx(similarity, abs=0.01)
        assert (swapped[2], swapped[1]) == (
            pytest.approx(rim_a, abs=0.02),
            pytest.approx(rim_b, abs=0.02),
        )
        assert swapped[3] == pytest.approx(probability, abs=0.02)


def test_an_encoder_the_model_does_not_know_tells_similarity_only(
    catalogue: Path, tmp_path: Path
) -> None:
    mosaic = scene.write_mosaic(tmp_path / "mosaic.tif")
    find(catalogue, output=tmp_path / "plain.gpkg")
    report = find(catalogue, mosaics=(mosaic,), encoder=load_encoder("hog"))
    assert any("not calibrated" in text for text in report.notes)
    query = "SELECT pair_id, probability FROM pairs"
    review = catalogue.with_name("review.gpkg")
    assert rows(review, query) == rows(tmp_path / "plain.gpkg", query)
    assert rows(review, "SELECT count(*) FROM pairs WHERE similarity IS NULL") == [(0,)]
    assert rows(review, "SELECT count(*) FROM pairs WHERE rim_a IS NOT NULL") == [(0,)]


def test_craters_the_mosaic_does_not_show_are_judged_by_geometry(tmp_path: Path) -> None:
    mosaic = scene.write_mosaic(tmp_path / "mosaic.tif")
    far = [("x", -100.0, 0.0, 20.0), ("y", -100.01, 0.0, 20.0), ("s", 5.0, 1.0, 2.0)]
    far.append(("t", 5.005, 1.0, 2.0))
    catalogue = scene.write_catalogue(tmp_path / "moon_far.csv", far)
    report = find(catalogue, mosaics=(mosaic,), encoder=load_encoder(None, threads=1))
    assert report.without_looks == {"outside": 1, "too coarse": 1}
    assert report.probable == 2


def test_two_catalogues_are_merged_with_the_better_source_kept(tmp_path: Path) -> None:
    first = scene.write_catalogue(tmp_path / "moon_a.csv")
    second = tmp_path / "moon_b.csv"
    with second.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["name_b", "Long", "Latitude", "Diameter (km)", "depth"])
        for name, lon, lat, size in with_copies()[-COPIES:]:
            writer.writerow([name, lon, lat, size, 1.5])
        writer.writerow(["only-b", 20.0, -3.9, 3.0, 0.2])
    report = find(
        first,
        body="moon",
        other=CatalogueSource(str(second), Columns(id="name_b"), body="moon"),
        priority=["moon_b", "moon_a"],
        output=tmp_path / "review.gpkg",
    )
    assert (report.entries, report.probable, report.clusters) == (29, 4, 4)
    assert report.offset is not None and report.offset.count == 4
    assert report.offset.east_m == pytest.approx(0.03 * scene.DEGREE_M, rel=0.03)
    keepers = rows(tmp_path / "review.gpkg", "SELECT keeper_catalogue, why FROM clusters")
    assert all(which == "other" and "source" in why for which, why in keepers)
    done = apply_decisions(tmp_path / "review.gpkg", tmp_path / "merged.csv", 0.5)
    assert (done.kept, done.merged) == (25, 4)
    merged = read_catalogue(tmp_path / "merged.csv", body="moon")
    table = {row["crater_id"]: row for row in merged.attributes.to_pylist()}
    assert "only-b" in table and table["again-T-000"]["depth"] == 1.5
    assert table["again-T-000"]["catalogue"] == "moon_b" and table["T-010"]["depth"] is None
    inside = json.loads(table["again-T-002"]["merged_attributes"])
    assert inside[0]["_catalogue"] == "moon_a" and inside[0]["freshness"] == 2


def test_an_offset_between_catalogues_is_measured_and_taken_back(tmp_path: Path) -> None:
    first = scene.write_catalogue(tmp_path / "moon_a.csv")
    shifted = [(n, lon + 0.35, lat, d) for n, lon, lat, d in scene.craters()]
    second = scene.write_catalogue(tmp_path / "moon_b.csv", shifted)
    mosaic = scene.write_mosaic(tmp_path / "mosaic.tif")
    source = CatalogueSource(str(second))
    east = 0.35 * scene.DEGREE_M
    corrected = find(first, other=source, other_offset_m=(east, 0.0), mosaics=(mosaic,))
    plain = find(first, other=source)
    assert plain.probable < corrected.probable == scene.COUNT
    assert corrected.offset is not None
    assert corrected.offset.east_m == pytest.approx(east, rel=0.02)


def test_two_misregistered_mosaics_tell_their_offset(catalogue: Path, tmp_path: Path) -> None:
    import rasterio
    from rasterio.transform import Affine

    mosaic = scene.write_mosaic(tmp_path / "mosaic.tif")
    twin = tmp_path / "twin.tif"
    with rasterio.open(mosaic) as source:
        profile, pixels = source.profile, source.read()
        t = source.transform
        profile["transform"] = Affine(t.a, t.b, t.c + 0.1, t.d, t.e, t.f - 0.06)
    with rasterio.open(twin, "w", **profile) as out:
        out.write(pixels)
    report = find(catalogue, mosaics=(mosaic,), other_mosaic=twin)
    assert report.image_offset is not None and report.image_offset.count == COPIES
    assert report.image_offset.east_m == pytest.approx(0.1 * scene.DEGREE_M, abs=400)
    assert report.image_offset.north_m == pytest.approx(-0.06 * scene.DEGREE_M, abs=400)


def test_bodies_that_differ_or_are_unknown_are_refused(catalogue: Path, tmp_path: Path) -> None:
    mars = scene.write_catalogue(tmp_path / "other.csv")
    with pytest.raises(BodyError, match="Mars"):
        find(catalogue, other=CatalogueSource(str(mars), body="mars"))
    silent = scene.write_catalogue(tmp_path / "silent.csv")
    with pytest.raises(BodyError, match="does not say"):
        find(silent)
    assert find(silent, body="moon").entries == scene.COUNT


def test_requests_that_make_no_sense_are_refused(catalogue: Path) -> None:
    for changes in (
        {"threshold": 0.0},
        {"other_offset_m": (1.0, 1.0)},
        {"output": catalogue.with_suffix(".shp")},
        {"source_column": "nowhere"},
    ):
        with pytest.raises(QueryError):
            find(catalogue, **changes)
    with pytest.raises(RecordError, match="threshold"):
        find(catalogue, threshold=1.5)
    with pytest.raises(QueryError, match="not a review"):
        apply_decisions(catalogue, catalogue.with_name("x.csv"))
    find(catalogue)
    with pytest.raises(ExportError):
        apply_decisions(catalogue.with_name("review.gpkg"), catalogue.with_name("x.txt"))


def test_a_cancel_is_heard_within_a_second_and_leaves_the_older_review(
    catalogue: Path, tmp_path: Path
) -> None:
    class Stop(Monitor):
        at = float("inf")

        def cancelled(self) -> bool:
            return time.monotonic() >= self.at

    find(catalogue)
    review = catalogue.with_name("review.gpkg")
    record_decisions(review, {1: "duplicate"}, "rev")
    before = review.read_bytes()
    many = [
        (f"{name}-{k}", lon + 0.001 * k, lat, size)
        for name, lon, lat, size in scene.craters()
        for k in range(20)
    ]
    large = scene.write_catalogue(tmp_path / "moon_many.csv", many)
    stop = Stop()
    mosaic = scene.write_mosaic(tmp_path / "mosaic.tif")
    encoder = load_encoder(None, threads=1)

    def soon() -> None:
        stop.at = time.monotonic()

    timer = threading.Timer(1.0, soon)
    timer.start()
    with pytest.raises(Cancelled):
        find(large, output=review, mosaics=(mosaic,), encoder=encoder, monitor=stop)
    assert time.monotonic() - stop.at < 1.0
    assert review.read_bytes() == before
    assert sorted(p.name for p in review.parent.iterdir() if p.name.startswith(".")) == []


def test_lines_over_the_antimeridian_are_short(tmp_path: Path) -> None:
    catalogue = scene.write_catalogue(
        tmp_path / "moon.csv", [("w", 179.99, 3.0, 20.0), ("e", -179.99, 3.0, 20.0)]
    )
    find(catalogue)
    bounds = pyogrio.read_bounds(catalogue.with_name("review.gpkg"), layer="pairs")[1][:, 0]
    assert bounds[0] == pytest.approx(179.99) and bounds[2] == pytest.approx(180.01)
    assert rows(catalogue.with_name("review.gpkg"), "SELECT b_lon FROM pairs") == [(-179.99,)]


def test_pictures_of_a_pair_share_one_scale(tmp_path: Path) -> None:
    _, lon, lat, size = scene.craters()[0]
    with Mosaic.open(scene.write_mosaic(tmp_path / "mosaic.tif")) as mosaic:
        a, b = (lon, lat, size * 1000), (lon + 0.1, lat + 0.2, size * 800)
        pictures = pair_pictures(mosaic, a, b, 128)
    assert pictures.pixels_a.shape == pictures.pixels_b.shape == (128, 128)
    assert pictures.side_m == pytest.approx(2.5 * size * 1000)
    assert pictures.radius_a_px == pytest.approx(128 / 2.5 / 2)
    assert pictures.radius_b_px == pytest.approx(0.8 * pictures.radius_a_px)
    column, row = pictures.b_in_a_px
    step = scene.DEGREE_M / pictures.metres_per_pixel
    assert column - 64 == pytest.approx(0.1 * np.cos(np.radians(lat)) * step, rel=0.02)
    assert 64 - row == pytest.approx(0.2 * step, rel=0.02)
    # The same ground lies in both crops, displaced by the distance of the centres.
    dx, dy = round(column - 64), round(row - 64)
    piece = pictures.pixels_a[40 + dy : 88 + dy, 40 + dx : 88 + dx]
    same = np.corrcoef(piece.ravel(), pictures.pixels_b[40:88, 40:88].ravel())[0, 1]
    assert same > 0.97


def test_the_commands_find_and_apply(
    catalogue: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    review, output = tmp_path / "r.gpkg", tmp_path / "clean.csv"
    base = ["duplicates", "find", str(catalogue), "--output", str(review)]
    assert main(base) == 2 and "--geometry-only" in capsys.readouterr().err
    assert main([*base, "--geometry-only", "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["probable"] == COPIES and report["output"] == str(review)
    mosaic = scene.write_mosaic(tmp_path / "mosaic.tif")
    assert main([*base, "--mosaic", str(mosaic), "--threads", "1", "--max-looks", "2"]) == 0
    assert "2 of them judged with looks" in capsys.readouterr().out
    apply = ["duplicates", "apply", str(review), "--output", str(output)]
    assert main([*apply, "--threshold", "0.5", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["kept"] == 24
    assert main(apply) == 0 and "28 are left" in capsys.readouterr().out


def test_a_catalogue_without_any_pair_gives_an_empty_review(tmp_path: Path) -> None:
    catalogue = scene.write_catalogue(tmp_path / "moon.csv")
    mosaic = scene.write_mosaic(tmp_path / "mosaic.tif")
    report = find(catalogue, mosaics=(mosaic,), encoder=load_encoder("hog"))
    assert (report.candidates, report.pairs, report.clusters, report.offset) == (0, 0, 0, None)
    review = tmp_path / "review.gpkg"
    assert pyogrio.read_info(review, layer="pairs")["features"] == 0
    assert apply_decisions(review, tmp_path / "clean.gpkg", 0.5).kept == scene.COUNT


def test_a_file_that_is_no_review_is_never_overwritten(catalogue: Path) -> None:
    output = catalogue.with_name("mine.gpkg")
    output.write_text("something else")
    with pytest.raises(QueryError, match="not a review"):
        find(catalogue, output=output)
    assert output.read_text() == "something else"
