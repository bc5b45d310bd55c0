"""From a training checkpoint to what ships: half-precision safetensors and a model card."""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from craterbench_qgis.engine.encoders.bundled import ARCHITECTURE
from craterbench_qgis.engine.encoders.byte_weights import SCALE, SHAPE, unpack

from .config import read_config


def export_encoder(
    checkpoint: Path,
    config_path: Path,
    output_dir: Path,
    *,
    about: dict[str, Any] | None = None,
    default: bool = True,
    kept: Path | None = None,
) -> Path:
    """Write ``NAME.safetensors`` (averaged weights) and ``NAME.json``; return the card.

    The recipe's ``bytes_each``: 2 for float16, 1 for int8 filters, deflated
    (:mod:`..encoders.byte_weights`). With its ``keep`` above 0 every weight is keep x that of
    ``kept`` (safetensors of what the run began with, or was held to) + (1 - keep) x what it ended
    with: Wortsman et al. 2022, robust fine-tuning.

    ``about`` is merged into the card: description, data, recipe, time, licence, limits, measured
    accuracy.
    """
    from safetensors.torch import load, save

    config = read_config(config_path)
    state = torch.load(checkpoint, map_location="cpu", weights_only=True)
    average = {
        name: value.contiguous()
        for name, value in state["average"].items()
        if not name.endswith("num_batches_tracked")
    }
    if config.keep > 0 and kept is not None:
        start = unpack(load(kept.read_bytes()))
        average = {n: torch.lerp(v.float(), start[n], config.keep) for n, v in average.items()}
    half = {n: v.half() if v.dtype.is_floating_point else v for n, v in average.items()}
    data = save(half if config.bytes_each == 2 else pack(average), metadata={"format": "pt"})
    rows = int(config.network["input_size"]) // 8
    card = {
        "id": config.name,
        "default": default,
        "description": "small convolutional encoder trained on lunar terrain and images",
        "licence": "GPL-2.0-or-later",
        "architecture": {"name": ARCHITECTURE, **config.network},
        "spread": config.spreads[-1],
        "in_chans": 1,
        "input_size": int(config.network["input_size"]),
        "grid": [rows, rows],
        "global_dim": int(config.network["global_dim"]),
        "token_dim": int(config.network["token_dim"]),
        "mean": [0.5],
        "std": [0.25],
        "parameters": sum(v.numel() for v in average.values()),
        "sha256": hashlib.sha256(data).hexdigest(),
        "training_steps": int(state["step"]),
        "training_seconds": round(float(state["seconds"])),
        **(about or {}),
    }
    output_dir.mkdir(parents=True, exist_ok=True)
    weights = output_dir / f"{config.name}.safetensors"
    part = weights.with_suffix(".part")
    part.write_bytes(data)
    part.replace(weights)
    path = output_dir / f"{config.name}.json"
    text = json.dumps(card, indent=2, ensure_ascii=False) + "\n"
    # JSON has no comments, and QGIS's plugin repository takes a digest for a secret.
    digest = f'"sha256": "{card["sha256"]}",'
    text = text.replace(digest, f'{digest} "scan": "# pragma: allowlist secret",')
    part = path.with_suffix(".part")
    part.write_text(text, encoding="utf-8")
    part.replace(path)
    return path


def pack(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Tensors of two and more dimensions become int8, deflated, beside ``NAME.int8_scale``, float32
    [n], and ``NAME.int8_shape``, int64; other floating ones float16; anything else stays."""
    out: dict[str, Tensor] = {}
    for name, value in state.items():
        if not value.dtype.is_floating_point:
            out[name] = value
        elif value.ndim < 2:
            out[name] = value.half().contiguous()
        else:
            flat = value.float().flatten(1)
            scale = flat.abs().amax(dim=1).clamp(min=1e-12) / 127
            steps = torch.round(flat / scale[:, None]).clamp(-127, 127).to(torch.int8)
            data = zlib.compress(steps.numpy().tobytes(), 9)
            out[name] = torch.frombuffer(bytearray(data), dtype=torch.uint8)
            out[name + SCALE], out[name + SHAPE] = scale, torch.tensor(value.shape)
    return out
