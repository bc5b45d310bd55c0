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
from .seam import Seam

FloatArray = NDArray[np.float64]
# ITU-R BT.709 luma.
LUMA = np.array([0.2126, 0.7152, 0.0722], dtype=np.float32)
OPAQUE = 128  # of 255
MARGIN = 2
# Far above what is ever measured, below what is left of a special pixel in an overview's mean.
_SPECIAL = 1e30
MAX_WINDOW_PIXELS = 64_000_000
# Read at once where each pixel has to be judged by itself.
WHOLE_PIXELS = 16_000_000
MOST_WHOLE_PIXELS = 250_000_000
LEAST_SHARE = 0.5
# ISIS: null, low and high saturation of the representation and of the instrument.
_ISIS_SPECIAL = {"int16": (-32768, -32767, -32766, -32765, -32764)}
_ISIS_UNSIGNED = (0, 1, 2, 65534, 65535)


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
        Where the raster goes around, the first column follows the last (:class:`.seam.Seam`).
    nodata : a value that means no data beside what the file declares, or None.
    """

    def __init__(
        self, dataset: Any, bands: Bands, period: float | None, nodata: float | None = None
    ) -> None:
        self._dataset = dataset
        self._bands = bands
        self._seam = None if period is None else Seam(period, dataset.width)
        flags = [dataset.mask_flag_enums[index - 1] for index in bands.indexes]
        # A mask is 0 or 255, but an alpha band, scaled to that, is anything between.
        self._alpha = any(MaskFlags.alpha in flag for flag in flags)
        self._masked = not all(MaskFlags.all_valid in flag for flag in flags)
        self._special = _special_of(dataset, bands, nodata)
        self._palette, self._opaque = self._palette_of(dataset, bands)
        self._scale = _scale_of(dataset, bands)

    def sample(
        self, cols: FloatArray, rows: FloatArray, step: tuple[float, float]
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Grey values at pixel positions (0.5, 0.5 = centre of the first pixel), and the share of
        valid pixels behind each: from 0.5 on it is a value.

        ``cols`` (unwrapped, see :meth:`unwrap`) and ``rows`` are [S, S]; NaN positions are
        invalid. ``step`` is their :func:`spacing`: where the source is finer than that, blocks of
        source pixels are averaged first (from overviews where the file has them), so that large
        craters neither alias nor cost gigabytes.
        """
        finite = np.isfinite(cols) & np.isfinite(rows)
        values = np.zeros(cols.shape, dtype=np.float32)
        nothing = np.zeros(cols.shape, dtype=np.float32)
        if not finite.any():
            return values, nothing
        if self._seam is not None:
            cols = self._seam.to_index(cols)
        factors = max(1, int(step[0])), max(1, int(step[1]))
        limit = None if self._seam is not None else self._dataset.width
        col0, col1 = self._range(cols[finite], factors[0], limit)
        row0, row1 = self._range(rows[finite], factors[1], self._dataset.height)
        if col1 <= col0 or row1 <= row0:
            return values, nothing
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
        if (mask == 1).all():
            values = map_coordinates(block, at, order=1, mode="nearest", output=np.float32)
            return values, inside.astype(np.float32)
        weight = map_coordinates(mask, at, order=1, mode="nearest", output=np.float32)
        total = map_coordinates(block * mask, at, order=1, mode="nearest", output=np.float32)
        valid = inside & (weight >= LEAST_SHARE)
        values[valid] = total[valid] / weight[valid]
        return values, np.where(inside, np.clip(weight, 0.0, 1.0), np.float32(0))

    def unwrap(self, cols: FloatArray) -> FloatArray:
        """Bring columns that straddle the seam onto one continuous range around column 0."""
        return cols if self._seam is None else self._seam.unwrap(cols)

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
        """One grey block and the share of valid pixels, both decimated by ``factors``."""
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
            first = start if self._seam is None else start % self._seam.columns
            if b1 > b0 and first < self._dataset.width:
                window = Window(first, row0, stop - start, height)
                block[:, b0:b1], mask[:, b0:b1] = self._grey(window, (out_h, b1 - b0))
        return block, mask

    def _pieces(self, col0: int, col1: int) -> list[tuple[int, int]]:
        """Split a column range at the seam, and where the raster ends before it."""
        if self._seam is None:
            return [(col0, col1)]
        turn, width = self._seam.columns, min(self._dataset.width, self._seam.columns)
        turns = range(col0 // turn * turn, col1 + turn, turn)
        edges = {col0, col1, *turns, *(start + width for start in turns)}
        return list(pairwise(sorted(edge for edge in edges if col0 <= edge <= col1)))

    def _grey(
        self, window: Window, shape: tuple[int, int]
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Grey values and the share of valid pixels behind each, both of ``shape``."""
        decimated = window.width > shape[1] or window.height > shape[0]
        if decimated and self._special is not None:
            return self._grey_whole(window, shape)
        how = Resampling.average if decimated and self._palette is None else Resampling.nearest
        data, masks = self._raw(window, shape, how)
        grey, good = self._shades(data)
        share = good.astype(np.float32)
        if masks is not None:
            least = masks.min(axis=0).astype(np.float32)
            # The mean of a mask is the share of it; of an alpha band it is opaque or not.
            share *= (least >= OPAQUE) if self._alpha else least / 255.0
        return np.where(share > 0, grey, np.float32(0)), share

    def _raw(
        self, window: Window, shape: tuple[int, int], how: Resampling
    ) -> tuple[NDArray[Any], NDArray[Any] | None]:
        """The bands' numbers, and their masks where any pixel is masked at all."""
        bands = self._bands.indexes
        options = {"window": window, "out_shape": (len(bands), *shape), "resampling": how}
        try:
            data = self._dataset.read(bands, **options)
            masks = self._dataset.read_masks(bands, **options) if self._masked else None
        except Exception as error:
            raise MosaicError(
                f"{self._dataset.name} cannot be read around column {int(window.col_off)}, row "
                f"{int(window.row_off)}: {error}. The file may be damaged: get it again."
            ) from error
        return data, masks

    def _grey_whole(
        self, window: Window, shape: tuple[int, int]
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """The same for numbers that GDAL would average although they mean no data: each pixel is
        judged by itself, strip by strip."""
        width, height = int(window.width), int(window.height)
        across, down = -(-width // shape[1]), -(-height // shape[0])
        if width * height > MOST_WHOLE_PIXELS:
            return self._grey_picked(window, shape, min(across, down))
        out, share = np.zeros(shape, np.float32), np.zeros(shape, np.float32)
        strip = max(1, WHOLE_PIXELS // (width * down))
        for top in range(0, shape[0], strip):
            rows = min(strip, shape[0] - top)
            start, stop = top * down, min((top + rows) * down, height)
            part = Window(window.col_off, window.row_off + start, width, stop - start)
            grey, good = self._grey(part, (stop - start, width))
            pad = ((0, rows * down - (stop - start)), (0, across * shape[1] - width))
            blocks = (rows, down, shape[1], across)
            total = np.pad(grey * good, pad).reshape(blocks).sum(axis=(1, 3), dtype=np.float64)
            count = np.pad(good, pad).reshape(blocks).sum(axis=(1, 3))
            there = np.pad(np.ones_like(good), pad).reshape(blocks).sum(axis=(1, 3))
            out[top : top + rows] = total / np.maximum(count, 1e-6)
            share[top : top + rows] = count / np.maximum(there, 1)
        return out, share

    def _grey_picked(
        self, window: Window, shape: tuple[int, int], most: int
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """The same for windows too large to be read whole: some pixels of each block, unmixed."""
        picks = max(1, min(most, int((MAX_WINDOW_PIXELS / (shape[0] * shape[1])) ** 0.5)))
        picked = shape[0] * picks, shape[1] * picks
        data, masks = self._raw(window, picked, Resampling.nearest)
        grey, good = self._shades(data)
        if masks is not None:
            good &= masks.min(axis=0) >= OPAQUE
        blocks = (shape[0], picks, shape[1], picks)
        count = good.reshape(blocks).sum(axis=(1, 3), dtype=np.float32)
        total = (grey * good).reshape(blocks).sum(axis=(1, 3), dtype=np.float64)
        mean = (total / np.maximum(count, 1)).astype(np.float32)
        return mean, count / np.float32(picks * picks)

    def _shades(self, data: NDArray[Any]) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
        """Grey values of the bands' numbers, and which of them are values at all."""
        if self._palette is not None and self._opaque is not None:
            entries = np.clip(data[0].astype(np.int64), 0, len(self._palette) - 1)
            return self._palette[entries], self._opaque[entries]
        values = data.astype(np.float32)
        # ISIS marks no data and saturation by values at the end of what a float can hold.
        good: NDArray[np.bool_] = np.all(np.abs(values) < _SPECIAL, axis=0)
        if self._special:
            good &= ~np.isin(data, self._special).all(axis=0)
        if self._scale is not None:
            values = values * self._scale
        grey = np.tensordot(LUMA, values, axes=1) if len(values) == 3 else values[0]
        return np.where(good, grey, np.float32(0)), good

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


def _special_of(dataset: Any, bands: Bands, nodata: float | None) -> tuple[float, ...] | None:
    """Numbers that mean no data beside what the file declares; None where there can be none.

    Floating point has its own beside these, so () there. Exports of ISIS cubes keep the special
    pixels and often lose their declaration.
    """
    kinds = {str(dataset.dtypes[index - 1]) for index in bands.indexes}
    special = {float(value) for kind in kinds for value in _ISIS_SPECIAL.get(kind, ())}
    if dataset.driver in ("ISIS3", "ISIS2") and "uint16" in kinds:
        special.update(_ISIS_UNSIGNED)
    if nodata is not None:
        special.add(nodata)
    floating = any(kind.startswith(("float", "complex")) for kind in kinds)
    return tuple(sorted(special)) if special or floating else None


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

    def low_quartile(field: FloatArray) -> float:
        coarse = field[::stride, ::stride] / stride
        dy = np.diff(coarse, axis=0)[:, :-1]
        dx = np.diff(coarse, axis=1)[:-1, :]
        magnitude = np.hypot(dx, dy)
        magnitude = magnitude[np.isfinite(magnitude)]
        return float(np.percentile(magnitude, 25)) if magnitude.size else 1.0

    return low_quartile(cols), low_quartile(rows)
