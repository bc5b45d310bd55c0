"""Which turn or mirror image of a query its analogs are most like."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from craterbench_qgis.engine.encoders import load_encoder, mirror
from craterbench_qgis.engine.encoders.base import Encoder
from craterbench_qgis.engine.encoders.mirror import mirror_of, mirrored
from craterbench_qgis.engine.errors import EncoderError
from craterbench_qgis.engine.index import open_index
from craterbench_qgis.engine.search.best_turns import best_turns, turned_pictures
from craterbench_qgis.engine.search.turns import Turn, turned, turns

from .scene import COUNT, build_scene, query_view

BUNDLED = load_encoder(None, device="cpu", threads=1)
HOG = load_encoder("hog")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("turns")
    build_scene(folder, BUNDLED)
    return folder


def test_turned_pictures_are_the_turns_that_are_told(folder: Path) -> None:
    asked = query_view(folder, 5, BUNDLED, 2.5, wide=True)
    pictures = turned_pictures(asked)
    every = np.concatenate([pictures, pictures[-np.arange(8) % 8, :, ::-1]])
    told = turns(8, mirrored=True)
    wanted = np.stack([turned(asked, turn) for turn in told])
    alike = np.abs(every[:, None] - wanted[None]).mean(axis=(2, 3))
    assert (alike.argmin(axis=1) == np.arange(len(told))).all()
    assert np.diag(alike).max() < 0.03


def test_the_map_of_mirror_images_comes_near_what_the_encoder_says(folder: Path) -> None:
    views = np.stack([query_view(folder, n, BUNDLED, 2.5).view.pixels for n in range(8)])
    seen, images = BUNDLED.encode(views), BUNDLED.encode(views[:, :, ::-1])
    known = mirror_of(BUNDLED)
    assert known is not None
    tokens, attention = known.tokens(seen.tokens, seen.attention)
    unmapped = mirrored(seen.tokens, BUNDLED.grid)
    near, before = ((t * images.tokens).sum(axis=2).mean() for t in (tokens, unmapped))
    assert near > 0.9 and before < 0.7
    np.testing.assert_allclose(np.linalg.norm(tokens, axis=2), 1.0, atol=1e-4)
    assert (mirrored(attention, BUNDLED.grid) == seen.attention).all()


@pytest.mark.parametrize("encoder", [BUNDLED, HOG], ids=["mapped", "encoded"])
@pytest.mark.parametrize("how", [Turn(135.0, False), Turn(90.0, True), Turn(45.0, True)])
def test_the_turn_of_a_crater_turned_on_purpose_is_told(
    folder: Path, tmp_path: Path, encoder: Encoder, how: Turn
) -> None:
    if encoder is HOG:
        build_scene(tmp_path, HOG)
        folder = tmp_path
    assert (mirror_of(encoder) is None) == (encoder is HOG)
    index = open_index(folder / "scene.craterindex")
    back = Turn(how.degrees if how.mirrored else 360.0 - how.degrees, how.mirrored)
    right = []
    for number in range(0, COUNT, 4):
        asked = query_view(folder, number, encoder, 2.5, wide=True)
        bare = replace(asked, view=replace(asked.view, pixels=turned(asked, how)), wide=None)
        row = index.craters.rows_of([f"T-{number:03d}"])[f"T-{number:03d}"][0]
        views = np.flatnonzero(index.view_crater_rows == row)
        right += [turn == back for turn in best_turns(index, encoder, bare, views)]
    assert np.mean(right) > 0.8
    assert best_turns(index, encoder, bare, np.empty(0, np.int64)) == []


def test_a_map_is_used_for_the_encoder_it_was_fitted_to_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Other:
        id, token_dim, grid = BUNDLED.id, BUNDLED.token_dim, BUNDLED.grid
        weights_hash = "0" * 64

    assert mirror_of(Other()) is None  # type: ignore[arg-type]
    monkeypatch.setattr(mirror, "mirrors_folder", lambda: tmp_path)
    assert mirror_of(BUNDLED) is None
    (tmp_path / f"{BUNDLED.id}.safetensors").write_bytes(b"damaged")
    with pytest.raises(EncoderError, match="Install the plugin again"):
        mirror_of(BUNDLED)
