"""``craterbench benchmark craterbench-r``: an encoder on the published data set."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from ...contract.vocabulary import Seeds
from ..errors import QueryError
from ..evaluation.benchmark import BenchmarkRequest, benchmark_markdown, run_craterbench_r
from ..evaluation.craterbench_r import Counts
from ..evaluation.plots import write_plots
from ..evaluation.tables import write_text
from .options import add_encoder_options, load_encoder_for
from .output import ConsoleMonitor, note, print_json, say


def add_to(commands: Any) -> None:
    """Add ``benchmark`` to the parser."""
    benchmark = commands.add_parser("benchmark", help="run a published benchmark")
    sets = benchmark.add_subparsers(dest="benchmark", required=True, metavar="NAME")
    parser = sets.add_parser(
        "craterbench-r",
        help="CraterBench-R (Fang et al. 2026)",
        description="Reads the released data set as it is (a folder, or straight from its zip) and "
        "prints this encoder's measures beside the published numbers.",
    )
    parser.add_argument("path", type=Path, metavar="PATH_OR_ZIP")
    parser.add_argument("--limit", type=int, metavar="N", help="so many queries, at random")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument(
        "--tokens", type=int, default=16, metavar="K", help="of the two-stage search"
    )
    parser.add_argument("--only", action="append", default=[], metavar="METHOD[:K[:S]]")
    parser.add_argument(
        "--seeds",
        nargs="+",
        type=Seeds,
        choices=tuple(Seeds),
        default=[Seeds.ATTENTION, Seeds.RANDOM],
    )
    parser.add_argument(
        "--crop-fraction",
        type=float,
        metavar="F",
        help="share of the image's side that is shown (default: the timm model's own, else 1)",
    )
    parser.add_argument(
        "--stretch", action="store_true", help="stretch each image as views of mosaics are"
    )
    parser.add_argument(
        "--no-counts", action="store_true", help="do not insist on the release's counts (tests)"
    )
    parser.add_argument("--memory", type=float, default=2.0, metavar="GB", help="for patch tokens")
    parser.add_argument("--json", action="store_true")
    parser.add_argument(
        "--output", type=Path, metavar="FOLDER", help="result.json, table.md, plots"
    )
    add_encoder_options(parser)
    parser.set_defaults(run=run_benchmark)


def run_benchmark(arguments: argparse.Namespace) -> int:
    """Run, and print the measures."""
    if not arguments.memory > 0 or arguments.tokens < 1:
        raise QueryError("--memory and --tokens must be above 0.")
    request = BenchmarkRequest(
        path=arguments.path,
        limit=arguments.limit,
        seed=arguments.seed,
        tokens=arguments.tokens,
        only=tuple(arguments.only),
        seeds=tuple(dict.fromkeys(arguments.seeds)),
        counts=None if arguments.no_counts else Counts(),
        crop=arguments.crop_fraction,
        stretch=arguments.stretch,
        memory=int(arguments.memory * 1e9),
    )
    encoder = load_encoder_for(arguments)
    note(f"Encoder {encoder.id} on {encoder.device_name}: {encoder.description}")
    with ConsoleMonitor() as monitor:
        result = run_craterbench_r(request, encoder, monitor)
    report = benchmark_markdown(result)
    written: list[Path] = []
    if arguments.output:
        folder = arguments.output
        write_text(folder / "result.json", json.dumps(result, indent=1, ensure_ascii=False) + "\n")
        write_text(folder / "table.md", report)
        written = [folder / "result.json", folder / "table.md", *write_plots(folder, result)]
    if arguments.json:
        print_json(result)
    else:
        say(report)
        for path in written:
            say(f"Written: {path}")
    return 0
