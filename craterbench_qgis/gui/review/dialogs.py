"""The review's dialogs: one of each kind at a time, and what they do to the review that is open."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from qgis.PyQt.QtCore import QObject, pyqtSignal
from qgis.PyQt.QtWidgets import QFileDialog, QWidget

from ...core.review.store import ReviewStore
from ...i18n import tr
from .. import layer_files
from .apply_dialog import ApplyDialog
from .find_dialog import FindDialog
from .job_dialog import is_same_file
from .order import Counts

_MOSAICS = "review/mosaics"
_REMEMBERED = 20


class ReviewDialogs(QObject):
    """``settings``: core.settings.Settings; ``window()`` is what the dialogs belong to."""

    written = pyqtSignal(str, str)
    """A review was written: its path, and what is in it. Also after a search that was given up, for
    the review that was open before, with nothing to say."""
    let_go = pyqtSignal(str)
    """The review that is open is about to be replaced; it must leave the panel."""

    def __init__(
        self,
        engine: Any,
        settings: Any,
        store: ReviewStore,
        window: Callable[[], QWidget],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._engine, self._settings, self._store = engine, settings, store
        self._window = window
        self.open: list[Any] = []
        self._target = ""
        self._reopens = False

    def is_written(self, path: str) -> bool:
        """Whether the engine is about to replace the review at ``path``."""
        return is_same_file(path, self._target)

    def find(self) -> FindDialog:
        """The dialog that looks for duplicates."""
        known = self._known(FindDialog)
        if known is not None:
            return known
        dialog = FindDialog(self._engine, self._settings, self._release, self._window())
        dialog.review_written.connect(self._on_written)
        dialog.gave_up.connect(self._on_gave_up)
        return self._show(dialog)

    def apply(self, path: Path, counts: Counts) -> ApplyDialog:
        """The dialog that writes the cleaned catalogue."""
        known = self._known(ApplyDialog)
        if known is not None:
            return known
        return self._show(ApplyDialog(self._engine, path, counts, self._store, self._window()))

    def close_applying(self) -> None:
        """Another review: what asks about this one goes, unless it is at work."""
        for dialog in list(self.open):
            if isinstance(dialog, ApplyDialog) and not dialog.running:
                dialog.reject()

    def give_up(self) -> None:
        """Close all, whatever runs; for the plugin's end."""
        for dialog in list(self.open):
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

    def _on_written(self, path: str, said: str) -> None:
        self._target, self._reopens = "", False
        self.written.emit(path, said)

    def _on_gave_up(self, path: str) -> None:
        reopens, self._reopens, self._target = self._reopens, False, ""
        if reopens:
            self.written.emit(path, "")

    # Pictures from another mosaic than the review names

    def choose_mosaic(self, review: Path, known: list[dict[str, Any]]) -> str:
        """Ask for the mosaic of the pictures; "" for none. It is remembered with the review."""
        start = Path(known[0]["path"]).parent if known else Path(self._settings.output_folder)
        pattern = " ".join("*." + one for one in layer_files.RASTER_FILES)
        path, _ = QFileDialog.getOpenFileName(
            self._window(),
            tr("Pictures from another mosaic"),
            str(start if start.is_dir() else review.parent),
            tr("Rasters ({pattern})").format(pattern=pattern) + ";;" + tr("All files (*)"),
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
        found: Any = {}
        with contextlib.suppress(ValueError):
            found = json.loads(str(self._settings.value(_MOSAICS, "") or "{}"))
        return found if isinstance(found, dict) else {}

    def _known(self, kind: Any) -> Any:
        for dialog in self.open:
            if type(dialog) is kind:
                dialog.raise_()
                dialog.activateWindow()
                return dialog
        return None

    def _show(self, dialog: Any) -> Any:
        self.open.append(dialog)
        dialog.finished.connect(lambda *_: self.open.remove(dialog))
        dialog.show()
        return dialog
