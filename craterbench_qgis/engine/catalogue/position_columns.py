"""Position columns of a crater table under what is known of their direction and latitudes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from ...contract.columns import PLANETOCENTRIC, PLANETOGRAPHIC
from ..bodies import Body, body_by_name, body_in_text, geodetic_to_geocentric, wrap_longitude
from ..errors import CatalogueError
from ..words import SAY_BODY, Advice
from .columns import ColumnChoice
from .evidence import BoolArray, Evidence, Faults, FloatArray, Said
from .numbers import Numbers
from .stated import Stated, stated_systems
from .system import MapSystem

_DIRECTION = Advice(
    "Pass --west-positive or --east-positive.",
    "Say in the build dialog which way longitudes count.",
)
_LATITUDE = Advice(
    "Pass --latitude-kind planetocentric or planetographic.",
    "Say in the build dialog of which kind the latitudes are.",
)


class PositionColumns:
    """Position columns under what is known of their direction and kind of latitude."""

    def __init__(
        self,
        evidence: Evidence,
        said: Said,
        system: MapSystem,
        body: Body | None,
        faults: Faults,
    ) -> None:
        if evidence.lon is None or evidence.lat is None:
            raise ValueError("a table without coordinates has no map system")
        self.lon, self.lat, self.body, self.system = evidence.lon, evidence.lat, body, system
        rows = ~np.any([mask for mask, _ in faults], axis=0) if faults else None
        stated = stated_systems(evidence.table, evidence.choice.system, rows)
        self.west, self.west_source = self._direction(evidence.choice, said, stated)
        self.graphic, self.latitude_source = self._latitude(evidence, said, stated)
        self.open_west = self.west_source == ""
        self.open_latitude = self.latitude_source in ("", "the layer's CRS")
        self.name_says_west = evidence.choice.direction == "west" and said.west_positive is None
        self.lat_sign = -1.0 if evidence.choice.north == "south" else 1.0
        self._refuse_double_signs(evidence.choice, said)
        self.choice = self._decided(evidence.choice, rows)
        self._assumed: tuple[FloatArray, FloatArray] | None = None
        self._lettered(faults)

    def places(self) -> tuple[Numbers, Numbers]:
        """Longitudes east, planetocentric latitudes; those beyond their range as they are."""
        lon, lat = self.values(self.west, self.graphic)
        return Numbers(lon, self.lon.empty), Numbers(lat, self.lat.empty)

    def values(self, west: Any, graphic: Any) -> tuple[FloatArray, FloatArray]:
        """The same under any assumption: booleans, one or one per row."""
        if west is self.west and graphic is self.graphic:
            if self._assumed is None:
                self._assumed = self._values(west, graphic)
            lon, lat = self._assumed
            return lon.copy(), lat.copy()
        return self._values(west, graphic)

    def _values(self, west: Any, graphic: Any) -> tuple[FloatArray, FloatArray]:
        lon = self.lon.values
        if np.any(west):
            turned = np.broadcast_to(west, lon.shape)
            if self.lon.lettered is not None:
                turned = turned & ~self.lon.lettered
            lon = np.where(turned, -lon, lon)
        lat = self.lat.values
        if self.lat_sign < 0:
            turned = np.ones(len(lat), bool) if self.lat.lettered is None else ~self.lat.lettered
            lat = np.where(turned, -lat, lat)
        if np.any(graphic):
            body = self._figure()
            with np.errstate(invalid="ignore"):
                within = np.broadcast_to(graphic, lat.shape) & (np.abs(lat) <= 90)
            lat = np.where(within, geodetic_to_geocentric(body, lat), lat)
        with np.errstate(invalid="ignore"):
            beyond = np.abs(lon) > 360
        wrapped = np.asarray(wrap_longitude(lon))
        return (np.where(beyond, lon, wrapped) if beyond.any() else wrapped), lat

    def _figure(self) -> Body:
        """The ellipsoid that planetographic latitudes are of."""
        if self.latitude_source == "the layer's CRS" and self.system.body is not None:
            return self.system.body
        if self.body is None:
            raise CatalogueError(
                f"The latitudes are planetographic ({self.latitude_source}), and nothing says of "
                f"which body. {SAY_BODY}"
            )
        if not self.body.is_sphere:
            return self.body
        # A map on a sphere does not make the body one.
        known = [body_by_name(self.body.name)] if is_known(self.body.name) else []
        return known[0] if known else self.body

    def _direction(
        self, choice: ColumnChoice, said: Said, stated: Stated | None
    ) -> tuple[Any, str]:
        if said.west_positive is not None:
            return said.west_positive, "as you said"
        named = choice.direction
        by_rows = stated is not None and stated.says_direction
        if named and by_rows and stated is not None:
            other = stated.east if named == "west" else stated.west
            if other.any():
                raise CatalogueError(
                    f"The column '{choice.lon}' counts {named} by its name, and '{choice.system}' "
                    f"says the opposite. {_DIRECTION}"
                )
        if named:
            return named == "west", "the column's name"
        if by_rows and stated is not None:
            return stated.west, f"the column '{choice.system}'"
        return False, ""

    def _latitude(self, evidence: Evidence, said: Said, stated: Stated | None) -> tuple[Any, str]:
        choice = evidence.choice
        if said.latitude is not None:
            return said.latitude == PLANETOGRAPHIC, "as you said"
        by_rows = stated is not None and stated.says_latitude
        if choice.latitude and by_rows and stated is not None:
            graphic = choice.latitude == PLANETOGRAPHIC
            if (stated.centric if graphic else stated.graphic).any():
                raise CatalogueError(
                    f"The column '{choice.lat}' is {choice.latitude} by its name, and "
                    f"'{choice.system}' says the opposite. {_LATITUDE}"
                )
        if choice.latitude:
            return choice.latitude == PLANETOGRAPHIC, "the column's name"
        if by_rows and stated is not None:
            return stated.graphic, f"the column '{choice.system}'"
        if evidence.stated_latitude:
            return evidence.stated_latitude == PLANETOGRAPHIC, "the file's head"
        if self.system.is_planetographic:
            return True, "the layer's CRS"
        return False, ""

    def _refuse_double_signs(self, choice: ColumnChoice, said: Said) -> None:
        """West or south by the name and negative throughout may mean either side."""
        for numbers, word, column, name in (
            (self.lon, "west", choice.lon, choice.direction),
            (self.lat, "south", choice.lat, choice.north),
        ):
            if name != word or (word == "west" and said.west_positive is not None):
                continue
            values = numbers.values[np.isfinite(numbers.values) & (numbers.values != 0)]
            if values.size and (values < 0).all():
                repair = (
                    str(_DIRECTION)
                    if word == "west"
                    else ("Rename it: north latitudes are positive.")
                )
                raise CatalogueError(
                    f"The column '{column}' says {word} in its name and all its values are "
                    f"negative: it cannot be told which of the two is meant. {repair}"
                )

    def _decided(self, choice: ColumnChoice, rows: BoolArray | None) -> ColumnChoice:
        kind, graphic = "", np.atleast_1d(self.graphic)
        if graphic.any():
            used = graphic if rows is None or len(graphic) == 1 else graphic[rows]
            kind = PLANETOGRAPHIC + ("" if used.all() else " in part")
        elif self.latitude_source:
            kind = PLANETOCENTRIC
        return replace(
            choice,
            west_positive=bool(np.any(self.west)),
            west_source=self.west_source,
            latitude=kind,
            latitude_source=self.latitude_source,
        )

    def _lettered(self, faults: Faults) -> None:
        """Where most values have a letter of the compass, one without says nothing."""
        for numbers, words in ((self.lon, "E or W"), (self.lat, "N or S")):
            if numbers.lettered is None:
                continue
            usable = np.isfinite(numbers.values) & (numbers.values != 0)
            bare = usable & ~numbers.lettered
            if bare.any() and numbers.lettered.sum() > bare.sum():
                faults.append((bare, f"no {words} where the other rows have one"))


def is_known(name: str) -> bool:
    """Whether a body of that name has radii of its own in the table."""
    return body_in_text(name) is not None or name in ("Io", "Earth")
