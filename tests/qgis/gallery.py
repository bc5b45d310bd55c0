"""A match set from a real engine's answers (make_gallery.py), and an engine that repeats them.

For QGIS's Python. Qt and qgis only.
"""

import copy
import json
from pathlib import Path
from types import SimpleNamespace

from qgis.PyQt import sip
from qgis.PyQt.QtCore import QObject, QTimer, pyqtSignal
from qgis.PyQt.QtGui import QColor, QPalette

from craterbench_qgis.contract.build import IndexInfo
from craterbench_qgis.contract.records import RecordError
from craterbench_qgis.contract.search import Match, SearchReply
from craterbench_qgis.contract.vocabulary import QueryKind
from craterbench_qgis.core.match_set import MatchSet
from craterbench_qgis.core.query import QueryRequest


class FakeCall:
    def __init__(self):
        self.cancelled = False

    def cancel(self):
        self.cancelled = True


class RecordedEngine(QObject):
    """Answers ``thumbnails`` and ``explain`` a moment later; ``asked``: all requests so far.

    ``problem``: when set, every call fails with that message. ``silent``: calls are never answered.
    """

    ready = pyqtSignal(object)

    def __init__(self, folder, delay_ms=5):
        super().__init__()
        text = (Path(folder) / "data.json").read_text(encoding="utf-8")
        self.data = json.loads(text.replace("{folder}", str(folder)))
        self.files = dict(self.data["thumbnails"])
        self.asked, self.calls = [], []
        self.problem, self.silent, self._delay = "", False, delay_ms

    def call(self, method, params, done, failed=None, progress=None, timeout_s=None, owner=None):
        params = params.to_json()
        self.asked.append((method.name, params))
        call = FakeCall()
        self.calls.append(call)
        if not self.silent:
            asked = (method, params, done, failed, owner)
            QTimer.singleShot(self._delay, lambda: self._answer(call, *asked))
        return call

    def _answer(self, call, method, params, done, failed, owner):
        if call.cancelled or (owner is not None and sip.isdeleted(owner)):
            return
        if self.problem:
            failed(SimpleNamespace(code=-32000, message=self.problem, kind="", cancelled=False))
        elif method.name == "thumbnails":
            wanted = [str(view) for view in params["views"]]
            files = {view: self.files[view] for view in wanted if view in self.files}
            done(method.result.from_json({"files": files}))
        else:
            known = self.data["explain"]
            reply = known.get(params["crater_id"]) or next(iter(known.values()))
            try:
                result = method.result.from_json(reply)
            except RecordError:
                failed(SimpleNamespace(message="It could not be read.", kind="", cancelled=False))
            else:
                done(result)


class FakeSettings:
    """As much of core.settings.Settings as the results use."""

    def __init__(self):
        self.values = {}

    def value(self, key, default=None):
        return self.values.get(key, default)

    def set_value(self, key, value):
        self.values[key] = value


def match_set_of(data, count=None):
    """The recorded matches; ``count`` more than there are repeats them under other numbers."""
    reply = SearchReply.from_json(data["search"])
    request = QueryRequest(QueryKind.INDEXED, crater_id=data["query"]["crater_id"])
    match_set = MatchSet.of_reply(request, IndexInfo.from_json(data["info"]), reply)
    if count is not None:
        match_set.matches = [_numbered(match_set.matches, n) for n in range(count)]
    return match_set


def _numbered(matches, n):
    match = copy.copy(matches[n % len(matches)])
    assert isinstance(match, Match)
    match.rank = n + 1
    if n >= len(matches):
        match.view_number += 1_000_000 * (n // len(matches))
    return match


def dark_palette():
    """A dark theme as QGIS's "Night Mapping" has it, nearly."""
    palette = QPalette()
    role = QPalette.ColorRole
    for which, colour in (
        (role.Window, "#31363b"), (role.WindowText, "#eff0f1"), (role.Base, "#232629"),
        (role.AlternateBase, "#31363b"), (role.Text, "#eff0f1"), (role.Button, "#3b4045"),
        (role.ButtonText, "#eff0f1"), (role.Highlight, "#3daee9"),
        (role.HighlightedText, "#ffffff"), (role.ToolTipBase, "#31363b"),
        (role.ToolTipText, "#eff0f1"), (role.PlaceholderText, "#9aa0a6"),
    ):  # fmt: skip
        palette.setColor(which, QColor(colour))
    group = QPalette.ColorGroup.Disabled
    for which in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(group, which, QColor("#7f8c8d"))
    return palette
