"""A dialog that has the engine do one long thing: a form, then progress, then what came of it."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtWidgets import (
    QDialog,
    QFileDialog,
    QLineEdit,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from ...client.failure import CallError
from ...client.service import AnyCall, EngineService
from ...contract.methods import Method
from ...contract.records import Record, RecordError
from ...contract.wire import Progress
from ...core.geo.region import NoRegion
from ...core.words.progress import progress_text
from ...i18n import tr
from ..build.progress import show_on_bar
from ..layouts import in_column, in_row
from ..messages import MessageLine

Request = tuple[Method[Any, Any], Record]
"""A method and its parameters."""


class JobDialog(QDialog):
    """Subclasses fill ``form``, say what is wrong (:meth:`problem_now`) or to know
    (:meth:`hint_now`) and what to call (:meth:`request`), and show the result
    (:meth:`show_result`)."""

    def __init__(
        self, engine: EngineService, title: str, start: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._engine = engine
        self._call: AnyCall | None = None
        self._asked = 0
        self._preparing = False
        self.setWindowTitle(title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumWidth(480)
        self.form = QWidget()
        self.fields = QVBoxLayout(self.form)
        self.fields.setContentsMargins(0, 0, 0, 0)
        self.bar = QProgressBar()
        self.bar.hide()
        self.message = MessageLine()
        self.start_button = QPushButton(start, default=True)
        self.close_button = QPushButton(tr("Close"))
        self.close_button.setAutoDefault(False)  # Return starts, although it has the focus first
        self.row = in_row(1, self.start_button, self.close_button)
        in_column((self.form, 1), self.bar, self.message, self.row, on=self)
        self.start_button.clicked.connect(lambda *_: self.start())
        self.close_button.clicked.connect(lambda *_: self.reject())

    # For subclasses

    def problem_now(self) -> str:
        """Why it cannot be started, "" where it can."""
        return ""

    def hint_now(self) -> str:
        """What to know before it is started."""
        return ""

    def request(self) -> Request:
        """What the engine is asked. May raise RecordError and NoRegion."""
        raise NotImplementedError

    def before(self, go: Callable[[], None]) -> None:
        """Called first; calls ``go`` when all is ready."""
        go()

    def show_result(self, result: Any) -> None:
        """It is done."""
        raise NotImplementedError

    def show_failure(self) -> None:
        """It was cancelled or failed; the message is shown already."""

    # Running

    @property
    def running(self) -> bool:
        """Whether the engine is at work."""
        return self._call is not None

    def check(self, *_: Any) -> None:
        """Allow starting where nothing is missing; say what is."""
        if self.running or self._preparing:
            return
        problem = self.problem_now()
        self.start_button.setEnabled(not problem)
        self.message.info(problem or self.hint_now())

    def start(self) -> None:
        """Send it."""
        problem = self.problem_now()
        if problem:
            self.message.problem(problem)
            return
        self._set_running(True)
        self.message.info(tr("Starting…"))
        self._asked += 1
        asked = self._asked
        self._preparing = True
        self.before(lambda: self._send() if asked == self._asked else None)

    def _send(self) -> None:
        self._preparing = False
        try:
            method, params = self.request()
        except (RecordError, NoRegion) as error:
            self._set_running(False)
            self.message.problem(str(error))
            self.show_failure()
            return
        self._call = self._engine.call(
            method, params, self._on_done, self._on_failed, self._on_progress, owner=self
        )

    def _on_progress(self, progress: Progress) -> None:
        show_on_bar(self.bar, progress)
        self.message.info(progress_text(progress))

    def _on_done(self, result: Record) -> None:
        self._set_running(False)
        self.show_result(result)

    def _on_failed(self, error: CallError) -> None:
        self._set_running(False)
        self.message.failure(error, tr("Cancelled; nothing was written."))
        self.show_failure()

    def _set_running(self, on: bool) -> None:
        if not on:
            self._call = None
        self.form.setEnabled(not on)
        self.bar.setRange(0, 0)
        self.bar.setVisible(on)
        self.start_button.setEnabled(not on)
        self.close_button.setEnabled(True)
        self.close_button.setText(tr("Cancel") if on else tr("Close"))

    def reject(self) -> None:
        """Cancel what runs; otherwise close."""
        if self._call is not None:
            self.close_button.setEnabled(False)
            self.message.info(tr("Stopping…"))
            self._call.cancel()
            return
        self._asked += 1
        if self._preparing:  # nothing was sent yet
            self._preparing = False
            self.show_failure()
        super().reject()

    def give_up(self) -> None:
        """Close whatever runs; for the plugin's end."""
        call, self._call = self._call, None
        if call is not None:
            call.drop()
        self.reject()


def is_same_file(path: str, other: str) -> bool:
    """Whether both name one file; neither needs to exist."""
    if not path or not other:
        return False
    return os.path.realpath(path) == os.path.realpath(other)


class OutputLine(QWidget):
    """A file to write, typed or chosen."""

    def __init__(self, title: str, patterns: str) -> None:
        super().__init__()
        self._title, self._patterns = title, patterns
        self.edit = QLineEdit(accessibleName=title)
        browse = QPushButton(tr("Browse…"), autoDefault=False)
        in_row((self.edit, 1), browse, on=self, margins=0)
        browse.clicked.connect(lambda *_: self._browse())

    def path(self) -> str:
        """What is typed."""
        return self.edit.text().strip()

    def problem(self, endings: tuple[str, ...]) -> str:
        """Why it cannot be written there, "" where nothing speaks against it."""
        path = Path(self.path())
        if not self.path():
            return tr("Name the file to write.")
        if path.suffix.lower() not in endings:
            return tr("End the file's name with one of: {endings}.").format(
                endings=", ".join(endings)
            )
        if not path.parent.is_dir():
            return tr("There is no folder {folder}; choose another.").format(folder=path.parent)
        if path.is_dir():
            return tr("{name} is a folder; name a file.").format(name=path.name)
        return ""

    def _browse(self) -> None:
        path, _ = QFileDialog.getSaveFileName(self, self._title, self.path(), self._patterns)
        if path:
            self.edit.setText(path)
