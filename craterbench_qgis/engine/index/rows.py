"""What a reader gives of views: a row of the table, and token records as stored."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ...contract.vocabulary import Size
from .. import two_bits
from .format import Float32, IndexSettings


@dataclass(frozen=True)
class ViewRow:
    """One view: whose crater, in which observation, at which scale (metres per pixel)."""

    view: int
    crater_row: int
    observation: int
    context: float
    valid_fraction: float
    native_m_per_px: float
    m_per_px: float


@dataclass(frozen=True)
class StoredTokens:
    """S views: tokens int8 [S, K, D] = vector / scale [S, K]; seeds [S, K] (patch index);
    assignment [S, N] (patch -> token). ``turn``: None, or the orthogonal matrix [D, D] that the
    vectors were multiplied by."""

    tokens: npt.NDArray[np.int8]
    scale: Float32
    seeds: npt.NDArray[np.uint16]
    assignment: npt.NDArray[np.integer]
    turn: Float32 | None = None

    @classmethod
    def of(cls, records: npt.NDArray[np.void], settings: IndexSettings) -> StoredTokens:
        """What checked ``records`` say."""
        numbers, scale = records["tokens"], records["scale"]
        others = records["seed"], records["assignment"]
        if settings.size is Size.STANDARD:
            return cls(numbers, scale, *others)
        dim = settings.token_dim
        levels = two_bits.unpack(numbers, dim)
        return cls(levels, scale.astype(np.float32), *others, two_bits.turn(dim))

    def facing(self, query: Float32) -> Float32:
        """Tokens of a query [..., D] as ``tokens`` times ``scale`` can be compared with."""
        return query if self.turn is None else query @ self.turn

    def vectors(self) -> Float32:
        """The tokens themselves, float32 [S, K, D]."""
        wide = self.tokens.astype(np.float32)
        wide *= self.scale[:, :, None]
        return wide if self.turn is None else wide @ self.turn.T
