"""The encoders without weights, the registry, and the helpers all encoders share."""

from __future__ import annotations

import csv
import sys
from pathlib import Path

import numpy as np
import pytest

from craterbench_qgis.contract.engine import EncoderInfo
from craterbench_qgis.engine.encoders import (
    available_encoders,
    load_encoder,
    registry,
)
from craterbench_qgis.engine.encoders.base import (
    Embedding,
    Encoder,
    prepare_pixels,
    unit_rows,
    unit_sum,
)
from craterbench_qgis.engine.encoders.hog import HogEncoder, HogRecipe
from craterbench_qgis.engine.errors import EncoderError

from .conftest import DATA, needs_data

CONTROLS = ("hog", "hog-unsigned", "ncc")


def views(count: int, size: int = 224, seed: int = 0) -> np.ndarray:
    """Smooth random textures in 0..1, different in every view."""
    from scipy.ndimage import gaussian_filter

    noise = np.random.default_rng(seed).normal(size=(count, size, size))
    smooth = gaussian_filter(noise, (0, size / 40, size / 40))
    low, high = smooth.min((1, 2), keepdims=True), smooth.max((1, 2), keepdims=True)
    return ((smooth - low) / (high - low)).astype(np.float32)


def assert_is_valid(encoder: Encoder, embedding: Embedding, count: int) -> None:
    patches = encoder.grid[0] * encoder.grid[1]
    assert embedding.globals.shape == (count, encoder.global_dim)
    assert embedding.tokens.shape == (count, patches, encoder.token_dim)
    assert embedding.attention.shape == (count, patches)
    for array in (embedding.globals, embedding.tokens, embedding.attention):
        assert array.dtype == np.float32
        assert array.flags.c_contiguous
        assert np.isfinite(array).all()
    np.testing.assert_allclose(np.linalg.norm(embedding.globals, axis=-1), 1, atol=1e-5)
    np.testing.assert_allclose(np.linalg.norm(embedding.tokens, axis=-1), 1, atol=1e-5)
    np.testing.assert_allclose(embedding.attention.sum(-1), 1, atol=1e-5)
    assert embedding.attention.min() >= 0


@pytest.mark.parametrize("name", CONTROLS)
@pytest.mark.parametrize("size", [64, 112, 224, 301])
def test_controls_keep_the_contract_at_any_view_size(name: str, size: int) -> None:
    encoder = load_encoder(name)
    assert_is_valid(encoder, encoder.encode(views(3, size)), 3)


@pytest.mark.parametrize("name", CONTROLS)
def test_controls_do_not_depend_on_the_batch_or_on_the_instance(name: str) -> None:
    pixels = views(21)
    before = pixels.copy()
    whole = load_encoder(name).encode(pixels)
    again = load_encoder(name)
    np.testing.assert_array_equal(pixels, before)
    for i in (0, 7, 8, 20):
        single = again.encode(pixels[i : i + 1])
        np.testing.assert_allclose(single.globals[0], whole.globals[i], atol=1e-6)
        np.testing.assert_allclose(single.tokens[0], whole.tokens[i], atol=1e-6)
        np.testing.assert_allclose(single.attention[0], whole.attention[i], atol=1e-7)
    assert again.weights_hash == load_encoder(name).weights_hash


@pytest.mark.parametrize("name", CONTROLS)
def test_no_views_and_views_without_structure(name: str) -> None:
    encoder = load_encoder(name)
    empty = encoder.encode(np.zeros((0, 224, 224), np.float32))
    assert empty.globals.shape == (0, encoder.global_dim)
    assert empty.tokens.shape == (0, encoder.grid[0] * encoder.grid[1], encoder.token_dim)
    flat = encoder.encode(np.full((2, 224, 224), 0.3, np.float32))
    assert not flat.globals.any()
    assert not flat.tokens.any()
    np.testing.assert_allclose(flat.attention.sum(-1), 1, atol=1e-5)


