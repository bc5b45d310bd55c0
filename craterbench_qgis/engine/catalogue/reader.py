"""Any crater table -> :class:`Craters`: read, choose columns, interpret, check rows."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...contract.columns import is_name_column
from ..bodies import Body, body_by_name
from ..errors import CatalogueError
from ..words import Advice
from .columns import GEOMETRY, ColumnChoice, body_from_ids, find_columns
from .craters import (
    Craters,
    Rejected,
    check_rows,
    id_codes,
    lon_convention,
    repeats,
)
from .evidence import Faults
from .interpretation import Evidence, Reading, Said, interpret
from .numbers import (
    angle_mark,
    angle_tally,
    read_angles,
    with_decimal_commas,
)
from .places import COUNT_SUFFIXES, TEXT_SUFFIXES, Place, place_of
from .sizes import (
    read_sizes,
    size_cells,
    size_mark,
    size_tally,
    to_metres,
    too_large,
    twins_disagree,
)


def read_catalogue(
    path: str | Path,
    *,
    id: str | None = None,
    lon: str | None = None,
    lat: str | None = None,
    diameter: str | None = None,
    diameter_unit: str | None = None,
    layer: str | None = None,
    body: str | Body | None = None,
    west_positive: bool | None = None,
    latitude_kind: str | None = None,
    mosaic_body: Body | None = None,
    limit_rejected: int | None = None,
) -> Craters:
    """Read the crater table at ``path``.

    Text (.csv .tsv .tab .txt .dat .asc, also .gz) through pyarrow, CraterStats' .scc and .diam, all
    else (Shapefile, GeoPackage, GeoJSON, KML, FlatGeobuf, ...) through GDAL; ``/vsizip/`` names
    and archives of one table too. ``id``, ``lon``, ``lat``, ``diameter``: column names in place of
    the recognised ones (any case; :data:`~.columns.GEOMETRY` for the position of the geometry);
    ``diameter_unit``: "km" or "m"; ``layer``: of a file with several; ``body``: name or Body,
    overrules the file; ``west_positive``: longitudes count west (False: east), None as the file
    says; ``latitude_kind``: "planetocentric" or "planetographic"; ``mosaic_body``: of the raster
    the craters will be cut from, which chooses among several bodies in one table;
    ``limit_rejected``: list at most so many rejected rows (all are counted). Without an id column
    the ids are ``row-1``, ``row-2``, ...: the 1-based data row. Rows that cannot be used are in
    ``Craters.rejected``. :mod:`.interpretation` decides what the file means.

    Raises :class:`CatalogueError` for a file that is missing, unreadable or empty, a column that
    is missing, what cannot be told or contradicts itself, or when no row is usable;
    :class:`BodyError` for an unknown body name.
    """
    said = Said(
        body_by_name(body) if isinstance(body, str) else body,
        west_positive,
        latitude_kind,
        mosaic_body,
    )
    options: dict[str, Any] = {
        "id": id,
        "lon": lon,
        "lat": lat,
        "diameter": diameter,
        "diameter_unit": diameter_unit,
    }
    with place_of(path) as source:
        return _assemble(source, _read_parts(source, layer, options), said, limit_rejected)


@dataclass
class _Parts:
    """What the readers have in common: a table, its columns, its data rows, and the rest of what a
    file says (arguments of :class:`Evidence`)."""

    table: Any
    choice: ColumnChoice
    rows: NDArray[np.int64]
    broken: list[Rejected] = field(default_factory=list)
    sample: list[str] = field(default_factory=list)
    evidence: dict[str, Any] = field(default_factory=dict)


def _read_parts(source: Place, layer: str | None, options: dict[str, Any]) -> _Parts:
    try:
        if source.suffix in COUNT_SUFFIXES:
            from .counts import read_counts

            counts = read_counts(source)
            choice = find_columns(counts.table.column_names, **options)
            stated = {"stated_body": counts.body, "stated_latitude": counts.latitude}
            return _Parts(counts.table, choice, counts.rows, counts.broken, evidence=stated)
        if source.suffix in TEXT_SUFFIXES:
            from .text import read_text

            text = read_text(
                source, lambda names, units: find_columns(names, units=units, **options)
            )
            return _Parts(text.table, text.choice, text.rows, text.broken, text.sample)
        from .vector import read_vector

        if source.is_empty:
            raise CatalogueError(f"The catalogue '{source}' is empty. Choose another file.")
        vector = read_vector(
            source,
            layer,
            lambda names, spatial: find_columns(names, has_geometry=spatial, **options),
        )
    except OSError as error:
        raise CatalogueError(
            f"The catalogue '{source}' cannot be opened ({error.strerror or error}). "
            "Check that it is a file you may read."
        ) from error
    rows = np.arange(1, vector.table.num_rows + 1, dtype=np.int64)
    system = {"geometry": vector.geometry, "crs": vector.crs, "driver": vector.driver}
    return _Parts(vector.table, vector.choice, rows, evidence=system)


def _assemble(source: Place, parts: _Parts, said: Said, limit: int | None) -> Craters:
    """Convert, interpret, check and keep: the table as read -> craters."""
    table, choice = parts.table, parts.choice
    by_columns = choice.lon != GEOMETRY
    cells = size_cells(table.column(choice.diameter))
    tally = size_tally(cells.column, parts.sample)
    asked = bool(tally.perhaps_comma or tally.perhaps_point)
    angles = [
        angle_tally(table.column(name), asked) for name in (choice.lon, choice.lat) if by_columns
    ]
    pair = (angles[0], angles[1]) if by_columns else (tally, tally)
    mark = size_mark(tally, pair, choice.diameter)
    size = read_sizes(cells.column, mark)
    lon = lat = None
    if by_columns:
        lon = read_angles(table.column(choice.lon), angle_mark(angles[0]), "EW")
        lat = read_angles(table.column(choice.lat), angle_mark(angles[1]), "NS")
    if "," in (mark, *map(angle_mark, angles)):
        table = with_decimal_commas(table, frozenset((*choice.id_candidates, choice.id or "")))
    ids, codes, choice, notes = _ids(table, choice, parts.rows)
    faults: Faults = []
    raw = size.values.copy() if choice.size_twins else size.values
    choice = to_metres(choice, size, cells.own_m, faults)
    faults += twins_disagree(table, choice, size.values, raw, mark)
    revealed = body_from_ids(choice, ids.slice(0, 100).to_pylist())
    reading = interpret(
        Evidence(
            table,
            choice,
            source.stem,
            lon,
            lat,
            size.values,
            ids_body=revealed,
            **parts.evidence,
        ),
        said,
    )
    faults += too_large(size.values, reading.body or said.mosaic)
    faults = [*reading.faults, *faults]
    checked = check_rows(ids, codes, reading.lon, reading.lat, size, limit, faults)
    counts = Counter(checked.counts)
    counts.update(r.reason for r in parts.broken)
    kept = checked.kept
    if kept.size == 0:
        raise _nothing_usable(source, reading.choice, counts)
    everything = kept.size == table.num_rows
    rejected = [replace(r, row=int(parts.rows[r.row - 1])) for r in checked.rejected]
    raw_lon = reading.raw_lon[kept]
    return Craters(
        ids=_to_list(ids if everything else ids.take(kept)),
        lon=reading.lon.values[kept],
        lat=reading.lat.values[kept],
        diameter=size.values[kept],
        attributes=table if everything else table.take(kept),
        body=reading.body,
        path=str(source),
        columns=reading.choice,
        rejected=sorted([*rejected, *parts.broken], key=lambda r: r.row)[:limit],
        source_rows=parts.rows[kept],
        rejected_counts=dict(counts),
        lon_convention=_convention(reading, raw_lon),
        body_source=reading.body_source,
        notes=[*notes, *reading.notes],
    )


def _convention(reading: Reading, raw_lon: NDArray[np.float64]) -> str:
    return lon_convention(raw_lon, reading.choice.west_positive)


def _ids(
    table: Any, choice: ColumnChoice, rows: NDArray[np.int64]
) -> tuple[Any, NDArray[np.int64], ColumnChoice, list[str]]:
    """Ids as a pyarrow string array without nulls, their codes, the choice kept, and notes.

    A recognised (not an explicit) column is given up for the next candidate, and in the end for
    row numbers, where it does not identify rows: names that are missing or repeated, an id column
    that mostly repeats (GIS software adds an ``Id`` that is 0 everywhere) or is empty (KML).
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    def by_row() -> Any:
        return pc.binary_join_element_wise("row", pa.array(rows).cast(pa.string()), "-")

    candidates = [choice.id] if choice.id_is_explicit else list(choice.id_candidates)
    given_up: list[str] = []
    for column in candidates if table.num_rows else []:
        if column is None:
            continue
        ids = _as_text(table.column(column))
        blank = pc.fill_null(pc.equal(pc.utf8_trim_whitespace(ids), ""), True)
        blanks = pc.sum(blank).as_py() or 0
        if blanks == len(ids) and not choice.id_is_explicit:
            continue  # nothing to tell: the column is empty
        codes = id_codes(pc.if_else(blank, by_row(), ids) if blanks else ids)
        if not choice.id_is_explicit:
            repeated = float(repeats(codes).mean())
            if repeated > 0.5 or (is_name_column(column) and (blanks or repeated)):
                given_up.append(
                    f"The column '{column}' does not tell rows apart and is not used as id."
                )
                continue
        chosen = replace(choice, id=column)
        if not blanks:
            return ids, codes, chosen, given_up
        note = f"{blanks:,} rows without an id got one from the row number."
        return pc.if_else(blank, by_row(), ids), codes, chosen, [*given_up, note]
    return by_row(), np.arange(len(rows)), replace(choice, id=None), given_up


