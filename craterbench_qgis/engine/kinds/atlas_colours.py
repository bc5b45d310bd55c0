"""What the points of an atlas are coloured by: a column of the craters as codes into a palette."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from ...contract.atlas import AtlasLegend
from ...contract.vocabulary import Scale

RAMP = ("#5a5fc0", "#31688e", "#21918c", "#35b779", "#90d743", "#fde725")
"""Viridis, its dark end lightened: the atlas has a dark ground."""
CATEGORIES = ("#e69f00", "#56b4e9", "#009e73", "#f0e442", "#0072b2", "#d55e00", "#cc79a7")
"""Okabe and Ito's, which colour-blind eyes tell apart; the most frequent value first."""
OTHERS, WITHOUT = "#8d97a5", "#59616d"
_STEPS = 250
_NONE = 255
_EXTREMES = (2.0, 98.0)
"""Percentiles the ramp runs between: one odd value must not make all others alike."""
_WIDE = 6.0
"""Positive numbers that span more than this are shown by their logarithms."""
_LABEL = 40


@dataclass(frozen=True)
class Colours:
    """``codes`` uint8 [n], ``palette`` uint32 [256] (RGBA in the order of bytes), ``legend``."""

    codes: NDArray[np.uint8]
    palette: NDArray[np.uint32]
    legend: AtlasLegend

    @property
    def without(self) -> NDArray[np.bool_]:
        """bool [n]: which points have no value."""
        return self.codes == _NONE


def by_probability(values: NDArray[np.floating]) -> Colours:
    """Colours of probabilities [n]; NaN is no value."""
    return by_numbers(values, Scale.LINEAR, (0.0, 1.0))


def by_numbers(
    values: NDArray[np.floating],
    scale: Scale | None = None,
    ends: tuple[float, float] | None = None,
) -> Colours:
    """Colours of numbers [n] on the ramp; NaN and infinity are no values. ``scale``, ``ends`` of
    the ramp: as the numbers suggest by default."""
    known = np.isfinite(values)
    numbers = values[known].astype(np.float64)
    low, high = ends or (np.percentile(numbers, _EXTREMES) if numbers.size else (0.0, 0.0))
    if scale is None:
        wide = numbers.size and float(numbers.min()) > 0 and high / low > _WIDE
        scale = Scale.LOGARITHMIC if wide else Scale.LINEAR
    start, end = (np.log([low, high])) if scale is Scale.LOGARITHMIC else (low, high)
    along = np.log(numbers) if scale is Scale.LOGARITHMIC else numbers
    share = np.clip((along - start) / (end - start), 0, 1) if end > start else along * 0 + 0.5
    codes = np.full(len(values), _NONE, np.uint8)
    codes[known] = np.round(share * (_STEPS - 1)).astype(np.uint8)
    palette = np.zeros(256, np.uint32)
    anchors = np.array([_rgb(colour) for colour in RAMP], np.float64)
    at = np.linspace(0, 1, _STEPS)
    ramp = [np.interp(at, np.linspace(0, 1, len(RAMP)), anchors[:, c]) for c in range(3)]
    palette[:_STEPS] = _packed(np.round(np.stack(ramp, axis=1)).astype(np.uint8))
    palette[_NONE] = _packed(np.array([_rgb(WITHOUT)], np.uint8))[0]
    without = int((~known).sum())
    return Colours(
        codes, palette, AtlasLegend(scale, list(RAMP), [], float(low), float(high), without)
    )


def by_words(column: Any) -> Colours:
    """Colours of a column of texts: its most frequent values, and one for all others."""
    encoded = column.combine_chunks().dictionary_encode()
    words = encoded.dictionary.to_pylist()
    index = encoded.indices.to_numpy(zero_copy_only=False).astype(np.float64)  # null: NaN
    known = np.isfinite(index)
    number = index[known].astype(np.int64)
    counts = np.bincount(number, minlength=len(words))
    order = np.argsort(-counts, kind="stable")[: len(CATEGORIES)]
    # A value only has a colour of its own where it is one of few, not an identifier.
    code = np.full(len(words), len(CATEGORIES), np.uint8)
    code[order] = np.arange(len(order))
    codes = np.full(len(index), _NONE, np.uint8)
    codes[known] = code[number]
    colours = [*CATEGORIES[: len(order)], *([OTHERS] if len(words) > len(order) else [])]
    labels = [str(words[i])[:_LABEL] for i in order.tolist()]
    labels += [""] if len(words) > len(order) else []
    palette = np.zeros(256, np.uint32)
    every = [*CATEGORIES, OTHERS]
    palette[: len(every)] = _packed(np.array([_rgb(colour) for colour in every], np.uint8))
    palette[_NONE] = _packed(np.array([_rgb(WITHOUT)], np.uint8))[0]
    legend = AtlasLegend(Scale.CATEGORIES, colours, labels, without=int((~known).sum()))
    return Colours(codes, palette, legend)


def by_column(column: Any) -> Colours:
    """Colours of an Arrow column: numbers on the ramp, whatever else as words; so are whole numbers
    that take a few values, which are mostly codes."""
    kind = column.type
    if pa.types.is_null(kind):
        column, kind = column.cast(pa.string()), pa.string()
    if pa.types.is_decimal(kind):
        column, kind = column.cast(pa.float64()), pa.float64()
    few = pa.types.is_integer(kind) and len(pc.unique(column.drop_null())) <= len(CATEGORIES)
    if (pa.types.is_integer(kind) or pa.types.is_floating(kind)) and not few:
        numbers = column.cast(pa.float64()).combine_chunks()
        return by_numbers(numbers.to_numpy(zero_copy_only=False))
    return by_words(column.cast(pa.string()))


def _rgb(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _packed(colours: NDArray[np.uint8]) -> NDArray[np.uint32]:
    """RGB [n, 3] as opaque pixels."""
    pixels = np.full((len(colours), 4), 255, np.uint8)
    pixels[:, :3] = colours
    return np.ascontiguousarray(pixels).view(np.uint32)[:, 0]
