"""The manifest: what an index consists of. Replacing it is the commit."""

from __future__ import annotations

import contextlib
import dataclasses
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, TypedDict

import msgspec

from ...contract.records import read_json
from ..errors import CraterIndexError
from ..files.typed import convert
from ..words import Advice
from .canonical import checksum, layout
from .closed import open_inside
from .entries import (
    AtlasEntry,
    CatalogueEntry,
    Count,
    GpkgEntry,
    Job,
    KindEntry,
    ListsEntry,
    SegmentEntry,
    ShortlistEntry,
    Text,
    TombstoneEntry,
    WideListsEntry,
)
from .format import (
    FORMAT_NAME,
    JOINED_VERSION,
    MANIFEST,
    MANIFEST_SPARE,
    SEGMENT_FILES,
    SMALL_VERSION,
    IndexSettings,
)
from .storage import FileEntry, storage_errors, write_atomically

MAX_BYTES = 256 << 20

# Of an encoder: never a path, which the loader would follow.
_ENCODER_ID = re.compile(
    r"checkpoint:[^\0\n]{1,500}|(?:timm:)?[A-Za-z0-9][A-Za-z0-9_.+-]{0,200}(?:\?random)?"
)
_FILES = (".safetensors", ".pth", ".pt", ".json", ".bin")
_SAFE_PATH = re.compile(r"^[a-z]+/[A-Za-z0-9_-]+(/[A-Za-z0-9_-]+)?(\.[a-z0-9]+)?$")
_REPAIR = Advice(
    "Run 'craterbench index verify --repair', which goes back to the spare copy where that is "
    "possible; otherwise restore the folder from a copy or build the index again.",
    "Restore the folder from a copy, or build the index again.",
)
_BUILD = Advice(" with 'craterbench index build'", "")
_SHARD = Advice(
    "Do this to the index among them that it is meant for ('craterbench index info' names them), "
    "then join them again with 'craterbench index join'.",
    "Do this to the index among them that it is meant for, then join them again.",
)
_COPY_AGAIN = Advice(
    "Run 'craterbench index verify --repair', which copies it again.",
    "Make a copy of the index, and check the disk.",
)


class _Observation(TypedDict, total=False):
    """What the engine reads of an observation, which is the caller's free JSON otherwise."""

    path: Text
    fingerprint: Text
    crs: Annotated[str, msgspec.Meta(max_length=1_000_000)]
    pixel_size_m: float
    width: Count
    height: Count
    band: Count | None
    nodata: float | None


