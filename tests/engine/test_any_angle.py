"""The same crater from pictures of unknown orientation: scale, and pictures laid on one another."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from scipy.ndimage import affine_transform, gaussian_filter

from craterbench_qgis.engine.encoders import load_encoder
from craterbench_qgis.engine.index import open_index
from craterbench_qgis.engine.mosaic import stretch
from craterbench_qgis.engine.search import QueryView, Searcher, SearchOptions
from craterbench_qgis.engine.search.any_angle import zoom_to
from craterbench_qgis.engine.search.overlay import context_of, correlations
from craterbench_qgis.engine.search.turns import Turn, turned

from .scene import COUNT, build_scene, noisy_views, query_view

ENCODER = load_encoder("hog")


def jpeg(pixels: np.ndarray) -> bytes:
    file = io.BytesIO()
    Image.fromarray((pixels * 255).astype(np.uint8)).save(file, "JPEG", quality=85)
    return file.getvalue()


def ground(seed: int, side: int = 128) -> np.ndarray:
    """Soft patches in 0..1."""
    values = gaussian_filter(np.random.default_rng(seed).normal(size=(side, side)), 5)
    return np.clip((values - values.min()) / np.ptp(values), 0, 1).astype(np.float32)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("angle")
    build_scene(folder, ENCODER, contexts=[2.0])
    return folder


@pytest.fixture(scope="module")
def searcher(folder: Path) -> Searcher:
    return Searcher(open_index(folder / "scene.craterindex"), ENCODER)


def bare(view: QueryView, degrees: float) -> QueryView:
    """Its picture turned, and nothing known of where it is."""
    pixels = turned(view, Turn(degrees, False))
    return replace(view, view=replace(view.view, pixels=pixels), wide=None, lon=None, lat=None)


def test_a_picture_turned_moved_and_of_another_width_lies_best_on_its_own_ground(
    folder: Path,
) -> None:
    view = query_view(folder, 3, ENCODER, context=2.5, wide=True)
    pictures = [query_view(folder, n, ENCODER, context=2.0).view.pixels for n in range(COUNT)]
    asked = bare(view, 33.0)
    alike = correlations(
        np.roll(asked.view.pixels, 2, 0),
        [Turn(322.5, False)] * COUNT,
        [jpeg(picture) for picture in pictures],
        [2.5 / 2.0] * COUNT,
    )
    assert alike.argmax() == 3 and alike[3] > 0.9 and np.sort(alike)[-2] < 0.7
    assert alike.dtype == np.float32 and (alike >= 0).all() and (alike <= 1).all()


def test_a_mirror_image_lies_on_its_mirror_image_alone() -> None:
    picture = ground(1)
    thumbnail = [jpeg(picture[:, ::-1])]
    assert correlations(picture, [Turn(0.0, True)], thumbnail, [1.0])[0] > 0.95
    assert correlations(picture, [Turn(0.0, False)], thumbnail, [1.0])[0] < 0.7


@pytest.mark.parametrize("grey", [0.0, 0.5])
def test_a_picture_of_one_grey_is_like_nothing(grey: float) -> None:
    blank = np.full((96, 96), grey, np.float32)
    turns = [Turn(0.0, False)] * 2
    assert (correlations(blank, turns, [jpeg(ground(2)), jpeg(blank)], [1.0, 1.0]) == 0).all()
    assert correlations(ground(2), turns[:1], [jpeg(blank)], [1.0])[0] == 0


def test_a_wider_view_is_cut_to_the_width_of_the_indexs_nearest_views(folder: Path) -> None:
    assert zoom_to(3.0, (2.5,)) == pytest.approx(1.2)
    assert zoom_to(2.4, (2.0, 3.0)) == pytest.approx(1.2)
    assert zoom_to(2.6, (2.0, 3.0)) == 1.0  # narrower than 3: nothing is made up
    assert zoom_to(2.0, (2.5,)) == zoom_to(None, (2.5,)) == 1.0
    view = query_view(folder, 2, ENCODER, context=3.0)
    assert context_of(view) == pytest.approx(3.0, rel=1e-3)
    assumed = replace(view, source={**view.source, "diameter_assumed": True})
    assert context_of(assumed) is None
    assert context_of(replace(view, diameter_m=None)) is None
    cut = turned(replace(view, wide=None), Turn(0.0, False), zoom=1.5)
    narrow = query_view(folder, 2, ENCODER, context=2.0).view.pixels
    np.testing.assert_allclose(cut, narrow, atol=0.15)
    assert np.abs(cut - narrow).mean() < 0.02


@pytest.mark.parametrize("wide", [False, True])
@pytest.mark.parametrize(
    ("turn", "zoom"),
    [
        (Turn(22.5, False), 1.0),
        (Turn(90.0, True), 1.0),
        (Turn(311.0, True), 1.3),
        (Turn(180.0, False), 1.0),
        (Turn(45.0, False), 0.6),
    ],
)
def test_turning_is_bilinear_and_reflects_at_the_edge(
    folder: Path, turn: Turn, zoom: float, wide: bool
) -> None:
    view = query_view(folder, 4, ENCODER, wide=wide)
    picture = view.view.pixels if view.wide is None else view.wide
    angle, size = np.radians(turn.degrees), len(view.view.pixels)
    back = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]) / zoom
    if turn.mirrored:
        back[1] *= -1
    offset = (len(picture) - 1) / 2 - back @ np.full(2, (size - 1) / 2)
    pixels = affine_transform(
        picture, back, offset, output_shape=(size, size), order=1, mode="reflect"
    )
    wanted = stretch(pixels, np.ones(pixels.shape, bool))
    for _ in range(2):  # also from what was kept
        np.testing.assert_allclose(turned(view, turn, zoom), wanted, atol=1e-5)


def test_a_wide_noisy_picture_of_another_light_is_found_at_any_angle(
    folder: Path, searcher: Searcher, tmp_path: Path
) -> None:
    """North up, by late interaction alone, fewer are found than here at random angles."""
    rng = np.random.default_rng(5)
    right = {"turned": 0, "tokens alone": 0}
    for name, view in noisy_views(tmp_path, ENCODER, rng):
        asked = bare(view, float(rng.uniform(0, 360)))
        best = searcher.search(asked, SearchOptions(top=1, any_angle=True)).matches[0]
        right["turned"] += best.crater_id == name
        best = searcher.search(view, SearchOptions(top=1, overlay=False)).matches[0]
        right["tokens alone"] += best.crater_id == name
    assert right["turned"] > right["tokens alone"]


def test_without_thumbnails_late_interaction_decides_alone(
    folder: Path, searcher: Searcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = bare(query_view(folder, 5, ENCODER, context=2.0, wide=True), 90.0)
    options = SearchOptions(top=COUNT, any_angle=True)
    with_pictures = searcher.search(asked, options).matches
    monkeypatch.setattr(searcher.index, "thumbnail", lambda view: b"")
    without = searcher.search(asked, options).matches
    assert without[0].crater_id == with_pictures[0].crater_id == "T-005"
    assert [m.score for m in without] != [m.score for m in with_pictures]
    assert all(-1 <= m.score <= 1 for m in [*without, *with_pictures])
