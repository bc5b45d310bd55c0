"""A training run learns, resumes exactly, stops when asked, and exports what the engine loads."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from craterbench_qgis.engine.encoders import bundled
from craterbench_qgis.engine.encoders.network import network_from_config
from craterbench_qgis.engine.errors import Cancelled, CraterBenchError, EncoderError
from craterbench_qgis.engine.monitor import Monitor
from training import pack as packing
from training import run as running
from training.crater import CraterRun, begin_with
from training.export import export_encoder

from .test_training_losses import make_pack

TINY = {
    "name": "tiny", "seed": 3, "pack": "tiny.pack", "radius_m": 1737400.0, "steps": 6, "batch": 6,
    "network": {"input_size": 96, "stem": 4, "widths": [8, 8, 8], "blocks": [1, 1, 1],
                "token_dim": 12, "global_dim": 8, "global_cells": 4, "context_dim": 4},
    "rolls": 5, "places": 6, "tokens_k": [4], "hard_from": 2, "warmup": 2, "dense_every": 2,
    "checkpoint_every": 2,
}  # fmt: skip


@pytest.fixture
def recipe(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A recipe of a toy network whose pack (12 places) is made in memory."""
    monkeypatch.setattr(running, "read_pack", lambda path: make_pack(12))
    path = tmp_path / "config.json"
    path.write_text(json.dumps(TINY), encoding="utf-8")
    return path


class StopAt(Monitor):
    def __init__(self, step: int) -> None:
        self.step, self.at = step, 0

    def report(self, stage: str, done: int, total: int) -> None:
        self.at = done

    def cancelled(self) -> bool:
        return self.at >= self.step


def weights(checkpoint: Path) -> dict[str, torch.Tensor]:
    state: dict[str, torch.Tensor] = torch.load(checkpoint, weights_only=True)["average"]
    return state


