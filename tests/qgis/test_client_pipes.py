"""What comes through the engine's pipes, and how its process ends: also when QGIS is killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from qgis.PyQt import sip

from client_bench import Anything, Outcome, WatchedEngine, alive, method_of, wait_gone
from guards import Turns, nothing_waits
from inside import wait_until


def test_lines_that_are_no_messages_are_told_once_and_ignored() -> None:
    engine = WatchedEngine("noise", garbage=3)
    assert Outcome(engine, "echo", {"a": 1}).wait().result == {"a": 1}
    wait_until(lambda: engine.failures)
    failure = engine.failures[0]
    assert failure.kind == "garbage" and not failure.fatal and engine.state == "ready"
    assert "a library says hello" in failure.report and len(engine.failures) == 1
    engine.stop()


def test_messages_in_pieces_are_put_together() -> None:
    engine = WatchedEngine("slow-pipe")
    text = {"text": "äöü 月" * 30}
    assert Outcome(engine, "echo", text).wait().result == text
    engine.stop()


@pytest.mark.parametrize(
    ("mode", "advice", "number"),
    [
        ("new-protocol", "Update the plugin", "2"),
        ("old-protocol", "Update the engine", "0"),
        ("refuse", "Update the plugin", "7"),
    ],
)
def test_an_engine_of_another_protocol_is_refused_once(mode: str, advice: str, number: str) -> None:
    engine = WatchedEngine(mode)
    outcome = Outcome(engine, "echo")
    pid = engine.pid
    outcome.wait()
    failure = engine.failures[0]
    assert failure.kind == "protocol" and advice in failure.summary and number in failure.summary
    assert outcome.error.message == failure.summary and engine.state == "failed"
    # It is not started again and again.
    assert Outcome(engine, "echo").wait().error.message == failure.summary
    assert len(engine.failures) == 1
    wait_gone(pid)


def test_a_flood_of_warnings_is_kept_in_part() -> None:
    engine = WatchedEngine("flood")
    assert Outcome(engine, "echo").wait().result == {}
    os.kill(engine.pid, signal.SIGKILL)
    wait_until(lambda: engine.failures)
    report = engine.failures[0].report
    assert "warning 0 " in report and "warning 59999 " in report and "left out" in report
    assert len(report) < 700_000


def test_the_user_interface_never_waits_for_the_engine() -> None:
    with nothing_waits():
        engine = WatchedEngine("normal")
        big = Outcome(engine, "big", {"bytes": 2_000_000})
        many = Outcome(engine, "many", {"count": 4000})
        flood = Outcome(engine, "flood", {"lines": 20_000})
        last = Outcome(engine, "echo").wait(60)
        assert len(big.result["text"]) == 2_000_000 and len(many.progress) == 4000
        assert flood.result == {} == last.result
        Outcome(engine, "die").wait()
        engine.restart()
        Outcome(engine, "echo").wait()
        pid = engine.pid
        engine.stop()
        wait_gone(pid)


def test_a_flood_of_messages_leaves_turns_of_the_event_loop_to_qgis() -> None:
    """A turn may hand out lines for 12 ms: with two for each, some six of four hundred."""
    engine, turns = WatchedEngine("normal"), Turns()
    Outcome(engine, "echo").wait()
    handled_in_turn: Counter[int] = Counter()
    results: list[dict[str, Any]] = []

    def handle(progress: object) -> None:
        handled_in_turn[turns.count] += 1
        time.sleep(0.002)

    engine.call(method_of("many"), Anything(count=400), results.append, progress=handle)
    wait_until(lambda: bool(results))
    turns.stop()
    assert handled_in_turn.total() == 400
    assert max(handled_in_turn.values()) <= 20
    engine.stop(wait=True)


def test_an_engine_that_will_not_end_is_ended() -> None:
    engine = WatchedEngine("no-end")
    Outcome(engine, "echo").wait()
    pid, folder = engine.pid, engine.session_folder
    with nothing_waits():
        engine.stop()
    assert alive(pid)
    wait_gone(pid)
    wait_until(lambda: not Path(folder).exists())
    Outcome(engine, "echo").wait()
    pid, folder = engine.pid, engine.session_folder
    engine.stop(wait=True)
    assert not alive(pid) and not Path(folder).exists()


def test_an_engine_object_that_is_forgotten_takes_its_process_with_it() -> None:
    engine = WatchedEngine("no-end")
    Outcome(engine, "echo").wait()
    pid = engine.pid
    sip.delete(engine)
    assert not alive(pid)


def test_no_orphan_after_a_kill_of_qgis(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = Path(__file__).with_name("qgis_to_kill.py")
    with subprocess.Popen(
        [sys.executable, program, "engine"],
        stdout=subprocess.PIPE, text=True, env={**os.environ, "TMPDIR": str(tmp_path)},
    ) as qgis:  # fmt: skip
        assert qgis.stdout is not None
        pid_text, folder_text = qgis.stdout.readline().split()
        pid, folder = int(pid_text), Path(folder_text)
        assert alive(pid)
        qgis.send_signal(signal.SIGKILL)
        qgis.wait()
    wait_gone(pid)
    assert folder.exists()
    # One killed before its folder had a lock left it bare; a young bare one is just being made.
    bare, young = tmp_path / "craterbench-session-bare", tmp_path / "craterbench-session-young"
    for session in (bare, young):
        session.mkdir()
        (session / "thumb.png").touch()
    os.utime(bare, (0, 0))
    # The next one sweeps up the killed one's folder, but not one that is in use.
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    own = WatchedEngine("normal")
    own.start()
    wait_until(lambda: not folder.exists() and not bare.exists())
    assert young.exists()
    assert Path(own.session_folder).exists()
    second = WatchedEngine("normal")
    second.start()
    wait_until(lambda: second.state == own.state == "ready")
    time.sleep(0.3)
    assert Path(own.session_folder).exists()
    own.stop(wait=True)
    second.stop(wait=True)
