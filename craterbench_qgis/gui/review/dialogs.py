"""The review's dialogs, at most one of each kind, and what they do to the review that is open."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from qgis.PyQt.QtCore import QObject, pyqtSignal
from qgis.PyQt.QtWidgets import QFileDialog, QWidget

from ...client.service import EngineService
from ...contract.search import Source
from ...core.keeper import Keeper
from ...core.review.order import Counts
from ...core.review.store import ReviewStore
from ...core.settings import Settings
from ...i18n import tr
from .. import layer_files
from .apply_dialog import ApplyDialog
from .find_dialog import FindDialog
from .job_dialog import JobDialog, is_same_file

_MOSAICS = "review/mosaics"
_REMEMBERED = 20
D = TypeVar("D", bound=JobDialog)


class ReviewDialogs(QObject):
    """``window()`` is what the dialogs belong to."""

    written = pyqtSignal(str, str)
    """A review was written: its path, and what is in it. Also after a search that was given up, for
    the review that was open before, with nothing to say."""
    let_go = pyqtSignal(str)
    """The review that is open is about to be replaced; it must leave the panel."""

    def __init__(
        self,
        engine: EngineService,
        settings: Settings,
        store: ReviewStore,
        window: Callable[[], QWidget],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._engine, self._settings, self._store = engine, settings, store
        self._window = window
        self._keeper = Keeper()
        self._target = ""
        self._reopens = False

    @property
    def open(self) -> list[JobDialog]:
        """The dialogs on the screen."""
        return self._keeper.of(JobDialog)

    def is_written(self, path: str) -> bool:
        """Whether the engine is about to replace the review at ``path``."""
        return is_same_file(path, self._target)

    def find(self) -> FindDialog:
        """The dialog that looks for duplicates."""
        for open_dialog in self._keeper.of(FindDialog):
            return _in_front(open_dialog)
        dialog = FindDialog(self._engine, self._settings, self._release, self._window())
        dialog.review_written.connect(self._on_written)
        dialog.gave_up.connect(self._on_gave_up)
        return _in_front(self._keeper.keep(dialog))

    def apply(self, path: Path, counts: Counts) -> ApplyDialog:
        """The dialog that writes the cleaned catalogue."""
        for open_dialog in self._keeper.of(ApplyDialog):
            return _in_front(open_dialog)
        dialog = ApplyDialog(self._engine, path, counts, self._store, self._window())
        return _in_front(self._keeper.keep(dialog))

    def close_applying(self) -> None:
        """Another review: what asks about this one goes, unless it is at work."""
        for dialog in self._keeper.of(ApplyDialog):
            if not dialog.running:
                dialog.reject()

    def give_up(self) -> None:
        """Close all, whatever runs; for the plugin's end."""
        for dialog in self.open:
            dialog.give_up()

    # A search that replaces the review that is open

    def _release(self, path: str, go: Callable[[], None]) -> None:
        """Decisions made meanwhile would be lost with the old file, and Windows replaces no file
        that is open."""
        self._target = path
        content = self._store.content
        if content is None or not is_same_file(path, str(content.path)):
            go()
            return
        self._reopens = True
        self._store.release(go)
        self.let_go.emit(path)

    def _on_written(self, path: str, summary: str) -> None:
        self._target, self._reopens = "", False
        self.written.emit(path, summary)

    def _on_gave_up(self, path: str) -> None:
        reopens, self._reopens, self._target = self._reopens, False, ""
        if reopens:
            self.written.emit(path, "")

    # Pictures from another mosaic than the review names

    def choose_mosaic(self, review: Path, known: list[Source]) -> str:
        """Ask for the mosaic of the pictures; "" for none. It is remembered with the review."""
        start = Path(known[0].path).parent if known else Path(self._settings.output_folder)
        path, _ = QFileDialog.getOpenFileName(
            self._window(),
            tr("Pictures from another mosaic"),
            str(start if start.is_dir() else review.parent),
            layer_files.raster_filter(),
        )
        if path:
            self.remember_mosaic(review, path)
        return str(path or "")

    def remember_mosaic(self, review: Path, path: str) -> None:
        """For the next time this review is opened."""
        known = self._remembered()
        known.pop(str(review), None)
        known[str(review)] = path
        latest = dict(list(known.items())[-_REMEMBERED:])
        self._settings.set_value(_MOSAICS, json.dumps(latest))

    def mosaic_of(self, review: Path) -> str:
        """The mosaic that was chosen for a review; "" for none. Any thread."""
        return str(self._remembered().get(str(review), ""))

    def _remembered(self) -> dict[str, Any]:
        stored: Any = {}
        with contextlib.suppress(ValueError):
            stored = json.loads(str(self._settings.value(_MOSAICS, "") or "{}"))
        return stored if isinstance(stored, dict) else {}


def _in_front(dialog: D) -> D:
    dialog.show()
    dialog.raise_()
    dialog.activateWindow()
    return dialog
