"""The formulas of maps, written out (Snyder, Map Projections: A Working Manual, USGS 1395)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np


def isometric(phi: np.ndarray, e: float) -> np.ndarray:
    """Snyder 7-7: psi."""
    part = ((1 - e * np.sin(phi)) / (1 + e * np.sin(phi))) ** (e / 2)
    return np.log(np.tan(np.pi / 4 + phi / 2) * part)


def authalic(phi: np.ndarray, e: float) -> np.ndarray:
    """Snyder 3-12: q."""
    s = np.sin(phi)
    if e == 0:
        return 2 * s
    return (1 - e**2) * (s / (1 - (e * s) ** 2) - np.log((1 - e * s) / (1 + e * s)) / (2 * e))


def meridian(phi: np.ndarray, e: float) -> np.ndarray:
    """The arc of the meridian over a, by Simpson's rule rather than a series."""
    n = 2000
    t = np.linspace(0, 1, 2 * n + 1)
    weights = np.ones(2 * n + 1)
    weights[1:-1:2], weights[2:-1:2] = 4, 2
    flat = np.atleast_1d(phi)
    curve = (1 - e**2) / (1 - (e * np.sin(flat[:, None] * t)) ** 2) ** 1.5
    return np.reshape(flat * (curve @ weights) / (6 * n), np.shape(phi))


@dataclass(frozen=True)
class Formula:
    """x, y (map units) of degrees east and geodetic latitude."""

    name: str
    a: float
    b: float
    middle: float
    south: bool = False

    @property
    def e(self) -> float:
        return float(np.sqrt(1 - (self.b / self.a) ** 2))

    @property
    def proj(self) -> str:
        size = f"+a={self.a} +b={self.b} +lon_0={self.middle}"
        pole = -90 if self.south else 90
        return {
            "eqc": f"+proj=eqc +lat_ts=30 {size}", "sinu": f"+proj=sinu {size}",
            "merc": f"+proj=merc {size}", "cea": f"+proj=cea {size}",
            "stere": f"+proj=stere +lat_0={pole} {size}",
            "laea": f"+proj=laea +lat_0={pole} {size}",
            "mercator in feet": f"+proj=merc {size} +to_meter=0.3048",
        }[self.name]  # fmt: skip

    def __call__(self, lon: Any, lat: Any) -> tuple[np.ndarray, np.ndarray]:
        a, e = self.a, self.e
        apart = np.radians((np.asarray(lon, float) - self.middle + 180) % 360 - 180)
        phi = np.radians(np.asarray(lat, float))
        if self.name == "eqc":  # the sphere's rule with the equator's radius
            return a * np.cos(np.radians(30)) * apart, a * phi
        if self.name == "sinu":
            s = np.sin(phi)
            return a * apart * np.cos(phi) / np.sqrt(1 - (e * s) ** 2), a * meridian(phi, e)
        if self.name.startswith("merc"):
            unit = 0.3048 if "feet" in self.name else 1.0
            return a * apart / unit, a * isometric(phi, e) / unit
        if self.name == "cea":
            return a * apart, a * authalic(phi, e) / 2
        side = -1 if self.south else 1
        if self.name == "stere":
            scale = np.sqrt((1 + e) ** (1 + e) * (1 - e) ** (1 - e))
            rho = 2 * a / scale * np.exp(-isometric(side * phi, e))
        else:
            pole = authalic(np.array(np.pi / 2), e)
            rho = a * np.sqrt(np.maximum(pole - side * authalic(phi, e), 0))
        return rho * np.sin(apart), -side * rho * np.cos(apart)


def centric_of(a: float, b: float, lat: Any) -> Any:
    return np.degrees(np.arctan((b / a) ** 2 * np.tan(np.radians(lat))))


def graphic_of(a: float, b: float, lat: Any) -> Any:
    return np.degrees(np.arctan((a / b) ** 2 * np.tan(np.radians(lat))))
