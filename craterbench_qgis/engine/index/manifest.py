"""The manifest: what an index consists of. Replacing it is the commit."""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import json
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import CraterIndexError
from .format import FORMAT_NAME, FORMAT_VERSION, MANIFEST, MANIFEST_SPARE, IndexSettings
from .storage import FileEntry, storage_errors, write_atomically

_SAFE_PATH = re.compile(r"^[a-z]+/[A-Za-z0-9_-]+(/[A-Za-z0-9_-]+)?(\.[a-z0-9]+)?$")
_REPAIR = (
    "Run 'craterbench index verify --repair', which goes back to the spare copy where that is "
    "possible; otherwise restore the folder from a copy or build the index again."
)


@dataclass(frozen=True)
class CatalogueEntry:
    """One addition of craters: rows first_row ... first_row + rows - 1, and where they are from.

    ``source`` is the caller's free JSON: path, SHA-256, counts, rejected counts.
    """

    first_row: int
    rows: int
    file: FileEntry
    source: dict[str, Any]


@dataclass(frozen=True)
class SegmentEntry:
    """One immutable segment; ``chunks`` is [first, last] while it belongs to a pending job.

    ``skipped`` counts the views not made, by reason.
    """

    path: str
    views: int
    files: tuple[FileEntry, ...]
    skipped: dict[str, int]
    chunks: tuple[int, int] | None = None
    final: bool = True

    def file(self, name: str) -> FileEntry:
        """The entry of e.g. ``tokens.bin`` of this segment."""
        return next(one for one in self.files if one.path.endswith("/" + name))


@dataclass(frozen=True)
class Job:
    """A build or add not finished yet. ``info`` is the caller's; ``done``: ranges of chunks."""

    chunks: int
    info: dict[str, Any]
    done: tuple[tuple[int, int], ...] = ()

    def is_done(self, chunk: int) -> bool:
        return any(first <= chunk <= last for first, last in self.done)

    @property
    def done_count(self) -> int:
        return sum(last - first + 1 for first, last in self.done)

    def with_done(self, chunk: int) -> Job:
        """The job after ``chunk`` was committed."""
        merged: list[tuple[int, int]] = []
        for first, last in sorted([*self.done, (chunk, chunk)]):
            if merged and first <= merged[-1][1] + 1:
                merged[-1] = (merged[-1][0], max(last, merged[-1][1]))
            else:
                merged.append((first, last))
        return dataclasses.replace(self, done=tuple(merged))


@dataclass(frozen=True)
class ShortlistEntry:
    """A shortlist structure built for exactly the present segments and tombstones."""

    kind: str
    file: FileEntry
    views: int
    parameters: dict[str, int]


@dataclass(frozen=True)
class KindEntry:
    """Descriptors of kind (``index/kinds.py``) of all or some views, and what made them.

    ``relief``, ``near``, ``rings``: numbers of each part. Every file holds whole records.
    """

    descriptor: str
    weights_hash: str
    relief: int
    near: int
    rings: int
    files: tuple[FileEntry, ...]


@dataclass(frozen=True)
class TombstoneEntry:
    """``file``: the removed crater rows, int32 little-endian, ascending."""

    file: FileEntry
    craters: int


@dataclass(frozen=True)
class GpkgEntry:
    """``catalogue.gpkg``; its SHA-256 is of the bytes with SQLite's volatile ones zeroed."""

    size: int
    sha256: str
    craters: int


