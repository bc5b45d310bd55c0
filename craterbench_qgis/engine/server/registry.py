"""Which function answers which method of the contract. Adding a method is one line here.

Handlers are named, not imported: a module is loaded when its first request comes. A handler is
``handler(call: Call[Params]) -> Record``; see :mod:`.calls`.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from ...contract import methods
from ...contract.methods import Method


class Handler(NamedTuple):
    """``function`` in ``module`` of this package, which answers ``method``."""

    method: Method[Any, Any]
    module: str
    function: str


HANDLERS: dict[str, Handler] = {
    handler.method.name: handler
    for handler in (
        Handler(methods.ENCODERS, "about", "encoders"),
        Handler(methods.DEVICES, "about", "devices"),
        Handler(methods.DESCRIBE_CATALOGUE, "inputs", "describe_catalogue"),
        Handler(methods.DESCRIBE_MOSAIC, "inputs", "describe_mosaic"),
        Handler(methods.DESCRIBE_INDEX, "indexes", "describe"),
        Handler(methods.OPEN_INDEX, "indexes", "open_for_searches"),
        Handler(methods.CLOSE_INDEX, "indexes", "close_index"),
        Handler(methods.ESTIMATE_BUILD, "estimating", "estimate"),
        Handler(methods.CHECK_CIRCLES, "estimating", "check"),
        Handler(methods.BUILD, "building", "build"),
        Handler(methods.ADD, "building", "add"),
        Handler(methods.UPGRADE, "building", "upgrade"),
        Handler(methods.VERIFY, "building", "verify_index"),
        Handler(methods.MAKE_ATLAS, "atlas", "make"),
        Handler(methods.DESCRIBE_ATLAS, "atlas", "describe"),
        Handler(methods.ATLAS_PICTURE, "atlas", "picture"),
        Handler(methods.SELECT_IN_ATLAS, "atlas", "select"),
        Handler(methods.ATLAS_AT, "atlas", "at"),
        Handler(methods.EXPORT_ATLAS, "atlas", "export"),
        Handler(methods.DEMO, "trying", "demo"),
        Handler(methods.PREVIEW, "searching", "preview"),
        Handler(methods.WARP, "searching", "warp"),
        Handler(methods.SEARCH, "searching", "search"),
        Handler(methods.THUMBNAILS, "searching", "thumbnails"),
        Handler(methods.EXPLAIN, "searching", "explain_match"),
        Handler(methods.EXPORT, "exporting", "export"),
        Handler(methods.CONTACT_SHEET, "exporting", "make_contact_sheet"),
        Handler(methods.REPORT, "exporting", "make_report"),
        Handler(methods.LEARN_KIND, "kinds", "learn"),
        Handler(methods.LIST_KINDS, "kinds", "kept"),
        Handler(methods.REMOVE_KIND, "kinds", "remove"),
        Handler(methods.EVALUATE, "evaluating", "evaluate"),
        Handler(methods.FIND_DUPLICATES, "duplicates", "find"),
        Handler(methods.APPLY_DUPLICATES, "duplicates", "apply"),
        Handler(methods.REPORT_DUPLICATES, "duplicates", "report"),
        Handler(methods.PAIR_PICTURES, "duplicate_pictures", "pictures"),
    )
}

# What is loaded in the background after hello, in this order, while nothing is asked for.
PRELOAD = ("indexes", "inputs", "searching", "duplicate_pictures")
