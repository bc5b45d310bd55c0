"""A query of the project's history in words."""

from __future__ import annotations

from ...i18n import tr
from ..store.file import HistoryItem
from .matches import what_was_asked
from .quantities import moment, number


def label(item: HistoryItem) -> str:
    """How the query is called; what the user edits."""
    return item.label or tr("Query")


def title(item: HistoryItem) -> str:
    """The same with what was looked for: ``Analogs of Tycho``."""
    return what_was_asked(label(item), item.find)


def lines(item: HistoryItem) -> tuple[str, str]:
    """When and in which index; what was decided."""
    when = moment(item.created)
    where = f"{when} · {item.index_name}" if item.index_name else when
    if not item.matches:
        return where, tr("no matches")
    if not (item.accepted or item.rejected):
        return where, tr("{n} matches, none decided").format(n=number(item.matches))
    return where, tr("{a} accepted, {r} rejected of {n}").format(
        n=number(item.matches), a=number(item.accepted), r=number(item.rejected)
    )
