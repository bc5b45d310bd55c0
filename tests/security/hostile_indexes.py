"""Indexes with links, pipes and programs in them."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

from craterbench_qgis.engine.index import geopackage, manifest


def rewrite(path: Path, change: Callable[[manifest.Manifest], manifest.Manifest]) -> None:
    """Give an index a manifest with right checksums and another content."""
    present = manifest.load_manifest(path)
    (path / "manifest.json").write_bytes(change(present).to_bytes())


def with_gpkg(path: Path, sql: str) -> None:
    """Run SQL in the GeoPackage and write its new checksum into the manifest."""
    import dataclasses

    file = path / "catalogue.gpkg"
    with closing(sqlite3.connect(file)) as base:
        base.execute(sql)
        base.commit()
    entry = geopackage.GpkgEntry(file.stat().st_size, geopackage.gpkg_hash(file), 60)
    rewrite(path, lambda manifest: dataclasses.replace(manifest, gpkg=entry))


def linked(source: Path, folder: Path, canary: Path) -> Iterator[tuple[str, Path]]:
    """(label, index) with one part a link out of it; a folder's link leads to a copy of the part,
    so that everything the manifest names is there and right."""
    for name in ("segments", "catalogue", "tombstones", "shortlist"):
        path = copy(source, folder / f"{name}.craterindex")
        target = canary / f"target-{name}"
        if (path / name).is_dir():
            shutil.copytree(path / name, target, dirs_exist_ok=True)
            shutil.rmtree(path / name)
        else:
            target.mkdir(exist_ok=True)
        (target / "precious.txt").write_text("precious")
        (path / name).symlink_to(target, target_is_directory=True)
        yield f"{name} is a link", path
    segment = next((source / "segments").iterdir()).name
    arrow = next((source / "catalogue").iterdir()).name
    files = [
        "manifest.json", "manifest.prev.json", "catalogue.gpkg", f"segments/{segment}/tokens.bin",
        f"segments/{segment}/thumbnails.bin", f"catalogue/{arrow}",
    ]  # fmt: skip
    for number, name in enumerate(files):
        path = copy(source, folder / f"file-{number}.craterindex")
        target = canary / f"file-{number}"
        shutil.copyfile(path / name, target)
        (path / name).unlink()
        (path / name).symlink_to(target)
        yield f"{name} is a link", path
    inner = copy(source, folder / "segment.craterindex")
    shutil.copytree(inner / "segments" / segment, canary / "segment", dirs_exist_ok=True)
    shutil.rmtree(inner / "segments" / segment)
    (inner / "segments" / segment).symlink_to(canary / "segment", target_is_directory=True)
    yield "a segment is a link", inner
    for name in ("catalogue.next.gpkg", "manifest.json.tmp", "craterindex.lock"):
        path = copy(source, folder / f"{name}.craterindex")
        (path / name).symlink_to(canary / "precious")
        yield f"{name} is a link", path
    hard = copy(source, folder / "hard.craterindex")
    os.link(canary / "precious", hard / "craterindex.lock")
    yield "craterindex.lock is a hard link", hard
    if hasattr(os, "mkfifo"):
        piped = copy(source, folder / "piped.craterindex")
        (piped / "manifest.json").unlink()
        os.mkfifo(piped / "manifest.json")
        yield "manifest.json is a pipe", piped


def copy(source: Path, target: Path) -> Path:
    """A copy of an index."""
    shutil.copytree(source, target)
    return target
