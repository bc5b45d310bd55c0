"""Any crater table -> :class:`Craters`: read, choose columns, check rows."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...contract.columns import is_name_column
from ..bodies import Body, body_by_name, body_in_text, same_body
from ..errors import CatalogueError
from .columns import (
    GEOMETRY,
    UNITS_M,
    ColumnChoice,
    body_from_ids,
    decide_unit,
    find_columns,
)
from .craters import (
    Craters,
    Numbers,
    Rejected,
    check_rows,
    east,
    id_codes,
    lon_convention,
    repeats,
)

TEXT_SUFFIXES = frozenset({".csv", ".tsv", ".tab", ".txt", ".dat"})


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
    west_positive: bool = False,
    limit_rejected: int | None = None,
) -> Craters:
    """Read the crater table at ``path``.

    Text (.csv .tsv .tab .txt .dat; any delimiter of comma, tab, semicolon, bar; UTF-8, UTF-16 or
    Latin-1) through pyarrow, all else (Shapefile, GeoPackage, GeoJSON, FlatGeobuf, ...) through
    GDAL. ``id``, ``lon``, ``lat``, ``diameter``: column names in place of the recognised ones (any
    case); ``diameter_unit``: "km" or "m"; ``layer``: of a file with several; ``body``: name or
    Body, overrules the file; ``west_positive``: longitudes count west; ``limit_rejected``: list at
    most so many rejected rows (all are counted). Without an id column the ids are ``row-1``,
    ``row-2``, ...: the 1-based data row. Rows that cannot be used are in ``Craters.rejected``.

    Raises :class:`CatalogueError` for a file that is missing, unreadable or empty, a column that
    is missing, a unit that cannot be told, or when no row is usable; :class:`BodyError` for an
    unknown body name.
    """
    source = Path(path)
    named = body_by_name(body) if isinstance(body, str) else body
    if not source.exists():
        raise CatalogueError(f"There is no catalogue '{source}'. Check the path.")
    if source.is_dir() and source.suffix.lower() != ".gdb":
        raise CatalogueError(f"'{source}' is a folder. Give a file: CSV, Shapefile, GeoPackage ...")
    options: dict[str, Any] = {
        "id": id,
        "lon": lon,
        "lat": lat,
        "diameter": diameter,
        "diameter_unit": diameter_unit,
        "west_positive": west_positive,
    }
    parts = _read_parts(source, layer, options)
    return _assemble(source, parts, named, limit_rejected)


class _Parts:
    """What the text and the vector reader have in common."""

    def __init__(
        self,
        table: Any,
        choice: ColumnChoice,
        rows: NDArray[np.int64],
        broken: list[Rejected],
        body: Body | None,
        lon: NDArray[np.float64] | None,
        lat: NDArray[np.float64] | None,
    ) -> None:
        self.table, self.choice, self.rows, self.broken = table, choice, rows, broken
        self.body, self.lon, self.lat = body, lon, lat


def _read_parts(source: Path, layer: str | None, options: dict[str, Any]) -> _Parts:
    try:
        if source.suffix.lower() in TEXT_SUFFIXES:
            from .text import read_text

            text = read_text(source, lambda names: find_columns(names, **options))
            return _Parts(text.table, text.choice, text.rows, text.broken, None, None, None)
        from .vector import read_vector

        if source.is_file() and source.stat().st_size == 0:
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
    return _Parts(vector.table, vector.choice, rows, [], vector.body, vector.lon, vector.lat)


def _assemble(source: Path, parts: _Parts, named: Body | None, limit: int | None) -> Craters:
    """Convert, check and keep: the table as read -> craters."""
    ids, codes, choice, notes = _ids(parts.table, parts.choice, parts.rows)
    size = _numbers(parts.table.column(choice.diameter))
    choice = decide_unit(choice, size.values) if parts.table.num_rows else choice
    size.values *= UNITS_M.get(choice.diameter_unit, 1.0) * (2.0 if choice.is_radius else 1.0)
    lons, lats = _coordinates(parts, choice)
    checked = check_rows(ids, codes, lons, lats, size, limit)
    counts = Counter(checked.counts)
    counts.update(r.reason for r in parts.broken)
    kept = checked.kept
    if kept.size == 0:
        raise _nothing_usable(source, choice, counts)
    everything = kept.size == parts.table.num_rows
    kept_ids = _to_list(ids if everything else ids.take(kept))
    body_name = choice.body_name or body_from_ids(choice, kept_ids[:100])
    body, body_notes = _body(named, parts.body, body_name)
    if body is None and (body := body_in_text(source.stem)) is not None:
        body_notes.append(f"Taken to be of {body.name} by the file's name (--body says otherwise).")
    rejected = [replace(r, row=int(parts.rows[r.row - 1])) for r in checked.rejected]
    raw_lon = lons.values[kept]
    return Craters(
        ids=kept_ids,
        lon=east(raw_lon, choice.west_positive),
        lat=lats.values[kept],
        diameter=size.values[kept],
        attributes=parts.table if everything else parts.table.take(kept),
        body=body,
        path=str(source),
        columns=choice,
        rejected=sorted([*rejected, *parts.broken], key=lambda r: r.row)[:limit],
        source_rows=parts.rows[kept],
        rejected_counts=dict(counts),
        lon_convention=lon_convention(raw_lon, choice.west_positive),
        notes=[*notes, *body_notes],
    )


def _coordinates(parts: _Parts, choice: ColumnChoice) -> tuple[Numbers, Numbers]:
    if parts.lon is not None and parts.lat is not None:
        lon, lat = parts.lon, parts.lat
        return Numbers(lon, np.isnan(lon)), Numbers(lat, np.isnan(lat))
    return _numbers(parts.table.column(choice.lon)), _numbers(parts.table.column(choice.lat))


def _ids(
    table: Any, choice: ColumnChoice, rows: NDArray[np.int64]
) -> tuple[Any, NDArray[np.int64], ColumnChoice, list[str]]:
    """Ids as a pyarrow string array without nulls, their codes, the choice kept, and notes.

    A recognised (not an explicit) column is given up for row numbers where it does not identify
    rows: names that are missing or repeated, an id column that mostly repeats (GIS software adds
    an ``Id`` that is 0 everywhere).
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    def by_row() -> Any:
        return pc.binary_join_element_wise("row", pa.array(rows).cast(pa.string()), "-")

    if choice.id is None or table.num_rows == 0:
        return by_row(), np.arange(len(rows)), replace(choice, id=None), []
    ids = _as_text(table.column(choice.id))
    blank = pc.fill_null(pc.equal(pc.utf8_trim_whitespace(ids), ""), True)
    blanks = pc.sum(blank).as_py() or 0
    codes = id_codes(pc.if_else(blank, by_row(), ids) if blanks else ids)
    if not choice.id_is_explicit:
        is_name = is_name_column(choice.id)
        repeated = float(repeats(codes).mean())
        if blanks == len(ids) or repeated > 0.5 or (is_name and (blanks or repeated)):
            note = f"The column '{choice.id}' does not tell rows apart and is not used as id."
            return by_row(), np.arange(len(rows)), replace(choice, id=None), [note]
    if not blanks:
        return ids, codes, choice, []
    note = f"{blanks:,} rows without an id got one from the row number."
    return pc.if_else(blank, by_row(), ids), codes, choice, [note]


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


