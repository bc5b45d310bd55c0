"""The one place where a catalogue's evidence is weighed: body, position, latitudes, direction.

What the user said counts most, then what the table states (``Target``, ``Coordinate_System``, the
columns' names and units), then the layer's reference system, then the published layout, then the
file's name. Two sources of a position are compared, and where they disagree the geometry counts.
Nothing is resolved in silence: what was taken from where is kept in :class:`Reading`, and what
cannot be true at once is refused with the option that settles it. The table of these rules is
``docs/reference/reading.md``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from ...contract.columns import PLANETOCENTRIC, PLANETOGRAPHIC
from ..bodies import (
    Body,
    body_by_name,
    body_in_text,
    same_body,
    wrap_longitude,
)
from ..errors import CatalogueError
from ..words import NAME_PLACE, OVERRULED, SAY_BODY, Advice
from .columns import GEOMETRY, ColumnChoice
from .compared import Compared, compare
from .evidence import Evidence, Faults, FloatArray, Said
from .numbers import Numbers
from .position_columns import PositionColumns
from .shapes import Centres, centres, points_of
from .stated import rows_of_crater_features, rows_of_target
from .system import MapSystem

KINDS = (PLANETOCENTRIC, PLANETOGRAPHIC)
# More rows than this share beyond the range of degrees: the numbers are no degrees.
_NO_DEGREES = 0.25


@dataclass
class Reading:
    """The verdict. ``lon``: degrees east, ``lat``: planetocentric, NaN where there is none;
    ``raw_lon``: longitudes as the file counts them; ``faults``: rows of no use, and why."""

    choice: ColumnChoice
    body: Body | None
    body_source: str
    lon: Numbers
    lat: Numbers
    raw_lon: FloatArray
    faults: Faults = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def interpret(evidence: Evidence, said: Said) -> Reading:
    """Decide everything. Raises CatalogueError for what contradicts itself or is not said."""
    if said.latitude is not None and said.latitude not in KINDS:
        raise CatalogueError(
            f"The kind of latitude '{said.latitude}' is not known. Use planetocentric or "
            "planetographic."
        )
    faults: Faults = []
    notes: list[str] = []
    system = MapSystem(evidence.crs, evidence.driver)
    target = rows_of_target(evidence.table, evidence.choice.target, said.body, said.mosaic)
    faults += target.faults
    faults += rows_of_crater_features(evidence.table, evidence.choice.feature_type, notes)
    body, source = _body(evidence, said, system, target.body, notes)
    figure = body or said.mosaic
    geometry = _geometry_places(evidence, said, system, figure, faults)
    if evidence.lon is None or evidence.lat is None:
        if geometry is None:
            raise CatalogueError(f"The catalogue has no geometry. {NAME_PLACE}")
        return _by_geometry(evidence.choice, body, source, geometry, faults, notes)
    columns = PositionColumns(evidence, said, system, figure, faults)
    reading = Reading(
        columns.choice, body, source, *columns.places(), evidence.lon.values, faults, notes
    )
    if geometry is not None:
        _settle(reading, columns, geometry, evidence, figure)
    _refuse_no_degrees(reading)
    return reading


# ------------------------------------------------------------------------------------ the body


def _body(
    evidence: Evidence, said: Said, system: MapSystem, target: Body | None, notes: list[str]
) -> tuple[Body | None, str]:
    """The body and who says it."""
    published = evidence.choice.body_name or evidence.ids_body
    claims = [
        (target, f"the column '{evidence.choice.target}'"),
        (evidence.stated_body, "the file's head"),
        (system.body, "the layer's CRS"),
        (body_by_name(published) if published else None, evidence.choice.catalogue or "its ids"),
    ]
    claimed = [(body, source) for body, source in claims if body is not None]
    if said.body is None and system.body is not None and system.is_earth:
        others = [(body, source) for body, source in claimed if body.name != "Earth"]
        if others:
            notes.append(
                f"The layer's CRS is the Earth's; the catalogue is known to be of "
                f"{others[0][0].name} ({others[0][1]})."
            )
            claimed = others
    if said.body is not None:
        for body, source in claimed:
            if not same_body(body, said.body) and not (body is system.body and system.is_earth):
                notes.append(
                    f"Taken to be of {said.body.name} as you said; {source} says {body.name}."
                )
        agreeing = [body for body, _ in claimed if same_body(body, said.body)]
        # The radii that a reference system declares are those of its coordinates.
        radii = [body for body in agreeing if body in (system.body, evidence.stated_body)]
        return (radii or [said.body])[0], "as you said"
    if claimed:
        _refuse_two_bodies(claimed[:-1] if published else claimed)
        if not same_body(claimed[-1][0], claimed[0][0]):
            notes.append(
                f"{claimed[0][1]} says {claimed[0][0].name}, though {claimed[-1][1]} is known "
                f"to be of {claimed[-1][0].name}."
            )
        agreeing = [body for body, _ in claimed if same_body(body, claimed[0][0])]
        radii = [body for body in agreeing if body in (system.body, evidence.stated_body)]
        return (radii or agreeing)[0], claimed[0][1]
    named = body_in_text(evidence.stem)
    if named is not None:
        notes.append(f"Taken to be of {named.name} by the file's name{OVERRULED}.")
        return named, "the file's name"
    if said.mosaic is not None and said.mosaic.name == "Earth" and system.is_earth:
        return said.mosaic, "the mosaic, as the layer's CRS is the Earth's"
    return None, ""


def _refuse_two_bodies(claimed: Sequence[tuple[Body, str]]) -> None:
    for body, source in claimed[1:]:
        if not same_body(body, claimed[0][0]):
            raise CatalogueError(
                f"The catalogue contradicts itself: {claimed[0][1]} says {claimed[0][0].name}, "
                f"{source} says {body.name}. {SAY_BODY}"
            )


# --------------------------------------------------------------------------------- the geometry


def _geometry_places(
    evidence: Evidence, said: Said, system: MapSystem, body: Body | None, faults: Faults
) -> Centres | None:
    """The places of the geometries on this body, degrees east and planetocentric."""
    if evidence.geometry is None:
        return None
    wanted = evidence.choice.lon == GEOMETRY
    to_degrees = system.to_degrees(body, said.latitude, strict=wanted)
    if to_degrees is None:
        return None  # a local system: the columns have to do
    xy = points_of(evidence.geometry)
    if xy is not None:
        lon, lat = to_degrees(xy[:, 0], xy[:, 1])
        none = np.zeros(len(lon), dtype=bool)
        places = Centres(lon, lat, np.zeros(len(lon)), none)
    else:
        places = centres(evidence.geometry.to_numpy(), to_degrees)
    if places.several.any():
        places.lon[places.several] = places.lat[places.several] = np.nan
        if wanted:
            faults.append((places.several, "the geometry is several points"))
    return places


def _by_geometry(
    choice: ColumnChoice,
    body: Body | None,
    source: str,
    geometry: Centres,
    faults: Faults,
    notes: list[str],
) -> Reading:
    lon, lat = geometry.lon, geometry.lat
    reading = Reading(
        replace(choice, lon=GEOMETRY, lat=GEOMETRY),
        body,
        source,
        Numbers(np.atleast_1d(wrap_longitude(lon)), np.isnan(lon)),
        Numbers(lat, np.isnan(lat)),
        lon,
        faults,
        notes,
    )
    reading.lon.values[np.abs(lon) > 360] = 1e9  # told as beyond the range, not wrapped into it
    _refuse_no_degrees(reading)
    return reading


# ------------------------------------------------------------------- columns against geometry


def _settle(
    reading: Reading,
    columns: PositionColumns,
    geometry: Centres,
    evidence: Evidence,
    body: Body | None,
) -> None:
    """Compare both positions; where they disagree the geometry counts."""
    choice = reading.choice
    verdict = compare(columns, geometry, evidence.diameter_m, body)
    if choice.place_is_explicit:
        if verdict.typical_m > verdict.allowed_m:
            reading.notes.append(_disagreement(choice, verdict, "The columns count, as you said."))
        return
    if verdict.is_mirrored and columns.name_says_west:
        right = Advice(
            'Pass --lon "(geometry)" if the geometry is right, or '
            f"--lon '{choice.lon}' --lat '{choice.lat}' if the columns are.",
            "Choose the geometry or these columns for longitude and latitude.",
        )
        raise CatalogueError(
            f"The column '{choice.lon}' counts west by its name, but the geometry has the same "
            f"numbers as degrees east. {right}"
        )
    if verdict.wins is not None:
        # Nothing but the geometry says how these columns count: the reading that agrees with it.
        west, graphic = verdict.wins
        changes: dict[str, Any] = {"west_positive": west}
        changes["west_source"] = "as the geometry shows" if west else ""
        if graphic != bool(np.any(columns.graphic)):
            kind = PLANETOGRAPHIC if graphic else PLANETOCENTRIC
            changes.update(latitude=kind, latitude_source="as the geometry shows")
        reading.choice = choice = replace(choice, **changes)
        reading.lon.values, reading.lat.values = columns.values(west, graphic)
    missing = (reading.lon.empty | reading.lat.empty) & np.isfinite(geometry.lon)
    moved = verdict.disagree | missing
    if not moved.any():
        return
    if verdict.disagree.mean() > 0.5 or verdict.typical_m > verdict.allowed_m:
        reading.notes.append(_disagreement(choice, verdict, "The geometry counts."))
        lon, lat = geometry.lon, geometry.lat
        reading.choice = replace(
            choice, lon=GEOMETRY, lat=GEOMETRY, west_positive=False, latitude="",
            position_source=f"not the columns '{choice.lon}' and '{choice.lat}', which disagree",
        )  # fmt: skip
        reading.lon = Numbers(np.atleast_1d(wrap_longitude(lon)), np.isnan(lon))
        reading.lat = Numbers(lat, np.isnan(lat))
        reading.raw_lon = lon
        if geometry.several.any():
            reading.faults.append((geometry.several, "the geometry is several points"))
        return
    reading.lon.values[moved] = np.atleast_1d(wrap_longitude(geometry.lon))[moved]
    reading.lat.values[moved] = geometry.lat[moved]
    reading.lon.empty &= ~moved
    reading.lat.empty &= ~moved
    if verdict.disagree.any():
        reading.notes.append(
            f"In {int(verdict.disagree.sum()):,} rows the columns '{choice.lon}' and "
            f"'{choice.lat}' disagree with the geometry, by up to {verdict.largest_m / 1000:,.4g} "
            "km: there the geometry counts."
        )
    if missing.any():
        reading.notes.append(f"{int(missing.sum()):,} positions are the geometry's alone.")


def _disagreement(choice: ColumnChoice, verdict: Compared, end: str) -> str:
    if verdict.no_degrees:
        return (
            f"The columns '{choice.lon}' and '{choice.lat}' hold no degrees "
            f"(values up to {verdict.largest_value:,.4g}). {end}"
        )
    return (
        f"The columns '{choice.lon}' and '{choice.lat}' disagree with the geometry, typically by "
        f"{verdict.typical_m / 1000:,.4g} km. {end}"
    )


def _refuse_no_degrees(reading: Reading) -> None:
    """Metres of a map that pass for degrees here and there would lie anywhere."""
    lon, lat = reading.lon.values, reading.lat.values
    there = np.isfinite(lon) & np.isfinite(lat)
    if there.sum() < 3:
        return
    beyond = (np.abs(lon[there]) > 360) | (np.abs(lat[there]) > 90)
    if beyond.mean() <= _NO_DEGREES or beyond.all():
        return
    where = (
        "geometry"
        if reading.choice.lon == GEOMETRY
        else (f"columns '{reading.choice.lon}' and '{reading.choice.lat}'")
    )
    raise CatalogueError(
        f"The {where} cannot be degrees: {beyond.mean():.0%} of the positions are beyond 360 or 90 "
        "(metres of a map?). Assign the layer's coordinate reference system, or name columns of "
        f"degrees{Advice(' with --lon and --lat', '')}."
    )
