"""Rasters as mosaics: what body they show, and the view of any crater on them."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from affine import Affine
from numpy.typing import NDArray

from ...contract import names
from ...contract.search import LEAST_VALID
from ...contract.vocabulary import Skip
from ..bodies import Body, geocentric_to_geodetic, same_body
from ..closing import Closing
from ..errors import BodyError, MosaicError
from ..files.rasters import open_raster
from ..frame import MapFrame
from . import paths
from .geometry import plane_to_geographic, positions
from .georeference import frame_of, plain_wkt
from .labels import label_frame, label_transform, missing_image, read_label
from .sampling import LEAST_SHARE, Bands, Sampler, spacing
from .view import View, ViewSkipped, stretched

FloatArray = NDArray[np.float64]
MIN_VALID_FRACTION = LEAST_VALID
# Native pixels across a crater's diameter below which its shape is not in the image.
MIN_PIXELS_ACROSS = 6.0


class Square(NamedTuple):
    """A square of ground: the raster's own ``values`` [S, S], which of them are ``valid`` [S, S],
    how much of the square has data, and the metres a pixel of the raster is there."""

    values: NDArray[np.float32]
    valid: NDArray[np.bool_]
    valid_fraction: float
    native_metres_per_pixel: float


class RasterSource(NamedTuple):
    """What :meth:`Mosaic.open` was given: a process of its own opens the same by it."""

    path: str
    band: int | None
    nodata: float | None
    shows: Body | None


class Mosaic(Closing):
    """A georeferenced raster of one body. Use :meth:`open`; a context manager; not thread-safe.

    Attributes
    ----------
    path : the file's path as text.
    body : :class:`~..bodies.Body` with the radii the CRS declares.
    crs : :class:`pyproj.CRS`, horizontal.
    frame : :class:`~..frame.MapFrame`: its coordinates as places on the body, and back.
    notes : what was corrected on the way and the user should know.
    pixel_size_m : ground size of a pixel at the raster's centre, metres.
    source : by which it was opened.
    """

    source: RasterSource

    def __init__(
        self,
        dataset: Any,
        path: str,
        frame: MapFrame,
        band: int | None,
        nodata: float | None,
        transform: Affine | None = None,
    ) -> None:
        self._transform: Affine = transform or dataset.transform
        self.notes: list[str] = []
        self._band, self._nodata = band, nodata
        self._dataset = dataset
        self.frame = frame
        self.path = path
        self.crs = frame.crs
        self.body = frame.body
        t = self._transform
        self._inverse = ~t
        self._turn = frame.turn()
        self._middle = t.c + t.a * dataset.width / 2 + t.b * dataset.height / 2
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
        shows: Body | None = None,
    ) -> Mosaic:
        """Open a raster of the formats the door lets in (:mod:`..files.rasters`).

        Parameters
        ----------
        path : file name, member of a local archive or subdataset, as GDAL writes them.
        body : when given, the body it must be on (another one is refused).
        band : the band to use (from 1); default: luma of RGB, else the first band.
        nodata : a value that means no data beside what the file declares.
        shows : the body it shows where it calls itself a map of the Earth: its degrees, and
            nothing else of that system, are then places on this body, planetocentric.

        Raises
        ------
        MosaicError
            The file is missing, is no raster, or has no usable georeference.
        BodyError
            It shows another body than ``body``.
        """
        text = names.repaired(os.fspath(path))
        try:
            dataset = open_raster(text)
        except MosaicError as error:
            if reason := missing_image(text):
                raise MosaicError(reason) from error
            raise
        from rasterio._err import CPLE_BaseError

        try:
            frame = frame_of(dataset, text, shows)
            transform, note = dataset.transform, ""
            label = read_label(dataset)
            if label is not None:
                frame = label_frame(label, frame) or frame
                transform, note = label_transform(label, dataset, frame, Path(text).name)
            if body is not None and not same_body(frame.body, body):
                raise BodyError(
                    f"{Path(text).name} is a mosaic of {frame.body.name} by its CRS "
                    f"({frame.crs.name}), but {body.name} is needed. Choose another mosaic, or "
                    "correct its CRS where that is wrong."
                )
            mosaic = cls(dataset, text, frame, band, nodata, transform)
            mosaic.notes += [note] if note else []
            mosaic.source = RasterSource(names.absolute(text), band, nodata, shows)
            return mosaic
        except CPLE_BaseError as error:  # of a tag that GDAL had put off reading
            dataset.close()
            raise MosaicError(f"{text} is damaged ({error}). Give the file anew.") from error
        except Exception:
            dataset.close()
            raise

    def close(self) -> None:
        """Close the file."""
        self._dataset.close()

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """Left, bottom, right, top in map units."""
        t = self._transform
        return t.c, t.f + self.height * t.e, t.c + self.width * t.a, t.f

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
        # As indexes are fingerprinted from the first release on.
        digest.update(plain_wkt(self._dataset, self.crs).encode())
        paths.add_content(digest, self.path)
        return digest.hexdigest()

    def describe(self) -> dict[str, Any]:
        """What an index keeps about an observation; plain JSON."""
        return {
            "path": names.absolute(self.path),
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
        _resolved(diameter_m, view.native_metres_per_pixel, min_pixels_across)
        return view

    def foresee(self, lon: float, lat: float, diameter_m: float, context: float, size: int) -> None:
        """Raise ViewSkipped where :meth:`view` would, as far as it is known without reading the
        raster's values: outside, beyond the limb, too coarse."""
        *_, native = self._placed(lon, lat, context * diameter_m, size, MIN_VALID_FRACTION)
        _resolved(diameter_m, native, MIN_PIXELS_ACROSS)

    def crop(
        self,
        lon: float,
        lat: float,
        side_m: float,
        size: int,
        min_valid_fraction: float = MIN_VALID_FRACTION,
    ) -> View:
        """Like :meth:`view` for a square of ``side_m`` metres, whatever it shows."""
        square = self.values(lon, lat, side_m, size, min_valid_fraction)
        pixels, level = stretched(square.values, square.valid)
        return View(
            pixels=pixels,
            valid_fraction=square.valid_fraction,
            metres_per_pixel=side_m / size,
            native_metres_per_pixel=square.native_metres_per_pixel,
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
    ) -> Square:
        """The raster's own values in such a square. Raises ViewSkipped as :meth:`view`."""
        cols, rows, step, native = self._placed(lon, lat, side_m, size, min_valid_fraction)
        values, share = self._sampler.sample(cols, rows, step)
        valid = share >= LEAST_SHARE
        fraction = float(np.where(valid, share, 0.0).mean())
        if fraction == 0.0:
            raise ViewSkipped(Skip.NO_DATA)
        if fraction < min_valid_fraction:
            raise ViewSkipped(Skip.TOO_EMPTY)
        return Square(values, valid, fraction, native)

    def _placed(
        self, lon: float, lat: float, side_m: float, size: int, min_valid_fraction: float
    ) -> tuple[FloatArray, FloatArray, tuple[float, float], float]:
        """Positions of a square's pixels, their spacing, and the ground size of the raster's
        pixels there. Raises ViewSkipped."""
        cols, rows = self.pixel_positions(lon, lat, side_m, size)
        if not self._touches(cols, rows):
            raise ViewSkipped(Skip.OUTSIDE)
        if np.isfinite(cols).mean() < min_valid_fraction:
            raise ViewSkipped(Skip.BEYOND_LIMB)
        step = spacing(cols, rows)
        return cols, rows, step, side_m / size / max(min(step), 1e-12)

    def units(self) -> tuple[float, float]:
        """Scale and offset of the raster's band: a height is its value x scale + offset."""
        band = (self._band or 1) - 1
        return float(self._dataset.scales[band]), float(self._dataset.offsets[band])

    def pixel_positions(
        self, lon: float, lat: float, side_m: float, size: int
    ) -> tuple[FloatArray, FloatArray]:
        """Fractional (column, row) in the raster, each [S, S], of a crop's pixel centres.

        NaN beyond the limb or where the projection is not defined. Columns are continuous across
        the seam of a cylindrical mosaic (they may be negative)."""
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
        if self._period is None and self._turn is not None:
            # A rotated map across the seam: the turn that lies about its middle.
            x = x - np.round((x - self._middle) / self._turn) * self._turn
        t = self._inverse
        return t.a * x + t.b * y + t.c, t.d * x + t.e * y + t.f

    def _touches(self, cols: FloatArray, rows: FloatArray) -> bool:
        if self._period is not None:
            cols = np.mod(cols, self._period)
        inside = (cols >= 0) & (cols <= self.width) & (rows >= 0) & (rows <= self.height)
        return bool(inside.any())

    def _period_in_pixels(self) -> float | None:
        """Columns in one turn of the body, for unrotated geographic or cylindrical rasters."""
        transform = self._transform
        if self._turn is None or transform.b != 0 or transform.d != 0:
            return None
        return self._turn / abs(transform.a)

    def _pixel_size(self) -> float:
        t = self._transform
        across, along = self.frame.metres_per_unit()
        if self.frame.is_plain:
            # Along a meridian: the other side of a pixel shrinks with latitude.
            return float(np.hypot(t.e, t.d) * along)
        return float(np.sqrt(abs(t.a * t.e - t.b * t.d) * across * along))


def _resolved(diameter_m: float, native_metres_per_pixel: float, least: float) -> None:
    if diameter_m < least * native_metres_per_pixel:
        raise ViewSkipped(Skip.TOO_COARSE)
