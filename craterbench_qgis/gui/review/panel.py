"""The review of duplicates: pair after pair, decided by keys, written at once."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any

from qgis.core import QgsProject
from qgis.PyQt.QtCore import QDir, QEvent, QTimer, pyqtSignal
from qgis.PyQt.QtWidgets import QFileDialog, QStackedWidget, QVBoxLayout, QWidget

from ...client.service import EngineService
from ...contract.search import Source
from ...contract.vocabulary import PairOrder, Verdict
from ...core.layers.build import SlicedJob, emptied
from ...core.review.file import ReviewContent, ReviewPair
from ...core.review.order import PairQueue
from ...core.review.store import ReviewStore
from ...core.settings import Settings
from ...core.words import review as words
from ...i18n import tr
from . import keys
from .dialogs import ReviewDialogs
from .page import ReviewPage, StartPage
from .pair_layer import PairLayer
from .shown import ShownPair

_STEP = 1.5
_LAST, _ORDER, _WHICH, _REVIEWER = (
    "review/last", "review/order", "review/which", "review/reviewer",
)  # fmt: skip

_ATTRIBUTES, _BLIND = "review/attributes", "review/blind"


class ReviewPanel(QWidget):
    """A tab of the dock."""

    opened = pyqtSignal(str)
    """The path of the review that is shown now."""

    def __init__(
        self, iface: Any, engine: EngineService, settings: Settings, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._over = False
        self._iface, self._settings = iface, settings
        self.store = ReviewStore(self)
        self.layer = PairLayer(QgsProject.instance(), self)
        self._rows: dict[Any, int] = {}
        self.dialogs = ReviewDialogs(engine, settings, self.store, self._window, self)
        self._summary = ""
        self.start, self.page = StartPage(), ReviewPage()
        self.shown = ShownPair(self.page, self.store, engine, iface, self)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.start)
        self._stack.addWidget(self.page)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(2, 4, 2, 2)
        layout.addWidget(self._stack)
        self._connect()
        self._restore_choices()

    @property
    def view(self) -> Any:
        """The two pictures."""
        return self.page.view

    @property
    def queue(self) -> PairQueue | None:
        """The pairs of the open review in their order; None while none is open."""
        return self.shown.queue

    def _connect(self) -> None:
        page, bar, buttons = self.page, self.page.bar, self.page.buttons
        self.start.find_wanted.connect(self.find_duplicates)
        self.start.open_wanted.connect(self.choose_review)
        page.find_wanted.connect(self.find_duplicates)
        page.open_wanted.connect(self.choose_review)
        page.clean_wanted.connect(self.write_cleaned)
        page.mosaic_wanted.connect(self.choose_mosaic)
        page.close_wanted.connect(self.close_review)
        self.dialogs.written.connect(self.open_review)
        self.dialogs.let_go.connect(self._on_let_go)
        page.attributes_wanted.connect(self._on_attributes)
        page.follow_changed.connect(self.shown.follow)
        page.blind_changed.connect(self._on_blind)
        page.map_wanted.connect(self.shown.on_map.open_window)
        page.map_wanted.connect(lambda *_: self.take_keys())
        self.shown.on_map.window_closed.connect(lambda: page.map_button.setChecked(False))
        bar.changed.connect(self._on_queue_choice)
        bar.reviewer_changed.connect(lambda name: self._settings.set_value(_REVIEWER, name))
        bar.done_with.connect(self.take_keys)
        buttons.used.connect(self.take_keys)
        buttons.decided.connect(self.decide)
        buttons.back.connect(self.go_back)
        buttons.skip.connect(self.skip)
        buttons.undo.connect(self.undo)
        buttons.blink.connect(self.view.set_blinking)
        buttons.swipe.connect(self.view.set_swiping)
        buttons.swiped_to.connect(self.view.swipe_to)
        self.view.swiped.connect(buttons.swipe_button.setChecked)
        buttons.outlines.connect(self.view.set_outlines)
        self.view.blinked.connect(buttons.blink_button.setChecked)
        self.store.opened.connect(self._on_opened)
        self.store.failed.connect(self._on_failed)
        self.store.decided.connect(self._on_decided)
        self.store.message.connect(self.page.say)
        self.layer.picked.connect(self._on_picked)

    def _restore_choices(self) -> None:
        value = self._settings.value
        which = 0
        with contextlib.suppress(TypeError, ValueError):
            which = int(value(_WHICH, 0) or 0)
        reviewer = str(value(_REVIEWER, "") or "") or QDir.home().dirName()
        self.page.bar.set_choice(str(value(_ORDER, "") or PairOrder.DOUBT), which, reviewer)
        self.page.attributes.setChecked(str(value(_ATTRIBUTES, 1)) == "1")
        self.page.blind.setChecked(str(value(_BLIND, 0)) == "1")
        last = str(value(_LAST, "") or "")
        self.start.offer_last(last if last and Path(last).is_file() else "")
        self.start.last_wanted.connect(self.open_review)

    # A review

    def open_review(self, path: str, summary: str = "") -> None:
        """Read a review and show its next pair; returns at once. ``summary``: what to say then."""
        if self.dialogs.is_written(path):
            self._leave()
            self.start.problem(
                tr("{name} is being written just now; wait for “Find duplicates”.").format(
                    name=Path(path).name
                )
            )
            return
        self._summary = summary
        self.start.busy(tr("Reading {name}…").format(name=Path(path).name))
        self._leave()
        order, which = PairOrder(self.page.bar.order.currentData()), self.page.bar.filter()

        def prepare(content: ReviewContent) -> Any:
            mosaic = self.dialogs.mosaic_of(content.path)
            if mosaic and Path(mosaic).exists():
                content.mosaics = [Source(mosaic)]
            queue = PairQueue(content.pairs, order, which)
            queue.start()
            return queue, {pair.pair_id: row for row, pair in enumerate(content.pairs)}

        self.store.open(path, prepare)

    def choose_review(self) -> None:
        """Ask for a review's file."""
        path, _ = QFileDialog.getOpenFileName(
            self,
            tr("Open a review of duplicates"),
            self._settings.output_folder,
            tr("GeoPackages (*.gpkg)") + ";;" + tr("All files (*)"),
        )
        if path:
            self.open_review(path)

    def close_review(self) -> None:
        """Let go of the file; its layer goes too."""
        self.store.release()
        self._leave()

    def _on_let_go(self, path: str) -> None:
        self._leave()
        self.start.busy(tr("{name} is being found anew…").format(name=Path(path).name))

    def _leave(self) -> None:
        self.dialogs.close_applying()
        self._forget_pairs()
        self.shown.show_review(None)
        self.layer.remove()
        self.page.say("")
        self.view.set_blinking(False)
        self.view.set_swiping(False)
        self.page.map_button.setChecked(False)
        self._stack.setCurrentWidget(self.start)

    def _forget_pairs(self) -> None:
        queue, self.shown.queue = self.queue, None
        if queue is not None:
            SlicedJob(emptied(queue.pairs), lambda: None, self)

    def _on_opened(self, content: ReviewContent) -> None:
        self.start.busy("")
        self._forget_pairs()
        self.shown.queue, self._rows = content.prepared
        self._settings.set_value(_LAST, str(content.path))
        self.start.offer_last(str(content.path))
        self.shown.show_review(content)
        self.layer.show(content)
        self.page.show_review(content)
        self._stack.setCurrentWidget(self.page)
        self.shown.show_pair()
        if self._summary:
            self.page.say_fact(self._summary)
        self.take_keys()
        self.opened.emit(str(content.path))

    def _on_failed(self, text: str) -> None:
        self._leave()
        self.start.problem(text)

    # Keys and buttons

    def showEvent(self, event: Any) -> None:
        """The keys work as soon as the tab is opened."""
        super().showEvent(event)
        self.shown.on_map.set_seen(True)
        if self.queue is not None and not event.spontaneous():
            QTimer.singleShot(0, self.take_keys)

    def hideEvent(self, event: Any) -> None:
        """Another tab: the pair's outlines leave the map."""
        super().hideEvent(event)
        if not event.spontaneous():
            self.shown.on_map.set_seen(False)

    def take_keys(self) -> None:
        """The keyboard belongs to the pictures, wherever it was before."""
        if self.queue is not None and self.isVisible():
            self.view.setFocus()

    def event(self, event: Any) -> bool:
        """Claim the review's keys before QGIS's own shortcuts (Ctrl+Z) take them."""
        ours = event.type() == QEvent.Type.ShortcutOverride and self.queue is not None
        if ours and keys.action_of(event):
            event.accept()
            return True
        return bool(super().event(event))

    def keyPressEvent(self, event: Any) -> None:
        """See :mod:`.keys`."""
        action = keys.action_of(event) if self.queue is not None else ""
        if not action:
            super().keyPressEvent(event)
            return
        event.accept()
        if keys.is_held(event, action):
            return
        buttons = self.page.buttons
        acts = {
            keys.BACK: self.go_back,
            keys.SKIP: self.skip,
            keys.UNDO: self.undo,
            keys.BLINK: buttons.blink_button.click,
            keys.SWIPE: buttons.swipe_button.click,
            keys.OUTLINES: buttons.outline_button.click,
            keys.LARGER: lambda: self.view.zoom(_STEP),
            keys.SMALLER: lambda: self.view.zoom(1.0 / _STEP),
            keys.WHOLE: lambda: self.view.zoom(0.0),
        }
        if action in acts:
            acts[action]()
        else:
            self.decide(Verdict(action))

    def decide(self, decision: Verdict) -> None:
        """Decide on the pair that is shown, and show the next one."""
        pair = self.queue.pair() if self.queue is not None else None
        content = self.store.content
        if self.queue is None or pair is None or content is None:
            return
        if not content.writable:
            self.page.say(words.read_only(content.path.name))
            return
        self.store.decide(pair, decision, self.page.bar.reviewer.text().strip())
        self._go_on()

    def skip(self) -> None:
        """The next pair, without a decision."""
        if self.queue is not None and self.queue.current is not None:
            self._go_on()

    def _go_on(self) -> None:
        if self.queue is None:
            return
        if self.queue.next() is None and self.queue.current is not None:
            self.page.say_fact(tr("That was the last pair."))
            self.shown.show_state()
        else:
            self.shown.show_pair()

    def go_back(self) -> None:
        """The pair that was shown before."""
        if self.queue is not None and self.queue.back() is not None:
            self.shown.show_pair()

    def undo(self) -> None:
        """Take the last decision back and show its pair."""
        pair = self.store.undo()
        if pair is not None and self.queue is not None:
            self.queue.go_to(self._rows[pair.pair_id])
            self.shown.show_pair()

    def _on_picked(self, pair_id: Any) -> None:
        if self.queue is not None and pair_id in self._rows:
            self.queue.go_to(self._rows[pair_id])
            self.shown.show_pair()
            canvas = self._iface.mapCanvas() if self._iface is not None else None
            if canvas is not None and canvas.hasFocus():  # picked on the map, decided by key
                self.take_keys()

    def _on_decided(self, pair: ReviewPair, before: Verdict) -> None:
        if self.queue is not None:
            self.queue.note(pair, before)
            self.layer.update(pair)

    def _on_queue_choice(self) -> None:
        bar = self.page.bar
        self._settings.set_value(_ORDER, bar.order.currentData())
        self._settings.set_value(_WHICH, bar.which.currentIndex())
        if self.queue is None:
            return
        before, which = self.queue.current, bar.filter()
        self.queue.set_order(PairOrder(bar.order.currentData()))
        if which != self.queue.filter:
            self.queue.set_filter(which)
        if self.queue.current != before:
            self.shown.show_pair()
        else:
            self.shown.prefetch()
            self.shown.show_state()

    def _on_blind(self, on: bool) -> None:
        """The pairs' layer says the probability of each: it is off the map meanwhile."""
        self._settings.set_value(_BLIND, int(on))
        self.layer.set_blind(on)
        if self.queue is not None:
            self.page.show_words(self.queue.pair())

    def _on_attributes(self) -> None:
        self._settings.set_value(_ATTRIBUTES, int(self.page.attributes_shown))
        self.shown.show_attributes()

    # Dialogs

    def find_duplicates(self) -> Any:
        """Open the dialog that looks for duplicates."""
        return self.dialogs.find()

    def write_cleaned(self) -> Any:
        """Open the dialog that writes the cleaned catalogue; None without a review."""
        content, queue = self.store.content, self.queue
        if content is None or queue is None:
            return None
        return self.dialogs.apply(content.path, queue.counts())

    def choose_mosaic(self) -> None:
        """Ask for the mosaic that the pictures are cut from."""
        content = self.store.content
        if content is not None:
            path = self.dialogs.choose_mosaic(content.path, content.mosaics)
            if path and self.store.content is content:
                content.mosaics = [Source(path)]
                self.view.wait_again()
                self.shown.pictures.forget()
                self.shown.prefetch()

    def _window(self) -> Any:
        return self._iface.mainWindow() if self._iface is not None else self

    def shut_down(self) -> None:
        """Write what waits, let go of everything; before the panel is destroyed."""
        if self._over:
            return
        self._over = True
        self.dialogs.give_up()
        self.shown.close()
        self.layer.close()
        self.store.close()
