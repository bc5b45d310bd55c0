"""Weights of the project's networks at less than one byte each: int8 with one scale per output
row, deflated, which loses nothing more and saves a tenth.

Less than half of float16, so that two encoders fit where one did. Vectors (biases, norms) stay in
float16. On Mars, photograph against shade, it cost nothing beyond chance
(docs/validation/encoder-v3.md).
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor

SCALE, SHAPE = ".int8_scale", ".int8_shape"
"""What the names of a tensor's scales and of its shape end with."""


def unpack(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Float32 tensors of what ``training.export.pack`` made, and of any other weights. KeyError
    when the scales of an int8 tensor are missing, ValueError when its bytes are not its shape's."""
    out: dict[str, Tensor] = {}
    for name, value in state.items():
        if name + SHAPE in state:
            number = _inflated(value, state[name + SHAPE].tolist())
            scale = state[name + SCALE].float()
            out[name] = number * scale.view(-1, *[1] * (number.ndim - 1))
        elif not name.endswith((SCALE, SHAPE)):
            out[name] = value.float()
    return out


def _inflated(value: Tensor, shape: list[int]) -> Tensor:
    import torch

    count = math.prod(shape)
    stream = zlib.decompressobj()
    try:
        data = stream.decompress(value.numpy().tobytes(), max(count, 1))
    except zlib.error as error:
        raise ValueError(f"weights that are not deflated: {error}") from error
    if len(data) != count or not stream.eof:
        raise ValueError("weights of another size than they say")
    return torch.frombuffer(bytearray(data), dtype=torch.int8).view(shape).float()
