"""How well a circle sits on a crater, read from a view's patch tokens.

The view is cut around the circle at :data:`CONTEXT` times its diameter. A linear reading of its
tokens (projected on the first principal directions, averaged over :data:`CELLS` x :data:`CELLS`
cells) says four things: how far east and north the true centre lies (in the circle's diameters),
ln(true diameter / circle's), and whether the circle is on a rim at all (about 1) or beside it
(about 0). It is fitted by ridge regression on catalogued craters and on circles moved and resized
from them: see ``docs/method/duplicates.md``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

CONTEXT = 2.0
CELLS = 6
OUTPUTS = ("east", "north", "log_size", "on_rim")


@dataclass
class RimReading:
    """``basis`` [D, P]: directions of the tokens; ``weights`` [CELLS * CELLS * P, 4], ``bias``
    [4]: the linear reading, see the module."""

    basis: Floats
    weights: Floats
    bias: Floats

    def read(self, tokens: Floats, grid: tuple[int, int]) -> Floats:
        """Tokens [B, N, D] over ``grid`` -> [B, 4] in the order of :data:`OUTPUTS`."""
        features = pooled(tokens, grid, self.basis)
        return np.asarray(features @ self.weights + self.bias, np.float32)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> RimReading:
        """What :mod:`training.duplicates` fitted and wrote."""
        parts = (np.asarray(data[name], np.float32) for name in ("basis", "weights", "bias"))
        return cls(*parts)


def pooled(tokens: Floats, grid: tuple[int, int], basis: Floats) -> Floats:
    """Tokens [B, N, D] projected on ``basis`` [D, P] and averaged over cells: [B, C * C * P]."""
    rows, columns = grid
    count = len(tokens)
    projected = np.asarray(tokens, np.float32) @ basis
    spread = projected.reshape(count, rows, columns, -1)
    down, across = _shares(rows), _shares(columns)
    cells = np.einsum("ir,brcp->bicp", down, spread, optimize=True)
    cells = np.einsum("jc,bicp->bijp", across, cells, optimize=True)
    return np.asarray(cells.reshape(count, -1), np.float32)


def _shares(length: int) -> Floats:
    """[CELLS, length]: what part of each cell each row of the grid fills; rows sum to 1."""
    edges = np.linspace(0.0, length, CELLS + 1)
    starts = np.arange(length)
    overlap = np.minimum(edges[1:, None], starts + 1.0) - np.maximum(edges[:-1, None], starts)
    overlap = np.clip(overlap, 0.0, None)
    return np.asarray(overlap / overlap.sum(axis=1, keepdims=True), np.float32)
