"""``controls.csv`` against the living plugin: every control has a step, every step was pressed.

A row: place (the class that holds it), control (a pattern, as ``names.py`` calls it), step
(``tour: function``). There is no excuse: what is there only for a moment, or only where something
is wrong, has a step that makes it so. The test prints the rows that are missing, ready to be
written into the list.
"""

from __future__ import annotations

import ast
import csv
from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

HERE = Path(__file__).resolve().parent
GUI = HERE.parents[2] / "craterbench_qgis" / "gui"
LIST = HERE / "controls.csv"
Control = tuple[str, str]
"""Place, name."""


@dataclass(frozen=True)
class Row:
    """A line of the list."""

    place: str
    control: str
    step: str

    def covers(self, control: Control) -> bool:
        """Whether it is about this control."""
        return fnmatchcase(control[0], self.place) and fnmatchcase(control[1], self.control)


def read() -> list[Row]:
    """All rows."""
    with LIST.open(encoding="utf-8", newline="") as stream:
        return [Row(**{key: value or "" for key, value in row.items()})
                for row in csv.DictReader(stream)]  # fmt: skip


def row_of(rows: list[Row], control: Control) -> Row | None:
    """The one that is about it: an exact one before a pattern, a longer pattern before ``*``."""
    exact = [row for row in rows if (row.place, row.control) == control]
    about = exact or [row for row in rows if row.covers(control)]
    return max(about, key=lambda row: len(row.control), default=None)


def without_a_row(rows: list[Row], controls: Iterable[Control]) -> list[str]:
    """Lines for the list, of controls that nobody thought of."""
    missing = [control for control in controls if row_of(rows, control) is None]
    return [f'"{place}","{name}",' for place, name in sorted(missing)]


def without_a_press(rows: list[Row], presses: Iterable[tuple[str, str, str]]) -> list[str]:
    """Rows whose step did not press what they say."""
    done: dict[int, set[str]] = {}
    for place, name, step in presses:
        done.setdefault(id(row_of(rows, (place, name))), set()).add(step)
    wrong = []
    for row in rows:
        steps = done.get(id(row), set())
        if row.step not in steps:
            wrong.append(f"{row.place}, {row.control}: not pressed in {row.step}, but in {steps}")
    return wrong


def about_nothing(rows: list[Row], controls: Iterable[Control]) -> list[str]:
    """Rows of controls that are not there any more."""
    alive = {id(row_of(rows, control)) for control in controls}
    return [f"{row.place}, {row.control}" for row in rows if id(row) not in alive]


def keys() -> set[Control]:
    """The keys that the plugin's code names, by package: nobody can ask a widget for its keys."""
    controls = set()
    for file in sorted(GUI.rglob("*.py")):
        inner = file.relative_to(GUI).parent.as_posix().split("/")[0]
        package = "gui" if inner == "." else inner
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute) and node.attr.startswith("Key_"):
                controls.add((f"keys of {package}", node.attr[len("Key_") :]))
    return controls


def map_tools() -> set[Control]:
    """What is done on the map with each of the tools."""
    bases: dict[str, set[str]] = {}
    turned = set()
    for file in sorted((GUI / "tools").glob("*.py")):
        for node in ast.parse(file.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ClassDef):
                bases[node.name] = {base.id for base in node.bases if isinstance(base, ast.Name)}
                if any(isinstance(part, ast.FunctionDef) and part.name == "wheelEvent"
                       for part in node.body):  # fmt: skip
                    turned.add(node.name)

    def kinds(name: str) -> set[str]:
        return {name}.union(*(kinds(base) for base in bases.get(name, ())))

    uses = set()
    for name in bases:
        of = kinds(name)
        if "QueryTool" not in of or any(name in others for others in bases.values()):
            continue
        uses.add(("map", f"{name} {'drag' if 'DragTool' in of else 'click'}"))
        if of & turned:
            uses |= {("map", f"{name} wheel"), ("map", f"{name} click")}
    return uses


def dialogs() -> set[str]:
    """The dialogs there are: each must have been opened, or nobody has seen its controls."""
    bases: dict[str, set[str]] = {}
    for file in sorted(GUI.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef):
                bases[node.name] = {base.id for base in node.bases if isinstance(base, ast.Name)}
    direct = {name for name, of in bases.items() if "QDialog" in of}
    derived = {name for name, of in bases.items() if of & direct}
    return {name for name in direct | derived if not any(name in of for of in bases.values())}
