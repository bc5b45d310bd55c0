"""A review's GeoPackage, read and written with SQLite alone.

The engine writes the file (layer ``pairs`` and table ``provenance``); here only the columns
``decision``, ``reviewer`` and ``decided_at`` are ever changed, each decision in a transaction of
its own that is on the disk when :meth:`ReviewFile.decide` returns.
"""

from __future__ import annotations

import contextlib
import errno
import os
import sqlite3
import struct
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...contract import names
from ...contract.body import Body
from ...contract.databases import limit_time, programs, sqlite_uri
from ...contract.records import Json, RecordError, read_json
from ...contract.search import Source
from ...contract.vocabulary import Verdict
from ..file_worker import may_write, transaction

DECIDED = (Verdict.DUPLICATE, Verdict.DISTINCT, Verdict.UNSURE)
"""What can be decided about a pair."""

_NUMBERS = (
    "a_lon", "a_lat", "a_diameter_m", "b_lon", "b_lat", "b_diameter_m", "distance_m",
    "distance_ratio", "diameter_ratio", "iou", "similarity", "probability",
    "offset_east_m", "offset_north_m",
)  # fmt: skip
_TEXTS = ("a_id", "b_id", "decision", "reviewer", "decided_at")
_OPTIONAL = ("iou", "similarity", "offset_east_m", "offset_north_m", "cluster_id")
_COLUMNS = ("pair_id", "cluster_id", *_NUMBERS, *_TEXTS)
_WAIT_S = 0.5


class NotAReview(Exception):
    """The file is no review of duplicates."""


@dataclass(frozen=True)
class Decided:
    """What stands in a pair's row. ``at``: ISO 8601 in UTC, "" while undecided."""

    decision: Verdict = Verdict.UNDECIDED
    reviewer: str = ""
    at: str = ""


NOTHING_DECIDED = Decided()


@dataclass(frozen=True)
class Entry:
    """An entry of a catalogue: degrees east and planetocentric, metres."""

    id: str
    lon: float
    lat: float
    diameter_m: float


@dataclass
class ReviewPair:
    """A row of ``pairs``. ``first`` and ``second``: what :attr:`a` and :attr:`b` are made of.
    ``iou`` and ``similarity`` are None where not known."""

    # One object a pair: Python's garbage collector stops QGIS while it looks at all of them. It
    # passes over plain tuples of numbers and texts.
    __slots__ = (
        "cluster_id", "decided", "diameter_ratio", "distance_m", "distance_ratio", "first", "iou",
        "offset_m", "pair_id", "probability", "second", "similarity",
    )  # fmt: skip

    pair_id: Any
    cluster_id: Any
    first: tuple[str, float, float, float]
    second: tuple[str, float, float, float]
    distance_m: float
    distance_ratio: float
    diameter_ratio: float
    iou: float | None
    similarity: float | None
    probability: float
    offset_m: tuple[float, float] | None
    decided: Decided

    @property
    def a(self) -> Entry:
        """The entry named first."""
        return Entry(*self.first)

    @property
    def b(self) -> Entry:
        """The other one."""
        return Entry(*self.second)

    @property
    def decision(self) -> Verdict:
        """What the user decided about it."""
        return self.decided.decision


@dataclass
class ReviewContent:
    """All of a review: its pairs in the file's order, and where they come from.

    ``body``: None where the file does not say; ``mosaics``: what the pictures are cut from;
    ``writable``: whether decisions can be kept.
    """

    path: Path
    pairs: list[ReviewPair]
    provenance: Json
    body: Body | None
    mosaics: list[Source]
    writable: bool
    prepared: Any = None


