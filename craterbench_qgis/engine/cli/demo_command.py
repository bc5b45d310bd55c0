"""``craterbench demo``: the whole job on a synthetic planet, without data or network."""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import Any

from ...contract.build import BuildParams, CatalogueSource
from ..catalogue import read_catalogue
from ..index import open_index
from ..indexing import build_index
from ..mosaic import Mosaic
from ..search import Searcher, SearchOptions, explain, query_from_crater
from .options import add_encoder_options, load_encoder_for
from .output import ConsoleMonitor, duration, note, say
from .search_command import export, matches_table, sheet, timings_line


def add_to(commands: Any) -> None:
    """Add ``demo`` to the parser."""
    parser = commands.add_parser(
        "demo",
        help="make a synthetic planet, index it, search it from another observation",
        description="Needs no data and no network. Everything is written into the output folder.",
    )
    parser.add_argument("--output", type=Path, default=Path("demo-output"), metavar="FOLDER")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--width", type=int, default=4096, help="pixels around the equator")
    parser.add_argument("--craters", type=int, default=1500, help="of the synthetic planet")
    add_encoder_options(parser)
    parser.set_defaults(run=run_demo)


def run_demo(arguments: argparse.Namespace) -> int:
    """Planet, index, search from the other mosaic, table, shapefile, pictures."""
    from ..demo import make_planet
    from ..formats import explanation_picture

    start = time.perf_counter()
    folder: Path = arguments.output
    encoder = load_encoder_for(arguments)
    note(f"Encoder {encoder.id} on {encoder.device_name}: {encoder.description}")
    with ConsoleMonitor() as monitor:
        planet = make_planet(
            folder / "planet",
            seed=arguments.seed,
            width=arguments.width,
            craters=arguments.craters,
            monitor=monitor,
        )
        craters = read_catalogue(planet.catalogue)
        note(craters.summary())
        params = BuildParams(
            [str(planet.mosaic_a)],
            CatalogueSource(str(planet.catalogue)),
            str(folder / "planet.craterindex"),
        )
        report = build_index(params, craters, encoder, monitor)
    say(f"Index: {report.craters_with_views:,} craters, {report.views:,} views.")

    with open_index(report.path) as index, Mosaic.open(planet.mosaic_b) as other:
        wanted = planet.query
        contexts = index.settings.context_factors
        query = query_from_crater(
            other,
            float(wanted["lon"]),
            float(wanted["lat"]),
            float(wanted["diameter"]),
            sum(contexts) / len(contexts),
            encoder.input_size,
        )
        result = Searcher(index, encoder).search(query, SearchOptions(top=15))
        say(
            f"Query: the crater at {query.lon:.2f}, {query.lat:.2f}, cut from the other "
            "observation (another sun, another seam, blurred)."
        )
        say(matches_table(result))
        say(timings_line(result))
        shapefile, picture = folder / "matches.shp", folder / "matches.png"
        export(shapefile, index, result)
        sheet(picture, index, query, result)
        why = folder / "why.png"
        explanation_picture(why, explain(index, encoder, query, result.matches[0].crater_id))
    for path in (shapefile, picture, why):
        say(f"Written: {path}")
    say(f"Done in {duration(time.perf_counter() - start)}.")
    return 0
