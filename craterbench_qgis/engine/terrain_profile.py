"""Relief of a crater in rings about its centre, from heights on a local grid.

Shared by the terrain measurements, by the evaluation of analogs and by the training of the
descriptor of kind, so that all three mean the same by *profile*.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

PROFILE_RINGS = 20
"""Rings of equal width between the centre and :data:`PROFILE_REACH` radii."""
PROFILE_REACH = 2.0

Array = NDArray[np.float64]


def ring_numbers(size: int, side_in_radii: float) -> NDArray[np.int64]:
    """[S, S]: the ring of each pixel of a crop ``side_in_radii`` crater radii wide; -1 beyond."""
    line = ((np.arange(size) + 0.5) / size - 0.5) * side_in_radii
    radius = np.hypot(line[:, None], line[None])
    ring = np.floor(radius / PROFILE_REACH * PROFILE_RINGS).astype(np.int64)
    return np.where(ring < PROFILE_RINGS, ring, -1)


def radial_profile(heights: Array, side_in_radii: float) -> tuple[Array, Array]:
    """Mean and scatter of ``heights`` [..., S, S] (in crater diameters) in each ring.

    The plane that fits the crop within 2 radii best is taken off first (a crater on a slope is
    still the same kind); the profile's own mean is taken off last. Returns two arrays
    [..., :data:`PROFILE_RINGS`] in diameters.
    """
    size = heights.shape[-1]
    rings = ring_numbers(size, side_in_radii)
    line = ((np.arange(size) + 0.5) / size - 0.5) * side_in_radii
    x, y = np.meshgrid(line, line)
    inside = rings >= 0
    flat = heights[..., inside]
    basis = np.stack([np.ones(inside.sum()), x[inside], y[inside]], axis=1)
    plane = flat @ np.linalg.pinv(basis).T @ basis.T
    flat = flat - plane
    number = rings[inside]
    count = np.maximum(np.bincount(number, minlength=PROFILE_RINGS), 1)
    share = (number[:, None] == np.arange(PROFILE_RINGS)) / count
    mean = flat @ share
    variance = np.maximum((flat**2) @ share - mean**2, 0.0)
    return mean - mean.mean(axis=-1, keepdims=True), np.sqrt(variance)
