"""The reference system of result layers: geographic, on the radii the index declares."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from qgis.core import QgsCoordinateReferenceSystem

_NAIF = {
    "mercury": 19900, "moon": 30100, "mars": 49900, "phobos": 40100, "deimos": 40200,
    "io": 50100, "europa": 50200, "ganymede": 50300, "callisto": 50400,
    "mimas": 60100, "enceladus": 60200, "tethys": 60300, "dione": 60400, "rhea": 60500,
    "titan": 60600, "iapetus": 60800, "ceres": 200000100, "vesta": 200000400,
}  # fmt: skip
_WGS84 = (6378137.0, 6356752.314245)


def geographic_crs(
    body: Mapping[str, Any], shown_in: QgsCoordinateReferenceSystem | None = None
) -> QgsCoordinateReferenceSystem:
    """Longitude and latitude on ``body`` {name, a, b}, positive east, for a map in ``shown_in``.

    A sphere whose radius is that of the IAU's 2015 system gets that system, as the engine's
    exports do; every other figure one of its own. PROJ refuses to go from the IAU's system to a
    map on an unnamed sphere ("no transform available"), although both are the same figure: there
    the layer's system is unnamed too, which PROJ carries to all of them. The coordinates are the
    same in each.
    """
    a, b = float(body["a"]), float(body["b"])
    name = str(body.get("name") or "body")
    if _same((a, b), _WGS84):
        return QgsCoordinateReferenceSystem("EPSG:4326")
    if shown_in is not None and not shown_in.authid() and _alike(_radii(shown_in), (a, b)):
        if _is_plain(shown_in) and _same(_radii(shown_in), (a, b)):
            return shown_in
        return QgsCoordinateReferenceSystem.fromWkt(_unnamed_wkt(a, b))
    code = _NAIF.get(name.casefold())
    if a == b and code is not None:
        known = QgsCoordinateReferenceSystem(f"IAU_2015:{code}")
        if known.isValid() and _same(_radii(known), (a, b)):
            return known
    return QgsCoordinateReferenceSystem.fromWkt(_wkt(name, a, b))


def _radii(crs: QgsCoordinateReferenceSystem) -> tuple[float, float]:
    """Of a PROJ string, which QGIS makes of every reference system."""
    values = dict(part.split("=", 1) for part in crs.toProj().split() if "=" in part)
    a = float(values.get("+R") or values.get("+a") or 0.0)
    if "+rf" in values:
        return a, a * (1.0 - 1.0 / float(values["+rf"]))
    return a, float(values.get("+b") or a)


def _is_plain(crs: QgsCoordinateReferenceSystem) -> bool:
    """Degrees east and north from the body's own meridian."""
    text = crs.toProj()
    turned = any(word in text for word in ("+axis", "+pm=", "+to_meter", "+lon_0"))
    return "+proj=longlat" in text and not turned and "west" not in crs.toWkt().lower()


def _same(one: tuple[float, float], other: tuple[float, float]) -> bool:
    return abs(one[0] - other[0]) < 0.5 and abs(one[1] - other[1]) < 0.5


def _alike(one: tuple[float, float], other: tuple[float, float]) -> bool:
    return all(abs(x - y) <= 0.005 * y for x, y in zip(one, other))  # noqa: B905


def _unnamed_wkt(a: float, b: float) -> str:
    flattening = 0.0 if a == b else a / (a - b)
    return (
        f'GEOGCS["unknown",DATUM["unknown",SPHEROID["unknown",{a!r},{flattening!r}]],'
        'PRIMEM["Reference_Meridian",0],'
        'UNIT["degree",0.0174532925199433,AUTHORITY["EPSG","9122"]]]'
    )


def _wkt(name: str, a: float, b: float) -> str:
    quoted = name.replace('"', "'")
    size = f"{a / 1000:g}" if a == b else f"{a / 1000:g} x {b / 1000:g}"
    title = quoted if "km" in quoted else f"{quoted}, {size} km"
    flattening = 0.0 if a == b else a / (a - b)
    degree = 'ANGLEUNIT["degree",0.0174532925199433,ID["EPSG",9122]]'
    return (
        f'GEOGCRS["{title}",DATUM["{title}",'
        f'ELLIPSOID["{quoted}",{a!r},{flattening!r},LENGTHUNIT["metre",1]]],'
        f'PRIMEM["Reference Meridian",0,{degree}],CS[ellipsoidal,2],'
        f'AXIS["geodetic latitude (Lat)",north,ORDER[1],{degree}],'
        f'AXIS["geodetic longitude (Lon)",east,ORDER[2],{degree}]]'
    )
