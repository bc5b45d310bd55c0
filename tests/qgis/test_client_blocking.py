"""The engine in worker threads, its environment, and the real engine behind both clients."""

from __future__ import annotations

from pathlib import Path

import pytest

from support import ENGINE_PYTHON, needs_qgis
from test_client import run

pytestmark = needs_qgis


def test_the_engine_gets_a_clean_environment(tmp_path: Path) -> None:
    run(
        """
dirty = {"PYTHONPATH": "/x", "PYTHONHOME": "/x", "PROJ_LIB": "/x", "PROJ_DATA": "/x",
         "GDAL_DATA": "/x", "LD_LIBRARY_PATH": "/x", "QT_PLUGIN_PATH": "/x", "KEEP_ME": "ü",
         "https_proxy": "http://proxy:1"}
os.environ.update(dirty)
engine = make("normal")
found = Outcome(engine, "environ").wait().result
kept = {name: found["environ"].get(name) for name in dirty}
assert kept.pop("KEEP_ME") == "ü" and kept.pop("https_proxy") == "http://proxy:1"
assert not any(kept.values()), kept
assert found["folder"] == str(Path.home())
engine.stop(wait=True)

# The real launch: the package is found whatever the plugin's folder is called, and the working
# folder is the environment's.
import subprocess
from craterbench_qgis.client.launch import engine_launch
odd = Path.home() / "Größe der Krater" / "craterbench-0.1"
odd.mkdir(parents=True)
(odd / "craterbench_qgis").symlink_to(ROOT + "/craterbench_qgis")
import craterbench_qgis.client.launch as module
module.PLUGIN_ROOT = odd
one = engine_launch(ENGINE_PYTHON, "/nowhere")
assert one.folder == str(Path(ENGINE_PYTHON).parent.parent)
command = one.command()
command = [*command[:command.index("serve")], "--version"]
done = subprocess.run(command, capture_output=True, text=True, env=one.environ, cwd=one.folder)
assert done.returncode == 0 and "0." in done.stdout, done
print("fine")
""",
        tmp_path,
    )


