"""Fractal fields on the sphere: what the terrain is before craters, and where the plains lie."""

from __future__ import annotations

import numpy as np

from .grid import F32, Grid, pad_sphere

_LATTICE = 32  # cells of the periodic random lattice an octave is read from


def fractal(
    grid: Grid,
    rng: np.random.Generator,
    *,
    hurst: float,
    longest: float = 3.0,
    shortest_px: float = 8.0,
) -> F32:
    """A zero-mean, unit-variance fractal field, float32 ``[height, width]``.

    Sum of octaves of smooth random fields in space, read on the sphere: seamless and isotropic by
    construction. Amplitude falls with wavelength to the power ``hurst`` (self-affine topography,
    Turcotte 1997, Fractals and Chaos in Geology and Geophysics, ch. 7). ``longest``: cycles around
    the sphere of the first octave; ``shortest_px``: wavelength of the last one, samples.
    """
    cycles = [longest]
    while grid.width / (cycles[-1] * 2.0) >= shortest_px:
        cycles.append(cycles[-1] * 2.0)
    total: F32 | None = None
    coarse = _pyramid_width(grid.width, cycles[0])
    for frequency in cycles:
        width = _pyramid_width(grid.width, frequency)
        if total is not None:
            total = _enlarge(total, width, coarse)
        coarse = width
        octave = _octave(Grid.of_width(width), rng, frequency) * np.float32(frequency**-hurst)
        total = octave if total is None else total + octave
    if total is None:  # pragma: no cover - cycles holds at least one
        raise ValueError("no octave fits the grid")
    total = _enlarge(total, grid.width, coarse)
    weight = grid.cos_lat[:, None]
    mean = float((total * weight).sum() / (weight.sum() * grid.width))
    total -= np.float32(mean)
    spread = float(np.sqrt((total**2 * weight).sum() / (weight.sum() * grid.width)))
    return total / np.float32(spread)


def _pyramid_width(full: int, frequency: float) -> int:
    """A power-of-two fraction of ``full`` with at least five samples a cycle."""
    width = full
    while width % 4 == 0 and width // 2 >= max(64.0, 5.0 * frequency):
        width //= 2
    return width


def _enlarge(field: F32, width: int, current: int) -> F32:
    """``field`` doubled until ``width`` samples wide, by cubic splines over seam and poles."""
    from scipy import ndimage

    while current < width:
        margin = 6
        padded = pad_sphere(field, margin)
        # Centres of the fine samples lie a quarter of a coarse sample off the coarse centres.
        fine_rows = (np.arange(field.shape[0] * 2) - 0.5) / 2.0 + margin
        fine_cols = (np.arange(field.shape[1] * 2) - 0.5) / 2.0 + margin
        tall = _interpolate_rows(
            ndimage.spline_filter1d(padded, 3, axis=0, output=np.float32), fine_rows
        )
        wide = _interpolate_rows(
            np.ascontiguousarray(ndimage.spline_filter1d(tall, 3, axis=1, output=np.float32).T),
            fine_cols,
        )
        field = np.ascontiguousarray(wide.T)
        current *= 2
    return field


def _interpolate_rows(coefficients: F32, positions: np.ndarray) -> F32:
    """Cubic B-spline of ``coefficients`` along axis 0 at ``positions``."""
    base = np.floor(positions).astype(np.intp)
    t = (positions - base).astype(np.float32)[:, None]
    weights = (
        (1 - t) ** 3 / 6,
        (3 * t**3 - 6 * t**2 + 4) / 6,
        (-3 * t**3 + 3 * t**2 + 3 * t + 1) / 6,
        t**3 / 6,
    )
    out = weights[0] * coefficients[base - 1]
    for offset, weight in enumerate(weights[1:]):
        out += weight * coefficients[base + offset]
    return out


def _octave(grid: Grid, rng: np.random.Generator, cycles: float) -> F32:
    """A smooth random field of about ``cycles`` waves around the sphere, unit variance."""
    from scipy import ndimage

    lattice = rng.standard_normal((_LATTICE,) * 3).astype(np.float32)
    turn, _ = np.linalg.qr(rng.standard_normal((3, 3)))
    offset = rng.uniform(0, _LATTICE, 3)
    # A wave is about two lattice cells; the equator is 2 pi radii long.
    radius = 2.0 * cycles / (2.0 * np.pi)
    lon = grid.lon
    x = grid.cos_lat[:, None] * np.cos(lon)[None, :]
    y = grid.cos_lat[:, None] * np.sin(lon)[None, :]
    z = np.broadcast_to(grid.sin_lat[:, None], x.shape)
    points = [
        (turn[i, 0] * x + turn[i, 1] * y + turn[i, 2] * z) * radius + offset[i] for i in range(3)
    ]
    out: F32 = ndimage.map_coordinates(
        lattice, points, output=np.float32, order=3, mode="grid-wrap", prefilter=False
    )
    return out / np.float32(0.35)


def texture_tile(rng: np.random.Generator, size: int = 512, slope: float = 1.6) -> F32:
    """A periodic square of power-law noise (amplitude ~ wavenumber to the power -``slope``), zero
    mean, unit variance, float32 ``[size, size]``: hummocks and roughness inside craters."""
    ky = np.fft.fftfreq(size)[:, None] * size
    kx = np.fft.rfftfreq(size)[None, :] * size
    k = np.hypot(kx, ky)
    k[0, 0] = np.inf
    # Nothing longer than a sixth of the tile: it would only tilt the craters it is put on.
    amplitude = k**-slope * (k >= 6)
    spectrum = np.fft.rfft2(rng.standard_normal((size, size))) * amplitude
    tile = np.fft.irfft2(spectrum, (size, size))
    return (tile / tile.std()).astype(np.float32)
