"""Where an index is written: name and folder, checked while they are typed."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from qgis.PyQt.QtCore import pyqtSignal
from qgis.PyQt.QtWidgets import QFormLayout, QGroupBox, QLineEdit

from ...contract.build import INDEX_SUFFIX
from ...core.index_places import is_unfinished
from ...core.settings import Settings
from ...core.words import quantities
from ...i18n import tr
from ..layouts import file_widget
from ..messages import MessageLine

FREE, RESUMABLE, COMPLETE, FOREIGN, NO_ACCESS, NO_SPACE, NO_NAME = (
    "free", "resumable", "complete", "foreign", "no access", "no space", "no name",
)  # fmt: skip
_FORBIDDEN = set('<>:"/\\|?*')


@dataclass(frozen=True)
class OutputState:
    """``kind``: one of the constants; ``text``: one sentence for the user; ``path``: the folder."""

    kind: str
    text: str
    path: str

    @property
    def usable(self) -> bool:
        """Whether a build may start."""
        return self.kind in (FREE, RESUMABLE)


def check_output(folder: str, name: str, needed_bytes: int = 0) -> OutputState:
    """What would happen if an index ``name`` were built in ``folder``. Reads the disk."""
    stem = name.strip()
    stem = stem[: -len(INDEX_SUFFIX)] if stem.lower().endswith(INDEX_SUFFIX) else stem
    if not stem or not folder.strip():
        return OutputState(NO_NAME, tr("Give the index a name and a folder."), "")
    bad = sorted(set(stem) & _FORBIDDEN)
    if bad or stem.strip(". ") == "":
        text = tr("The name contains {characters}; take another.")
        return OutputState(NO_NAME, text.format(characters=" ".join(bad) or "."), "")
    path = Path(folder.strip()).expanduser() / (stem + INDEX_SUFFIX)
    there = _what_is_there(path)
    if there is not None:
        return there
    parent = _existing(path)
    if not parent.is_dir() or not os.access(parent, os.W_OK | os.X_OK):
        text = tr("{folder} cannot be written to; choose another folder.")
        return OutputState(NO_ACCESS, text.format(folder=str(parent)), str(path))
    free = _free_bytes(parent)
    if free is not None and needed_bytes > free:
        text = tr("Only {free} are free there, about {needed} are needed; choose another folder.")
        text = text.format(free=quantities.size(free), needed=quantities.size(needed_bytes))
        return OutputState(NO_SPACE, text, str(path))
    if free is None:
        return OutputState(FREE, str(path), str(path))
    text = tr("{path} ({free} free)").format(path=str(path), free=quantities.size(free))
    return OutputState(FREE, text, str(path))


def _what_is_there(path: Path) -> OutputState | None:
    try:
        if not path.exists():
            return None
        if path.is_dir() and not any(path.iterdir()):
            return None
    except OSError as error:
        text = tr("{path} cannot be read ({why}); choose another folder.")
        return OutputState(NO_ACCESS, text.format(path=path, why=error.strerror), str(path))
    unfinished = is_unfinished(path)
    if unfinished is None:
        text = tr("{name} exists and is no index; take another name.")
        return OutputState(FOREIGN, text.format(name=path.name), str(path))
    if unfinished:
        text = tr("{name} is an unfinished build; it goes on if everything is as it was.")
        return OutputState(RESUMABLE, text.format(name=path.name), str(path))
    text = tr("{name} is a complete index already; open it or take another name.")
    return OutputState(COMPLETE, text.format(name=path.name), str(path))


def _existing(path: Path) -> Path:
    return next((folder for folder in path.parents if folder.exists()), path.parent)


def _free_bytes(folder: Path) -> int | None:
    try:
        return shutil.disk_usage(folder).free
    except OSError:
        return None


class OutputBox(QGroupBox):
    """Name and folder of the new index."""

    changed = pyqtSignal()

    def __init__(self, settings: Settings) -> None:
        super().__init__(tr("Save the index as"))
        self._suggested = ""
        self.name = QLineEdit(placeholderText=tr("for example: moon-20km"))
        title = tr("Folder for the index")
        self.folder = file_widget(title, settings.output_folder, folder=True)
        self.message = MessageLine()
        form = QFormLayout(self)
        form.addRow(tr("Name"), self.name)
        form.addRow(tr("Folder"), self.folder)
        form.addRow(self.message)
        self.name.textChanged.connect(lambda: self.changed.emit())
        self.folder.fileChanged.connect(lambda: self.changed.emit())

    def suggest(self, name: str) -> None:
        """A name while there is none; the same one only once, so that it can be deleted."""
        if name == self._suggested:
            return
        self._suggested = name
        if not self.name.text().strip():
            self.name.setText("".join("-" if c in _FORBIDDEN else c for c in name))

    def set_path(self, path: str) -> None:
        """The folder of an index."""
        where = Path(path)
        self.folder.setFilePath(str(where.parent))
        self.name.setText(
            where.name[: -len(INDEX_SUFFIX)] if path.endswith(INDEX_SUFFIX) else where.name
        )

    def check(self, needed_bytes: int = 0) -> OutputState:
        """Check again and say how it is."""
        state = check_output(self.folder.filePath(), self.name.text(), needed_bytes)
        if (state.kind == NO_NAME and not self.name.text().strip()) or state.usable:
            self.message.info(state.text)
        else:
            self.message.problem(state.text)
        return state
