"""All patch tokens of many views, within a bound of memory."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from ..closing import Closing
from ..errors import CraterBenchError
from ..tokens import dequantise, quantise
from ..words import Advice

Float32 = npt.NDArray[np.float32]
T = TypeVar("T")

DEFAULT_MEMORY = 2 << 30
_SPARE_DISK = 2 << 30


class PatchesUnavailable(CraterBenchError):
    """The patch tokens of a gallery cannot be had; the rows that need them are left out."""


class PatchStore(Closing):
    """Patch tokens [V, N, D] and attention [V, N], filled once in order, read in blocks.

    Kept as float32 or float16 in memory where that fits, else as int8 with a scale per token, in
    memory or in a temporary file. ``kind`` says which. A context manager.
    """

    def __init__(
        self, count: int, patches: int, dim: int, memory: int = DEFAULT_MEMORY, exact: bool = False
    ) -> None:
        """Room for ``count`` views in ``memory`` bytes; ``exact``: float32 where it fits.

        Raises PatchesUnavailable when neither memory nor the disk has room.
        """
        numbers = count * patches * dim
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._scale: Float32 | None = None
        shape = (count, patches, dim)
        if exact and 4 * numbers <= memory:
            self.kind = "float32"
            self._tokens: npt.NDArray[Any] = np.empty(shape, np.float32)
        elif 2 * numbers <= memory:
            self.kind = "float16"
            self._tokens = np.empty(shape, np.float16)
        else:
            self.kind = "int8"
            self._scale = np.empty((count, patches), np.float32)
            if numbers <= memory:
                self._tokens = np.empty(shape, np.int8)
            else:
                self.kind = "int8 on disk"
                self._tokens = self._on_disk(shape, numbers)
        self.attention: Float32 = np.empty((count, patches), np.float32)
        self._filled = 0

    def __len__(self) -> int:
        return len(self._tokens)

    @property
    def patches(self) -> int:
        return int(self._tokens.shape[1])

    @property
    def dim(self) -> int:
        return int(self._tokens.shape[2])

    def close(self) -> None:
        """Let the tokens go."""
        self._tokens = np.empty((0, 1, 1), np.float32)
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None

    def append(self, tokens: Float32, attention: Float32) -> None:
        """The next views' tokens [B, N, D] and attention [B, N]."""
        part = slice(self._filled, self._filled + len(tokens))
        if self._scale is None:
            self._tokens[part] = tokens
        else:
            self._tokens[part], self._scale[part] = quantise(tokens)
        self.attention[part] = attention
        self._filled = part.stop

    def read(self, part: slice) -> Float32:
        """float32 [v, N, D] of the views ``part``."""
        if self._scale is None:
            return self._tokens[part].astype(np.float32, copy=False)
        return dequantise(self._tokens[part], self._scale[part])

    def truncate(self) -> None:
        """Drop the views that were never appended."""
        self._tokens = self._tokens[: self._filled]
        self.attention = self.attention[: self._filled]

    def _on_disk(self, shape: tuple[int, int, int], size: int) -> npt.NDArray[np.int8]:
        free = shutil.disk_usage(tempfile.gettempdir()).free
        if size + _SPARE_DISK > free:
            raise PatchesUnavailable(
                f"The patch tokens of {shape[0]:,} views need {size / 1e9:.1f} GB, more than the "
                "memory allowed and the temporary folder's free space. Allow more"
                f"{Advice(' with --memory', '')}, or name rows that need none"
                f"{Advice(' with --only', '')}."
            )
        self._folder = tempfile.TemporaryDirectory(
            prefix="craterbench-", ignore_cleanup_errors=True
        )
        return np.memmap(Path(self._folder.name) / "tokens.bin", np.int8, "w+", shape=shape)


def one_ahead(items: Iterable[T]) -> Iterator[T]:
    """The items, each made in a thread while the one before is used."""
    source = iter(items)
    end = object()
    with ThreadPoolExecutor(1, thread_name_prefix="ahead") as pool:
        pending = pool.submit(next, source, end)
        while (item := pending.result()) is not end:
            pending = pool.submit(next, source, end)
            yield item  # type: ignore[misc]
