"""The gallery's pictures: which are asked for first, which cannot be had, and off which thread."""

from __future__ import annotations

import shutil
import threading
from pathlib import Path

import pytest
from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtGui import QImage

from craterbench_qgis.contract.vocabulary import Decision
from craterbench_qgis.gui.results import thumbnails
from inside import settle, wait_until
from paths import needs_engine, needs_moon
from results_bench import ResultsBench

pytestmark = [needs_moon, needs_engine]


@pytest.fixture
def bench(gallery: Path) -> ResultsBench:
    return ResultsBench(gallery)


def test_pictures_come_for_what_is_visible_first(bench: ResultsBench) -> None:
    match_set, engine = bench.match_set, bench.engine
    count = len(match_set)
    assert count >= 40 and not match_set.thumbnails
    panel = bench.show()
    wait_until(lambda: panel.pictures.pixmap(0, 104) is not None)
    first = next(params for method, params in engine.asked if method == "thumbnails")
    assert first["index"] == match_set.index.path
    on_screen = {
        match.view_number for row, match in enumerate(match_set.matches) if bench.is_on_screen(row)
    }
    assert 4 <= len(on_screen) < count
    assert on_screen <= set(first["views"][:64])
    # The painted picture is the engine's, not a placeholder: it correlates with the file.
    wait_until(lambda: match_set.thumbnails.get(1) is not None)
    bench.hover(bench.cell(1).center())  # without rim and scale bar, which it has otherwise
    wait_until(lambda: _likeness_of_painted(bench, 1) > 0.97)
    # All the others are fetched while nothing else is asked; never one view twice.
    wait_until(lambda: len(match_set.thumbnails) == count)
    asked = [view for method, params in engine.asked for view in params["views"]]
    assert len(asked) == len(set(asked)) == count


def _likeness_of_painted(bench: ResultsBench, row: int) -> float:
    """Correlation of what is painted for ``row`` with the engine's file, between its badges."""
    view = bench.panel.view
    shot = view.viewport().grab(view.delegate.layout.picture(bench.cell(row))).toImage()
    picture = QImage(bench.match_set.thumbnails[row]).scaled(
        shot.size(),
        Qt.AspectRatioMode.IgnoreAspectRatio,
        Qt.TransformationMode.SmoothTransformation,
    )
    return _correlation(_greys(shot), _greys(picture))


def _greys(image: QImage) -> list[int]:
    side = image.width()
    spots = [(x, y) for y in range(30, side - 4, 5) for x in range(4, side - 4, 5)]
    return [(image.pixel(x, y) >> 8) & 255 for x, y in spots]


def _correlation(first: list[int], second: list[int]) -> float:
    mean_a, mean_b = sum(first) / len(first), sum(second) / len(second)
    a, b = [value - mean_a for value in first], [value - mean_b for value in second]
    norm = (sum(p * p for p in a) * sum(q * q for q in b)) ** 0.5
    return sum(p * q for p, q in zip(a, b, strict=True)) / norm if norm else 0.0


def test_a_picture_the_engine_does_not_have(bench: ResultsBench) -> None:
    del bench.engine.files[str(bench.match_set.matches[2].view_number)]
    panel = bench.show()
    wait_until(lambda: panel.pictures.is_missing(2))
    wait_until(lambda: panel.pictures.pixmap(0, 104) is not None)


def test_a_file_of_an_earlier_session_is_asked_for_once_more(bench: ResultsBench) -> None:
    match_set = bench.match_set
    first = match_set.matches[0].view_number
    match_set.add_thumbnails({first: "/nowhere/gone.jpg"})
    panel = bench.show()
    wait_until(lambda: panel.pictures.pixmap(0, 104) is not None)
    assert any(first in params["views"] for _method, params in bench.engine.asked)


def test_an_engine_that_fails_leaves_the_gallery_usable(bench: ResultsBench) -> None:
    bench.engine.problem = "The engine ended."
    panel = bench.show()
    wait_until(lambda: panel.pictures.is_missing(0))
    for _ in range(20):
        panel.view.viewport().update()
        settle()
    assert len(bench.engine.asked) <= 2, "it is not asked for ever"
    bench.press(Qt.Key.Key_Home)
    bench.press(Qt.Key.Key_A)
    assert bench.match_set.decision(0) == Decision.ACCEPTED


def test_closing_the_panel_cancels_what_is_under_way(bench: ResultsBench) -> None:
    bench.engine.silent = True
    panel = bench.show()
    wait_until(lambda: bench.engine.calls)
    (call,) = bench.engine.calls
    assert not call.cancelled
    panel.show_set(None)
    assert call.cancelled


def test_a_thousand_pictures_are_read_off_the_ui_thread(
    bench: ResultsBench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is asked or read for what is not on the screen while a large set is shown.

    How long that takes is measured in ``benchmarks/bench_plugin.py``.
    """
    count = 1000
    match_set = bench.another_set(count)
    for match in match_set.matches:  # a file each, as a real search has
        source = bench.engine.data["thumbnails"][str(match.view_number % 1_000_000)]
        path = tmp_path / f"{match.view_number}.jpg"
        shutil.copy(source, path)
        bench.engine.files[str(match.view_number)] = str(path)
    assert len(set(bench.engine.files.values())) >= count
    readers: set[int] = set()
    read_square = thumbnails.read_square

    def watched(path: str, side: int) -> QImage:
        readers.add(threading.get_ident())
        return read_square(path, side)

    monkeypatch.setattr(thumbnails, "read_square", watched)
    bench.panel.show_set(match_set)
    assert not bench.engine.asked and not readers, "showing a set waits for nothing"
    panel = bench.show(match_set)
    bar = panel.view.verticalScrollBar()
    wait_until(lambda: bar.maximum() > 10_000)
    bar.setValue(bar.maximum())
    side = panel.view.delegate.layout.side
    wait_until(lambda: panel.pictures.pixmap(count - 1, side) is not None)
    wait_until(lambda: len(match_set.thumbnails) == count)
    assert 0 < panel.pictures.cached_bytes <= thumbnails.CACHE_BYTES == 48 << 20
    assert readers and threading.get_ident() not in readers
