"""The pictures of pairs, fetched ahead so that the next pair is there at once."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from qgis.PyQt.QtCore import QObject, pyqtSignal
from qgis.PyQt.QtGui import QImage, QPixmap

from ...core.review.file import Entry, ReviewContent
from ...i18n import tr

SIZE = 256
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

    def __init__(self, engine: Any, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._engine = engine
        self._content: ReviewContent | None = None
        self._known: OrderedDict[int, PairPicture] = OrderedDict()
        self._wanted: list[int] = []
        self._calls: dict[int, Any] = {}

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
        found = self._known.get(row)
        if found is not None:
            self._known.move_to_end(row)
        return found

    def want(self, rows: Sequence[int]) -> None:
        """Fetch these rows in this order; others are given up."""
        self._wanted = [row for row in rows if row not in self._known]
        for row in [one for one in self._calls if one not in self._wanted]:
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
        params: dict[str, Any] = {
            "mosaics": content.mosaics,
            "a": _place(pair.a),
            "b": _place(pair.b),
            "size": SIZE,
        }
        if content.body is not None:
            params["body"] = content.body
        state: dict[str, Any] = {"answered": False}

        def finish(picture: PairPicture) -> None:
            state["answered"] = True
            if self._content is content:
                self._calls.pop(row, None)
                self._keep(row, picture)
                self._ask()

        def failed(error: Any) -> None:
            text = tr("No pictures: the engine stopped.") if error.cancelled else error.message
            if getattr(error, "kind", "") == "MosaicError":
                text += " " + tr("Was it moved? Review > Pictures from another mosaic.")
            finish(PairPicture(problem=text))

        call = self._engine.call(
            "duplicates.pictures",
            params,
            done=lambda result: finish(_loaded(result)),
            failed=failed,
            owner=self,
        )
        if not state["answered"]:
            self._calls[row] = call

    def _keep(self, row: int, picture: PairPicture) -> None:
        self._known[row] = picture
        self._known.move_to_end(row)
        self._wanted = [one for one in self._wanted if one != row]
        while len(self._known) > _KEPT:
            self._known.popitem(last=False)
        self.arrived.emit(row)


def _place(entry: Entry) -> dict[str, Any]:
    return {"lon": entry.lon, "lat": entry.lat, "diameter_m": entry.diameter_m}


def _loaded(result: dict[str, Any]) -> PairPicture:
    read: Callable[[Any], QPixmap] = lambda path: QPixmap.fromImage(QImage(str(path)))  # noqa: E731
    a, b = read(result["a"]), read(result["b"])
    if a.isNull() or b.isNull():
        return PairPicture(problem=tr("The pictures cannot be read; restart the engine."))
    size = float(result["size"])
    b_in_a, a_in_b = result["b_in_a_px"], result["a_in_b_px"]
    return PairPicture(
        a,
        b,
        (result["radius_a_px"] / size, result["radius_b_px"] / size),
        ((b_in_a[0] / size, b_in_a[1] / size), (a_in_b[0] / size, a_in_b[1] / size)),
        float(result["side_m"]),
    )
