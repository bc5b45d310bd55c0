"""The list of controls as far as the code alone tells: keys, map tools, the names of steps.

The rest is compared with the living plugin, in ``test_desktop.py``.
"""

from __future__ import annotations

import re

import pytest

from desktop import control_list
from desktop.control_list import Row


def steps() -> set[str]:
    """``tour: function`` of every step that a tour goes through."""
    gone_through = set()
    for tour, names in (("search", ("STEPS",)), ("review", ("FIRST_PART", "SECOND_PART"))):
        text = (control_list.HERE / f"{tour}_tour.py").read_text(encoding="utf-8")
        for name in names:
            block = re.search(rf"^{name} = \((.*?)\)", text, re.DOTALL | re.MULTILINE)
            assert block is not None
            gone_through |= {f"{tour}: {step}" for step in re.findall(r"\w+", block[1])}
    return gone_through


def test_every_key_and_map_tool_has_a_row() -> None:
    rows = control_list.read()
    alive = control_list.keys() | control_list.map_tools()
    assert len(alive) > 30
    assert not control_list.without_a_row(rows, alive)


def test_every_row_names_a_step_that_a_tour_goes_through() -> None:
    """None is excused, and none is for all that a place holds: what comes there is to be named."""
    known, rows = steps(), control_list.read()
    assert len(known) > 25 and len(rows) > 200
    assert not [row for row in rows if row.step not in known]
    held = [row.place for row in rows if row.control == "*"]
    assert held == ["Chip"], "a condition's words are what it says"
    assert len({(row.place, row.control) for row in rows}) == len(rows)


def test_a_control_without_a_step_is_told_with_its_row() -> None:
    """And so is a step that did not press what it names, and a row of what is gone."""
    rows = [
        Row("Panel", "Go", "search: box"),
        Row("Panel", "Chip *", "search: box"),
        Row("Panel", "Install", "search: setup"),
        Row("Panel", "Forgotten", ""),
    ]
    there = [("Panel", "Go"), ("Panel", "Chip of # km"), ("Panel", "New"), ("Panel", "Install")]
    assert control_list.without_a_row(rows, there) == ['"Panel","New",']
    pressed = [
        ("Panel", "Go", "search: circle"),
        ("Panel", "Chip of # km", "search: box"),
        ("Panel", "Install", "search: setup"),
    ]
    wrong = control_list.without_a_press(rows, pressed)
    assert len(wrong) == 2 and "Go" in wrong[0] and "Forgotten" in wrong[1]
    assert control_list.about_nothing(rows, there) == ["Panel, Forgotten"]


@pytest.mark.parametrize("name", ["ExportDialog", "WhyDialog", "BuildDialog", "FindDialog"])
def test_the_dialogs_are_found_in_the_code(name: str) -> None:
    assert name in control_list.dialogs()
