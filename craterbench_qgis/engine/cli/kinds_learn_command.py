"""``craterbench kinds learn | list``: kinds one names, from a few examples."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from ..index import open_index
from ..kinds import load_descriptor
from ..kinds.kept import known_kinds, load_kind
from ..kinds.kind_table import read_examples, write_kind
from ..kinds.named import learn_named
from ..search.provenance import index_provenance
from .options import index_argument
from .output import note, print_json, say, table

_SHOWN = 20


def add_to(commands: Any) -> None:
    """Add ``kinds`` and its actions to the parser."""
    kinds = commands.add_parser("kinds", help="kinds of craters you name, from a few examples")
    actions = kinds.add_subparsers(dest="action", required=True, metavar="ACTION")
    learn = actions.add_parser(
        "learn",
        help="from about five examples, a probability for every crater",
        description="Learns a kind from examples over the descriptor of kind, tells what "
        "cross-validation found, and keeps the examples beside the index. Without examples the "
        "kept ones are learnt again.",
    )
    index_argument(learn)
    learn.add_argument("name", metavar="NAME")
    learn.add_argument("--yes", nargs="+", default=[], metavar="ID", help="craters of the kind")
    learn.add_argument("--no", nargs="+", default=[], metavar="ID", help="craters that are not")
    learn.add_argument(
        "--examples",
        type=Path,
        metavar="FILE",
        help="a table of ids with a column label (yes, no), or a catalogue of the kind's craters, "
        "of any index",
    )
    learn.add_argument(
        "--output", type=Path, metavar="FILE", help="every crater with its probability"
    )
    learn.add_argument("--json", action="store_true")
    learn.set_defaults(run=run_learn)
    listing = actions.add_parser("list", help="the kinds beside an index")
    index_argument(listing)
    listing.set_defaults(run=run_list)


def run_learn(arguments: argparse.Namespace) -> int:
    """Learn the kind, keep its examples, print the validation."""
    yes, no = list(arguments.yes), list(arguments.no)
    with open_index(arguments.index) as index:
        if arguments.examples is not None:
            more = read_examples(index, arguments.examples)
            yes, no = yes + more[0], no + more[1]
        if not yes and not no:
            kept = load_kind(arguments.index, arguments.name)
            yes, no = list(kept.yes), list(kept.no)
        learnt = learn_named(index, load_descriptor(), arguments.name, yes, no)
        ids, path, unknown = index.craters.ids(learnt.rows), learnt.kept, learnt.unknown
        if arguments.output:
            about = {**index_provenance(index), "kind": {"name": arguments.name}}
            write_kind(index, learnt, (yes, no), arguments.output, about)
    if unknown:
        note(f"Not in the index: {', '.join(unknown[:5])}{' ...' if unknown[5:] else ''}")
    if arguments.json:
        print_json({"kind": arguments.name, "kept": str(path), "validation": learnt.validation})
        return 0
    for key, value in learnt.validation.items():
        say(f"  {key.replace('_', ' '):<34} {value:.3g}")
    shown = [i for i in learnt.order().tolist() if ids[i] not in set(yes)][:_SHOWN]
    say(table(["crater", "probability"], [[ids[i], f"{learnt.probability[i]:.3f}"] for i in shown]))
    say(f"Kept: {path}" + (f"; written: {arguments.output}" if arguments.output else ""))
    return 0


def run_list(arguments: argparse.Namespace) -> int:
    """The kinds beside an index and their numbers of examples."""
    for name in known_kinds(arguments.index):
        kind = load_kind(arguments.index, name)
        say(f"{name}: {len(kind.yes)} examples, {len(kind.no)} rejected")
    return 0
