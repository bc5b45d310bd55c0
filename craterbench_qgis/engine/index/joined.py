"""An index of indexes, read as one: their views and craters, one index after the other.

Whatever answers a question asks all of them at once (one shortlist over all views, not one each),
so that an answer is that of one index that was given the first index's craters and views, then the
second's, and so on.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import CraterIndexError, QueryError
from .catalogue_store import JoinedCraters
from .closed import survey
from .format import VIEW_DTYPE, Float32
from .joined_manifest import JoinedManifest, find_shard, parse_joined
from .kinds import kind_dtype
from .lists import InvertedLists
from .manifest import Manifest, load_manifest
from .reader import Check, CraterIndex
from .segment import Records
from .storage import RESTORE, MappedFile, storage_errors
from .where import FRACTION, TEXT, WHOLE

Int32 = npt.NDArray[np.int32]


class JoinedIndex(CraterIndex):
    """Several indexes, opened as one. A context manager; see :class:`CraterIndex`.

    ``shards``: they. Crater rows and view numbers run on from one to the next. A crater that an
    earlier one has too is that crater: its row there counts as removed, its views are of the
    earlier row. A mosaic that several share is one observation.
    """

    def __init__(self, root: Path, joined: JoinedManifest, shards: Sequence[CraterIndex]) -> None:
        """Use :meth:`open`."""
        self.path, self.joined = root, joined
        self.shards = list(shards)
        rows = [shard.n_craters for shard in self.shards]
        self._first_rows = (np.cumsum(rows) - rows).tolist()
        self._observations, observations = _observations(self.shards)
        self._same_file = MappedFile(root, joined.same.file) if joined.same else None
        self.segments = [segment for shard in self.shards for segment in shard.segments]
        self.craters = JoinedCraters(root, [shard.craters for shard in self.shards])
        self._ends = np.cumsum([0, *(len(segment) for segment in self.segments)])
        self.shortlist_file = self._atlas_file = self._sums = None
        self.manifest = _manifest(joined, [shard.manifest for shard in self.shards], observations)

    @classmethod
    def open_joined(cls, root: Path, content: dict[str, Any], check: Check = "auto") -> JoinedIndex:
        """Open what the manifest's ``content`` names. Raises CraterIndexError naming the index
        that is missing, another, changed or damaged."""
        joined = parse_joined(content, root.name)
        with storage_errors(root):
            survey(root)
        shards: list[CraterIndex] = []
        try:
            for entry in joined.shards:
                path = find_shard(root, entry)
                shard = CraterIndex.open(path, load_manifest(path), "sizes")
                shards.append(shard)
                counts = (shard.manifest.generation, shard.n_views, shard.n_craters)
                sizes = (shard.n_removed, shard.size_bytes)
                if (*counts, *sizes) != (
                    entry.generation, entry.views, entry.craters, entry.removed, entry.size,
                ):  # fmt: skip
                    raise CraterIndexError(
                        f"{root.name} joins {entry.name}, which does not hold what it held then. "
                        "Join the indexes again."
                    )
            check_alike(root.name, shards)
            index = cls(root, joined, shards)
            index.check(check)
            return index
        except BaseException:
            for shard in shards:
                shard.close()
            raise

    def verify_all(self) -> None:
        """Compare every file's checksum. Raises CraterIndexError naming the first bad one."""
        for shard in self.shards:
            shard.verify_all()
        _ = self._same

    def _needed_first(self) -> Iterator[MappedFile]:
        if self._same_file is not None:
            yield self._same_file
        for shard in reversed(self.shards):
            yield from shard._needed_first()

    def close(self) -> None:
        """Let go of the maps; arrays already handed out keep theirs."""
        for shard in self.shards:
            shard.close()
        self.shards, self._same_file = [], None
        for name in ("_same", "_home"):
            self.__dict__.pop(name, None)
        super().close()

    # -- counts --------------------------------------------------------------------------------

    @property
    def n_removed(self) -> int:
        """Craters that were removed from one of the indexes."""
        return sum(shard.n_removed for shard in self.shards)

    @property
    def n_present(self) -> int:
        """Craters that were not removed; one that several indexes have counts once."""
        same = self.joined.same.craters if self.joined.same else 0
        return self.n_craters - self.n_removed - same

    @property
    def size_bytes(self) -> int:
        """Of all files of all indexes but the manifests."""
        own = self.joined.same.file.size if self.joined.same else 0
        return own + sum(shard.size_bytes for shard in self.shards)

    @property
    def folders(self) -> list[Path]:
        return [self.path, *(shard.path for shard in self.shards)]

    # -- views ---------------------------------------------------------------------------------

    @cached_property
    def views(self) -> Records:
        """The rows of all views [n_views], of ``VIEW_DTYPE``, with the joined crater rows and
        observations; thumb_offset is per segment."""
        views = np.empty(self.n_views, VIEW_DTYPE)
        start = 0
        for shard, first, numbers in zip(
            self.shards, self._first_rows, self._observations, strict=True
        ):
            part = views[start : start + shard.n_views]
            part.view(np.uint8)[:] = shard.views.view(np.uint8)
            shard.__dict__.pop("views", None)  # once is enough
            part["crater_row"] = self._homes(part["crater_row"], first)
            part["observation"] = numbers[part["observation"]]
            start += len(part)
        return views

    @cached_property
    def _view_columns(self) -> tuple[Int32, Float32]:
        rows, scales = np.empty(self.n_views, np.int32), np.empty(self.n_views, np.float32)
        start = 0
        for shard, first in zip(self.shards, self._first_rows, strict=True):
            part = slice(start, start + shard.n_views)
            rows[part] = self._homes(shard.view_crater_rows, first)
            scales[part] = shard.global_scales
            shard.__dict__.pop("_view_columns", None)  # once is enough
            start = part.stop
        return rows, scales

    def view_records(self, views: npt.ArrayLike) -> Records:
        """See :meth:`CraterIndex.view_records`."""
        numbers = self._numbers(views)
        records = super().view_records(numbers)
        records["crater_row"] = self.view_crater_rows[numbers]
        ends = np.cumsum([shard.n_views for shard in self.shards])
        which = np.searchsorted(ends, numbers, side="right")
        for shard, joined in enumerate(self._observations):
            mine = which == shard
            records["observation"][mine] = joined[records["observation"][mine]]
        return records

    def _homes(self, rows: Int32, first: int) -> Int32:
        """The joined rows of an index's own crater rows."""
        moved = rows + np.int32(first)
        return moved if self._home is None else self._home[moved]

    @cached_property
    def _same(self) -> Int32:
        """[n, 2]: rows that are a crater of an earlier index, and its row there; checked."""
        if self._same_file is None or self.joined.same is None:
            return np.empty((0, 2), np.int32)
        data = self._same_file.verified()
        pairs = data.view("<i4").reshape(-1, 2) if data.size % 8 == 0 else np.empty((0, 2), "<i4")
        rows, homes = pairs.T
        if len(pairs) != self.joined.same.craters or not (
            (np.diff(rows) > 0).all()
            and (homes >= 0).all()
            and (homes < rows).all()
            and (rows < self.n_craters).all()
            and not np.isin(homes, rows).any()
        ):
            raise CraterIndexError(
                f"{self.path.name}: {self._same_file.entry.path} does not hold the craters that "
                f"several of its indexes have. Join the indexes again, or: {RESTORE}"
            )
        return pairs

    @cached_property
    def _home(self) -> Int32 | None:
        """The row [n_craters] each crater counts as; None where no two indexes share one."""
        if not len(self._same):
            return None
        home = np.arange(self.n_craters, dtype=np.int32)
        home[self._same[:, 0]] = self._same[:, 1]
        return home

    @cached_property
    def removed(self) -> Int32:
        """The rows of the removed craters, and those that an earlier index has; ascending."""
        parts = [
            shard.removed + np.int32(first)
            for shard, first in zip(self.shards, self._first_rows, strict=True)
        ]
        return np.union1d(np.concatenate(parts), self._same[:, 0]).astype(np.int32)

    @cached_property
    def kinds(self) -> Records | None:
        """The records [R] of the descriptors of kind, in no order of views; None unless every
        index has those of one descriptor. Without shading unless every index has it."""
        like = self.manifest.kinds
        if like is None:
            return None
        dtype = kind_dtype(like.relief, like.near, like.rings, like.shading)
        parts = []
        for shard, first, numbers in zip(
            self.shards, self._first_rows, self._observations, strict=True
        ):
            records = shard.kinds
            if records is None:
                return None
            own = (records["crater_row"] >= 0) & (records["crater_row"] < shard.n_craters)
            own &= (records["observation"] >= 0) & (records["observation"] < len(numbers))
            records = records[list(dtype.names or ())][own].astype(dtype)
            records["crater_row"] = self._homes(records["crater_row"], first)
            records["observation"] = numbers[records["observation"]]
            parts.append(records)
        return np.concatenate(parts)

    def without_kinds(self) -> str:
        """The indexes that lack descriptors of kind, or have others than the first, by name."""
        entries = [shard.manifest.kinds for shard in self.shards]
        known = next((entry for entry in entries if entry is not None), None)
        lacking = [
            shard.path.name
            for shard, entry in zip(self.shards, entries, strict=True)
            if entry is None or known is None or not entry.same_kind(known)
        ]
        return ", ".join(lacking) if known is not None else self.path.name

    @cached_property
    def lists(self) -> list[tuple[int, InvertedLists]]:
        """See :attr:`CraterIndex.lists`."""
        views = [shard.n_views for shard in self.shards]
        firsts = (np.cumsum(views) - views).tolist()
        return [
            (first + start, lists)
            for first, shard in zip(firsts, self.shards, strict=True)
            for start, lists in shard.lists
        ]

    # -- craters -------------------------------------------------------------------------------

    def _where(self, expression: str) -> npt.NDArray[np.int64]:
        """See :meth:`CraterIndex.where`; an attribute that an index lacks is null there."""
        columns = self._columns(expression)
        parts = []
        for shard, first in zip(self.shards, self._first_rows, strict=True):
            parts.append(shard.expressions.rows(expression, columns) + first)
        rows = np.concatenate(parts)
        return rows if not len(self._same) else np.setdiff1d(rows, self._same[:, 0])

    def _columns(self, expression: str) -> dict[str, str]:
        """The attributes of all indexes and their kinds. Raises QueryError where ``expression``
        names one that is a number in one index and text in another."""
        names: dict[str, str] = {}
        kinds: dict[str, set[str]] = {}
        for shard in self.shards:
            for name, kind in shard.expressions.columns().items():
                names.setdefault(name.lower(), name)
                kinds.setdefault(name.lower(), set()).add(kind)
        for low, name in names.items():
            named = re.search(rf"(?<!\w){re.escape(name)}(?!\w)", expression, re.IGNORECASE)
            if TEXT in kinds[low] and len(kinds[low]) > 1 and named:
                raise QueryError(
                    f"The filter '{expression.strip()[:60]}' cannot be used: {name} is a number "
                    f"in one of the indexes that {self.path.name} joins and text in another. "
                    "Filter by another column, or search those indexes one by one."
                )
        order = (WHOLE, FRACTION, TEXT)
        return {name: max(kinds[low], key=order.index) for low, name in names.items()}