def _numbers(column: Any) -> Numbers:
    """A column as numbers. Text is read value by value, so that one bad cell costs one row."""
    import pyarrow as pa
    import pyarrow.compute as pc

    kind = column.type
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        text = pc.utf8_trim_whitespace(column)
        empty = pc.fill_null(pc.equal(text, ""), True)
        number = pc.match_substring_regex(text, r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$")
        column = pc.if_else(number, text, pa.scalar(None, kind)).cast(pa.float64())
        mask = empty
    elif pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        mask = pc.is_null(column)
        column = column.cast(pa.float64())
    else:
        mask = pc.is_null(column)
        column = pa.nulls(len(column), pa.float64())
    values = pc.fill_null(column, float("nan")).to_numpy()
    return Numbers(np.array(values, np.float64), mask.to_numpy(zero_copy_only=False).astype(bool))


def _body(
    named: Body | None, declared: Body | None, published: str | None
) -> tuple[Body | None, list[str]]:
    """The caller's word, else the file's CRS, else the publication's body."""
    if named is not None:
        return (declared if declared and same_body(declared, named) else named), []
    if published is None:
        return declared, []
    known = body_by_name(published)
    if declared is None or same_body(declared, known):
        return declared or known, []
    if declared.name == "Earth":
        note = f"The layer's CRS is the Earth's; the catalogue is known to be of {known.name}."
        return known, [note]
    return declared, []


def _nothing_usable(source: Path, choice: ColumnChoice, counts: dict[str, int]) -> CatalogueError:
    if not counts:
        return CatalogueError(
            f"The catalogue '{source}' has columns but no rows. Choose another file."
        )
    reasons = ", ".join(f"{n:,} {why}" for why, n in counts.items())
    columns = f"'{choice.lon}', '{choice.lat}', '{choice.diameter}'"
    hint = "geometry" if choice.lon == GEOMETRY else "--lon, --lat and --diameter"
    return CatalogueError(
        f"No row of the catalogue '{source}' can be used: {reasons}. The columns read were "
        f"{columns}; check them, or the {hint}."
    )
