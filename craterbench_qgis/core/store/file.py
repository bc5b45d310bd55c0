"""One store, open: SQLite reads and writes. No Qt; every call may wait for the disk.

A connection belongs to the thread that made it, so all of this runs in the store's worker.
"""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from ...contract import held
from ...contract.databases import sqlite_uri
from ...contract.records import Json, plain, read_json
from ...contract.search import Match, Preview
from ...contract.vocabulary import Decision, Question
from ..file_worker import transaction
from ..query import QueryRequest, SearchedIndex
from . import schema

_LAYERS = "layers:"
"""Before a set id: the key of what the layers of a query are while they rest."""
WAIT_SECONDS = 2.0
"""How long SQLite itself waits for another program; the worker then tries again."""


@dataclass(frozen=True)
class HistoryItem:
    """A query of the project, as the history lists it. ``created``: ISO 8601, UTC."""

    set_id: str
    created: str
    label: str
    index_name: str
    index_path: str
    matches: int
    accepted: int
    rejected: int
    find: Question = Question.SAME


@dataclass(frozen=True)
class Snapshot:
    """A match set as it goes into the store and comes out of it, without Qt; with its pictures."""

    set_id: str
    created: str
    request: QueryRequest
    index: SearchedIndex
    preview: Preview
    provenance: Json
    timings_ms: dict[str, float]
    matches: list[Match]
    decisions: dict[int, Decision]
    crop: bytes | None = None
    query_image: bytes | None = None


class StoreFile:
    """``path`` None: in memory. Raises sqlite3.Error, NewerStore or ForeignStore."""

    def __init__(self, path: Path | None = None, *, writable: bool = True) -> None:
        self.path = path
        self.writable = writable
        exists = path is not None and path.exists()
        if path is None:
            self._db = sqlite3.connect(":memory:", isolation_level=None)
        else:
            mode = "rwc" if writable else "ro"
            self._db = sqlite3.connect(
                sqlite_uri(path, f"mode={mode}"),
                uri=True,
                timeout=WAIT_SECONDS,
                isolation_level=None,
            )
        try:
            schema.check(self._db) if exists else schema.create(self._db)
        except BaseException:
            self._db.close()
            raise

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()

    def items(self) -> list[HistoryItem]:
        """All queries that are not deleted, the newest first."""
        rows = self._db.execute(
            "SELECT q.set_id, q.created, q.label, coalesce(q.index_name, ''),"
            " coalesce(q.index_path, ''), q.matches,"
            " (SELECT count(*) FROM matches m WHERE m.set_id=q.set_id AND decision='accepted'),"
            " (SELECT count(*) FROM matches m WHERE m.set_id=q.set_id AND decision='rejected'),"
            " instr(q.request, ?) > 0"
            " FROM queries q WHERE deleted IS NULL ORDER BY q.created DESC, q.fid DESC",
            (json.dumps({"find": Question.ANALOGS.value})[1:-1],),
        )
        find = {0: Question.SAME, 1: Question.ANALOGS}
        return [replace(HistoryItem(*row[:-1]), find=find[row[-1]]) for row in rows]

    def newest_index(self) -> SearchedIndex | None:
        """The index of the query that was made last."""
        row = self._db.execute(
            "SELECT index_info FROM queries WHERE deleted IS NULL"
            " ORDER BY created DESC, fid DESC LIMIT 1"
        ).fetchone()
        return SearchedIndex.from_json(read_json(row[0])) if row else None

    def crops(self, wanted: Collection[str]) -> dict[str, bytes]:
        """The pictures of the queries in ``wanted``, PNG."""
        pictures = {}
        for set_id in wanted:
            row = self._db.execute("SELECT crop FROM queries WHERE set_id=?", (set_id,)).fetchone()
            if row and row[0]:
                pictures[set_id] = row[0]
        return pictures

    def write(self, snapshot: Snapshot) -> None:
        """Put a match set in, or in place of an older one of the same id."""
        preview, index = snapshot.preview, snapshot.index
        with transaction(self._db):
            placed = schema.set_body(self._db, index.body)
            self._db.execute("DELETE FROM queries WHERE set_id=?", (snapshot.set_id,))
            self._db.execute("DELETE FROM matches WHERE set_id=?", (snapshot.set_id,))
            self._db.execute(
                "INSERT INTO queries (set_id, created, label, lon, lat, side_m, diameter_m,"
                " index_name, index_path, matches, request, index_info, preview, provenance,"
                " timings_ms, crop, query_image)"
                " VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
                (
                    snapshot.set_id,
                    snapshot.created,
                    snapshot.request.label,
                    preview.lon,
                    preview.lat,
                    preview.side_m,
                    preview.diameter_m,
                    index.name,
                    index.path,
                    len(snapshot.matches),
                    *(
                        json.dumps(plain(part))
                        for part in (
                            snapshot.request,
                            index,
                            preview,
                            snapshot.provenance,
                            snapshot.timings_ms,
                        )
                    ),
                    snapshot.crop,
                    snapshot.query_image,
                ),
            )
            self._db.executemany(
                "INSERT INTO matches (geom, set_id, place, rank, crater_id, lon, lat, diameter_m,"
                " score, decision, record) VALUES (?,?,?,?,?,?,?,?,?,?,?)",
                (_row(snapshot, place, placed) for place in range(len(snapshot.matches))),
            )
            schema.update_bounds(self._db)

    def decide(self, set_id: str, decisions: Mapping[int, str]) -> None:
        """Write decisions (place -> decision), all or none."""
        now = datetime.now(timezone.utc).isoformat(timespec="seconds")
        with transaction(self._db):
            self._db.executemany(
                "UPDATE matches SET decision=?, decided=? WHERE set_id=? AND place=?",
                [(decision, now, set_id, place) for place, decision in decisions.items()],
            )

    def read(self, set_id: str) -> Snapshot | None:
        """A match set, None where the store has none of that id."""
        row = self._db.execute(
            "SELECT created, label, request, index_info, preview, provenance, timings_ms, crop,"
            " query_image FROM queries WHERE set_id=? AND deleted IS NULL",
            (set_id,),
        ).fetchone()
        if row is None:
            return None
        request, index, preview, provenance, timings = (read_json(text) for text in row[2:7])
        matches, decisions = [], {}
        for place, decision, record in self._db.execute(
            "SELECT place, decision, record FROM matches WHERE set_id=? ORDER BY place", (set_id,)
        ):
            matches.append(_match(read_json(record)))
            if decision != Decision.UNDECIDED:
                decisions[place] = Decision(decision)
        return Snapshot(
            set_id,
            row[0],
            QueryRequest.from_json({**request, "label": row[1]}),
            SearchedIndex.from_json(index),
            Preview.from_json(preview),
            provenance,
            timings,
            matches,
            decisions,
            row[7],
            row[8],
        )

    def keep_layers(self, set_id: str, text: str) -> None:
        """Keep what the layers of a match set are while they are out of the project."""
        with transaction(self._db):
            self._db.execute(
                "INSERT OR REPLACE INTO craterbench VALUES (?, ?)", (_LAYERS + set_id, text)
            )

    def layers(self) -> dict[str, str]:
        """Set id -> text of :meth:`keep_layers`, of all queries that are not deleted."""
        return dict(
            self._db.execute(
                "SELECT q.set_id, c.value FROM queries q"
                " JOIN craterbench c ON c.key = ? || q.set_id WHERE q.deleted IS NULL",
                (_LAYERS,),
            )
        )

    def rename(self, set_id: str, label: str) -> None:
        """Give a query another label."""
        with transaction(self._db):
            self._db.execute("UPDATE queries SET label=? WHERE set_id=?", (label, set_id))

    def set_deleted(self, set_id: str, deleted: bool) -> None:
        """Hide a query, or bring it back; it leaves the file with :meth:`purge`."""
        with transaction(self._db):
            self._db.execute(
                "UPDATE queries SET deleted=? WHERE set_id=?",
                (datetime.now(timezone.utc).isoformat() if deleted else None, set_id),
            )

    def purge(self) -> None:
        """Remove for good what is marked as deleted."""
        marked = "SELECT set_id FROM queries WHERE deleted IS NOT NULL"
        if self._db.execute(f"{marked} LIMIT 1").fetchone() is None:
            return
        with transaction(self._db):
            gone = f"DELETE FROM matches WHERE set_id IN ({marked})"  # nosec B608 - fixed text
            self._db.execute(gone)
            self._db.executemany(
                "DELETE FROM craterbench WHERE key = ? || ?",
                [(_LAYERS, *row) for row in self._db.execute(marked).fetchall()],
            )
            self._db.execute("DELETE FROM queries WHERE deleted IS NOT NULL")
            schema.update_bounds(self._db)

    def copy_to(self, path: Path | None) -> StoreFile:
        """All of it into a new file, complete or not there at all; ``path`` None: into memory."""
        if path is None:
            copy = StoreFile.__new__(StoreFile)
            copy.path, copy.writable = None, False
            copy._db = sqlite3.connect(":memory:", isolation_level=None)
            self._db.backup(copy._db)
            return copy
        beside = path.with_name(f".{path.name}.{os.getpid()}.tmp")
        with contextlib.suppress(OSError):
            beside.unlink()
        try:
            target = sqlite3.connect(str(beside))
            try:
                self._db.backup(target)
            finally:
                target.close()
            held.replace(beside, path)
        except BaseException:
            with contextlib.suppress(OSError):
                held.remove(beside)
            raise
        return StoreFile(path)