@dataclass(frozen=True)
class Manifest:
    """The committed state of an index. Times are UTC, ISO 8601."""

    index_id: str
    created: str
    updated: str
    engine_version: str
    generation: int
    next_serial: int
    settings: IndexSettings
    observations: tuple[dict[str, Any], ...] = ()
    catalogues: tuple[CatalogueEntry, ...] = ()
    segments: tuple[SegmentEntry, ...] = ()
    tombstones: TombstoneEntry | None = None
    gpkg: GpkgEntry | None = None
    job: Job | None = None
    shortlist: ShortlistEntry | None = None
    kinds: KindEntry | None = None

    @property
    def skipped(self) -> dict[str, int]:
        """Views not made, counted by reason, most frequent first."""
        counts: Counter[str] = Counter()
        for one in self.segments:
            counts.update(one.skipped)
        return dict(counts.most_common())

    @property
    def n_views(self) -> int:
        return sum(one.views for one in self.segments)

    @property
    def n_craters(self) -> int:
        """Rows ever added, removed ones included."""
        return sum(one.rows for one in self.catalogues)

    def files(self) -> list[FileEntry]:
        """Every immutable file, i.e. all but the manifests and the GeoPackage."""
        found = [one.file for one in self.catalogues]
        found += [file for one in self.segments for file in one.files]
        if self.tombstones:
            found.append(self.tombstones.file)
        if self.shortlist:
            found.append(self.shortlist.file)
        if self.kinds:
            found += self.kinds.files
        return found

    def to_bytes(self) -> bytes:
        """The file's bytes; the same manifest always gives the same."""
        content: dict[str, Any] = {"format": FORMAT_NAME, "format_version": FORMAT_VERSION}
        content |= dataclasses.asdict(self)
        if self.kinds is None:
            del content["kinds"]  # an index without them is what earlier versions wrote and read
        content["checksum"] = checksum(content)
        lines = [f"{_compact(key)}: {_lines(content[key])}" for key in sorted(content)]
        return ("{\n" + ",\n".join(lines) + "\n}\n").encode()


def _compact(value: Any) -> str:
    return json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )


def _lines(value: Any) -> str:
    """One line, or one per element of a list: readable, and quick to write for many segments."""
    if isinstance(value, (list, tuple)) and value:
        return "[\n" + ",\n".join(" " + _compact(one) for one in value) + "\n]"
    return _compact(value)


def checksum(content: dict[str, Any]) -> str:
    """SHA-256, in hex, of the canonical JSON of ``content`` without its ``checksum``.

    Canonical: keys sorted, no blanks, UTF-8, not escaped to ASCII.
    """
    rest = {key: value for key, value in content.items() if key != "checksum"}
    return hashlib.sha256(_compact(rest).encode()).hexdigest()


def plain_json(value: dict[str, Any], what: str) -> dict[str, Any]:
    """``value`` as it comes back from JSON; CraterIndexError when it cannot be stored."""
    try:
        return dict(json.loads(json.dumps(value, allow_nan=False)))
    except (TypeError, ValueError) as error:
        raise CraterIndexError(
            f"{what} cannot be stored in the index ({error}). Give text, finite numbers and lists."
        ) from error


def load_manifest(root: Path) -> Manifest:
    """The committed state of the index in ``root``.

    Raises CraterIndexError: no such folder, no index, half-created, damaged, or a newer format.
    """
    if not root.exists():
        raise CraterIndexError(
            f"There is no index at {root}. Check the path, or build one with "
            "'craterbench index build'."
        )
    if not root.is_dir():
        raise CraterIndexError(
            f"{root} is a file, not a crater index. Give the folder whose name ends in "
            ".craterindex."
        )
    path = root / MANIFEST
    if not path.exists():
        if (root / MANIFEST_SPARE).exists():
            raise CraterIndexError(f"{root.name}: the file {MANIFEST} is missing. {_REPAIR}")
        raise CraterIndexError(
            f"{root} is not a crater index: it has no {MANIFEST}. Give an index folder; if a build "
            "was stopped right at its start, run the build again."
        )
    with storage_errors(path):
        data = path.read_bytes()
    return parse_manifest(data, f"{root.name}: the file {MANIFEST}")


