"""How long single events of QGIS's window compute, in milliseconds of the main thread's own time.

    .venv-qgis/bin/python benchmarks/bench_pauses.py [review]

Run with QGIS's own Python. Every event goes through ``notify``, which is timed by the thread's
processor time, so that another program on the computer does not count. QGIS's own writing of a
project is given beside ours.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "qgis")]
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

SETS, MATCHES, PAIRS = 20, 100, 60_000

worst = {"ms": 0.0, "what": ""}


def main() -> None:
    """Measure and print a table in Markdown."""
    folder = Path(tempfile.mkdtemp(prefix="craterbench-bench-"))
    os.environ["HOME"] = os.environ["XDG_RUNTIME_DIR"] = str(folder)
    from qgis.core import QgsApplication

    class Watched(QgsApplication):
        """Notes the event that computed longest; one within another counts as part of it."""

        depth = 0

        def notify(self, receiver: Any, event: Any) -> bool:
            if Watched.depth:
                return bool(super().notify(receiver, event))
            began = time.thread_time()
            Watched.depth = 1
            try:
                return bool(super().notify(receiver, event))
            finally:
                Watched.depth = 0
                took = (time.thread_time() - began) * 1000
                if took > worst["ms"]:
                    worst.update(ms=took, what=f"{type(receiver).__name__}, {int(event.type())}")

    app = Watched([], True)
    app.initQgis()
    print("| What | Longest event (ms) | It was |")
    print("|---|---|---|")
    if sys.argv[1:] != ["review"]:
        saving(folder)
        panel(folder)
    review(folder)
    sys.stdout.flush()
    shutil.rmtree(folder, ignore_errors=True)
    os._exit(0)


def row(what: str, ms: float | None = None) -> None:
    """Print what was measured since the last row."""
    took = worst["ms"] if ms is None else ms
    print(f"| {what} | {took:.1f} | {worst['what'] if ms is None else ''} |", flush=True)
    worst.update(ms=0.0, what="")


def saving(folder: Path) -> None:
    """Twenty result sets on the map, and the project saved; then with more and more of their
    groups ticked."""
    from qgis.core import QgsProject

    from craterbench_qgis.core.layers.ids import set_groups
    from craterbench_qgis.core.project_results import ProjectResults
    from craterbench_qgis.core.settings import Settings
    from inside import settle, wait_until
    from sets import match_set, scattered

    settings = Settings()
    settings.sets_on_map = SETS
    project = QgsProject.instance()
    empty = writing(folder / "empty.qgz")
    results = ProjectResults(project, None, settings)
    added: list[str] = []
    results.layers.added.connect(added.append)
    wait_until(lambda: results.is_read)
    worst.update(ms=0.0, what="")
    for number in range(SETS):
        matches = match_set(scattered(MATCHES, seed=number), label=f"box {number}")
        results.layers.add(matches)
        wait_until(lambda: len(added) == number + 1)  # noqa: B023
        results.store.save(matches)
    wait_until(lambda: len(results.store.history()) == SETS)
    row(f"{SETS} result sets of {MATCHES} come")
    wait_until(lambda: len(project.mapLayers()) == 3)
    row("the layers of the earlier ones are put to rest")
    row("QGIS writes the project", writing(folder / "p.qgz"))
    wait_until(lambda: (folder / "p_craterbench.gpkg").exists())
    settle(20)
    row("after it was written")
    size = (folder / "p.qgz").stat().st_size
    took = {0: empty, 1: writing(folder / "q.qgz")}
    for number, group in enumerate(set_groups(project)[1:], 2):
        group.setItemVisibilityChecked(True)
        wait_until(lambda: len(added) == SETS + number - 1)  # noqa: B023
        if number in (2, 3, 5, 10, SETS):
            took[number] = writing(folder / "q.qgz")
    row("earlier ones are ticked, one after the other")
    results.close()
    print(f"\n{size / 1024:.0f} KiB. Queries with layers, and ms to write the project: {took}\n")
    project.clear()
    settle(5)
    worst.update(ms=0.0, what="")


def writing(path: Path) -> float:
    """How long QGIS writes the project, in ms; the least of five, because other programs on the
    computer slow it down."""
    from qgis.core import QgsProject

    took = []
    for _ in range(5):
        began = time.thread_time()
        QgsProject.instance().write(str(path))
        took.append((time.thread_time() - began) * 1000)
    return round(min(took), 1)


def panel(folder: Path) -> None:
    """The project read, and the panel opened on it."""
    from qgis.core import QgsProject

    from craterbench_qgis.core.layers.ids import layers_of, shown_sets
    from craterbench_qgis.plugin import CraterBenchPlugin
    from inside import FakeInterface, settle, wait_until

    iface, project = FakeInterface(), QgsProject.instance()
    iface.window.show()
    plugin = CraterBenchPlugin(iface)
    plugin.initGui()
    project.read(str(folder / "p.qgz"))
    settle(3)
    worst.update(ms=0.0, what="")

    (newest,) = shown_sets(project)
    wait_until(lambda: layers_of(project, newest)["matches"].featureCount() == MATCHES)
    settle(20)
    row("the newest set is filled as the project is read")
    from qgis.PyQt.QtCore import QTimer

    QTimer.singleShot(0, plugin.toggle_dock)
    wait_until(lambda: plugin.workbench is not None and plugin.workbench.current is not None)
    for _ in range(200):
        settle()
        time.sleep(0.005)
    row("the panel is opened on it")
    QTimer.singleShot(0, plugin.workbench.dock.hide)
    settle(5)
    worst.update(ms=0.0, what="")
    plugin.unload()
    project.clear()
    settle(5)
    worst.update(ms=0.0, what="")


def many_pairs(path: Path) -> Path:
    """A review of :data:`PAIRS` pairs, from the one of an earlier version in the tests' data."""
    shutil.copy(ROOT / "tests" / "data" / "v0.1" / "review.gpkg", path)
    path.chmod(0o644)
    with sqlite3.connect(str(path)) as database:
        database.create_function("ST_IsEmpty", 1, lambda _: 0)
        for name in ("ST_MinX", "ST_MaxX", "ST_MinY", "ST_MaxY"):
            database.create_function(name, 1, lambda _: 0.0)
        names = [known[1] for known in database.execute("PRAGMA table_info(pairs)")]
        rows = list(database.execute("SELECT * FROM pairs"))
        key = names.index("pair_id")
        first = [number for number, name in enumerate(names) if name in ("fid", "ogc_fid")]
        marks = ",".join("?" * len(names))
        database.execute("DELETE FROM pairs")
        for number in range(PAIRS):
            values = list(rows[number % len(rows)])
            values[key] = number + 1
            for column in first:
                values[column] = number + 1
            database.execute(f"INSERT INTO pairs VALUES ({marks})", values)  # nosec B608
    return path


def review(folder: Path) -> None:
    """A review of 60,000 pairs closed."""
    from qgis.PyQt.QtCore import QTimer

    from inside import settle, wait_until
    from review_bench import ReviewBench

    bench = ReviewBench(folder)
    opened: list[str] = []
    widget = bench.panel()
    widget.opened.connect(opened.append)
    widget.open_review(str(many_pairs(folder / "many.gpkg")))
    wait_until(lambda: opened, 120)
    wait_until(lambda: not widget.layer.building, 300)
    row(f"a review of {PAIRS:,} pairs opened")
    QTimer.singleShot(0, widget.close_review)
    for _ in range(400):
        settle()
        time.sleep(0.002)
    row("and closed")


if __name__ == "__main__":
    main()
