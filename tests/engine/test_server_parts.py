"""The server's pieces by themselves: lines, params, progress, pictures, the list of methods."""

from __future__ import annotations

import importlib
import os
import re
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from craterbench_qgis import protocol
from craterbench_qgis.engine.encoders import load_encoder
from craterbench_qgis.engine.errors import Cancelled, ExportError
from craterbench_qgis.engine.server import registry
from craterbench_qgis.engine.server.params import InvalidParams, Params
from craterbench_qgis.engine.server.pictures import Pictures
from craterbench_qgis.engine.server.pipes import LineTooLong, Pipes
from craterbench_qgis.engine.server.plain import plain
from craterbench_qgis.engine.server.progress import ProgressMonitor
from craterbench_qgis.engine.server.stopping import breakable

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "reference" / "protocol.md"


def lines_of(data: bytes, limit: int) -> list[Any]:
    read, write = os.pipe()
    writer = threading.Thread(target=lambda: (os.write(write, data), os.close(write)))
    writer.start()
    found = [
        "too long" if isinstance(one, LineTooLong) else one
        for one in Pipes(read, write, limit).lines()
    ]
    writer.join()
    os.close(read)
    return found


def test_lines_come_whole_and_too_long_ones_are_left_out() -> None:
    assert lines_of(b"one\ntwo\r\n\n  \nthree", 100) == [b"one", b"two"]
    assert lines_of(b"a" * 11 + b"\nshort\n" + b"b" * 10 + b"\n", 10) == [
        "too long", b"short", b"b" * 10,
    ]  # fmt: skip
    long = b"x" * 300_000  # more than one read
    assert lines_of(long + b"\nnext\n", 200_000) == ["too long", b"next"]
    assert lines_of(long + b"\nnext\n", 400_000) == [long, b"next"]


def test_progress_by_the_clock() -> None:
    now, sent = [0.0], []
    stop = threading.Event()
    monitor = ProgressMonitor(sent.append, stop, clock=lambda: now[0])
    for step in range(1001):
        now[0] = step * 0.01
        monitor.report("views", step * 2, 2000)
    assert 95 <= len(sent) <= 103
    assert sent[0] == {
        "stage": "views", "done": 0, "total": 2000, "rate": None, "seconds_left": None,
    }  # fmt: skip
    middle = sent[50]
    assert middle["rate"] == pytest.approx(200, rel=0.05)
    assert middle["seconds_left"] == pytest.approx((2000 - middle["done"]) / 200, rel=0.05)
    assert (sent[-1]["done"], sent[-1]["seconds_left"]) == (2000, 0)
    monitor.report("joining", 1, 1)  # a stage's end is told at once
    assert sent[-1]["stage"] == "joining"
    monitor.check()
    stop.set()
    with pytest.raises(Cancelled):
        monitor.check()


def test_a_rate_follows_a_job_that_slows_down() -> None:
    now, sent = [0.0], []
    monitor = ProgressMonitor(sent.append, threading.Event(), clock=lambda: now[0])
    done = 0
    for step in range(1200):
        now[0] += 0.125
        done += 10 if step < 600 else 1
        monitor.report("views", done, 100_000)
    assert sent[590]["rate"] == pytest.approx(80, rel=0.05)
    assert sent[-1]["rate"] == pytest.approx(8, rel=0.05)


def test_params_say_which_member_is_wrong() -> None:
    data = {
        "n": 3,
        "x": 1.5,
        "t": "a",
        "inf": float("inf"),
        "no": None,
        "list": [1, "b"],
        "b": True,
    }
    params = Params({**data, "o": {"deep": "x"}})
    assert (params.whole("n"), params.number("n"), params.number("x")) == (3, 3.0, 1.5)
    assert (params.whole("no", 7), params.text("missing", "d"), params.flag("b")) == (7, "d", True)
    bad: list[tuple[Any, str]] = [
        (lambda: params.whole("x"), "'x'"),
        (lambda: params.whole("b"), "'b'"),
        (lambda: params.whole("n", low=4), "'n'"),
        (lambda: params.number("inf"), "'inf'"),
        (lambda: params.number("x", above=2), "'x'"),
        (lambda: params.text("n"), "'n'"),
        (lambda: params.text("no"), "'no' is missing"),
        (lambda: params.texts("list"), "'list'"),
        (lambda: params.wholes("list"), "'list'"),
        (lambda: params.numbers("list"), "'list'"),
        (lambda: params.choice("t", ("b", "c")), "'t'"),
        (lambda: params.child("o").number("deep"), "'o.deep'"),
        (lambda: params.child("t"), "'t'"),
        (lambda: params.children("o"), "'o'"),
        (lambda: params.only(("n",)), "'x' is not known"),
        (lambda: Params([]), "'params'"),
    ]
    for ask, words in bad:
        with pytest.raises(InvalidParams) as error:
            ask()
        assert words in str(error.value)


def test_values_as_json_knows_them() -> None:
    value = {1: (np.float32(0.5), np.arange(2)), "b": b"\x01", "n": np.int64(3), "t": True}
    assert plain(value) == {"1": [0.5, [0, 1]], "b": "01", "n": 3, "t": True}


def test_only_the_latest_previews_are_kept(tmp_path: Path) -> None:
    pictures = Pictures(tmp_path / "s")
    pixels = np.linspace(0, 1, 64, dtype=np.float32).reshape(8, 8)
    paths = [Path(pictures.preview(pixels)) for _ in range(70)]
    assert [one.exists() for one in paths] == [False] * 6 + [True] * 64
    kept = pictures.keep(pixels, "query")
    assert pictures.keep(pixels, "query") == kept
    assert np.abs(np.asarray(Image.open(kept)) / 255 - pixels).max() < 0.003


def test_a_network_stops_between_two_layers_of_its_own_thread_only() -> None:
    encoder = load_encoder("craterbench-conv-v2", device="cpu")
    views = np.random.default_rng(0).random((2, encoder.input_size, encoder.input_size))
    wanted = encoder.encode(views.astype(np.float32)).globals
    stop = threading.Event()
    elsewhere: list[Any] = []
    with breakable(ProgressMonitor(lambda one: None, stop)):
        assert np.array_equal(encoder.encode(views.astype(np.float32)).globals, wanted)
        stop.set()
        with pytest.raises(Cancelled):
            encoder.encode(views.astype(np.float32))
        other = threading.Thread(
            target=lambda: elsewhere.append(encoder.encode(views.astype(np.float32)).globals)
        )
        other.start()
        other.join()
    assert np.array_equal(elsewhere[0], wanted)
    assert np.array_equal(encoder.encode(views.astype(np.float32)).globals, wanted)


def test_a_session_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ExportError, match="Pictures cannot be written"):
        Pictures(tmp_path / "file" / "s").preview(np.zeros((4, 4), np.float32))


def test_every_method_has_its_function_and_is_documented() -> None:
    for name, method in registry.METHODS.items():
        module = importlib.import_module(f"craterbench_qgis.engine.server.{method.module}")
        assert callable(getattr(module, method.function)), name
    known = {*registry.METHODS, "hello", "shutdown", "$/ping"}
    listed = set(re.findall(r"^``([$\w./]+)`` ", protocol.__doc__ or "", re.MULTILINE))
    assert listed <= known
    # Plain objects, described where they are served (and in the document, below).
    assert all(one == "evaluate" or one.startswith("duplicates.") for one in known - listed)
    text = DOCUMENT.read_text(encoding="utf-8")
    for name in known:
        assert f"`{name}`" in text, name
