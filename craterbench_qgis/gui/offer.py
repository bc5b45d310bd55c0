"""What an index lacks, offered where it is missed: words, buttons, and a bar while it is made."""

from __future__ import annotations

from typing import Any

from qgis.PyQt.QtWidgets import QFrame, QProgressBar, QPushButton

from ..client.failure import CallError
from ..client.service import AnyCall, EngineService
from ..contract.wire import Progress
from ..core.words.progress import progress_text
from ..i18n import tr
from .build.progress import show_on_bar
from .layouts import in_column, in_row
from .messages import MessageLine


class OfferBox(QFrame):
    """One call of the engine about an index, begun, stopped and reported here.

    ``words`` stand above, ``start`` begins, ``others`` are further buttons beside it.
    """

    def __init__(
        self, engine: EngineService, words: Any, start: QPushButton, *others: QPushButton
    ) -> None:
        super().__init__()
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self._engine, self._start_button = engine, start
        self._path = ""
        self._call: AnyCall | None = None
        self.message = MessageLine()
        self.bar = QProgressBar(textVisible=False)
        self.stop = QPushButton(tr("Stop"))
        for button in (start, *others, self.stop):
            button.setAutoDefault(False)
        row = in_row(start, *others, self.stop, 1)
        in_column(words, self.message, self.bar, row, on=self, margins=(6, 4, 6, 4), spacing=4)
        self.stop.clicked.connect(lambda *_: self._call.cancel() if self._call else None)
        self._show_running(False)
        self.hide()

    def _take(self, path: str) -> bool:
        """The index that is meant from now on; whether it is another."""
        if path == self._path:
            return False
        self.give_up()
        self.message.clear_message()
        self._path = path
        return True

    def give_up(self) -> None:
        """Another index is open: what runs is stopped."""
        call, self._call = self._call, None
        if call is not None:
            call.cancel()
            call.drop()
        self._show_running(False)

    def _ask(self, method: Any, params: Any, done: Any) -> None:
        if not self._path or self._call is not None:
            return
        self._show_running(True)
        self.message.clear_message()

        def ended(reply: Any) -> None:
            self._end()
            self.message.clear_message()
            done(reply)

        self._call = self._engine.call(
            method, params, ended, self._on_ended_badly, self._on_progress, owner=self
        )

    def _on_progress(self, progress: Progress) -> None:
        show_on_bar(self.bar, progress)
        self.message.info(progress_text(progress))

    def _on_ended_badly(self, error: CallError) -> None:
        self._end()
        self._on_failed(error)

    def _on_failed(self, error: CallError) -> None:
        raise NotImplementedError

    def _end(self) -> None:
        self._call = None
        self._show_running(False)

    def _show_running(self, on: bool) -> None:
        self.bar.setVisible(on)
        self.stop.setVisible(on)
        self._start_button.setVisible(not on)
        if on:
            self.bar.setRange(0, 0)
