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
from rasterio.enums import WktVersion
from rasterio.errors import CRSError, NotGeoreferencedWarning, RasterioError

from ..bodies import Body, geocentric_to_geodetic, same_body
from ..closing import Closing
from ..errors import BodyError, MosaicError
from ..frame import MapFrame
from . import paths
from .geometry import plane_to_geographic, positions
from .sampling import Bands, Sampler, spacing
from .view import View, ViewSkipped, stretched

FloatArray = NDArray[np.float64]
MIN_VALID_FRACTION = 0.7
# Native pixels across a crater's diameter below which its shape is not in the image.
MIN_PIXELS_ACROSS = 6.0


class Mosaic(Closing):
    """A georeferenced raster of one body. Use :meth:`open`; a context manager; not thread-safe.

    Attributes
    ----------
    path : the file's path as text.
    body : :class:`~..bodies.Body` with the radii the CRS declares.
    crs : :class:`pyproj.CRS`, horizontal.
    frame : :class:`~..frame.MapFrame`: its coordinates as places on the body, and back.
    pixel_size_m : ground size of a pixel at the raster's centre, metres.
    """

    def __init__(
        self,
        dataset: Any,
        path: str,
        frame: MapFrame,
        band: int | None,
        nodata: float | None,
    ) -> None:
        self._band, self._nodata = band, nodata
        self._dataset = dataset
        self.frame = frame
        self.path = path
        self.crs = frame.crs
        self.body = frame.body
        self._inverse = ~dataset.transform
        self._period = self._period_in_pixels()
        self._sampler = Sampler(dataset, Bands.of(dataset, band), self._period, nodata)
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
        text = paths.repaired(os.fspath(path))
        paths.check(text)
        try:
            with warnings.catch_warnings():
                # We say ourselves, and in a sentence, when there is no georeference.
                warnings.simplefilter("ignore", NotGeoreferencedWarning)
                dataset = rasterio.open(text)
        except RasterioError as error:
            raise MosaicError(
                f"{text} cannot be opened as a raster ({error}). {paths.advice(text)}"
            ) from error
        try:
            frame = _frame_of(dataset, text)
            if body is not None and not same_body(frame.body, body):
                raise BodyError(
                    f"{Path(text).name} is a mosaic of {frame.body.name} by its CRS "
                    f"({frame.crs.name}), but {body.name} is needed. Choose another mosaic, or "
                    "correct its CRS where that is wrong."
                )
            return cls(dataset, text, frame, band, nodata)
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
        # The form that indexes were fingerprinted with from the first release on.
        digest.update(_plain_wkt(self._dataset, self.crs).encode())
        paths.add_content(digest, self.path)
        return digest.hexdigest()

    def describe(self) -> dict[str, Any]:
        """What an index keeps about an observation; plain JSON."""
        return {
            "path": paths.absolute(self.path),
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
        values, valid, native = self.values(lon, lat, side_m, size, min_valid_fraction)
        pixels, level = stretched(values, valid)
        return View(
            pixels=pixels,
            valid_fraction=float(valid.mean()),
            metres_per_pixel=side_m / size,
            native_metres_per_pixel=native,
            side_m=side_m,
            level=level,
        )

    def values(
        self,
        lon: float,
        lat: float,
        side_m: float,
        size: int,
        min_valid_fraction: float = MIN_VALID_FRACTION,
    ) -> tuple[NDArray[np.float32], NDArray[np.bool_], float]:
        """The raster's own values in such a square [S, S], which are valid, and the ground size of
        the raster's pixels there in metres. Raises ViewSkipped as :meth:`view`."""
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
        return values, valid, side_m / size / max(min(step), 1e-12)

    def units(self) -> tuple[float, float]:
        """Scale and offset of the raster's first band: a height is its value x scale + offset."""
        return float(self._dataset.scales[0]), float(self._dataset.offsets[0])

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
        lon, lat = self.frame.to_planetocentric(x, y)
        if not (np.isfinite(lon) and np.isfinite(lat)):
            raise MosaicError(
                f"The point {x:g}, {y:g} has no place on {self.body.name} in the CRS of "
                f"{Path(self.path).name}. Check the coordinates."
            )
        return float(lon), float(lat)

    def _to_pixels(self, lon: FloatArray, lat: FloatArray) -> tuple[FloatArray, FloatArray]:
        x, y = self.frame.to_map(lon, lat)
        t = self._inverse
        return t.a * x + t.b * y + t.c, t.d * x + t.e * y + t.f

    def _touches(self, cols: FloatArray, rows: FloatArray) -> bool:
        if self._period is not None:
            cols = np.mod(cols, self._period)
        inside = (cols >= 0) & (cols <= self.width) & (rows >= 0) & (rows <= self.height)
        return bool(inside.any())

    def _period_in_pixels(self) -> float | None:
        """Columns in one turn of the body, for unrotated geographic or cylindrical rasters."""
        transform = self._dataset.transform
        turn = self.frame.turn() if transform.b == 0 and transform.d == 0 else None
        if turn is None:
            return None
        period = turn / abs(transform.a)
        width = float(self._dataset.width)
        return width if abs(period - width) < 0.5 else period

    def _pixel_size(self) -> float:
        t = self._dataset.transform
        across, along = self.frame.metres_per_unit()
        if self.frame.is_plain:
            # Along a meridian: the other side of a pixel shrinks with latitude.
            return float(np.hypot(t.e, t.d) * along)
        return float(np.sqrt(abs(t.a * t.e - t.b * t.d) * across * along))


def _frame_of(dataset: Any, text: str) -> MapFrame:
    name = Path(text).name
    if dataset.transform.is_identity and dataset.gcps[0]:
        raise MosaicError(
            f"{name} is placed by ground control points alone. Warp it first (in QGIS: Raster > "
            "Projections > Warp, or gdalwarp), and name the result."
        )
    if dataset.crs is None or dataset.transform.is_identity:
        raise MosaicError(
            f"{name} has no georeference. Assign its coordinate reference system (in "
            "QGIS: Raster > Projections > Assign projection), or search with it as an --image."
        )
    try:
        crs = pyproj.CRS.from_wkt(_wkt_of(dataset))
    except (pyproj.exceptions.CRSError, CRSError) as error:
        raise MosaicError(
            f"The coordinate reference system of {name} is not understood ({error}). "
            "Assign a valid one."
        ) from error
    try:
        return MapFrame(crs)
    except (ValueError, pyproj.exceptions.ProjError) as error:
        raise MosaicError(
            f"The coordinate reference system of {name} ({crs.name}) is not tied to a "
            "body. Assign a geographic or projected one."
        ) from error


def _wkt_of(dataset: Any) -> str:
    """WKT 2: WKT 1, rasterio's own choice, has no planetocentric latitudes."""
    try:
        return str(dataset.crs.to_wkt(version=WktVersion.WKT2_2019))
    except CRSError:
        return str(dataset.crs.to_wkt())


def _plain_wkt(dataset: Any, crs: pyproj.CRS) -> str:
    """The CRS as pyproj writes it after reading WKT 1, where WKT 1 can say it."""
    try:
        return str(pyproj.CRS.from_wkt(dataset.crs.to_wkt()).to_wkt())
    except (pyproj.exceptions.CRSError, CRSError):
        return str(crs.to_wkt())
