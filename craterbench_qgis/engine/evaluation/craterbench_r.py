"""The CraterBench-R data set (Fang et al. 2026; Hugging Face ``jfang/CraterBench-R``, CC BY 4.0).

Known of the layout: ``images/gallery``, ``images/query``, ``splits/test.json`` (gallery and
queries), ``splits/train.json``, ``metadata/query_relevance.json``. Entries of train.json have
``image_id``, ``path``, ``crater_id``, ``view_type``. What the list of queries is called and where
relevance stands is not published, so both are discovered, and what was found is told.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from .release import BenchmarkError, Release

TEST, TRAIN = "splits/test.json", "splits/train.json"
RELEVANCE = "metadata/query_relevance.json"

# Which of several lists of ids is the relevance, most wanted first; the raw one holds craters that
# the gallery lacks. Keys with none of these words are not relevance at all.
_WORDS = (
    ("filter",),
    ("gallery",),
    ("relevan",),
    ("positive", "match", "correct"),
    ("visible", "crater_ids", "label"),
    ("raw",),
)
_ID_KEYS = ("image_id", "query_id", "query_image_id", "crater_id", "query_crater_id", "id")


@dataclass(frozen=True)
class Picture:
    """One image of the data set."""

    image_id: str
    path: str
    crater_id: str
    view_type: str


@dataclass(frozen=True)
class Counts:
    """What ``metadata/stats.json`` of the release says."""

    gallery_images: int = 50_000
    gallery_ids: int = 25_000
    query_images: int = 5_000
    query_ids: int = 1_000
    train_images: int = 47_882
    train_ids: int = 23_941
    raw_multi_label_ids: int = 428
    multi_label_ids: int = 59
    most_relevant: int = 3


@dataclass
class CraterBenchR:
    """The test split. ``relevant``: for each query the crater ids that count as found."""

    gallery: list[Picture]
    queries: list[Picture]
    relevant: list[tuple[str, ...]]
    relevance_source: str
    query_key: str
    counts: dict[str, int] = field(default_factory=dict)
    own_id_missing: int = 0
    """Queries whose own crater id is not among those listed as relevant."""


def load(release: Release, expected: Counts | None = None) -> CraterBenchR:
    """Read and check the test split.

    ``expected``: the counts to insist on; None checks none (for miniatures). Raises BenchmarkError
    for missing keys, empty relevance, images that are not there, or other counts.
    """
    test = release.json(TEST)
    if not isinstance(test, dict):
        raise BenchmarkError(f"{TEST} is no object with lists of images. Get the release again.")
    _, gallery = _pictures(test, "gallery")
    query_key, queries = _pictures(test, "quer")
    relevance = _Relevance(gallery, queries)
    lists, source, raw = relevance.discover(release, test, query_key)
    loaded = CraterBenchR(gallery, queries, relevance.in_gallery(lists), source, query_key)
    loaded.own_id_missing = sum(
        query.crater_id not in ids for query, ids in zip(queries, loaded.relevant, strict=True)
    )
    loaded.counts = _count(loaded, release, raw)
    if expected is not None:
        _insist(loaded.counts, expected)
    absent = [picture.path for picture in [*gallery, *queries] if not release.has(picture.path)]
    if absent:
        raise BenchmarkError(
            f"{len(absent):,} images of {TEST} are not in {release.path.name}, the first is "
            f"{absent[0]}. Get the release again."
        )
    return loaded


def _pictures(test: dict[str, Any], start: str) -> tuple[str, list[Picture]]:
    """The list of images under the one key that begins with ``start``."""
    lists = {
        key: value
        for key, value in test.items()
        if key.lower().startswith(start) and isinstance(value, list) and value
    }
    lists = {key: value for key, value in lists.items() if isinstance(value[0], dict)}
    if len(lists) != 1:
        raise BenchmarkError(
            f"{TEST} should have one list of images whose key begins with '{start}'; it has "
            f"{len(lists)} among the keys {', '.join(test)}. Is this CraterBench-R?"
        )
    ((key, entries),) = lists.items()
    try:
        return key, [_picture(entry) for entry in entries]
    except (KeyError, TypeError) as error:
        raise BenchmarkError(
            f"An entry of '{key}' in {TEST} lacks {error}. Is this CraterBench-R?"
        ) from error


def _picture(entry: dict[str, Any]) -> Picture:
    path = str(entry["path"])
    image_id = str(entry.get("image_id", path.rsplit("/", 1)[-1].rsplit(".", 1)[0]))
    return Picture(image_id, path, str(entry["crater_id"]), str(entry.get("view_type", "")))


class _Relevance:
    """Finds, for every query, the ids it should find."""

    def __init__(self, gallery: Sequence[Picture], queries: Sequence[Picture]) -> None:
        self._crater_of = {picture.image_id: picture.crater_id for picture in gallery}
        self._craters = {picture.crater_id for picture in gallery}
        self._queries = queries
        self._known = {query.image_id for query in queries} | {query.crater_id for query in queries}

    def discover(
        self, release: Release, test: dict[str, Any], query_key: str
    ) -> tuple[list[list[str]], str, list[list[str]]]:
        """(ids per query, where they stood, raw ids per query or nothing)."""
        filed = release.json(RELEVANCE) if release.has(RELEVANCE) else None
        raw = self._lookup(filed, raw=True) if filed is not None else None
        entries = test[query_key]
        inside = [_ids(entry, entry=True) for entry in entries]
        if any(ids is not None for ids in inside):
            return [ids or [] for ids in inside], f"in the entries of '{query_key}'", raw or []
        rest = {key: value for key, value in test.items() if key != query_key and _rank(key) >= 0}
        rest = {key: value for key, value in rest.items() if not _is_pictures(value)}
        relevant = self._lookup(rest) if rest else None
        if relevant is not None:
            return relevant, f"a map in {TEST}", raw or []
        if filed is not None:
            relevant = self._lookup(filed)
            if relevant is None:
                raise BenchmarkError(
                    f"{RELEVANCE} names none of the queries. Is it of the same release?"
                )
            return relevant, RELEVANCE, raw or []
        return [[query.crater_id] for query in self._queries], "the query's own crater id", []

    def in_gallery(self, lists: Sequence[Sequence[str]]) -> list[tuple[str, ...]]:
        """The crater ids of the lists that the gallery has. Raises BenchmarkError where none is."""
        kept = []
        for ids in lists:
            craters = (self._crater_of.get(item_id, item_id) for item_id in ids)
            kept.append(
                tuple(sorted({crater_id for crater_id in craters if crater_id in self._craters}))
            )
        empty = [query.image_id for query, ids in zip(self._queries, kept, strict=True) if not ids]
        if empty:
            raise BenchmarkError(
                f"{len(empty):,} of {len(kept):,} queries have nothing relevant in the gallery, "
                f"the first is {empty[0]}. No measure is defined for them: check the release."
            )
        return kept

    def _lookup(self, source: Any, raw: bool = False) -> list[list[str]] | None:
        table = self._map(source, raw, 0)
        if table is None:
            return None
        lists = []
        for query in self._queries:
            value = table.get(query.image_id, table.get(query.crater_id))
            lists.append(_ids(value, raw=raw) or [])
        return lists if not raw or any(lists) else None

    def _map(self, source: Any, raw: bool, depth: int) -> dict[str, Any] | None:
        """The innermost map from query (image or crater) to something, however it is wrapped."""
        if isinstance(source, list):
            source = {
                str(key): entry
                for entry in source
                if isinstance(entry, dict) and (key := _first(entry, _ID_KEYS)) is not None
            }
        if not isinstance(source, dict) or depth > 3:
            return None
        if any(key in self._known for key in source):
            return source
        for key in sorted(source, key=lambda name: _order(name, raw)):
            if raw and depth == 0 and _rank(key) not in (-1, _RAW) and _RAW in map(_rank, source):
                continue
            inner = self._map(source[key], raw, depth + 1)
            if inner is not None:
                return inner
        return None


_RAW = len(_WORDS) - 1


def _rank(key: str) -> int:
    """How likely a key names the relevance: 0 the most, -1 not at all."""
    text = key.lower()
    if "raw" in text:
        return _RAW
    return next((i for i, words in enumerate(_WORDS) if any(word in text for word in words)), -1)


def _order(key: str, raw: bool) -> int:
    rank = _rank(key)
    if rank < 0:
        return _RAW + 1
    return _RAW - rank if raw else rank


def _ids(value: Any, entry: bool = False, raw: bool = False) -> list[str] | None:
    """Ids in a list, or in the best list of a mapping; None where there is none.

    ``entry``: ``value`` is a query's own entry, whose keys must name relevance; ``raw``: only a
    list that says it is raw.
    """
    if isinstance(value, dict):
        keys = [key for key in value if _rank(key) >= 0]
        if raw:
            keys = [key for key in keys if _rank(key) == _RAW]
        elif not entry and not keys:
            keys = list(value)
        for key in sorted(keys, key=lambda name: _order(name, raw)):
            ids = _ids(value[key])
            if ids is not None:
                return ids
        return None
    if isinstance(value, str) and not entry:
        return [value]
    if not isinstance(value, list):
        return None
    ids = []
    for member in value:
        item = (
            _first(member, ("crater_id", "image_id", "id")) if isinstance(member, dict) else member
        )
        if not isinstance(item, str | int):
            return None
        ids.append(str(item))
    return ids


def _is_pictures(value: Any) -> bool:
    return (
        isinstance(value, list)
        and bool(value)
        and isinstance(value[0], dict)
        and "path" in value[0]
    )


def _first(entry: dict[str, Any], keys: Iterable[str]) -> Any:
    return next((entry[key] for key in keys if key in entry), None)


def _count(loaded: CraterBenchR, release: Release, raw: list[list[str]]) -> dict[str, int]:
    own = {query.crater_id: ids for query, ids in zip(loaded.queries, loaded.relevant, strict=True)}
    counts = {
        "gallery_images": len(loaded.gallery),
        "gallery_ids": len({picture.crater_id for picture in loaded.gallery}),
        "query_images": len(loaded.queries),
        "query_ids": len(own),
        "most_relevant": max(len(ids) for ids in own.values()),
    }
    if loaded.relevance_source != "the query's own crater id":
        counts["multi_label_ids"] = sum(len(ids) > 1 for ids in own.values())
    if raw:
        named = {query.crater_id: ids for query, ids in zip(loaded.queries, raw, strict=True)}
        counts["raw_multi_label_ids"] = sum(len(set(ids)) > 1 for ids in named.values())
    if release.has(TRAIN):
        train = release.json(TRAIN)
        _, pictures = _pictures(train if isinstance(train, dict) else {}, "gallery")
        counts["train_images"] = len(pictures)
        counts["train_ids"] = len({picture.crater_id for picture in pictures})
    return counts


def _insist(counts: dict[str, int], expected: Counts) -> None:
    """Every count that could be made must be the published one; the relevant ones at most."""
    wanted = vars(expected)
    wrong = [
        f"{name} is {count:,}, not {wanted[name]:,}"
        for name, count in counts.items()
        if (count > wanted[name] if name == "most_relevant" else count != wanted[name])
    ]
    if wrong:
        raise BenchmarkError(
            f"This is not the released CraterBench-R: {'; '.join(wrong)}. Get the release again, "
            "or, for a part of it, use --no-counts and do not compare with published numbers."
        )
