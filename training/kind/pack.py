"""Crops of terrain, and of a mosaic where it may be trained on, for the descriptor of kind."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from craterbench_qgis.contract.vocabulary import Stage
from craterbench_qgis.engine.catalogue import read_catalogue
from craterbench_qgis.engine.errors import CraterBenchError
from craterbench_qgis.engine.monitor import Monitor
from craterbench_qgis.engine.terrain_profile import radial_profile, ring_numbers

from ..pack import HEIGHT_STEPS, SIDE, Box, Source
from ..terrain import Plate, orthographic_grid, touches

SIZE = 112
"""Pixels across a crop of :data:`~training.pack.SIDE` diameters."""
ROUGH_RINGS = 10


@dataclass
class KindPack:
    """Crops in memory: ``heights`` int16 [n, P, P] (1/128 pixel spacing), ``grey`` uint8 [n, P, P]
    (zeros where ``photo`` [n] is false), ``place`` float64 [n, 3] (lon, lat in degrees, diameter
    in metres), ``native`` float32 [n, 2] (pixels across a crop in the terrain and the mosaic),
    ``targets`` float32 [n, T], see :func:`measure`."""

    heights: NDArray[np.int16]
    grey: NDArray[np.uint8]
    photo: NDArray[np.bool_]
    place: NDArray[np.float64]
    native: NDArray[np.float32]
    targets: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.place)


def measure(heights: NDArray[np.float64]) -> NDArray[np.float32]:
    """What the network learns to read from a picture: [n, 20 + 20 + 10] of ``heights`` [n, P, P].

    Heights are in diameters. The normalised radial profile, its scatter over azimuth, and the
    roughness (spread of the heights less their mean over a fifth of a radius) in ten rings.
    """
    profile, scatter = radial_profile(heights, 2 * SIDE)
    smooth = gaussian_filter(heights, (0, 1.5, 1.5))
    rings = ring_numbers(heights.shape[-1], 2 * SIDE) // 2
    rough = np.stack(
        [(heights - smooth)[:, rings == ring].std(axis=1) for ring in range(ROUGH_RINGS)], axis=1
    )
    return np.concatenate([profile, scatter, rough], axis=1).astype(np.float32)


def make_pack(config: dict[str, Any], data: Path, output: Path, monitor: Monitor) -> int:
    """Cut the crops a recipe's ``terrain`` names, and write them to ``output`` (npz)."""
    terrain = config["terrain"]
    craters = read_catalogue(data / str(terrain["catalogue"]), body="moon")
    table = np.stack([craters.lon, craters.lat, craters.diameter], axis=1)
    exclude: list[Box] = [tuple(box) for box in terrain["exclude"]]
    photo_box: Box = tuple(terrain["photo_box"])
    radius = float(config["radius_m"])
    entries: list[tuple[Any, ...]] = []
    plates: dict[Path, Plate] = {}
    for entry in terrain["sources"]:
        dtm, mosaic = data / entry["dtm"], data / entry["mosaic"]
        source = Source(
            dtm,
            mosaic,
            float(entry["min_diameter_km"]) * 1e3,
            float(entry["max_diameter_km"]) * 1e3,
            box=tuple(entry["box"]) if "box" in entry else None,
        )
        for path in (dtm, mosaic):
            plates.setdefault(path, Plate.open(path))
        wanted = _chosen(table, source)
        for done, row in enumerate(wanted):
            if done % 50 == 0:
                monitor.report(Stage.TERRAIN, done, len(wanted))
                monitor.check()
            cut = _cut(row, plates[dtm], plates[mosaic], radius, exclude, photo_box)
            if cut is not None:
                entries.append(cut)
    if not entries:
        raise CraterBenchError("No crop could be cut. Check catalogue, terrain and mosaic.")
    place, heights, grey, photo, native = (
        np.stack([entry[i] for entry in entries]) for i in range(5)
    )
    targets = np.concatenate(
        [
            measure(part.astype(np.float64) * (SIDE / SIZE / HEIGHT_STEPS))
            for part in np.array_split(heights, max(1, len(heights) // 256))
        ]
    )
    part = output.with_suffix(".part.npz")
    np.savez(
        part,
        heights=heights,
        grey=grey,
        photo=photo,
        place=place,
        native=native,
        targets=targets,
        about=np.array(json.dumps(config["terrain"])),
    )
    part.replace(output)
    return len(entries)


def read_pack(path: Path) -> KindPack:
    """Read what :func:`make_pack` wrote."""
    names = ("heights", "grey", "photo", "place", "native", "targets")
    with np.load(path, allow_pickle=False) as file:
        return KindPack(*(file[name] for name in names))


def _chosen(table: NDArray[np.float64], source: Source) -> NDArray[np.float64]:
    size = table[:, 2]
    keep = (size >= source.min_diameter_m) & (size <= source.max_diameter_m)
    keep &= np.abs(table[:, 1]) < 80
    if source.box is not None:
        west, south, east, north = source.box
        keep &= (np.mod(table[:, 0] - west, 360.0) <= east - west) & (table[:, 1] >= south)
        keep &= table[:, 1] <= north
    return table[keep]


def _cut(
    row: NDArray[np.float64],
    dtm: Plate,
    mosaic: Plate,
    radius_m: float,
    exclude: Sequence[Box],
    photo_box: Box,
) -> tuple[Any, ...] | None:
    lon, lat, diameter = row
    side = SIDE * diameter / radius_m
    if side > 1.2:
        return None
    lons, lats = orthographic_grid(lon, lat, side, SIZE)
    if any(touches(lons, lats, area) for area in exclude):
        return None
    spacing = float(np.degrees(side)) / SIZE
    heights = dtm.sample(lons, lats, spacing, order=3)
    if not np.isfinite(heights).all():
        return None
    units = np.rint((heights - np.median(heights)) / (SIDE * diameter / SIZE) * HEIGHT_STEPS)
    if np.abs(units).max() > 32000 or units.std() == 0:
        return None
    west, south, east, north = photo_box
    photo = bool(
        (lons >= west).all() and (lons < east).all() and (lats >= south).all()
        and (lats <= north).all()
    )  # fmt: skip
    grey: NDArray[np.uint8] = np.zeros((SIZE, SIZE), np.uint8)
    if photo:
        values = mosaic.sample(lons, lats, spacing, order=1)
        photo = bool(np.isfinite(values).all()) and float(np.ptp(values)) > 3
        grey = np.clip(np.rint(np.nan_to_num(values)), 0, 255).astype(np.uint8)
    native = np.degrees(side) / np.array([dtm.degrees_per_pixel, mosaic.degrees_per_pixel])
    return row, units.astype(np.int16), grey, np.bool_(photo), native.astype(np.float32)
