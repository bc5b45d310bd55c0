"""``craterbench duplicates find | apply | report | evaluate``: entries that are the same crater."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from ...contract.build import Selection
from ...contract.duplicates import MINIMUM, DuplicateParams
from ...contract.vocabulary import Keeper
from ..errors import UsageError
from ..words import counted
from . import duplicates_report
from .duplicates_evaluate import add_evaluate
from .options import (
    add_encoder_options,
    add_judgement_options,
    add_looks_options,
    add_raster_options,
    add_reading_options,
    check_looks_options,
    load_encoder_for,
    metres,
    number,
    source_of,
)
from .output import ConsoleMonitor, note, print_json, say


def add_to(commands: Any) -> None:
    """Add ``duplicates`` to the parser."""
    parser = commands.add_parser(
        "duplicates",
        help="find entries that are the same crater; report them; write the cleaned catalogue",
        description="Pairs of entries that are one crater by position, size and looks.",
    )
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    _add_find(actions)
    _add_apply(actions)
    duplicates_report.add_to(actions)
    add_evaluate(actions)


def _add_find(actions: Any) -> None:
    parser = actions.add_parser(
        "find",
        help="find pairs and write a GeoPackage for their review",
        description="Find pairs of entries that are one crater, within a catalogue or between "
        "two, and write a GeoPackage to review. Decisions already in it are kept.",
    )
    add_looks_options(parser)
    parser.add_argument("--other", type=Path, metavar="CATALOGUE", help="compare with this one")
    parser.add_argument("--output", type=Path, required=True, metavar="FILE.gpkg")
    model = parser.add_argument_group("judgement")
    add_judgement_options(model)
    model.add_argument(
        "--minimum", type=number, default=MINIMUM, metavar="P", help="do not write pairs below this"
    )
    model.add_argument("--source-column", metavar="COLUMN", help="where an entry comes from")
    model.add_argument(
        "--priority", nargs="+", default=[], metavar="SOURCE", help="sources, the best first"
    )
    model.add_argument("--keeper", type=Keeper, choices=tuple(Keeper), default=Keeper.AUTO)
    model.add_argument("--forget", action="store_true", help="drop the decisions of an older file")
    shift = parser.add_argument_group("two observations")
    shift.add_argument("--other-mosaic", type=Path, help="measure how it is displaced")
    shift.add_argument(
        "--other-offset", type=number, nargs=2, metavar=("EAST_M", "NORTH_M"),
        help="the other catalogue lies displaced by this",
    )  # fmt: skip
    group = parser.add_argument_group("reading")
    for prefix in ("", "other-"):
        add_reading_options(group, prefix)
    add_raster_options(group)
    group.add_argument(
        "--min-diameter", type=number, metavar="KM", help="do not compare smaller ones"
    )
    add_encoder_options(parser)
    parser.set_defaults(run=run_find)


def _add_apply(actions: Any) -> None:
    parser = actions.add_parser(
        "apply",
        help="write the cleaned catalogue",
        description="Merge the pairs decided as duplicates and write the catalogue; no attribute "
        "is lost.",
    )
    parser.add_argument("review", type=Path, metavar="REVIEW.gpkg")
    parser.add_argument(
        "--output", type=Path, required=True, metavar="FILE", help=".csv .gpkg .geojson .shp"
    )
    parser.add_argument(
        "--threshold", type=number, metavar="P", help="merge undecided pairs from P on as well"
    )
    parser.add_argument(
        "--only-compared",
        action="store_true",
        help="leave out the entries that the search did not compare",
    )
    parser.add_argument("--json", action="store_true")
    parser.set_defaults(run=run_apply)


def run_find(arguments: argparse.Namespace) -> int:
    """Find, and print what was."""
    from ..duplicates import find_duplicates, read_catalogues

    check_looks_options(arguments)
    if arguments.other_mosaic and not arguments.mosaic:
        raise UsageError("--other-mosaic is laid upon a --mosaic. Name that as well.")
    params = DuplicateParams(
        catalogue=source_of(arguments, arguments.catalogue),
        output=str(arguments.output),
        selection=Selection(metres(arguments.min_diameter)),
        other=source_of(arguments, arguments.other, "other_") if arguments.other else None,
        mosaics=[str(path) for path in arguments.mosaic],
        other_mosaic=str(arguments.other_mosaic) if arguments.other_mosaic else None,
        other_offset_m=arguments.other_offset,
        band=arguments.band,
        nodata=arguments.nodata,
        threshold=arguments.threshold,
        minimum=arguments.minimum,
        max_distance=arguments.max_distance,
        max_ratio=arguments.max_ratio,
        max_looks=arguments.max_looks,
        source_column=arguments.source_column,
        priority=arguments.priority,
        keeper=arguments.keeper,
        keep_decisions=not arguments.forget,
    )
    catalogue, other = read_catalogues(params)
    for table in (catalogue, other):
        if table is not None:
            note(table.summary())
    encoder = None if arguments.geometry_only else load_encoder_for(arguments)
    with ConsoleMonitor(quiet=arguments.json) as monitor:
        report = find_duplicates(params, catalogue, other, encoder, monitor)
    if arguments.json:
        print_json(report.to_json())
        return 0
    say(
        f"{report.candidates:,} candidate pairs among {report.entries:,} entries; "
        f"{report.probable:,} are probably one crater (at least {arguments.threshold:g}), "
        f"in {report.clusters:,} clusters. {report.pairs:,} pairs written."
    )
    if report.looks or report.without_looks:
        reasons = counted(report.without_looks)
        tail = f"; by geometry alone: {reasons}" if reasons else ""
        say(f"{report.looks:,} of them judged with looks{tail}.")
    for name, offset in (("b lies from a", report.offset), ("the mosaics", report.image_offset)):
        if offset is not None and (other is not None or name != "b lies from a"):
            say(
                f"Offset ({name}): {offset.east_m:+,.0f} m east, {offset.north_m:+,.0f} m north, "
                f"spread {offset.spread_m:,.0f} m, {offset.count:,} pairs."
            )
    for text in report.notes:
        note(text)
    say(f"Written: {report.output} ({report.seconds:.1f} s)")
    return 0


def run_apply(arguments: argparse.Namespace) -> int:
    """Merge, and print what was."""
    from ..duplicates import apply_decisions

    report = apply_decisions(
        arguments.review, arguments.output, arguments.threshold, arguments.only_compared
    )
    if arguments.json:
        print_json(report.to_json())
        return 0
    say(
        f"{report.entries:,} entries, {report.merged:,} of them merged into {report.clusters:,} "
        f"keepers: {report.kept:,} are left."
    )
    for text in report.notes:
        note(text)
    say(f"Written: {report.output}")
    return 0
