"""The names of groups and layers of match sets; layers are found again by ``ids``, not by these."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from ...contract.vocabulary import QueryKind, Question
from ...i18n import tr
from ..match_set import MatchSet
from ..words.matches import what_was_asked
from ..words.quantities import moment, place
from .ids import LINKS, MATCHES, QUERY


class Title(NamedTuple):
    """``text``: what was searched for, with what was looked for where that is not itself."""

    text: str
    find: Question

    @property
    def group(self) -> str:
        """The name of the group of a match set."""
        if self.find is Question.ANALOGS:
            return self.text
        return tr("Matches of {label}").format(label=self.text)


def named(label: str, find: Question) -> Title:
    """The title of a match set whose query is called ``label``, and what was looked for."""
    return Title(what_was_asked(label, find), find)


def title(match_set: MatchSet, taken: Collection[str]) -> Title:
    """The crater that was searched for, or the place; with the time where that is ``taken``."""
    asked, find = match_set.request, match_set.request.conditions.find
    text = asked.label or tr("Query")
    where = place(match_set.preview.lon, match_set.preview.lat, 1)
    if asked.kind is QueryKind.AREA and where and where not in text:
        text = tr("{query} at {place}").format(query=text, place=where)
    called = named(text, find)
    if called.group not in taken:
        return called
    text = tr("{query}, {time}").format(query=text, time=moment(match_set.created))
    number, called = 1, named(text, find)
    while called.group in taken:
        number += 1
        called = named(f"{text} ({number})", find)
    return called


def layer_name(title: Title, role: str) -> str:
    """Of a layer. It names its query, because lists of layers show no groups."""
    return title.text + ending(role)


def ending(role: str) -> str:
    """What the name of a layer that nobody has renamed ends with."""
    words = {MATCHES: tr("matches"), LINKS: tr("great circles"), QUERY: tr("query")}
    return ": " + words[role]
