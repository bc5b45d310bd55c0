"""The engine in worker threads, its environment, and the real engine behind both clients."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from qgis.core import QgsApplication, QgsFeedback, QgsTask

from client_bench import Anything, Outcome, WatchedEngine, alive, launch, method_of, wait_gone
from craterbench_qgis.client import launch as launching
from craterbench_qgis.client.blocking import BlockingEngine, EngineCallError
from craterbench_qgis.client.engine import Engine, Limits
from craterbench_qgis.contract.build import IndexParams
from craterbench_qgis.contract.methods import DESCRIBE_INDEX
from craterbench_qgis.contract.wire import PING, Progress
from craterbench_qgis.core.settings import Settings
from guards import nothing_waits
from inside import wait_until
from paths import ENGINE_PYTHON, ROOT, needs_engine


def test_the_engine_gets_a_clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    removed = ("PYTHONPATH", "PYTHONHOME", "PROJ_LIB", "PROJ_DATA", "GDAL_DATA", "LD_LIBRARY_PATH",
               "QT_PLUGIN_PATH")  # fmt: skip
    kept = {"KEEP_ME": "ü", "https_proxy": "http://proxy:1"}
    for name in removed:
        monkeypatch.setenv(name, "/x")
    for name, value in kept.items():
        monkeypatch.setenv(name, value)
    engine = WatchedEngine("normal")
    answer = Outcome(engine, "environ").wait().result
    environ = answer["environ"]
    assert {name: environ.get(name) for name in kept} == kept
    assert not any(environ.get(name) for name in removed)
    assert answer["folder"] == str(Path.home())
    engine.stop(wait=True)


@needs_engine
def test_the_package_is_found_whatever_the_plugins_folder_is_called(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plugin = tmp_path / "Größe der Krater" / "craterbench-0.1"
    plugin.mkdir(parents=True)
    (plugin / "craterbench_qgis").symlink_to(ROOT / "craterbench_qgis")
    monkeypatch.setattr(launching, "PLUGIN_ROOT", plugin)
    real = launching.engine_launch(str(ENGINE_PYTHON), "/nowhere")
    # The working folder is the environment's.
    assert real.folder == str(ENGINE_PYTHON.parent.parent)
    command = real.command()
    command = [*command[: command.index("serve")], "--version"]
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, env=real.environ, cwd=real.folder
    )
    assert done.returncode == 0 and "0." in done.stdout, done


class Ended:
    """What a function in a worker thread came to."""

    def __init__(self) -> None:
        self.result: Any = None
        self.error: Exception | None = None


def in_thread(function: Callable[[], Any]) -> Ended:
    """Run ``function`` as Processing runs an algorithm: by the task manager, in a thread."""
    ended = Ended()
    ends: list[str] = []

    def work(task: QgsTask) -> None:
        try:
            ended.result = function()
        except Exception as error:  # noqa: BLE001
            ended.error = error

    task = QgsTask.fromFunction("t", work)
    task.taskCompleted.connect(lambda: ends.append("completed"))
    task.taskTerminated.connect(lambda: ends.append("terminated"))
    QgsApplication.taskManager().addTask(task)
    wait_until(lambda: bool(ends), 30)
    return ended


def session(
    mode: str,
    function: Callable[[BlockingEngine], Any],
    feedback: QgsFeedback | None = None,
    **limits: float,
) -> Ended:
    """``function`` with a BlockingEngine in a worker thread; its session folder is gone then."""
    folders = []

    def work() -> Any:
        shortened = Limits(**{"heartbeat": 0.2, **limits})
        with BlockingEngine(None, feedback, launch=launch(mode), limits=shortened) as engine:
            folders.append(Path(engine.session_folder))
            assert folders[0].is_dir()
            return function(engine)

    ended = in_thread(work)
    assert not any(folder.exists() for folder in folders)
    return ended


def test_results_progress_and_errors_in_a_worker_thread() -> None:
    progress: list[Progress] = []
    ended = session(
        "slow-pipe",
        lambda engine: (
            engine.engine.hello.version,
            engine.call(method_of("echo"), Anything(a=1)),
            engine.call(method_of("work"), Anything(steps=5, ms=10), progress.append),
        ),
    )
    assert ended.result == ("9.9", {"a": 1}, {"steps": 5}), ended.error
    assert [step.percent for step in progress] == [20, 40, 60, 80, 100]
    assert {step.stage for step in progress} == {"working"}
    ended = session("normal", lambda engine: engine.call(method_of("fail"), Anything()))
    assert str(ended.error) == "No column." and ended.error.kind == "CatalogueError"
    ended = session("noise", lambda engine: engine.call(method_of("echo"), Anything(b=2)))
    assert ended.result == {"b": 2}


@pytest.mark.parametrize("method", ["work", "stuck", "deaf"])
def test_cancel_in_the_middle_of_a_call(method: str) -> None:
    """Also where the engine does not listen; undisturbed these calls last 20 s or for ever."""
    feedback, pids = QgsFeedback(), []

    def cancelled(engine: BlockingEngine) -> bool:
        pids.append(int(Path(engine.session_folder, "engine.pid").read_text()))
        threading.Timer(0.3, feedback.cancel).start()
        with pytest.raises(EngineCallError) as raised:
            engine.call(method_of(method), Anything(steps=1000, ms=20))
        return raised.value.cancelled

    assert session("normal", cancelled, feedback).result
    assert not alive(pids[0])


def test_a_crash_and_a_call_that_takes_too_long() -> None:
    ended = session("normal", lambda engine: engine.call(method_of("die"), Anything()))
    assert ended.error.kind == "engine" and "9" in str(ended.error)
    assert "about to die" in ended.error.report
    ended = session(
        "normal", lambda engine: engine.call(method_of("deaf"), Anything(), timeout_s=0.5)
    )
    assert ended.error.kind == "engine" and "deaf" in ended.error.report
    ended = session(
        "normal", lambda engine: engine.call(method_of("deaf"), Anything(), timeout_s=0), silence=1
    )
    assert ended.error.kind == "engine" and "deaf" in ended.error.report
    working = Anything(steps=1, ms=1500)
    ended = session(
        "normal", lambda engine: engine.call(method_of("work"), working, timeout_s=0), silence=1
    )
    assert ended.result == {"steps": 1}


def test_an_engine_that_does_not_start_is_said_in_a_sentence() -> None:
    for mode, part in (("crash-at-start", "ImportError"), ("old-protocol", "Update the engine")):
        assert part in str(session(mode, lambda engine: None).error)

    def start(make_launch: Any) -> None:
        with BlockingEngine(None, launch=make_launch):
            pass

    assert "not set up" in str(in_thread(lambda: start(lambda session: None)).error)
    nowhere = launch("normal", "/nowhere/python")
    assert "did not start" in str(in_thread(lambda: start(nowhere)).error)


def test_without_an_event_loop_on_the_main_thread() -> None:
    """As qgis_process does."""
    with BlockingEngine(None, launch=launch("normal")) as engine:
        assert engine.call(method_of("echo"), Anything(c=3)) == {"c": 3}


@needs_engine
def test_the_real_engine_answers_both_clients(monkeypatch: pytest.MonkeyPatch) -> None:
    """The engine of this checkout, started as the plugin starts it."""
    settings = Settings()
    settings.existing_python = str(ENGINE_PYTHON)
    monkeypatch.setenv("PYTHONPATH", "/nowhere")
    failures: list[Any] = []
    with nothing_waits():
        engine = Engine(settings)
        engine.failed.connect(failures.append)
        engine.start()
        wait_until(lambda: engine.state != "starting", 60)
        assert engine.state == "ready", failures[0].report
        assert "numpy" in engine.hello.packages and engine.hello.pid == engine.pid
        encoders = Outcome(engine, "encoders.list").wait(60)
        assert any(encoder["default"] for encoder in encoders.result["encoders"])
        unknown = Outcome(engine, "index.describe", {"path": "/nowhere.craterindex"}).wait(60)
        assert unknown.error.message and not unknown.error.cancelled
        assert Outcome(engine, PING).wait(60).over  # any answer is a sign of life
        pid, folder = engine.pid, engine.session_folder
        engine.stop()
        wait_gone(pid)
        wait_until(lambda: not Path(folder).exists())
    with BlockingEngine(settings) as blocking:
        assert blocking.call(method_of("encoders.list"), Anything()) == encoders.result
        with pytest.raises(EngineCallError) as raised:
            blocking.call(DESCRIBE_INDEX, IndexParams("/nowhere.craterindex"))
        assert str(raised.value) == unknown.error.message
