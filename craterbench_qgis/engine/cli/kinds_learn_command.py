"""``craterbench kinds learn | list``: kinds one names, from a few examples."""

from __future__ import annotations

import argparse
import csv
from pathlib import Path
from typing import Any

from ..errors import ExportError, QueryError
from ..index import open_index
from ..kinds import load_descriptor
from ..kinds.named import known_kinds, learn_named, load_kind
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
        "--examples", type=Path, metavar="FILE.csv", help="columns crater_id and label (yes, no)"
    )
    learn.add_argument(
        "--output", type=Path, metavar="FILE.csv", help="every crater with its probability"
    )
    learn.add_argument("--json", action="store_true")
    learn.set_defaults(run=run_learn)
    listing = actions.add_parser("list", help="the kinds beside an index")
    index_argument(listing)
    listing.set_defaults(run=run_list)


def run_learn(arguments: argparse.Namespace) -> int:
    """Learn the kind, keep its examples, print the validation."""
    yes, no = _examples(arguments)
    with open_index(arguments.index) as index:
        if not yes and not no:
            kept = load_kind(arguments.index, arguments.name)
            yes, no = list(kept.yes), list(kept.no)
        learnt = learn_named(index, load_descriptor(), arguments.name, yes, no)
        ids, path, unknown = index.craters.ids(learnt.rows), learnt.kept, learnt.unknown
    if unknown:
        note(f"Not in the index: {', '.join(unknown[:5])}{' ...' if unknown[5:] else ''}")
    order = (-learnt.probability).argsort(kind="stable")
    if arguments.output:
        _write(arguments.output, [(ids[i], float(learnt.probability[i])) for i in order.tolist()])
    if arguments.json:
        print_json({"kind": arguments.name, "kept": str(path), "validation": learnt.validation})
        return 0
    for key, value in learnt.validation.items():
        say(f"  {key.replace('_', ' '):<34} {value:.3g}")
    shown = [i for i in order.tolist() if ids[i] not in set(yes)][:_SHOWN]
    say(table(["crater", "probability"], [[ids[i], f"{learnt.probability[i]:.3f}"] for i in shown]))
    say(f"Kept: {path}" + (f"; written: {arguments.output}" if arguments.output else ""))
    return 0


def run_list(arguments: argparse.Namespace) -> int:
    """The kinds beside an index and their numbers of examples."""
    for name in known_kinds(arguments.index):
        kind = load_kind(arguments.index, name)
        say(f"{name}: {len(kind.yes)} examples, {len(kind.no)} rejected")
    return 0


def _examples(arguments: argparse.Namespace) -> tuple[list[str], list[str]]:
    yes, no = list(arguments.yes), list(arguments.no)
    if arguments.examples is None:
        return yes, no
    try:
        with arguments.examples.open(encoding="utf-8-sig", newline="") as file:
            for row in csv.DictReader(file):
                label = row["label"].strip().lower()
                if label in ("yes", "no"):
                    (yes if label == "yes" else no).append(row["crater_id"])
    except (OSError, UnicodeDecodeError, KeyError, AttributeError, csv.Error) as error:
        raise QueryError(
            f"{arguments.examples} is no table of examples ({error}). It needs the columns "
            "crater_id and label (yes or no)."
        ) from error
    return yes, no


def _write(path: Path, rows: list[tuple[str, float]]) -> None:
    try:
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["crater_id", "probability"])
            writer.writerows((name, f"{value:.4f}") for name, value in rows)
    except OSError as error:
        raise ExportError(
            f"{path} cannot be written ({error.strerror}). Choose another place."
        ) from error
