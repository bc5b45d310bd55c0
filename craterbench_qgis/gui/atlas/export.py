"""The chosen craters of an atlas to a file: the ending says the format."""

from __future__ import annotations

from pathlib import Path

from qgis.PyQt.QtCore import pyqtSignal
from qgis.PyQt.QtWidgets import QPushButton

from ...client.failure import CallError
from ...client.service import AnyCall, EngineService
from ...contract import names
from ...contract.atlas import AtlasExportParams
from ...contract.build import IndexInfo
from ...contract.methods import EXPORT_ATLAS
from ...contract.search import Files
from ...core.words.quantities import number
from ...i18n import tr
from ..export_target import ask_target


class ExportButton(QPushButton):
    """Asks for the file and has the engine write; how it ends comes as words."""

    wrote = pyqtSignal(str)
    failed = pyqtSignal(str)

    def __init__(self, engine: EngineService) -> None:
        super().__init__(tr("Export…"), objectName="CraterBenchAtlasExport")
        self.setToolTip(tr("Write them as a layer, a table or a crater list"))
        self._engine = engine
        self._call: AnyCall | None = None

    def ask(self, info: IndexInfo, lasso: list[float], rows: list[int], count: int) -> None:
        """Write the craters within ``lasso`` and those of ``rows``, ``count`` in all."""
        title = tr("Export {n} craters").format(n=number(count))
        name = names.in_words(info.name) or tr("atlas")
        target = ask_target(self.window(), title, f"{name}_{tr('craters')}")
        if target is None:
            return
        if target.problem:
            self.failed.emit(target.problem)
            return
        params = AtlasExportParams(info.path, target.path, lasso, rows, target.overwrite)
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

    def _on_written(self, files: Files, count: int) -> None:
        self._call = None
        text = tr("Written: {name}, {n} craters.")
        self.wrote.emit(text.format(name=Path(files.files[0]).name, n=number(count)))

    def _on_failed(self, error: CallError) -> None:
        self._call = None
        if not error.cancelled:
            self.failed.emit(error.in_panel)
