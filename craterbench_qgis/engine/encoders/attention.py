"""The attention of the CLS token in a vision transformer's last block.

timm computes attention with a fused kernel that never forms the weights. Only the last block is
switched to timm's own unfused path, whose softmax passes through ``attn_drop``; a hook there reads
it. So query and key norms, relative position biases and rotary position embeddings are those of
the model itself, and nothing is recomputed.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..errors import EncoderError

if TYPE_CHECKING:
    import torch
    from torch import nn

SALIENCY_TEMPERATURE = 0.1
_HOOKS = threading.Lock()
"""torch numbers its hooks without one."""


@dataclass
class AttentionTap:
    """What the hook saw: ``weights [B, L]``, heads averaged, from the CLS token to all tokens."""

    weights: torch.Tensor | None = None


def last_attention(model: nn.Module, name: str) -> Any:
    """The attention module of the last block, with its fused kernel switched off.

    Raises ``EncoderError`` for blocks that are built in another way.
    """
    blocks = getattr(model, "blocks", None)
    last = blocks[-1] if blocks is not None and len(blocks) else None
    layers = [
        module
        for module in (last.modules() if last is not None else ())
        if hasattr(module, "fused_attn") and hasattr(module, "attn_drop")
    ]
    if len(layers) != 1:
        raise EncoderError(
            f"The attention of the last block of {name} cannot be read: its blocks are not those "
            "of a plain vision transformer. Use a vit_*, deit_*, beit*, eva* or dinov3 model."
        )
    layers[0].fused_attn = False
    return layers[0]


@contextmanager
def tapped(attention: Any) -> Iterator[AttentionTap]:
    """Record the CLS row of ``attention`` during one forward pass of this thread."""
    tap, thread = AttentionTap(), threading.get_ident()

    def record(_module: Any, _inputs: Any, output: torch.Tensor) -> None:
        if (
            output.ndim == 4 and threading.get_ident() == thread
        ):  # [B, heads, L, L] after the softmax; dropout is off
            tap.weights = output[:, :, 0].float().mean(dim=1)

    with _HOOKS:
        handle = attention.attn_drop.register_forward_hook(record)
    try:
        yield tap
    finally:
        with _HOOKS:
            handle.remove()


def saliency_without_cls(tokens: torch.Tensor) -> torch.Tensor:
    """Saliency ``[B, N]`` of patch tokens ``[B, N, D]`` of a model without a CLS token.

    Softmax over the patches of the cosine between each token and the mean of all, at temperature
    0.1: the tokens that make up most of the pooled descriptor weigh most.
    """
    import torch

    directions = torch.nn.functional.normalize(tokens.float(), dim=-1)
    centre = torch.nn.functional.normalize(directions.mean(dim=1, keepdim=True), dim=-1)
    cosine = (directions * centre).sum(dim=-1)
    return torch.softmax(cosine / SALIENCY_TEMPERATURE, dim=-1)
