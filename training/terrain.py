"""Raw raster windows in a crater's local orthographic frame, for packing training terrain."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rasterio.errors import NotGeoreferencedWarning
from scipy.fft import dctn, idctn

from craterbench_qgis.engine.errors import MosaicError
from craterbench_qgis.engine.files.rasters import open_raster

FloatArray = NDArray[np.float32]


def orthographic_grid(
    lon: float, lat: float, side_rad: float, size: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Longitudes and latitudes (degrees) of the pixel centres of a north-up local crop.

    ``side_rad``: the crop's side as an arc of the body's radius, at most 1.9. Returns two arrays
    [size, size]; points beyond the limb are NaN. Inverse orthographic: Snyder 1987, eq. 20-14 ff.
    """
    half = (np.arange(size) + 0.5) / size - 0.5
    x, y = np.meshgrid(half * side_rad, -half * side_rad)
    rho = np.hypot(x, y)
    c = np.arcsin(np.where(rho <= 1.0, rho, np.nan))
    phi = np.radians(lat)
    ratio = np.divide(np.sin(c), rho, out=np.ones_like(rho), where=rho > 1e-12)
    out_lat = np.degrees(np.arcsin(np.cos(c) * np.sin(phi) + y * ratio * np.cos(phi)))
    east = np.arctan2(x * ratio, np.cos(c) * np.cos(phi) - y * ratio * np.sin(phi))
    return (lon + np.degrees(east) + 180.0) % 360.0 - 180.0, out_lat


UNPLACED_STEP = 0.001


