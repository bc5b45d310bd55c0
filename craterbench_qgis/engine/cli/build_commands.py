"""``craterbench index build | add``: a catalogue and mosaics become an index."""

from __future__ import annotations

import argparse
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from ...contract.build import SIZE, TOKENS, BuildParams
from ...contract.search import CONTEXTS
from ...contract.vocabulary import Seeds, Size
from ..bodies import Body
from ..catalogue import Craters
from ..errors import ExportError, UsageError
from ..index import open_index
from ..indexing import BuildReport, add_to_index, body_of_mosaic, build_index, check_output
from ..indexing.cluster import EncoderChoice
from ..kinds import load_descriptor
from ..kinds.describe import KindDescriber
from ..kinds.upgrade import describe_added, descriptor_of, upgrade_index
from ..mosaic import MIN_PIXELS_ACROSS, MIN_VALID_FRACTION, Mosaic
from ..sources import select
from ..tokens import METHODS
from ..words import counted
from .craters import read_craters
from .options import (
    add_catalogue_options,
    add_encoder_options,
    add_mosaics_option,
    add_raster_options,
    add_selection_options,
    count,
    index_argument,
    load_encoder_for,
    number,
    selection_of,
    source_of,
)
from .output import ConsoleMonitor, duration, note, print_json, say


def add_build(actions: Any) -> None:
    """Add ``index build`` to the parser."""
    build = actions.add_parser(
        "build",
        help="build an index, or resume a stopped build with the same command",
        description="Cut every crater of a catalogue from one or more mosaics, encode the views "
        "and store them. Ctrl-C is safe: the same command goes on where it stopped.",
    )
    add_mosaics_option(build, "raster", required=True)
    add_raster_options(build)
    build.add_argument("--output", type=Path, metavar="NAME.craterindex")
    add_catalogue_options(build, required=True)
    add_selection_options(build)
    build.add_argument(
        "--context",
        type=number,
        nargs="+",
        default=list(CONTEXTS),
        metavar="F",
        help="side / diameter",
    )
    build.add_argument(
        "--tokens", type=count, default=TOKENS, metavar="K", help="instance tokens a view"
    )
    build.add_argument(
        "--size",
        type=Size,
        choices=tuple(Size),
        default=SIZE,
        help="of a token's numbers: a byte each, or small: two bits each",
    )
    build.add_argument("--seeds", type=Seeds, choices=tuple(Seeds), default=Seeds.ATTENTION)
    build.add_argument("--aggregation", choices=METHODS, default=METHODS[0])
    build.add_argument(
        "--min-pixels", type=number, default=MIN_PIXELS_ACROSS, help="across a diameter"
    )
    build.add_argument(
        "--min-valid", type=number, default=MIN_VALID_FRACTION, help="fraction of pixels with data"
    )
    build.add_argument(
        "--terrain",
        type=Path,
        metavar="DTM",
        help="terrain model (heights): depth, rim, floor, peak, wall, circularity and volume of "
        "every crater become columns of the index",
    )
    build.add_argument(
        "--no-kinds",
        action="store_true",
        help="no descriptors of kind, so no search for analogs (index upgrade adds them later)",
    )
    build.add_argument(
        "--preview",
        type=Path,
        metavar="FILE.png",
        help="build nothing: draw a dozen crops with the catalogue's circles and say whether they "
        "lie on rims",
    )
    build.add_argument(
        "--cluster",
        metavar="ADDRESS|local[:N]",
        help="have the workers of a Dask scheduler cut and encode: its address, its scheduler "
        "file, or N processes here; the index's folder and the mosaics are shared "
        "(docs/manual/cluster.md)",
    )
    build.add_argument("--json", action="store_true")
    add_encoder_options(build)
    build.set_defaults(run=run_build)


def add_add(actions: Any) -> None:
    """Add ``index add`` to the parser."""
    add = actions.add_parser(
        "add",
        help="add craters, or a further observation of the craters",
        description="--mosaic alone: all craters of the index on a further mosaic. --catalogue "
        "alone: further craters on the mosaics the index knows. Both: those craters there.",
    )
    index_argument(add)
    add_mosaics_option(add, "raster")
    add_raster_options(add)
    add_catalogue_options(add, required=False)
    add.add_argument("--json", action="store_true")
    add_encoder_options(add)
    add.set_defaults(run=run_add)