class ReviewFile:
    """An open review. One thread at a time. Raises OSError, sqlite3.Error, NotAReview."""

    def __init__(self, path: Path) -> None:
        self.path = path
        if not path.is_file():
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(path))
        with path.open("rb") as stream:  # a clear OSError where it is missing or not allowed
            if stream.read(16) != b"SQLite format 3\x00":
                raise NotAReview(str(path))
        self.writable = may_write(path)
        self._db = self._connect(not self.writable)
        try:
            self._columns = {row[1] for row in self._db.execute("PRAGMA table_info(pairs)")}
            missing = set(_COLUMNS) - set(_OPTIONAL) - self._columns
            if missing or programs(self._db):
                raise NotAReview(str(path))
        except BaseException:
            self._db.close()
            raise

    def _connect(self, read_only: bool) -> sqlite3.Connection:
        options = "mode=ro" if read_only else "mode=rw"
        wal = self.path.with_name(self.path.name + "-wal")
        if read_only and not wal.exists():
            options += "&immutable=1"  # a read-only folder has no room for a lock or a journal
        uri = sqlite_uri(self.path.resolve(), options)
        db = sqlite3.connect(uri, uri=True, timeout=_WAIT_S, isolation_level=None)
        db.execute("PRAGMA synchronous=FULL")
        # The file may come from somebody else: nothing stored in it runs for long.
        limit_time(db)
        _add_geometry_functions(db)
        return db

    def read(self) -> ReviewContent:
        """All pairs, without the entries' attributes."""
        columns = [name for name in _COLUMNS if name in self._columns]
        wanted = ", ".join(columns)
        query = f"SELECT {wanted} FROM pairs ORDER BY rowid"  # nosec B608 - names of our own
        rows = self._db.execute(query)
        pairs = [_pair(dict(zip(columns, row))) for row in rows]  # noqa: B905 - Python 3.9
        provenance = self._provenance()
        return ReviewContent(
            self.path,
            pairs,
            provenance,
            _body(provenance),
            _mosaics(provenance, self.path.parent),
            self.writable,
        )

    def _provenance(self) -> Json:
        try:
            rows = list(self._db.execute("SELECT key, value FROM provenance"))
        except sqlite3.OperationalError as error:
            if "no such" in str(error):
                return {}
            raise
        return {str(key): _json(value) for key, value in rows}

    def attributes(self, pair_id: Any) -> tuple[Json, Json]:
        """What the catalogues say about both entries of a pair."""
        if not {"a_attributes", "b_attributes"} <= self._columns:
            return {}, {}
        row = self._db.execute(
            "SELECT a_attributes, b_attributes FROM pairs WHERE pair_id=?", (pair_id,)
        ).fetchone()
        first, second = (_json(value) for value in row or (None, None))
        return (
            first if isinstance(first, dict) else {},
            second if isinstance(second, dict) else {},
        )

    def decide(self, changes: Iterable[tuple[Any, Decided]]) -> None:
        """Write decisions, in one transaction."""
        with transaction(self._db):
            for pair_id, decided in changes:
                self._db.execute(
                    "UPDATE pairs SET decision=?, reviewer=?, decided_at=? WHERE pair_id=?",
                    (str(decided.decision), decided.reviewer or None, decided.at or None, pair_id),
                )
            self._db.execute(
                "UPDATE gpkg_contents SET last_change=strftime('%Y-%m-%dT%H:%M:%fZ','now') "
                "WHERE table_name='pairs'"
            )

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()


def _pair(row: Json) -> ReviewPair:
    def number(name: str) -> float | None:
        value = row.get(name)
        return float(value) if isinstance(value, (int, float)) and value == value else None

    def known(name: str) -> float:
        return number(name) or 0.0

    east, north = number("offset_east_m"), number("offset_north_m")
    texts = {name: str(row.get(name) or "") for name in _TEXTS}
    known_verdict = texts["decision"] in DECIDED
    decision = Verdict(texts["decision"]) if known_verdict else Verdict.UNDECIDED
    return ReviewPair(
        row["pair_id"],
        row.get("cluster_id"),
        (texts["a_id"], known("a_lon"), known("a_lat"), known("a_diameter_m")),
        (texts["b_id"], known("b_lon"), known("b_lat"), known("b_diameter_m")),
        known("distance_m"),
        known("distance_ratio"),
        known("diameter_ratio"),
        number("iou"),
        number("similarity"),
        known("probability"),
        None if east is None or north is None else (east, north),
        Decided(decision, texts["reviewer"], texts["decided_at"]) if decision else NOTHING_DECIDED,
    )


def _json(value: Any) -> Any:
    """A text that is JSON, decoded; anything else as it is."""
    if not isinstance(value, str):
        return value
    try:
        return read_json(value)
    except ValueError:
        return value


def _body(provenance: Json) -> Body | None:
    """The body of ``body`` and ``body_radii_m``."""
    radii = provenance.get("body_radii_m")
    if not isinstance(radii, list) or len(radii) != 2:
        return None
    try:
        a, b = (float(radius) for radius in radii)
        return Body(str(provenance.get("body") or "body"), a, b)
    except (TypeError, ValueError):
        return None


def _mosaics(provenance: Json, folder: Path) -> list[Source]:
    """The rasters a review names; one that is not where it was is looked for beside the review."""
    listed = provenance.get("mosaics") or []
    sources = []
    for name in listed if isinstance(listed, list) else [listed]:
        if not isinstance(name, str) or not name:
            continue
        path = name
        if not names.is_there(name):
            places = (name, name.replace("\\", "/").rsplit("/", 1)[-1])
            beside = [str(folder / known) for known in places]
            path = next((known for known in beside if names.is_there(known)), name)
        with contextlib.suppress(RecordError):
            sources.append(Source(path))
    return sources


def _add_geometry_functions(db: sqlite3.Connection) -> None:
    """GeoPackages have triggers that name these; SQLite refuses any UPDATE without them.

    They run only where a geometry changes, which never happens here.
    """
    db.create_function("ST_IsEmpty", 1, _is_empty)
    for place, name in enumerate(("ST_MinX", "ST_MaxX", "ST_MinY", "ST_MaxY")):
        db.create_function(name, 1, lambda blob, place=place: _envelope(blob, place))


def _is_empty(blob: bytes | None) -> int | None:
    return None if blob is None or len(blob) < 8 else (blob[3] >> 4) & 1


def _envelope(blob: bytes | None, place: int) -> float | None:
    """minx, maxx, miny, maxy of a geometry that carries its envelope."""
    if blob is None or len(blob) < 40 or not (blob[3] >> 1) & 7:
        return None
    order = "<" if blob[3] & 1 else ">"
    return float(struct.unpack_from(order + "4d", blob, 8)[place])
