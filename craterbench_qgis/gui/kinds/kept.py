"""The kinds that are kept beside an index, as a list."""

from __future__ import annotations

from qgis.PyQt.QtCore import Qt, pyqtSignal
from qgis.PyQt.QtWidgets import QAbstractItemView, QHeaderView, QTreeWidget, QTreeWidgetItem

from ...contract.kinds import HARDLY, KeptKind, KeptKinds
from ...core.words import kinds as words
from ...core.words.quantities import moment
from ...i18n import tr
from ..messages import problem_colour

_LINES = 6


class KeptList(QTreeWidget):
    """One kind a row; one can be selected."""

    chosen = pyqtSignal()
    """Another is selected, or none."""

    def __init__(self) -> None:
        super().__init__(objectName="CraterBenchKinds")
        self._kinds: list[KeptKind] = []
        self.setRootIsDecorated(False)
        self.setUniformRowHeights(True)
        self.setAllColumnsShowFocus(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setHeaderLabels([tr("Kind"), tr("Examples"), tr("Found again"), tr("Learnt")])
        tip = tr(
            "How many of its examples, left out in turn, stand among the best 5 % of the craters "
            "that nobody judged"
        )
        self.headerItem().setToolTip(2, tip)
        self.header().setStretchLastSection(False)
        self.header().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.setAccessibleName(tr("Kinds of this index"))
        self.setMinimumHeight(_LINES * self.fontMetrics().lineSpacing() + 24)
        self.itemSelectionChanged.connect(self.chosen)

    def show_kinds(self, there: KeptKinds, select: str = "") -> None:
        """List them; ``select``: the name of one that is to be selected."""
        self._kinds = list(there.kinds)
        self.clear()
        for kind in self._kinds:
            columns = [kind.name, words.examples(kind), words.recall(kind), moment(kind.created)]
            item = QTreeWidgetItem(columns)
            if kind.recall is not None and kind.recall < HARDLY:
                item.setForeground(2, problem_colour(self))
                item.setToolTip(2, words.hardly())
            for column in (1, 2):
                item.setTextAlignment(column, int(Qt.AlignmentFlag.AlignCenter))
            self.addTopLevelItem(item)
            if kind.name == select:
                self.setCurrentItem(item)
        self.chosen.emit()

    def names(self) -> list[str]:
        """Of all that are listed."""
        return [kind.name for kind in self._kinds]

    def named(self, name: str) -> KeptKind | None:
        """The kind of that name, which is listed."""
        return next((kind for kind in self._kinds if kind.name == name), None)

    def selected(self) -> KeptKind | None:
        """The one that is selected."""
        rows = [self.indexOfTopLevelItem(item) for item in self.selectedItems()]
        return self._kinds[rows[0]] if rows else None
