"""Training terrain packed as compressed crops, small enough to travel (at most 64 MB).

One entry per crater (and per random window): heights and the mosaic's grey values on the same
local orthographic grid, 3.6 diameters wide. Heights are stored in units of 1/128 of a pixel
spacing, so that slopes come out the same at every scale, and second differences are deflated.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from craterbench_qgis.contract.vocabulary import Stage
from craterbench_qgis.engine.errors import CraterBenchError
from craterbench_qgis.engine.monitor import Monitor

from .terrain import Heights, Normals, Plate, orthographic_grid, touches

SIDE = 3.6
"""Width of a packed crop in diameters."""
HEIGHT_STEPS = 128
"""Height units per pixel spacing."""
SIZE_RANGE = (48, 112)
MAX_BYTES = 64_000_000
Box = tuple[float, float, float, float]


@dataclass
class TerrainPack:
    """Crops in memory. ``heights`` int16 [n, P, P] (1/128 pixel spacing), ``grey`` uint8
    [n, P, P]; ``lon``, ``lat`` (degrees), ``diameter`` (metres), float64 [n]; ``body`` int64 [n],
    which of the recipe's bodies (all the first, if not given). Entries of images without terrain
    have heights of zero."""

    heights: NDArray[np.int16]
    grey: NDArray[np.uint8]
    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    diameter: NDArray[np.float64]
    body: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))

    def __post_init__(self) -> None:
        if len(self.body) != len(self.lon):
            self.body = np.zeros(len(self.lon), np.int64)

    def __len__(self) -> int:
        return len(self.lon)


def join_packs(packs: Sequence[TerrainPack]) -> TerrainPack:
    """One pack of several bodies, numbered in their order."""
    body = [np.full(len(pack), number, np.int64) for number, pack in enumerate(packs)]
    return TerrainPack(
        np.concatenate([p.heights for p in packs]),
        np.concatenate([p.grey for p in packs]),
        np.concatenate([p.lon for p in packs]),
        np.concatenate([p.lat for p in packs]),
        np.concatenate([p.diameter for p in packs]),
        np.concatenate(body),
    )


@dataclass(frozen=True)
class Source:
    """One terrain and one mosaic, and which craters to take from them.

    ``dtm``: heights, or with ``normals`` a map of surface normals, or None for a mosaic alone.
    ``unplaced``: the mosaic is an image without map coordinates, laid east of this longitude.
    """

    dtm: Path | None
    mosaic: Path
    min_diameter_m: float
    max_diameter_m: float
    windows: int = 0
    box: Box | None = None
    normals: bool = False
    unplaced: float | None = None

    def open(self) -> tuple[Heights | Normals | None, Plate]:
        """The terrain, if there is one, and the mosaic."""
        terrain: Heights | Normals | None = None
        if self.dtm is not None:
            terrain = Normals.open(self.dtm) if self.normals else Heights(Plate.open(self.dtm))
        if self.unplaced is None:
            return terrain, Plate.open(self.mosaic)
        return terrain, Plate.unplaced(self.mosaic, self.unplaced)


def pack_terrain(
    sources: Sequence[Source],
    craters: NDArray[np.float64],
    output: Path,
    *,
    radius_m: float,
    exclude: Sequence[Box] = (),
    seed: int = 0,
    max_bytes: int = MAX_BYTES,
    monitor: Monitor | None = None,
) -> int:
    """Write a pack of crops and return how many it holds.

    ``craters``: [n, 3], longitude, latitude (degrees), diameter (metres). ``exclude``: boxes no
    pixel of a crop may lie in. Crops with any missing height or grey value are left out. When the
    budget is short, crops are dropped at random. Raises CraterBenchError when nothing is left.
    """
    rng = np.random.default_rng(seed)
    entries: list[tuple[NDArray[np.float64], bytes, bytes, int, int]] = []
    for source in sources:
        dtm, mosaic = source.open()
        if source.unplaced is not None:
            source = replace(source, box=mosaic.box)
        wanted = _choose(source, craters, rng)
        for done, row in enumerate(wanted):
            if monitor is not None and done % 50 == 0:
                monitor.report(Stage.TERRAIN, done, len(wanted))
                monitor.check()
            entry = _entry(row, dtm, mosaic, radius_m, exclude, source.box)
            if entry is not None:
                entries.append(entry)
    if not entries:
        raise CraterBenchError(
            "No crop of the terrain could be packed. Check that catalogue, terrain and mosaic "
            "cover the same part of one body."
        )
    kept, total = [], 0
    for index in rng.permutation(len(entries)):
        total += len(entries[index][1]) + len(entries[index][2]) + 64
        if total > max_bytes - 4096:
            break
        kept.append(entries[index])
    _write(output, kept)
    return len(kept)


def _choose(
    source: Source, craters: NDArray[np.float64], rng: np.random.Generator
) -> NDArray[np.float64]:
    size = craters[:, 2]
    chosen = craters[(size >= source.min_diameter_m) & (size <= source.max_diameter_m)]
    if source.box is not None:
        west, south, east, north = source.box
        chosen = chosen[
            (np.mod(chosen[:, 0] - west, 360.0) <= east - west)
            & (chosen[:, 1] >= south)
            & (chosen[:, 1] <= north)
        ]
    west, south, east, north = source.box or (-180.0, -80.0, 180.0, 80.0)
    low_z, high_z = (float(np.sin(np.radians(edge))) for edge in (south, north))
    z = rng.uniform(low_z, high_z, source.windows)
    low = float(np.log(source.min_diameter_m))
    high = float(np.log(min(source.max_diameter_m, 2.5e5)))
    windows = np.stack(
        [
            rng.uniform(west, east, source.windows),
            np.degrees(np.arcsin(z)),
            np.exp(low + (high - low) * rng.uniform(0, 1, source.windows) ** 1.5),
        ],
        axis=1,
    )
    return np.concatenate([chosen, windows])


def _entry(
    row: NDArray[np.float64],
    dtm: Heights | Normals | None,
    mosaic: Plate,
    radius_m: float,
    exclude: Sequence[Box],
    box: Box | None,
) -> tuple[NDArray[np.float64], bytes, bytes, int, int] | None:
    lon, lat, diameter = row
    side = SIDE * diameter / radius_m
    if side > 1.2:
        return None
    sizes = []
    for plate in (dtm or mosaic, mosaic):
        native = np.degrees(side) / plate.degrees_per_pixel
        sizes.append(int(np.clip(np.ceil(native * 1.05), *SIZE_RANGE)))
    lons, lats = orthographic_grid(lon, lat, side, sizes[0])
    if any(touches(lons, lats, area) for area in exclude):
        return None
    heights = (
        dtm.crop(lon, lat, side, sizes[0], radius_m)
        if dtm is not None
        else np.zeros((sizes[0], sizes[0]), np.float32)
    )
    lons, lats = orthographic_grid(lon, lat, side, sizes[1])
    grey = mosaic.sample(lons, lats, np.degrees(side) / sizes[1], order=1)
    if not (np.isfinite(heights).all() and np.isfinite(grey).all()):
        return None
    units = np.rint((heights - np.median(heights)) * HEIGHT_STEPS)
    if np.abs(units).max() > 32000 or (dtm is not None and units.std() == 0):
        return None
    low, high = np.percentile(grey, (0.1, 99.9))
    if high - low < 3:
        return None
    bytes8 = np.clip(np.rint(grey), 0, 255).astype(np.uint8)
    return row, deflate(units.astype(np.int16)), deflate(bytes8), sizes[0], sizes[1]


def deflate(image: NDArray[Any]) -> bytes:
    """Compress a two-dimensional int16 or uint8 image without loss."""
    delta = image.copy()
    delta[:, 1:] = image[:, 1:] - image[:, :-1]
    second = delta.copy()
    second[1:] = delta[1:] - delta[:-1]
    planes = second[..., None].view(np.uint8)
    return zlib.compress(np.ascontiguousarray(np.moveaxis(planes, -1, 0)).tobytes(), 9)


def inflate(data: bytes, size: int, dtype: type[np.generic]) -> NDArray[Any]:
    """The image [size, size] that :func:`deflate` compressed."""
    width = np.dtype(dtype).itemsize
    planes = np.frombuffer(zlib.decompress(data), np.uint8).reshape(width, size, size)
    second = np.ascontiguousarray(np.moveaxis(planes, 0, -1)).view(dtype)[..., 0]
    return np.cumsum(np.cumsum(second, axis=0, dtype=dtype), axis=1, dtype=dtype)


def _write(
    output: Path, entries: Sequence[tuple[NDArray[np.float64], bytes, bytes, int, int]]
) -> None:
    blob = b"".join(e[1] + e[2] for e in entries)
    table = np.array(
        [[*e[0], len(e[1]), len(e[2]), e[3], e[4]] for e in entries], dtype="<f8"
    ).tobytes()
    header = json.dumps(
        {"format": "craterbench-terrain-pack", "version": 1, "count": len(entries), "side": SIDE}
    ).encode()
    output.parent.mkdir(parents=True, exist_ok=True)
    part = output.with_name(output.name + ".part")
    with part.open("wb") as file:
        file.write(len(header).to_bytes(4, "little") + header + table + blob)
    part.replace(output)


def read_pack(path: Path, size: int = SIZE_RANGE[1]) -> TerrainPack:
    """Read a pack, every crop resampled to ``size`` x ``size``. CraterBenchError when damaged."""
    import torch

    data = path.read_bytes()
    try:
        length = int.from_bytes(data[:4], "little")
        header = json.loads(data[4 : 4 + length])
        count = int(header["count"])
        if header["format"] != "craterbench-terrain-pack" or header["version"] != 1:
            raise ValueError("another format")
        start = 4 + length
        table = np.frombuffer(data, "<f8", count * 7, start).reshape(count, 7)
        at = start + table.nbytes
        heights = np.empty((count, size, size), np.int16)
        grey = np.empty((count, size, size), np.uint8)
        for i, (_, _, _, n_h, n_g, s_h, s_g) in enumerate(table):
            part = inflate(data[at : at + int(n_h)], int(s_h), np.int16).astype(np.float32)
            at += int(n_h)
            image = inflate(data[at : at + int(n_g)], int(s_g), np.uint8).astype(np.float32)
            at += int(n_g)
            # Heights are in pixel spacings, so a finer grid makes the same hill taller.
            scaled = _resize(torch.from_numpy(part), size) * (size / s_h)
            heights[i] = np.clip(np.rint(scaled), -32768, 32767)
            grey[i] = np.clip(np.rint(_resize(torch.from_numpy(image), size)), 0, 255)
    except (ValueError, KeyError, TypeError, zlib.error) as error:
        raise CraterBenchError(
            f"{path.name} is not a whole terrain pack ({error}). Make it again with "
            "`python -m training`."
        ) from error
    return TerrainPack(heights, grey, table[:, 0], table[:, 1], table[:, 2])


def _resize(image: Any, size: int) -> NDArray[np.float32]:
    from torch.nn import functional

    out = functional.interpolate(
        image[None, None], size=(size, size), mode="bicubic", align_corners=False
    )
    return np.asarray(out[0, 0].numpy(), dtype=np.float32)
