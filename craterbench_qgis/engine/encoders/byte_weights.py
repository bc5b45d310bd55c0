"""Weights of the project's networks at one byte each: int8 with one scale per output row.

Half of float16, so that two encoders fit where one did. Vectors (biases, norms) stay in float16.
On Mars, photograph against shade, it cost nothing beyond chance (docs/validation/encoder-v3.md).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor

SCALE = ".int8_scale"
"""What the name of a tensor's scales ends with."""


def unpack(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Float32 tensors of what ``training.export.pack`` made, and of any other weights. KeyError
    when the scales of an int8 tensor are missing."""
    import torch

    out: dict[str, Tensor] = {}
    for name, value in state.items():
        if name.endswith(SCALE):
            continue
        number = value.float()
        if value.dtype == torch.int8:
            number = number * state[name + SCALE].float().view(-1, *[1] * (value.ndim - 1))
        out[name] = number
    return out
