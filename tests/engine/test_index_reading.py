"""How a reader asks for token records: announced while a disk is read, whatever the order."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from craterbench_qgis.engine.errors import CraterIndexError
from craterbench_qgis.engine.index import open_index, segment, view_reader
from craterbench_qgis.engine.index.segment import Segment, crc_of_records

from . import index_support as support


@pytest.fixture
def index_path(tmp_path: Path) -> Path:
    path = tmp_path / "moon.craterindex"
    support.build(path)
    return path


def test_records_are_announced_only_while_a_disk_is_read(
    index_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    announced: list[int] = []
    monkeypatch.setattr(Segment, "will_need", lambda self, rows: announced.append(len(rows)))
    # Before and after each of four readings: the first and the third had the disk read.
    blocks = iter([(0, 0), (5, 0), (5, 0), (5, 0), (5, 0), (5, 1), (5, 1), (5, 1)])
    monkeypatch.setattr(view_reader, "blocks_read", lambda: next(blocks))
    counts = []
    with open_index(index_path) as index:
        for _ in range(4):
            index.stored_tokens([1, 0])
            counts.append(sum(announced))
    assert counts == [2, 4, 4, 6]


def test_a_system_that_does_not_say_has_all_announced(
    index_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    announced: list[int] = []
    monkeypatch.setattr(Segment, "will_need", lambda self, rows: announced.append(len(rows)))
    monkeypatch.setattr(view_reader, "blocks_read", lambda: None)
    with open_index(index_path) as index:
        for _ in range(3):
            index.stored_tokens([0])
    assert announced == [1, 1, 1]


def test_views_come_in_the_order_asked_for_also_twice(index_path: Path) -> None:
    with open_index(index_path) as index:
        views = np.array([3, 0, 3, index.n_views - 1, 1])
        stored = index.stored_tokens(views)
        for place, view in enumerate(views.tolist()):
            alone = index.stored_tokens([view])
            for name in ("tokens", "scale", "seeds", "assignment"):
                assert np.array_equal(getattr(stored, name)[place], getattr(alone, name)[0])
        assert len(index.stored_tokens([]).tokens) == 0


def test_a_record_is_compared_when_it_is_first_read(
    index_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared: list[int] = []
    monkeypatch.setattr(
        segment,
        "crc_of_records",
        lambda records: compared.append(len(records)) or crc_of_records(records),
    )
    with open_index(index_path) as index:
        tokens = index_path / index.segments[0].files["tokens.bin"].entry.path
        for views in ([0, 1], [1, 0], [2, 1]):
            index.stored_tokens(views)
        assert compared == [2, 1]
        data = bytearray(tokens.read_bytes())
        data[3 * len(data) // len(index.segments[0])] ^= 4
        tokens.write_bytes(data)
        for _ in range(2):
            with pytest.raises(CraterIndexError, match="damaged at view 3"):
                index.stored_tokens([4, 3, 0])
        index.stored_tokens([4, 0])
