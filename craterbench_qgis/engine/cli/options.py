"""Options shared by several commands, and what they stand for."""

from __future__ import annotations

import argparse
import math
from pathlib import Path
from typing import Any

from ...contract.build import CatalogueSource, Columns, Selection
from ...contract.duplicates import MAX_DISTANCE, MAX_RATIO, THRESHOLD
from ...contract.search import OF_A_KIND, Filters, Query, Source
from ...contract.vocabulary import BoxReading, QueryKind
from ..bodies import Body
from ..encoders.base import Encoder
from ..errors import CraterIndexError, EncoderError, UsageError
from ..index import CraterIndex
from ..mosaic import Mosaic, box_area
from ..search import (
    BoxViews,
    QueryView,
    box_views,
    cut_query,
    query_from_crater,
    query_from_image,
)
from ..search.filters import read_region
from .output import note

TABLES = "CSV, Shapefile, GeoPackage, GeoJSON"


def count(text: str) -> int:
    """A whole number of at least 1, for argparse."""
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"{value} is not at least 1")
    return value


def number(text: str) -> float:
    """A finite number, for argparse."""
    value = float(text)
    if not math.isfinite(value):
        raise argparse.ArgumentTypeError(f"{text} is not a finite number")
    return value


def add_catalogue_options(parser: argparse.ArgumentParser, required: bool) -> None:
    """``--catalogue`` and how to read it."""
    group = parser.add_argument_group("catalogue")
    group.add_argument("--catalogue", type=Path, required=required, help=TABLES)
    add_reading_options(group)
    group.add_argument("--rejected", type=Path, metavar="FILE.csv", help="list the rows left out")


def source_of(arguments: argparse.Namespace, path: Path, prefix: str = "") -> CatalogueSource:
    """The catalogue at ``path``, read as the options that begin with ``prefix`` say."""

    def option(name: str) -> Any:
        return getattr(arguments, prefix + name)

    names = ("id", "lon", "lat", "diameter", "diameter_unit", "west_positive", "latitude_kind")
    columns = {name: option(name) for name in names}
    return CatalogueSource(
        path=str(path),
        columns=Columns(**columns),
        layer=option("layer"),
        body=arguments.body,
    )


def metres(km: float | None) -> float | None:
    """Kilometres as metres."""
    return None if km is None else km * 1000.0


def add_selection_options(parser: argparse.ArgumentParser | argparse._ArgumentGroup) -> None:
    """Which craters of the catalogue."""
    parser.add_argument("--min-diameter", type=number, metavar="KM", help="leave out smaller ones")
    parser.add_argument("--max-diameter", type=number, metavar="KM", help="leave out larger ones")
    parser.add_argument(
        "--region", type=number, nargs=4, metavar=("W", "S", "E", "N"), help="degrees"
    )


def selection_of(arguments: argparse.Namespace) -> Selection:
    """Which craters of the catalogue the options mean."""
    return Selection(
        min_diameter_m=metres(arguments.min_diameter),
        max_diameter_m=metres(arguments.max_diameter),
        region=arguments.region,
    )


def add_mosaics_option(parser: argparse.ArgumentParser, text: str, required: bool = False) -> None:
    """``--mosaic``, once for each."""
    parser.add_argument(
        "--mosaic",
        type=Path,
        action="append",
        required=required,
        default=None if required else [],
        help=f"{text} (repeatable)",
    )


def add_raster_options(parser: argparse.ArgumentParser | argparse._ArgumentGroup) -> None:
    """How a raster is read: ``--band``, ``--nodata``."""
    parser.add_argument("--band", type=int, help="band of it (default: luma, or the first)")
    parser.add_argument("--nodata", type=number, help="value without data, beside what it declares")


def add_looks_options(parser: argparse.ArgumentParser) -> None:
    """The catalogue whose pairs are judged, and what is looked at."""
    parser.add_argument("catalogue", type=Path, help=TABLES)
    add_mosaics_option(parser, "raster to look at")
    parser.add_argument("--geometry-only", action="store_true", help="do not look at a mosaic")
    parser.add_argument("--json", action="store_true")


def check_looks_options(arguments: argparse.Namespace) -> None:
    """Raise UsageError unless a raster is named or looks are not wanted."""
    if arguments.geometry_only and (arguments.mosaic or getattr(arguments, "other_mosaic", None)):
        raise UsageError("--geometry-only looks at no mosaic. Leave out one of the two.")
    if not arguments.geometry_only and not arguments.mosaic:
        raise UsageError("Looks need a raster. Name it with --mosaic, or say --geometry-only.")


