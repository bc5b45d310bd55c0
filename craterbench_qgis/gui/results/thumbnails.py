"""Pictures of the matches: asked from the engine in batches, read off the UI thread, kept bounded.

What is asked for last comes first, because that is what is on the screen.
"""

from __future__ import annotations

import contextlib
from collections import OrderedDict, deque
from typing import Any

from qgis.PyQt.QtCore import QObject, QRunnable, QSize, Qt, QThreadPool, QTimer, pyqtSignal
from qgis.PyQt.QtGui import QImage, QImageReader, QPixmap

from ...client.service import AnyCall, EngineService
from ...contract import search
from ...contract.methods import THUMBNAILS
from ...core.match_set import MatchSet

BATCH = 64
"""Views asked from the engine at a time."""
CACHE_BYTES = 48 << 20
_PENDING = 160
_PREFETCH = 1000
_THREADS = 2
_STEP = 32
_COLLECT_MS = 20
_PREFETCH_MS = 120


class _Relay(QObject):
    """Carries a read picture from a worker thread to the UI thread."""

    read = pyqtSignal(int, int, int, QImage)


class _Reader(QRunnable):
    """Reads and scales the pictures that wait, the newest first, until none is left."""

    def __init__(self, relay: _Relay, waiting: deque[tuple[int, int, int, str]]) -> None:
        super().__init__()
        self._relay = relay
        self._waiting = waiting

    def run(self) -> None:
        """Called by the pool."""
        while True:
            try:
                epoch, row, side, path = self._waiting.pop()
            except IndexError:
                return
            image = read_square(path, side)
            # The panel may have been closed meanwhile; then nobody waits for the picture.
            with contextlib.suppress(RuntimeError):
                self._relay.read.emit(epoch, row, side, image)


def read_square(path: str, side: int) -> QImage:
    """The picture at ``path``, at most ``side`` pixels wide and high; null where unreadable."""
    reader = QImageReader(path)
    reader.setAutoTransform(False)
    image = reader.read()
    if image.isNull():
        return image
    return image.scaled(
        QSize(side, side),
        Qt.AspectRatioMode.KeepAspectRatio,
        Qt.TransformationMode.SmoothTransformation,
    )


