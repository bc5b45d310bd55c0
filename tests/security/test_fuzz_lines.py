"""Spoiled lines of the protocol: each gets one answer of the protocol, and the engine goes on."""

from __future__ import annotations

import json
import os
import re
import select
import shutil
import subprocess
import sys
import time
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import strategies as st

from craterbench_qgis.contract.methods import METHODS
from craterbench_qgis.contract.records import Json
from craterbench_qgis.contract.wire import INTERNAL_ERROR, MAX_SENTENCE, PROTOCOL
from craterbench_qgis.engine.encoders import load_encoder
from craterbench_qgis.engine.server.pipes import MAX_LINE
from tests.engine import scene

from .hostile_lines import ODD, line_of, requests
from .mutations import SECONDS, changed, edits, explore, json_changes, spoiled
from .support import PATIENCE_S, ROOT

MEMORY_MB = 1500
FEW = 9
"""Craters: a request that does what was asked does it to all of them."""
STOP_AFTER_S = 5.0
"""After which a request that does what was asked is cancelled."""
_BARE = re.compile(
    r"\b[A-Z]\w*(?:Error|Exception|Interrupt|Iteration)\b|Traceback|<class '|0x[0-9a-f]{8}"
)


class Engine:
    """A server, one line after the other; started anew after a line ended it."""

    def __init__(self, work: Path) -> None:
        self.work, self.wrong, self.count, self.most_mb = work, [], 0, 0.0
        self.outcomes: dict[str, int] = {}
        self._start()

    def _start(self) -> None:
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "HF_HUB_OFFLINE": "1"}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "craterbench_qgis.engine", "serve", "--session",
             str(self.work / "session")],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            cwd=self.work, env=environment,
        )  # fmt: skip
        self._held = b""
        self.ask(
            b'{"jsonrpc":"2.0","id":"h","method":"hello","params":%s}'
            % json.dumps({"client": "fuzz", "protocol": PROTOCOL}).encode()
        )

    def end(self) -> None:
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                pipe.close()

    def ask(self, line: bytes, stop_after: float = PATIENCE_S) -> list[Json]:
        """What came for a line: its answers, before that of a ping sent after it; a request that
        takes longer than ``stop_after`` seconds is cancelled."""
        assert self.process.stdin is not None
        number, answered = waiting_for(line), []
        until, stop_at = time.monotonic() + 2 * PATIENCE_S, time.monotonic() + stop_after
        self.process.stdin.write(line + b"\n" + PING + b"\n")
        self.process.stdin.flush()
        pinged = stopped = False
        while not (pinged and (number is None or answered)):
            if number is not None and not stopped and time.monotonic() > stop_at:
                cancel = {"jsonrpc": "2.0", "method": "$/cancelRequest", "params": {"id": number}}
                self.process.stdin.write(json.dumps(cancel).encode() + b"\n")
                self.process.stdin.flush()
                stopped = True
            reply = self._line(1.0)
            if reply is None:
                if time.monotonic() > until:
                    raise TimeoutError
            elif reply.get("id") == "fuzz-ping":
                pinged = True
            elif reply.get("method") != "$/progress":
                answered.append(reply)
        return answered

    def _line(self, patience: float) -> Json | None:
        """One message, or None for none in time. Raises EOFError at the end of the engine."""
        assert self.process.stdout is not None
        handle = self.process.stdout.fileno()
        while b"\n" not in self._held:
            if not select.select([handle], [], [], patience)[0]:
                return None
            block = os.read(handle, 1 << 16)
            if not block:
                raise EOFError
            self._held += block
        line, _, self._held = self._held.partition(b"\n")
        message = json.loads(line)
        assert message["jsonrpc"] == "2.0"
        return dict(message)

    def attempt(self, line: bytes, what: object) -> None:
        """Send a line and judge what comes of it."""
        self.count += 1
        try:
            answers = self.ask(line, STOP_AFTER_S)
        except (EOFError, TimeoutError, OSError) as error:
            self.wrong.append(f"{type(error).__name__} ({self.process.poll()}): {what!s:.600}")
            self.end()
            self._start()
            return
        wrong = [text for answer in answers for text in judged(answer, line)]
        if len(answers) != (waiting_for(line) is not None or not is_notification(line)):
            wrong.append(f"{len(answers)} answers")
        for answer in answers:
            kind = str(answer["error"]["code"]) if "error" in answer else "result"
            self.outcomes[kind] = self.outcomes.get(kind, 0) + 1
        self.most_mb = max(self.most_mb, self._memory_mb())
        if self.most_mb > MEMORY_MB:
            wrong.append(f"{self.most_mb:.0f} MB")
            self.end()
            self._start()
            self.most_mb = 0.0
        if wrong:
            self.wrong.append(f"{wrong} {what!s:.600}")

    def _memory_mb(self) -> float:
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.findall(r"VmHWM:\s*(\d+)", status)[0]) / 1024


PING = b'{"jsonrpc":"2.0","id":"fuzz-ping","method":"$/ping"}'


def message_of(line: bytes) -> Json | None:
    """The JSON-RPC object in a line, as Python's own reader sees it."""
    try:
        message = json.loads(line.decode("utf-8"))
    except (ValueError, RecursionError):
        return None
    return message if isinstance(message, dict) and message.get("jsonrpc") == "2.0" else None


