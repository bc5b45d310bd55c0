"""The equirectangular working grid of the synthetic planet, and patches of it in local coordinates.

Everything round on the ground is computed in the local frame of its own centre (great-circle
distance and bearing), so it is right at any latitude, over a pole and across the antimeridian; the
grid only says where the samples lie.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

F32 = NDArray[np.float32]
Index = slice | NDArray[np.intp]

RADIUS_M = 1_737_400.0
"""Radius of the synthetic sphere, metres: the Moon's (IAU 2015)."""


@dataclass(frozen=True)
class Patch:
    """A part of the grid around a centre: ``rows`` and ``cols`` index it, ``distance`` (metres on
    the sphere) and ``bearing`` (radians counter-clockwise from east) are float32 ``[h, w]``."""

    rows: slice
    cols: Index
    distance: F32
    bearing: F32


@dataclass(frozen=True)
class Grid:
    """Pixel-centre grid of ``height x width`` samples; column 0 begins at longitude -180, row 0 at
    latitude +90. ``pixel`` is the sample distance along a meridian, metres."""

    width: int
    sin_lat: F32 = field(repr=False, compare=False)
    cos_lat: F32 = field(repr=False, compare=False)
    lon: NDArray[np.float64] = field(repr=False, compare=False)

    @classmethod
    def of_width(cls, width: int) -> Grid:
        """The grid of ``width`` (even) columns."""
        lat = np.pi / 2 - (np.arange(width // 2) + 0.5) * (2 * np.pi / width)
        lon = np.asarray((np.arange(width) + 0.5) * (2 * np.pi / width) - np.pi, dtype=np.float64)
        return cls(width, np.sin(lat).astype(np.float32), np.cos(lat).astype(np.float32), lon)

    @property
    def height(self) -> int:
        """Rows: half the columns."""
        return self.width // 2

    @property
    def step(self) -> float:
        """Angle between samples, radians."""
        return 2 * math.pi / self.width

    @property
    def pixel(self) -> float:
        """Metres between samples along a meridian."""
        return RADIUS_M * self.step

    def row_of(self, lat_deg: Any) -> Any:
        """Fractional row (pixel centres at integers) of latitudes in degrees."""
        return (90.0 - lat_deg) * (self.width / 360.0) - 0.5

    def col_of(self, lon_deg: Any) -> Any:
        """Fractional column (pixel centres at integers, not wrapped) of longitudes in degrees."""
        return (lon_deg + 180.0) * (self.width / 360.0) - 0.5

    def patch(self, lon_deg: float, lat_deg: float, reach_m: float) -> Patch:
        """The samples within ``reach_m`` metres (and some more) of a centre, at least one."""
        angle = min(reach_m / RADIUS_M, math.pi)
        rows = self._rows(lat_deg, angle)
        cols = self._cols(lon_deg, lat_deg, angle)
        lon0, lat0 = math.radians(lon_deg), math.radians(lat_deg)
        sin0, cos0 = np.float32(math.sin(lat0)), np.float32(math.cos(lat0))
        delta = self.lon[cols] - lon0
        sin_d, cos_d = np.sin(delta).astype(np.float32), np.cos(delta).astype(np.float32)
        sin_p, cos_p = self.sin_lat[rows, None], self.cos_lat[rows, None]
        # sin(p - p0) + ... keeps the northing exact where sin_p cos0 - cos_p sin0 cancels.
        versed = (2.0 * np.sin(delta / 2.0) ** 2).astype(np.float32)
        lat = np.pi / 2 - (np.arange(rows.start, rows.stop) + 0.5) * self.step
        north = np.sin(lat - lat0).astype(np.float32)[:, None] + (sin0 * cos_p) * versed
        east = cos_p * sin_d
        up = sin0 * sin_p + (cos0 * cos_p) * cos_d
        distance = np.arctan2(np.hypot(east, north), up) * np.float32(RADIUS_M)
        return Patch(rows, cols, distance, np.arctan2(north, east))

    def _rows(self, lat_deg: float, angle: float) -> slice:
        row = self.row_of(lat_deg)
        first = max(0, math.floor(row - angle / self.step))
        last = min(self.height - 1, math.ceil(row + angle / self.step))
        return slice(min(first, self.height - 1), max(last, 0) + 1)

    def _cols(self, lon_deg: float, lat_deg: float, angle: float) -> Index:
        colatitude = math.radians(90.0 - abs(lat_deg))
        if angle >= colatitude:  # a pole is inside: every meridian is touched
            return slice(0, self.width)
        half = math.asin(min(1.0, math.sin(angle) / math.sin(colatitude))) / self.step + 1.0
        if 2 * half + 2 >= self.width:
            return slice(0, self.width)
        first, last = (
            math.floor(self.col_of(lon_deg) - half),
            math.ceil(self.col_of(lon_deg) + half),
        )
        if first >= 0 and last < self.width:
            return slice(first, last + 1)
        return np.arange(first, last + 1) % self.width


def sample_sphere(field_: F32, grid: Grid, lon_deg: Any, lat_deg: Any, order: int = 1) -> F32:
    """``field_`` (float32 ``[height, width]``) at longitudes and latitudes in degrees (broadcast
    arrays), interpolated by splines of ``order`` across the seam and over the poles."""
    from scipy import ndimage

    margin = 8
    padded = pad_sphere(field_, margin)
    rows = np.asarray(grid.row_of(np.asarray(lat_deg, dtype=np.float64))) + margin
    lon = np.mod(np.asarray(lon_deg, dtype=np.float64) + 180.0, 360.0) - 180.0
    cols = np.asarray(grid.col_of(lon)) + margin
    rows, cols = np.broadcast_arrays(rows, cols)
    out: F32 = ndimage.map_coordinates(
        padded, [rows.ravel(), cols.ravel()], output=np.float32, order=order, mode="nearest"
    )
    return out.reshape(rows.shape)


def pad_sphere(field_: F32, margin: int) -> F32:
    """``field_`` with ``margin`` more samples on every side: columns wrap, rows run on over the
    pole (flipped and turned by half a circle). Float32 ``[height + 2 m, width + 2 m]``."""
    half = field_.shape[1] // 2
    top = np.roll(field_[:margin][::-1], half, axis=1)
    bottom = np.roll(field_[-margin:][::-1], half, axis=1)
    tall = np.concatenate([top, field_, bottom], axis=0)
    return np.concatenate([tall[:, -margin:], tall, tall[:, :margin]], axis=1)
