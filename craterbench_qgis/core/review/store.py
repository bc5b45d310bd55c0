"""The review that is open: pairs in memory, every decision written at once by a thread of its own.

Only that thread opens the file, with SQLite directly (:mod:`.review_file`); the map shows a layer
in memory. ``core.store`` says why QGIS must not hold such a file open.
"""

from __future__ import annotations

import contextlib
import queue
import sqlite3
import threading
import time
from collections.abc import Callable
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, Optional

from qgis.PyQt.QtCore import QObject, pyqtSignal

from ...i18n import tr
from .file import (
    DECISIONS,
    NOTHING_DECIDED,
    UNDECIDED,
    Decided,
    NotAReview,
    ReviewContent,
    ReviewFile,
    ReviewPair,
    is_busy,
)

Job = Callable[["ReviewThread"], Any]
Answer = Callable[[Any, Optional[BaseException]], None]  # noqa: UP045 - met at run time
_PAUSE_S = 0.25


class ReviewThread:
    """Runs jobs one after the other on at most one open file.

    A job that finds the file locked is tried again until it works or the thread is closed;
    ``waiting`` is called, in the thread, when a first try failed.
    """

    def __init__(self, waiting: Callable[[], None]) -> None:
        self.file: ReviewFile | None = None
        self._waiting = waiting
        self._jobs: queue.Queue[tuple[Job, Answer, bool] | None] = queue.Queue()
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="craterbench-review", daemon=True)
        self._thread.start()

    def submit(self, job: Job, answer: Answer, patient: bool = True) -> None:
        """``answer(result, error)`` is called in the thread; ``patient``: wait for a lock."""
        self._jobs.put((job, answer, patient))

    def close(self, seconds: float) -> bool:
        """Finish what waits and let go of the file; False where time ran out."""
        self._jobs.put(None)
        self._thread.join(seconds)
        if self._thread.is_alive():
            self._closing.set()
            self._thread.join(1.0)
        return not self._closing.is_set()

    def open(self, path: Path) -> ReviewContent:
        """Job: open ``path`` instead of what is open."""
        self.release()
        file = ReviewFile(path)
        try:
            content = file.read()
        except BaseException:
            file.close()
            raise
        self.file = file
        return content

    def release(self) -> None:
        """Job: let go of the file."""
        if self.file is not None:
            self.file.close()
            self.file = None

    def _run(self) -> None:
        while True:
            one = self._jobs.get()
            if one is None:
                break
            job, answer, patient = one
            result, error = self._attempt(job, patient)
            # The one who asked may be gone with its window; the next job must still run.
            with contextlib.suppress(RuntimeError):
                answer(result, error)
        self.release()

    def _attempt(self, job: Job, patient: bool) -> tuple[Any, BaseException | None]:
        told = False
        while True:
            try:
                return job(self), None
            except Exception as error:  # noqa: BLE001 - handed to the one who asked
                if not patient or not is_busy(error) or self._closing.is_set():
                    return None, error
                if not told:
                    told = True
                    with contextlib.suppress(RuntimeError):
                        self._waiting()
                time.sleep(_PAUSE_S)


class ReviewStore(QObject):
    """Opens reviews and keeps decisions. All methods return at once but :meth:`close`."""

    opened = pyqtSignal(object)
    """ReviewContent."""
    failed = pyqtSignal(str)
    """A review could not be opened: one sentence, and what to do."""
    decided = pyqtSignal(object, str)
    """ReviewPair whose decision is another, and what it was; on the disk in a moment."""
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
        self._told = False
        self._refused = False
        self._closed = False
        self._after: list[Callable[[], None]] = []
        self._undo: list[tuple[ReviewPair, Decided]] = []
        self._answered.connect(self._on_answered)
        self._waits.connect(self._on_waiting)
        self._thread = ReviewThread(self._waits.emit)

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
            self.content, self._undo, self._told, self._refused = content, [], False, False
            self.opened.emit(content)

        def job(thread: ReviewThread) -> ReviewContent:
            content = thread.open(target)
            content.prepared = prepare(content) if prepare is not None else None
            return content

        self._ask(job, done, patient=False)

    def release(self, done: Callable[[], None] | None = None) -> None:
        """Close the review; what is decided is written first. ``done``: the file is let go of."""
        self._opening += 1
        self.content, self._undo = None, []
        self._ask(lambda thread: thread.release(), lambda *_: done() if done else None)

    # Decisions

    @property
    def pending(self) -> int:
        """Decisions that are not on the disk yet."""
        return self._pending

    @property
    def can_undo(self) -> bool:
        """Whether :meth:`undo` has something to take back."""
        return bool(self._undo)

    def decide(self, pair: ReviewPair, decision: str, reviewer: str) -> None:
        """Note ``decision`` (one of DECISIONS, or "" to take it back) with reviewer and time.

        Nothing happens in a review that cannot be written.
        """
        if self.content is None or not self.content.writable:
            return
        if decision != UNDECIDED and decision not in DECISIONS:
            raise ValueError(decision)
        now = datetime.now(timezone.utc).isoformat(timespec="milliseconds")
        made = Decided(decision, reviewer, now.replace("+00:00", "Z"))
        self._undo.append((pair, pair.decided))
        self._write(pair, made if decision else NOTHING_DECIDED)

    def undo(self) -> ReviewPair | None:
        """Take the last decision back; returns its pair."""
        if not self._undo:
            return None
        pair, before = self._undo.pop()
        self._write(pair, before)
        return pair

    def _write(self, pair: ReviewPair, made: Decided) -> None:
        before, pair.decided = pair.decision, made
        self.decided.emit(pair, before)
        self._pending += 1

        def job(thread: ReviewThread) -> None:
            if thread.file is None:
                raise sqlite3.ProgrammingError("the review is closed")
            thread.file.decide([(pair.pair_id, made)])

        self._ask(job, lambda _, error: self._on_written(error))

    def _on_written(self, error: BaseException | None) -> None:
        self._pending -= 1
        if error is not None:
            self._refused = True
            self.message.emit(_writing_problem(error))
        if self._pending == 0:
            if self._told and not self._refused:
                self.message.emit("")
            self._told = False
            self.saved.emit()
            after, self._after = self._after, []
            for one in after:
                one()

    def when_saved(self, act: Callable[[], None]) -> None:
        """Call ``act`` once every decision so far is on the disk."""
        if self._pending == 0:
            act()
        else:
            self._after.append(act)

    def attributes(self, pair: ReviewPair, done: Callable[[dict, dict], None]) -> None:
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
            self._told = True
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