@dataclass(frozen=True)
class Manifest:
    """The committed state of an index. Times are UTC, ISO 8601."""

    index_id: Text
    created: Text
    updated: Text
    engine_version: Text
    generation: Count
    next_serial: Count
    settings: IndexSettings
    observations: tuple[dict[str, Any], ...] = ()
    catalogues: tuple[CatalogueEntry, ...] = ()
    segments: tuple[SegmentEntry, ...] = ()
    tombstones: TombstoneEntry | None = None
    gpkg: GpkgEntry | None = None
    job: Job | None = None
    shortlist: ShortlistEntry | None = None
    kinds: KindEntry | None = None
    lists: tuple[ListsEntry, ...] = ()
    atlas: AtlasEntry | None = None
    wide_lists: tuple[WideListsEntry, ...] = ()
    sums: FileEntry | None = None
    kinds_anew: KindEntry | None = None
    """Descriptors that take the place of ``kinds`` once all views have them."""

    @property
    def skipped(self) -> dict[str, int]:
        """Views not made, counted by reason, most frequent first."""
        counts: Counter[str] = Counter()
        for segment in self.segments:
            counts.update(segment.skipped)
        return dict(counts.most_common())

    @property
    def n_views(self) -> int:
        return sum(segment.views for segment in self.segments)

    @property
    def n_craters(self) -> int:
        """Rows ever added, removed ones included."""
        return sum(catalogue.rows for catalogue in self.catalogues)

    def files(self) -> list[FileEntry]:
        """Every immutable file, i.e. all but the manifests and the GeoPackage."""
        files = [catalogue.file for catalogue in self.catalogues]
        files += [file for segment in self.segments for file in segment.files]
        if self.tombstones:
            files.append(self.tombstones.file)
        if self.shortlist:
            files.append(self.shortlist.file)
        for kinds in (self.kinds, self.kinds_anew):
            files += kinds.files if kinds else ()
        files += [lists.file for lists in self.lists]
        files += [lists.file for lists in self.wide_lists]
        if self.sums:
            files.append(self.sums)
        return [*files, self.atlas.file] if self.atlas else files

    def kinds_like(self, like: KindEntry) -> KindEntry | None:
        """The descriptors of kind that are as ``like`` says, finished or not; None without any."""
        entries = (entry for entry in (self.kinds, self.kinds_anew) if entry is not None)
        return next((entry for entry in entries if entry.same_records(like)), None)

    @property
    def has_lists(self) -> bool:
        """Whether any segment has inverted lists."""
        return bool(self.lists or self.wide_lists)

    @property
    def listed(self) -> tuple[WideListsEntry, ...]:
        """All inverted lists, in the order of the segments."""
        single = [WideListsEntry((entry.segment,), entry.file) for entry in self.lists]
        order = {segment.path: number for number, segment in enumerate(self.segments)}
        return tuple(sorted((*single, *self.wide_lists), key=lambda e: order[e.segments[0]]))

    def to_bytes(self) -> bytes:
        """The file's bytes; the same manifest always gives the same."""
        content: dict[str, Any] = {
            "format": FORMAT_NAME,
            "format_version": self.settings.format_version,
        }
        content |= dataclasses.asdict(self)
        # An index without them is what earlier versions wrote and read.
        for name in ("kinds", "lists", "atlas", "wide_lists", "sums", "kinds_anew"):
            if not content[name]:
                del content[name]
        if self.kinds and not self.kinds.shading:
            del content["kinds"]["shading"]
        content["checksum"] = checksum(content)
        return layout(content)


def load_manifest(root: Path) -> Manifest:
    """The committed state of the index in ``root``.

    Raises CraterIndexError: no such folder, no index, half-created, damaged, a newer format, or
    one that joins others and holds nothing of its own.
    """
    return named_manifest(root, load_content(root))


def named_manifest(root: Path, content: dict[str, Any]) -> Manifest:
    """The manifest of ``root`` that :func:`load_content` read; errors name the index."""
    return manifest_of(content, f"{root.name}: the file {MANIFEST}")


def is_joined(content: dict[str, Any]) -> bool:
    """Whether it is the manifest of an index that joins others."""
    return bool(content["format_version"] == JOINED_VERSION)


