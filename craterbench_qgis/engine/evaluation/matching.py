"""Exhaustive late interaction of many queries with many views, as matrix products.

The score is :func:`..interaction.maxsim`'s; a test compares the two.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from statistics import median
from typing import Any

import numpy as np
import numpy.typing as npt

from ..interaction import maxsim

Float32 = npt.NDArray[np.float32]

# Similarities of one product: 32 MB on a CPU, where the maximum should find them in the cache.
_CPU_ELEMENTS = 1 << 23
_GPU_ELEMENTS = 1 << 28
# A gallery sample of at most this many bytes is enough to time one query.
_SAMPLE_BYTES = 64 << 20
_TIMED_QUERIES = 8


class Matcher:
    """Query tokens [Q, Kq, D], ready to be scored against blocks of a gallery.

    ``device``: a torch device; the products are float32 everywhere.
    """

    def __init__(self, tokens: Float32, device: str = "cpu") -> None:
        import torch

        self._torch: Any = torch
        self._device = torch.device(device)
        self._elements = _CPU_ELEMENTS if self._device.type == "cpu" else _GPU_ELEMENTS
        self._queries = torch.from_numpy(np.ascontiguousarray(tokens)).to(self._device)

    def scores(self, gallery: Float32) -> Float32:
        """float32 [Q, V] against the views ``gallery`` [V, K, D]."""
        torch = self._torch
        queries, per_query, dim = self._queries.shape
        views, k, _ = gallery.shape
        out = np.empty((queries, views), np.float32)
        side = int(self._elements**0.5)
        query_step, view_step = max(1, 2 * side // per_query), max(1, side // (2 * k))
        with torch.inference_mode():
            for first in range(0, views, view_step):
                block = torch.from_numpy(np.ascontiguousarray(gallery[first : first + view_step]))
                rows = block.to(self._device).reshape(-1, dim)
                for start in range(0, queries, query_step):
                    part = self._queries[start : start + query_step]
                    similarity = rows @ part.reshape(-1, dim).T
                    best = similarity.view(len(block), k, -1).amax(dim=1)
                    mean = best.view(len(block), len(part), per_query).mean(dim=2)
                    target = out[start : start + len(part), first : first + len(block)]
                    target[...] = mean.T.cpu().numpy()
        return out


def torch_device(device_name: str) -> str:
    """The torch device of an encoder's ``device_name``, e.g. ``cuda:0 (NVIDIA H200)``."""
    name = device_name.split()[0] if device_name else "cpu"
    return name if name.startswith("cuda") else "cpu"


class Stopwatch:
    """Milliseconds per query of an exhaustive scan, measured one query at a time on the CPU.

    The scan is linear in the views, so a sample of the gallery is timed and the time scaled up.
    """

    def __init__(self) -> None:
        self._sample: list[Float32] = []
        self._bytes = 0

    def see(self, block: Float32) -> None:
        """Keep some of a gallery block [v, K, D]."""
        room = (_SAMPLE_BYTES - self._bytes) // max(1, block[:1].nbytes)
        if room > 0:
            self._sample.append(block[:room].copy())
            self._bytes += self._sample[-1].nbytes

    def ms_per_query(self, queries: Sequence[Float32], views: int) -> float:
        """The median over a few of ``queries`` (each [Kq, D]), for ``views`` views."""
        sample = np.concatenate(self._sample)
        times = []
        for tokens in [queries[0], *queries[:_TIMED_QUERIES]]:  # the first is a warm-up
            start = time.perf_counter()
            maxsim(tokens, sample)
            times.append(time.perf_counter() - start)
        return 1000.0 * median(times[1:]) * views / len(sample)


def blocks(count: int, step: int) -> Iterator[slice]:
    """Slices of ``step`` that cover ``count``."""
    for start in range(0, count, step):
        yield slice(start, min(start + step, count))
