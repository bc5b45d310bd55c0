"""A vision transformer learns from pairs, goes on where it stopped, and loads as an encoder."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from craterbench_qgis.engine.encoders.checkpoint import load_checkpoint, read_checkpoint
from craterbench_qgis.engine.errors import Cancelled, CraterBenchError
from training import run as running
from training.config import read_config
from training.vit import VitRun, beginning, export_vit

from .test_training_losses import make_pack
from .test_training_run import TINY, StopAt, weights

VIT = {
    **TINY, "steps": 4, "network": {"timm": "test_vit", "input_size": 96}, "learning_rate": 1e-3,
    "weights": {"saliency": 1.0},
}  # fmt: skip


@pytest.fixture
def recipe(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A recipe of timm's smallest network whose pack (12 places) is made in memory."""
    monkeypatch.setattr(running, "read_pack", lambda path: make_pack(12))
    path = tmp_path / "config.json"
    path.write_text(json.dumps(VIT), encoding="utf-8")
    return path


def test_a_stopped_run_goes_on_and_is_exported_as_it_was_trained(
    recipe: Path, tmp_path: Path
) -> None:
    whole = weights(running.train(recipe, tmp_path / "whole", device="cpu"))
    with pytest.raises(Cancelled):
        running.train(recipe, tmp_path / "parts", monitor=StopAt(3), device="cpu")
    checkpoint = running.train(recipe, tmp_path / "parts", device="cpu")
    for name, value in weights(checkpoint).items():
        torch.testing.assert_close(whole[name], value, rtol=1e-4, atol=1e-5)
    first = beginning(VIT["network"], None).model.state_dict()  # type: ignore[arg-type]
    assert not all(torch.equal(first[name], value) for name, value in whole.items())

    card = export_vit(checkpoint, recipe, tmp_path / "out")
    encoder = load_checkpoint(card, device="cpu", threads=1)
    assert encoder.id == "checkpoint:tiny"
    assert encoder.input_size == 96
    trained = beginning(VIT["network"], None)  # type: ignore[arg-type]
    trained.model.load_state_dict(whole)
    views = np.random.default_rng(0).uniform(0, 1, (2, 96, 96)).astype(np.float32)
    wanted = VitRun(read_config(recipe), make_pack(12), torch.device("cpu"))
    wanted.learner.net.load_state_dict(whole)
    got = encoder.encode(views)
    with torch.no_grad():
        described, own = wanted.describe(torch.from_numpy(views)[:, None], None)  # type: ignore[arg-type]
    assert own == {}
    np.testing.assert_allclose(got.globals, described.globals.numpy(), atol=5e-3)
    np.testing.assert_allclose(got.tokens, described.tokens.numpy(), atol=2e-2)
    np.testing.assert_array_equal(
        np.argsort(got.attention)[:, -4:], np.argsort(described.attention.numpy())[:, -4:]
    )


def test_only_the_last_blocks_learn_where_the_recipe_says_so(recipe: Path, tmp_path: Path) -> None:
    """Begun with an exported checkpoint: what is frozen stays as it was there, the rest moves."""
    card = export_vit(running.train(recipe, tmp_path / "a", device="cpu"), recipe, tmp_path)
    part = {**VIT, "network": {**VIT["network"], "train_blocks": 1}}  # type: ignore[dict-item]
    recipe.write_text(json.dumps(part), encoding="utf-8")
    begun = read_checkpoint(card).model.state_dict()
    after = weights(running.train(recipe, tmp_path / "b", device="cpu", start_from=card))
    last = max(int(name.split(".")[1]) for name in after if name.startswith("blocks."))
    for name, value in after.items():
        learns = name.startswith((f"blocks.{last}.", "norm."))
        assert torch.equal(begun[name], value) != learns, name


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"timm": "vit_of_nobody"}, "vit_of_nobody"),
        ({"train_blocks": 70}, "train_blocks"),
        ({"input_size": 97}, "divisible by patch size"),
    ],
)
def test_a_network_that_cannot_be_is_named(
    recipe: Path, tmp_path: Path, change: dict[str, object], message: str
) -> None:
    wrong = {**VIT, "network": {**VIT["network"], **change}}  # type: ignore[dict-item]
    recipe.write_text(json.dumps(wrong), encoding="utf-8")
    with pytest.raises(CraterBenchError, match=message):
        running.train(recipe, tmp_path / "run", device="cpu")


def test_weights_of_another_network_are_refused(recipe: Path, tmp_path: Path) -> None:
    card = export_vit(running.train(recipe, tmp_path / "a", device="cpu"), recipe, tmp_path)
    other = {**VIT, "network": {"timm": "vit_tiny_patch16_224", "input_size": 96}}
    recipe.write_text(json.dumps(other), encoding="utf-8")
    with pytest.raises(CraterBenchError, match="test_vit"):
        running.train(recipe, tmp_path / "b", device="cpu", start_from=card)
    with pytest.raises(CraterBenchError, match=r"nowhere\.pth"):
        running.train(recipe, tmp_path / "b", device="cpu", start_from=tmp_path / "nowhere.pth")