def load_content(root: Path) -> dict[str, Any]:
    """What the manifest of an index, or of one that joins others, says: whole, not yet checked.

    Raises CraterIndexError as :func:`load_manifest`.
    """
    if not root.exists():
        raise CraterIndexError(
            f"There is no index at {root}. Check the path, or build one{_BUILD}."
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
        data = _read(root, path)
    return _content(data, f"{root.name}: the file {MANIFEST}")


def _read(root: Path, path: Path) -> bytes:
    with open_inside(root, path) as file:
        return file.read(MAX_BYTES + 1)


def parse_manifest(data: bytes, name: str) -> Manifest:
    """The manifest in ``data``; ``name`` begins the error's sentence."""
    return manifest_of(_content(data, name), name)


def _content(data: bytes, name: str) -> dict[str, Any]:
    try:
        if len(data) > MAX_BYTES:
            raise ValueError
        content = read_json(data)
        version = content["format_version"]
        if content["format"] != FORMAT_NAME:
            version = 0
    except (ValueError, KeyError, TypeError):
        raise CraterIndexError(
            f"{name} is damaged or truncated: it is not readable. {_REPAIR}"
        ) from None
    if isinstance(version, int) and version > SMALL_VERSION:
        raise CraterIndexError(
            f"{name} was written by a newer CraterBench (index format {version}, this one reads "
            f"up to {SMALL_VERSION}). Update CraterBench, or build the index again with this one."
        )
    try:
        # The layout too: it catches what JSON reads as the same, flips in blanks and escapes.
        if content.get("checksum") == checksum(content) and layout(content) == data:
            return dict(content)
    except (ValueError, TypeError, RecursionError) as error:
        raise _no_index(name, error) from None
    raise CraterIndexError(f"{name} is damaged: its checksum differs. {_REPAIR}")


def manifest_of(content: dict[str, Any], name: str) -> Manifest:
    """The manifest that :func:`load_content` read. Raises CraterIndexError."""
    if is_joined(content):
        raise CraterIndexError(
            f"{name.partition(':')[0]} joins other indexes and holds nothing of its own. {_SHARD}"
        )
    try:
        manifest = _checked(convert(content, Manifest))
    except (ValueError, TypeError, RecursionError) as error:
        raise _no_index(name, error) from None
    if content["format_version"] != manifest.settings.format_version:
        raise _no_index(name, ValueError("its version and its tokens do not fit"))
    return manifest


def _no_index(name: str, error: Exception) -> CraterIndexError:
    return CraterIndexError(
        f"{name} is damaged: it describes no index ({str(error)[:200]}). {_REPAIR}"
    )


def _checked(manifest: Manifest) -> Manifest:
    """``manifest`` where its parts agree; ValueError otherwise. It may come from a stranger."""
    manifest.settings.check()
    name = manifest.settings.encoder_id
    if not _ENCODER_ID.fullmatch(name) or name.lower().endswith(_FILES):
        raise ValueError(f"the encoder {manifest.settings.encoder_id[:60]!r}")
    for entry in manifest.files():
        # No path may lead out of the folder.
        if not _SAFE_PATH.match(entry.path):
            raise ValueError(entry.path)
    rows = 0
    for catalogue in manifest.catalogues:
        if catalogue.first_row != rows:
            raise ValueError("the rows of the catalogues have gaps")
        rows += catalogue.rows
    for segment in manifest.segments:
        wanted = [f"{segment.path}/{name}" for name in SEGMENT_FILES]
        if not _SAFE_PATH.match(segment.path) or [f.path for f in segment.files] != wanted:
            raise ValueError(segment.path)
    paths = [segment.path for segment in manifest.segments]
    place = {path: number for number, path in enumerate(paths)}
    runs: list[tuple[str, ...]] = [(entry.segment,) for entry in manifest.lists]
    runs += [entry.segments for entry in manifest.wide_lists]
    listed = [path for run in runs for path in run]
    if len(set(listed)) != len(listed) or set(listed) - set(paths) or not all(runs):
        raise ValueError("there are lists of no segment")
    if any(run != tuple(paths[place[run[0]] : place[run[0]] + len(run)]) for run in runs):
        raise ValueError("there are lists of segments that do not follow one another")
    for observation in manifest.observations:
        convert(observation, _Observation)
    return manifest


def save_manifest(root: Path, manifest: Manifest, keep_previous: bool = True) -> None:
    """Commit: keep the present manifest as the spare, then replace it. Raises OSError.

    At every moment there is one whole manifest under its name.
    """
    if keep_previous:
        write_atomically(root / MANIFEST_SPARE, _read(root, root / MANIFEST))
    write_atomically(root / MANIFEST, manifest.to_bytes())


def load_spare(root: Path) -> Manifest | None:
    """The previous manifest, or None when it is missing or damaged."""
    with contextlib.suppress(OSError, CraterIndexError):
        return parse_manifest(_read(root, root / MANIFEST_SPARE), MANIFEST_SPARE)
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
        f"by that. {_COPY_AGAIN}"
    )