def test_a_stopped_run_goes_on_as_if_nothing_happened(recipe: Path, tmp_path: Path) -> None:
    whole = weights(running.train(recipe, tmp_path / "whole", device="cpu"))
    with pytest.raises(Cancelled):
        running.train(recipe, tmp_path / "parts", monitor=StopAt(3), device="cpu")
    parts = weights(running.train(recipe, tmp_path / "parts", device="cpu"))
    for name, value in whole.items():
        torch.testing.assert_close(parts[name], value, rtol=1e-4, atol=1e-5)
    log = (tmp_path / "parts" / "log.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["step"] for line in log] == [1, 2, 3, 4, 5, 6]
    assert all(np.isfinite(json.loads(line)["late"]) for line in log)


def test_the_losses_fall(recipe: Path, tmp_path: Path) -> None:
    longer = {**TINY, "steps": 60, "hard_from": 1000, "learning_rate": 0.01}
    recipe.write_text(json.dumps(longer), encoding="utf-8")
    running.train(recipe, tmp_path / "run", device="cpu")
    log = [json.loads(x) for x in (tmp_path / "run" / "log.jsonl").read_text().splitlines()]
    for name in ("global", "relief", "places"):
        first = np.mean([line[name] for line in log[:10]])
        last = np.mean([line[name] for line in log[-10:]])
        assert last < first, name


def test_what_is_exported_is_what_was_trained(
    recipe: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    checkpoint = running.train(recipe, tmp_path / "run", device="cpu")
    card = export_encoder(checkpoint, recipe, tmp_path / "out")
    encoder = bundled.load_card(card, "cpu", 1)
    net = network_from_config(TINY["network"])  # type: ignore[arg-type]
    net.load_state_dict(weights(checkpoint))
    views = np.random.default_rng(0).uniform(0, 1, (3, 96, 96)).astype(np.float32)
    with torch.no_grad():
        wanted = net.eval()(torch.from_numpy(views)[:, None])
    got = encoder.encode(views)
    np.testing.assert_allclose(got.globals, wanted.globals.numpy(), atol=5e-3)
    np.testing.assert_allclose(got.tokens, wanted.tokens.numpy(), atol=2e-2)
    monkeypatch.setattr(bundled, "resources_folder", lambda: tmp_path / "out")
    assert [info.id for info in bundled.bundled_encoders()] == ["tiny"]
    assert bundled.load_bundled(None, "cpu", 1).id == "tiny"


def test_an_export_at_one_byte_a_weight_is_nearly_the_same(recipe: Path, tmp_path: Path) -> None:
    """It loads, it starts another run, and lost scales and cut bytes are refused in words."""
    import hashlib

    from safetensors.torch import load, save

    checkpoint = running.train(recipe, tmp_path / "run", device="cpu")
    whole = export_encoder(checkpoint, recipe, tmp_path / "two")
    recipe.write_text(json.dumps({**TINY, "bytes_each": 1}), encoding="utf-8")
    small = export_encoder(checkpoint, recipe, tmp_path / "one")
    views = np.random.default_rng(0).uniform(0, 1, (3, 96, 96)).astype(np.float32)
    a, b = (bundled.load_card(card, "cpu", 1).encode(views) for card in (whole, small))
    assert ((a.globals * b.globals).sum(axis=1) > 0.999).all()
    assert ((a.tokens * b.tokens).sum(axis=2) > 0.99).all()
    weights = small.with_suffix(".safetensors")
    net = network_from_config(TINY["network"])  # type: ignore[arg-type]
    begin_with(net, weights)
    state = load(weights.read_bytes())
    name = next(name for name in state if name + ".int8_shape" in state)
    assert state[name].dtype == torch.uint8
    without = {n: value for n, value in state.items() if n != f"{name}.int8_scale"}
    shape = state[f"{name}.int8_shape"]
    card = json.loads(small.read_text(encoding="utf-8"))
    for damaged in (
        without,
        {**state, name: state[name][:-4]},
        {**state, name: 255 - state[name]},
        {**state, f"{name}.int8_shape": shape * torch.tensor([2] + [1] * (len(shape) - 1))},
        {**state, f"{name}.int8_shape": torch.tensor([1])},
    ):
        data = save(damaged)
        weights.write_bytes(data)
        small.write_text(json.dumps({**card, "sha256": hashlib.sha256(data).hexdigest()}))
        with pytest.raises(EncoderError, match="do not fit"):
            bundled.load_card(small)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"learning": 1}, "learning"),
        ({"batch": 3}, "Batches must be larger"),
        ({"steps": None}, "steps"),
    ],
)
def test_a_wrong_recipe_is_named(
    recipe: Path, tmp_path: Path, change: dict[str, object], message: str
) -> None:
    wrong = {**TINY, **change}
    if change.get("steps", 1) is None:
        del wrong["steps"]
    recipe.write_text(json.dumps(wrong), encoding="utf-8")
    with pytest.raises(CraterBenchError, match=message):
        running.train(recipe, tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_a_recipe_that_is_no_json_or_not_there(tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text("{", encoding="utf-8")
    for name in ("x.json", "missing.json"):
        with pytest.raises(CraterBenchError, match="cannot be read"):
            running.train(tmp_path / name, tmp_path / "run")


def test_the_pack_really_feeds_a_run(tmp_path: Path) -> None:
    """Not the in-memory pack of the other tests: written, read, trained on for one step."""
    pack = make_pack(12)
    entries = []
    for i in range(12):
        row = np.array([pack.lon[i], pack.lat[i], pack.diameter[i]])
        entries.append(
            (row, packing.deflate(pack.heights[i]), packing.deflate(pack.grey[i]), 48, 48)
        )
    packing._write(tmp_path / "tiny.pack", entries)
    (tmp_path / "config.json").write_text(json.dumps({**TINY, "steps": 1}), encoding="utf-8")
    checkpoint = running.train(tmp_path / "config.json", tmp_path / "run", device="cpu")
    assert checkpoint.is_file()


def test_an_export_keeps_a_share_of_what_the_run_began_with(recipe: Path, tmp_path: Path) -> None:
    from safetensors.torch import load

    first = running.train(recipe, tmp_path / "first", device="cpu")
    begun = export_encoder(first, recipe, tmp_path / "begun").with_suffix(".safetensors")
    recipe.write_text(json.dumps({**TINY, "seed": 5, "keep": 0.25}), encoding="utf-8")
    last = running.train(recipe, tmp_path / "last", device="cpu")
    mixed = load(export_encoder(last, recipe, tmp_path / "out", kept=begun)
                 .with_suffix(".safetensors").read_bytes())  # fmt: skip
    for name in mixed:
        value = weights(last)[name]
        wanted = 0.25 * load(begun.read_bytes())[name].float() + 0.75 * value
        torch.testing.assert_close(mixed[name].float(), wanted, rtol=2e-3, atol=2e-3)


def test_a_truncated_export_is_refused(recipe: Path, tmp_path: Path) -> None:
    checkpoint = running.train(recipe, tmp_path / "run", device="cpu")
    card = export_encoder(checkpoint, recipe, tmp_path / "out")
    data = card.with_suffix(".safetensors").read_bytes()
    card.with_suffix(".safetensors").write_bytes(data[:-10])
    with pytest.raises(EncoderError, match="SHA-256"):
        bundled.load_card(card)


def test_a_run_begins_with_an_earlier_encoder(recipe: Path, tmp_path: Path) -> None:
    """Blocks that are added change nothing at first; another network's weights are refused."""
    first = running.train(recipe, tmp_path / "first", device="cpu")
    card = export_encoder(first, recipe, tmp_path)
    deeper = {**TINY["network"], "blocks": [1, 2, 2]}  # type: ignore[dict-item]
    start = {**TINY, "network": deeper, "start_from": card.with_suffix(".safetensors").name}
    recipe.write_text(json.dumps(start), encoding="utf-8")
    config = running.read_config(recipe)
    begun = CraterRun(
        config, make_pack(12), torch.device("cpu"), recipe.parent / str(config.start_from)
    )
    torch.manual_seed(0)
    views = torch.rand(2, 1, 96, 96)
    old = network_from_config(TINY["network"])  # type: ignore[arg-type]
    old.load_state_dict({k: v.half().float() for k, v in weights(first).items()}, strict=False)
    with torch.no_grad():
        before, after = old.eval()(views), begun.average(views)
    torch.testing.assert_close(after.tokens, before.tokens, rtol=1e-3, atol=1e-3)
    wider = {**TINY["network"], "widths": [8, 8, 12]}  # type: ignore[dict-item]
    recipe.write_text(json.dumps({**start, "network": wider}), encoding="utf-8")
    with pytest.raises(CraterBenchError, match="start from"):
        running.train(recipe, tmp_path / "wider", device="cpu")


@pytest.mark.parametrize("spread", ["peaks", "cells", "lattice"])
def test_seeds_spread_over_the_view(spread: str) -> None:
    from craterbench_qgis.engine.encoders.network import attention_from_saliency

    torch.manual_seed(1)
    saliency = 0.5 * torch.randn(5, 144)
    attention = attention_from_saliency(saliency, 12, spread)
    torch.testing.assert_close(attention.sum(dim=1), torch.ones(5))
    seeds = attention.topk(16, dim=1).indices
    cells = (seeds // 12) // 3 * 4 + (seeds % 12) // 3
    if spread != "peaks":
        assert all(len(set(row.tolist())) == 16 for row in cells)
    if spread == "cells":
        best = saliency.reshape(5, 4, 3, 4, 3).amax(dim=(2, 4)).flatten(1).sort(dim=1).values
        chosen = saliency.gather(1, seeds).sort(dim=1).values
        torch.testing.assert_close(chosen, best)
    with pytest.raises(ValueError, match="spread"):
        attention_from_saliency(saliency, 12, "nothing")
