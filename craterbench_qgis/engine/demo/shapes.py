"""The size and shape of an impact crater as a function of its diameter and wear.

Dimensions: R. J. Pike (1977), "Size-dependence in the shape of fresh impact craters on the Moon",
in Impact and Explosion Cratering, Pergamon, 489-509 (kilometres):

    depth           simple 0.196 D^1.010    complex 1.044 D^0.301
    rim height      simple 0.036 D^1.014    complex 0.236 D^0.399
    floor diameter  simple 0.031 D^1.765    complex 0.187 D^1.249

Central peaks: height 0.0006 D^1.97 (Wood 1973 data in Pike 1977), width 0.22 D (Hale & Head 1979,
Proc. LPSC 10). Ejecta: thickness falls with the cube of the distance (McGetchin, Settle & Head
1973, EPSL 20). Wear: linear diffusion of topography, kt/R^2 (Fassett & Thomson 2014, JGR Planets
119), and infilling. Secondaries are about half as deep as primaries (Pike & Wilhelms 1978, LPSC 9).

The synthetic planet has low gravity: shapes are the Moon's with every length multiplied by
``scale``, as transition diameters grow inversely with gravity (Pike 1988, in Mercury).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

F64 = NDArray[np.float64]

REACH = 3.2
"""How far a crater changes the ground, in crater radii."""

SAMPLES = 640
"""Samples of a radial profile, from the centre to :data:`REACH`."""

TRANSITION_KM = 10.6
"""Lunar simple-to-complex transition: where Pike's two depth laws meet."""


@dataclass(frozen=True)
class Dimensions:
    """Of a fresh crater, metres; ``floor`` and ``peak_radius`` in crater radii."""

    depth: float
    rim: float
    floor: float
    peak: float
    peak_radius: float
    complex: bool
    ring: float
    """Radius of a peak ring in crater radii; 0: none."""


def dimensions(diameter: float, scale: float) -> Dimensions:
    """Fresh dimensions of a crater of ``diameter`` metres on a body ``scale`` times Pike's Moon.

    ``depth`` is from rim crest to floor, ``rim`` from the surrounding ground to the crest.
    """
    d = diameter / 1000.0 / scale
    complex_ = d > TRANSITION_KM
    depth = min(0.196 * d**1.010, 1.044 * d**0.301)
    rim = min(0.036 * d**1.014, 0.236 * d**0.399)
    floor = 0.187 * d**1.249 if complex_ else 0.031 * d**1.765
    peak = 0.0
    if d > 1.5 * TRANSITION_KM:
        peak = min(0.0006 * d**1.97, 0.45 * depth)
    # Peak rings replace peaks above about 140 km on the Moon (Pike & Spudis 1987).
    ring = 0.5 if d > 140.0 else 0.0
    unit = 1000.0 * scale
    return Dimensions(
        depth=depth * unit,
        rim=rim * unit,
        floor=float(min(floor / d, 0.72)),
        peak=peak * unit,
        peak_radius=0.22,
        complex=complex_,
        ring=ring,
    )


def radii() -> F64:
    """The radial positions of a profile, in crater radii, float64 ``[SAMPLES]``."""
    return np.arange(SAMPLES) * np.float64(REACH / (SAMPLES - 1))


def fresh_profile(size: Dimensions) -> F64:
    """Height above the surrounding ground, metres, float64 ``[SAMPLES]``, without peaks."""
    x = radii()
    power = 1.6 if size.complex else 1.35
    t = np.clip((x - size.floor) / (1.0 - size.floor), 0.0, 1.0)
    inside = size.rim - size.depth * (1.0 - t**power)
    # Half the rim is uplifted bedrock, which falls off faster than the ejecta on it.
    beyond = np.maximum(x, 1.0)
    outside = size.rim * (0.6 * beyond**-3 + 0.4 * beyond**-6)
    taper = np.clip((REACH - x) / (REACH - 2.2), 0.0, 1.0)
    return np.where(x < 1.0, inside, outside * taper * taper * (3.0 - 2.0 * taper))


def diffuse(profile: F64, kt: float) -> F64:
    """``profile`` after radial linear diffusion of ``kt`` = kappa t / R^2 (implicit Euler)."""
    from scipy.linalg import solve_banded

    if kt <= 0.0:
        return profile
    x = radii()
    h = x[1] - x[0]
    steps = 4
    volume = x * h
    volume[0] = h * h / 8.0
    flux = kt / steps * (x[:-1] + h / 2.0) / h  # between neighbours, per unit of their difference
    bands = np.zeros((3, SAMPLES))
    bands[1] = 1.0
    bands[1, :-1] += flux / volume[:-1]
    bands[1, 1:] += flux / volume[1:]
    bands[0, 1:] = -flux / volume[:-1]
    bands[2, :-1] = -flux / volume[1:]
    bands[1, -1], bands[2, -2] = 1.0, 0.0  # undisturbed ground at the outer end
    for _ in range(steps):
        profile = solve_banded((1, 1), bands, profile)
    return profile


def fill(profile: F64, size: Dimensions, fraction: float) -> F64:
    """``profile`` with its cavity filled to ``fraction`` of the depth below the old ground."""
    if fraction <= 0.0:
        return profile
    floor = float(profile.min())
    level = floor * (1.0 - fraction)
    soft = 0.02 * size.depth
    filled: F64 = level + 0.5 * (profile - level + np.hypot(profile - level, soft))
    return np.where(radii() < 1.3, filled, profile)


class ProfileBank:
    """Worn profiles by size and wear, computed once for each of a ladder of both."""

    def __init__(self, scale: float, pixel: float) -> None:
        """``scale``: see :func:`dimensions`. ``pixel``: grid sample, metres (nothing sharper)."""
        self.scale = scale
        self._pixel = pixel
        self._known: dict[tuple[int, int, int], F64] = {}

    def profile(self, diameter: float, wear: float, infill: float) -> F64:
        """Heights relative to ``Dimensions.depth`` of the crater, float64 ``[SAMPLES]``."""
        key = (round(8 * float(np.log2(diameter))), round(wear * 20), round(infill * 15))
        if key not in self._known:
            self._known[key] = self._make(2.0 ** (key[0] / 8), key[1] / 20, key[2] / 15)
        return self._known[key]

    def _make(self, diameter: float, wear: float, infill: float) -> F64:
        size = dimensions(diameter, self.scale)
        blur = (0.35 * self._pixel / (diameter / 2.0)) ** 2 / 2.0
        worn = diffuse(fresh_profile(size), blur + 0.03 * wear**2.2)
        return fill(worn, size, infill) / size.depth
