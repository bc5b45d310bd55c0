"""The engine's client against an engine that crashes, hangs and does not start: calls."""

from __future__ import annotations

import time
from pathlib import Path

from qgis.core import Qgis
from qgis.PyQt import sip
from qgis.PyQt.QtCore import QObject

from client_bench import Outcome, WatchedEngine, alive, wait_gone
from craterbench_qgis.client.engine import Engine
from guards import nothing_waits
from inside import wait_until


def test_calls_queue_while_starting_and_bring_results_progress_and_errors() -> None:
    engine = WatchedEngine("normal")
    assert engine.state == "stopped" and engine.session_folder == "" and engine.hello is None
    greetings = []
    engine.ready.connect(greetings.append)
    echo = Outcome(engine, "echo", {"a": [1, 2.5, None, "ü\n"]})  # starts the engine
    assert engine.state == "starting"
    work = Outcome(engine, "work", {"steps": 4, "ms": 20})
    wrong = Outcome(engine, "fail")
    unknown = Outcome(engine, "no.such")
    for outcome in (echo, work, wrong, unknown):
        outcome.wait()
    assert engine.states == ["starting", "ready"] and greetings[0].version == "9.9"
    assert engine.hello.devices[0].id == "cpu"
    assert echo.result == {"a": [1, 2.5, None, "ü\n"]}
    assert work.result == {"steps": 4} and [p.done for p in work.progress] == [1, 2, 3, 4]
    assert work.progress[0].percent == 25 and work.progress[0].stage == "working"
    assert work.progress[0].rate == 50 and work.progress[0].seconds_left is None
    assert (wrong.error.message, wrong.error.kind) == ("No column.", "CatalogueError")
    assert not wrong.error.cancelled and unknown.error.code == -32601
    pid, folder = engine.pid, Path(engine.session_folder)
    assert (folder / "engine.pid").read_text() == str(pid)
    assert engine.failures == []
    engine.stop(wait=True)
    assert not alive(pid) and not folder.exists()


def test_it_stops_without_waiting_and_starts_again() -> None:
    engine = WatchedEngine("normal")
    Outcome(engine, "echo").wait()
    pid, folder = engine.pid, Path(engine.session_folder)
    (folder / "picture.png").write_bytes(b"x" * 1000)
    with nothing_waits():
        engine.stop()
    assert engine.state == "stopped"
    wait_gone(pid)  # by itself, and the folder goes
    wait_until(lambda: not folder.exists())
    assert engine.failures == []
    again = Outcome(engine, "echo", {"b": 1}).wait()
    assert again.result == {"b": 1} and engine.session_folder != str(folder)
    pid, folder = engine.pid, Path(engine.session_folder)
    engine.stop(wait=True)
    assert not alive(pid) and not folder.exists()


def test_a_cancelled_call_ends_as_cancelled_whenever_it_is_cancelled() -> None:
    engine = WatchedEngine("normal", cancel=0.5)
    queued = Outcome(engine, "echo")
    queued.call.cancel()  # before it was sent
    assert not queued.over
    queued.wait()
    assert queued.error.cancelled and queued.result is None
    work = Outcome(engine, "work", {"steps": 2000, "ms": 5})  # ten seconds, if it were let
    wait_until(lambda: len(work.progress) > 3)
    work.call.cancel()
    steps = len(work.progress)
    work.call.cancel()
    work.wait(5)
    assert work.error.cancelled and len(work.progress) == steps
    # A result that was on its way does not come after cancel.
    late = Outcome(engine, "echo")
    late.call.cancel()
    late.wait()
    assert late.error.cancelled and late.result is None
    # An engine that does not answer the cancellation.
    unanswered = Outcome(engine, "stuck")
    unanswered.call.cancel()
    unanswered.wait(5)
    assert unanswered.error.cancelled
    Outcome(engine, "echo").wait()
    assert [outcome.times for outcome in (queued, work, late, unanswered)] == [1, 1, 1, 1]
    assert engine.failures == []
    engine.stop(wait=True)


def test_nothing_is_called_for_a_dropped_call_or_after_its_owner() -> None:
    engine = WatchedEngine("normal")
    dropped = Outcome(engine, "echo")
    dropped.call.drop()
    owner, kept_owner = QObject(), QObject()
    orphan = Outcome(engine, "work", {"steps": 4, "ms": 30}, owner=owner)
    kept = Outcome(engine, "work", {"steps": 4, "ms": 30}, owner=kept_owner)
    wait_until(lambda: orphan.progress)
    sip.delete(owner)
    steps = len(orphan.progress)
    kept.wait()
    time.sleep(0.2)
    Outcome(engine, "echo").wait()
    assert orphan.times == 0 and len(orphan.progress) == steps and dropped.times == 0
    assert kept.times == 1 and engine.failures == []
    engine.stop(wait=True)


