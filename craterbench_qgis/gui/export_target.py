"""Where craters are to be written, asked by a file dialog: the ending says the format."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from qgis.core import QgsProject
from qgis.PyQt.QtWidgets import QFileDialog, QWidget

from ..core import export_plan as plan
from ..core.settings import Settings

OF_CRATERS = (plan.VECTOR, plan.TABLE, plan.LIST)
"""A contact sheet is of a query and its matches."""


class Target(NamedTuple):
    """``overwrite``: the file dialog has asked about replacing it. ``problem``: why it cannot be
    written, "" where nothing speaks against it."""

    path: str
    overwrite: bool
    problem: str


def ask_target(
    parent: QWidget, title: str, name: str, of: tuple[str, ...] = OF_CRATERS
) -> Target | None:
    """The file that the user chose, ``name`` at first; None where nothing was chosen. ``of``: kinds
    of formats (:attr:`.export_plan.Format.kind`)."""
    formats = [known for known in plan.FORMATS if known.kind in of]
    settings, folder = Settings(), start_folder()
    typed, wanted = QFileDialog.getSaveFileName(
        parent, title, str(Path(folder) / f"{name}{formats[0].ending}"),
        ";;".join(_pattern(known) for known in formats), _pattern(formats[0]),
    )  # fmt: skip
    if not typed:
        return None
    of_filter = [known for known in formats if _pattern(known) == wanted]
    chosen = plan.format_of(typed)
    if chosen not in formats:
        chosen = (of_filter or formats)[0]
    path = plan.with_ending(typed, chosen)
    problem = plan.problem_with(path, chosen)
    if not problem:
        settings.set_value("export/folder", str(Path(path).parent))
    # It has asked about replacing the file that was typed, and no other.
    return Target(path, path == typed, problem)


def start_folder() -> str:
    """Where such files are: the folder used last, else the project's, else the user's."""
    used = str(Settings().value("export/folder", ""))
    return plan.start_folder(QgsProject.instance().absolutePath(), used)


def _pattern(known: plan.Format) -> str:
    name = plan.format_name(known.key).rsplit(" (", 1)[0]
    return f"{name} (*{known.ending})"
