"""The pair that is shown: its pictures, what is known of its entries, its place on the map."""

from __future__ import annotations

from typing import Any

from qgis.PyQt.QtCore import QObject

from ...client.service import EngineService
from ...contract.vocabulary import Verdict
from ...core.review.file import ReviewContent
from ...core.review.order import PairFilter, PairQueue
from ...core.review.store import ReviewStore
from ...core.words import review as words
from .entries import EntryAttributes
from .page import ReviewPage
from .pair_map import PairMaps
from .pictures import PairPictures

_AHEAD = 6


class ShownPair(QObject):
    """Keeps ``page`` and the map at the current pair of ``queue``, which is None while no review is
    open. ``iface``: QgisInterface, or None."""

    def __init__(
        self, page: ReviewPage, store: ReviewStore, engine: EngineService, iface: Any,
        parent: QObject,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self.page, self.store = page, store
        self.view = page.view
        self.queue: PairQueue | None = None
        self._engine = engine
        self.pictures = PairPictures(engine, self)
        self.on_map = PairMaps(iface, self)
        self.entries = EntryAttributes(store, self)
        self.pictures.arrived.connect(self._on_picture)
        self.entries.arrived.connect(self._on_entries)
        engine.ready.connect(self._on_engine)

    def show_review(self, content: ReviewContent | None) -> None:
        """Another review; None lets go of the one that was open."""
        self.pictures.show_review(content)
        if content is None:
            self.entries.forget()
            self.on_map.show(None, None)

    def follow(self, on: bool) -> None:
        """Move the map to each pair, or leave it alone."""
        self.on_map.follow(on)
        pair, content = self.queue.pair() if self.queue else None, self.store.content
        if on and pair is not None and content is not None:
            self.on_map.show(pair, content.body)

    def close(self) -> None:
        """Let go of engine and map; before it is destroyed."""
        self._engine.ready.disconnect(self._on_engine)
        self.pictures.show_review(None)
        self.on_map.close()

    def show_pair(self) -> None:
        """Show the queue's current pair."""
        queue, content = self.queue, self.store.content
        if queue is None or content is None:
            return
        pair, row = queue.pair(), queue.current
        self.page.say_fact("" if content.writable else words.read_only(content.path.name))
        if pair is None or row is None:
            self.view.show_nothing(words.nothing_left(queue.counts(), queue.filter != PairFilter()))
            self.page.show_words(None)
            self.on_map.show(None, None)
        else:
            self.view.expect(self.entries.captions(row, pair))
            self.page.show_words(pair)
            known = self.pictures.get(row)
            if known is not None:
                self.view.show_picture(known)
            self.on_map.show(pair, content.body)
            self.entries.want(row, pair)
        self.prefetch()
        self.show_state()

    def _on_entries(self, row: int) -> None:
        if self.queue is not None and row == self.queue.current:
            self.view.set_captions(self.entries.captions(row, self.queue.pairs[row]))
            self.show_attributes()

    def show_attributes(self) -> None:
        """What the catalogues say about both entries, where the table is open."""
        row = self.queue.current if self.queue is not None else None
        if self.queue is None or row is None or not self.page.attributes_shown:
            return
        self.page.show_attributes(words.comparison(self.queue.pairs[row], *self.entries.get(row)))

    def prefetch(self) -> None:
        """Ask for the pictures of this pair and of those next to it."""
        queue = self.queue
        if queue is not None:
            shown = [queue.current] if queue.current is not None else []
            self.pictures.want([*shown, *queue.ahead(_AHEAD), *queue.behind()])

    def _on_picture(self, row: int) -> None:
        if self.queue is not None and row == self.queue.current:
            picture = self.pictures.get(row)
            if picture is not None:
                self.view.show_picture(picture)

    def _on_engine(self, *_: Any) -> None:
        """Another engine: what failed with the old one is asked for again."""
        queue, picture = self.queue, self.view.picture
        if queue is not None and queue.current is not None and picture and picture.problem:
            self.pictures.retry(queue.current)

    def show_state(self) -> None:
        """How far the review is, and what can be done with this pair."""
        queue, content = self.queue, self.store.content
        if queue is None or content is None:
            return
        pair = queue.pair()
        self.page.bar.show_counts(queue.counts())
        can_decide = pair is not None and content.writable
        decision = pair.decision if pair is not None else Verdict.UNDECIDED
        buttons = self.page.buttons
        buttons.show_state(can_decide, decision, queue.can_go_back, self.store.can_undo)
        buttons.set_on(pair is not None)
