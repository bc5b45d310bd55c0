"""What can be done with matches: the row of buttons below the gallery, and the context menu."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from qgis.PyQt.QtCore import QEvent, QSize, Qt, pyqtSignal
from qgis.PyQt.QtWidgets import QHBoxLayout, QMenu, QSizePolicy, QToolButton, QWidget

from ...contract.kinds import MIN_EXAMPLES
from ...contract.vocabulary import Decision
from ...i18n import tr
from .. import colours

_SPACING = 4
_DECISIONS = tuple(Decision)


class DecisionBar(QWidget):
    """Accept, reject, undecided, why, refine, with their keys.

    Where there is no room, the keys go first; then the last buttons into a menu at the end.
    """

    decision_wanted = pyqtSignal(str)
    why_wanted = pyqtSignal()
    refine_wanted = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        self.buttons: dict[str, QToolButton] = {}
        self._texts: dict[str, tuple[str, str]] = {}
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(_SPACING)
        accept_tip = tr("Accept the selected matches (key A; Space accepts and takes back)")
        self._add(Decision.ACCEPTED, tr("Accept"), "A", accept_tip)
        self._add(Decision.REJECTED, tr("Reject"), "R", tr("Reject the selected matches (key R)"))
        self._add(Decision.UNDECIDED, tr("Undecided"), "U", tr("Take the decision back (key U)"))
        self._add("why", tr("Why?"), "W", tr("Show which parts of the crops matched (key W)"))
        refine_tip = tr(
            "Search again: more like the accepted matches, less like the rejected ones (key F). "
            "Analogs take {n} accepted ones; not at any angle"
        )
        self._add("refine", tr("Refine"), "F", refine_tip.format(n=MIN_EXAMPLES))
        self.more = QToolButton()
        self.more.setText("»")
        self.more.setToolTip(tr("More"))
        self.more.setAccessibleName(tr("More"))
        self.more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._menu = QMenu(self.more, aboutToShow=self._fill_menu)
        self.more.setMenu(self._menu)
        row.addWidget(self.more)
        row.addStretch(1)
        # Texts give way before the panel is made wider.
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._repaint_icons()
        self._fit()

    def set_enabled_for(self, selected: int, decided: bool) -> None:
        """Nothing can be done with no match; why is asked of one; refining needs a decision."""
        able = {"refine": decided, "why": selected == 1}
        for name, button in self.buttons.items():
            button.setEnabled(able.get(name, selected > 0))

    def resizeEvent(self, event: Any) -> None:
        super().resizeEvent(event)
        self._fit()

    def changeEvent(self, event: Any) -> None:
        """Another theme needs other icons."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._repaint_icons()

    def minimumSizeHint(self) -> QSize:
        """Room for the first button and the menu."""
        first = next(iter(self.buttons.values())).sizeHint()
        return QSize(first.width() + _SPACING + self.more.sizeHint().width(), first.height())

    def _add(self, name: str, text: str, key: str, tip: str) -> None:
        button = QToolButton()
        button.setToolTip(tip)
        button.setAccessibleName(text)
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        button.setAutoRaise(False)
        button.setEnabled(False)
        acts = {"why": self.why_wanted.emit, "refine": self.refine_wanted.emit}
        button.clicked.connect(lambda *_: acts.get(name, lambda: self.decision_wanted.emit(name))())
        self.buttons[name] = button
        self._texts[name] = (tr("{what} ({key})").format(what=text, key=key), text)
        self.layout().addWidget(button)

    def _fit(self) -> None:
        """The most that fits: text and key; text; the first texts and the menu."""
        for which in (0, 1):
            for name, button in self.buttons.items():
                button.setText(self._texts[name][which])
            if self._width(len(self.buttons)) <= self.width():
                self._show_first(len(self.buttons))
                return
        room = self.width() - self.more.sizeHint().width() - _SPACING
        fitting = [n for n in range(len(self.buttons)) if self._width(n) <= room]
        self._show_first(max(1, *fitting))

    def _width(self, count: int) -> int:
        widths = [button.sizeHint().width() for button in list(self.buttons.values())[:count]]
        return sum(widths) + _SPACING * max(0, count - 1)

    def _show_first(self, count: int) -> None:
        for number, button in enumerate(self.buttons.values()):
            button.setVisible(number < count)
        self.more.setVisible(count < len(self.buttons))

    def _fill_menu(self) -> None:
        self._menu.clear()
        for name, button in self.buttons.items():
            if button.isHidden():
                action = self._menu.addAction(button.icon(), self._texts[name][0])
                action.setToolTip(button.toolTip())
                action.setEnabled(button.isEnabled())
                action.triggered.connect(lambda _=False, button=button: button.click())

    def _repaint_icons(self) -> None:
        ratio = self.devicePixelRatioF()
        for name, button in self.buttons.items():
            if name in _DECISIONS:
                button.setIcon(colours.decision_icon(Decision(name), self.palette(), ratio))


def fill_menu(
    menu: QMenu, rows: list[int], palette: Any, acts: dict[str, Callable[[], Any]]
) -> None:
    """Entries for ``rows`` (selected or clicked). ``acts``: what each entry does, by its name."""
    many = len(rows) > 1
    entries = (
        (Decision.ACCEPTED, tr("Accept") + "\tA", bool(rows)),
        (Decision.REJECTED, tr("Reject") + "\tR", bool(rows)),
        (Decision.UNDECIDED, tr("Undecided") + "\tU", bool(rows)),
        ("undo", tr("Undo the last decision") + "\tCtrl+Z", True),
        ("", "", False),
        ("zoom", tr("Zoom to the crater") + "\t" + tr("Enter"), len(rows) == 1),
        ("why", tr("Why it matched…") + "\tW", len(rows) == 1),
        ("again", tr("Search with this crater"), len(rows) == 1),
        ("refine", tr("Refine the query by all decisions") + "\tF", True),
        ("kinds", tr("Kinds of craters…") + "\tK", True),
        ("", "", False),
        ("copy", tr("Copy as text") if not many else tr("Copy {n} as text"), bool(rows)),
        ("all", tr("Select all shown") + "\tCtrl+A", True),
    )
    for name, text, enabled in entries:
        if not name:
            menu.addSeparator()
            continue
        action = menu.addAction(text.format(n=len(rows)) if name == "copy" else text)
        action.setEnabled(enabled and name in acts)
        if name in _DECISIONS:
            action.setIcon(colours.decision_icon(Decision(name), palette))
        if name in acts:
            action.triggered.connect(lambda _=False, act=acts[name]: act())
