"""A QGIS that is killed in the middle of its work, by tests that look what is left of it.

``qgis_to_kill.py engine``: an engine at work. ``qgis_to_kill.py install WHEELS PINS``: the set-up
page installs into ``~/engine``. ``qgis_to_kill.py review FILE COUNT``: pairs are decided, one line
each once it is stored; after COUNT two more are on their way. All print first what the test needs.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[2]), str(Path(__file__).parent)]

from inside import start_qgis, wait_until  # noqa: E402

_OUT = sys.stdout


def say(*words: object) -> None:
    _OUT.write(" ".join(map(str, words)) + "\n")
    _OUT.flush()


def run_engine() -> None:
    from client_bench import Outcome, WatchedEngine

    engine = WatchedEngine("normal")
    Outcome(engine, "work", {"steps": 10_000, "ms": 50})
    wait_until(lambda: engine.state == "ready")
    say(engine.pid, engine.session_folder)
    wait_until(lambda: False, 60)


def run_install(wheels: str, pins: str) -> None:
    from setup_bench import SetupBench

    create = SetupBench(Path(wheels), Path(pins)).page().create
    create.folder.setFilePath(str(Path.home() / "engine"))
    create.network.wheels.setFilePath(wheels)
    create.go.click()
    wait_until(lambda: "[6/6]" in create.log.toPlainText(), 120)
    say(create.job.pid)
    wait_until(lambda: False, 60)


def run_review(review: str, count: str) -> None:
    from review_bench import ReviewBench, press

    bench = ReviewBench(Path(review).parent)
    panel = bench.open(review)
    reported: set[int] = set()

    def tell() -> None:
        for pair in panel.queue.pairs:
            if pair.decision and pair.pair_id not in reported:
                reported.add(pair.pair_id)
                say("kept", pair.pair_id, pair.decision)

    panel.store.saved.connect(tell)
    while panel.queue.pair() is not None:
        press(panel, "DXU"[len(reported) % 3])
        wait_until(lambda: panel.store.pending == 0, 5, 1)
        if len(reported) == int(count):
            press(panel, "D")
            press(panel, "D")  # on their way when the end comes
    say("all")
    time.sleep(60)


if __name__ == "__main__":
    _application = start_qgis()
    {"engine": run_engine, "install": run_install, "review": run_review}[sys.argv[1]](*sys.argv[2:])
