"""Rasters as mosaics: what body they show, and the view of any crater on them."""

from __future__ import annotations

import hashlib
import os
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pyproj
import rasterio
from numpy.typing import NDArray
from rasterio.errors import NotGeoreferencedWarning, RasterioError

from ..bodies import Body, body_from_crs, geocentric_to_geodetic, geodetic_to_geocentric, same_body
from ..closing import Closing
from ..errors import BodyError, MosaicError
from .geometry import plane_to_geographic, positions
from .sampling import Bands, Sampler, spacing
from .view import View, ViewSkipped, stretch

FloatArray = NDArray[np.float64]
MIN_VALID_FRACTION = 0.7
# Native pixels across a crater's diameter below which its shape is not in the image.
MIN_PIXELS_ACROSS = 6.0
_HASHED_BYTES = 1 << 20
_CYLINDRICAL = ("cylindrical", "plate carr", "mercator", "equidistant cyl", "pseudo plate")


class Mosaic(Closing):
    """A georeferenced raster of one body. Use :meth:`open`; a context manager; not thread-safe.

    Attributes
    ----------
    path : the file's path as text.
    body : :class:`~..bodies.Body` with the radii the CRS declares.
    crs : :class:`pyproj.CRS`.
    pixel_size_m : ground size of a pixel at the raster's centre, metres.
    """

    def __init__(
        self,
        dataset: Any,
        path: str,
        crs: pyproj.CRS,
        body: Body,
        band: int | None,
        nodata: float | None,
    ) -> None:
        self._band, self._nodata = band, nodata
        self._dataset = dataset
        self.path = path
        self.crs = crs
        self.body = body
        base = crs.geodetic_crs if crs.geodetic_crs is not None else crs
        self._flip = -1.0 if _is_west_positive(base) else 1.0
        self._to_map: pyproj.Transformer | None = None
        self._from_map: pyproj.Transformer | None = None
        if not crs.is_geographic:
            self._to_map = pyproj.Transformer.from_crs(base, crs, always_xy=True)
            self._from_map = pyproj.Transformer.from_crs(crs, base, always_xy=True)
        self._inverse = ~dataset.transform
        self._sampler = Sampler(dataset, Bands.of(dataset, band), self._period_in_pixels(), nodata)
        self.pixel_size_m = self._pixel_size()

    @classmethod
    def open(
        cls,
        path: str | Path,
        *,
        body: Body | None = None,
        band: int | None = None,
        nodata: float | None = None,
    ) -> Mosaic:
        """Open any raster rasterio reads.

        Parameters
        ----------
        path : file name (or anything GDAL accepts as a data set name).
        body : when given, the body it must be on (another one is refused).
        band : the band to use (from 1); default: luma of RGB, else the first band.
        nodata : a value that means no data beside what the file declares.

        Raises
        ------
        MosaicError
            The file is missing, is no raster, or has no usable georeference.
        BodyError
            It shows another body than ``body``.
        """
        text = os.fspath(path)
        if not Path(text).exists() and ":" not in text:
            raise MosaicError(f"There is no file {text}. Check the path of the mosaic.")
        try:
            with warnings.catch_warnings():
                # We say ourselves, and in a sentence, when there is no georeference.
                warnings.simplefilter("ignore", NotGeoreferencedWarning)
                dataset = rasterio.open(text)
        except RasterioError as error:
            raise MosaicError(
                f"{text} cannot be opened as a raster ({error}). Give a GeoTIFF, VRT, ISIS cube or "
                "another raster GDAL reads."
            ) from error
        try:
            crs = _crs_of(dataset, text)
            found = body_from_crs(crs)
            if body is not None and not same_body(found, body):
                raise BodyError(
                    f"{Path(text).name} is a mosaic of {found.name} by its CRS ({crs.name}), but "
                    f"{body.name} is needed. Choose another mosaic, or correct its CRS where that "
                    "is wrong."
                )
            return cls(dataset, text, crs, found, band, nodata)
        except Exception:
            dataset.close()
            raise

    def close(self) -> None:
        """Close the file."""
        self._dataset.close()

    @property
    def width(self) -> int:
        """Columns of the raster."""
        return int(self._dataset.width)

    @property
    def height(self) -> int:
        """Rows of the raster."""
        return int(self._dataset.height)

    def fingerprint(self) -> str:
        """SHA-256 over size, georeference and the first and last MiB of the file.

        Cheap on gigabytes, and enough to notice another file under the same name.
        """
        meta = self._dataset
        digest = hashlib.sha256(
            repr((meta.width, meta.height, meta.count, meta.dtypes, tuple(meta.transform))).encode()
        )
        digest.update(self.crs.to_wkt().encode())
        path = Path(self.path)
        if path.is_file():
            size = path.stat().st_size
            digest.update(str(size).encode())
            with path.open("rb") as stream:
                digest.update(stream.read(_HASHED_BYTES))
                stream.seek(max(0, size - _HASHED_BYTES))
                digest.update(stream.read(_HASHED_BYTES))
        return digest.hexdigest()

    def describe(self) -> dict[str, Any]:
        """What an index keeps about an observation; plain JSON."""
        return {
            "path": str(Path(self.path).resolve()) if Path(self.path).exists() else self.path,
            "fingerprint": self.fingerprint(),
            "crs": self.crs.to_wkt(),
            "pixel_size_m": self.pixel_size_m,
            "width": self.width,
            "height": self.height,
            "band": self._band,
            "nodata": self._nodata,
        }

    def view(
        self,
        lon: float,
        lat: float,
        diameter_m: float,
        context: float,
        size: int,
        *,
        min_valid_fraction: float = MIN_VALID_FRACTION,
        min_pixels_across: float = MIN_PIXELS_ACROSS,
    ) -> View:
        """The view of a crater: local orthographic, north up, side = context x diameter.

        Parameters
        ----------
        lon, lat : the centre, degrees east and planetocentric.
        diameter_m : metres.
        context : crop side / diameter.
        size : S, pixels of the square view.

        Raises
        ------
        ViewSkipped
            With reason ``outside``, ``beyond the limb`` (wider than the visible hemisphere),
            ``too empty``, ``too coarse``, ``no contrast`` or ``no data``.
        """
        view = self.crop(lon, lat, context * diameter_m, size, min_valid_fraction)
        if diameter_m < min_pixels_across * view.native_metres_per_pixel:
            raise ViewSkipped("too coarse")
        return view

    def crop(
        self,
        lon: float,
        lat: float,
        side_m: float,
        size: int,
        min_valid_fraction: float = MIN_VALID_FRACTION,
    ) -> View:
        """Like :meth:`view` for a square of ``side_m`` metres, whatever it shows."""
        cols, rows = self.pixel_positions(lon, lat, side_m, size)
        if not self._touches(cols, rows):
            raise ViewSkipped("outside")
        if np.isfinite(cols).mean() < min_valid_fraction:
            raise ViewSkipped("beyond the limb")
        step = spacing(cols, rows)
        values, valid = self._sampler.sample(cols, rows, step)
        fraction = float(valid.mean())
        if fraction == 0.0:
            raise ViewSkipped("no data")
        if fraction < min_valid_fraction:
            raise ViewSkipped("too empty")
        metres = side_m / size
        return View(
            pixels=stretch(values, valid),
            valid_fraction=fraction,
            metres_per_pixel=metres,
            native_metres_per_pixel=metres / max(min(step), 1e-12),
            side_m=side_m,
        )

    def pixel_positions(
        self, lon: float, lat: float, side_m: float, size: int
    ) -> tuple[FloatArray, FloatArray]:
        """Fractional (column, row) in the raster, each [S, S], of a crop's pixel centres.

        NaN beyond the limb or where the mosaic's projection is not defined. Columns are continuous
        across the seam of a cylindrical mosaic (they may be negative).
        """
        geodetic = float(geocentric_to_geodetic(self.body, lat))

        def exact(x: FloatArray, y: FloatArray) -> tuple[FloatArray, FloatArray]:
            glon, glat = plane_to_geographic(self.body, lon, geodetic, x, y)
            cols, rows = self._to_pixels(glon, glat)
            return self._sampler.unwrap(cols), rows

        return positions(exact, side_m, size)

    def to_lonlat(self, x: float, y: float) -> tuple[float, float]:
        """Map coordinates of this mosaic's CRS -> (degrees east, planetocentric latitude)."""
        lon, lat = (x, y) if self._from_map is None else self._from_map.transform(x, y)
        if not (np.isfinite(lon) and np.isfinite(lat)):
            raise MosaicError(
                f"The point {x:g}, {y:g} has no place on {self.body.name} in the CRS of "
                f"{Path(self.path).name}. Check the coordinates."
            )
        return self._flip * lon, float(geodetic_to_geocentric(self.body, lat))

    def _to_pixels(self, lon: FloatArray, lat: FloatArray) -> tuple[FloatArray, FloatArray]:
        x, y = self._flip * lon, lat
        if self._to_map is not None:
            x, y = self._to_map.transform(x, y, errcheck=False)
        x = np.where(np.isfinite(x), x, np.nan)
        y = np.where(np.isfinite(y), y, np.nan)
        t = self._inverse
        return t.a * x + t.b * y + t.c, t.d * x + t.e * y + t.f

    def _touches(self, cols: FloatArray, rows: FloatArray) -> bool:
        if self._period is not None:
            cols = np.mod(cols, self._period)
        inside = (cols >= 0) & (cols <= self.width) & (rows >= 0) & (rows <= self.height)
        return bool(inside.any())

    def _period_in_pixels(self) -> float | None:
        """Columns in one turn of the body, for unrotated geographic or cylindrical rasters."""
        self._period: float | None = None
        transform = self._dataset.transform
        if transform.b != 0 or transform.d != 0:
            return None
        if self._to_map is None:
            turn = 360.0
        else:
            operation = self.crs.coordinate_operation
            name = (operation.method_name if operation is not None else "").lower()
            if not any(word in name for word in _CYLINDRICAL) or "transverse" in name:
                return None
            lon0 = _central_meridian(operation)
            x0, _ = self._to_map.transform(lon0, 0.0)
            x1, _ = self._to_map.transform(lon0 + 90.0, 0.0)
            turn = 4.0 * abs(x1 - x0)
        self._period = turn / abs(transform.a)
        if abs(self._period - self._dataset.width) < 0.5:
            self._period = float(self._dataset.width)
        return self._period

    def _pixel_size(self) -> float:
        t = self._dataset.transform
        if self._to_map is None:
            return float(abs(t.e) * np.pi / 180.0 * self.body.mean_radius)
        unit = self.crs.axis_info[0].unit_conversion_factor if self.crs.axis_info else 1.0
        return float(np.sqrt(abs(t.a * t.e - t.b * t.d)) * unit)


def _crs_of(dataset: Any, text: str) -> pyproj.CRS:
    if dataset.crs is None or dataset.transform.is_identity:
        raise MosaicError(
            f"{Path(text).name} has no georeference. Assign its coordinate reference system (in "
            "QGIS: Raster > Projections > Assign projection), or search with it as an --image."
        )
    try:
        crs = pyproj.CRS.from_wkt(dataset.crs.to_wkt())
    except pyproj.exceptions.CRSError as error:
        raise MosaicError(
            f"The coordinate reference system of {Path(text).name} is not understood ({error}). "
            "Assign a valid one."
        ) from error
    if crs.geodetic_crs is None or crs.is_geocentric:
        raise MosaicError(
            f"The coordinate reference system of {Path(text).name} ({crs.name}) is not tied to a "
            "body. Assign a geographic or projected one."
        )
    return crs


def _is_west_positive(base: pyproj.CRS) -> bool:
    return any(axis.direction.lower() == "west" for axis in base.axis_info)


def _central_meridian(operation: Any) -> float:
    for parameter in operation.params:
        if "longitude of natural origin" in parameter.name.lower():
            return float(parameter.value)
    return 0.0
