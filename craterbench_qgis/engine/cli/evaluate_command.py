"""``craterbench evaluate``: retrieval measures of an index, by queries from another mosaic."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from ...contract.build import EvaluateParams
from ...contract.search import CONTEXTS
from ...contract.vocabulary import Seeds
from ..catalogue import Craters
from ..encoders.base import Encoder
from ..errors import QueryError
from ..evaluation import evaluate_index, read_same, write_report
from ..evaluation.analogs import ANGLE_QUERIES, evaluate_analogs
from ..evaluation.analogs import markdown as analogs_table
from ..evaluation.feedback import evaluate_feedback
from ..evaluation.feedback import markdown as feedback_table
from ..evaluation.how_sure import evaluate_how_sure
from ..evaluation.how_sure import markdown as how_sure_table
from ..evaluation.tables import HEADER, cells, join, read_result, write_text
from ..index import CraterIndex, open_index
from ..indexing import body_of_mosaic
from .craters import read_craters
from .options import (
    add_catalogue_options,
    add_encoder_options,
    add_selection_options,
    load_encoder_for,
    require_views,
    selection_of,
    source_of,
)
from .output import ConsoleMonitor, note, print_json, say, table

TITLE = "Cross-observation retrieval"


def add_to(commands: Any) -> None:
    """Add ``evaluate`` to the parser."""
    evaluate = commands.add_parser(
        "evaluate",
        help="measure how well an index finds its craters again on another mosaic",
        description="Cuts craters of the catalogue from a mosaic, with the centre and the scale "
        "varied at random, and measures how far up the index ranks the same crater, for every way "
        "of matching. The gallery is always the whole index; region, diameters and limit choose "
        "the queries. Measures are defined in docs/method/evaluation.md.",
    )
    evaluate.add_argument("index", type=Path, nargs="?", metavar="INDEX")
    evaluate.add_argument("--mosaic", type=Path, help="raster the queries are cut from")
    evaluate.add_argument("--band", type=int, help="band of it (default: luma, or the first)")
    add_catalogue_options(evaluate, required=False)
    _add_query_options(evaluate)
    _add_row_options(evaluate)
    _add_feedback_options(evaluate)
    evaluate.add_argument("--json", action="store_true")
    evaluate.add_argument(
        "--output",
        type=Path,
        metavar="FOLDER",
        help="write result.json, table.md and plots there (with --join: the file NAME.md)",
    )
    evaluate.add_argument(
        "--join",
        nargs="+",
        metavar="[NAME=]FILE.json",
        help="no evaluation: results written before, in one Markdown table (--only keeps rows)",
    )
    evaluate.add_argument(
        "--mean", action="store_true", help="with --join: also the mean over the results"
    )
    add_encoder_options(evaluate)
    evaluate.set_defaults(run=run_evaluate)


def _add_query_options(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("queries")
    group.add_argument("--views-per-crater", type=int, default=3, metavar="N")
    group.add_argument(
        "--context",
        type=float,
        nargs="+",
        default=list(CONTEXTS),
        metavar="F",
        help="side / diameter: one factor, or two to draw from evenly",
    )
    group.add_argument(
        "--jitter",
        type=float,
        default=0.1,
        metavar="D",
        help="the centre is moved evenly within a disc of this radius in diameters",
    )
    group.add_argument("--seed", type=int, default=0)
    group.add_argument("--limit", type=int, metavar="N", help="so many queries, at random")
    add_selection_options(group)
    group.add_argument(
        "--same",
        type=Path,
        metavar="FILE",
        help="pairs of ids that are the same crater (CSV or JSON): both count as found",
    )


def _add_row_options(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("rows")
    group.add_argument(
        "--only",
        action="append",
        default=[],
        metavar="METHOD[:K[:S]]",
        help="global, raw, aggregated, centroid, all, two-stage (repeatable), and overlay: "
        "two-stage, then the best pictures laid on the query, as a search does; 'global', "
        "'two-stage', 'overlay' and the index's own tokens need nothing encoded again",
    )
    group.add_argument("--seeds", nargs="+", type=Seeds, choices=tuple(Seeds), default=list(Seeds))
    group.add_argument("--backend", choices=("auto", "exact", "lists", "hnsw"), default="auto")
    group.add_argument(
        "--memory", type=float, default=2.0, metavar="GB", help="for patch tokens (default: 2)"
    )


def _add_feedback_options(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("other questions, instead of the rows")
    group.add_argument(
        "--feedback",
        type=int,
        metavar="J",
        help="relevance feedback: judge the first J matches of each query by what is known, "
        "refine, and measure what was not judged, before and after",
    )
    group.add_argument(
        "--relevant-by",
        metavar="COLUMN",
        help="with --feedback: relevant are the craters with the query's value in this column of "
        "the catalogue (default: the query's own crater)",
    )
    group.add_argument(
        "--how-sure",
        action="store_true",
        help="is the number of craters expected by chance true? Asked with and without the "
        "query's own crater in the index",
    )
    group.add_argument(
        "--no-overlay",
        dest="overlay",
        action="store_false",
        help="with --how-sure: searches that lay no pictures on the query",
    )
    group.add_argument(
        "--analogs",
        action="store_true",
        help="craters of the same kind: by a terrain model (--terrain), by a column of the "
        "catalogue (--relevant-by), and the same crater at random angles",
    )
    group.add_argument("--terrain", type=Path, metavar="DTM", help="with --analogs: heights")
    group.add_argument(
        "--angles",
        type=int,
        default=ANGLE_QUERIES,
        metavar="N",
        help="with --analogs: so many queries are also turned at random (default: %(default)d)",
    )


def run_evaluate(arguments: argparse.Namespace) -> int:
    """Evaluate and print the result, or join results."""
    if arguments.join:
        return _join(arguments)
    missing = [
        name
        for name, value in (
            ("INDEX", arguments.index),
            ("--mosaic", arguments.mosaic),
            ("--catalogue", arguments.catalogue),
        )
        if value is None
    ]
    if missing:
        raise QueryError(
            f"An evaluation needs {', '.join(missing)}. Name an index, the mosaic the queries are "
            "cut from, and the craters' catalogue."
        )
    asked = (arguments.how_sure, arguments.feedback is not None, arguments.analogs)
    if sum(asked) > 1:
        raise QueryError(
            "--feedback, --how-sure and --analogs are different questions. Ask one at a time."
        )
    if arguments.relevant_by and not (arguments.analogs or arguments.feedback is not None):
        raise QueryError("--relevant-by goes with --feedback J or with --analogs.")
    if not arguments.overlay and not arguments.how_sure:
        raise QueryError("--no-overlay goes with --how-sure. Rows say it: two-stage or overlay.")
    if arguments.terrain and not arguments.analogs:
        raise QueryError("--terrain goes with --analogs.")
    params = _params(arguments)
    with open_index(arguments.index) as index:
        require_views(index)
        if index.incomplete:
            note("The build of this index is unfinished: only what is committed is searched.")
        encoder = load_encoder_for(arguments, index.settings.encoder_id)
        index.check_encoder(encoder.id, encoder.weights_hash)
        craters = read_craters(arguments, body_of_mosaic(arguments.mosaic))
        if any(asked):
            return _other_question(arguments, index, encoder, craters, params)
        with ConsoleMonitor() as monitor:
            result = evaluate_index(index, encoder, craters, params, monitor)
    written = write_report(arguments.output, result, TITLE) if arguments.output else []
    if arguments.json:
        print_json(result)
    else:
        print_result(result)
        for path in written:
            say(f"Written: {path}")
    return 0


def _other_question(
    arguments: argparse.Namespace,
    index: CraterIndex,
    encoder: Encoder,
    craters: Craters,
    params: EvaluateParams,
) -> int:
    """Feedback, how sure or analogs: tables."""
    name = "how-sure" if arguments.how_sure else "analogs" if arguments.analogs else "feedback"
    with ConsoleMonitor() as monitor:
        if arguments.analogs:
            result = evaluate_analogs(
                index,
                encoder,
                craters,
                params,
                terrain=arguments.terrain,
                column=arguments.relevant_by,
                angles=arguments.angles,
                monitor=monitor,
            )
            text = analogs_table(result)
        elif arguments.how_sure:
            result = evaluate_how_sure(
                index, encoder, craters, params, monitor, overlay=arguments.overlay
            )
            text = how_sure_table(result)
        else:
            result = evaluate_feedback(
                index,
                encoder,
                craters,
                params,
                arguments.feedback,
                arguments.relevant_by,
                monitor,
            )
            text = feedback_table(result)
    folder = arguments.output
    if folder:
        plain = json.dumps(result, indent=1, ensure_ascii=False) + "\n"
        write_text(folder / f"{name}.json", plain)
        write_text(folder / f"{name}.md", text)
    if arguments.json:
        print_json(result)
        return 0
    say(text.rstrip())
    answered = result.get("found_among_the_judged")
    if answered:
        note(f"{answered:,} queries were answered by the judged matches.")
    if folder:
        say(f"Written: {folder / f'{name}.json'}, {folder / f'{name}.md'}")
    return 0


def print_result(result: dict[str, Any]) -> None:
    """The result as text."""
    settings = result["settings"]
    for name in ("craters_left_out", "skipped_queries"):
        for reason, number in settings.get(name, {}).items():
            note(f"{name.replace('_', ' ')}: {number:,} {reason}")
    for text in settings["notes"]:
        note(text)
    say(
        f"Encoder {result['encoder']}, {result['queries']:,} queries, "
        f"{result['gallery_views']:,} gallery views"
    )
    say(table(HEADER, [cells(row) for row in result["rows"]], left=[0, 1]))


def _params(arguments: argparse.Namespace) -> EvaluateParams:
    return EvaluateParams(
        index=str(arguments.index),
        mosaic=str(arguments.mosaic),
        catalogue=source_of(arguments, arguments.catalogue),
        selection=selection_of(arguments),
        band=arguments.band,
        views_per_crater=arguments.views_per_crater,
        context=arguments.context,
        jitter=arguments.jitter,
        seed=arguments.seed,
        limit=arguments.limit,
        only=arguments.only,
        seeds=list(dict.fromkeys(arguments.seeds)),
        same=list(read_same(arguments.same)) if arguments.same else [],
        backend=arguments.backend,
        memory_gb=arguments.memory,
    )


def _join(arguments: argparse.Namespace) -> int:
    results = []
    for text in arguments.join:
        name, _, file = text.rpartition("=")
        path = Path(file)
        results.append((name or path.stem, read_result(path)))
    joined = join(results, arguments.only, arguments.mean)
    if arguments.output:
        write_text(arguments.output, joined + "\n")
        say(f"Written: {arguments.output}")
    else:
        say(joined)
    return 0