def _pyramid(data: FloatArray, depth: int) -> list[FloatArray]:
    levels = [data]
    for _ in range(depth):
        top = levels[-1]
        rows, cols = top.shape[0] // 2 * 2, top.shape[1] // 2 * 2
        if min(rows, cols) < 4:
            break
        blocks = top[:rows, :cols].reshape(rows // 2, 2, cols // 2, 2)
        levels.append(blocks.mean(axis=(1, 3)))
    return levels


@dataclass
class Plate:
    """A plate-carree raster in memory with a pyramid of 2 x 2 means; ``levels[0]`` is the file."""

    levels: list[FloatArray]
    lon0: float
    lat0: float
    degrees_per_pixel: float
    globe: bool

    @classmethod
    def open(cls, path: Path, depth: int = 5, band: int = 1) -> Plate:
        """Read a band of a geographic raster; nodata becomes NaN. MosaicError for others."""
        with open_raster(str(path)) as source:
            if source.crs is None or not source.crs.is_geographic:
                raise MosaicError(
                    f"{path.name} is not in a geographic coordinate system. Training terrain is "
                    "packed from plate-carree rasters: reproject it first (gdalwarp)."
                )
            transform = source.transform
            if band > source.count:
                raise MosaicError(
                    f"{path.name} has {source.count} bands, not {band}. A map of surface normals "
                    "has three: to the east, to the south, upwards."
                )
            data = source.read(band).astype(np.float32)
            if source.nodata is not None:
                data[data == np.float32(source.nodata)] = np.nan
        globe = abs(data.shape[1] * transform.a - 360.0) < 2 * transform.a
        place = float(transform.c), float(transform.f), float(transform.a)
        return cls(_pyramid(data, depth), *place, globe)

    @classmethod
    def unplaced(cls, path: Path, lon: float, depth: int = 5) -> Plate:
        """An image without map coordinates, laid on the equator east of ``lon`` with
        :data:`UNPLACED_STEP` degrees a pixel."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", NotGeoreferencedWarning)
            with open_raster(str(path)) as source:
                data = source.read(1).astype(np.float32)
        step = UNPLACED_STEP
        return cls(_pyramid(data, depth), lon, data.shape[0] * step / 2, step, False)

    @property
    def box(self) -> tuple[float, float, float, float]:
        """West, south, east, north edge in degrees."""
        rows, cols = self.levels[0].shape
        step = self.degrees_per_pixel
        return self.lon0, self.lat0 - rows * step, self.lon0 + cols * step, self.lat0

    def sample(
        self, lon: NDArray[np.float64], lat: NDArray[np.float64], spacing_deg: float, order: int = 1
    ) -> FloatArray:
        """Values at ``lon``, ``lat`` (degrees, [S, S]); NaN outside or where data is missing.

        ``spacing_deg``: distance of the samples; the pyramid level just finer than it is read.
        ``order``: of the spline, 1 or 3.
        """
        from scipy.ndimage import map_coordinates

        level = int(np.clip(np.floor(np.log2(spacing_deg / self.degrees_per_pixel)), 0, 99))
        level = min(level, len(self.levels) - 1)
        step = self.degrees_per_pixel * 2**level
        raster = self.levels[level]
        cols = (lon - self.lon0) / step - 0.5
        if self.globe:
            centre = cols[cols.shape[0] // 2, cols.shape[1] // 2]
            period = 360.0 / step
            cols = np.mod(cols - centre + period / 2, period) + centre - period / 2
        rows = (self.lat0 - lat) / step - 0.5
        low_c, high_c = int(np.nanmin(cols)) - 4, int(np.nanmax(cols)) + 6
        low_r, high_r = int(np.nanmin(rows)) - 4, int(np.nanmax(rows)) + 6
        take_r = np.clip(np.arange(low_r, high_r), 0, raster.shape[0] - 1)
        take_c = np.arange(low_c, high_c)
        outside = np.zeros(cols.shape, bool)
        if self.globe:
            take_c = np.mod(take_c, raster.shape[1])
        else:
            outside = (cols < -0.5) | (cols > raster.shape[1] - 0.5)
            take_c = np.clip(take_c, 0, raster.shape[1] - 1)
        outside |= (rows < -0.5) | (rows > raster.shape[0] - 0.5) | ~np.isfinite(cols)
        window = raster[np.ix_(take_r, take_c)]
        at = np.stack([rows - low_r, cols - low_c])
        if order > 1 and not np.isfinite(window).all():
            order = 1
        out = map_coordinates(window, np.nan_to_num(at), order=order, mode="nearest")
        return np.where(outside, np.nan, out).astype(np.float32)


def touches(
    lon: NDArray[np.float64], lat: NDArray[np.float64], box: tuple[float, float, float, float]
) -> bool:
    """Whether any point lies in the box (west, south, east, north; degrees, west < east)."""
    west, south, east, north = box
    inside = (lat >= south) & (lat <= north) & (np.mod(lon - west, 360.0) <= east - west)
    return bool(inside.any())


@dataclass
class Heights:
    """A terrain model whose values are heights in metres."""

    plate: Plate

    @property
    def degrees_per_pixel(self) -> float:
        return self.plate.degrees_per_pixel

    def crop(
        self, lon: float, lat: float, side_rad: float, size: int, radius_m: float
    ) -> FloatArray:
        """Heights in units of the crop's pixel spacing, [size, size]; NaN where there are none."""
        lons, lats = orthographic_grid(lon, lat, side_rad, size)
        metres = self.plate.sample(lons, lats, np.degrees(side_rad) / size, order=3)
        return metres / np.float32(side_rad * radius_m / size)


@dataclass
class Normals:
    """A terrain model that is a map of surface normals: slopes to the east and to the north."""

    east: Plate
    north: Plate

    @classmethod
    def open(cls, path: Path) -> Normals:
        """RGB bytes, each (value / 127.5) - 1: the normal's part to the east, to the south, up.
        Overhangs and values near the horizon are held at a slope of 4."""
        east, south, up = (Plate.open(path, depth=0, band=band) for band in (1, 2, 3))
        n_east, n_south, n_up = (p.levels[0] / 127.5 - 1.0 for p in (east, south, up))
        n_up = np.maximum(n_up, 0.2)
        for plate, slope in ((east, -n_east / n_up), (south, n_south / n_up)):
            plate.levels = _pyramid(np.clip(slope, -4.0, 4.0).astype(np.float32), 5)
        return cls(east, south)

    @property
    def degrees_per_pixel(self) -> float:
        return self.east.degrees_per_pixel

    def crop(
        self, lon: float, lat: float, side_rad: float, size: int, radius_m: float
    ) -> FloatArray:
        """As :meth:`Heights.crop`, integrated from the slopes; the mean is zero."""
        lons, lats = orthographic_grid(lon, lat, side_rad, size)
        spacing = np.degrees(side_rad) / size
        east, north = (p.sample(lons, lats, spacing, order=3) for p in (self.east, self.north))
        # Away from the centre of the crop its up is not north: the meridians converge.
        turn = np.radians((lons - lon + 180.0) % 360.0 - 180.0) * np.sin(np.radians(lats))
        c, s = np.cos(turn), np.sin(turn)
        return heights_from_slopes(east * c - north * s, east * s + north * c)


def heights_from_slopes(east: NDArray[np.floating], north: NDArray[np.floating]) -> FloatArray:
    """The surface [S, S] whose slopes are nearest to ``east`` and ``north`` (least squares), in
    pixel spacings, zero mean; rows run south. NaN everywhere when a slope is missing.

    Poisson's equation with free edges, solved by cosine transforms (Frankot and Chellappa 1988).
    """
    rows, cols = east.shape
    across = 0.5 * (east[:, 1:] + east[:, :-1])
    down = -0.5 * (north[1:] + north[:-1])
    divergence = np.zeros((rows, cols))
    divergence[:, :-1] += across
    divergence[:, 1:] -= across
    divergence[:-1] += down
    divergence[1:] -= down
    wave_r = 2.0 - 2.0 * np.cos(np.pi * np.arange(rows) / rows)
    wave_c = 2.0 - 2.0 * np.cos(np.pi * np.arange(cols) / cols)
    power = wave_r[:, None] + wave_c[None]
    power[0, 0] = 1.0
    coefficients = dctn(divergence, type=2) / -power
    coefficients[0, 0] = 0.0
    return np.asarray(idctn(coefficients, type=2), dtype=np.float32)
