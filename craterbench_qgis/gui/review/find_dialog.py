"""Look for duplicates: within one catalogue or between two, with the looks of mosaics."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from qgis.PyQt.QtCore import pyqtSignal
from qgis.PyQt.QtWidgets import QDoubleSpinBox, QFormLayout, QScrollArea, QVBoxLayout, QWidget

from ...core.wording import number
from ...i18n import tr
from .. import layer_files
from ..build_catalogue import CatalogueBox
from ..build_mosaics import MosaicsBox
from .job_dialog import JobDialog, OutputLine

_THRESHOLD = 0.5
_ANY_HEIGHT = 16777215


class FindDialog(JobDialog):
    """Calls ``duplicates.find``. ``engine``: client.Engine; ``settings``: core.settings's."""

    review_written = pyqtSignal(str)
    """The path of the review that was written."""

    def __init__(self, engine: Any, settings: Any, parent: QWidget | None = None) -> None:
        super().__init__(engine, tr("Find duplicates"), tr("Find"), parent)
        self._settings = settings
        self._suggested = ""
        self.catalogue = CatalogueBox(engine, settings)
        self.other = CatalogueBox(engine, settings)
        self.other.setTitle(tr("Compare with a second catalogue"))
        self.other.setCheckable(True)
        self.other.setChecked(False)
        self.mosaics = MosaicsBox(engine, settings)
        self.mosaics.setTitle(tr("Mosaics (without one, position and size decide alone)"))
        self.threshold = QDoubleSpinBox()
        self.threshold.setRange(0.05, 1.0)
        self.threshold.setDecimals(2)
        self.threshold.setSingleStep(0.05)
        self.threshold.setValue(_THRESHOLD)
        self.threshold.setToolTip(
            tr("Pairs of at least this probability are joined into clusters. All others are "
               "listed for review as well.")
        )  # fmt: skip
        self.output = OutputLine(tr("Review to write"), tr("GeoPackages (*.gpkg)"))
        self._lay_out()
        self.catalogue.changed.connect(self._suggest)
        for box in (self.catalogue, self.other, self.mosaics):
            box.changed.connect(self.check)
        self.other.toggled.connect(self._on_other)
        self.output.edit.textChanged.connect(self.check)
        self._on_other(False)
        rasters = layer_files.raster_layers()
        if len(rasters) == 1:
            self.mosaics.add_layer_by_id(rasters[0].id())
        self.check()

    def _lay_out(self) -> None:
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 6, 0)
        for box in (self.catalogue, self.other, self.mosaics):
            column.addWidget(box)
        form = QFormLayout()
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.addRow(tr("Probable from"), self.threshold)
        form.addRow(tr("Review file"), self.output)
        column.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QScrollArea.Shape.NoFrame)
        scroll.setWidget(inside)
        self.fields.addWidget(scroll, 1)
        self.fields.addLayout(form)
        self.resize(560, 660)

    def _on_other(self, on: bool) -> None:
        # A group that is off shows its title only.
        for child in self.other.findChildren(QWidget):
            if child.parent() is self.other and not isinstance(child, QScrollArea):
                child.setVisible(on and not _is_empty_line(child))
        self.other.setMaximumHeight(_ANY_HEIGHT if on else self.fontMetrics().height() * 2)
        self.check()

    def _suggest(self) -> None:
        """A name for the review, while the user typed none."""
        if self.output.path() in ("", self._suggested) and self.catalogue.name():
            folder = Path(self._settings.output_folder)
            if not folder.is_dir() and self.catalogue.path:
                folder = Path(self.catalogue.path).parent
            self._suggested = str(folder / f"{self.catalogue.name()}_duplicates.gpkg")
            self.output.edit.setText(self._suggested)

    def problem_now(self) -> str:
        """See the base class."""
        if self.catalogue.info is None:
            return tr("Choose a catalogue.")
        if self.other.isChecked() and self.other.info is None:
            return tr("Choose the second catalogue, or compare within the first one only.")
        if self.mosaics.paths() and self.mosaics.problem():
            return self.mosaics.problem()
        return self.output.problem((".gpkg",))

    def request(self) -> tuple[str, dict[str, Any]]:
        """See the base class."""
        params: dict[str, Any] = {
            "catalogue": self.catalogue.path,
            "columns": self.catalogue.chosen_columns(),
            "mosaics": self.mosaics.paths(),
            "output": self.output.path(),
            "threshold": round(self.threshold.value(), 4),
            "device": self._settings.device,
        }
        if self.catalogue.layer_in_file:
            params["layer"] = self.catalogue.layer_in_file
        if self.mosaics.nodata() is not None:
            params["nodata"] = self.mosaics.nodata()
        if self.other.isChecked():
            second = {"catalogue": self.other.path, "columns": self.other.chosen_columns()}
            if self.other.layer_in_file:
                second["layer"] = self.other.layer_in_file
            params["other"] = second
        return "duplicates.find", params

    def show_result(self, result: dict[str, Any]) -> None:
        """See the base class."""
        text = tr("{pairs} pairs to review, {probable} of them probably one crater.")
        self.message.info(
            text.format(
                pairs=number(result.get("pairs") or 0),
                probable=number(result.get("probable") or 0),
            )
        )
        self.review_written.emit(str(result.get("output") or self.output.path()))
        self.accept()

    def done(self, code: int) -> None:
        """Let go of what the boxes have under way."""
        self.catalogue.close_box()
        self.other.close_box()
        super().done(code)


def _is_empty_line(child: QWidget) -> bool:
    """A message that has nothing to say stays hidden."""
    return hasattr(child, "plain") and not child.plain