def check_alike(name: str, shards: Sequence[CraterIndex]) -> None:
    """Raise CraterIndexError unless the views of all can be compared, saying what differs.

    ``name``: of the index that joins them.
    """
    first = shards[0]
    for shard in shards:
        if shard.incomplete:
            raise CraterIndexError(
                f"The build of {shard.path.name} was stopped. Finish it, then join."
            )
        ours, theirs = first.settings, shard.settings
        for what, values in (
            ("encoders", _ENCODER),
            ("bodies", ("body_a", "body_b")),
            ("numbers of tokens", ("tokens",)),
            ("kinds of tokens", ("seeds", "aggregation", "quantisation")),
            ("context factors", ("context_factors",)),
        ):
            mine, other = (
                [getattr(settings, value) for value in values] for settings in (ours, theirs)
            )
            if mine != other:
                pair = next((a, b) for a, b in zip(mine, other, strict=True) if a != b)
                raise CraterIndexError(
                    f"{first.path.name} and {shard.path.name} have different {what} "
                    f"({_short(pair[0])} and {_short(pair[1])}), so {name} cannot join them. Build "
                    "them with equal settings."
                )


_ENCODER = ("encoder_id", "weights_hash", "input_size", "grid", "global_dim", "token_dim")


def _short(value: object) -> str:
    text = " ".join(map(str, value)) if isinstance(value, tuple) else f"{value}"
    return text if len(text) <= 40 else text[:12] + "..."


