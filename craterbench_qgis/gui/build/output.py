"""Where an index is written: name and folder, checked while they are typed."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qgis.gui import QgsFileWidget
from qgis.PyQt.QtCore import pyqtSignal
from qgis.PyQt.QtWidgets import QFormLayout, QGroupBox, QLineEdit, QWidget

from ...core import wording
from ...i18n import tr
from ..messages import MessageLine

SUFFIX = ".craterindex"
FREE, RESUMABLE, COMPLETE, FOREIGN, NO_ACCESS, NO_SPACE, NO_NAME = (
    "free", "resumable", "complete", "foreign", "no access", "no space", "no name",
)  # fmt: skip
_FORBIDDEN = set('<>:"/\\|?*')
_MANIFEST = "manifest.json"
# A manifest is below a megabyte; anything much larger is not one.
_MANIFEST_LIMIT = 20_000_000


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
    """What would happen if an index ``name`` were built in ``folder``. Looks at the disk."""
    stem = name.strip()
    stem = stem[: -len(SUFFIX)] if stem.lower().endswith(SUFFIX) else stem
    if not stem or not folder.strip():
        return OutputState(NO_NAME, tr("Give the index a name and a folder."), "")
    bad = sorted(set(stem) & _FORBIDDEN)
    if bad or stem.strip(". ") == "":
        text = tr("The name contains {characters}; take another.")
        return OutputState(NO_NAME, text.format(characters=" ".join(bad) or "."), "")
    path = Path(folder.strip()).expanduser() / (stem + SUFFIX)
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
        text = text.format(free=wording.size(free), needed=wording.size(needed_bytes))
        return OutputState(NO_SPACE, text, str(path))
    if free is None:
        return OutputState(FREE, str(path), str(path))
    text = tr("{path} ({free} free)").format(path=str(path), free=wording.size(free))
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


def is_unfinished(path: Path) -> bool | None:
    """Whether the index at ``path`` is an unfinished build; None where there is no index."""
    manifest = path / _MANIFEST
    try:
        if manifest.stat().st_size > _MANIFEST_LIMIT:
            return None
        data = json.loads(manifest.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    if not isinstance(data, dict) or data.get("format") != "craterindex":
        return None
    return data.get("job") is not None


def _existing(path: Path) -> Path:
    for one in path.parents:
        if one.exists():
            return one
    return path.parent


def _free_bytes(folder: Path) -> int | None:
    try:
        return shutil.disk_usage(folder).free
    except OSError:
        return None


class OutputBox(QGroupBox):
    """Name and folder of the new index."""

    changed = pyqtSignal()

    def __init__(self, settings: Any, parent: QWidget | None = None) -> None:
        super().__init__(tr("Save the index as"), parent)
        self._suggested = ""
        self.name = QLineEdit()
        self.name.setPlaceholderText(tr("for example: moon-20km"))
        self.folder = QgsFileWidget()
        self.folder.setStorageMode(QgsFileWidget.StorageMode.GetDirectory)
        self.folder.setDialogTitle(tr("Folder for the index"))
        self.folder.setFilePath(settings.output_folder)
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
        self.name.setText(where.name[: -len(SUFFIX)] if path.endswith(SUFFIX) else where.name)

    def check(self, needed_bytes: int = 0) -> OutputState:
        """Look again and say what was found."""
        state = check_output(self.folder.filePath(), self.name.text(), needed_bytes)
        if (state.kind == NO_NAME and not self.name.text().strip()) or state.usable:
            self.message.info(state.text)
        else:
            self.message.problem(state.text)
        return state
