"""The cleaned catalogue: decided duplicates merged into their keeper, losing no attribute."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ...contract.body import geographic_wkt
from ...contract.duplicates import ApplyReport
from ...contract.records import read_json
from ...contract.vocabulary import Keeper, Verdict
from ..bodies import Body
from ..errors import CraterBenchError, ExportError, QueryError
from ..files import vectors
from ..files.formulas import guarded_table
from ..files.typed import convert
from ..formats.shapefile import fit_table, write_fields
from ..formats.writer import write_set
from ..index.catalogue_store import union_attributes
from ..sources import within
from .clusters import Edge, Member, join, keeper
from .store import ENTRY_COLUMNS, points, read_body, read_provenance, read_selection
from .words import read_verdict, selection_words

FORMATS = {".csv": "CSV", ".gpkg": "GPKG", ".geojson": "GeoJSON", ".shp": "ESRI Shapefile"}
MERGED = ("merged_ids", "merged_attributes")


def apply_decisions(
    review: str | Path,
    output: str | Path,
    threshold: float | None = None,
    only_compared: bool = False,
) -> ApplyReport:
    """Write the catalogue of ``review`` with its decisions applied.

    Pairs decided as duplicates are merged into one entry, the cluster's keeper; with
    ``threshold`` also undecided pairs of at least that probability. ``unsure`` and ``distinct``
    pairs are not. Every entry of the catalogue is written; with ``only_compared`` those are left
    out that the search did not compare. One catalogue keeps its columns as they were; of two, the
    columns are united after ``catalogue``, ``crater_id``, ``lon``, ``lat`` and ``diameter_m``. Two
    columns are added: ``merged_ids`` (JSON list) and ``merged_attributes`` (JSON list of the whole
    rows that were merged). Raises QueryError, ExportError.
    """
    source, target = Path(review), Path(output)
    if target.suffix.lower() not in FORMATS:
        raise ExportError(
            f"'{target.name}' does not say in which format to write. "
            f"End the name with one of: {', '.join(FORMATS)}."
        )
    if threshold is not None and not 0.0 < threshold <= 1.0:
        raise QueryError(f"{threshold:g} is no probability. Use a threshold within 0 and 1.")
    facts = read_provenance(source)
    known, body = _known(facts, source), read_body(facts, source)
    tables = [_entries(source, layer, names) for layer, names in known.entry_columns.items()]
    edges, keepers = _edges(source, tables), _keepers(source, tables)
    groups = join(edges, threshold)
    wanted = _compared(tables, facts) if only_compared else None
    table, gone = _cleaned(tables, groups, keepers, facts, known, wanted)
    files = _write(target, table, body)
    meant = [
        e
        for e in edges
        if e.verdict is Verdict.DUPLICATE
        or (e.verdict is Verdict.UNDECIDED and threshold is not None and e.probability >= threshold)
    ]
    group_of = {node: k for k, group in enumerate(groups) for node in group}
    apart = [e for e in meant if group_of.get(e.a, -1) != group_of.get(e.b, -2)]
    notes = []
    if apart:
        notes.append(
            f"{len(apart):,} pairs that count as duplicates were not merged, because another "
            "decision or an unlikely third pair keeps their groups apart."
        )
    entries = sum(table.rows for table in tables)
    left_out = 0 if wanted is None else entries - gone - table.num_rows
    if left_out:
        notes.append(
            f"{left_out:,} of {entries:,} entries are not written: the search did not compare them "
            f"({selection_words(read_selection(facts))})."
        )
    if "selection" not in facts:
        notes.append(
            "The review is of an older version and holds only the entries its search compared. "
            "Find the duplicates again for the whole catalogue; decisions are kept."
        )
    if target.suffix.lower() == ".shp":
        notes.append(
            "A Shapefile cuts names at 10 letters and texts at 254 bytes, so what was merged "
            "may be incomplete in it. A GeoPackage holds everything."
        )
    return ApplyReport(
        output=str(target),
        entries=entries,
        kept=table.num_rows,
        merged=gone,
        clusters=len(groups),
        refused=len(apart),
        undecided_used=sum(e.verdict is Verdict.UNDECIDED for e in meant)
        - sum(e.verdict is Verdict.UNDECIDED for e in apart),
        left_out=left_out,
        files=[str(path) for path in files],
        notes=notes,
    )


@dataclass
class _Entries:
    """A catalogue as the review holds it; ``attributes`` under their own names."""

    head: pa.Table
    attributes: pa.Table
    names: list[str]

    @property
    def rows(self) -> int:
        return int(self.head.num_rows)


@dataclass
class _Known:
    """What a review says of its catalogues: stored and own name of each column of each layer."""

    entry_columns: dict[str, list[tuple[str, str]]]
    priority: list[str]
    catalogues: list[str]
    keeper: Keeper = Keeper.AUTO


def _known(facts: dict[str, str], review: Path) -> _Known:
    try:
        content = {
            name: read_json(facts[name]) for name in ("entry_columns", "priority", "catalogues")
        }
        known = convert({**content, "keeper": facts.get("keeper") or Keeper.AUTO}, _Known)
        if not 0 < len(known.entry_columns) <= len(known.catalogues):
            raise ValueError("its catalogues and its layers do not fit")
    except (KeyError, ValueError) as error:
        raise QueryError(
            f"'{review.name}' lacks what a review must say of itself ({error}). Find the "
            "duplicates again; decisions are kept."
        ) from error
    return known


def _entries(path: Path, layer: str, names: Sequence[Sequence[str]]) -> _Entries:
    table = _layer(path, layer, [*ENTRY_COLUMNS, *(stored for stored, _ in names)])
    order = np.argsort(table.column("entry_row").to_numpy(), kind="stable")
    table = table.take(pa.array(order))
    own = [name for _, name in names]
    attributes = pa.table([table.column(stored) for stored, _ in names], names=own)
    return _Entries(table.select(list(ENTRY_COLUMNS)), attributes, own)


def _layer(path: Path, layer: str, columns: Sequence[str]) -> pa.Table:
    try:
        _, table = vectors.table(path, layer, columns=list(columns), geometry=False)
    except CraterBenchError as error:
        raise QueryError(
            f"The layer '{layer}' of {path.name} cannot be read ({error}). "
            "Find the duplicates again."
        ) from error
    return table


def _edges(path: Path, tables: Sequence[_Entries]) -> list[Edge]:
    table = _layer(path, "pairs", ["a_row", "b_row", "probability", "decision"])
    shift = tables[0].rows if len(tables) > 1 else 0
    rows = table.to_pydict()
    columns = zip(rows["a_row"], rows["b_row"], rows["probability"], rows["decision"], strict=True)
    return [Edge(a, b + shift, p, read_verdict(word)) for a, b, p, word in columns]


def _keepers(path: Path, tables: Sequence[_Entries]) -> set[int]:
    """The nodes the review proposes (or a person chose) to keep."""
    table = _layer(path, "clusters", ["keeper_catalogue", "keeper_row"]).to_pydict()
    columns = zip(table["keeper_catalogue"], table["keeper_row"], strict=True)
    return {row + (tables[0].rows if which == "other" else 0) for which, row in columns}


def _cleaned(
    tables: Sequence[_Entries],
    groups: list[list[int]],
    keepers: set[int],
    facts: dict[str, str],
    known: _Known,
    wanted: NDArray[np.bool_] | None = None,
) -> tuple[pa.Table, int]:
    """The kept rows (of those ``wanted``) with what was merged into them, and how many entries
    went into others."""
    heads = pa.concat_tables([table.head for table in tables])
    attributes = tables[0].attributes
    if len(tables) > 1:
        attributes = pa.table(dict(union_attributes([_padded(table) for table in tables])))
    where = np.concatenate([np.full(table.rows, k) for k, table in enumerate(tables)])
    stems = [Path(name).stem for name in known.catalogues]
    ids: list[str | None] = [None] * heads.num_rows
    rows: list[str | None] = [None] * heads.num_rows
    gone = np.zeros(heads.num_rows, bool)
    for group in groups:
        keep = _chosen(group, keepers, heads, attributes, where, stems, facts, known)
        others = [node for node in group if node != keep]
        gone[others] = True
        ids[keep] = json.dumps([heads["crater_id"][n].as_py() for n in others], ensure_ascii=False)
        merged = attributes.take(pa.array(others)).to_pylist()
        for row, node in zip(merged, others, strict=True):
            row["_crater_id"] = heads["crater_id"][node].as_py()
            if len(tables) > 1:
                row["_catalogue"] = stems[where[node]]
        rows[keep] = json.dumps(merged, ensure_ascii=False, default=str)
    table = attributes
    if len(tables) > 1:
        table = _with_lead(heads, attributes, [stems[k] for k in where.tolist()])
    for name, values in zip(MERGED, (ids, rows), strict=True):
        table = table.append_column(_free(name, table.column_names), pa.array(values, pa.string()))
    table = table.append_column("__lon", heads["lon"]).append_column("__lat", heads["lat"])
    table = table.append_column("__diameter_m", heads["diameter_m"])
    written = ~gone if wanted is None else ~gone & wanted
    return table.filter(pa.array(written)), int(gone.sum())


def _compared(tables: Sequence[_Entries], facts: dict[str, str]) -> NDArray[np.bool_]:
    """Which entries the search compared, of all tables in turn."""
    heads = pa.concat_tables([table.head for table in tables])
    selection = read_selection(facts)
    lon, lat, diameter = (heads[name].to_numpy() for name in ("lon", "lat", "diameter_m"))
    return within(lon, lat, diameter, selection)


def _padded(entries: _Entries) -> pa.Table:
    """As ``union_attributes`` takes them: after four columns that it leaves out."""
    lead = pa.table({f"_{k}": pa.nulls(entries.rows) for k in range(4)})
    for name, column in zip(entries.names, entries.attributes.columns, strict=True):
        lead = lead.append_column(name, column)
    return lead


def _with_lead(heads: pa.Table, attributes: pa.Table, catalogue: list[str]) -> pa.Table:
    lead = {
        "catalogue": pa.array(catalogue, pa.string()),
        **{name: heads[name] for name in ENTRY_COLUMNS[1:]},
    }
    taken = list(lead)
    for name, column in zip(attributes.column_names, attributes.columns, strict=True):
        unique = _free(name, taken)
        taken.append(unique)
        lead[unique] = column
    return pa.table(lead)


def _free(name: str, taken: Sequence[str]) -> str:
    lower = {column.lower() for column in taken}
    while name.lower() in lower:
        name += "_source"
    return name


def _chosen(
    group: list[int],
    keepers: set[int],
    heads: pa.Table,
    attributes: pa.Table,
    where: Any,
    stems: list[str],
    facts: dict[str, str],
    known: _Known,
) -> int:
    """The keeper of the review where the group has exactly one, else by the review's rule."""
    proposed = [node for node in group if node in keepers]
    if len(proposed) == 1:
        return proposed[0]
    names = [name.strip().casefold() for name in known.priority]
    column = facts.get("source_column") or ""
    members = []
    for node in group:
        values = attributes.slice(node, 1).to_pylist()[0]
        word = str(values.get(column) if column else stems[where[node]]).strip().casefold()
        members.append(
            Member(
                node=node,
                lon=heads["lon"][node].as_py(),
                lat=heads["lat"][node].as_py(),
                diameter_m=heads["diameter_m"][node].as_py(),
                filled=sum(value is not None and value != "" for value in values.values()),
                rank=(names.index(word) if word in names else len(names)) if names else None,
            )
        )
    return keeper(members, known.keeper)[0]


