"""The dialog that shows why one match matched."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from qgis.PyQt.QtCore import Qt, QTimer, QUrl
from qgis.PyQt.QtGui import QDesktopServices, QFont
from qgis.PyQt.QtWidgets import QApplication, QDialog, QFileDialog, QLabel, QStackedWidget, QWidget

from ...client.failure import CallError
from ...client.service import AnyCall, EngineService
from ...contract import names
from ...contract.methods import EXPLAIN
from ...contract.records import RecordError
from ...contract.vocabulary import Decision
from ...contract.why import ExplainParams, ExplainReply
from ...core.match_set import MatchSet
from ...core.patches import MATCH, QUERY, PatchPairs
from ...core.words import why as words
from ...core.words.matches import query_context
from ...i18n import tr
from ..layouts import in_column
from ..results.states import BusyPage, MessagePage
from ..results.thumbnails import read_square
from ..results.view import DECISION_KEYS
from .controls import WhyControls, WhyFooter
from .paint import Pair
from .picture import compose
from .view import PatchPairView

_BUSY_AFTER_MS = 200
_LARGEST_PICTURE = 1024


class WhyDialog(QDialog):
    """Query and match side by side with the patches that matched, and both scores.

    ``row``: of ``match_set``; ``rows``: what Previous and Next go through, in that order (default:
    all, by rank). The dialog deletes itself when closed.
    """

    def __init__(
        self,
        engine: EngineService,
        match_set: MatchSet,
        row: int,
        parent: QWidget | None = None,
        rows: Sequence[int] | None = None,
    ) -> None:
        super().__init__(parent)
        self._engine = engine
        self._set = match_set
        self._rows = list(rows) if rows else list(range(len(match_set)))
        if row not in self._rows:
            self._rows = list(range(len(match_set)))
        self._row = row
        self._replies: dict[int, ExplainReply] = {}
        self._call: AnyCall | None = None
        self._saved = ""
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._make()
        self._connect()
        self.show_row(row)

    @property
    def row(self) -> int:
        """The match that is shown."""
        return self._row

    def show_row(self, row: int) -> None:
        """Explain another match of the set."""
        self._cancel()
        self._row = row
        self._write_heads()
        known = self._replies.get(row)
        if known is not None:
            self._show(known)
            return
        self.pair.setEnabled(False)
        self.controls.setEnabled(False)
        self._busy_timer.start()
        match = self._set.matches[row]
        try:
            params = ExplainParams(
                self._set.index.path,
                self._set.request.query(),
                match.crater_id,
                match.view_number,
                turn_deg=match.turn_deg,
                mirrored=match.mirrored,
            )
        except RecordError:
            self._show_problem(tr("What was searched is not there any more. Draw the query again."))
            return
        self._call = self._engine.call(
            EXPLAIN,
            params,
            lambda reply: self._on_done(row, reply),
            lambda error: self._on_failed(row, error),
            owner=self,
        )

    def go(self, steps: int) -> None:
        """To a later (or earlier) match; nothing happens at the ends."""
        at = self._rows.index(self._row) + steps
        if 0 <= at < len(self._rows):
            self.show_row(self._rows[at])

    def write_picture(self, path: str) -> bool:
        """Write what is shown as PNG; says where, or why not."""
        image = self._picture()
        if image is None:
            return False
        if not image.save(path, "PNG"):
            self.footer.say(
                tr("The picture could not be written to {path}. Choose another folder.").format(
                    path=path
                )
            )
            return False
        self._saved = path
        self.footer.say(tr("Saved: {path}").format(path=path), is_link=True)
        return True

    def copy_picture(self) -> None:
        """Put what is shown on the clipboard."""
        image = self._picture()
        if image is not None:
            QApplication.clipboard().setImage(image)
            self.footer.say(tr("The picture is on the clipboard."))

    # Making

    def _make(self) -> None:
        self.title, self.subtitle = _text(), _text()
        font = QFont(self.font())
        font.setBold(True)
        font.setPointSizeF(font.pointSizeF() * 1.2)
        self.title.setFont(font)
        self.pair = PatchPairView()
        self.busy, self.message = BusyPage(), MessagePage()
        self._pages = QStackedWidget()
        for page in (self.pair, self.busy, self.message):
            self._pages.addWidget(page)
        self.controls = WhyControls(self.pair)
        self.zones = _text()
        self.zones.setObjectName("CraterBenchZones")
        self.focus_line = _text()
        self.stages = _text()
        self.stages.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.footer = WhyFooter()
        in_column(
            self.title, self.subtitle, (self._pages, 1), self.controls, self.zones,
            self.focus_line, self.stages, self.footer, on=self, spacing=6,
        )  # fmt: skip
        self._busy_timer = QTimer(
            self, singleShot=True, interval=_BUSY_AFTER_MS, timeout=self._show_busy
        )
        self.resize(900, 680)

    def _connect(self) -> None:
        self.pair.focus_changed.connect(self._on_focus)
        footer = self.footer
        footer.previous.clicked.connect(lambda *_: self.go(-1))
        footer.next.clicked.connect(lambda *_: self.go(1))
        footer.save.clicked.connect(lambda *_: self._ask_and_save())
        footer.copy.clicked.connect(lambda *_: self.copy_picture())
        footer.close_button.clicked.connect(self.reject)
        footer.link_clicked.connect(self._open_folder)
        footer.decision_wanted.connect(self._decide)
        self._set.decided.connect(self._on_decided)
        self._listens = True

    # Keys, closing

    def keyPressEvent(self, event: Any) -> None:
        """P and N (or Page Up and Down) turn over; A, R, U decide; O, C, S show and hide."""
        key, plain = event.key(), event.modifiers() == Qt.KeyboardModifier.NoModifier
        switches = {
            Qt.Key.Key_O: self.controls.overlay,
            Qt.Key.Key_C: self.controls.rim,
            Qt.Key.Key_S: self.controls.surroundings,
        }
        if not plain:
            super().keyPressEvent(event)
        elif key in (Qt.Key.Key_N, Qt.Key.Key_PageDown):
            self.go(1)
        elif key in (Qt.Key.Key_P, Qt.Key.Key_PageUp):
            self.go(-1)
        elif key in DECISION_KEYS:
            self._decide(DECISION_KEYS[key])
        elif key in switches:
            switches[key].toggle()
        else:
            super().keyPressEvent(event)

    def done(self, result: int) -> None:
        """Closing ends what is asked of the engine."""
        self._let_go()
        super().done(result)

    def closeEvent(self, event: Any) -> None:
        self._let_go()
        super().closeEvent(event)

    def _let_go(self) -> None:
        self._cancel()
        self._busy_timer.stop()
        if self._listens:
            self._listens = False
            self._set.decided.disconnect(self._on_decided)

    def _cancel(self) -> None:
        call, self._call = self._call, None
        if call is not None:
            call.cancel()

    # Answers

    def _on_done(self, row: int, reply: ExplainReply) -> None:
        if row != self._row:
            return
        self._call = None
        try:
            self._show(reply)
        except (ValueError, IndexError):  # patches that are not those of the grid
            self._show_problem(
                tr("The engine's answer could not be read. Restart the engine and try again.")
            )
            return
        self._replies[row] = reply

    def _on_failed(self, row: int, error: CallError) -> None:
        if row != self._row or self._call is None or error.cancelled:
            return
        self._call = None
        self._show_problem(error.message)

    def _show(self, reply: ExplainReply) -> None:
        match, preview = self._set.matches[self._row], self._set.preview
        contexts = {QUERY: query_context(preview), MATCH: reply.context}
        patches = PatchPairs(reply, contexts[QUERY])
        sides = {QUERY: preview.side_m, MATCH: reply.context * match.diameter_m}
        images = {
            QUERY: read_square(reply.query_image, _LARGEST_PICTURE),
            MATCH: read_square(reply.match_image, _LARGEST_PICTURE),
        }
        captions = words.captions(self._set, self._row)
        self._busy_timer.stop()
        self.pair.set_pair(Pair(images, patches, captions, contexts, sides, match.turn_deg))
        self.zones.setText(words.zones(patches))
        self.zones.setVisible(bool(self.zones.text()))
        self.pair.setEnabled(True)
        self.controls.setEnabled(True)
        self.controls.key.set_range(patches.low, patches.high)
        self.stages.setText("\n".join(words.stages_of(self._set, self._row, reply)))
        self._pages.setCurrentWidget(self.pair)
        self.footer.set_has_picture(True)
        self._on_focus("", -1)

    def _show_busy(self) -> None:
        self.busy.show_text(tr("Working out which patches match…"), self.reject)
        self._pages.setCurrentWidget(self.busy)

    def _show_problem(self, text: str) -> None:
        self._busy_timer.stop()
        self.pair.set_pair(None)
        self.stages.clear()
        self.zones.clear()
        self.focus_line.clear()
        self.footer.set_has_picture(False)
        self.message.show_text(text, tr("Try again"), lambda: self.show_row(self._row))
        self._pages.setCurrentWidget(self.message)

    def _write_heads(self) -> None:
        title = words.title(self._set, self._row)
        self.setWindowTitle(title)
        self.title.setText(title)
        self.subtitle.setText(words.subtitle(self._set, self._row))
        at = self._rows.index(self._row)
        self.footer.set_ends(at > 0, at < len(self._rows) - 1)
        self.footer.set_decision(self._set.decision(self._row))
        self.footer.say("")

    def _on_focus(self, side: str, patch: int) -> None:
        if self.pair.pair is not None:
            self.focus_line.setText(words.focus_line(self.pair.pair.patches, side, patch))

    def _on_decided(self, rows: list[int]) -> None:
        if self._row in rows:
            self.subtitle.setText(words.subtitle(self._set, self._row))
            self.footer.set_decision(self._set.decision(self._row))

    def _decide(self, decision: Decision) -> None:
        self._set.decide([self._row], decision)

    # Taking it away

    def _picture(self) -> Any:
        pair, reply = self.pair.pair, self._replies.get(self._row)
        if pair is None or reply is None:
            return None
        return compose(
            pair,
            self.pair.drawing,
            self.title.text(),
            self.subtitle.text(),
            [
                *filter(None, [words.zones(pair.patches)]),
                *words.stages_of(self._set, self._row, reply),
            ],
            words.origin(self._set, reply),
            self.font().family(),
        )

    def _ask_and_save(self) -> None:
        name = f"why_{names.in_words(self._set.matches[self._row].crater_id)}.png"
        folder = str(Path(self._saved).parent) if self._saved else ""
        start = str(Path(folder) / name) if folder else name
        path, _ = QFileDialog.getSaveFileName(
            self, tr("Save as picture"), start, tr("PNG pictures (*.png)")
        )
        if path:
            self.write_picture(path if path.lower().endswith(".png") else path + ".png")

    def _open_folder(self) -> None:
        if self._saved:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(Path(self._saved).parent)))


def _text() -> QLabel:
    return QLabel(textFormat=Qt.TextFormat.PlainText, wordWrap=True)
