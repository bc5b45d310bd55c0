"""The encoder that ships: what it promises, how it fails, and that it tells craters apart."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from pathlib import Path

import numpy as np
import pytest

from craterbench_qgis.engine.bodies import body_by_name
from craterbench_qgis.engine.encoders import available_encoders, bundled, load_encoder
from craterbench_qgis.engine.encoders.base import Encoder, resources_folder
from craterbench_qgis.engine.encoders.registry import default_encoder
from craterbench_qgis.engine.errors import EncoderError

NAME, ANY_BODY = "craterbench-conv-v2", "craterbench-conv-v4"
SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
DATA = Path(os.environ.get("CRATERBENCH_DATA", SHARED)) / "moon"


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return bundled.load_bundled(None, "cpu", 1)


def views(n: int, seed: int = 0) -> np.ndarray:
    """Smooth random relief, stretched to 0..1."""
    from scipy.ndimage import gaussian_filter

    rng = np.random.default_rng(seed)
    out = np.stack([gaussian_filter(rng.normal(size=(96, 96)), 3) for _ in range(n)])
    low, high = out.min(axis=(1, 2), keepdims=True), out.max(axis=(1, 2), keepdims=True)
    return ((out - low) / (high - low)).astype(np.float32)


def test_it_is_the_default_and_all_weights_are_small(encoder: Encoder) -> None:
    assert bundled.bundled_encoders()[0].id == NAME == encoder.id
    assert load_encoder(None, device="cpu", threads=1).id == NAME
    weights = resources_folder() / f"{NAME}.safetensors"
    assert hashlib.sha256(weights.read_bytes()).hexdigest() == encoder.weights_hash
    shipped = resources_folder().parent.rglob("*.safetensors")
    assert sum(path.stat().st_size for path in shipped) <= 12_000_000


def test_the_one_for_any_body_is_another_network_of_the_same_shape(encoder: Encoder) -> None:
    other = load_encoder(ANY_BODY, device="cpu", threads=1)
    a, b = encoder.encode(views(3)), other.encode(views(3))
    assert a.globals.shape == b.globals.shape and a.tokens.shape == b.tokens.shape
    # It was held to the other on the Moon, and did not stay the same.
    near = (a.tokens * b.tokens).sum(axis=2).mean()
    assert 0.3 < near < 0.99 and other.weights_hash != encoder.weights_hash


@pytest.mark.parametrize("name", [NAME, ANY_BODY])
def test_the_card_says_what_it_must(name: str) -> None:
    card = json.loads((resources_folder() / f"{name}.json").read_text(encoding="utf-8"))
    for key in (
        "architecture", "in_chans", "input_size", "grid", "mean", "std", "data", "recipe",
        "training_seconds", "licence", "limits", "accuracy", "sha256",
    ):  # fmt: skip
        assert card[key], key


def test_shapes_units_and_sums(encoder: Encoder) -> None:
    got = encoder.encode(views(5))
    count = encoder.grid[0] * encoder.grid[1]
    assert got.globals.shape == (5, encoder.global_dim)
    assert got.tokens.shape == (5, count, encoder.token_dim)
    assert got.attention.shape == (5, count)
    np.testing.assert_allclose(np.linalg.norm(got.globals, axis=-1), 1, atol=1e-5)
    np.testing.assert_allclose(np.linalg.norm(got.tokens, axis=-1), 1, atol=1e-5)
    np.testing.assert_allclose(got.attention.sum(axis=1), 1, atol=1e-5)
    assert (got.attention >= 0).all()
    assert got.attention.std(axis=1).min() > 0


def test_an_empty_batch_and_another_size(encoder: Encoder) -> None:
    none = encoder.encode(np.zeros((0, 96, 96), np.float32))
    assert none.tokens.shape == (0, encoder.grid[0] * encoder.grid[1], encoder.token_dim)
    larger = np.repeat(np.repeat(views(2), 2, axis=1), 2, axis=2)
    near = (encoder.encode(larger).globals * encoder.encode(views(2)).globals).sum(axis=1)
    assert (near > 0.9).all()


def test_a_view_without_contrast_says_nothing(encoder: Encoder) -> None:
    batch = views(2)
    batch[1] = 0.5
    got = encoder.encode(batch)
    assert np.abs(got.globals[1]).max() == 0 and np.abs(got.tokens[1]).max() == 0
    np.testing.assert_allclose(got.attention[1].sum(), 1, atol=1e-5)
    assert np.linalg.norm(got.globals[0]) == pytest.approx(1, abs=1e-5)


def test_a_view_does_not_depend_on_its_batch(encoder: Encoder) -> None:
    batch = views(70)
    together = encoder.encode(batch)
    alone = encoder.encode(batch[33:34])
    np.testing.assert_allclose(alone.globals[0], together.globals[33], atol=2e-5)
    np.testing.assert_allclose(alone.tokens[0], together.tokens[33], atol=1e-4)


def test_pixels_that_are_no_views_are_refused(encoder: Encoder) -> None:
    bad = views(1)
    bad[0, 3, 3] = np.nan
    with pytest.raises(EncoderError, match="finite"):
        encoder.encode(bad)
    with pytest.raises(EncoderError, match="shape"):
        encoder.encode(views(1)[0])


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    for suffix in (".json", ".safetensors"):
        shutil.copy(resources_folder() / f"{NAME}{suffix}", tmp_path / f"{NAME}{suffix}")
    return tmp_path / f"{NAME}.json"


def edit(card: Path, **changes: object) -> None:
    content = json.loads(card.read_text(encoding="utf-8"))
    card.write_text(json.dumps({**content, **changes}), encoding="utf-8")


def test_damaged_files_are_named(copy: Path) -> None:
    weights = copy.with_suffix(".safetensors")
    whole = weights.read_bytes()
    for data in (whole[:-1], whole[:1000], b"", bytes([whole[0] ^ 1]) + whole[1:]):
        weights.write_bytes(data)
        with pytest.raises(EncoderError, match=f"{NAME}.*SHA-256"):
            bundled.load_card(copy)
    weights.unlink()
    with pytest.raises(EncoderError, match="missing"):
        bundled.load_card(copy)
    copy.write_text("{", encoding="utf-8")
    with pytest.raises(EncoderError, match="damaged"):
        bundled.load_card(copy)


def test_a_card_for_other_weights_is_refused(copy: Path) -> None:
    card = json.loads(copy.read_text(encoding="utf-8"))
    edit(copy, architecture={**card["architecture"], "token_dim": 64})
    with pytest.raises(EncoderError, match="do not fit"):
        bundled.load_card(copy)
    edit(copy, architecture={"name": "something-else"})
    with pytest.raises(EncoderError, match="something-else"):
        bundled.load_card(copy)
    edit(copy, architecture={"name": bundled.ARCHITECTURE})
    with pytest.raises(EncoderError, match="incomplete"):
        bundled.load_card(copy)


def test_a_wrong_name_or_device(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("nothing", "../craterbench-conv-v2"):
        with pytest.raises(EncoderError, match="no bundled encoder"):
            bundled.load_bundled(name)
    for device in ("cuda:99", "toaster"):
        with pytest.raises(EncoderError, match="device"):
            bundled.load_bundled(None, device)
    monkeypatch.setattr(bundled, "resources_folder", lambda: tmp_path / "nowhere")
    assert bundled.bundled_encoders() == []
    with pytest.raises(EncoderError, match="No bundled encoder"):
        bundled.load_bundled()


@pytest.mark.skipif(not DATA.is_dir(), reason="the lunar data of ../shared/data is not here")
def test_it_knows_craters_under_another_sun(encoder: Encoder, tmp_path: Path) -> None:
    """A small part of the development set (not of the validation)."""
    from training import validate

    craters = validate.read_craters(DATA)
    rows = validate.within(craters, (-128.0, 5.0, -122.0, 20.0), 8e3, 80e3)
    assert len(rows) > 30
    rng = np.random.default_rng(0)
    box = (-131.0, 2.0, -119.0, 23.0)
    east = validate.hillshade(DATA / validate.FINE, box, 90.0, 20.0, tmp_path / "east.tif")
    south = validate.hillshade(DATA / validate.FINE, box, 135.0, 30.0, tmp_path / "south.tif")
    known = validate.cut(east, craters, rows, (2.0, 3.0), 96, 0.0, rng)
    asked = validate.cut(south, craters, rows, None, 96, 0.1, rng)
    result = validate.table(
        validate.embed(encoder, known), known.row, validate.embed(encoder, asked), asked.row,
        ("global", "aggregated:attention:16"),
    )  # fmt: skip
    assert result["aggregated:attention:16"]["hit@1"] >= 0.95
    assert result["global"]["hit@10"] >= 0.95


def test_another_body_has_another_default() -> None:
    """The Moon's is unchanged; whoever names one gets it."""
    moon, mars = body_by_name("moon"), body_by_name("mars")
    assert default_encoder() == default_encoder(moon) == NAME
    assert default_encoder(mars) == default_encoder(body_by_name("ceres")) == ANY_BODY
    assert load_encoder(None, body=mars, threads=1).id == ANY_BODY
    assert load_encoder(NAME, body=mars, threads=1).id == NAME
    (elsewhere,) = [info for info in available_encoders() if info.elsewhere]
    assert elsewhere.id == ANY_BODY and not elsewhere.default
