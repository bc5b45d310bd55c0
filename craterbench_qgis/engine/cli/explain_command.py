"""``craterbench explain``: why one crater of the index matches the query."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from ..index import CraterIndex
from ..search import explain
from .options import (
    add_encoder_options,
    add_query_options,
    index_argument,
    load_encoder_for,
    query_of,
    require_views,
)
from .output import print_json, say, table


def add_to(commands: Any) -> None:
    """Add ``explain`` to the parser."""
    parser = commands.add_parser(
        "explain",
        help="show which patches of a query met which patches of a crater",
        description="The patch correspondences between a query and one crater of the index, and "
        "both stages' scores.",
    )
    index_argument(parser)
    parser.add_argument("--crater", required=True, metavar="ID", help="crater of the index")
    add_query_options(parser)
    parser.add_argument("--limit", type=int, default=12, help="correspondences listed")
    parser.add_argument("--output", type=Path, metavar="FILE.png", help="picture of both views")
    parser.add_argument("--json", action="store_true")
    add_encoder_options(parser)
    parser.set_defaults(run=run_explain)


def run_explain(arguments: argparse.Namespace) -> int:
    """Explain and tell."""
    from ..formats import explanation_picture

    with CraterIndex.open(arguments.index) as index:
        require_views(index)
        query = query_of(arguments, index)
        encoder = load_encoder_for(arguments, index.settings.encoder_id)
        found = explain(index, encoder, query, arguments.crater)
    if arguments.output:
        explanation_picture(arguments.output, found)
    if arguments.json:
        print_json(found.to_json())
        return 0
    say(
        f"Crater {found.crater_id}, view {found.view} of {Path(found.observation).name}: "
        f"score {found.score:.3f} (late interaction), {found.shortlist_score:.3f} (one vector)."
    )
    rows = [
        [
            f"{one.query_cell[0]}, {one.query_cell[1]}",
            f"{len(one.gallery_patches)} around {_middle(one.gallery_cells)}",
            f"{one.similarity:.3f}",
            "yes" if one.mutual else "",
        ]
        for one in found.patches[: arguments.limit]
    ]
    say(table(["query row, col", "gallery patches", "similarity", "mutual"], rows, left=[1]))
    if not found.recut:
        say(
            "The mosaic of this view is not at hand: its thumbnail is shown, and the query's "
            "patches are compared with the stored instance tokens."
        )
    if arguments.output:
        say(f"Written: {arguments.output}")
    return 0


def _middle(cells: tuple[tuple[int, int], ...]) -> str:
    if not cells:
        return "-"
    row = sum(cell[0] for cell in cells) / len(cells)
    column = sum(cell[1] for cell in cells) / len(cells)
    return f"{row:.1f}, {column:.1f}"
