"""``craterbench duplicates evaluate``: planted duplicates, found or not, in numbers."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import Any

from ...contract.records import plain
from ...contract.vocabulary import Verdict
from ..bodies import body_by_name
from ..catalogue import Craters
from ..errors import QueryError, UsageError
from ..indexing import body_of_mosaic
from ..sources import select
from .craters import read_named
from .options import (
    add_encoder_options,
    add_judgement_options,
    add_looks_options,
    add_raster_options,
    add_reading_options,
    add_selection_options,
    check_looks_options,
    count,
    load_encoder_for,
    number,
    selection_of,
)
from .output import ConsoleMonitor, note, print_json, say


def add_evaluate(actions: Any) -> None:
    """Add ``evaluate`` to the parser of ``duplicates``."""
    parser = actions.add_parser(
        "evaluate",
        help="measure how far the probabilities can be trusted on your catalogue and mosaic",
        description="Enter some craters of the catalogue a second time, moved and resized, let the "
        "search judge all pairs, and tell precision and recall of the plain rule, of geometry "
        "alone and with looks. The catalogue itself is not changed.",
    )
    add_looks_options(parser)
    parser.add_argument(
        "--output", type=Path, required=True, metavar="FOLDER",
        help="duplicates.md, duplicates.json and calibration.png are written there",
    )  # fmt: skip
    _add_planting(parser)
    group = parser.add_argument_group("reading")
    add_reading_options(group)
    add_raster_options(group)
    add_selection_options(group)
    add_encoder_options(parser)
    parser.set_defaults(run=run_evaluate)


def _add_planting(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("planting")
    group.add_argument("--planted", type=count, default=1000, metavar="N", help="default 1000")
    group.add_argument(
        "--move", type=number, default=0.2, metavar="D", help="by up to D diameters, default 0.2"
    )
    group.add_argument(
        "--resize", type=number, default=0.2, metavar="F", help="by up to this part, default 0.2"
    )
    group.add_argument("--seed", type=int, default=0)
    group.add_argument("--repeats", type=count, default=1, help="plant anew so often, default 1")
    known = parser.add_argument_group("duplicates that are there already")
    known.add_argument(
        "--known", type=Path, metavar="FILE",
        help="pairs of ids that are one crater: CSV or JSON, or a reviewed REVIEW.gpkg",
    )  # fmt: skip
    known.add_argument(
        "--known-column", metavar="COLUMN", help="flags entries that are duplicates of a near one"
    )
    model = parser.add_argument_group("judgement")
    add_judgement_options(model)


def run_evaluate(arguments: argparse.Namespace) -> int:
    """Plant, search, compare, and print what was measured."""
    from ..duplicates import CandidateRule, Kind, ValidationRequest, validate_duplicates
    from ..evaluation.duplicates_report import console, write_validation

    check_looks_options(arguments)
    if arguments.seed < 0:
        raise UsageError("The seed must be 0 or more.")
    output: Path = arguments.output
    _check_folder(output)
    body = body_by_name(arguments.body) if arguments.body else None
    request = ValidationRequest(
        catalogue=_read(arguments),
        mosaics=tuple(arguments.mosaic),
        planted=arguments.planted,
        kinds=(Kind(1.0, arguments.move, arguments.resize),),
        seeds=tuple(range(arguments.seed, arguments.seed + arguments.repeats)),
        threshold=arguments.threshold,
        rule=CandidateRule(arguments.max_distance, arguments.max_ratio),
        known=_known(arguments.known) if arguments.known else (),
        known_column=arguments.known_column,
        body=body,
        band=arguments.band,
        nodata=arguments.nodata,
        max_looks=arguments.max_looks,
    )
    encoder = None if arguments.geometry_only else load_encoder_for(arguments)
    with ConsoleMonitor(quiet=arguments.json) as monitor:
        result = plain(validate_duplicates(request, encoder, monitor))
    written = write_validation(output, result)
    if arguments.json:
        print_json(result)
        return 0
    say(console(result))
    for text in result["notes"]:
        note(text)
    for path in written:
        say(f"Written: {path}")
    return 0


def _check_folder(output: Path) -> None:
    """A folder that cannot be written is refused before the long work, not after it."""
    there = output
    while not there.exists() and there != there.parent:
        there = there.parent
    if not there.is_dir():
        raise UsageError(f"'{there}' is a file. Name a folder with --output.")
    if not os.access(there, os.W_OK):
        raise UsageError(f"Nothing can be written in '{there}'. Name another folder with --output.")


def _read(arguments: argparse.Namespace) -> Craters:
    shown = body_of_mosaic(arguments.mosaic[0]) if arguments.mosaic else None
    return select(read_named(arguments, shown), selection_of(arguments))


def _known(path: Path) -> tuple[tuple[str, str], ...]:
    """Pairs of ids, from a list of them or from the decisions of a review."""
    from ..duplicates.store import read_decisions
    from ..evaluation import read_same

    if not path.is_file():
        raise QueryError(f"There is no file {path}. Check the path of --known.")
    if path.suffix.lower() != ".gpkg":
        return read_same(path)
    same = tuple(
        ids for ids, decided in read_decisions(path).items() if decided.verdict is Verdict.DUPLICATE
    )
    if not same:
        raise QueryError(f"{path} holds no pair decided as duplicates. Review some, or leave it.")
    return same
