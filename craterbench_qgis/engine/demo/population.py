"""Which craters the planet has: sizes, places, ages; and the secondaries of a few big ones."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ..bodies import Body, destination
from .grid import RADIUS_M

F64 = NDArray[np.float64]

_SPHERE = Body("sphere", RADIUS_M, RADIUS_M)

FLOOD_AGE = 0.34
"""Craters older than this were there when the plains were flooded."""


@dataclass(frozen=True)
class Crater:
    """One impact. Degrees, metres; ``age`` 0 (now) to 1 (oldest), ``wear`` 0 (fresh) to 1 (ghost).

    ``irregularity`` scales departures from a circle (1: usual, 0: a perfect circle);
    ``primary`` is the number of the crater this one is a secondary of, -1 for none.
    """

    number: int
    lon: float
    lat: float
    diameter: float
    age: float
    wear: float
    infill: float = 0.0
    depth_factor: float = 1.0
    irregularity: float = 1.0
    elongation: float = 0.0
    elongation_bearing: float = 0.0
    primary: int = -1
    rays: bool = False


def cumulative_diameters(
    rng: np.random.Generator, count: int, smallest: float, largest: float, slope: float = 2.0
) -> F64:
    """``count`` diameters whose cumulative number falls as D^-``slope`` between the bounds."""
    low, high = smallest**-slope, largest**-slope
    return (low - rng.uniform(0, 1, count) * (low - high)) ** (-1.0 / slope)


def random_places(rng: np.random.Generator, count: int) -> tuple[F64, F64]:
    """Longitudes and latitudes (degrees) uniform on the sphere."""
    return rng.uniform(-180, 180, count), np.degrees(np.arcsin(rng.uniform(-1, 1, count)))


def wear_of(rng: np.random.Generator, age: F64, diameter: F64, reference: float) -> F64:
    """Wear from age: small craters wear faster, and neighbours of one age differ."""
    speed = (reference / diameter) ** 0.2 * rng.lognormal(0.0, 0.25, age.shape)
    return np.clip(age**1.3 * speed, 0.0, 1.0)


def primaries(
    rng: np.random.Generator, count: int, smallest: float, largest: float, reference: float
) -> list[Crater]:
    """``count`` craters of a steady size distribution and declining flux, in no order."""
    diameter = cumulative_diameters(rng, count, smallest, largest)
    lon, lat = random_places(rng, count)
    # The early flux was higher: ages crowd towards the old end.
    age = rng.uniform(0, 1, count) ** 0.7
    wear = wear_of(rng, age, diameter, reference)
    infill = 0.8 * wear**1.5 * rng.uniform(0.3, 1.1, count)
    return [
        Crater(
            i, float(lon[i]), float(lat[i]), float(diameter[i]), float(age[i]), float(wear[i]),
            infill=float(infill[i]),
        )
        for i in range(count)
    ]  # fmt: skip


def ray_craters(rng: np.random.Generator, diameters: list[float], first: int) -> list[Crater]:
    """Young big craters, one for each diameter, apart from each other and from the poles."""
    placed: list[Crater] = []
    while len(placed) < len(diameters):
        lon = float(rng.uniform(-180, 180))
        lat = float(np.degrees(np.arcsin(rng.uniform(-0.85, 0.85))))
        apart = all(
            abs(lat - o.lat) + abs((lon - o.lon + 180) % 360 - 180) * np.cos(np.radians(lat)) > 50
            for o in placed
        )
        if apart:
            number = first + len(placed)
            age = 0.03 + 0.01 * len(placed)
            placed.append(
                Crater(number, lon, lat, diameters[len(placed)], age, 0.02 * len(placed), rays=True)
            )
    return placed


def secondaries(
    rng: np.random.Generator, primary: Crater, smallest: float, first: int, crowd: int
) -> list[Crater]:
    """Secondaries of ``primary`` down to ``smallest`` metres: clusters and chains along rays.

    Steep sizes (cumulative slope -3.5, as McEwen & Bierhaus 2006 report), the largest 7 % of the
    primary, between 2 and 6 primary radii, elongated away from the primary.
    """
    largest = 0.07 * primary.diameter
    if largest <= smallest:
        return []
    radius = primary.diameter / 2.0
    rays = rng.uniform(0, 360, 11)
    diameter = cumulative_diameters(rng, crowd, smallest, largest, slope=3.5)
    placed: list[Crater] = []
    while len(placed) < crowd:
        bearing = float(rng.choice(rays)) + rng.normal(0, 5.0)
        middle = radius * float(rng.uniform(2.0, 6.0))
        members = min(int(rng.integers(3, 14)), crowd - len(placed))
        # Chains string out along the ray, clusters are about as wide as long.
        length = radius * float(rng.choice([0.12, 0.5]))
        for _ in range(members):
            size = float(diameter[len(placed)])
            distance = middle + rng.normal(0, length)
            aside = np.degrees(rng.normal(0, 0.07 * radius) / distance)
            lon, lat = destination(
                _SPHERE, primary.lon, primary.lat, bearing + aside, max(distance, 1.8 * radius)
            )
            placed.append(
                Crater(
                    first + len(placed), float(lon), float(lat), size,
                    primary.age * float(rng.uniform(0.8, 0.99)), 0.15,
                    depth_factor=0.55, irregularity=1.7,
                    elongation=float(rng.uniform(0.05, 0.22)),
                    elongation_bearing=bearing % 360.0, primary=primary.number,
                )
            )  # fmt: skip
    return placed


def renumber(craters: list[Crater]) -> list[Crater]:
    """The craters oldest first, numbered so, with their primaries' numbers carried along."""
    order = sorted(craters, key=lambda c: (-c.age, c.number))
    new = {crater.number: i for i, crater in enumerate(order)}
    return [
        replace(c, number=i, primary=new[c.primary] if c.primary >= 0 else -1)
        for i, c in enumerate(order)
    ]
