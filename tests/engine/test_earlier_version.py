"""An index and a review of version 0.1 open, search, are reviewed, exported and brought up to date.

``tests/data/v0.1/make.py`` says how they were made.
"""

from __future__ import annotations

import csv
import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyogrio
import pyproj
import pytest
import shapely

from craterbench_qgis.contract.build import CatalogueSource, IndexInfo
from craterbench_qgis.contract.duplicates import DuplicateParams, ReviewReportParams
from craterbench_qgis.contract.vocabulary import Verdict
from craterbench_qgis.engine.bodies import Body, great_circle_distance
from craterbench_qgis.engine.catalogue import read_catalogue
from craterbench_qgis.engine.duplicates import (
    apply_decisions,
    find_duplicates,
    read_catalogues,
    record_decisions,
    write_review_report,
)
from craterbench_qgis.engine.duplicates.store import read_decisions
from craterbench_qgis.engine.encoders import load_encoder
from craterbench_qgis.engine.formats import write_matches
from craterbench_qgis.engine.index import CraterIndex, IndexWriter, open_index, verify
from craterbench_qgis.engine.indexing import add_to_index
from craterbench_qgis.engine.mosaic import Mosaic
from craterbench_qgis.engine.search import Searcher, SearchOptions, query_from_crater

from .scene import craters, write_catalogue, write_mosaic
from .server_client import Client

DATA = Path(__file__).resolve().parents[1] / "data" / "v0.1"
MARS = Body("Mars", 3396190.0, 3376200.0)
CRS = pyproj.CRS.from_proj4("+proj=longlat +a=3396190 +b=3376200 +no_defs").to_wkt()


@pytest.fixture
def index(tmp_path: Path) -> Path:
    return Path(shutil.copytree(DATA / "mars.craterindex", tmp_path / "mars.craterindex"))


@pytest.fixture
def review(tmp_path: Path) -> Path:
    return Path(shutil.copy(DATA / "review.gpkg", tmp_path / "review.gpkg"))


@pytest.fixture(scope="module")
def mosaic(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mosaic]:
    path = write_mosaic(tmp_path_factory.mktemp("mars") / "mosaic.tif", crs=CRS)
    with Mosaic.open(path) as opened:
        yield opened


def misplaced(index: CraterIndex) -> float:
    """How far the GeoPackage's points lie from their craters, at most, in metres: as a map shows
    them, whose latitudes are those of the layer's reference system."""
    info, _, geometry, columns = pyogrio.raw.read(index.path / "catalogue.gpkg")
    rows = dict(zip(info["fields"], columns, strict=True))
    points = shapely.get_coordinates(shapely.from_wkb(geometry))
    cartesian = pyproj.Transformer.from_crs(
        pyproj.CRS.from_wkt(info["crs"]),
        pyproj.CRS.from_proj4("+proj=geocent +a=3396190 +b=3376200"),
        always_xy=True,
    )
    x, y, z = cartesian.transform(points[:, 0], points[:, 1], np.zeros(len(points)))
    lon, lat = np.degrees(np.arctan2(y, x)), np.degrees(np.arctan2(z, np.hypot(x, y)))
    return float(great_circle_distance(MARS, lon, lat, rows["lon"], rows["lat"]).max())


def test_it_is_searched_and_exported(index: Path, mosaic: Mosaic, tmp_path: Path) -> None:
    encoder = load_encoder("hog")
    name, lon, lat, diameter = craters()[7]
    with open_index(index, check="full") as opened:
        assert opened.settings.body == MARS
        query = query_from_crater(mosaic, lon, lat, diameter * 1000, 2.0, encoder.input_size)
        result = Searcher(opened, encoder).search(query, SearchOptions())
    assert len(result.matches) == 12
    best = result.matches[0]
    assert (best.crater_id, best.context, best.observation) == (name, 2.0, 0)
    assert best.score > 0.98 and best.attributes["freshness"] == 3
    write_matches(tmp_path / "m.csv", result.matches, body=MARS, provenance=result.provenance)
    with (tmp_path / "m.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert (rows[0]["crater_id"], rows[0]["view"], len(rows)) == (name, "2x", 12)


def test_the_points_of_its_layer_are_noted_and_mended(index: Path) -> None:
    with open_index(index) as opened:
        assert misplaced(opened) > 3_000
    report = verify(index)
    assert report.ok and "points lie up to 20 km off" in " ".join(report.notes)
    with Client() as client:
        info = IndexInfo.from_json(client.call("index.describe", {"path": str(index)}))
        assert info.catalogue_displaced and info.body == MARS
        verify(index, repair=True)
        info = IndexInfo.from_json(client.call("index.describe", {"path": str(index)}))
    assert not info.catalogue_displaced
    with open_index(index, check="full") as opened:
        assert misplaced(opened) < 10
    assert not verify(index).notes


def test_it_grows_and_its_layer_is_written_anew(index: Path, mosaic: Mosaic) -> None:
    table = write_catalogue(index.with_name("more.csv"), craters()[12:18])
    add_to_index(
        index,
        load_encoder("hog"),
        mosaics=[Path(mosaic.path)],
        craters=read_catalogue(table, body=MARS),
    )
    with open_index(index, check="full") as opened:
        assert opened.n_craters == 18
        assert misplaced(opened) < 10
    assert verify(index).ok


def test_a_removal_mends_the_layer_too(index: Path) -> None:
    with IndexWriter.open(index) as writer:
        writer.remove(["T-003"])
    with open_index(index, check="full") as opened:
        assert misplaced(opened) < 10
        assert opened.where("crater_id = 'T-003'").tolist() == []


def test_a_review_is_decided_reported_and_applied(review: Path, tmp_path: Path) -> None:
    decided = sorted(row.verdict for row in read_decisions(review).values())
    assert decided == [Verdict.DISTINCT, Verdict.DUPLICATE]
    assert record_decisions(review, {3: Verdict.DUPLICATE}, "Ben") == 1
    page = tmp_path / "review.html"
    report = write_review_report(ReviewReportParams(str(review), str(page)))
    assert report.counts == {Verdict.DUPLICATE: 2, Verdict.DISTINCT: 1}
    assert "= duplicate" in page.read_text(encoding="utf-8")
    done = apply_decisions(review, tmp_path / "clean.csv")
    assert (done.entries, done.kept, done.merged) == (15, 13, 2)


def test_its_decisions_survive_a_new_search(review: Path, tmp_path: Path) -> None:
    rows = craters()[:12]
    rows += [(f"B-{name}", lon + 0.02, lat, d * 1.05) for name, lon, lat, d in rows[:3]]
    source = CatalogueSource(str(write_catalogue(tmp_path / "twice.csv", rows)), body="mars")
    params = DuplicateParams(source, str(review))
    before = read_decisions(review)
    assert find_duplicates(params, *read_catalogues(params)).decisions_kept == 2
    assert read_decisions(review) == before
