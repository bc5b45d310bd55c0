"""Indexes that join others by manifests no joining writes, with right checksums."""

from __future__ import annotations

import dataclasses
import os
import shutil
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from craterbench_qgis.engine.index import joined_manifest
from craterbench_qgis.engine.index.manifest import load_content
from craterbench_qgis.engine.index.storage import FileEntry, hash_file
from craterbench_qgis.engine.indexing import join_indexes

from .hostile_indexes import copy, rewrite

Joined = joined_manifest.JoinedManifest


def base(source: Path, folder: Path) -> Path:
    """ALL, which joins two indexes beside it."""
    folder.mkdir()
    for name in ("A", "B"):
        copy(source, folder / f"{name}.craterindex")
    number = str(uuid.uuid4())
    rewrite(folder / "B.craterindex", lambda one: dataclasses.replace(one, index_id=number))
    paths = [folder / f"{name}.craterindex" for name in ("A", "B")]
    join_indexes(paths, folder / "ALL.craterindex")
    return folder / "ALL.craterindex"


def change(path: Path, how: Callable[[Joined], Joined]) -> None:
    present = joined_manifest.parse_joined(load_content(path), path.name)
    (path / "manifest.json").write_bytes(how(present).to_bytes())


def first(joined: Joined, **values: Any) -> Joined:
    """The same with other values of its first index."""
    shard = dataclasses.replace(joined.shards[0], **values)
    return dataclasses.replace(joined, shards=(shard, *joined.shards[1:]))


def with_same(path: Path, data: bytes, count: int, name: str = "same/000001.bin") -> None:
    """Other pairs of craters that several indexes have."""
    file = path / "same/000001.bin"
    file.write_bytes(data)
    entry = FileEntry(name, len(data), hash_file(path, file))
    same = joined_manifest.SameEntry(entry, count)
    change(path, lambda joined: dataclasses.replace(joined, same=same))


def joined(source: Path, folder: Path, canary: Path) -> Iterator[tuple[str, Path]]:
    """(label, index)."""
    clean = base(source, folder / "clean")

    def again(number: int) -> Path:
        target = folder / f"{number:03d}"
        shutil.copytree(clean.parent, target, symlinks=True)
        return target / "ALL.craterindex"

    paths = [
        "../clean/A.craterindex", "x/../../clean/A.craterindex", "..", ".", "", "~/A.craterindex",
        f"{canary}/../clean/A.craterindex", str(canary), "//server/share/A.craterindex",
        "\\\\server\\share\\A.craterindex", "\\\\?\\UNC\\server\\share", "file:///tmp/A.craterindex",
        "https://example.org/A.craterindex", "C:A.craterindex", "A.craterindex\0", "A" * 9000,
        "A.craterindex/segments", "A.craterindex/manifest.json", "/dev/zero", "/proc/self/fd/0",
    ]  # fmt: skip
    number = 0
    for place in paths:
        path = again(number)
        change(path, lambda one, place=place: first(one, path=place))  # type: ignore[misc]
        yield f"path {place[:40]!r}", path
        number += 1
    for what, values in {
        "views": {"views": 3}, "craters": {"craters": 3}, "many craters": {"craters": 2**31 - 1},
        "removed": {"removed": 1}, "size": {"size": 0}, "generation": {"generation": 99},
        "state": {"manifest": "0" * 64}, "id": {"index_id": str(uuid.uuid4())},
    }.items():  # fmt: skip
        path = again(number)
        change(path, lambda one, values=values: first(one, **values))  # type: ignore[misc]
        yield f"wrong {what}", path
        number += 1
    for label, how in {
        "itself": lambda one: first(one, path="ALL.craterindex", index_id=one.index_id),
        "itself under another id": lambda one: first(one, path="ALL.craterindex"),
        "one index twice": lambda one: dataclasses.replace(one, shards=one.shards[:1] * 2),
        "none": lambda one: dataclasses.replace(one, shards=()),
        "thousands": lambda one: dataclasses.replace(
            one,
            shards=tuple(
                dataclasses.replace(one.shards[0], path=f"A{k}", index_id=str(k))
                for k in range(5000)
            ),
        ),
    }.items():
        path = again(number)
        change(path, how)  # type: ignore[arg-type]
        yield label, path
        number += 1
    path = again(number)
    shutil.copytree(path, path.parent / "OTHER.craterindex")
    for mine, other in (("ALL", "OTHER"), ("OTHER", "ALL")):
        to = f"{other}.craterindex"
        change(path.parent / f"{mine}.craterindex", lambda one, to=to: first(one, path=to))  # type: ignore[misc]
    yield "a circle", path
    craters = load_content(clean)["shards"][0]["craters"]
    pairs = {
        "beyond": [[2 * craters, 0]], "before": [[5, -1]], "to a later one": [[5, 6]],
        "to itself": [[5, 5]], "in a chain": [[5, 4], [6, 5]], "twice": [[5, 4], [5, 3]],
    }  # fmt: skip
    for label, rows in pairs.items():
        path = again(number := number + 1)
        with_same(path, np.array(rows, "<i4").tobytes(), len(rows))
        yield f"craters shared {label}", path
    path = again(number := number + 1)
    with_same(path, b"123", 1)
    yield "half a pair", path
    path = again(number := number + 1)
    with_same(path, bytes(8), 1, "../clean/A.craterindex/manifest.json")
    yield "pairs from elsewhere", path
    path = again(number := number + 1)
    rewrite(
        path.parent / "A.craterindex",
        lambda one: dataclasses.replace(
            one, settings=dataclasses.replace(one.settings, encoder_id="other")
        ),
    )
    state = load_content(path.parent / "A.craterindex")["checksum"]
    change(path, lambda one: first(one, manifest=state))
    yield "another encoder", path
    path = again(number := number + 1)
    shutil.move(path.parent / "A.craterindex", canary / f"moved-{number}")
    (path.parent / "A.craterindex").symlink_to(canary / f"moved-{number}")
    yield "a link to an index", path
    path = again(number := number + 1)
    shutil.rmtree(path / "same")
    (path / "same").symlink_to(canary, target_is_directory=True)
    yield "a link in it", path
    if hasattr(os, "mkfifo"):
        path = again(number := number + 1)
        (path.parent / "A.craterindex/manifest.json").unlink()
        os.mkfifo(path.parent / "A.craterindex/manifest.json")
        yield "a pipe for a manifest", path
