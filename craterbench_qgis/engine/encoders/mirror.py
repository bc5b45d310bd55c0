"""What an encoder would say of the mirror image of a view, from what it says of the view.

A linear map: the token of a patch in the mirror image is read from the tokens of the 3 x 3 patches
about its place in the view. It was fitted to one encoder (``training/mirror.py``) and costs a
fraction of an encoding. How near it comes is in docs/validation/analogs.md.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..errors import EncoderError
from .base import Encoder, FloatArray, resources_folder, unit_rows

AROUND = 1
"""Patches to each side of a patch that its token in the mirror image is read from."""


class Mirror:
    """The map of one encoder."""

    def __init__(self, weights: FloatArray, level: float, grid: tuple[int, int]) -> None:
        """``weights`` [9 D, D], see :func:`surroundings`; ``level``: by how much a similarity with
        a token of an encoded mirror image is larger than with one of :meth:`tokens`."""
        self._weights, self.level, self._grid = weights, level, grid

    def tokens(
        self, tokens: FloatArray, attention: FloatArray
    ) -> tuple[FloatArray, NDArray[np.float32]]:
        """Tokens [B, N, D] and attention [B, N] of the mirror images of views."""
        flat = surroundings(tokens, self._grid).reshape(-1, len(self._weights))
        mapped = unit_rows(flat @ self._weights).reshape(tokens.shape)
        return mirrored(mapped, self._grid), mirrored(attention, self._grid)


def surroundings(tokens: FloatArray, grid: tuple[int, int]) -> FloatArray:
    """Of views [B, N, D] the tokens of the 3 x 3 patches about each, row by row: [B, N, 9 D]; zero
    beyond the edge."""
    rows, columns = grid
    views = tokens.reshape(len(tokens), rows, columns, -1)
    edge = (AROUND, AROUND)
    padded = np.pad(views, ((0, 0), edge, edge, (0, 0)))
    reach = range(2 * AROUND + 1)
    parts = [padded[:, a : a + rows, b : b + columns] for a in reach for b in reach]
    return np.concatenate(parts, axis=3).reshape(len(tokens), rows * columns, -1)


def mirrored(patches: FloatArray, grid: tuple[int, int]) -> FloatArray:
    """What is told for each patch [B, N, ...], east and west exchanged."""
    table = patches.reshape(len(patches), *grid, -1)[:, :, ::-1]
    return np.ascontiguousarray(table).reshape(patches.shape)


def mirrors_folder() -> Path:
    """Where the maps of the encoders that ship lie."""
    return resources_folder().parent / "mirrors"


def mirror_of(encoder: Encoder) -> Mirror | None:
    """The map that was fitted to this very encoder; None where there is none.

    Raises EncoderError where the file is damaged.
    """
    path = mirrors_folder() / f"{encoder.id}.safetensors"
    if Path(encoder.id).name != encoder.id or not path.is_file():
        return None
    weights, level, fitted_to = _read(path)
    wanted = ((2 * AROUND + 1) ** 2 * encoder.token_dim, encoder.token_dim)
    if fitted_to != encoder.weights_hash or weights.shape != wanted:
        return None
    return Mirror(weights, level, encoder.grid)


@lru_cache(maxsize=4)
def _read(path: Path) -> tuple[FloatArray, float, str]:
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="numpy") as file:
            said = file.metadata() or {}
            weights = file.get_tensor("weights").astype(np.float32)
            return weights, float(said["level"]), str(said["encoder_sha256"])
    except (SafetensorError, OSError, KeyError, ValueError) as error:
        raise EncoderError(
            f"The file {path.name} of mirror images cannot be read ({error}). Install the plugin "
            "again."
        ) from error
