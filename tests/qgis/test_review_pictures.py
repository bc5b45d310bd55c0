"""Pictures of a pair: fetched ahead, given up, asked for again; and by the real engine."""

from __future__ import annotations

import math
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from qgis.core import QgsSettings

from craterbench_qgis.client.engine import Engine
from craterbench_qgis.contract.records import plain
from craterbench_qgis.core.settings import Settings
from guards import nothing_waits
from inside import FakeInterface, wait_until
from paths import ENGINE_PYTHON, needs_engine, needs_moon
from review_bench import ReviewBench, choose, press, shown, stored, wait_saved

pytestmark = needs_engine
AHEAD = 6


@pytest.fixture
def with_mosaic(review: Path) -> Path:
    """The review names a mosaic, also where the lunar one is not here."""
    with sqlite3.connect(review) as db:
        db.execute("UPDATE provenance SET value='[\"/data/moon.tif\"]' WHERE key='mosaics'")
    return review


def test_pictures_are_fetched_ahead_and_none_twice(
    review_bench: ReviewBench, with_mosaic: Path
) -> None:
    engine = review_bench.engine
    engine.delay_ms = 20
    panel = review_bench.open(with_mosaic)
    wait_until(lambda: len(engine.of("duplicates.pictures")) > AHEAD and not engine.under_way())
    requests = engine.of("duplicates.pictures")
    assert len(requests) == 1 + AHEAD  # the pair and those that follow
    pair, params = panel.queue.pair(), requests[0].params
    assert params["a"] == {"lon": pair.a.lon, "lat": pair.a.lat, "diameter_m": pair.a.diameter_m}
    assert params["body"]["a"] == 1737400.0
    assert params["mosaics"] == plain(panel.store.content.mosaics)
    press(panel, "D")
    assert panel.view.picture is not None  # before the event loop even ran
    wait_until(lambda: panel.view.painted_ms > 0)
    # Jumping elsewhere drops what is not wanted any more.
    choose(panel, "order", "size")
    wait_until(lambda: not engine.under_way())
    places = [
        (call.params["a"]["lon"], call.params["b"]["lon"])
        for call in engine.of("duplicates.pictures")
    ]
    assert len(places) == len(set(places))


def test_without_pictures_pairs_are_decided_all_the_same_and_another_engine_helps(
    review_bench: ReviewBench, with_mosaic: Path
) -> None:
    engine = review_bench.engine
    engine.problem = "moon.tif is not there. Put it back."
    panel = review_bench.open(with_mosaic)
    press(panel, "D")
    wait_until(lambda: panel.view.picture is not None)
    assert panel.view.picture.problem == panel.view.message == engine.problem
    before = shown(panel)
    press(panel, "D")
    press(panel, "Backspace")
    assert shown(panel) == before
    engine.problem = ""
    engine.ready.emit(None)
    wait_until(lambda: panel.view.picture is not None and not panel.view.picture.problem)


@pytest.fixture
def real_bench(tmp_path: Path, iface: FakeInterface) -> Iterator[ReviewBench]:
    QgsSettings().setValue("craterbench/engine/python", str(ENGINE_PYTHON))
    engine = Engine(Settings())
    bench = ReviewBench(tmp_path, iface, engine)
    yield bench
    bench.close()
    engine.stop(wait=True)


def look_at_it(seconds: float) -> None:
    """Somebody looks at the pair; meanwhile the next pictures come."""
    end = time.monotonic() + seconds
    wait_until(lambda: time.monotonic() > end)


@needs_moon
def test_the_next_pair_is_there_at_once_with_the_real_engine(
    real_bench: ReviewBench, review: Path
) -> None:
    panel = real_bench.open(review)
    view = panel.view
    wait_until(lambda: view.picture is not None, 60)
    assert not view.picture.problem and view.picture.a.width() == 512
    look_at_it(3.0)
    with nothing_waits():
        for key in "DXDUDDXDDXUD":
            press(panel, key)
            # Cut before: nothing is waited for and nothing decoded in another turn.
            assert view.picture is not None and not view.picture.problem
            wait_until(lambda: view.painted_ms > 0, 10, 1)
            look_at_it(0.6)
    wait_saved(panel)
    assert len(stored(review)) == 12
    # What is painted is the engine's picture, and b's outline lies where its centre is in a's crop.
    picture, pair = view.picture, panel.queue.pair()
    east_m = (picture.other[0][0] - 0.5) * picture.side_m
    north_m = (0.5 - picture.other[0][1]) * picture.side_m
    assert abs(math.hypot(east_m, north_m) - pair.distance_m) < 0.01 * pair.distance_m + 20
    assert abs(2 * picture.radius[0] * picture.side_m - pair.a.diameter_m) < 1
    is_north = pair.b.lat > pair.a.lat
    assert (north_m > 0) == is_north or abs(north_m) < 0.02 * picture.side_m