def add_judgement_options(group: argparse._ArgumentGroup) -> None:
    """Which pairs are candidates, and which count as one crater."""
    group.add_argument(
        "--threshold", type=number, default=THRESHOLD, metavar="P", help=f"default {THRESHOLD}"
    )
    group.add_argument(
        "--max-distance",
        type=number,
        default=MAX_DISTANCE,
        metavar="D",
        help=f"default {MAX_DISTANCE}",
    )
    group.add_argument(
        "--max-ratio", type=number, default=MAX_RATIO, help=f"of diameters, default {MAX_RATIO:g}"
    )
    group.add_argument("--max-looks", type=count, metavar="N", help="look at N pairs at most")


def add_reading_options(group: argparse._ArgumentGroup, prefix: str = "") -> None:
    """How a catalogue is read; ``prefix``: "other-" for a second one."""
    group.add_argument(f"--{prefix}layer", help="layer of a file with several")
    for name, text in {
        "id": "column of the crater id",
        "lon": "column of the longitude, degrees",
        "lat": "column of the latitude, degrees",
        "diameter": "column of the diameter",
    }.items():
        shown = argparse.SUPPRESS if prefix else f"{text} (default: recognised)"
        group.add_argument(f"--{prefix}{name}", metavar="COLUMN", help=shown)
    group.add_argument(
        f"--{prefix}diameter-unit", choices=("km", "m"), help="default: from the column name"
    )
    if not prefix:
        group.add_argument("--body", help="body of a catalogue that does not say, e.g. moon")
    for side in ("west", "east"):
        group.add_argument(
            f"--{prefix}{side}-positive",
            dest=f"{prefix}west_positive".replace("-", "_"),
            action="store_const",
            const=side == "west",
            help=f"longitudes count {side}ward",
        )
    group.add_argument(
        f"--{prefix}latitude-kind",
        choices=("planetocentric", "planetographic"),
        help="default: as the file says, else planetocentric",
    )


def add_encoder_options(parser: argparse.ArgumentParser) -> None:
    """``--encoder``, ``--device``, ``--threads``."""
    group = parser.add_argument_group("encoder")
    group.add_argument("--encoder", help="name or checkpoint (see 'craterbench doctor')")
    group.add_argument("--device", default="auto", help="auto, cpu, cuda, cuda:0 or mps")
    group.add_argument("--threads", type=count, help="CPU threads (default: the physical cores)")
    group.add_argument(
        "--allow-download", action="store_true", help="let timm fetch weights from its hub"
    )


def load_encoder_for(
    arguments: argparse.Namespace, spec: str | None = None, body: Body | None = None
) -> Encoder:
    """The encoder the options name, else ``spec``, else the default for ``body``."""
    from ..encoders import load_encoder

    if not arguments.encoder and spec is not None and spec.startswith("checkpoint:"):
        raise EncoderError(
            f"This index was built with the checkpoint {spec.removeprefix('checkpoint:')}, which "
            "lies somewhere on your disk. Name its file with --encoder."
        )
    encoder = load_encoder(
        arguments.encoder or spec,
        device=arguments.device,
        threads=arguments.threads,
        allow_download=arguments.allow_download,
        body=body,
    )
    if arguments.device not in ("auto", "cpu") and encoder.device_name.startswith("cpu"):
        # A network would have refused a device it cannot use; the controls have no network.
        note(
            f"The encoder {encoder.id} computes on the processor: "
            f"--device {arguments.device} has no effect on it."
        )
    return encoder


def add_query_options(parser: argparse.ArgumentParser) -> None:
    """What to search for: a box, a crater or an image."""
    group = parser.add_argument_group("query")
    group.add_argument("--mosaic", type=Path, help="raster the query is cut from")
    add_raster_options(group)
    what = group.add_mutually_exclusive_group(required=True)
    what.add_argument(
        "--box",
        type=float,
        nargs=4,
        metavar=("W", "S", "E", "N"),
        help="box around a crater, best 2 to 3 times as wide as it; degrees (W > E crosses the "
        "antimeridian), or see --crs",
    )
    what.add_argument(
        "--at",
        type=float,
        nargs=2,
        metavar=("LON", "LAT"),
        help="centre, degrees (with --diameter)",
    )
    what.add_argument("--image", type=Path, help="picture of a crater without georeference")
    group.add_argument(
        "--diameter",
        type=number,
        metavar="KM",
        help="diameter in km: needed for --at; for --box and --image it serves the filters",
    )
    group.add_argument(
        "--box-is",
        type=BoxReading,
        choices=tuple(BoxReading),
        default=BoxReading.EITHER,
        help="how a --box without --diameter is read: as the view around the crater, as wide as "
        "the crater itself, or whichever fits better (default)",
    )
    group.add_argument("--crs", help="CRS of --box: 'mosaic', or e.g. IAU_2015:30135, WKT, PROJ")
    group.add_argument(
        "--query-context",
        type=number,
        metavar="F",
        help="side / diameter of the crop for --at (default: the mean of the index's)",
    )