@pytest.mark.parametrize("name", CONTROLS)
def test_contrast_and_brightness_do_not_matter(name: str) -> None:
    pixels = views(2)
    encoder = load_encoder(name)
    bright, dim = encoder.encode(pixels), encoder.encode(0.2 + 0.5 * pixels)
    assert (bright.globals * dim.globals).sum(-1).min() > 0.9999
    assert (bright.tokens * dim.tokens).sum(-1).min() > 0.999


def test_hog_tells_directions_apart_and_sees_light_and_dark_edges() -> None:
    ramp = np.linspace(0, 1, 112, dtype=np.float32)
    east = np.broadcast_to(ramp, (112, 112))
    four = np.stack([east, east[:, ::-1], east.T, east.T[::-1]])
    vectors = HogEncoder().encode(four).globals
    similar = vectors @ vectors.T
    np.testing.assert_allclose(np.diag(similar), 1, atol=1e-5)
    across = similar[:2, 2:]
    assert across.max() < 0.2
    # Turned around, only the polarity half changes sign: (1 - w^2) / (1 + w^2).
    w2 = HogRecipe().polarity_weight ** 2
    assert similar[0, 1] == pytest.approx((1 - w2) / (1 + w2), abs=1e-3)
    assert similar[2, 3] == pytest.approx((1 - w2) / (1 + w2), abs=1e-3)
    signed = HogEncoder(HogRecipe(polarity_weight=1.0)).encode(four[:2]).globals
    assert abs(float(signed[0] @ signed[1])) < 1e-3


def test_hog_puts_a_structure_into_the_patch_where_it_is() -> None:
    pixels = np.full((1, 224, 224), 0.5, np.float32)
    pixels[0, 72:88, 136:152] = 1.0  # patch row 4, column 8
    attention = HogEncoder().encode(pixels).attention[0].reshape(14, 14)
    rows, columns = np.nonzero(attention > 0.2 * attention.max())
    assert rows.min() >= 3 and rows.max() <= 6
    assert columns.min() >= 7 and columns.max() <= 10


def test_another_recipe_has_another_hash() -> None:
    assert HogEncoder().weights_hash != HogEncoder(HogRecipe(sigma=1.0)).weights_hash


def test_ncc_is_the_correlation_coefficient() -> None:
    pixels = views(2, 112)
    tokens = load_encoder("ncc").encode(pixels).tokens
    ours = (tokens[0, 90] * tokens[1, 90]).sum()
    from scipy.ndimage import gaussian_filter

    def patch(view: np.ndarray) -> np.ndarray:
        half = gaussian_filter(view, 1.0, mode="nearest").reshape(56, 2, 56, 2).mean((1, 3))
        row, column = divmod(90, 14)
        return half[4 * row - 2 : 4 * row + 6, 4 * column - 2 : 4 * column + 6].ravel()

    assert ours == pytest.approx(np.corrcoef(patch(pixels[0]), patch(pixels[1]))[0, 1], abs=1e-4)


@pytest.mark.parametrize("name", CONTROLS)
@pytest.mark.parametrize(
    ("pixels", "words"),
    [
        (np.zeros((224, 224)), "shape"),
        (np.zeros((1, 224, 200)), "shape"),
        (np.zeros((1, 0, 0)), "shape"),
        (np.full((1, 224, 224), np.nan), "not finite"),
    ],
)
def test_unfit_pixels_are_refused(name: str, pixels: np.ndarray, words: str) -> None:
    with pytest.raises(EncoderError, match=words):
        load_encoder(name).encode(pixels)


def test_resizing_agrees_with_means_and_stays_in_range() -> None:
    pixels = views(1, 224)
    small = prepare_pixels(pixels, 56)
    means = pixels.reshape(1, 56, 4, 56, 4).mean((2, 4))
    assert np.abs(small - means).max() < 0.05
    step = np.zeros((1, 32, 32), np.float32)
    step[:, 16:] = 1
    assert prepare_pixels(step, 224).min() >= 0
    assert prepare_pixels(step, 224).max() <= 1


