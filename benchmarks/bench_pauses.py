"""How long the plugin keeps QGIS's event loop, and how soon a cancelled call ends.

    .venv-qgis/bin/python benchmarks/bench_pauses.py

Run by the Python that has QGIS, offscreen, with engines that misbehave (tests/qgis/fake_engine.py);
no real engine. Times of a machine that does nothing else: the tests assert instead that nothing
waits. A pause is the time between two ticks of a timer of 5 ms.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TESTS = ROOT / "tests" / "qgis"
sys.path[:0] = [str(ROOT), str(TESTS)]
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")


def main() -> None:
    """Measure and print a table in Markdown."""
    with tempfile.TemporaryDirectory() as home:
        os.environ.update(HOME=home, XDG_RUNTIME_DIR=home)
        from inside import start_qgis

        application = start_qgis()
        print("| What | ms |\n|---|---|")
        for name, measure in (
            ("longest pause, an engine that floods, dies and starts again", pause_of_a_flood),
            ("stop() of an engine that does not end", time_of_stop),
            ("from cancel to the end of a blocking call", time_of_cancel),
        ):
            values = [measure() for _ in range(5)]
            print(f"| {name} | {statistics.median(values):.0f} (worst {max(values):.0f}) |")
        del application
    sys.stdout.flush()
    os._exit(0)  # without QGIS's main window its end crashes now and then


def longest_pause(work: Callable[[], None]) -> float:
    """Of the event loop while ``work`` runs, in milliseconds."""
    from inside import LongestGap

    gap = LongestGap()
    gap.start()
    work()
    return float(gap.stop())


def pause_of_a_flood() -> float:
    """2 MB in one answer, 4000 messages of progress, 20,000 lines of warnings, a crash."""
    from client_bench import Outcome, WatchedEngine, wait_gone

    def work() -> None:
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

    return longest_pause(work)


def time_of_stop() -> float:
    """``Engine.stop()`` returns at once, whatever the engine does."""
    from client_bench import Outcome, WatchedEngine, wait_gone

    engine = WatchedEngine("no-end")
    Outcome(engine, "echo").wait()
    pid = engine.pid
    began = time.perf_counter()
    engine.stop()
    spent_ms = (time.perf_counter() - began) * 1000.0
    wait_gone(pid)
    return spent_ms


def time_of_cancel() -> float:
    """A call that never ends, cancelled from another thread."""
    from qgis.core import QgsFeedback

    from client_bench import launch
    from craterbench_qgis.client.blocking import BlockingEngine, EngineCallError

    feedback, cancelled_at = QgsFeedback(), 0.0

    def cancel() -> None:
        nonlocal cancelled_at
        cancelled_at = time.perf_counter()
        feedback.cancel()

    with BlockingEngine(None, feedback, launch=launch("normal")) as engine:
        threading.Timer(0.3, cancel).start()
        try:
            engine.call("deaf", {})
        except EngineCallError:
            return (time.perf_counter() - cancelled_at) * 1000.0
    raise AssertionError("the call ended by itself")


if __name__ == "__main__":
    main()
