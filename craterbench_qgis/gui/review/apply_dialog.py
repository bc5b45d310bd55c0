"""Write the catalogue with the review's decisions applied."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from qgis.core import QgsProject, QgsVectorLayer
from qgis.PyQt.QtCore import QUrl
from qgis.PyQt.QtGui import QDesktopServices
from qgis.PyQt.QtWidgets import QCheckBox, QDoubleSpinBox, QFormLayout, QLabel, QPushButton, QWidget

from ...client.service import EngineService
from ...contract.duplicates import ApplyParams, ApplyReport
from ...contract.methods import APPLY_DUPLICATES
from ...core.review.order import Counts
from ...core.review.store import ReviewStore
from ...core.words.quantities import number
from ...core.words.review import compared_entries
from ...i18n import tr
from ..layouts import in_row
from .job_dialog import JobDialog, OutputLine, Request, is_same_file

_ENDINGS = (".csv", ".gpkg", ".geojson", ".shp")
_PROBABLE = 0.95


class ApplyDialog(JobDialog):
    """Applies the decisions of the review at ``path`` that ``store`` has open."""

    def __init__(
        self,
        engine: EngineService,
        path: Path,
        counts: Counts,
        store: ReviewStore,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(engine, tr("Write cleaned catalogue"), tr("Write"), parent)
        self._review, self._store = path, store
        self._written = ""
        self.facts = QLabel(_facts(counts), wordWrap=True)
        content = store.content
        self.only_compared = QCheckBox()
        compared = compared_entries(content.provenance if content is not None else {})
        self.only_compared.setVisible(compared is not None)
        if compared is not None:
            text = tr("Leave out {left} of {all} entries that the search did not compare ({why})")
            used, held, why = compared
            self.only_compared.setText(
                text.format(left=number(held - used), all=number(held), why=why)
            )
        self.undecided = QCheckBox(tr("Also merge undecided pairs from probability"))
        self.threshold = QDoubleSpinBox(
            minimum=0.5, maximum=1.0, decimals=2, singleStep=0.01, value=_PROBABLE, enabled=False
        )
        self.undecided.toggled.connect(self.threshold.setEnabled)
        self.undecided.setEnabled(counts.decided < counts.total)
        patterns = " ".join("*" + ending for ending in _ENDINGS)
        self.output = OutputLine(
            tr("Catalogue to write"), tr("Crater catalogues ({pattern})").format(pattern=patterns)
        )
        stem = path.stem[: -len("_duplicates")] if path.stem.endswith("_duplicates") else path.stem
        self.output.edit.setText(str(path.with_name(f"{stem}_cleaned.gpkg")))
        self.output.edit.textChanged.connect(self.check)
        row = in_row((self.undecided, 1), self.threshold)
        form = QFormLayout(fieldGrowthPolicy=QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.addRow(tr("File"), self.output)
        self.fields.addWidget(self.facts)
        self.fields.addLayout(row)
        self.fields.addWidget(self.only_compared)
        self.fields.addLayout(form)
        self.open_folder = QPushButton(tr("Open folder"))
        self.add_to_map = QPushButton(tr("Add to map"))
        for place, button in enumerate((self.open_folder, self.add_to_map)):
            button.setAutoDefault(False)
            button.hide()
            self.row.insertWidget(place, button)
        self.open_folder.clicked.connect(lambda *_: self._open_folder())
        self.add_to_map.clicked.connect(lambda *_: self._add_to_map())
        self.check()

    def problem_now(self) -> str:
        if is_same_file(self.output.path(), str(self._review)):
            return tr("That is the review itself; name another file.")
        return self.output.problem(_ENDINGS)

    def hint_now(self) -> str:
        path = Path(self.output.path())
        return tr("{name} is replaced.").format(name=path.name) if path.exists() else ""

    def before(self, go: Callable[[], None]) -> None:
        """What was decided a moment ago must be in the file first."""
        self._store.when_saved(go)

    def request(self) -> Request:
        wanted = round(self.threshold.value(), 4) if self.undecided.isChecked() else None
        params = ApplyParams(
            str(self._review), self.output.path(), wanted, self.only_compared.isChecked()
        )
        return APPLY_DUPLICATES, params

    def show_result(self, result: ApplyReport) -> None:
        lines = [
            tr("{entries} entries became {kept}: {merged} were merged into their keepers.").format(
                entries=number(result.entries),
                kept=number(result.kept),
                merged=number(result.merged),
            )
        ]
        if result.left_out:
            text = tr("{n} entries that the search did not compare were left out, as chosen.")
            lines.append(text.format(n=number(result.left_out)))
        if result.refused:
            text = tr("{n} pairs were not merged, because a pair of their cluster is distinct.")
            lines.append(text.format(n=number(result.refused)))
        self.message.info("\n".join([*lines, *result.notes]))
        self._written = result.output
        self.open_folder.show()
        self.add_to_map.setVisible(not self._written.lower().endswith(".csv"))

    def _open_folder(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(Path(self._written).parent)))

    def _add_to_map(self) -> None:
        layer = QgsVectorLayer(self._written, Path(self._written).stem, "ogr")
        if layer.isValid():
            QgsProject.instance().addMapLayer(layer)
            self.add_to_map.setEnabled(False)
        else:
            self.message.problem(
                tr("{name} cannot be opened as a layer; open its folder instead.").format(
                    name=Path(self._written).name
                )
            )


def _facts(counts: Counts) -> str:
    if counts.duplicates == 1:
        text = tr("1 pair is decided as a duplicate: it keeps one entry.")
    else:
        text = tr("{n} pairs are decided as duplicates: each cluster keeps one entry.").format(
            n=number(counts.duplicates)
        )
    left = tr("Undecided: {left}, unsure: {unsure}; they stay as they are.").format(
        left=number(counts.total - counts.decided), unsure=number(counts.unsure)
    )
    return f"{text} {left}"