def _to_list(ids: Any) -> list[str]:
    # Several times faster than to_pylist, which makes a scalar object of each value.
    texts: list[str] = ids.to_numpy(zero_copy_only=False).tolist()
    return texts


def _as_text(column: Any) -> Any:
    """A column as one string array; whole numbers without '.0'."""
    import pyarrow as pa
    import pyarrow.compute as pc

    array = column.combine_chunks()
    if isinstance(array, pa.ChunkedArray):
        array = pa.concat_arrays(array.chunks) if array.num_chunks else pa.array([], array.type)
    if pa.types.is_floating(array.type):
        whole = pc.all(pc.or_kleene(pc.equal(pc.floor(array), array), pc.is_null(array)))
        if whole.as_py() and (pc.max(pc.abs(array)).as_py() or 0) < 2**53:
            array = array.cast(pa.int64())
    return array.cast(pa.string())


def _nothing_usable(source: Place, choice: ColumnChoice, counts: dict[str, int]) -> CatalogueError:
    if not counts:
        return CatalogueError(
            f"The catalogue '{source}' has columns but no rows. Choose another file."
        )
    reasons = ", ".join(f"{n:,} {why}" for why, n in counts.items())
    columns = f"'{choice.lon}', '{choice.lat}', '{choice.diameter}'"
    named = Advice("--lon, --lat and --diameter", "columns chosen for position and diameter")
    hint = "geometry" if choice.lon == GEOMETRY else str(named)
    return CatalogueError(
        f"No row of the catalogue '{source}' can be used: {reasons}. The columns read were "
        f"{columns}; check them, or the {hint}."
    )