def _observations(
    shards: Sequence[CraterIndex],
) -> tuple[list[npt.NDArray[np.int16]], tuple[dict[str, Any], ...]]:
    """Of each index the joined numbers of its observations, and those observations."""
    known: list[dict[str, Any]] = []
    places: dict[tuple[Any, ...], int] = {}
    numbers = []
    for shard in shards:
        own = []
        for entry in shard.manifest.observations:
            key = tuple(repr(entry.get(name)) for name in ("fingerprint", "band", "nodata"))
            if key not in places:
                places[key] = len(known)
                known.append(entry)
            own.append(places[key])
        numbers.append(np.array(own or [0], np.int16))
    if len(known) > 32_768:
        raise CraterIndexError("An index holds at most 32768 observations. Join fewer indexes.")
    return numbers, tuple(known)


def _manifest(
    joined: JoinedManifest, parts: Sequence[Manifest], observations: tuple[dict[str, Any], ...]
) -> Manifest:
    """What is known of all indexes, as that of one; it names no file."""
    kinds = parts[0].kinds
    if kinds is not None and all(
        part.kinds is not None and part.kinds.same_kind(kinds) for part in parts
    ):
        shading = min(part.kinds.shading for part in parts if part.kinds is not None)
        kinds = dataclasses.replace(kinds, files=(), shading=shading)
    else:
        kinds = None
    return Manifest(
        index_id=joined.index_id,
        created=joined.created,
        updated=joined.updated,
        engine_version=joined.engine_version,
        generation=joined.generation,
        next_serial=0,
        settings=parts[0].settings,
        observations=observations,
        catalogues=tuple(_catalogues(parts)),
        segments=tuple(segment for part in parts for segment in part.segments),
        kinds=kinds,
        # Their paths may be the same; what counts is whether there are any.
        lists=tuple(entry for part in parts for entry in part.lists),
        wide_lists=tuple(entry for part in parts for entry in part.wide_lists),
    )


def _catalogues(parts: Sequence[Manifest]) -> Iterator[Any]:
    first = 0
    for part in parts:
        for catalogue in part.catalogues:
            yield dataclasses.replace(catalogue, first_row=first)
            first += catalogue.rows
