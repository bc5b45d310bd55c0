"""``craterbench index upgrade | atlas``: descriptors of kind for an index, and a map of them."""

from __future__ import annotations

import argparse
from typing import Any

from ..index import CraterIndex
from ..kinds import load_descriptor
from ..kinds.atlas import make_atlas
from ..kinds.upgrade import upgrade_index
from .options import add_mosaics_option, count, index_argument
from .output import ConsoleMonitor, note, print_json, say


def add_upgrade(actions: Any) -> None:
    """Add ``upgrade`` to the actions of ``index``."""
    upgrade = actions.add_parser(
        "upgrade",
        help="add what the search for analogs needs to an index of an earlier version",
        description="Describes the kind of every view that lacks it, from the index's mosaics. "
        "Ctrl-C is safe: the same command goes on where it stopped.",
    )
    index_argument(upgrade)
    add_mosaics_option(upgrade, "where a mosaic of the index is now, if it was moved")
    upgrade.add_argument("--threads", type=count)
    upgrade.add_argument("--json", action="store_true")
    upgrade.set_defaults(run=run_upgrade)


def add_atlas(actions: Any) -> None:
    """Add ``atlas`` to the actions of ``index``."""
    atlas = actions.add_parser(
        "atlas",
        help="make the atlas: craters of like kind near each other in a plane",
        description="Places every crater that has a descriptor of kind; the panel's tab 'Atlas' "
        "shows it. An earlier atlas is replaced.",
    )
    index_argument(atlas)
    atlas.add_argument("--json", action="store_true")
    atlas.set_defaults(run=run_atlas)


def run_atlas(arguments: argparse.Namespace) -> int:
    """Make the atlas."""
    descriptor = load_descriptor()
    with ConsoleMonitor(quiet=arguments.json) as monitor:
        count = make_atlas(arguments.index, descriptor, monitor)
    if arguments.json:
        print_json({"craters": count})
    else:
        say(f"{arguments.index}: an atlas of {count:,} craters.")
    return 0


def run_upgrade(arguments: argparse.Namespace) -> int:
    """Add descriptors of kind."""
    descriptor = load_descriptor(threads=arguments.threads)
    with ConsoleMonitor(quiet=arguments.json) as monitor:
        report = upgrade_index(arguments.index, descriptor, arguments.mosaic, monitor)
    if arguments.json:
        print_json(vars(report) | {"descriptor": descriptor.id})
        return 0
    say(
        f"{arguments.index}: {report.added:,} views described by {descriptor.id}, "
        f"{report.present:,} were already."
    )
    if report.lost:
        note(f"{report.lost:,} views can no longer be cut from the mosaics and have none.")
    return 0


def kinds_info(index: CraterIndex) -> dict[str, Any] | None:
    """Which descriptor of kind described how many views; None without any."""
    entry, records = index.manifest.kinds, index.kinds
    if entry is None or records is None:
        return None
    return {
        "descriptor": entry.descriptor,
        "weights": entry.weights_hash,
        "shading": entry.shading > 0,
        "views": len(records),
    }


def kinds_text(kinds: dict[str, Any] | None) -> str:
    """The same as text."""
    if kinds is None:
        return "none: 'index upgrade' adds the descriptors the search for analogs needs"
    text = f"{kinds['views']:,} views described by {kinds['descriptor']}"
    if kinds["shading"]:
        return text
    return f"{text}, by an earlier version: 'index upgrade' lets them tell relief more exactly"
