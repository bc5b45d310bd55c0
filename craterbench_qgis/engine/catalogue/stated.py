"""Columns that state facts row by row, as the IAU's gazetteer has them: target, system, type."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..bodies import Body, known_body, same_body
from ..errors import CatalogueError
from ..words import SAY_BODY

BoolArray = NDArray[np.bool_]
# Feature types of the gazetteer that are craters: "Satellite Feature" is Abbe H beside Abbe.
_CRATERS = re.compile(r"^(crater|craters|satellite feature|crater, craters|aa|sf|patera.*)$", re.I)


@dataclass
class Target:
    """``body``: the one the rows kept are of, None where unknown; ``faults``: rows of others."""

    body: Body | None = None
    faults: list[tuple[BoolArray, str]] = field(default_factory=list)


@dataclass
class Stated:
    """Per row: what a column of coordinate systems says."""

    west: BoolArray
    east: BoolArray
    graphic: BoolArray
    centric: BoolArray

    @property
    def says_direction(self) -> bool:
        """Whether any row says how longitudes count."""
        return bool(self.west.any() or self.east.any())

    @property
    def says_latitude(self) -> bool:
        """Whether any row says which kind its latitude is."""
        return bool(self.graphic.any() or self.centric.any())


def rows_of_target(
    table: Any, column: str | None, said: Body | None, mosaic: Body | None
) -> Target:
    """The rows of the body wanted. Raises CatalogueError for several bodies and no choice."""
    values, codes = _coded(table, column)
    bodies = [known_body(value) for value in values]
    if not any(bodies):
        return Target()
    # "Mars" and "MARS" are one body, whoever joined the tables.
    texts = {
        body.name if body else text.lower()
        for text, body in zip(values, bodies, strict=True)
        if text
    }
    wanted = said
    if wanted is None and len(texts) > 1 and mosaic is not None:
        wanted = mosaic
    if wanted is None:
        if len(texts) > 1:
            raise _choose(column, values, codes)
        return Target(next(body for body in bodies if body is not None))
    fits = np.array([body is not None and same_body(body, wanted) for body in bodies])
    if not fits.any():
        raise CatalogueError(
            f"No row is of {wanted.name}: the column '{column}' has {_listed(values, codes)}. "
            f"Choose another catalogue. {SAY_BODY}"
        )
    blank = np.array([not value for value in values])
    if len(texts) == 1:
        fits |= blank
    faults = [
        (~fits[codes] & ~blank[codes], f"'{column}' is another body than {wanted.name}"),
        (~fits[codes] & blank[codes], f"'{column}' is empty"),
    ]
    body = next(body for body, good in zip(bodies, fits, strict=True) if good and body is not None)
    return Target(body, [(mask, reason) for mask, reason in faults if mask.any()])


def rows_of_crater_features(
    table: Any, column: str | None, notes: list[str]
) -> list[tuple[BoolArray, str]]:
    """The rows that are other features than craters, by a column of feature types."""
    values, codes = _coded(table, column)
    if not values:
        return []
    craters = np.array([not value or _CRATERS.match(value) is not None for value in values])
    if not any(craters[i] for i, value in enumerate(values) if value):
        if any(values):
            notes.append(f"The column '{column}' names no crater; all its features are taken.")
        return []
    other = ~craters[codes]
    return [(other, f"'{column}' says it is no crater")] if other.any() else []


def stated_systems(table: Any, column: str | None, rows: BoolArray | None) -> Stated | None:
    """What the column of coordinate systems says; ``rows``: the only ones that matter."""
    values, codes = _coded(table, column)
    if not values:
        return None
    texts = [value.lower() for value in values]

    def says(pattern: str) -> BoolArray:
        mask = np.array([re.search(pattern, text) is not None for text in texts])[codes]
        return mask if rows is None else mask & rows

    return Stated(
        west=says(r"\+\s*w(est)?\b|positive\s*west|west\s*positive|\bpw\b"),
        east=says(r"\+\s*e(ast)?\b|positive\s*east|east\s*positive|\bpe\b"),
        graphic=says(r"graphic"),
        centric=says(r"(planeto|areo|seleno|\bo|geo)centric"),
    )


def _coded(table: Any, column: str | None) -> tuple[list[str], NDArray[np.int64]]:
    """A column's distinct texts, trimmed, and per row which of them it has."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if column is None or not table.num_rows:
        return [], np.empty(0, np.int64)
    values = table.column(column)
    if not pa.types.is_string(values.type) and not pa.types.is_large_string(values.type):
        return [], np.empty(0, np.int64)
    text = pc.fill_null(pc.utf8_trim_whitespace(values.cast(pa.string())), "")
    coded = pa.chunked_array(text).combine_chunks().dictionary_encode()
    if isinstance(coded, pa.ChunkedArray):
        coded = coded.combine_chunks()
    return coded.dictionary.to_pylist(), np.asarray(coded.indices.to_numpy(zero_copy_only=False))


def _listed(values: list[str], codes: NDArray[np.int64]) -> str:
    counts = np.bincount(codes, minlength=len(values))
    order = np.argsort(-counts, kind="stable")[:10]
    return ", ".join(f"{values[i] or 'nothing'} ({counts[i]:,})" for i in order)


def _choose(column: str | None, values: list[str], codes: NDArray[np.int64]) -> CatalogueError:
    return CatalogueError(
        f"The column '{column}' names several bodies: {_listed(values, codes)}. {SAY_BODY} The "
        "rows of the others are left out."
    )