def _write(target: Path, table: pa.Table, body: Body) -> list[Path]:
    import pyarrow.csv
    import pyogrio

    suffix = target.suffix.lower()
    lon, lat = (table[name].to_numpy() for name in ("__lon", "__lat"))
    plain = table.drop_columns(["__lon", "__lat", "__diameter_m"])
    if not _has_place(plain, suffix != ".csv"):
        plain = _with_place(plain, table)

    def write_csv(path: Path) -> None:
        options = pyarrow.csv.WriteOptions(quoting_style="needed")
        pyarrow.csv.write_csv(guarded_table(plain), path, options)

    def write_layer(path: Path) -> None:
        columns = plain
        if suffix == ".shp":
            if not _has_place(fit_table(columns)[0], True):  # names are cut to ten letters
                columns = columns.append_column("diam_m", table["__diameter_m"])
            columns, fields = fit_table(columns)
            write_fields(path.with_name(path.name + ".fields.csv"), fields)
        pyogrio.write_arrow(
            columns.append_column("geometry", points(body, lon, lat)),
            path,
            layer=target.stem,
            driver=FORMATS[suffix],
            **({"VERSION": "1.2"} if suffix == ".gpkg" else {}),
            geometry_name="geometry",
            geometry_type="Point",
            crs=geographic_wkt(body),
        )

    return write_set(target, write_csv if suffix == ".csv" else write_layer)


def _has_place(table: pa.Table, has_geometry: bool) -> bool:
    """Whether the columns say where a crater is, so that the file can be read again by itself."""
    from ..catalogue.columns import find_columns
    from ..errors import CatalogueError

    try:
        find_columns(table.column_names, has_geometry=has_geometry)
    except CatalogueError:
        return False
    return True


def _with_place(plain: pa.Table, table: pa.Table) -> pa.Table:
    for name in ("lon", "lat", "diameter_m"):
        if name not in plain.column_names:
            plain = plain.append_column(_free(name, plain.column_names), table["__" + name])
    return plain
