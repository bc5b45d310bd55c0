"""The server's pieces by themselves: lines, params, progress, pictures, the list of methods."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, get_args, get_type_hints

import numpy as np
import pytest
from PIL import Image

from craterbench_qgis.contract import wire
from craterbench_qgis.contract.methods import METHODS
from craterbench_qgis.contract.records import FileName, Finite, Record, between, members
from craterbench_qgis.contract.vocabulary import Outline
from craterbench_qgis.engine.encoders import load_encoder
from craterbench_qgis.engine.errors import Cancelled, ExportError
from craterbench_qgis.engine.server import registry
from craterbench_qgis.engine.server.decoding import InvalidParams, decode
from craterbench_qgis.engine.server.pictures import Pictures
from craterbench_qgis.engine.server.pipes import LineTooLong, Pipes
from craterbench_qgis.engine.server.progress import ProgressMonitor
from craterbench_qgis.engine.server.stopping import breakable


def lines_of(data: bytes, limit: int) -> list[Any]:
    read, write = os.pipe()
    writer = threading.Thread(target=lambda: (os.write(write, data), os.close(write)))
    writer.start()
    lines = [
        "too long" if isinstance(line, LineTooLong) else line
        for line in Pipes(read, write, limit).lines()
    ]
    writer.join()
    os.close(read)
    return lines


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


@dataclass(frozen=True)
class Part(Record):
    path: FileName
    band: Annotated[int, between(1, 9)] | None = None


@dataclass(frozen=True)
class Asked(Record):
    index: FileName
    top: Annotated[int, between(1, 10)] = 3
    share: float = 0.5
    flag: bool = False
    word: Outline = Outline.CIRCLE
    part: Part | None = None
    parts: list[Part] = field(default_factory=list)
    pair: Annotated[tuple[Finite, Finite], members(2, 2)] | None = None
    names: list[str] = field(default_factory=list)
    free: dict[str, Any] = field(default_factory=dict)


def test_params_become_records() -> None:
    data = {
        "index": "x",
        "top": None,
        "share": 1,
        "word": "point",
        "part": {"path": "a", "band": None},
        "parts": [{"path": "b", "band": 2}],
        "pair": [1, 2.5],
        "free": {"any": {"thing": None}},
    }
    asked = decode(data, Asked)
    assert (asked.top, asked.share, asked.word) == (3, 1.0, Outline.POINT)
    assert (asked.part, asked.parts) == (Part("a"), [Part("b", 2)])
    assert (asked.pair, asked.free) == ((1.0, 2.5), {"any": {"thing": None}})


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"index": None}, "'index' is missing"),
        ({"index": " "}, "'index' must be the name of a file"),
        ({"index": ["x"]}, "'index' must be a text, not ['x']"),
        ({"top": 0}, "'top' must be a number from 1 to 10, not 0"),
        ({"top": 2.5}, "'top' must be a whole number, not 2.5"),
        ({"top": True}, "'top' must be a whole number, not True"),
        ({"share": "a"}, "'share' must be a number, not 'a'"),
        ({"share": 10**400}, "'share' cannot be 1000"),
        ({"flag": 1}, "'flag' must be true or false, not 1"),
        ({"word": "square"}, "'word' cannot be 'square'"),
        ({"part": "a"}, "'part' must be an object, not 'a'"),
        ({"part": {}}, "'part.path' is missing"),
        ({"part": {"path": "a", "band": 0}}, "'part.band' must be a number from 1 to 9, not 0"),
        ({"part": {"path": "a", "size": 1}}, "'part.size' is not known here. Known are: path, ban"),
        ({"parts": [{"path": "a"}, {"path": ""}]}, "'parts[1].path' must be the name of a file"),
        ({"parts": [{"path": "a"}, {}]}, "'parts[1].path' is missing"),
        ({"parts": {"path": "a"}}, "'parts' must be a list"),
        ({"pair": [1]}, "'pair' must be a list of length 2, not [1]"),
        ({"pair": [1, float("inf")]}, "'pair[1]' must be a finite number, not inf"),
        ({"names": ["a", 1]}, "'names[1]' must be a text, not 1"),
        ({"free": []}, "'free' must be an object, not []"),
        ({"more": 1}, "'more' is not known here"),
    ],
)
def test_params_say_which_member_is_wrong(change: dict[str, Any], words: str) -> None:
    with pytest.raises(InvalidParams) as error:
        decode({"index": "x", **change}, Asked)
    assert words in str(error.value)


def test_params_that_are_no_object() -> None:
    for data in ([1], "x", None, 3):
        with pytest.raises(InvalidParams, match="'params' must be an object"):
            decode(data, Asked)


def test_every_method_of_the_contract_is_served() -> None:
    assert {*registry.HANDLERS, wire.HELLO} == set(METHODS)
    for handler in registry.HANDLERS.values():
        module = importlib.import_module(f"craterbench_qgis.engine.server.{handler.module}")
        hints = get_type_hints(getattr(module, handler.function))
        assert hints["return"] is handler.method.result, handler
        assert get_args(hints["call"]) == (handler.method.params,), handler


def test_only_the_latest_previews_are_kept(tmp_path: Path) -> None:
    pictures = Pictures(tmp_path / "s")
    pixels = np.linspace(0, 1, 64, dtype=np.float32).reshape(8, 8)
    paths = [Path(pictures.preview(pixels)) for _ in range(70)]
    assert [path.exists() for path in paths] == [False] * 6 + [True] * 64
    kept = pictures.keep(pixels, "query")
    assert pictures.keep(pixels, "query") == kept
    assert np.abs(np.asarray(Image.open(kept)) / 255 - pixels).max() < 0.003


def test_a_network_stops_between_two_layers_of_its_own_thread_only() -> None:
    encoder = load_encoder("craterbench-conv-v2", device="cpu")
    views = np.random.default_rng(0).random((2, encoder.input_size, encoder.input_size))
    wanted = encoder.encode(views.astype(np.float32)).globals
    stop = threading.Event()
    elsewhere: list[Any] = []
    with breakable(ProgressMonitor(lambda step: None, stop), threading.Lock()):
        assert np.array_equal(encoder.encode(views.astype(np.float32)).globals, wanted)
        stop.set()
        with pytest.raises(Cancelled):
            encoder.encode(views.astype(np.float32))
        thread = threading.Thread(
            target=lambda: elsewhere.append(encoder.encode(views.astype(np.float32)).globals)
        )
        thread.start()
        thread.join()
    assert np.array_equal(elsewhere[0], wanted)
    assert np.array_equal(encoder.encode(views.astype(np.float32)).globals, wanted)


def test_a_session_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ExportError, match="Pictures cannot be written"):
        Pictures(tmp_path / "file" / "s").preview(np.zeros((4, 4), np.float32))


def test_the_document_says_what_the_contract_says() -> None:
    script = Path(__file__).resolve().parents[2] / "tools" / "protocol_document.py"
    done = subprocess.run([sys.executable, str(script), "--check"], check=False)
    assert done.returncode == 0, "run python tools/protocol_document.py"


def test_a_message_nested_beyond_what_python_reads_is_no_message() -> None:
    with pytest.raises(wire.ProtocolError, match="nested too deeply"):
        wire.decode(b"[" * 100_000)