class Thumbnails(QObject):
    """Pixmaps of the rows of a match set."""

    arrived = pyqtSignal(list)
    """Rows whose picture can be painted now, or will never come."""

    def __init__(self, engine: EngineService, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._engine = engine
        self._set: MatchSet | None = None
        self._epoch = 0
        self._cache: OrderedDict[tuple[int, int], QPixmap] = OrderedDict()
        self._bytes = 0
        self._missing: set[int] = set()
        self._asked: set[int] = set()
        self._retried: set[int] = set()
        self._wanted: OrderedDict[int, None] = OrderedDict()
        self._loading: set[tuple[int, int]] = set()
        self._fresh: list[int] = []
        self._call: AnyCall | None = None
        self._waiting: deque[tuple[int, int, int, str]] = deque()
        self._relay = _Relay(self)
        self._relay.read.connect(self._on_read)
        self._pool = QThreadPool(self, maxThreadCount=_THREADS)
        self._ask_timer = self._timer(_COLLECT_MS, self._ask)
        self._prefetch_timer = self._timer(_PREFETCH_MS, self._prefetch)
        self._emit_timer = self._timer(_COLLECT_MS, self._emit)
        self._prefetched = 0
        engine.ready.connect(self._on_engine_ready)

    def _timer(self, milliseconds: int, slot: Any) -> QTimer:
        return QTimer(self, singleShot=True, interval=milliseconds, timeout=slot)

    @property
    def cached_bytes(self) -> int:
        """Memory the kept pixmaps take."""
        return self._bytes

    def set_matches(self, match_set: MatchSet | None) -> None:
        """Forget everything, and serve ``match_set`` from now on."""
        self.close()
        self._set = match_set
        if match_set is not None:
            match_set.thumbnails_arrived.connect(self._on_paths)
            self._prefetch_timer.start()

    def close(self) -> None:
        """Stop what is under way and let go of the match set."""
        if self._set is not None:
            self._set.thumbnails_arrived.disconnect(self._on_paths)
        self._set = None
        self._epoch += 1
        self._prefetched = 0
        self._waiting.clear()
        for timer in (self._ask_timer, self._prefetch_timer, self._emit_timer):
            timer.stop()
        if self._call is not None:
            call, self._call = self._call, None
            call.cancel()
        for held in (self._cache, self._missing, self._asked, self._retried, self._wanted):
            held.clear()
        self._loading.clear()
        self._fresh.clear()
        self._bytes = 0

    def is_missing(self, row: int) -> bool:
        """Whether there is no picture of that row to be had."""
        return row in self._missing

    def pixmap(self, row: int, side: int) -> QPixmap | None:
        """The picture, ``side`` device pixels wide or a little more; None until it arrives."""
        key = (row, -(-side // _STEP) * _STEP)
        pixmap = self._cache.get(key)
        if pixmap is not None:
            self._cache.move_to_end(key)
            return pixmap
        if self._set is None or row in self._missing:
            return None
        path = self._set.thumbnails.get(row)
        if path:
            self._load(key, path)
        else:
            self._want(row)
        return None

    # From the engine

    def _on_engine_ready(self, *_: Any) -> None:
        """After a crash: what could not be had may be had now."""
        missing, self._missing = sorted(self._missing), set()
        self._asked.difference_update(missing)
        self._retried.difference_update(missing)
        self._note(missing)

    def _want(self, row: int) -> None:
        if row in self._asked:
            return
        self._wanted[row] = None
        self._wanted.move_to_end(row)
        if self._call is None and not self._ask_timer.isActive():
            self._ask_timer.start()

    def _ask(self) -> None:
        if self._set is None or self._call is not None or not self._wanted:
            return
        rows: list[int] = []
        while self._wanted and len(rows) < BATCH:
            rows.append(self._wanted.popitem(last=True)[0])
        self._asked.update(rows)
        numbers = [self._set.matches[row].view_number for row in rows]
        views = [number for number in numbers if number is not None]
        epoch = self._epoch
        self._call = self._engine.call(
            THUMBNAILS,
            search.ThumbnailParams(self._set.index.path, views),
            lambda result: self._on_files(epoch, rows, result.by_view()),
            lambda _error: self._on_files(epoch, rows, {}),
            owner=self,
        )

    def _on_files(self, epoch: int, rows: list[int], files: dict[int, str]) -> None:
        if epoch != self._epoch or self._set is None:
            return
        self._call = None
        without = [row for row in rows if self._set.matches[row].view_number not in files]
        self._missing.update(without)
        self._note(without)
        if files:
            self._set.add_thumbnails(files)
        if self._wanted:
            self._ask_timer.start()
        elif len(without) < len(rows):
            self._prefetch_timer.start()

    def _prefetch(self) -> None:
        """Ask for what is not on the screen yet, in rank order, while nothing else is asked."""
        if self._set is None or self._call is not None or self._wanted:
            return
        limit = min(len(self._set), _PREFETCH)
        while self._prefetched < limit and len(self._wanted) < BATCH:
            row = self._prefetched
            self._prefetched += 1
            if row not in self._set.thumbnails and row not in self._asked:
                self._wanted[row] = None
        if self._wanted:
            self._ask()

    def _on_paths(self, rows: list[int]) -> None:
        self._missing.difference_update(rows)
        self._note(rows)

    # From the disk

    def _load(self, key: tuple[int, int], path: str) -> None:
        if key in self._loading:
            return
        self._loading.add(key)
        while len(self._waiting) >= _PENDING:
            # Scrolled past long ago: it is asked for again when it is seen again.
            with contextlib.suppress(IndexError):
                _, row, side, _ = self._waiting.popleft()
                self._loading.discard((row, side))
        self._waiting.append((self._epoch, key[0], key[1], path))
        if self._pool.activeThreadCount() < _THREADS:
            self._pool.start(_Reader(self._relay, self._waiting))

    def _on_read(self, epoch: int, row: int, side: int, image: QImage) -> None:
        if epoch != self._epoch or self._set is None:
            return
        self._loading.discard((row, side))
        if self._waiting and self._pool.activeThreadCount() == 0:
            # A reader may have ended in the moment a new picture was put into its queue.
            self._pool.start(_Reader(self._relay, self._waiting))
        if image.isNull():
            self._on_unreadable(row)
            return
        self._keep((row, side), QPixmap.fromImage(image))
        self._note([row])

    def _on_unreadable(self, row: int) -> None:
        """The file is gone (another session's folder): ask the engine once more."""
        if self._set is None:
            return
        if row in self._retried:
            self._missing.add(row)
            self._note([row])
            return
        self._retried.add(row)
        self._set.thumbnails.pop(row, None)
        self._asked.discard(row)
        self._want(row)

    def _keep(self, key: tuple[int, int], pixmap: QPixmap) -> None:
        old = self._cache.pop(key, None)
        if old is not None:
            self._bytes -= _bytes_of(old)
        self._cache[key] = pixmap
        self._bytes += _bytes_of(pixmap)
        while self._bytes > CACHE_BYTES and len(self._cache) > 1:
            self._bytes -= _bytes_of(self._cache.popitem(last=False)[1])

    # To the view, a few at a time

    def _note(self, rows: list[int]) -> None:
        self._fresh.extend(rows)
        if self._fresh and not self._emit_timer.isActive():
            self._emit_timer.start()

    def _emit(self) -> None:
        rows, self._fresh = sorted(set(self._fresh)), []
        if rows:
            self.arrived.emit(rows)


def _bytes_of(pixmap: QPixmap) -> int:
    return pixmap.width() * pixmap.height() * 4
