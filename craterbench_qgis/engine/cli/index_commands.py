"""``craterbench index build | add | remove | info | verify | compact``."""

from __future__ import annotations

import argparse
import csv
import time
from pathlib import Path
from typing import Any

from ...contract.build import TOKENS
from ...contract.search import CONTEXTS
from ...contract.vocabulary import Seeds
from ..bodies import Body
from ..catalogue import Craters
from ..errors import CatalogueError, CraterIndexError, ExportError, UsageError
from ..files.formulas import guarded
from ..index import CraterIndex, IndexWriter, build_hnsw, verify
from ..indexing import BuildReport, BuildRequest, add_to_index, body_of_mosaic, build_index
from ..kinds import load_descriptor
from ..kinds.upgrade import upgrade_index
from ..mosaic import MIN_PIXELS_ACROSS, MIN_VALID_FRACTION, Mosaic
from ..sources import read_source, select
from ..tokens import METHODS
from ..words import counted
from . import kinds_command
from .options import (
    add_catalogue_options,
    add_encoder_options,
    add_selection_options,
    count,
    index_argument,
    load_encoder_for,
    number,
    selection_of,
    source_of,
)
from .output import ConsoleMonitor, duration, note, print_json, say, table

# The first rejected rows are shown one by one, the rest only counted.
_SHOWN_ROWS = 10


def add_to(commands: Any) -> None:
    """Add ``index`` and its subcommands to the parser."""
    index = commands.add_parser("index", help="build and keep an index")
    actions = index.add_subparsers(dest="action", required=True, metavar="ACTION")
    _add_build(actions)
    _add_add(actions)

    remove = actions.add_parser("remove", help="remove craters (a tombstone; compact drops them)")
    index_argument(remove)
    which = remove.add_mutually_exclusive_group(required=True)
    which.add_argument("--ids", nargs="+", metavar="ID")
    which.add_argument("--ids-file", type=Path, help="text file, one id per line")
    remove.set_defaults(run=run_remove)

    for name, text, function in (
        ("info", "what is in an index", run_info),
        ("verify", "check every byte of an index", run_verify),
        ("compact", "rewrite an index without what was removed", run_compact),
    ):
        action = actions.add_parser(name, help=text)
        index_argument(action)
        action.add_argument("--json", action="store_true")
        if name == "verify":
            action.add_argument("--repair", action="store_true", help="mend what can be mended")
        action.set_defaults(run=function)

    kinds_command.add_upgrade(actions)
    graph = actions.add_parser(
        "hnsw",
        help="add an HNSW graph for the shortlist of very large indexes",
        description="The exact shortlist is faster below about a million views; see "
        "docs/reference/index-format.md. Any later change of the index drops the graph.",
    )
    index_argument(graph)
    graph.set_defaults(run=run_hnsw)


def _add_build(actions: Any) -> None:
    build = actions.add_parser(
        "build",
        help="build an index, or resume a stopped build with the same command",
        description="Cut every crater of a catalogue from one or more mosaics, encode the views "
        "and store them. Ctrl-C is safe: the same command goes on where it stopped.",
    )
    build.add_argument(
        "--mosaic", type=Path, action="append", required=True, help="raster (repeatable)"
    )
    build.add_argument("--band", type=int, help="band of the mosaics (default: luma, or the first)")
    build.add_argument("--nodata", type=number, help="value without data, beside what they declare")
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
    build.add_argument("--json", action="store_true")
    add_encoder_options(build)
    build.set_defaults(run=run_build)


def _add_add(actions: Any) -> None:
    add = actions.add_parser(
        "add",
        help="add craters, or a further observation of the craters",
        description="--mosaic alone: all craters of the index on a further mosaic. --catalogue "
        "alone: further craters on the mosaics the index knows. Both: those craters there.",
    )
    index_argument(add)
    add.add_argument("--mosaic", type=Path, action="append", default=[])
    add.add_argument("--band", type=int)
    add.add_argument("--nodata", type=number)
    add_catalogue_options(add, required=False)
    add.add_argument("--json", action="store_true")
    add_encoder_options(add)
    add.set_defaults(run=run_add)


def read_named(arguments: argparse.Namespace, mosaic_body: Body | None = None) -> Craters:
    """The catalogue the options name; how it was read is told on stderr.

    ``mosaic_body``: of the raster the craters will be cut from.
    """
    craters = read_source(source_of(arguments, arguments.catalogue), mosaic_body=mosaic_body)
    note(craters.summary())
    return craters