def _row(snapshot: Snapshot, place: int, placed: bool) -> tuple[Any, ...]:
    match = snapshot.matches[place]
    return (
        schema.point(snapshot.index.body, match.lon, match.lat) if placed else None,
        snapshot.set_id,
        place,
        match.rank,
        match.crater_id,
        match.lon,
        match.lat,
        match.diameter_m,
        match.score,
        str(snapshot.decisions.get(place, Decision.UNDECIDED)),
        json.dumps(match.to_json()),
    )


def _match(record: Json) -> Match:
    """A match as it was kept; version 0.1 wrote its context as ``view``, "2x"."""
    if "context" not in record and "view" in record:
        with contextlib.suppress(ValueError):
            record["context"] = float(str(record["view"]).rstrip("x"))
    return Match.from_json(record)


def set_aside(path: Path, why: str) -> Path:
    """Rename a store so that nothing overwrites it; returns where it is now. Raises OSError."""
    stamp = datetime.now().strftime("%Y%m%d-%H%M%S")
    target = path.with_name(f"{path.stem}.{why}-{stamp}{path.suffix}")
    number = 1
    while target.exists():
        number += 1
        target = path.with_name(f"{path.stem}.{why}-{stamp}-{number}{path.suffix}")
    held.replace(path, target)
    # A journal belongs to its database: left behind, SQLite would apply it to the next one.
    for end in ("-journal", "-wal", "-shm"):
        beside = path.with_name(path.name + end)
        if beside.exists():
            held.replace(beside, target.with_name(target.name + end))
    return target
