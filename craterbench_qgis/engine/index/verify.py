"""Examine an index file by file, and mend what can be made again from the rest."""

from __future__ import annotations

import contextlib
import math
import sqlite3
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from ...contract.vocabulary import Stage
from ..bodies import Body
from ..errors import CraterBenchError, CraterIndexError
from ..files.database import check_schema
from ..monitor import Monitor
from ..words import Advice
from . import geopackage
from .closed import survey
from .format import GPKG, MANIFEST, MANIFEST_SPARE
from .housekeeping import debris, tidy
from .joined_manifest import find_shard, parse_joined
from .manifest import (
    Manifest,
    is_joined,
    load_content,
    load_manifest,
    load_spare,
    save_manifest,
    spare_problem,
)
from .opening import open_index
from .storage import FileEntry, check_contents, storage_errors, write_atomically
from .writer import IndexWriter


@dataclass
class VerifyReport:
    """What :func:`verify` found: sentences. ``notes`` are harmless, ``repaired`` was mended."""

    path: str
    problems: list[str] = field(default_factory=list)
    repaired: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    files: int = 0
    size: int = 0

    @property
    def ok(self) -> bool:
        """Whether the index is whole (now)."""
        return not self.problems


def verify(path: str | Path, repair: bool = False, monitor: Monitor | None = None) -> VerifyReport:
    """Compare every file of the index with its manifest, and the files with each other.

    Damage never raises, it is listed. With ``repair``: ``catalogue.gpkg`` is written again from
    the tables, a damaged manifest is replaced by the spare where that one's files are whole, the
    spare is copied from the manifest, a damaged shortlist file is dropped, what earlier states left
    is removed. Raises CraterIndexError
    when there is no index at all, another process writes (with ``repair``), or the disk fails.
    """
    root = Path(path)
    report = VerifyReport(str(root))
    content = {}
    with contextlib.suppress(CraterIndexError):
        content = load_content(root)
    if content and is_joined(content):
        if repair:
            load_manifest(root)  # says which index to repair
        _joined(root, content, report, monitor)
        return report
    manifest = _manifest(root, report, repair)
    if manifest is None:
        return report
    try:
        with storage_errors(root):
            survey(root)
    except CraterIndexError as error:
        # Nothing is mended, nor even looked at, in a folder that leads elsewhere.
        report.problems.append(str(error))
        return report
    monitor = monitor or Monitor()
    entries = manifest.files()
    report.files, report.size = len(entries) + 2, sum(entry.size for entry in entries)
    done = 0
    bad: set[str] = set()
    for entry in entries:
        monitor.check()
        try:
            check_contents(root, entry)
        except CraterIndexError as error:
            bad.add(entry.path)
            _shortlist_or_problem(root, manifest, entry, str(error), report, repair)
        done += entry.size
        monitor.report(Stage.VERIFYING, done, report.size)
    extra = [manifest.atlas.file] if manifest.atlas else []
    if not bad - {file.path for file in (*_shortlists(manifest), *extra)}:
        _geopackage(root, manifest, report, repair)
        _consistency(root, report, repair)
    elif manifest.gpkg is not None:
        _geopackage(root, manifest, report, repair=False)
    _spare(root, manifest, report, repair)
    _debris(root, manifest, report, repair)
    return report


def _joined(
    root: Path, content: dict[str, Any], report: VerifyReport, monitor: Monitor | None
) -> None:
    """Every index that it joins, then what is its own."""
    try:
        shards = parse_joined(content, root.name).shards
        with storage_errors(root):
            survey(root)
    except CraterIndexError as error:
        report.problems.append(str(error))
        return
    for shard in shards:
        try:
            part = verify(find_shard(root, shard), monitor=monitor)
        except CraterIndexError as error:
            report.problems.append(str(error))
            continue
        report.problems += part.problems
        report.notes += part.notes
        report.files += part.files
        report.size += part.size
    if not report.problems:
        try:
            with open_index(root, check="sizes") as index:
                _ = index.alive
        except CraterIndexError as error:
            report.problems.append(str(error))


def _manifest(root: Path, report: VerifyReport, repair: bool) -> Manifest | None:
    try:
        return load_manifest(root)
    except CraterIndexError as error:
        if not (root / MANIFEST).exists() and not (root / MANIFEST_SPARE).exists():
            raise
        if "newer CraterBench" in str(error):
            raise
        problem = str(error)
    spare = load_spare(root) if repair else None
    if spare is not None:
        # The spare names files that a consolidation may have removed since.
        with contextlib.suppress(CraterIndexError):
            for entry in spare.files():
                check_contents(root, entry)
            with storage_errors(root / MANIFEST):
                save_manifest(root, spare, keep_previous=False)
            report.repaired.append(
                f"{MANIFEST} was taken back from the spare copy of {spare.updated}; the last "
                "change after it is lost."
            )
            return spare
    report.problems.append(problem)
    return None


def _shortlists(manifest: Manifest) -> list[FileEntry]:
    """The files a search can do without."""
    graph = [manifest.shortlist.file] if manifest.shortlist else []
    graph += [manifest.sums] if manifest.sums else []
    return [*graph, *(entry.file for entry in manifest.listed)]


