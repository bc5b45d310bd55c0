"""The crater table the engine works with, and the checks a row must pass to be in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..bodies import Body, east_longitude
from .columns import ColumnChoice
from .numbers import Numbers

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Rejected:
    """A row that could not be used.

    ``row``: 1-based data row of the file (the header does not count); ``crater_id``: its id, empty
    where the row could not even be split into columns.
    """

    row: int
    reason: str
    crater_id: str = ""


@dataclass
class Craters:
    """``n`` usable craters of a catalogue.

    ``ids``: the file's ids as text, unique, a list of str; ``lon``: degrees east in [-180, 180);
    ``lat``: degrees, planetocentric; ``diameter``: metres; ``attributes``: a pyarrow Table of n
    rows, every column of the file in its order; ``source_rows``: 1-based data rows of the file;
    ``body``: None where neither file nor caller says it; ``body_source``: who says it;
    ``rejected``: the rows left out (at most
    the reader's ``limit_rejected``; ``rejected_counts`` counts all, by reason); ``notes``: what the
    reader decided that the user should know, one sentence each.
    """

    ids: list[str]
    lon: FloatArray
    lat: FloatArray
    diameter: FloatArray
    attributes: Any
    body: Body | None
    path: str
    columns: ColumnChoice
    rejected: list[Rejected]
    source_rows: NDArray[np.int64]
    rejected_counts: dict[str, int] = field(default_factory=dict)
    lon_convention: str = ""
    body_source: str = ""
    notes: list[str] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def rejected_total(self) -> int:
        """How many rows were left out, listed or not."""
        return sum(self.rejected_counts.values())

    def take(self, rows: NDArray[Any] | Sequence[int]) -> Craters:
        """The craters at ``rows``: positions (any order, repeats allowed) or a mask of length n."""
        index = np.asarray(rows)
        index = np.flatnonzero(index) if index.dtype == np.bool_ else index.astype(np.int64)
        return replace(
            self,
            ids=[self.ids[i] for i in index.tolist()],
            lon=self.lon[index],
            lat=self.lat[index],
            diameter=self.diameter[index],
            attributes=self.attributes.take(index),
            source_rows=self.source_rows[index],
        )

    def summary(self) -> str:
        """A few sentences: how many craters, from which columns, what was left out and why."""
        size = ""
        if len(self):
            low, high = self.diameter.min() / 1000.0, self.diameter.max() / 1000.0
            size = f", {low:.4g} to {high:.4g} km across"
        body = f" on {self.body.name}" if self.body else ""
        sentences = [f"{len(self):,} craters{body}{size}."]
        if self.body_source:
            sentences[0] = f"{len(self):,} craters{body} ({self.body_source}){size}."
        if self.columns.catalogue:
            sentences.append(f"Read as: {self.columns.catalogue}.")
        sentences.append(self.columns.describe())
        sentences.append(f"Longitudes in the file: {self.lon_convention}.")
        if self.rejected_counts:
            reasons = ", ".join(f"{n:,} {why}" for why, n in self.rejected_counts.items())
            sentences.append(f"{self.rejected_total:,} rows left out: {reasons}.")
        return " ".join([*sentences, *self.notes])


@dataclass
class Checked:
    """The verdict on every row: kept positions (0-based), and the others with their reasons."""

    kept: NDArray[np.int64]
    rejected: list[Rejected]
    counts: dict[str, int]


def check_rows(
    ids: Any,
    codes: NDArray[np.int64],
    lon: Numbers,
    lat: Numbers,
    diameter: Numbers,
    limit: int | None = None,
    faults: Sequence[tuple[NDArray[np.bool_], str]] = (),
) -> Checked:
    """Judge rows; the first reason that applies counts.

    ``ids``: a pyarrow string array of n rows, ``codes``: its :func:`id_codes`; ``limit``: at most
    so many rejected rows are listed, all are counted; ``faults``: rows known to be of no use, and
    why.
    """
    reasons: list[str] = []
    code = np.zeros(len(lon.values), dtype=np.int8)  # 0: usable; else 1 + position in reasons

    def reject(mask: NDArray[np.bool_], reason: str) -> None:
        reasons.append(reason)
        code[(code == 0) & mask] = len(reasons)

    for mask, reason in faults:
        reject(mask, reason)
    columns = (("longitude", lon), ("latitude", lat), ("diameter", diameter))
    for word, numbers in columns:
        reject(numbers.empty, f"{word} is empty")
        reject(~np.isfinite(numbers.values), f"{word} is not a number")
    with np.errstate(invalid="ignore"):
        reject(diameter.values <= 0, "diameter is not greater than zero")
        reject(np.abs(lat.values) > 90, "latitude is beyond 90 degrees")
        reject(np.abs(lon.values) > 360, "longitude is beyond 360 degrees")
    usable = np.flatnonzero(code == 0)
    repeated = usable[repeats(codes[usable])]
    reasons.append("id occurs already in an earlier row")
    code[repeated] = len(reasons)

    bad = np.flatnonzero(code)
    tally = np.bincount(code[bad], minlength=len(reasons) + 1)
    counts = {why: int(tally[k + 1]) for k, why in enumerate(reasons) if tally[k + 1]}
    listed = bad if limit is None else bad[:limit]
    values = ids.take(listed).to_pylist()
    rejected = [
        Rejected(int(row) + 1, reasons[code[row] - 1], value or "")
        for row, value in zip(listed, values, strict=True)
    ]
    return Checked(np.flatnonzero(code == 0), rejected, counts)


def id_codes(ids: Any) -> NDArray[np.int64]:
    """An integer per id of a pyarrow string array, equal for equal ids, 0..number of ids - 1."""
    codes = ids.dictionary_encode().indices
    return np.asarray(codes.to_numpy(zero_copy_only=False), dtype=np.int64)


def repeats(codes: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Mask of codes (:func:`id_codes`, or some of them) that occurred before."""
    positions = np.arange(len(codes))
    first = np.zeros(int(codes.max(initial=-1)) + 1, dtype=np.int64)
    first[codes[::-1]] = positions[::-1]  # the last assignment, the first occurrence, stays
    return first[codes] != positions


def lon_convention(lon: FloatArray, west_positive: bool = False) -> str:
    """How longitudes are counted, in words, judged from finite values as in the file."""
    sign = "positive west" if west_positive else "positive east"
    if lon.size == 0:
        return sign
    low, high = float(lon.min()), float(lon.max())
    if low < 0 and high > 180:
        return f"mixed, {low:g} to {high:g}, {sign}"
    if low < 0:
        return f"-180 to 180, {sign}" if low >= -180 else f"-360 to 0, {sign}"
    return f"0 to 360, {sign}" if high > 180 else f"between 0 and 180 only, {sign}"


def east(lon: FloatArray, west_positive: bool) -> FloatArray:
    """Longitudes as the engine has them: positive east, [-180, 180)."""
    return np.atleast_1d(east_longitude(lon, west_positive))