def test_blocking_engine_in_a_worker_thread(tmp_path: Path) -> None:
    run(
        """
from craterbench_qgis.client.blocking import BlockingEngine, EngineCallError
from qgis.core import QgsProcessingFeedback, QgsTask, QgsApplication, QgsFeedback

def in_thread(function):
    box = {}
    def work(task):
        try:
            box["result"] = function()
        except Exception as error:
            box["error"] = error
        box["seconds"] = time.monotonic() - started
    started = time.monotonic()
    task = QgsTask.fromFunction("t", work)
    QgsApplication.taskManager().addTask(task)
    wait_until(lambda: "seconds" in box, 30)
    return box

class Feedback(QgsProcessingFeedback):
    def __init__(self):
        super().__init__(False)
        self.infos, self.percents = [], []
    def pushInfo(self, text):
        self.infos.append(text)
    def setProgress(self, value):
        self.percents.append(value)

def session(mode, function, feedback=None, **limits):
    limits = Limits(**{"heartbeat": 0.2, **limits})
    def work():
        with BlockingEngine(None, feedback, launch=launch(mode), limits=limits) as engine:
            assert Path(engine.session_folder).is_dir()
            folders.append(engine.session_folder)
            return function(engine)
    return in_thread(work)

folders = []
feedback = Feedback()
box = session("slow-pipe", lambda engine: (
    engine.hello.version, engine.call("echo", {"a": 1}),
    engine.call("work", {"steps": 5, "ms": 10}, feedback)))
assert box["result"] == ("9.9", {"a": 1}, {"steps": 5}), box
assert feedback.percents == [20, 40, 60, 80, 100] and feedback.infos == ["working"]

box = session("normal", lambda engine: engine.call("fail", {}))
assert str(box["error"]) == "No column." and box["error"].kind == "CatalogueError"

# cancel in mid-call: within a second, also where the engine does not listen
for method in ("work", "stuck", "deaf"):
    feedback = QgsFeedback()
    pids = []
    def cancelled(engine):
        pids.append(int(Path(engine.session_folder, "engine.pid").read_text()))
        QTimer.singleShot(0, lambda: None)
        import threading
        at = []
        threading.Timer(0.3, lambda: (at.append(time.monotonic()), feedback.cancel())).start()
        try:
            engine.call(method, {"steps": 1000, "ms": 20})
        except EngineCallError as error:
            return error.cancelled, time.monotonic() - at[0]
    box = session("normal", cancelled, feedback)
    flag, seconds = box["result"]
    assert flag and seconds < 1.3, (method, box)
    assert not alive(pids[0])

box = session("normal", lambda engine: engine.call("die", {}))
assert box["error"].kind == "engine" and "about to die" in str(box["error"])
assert "about to die" in box["error"].report
box = session("normal", lambda engine: engine.call("deaf", {}, timeout_s=0.5))
assert box["error"].kind == "timeout" and box["seconds"] < 5
box = session("normal", lambda engine: engine.call("deaf", {}, timeout_s=0), silence=1)
assert box["error"].kind == "timeout"
box = session("normal", lambda engine: engine.call("work", {"steps": 1, "ms": 1500}, timeout_s=0),
              silence=1)
assert box["result"] == {"steps": 1}
box = session("noise", lambda engine: engine.call("echo", {"b": 2}))
assert box["result"] == {"b": 2}
for mode, text in (("crash-at-start", "ImportError"), ("old-protocol", "Update the engine")):
    box = session(mode, lambda engine: None)
    assert text in str(box["error"]), box
def absent():
    with BlockingEngine(None, launch=lambda session: None):
        pass
assert "not set up" in str(in_thread(absent)["error"])
def nowhere():
    with BlockingEngine(None, launch=launch("normal", "/nowhere/python")):
        pass
assert "did not start" in str(in_thread(nowhere)["error"])
# without an event loop, on the main thread, as qgis_process does
with BlockingEngine(None, launch=launch("normal")) as engine:
    assert engine.call("echo", {"c": 3}) == {"c": 3}
assert not any(Path(one).exists() for one in folders) and len(folders) >= 8
print("fine")
""",
        tmp_path,
    )


@pytest.mark.skipif(not ENGINE_PYTHON.exists(), reason="the engine's environment is not here")
def test_the_real_engine_answers_both_clients(tmp_path: Path) -> None:
    """The engine of this checkout, started as the plugin starts it."""
    out = run(
        """
from craterbench_qgis.client.blocking import BlockingEngine, EngineCallError
from craterbench_qgis.core.settings import Settings
settings = Settings()
settings.existing_python = ENGINE_PYTHON
os.environ["PYTHONPATH"] = "/nowhere"
gap = LongestGap()
engine = Engine(settings)
failures = []
engine.failed.connect(failures.append)
gap.start()
begun = time.monotonic()
engine.start()
wait_until(lambda: engine.state != "starting", 60)
print("seconds to hello", time.monotonic() - begun)
assert engine.state == "ready", failures[0].report
assert "numpy" in engine.hello.packages and engine.hello.pid == engine.pid
encoders = Outcome(engine, "encoders.list").wait(60)
assert any(one["default"] for one in encoders.result["encoders"])
unknown = Outcome(engine, "index.describe", {"path": "/nowhere.craterindex"}).wait(60)
assert unknown.error.message and not unknown.error.cancelled
engine._book.ping()                                  # any answer is a sign of life
wait_until(lambda: not engine._book._pings)
pid, folder = engine.pid, engine.session_folder
engine.stop()
gone(pid)
wait_until(lambda: not Path(folder).exists())
print("longest gap", gap.stop())
with BlockingEngine(settings) as blocking:
    assert blocking.call("encoders.list", {}) == encoders.result
    try:
        blocking.call("index.describe", {"path": "/nowhere.craterindex"})
    except EngineCallError as error:
        assert str(error) == unknown.error.message
    else:
        raise AssertionError
print("fine")
""",
        tmp_path,
    )
    assert float(out.split("longest gap")[1].split()[0]) <= 50, out
