"""Pictures of the atlas from the engine: one asked for at a time, the latest look always next."""

from __future__ import annotations

from qgis.PyQt.QtCore import QObject, QTimer, pyqtSignal
from qgis.PyQt.QtGui import QImage, QPixmap

from ...client.failure import CallError
from ...client.service import AnyCall, EngineService
from ...contract.atlas import AtlasPicture, AtlasPictureParams
from ...contract.methods import ATLAS_PICTURE, THUMBNAILS
from ...contract.search import ThumbnailParams, Thumbnails
from .plane import Plane
from .view import AtlasView

MARGIN = 0.25
"""Of width and height, on each side of what is in view: it is there already when it is dragged."""
_COLLECT_MS = 25
_PIXELS = 4096
_BATCH = 24
"""Thumbnails at a time: read in one event."""


class AtlasPictures(QObject):
    """Keeps ``view`` supplied."""

    legend = pyqtSignal(object)
    """AtlasLegend of the picture that is shown."""
    failed = pyqtSignal(str)

    def __init__(self, engine: EngineService, view: AtlasView, parent: QObject) -> None:
        super().__init__(parent)
        self._engine, self._view = engine, view
        self._path = ""
        self._column: str | None = None
        self._lasso: list[float] = []
        self._rows: list[int] = []
        self._version = 0
        self._shown: tuple[int, int, int] | None = None
        """Version, width and height of what is on the screen."""
        self._call: AnyCall | None = None
        self._thumbs: AnyCall | None = None
        self._timer = QTimer(self, singleShot=True, interval=_COLLECT_MS, timeout=self._ask)
        self._later = QTimer(self, singleShot=True, interval=0, timeout=self._next_thumbnails)
        self._without: set[int] = set()
        self._files: list[tuple[int, str]] = []
        view.looked.connect(self.want)

    def set_index(self, path: str) -> None:
        """The index whose atlas is shown; "" for none."""
        self.drop()
        self._path, self._column, self._lasso, self._rows = path, None, [], []
        self._version += 1
        self._view.clear()

    def colour_by(self, column: str | None) -> None:
        """Colour by a column; None by how many craters there are."""
        self._column = column
        self._version += 1
        self.want()

    def ring(self, lasso: list[float], rows: list[int]) -> None:
        """Ring what is in a lasso, or the craters of ``rows``."""
        self._lasso, self._rows = lasso, rows
        self._version += 1
        self.want()

    def want(self) -> None:
        """Have a picture made unless what is shown will do."""
        if self._path and self._call is None and not self._timer.isActive():
            self._timer.start()

    def drop(self) -> None:
        """Wait for nothing any more."""
        for call in (self._call, self._thumbs):
            if call is not None:
                call.drop()
        self._call = self._thumbs = self._shown = None
        self._timer.stop()
        self._later.stop()
        self._files, self._without = [], set()

    def _ask(self) -> None:
        if not self._path or self._call is not None:
            return
        ratio = self._view.devicePixelRatioF()
        plane = self._view.plane.wider(MARGIN)
        width, height = (
            int(min(_PIXELS, max(16, round(side * ratio)))) for side in (plane.width, plane.height)
        )
        asked = self._version, width, height
        if asked == self._shown and self._view.is_current():
            return
        params = AtlasPictureParams(
            self._path, plane.x, plane.y, plane.scale / ratio, width, height,
            self._column, self._lasso, self._rows,
        )  # fmt: skip
        of = plane.sized(width / ratio, height / ratio)
        self._call = self._engine.call(
            ATLAS_PICTURE,
            params,
            lambda reply: self._on_picture(asked, of, ratio, reply),
            self._on_failed,
            owner=self,
        )

    def _on_picture(
        self, asked: tuple[int, int, int], of: Plane, ratio: float, reply: AtlasPicture
    ) -> None:
        self._call = None
        image = QImage(reply.image)
        if image.isNull():  # its session's folder is gone; the next look asks again
            return
        self._shown = asked
        self._view.show_picture(image, of, reply.points, ratio)
        self.legend.emit(reply.legend)
        self._ask_thumbnails()
        self.want()

    def _on_failed(self, error: CallError) -> None:
        self._call = None
        if not error.cancelled:
            self.failed.emit(error.message)

    # Thumbnails

    def _ask_thumbnails(self) -> None:
        wanted = [view for view in self._view.without_picture() if view not in self._without]
        if self._thumbs is not None or not wanted:
            return
        self._thumbs = self._engine.call(
            THUMBNAILS,
            ThumbnailParams(self._path, wanted),
            lambda reply: self._on_thumbnails(wanted, reply),
            self._on_no_thumbnails,
            owner=self,
        )

    def _on_thumbnails(self, wanted: list[int], reply: Thumbnails) -> None:
        self._thumbs = None
        files = reply.by_view()
        self._without |= set(wanted) - set(files)
        self._files = list(files.items())
        self._next_thumbnails()

    def _next_thumbnails(self) -> None:
        """Read some, then let QGIS go on."""
        batch, self._files = self._files[:_BATCH], self._files[_BATCH:]
        pictures = {view: QPixmap(path) for view, path in batch}
        self._without |= {view for view, pixmap in pictures.items() if pixmap.isNull()}
        self._view.show_thumbnails(
            {view: pixmap for view, pixmap in pictures.items() if not pixmap.isNull()}
        )
        if self._files:
            self._later.start()
        else:
            self._ask_thumbnails()

    def _on_no_thumbnails(self, _error: CallError) -> None:
        self._thumbs = None
