"""An engine that answers from a table; for tests of the index panel and the build dialog."""

from types import SimpleNamespace as Object

from qgis.PyQt.QtCore import QCoreApplication, Qt, QTimer

from craterbench_qgis.contract.wire import Progress
from craterbench_qgis.gui.build.progress import BuildProgress

MOON = {"name": "Moon", "a": 1737400.0, "b": 1737400.0}
MARS = {"name": "Mars", "a": 3396190.0, "b": 3376200.0}


class Call:
    """As ``client.calls.Call``."""

    def __init__(self, method, params, done, failed, progress):
        self.method, self.params = method.name, params.to_json()
        self.done, self.failed, self.progress = done, failed, progress
        self.cancelled = self.dropped = False

    def cancel(self):
        self.cancelled = True

    def drop(self):
        self.cancelled = self.dropped = True

    def end_cancelled(self):
        assert self.cancelled
        self.failed(error("Cancelled.", cancelled=True))


def error(message, cancelled=False):
    return Object(code=-32000, message=message, kind="CatalogueError", cancelled=cancelled)


def progress(stage="views", done=0.0, total=0.0, rate=None, seconds_left=None):
    return Progress(stage, done, total, rate, seconds_left)


def settle():
    """Let the answers arrive that were asked for, and those asked for by them."""
    for _ in range(10):
        QCoreApplication.processEvents()


class Engine:
    """``answers``: method -> result, error, function of the params, or nothing (stays open)."""

    def __init__(self, answers=None):
        self.answers, self.calls, self.hello = dict(answers or {}), [], None

    def call(self, method, params, done, failed=None, progress=None, timeout_s=None, owner=None):
        def deliver_result(result):
            done(method.result.from_json(result))

        call = Call(method, params, deliver_result, failed, progress)
        if owner is not None:  # as the real one: nothing is called after it was destroyed
            owner.destroyed.connect(call.drop)
        self.calls.append(call)
        answer = self.answers.get(method.name)
        answer = answer(call.params) if callable(answer) else answer
        if answer is not None:  # never before call() has returned, as the real one
            deliver = deliver_result if isinstance(answer, dict) else failed
            QTimer.singleShot(0, lambda: None if call.dropped else deliver(answer))
        return call

    def last(self, method):
        return [call for call in self.calls if call.method == method][-1]

    def count(self, method):
        return sum(call.method == method for call in self.calls)


def index_info(path, **changes):
    return {
        "path": str(path), "name": "moon", "index_id": "one", "generation": 1, "body": MOON,
        "encoder": "craterbench-conv-v2", "encoder_description": "small", "craters": 88,
        "views": 176, "removed": 0, "tokens": 64, "contexts": [2.0, 3.0], "seeds": "attention",
        "token_dim": 128, "size_bytes": 2_455_552, "sources": [], "skipped": {}, **changes,
    }  # fmt: skip


def catalogue_info(**changes):
    return {
        "path": "", "rows": 1000, "names": ["id", "lon", "lat", "diam_km", "other"],
        "columns": {"id": "id", "lon": "lon", "lat": "lat", "diameter": "diam_km",
                    "diameter_unit": "km"},
        "body": None, "rejected": {"latitude is beyond 90 degrees": 3},
        "diameter_m": [5000.0, 300000.0], "description": "In km: the column says so.", **changes,
    }  # fmt: skip


def mosaic_info(**changes):
    return {"path": "", "body": MOON, "width": 8192, "height": 4096, "pixel_size_m": 1333.0,
            **changes}  # fmt: skip


def encoders():
    more = {"licence": "MIT", "bundled": True}
    return {"encoders": [{"id": "craterbench-conv-v2", "description": "d", "default": True, **more},
                         {"id": "hog", "description": "gradients", **more}]}  # fmt: skip


def progress_of(panel):
    """The BuildProgress that the index panel shows (the dialog's own is not meant)."""
    settle()  # a view that was just added is shown in the next turn
    direct = Qt.FindChildOption.FindDirectChildrenOnly
    (view,) = [
        view for view in panel.findChildren(BuildProgress, "", direct) if not view.isHidden()
    ]
    return view
