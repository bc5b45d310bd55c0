"""How long QGIS's window stands still while the plugin works, in milliseconds.

    .venv-qgis/bin/python benchmarks/bench_plugin.py [--runs 3]

Run with QGIS's own Python (``make dev`` makes that environment); the engine's is taken from
CRATERBENCH_TEST_PYTHON or .venv. Each row is the best and the median of the runs: another process
on the computer may take the processor away. "Longest gap" is the longest time between two turns
of a 5 ms timer in the event loop; "processor time" is the main thread's own. What must hold
whatever the computer does is tested in tests/qgis.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import shutil
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "qgis")]
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

COUNT = 1000


def main() -> int:
    """Measure and print a table in Markdown."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=3)
    runs = parser.parse_args().runs
    with tempfile.TemporaryDirectory(prefix="craterbench-bench-") as folder:
        os.environ["HOME"] = os.environ["XDG_RUNTIME_DIR"] = folder
        from inside import start_qgis

        app = start_qgis()
        print(f"{COUNT} matches, {runs} runs\n")
        print("| What | Best (ms) | Median (ms) |")
        print("|---|---|---|")
        for measure in (client, gallery, layers, store, rendering):
            values: dict[str, list[float]] = {}
            for run in range(runs):
                for name, value in measure(Path(folder) / f"{measure.__name__}{run}").items():
                    values.setdefault(name, []).append(value)
            for name, measured in values.items():
                print(f"| {name} | {min(measured):.1f} | {statistics.median(measured):.1f} |")
        sys.stdout.flush()
        del app
        shutil.rmtree(folder, ignore_errors=True)
        os._exit(0)  # without QGIS's main window its end crashes now and then


def longest_gap(work: Callable[[], Any]) -> float:
    """Of the event loop while ``work`` runs it."""
    from inside import LongestGap

    gap = LongestGap()
    gap.start()
    work()
    return gap.stop()


def client(_folder: Path) -> dict[str, float]:
    """An engine that floods, dies and starts again; one that does not end; one that is deaf."""
    from client_bench import Outcome, WatchedEngine, wait_gone

    def flood() -> None:
        engine = WatchedEngine("normal")
        outcomes = [
            Outcome(engine, "big", {"bytes": 2_000_000}),
            Outcome(engine, "many", {"count": 4000}),
            Outcome(engine, "flood", {"lines": 20_000}),
        ]
        for outcome in outcomes:
            outcome.wait(60)
        Outcome(engine, "die").wait()
        engine.restart()
        Outcome(engine, "echo").wait()
        pid = engine.pid
        engine.stop()
        wait_gone(pid)

    values = {"Client: a flood, a crash, a restart, longest gap": longest_gap(flood)}
    engine = WatchedEngine("no-end")
    Outcome(engine, "echo").wait()
    pid = engine.pid
    start = time.perf_counter()
    engine.stop()
    values["Client: stop() of an engine that does not end"] = (time.perf_counter() - start) * 1000
    wait_gone(pid)
    values["Client: from cancel to the end of a blocking call"] = _time_of_cancel()
    return values


def _time_of_cancel() -> float:
    """Of a call that never ends, cancelled from another thread; milliseconds."""
    from qgis.core import QgsFeedback

    from client_bench import launch
    from craterbench_qgis.client.blocking import BlockingEngine, EngineCallError

    feedback, times = QgsFeedback(), []

    def cancel() -> None:
        times.append(time.perf_counter())
        feedback.cancel()

    with BlockingEngine(None, feedback, launch=launch("normal")) as engine:
        threading.Timer(0.3, cancel).start()
        with contextlib.suppress(EngineCallError):
            engine.call("deaf", {})
        return (time.perf_counter() - times[0]) * 1000


