"""Reading a raster under arbitrary points: windows, wrap-around, decimation, masks."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rasterio.enums import ColorInterp, MaskFlags, Resampling
from rasterio.windows import Window
from scipy.ndimage import map_coordinates

from ..errors import MosaicError

FloatArray = NDArray[np.float64]
# ITU-R BT.709 luma.
LUMA = np.array([0.2126, 0.7152, 0.0722], dtype=np.float32)
OPAQUE = 128  # of 255
MARGIN = 2
_SPECIAL = 1e37
MAX_WINDOW_PIXELS = 64_000_000


@dataclass(frozen=True)
class Bands:
    """Which bands make the grey image: one, or three for luma."""

    indexes: tuple[int, ...]

    @classmethod
    def of(cls, dataset: Any, band: int | None) -> Bands:
        """Choose the bands of an open dataset; ``band`` (from 1) overrides.

        Raises
        ------
        MosaicError
            When the asked band does not exist.
        """
        if band is not None:
            if not 1 <= band <= dataset.count:
                raise MosaicError(
                    f"Band {band} was asked of {dataset.name}, which has {dataset.count}. "
                    "Choose one of those."
                )
            return cls((band,))
        kinds = dataset.colorinterp
        rgb = [ColorInterp.red, ColorInterp.green, ColorInterp.blue]
        if all(kind in kinds for kind in rgb):
            return cls(tuple(kinds.index(kind) + 1 for kind in rgb))
        return cls((1,))


class Sampler:
    """Bilinear samples of an open rasterio dataset at fractional pixel positions.

    Parameters
    ----------
    dataset : open rasterio dataset.
    bands : the bands that make the grey image.
    period : width in pixels after which the columns repeat (a cylindrical projection), or None.
        Where it equals the raster's own width, the first column follows the last.
    nodata : a value that means no data beside what the file declares, or None.
    """

    def __init__(
        self, dataset: Any, bands: Bands, period: float | None, nodata: float | None = None
    ) -> None:
        self._nodata = nodata
        self._dataset = dataset
        self._bands = bands
        self._period = period
        self._joined = period is not None and abs(period - dataset.width) < 0.5
        if self._joined:
            self._period = float(dataset.width)
        flags = [dataset.mask_flag_enums[index - 1] for index in bands.indexes]
        # A mask is 0 or 255, but an alpha band, scaled to that, is anything between.
        alpha = any(MaskFlags.alpha in flag for flag in flags)
        self._least_mask = OPAQUE if alpha else 1
        self._masked = not all(MaskFlags.all_valid in flag for flag in flags)
        self._palette, self._opaque = self._palette_of(dataset, bands)
        self._scale = _scale_of(dataset, bands)

    def sample(
        self, cols: FloatArray, rows: FloatArray, step: tuple[float, float]
    ) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
        """Grey values and validity at pixel positions (0.5, 0.5 = centre of the first pixel).

        ``cols`` (unwrapped, see :meth:`unwrap`) and ``rows`` are [S, S]; NaN positions are
        invalid. ``step`` is their :func:`spacing`: where the source is finer than that, blocks of
        source pixels are averaged first (from overviews where the file has them), so that large
        craters neither alias nor cost gigabytes.
        """
        finite = np.isfinite(cols) & np.isfinite(rows)
        values = np.zeros(cols.shape, dtype=np.float32)
        valid = np.zeros(cols.shape, dtype=bool)
        if not finite.any():
            return values, valid
        factors = max(1, int(step[0])), max(1, int(step[1]))
        limit = None if self._joined else self._dataset.width
        col0, col1 = self._range(cols[finite], factors[0], limit)
        row0, row1 = self._range(rows[finite], factors[1], self._dataset.height)
        if col1 <= col0 or row1 <= row0:
            return values, valid
        block, mask = self._read(col0, row0, col1, row1, factors)
        fx, fy = (col1 - col0) / block.shape[1], (row1 - row0) / block.shape[0]
        at = np.stack(
            [
                np.where(finite, (rows - row0) / fy - 0.5, -10.0),
                np.where(finite, (cols - col0) / fx - 0.5, -10.0),
            ]
        )
        # Half a pixel outside the outermost centres still belongs to the raster.
        shape = np.array(block.shape, dtype=np.float64)[:, None, None]
        inside = np.all((at >= -0.5 - 1e-6) & (at <= shape - 0.5 + 1e-6), axis=0)
        if mask.all():
            values = map_coordinates(block, at, order=1, mode="nearest", output=np.float32)
            return values, inside
        weight = map_coordinates(mask, at, order=1, mode="nearest", output=np.float32)
        total = map_coordinates(block * mask, at, order=1, mode="nearest", output=np.float32)
        valid = inside & (weight >= 0.5)
        values[valid] = total[valid] / weight[valid]
        return values, valid

    def unwrap(self, cols: FloatArray) -> FloatArray:
        """Bring columns that straddle the seam onto one continuous range around column 0."""
        if self._period is None:
            return cols
        wrapped = np.mod(cols, self._period)
        finite = wrapped[np.isfinite(wrapped)]
        if finite.size and finite.max() - finite.min() > self._period / 2:
            shifted = np.where(wrapped > self._period / 2, wrapped - self._period, wrapped)
            flat = shifted[np.isfinite(shifted)]
            if flat.max() - flat.min() < finite.max() - finite.min():
                return self._within(shifted)
        return self._within(wrapped)

    def _within(self, cols: FloatArray) -> FloatArray:
        """The turn in which most of the columns are on a raster that overlaps itself."""
        width, period = self._dataset.width, self._period or 0.0
        if width <= period:
            return cols
        turns = [cols, cols + period]
        return max(turns, key=lambda at: int(((at >= 0) & (at <= width)).sum()))

    @staticmethod
    def _range(positions: FloatArray, factor: int, limit: int | None) -> tuple[int, int]:
        """Whole pixels that cover the positions, aligned to the decimation factor."""
        margin = MARGIN * factor
        low = int(np.floor((positions.min() - margin) / factor)) * factor
        high = int(np.ceil((positions.max() + margin) / factor)) * factor
        return (low, high) if limit is None else (max(low, 0), min(high, limit))

    def _read(
        self, col0: int, row0: int, col1: int, row1: int, factors: tuple[int, int]
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """One grey block and its mask (0 or 1), both decimated by ``factors``."""
        width, height = col1 - col0, row1 - row0
        out_w = max(1, -(-width // factors[0]))
        out_h = max(1, -(-height // factors[1]))
        if out_w * out_h > MAX_WINDOW_PIXELS:
            raise MosaicError(
                f"A crop of {self._dataset.name} would read {out_w} x {out_h} pixels at once. "
                "Ask for a smaller box."
            )
        block = np.zeros((out_h, out_w), dtype=np.float32)
        mask = np.zeros((out_h, out_w), dtype=np.float32)
        for start, stop in self._pieces(col0, col1):
            b0 = round((start - col0) / width * out_w)
            b1 = round((stop - col0) / width * out_w)
            if b1 > b0:
                first = start % self._dataset.width if self._joined else start
                window = Window(first, row0, stop - start, height)
                block[:, b0:b1], mask[:, b0:b1] = self._grey(window, (out_h, b1 - b0))
        return block, mask

    def _pieces(self, col0: int, col1: int) -> list[tuple[int, int]]:
        """Split a column range at the seam of a raster that closes on itself."""
        if not self._joined:
            return [(col0, col1)]
        width = self._dataset.width
        seams = range((col0 // width + 1) * width, col1, width)
        edges = [col0, *seams, col1]
        return list(pairwise(edges))

    def _grey(
        self, window: Window, shape: tuple[int, int]
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        decimated = window.width > shape[1] or window.height > shape[0]
        if self._nodata is not None and decimated:
            return self._grey_without(window, shape)
        how = Resampling.average if decimated and self._palette is None else Resampling.nearest
        count = len(self._bands.indexes)
        options = {"window": window, "out_shape": (count, *shape), "resampling": how}
        try:
            data = self._dataset.read(self._bands.indexes, **options)
            masks = (
                self._dataset.read_masks(
                    self._bands.indexes, window=window, out_shape=(count, *shape)
                )
                if self._masked
                else None
            )
        except Exception as error:
            raise MosaicError(
                f"{self._dataset.name} cannot be read around column {int(window.col_off)}, row "
                f"{int(window.row_off)}: {error}. The file may be damaged: get it again."
            ) from error
        grey, good = self._shades(data)
        if masks is not None:
            good &= (masks >= self._least_mask).all(axis=0)
        if self._nodata is not None:
            good &= ~(data == self._nodata).all(axis=0)
        return np.where(good, grey, np.float32(0)), good.astype(np.float32)

    def _shades(self, data: NDArray[Any]) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
        """Grey values of the bands' numbers, and which of them are values at all."""
        if self._palette is not None and self._opaque is not None:
            entries = np.clip(data[0].astype(np.int64), 0, len(self._palette) - 1)
            return self._palette[entries], self._opaque[entries]
        values = data.astype(np.float32)
        # ISIS marks saturation by values beside its nodata, at the end of what a float can hold.
        good: NDArray[np.bool_] = np.all(np.abs(values) < _SPECIAL, axis=0)
        if self._scale is not None:
            values = values * self._scale
        grey = np.tensordot(LUMA, values, axes=1) if len(values) == 3 else values[0]
        return np.where(good, grey, np.float32(0)), good

    def _grey_without(
        self, window: Window, shape: tuple[int, int]
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Average without the user's nodata value, which GDAL does not know of."""
        factor = -(-int(window.height) // shape[0]), -(-int(window.width) // shape[1])
        full = int(window.height), int(window.width)
        grey, good = self._grey(window, full)
        pad = [(0, factor[i] * shape[i] - full[i]) for i in (0, 1)]
        blocks = (shape[0], factor[0], shape[1], factor[1])
        total = np.pad(grey, pad).reshape(blocks).sum(axis=(1, 3))
        count = np.pad(good, pad).reshape(blocks).sum(axis=(1, 3))
        share = count / (factor[0] * factor[1])
        return total / np.maximum(count, 1), (share >= 0.5).astype(np.float32)

    @staticmethod
    def _palette_of(
        dataset: Any, bands: Bands
    ) -> tuple[NDArray[np.float32] | None, NDArray[np.bool_] | None]:
        """The shades of a palette's entries and which of them are more opaque than not."""
        if len(bands.indexes) != 1:
            return None, None
        if dataset.colorinterp[bands.indexes[0] - 1] != ColorInterp.palette:
            return None, None
        table = dataset.colormap(bands.indexes[0])
        entries = [table.get(i, (0, 0, 0, 0)) for i in range(max(table) + 1)]
        rgba = np.array(entries, dtype=np.float32)
        return np.asarray(rgba[:, :3] @ LUMA, dtype=np.float32), rgba[:, 3] >= OPAQUE


def _scale_of(dataset: Any, bands: Bands) -> NDArray[np.float32] | None:
    """The bands' scales [n, 1, 1] where they turn or mix the picture; None where all is one.

    Offsets and one positive scale are lost in a view's stretch.
    """
    scales = np.array([dataset.scales[index - 1] for index in bands.indexes], dtype=np.float32)
    if not np.isfinite(scales).all() or (scales == 0).any():
        return None
    if (scales > 0).all() and np.all(scales == scales[0]):
        return None
    return scales[:, None, None]


def spacing(cols: FloatArray, rows: FloatArray) -> tuple[float, float]:
    """Source pixels per output pixel along the raster's columns and rows.

    The low quartile of each field's gradient: at a pole the column gradient explodes near the
    centre, and the finest sampling the crop really needs is the one at its edge.
    """

    stride = max(1, cols.shape[0] // 32)

    def one(field: FloatArray) -> float:
        coarse = field[::stride, ::stride] / stride
        dy = np.diff(coarse, axis=0)[:, :-1]
        dx = np.diff(coarse, axis=1)[:-1, :]
        magnitude = np.hypot(dx, dy)
        magnitude = magnitude[np.isfinite(magnitude)]
        return float(np.percentile(magnitude, 25)) if magnitude.size else 1.0

    return one(cols), one(rows)
