"""From a checkpoint of the descriptor of kind to what ships: half-precision weights and a card."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import torch

from .run import read_recipe


def export_kind(
    checkpoint: Path, config_path: Path, output_dir: Path, about: dict[str, Any] | None = None
) -> Path:
    """Write ``NAME.safetensors`` (float16, averaged weights) and ``NAME.json``; return the card.

    ``about`` is merged into the card: description, data, licence, limits, measured accuracy.
    """
    from safetensors.torch import save

    config = read_recipe(config_path)
    state = torch.load(checkpoint, map_location="cpu", weights_only=True)
    half = {
        name: (value.half() if value.dtype.is_floating_point else value).contiguous()
        for name, value in state["average"].items()
        if not name.endswith("num_batches_tracked")
    }
    data = save(half, metadata={"format": "pt"})
    card = {
        "id": config["name"],
        "what": "kind",
        "description": "descriptor of kind, trained on lunar terrain and images",
        "licence": "GPL-2.0-or-later",
        "architecture": {
            "name": "craterbench-kind",
            **config["network"],
            "hidden": len(half["first.bias"]),
        },
        "input_size": int(config["network"]["input_size"]),
        "scaling": [[round(float(x), 6) for x in row] for row in state["scaling"]],
        "parameters": sum(v.numel() for v in half.values()),
        "sha256": hashlib.sha256(data).hexdigest(),
        "training_steps": int(state["step"]),
        "training_seconds": round(float(state["seconds"])),
        **(about or {}),
    }
    output_dir.mkdir(parents=True, exist_ok=True)
    for name, content in (
        (f"{config['name']}.safetensors", data),
        (f"{config['name']}.json", card_text(card)),
    ):
        part = output_dir / (name + ".part")
        part.write_bytes(content)
        part.replace(output_dir / name)
    return output_dir / f"{config['name']}.json"


def card_text(card: dict[str, Any]) -> bytes:
    """A card as it is written."""
    # JSON has no comments, and QGIS's plugin repository takes a digest for a secret.
    scans = {"sha256": "scan", "reading": "scan_reading"}
    bare = {name: value for name, value in card.items() if name not in scans.values()}
    text = json.dumps(bare, indent=2, ensure_ascii=False) + "\n"
    for name, key in scans.items():
        digest = f'"{name}": "{card.get(name)}"'
        text = text.replace(digest, f'{digest}, "{key}": "# pragma: allowlist secret"')
    return text.encode()