def run_build(arguments: argparse.Namespace) -> int:
    """Build or resume."""
    if min(arguments.context) <= 0.5 or max(arguments.context) > 100:
        raise UsageError("A context factor (side / diameter) must lie between 0.5 and 100.")
    if not 0 <= arguments.min_valid <= 1:
        raise UsageError("--min-valid is a fraction: give a number from 0 to 1.")
    if arguments.output is None and arguments.preview is None:
        raise UsageError("Name the index to build: --output NAME.craterindex.")
    output = arguments.output or Path("preview.craterindex")  # a preview builds nothing
    check_output(output)

    params = BuildParams(
        mosaics=[str(path) for path in arguments.mosaic],
        catalogue=source_of(arguments, arguments.catalogue),
        output=str(output),
        contexts=arguments.context,
        tokens=arguments.tokens,
        seeds=arguments.seeds,
        size=arguments.size,
        selection=selection_of(arguments),
        band=arguments.band,
        nodata=arguments.nodata,
        terrain=str(arguments.terrain) if arguments.terrain else None,
    )
    shown = body_of_mosaic(arguments.mosaic[0])
    craters = read_craters(arguments, shown)
    if arguments.preview is not None:
        return _preview(params, craters, arguments.preview)
    encoder = load_encoder_for(arguments, body=craters.body or shown)
    note(f"Encoder {encoder.id} on {encoder.device_name}: {encoder.description}")
    descriptor = None if arguments.no_kinds else load_descriptor(threads=arguments.threads)
    start = time.perf_counter()
    with ExitStack() as stack:
        monitor = stack.enter_context(ConsoleMonitor())
        cluster = None
        if arguments.cluster is not None:
            from ..indexing.dask_workers import DaskWorkers

            choice = EncoderChoice(
                arguments.encoder or encoder.id, arguments.device, arguments.threads
            )
            cluster = stack.enter_context(DaskWorkers(arguments.cluster)), choice
        report = build_index(
            params,
            craters,
            encoder,
            monitor,
            aggregation=arguments.aggregation,
            min_valid_fraction=arguments.min_valid,
            min_pixels_across=arguments.min_pixels,
            cluster=cluster,
            describer=None if descriptor is None else KindDescriber(descriptor),
        )
        if descriptor is not None:
            upgrade_index(arguments.output, descriptor, arguments.mosaic, monitor)
    _print_report(report, time.perf_counter() - start, arguments.json)
    return 0


def _preview(params: BuildParams, table: Craters, path: Path) -> int:
    """The picture and the score of the first mosaic; exit code 1 where the circles lie on none."""
    from ..indexing.preview import picture, preview

    with (
        ConsoleMonitor() as monitor,
        Mosaic.open(params.mosaics[0], band=params.band, nodata=params.nodata) as mosaic,
    ):
        craters = select(table, params.selection, mosaic.body)
        shown = preview(mosaic, craters, monitor)
    try:
        picture(shown, craters).save(path)
    except (OSError, ValueError) as error:
        raise ExportError(
            f"{path} cannot be written ({error}). Choose another place, ending in .png."
        ) from error
    for text in mosaic.notes:
        say(text)
    read = shown.scores["as read"]
    say(f"{path}: {len(shown.rows)} crops with the catalogue's circles.")
    say(f"Rim score {read.share:.2f} of {read.count:,} craters (0.5 is chance, 1 the best).")
    if shown.words:
        names = {"mirrored": "mirrored", "half": "half the diameter", "double": "twice"}
        others = (f"{text} {shown.scores[name].share:.2f}" for name, text in names.items())
        say(f"{shown.words} Rim scores: {', '.join(others)}.")
    return 1 if shown.words else 0


def run_add(arguments: argparse.Namespace) -> int:
    """Add craters or observations."""
    index = open_index(arguments.index)
    settings = index.settings
    encoder = load_encoder_for(arguments, settings.encoder_id)
    index.close()
    body = Body(settings.body_name, settings.body_a, settings.body_b)
    craters = read_craters(arguments, body) if arguments.catalogue else None
    start = time.perf_counter()
    with ConsoleMonitor() as monitor:
        report = add_to_index(
            arguments.index,
            encoder,
            mosaics=arguments.mosaic,
            craters=craters,
            band=arguments.band,
            nodata=arguments.nodata,
            monitor=monitor,
        )
        descriptor = descriptor_of(arguments.index)
        report.notes += describe_added(arguments.index, descriptor, arguments.mosaic, monitor)
    _print_report(report, time.perf_counter() - start, arguments.json)
    return 0


def _print_report(report: BuildReport, seconds: float, as_json: bool) -> None:
    rate = report.new_views / seconds if seconds > 0 else 0.0
    if as_json:
        print_json(vars(report) | {"seconds": seconds, "views_per_second": rate})
        return
    for line in report.notes:
        say(line)
    if report.already_complete:
        say(f"{report.path} is complete already; nothing was done.")
    say(
        f"{report.path}: {report.views:,} views of {report.craters_with_views:,} craters on "
        f"{report.body}."
    )
    blind = report.craters - report.craters_with_views
    if blind:
        say(f"{blind:,} of {report.craters:,} craters have no view, see the reasons below.")
    if report.new_views:
        say(f"{report.new_views:,} views in {duration(seconds)} ({rate:.1f} views/s).")
    if report.skipped:
        say(f"Views skipped: {counted(report.skipped)}.")