def _shortlist_or_problem(
    root: Path,
    manifest: Manifest,
    entry: FileEntry,
    problem: str,
    report: VerifyReport,
    repair: bool,
) -> None:
    if repair and manifest.atlas and entry == manifest.atlas.file:
        with IndexWriter.open(root, check=False) as writer:
            writer.drop_atlas()
        report.repaired.append(f"{entry.path} was damaged and is dropped; make the atlas again.")
    elif repair and entry == manifest.sums:
        with IndexWriter.open(root, check=False) as writer:
            writer.drop_sums()
        report.repaired.append(
            f"{entry.path} was damaged and is dropped; whole files are compared until it is made "
            "again."
        )
    elif repair and entry in _shortlists(manifest):
        with IndexWriter.open(root, check=False) as writer:
            writer.drop_shortlist()
        report.repaired.append(
            f"{entry.path} was damaged and is dropped; searches scan exactly until it is made "
            "again."
        )
    else:
        report.problems.append(problem)


def _geopackage(root: Path, manifest: Manifest, report: VerifyReport, repair: bool) -> None:
    problem = f"{root.name}: it has no {GPKG}. {geopackage.REWRITE}"
    if manifest.gpkg is not None:
        try:
            path = geopackage.check(root, manifest.gpkg)
            if not geopackage.is_displaced(path, manifest.settings.body):
                return
            if not repair:
                report.notes.append(
                    f"{GPKG} was written by an earlier version: on a map its points lie up to "
                    f"{_displacement(manifest.settings.body):,.0f} km off. Its columns, and every "
                    "search, are right. The next change of the index"
                    f"{Advice(', or --repair,', '')} mends it."
                )
                return
        except CraterIndexError as error:
            problem = str(error)
        except sqlite3.Error as error:
            problem = str(geopackage.unreadable(root, error))
    if repair:
        with IndexWriter.open(root, check=False) as writer:
            writer.rewrite_geopackage()
        report.repaired.append(f"{GPKG} was written again from the index's own tables.")
    else:
        report.problems.append(problem)


def _displacement(body: Body) -> float:
    """The largest distance between both kinds of latitude, km."""
    return body.mean_radius / 1000.0 * math.radians(body.geodetic(45.0) - 45.0)


def _consistency(root: Path, report: VerifyReport, repair: bool) -> None:
    """Whole files may still disagree, e.g. in an index put together by hand."""
    try:
        with open_index(root, check="sizes") as index:
            _ = index.alive, index.atlas
            wrong = index.manifest.sums is not None and not (
                np.array_equal(index.views["crater_row"], index.view_crater_rows)
                and np.array_equal(index.views["global_scale"], index.global_scales)
            )
            for segment in index.segments:
                rows = np.arange(len(segment))
                for start in range(0, len(rows), 1024):
                    segment.read_records(rows[start : start + 1024])
            gpkg = index.manifest.gpkg
            if gpkg is not None and not report.problems:
                path = geopackage.locate(root, gpkg)
                check_schema(path)
                with contextlib.closing(geopackage.connect(path)) as connection:
                    query = f"SELECT count(*) FROM {geopackage.LAYER}"  # nosec B608 - a constant name
                    (count,) = connection.execute(query).fetchone()
                if count != index.n_craters - len(index.removed):
                    report.problems.append(
                        f"{root.name}: {GPKG} holds {count} craters. {geopackage.REWRITE}"
                    )
        if wrong and repair:
            with IndexWriter.open(root, check=False) as writer:
                writer.drop_sums()
            report.repaired.append("The checksums of blocks were of another index and are dropped.")
        elif wrong:
            report.problems.append(
                f"{root.name}: its checksums of blocks name other craters or scales than its "
                "views. Have the index repaired, which drops them."
            )
    except sqlite3.Error as error:
        report.problems.append(str(geopackage.unreadable(root, error)))
    except CraterBenchError as error:
        report.problems.append(str(error))


def _spare(root: Path, manifest: Manifest, report: VerifyReport, repair: bool) -> None:
    problem = spare_problem(root, manifest)
    if problem is None:
        return
    if repair:
        path = root / MANIFEST_SPARE
        with storage_errors(path):
            write_atomically(path, manifest.to_bytes())
        report.repaired.append(f"{MANIFEST_SPARE} was missing or damaged and is copied again.")
    else:
        report.problems.append(problem)


def _debris(root: Path, manifest: Manifest, report: VerifyReport, repair: bool) -> None:
    with contextlib.suppress(OSError):
        gone = tidy(root) if repair else 0
        if gone:
            report.repaired.append(
                f"{gone} files or folders of earlier states, which another program held or a "
                "stopped process left, were removed."
            )
        left = debris(root, manifest)
        if left and (repair or not report.repaired):
            names = ", ".join(str(path.relative_to(root)) for path in left[:3])
            report.notes.append(
                f"{len(left)} files or folders belong to no committed state ({names} ...): another "
                "process is writing or holds them open, or one was stopped; the next change "
                "removes them."
            )
    if manifest.job is not None:
        report.notes.append(
            f"A build is unfinished: {manifest.job.done_count} of {manifest.job.chunks} chunks are "
            "stored. Resume it to finish."
        )