def read_craters(arguments: argparse.Namespace, mosaic_body: Body | None = None) -> Craters:
    """The same; what was left out is told too, and listed where asked for."""
    craters = read_named(arguments, mosaic_body)
    for rejected in craters.rejected[:_SHOWN_ROWS]:
        note(f"  row {rejected.row} left out: {rejected.reason}")
    more = craters.rejected_total - _SHOWN_ROWS
    if more > 0:
        note(f"  and {more:,} more rows (--rejected FILE.csv lists them all)")
    if arguments.rejected is not None:
        write_rejected(arguments.rejected, craters)
    return craters


def write_rejected(path: Path, craters: Craters) -> None:
    """A CSV of every row left out: its number in the file and the reason."""
    try:
        with path.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream)
            writer.writerow(["row", "reason"])
            writer.writerows((row.row, guarded(row.reason)) for row in craters.rejected)
    except OSError as error:
        raise ExportError(
            f"{path} cannot be written ({error.strerror}). Choose another place for the list."
        ) from error


def run_build(arguments: argparse.Namespace) -> int:
    """Build or resume."""
    if min(arguments.context) <= 0.5 or max(arguments.context) > 100:
        raise UsageError("A context factor (side / diameter) must lie between 0.5 and 100.")
    if not 0 <= arguments.min_valid <= 1:
        raise UsageError("--min-valid is a fraction: give a number from 0 to 1.")
    if arguments.output is None and arguments.preview is None:
        raise UsageError("Name the index to build: --output NAME.craterindex.")
    output = arguments.output or Path("preview.craterindex")  # a preview builds nothing
    parent = output.absolute().parent
    if any(folder.exists() and not folder.is_dir() for folder in (parent, *parent.parents)):
        raise CraterIndexError(f"'{parent}' is not a folder. Choose another output.")

    request = BuildRequest(
        mosaics=tuple(arguments.mosaic),
        craters=read_craters(arguments, body_of_mosaic(arguments.mosaic[0])),
        output=output,
        contexts=tuple(sorted(set(arguments.context))),
        tokens=arguments.tokens,
        seeds=arguments.seeds,
        aggregation=arguments.aggregation,
        selection=selection_of(arguments),
        band=arguments.band,
        nodata=arguments.nodata,
        min_valid_fraction=arguments.min_valid,
        min_pixels_across=arguments.min_pixels,
        terrain=arguments.terrain,
    )
    if arguments.preview is not None:
        return _preview(request, arguments.preview)
    encoder = load_encoder_for(arguments)
    note(f"Encoder {encoder.id} on {encoder.device_name}: {encoder.description}")
    start = time.perf_counter()
    with ConsoleMonitor() as monitor:
        report = build_index(request, encoder, monitor)
        if not arguments.no_kinds:
            upgrade_index(arguments.output, load_descriptor(), arguments.mosaic, monitor)
    _tell(report, time.perf_counter() - start, arguments.json)
    return 0


def _preview(request: BuildRequest, path: Path) -> int:
    """The picture and the score of the first mosaic; exit code 1 where the circles lie on none."""
    from ..indexing.preview import picture, preview

    with (
        ConsoleMonitor() as monitor,
        Mosaic.open(request.mosaics[0], band=request.band, nodata=request.nodata) as mosaic,
    ):
        craters = select(request.craters, request.selection, mosaic.body)
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
    say(
        f"Rim score {read.share:.2f} of {read.count:,} craters (0.5 is chance, 1 the best); "
        f"mirrored {shown.scores['mirrored'].share:.2f}, half the diameter "
        f"{shown.scores['half'].share:.2f}, twice {shown.scores['double'].share:.2f}."
    )
    if shown.words:
        say(shown.words)
    return 1 if shown.words else 0


def run_add(arguments: argparse.Namespace) -> int:
    """Add craters or observations."""
    index = CraterIndex.open(arguments.index)
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
    _tell(report, time.perf_counter() - start, arguments.json)
    return 0


def _tell(report: BuildReport, seconds: float, as_json: bool) -> None:
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


