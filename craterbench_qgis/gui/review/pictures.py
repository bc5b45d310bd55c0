"""The pictures of pairs, fetched ahead so that the next pair is there at once."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from qgis.PyQt.QtCore import QObject, pyqtSignal
from qgis.PyQt.QtGui import QImage, QPixmap

from ...client.failure import CallError
from ...client.service import AnyCall, EngineService
from ...contract import duplicates
from ...contract.methods import PAIR_PICTURES
from ...contract.records import RecordError
from ...core.review.file import Entry, ReviewContent
from ...i18n import tr

SIZE = 512
"""Pixels a side: enough to look closer."""
_KEPT = 32
_AT_ONCE = 2  # more would only wait in the engine, and could not be given up


@dataclass
class PairPicture:
    """Both crops at one scale; ``radius`` and ``other``: outlines of (a, b) in shares of the crop's
    side, ``other`` being where b's centre is in a's crop and a's in b's. ``problem``: one sentence
    instead of pictures."""

    a: Any = None
    b: Any = None
    radius: tuple[float, float] = (0.0, 0.0)
    other: tuple[tuple[float, float], tuple[float, float]] = ((0.5, 0.5), (0.5, 0.5))
    side_m: float = 0.0
    problem: str = ""


class PairPictures(QObject):
    """Asks the engine for the pictures of rows that are wanted, the most urgent first."""

    arrived = pyqtSignal(int)
    """Row whose :meth:`get` is known now."""

    def __init__(self, engine: EngineService, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._engine = engine
        self._content: ReviewContent | None = None
        self._known: OrderedDict[int, PairPicture] = OrderedDict()
        self._wanted: list[int] = []
        self._calls: dict[int, AnyCall] = {}

    def show_review(self, content: ReviewContent | None) -> None:
        """Another review; what is under way is given up."""
        self._content = content
        self._known.clear()
        self._wanted = []
        calls, self._calls = list(self._calls.values()), {}
        for call in calls:
            call.drop()

    def get(self, row: int) -> PairPicture | None:
        """What is known of a row; None while it is on its way."""
        picture = self._known.get(row)
        if picture is not None:
            self._known.move_to_end(row)
        return picture

    def want(self, rows: Sequence[int]) -> None:
        """Fetch these rows in this order; others are given up."""
        self._wanted = [row for row in rows if row not in self._known]
        for row in [row for row in self._calls if row not in self._wanted]:
            self._calls.pop(row).drop()
        self._ask()

    def forget(self) -> None:
        """The mosaics are others: nothing that is known holds any more."""
        content, wanted = self._content, [*self._calls, *self._known]
        self.show_review(content)
        self.want(wanted)

    def retry(self, row: int) -> None:
        """Forget a problem and ask again."""
        self._known.pop(row, None)
        self.want([row, *self._wanted])

    def _ask(self) -> None:
        content = self._content
        if content is None:
            return
        for row in list(self._wanted):
            if len(self._calls) >= _AT_ONCE:
                return
            if row in self._calls or row in self._known:
                continue
            if not content.mosaics:
                text = tr(
                    "The review names no mosaic, so there are no pictures. Choose one: Review > "
                    "Pictures from another mosaic."
                )
                self._keep(row, PairPicture(problem=text))
                continue
            self._send(row, content)

    def _send(self, row: int, content: ReviewContent) -> None:
        pair = content.pairs[row]
        answered = False

        def finish(picture: PairPicture) -> None:
            nonlocal answered
            answered = True
            if self._content is content:
                self._calls.pop(row, None)
                self._keep(row, picture)
                self._ask()

        def failed(error: CallError) -> None:
            text = tr("No pictures: the engine stopped.") if error.cancelled else error.message
            if error.kind == "MosaicError":
                text += " " + tr("Was it moved? Review > Pictures from another mosaic.")
            finish(PairPicture(problem=text))

        try:
            params = duplicates.PairPicturesParams(
                content.mosaics, _place(pair.a), _place(pair.b), SIZE, body=content.body
            )
        except RecordError as error:  # an entry without a size
            self._keep(row, PairPicture(problem=str(error)))
            return
        call = self._engine.call(
            PAIR_PICTURES, params, lambda result: finish(_loaded(result)), failed, owner=self
        )
        if not answered:
            self._calls[row] = call

    def _keep(self, row: int, picture: PairPicture) -> None:
        self._known[row] = picture
        self._known.move_to_end(row)
        self._wanted = [other for other in self._wanted if other != row]
        while len(self._known) > _KEPT:
            self._known.popitem(last=False)
        self.arrived.emit(row)


def _place(entry: Entry) -> duplicates.Entry:
    return duplicates.Entry(entry.lon, entry.lat, entry.diameter_m)


def _loaded(result: duplicates.PairPictures) -> PairPicture:
    a, b = (QPixmap.fromImage(QImage(path)) for path in (result.a, result.b))
    if a.isNull() or b.isNull():
        return PairPicture(problem=tr("The pictures cannot be read; restart the engine."))
    size = result.size
    (x, y), (u, v) = result.b_in_a_px, result.a_in_b_px
    return PairPicture(
        a,
        b,
        (result.radius_a_px / size, result.radius_b_px / size),
        ((x / size, y / size), (u / size, v / size)),
        result.side_m,
    )
