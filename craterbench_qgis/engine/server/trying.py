"""``demo``: a small synthetic planet and its index, made in seconds and kept for the next time."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from pathlib import Path

from ...contract.build import INDEX_SUFFIX, BuildParams, CatalogueSource
from ...contract.demo import Demo, DemoParams
from ...contract.vocabulary import Stage
from ..catalogue import Craters, read_catalogue
from ..demo import make_planet
from ..errors import CraterBenchError
from ..indexing import build_index
from ..kinds import load_descriptor
from ..kinds.upgrade import upgrade_index
from ..monitor import Monitor
from ..mosaic import Mosaic, ViewSkipped
from .calls import Call
from .stopping import breakable

_PLANET = "planet-2"
"""Counted on when the planet becomes another one."""
_WIDTH, _CRATERS = 1536, 170
_LEAST_M, _MOST_LATITUDE = 250e3, 35.0
_AROUND, _PIXELS = 3.0, 32


def demo(call: Call[DemoParams]) -> Demo:
    """Make planet and index where they are not there yet. What a stop leaves is used again."""
    folder, monitor = Path(call.params.folder), call.monitor
    planet = _planet(folder, monitor)
    catalogue = planet / "catalogue.csv"
    craters = read_catalogue(catalogue)
    monitor.report(Stage.ENCODER, 0, 0)
    encoder = call.work.encoder(None, call.params.device)
    monitor.check()
    indexed, asked = planet / "mosaic_a.tif", planet / "mosaic_b.tif"
    # An update may bring another encoder: then there is another index, too.
    output = folder / f"{_PLANET}-{encoder.weights_hash[:8]}" / f"Demo planet{INDEX_SUFFIX}"
    params = BuildParams([str(indexed)], CatalogueSource(str(catalogue)), str(output))
    with breakable(monitor, call.work.loading):
        build_index(params, craters, encoder, monitor)
    with call.work.loading:
        descriptor = load_descriptor()
    with breakable(monitor, call.work.loading):
        upgrade_index(output, descriptor, (indexed,), monitor)
    return Demo(str(output), str(indexed), str(asked), *_crater(craters, asked))


def _planet(folder: Path, monitor: Monitor) -> Path:
    """The folder of the planet's files: whole, or not there."""
    planet = folder / _PLANET
    if planet.is_dir():
        return planet
    try:
        folder.mkdir(parents=True, exist_ok=True)
        unfinished = Path(tempfile.mkdtemp(prefix="unfinished-", dir=folder))
        try:
            make_planet(unfinished, width=_WIDTH, craters=_CRATERS, monitor=monitor)
            try:
                unfinished.rename(planet)
            except OSError:
                if not planet.is_dir():  # another QGIS was faster
                    raise
        finally:
            shutil.rmtree(unfinished, ignore_errors=True)
    except OSError as error:
        raise CraterBenchError(
            f"The demo cannot be written to '{folder}' ({error.strerror}). Make room there, or "
            "give yourself the right to write there."
        ) from error
    return planet


def _crater(craters: Craters, asked: Path) -> tuple[float, float, float]:
    """Longitude, latitude and diameter of a crater that is large, whole on both mosaics and far
    from their seams at 0 and 180 degrees."""
    rows = [
        (float(lon), float(lat), float(diameter))
        for lon, lat, diameter in zip(craters.lon, craters.lat, craters.diameter, strict=True)
    ]
    large = [row for row in rows if row[2] >= _LEAST_M and abs(row[1]) < _MOST_LATITUDE]
    with Mosaic.open(asked) as mosaic:
        for row in sorted(large or rows, key=lambda row: abs(abs(row[0]) - 90.0)):
            with contextlib.suppress(ViewSkipped):
                if mosaic.view(*row, _AROUND, _PIXELS).valid_fraction == 1.0:
                    return row
    raise CraterBenchError("The demo's planet shows no crater to ask for. Remove its folder.")