def run_remove(arguments: argparse.Namespace) -> int:
    """Remove craters by id."""
    ids = arguments.ids
    if ids is None:
        try:
            text = arguments.ids_file.read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            raise CatalogueError(
                f"{arguments.ids_file} cannot be read ({error}). Give a text file, one id per line."
            ) from error
        ids = [line.strip() for line in text.splitlines() if line.strip()]
    with IndexWriter.open(arguments.index) as writer:
        known = writer.rows_of(ids)
        removed = (
            writer.remove([crater_id for crater_id in ids if crater_id in known]) if known else 0
        )
    say(f"{removed:,} craters removed.")
    unknown = [crater_id for crater_id in ids if crater_id not in known]
    if unknown:
        more = f" and {len(unknown) - 5:,} more" if len(unknown) > 5 else ""
        note(f"Not in the index: {', '.join(unknown[:5])}{more}.")
    return 0 if known else 1


def run_hnsw(arguments: argparse.Namespace) -> int:
    """Build the shortlist's graph."""
    with IndexWriter.open(arguments.index) as writer:
        build_hnsw(writer)
        views = writer.manifest.n_views
    say(f"{arguments.index}: a graph of {views:,} views; use it with 'search --backend hnsw'.")
    return 0


def run_info(arguments: argparse.Namespace) -> int:
    """Say what an index holds."""
    with CraterIndex.open(arguments.index, check="sizes") as index:
        info = index_info(index)
    if arguments.json:
        print_json(info)
        return 0
    settings = info["settings"]
    rows = [
        ["body", f"{info['body']} (radii {settings['body_a']:g}, {settings['body_b']:g} m)"],
        ["craters", f"{info['craters']:,} ({info['removed']:,} removed)"],
        ["views", f"{info['views']:,} at {info['contexts']}"],
        ["encoder", f"{settings['encoder_id']}: {settings['encoder_description']}"],
        ["weights", settings["weights_hash"]],
        [
            "tokens",
            f"{settings['tokens']} of {settings['token_dim']} numbers a view, "
            f"{settings['aggregation']}, seeds by {settings['seeds']}",
        ],
        *[["observation", known["path"]] for known in info["observations"]],
        *[
            ["catalogue", f"{source['path']} ({source['selected']:,} of {source['rows']:,} rows)"]
            for source in info["catalogues"]
        ],
        ["kinds", kinds_command.kinds_text(info["kinds"])],
        ["skipped", counted(info["skipped"]) or "none"],
        ["size", f"{info['bytes'] / 1e6:,.1f} MB, {info['bytes_per_view']:,.0f} bytes a view"],
        ["state", "unfinished: run its build again" if info["incomplete"] else "complete"],
        ["index id", info["index_id"]],
        ["updated", info["updated"]],
    ]
    say(str(arguments.index))
    for name, value in rows:
        say(f"  {name:<12} {value}")
    return 0


def index_info(index: CraterIndex) -> dict[str, Any]:
    """What ``index info --json`` prints."""
    manifest = index.manifest
    settings = index.settings
    size = sum(file.size for file in manifest.files()) + (
        manifest.gpkg.size if manifest.gpkg else 0
    )
    return {
        "path": str(index.path),
        "index_id": manifest.index_id,
        "created": manifest.created,
        "updated": manifest.updated,
        "generation": manifest.generation,
        "engine_version": manifest.engine_version,
        "body": settings.body_name,
        "craters": manifest.n_craters,
        "removed": manifest.tombstones.craters if manifest.tombstones else 0,
        "views": manifest.n_views,
        "contexts": " ".join(f"{context:g}x" for context in settings.context_factors),
        "settings": vars(settings),
        "observations": list(manifest.observations),
        "catalogues": [entry.source for entry in manifest.catalogues],
        "skipped": dict(manifest.skipped),
        "incomplete": index.incomplete,
        "kinds": kinds_command.kinds_info(index),
        "bytes": size,
        "bytes_per_view": size / max(1, manifest.n_views),
    }


def run_verify(arguments: argparse.Namespace) -> int:
    """Check an index; exit code 1 when anything is wrong."""
    with ConsoleMonitor(quiet=arguments.json) as monitor:
        report = verify(arguments.index, repair=arguments.repair, monitor=monitor)
    if arguments.json:
        print_json(vars(report) | {"ok": report.ok})
        return 0 if report.ok else 1
    if report.ok:
        say(f"{arguments.index}: every file is as it was written.")
        return 0
    say(table(["problem"], [[problem] for problem in report.problems], left=[0]))
    return 1


def run_compact(arguments: argparse.Namespace) -> int:
    """Rewrite an index without what was removed."""
    with ConsoleMonitor() as monitor, IndexWriter.open(arguments.index) as writer:
        writer.compact(monitor)
        views = writer.manifest.n_views
    say(f"{arguments.index} now holds {views:,} views.")
    return 0
