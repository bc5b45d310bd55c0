"""The manifest of an index that joins others: which, where, and in which state.

It may come from a stranger. Each of its indexes is one whole index elsewhere, opened by the same
rules as by itself, and only if it is the very one that was joined.
"""

from __future__ import annotations

import dataclasses
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import CraterIndexError
from ..files.typed import convert
from ..words import Advice
from .canonical import checksum, layout
from .closed import inside
from .entries import Count, Rows, Sha256, Text
from .format import FORMAT_NAME, JOINED_VERSION
from .manifest import is_joined, load_content
from .storage import FileEntry

MAX_SHARDS = 512
SAME_FOLDER = "same"
_SAME_PATH = re.compile(r"^same/[0-9]{6}\.bin$")
_ABSOLUTE = re.compile(r"^(?:/[^/\\]|[A-Za-z]:[\\/])")
_AGAIN = Advice(" with 'craterbench index join'", "")


@dataclass(frozen=True)
class Shard:
    """One of the indexes: its folder, absolute or below the folder the joining one lies in, and
    the state it was in (``manifest``: the checksum in its manifest). ``size``: bytes."""

    path: Text
    index_id: Text
    generation: Count
    manifest: Sha256
    views: Rows
    craters: Rows
    removed: Rows
    size: Count

    @property
    def name(self) -> str:
        """The last part of its path."""
        return re.split(r"[\\/]", self.path)[-1]

    def place(self, root: Path) -> Path:
        """Its folder, for the joining index in ``root``."""
        return Path(self.path) if is_absolute(self.path) else root.absolute().parent / self.path


@dataclass(frozen=True)
class SameEntry:
    """Craters of later indexes that are craters of earlier ones: ``craters`` pairs int32
    (row, earlier row) of the joined rows, ascending."""

    file: FileEntry
    craters: Rows


@dataclass(frozen=True)
class JoinedManifest:
    """What an index of indexes consists of. Times are UTC, ISO 8601."""

    index_id: Text
    created: Text
    updated: Text
    engine_version: Text
    generation: Count
    shards: tuple[Shard, ...]
    same: SameEntry | None = None

    def to_bytes(self) -> bytes:
        """The file's bytes; the same manifest always gives the same."""
        content: dict[str, Any] = {"format": FORMAT_NAME, "format_version": JOINED_VERSION}
        content |= dataclasses.asdict(self)
        content["checksum"] = checksum(content)
        return layout(content)


def parse_joined(content: dict[str, Any], name: str) -> JoinedManifest:
    """The manifest in ``content``; ``name`` begins the error's sentence.

    Raises CraterIndexError where it names itself, one index twice, too many, or paths that no
    joining writes.
    """
    try:
        joined: JoinedManifest = convert(content, JoinedManifest)
        _check(joined)
        return joined
    except (ValueError, TypeError, RecursionError) as error:
        raise CraterIndexError(
            f"{name} is damaged: it describes no joined indexes ({str(error)[:200]}). Join them "
            f"again{_AGAIN}."
        ) from None


def _check(joined: JoinedManifest) -> None:
    if not 1 <= len(joined.shards) <= MAX_SHARDS:
        raise ValueError(f"{len(joined.shards)} indexes, at most {MAX_SHARDS} can be joined")
    for what in ("path", "index_id"):
        values = [getattr(shard, what) for shard in joined.shards]
        if len(set(values)) != len(values):
            raise ValueError("one index twice")
    for shard in joined.shards:
        if shard.index_id == joined.index_id:
            raise ValueError("it is one of its own parts")
        if problem(shard.path):
            raise ValueError(f"the path {shard.path[:60]!r}")
    if sum(shard.craters for shard in joined.shards) > 2**31 - 1:
        raise ValueError("more craters than an index can number")
    if joined.same is not None and not _SAME_PATH.match(joined.same.file.path):
        raise ValueError(joined.same.file.path)


def is_absolute(path: str) -> bool:
    """Whether a shard's path says the whole place, on any system."""
    return _ABSOLUTE.match(path) is not None


def problem(path: str) -> bool:
    """Whether a path may not be in a manifest: one that climbs, or leads to another computer by
    its name (reading it could tell that computer who you are)."""
    if not path or "\0" in path or path.startswith(("\\", "//")):
        return True
    parts = re.split(r"[\\/]", path)
    return ".." in parts or (not is_absolute(path) and (":" in path or parts[0] in ("", "~")))


def _is_linked(beside: Path, place: Path) -> bool:
    try:
        inside(beside, place)
    except CraterIndexError:
        return True
    return False


def find_shard(root: Path, shard: Shard) -> Path:
    """The folder of one of the indexes, compared with what was joined.

    Raises CraterIndexError, naming it, where it is missing, another one, or changed.
    """
    place = shard.place(root)
    whole = f"{root.name} joins {shard.name}"
    try:
        # An absolute path is one's own; a relative one came with the index, and leads nowhere else.
        linked = not is_absolute(shard.path) and _is_linked(root.absolute().parent, place)
        there = not linked and place.is_dir()
    except (OSError, ValueError):
        there = linked = False
    if linked:
        raise CraterIndexError(
            f"{whole}, where a link lies now. Join the indexes again where they are{_AGAIN}."
        )
    if not there:
        raise CraterIndexError(
            f"{whole}, which is not at {place} any more. Put it back, or join the indexes again "
            f"where they are now{_AGAIN}; nothing is searched without it."
        )
    content = load_content(place)
    if is_joined(content):
        raise CraterIndexError(
            f"{whole}, which itself joins others. Join those one by one{_AGAIN}."
        )
    if content.get("index_id") != shard.index_id:
        raise CraterIndexError(
            f"{whole}, but another index lies at {place} now. Put the right one back, or join "
            f"again{_AGAIN}."
        )
    if content["checksum"] != shard.manifest:
        raise CraterIndexError(
            f"{whole}, which has been changed since it was joined. Join the indexes again{_AGAIN}."
        )
    return place