def query_of(
    arguments: argparse.Namespace, index: CraterIndex, *, wide: bool = False
) -> QueryView | BoxViews:
    """Cut the query the options describe; ``wide``: it will be turned. The views of a box that
    may be read either way are for ``read_box``.

    Raises
    ------
    QueryError, MosaicError, BodyError
    """
    settings = index.settings
    size, contexts = settings.input_size, settings.context_factors
    diameter = metres(arguments.diameter)
    if arguments.image is not None:
        if arguments.mosaic is not None:
            raise UsageError("An --image is a query by itself. Leave out --mosaic.")
        return query_from_image(arguments.image, size, diameter)
    if arguments.mosaic is None:
        raise UsageError("The query needs a raster. Name it with --mosaic, or give an --image.")
    if arguments.at is not None and diameter is None:
        raise UsageError("--at needs the crater's --diameter in km.")
    with Mosaic.open(
        arguments.mosaic, body=settings.body, band=arguments.band, nodata=arguments.nodata
    ) as mosaic:
        if arguments.box is not None:
            crs = arguments.crs
            if crs == "mosaic":
                crs = mosaic.crs.to_wkt()
            west, south, east, north = arguments.box
            area = box_area(mosaic.body, west, south, east, north, crs)
            asked = Query(
                QueryKind.AREA,
                Source(str(arguments.mosaic)),
                area.lon,
                area.lat,
                area.side_m,
                diameter,
                reading=arguments.box_is,
            )
            box = box_views(asked, mosaic, size, contexts)
            if box is not None:
                if wide:
                    box.views = [view.widened() for view in box.views]
                return box
            query = cut_query(asked, mosaic, size, contexts)
            return query.widened() if wide else query
        context = arguments.query_context
        if context is None:
            context = sum(contexts) / len(contexts)
        lon, lat = arguments.at
        query = query_from_crater(mosaic, lon, lat, diameter or 0.0, context, size)
        return query.widened() if wide else query


def add_filter_options(parser: argparse.ArgumentParser) -> None:
    """Which craters may match."""
    group = parser.add_argument_group("filters")
    pair = {"nargs": 2, "type": float}
    group.add_argument("--diameter-ratio", metavar=("LOW", "HIGH"), **pair, help="match / query")  # type: ignore[arg-type]
    group.add_argument("--min-diameter", type=float, metavar="KM")
    group.add_argument("--max-diameter", type=float, metavar="KM")
    group.add_argument("--latitude", metavar=("SOUTH", "NORTH"), **pair)  # type: ignore[arg-type]
    group.add_argument(
        "--longitude",
        metavar=("WEST", "EAST"),
        **pair,  # type: ignore[arg-type]
        help="WEST > EAST crosses the antimeridian",
    )
    group.add_argument("--region", help="polygon: WKT or a vector file, degrees")
    group.add_argument("--min-distance", type=float, metavar="KM", help="from the query")
    group.add_argument("--max-distance", type=float, metavar="KM", help="from the query")
    group.add_argument("--where", metavar="SQL", help="condition on the catalogue's columns")
    group.add_argument(
        "--kind", metavar="NAME", help="only craters of a kind that was named for this index"
    )
    group.add_argument(
        "--min-kind",
        type=float,
        metavar="P",
        help=f"with a probability of at least P (default {OF_A_KIND:g})",
    )
    group.add_argument("--exclude", nargs="+", default=[], metavar="ID", help="crater ids")


def filters_of(arguments: argparse.Namespace, body: Body) -> Filters:
    """The filters the options describe, for an index of ``body``."""

    def pair(values: list[float] | None) -> tuple[float, float] | None:
        return None if values is None else (values[0], values[1])

    return Filters(
        diameter_ratio=pair(arguments.diameter_ratio),
        min_diameter=metres(arguments.min_diameter),
        max_diameter=metres(arguments.max_diameter),
        latitude=pair(arguments.latitude),
        longitude=pair(arguments.longitude),
        region=read_region(arguments.region, body).wkt if arguments.region else None,
        min_distance=metres(arguments.min_distance),
        max_distance=metres(arguments.max_distance),
        where=arguments.where,
        kind=arguments.kind,
        min_kind=arguments.min_kind,
        exclude_ids=list(arguments.exclude),
    )


def index_argument(parser: argparse.ArgumentParser) -> None:
    """The positional INDEX."""
    parser.add_argument("index", type=Path, metavar="INDEX", help="folder NAME.craterindex")


def require_views(index: CraterIndex) -> None:
    """Raise CraterIndexError when there is nothing to search."""
    if index.n_views == 0:
        raise CraterIndexError(f"{index.path} holds no views yet. Finish its build first.")
