"""The contract of ``craterbench serve`` over a real pipe: messages, errors, lanes, ends."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from .server_client import PACKAGE_ROOT, Client, alive, wait_for

unix = pytest.mark.skipif(os.name == "nt", reason="signals and /proc of Unix")

ASKED = {"index": "x", "query": {"kind": "indexed", "crater_id": "a"}}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    with Client(tmp_path_factory.mktemp("sess ion ü"), faults=True) as client:
        yield client


def test_hello_says_who_answers(server: Client) -> None:
    hello = server.hello
    assert hello["protocol"] == 2
    assert hello["pid"] == server.process.pid
    assert hello["packages"]["numpy"]
    assert hello["default_encoder"]


def test_hello_loads_nothing_heavy() -> None:
    code = (
        "import sys\n"
        "from craterbench_qgis.engine.cli import main\n"
        "from craterbench_qgis.engine.server import loop, greeting\n"
        "greeting.hello()\n"
        "heavy = {'torch', 'timm', 'rasterio', 'pyarrow', 'scipy', 'hnswlib', 'pyproj'}\n"
        "sys.exit(', '.join(heavy & set(sys.modules)) or 0)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=PACKAGE_ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_another_protocol_is_refused_and_so_is_everything_before_hello() -> None:
    with Client(greet=False) as client:
        assert client.fail("encoders.list")["code"] == -32600
        error = client.fail("hello", {"client": "test", "protocol": 1})
        assert (error["code"], error["data"]) == (-32001, {"protocol": 2})
        assert client.fail("encoders.list")["code"] == -32600
        assert client.call("hello", {"client": "test", "protocol": 2})["protocol"] == 2
        assert client.call("encoders.list")["encoders"]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (b"garbage", -32700),
        (b"\xff\xfe\x00", -32700),
        (b"[" * 100_000, -32700),
        (b'{"jsonrpc": "2.0", "id": 1', -32700),
        (b"[]", -32600),
        (b'{"id": 1, "method": "search"}', -32600),
        (b'{"jsonrpc": "2.0", "id": null, "method": 5}', -32600),
        (b'{"jsonrpc": "2.0", "id": [1], "method": "search"}', -32600),
        (b'{"jsonrpc": "2.0", "id": true, "method": "search"}', -32600),
    ],
)
def test_a_bad_line_is_answered_and_the_session_goes_on(
    server: Client, line: bytes, code: int
) -> None:
    server.write(line + b"\n")
    assert server.answer(None)["error"]["code"] == code
    assert server.call("encoders.list")["encoders"]


def test_lines_that_ask_nothing_are_not_answered(server: Client) -> None:
    before = len(server.lines)
    server.write(b"\n  \n\r\n")
    server.write(b'{"jsonrpc": "2.0", "method": "$/unknown", "params": {}}\n')
    server.cancel(987)
    server.cancel([1])
    server.write(b'{"jsonrpc": "2.0", "method": "$/cancelRequest", "params": 3}\n')
    server.call("encoders.list")
    assert len(server.lines) == before + 1


def test_unknown_methods_and_wrong_params_are_named(server: Client) -> None:
    assert server.fail("index.explode")["code"] == -32601
    error = server.answer(server.send("search", [1, 2]))["error"]
    assert error["code"] == -32602
    for params, member in (
        ({"index": None}, "index"),
        ({"query": None}, "query"),
        ({"index": 3}, "index"),
        ({"top": 0}, "top"),
        ({"top": "many"}, "top"),
        ({"symmetric": 1}, "symmetric"),
        ({"colour": "red"}, "colour"),
        ({"filters": {"colour": "red"}}, "filters.colour"),
        ({"filters": {"latitude": [1]}}, "filters.latitude"),
        ({"filters": {"latitude": [1, "b"]}}, "filters.latitude[1]"),
        ({"feedback": ["a"]}, "feedback"),
        ({"index": "a\0b"}, "index"),
        ({"index": "\ud800"}, "index"),
    ):
        error = server.fail("search", {**ASKED, **params})
        assert error["code"] == -32602, (params, error)
        assert f"'{member}'" in error["message"]


def test_nothing_but_answers_on_standard_output(server: Client) -> None:
    assert server.call("short.noise")["result"] == {"read": ""}
    for line in server.lines:
        assert json.loads(line)["jsonrpc"] == "2.0"
    wait_for(lambda: "from a child" in "".join(server.log))
    for text in ("from Python", "from the old sys.stdout", "from C"):
        assert text in "".join(server.log)


def test_exceptions_become_errors(server: Client) -> None:
    error = server.fail("short.crash")
    assert error["code"] == -32603
    assert "planted error" in error["message"]
    assert "Traceback" in error["data"]["report"]
    assert error["data"]["kind"] == "ValueError"
    assert server.fail("long.leave")["code"] == -32603
    error = server.fail("short.refuse")
    assert (error["code"], error["data"]) == (-32000, {"kind": "QueryError"})
    assert error["message"] == "It is no good. Try another."
    assert server.call("encoders.list")["encoders"]


def test_values_json_does_not_know(server: Client) -> None:
    assert server.call("short.odd")["result"] == {
        "n": 0.5, "day": "2026-01-02", "bad": None, "b": "01",
    }  # fmt: skip


def test_a_long_job_holds_up_no_short_call_and_can_be_cancelled(server: Client) -> None:
    first, second = server.send("long.work"), server.send("long.work")
    wait_for(lambda: any(progress["id"] == first for _, progress in server.progress))
    assert server.call("encoders.list")["encoders"]
    server.cancel(second)
    assert server.answer(second, 1.0)["error"]["code"] == -32800
    server.cancel(first)
    assert server.answer(first, 1.0)["error"]["code"] == -32800
    assert not any(progress["id"] == second for _, progress in server.progress)
    server.cancel(first)  # answered already: nothing happens
    assert server.call("encoders.list")["encoders"]


def test_progress_is_throttled_and_tells_the_time_left(server: Client) -> None:
    number = server.send("short.work")
    time.sleep(1.5)
    server.cancel(number)
    server.answer(number)
    reports = [(at, report) for at, report in server.progress if report["id"] == number]
    assert 5 <= len(reports) <= 18
    last = reports[-1][1]
    assert set(last) == {"id", "stage", "done", "total", "rate", "seconds_left"}
    assert last["stage"] == "views"
    assert 20 < last["rate"] < 110  # a step takes 10 ms and a little
    assert last["seconds_left"] == pytest.approx((last["total"] - last["done"]) / last["rate"])


def test_an_id_in_use_is_refused(server: Client) -> None:
    server.send("long.work", number="twice")
    wait_for(lambda: any(progress["id"] == "twice" for _, progress in server.progress))
    server.send("short.odd", number="twice")
    assert server.answer("twice")["error"]["code"] == -32600
    server.cancel("twice")
    assert server.answer("twice")["error"]["code"] == -32800
    server.send("short.odd", number="twice")
    assert server.answer("twice")["result"]["result"]["n"] == 0.5


def test_a_long_line_is_fine(server: Client) -> None:
    error = server.fail("search", {**ASKED, "index": "x" * 5_000_000})
    assert error["code"] == -32000
    assert len(error["message"]) < 1000


@pytest.mark.parametrize("method", ["long.work", "long.deaf", "short.deaf"])
def test_the_end_of_the_pipe_ends_the_process_at_once(method: str, tmp_path: Path) -> None:
    with Client(tmp_path, faults=True) as client:
        client.send(method)
        time.sleep(0.3)
        start = time.monotonic()
        assert client.process.stdin is not None
        client.process.stdin.close()
        assert client.ended() == 0
        assert time.monotonic() - start < 2.0
        assert tmp_path.is_dir()


def test_shutdown_is_answered_during_a_job() -> None:
    with Client(faults=True) as client:
        client.send("long.deaf")
        client.send("short.deaf")
        assert client.call("$/ping") == {}
        assert client.call("shutdown") == {}
        assert client.ended() == 0
        assert not client.log


@unix
def test_signals() -> None:
    with Client(faults=True) as client:
        client.process.send_signal(signal.SIGINT)
        time.sleep(0.2)
        assert client.call("encoders.list")["encoders"]
        client.send("long.deaf")
        client.process.send_signal(signal.SIGTERM)
        assert client.ended() == 0
        assert "Traceback" not in "".join(client.log)


@unix
def test_a_reader_that_has_gone_ends_it() -> None:
    read, write = os.pipe()
    process = subprocess.Popen(
        [sys.executable, "-m", "craterbench_qgis.engine", "serve"],
        cwd=PACKAGE_ROOT,
        stdin=subprocess.PIPE,
        stdout=write,
    )
    try:
        os.close(write)
        os.close(read)
        assert process.stdin is not None
        process.stdin.write(b"garbage\n")
        process.stdin.flush()
        assert process.wait(10.0) == 0
    finally:
        process.kill()


@unix
def test_it_does_not_outlive_a_killed_parent_whose_child_holds_the_pipe() -> None:
    """A parent starts the engine and, later, another child that inherits the pipe; then dies."""
    parent = (
        "import os, subprocess, sys, time\n"
        "read, write = os.pipe()\n"
        f"engine = subprocess.Popen([{sys.executable!r}, '-m', 'craterbench_qgis.engine', 'serve'],"
        " stdin=read, stdout=subprocess.PIPE)\n"
        "sleeper = subprocess.Popen(['sleep', '60'], pass_fds=[write])\n"
        "os.write(write, b'no message\\n')\n"
        "engine.stdout.readline()\n"  # refused: it has started, and knows its parent
        "print(engine.pid, sleeper.pid, flush=True)\n"
        "time.sleep(60)\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", parent], cwd=PACKAGE_ROOT, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    engine, child = (int(pid) for pid in process.stdout.readline().split())
    try:
        assert alive(engine)
        process.kill()
        process.wait()
        assert alive(child)
        wait_for(lambda: not alive(engine), 60.0)
    finally:
        os.kill(child, signal.SIGKILL)
        process.stdout.close()


def test_its_own_session_folder_goes_with_it(tmp_path: Path) -> None:
    places = {**os.environ, "TMPDIR": str(tmp_path), "TEMP": str(tmp_path), "TMP": str(tmp_path)}
    with Client(env=places) as client:
        assert [folder.name[:12] for folder in tmp_path.iterdir()] == ["craterbench-"]
        client.call("shutdown")
        client.ended()
    assert not list(tmp_path.iterdir())