def waiting_for(line: bytes) -> int | str | None:
    """The id whose answer a line must get."""
    message = message_of(line)
    number = message.get("id") if message else None
    return number if type(number) in (int, str) else None


def is_notification(line: bytes) -> bool:
    """Whether a line is to be left unanswered: an empty one is, too."""
    message = message_of(line)
    if message is None:
        return not line.strip()
    return isinstance(message.get("method"), str) and message.get("id") is None


def judged(answer: Json, line: bytes) -> list[str]:
    """What is wrong with an answer."""
    if ("error" in answer) == ("result" in answer) or "id" not in answer:
        return [f"no answer of the protocol: {answer!s:.200}"]
    if answer["id"] not in (None, waiting_for(line)):
        return [f"an answer to {answer['id']!r}"]
    if "result" in answer:
        message = message_of(line) or {}
        method = METHODS.get(message["method"])
        if method is not None:
            method.result.from_json(answer["result"])
        return []
    error = answer["error"]
    wrong = []
    if error["code"] == INTERNAL_ERROR or not isinstance(error["message"], str):
        wrong.append(f"{error['code']} {error!s:.1500}")
    elif _BARE.search(error["message"]) or len(error["message"]) > MAX_SENTENCE:
        wrong.append(f"no sentence: {error['message'][:300]}")
    return wrong


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    work = tmp_path_factory.mktemp("lines")
    scene.write_mosaic(work / "mosaic.tif")
    scene.write_catalogue(work / "craters.csv", scene.craters()[:FEW])
    scene.build_scene(work, load_encoder("hog"))
    shutil.copytree(work / "scene.craterindex", work / "added.craterindex")
    running = Engine(work)
    yield running
    running.end()
    if SECONDS:
        warnings.warn(
            f"{running.count} lines, {running.outcomes}, at most {running.most_mb:.0f} MB, "
            f"{len(running.wrong)} wrong",
            stacklevel=1,
        )


@pytest.fixture
def wrong(engine: Engine) -> Iterator[None]:
    before = len(engine.wrong)
    yield
    assert len(engine.wrong) == before, "\n".join(engine.wrong[before : before + 20])


def test_every_method_is_asked_right(engine: Engine) -> None:
    """What is spoiled below is good as it stands."""
    failed = []
    for method, params in requests(engine.work).items():
        answers = engine.ask(line_of(method, params))
        if len(answers) != 1 or "result" not in answers[0]:
            failed.append((method, answers))
        else:
            failed += judged(answers[0], line_of(method, params))
    assert not failed
    assert set(requests(engine.work)) == set(METHODS)


@pytest.mark.parametrize("method", sorted(METHODS))
def test_requests_changed_in_one_place(method: str, engine: Engine, wrong: None) -> None:
    whole = requests(engine.work)[method]

    def attempt(changes: Any) -> None:
        params = changed(whole, changes)
        if method == "demo" and isinstance(params, dict) and isinstance(params.get("folder"), str):
            # Below a file: else each planet takes seconds, wherever it is made.
            params["folder"] = f"{engine.work / 'mosaic.tif'}/{params['folder']}"
        if method not in {"duplicates.find", "index.build"}:
            engine.attempt(line_of(method, params), (method, changes))
        else:  # what goes without a word takes seconds
            engine.attempt(line_of(method, {**params, "output": 5}), (method, changes))
            engine.attempt(line_of(method, params), (method, changes))

    explore(json_changes(), attempt, 0.1 / len(METHODS))


def test_messages_changed_in_one_place(engine: Engine, wrong: None) -> None:
    whole = {**json.loads(PING), "id": 7, "params": {"id": 3}}
    names = st.sampled_from([*METHODS, "$/ping", "$/cancelRequest", "$/progress", "", "x" * 5000])

    def attempt(example: Any) -> None:
        changes, method = example
        message = changed({**whole, "method": method}, changes)
        engine.attempt(json.dumps(message).encode(), message)

    explore(st.tuples(json_changes(), names), attempt, 0.05)


def test_spoiled_bytes(engine: Engine, wrong: None) -> None:
    lines = [line_of(method, params) for method, params in requests(engine.work).items()]

    def attempt(example: Any) -> None:
        number, changes = example
        spoilt = spoiled(lines[number % len(lines)], changes).replace(b"\n", b" ")
        if b'"shutdown"' not in spoilt:
            engine.attempt(spoilt, spoilt)

    explore(st.tuples(st.integers(0, 100), edits), attempt, 0.05)


@pytest.mark.parametrize("label", sorted(ODD))
def test_odd_lines(label: str, engine: Engine, wrong: None) -> None:
    engine.attempt(ODD[label], label)


def test_lines_in_pieces_and_too_long(engine: Engine, wrong: None) -> None:
    """The bound is the pipe's; what comes after such a line is read again."""
    engine.attempt(b'{"jsonrpc":"2.0","id":7,"x":"' + b"x" * MAX_LINE, "too long")
    engine.attempt(line_of("export", {"path": "x" * (MAX_LINE - 1000)}), "nearly")
    assert engine.ask(line_of("encoders.list", {}))[0]["result"]["encoders"]
