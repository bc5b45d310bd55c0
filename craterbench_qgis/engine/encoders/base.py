"""What an encoder is: views in, global descriptor, patch tokens and saliency out."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import EncoderError

FloatArray = NDArray[np.float32]

_TINY = 1e-12


@dataclass
class Embedding:
    """What an encoder says about ``B`` views. All arrays are float32 and C-contiguous.

    ``globals``: ``[B, G]``, unit rows (all-zero for a view without any structure).
    ``tokens``: ``[B, N, D]``, unit rows or all-zero, row-major over the encoder's grid.
    ``attention``: ``[B, N]``, saliency of each token, >= 0, each row sums to 1.
    """

    globals: FloatArray
    tokens: FloatArray
    attention: FloatArray

    def __len__(self) -> int:
        return int(self.globals.shape[0])


class Encoder(ABC):
    """A frozen image encoder. Instances are cheap to call and hold no state between calls."""

    id: str
    """Stable name; an index built with one encoder is refused by another."""
    description: str
    """One honest line for the user."""
    weights_hash: str
    """SHA-256 of the weights; of the recipe for encoders without weights."""
    input_size: int
    """Side in pixels of the views the encoder works on; other sizes are resampled to it."""
    grid: tuple[int, int]
    """Rows and columns of patch tokens; N = rows * columns."""
    global_dim: int
    token_dim: int
    licence: str
    preferred_batch: int
    """Views per call that use the device well."""
    threads: int = 1
    """Cores of the processor it may use; a build shares them with what is not encoding."""
    device_name: str = "cpu"
    """Where it runs, for provenance and diagnostics, e.g. ``cuda:0 (NVIDIA H200)``."""

    @abstractmethod
    def encode(self, pixels: FloatArray) -> Embedding:
        """Encode views ``pixels`` float32 ``[B, S, S]`` in 0..1, north up, B >= 0.

        Raises ``EncoderError`` for a wrong shape, pixels that are not finite, or when the device
        runs out of memory.
        """


def prepare_pixels(pixels: Any, size: int, interpolation: str = "bicubic") -> FloatArray:
    """Check views and bring them to the encoder's size.

    ``pixels``: ``[B, S, S]``, finite, 0..1. Returns float32 ``[B, size, size]``, C-contiguous,
    clipped to 0..1 (a bicubic kernel overshoots); the input is never changed. Resampling is
    Pillow's (``bicubic``, ``bilinear`` or ``lanczos``), which widens its kernel when shrinking.
    """
    array = np.ascontiguousarray(pixels, dtype=np.float32)
    if array.ndim != 3 or array.shape[1] != array.shape[2] or array.shape[1] == 0:
        raise EncoderError(
            f"The encoder was given an array of shape {array.shape}, not square views "
            "[B, S, S]. Pass a stack of single-band crops of equal size."
        )
    if array.size and not np.isfinite(array).all():
        raise EncoderError(
            "A view holds pixels that are not finite. Fill invalid pixels before encoding."
        )
    if array.shape[1] != size:
        from PIL import Image

        kernel = Image.Resampling[interpolation.upper()]
        resized = np.empty((len(array), size, size), dtype=np.float32)
        for target, view in zip(resized, array, strict=True):
            target[...] = np.asarray(Image.fromarray(view).resize((size, size), kernel))
        array = resized
    return np.clip(array, 0.0, 1.0)


def unit_rows(x: NDArray[Any]) -> FloatArray:
    """Scale the last axis to unit length, float32; rows shorter than 1e-12 become all-zero."""
    array = np.asarray(x, dtype=np.float32)
    norm = np.sqrt(np.einsum("...d,...d->...", array, array, dtype=np.float64))[..., None]
    scale = np.where(norm > _TINY, 1.0 / np.maximum(norm, _TINY), 0.0).astype(np.float32)
    return np.ascontiguousarray(array * scale)


def unit_sum(weights: NDArray[Any]) -> FloatArray:
    """Make weights ``[B, N]`` non-negative with rows summing to 1; an empty row is uniform."""
    array = np.maximum(np.asarray(weights, dtype=np.float32), 0.0)
    total = array.sum(axis=-1, keepdims=True, dtype=np.float64)
    uniform = 1.0 / max(array.shape[-1], 1)
    share = np.where(total > _TINY, array / np.maximum(total, _TINY), uniform)
    return np.ascontiguousarray(share, dtype=np.float32)


def resources_folder() -> Path:
    """The folder ``resources/encoders``, a sibling of the package.

    The same in a checkout, an editable install and the QGIS plugin folder; it need not exist.
    """
    return Path(__file__).resolve().parents[3] / "resources" / "encoders"