def test_a_crash_in_a_call_is_told_once_and_the_session_goes_on() -> None:
    engine = WatchedEngine("normal", restarts=1)
    Outcome(engine, "echo").wait()
    waiting = Outcome(engine, "work", {"steps": 1000, "ms": 10})
    folder, first_pid = engine.session_folder, engine.pid
    crashed = Outcome(engine, "die").wait()
    waiting.wait()
    assert engine.state == "failed" and len(engine.failures) == 1
    failure = engine.failures[0]
    assert failure.kind == "crash" and failure.fatal and "9" in failure.summary
    assert crashed.error.kind == waiting.error.kind == "engine"
    assert crashed.error.message == waiting.error.message == failure.summary
    for part in ("about to die: out of memory", "die (", "work (", "fake_engine.py", folder,
                 "numpy 2.2.6", f"QGIS {Qgis.QGIS_VERSION}", "in folder:"):  # fmt: skip
        assert part in failure.report
    # The next call starts another engine, in the same session folder: thumbnails stay.
    Path(folder, "thumb.png").write_bytes(b"x")
    assert Outcome(engine, "echo", {"n": 2}).wait().result == {"n": 2}
    assert engine.session_folder == folder and Path(folder, "thumb.png").exists()
    assert engine.pid != first_pid
    Outcome(engine, "exit").wait()
    assert "exit code 3" in engine.failures[-1].summary and len(engine.failures) == 2
    # But not for ever.
    refused = Outcome(engine, "echo")
    assert not refused.over  # never from within call()
    refused.wait()
    assert refused.error.kind == "engine" and "repeatedly" in refused.error.message
    assert engine.state == "failed" and len(engine.failures) == 2
    # Until the user wants it.
    engine.restart()
    assert Outcome(engine, "echo").wait().result == {}
    engine.stop(wait=True)


def test_an_engine_that_ends_at_its_start_is_not_started_over_and_over() -> None:
    engine = WatchedEngine("crash-at-start")
    waiting = Outcome(engine, "echo").wait()
    assert engine.state == "failed" and engine.failures[0].kind == "start"
    assert "ImportError: libtorch.so" in engine.failures[0].summary
    assert "Traceback" in engine.failures[0].report
    assert waiting.error.message == engine.failures[0].summary
    again = Outcome(engine, "echo").wait()
    assert again.error.message == engine.failures[0].summary and len(engine.failures) == 1
    engine.stop()


def test_a_program_that_is_not_there_and_no_engine_at_all() -> None:
    absent = WatchedEngine("normal", "/nowhere/python")
    absent.start()
    wait_until(lambda: absent.failures)
    assert absent.state == "failed" and absent.failures[0].kind == "start"
    assert "/nowhere/python" in absent.failures[0].report

    failures = []
    nothing = Engine(None, launch=lambda session: None)
    nothing.failed.connect(failures.append)
    outcome = Outcome(nothing, "echo").wait()
    assert failures[0].kind == "not-set-up" and "not set up" in outcome.error.message


def test_an_engine_that_says_nothing_at_its_start_is_ended() -> None:
    silent = WatchedEngine("silent-at-start", hello=0.4)
    silent.start()
    pid = silent.pid
    wait_until(lambda: silent.failures)
    assert silent.failures[0].kind == "hang"
    wait_gone(pid)


def test_a_long_call_is_no_hang_and_a_stuck_one_leaves_the_engine() -> None:
    engine = WatchedEngine("normal", silence=2.0)
    Outcome(engine, "echo").wait()
    # Long without progress, but alive: no limit.
    long = Outcome(engine, "work", {"steps": 1, "ms": 1500}, timeout_s=0)
    # Progress keeps a call with a short limit alive.
    lively = Outcome(engine, "work", {"steps": 20, "ms": 60}, timeout_s=0.4)
    assert lively.wait().result and long.wait().result == {"steps": 1}
    assert engine.failures == []
    # One call is stuck, the engine still answers: that call fails, the engine stays.
    stuck = Outcome(engine, "stuck", timeout_s=0.5).wait()
    assert stuck.error.kind == "timeout" and "stuck" in stuck.error.message
    assert engine.state == "ready" and [failure.fatal for failure in engine.failures] == [False]
    assert "stuck (0." in engine.failures[0].report
    assert Outcome(engine, "echo").wait().result == {}
    engine.stop(wait=True)


def test_a_deaf_engine_is_ended() -> None:
    engine = WatchedEngine("normal", silence=2.0)
    Outcome(engine, "echo").wait()
    pid = engine.pid
    deaf = Outcome(engine, "deaf", timeout_s=0.7)
    behind = Outcome(engine, "echo", timeout_s=0)
    deaf.wait()
    assert engine.state == "failed"
    assert engine.failures[-1].kind == "hang" and engine.failures[-1].fatal
    assert deaf.error.kind == behind.wait().error.kind == "engine"
    wait_gone(pid)
    engine.restart()
    # Deaf in a call without any limit: the heartbeat notices.
    Outcome(engine, "deaf", timeout_s=0).wait()
    assert engine.failures[-1].kind == "hang" and len(engine.failures) == 2
    engine.stop(wait=True)