def parse_manifest(data: bytes, name: str) -> Manifest:
    """The manifest in ``data``; ``name`` begins the error's sentence."""
    try:
        content = json.loads(data)
        version = content["format_version"] if content["format"] == FORMAT_NAME else 0
    except (ValueError, KeyError, TypeError):
        raise CraterIndexError(
            f"{name} is damaged or truncated: it is not readable. {_REPAIR}"
        ) from None
    if isinstance(version, int) and version > FORMAT_VERSION:
        raise CraterIndexError(
            f"{name} was written by a newer CraterBench (index format {version}, this one reads "
            f"up to {FORMAT_VERSION}). Update CraterBench, or build the index again with this one."
        )
    try:
        if content.get("checksum") != checksum(content):
            raise ValueError
        found = _from_json(content)
        # Also catches what JSON reads as the same: hand edits and flips in layout or escapes.
        if found.to_bytes() != data:
            raise ValueError
    except (ValueError, KeyError, TypeError, AttributeError, IndexError):
        raise CraterIndexError(f"{name} is damaged: its checksum differs. {_REPAIR}") from None
    return found


def _file(content: dict[str, Any]) -> FileEntry:
    entry = FileEntry(**content)
    # An index may come from a stranger: no path may lead out of its folder.
    if not _SAFE_PATH.match(entry.path) or entry.size < 0:
        raise ValueError(entry.path)
    return entry


def _from_json(content: dict[str, Any]) -> Manifest:
    values = {
        key: value
        for key, value in content.items()
        if key not in {"format", "format_version", "checksum"}
    }
    settings = dict(values["settings"])
    settings["grid"] = tuple(settings["grid"])
    settings["context_factors"] = tuple(settings["context_factors"])
    values["settings"] = IndexSettings(**settings)
    values["settings"].check()
    values["observations"] = tuple(values["observations"])
    values["catalogues"] = tuple(
        CatalogueEntry(**{**one, "file": _file(one["file"])}) for one in values["catalogues"]
    )
    values["segments"] = tuple(_segment(one) for one in values["segments"])
    if values["tombstones"]:
        one = values["tombstones"]
        values["tombstones"] = TombstoneEntry(_file(one["file"]), one["craters"])
    if values["gpkg"]:
        values["gpkg"] = GpkgEntry(**values["gpkg"])
    if values["job"]:
        one = values["job"]
        done = tuple((first, last) for first, last in one["done"])
        values["job"] = Job(one["chunks"], one["info"], done)
    if values["shortlist"]:
        one = values["shortlist"]
        values["shortlist"] = ShortlistEntry(**{**one, "file": _file(one["file"])})
    if values.get("kinds"):
        one = values["kinds"]
        values["kinds"] = KindEntry(**{**one, "files": tuple(_file(each) for each in one["files"])})
    return Manifest(**values)


def _segment(content: dict[str, Any]) -> SegmentEntry:
    chunks = content["chunks"]
    if not _SAFE_PATH.match(content["path"]):
        raise ValueError(content["path"])
    return SegmentEntry(
        **{
            **content,
            "files": tuple(_file(one) for one in content["files"]),
            "chunks": None if chunks is None else (chunks[0], chunks[1]),
        }
    )


def save_manifest(root: Path, manifest: Manifest, keep_previous: bool = True) -> None:
    """Commit: keep the present manifest as the spare, then replace it. Raises OSError.

    At every moment there is one whole manifest under its name.
    """
    if keep_previous:
        write_atomically(root / MANIFEST_SPARE, (root / MANIFEST).read_bytes())
    write_atomically(root / MANIFEST, manifest.to_bytes())


def load_spare(root: Path) -> Manifest | None:
    """The previous manifest, or None when it is missing or damaged."""
    with contextlib.suppress(OSError, CraterIndexError):
        return parse_manifest((root / MANIFEST_SPARE).read_bytes(), MANIFEST_SPARE)
    return None


def spare_problem(root: Path, manifest: Manifest) -> str | None:
    """What is wrong with the spare manifest, as a sentence, or None.

    No search needs it, but a file that changed by itself says the disk or a copy cannot be trusted.
    """
    path = root / MANIFEST_SPARE
    if load_spare(root) is not None or (manifest.generation == 1 and not path.exists()):
        return None
    what = "damaged" if path.exists() else "missing"
    return (
        f"{root.name}: the spare copy {MANIFEST_SPARE} is {what}; the index itself was not touched "
        "by that. Run 'craterbench index verify --repair', which copies it again."
    )
