"""The whole synthetic planet: terrain, three mosaics, a catalogue and the truth about it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ...contract.body import geographic_wkt
from ...contract.vocabulary import Stage
from ..bodies import Body
from ..errors import CraterBenchError
from ..monitor import Monitor
from .craters import Digger, Surface, stamp_small
from .grid import F32, RADIUS_M, Grid
from .observation import (
    PLANET,
    Sun,
    blurred,
    equirectangular_wkt,
    north_polar_wkt,
    picture,
    polar_picture,
    polar_size,
    resampled,
    to_bytes,
    write_mosaic,
)
from .population import (
    FLOOD_AGE,
    Crater,
    cumulative_diameters,
    primaries,
    random_places,
    ray_craters,
    renumber,
    secondaries,
    wear_of,
)
from .tables import TableRow, entries, relief_left, write_catalogue, write_truth
from .terrain import fractal

SMALLEST_PX = 12.0
"""Diameter of the smallest catalogued crater at the equator, pixels of mosaic A."""

_DRAWN_PX = 6.0  # smaller ones are stamped in crowds
_STAMPED_PX = 1.6
_POLAR_LAT = 70.0
_EPOCHS = 12
_SYNTHETIC = "Synthetic terrain made by the CraterBench demo; not a real body."


@dataclass(frozen=True)
class Planet:
    """The files of a synthetic planet.

    ``mosaic_a``: plate carree in degrees, -180..180, sun in the east at 25 degrees.
    ``mosaic_b``: another observation, plate carree in metres centred on 180, sun in the
    west-south-west at 40 degrees, coarser, with a nodata gap. ``mosaic_pole``: polar stereographic,
    north of 70 degrees. ``catalogue``: CSV. ``truth``: JSON, duplicates and secondaries.
    ``query``: ``id``, ``lon``, ``lat`` (degrees), ``diameter`` (metres) of a crater worth asking
    for: it lies across the antimeridian where there is one.
    """

    folder: Path
    mosaic_a: Path
    mosaic_b: Path
    mosaic_pole: Path
    catalogue: Path
    truth: Path
    body: Body
    query: dict[str, float | str]


def make_planet(
    folder: Path,
    *,
    seed: int = 7,
    width: int = 4096,
    craters: int = 2500,
    monitor: Monitor | None = None,
) -> Planet:
    """Make the planet and write its files into ``folder`` (created if missing).

    ``width``: pixels of mosaic A around the equator, a multiple of 64, at least 256. ``craters``:
    rows of the catalogue (fewer when fewer are visible). The same arguments give the same bytes.
    Raises :class:`CraterBenchError` for other values or when the files cannot be written, and
    :class:`Cancelled` through ``monitor``.
    """
    if width < 256 or width % 64 or craters < 1:
        raise CraterBenchError(
            f"A demo planet of {width} pixels and {craters} craters cannot be made. "
            "Use a width that is a multiple of 64 (at least 256) and at least one crater."
        )
    monitor = monitor or Monitor()
    rng = np.random.default_rng(seed)
    surface, impacts, scale = make_surface(rng, width, craters, monitor)
    left = relief_left(surface, impacts, scale)
    rows, pairs = entries(rng, impacts, left, scale, craters)
    planet = _planet(Path(folder), rows, impacts)
    try:
        planet.folder.mkdir(parents=True, exist_ok=True)
        _write_mosaics(planet, surface, rng, monitor)
        write_catalogue(planet.catalogue, rows)
        write_truth(planet.truth, rows, pairs, impacts)
    except OSError as error:
        raise CraterBenchError(
            f"The demo planet cannot be written to '{planet.folder}' ({error}). "
            "Choose a folder you may write to, with 100 MB free."
        ) from error
    return planet


def make_surface(
    rng: np.random.Generator, width: int, craters: int, monitor: Monitor
) -> tuple[Surface, list[Crater], float]:
    """Terrain with all its craters; the catalogue-sized impacts, oldest first; and the scale of
    :func:`.shapes.dimensions`, chosen so that the smallest of them are simple craters."""
    grid = Grid.of_width(width)
    smallest = SMALLEST_PX * grid.pixel
    scale = smallest / 8000.0  # 12 pixels look like 8 km on the Moon
    impacts = _impacts(rng, grid, craters, smallest)
    surface = _bare(rng, grid, monitor)
    plains = _plains_mask(rng, surface, monitor)
    _bombard(rng, surface, impacts, scale, plains, craters, monitor)
    big = [c for c in impacts if c.diameter >= smallest]
    return surface, big, scale


def _impacts(rng: np.random.Generator, grid: Grid, craters: int, smallest: float) -> list[Crater]:
    """Everything that is dug one by one, oldest first: down to 6 pixels, with secondaries."""
    # A quarter more than wanted: some vanish under later craters and plains.
    wanted = int(craters * 1.25)
    largest = min(250.0 * grid.width / 4096.0, 30.0 * SMALLEST_PX) * grid.pixel
    largest = max(largest, 4.0 * smallest)
    drawn = _DRAWN_PX * grid.pixel
    count = int(wanted * (smallest / drawn) ** 2)
    impacts = primaries(rng, count, drawn, largest, smallest)
    fresh = ray_craters(rng, [largest * f for f in (0.8, 0.62, 0.5, 0.42, 0.3)], len(impacts))
    impacts += fresh
    for primary in fresh[:4]:
        crowd = int(0.05 * wanted * (primary.diameter / largest) ** 2 * (smallest / drawn) ** 2)
        impacts += secondaries(rng, primary, drawn, len(impacts), crowd)
    return renumber(impacts)


def _bare(rng: np.random.Generator, grid: Grid, monitor: Monitor) -> Surface:
    """Fractal terrain without craters; relief in proportion to the pixel."""
    monitor.report(Stage.TERRAIN, 0, 2)
    height = fractal(grid, rng, hurst=1.0) * np.float32(3.0 * grid.pixel)
    hills = fractal(grid, rng, hurst=0.7, longest=grid.width / 96.0)
    height += hills * np.float32(0.75 * grid.pixel)
    monitor.report(Stage.TERRAIN, 1, 2)
    albedo = 1.0 + 0.05 * fractal(grid, rng, hurst=0.5)
    monitor.report(Stage.TERRAIN, 2, 2)
    return Surface(grid, height, albedo.astype(np.float32))


def _plains_mask(rng: np.random.Generator, surface: Surface, monitor: Monitor) -> F32:
    """Where lava may flood, 0..1: two fifths of the planet, in a few provinces."""
    monitor.check()
    province = fractal(surface.grid, rng, hurst=1.3, longest=1.5, shortest_px=32.0)
    return np.clip((province - 0.25) * 3.0, 0.0, 1.0).astype(np.float32)


def _bombard(
    rng: np.random.Generator, surface: Surface, impacts: list[Crater], scale: float, plains: F32,
    craters: int, monitor: Monitor,
) -> None:  # fmt: skip
    """Dig everything in the order of age, with crowds of small craters between, and the plains."""
    digger = Digger(surface, scale, rng)
    crowd = int(craters * 1.25 * (SMALLEST_PX / _STAMPED_PX) ** 2)
    age = rng.uniform(0, 1, crowd) ** 0.7
    flooded, done = False, 0
    for epoch in reversed(range(_EPOCHS)):
        low, high = epoch / _EPOCHS, (epoch + 1) / _EPOCHS
        if not flooded and high <= FLOOD_AGE:
            _flood(rng, surface, plains)
            flooded = True
        while done < len(impacts) and impacts[done].age >= low:
            digger.dig(impacts[done])
            done += 1
            if done % 200 == 0:
                monitor.report(Stage.CRATERS, done, len(impacts))
                monitor.check()
        _crowd(rng, surface, digger, age[(age >= low) & (age < high)])
    for crater in impacts:
        if crater.rays:
            digger.rays(crater)
    monitor.report(Stage.CRATERS, len(impacts), len(impacts))


def _crowd(rng: np.random.Generator, surface: Surface, digger: Digger, age: np.ndarray) -> None:
    """The craters of a few pixels of one epoch."""
    pixel = surface.grid.pixel
    diameter = cumulative_diameters(rng, age.size, _STAMPED_PX * pixel, _DRAWN_PX * pixel)
    lon, lat = random_places(rng, age.size)
    wear = wear_of(rng, age, diameter, _DRAWN_PX * pixel)
    polar = np.abs(lat) > 84.0  # stamps are flat; close to a pole the grid is not
    stamp_small(surface, lon[~polar], lat[~polar], diameter[~polar], wear[~polar])
    for i in np.flatnonzero(polar):
        digger.dig(
            Crater(
                -1, float(lon[i]), float(lat[i]), float(diameter[i]), float(age[i]), float(wear[i])
            )
        )  # fmt: skip


def _flood(rng: np.random.Generator, surface: Surface, plains: F32) -> None:
    """Fill the basins that reach into the provinces with dark, nearly level lava."""
    from scipy import ndimage

    grid = surface.grid
    swell = fractal(grid, rng, hurst=1.2, longest=4.0, shortest_px=32.0)
    level = np.float32(np.quantile(surface.height[grid.height // 4 : -grid.height // 4], 0.30))
    lava = level + np.float32(0.25 * grid.pixel) * swell
    ponds, count = ndimage.label(surface.height < lava)
    # Ponds are one across the seam.
    same = np.unique(ponds[:, [0, -1]][(ponds[:, 0] > 0) & (ponds[:, -1] > 0)], axis=0)
    flooded = np.zeros(count + 1, dtype=bool)
    flooded[np.unique(ponds[plains > 0.5])] = True
    for _ in range(8):
        flooded[same] = flooded[same].any(axis=1, keepdims=True)
    flooded[0] = False
    inside = flooded[ponds]
    gap = surface.height - lava
    soft = np.float32(0.06 * grid.pixel)
    filled = lava + 0.5 * (gap + np.hypot(gap, soft))
    near = ndimage.binary_dilation(inside, iterations=3)
    surface.height[near] = filled[near]
    covered = 1.0 / (1.0 + np.exp(np.clip(gap / soft, -30, 30)))
    mare = np.float32(0.60) * (1.0 + np.float32(0.03) * swell)
    surface.albedo[near] += (covered * (mare - surface.albedo))[near]


def _planet(folder: Path, rows: list[TableRow], impacts: list[Crater]) -> Planet:
    return Planet(
        folder=folder,
        mosaic_a=folder / "mosaic_a.tif",
        mosaic_b=folder / "mosaic_b.tif",
        mosaic_pole=folder / "mosaic_pole.tif",
        catalogue=folder / "catalogue.csv",
        truth=folder / "truth.json",
        body=Body("Synthetic planet", RADIUS_M, RADIUS_M),
        query=_query(rows),
    )


def _query(rows: list[TableRow]) -> dict[str, float | str]:
    """A well preserved crater of middling size at low latitude, across the antimeridian if any."""

    def badness(entry: TableRow) -> tuple[int, float]:
        half = np.degrees(entry.diameter_km * 500.0 / RADIUS_M) / np.cos(np.radians(entry.lat))
        off_seam = int(abs(entry.lon - 180.0) > half)
        unfit = int(abs(entry.lat) > 50) + int(entry.degradation < 3)
        unfit += int(entry.mapper != "mapper 1")
        return unfit * 2 + off_seam, abs(
            float(np.log(entry.diameter_km / rows[-1].diameter_km / 3))
        )

    best = min(rows, key=badness)
    lon = (best.lon + 180.0) % 360.0 - 180.0
    return {"id": best.id, "lon": lon, "lat": best.lat, "diameter": best.diameter_km * 1000.0}


def _write_mosaics(
    planet: Planet, surface: Surface, rng: np.random.Generator, monitor: Monitor
) -> None:
    for done, write in enumerate((_mosaic_a, _mosaic_b, _mosaic_pole)):
        monitor.report(Stage.MOSAICS, done, 3)
        monitor.check()
        write(planet, surface, rng)
    monitor.report(Stage.MOSAICS, 3, 3)


def _noise(rng: np.random.Generator, values: F32, spread: float) -> F32:
    return values + np.float32(spread) * rng.standard_normal(values.shape, dtype=np.float32)


def _mosaic_a(planet: Planet, surface: Surface, rng: np.random.Generator) -> None:
    grid, sun = surface.grid, Sun(90.0, 25.0)
    seen = _noise(rng, picture(grid, surface.height, surface.albedo, sun), 0.012)
    tags = {"DESCRIPTION": _SYNTHETIC, "SUN": "azimuth 90, elevation 25, degrees, everywhere"}
    write_mosaic(
        planet.mosaic_a, to_bytes(seen, 0.0, 2.3), geographic_wkt(PLANET), (-180.0, 90.0),
        360.0 / grid.width, tags,
    )  # fmt: skip


def _mosaic_b(planet: Planet, surface: Surface, rng: np.random.Generator) -> None:
    """Coarser by a quarter, blurred, noisier, otherwise stretched, up to two pixels off, with a
    gap in longitude. Its first column lies at longitude 0."""
    grid = surface.grid
    target = Grid.of_width(grid.width * 3 // 4)
    seen = picture(grid, surface.height, surface.albedo, Sun(250.0, 40.0))
    seen = resampled(blurred(seen, grid, 0.8), grid, target, 0.0, 1.6 * 360.0 / target.width)
    seen = _noise(rng, seen, 0.02)
    gap = slice(int(target.width * 0.24), int(target.width * 0.24) + max(4, target.width // 90))
    rows = np.arange(target.height) / target.height
    seen[(rows > 0.2) & (rows < 0.95), gap] = np.nan
    tags = {"DESCRIPTION": _SYNTHETIC, "SUN": "azimuth 250, elevation 40, degrees, everywhere"}
    pixel = target.pixel
    write_mosaic(
        planet.mosaic_b, to_bytes(seen, 0.15, 1.9, 0.8), equirectangular_wkt(180.0),
        (-pixel * target.width / 2.0, pixel * target.height / 2.0), pixel, tags,
    )  # fmt: skip


def _mosaic_pole(planet: Planet, surface: Surface, rng: np.random.Generator) -> None:
    grid = surface.grid
    seen = polar_picture(
        grid, surface.height, surface.albedo, Sun(120.0, 22.0),
        lowest_lat=_POLAR_LAT, pixel=grid.pixel,
    )  # fmt: skip
    half = polar_size(_POLAR_LAT, grid.pixel) / 2.0 * grid.pixel
    tags = {"DESCRIPTION": _SYNTHETIC, "SUN": "azimuth 120 of the map, elevation 22 degrees"}
    write_mosaic(
        planet.mosaic_pole, to_bytes(_noise(rng, seen, 0.012), 0.0, 2.3), north_polar_wkt(),
        (-half, half), grid.pixel, tags,
    )  # fmt: skip
