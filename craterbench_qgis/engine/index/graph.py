"""The structure of a graph file of hnswlib, checked before the library reads it.

hnswlib follows the numbers in its file without a look, so a wrong one ends the process. The layout
is that of hnswlib 0.5 to 0.8: a head, one record per element (its neighbours in the lowest layer,
its vector, its label), then each element's neighbours in the layers above.
"""

from __future__ import annotations

import struct
from typing import Any

import numpy as np
import numpy.typing as npt

_HEAD = struct.Struct("<QQQQQQiIQQQdQ")
_MAX_LEVELS = 64


def check_graph(data: npt.NDArray[np.uint8], *, elements: int, dim: int, views: int) -> None:
    """Raise ValueError unless ``data`` is a whole graph of ``elements`` vectors of ``dim`` numbers,
    labelled with different views below ``views``."""
    if len(data) < _HEAD.size:
        raise ValueError("it is too short")
    (level0, most, count, record, label_at, data_at, top, entry, max_m, max_m0, m, mult, ef) = (
        _HEAD.unpack_from(data.data, 0)
    )
    links = 4 * max_m0 + 4
    if not (2 <= m <= 1024 and max_m == m and max_m0 == 2 * m and 0 < ef <= 1_000_000):
        raise ValueError("its parameters are out of range")
    if (level0, data_at, label_at) != (0, links, links + 4 * dim) or record != label_at + 8:
        raise ValueError("it is made for other vectors")
    if count != elements or most < count or not (np.isfinite(mult) and 0 < mult <= 10):
        raise ValueError("it holds another number of views")
    if not -1 <= top < _MAX_LEVELS or (count > 0) != (top >= 0) or (count and entry >= count):
        raise ValueError("its entry does not exist")
    end = _HEAD.size + count * record
    if end > len(data):
        raise ValueError("it is cut short")
    records = data[_HEAD.size : end].reshape(count, record)
    _check_records(records, count, links, label_at, views)
    levels = _levels(data, end, count, 4 * max_m + 4)
    if count and (int(levels.max()) != top or int(levels[entry]) != top):
        raise ValueError("its layers do not agree")
    _check_layers(data, end, levels, 4 * max_m + 4)


def _check_records(
    records: npt.NDArray[np.uint8], count: int, links: int, label_at: int, views: int
) -> None:
    step = max(1, (16 << 20) // max(records.shape[1], 1))
    seen = np.zeros(views, bool)
    for start in range(0, count, step):
        block = records[start : start + step]
        heads = np.ascontiguousarray(block[:, :links]).view("<u4")
        if (heads[:, 0] >= links // 4).any():  # the upper half marks deleted elements: never ours
            raise ValueError("an element has too many neighbours")
        used = np.arange(links // 4 - 1) < heads[:, :1]
        if (heads[:, 1:][used] >= count).any():
            raise ValueError("an element has neighbours that do not exist")
        if not np.isfinite(np.ascontiguousarray(block[:, links:label_at]).view("<f4")).all():
            raise ValueError("a vector holds numbers that are not finite")
        labels = np.ascontiguousarray(block[:, label_at:]).view("<u8")[:, 0]
        if labels.size and int(labels.max()) >= views:
            raise ValueError("it names views that do not exist")
        if seen[labels.astype(np.int64)].any() or len(np.unique(labels)) != len(labels):
            raise ValueError("it names a view twice")
        seen[labels.astype(np.int64)] = True


def _levels(
    data: npt.NDArray[np.uint8], start: int, count: int, size: int
) -> npt.NDArray[np.int64]:
    """The highest layer of each element; the whole rest of the file has to be used up."""
    levels = np.zeros(count, np.int64)
    place, raw = start, data.data
    for element in range(count):
        if place + 4 > len(data):
            raise ValueError("it is cut short")
        (length,) = struct.unpack_from("<I", raw, place)
        levels[element], rest = divmod(length, size)
        place += 4 + length
        if rest or levels[element] >= _MAX_LEVELS or place > len(data):
            raise ValueError("its layers are broken")
    if place != len(data):
        raise ValueError("it is longer than its elements")
    return levels


def _check_layers(
    data: npt.NDArray[np.uint8], start: int, levels: npt.NDArray[np.int64], size: int
) -> None:
    """A neighbour in a layer has to reach up to that layer itself."""
    place = start
    raw: Any = data.data
    for level in levels.tolist():
        for layer in range(1, level + 1):
            at = place + 4 + (layer - 1) * size
            (used,) = struct.unpack_from("<I", raw, at)
            if used >= size // 4:
                raise ValueError("an element has too many neighbours")
            others = np.frombuffer(raw, "<u4", used, at + 4)
            if (others >= len(levels)).any() or (levels[others] < layer).any():
                raise ValueError("an element has neighbours that do not exist")
        place += 4 + level * size
