"""``craterbench index remove | info | verify | compact | hnsw``, and where the others are added."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from ...contract.vocabulary import Size
from ..errors import CatalogueError
from ..index import CraterIndex, IndexWriter, build_hnsw, build_lists, open_index, verify
from ..index.format import QUANTISATION
from ..indexing import check_output, join_indexes
from ..words import counted
from . import build_commands, kinds_command
from .options import (
    index_argument,
)
from .output import ConsoleMonitor, note, print_json, say, table

_EACH = {QUANTISATION[Size.STANDARD]: "a byte", QUANTISATION[Size.SMALL]: "two bits (small size)"}


def add_to(commands: Any) -> None:
    """Add ``index`` and its subcommands to the parser."""
    index = commands.add_parser("index", help="build and keep an index")
    actions = index.add_subparsers(dest="action", required=True, metavar="ACTION")
    build_commands.add_build(actions)
    build_commands.add_add(actions)

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
    join = actions.add_parser(
        "join",
        help="one index over several: searched as one, each stays where it is",
        description="Writes a small index that names the others. A search asks all of them and "
        "answers as one index would that held all their views. The same command again renews it "
        "after one of them was changed or moved.",
    )
    join.add_argument("indexes", type=Path, nargs="+", metavar="INDEX")
    join.add_argument("-o", "--output", type=Path, required=True, metavar="NAME.craterindex")
    join.add_argument("--json", action="store_true")
    join.set_defaults(run=run_join)
    kinds_command.add_atlas(actions)
    graph = actions.add_parser(
        "hnsw",
        help="add an HNSW graph for the shortlist of very large indexes",
        description="The exact shortlist is faster below about a million views; see "
        "docs/reference/index-format.md. Any later change of the index drops the graph.",
    )
    index_argument(graph)
    graph.set_defaults(run=run_hnsw)


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


def run_join(arguments: argparse.Namespace) -> int:
    """Join indexes."""
    check_output(arguments.output)
    report = join_indexes(arguments.indexes, arguments.output)
    if arguments.json:
        print_json(vars(report))
        return 0
    say(
        f"{report.path} joins {report.indexes} indexes: {report.views:,} views of "
        f"{report.craters:,} craters."
    )
    if report.shared:
        say(f"{report.shared:,} craters that several of them have count once.")
    if report.unlike:
        note(
            f"{report.unlike:,} ids mean other craters in one index than in an earlier one; those "
            "craters are kept apart."
        )
    return 0


def run_info(arguments: argparse.Namespace) -> int:
    """Say what an index holds."""
    with open_index(arguments.index, check="sizes") as index:
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
            f"{_EACH[settings['quantisation']]} each, "
            f"{settings['aggregation']}, seeds by {settings['seeds']}",
        ],
        *[["observation", known["path"]] for known in info["observations"]],
        *[
            ["catalogue", f"{source['path']} ({source['selected']:,} of {source['rows']:,} rows)"]
            for source in info["catalogues"]
        ],
        *[["joins", path] for path in info["joins"]],
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
    return {
        "path": str(index.path),
        "index_id": manifest.index_id,
        "created": manifest.created,
        "updated": manifest.updated,
        "generation": manifest.generation,
        "engine_version": manifest.engine_version,
        "body": settings.body_name,
        "craters": index.n_present + index.n_removed,
        "removed": index.n_removed,
        "views": manifest.n_views,
        "contexts": " ".join(f"{context:g}x" for context in settings.context_factors),
        "settings": vars(settings),
        "observations": list(manifest.observations),
        "catalogues": [entry.source for entry in manifest.catalogues],
        "skipped": dict(manifest.skipped),
        "incomplete": index.incomplete,
        "kinds": kinds_command.kinds_info(index),
        "joins": [str(folder) for folder in index.folders[1:]],
        "bytes": index.size_bytes,
        "bytes_per_view": index.size_bytes / max(1, manifest.n_views),
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
        build_lists(writer, monitor)
        views = writer.manifest.n_views
    say(f"{arguments.index} now holds {views:,} views.")
    return 0