def gallery(folder: Path) -> dict[str, float]:
    """Fill the gallery, scroll through it, sort and filter it."""
    from craterbench_qgis.gui.results.panel import ResultsPanel
    from gallery import FakeSettings, RecordedEngine, match_set_of
    from inside import settle, wait_until

    engine = RecordedEngine(_recorded(folder.parent))
    matches = match_set_of(engine.data, COUNT)
    folder.mkdir()
    for match in matches.matches:  # a file each, as a real search has
        source = engine.data["thumbnails"][str(match.view_number % 1_000_000)]
        engine.files[str(match.view_number)] = shutil.copy(
            source, folder / f"{match.view_number}.jpg"
        )
    panel = ResultsPanel(engine, FakeSettings())
    panel.resize(400, 760)
    panel.show()
    settle()
    start = time.perf_counter()
    panel.show_set(matches)
    values = {"Gallery: filled": (time.perf_counter() - start) * 1000}
    scroll_bar = panel.view.verticalScrollBar()
    wait_until(lambda: scroll_bar.maximum() > 10_000)

    def scroll() -> None:
        while scroll_bar.value() < scroll_bar.maximum():
            scroll_bar.setValue(scroll_bar.value() + 300)
            for _ in range(3):
                settle()
                time.sleep(0.002)

    def sort_and_filter() -> None:
        for order in (1, 2):
            panel.bar.sort.setCurrentIndex(order)
            settle()
        panel.filter_box.score.setValue(matches.matches[10].score)
        wait_until(lambda: panel.proxy.rowCount() < COUNT)

    values["Gallery: scrolled through, longest gap"] = longest_gap(scroll)
    wait_until(lambda: len(matches.thumbnails) == COUNT)
    values["Gallery: sorted and filtered, longest gap"] = longest_gap(sort_and_filter)
    panel.close()
    panel.deleteLater()
    return values


def _recorded(folder: Path) -> Path:
    """The recorded search of tests/qgis, made once."""
    from engine_side import build_index, run_script
    from paths import CATALOGUE, MOSAIC

    recorded = folder / "recorded"
    if not recorded.exists():
        options = ("--min-diameter", "60", "--encoder", "hog", "--context", "2")
        region = ("--region", "-40", "-40", "40", "40")
        index = build_index(folder / "bench.craterindex", MOSAIC, CATALOGUE, *options, *region)
        run_script("make_gallery.py", index, recorded, "2243", "100")
    return recorded


def layers(_folder: Path) -> dict[str, float]:
    """Add a set's layers, decide and select in them."""
    from qgis.core import QgsProject

    from inside import forget_everything
    from layer_bench import LayerBench
    from sets import match_set, scattered

    bench, matches = LayerBench(QgsProject.instance()), match_set(scattered(COUNT))

    def work() -> None:
        bench.show(matches)
        matches.decide(range(0, COUNT, 3), "accepted")
        bench.layers.select(matches.set_id, range(500))

    values = {"Layers: added, decided, selected, longest gap": longest_gap(work)}
    bench.close()
    forget_everything()
    return values


def store(folder: Path) -> dict[str, float]:
    """Keep a set in the project's store with a hundred decisions, and open it again."""
    from qgis.core import QgsProject

    from inside import wait_until
    from sets import match_set, scattered
    from store_bench import StoreBench

    folder.mkdir()
    bench = StoreBench(QgsProject.instance(), folder)
    bench.save_project("moon.qgs")
    kept = bench.open()
    matches = match_set(scattered(COUNT))

    def save() -> None:
        kept.save(matches)
        for row in range(0, 400, 4):
            matches.decide([row], "accepted")
        wait_until(lambda: kept.history() and kept.history()[0].accepted == 100)

    saving = longest_gap(save)
    bench.close()
    QgsProject.instance().clear()
    again = bench.open()
    bench.read_project("moon.qgs")
    opened: list[Any] = []

    def open_again() -> None:
        again.open_set(matches.set_id, opened.append)
        wait_until(lambda: opened)

    opening = longest_gap(open_again)
    bench.close()
    QgsProject.instance().clear()
    return {"Store: saved, longest gap": saving, "Store: opened, longest gap": opening}


def rendering(folder: Path) -> dict[str, float]:
    """Let QGIS draw the crop of a raster; the main thread's processor time, all steps together."""
    from qgis.core import QgsRasterLayer

    from craterbench_qgis.core.rasters import RenderJob
    from inside import wait_until
    from paths import MOSAIC

    answers: list[str] = []
    layer, path = QgsRasterLayer(str(MOSAIC), "WAC"), folder.with_suffix(".png")
    began = time.thread_time()
    job = RenderJob(layer, 31, 11, 200e3, str(path), answers.append, answers.append)
    wait_until(lambda: answers)
    del job
    return {"Crop drawn by QGIS: processor time": (time.thread_time() - began) * 1000}


if __name__ == "__main__":
    sys.exit(main())
