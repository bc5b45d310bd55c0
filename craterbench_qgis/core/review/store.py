"""The review that is open: pairs in memory, every decision written at once by a thread of its own.

Only that thread opens the file, with SQLite directly (:mod:`.file`); the map shows a layer
in memory. ``core.store`` says why QGIS must not hold such a file open.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from qgis.PyQt.QtCore import QObject, pyqtSignal

from ...contract.records import Json
from ...contract.vocabulary import Verdict
from ...i18n import tr
from ..file_worker import Answer, FileWorker, is_busy
from .file import NOTHING_DECIDED, Decided, NotAReview, ReviewContent, ReviewFile, ReviewPair

ReviewThread = FileWorker[ReviewFile]
Job = Callable[[ReviewThread], Any]


def _read(thread: ReviewThread, path: Path) -> ReviewContent:
    """Open ``path`` instead of what is open, and read it."""
    thread.replace(None)
    file = ReviewFile(path)
    try:
        content = file.read()
    except BaseException:
        file.close()
        raise
    thread.replace(file)
    return content


class ReviewStore(QObject):
    """Opens reviews and keeps decisions. All methods return at once but :meth:`close`."""

    opened = pyqtSignal(object)
    """ReviewContent."""
    failed = pyqtSignal(str)
    """A review could not be opened: one sentence, and what to do."""
    decided = pyqtSignal(object, str)
    """A ReviewPair whose decision changed, and the one before; on the disk in a moment."""
    saved = pyqtSignal()
    """Every decision made so far is on the disk."""
    message = pyqtSignal(str)
    """Decisions cannot be written (yet): one sentence, and what to do."""
    _answered = pyqtSignal(object, object, object)
    _waits = pyqtSignal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.content: ReviewContent | None = None
        self._pending = 0
        self._opening = 0
        self._warned = False
        self._refused = False
        self._closed = False
        self._after: list[Callable[[], None]] = []
        self._undo: list[tuple[ReviewPair, Decided]] = []
        self._answered.connect(self._on_answered)
        self._waits.connect(self._on_waiting)
        self._thread: ReviewThread = FileWorker[ReviewFile](self._waits)

    # Opening

    def open(self, path: str | Path, prepare: Callable[[Any], Any] | None = None) -> None:
        """Read the review at ``path``; :attr:`opened` or :attr:`failed` follows.

        ``prepare`` is called with the content in the thread; its result is ``content.prepared``.
        """
        target = Path(path)
        self._opening += 1
        number = self._opening

        def done(content: Any, error: BaseException | None) -> None:
            if number != self._opening:
                return
            if error is not None:
                self.content = None
                self.failed.emit(_opening_problem(target, error))
                return
            self.content, self._undo, self._warned, self._refused = content, [], False, False
            self.opened.emit(content)

        def job(thread: ReviewThread) -> ReviewContent:
            content = _read(thread, target)
            content.prepared = prepare(content) if prepare is not None else None
            return content

        self._ask(job, done, patient=False)

    def release(self, done: Callable[[], None] | None = None) -> None:
        """Close the review; what is decided is written first. ``done``: the file is let go of."""
        self._opening += 1
        self.content, self._undo = None, []
        self._ask(lambda thread: thread.replace(None), lambda *_: done() if done else None)

    # Decisions

    @property
    def pending(self) -> int:
        """Decisions that are not on the disk yet."""
        return self._pending

    @property
    def can_undo(self) -> bool:
        """Whether :meth:`undo` has something to take back."""
        return bool(self._undo)

    def decide(self, pair: ReviewPair, decision: Verdict, reviewer: str) -> None:
        """Note ``decision`` (UNDECIDED takes it back) with reviewer and time.

        Nothing happens in a review that cannot be written.
        """
        if self.content is None or not self.content.writable:
            return
        decision = Verdict(decision)  # signals carry it as a plain text
        now = datetime.now(timezone.utc).isoformat(timespec="milliseconds")
        decided = Decided(decision, reviewer, now.replace("+00:00", "Z"))
        self._undo.append((pair, pair.decided))
        self._write(pair, decided if decision else NOTHING_DECIDED)

    def undo(self) -> ReviewPair | None:
        """Take the last decision back; returns its pair."""
        if not self._undo:
            return None
        pair, before = self._undo.pop()
        self._write(pair, before)
        return pair

    def _write(self, pair: ReviewPair, decided: Decided) -> None:
        before, pair.decided = pair.decision, decided
        self.decided.emit(pair, before)
        self._pending += 1

        def job(thread: ReviewThread) -> None:
            if thread.file is None:
                raise sqlite3.ProgrammingError("the review is closed")
            thread.file.decide([(pair.pair_id, decided)])

        self._ask(job, lambda _, error: self._on_written(error))

    def _on_written(self, error: BaseException | None) -> None:
        self._pending -= 1
        if error is not None:
            self._refused = True
            self.message.emit(_writing_problem(error))
        if self._pending == 0:
            if self._warned and not self._refused:
                self.message.emit("")
            self._warned = False
            self.saved.emit()
            after, self._after = self._after, []
            for act in after:
                act()

    def when_saved(self, act: Callable[[], None]) -> None:
        """Call ``act`` once every decision so far is on the disk."""
        if self._pending == 0:
            act()
        else:
            self._after.append(act)

    def attributes(self, pair: ReviewPair, done: Callable[[Json, Json], None]) -> None:
        """What the catalogues say about both entries; not called where it cannot be read."""

        def read(thread: ReviewThread) -> Any:
            return thread.file.attributes(pair.pair_id) if thread.file is not None else ({}, {})

        def answer(result: Any, error: BaseException | None) -> None:
            if error is None:
                done(*result)

        self._ask(read, answer)

    def close(self, seconds: float = 5.0) -> bool:
        """Write what waits (for so long at most) and let go; False where something was lost."""
        if self._closed:
            return True
        self._closed = True
        return self._thread.close(seconds)

    # The thread's answers, in this thread

    def _ask(self, job: Job, done: Answer, patient: bool = True) -> None:
        if not self._closed:
            emit = self._answered.emit
            self._thread.submit(job, lambda result, error: emit(done, result, error), patient)

    def _on_answered(self, done: Answer, result: Any, error: BaseException | None) -> None:
        if not self._closed:
            done(result, error)

    def _on_waiting(self) -> None:
        if not self._closed:
            self._warned = True
            self.message.emit(
                tr(
                    "Another program has locked the review. Your decisions are kept and written "
                    "as soon as it lets go: close the file there."
                )
            )


def _opening_problem(path: Path, error: BaseException) -> str:
    name = path.name
    if isinstance(error, FileNotFoundError):
        return tr("There is no file {path}. Choose another review.").format(path=path)
    if is_busy(error):
        return tr("{name} is locked by another program. Close it there and open it again.").format(
            name=name
        )
    if isinstance(error, NotAReview) or "not a database" in str(error):
        return tr(
            "{name} is no review of duplicates. Choose a file written by “Find duplicates”."
        ).format(name=name)
    if isinstance(error, OSError):
        why = error.strerror or str(error)
        return tr("{name} cannot be read ({why}). Check your rights to it.").format(
            name=name, why=why
        )
    return tr("{name} is damaged ({why}). Find the duplicates again, or take a copy of it.").format(
        name=name, why=error
    )


def _writing_problem(error: BaseException) -> str:
    return tr(
        "A decision could not be written ({why}). Make room on the disk or check your rights to "
        "the file, then open the review again."
    ).format(why=error)
