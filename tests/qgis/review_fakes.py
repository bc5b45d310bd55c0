"""For tests of the review: an engine that cuts nothing."""

from types import SimpleNamespace

from qgis.PyQt.QtCore import QObject, QTimer, pyqtSignal
from qgis.PyQt.QtGui import QImage


class FakeCall:
    def __init__(self, method, params):
        self.method, self.params = method, params
        self.cancelled = self.dropped = self.answered = False
        self.done = self.failed = self.progress = None

    def cancel(self):
        self.cancelled = True
        error = SimpleNamespace(message="Cancelled.", cancelled=True)
        QTimer.singleShot(0, lambda: self.failed(error))

    def drop(self):
        self.dropped = True


class FakeEngine(QObject):
    """Answers ``duplicates.pictures`` after ``delay_ms`` (None: at once), others when told."""

    ready = pyqtSignal(object)

    def __init__(self, folder, delay_ms=1):
        super().__init__()
        self.calls, self.delay_ms, self.problem = [], delay_ms, ""
        self.pictures = []
        for name, grey in (("a", 0x404040), ("b", 0xA0A0A0)):
            image = QImage(64, 64, QImage.Format.Format_RGB32)
            image.fill(grey)
            self.pictures.append(str(folder / f"{name}.png"))
            assert image.save(self.pictures[-1])

    def call(self, method, params, done, failed=None, progress=None, timeout_ms=None, owner=None):
        call = FakeCall(method, params)
        call.done, call.failed, call.progress = done, failed, progress
        self.calls.append(call)
        if method == "duplicates.pictures":
            if self.delay_ms is None:
                self._answer(call)
            else:
                QTimer.singleShot(self.delay_ms, lambda: self._answer(call))
        return call

    def of(self, method):
        return [call for call in self.calls if call.method == method]

    def under_way(self):
        """Whether pictures are asked for that nobody has given up."""
        calls = self.of("duplicates.pictures")
        return any(not call.answered and not call.dropped for call in calls)

    def _answer(self, call):
        if call.dropped:
            return
        call.answered = True
        if self.problem:
            call.failed(SimpleNamespace(message=self.problem, cancelled=False))
            return
        call.done(
            {
                "a": self.pictures[0], "b": self.pictures[1], "size": 64, "side_m": 80e3,
                "radius_a_px": 12.0, "radius_b_px": 14.0,
                "b_in_a_px": [40.0, 32.0], "a_in_b_px": [24.0, 32.0],
            }
        )  # fmt: skip