def test_unit_rows_and_unit_sum() -> None:
    rows = unit_rows(np.array([[3.0, 4.0], [0.0, 0.0], [1e-20, 0.0]]))
    np.testing.assert_allclose(rows, [[0.6, 0.8], [0, 0], [0, 0]], atol=1e-7)
    shares = unit_sum(np.array([[1.0, 3.0, -5.0, 0.0], [0.0, 0.0, 0.0, 0.0]]))
    np.testing.assert_allclose(shares, [[0.25, 0.75, 0, 0], [0.25] * 4], atol=1e-7)


class Bundled(HogEncoder):
    id = "ours"


def test_the_default_is_the_bundled_encoder_where_there_is_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    info = EncoderInfo("ours", "trained", "GPL", bundled=True)
    monkeypatch.setattr(registry, "bundled_encoders", lambda: [info])
    monkeypatch.setattr(registry, "load_bundled", lambda name, device, threads: Bundled())
    assert [load_encoder(spec).id for spec in (None, "default", "ours")] == ["ours"] * 3
    assert [e.id for e in available_encoders()] == ["ours", *CONTROLS]
    monkeypatch.setattr(registry, "bundled_encoders", list)
    assert [load_encoder(spec).id for spec in (None, "default")] == ["hog", "hog"]
    assert [e.id for e in available_encoders()] == [*CONTROLS]


@pytest.mark.parametrize("spec", ["nonsense", "timm:nonsense", "no/such/place", "timm:"])
def test_an_unknown_name_is_refused_in_words(spec: str) -> None:
    with pytest.raises(EncoderError, match=r"no encoder called|no model called"):
        load_encoder(spec)


@pytest.mark.parametrize("spec", ["gone.safetensors", "gone.pth", "gone.pt", "gone.json"])
def test_a_missing_file_is_named(tmp_path: Path, spec: str) -> None:
    with pytest.raises(EncoderError, match=r"There is no .* at .*gone"):
        load_encoder(str(tmp_path / spec))


def test_the_controls_import_no_torch() -> None:
    import subprocess

    code = (
        "import sys, numpy as np\n"
        f"sys.path.insert(0, {str(Path(__file__).resolve().parents[2])!r})\n"
        "from craterbench_qgis.engine.encoders import load_encoder\n"
        "load_encoder('hog').encode(np.zeros((1, 224, 224), 'f4'))\n"
        "sys.exit('torch' in sys.modules)\n"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@needs_data
def test_hog_finds_lunar_craters_again_at_another_context() -> None:
    """About 100 craters at 2x and 3x; every fourth asked for at 2.5x, 5 % of D off centre."""
    from craterbench_qgis.engine.mosaic import Mosaic

    with (DATA / "moon" / "craters_ge5km.csv").open(newline="") as stream:
        rows = [row for row in csv.DictReader(stream) if 30 <= float(row["diam_km"]) <= 120]
    chosen = [
        (float(row["lon"]), float(row["lat"]), 1000 * float(row["diam_km"])) for row in rows[::16]
    ]
    with Mosaic.open(DATA / "moon" / "lroc_wac_8k.tif") as mosaic:
        gallery = np.stack(
            [mosaic.view(*crater, context, 112).pixels for crater in chosen for context in (2, 3)]
        )
        queries = np.stack(
            [
                mosaic.view(lon, lat + 0.05 * d / 30323, d, 2.5, 112).pixels
                for lon, lat, d in chosen[::4]
            ]
        )
    encoder = HogEncoder()
    similar = encoder.encode(queries).globals @ encoder.encode(gallery).globals.T
    own = np.arange(0, len(chosen), 4)
    assert len(chosen) > 90
    assert (similar.argmax(1) // 2 == own).mean() >= 0.96
