"""Which function answers which method, and in which lane. Adding a method is one line here.

Handlers are named, not imported: a module is loaded when its first request comes. A handler is
``handler(call: Call) -> dict``; see :mod:`.calls`.
"""

from __future__ import annotations

from typing import NamedTuple

SHORT, LONG = "short", "long"
"""Lanes. Each does one request at a time; a long one never holds up a short one."""


class Method(NamedTuple):
    """``module`` of this package and ``function`` in it."""

    module: str
    function: str
    lane: str = SHORT


METHODS: dict[str, Method] = {
    "encoders.list": Method("about", "encoders"),
    "devices": Method("about", "devices"),
    "catalogue.describe": Method("inputs", "describe_catalogue"),
    "mosaic.describe": Method("inputs", "describe_mosaic"),
    "index.describe": Method("indexes", "describe"),
    "index.open": Method("indexes", "open_index"),
    "index.close": Method("indexes", "close_index"),
    "index.build": Method("building", "build", LONG),
    "index.add": Method("building", "add", LONG),
    "index.verify": Method("building", "verify_index", LONG),
    "preview": Method("searching", "preview"),
    "search": Method("searching", "search"),
    "thumbnails": Method("searching", "thumbnails"),
    "explain": Method("searching", "explain_match"),
    "export": Method("exporting", "export"),
    "contact_sheet": Method("exporting", "make_contact_sheet"),
    "report": Method("exporting", "make_report"),
    "evaluate": Method("evaluating", "evaluate", LONG),
    "duplicates.find": Method("duplicate_search", "find", LONG),
    "duplicates.apply": Method("duplicate_search", "apply", LONG),
    "duplicates.report": Method("duplicate_report", "report", LONG),
    "duplicates.pictures": Method("duplicate_pictures", "pictures"),
}

# What is loaded in the background after hello, in this order, while nothing is asked for.
PRELOAD = ("indexes", "inputs", "searching", "duplicate_pictures")
