"""The catalogue a mapper would have made of the synthetic planet, and the truth about it."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ...contract import held
from ..bodies import Body, destination
from .craters import Surface
from .grid import RADIUS_M, sample_sphere
from .population import Crater
from .shapes import dimensions

MAX_OFFSET = 0.15
"""Largest distance of a planted duplicate from its original, in diameters of the original."""

MAX_RATIO = 0.12
"""Largest relative difference of a planted duplicate's diameter."""

COLUMNS = (
    "CRATER_ID", "LAT_CIRC_IMG", "LON_CIRC_IMG", "DIAM_CIRC_IMG", "DEGRADATION", "MORPHOLOGY",
    "MAPPER",
)  # fmt: skip
"""The first four as in Robbins (2019, JGR Planets 124): degrees north, degrees east 0-360, km.
``DEGRADATION``: 1 (a ghost) to 4 (fresh), as in Robbins & Hynek (2012, JGR 117)."""


@dataclass(frozen=True)
class TableRow:
    """One row of the catalogue. Degrees, kilometres."""

    id: str
    lat: float
    lon: float
    diameter_km: float
    degradation: int
    morphology: str
    mapper: str
    crater: int


def relief_left(surface: Surface, craters: Sequence[Crater], scale: float) -> NDArray[np.float64]:
    """What is left of each crater's fresh depth, about 0..1: mean height on the rim less that of
    the floor, over the fresh value. Low where a crater is worn, flooded or overprinted."""
    body = Body("sphere", RADIUS_M, RADIUS_M)
    bearing = np.arange(24) * 15.0
    lon, lat, radius = (
        np.array([getattr(c, name) for c in craters], dtype=np.float64)
        for name in ("lon", "lat", "diameter")
    )
    radius /= 2.0

    def ring(x: float) -> NDArray[np.float64]:
        places = destination(body, lon[:, None], lat[:, None], bearing, x * radius[:, None])
        return sample_sphere(surface.height, surface.grid, *places).astype(np.float64)

    rim = np.maximum(ring(0.97), ring(1.04))
    # A floor that is lower than half of the rim only is a dent in a slope, not a crater.
    drop = np.quantile(rim, 0.35, axis=1) - (ring(0.15).mean(1) + ring(0.4).mean(1)) / 2.0
    fresh = np.array([dimensions(c.diameter, scale).depth * c.depth_factor for c in craters])
    return drop / fresh


def entries(
    rng: np.random.Generator, craters: Sequence[Crater], left: NDArray[np.float64],
    scale: float, limit: int, *, visible: float = 0.12, share: float = 0.04,
) -> tuple[list[TableRow], list[tuple[str, str]]]:  # fmt: skip
    """The rows, largest first, and the planted pairs (id of the original, id of the duplicate).

    Craters with less than ``visible`` of their relief left are not mapped; of the rest the
    ``limit`` largest are, less those whose place the ``share`` of duplicates takes.
    """
    kept = [
        i for i in np.argsort([-c.diameter for c in craters], kind="stable") if left[i] > visible
    ]
    twins = round(limit * share)
    kept = kept[: limit - twins]
    rows = [
        TableRow(
            f"SYN-1-{n:06d}", craters[i].lat, craters[i].lon % 360.0, craters[i].diameter / 1000.0,
            _degradation(left[i]), _morphology(craters[i], left[i], scale), "mapper 1",
            craters[i].number,
        )
        for n, i in enumerate(kept)
    ]  # fmt: skip
    chosen = np.sort(rng.choice(len(rows), min(twins, len(rows)), replace=False))
    pairs, doubles = [], []
    for n, index in enumerate(chosen):
        twin = _duplicate(rng, rows[index], f"SYN-2-{n:06d}")
        doubles.append(twin)
        pairs.append((rows[index].id, twin.id))
    return sorted(rows + doubles, key=lambda e: (-e.diameter_km, e.id)), pairs


def _duplicate(rng: np.random.Generator, entry: TableRow, name: str) -> TableRow:
    """What a second mapper wrote down for the same crater."""
    body = Body("sphere", RADIUS_M, RADIUS_M)
    # A little inside the bounds, for the rounding in the file.
    away = float(rng.uniform(0.01, MAX_OFFSET - 0.002)) * entry.diameter_km * 1000.0
    lon, lat = destination(body, entry.lon, entry.lat, float(rng.uniform(0, 360)), away)
    ratio = 1.0 + float(rng.uniform(-1, 1)) * (MAX_RATIO - 0.001)
    state = int(np.clip(entry.degradation + rng.integers(-1, 2), 1, 4))
    return TableRow(
        name, float(lat), float(lon) % 360.0, entry.diameter_km * ratio, state,
        entry.morphology, "mapper 2", entry.crater,
    )  # fmt: skip


def _degradation(left: float) -> int:
    return 4 if left > 0.75 else 3 if left > 0.5 else 2 if left > 0.25 else 1


def _morphology(crater: Crater, left: float, scale: float) -> str:
    size = dimensions(crater.diameter, scale)
    if left < 0.2:
        return "ghost"
    if crater.infill > 0.55:
        return "flat floor"
    if size.ring > 0:
        return "peak ring"
    if size.peak > 0.02 * size.depth:
        return "central peak"
    return "complex" if size.complex else "simple"


def write_catalogue(path: Path, rows: Sequence[TableRow]) -> None:
    """Write :data:`COLUMNS`, longitudes 0-360. Raises OSError."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for e in rows:
        writer.writerow(
            [e.id, f"{e.lat:.5f}", f"{e.lon:.5f}", f"{e.diameter_km:.4f}", e.degradation,
             e.morphology, e.mapper]
        )  # fmt: skip
    _write(path, text.getvalue())


def write_truth(
    path: Path,
    rows: Sequence[TableRow],
    pairs: Sequence[tuple[str, str]],
    craters: Sequence[Crater],
) -> None:
    """Write what the catalogue hides: ``duplicates`` (pairs of ids) and ``secondaries`` (ids, with
    the id of their primary where that is in the catalogue). JSON. Raises OSError."""
    name = {e.crater: e.id for e in rows if e.mapper == "mapper 1"}
    by_number = {c.number: c for c in craters}
    secondary = {
        e.id: name.get(by_number[e.crater].primary)
        for e in rows
        if by_number[e.crater].primary >= 0
    }
    truth = {
        "duplicates": [list(pair) for pair in pairs],
        "duplicate_bounds": {"offset_diameters": MAX_OFFSET, "diameter_ratio": MAX_RATIO},
        "secondaries": secondary,
    }
    _write(path, json.dumps(truth, indent=1) + "\n")


def _write(path: Path, text: str) -> None:
    part = path.with_name(path.name + ".part")
    try:
        part.write_bytes(text.encode("utf-8"))
        held.replace(part, path)
    finally:
        held.remove(part)
