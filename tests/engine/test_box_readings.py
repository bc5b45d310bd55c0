"""A box round a crater, tight or loose: the crater is first and its diameter is the crater's."""

from __future__ import annotations

from pathlib import Path

import pytest

from craterbench_qgis.contract.records import RecordError
from craterbench_qgis.contract.search import Query, Source
from craterbench_qgis.contract.vocabulary import BoxReading, DiameterFrom, QueryKind
from craterbench_qgis.engine.encoders import load_encoder
from craterbench_qgis.engine.index import open_index
from craterbench_qgis.engine.mosaic import Mosaic
from craterbench_qgis.engine.search import (
    Searcher,
    SearchOptions,
    box_views,
    cut_query,
    read_box,
)

from .scene import build_scene, craters

ENCODER = load_encoder("hog")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("boxes")
    build_scene(folder, ENCODER)
    return folder


@pytest.mark.parametrize("width", [1.0, 1.5, 2.5, 3.2])
def test_the_crater_is_first_and_its_diameter_is_said(folder: Path, width: float) -> None:
    with open_index(folder / "scene.craterindex") as index:
        searcher, settings = Searcher(index, ENCODER), index.settings
        path = index.manifest.observations[0]["path"]
        with Mosaic.open(path, body=settings.body) as mosaic:
            for name, lon, lat, km in craters()[:4]:
                diameter = 1000 * km
                box = Query(
                    QueryKind.AREA,
                    Source(path),
                    lon,
                    lat,
                    width * diameter,
                    reading=BoxReading.EITHER,
                )
                views = box_views(box, mosaic, settings.input_size, settings.context_factors)
                assert views is not None
                view = read_box(views, searcher, SearchOptions())
                assert searcher.search(view).matches[0].crater_id == name
                assert view.diameter_m == pytest.approx(diameter, rel=0.02)
                assert view.source["diameter_from"] == DiameterFrom.CATALOGUE
                tight = view.source["reading"] == BoxReading.CRATER
                assert tight == (width < 1.5)
                # Asked as it was read, it is the same view.
                again = Query(
                    QueryKind.AREA, Source(path), lon, lat, view.view.side_m, view.diameter_m
                )
                same = cut_query(again, mosaic, settings.input_size, settings.context_factors)
                assert (same.view.pixels == view.view.pixels).all()


def test_a_box_that_is_the_crater_is_cut_around_it(folder: Path) -> None:
    with open_index(folder / "scene.craterindex") as index:
        path = index.manifest.observations[0]["path"]
        _, lon, lat, km = craters()[0]
        diameter = 1000 * km
        box = Query(QueryKind.AREA, Source(path), lon, lat, diameter, reading=BoxReading.CRATER)
        with Mosaic.open(path, body=index.settings.body) as mosaic:
            view = cut_query(box, mosaic, 64, (2.0, 3.0))
        assert view.view.side_m == pytest.approx(2.5 * diameter)
        assert view.diameter_m == pytest.approx(diameter)


def test_an_image_of_a_box_says_how_wide_the_box_is() -> None:
    with pytest.raises(RecordError, match="box_m"):
        Query(QueryKind.IMAGE, image="/p.png", reading=BoxReading.EITHER)
