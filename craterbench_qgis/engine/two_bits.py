"""Instance tokens in two bits a number: turned, four levels, one scale a token.

A token is multiplied by one fixed orthogonal matrix, after which its numbers are nearly normally
distributed whatever the encoder, so the same four levels suit them all and nothing has to be
fitted, stored or agreed on between computers. Inner products survive the turn: a query is turned
as well, instead of the tokens being turned back. What it costs: docs/validation/bytes.md. Sources:
the levels Max 1960, "Quantizing for minimum distortion"; the turn as in Gao & Long 2024, "RaBitQ".

Shapes: tokens [..., K, D]; four numbers share a byte.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt

from .errors import EncoderError

Float = npt.NDArray[np.float32]

LEVELS = np.array([-127, -38, 38, 127], np.int8)
"""Max's levels for a spread of 1, -1.510, -0.453, 0.453, 1.510, in steps of 1.510 / 127."""
_BOUND = np.float32(0.9816)  # between the inner and the outer level, of the spread
_SHIFTS = np.arange(0, 8, 2, dtype=np.uint8)
_CODES = np.arange(256, dtype=np.uint8)[:, None] >> _SHIFTS & 3
_TABLE = np.ascontiguousarray(LEVELS[_CODES]).view(np.uint32)[:, 0]


@lru_cache(maxsize=8)
def turn(dim: int) -> Float:
    """The matrix [D, D] that rows are multiplied by: signs, then the cosine transform (DCT-II).

    The signs are the topmost bits (1: plus) of x' = (1664525 x + 1013904223) mod 2^32, from x = 0.
    """
    signs, state = np.empty(dim), 0
    for place in range(dim):
        state = (1664525 * state + 1013904223) % 2**32
        signs[place] = 1 if state >> 31 else -1
    places = np.arange(dim)
    waves = np.cos(np.pi / dim * (places[:, None] + 0.5) * places) * np.sqrt(2 / dim)
    waves[:, 0] = np.sqrt(1 / dim)
    matrix = (signs[:, None] * waves).astype(np.float32)
    matrix.setflags(write=False)
    return matrix


def bytes_of(dim: int) -> int:
    """Bytes that the numbers of one token need."""
    return -(-dim // 4)


def pack(x: npt.ArrayLike) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.float16]]:
    """Codes [..., K, ceil(D / 4)] and scales [..., K]: x @ turn(D) ~ unpack(codes) * scale.

    The scale keeps a token's length. A zero token has scale 0. A view's codes do not depend on
    those it is packed with. Raises EncoderError on a number that is not finite, or too large.
    """
    values = np.asarray(x, dtype=np.float32)
    dim = values.shape[-1]
    turned = values @ turn(dim)
    length = np.sqrt(np.einsum("...d,...d->...", turned, turned))
    bound = (_BOUND / np.float32(np.sqrt(dim))) * length[..., None]
    codes = (turned > -bound).astype(np.uint8)
    codes += turned > 0
    codes += turned > bound
    steps = LEVELS[codes].astype(np.float32)
    with np.errstate(over="ignore"):
        scale = (length / np.sqrt(np.einsum("...d,...d->...", steps, steps))).astype(np.float16)
    if not np.isfinite(scale).all():
        raise EncoderError(
            "The encoder returned tokens that two bits a number cannot hold. Check its weights "
            "with `craterbench doctor`, or build the index in the standard size."
        )
    padded = np.zeros((*codes.shape[:-1], 4 * bytes_of(dim)), np.uint8)
    padded[..., :dim] = codes
    four = padded.reshape(*codes.shape[:-1], bytes_of(dim), 4) << _SHIFTS
    return np.bitwise_or.reduce(four, axis=-1), scale


def unpack(codes: npt.NDArray[np.uint8], dim: int) -> npt.NDArray[np.int8]:
    """The levels int8 [..., D] of ``codes`` [..., ceil(D / 4)], still turned."""
    levels = _TABLE[codes].view(np.int8)
    return levels if levels.shape[-1] == dim else np.ascontiguousarray(levels[..., :dim])


def unpacked(codes: npt.NDArray[np.uint8], scale: npt.ArrayLike, dim: int) -> Float:
    """The float32 vectors [..., D] that :func:`pack` stored, turned back."""
    levels: Float = unpack(codes, dim).astype(np.float32)
    levels *= np.asarray(scale, np.float32)[..., None]
    return levels @ turn(dim).T
