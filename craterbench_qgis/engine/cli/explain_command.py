"""``craterbench explain``: why one crater of the index matches the query."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from ..index import open_index
from ..search import BoxViews, Searcher, SearchOptions, explain, read_box
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
    """Explain a match, and print its patches."""
    from ..formats import explanation_picture

    with open_index(arguments.index) as index:
        require_views(index)
        asked = query_of(arguments, index)
        encoder = load_encoder_for(arguments, index.settings.encoder_id)
        if isinstance(asked, BoxViews):
            query = read_box(asked, Searcher(index, encoder), SearchOptions())
        else:
            query = asked
        why = explain(index, encoder, query, arguments.crater)
    if arguments.output:
        explanation_picture(arguments.output, why)
    if arguments.json:
        print_json(why.to_json())
        return 0
    say(
        f"Crater {why.crater_id}, view {why.context:g}x of {Path(why.observation).name}: "
        f"score {why.score:.3f} (late interaction), {why.shortlist_score:.3f} (one vector)."
    )
    rows = [
        [
            f"{pair.query_cell[0]}, {pair.query_cell[1]}",
            f"{len(pair.gallery_patches)} around {_middle(pair.gallery_cells)}",
            f"{pair.similarity:.3f}",
            "yes" if pair.mutual else "",
        ]
        for pair in why.patches[: arguments.limit]
    ]
    say(table(["query row, col", "gallery patches", "similarity", "mutual"], rows, left=[1]))
    if not why.recut:
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
