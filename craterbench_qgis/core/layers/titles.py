"""The names of groups and layers of match sets; layers are found again by ``ids``, not by these."""

from __future__ import annotations

from collections.abc import Collection

from ...contract.vocabulary import QueryKind
from ...i18n import tr
from ..match_set import MatchSet
from ..words.quantities import moment, place
from .ids import LINKS, MATCHES, QUERY


def title(match_set: MatchSet, taken: Collection[str]) -> str:
    """The crater that was searched for, or the place; with the time where that is ``taken``."""
    asked = match_set.request
    text = asked.label or tr("Query")
    where = place(match_set.preview.lon, match_set.preview.lat, 1)
    if asked.kind is QueryKind.AREA and where and where not in text:
        text = tr("{query} at {place}").format(query=text, place=where)
    if group_name(text) not in taken:
        return text
    text = tr("{query}, {time}").format(query=text, time=moment(match_set.created))
    number, name = 1, text
    while group_name(name) in taken:
        number += 1
        name = f"{text} ({number})"
    return name


def group_name(title: str) -> str:
    """The name of the group of the match set with this title."""
    return tr("Matches of {label}").format(label=title)


def layer_name(title: str, role: str) -> str:
    """Of a layer. It names its query, because lists of layers show no groups."""
    return title + ending(role)


def ending(role: str) -> str:
    """What the name of a layer that nobody has renamed ends with."""
    words = {MATCHES: tr("matches"), LINKS: tr("great circles"), QUERY: tr("query")}
    return ": " + words[role]
