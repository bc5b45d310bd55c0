"""Bodies: radii, whether two are one, kinds of latitude, and the reference system of a body.

Distances are metres, angles degrees.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from .records import Positive, Record

RADIUS_TOLERANCE = 0.005
"""Relative difference of radii below which two figures are taken for one body."""

NAMED_TOLERANCE = 0.15
"""How far radii may differ where the same name is known for both. Vesta is mapped on a sphere of
255 km and on an ellipsoid of 285 x 229 km; a CRS 'Moon' on the Earth's ellipsoid is wrong."""


@dataclass(frozen=True)
class Body(Record):
    """A body as an ellipsoid of revolution: equatorial and polar radius, metres.

    Raises :class:`~.records.RecordError` for radii that are not positive numbers.
    """

    name: str
    a: Positive
    b: Positive

    @property
    def mean_radius(self) -> float:
        """``(2 a + b) / 3``, metres: the radius of every great-circle distance."""
        return (2.0 * self.a + self.b) / 3.0

    @property
    def is_sphere(self) -> bool:
        """Whether both radii are equal."""
        return self.a == self.b

    @property
    def inverse_flattening(self) -> float:
        """``a / (a - b)``, 0 for a sphere, as WKT has it."""
        return 0.0 if self.is_sphere else self.a / (self.a - self.b)

    def geodetic(self, lat: float) -> float:
        """A planetocentric latitude as planetographic: tan g = (a/b)^2 tan c."""
        if self.is_sphere:
            return lat
        phi = math.radians(lat)
        return math.degrees(math.atan2(self.a**2 * math.sin(phi), self.b**2 * math.cos(phi)))

    def planetocentric(self, lat: float) -> float:
        """A planetographic (geodetic) latitude as planetocentric: tan c = (b/a)^2 tan g."""
        if self.is_sphere:
            return lat
        phi = math.radians(lat)
        return math.degrees(math.atan2(self.b**2 * math.sin(phi), self.a**2 * math.cos(phi)))


# IAU WGCCRE report 2015, Archinal et al. 2018, Celest. Mech. Dyn. Astron. 130:22,
# doi:10.1007/s10569-017-9805-5, as encoded in the IAU_2015 authority of PROJ; km. Bodies that the
# report gives as triaxial ellipsoids stand here as the sphere that maps of them use.
_RADII_KM = (
    ("Mercury", 2440.53, 2438.26),
    ("Venus", 6051.8, 6051.8),
    ("Earth", 6378.1366, 6356.7519),
    ("Moon", 1737.4, 1737.4),
    ("Mars", 3396.19, 3376.2),
    ("Ceres", 487.3, 446.0),
    ("Vesta", 255.0, 255.0),
    ("Io", 1821.49, 1821.49),
    ("Europa", 1560.8, 1560.8),
    ("Ganymede", 2631.2, 2631.2),
    ("Callisto", 2410.3, 2410.3),
    ("Mimas", 198.2, 198.2),
    ("Enceladus", 252.1, 252.1),
    ("Tethys", 531.0, 531.0),
    ("Dione", 561.4, 561.4),
    ("Rhea", 763.5, 763.5),
    ("Titan", 2575.0, 2575.0),
    ("Iapetus", 745.7, 712.1),
    ("Miranda", 235.8, 235.8),
    ("Ariel", 578.9, 578.9),
    ("Umbriel", 584.7, 584.7),
    ("Titania", 788.9, 788.9),
    ("Oberon", 761.4, 761.4),
    ("Triton", 1352.6, 1352.6),
    ("Pluto", 1188.3, 1188.3),
    ("Charon", 606.0, 606.0),
)

KNOWN_BODIES: tuple[Body, ...] = tuple(
    Body(name, round(a * 1000.0, 3), round(b * 1000.0, 3)) for name, a, b in _RADII_KM
)

ALIASES = {"luna": "moon", "lunar": "moon", "martian": "mars", "terra": "earth"}


def known_body(name: str) -> Body | None:
    """The body of the table that is called ``name`` (any case, or an alias), else None."""
    key = name.strip().lower()
    key = ALIASES.get(key, key)
    return next((body for body in KNOWN_BODIES if body.name.lower() == key), None)


def same_body(first: Body, second: Body) -> bool:
    """Whether both are one body: by name where both names are known, else radii within 0.5 %.

    Names alone never suffice: the radii must be of the same size too (15 %), so that a body made
    by hand with a wrong radius does not pass. Authority codes play no part. A sphere may stand for
    an ellipsoid by any of its radii: polar maps of Mars are made on the sphere of the polar radius.
    """
    known, other = known_body(first.name), known_body(second.name)
    if known is not None and other is not None:
        difference = abs(first.mean_radius - second.mean_radius) / second.mean_radius
        return known == other and difference <= NAMED_TOLERANCE
    return min(radius_misfit(first, second), radius_misfit(second, first)) <= RADIUS_TOLERANCE


def radius_misfit(declared: Body, known: Body) -> float:
    """Relative misfit of the radii of ``declared`` to those of ``known``."""
    radii = (known.a, known.mean_radius, known.b) if declared.is_sphere else (known.a,)
    return min(abs(declared.a - radius) / radius for radius in radii)


def identify_body(a: float, b: float, text: str = "") -> Body:
    """The body of radii ``a`` and ``b`` (metres), preferring a body that ``text`` names.

    The given radii are kept. A name decides when the radii fit it (several icy moons have nearly
    the same size), else the nearest radius within 0.5 %, else the body is named by its radii.
    """
    declared = Body("unknown", a, b)
    words = set("".join(c if c.isalpha() else " " for c in text.lower()).split())
    words = {ALIASES.get(word, word) for word in words}
    named = [known for known in KNOWN_BODIES if known.name.lower() in words]
    for candidates, tolerance in ((named, NAMED_TOLERANCE), (list(KNOWN_BODIES), RADIUS_TOLERANCE)):
        fitting = [known for known in candidates if radius_misfit(declared, known) <= tolerance]
        if fitting:
            best = min(fitting, key=lambda known: radius_misfit(declared, known))
            return Body(best.name, a, b)
    if declared.is_sphere:
        return Body(f"sphere of R = {a / 1000.0:g} km", a, b)
    return Body(f"ellipsoid of {a / 1000.0:g} x {b / 1000.0:g} km", a, b)


def geographic_wkt(body: Body, name: str | None = None) -> str:
    """WKT 1 of longitude and latitude on ``body``: degrees, positive east, from its own meridian.

    Without an authority code, which not every GDAL and QGIS knows. ``name``: instead of the body's
    ("unknown" makes QGIS look for no known system). On a flattened body the latitudes of such a
    system are planetographic, because WKT 1 knows no others: carry catalogue latitudes with
    :meth:`Body.geodetic` before writing them.
    """
    title = (body.name if name is None else name).replace('"', "'").strip() or "unknown"
    datum = f'DATUM["{title}",SPHEROID["{title}",{body.a!r},{body.inverse_flattening!r}]]'
    degree = 'UNIT["degree",0.0174532925199433]'
    return f'GEOGCS["{title}",{datum},PRIMEM["Reference meridian",0],{degree}]'
