"""The catalogue that a command names, and what is said of the rows left out."""

from __future__ import annotations

import argparse
import csv
from pathlib import Path

from ..bodies import Body
from ..catalogue import Craters
from ..errors import ExportError
from ..files.formulas import guarded
from ..sources import read_source
from .options import source_of
from .output import note

# The first rejected rows are shown one by one, the rest only counted.
_SHOWN_ROWS = 10


def read_named(arguments: argparse.Namespace, mosaic_body: Body | None = None) -> Craters:
    """The catalogue the options name; how it was read goes to stderr.

    ``mosaic_body``: of the raster the craters will be cut from.
    """
    craters = read_source(source_of(arguments, arguments.catalogue), mosaic_body=mosaic_body)
    note(craters.summary())
    return craters


def read_craters(arguments: argparse.Namespace, mosaic_body: Body | None = None) -> Craters:
    """The same; what was left out goes there too, and is listed where asked for."""
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
