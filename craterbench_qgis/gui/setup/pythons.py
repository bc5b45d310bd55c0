"""Set-up: which Python makes the environment. The candidates are run before they are offered."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from os import PathLike
from typing import Union

from qgis.PyQt.QtCore import pyqtSignal
from qgis.PyQt.QtWidgets import QFileDialog, QToolButton, QWidget

from ...client.environment_jobs import Probe
from ...environment import lock, pythons
from ...i18n import tr
from ..layouts import in_row, narrow_combo

FindPythons = Callable[[], Iterable[Union[str, "PathLike[str]"]]]


class BasePythons(QWidget):
    """A list of Pythons that can make environments; collected once, in the background.

    ``candidates``: the paths to try (default: what this computer has).
    """

    changed = pyqtSignal()

    def __init__(self, candidates: FindPythons | None = None) -> None:
        super().__init__()
        self._find = candidates or pythons.candidates
        self._todo: list[str] = []
        self._now = ""
        self._by_hand = False
        self.problems: list[str] = []
        """Why others are not offered, a line each."""
        self.searched = False
        self._probe = Probe(self, timeout_s=20)
        self._probe.finished.connect(self._on_report)
        self.list = narrow_combo(18, currentIndexChanged=self._on_choice)
        self.list.setAccessibleName(tr("The Python that makes it"))
        self.browse = QToolButton(
            text="…", toolTip=tr("Name another Python"), clicked=self._on_browse
        )
        in_row((self.list, 1), self.browse, on=self, margins=0)

    @property
    def python(self) -> str:
        """The Python chosen, "" where there is none (yet)."""
        return str(self.list.currentData() or "")

    def search(self) -> None:
        """Search for Pythons, unless that was done or goes on."""
        if self.searched or self._probe.running:
            return
        self._todo = [str(path) for path in self._find()]
        self._next()

    def add(self, path: str) -> None:
        """Try a Python the user named, and choose it where it fits."""
        self._by_hand = True
        self._todo.insert(0, path)
        self._next()

    def _next(self) -> None:
        if self._todo:
            self._now = self._todo.pop(0)
            self._probe.start(self._now)
            return
        self.searched = True
        self.changed.emit()

    def _on_report(self, report: pythons.Report | None, text: str) -> None:
        path, chosen = self._now, self._by_hand
        self._by_hand = False
        if report is None:
            self.problems.append(f"{path}: {text.splitlines()[-1] if text else text}")
        elif not report.fits:
            self.problems.append(
                tr("{path}: Python {version}, {bits} bit").format(
                    path=path, version=report.text, bits=report.bits
                )
            )
        elif report.venv:
            self.problems.append(
                tr("{path}: its venv module is missing ({why})").format(path=path, why=report.venv)
            )
        else:
            self._offer(path, report, chosen)
        self._next()

    def _offer(self, path: str, report: pythons.Report, choose: bool) -> None:
        known = self.list.findData(path)
        if known < 0:
            text = tr("Python {version} – {path}").format(version=report.text, path=path)
            self.list.addItem(text, path)
            known = self.list.count() - 1
        if choose:
            self.list.setCurrentIndex(known)

    def _on_choice(self, _: int) -> None:
        self.list.setToolTip(self.python)
        self.changed.emit()

    def _on_browse(self) -> None:
        path, _ = QFileDialog.getOpenFileName(
            self, tr("A Python {least} to {most}").format(**lock.VERSIONS)
        )
        if path:
            self.add(path)
