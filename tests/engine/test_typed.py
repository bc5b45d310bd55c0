"""Two lanes that decode at once: msgspec's own bookkeeping must not be entered twice."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import msgspec
import pytest

from craterbench_qgis.contract.build import LookParams
from craterbench_qgis.engine.files import typed
from craterbench_qgis.engine.server.decoding import decode

LOOK = {"mosaics": ["/m.tif"], "catalogue": {"path": "/c.csv"}}


def test_one_thread_converts_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    inside, most, real = [0], [0], msgspec.convert
    counting = threading.Lock()

    def slow(*arguments: Any) -> Any:
        with counting:
            inside[0] += 1
            most[0] = max(most[0], inside[0])
        time.sleep(0.02)
        with counting:
            inside[0] -= 1
        return real(*arguments)

    monkeypatch.setattr(typed.msgspec, "convert", slow)
    with ThreadPoolExecutor(4) as threads:
        params = list(threads.map(lambda _: decode(LOOK, LookParams), range(8)))
    assert most == [1] and params == [LookParams.from_json(LOOK)] * 8
