"""The chosen craters of an atlas to a file: the ending says the format."""

from __future__ import annotations

from pathlib import Path

from qgis.core import QgsProject
from qgis.PyQt.QtCore import pyqtSignal
from qgis.PyQt.QtWidgets import QFileDialog, QPushButton

from ...client.failure import CallError
from ...client.service import AnyCall, EngineService
from ...contract import names
from ...contract.atlas import AtlasExportParams
from ...contract.build import IndexInfo
from ...contract.methods import EXPORT_ATLAS
from ...contract.search import Files
from ...core import export_plan as plan
from ...core.settings import Settings
from ...core.words.quantities import number
from ...i18n import tr

_FORMATS = [known for known in plan.FORMATS if known.kind != plan.SHEET]
"""A contact sheet is of a query and its matches."""


class ExportButton(QPushButton):
    """Asks for the file and has the engine write; how it ends comes as words."""

    wrote = pyqtSignal(str)
    failed = pyqtSignal(str)

    def __init__(self, engine: EngineService) -> None:
        super().__init__(tr("Export…"), objectName="CraterBenchAtlasExport")
        self.setToolTip(tr("Write them as a layer, a table or a crater list"))
        self._engine, self._settings = engine, Settings()
        self._call: AnyCall | None = None

    def ask(self, info: IndexInfo, lasso: list[float], rows: list[int], count: int) -> None:
        """Write the craters within ``lasso`` and those of ``rows``, ``count`` in all."""
        typed, wanted = QFileDialog.getSaveFileName(
            self.window(), tr("Export {n} craters").format(n=number(count)), self._start(info),
            ";;".join(_pattern(known) for known in _FORMATS), _pattern(_FORMATS[0]),
        )  # fmt: skip
        if not typed:
            return
        of_filter = [known for known in _FORMATS if _pattern(known) == wanted]
        chosen = plan.format_of(typed)
        if chosen not in _FORMATS:
            chosen = (of_filter or _FORMATS)[0]
        path = plan.with_ending(typed, chosen)
        problem = plan.problem_with(path, chosen)
        if problem:
            self.failed.emit(problem)
            return
        self._settings.set_value("export/folder", str(Path(path).parent))
        # The file dialog has asked about replacing the file that was typed, and no other.
        params = AtlasExportParams(info.path, path, lasso, rows, overwrite=path == typed)
        self.drop()
        self._call = self._engine.call(
            EXPORT_ATLAS,
            params,
            lambda files: self._on_written(files, count),
            self._on_failed,
            owner=self,
        )

    def drop(self) -> None:
        """Say nothing more of what is being written."""
        call, self._call = self._call, None
        if call is not None:
            call.drop()

    def _start(self, info: IndexInfo) -> str:
        used = str(self._settings.value("export/folder", ""))
        folder = plan.start_folder(QgsProject.instance().absolutePath(), used)
        name = names.in_words(info.name) or tr("atlas")
        return str(Path(folder) / f"{name}_{tr('craters')}{_FORMATS[0].ending}")

    def _on_written(self, files: Files, count: int) -> None:
        self._call = None
        text = tr("Written: {name}, {n} craters.")
        self.wrote.emit(text.format(name=Path(files.files[0]).name, n=number(count)))

    def _on_failed(self, error: CallError) -> None:
        self._call = None
        if not error.cancelled:
            self.failed.emit(error.in_panel)


def _pattern(known: plan.Format) -> str:
    name = plan.format_name(known.key).rsplit(" (", 1)[0]
    return f"{name} (*{known.ending})"
