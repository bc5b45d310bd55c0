"""What a reader gives of views: a row of the table, and token records as stored."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .format import Float32


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
    """S views as stored: tokens int8 [S, K, D] = vector / scale [S, K]; seeds [S, K]
    (patch index); assignment [S, N] (patch -> token)."""

    tokens: npt.NDArray[np.int8]
    scale: Float32
    seeds: npt.NDArray[np.uint16]
    assignment: npt.NDArray[np.integer]
