"""Craters dug into the terrain, oldest first, each in the local frame of its own centre."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .grid import F32, Grid, Patch
from .population import Crater
from .shapes import REACH, SAMPLES, Dimensions, ProfileBank, dimensions
from .terrain import texture_tile

_TURN = 1024  # samples of anything that varies around a rim
_ANGLES = np.arange(_TURN) * (2 * np.pi / _TURN)
_TILE = 1024  # samples of the texture tile, a power of two
_DETAIL_PX = 10.0  # craters smaller than this show neither terraces nor texture


@dataclass
class Surface:
    """What is drawn on: ``height`` (metres) and ``albedo`` (1: ordinary highlands), float32."""

    grid: Grid
    height: F32
    albedo: F32


class Digger:
    """Draws craters of one planet. ``scale``: see :func:`..shapes.dimensions`."""

    def __init__(self, surface: Surface, scale: float, rng: np.random.Generator) -> None:
        self._surface = surface
        self._rng = rng
        self._bank = ProfileBank(scale, surface.grid.pixel)
        self._scale = scale
        self._tile = texture_tile(rng, _TILE)

    def dig(self, crater: Crater) -> None:
        """Draw one crater over whatever is there."""
        surface, radius = self._surface, crater.diameter / 2.0
        patch = surface.grid.patch(crater.lon, crater.lat, REACH * radius * 1.12)
        around = _turn_index(patch.bearing)
        detailed = crater.diameter >= _DETAIL_PX * surface.grid.pixel
        outline = _outline(self._rng, crater, detailed)
        r = patch.distance / (np.float32(radius) * outline[around])
        size = dimensions(crater.diameter, self._scale)
        depth = size.depth * crater.depth_factor
        rough = self._rough(patch, r, crater) if detailed else r
        lookup = self._terraced(r, rough, around, size, crater) if detailed else r
        shape = _interpolate(
            self._bank.profile(crater.diameter, crater.wear, crater.infill), lookup
        )
        if detailed:
            self._breach(shape, around, crater)
            shape += self._textures(patch, r, lookup, rough, around, size, crater)
        old = surface.height[patch.rows, patch.cols]
        plane = _plane(patch, old, r, radius, surface.grid.cos_lat[patch.rows])
        keep = _interpolate(_KEEP, r)
        surface.height[patch.rows, patch.cols] = (
            plane + keep * (old - plane) + shape * np.float32(depth)
        )
        if detailed and crater.wear < 0.35 and crater.primary < 0:
            self._brighten(patch, r, around, crater)

    def _terraced(
        self, r: F32, rough: F32, around: NDArray[np.intp], size: Dimensions, crater: Crater
    ) -> F32:
        """``r`` warped so that reading the profile there gives an uneven floor edge and, in complex
        craters, slumped terraces: flat treads and steep risers."""
        rng, fresh = self._rng, (1.0 - crater.wear) ** 1.2
        edge = 1.0 + _harmonics(rng, 2, 9, 0.10 * crater.irregularity)[around]
        floor = np.float32(size.floor)
        t = (r - floor * edge) / (1.0 - floor * edge)
        wall = (t > 0) & (t < 1)
        if size.complex:
            treads = float(rng.uniform(1.2, 2.6))
            wall_px = (1.0 - size.floor) * crater.diameter / 2.0 / self._surface.grid.pixel
            # Blocks slump apart from each other: the phase wanders along the wall, and where
            # they did not slump, or a tread would be a pixel or two, the wall is plain.
            seen = fresh * min(1.0, max(0.0, (wall_px / treads - 2.0) / 4.0))
            phase = _harmonics(rng, 1, 12, 2.4)[around] + np.float32(0.6) * rough
            patches = np.clip(0.45 + _harmonics(rng, 1, 12, 0.5)[around], 0, 1)
            strength = np.float32(0.9 * seen) * patches
            wave = np.float32(2 * math.pi * treads) * t + phase
            # Terraces vanish at the crest and at the floor.
            window = np.clip(np.minimum(t, 1.0 - t) * 6.0, 0, 1)
            t = t + strength * window * np.sin(wave) / np.float32(2 * math.pi * treads)
        inside = floor + (1.0 - floor) * t
        return np.where(wall, inside, np.where(r < 1.0, r / edge, r)).astype(np.float32)

    def _breach(self, shape: F32, around: NDArray[np.intp], crater: Crater) -> None:
        """Old rims are gapped: what stands above the ground is lowered unevenly."""
        if crater.wear < 0.25:
            return
        gaps = 0.5 + _harmonics(self._rng, 1, 10, 0.5)
        factor = (1.0 - np.clip(gaps, 0, 1) * 0.7 * min(1.0, crater.wear)).astype(np.float32)[
            around
        ]
        np.multiply(shape, factor, out=shape, where=shape > 0)

    def _textures(
        self, patch: Patch, r: F32, lookup: F32, rough: F32, around: NDArray[np.intp],
        size: Dimensions, crater: Crater,
    ) -> F32:  # fmt: skip
        """Hummocky ejecta with radial grain, rough walls and floor, central peaks; in depths."""
        fresh = np.float32((1.0 - crater.wear) ** 1.5)
        rim = np.float32(size.rim / size.depth)
        grain = self._grain(r, around)
        beyond = np.maximum(r, np.float32(1.0))
        blanket = rim * beyond**-3 * np.clip((REACH - r) * 1.5, 0, 1)
        out = np.where(
            r > 1.0, blanket * (0.22 * rough + 0.30 * grain * np.minimum(beyond - 1, 1)), 0
        )
        # Below some tens of pixels roughness would be noise, not rocks.
        across = crater.diameter / self._surface.grid.pixel
        on_wall = np.clip((lookup - np.float32(size.floor)) * 8.0, 0, 1)
        floor_part = (0.011 + 0.034 * on_wall) * rough * min(1.0, across / 30.0)
        out = np.where(r < 1.0, floor_part * np.clip((1.04 - r) * 12, 0, 1), out) * fresh
        if size.peak > 0.0:
            out = out + self._peaks(patch, rough, size, crater)
        return out.astype(np.float32)

    def _rough(self, patch: Patch, r: F32, crater: Crater) -> F32:
        """Isotropic roughness in crater coordinates, about one tile sample a pixel."""
        u0, v0 = self._rng.uniform(0, _TILE, 2)
        radius = crater.diameter / 2.0
        pixels = min(max(radius / self._surface.grid.pixel, 24.0), 128.0)
        pitch = patch.distance * np.float32(pixels / radius)
        return self._read(
            pitch * np.cos(patch.bearing) + np.float32(u0),
            pitch * np.sin(patch.bearing) + np.float32(v0),
        )

    def _grain(self, r: F32, around: NDArray[np.intp]) -> F32:
        """Radial lineation: rough around the rim, drawn out along the radius."""
        u0, v0 = self._rng.uniform(0, _TILE, 2)
        far = np.log(np.maximum(r, np.float32(0.5))) * np.float32(50.0) + np.float32(v0)
        return self._read(around.astype(np.float32) + np.float32(u0), far)

    def _read(self, u: F32, v: F32) -> F32:
        """The texture tile at ``u``, ``v``, nearest sample, periodic."""
        mask = _TILE - 1
        return self._tile[np.floor(v).astype(np.int32) & mask, np.floor(u).astype(np.int32) & mask]

    def _peaks(self, patch: Patch, rough: F32, size: Dimensions, crater: Crater) -> F32:
        """A cluster of rugged peaks near the centre, or a ring of massifs, in depths."""
        rng, radius = self._rng, crater.diameter / 2.0
        x = patch.distance / np.float32(radius)
        east, north = x * np.cos(patch.bearing), x * np.sin(patch.bearing)
        height = size.peak / size.depth * (1.0 - 0.75 * crater.wear) * (1.0 - 0.8 * crater.infill)
        ring = size.ring > 0
        count = int(rng.integers(7, 13)) if ring else int(rng.integers(3, 7))
        out = np.zeros_like(x)
        uneven = 1.0 + 0.3 * np.clip(rough, -2.0, 2.0)
        for k in range(count):
            if ring:
                angle = 2 * math.pi * (k + rng.uniform(-0.3, 0.3)) / count
                away, width, tall = size.ring * rng.uniform(0.9, 1.1), 0.09, 0.7
            else:
                angle, away = rng.uniform(0, 2 * math.pi), rng.uniform(0, 0.14)
                width, tall = size.peak_radius * rng.uniform(0.35, 0.75), 1.0
            tall *= rng.uniform(0.5, 1.0) if k else 1.0
            px, py = away * math.cos(angle), away * math.sin(angle)
            stretch, turn = rng.uniform(1.0, 1.9), rng.uniform(0, math.pi)
            dx, dy = east - np.float32(px), north - np.float32(py)
            a = (dx * math.cos(turn) + dy * math.sin(turn)) / np.float32(width * stretch)
            b = (dy * math.cos(turn) - dx * math.sin(turn)) / np.float32(width)
            distance = np.hypot(a, b) * uneven
            out = np.maximum(out, np.float32(tall) * np.clip(1.0 - distance, 0, None) ** 1.2)
        return (out * np.float32(height)).astype(np.float32)

    def _brighten(self, patch: Patch, r: F32, around: NDArray[np.intp], crater: Crater) -> None:
        """Fresh ejecta and walls are brighter than the ground they cover."""
        strength = 0.25 * (1.0 - crater.wear / 0.35) ** 1.5
        uneven = np.clip(1.0 + _harmonics(self._rng, 1, 14, 0.8)[around], 0.1, 2.2)
        halo = np.where(r < 1.0, 0.6, np.exp(-(r - 1.0) * 1.6)) * np.clip((REACH - r), 0, 1)
        old = self._surface.albedo[patch.rows, patch.cols]
        floor = np.clip((0.95 - r) * 8, 0, 1) * 0.85
        base = old + (1.0 - old) * floor  # the floor exposes fresh rock, whatever lay there
        self._surface.albedo[patch.rows, patch.cols] = (
            base * (1.0 + np.float32(strength) * halo * np.where(r < 1, 1.0, uneven))
        ).astype(np.float32)

    def rays(self, crater: Crater) -> None:
        """Bright rays of a big fresh crater, to eight radii, uneven along and across."""
        rng, radius = self._rng, crater.diameter / 2.0
        patch = self._surface.grid.patch(crater.lon, crater.lat, 9.0 * radius)
        r = patch.distance / np.float32(radius)
        far = np.linspace(0, 9, 256)
        pattern = np.zeros((256, _TURN))
        for _ in range(int(rng.integers(13, 22))):
            turn, width = rng.uniform(0, 2 * np.pi), rng.lognormal(-2.9, 0.5)
            reach, bend = rng.uniform(1.5, 4.0), rng.normal(0, 0.03)
            off = (_ANGLES[None, :] - turn - bend * far[:, None] + np.pi) % (2 * np.pi) - np.pi
            pattern += np.exp(-0.5 * (off / width) ** 2) * np.exp(-far / reach)[:, None]
        row = np.minimum(r * np.float32(255 / 9.0), 255).astype(np.intp)
        mottled = np.clip(0.75 + 0.45 * self._rough(patch, r, crater), 0.05, 2)
        fade = np.clip((9.0 - r) / 3.0, 0, 1) * np.clip(r - 0.9, 0, 1)
        streaks = pattern.astype(np.float32)[row, _turn_index(patch.bearing)] * fade * mottled
        self._surface.albedo[patch.rows, patch.cols] *= 1.0 + 0.42 * np.minimum(streaks, 1.2)


def _turn_index(bearing: F32) -> NDArray[np.intp]:
    return np.rint(bearing * np.float32(_TURN / (2 * math.pi))).astype(np.intp) % _TURN


def _interpolate(table: NDArray[np.float64], r: F32) -> F32:
    """``table`` (samples from 0 to REACH) at ``r``, linearly, its end value beyond."""
    position = np.clip(r * np.float32((SAMPLES - 1) / REACH), 0, SAMPLES - 1.001)
    base = position.astype(np.intp)
    low, step = table.astype(np.float32), np.diff(table, append=table[-1]).astype(np.float32)
    return low[base] + step[base] * (position - base.astype(np.float32))


def _keep_table() -> NDArray[np.float64]:
    """How much of the older relief survives, by distance in radii: little in the cavity, most of it
    at the rim (which rides on it), all of it beyond the thick ejecta."""
    x = np.linspace(0.0, REACH, SAMPLES)
    return np.interp(x, [0.0, 0.7, 0.92, 1.1, 1.6, 2.4], [0.05, 0.08, 0.45, 0.7, 0.9, 1.0])


_KEEP = _keep_table()


def _harmonics(rng: np.random.Generator, first: int, last: int, spread: float) -> F32:
    """A random periodic function of bearing, float32 ``[_TURN]``: harmonics ``first``..``last``
    falling as 1/k, standard deviation about ``spread``."""
    k = np.arange(first, last + 1)
    weight = 1.0 / k
    weight *= spread / math.sqrt(float((weight**2).sum()))
    spectrum = np.zeros(_TURN // 2 + 1, dtype=np.complex128)
    spectrum[k] = weight * (rng.normal(0, 1, k.size) + 1j * rng.normal(0, 1, k.size))
    return (np.fft.irfft(spectrum, _TURN) * (_TURN / 2.0)).astype(np.float32)


def _outline(rng: np.random.Generator, crater: Crater, facetted: bool) -> F32:
    """Radius of the rim over the nominal radius, by bearing (counter-clockwise from east).

    A slight ellipse, low harmonics, and facets: structural control makes rims polygonal.
    """
    out = np.asarray(np.ones(_TURN), dtype=np.float64)
    if crater.irregularity > 0:
        out = out + _harmonics(rng, 2, 14, 0.028 * crater.irregularity)
    if facetted and crater.irregularity > 0:
        sides = int(rng.integers(5, 10))
        facing = (np.arange(sides) + rng.uniform(-0.35, 0.35, sides)) * (2 * np.pi / sides)
        away = np.cos(_ANGLES[:, None] - facing - rng.uniform(0, 2 * np.pi))
        # The polygon of straight walls, mixed with the circle.
        walls = (1.0 / np.maximum(away, 0.5) * rng.normal(1.0, 0.02, sides)).min(axis=1)
        facets = 0.5 * min(1.0, crater.irregularity) * rng.uniform(0, 1)
        out *= 1.0 + facets * np.clip(walls / walls.mean() - 1.0, -0.06, 0.06)
    if crater.elongation > 0:
        along = math.radians(90.0 - crater.elongation_bearing)
        out = out * (1.0 + crater.elongation * np.cos(2 * (_ANGLES - along)))
    return (out / out.mean()).astype(np.float32)


def _plane(patch: Patch, old: F32, r: F32, radius: float, cos_lat: F32) -> F32:
    """The plane of the ground a crater is dug into (least squares within 1.2 radii), tilted by 0.7
    of the slope there."""
    x = patch.distance * np.cos(patch.bearing) / np.float32(radius)
    y = patch.distance * np.sin(patch.bearing) / np.float32(radius)
    near = r < 1.2
    if int(near.sum()) < 12:
        return np.full_like(old, old[near].mean() if near.any() else old.mean())
    # Samples crowd towards a pole; weighting by the spacing of meridians undoes it.
    w = np.broadcast_to(cos_lat[:, None], r.shape)[near].astype(np.float64)
    w /= w.sum()
    xs, ys, zs = (
        x[near].astype(np.float64),
        y[near].astype(np.float64),
        old[near].astype(np.float64),
    )
    xm, ym, zm = w @ xs, w @ ys, w @ zs
    xs, ys, zs = xs - xm, ys - ym, zs - zm
    xx, yy, xy = w @ (xs * xs), w @ (ys * ys), w @ (xs * ys)
    xz, yz = w @ (xs * zs), w @ (ys * zs)
    determinant = max(xx * yy - xy * xy, 1e-9)
    a = (yy * xz - xy * yz) / determinant
    b = (xx * yz - xy * xz) / determinant
    flat = np.float32(zm - 0.7 * (a * xm + b * ym))
    reach = np.float32(1.6)  # beyond the rim the plane would run away
    fade = np.minimum(1.0, reach / np.maximum(r, np.float32(1e-3)))
    return flat + np.float32(0.7) * fade * (np.float32(a) * x + np.float32(b) * y)


def stamp_small(
    surface: Surface, lon: NDArray[np.float64], lat: NDArray[np.float64],
    diameter: NDArray[np.float64], wear: NDArray[np.float64],
) -> None:  # fmt: skip
    """Add many craters of a few pixels at once (degrees, metres): bowls with a low rim, summed.

    They overlap by addition, which at this size cannot be told from excavation.
    """
    grid = surface.grid
    row, col = grid.row_of(lat), grid.col_of(lon)
    cosine = np.maximum(np.cos(np.radians(lat)), 0.04)
    radius = diameter / 2.0 / grid.pixel
    tall = np.ceil(radius * 2.2).astype(np.intp) + 1
    wide = np.ceil(radius * 2.2 / cosine).astype(np.intp) + 1
    # Widths on a ladder, so that one batch is one array.
    rung = np.ceil(np.log2(wide) * 2).astype(np.intp)
    for key in np.unique(np.stack([rung, tall]), axis=1).T:
        (member,) = np.nonzero((rung == key[0]) & (tall == key[1]))
        half_w, half_h = int(2 ** (key[0] / 2)) + 1, int(key[1])
        for part in np.array_split(member, max(1, member.size * half_w * half_h * 4 // 2_000_000)):
            dy = np.arange(-half_h, half_h + 1)[None, :, None]
            dx = np.arange(-half_w, half_w + 1)[None, None, :]
            r0, c0 = np.floor(row[part]).astype(np.intp), np.floor(col[part]).astype(np.intp)
            rows, cols = r0[:, None, None] + dy, (c0[:, None, None] + dx) % grid.width
            y = (rows - row[part, None, None]).astype(np.float32)
            x = (c0[:, None, None] + dx - col[part, None, None]).astype(np.float32)
            x *= cosine[part, None, None].astype(np.float32)
            r2 = (x * x + y * y) / (radius[part, None, None].astype(np.float32) ** 2)
            # A bowl with a rim: (r^2 - 1) under a bell, whose integral nearly
            # vanishes, so that crowds of craters neither raise nor lower the ground.
            bowl = (r2 - 0.9) * np.exp(-1.5 * r2)
            scale = (0.30 * diameter[part] * (1.0 - 0.85 * wear[part])).astype(np.float32)
            bowl *= scale[:, None, None]
            ok = np.broadcast_to((rows >= 0) & (rows < grid.height), bowl.shape)
            flat = np.broadcast_to(rows * grid.width + cols, bowl.shape)[ok]
            np.add.at(surface.height.reshape(-1), flat, bowl[ok])
