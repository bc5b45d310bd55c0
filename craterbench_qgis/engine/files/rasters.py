"""The door for rasters: the only place that opens one with rasterio, to read or to write."""

from __future__ import annotations

import re
import threading
import warnings
from pathlib import Path
from typing import Any

from ...contract import names
from ..errors import MosaicError
from .companions import Companions
from .virtual import check_sidecar, check_virtual, is_virtual
from .walls import RASTER_DRIVERS, rasterio_options

MAX_BANDS = 4096
MAX_BLOCK_BYTES = 512 << 20

_SERVICE = re.compile(rb"<(?:GDAL_W|WMS|WCS|TiledW)")
_READY = threading.Lock()
_ready = False


def open_raster(name: str) -> Any:
    """Open a raster to read, through rasterio.

    ``name``: a local file, a member of a local archive or a subdataset, as in
    ``contract.names``. Returns a rasterio dataset. Raises MosaicError, with a sentence,
    for names that lead elsewhere, for what is no raster of the allowed formats (``walls``), for
    virtual rasters that do more than put local files together, and for rasters past the bounds.
    """
    rasterio = _library()
    from rasterio._err import CPLE_BaseError  # GDAL's own, which rasterio lets pass
    from rasterio.errors import CRSError, NotGeoreferencedWarning, RasterioError
    from rasterio.io import DatasetReader

    drivers = [driver for driver in RASTER_DRIVERS if driver != "VRT"]
    try:
        place = names.check(name)
        if not names.is_member(name):
            companions = Companions()
            companions.check(place)
            check_sidecar(place)
            if is_virtual(place):
                check_virtual(place, companions)
                drivers = ["VRT"]
        with warnings.catch_warnings():
            # Callers say themselves, and in a sentence, when there is no georeference.
            warnings.simplefilter("ignore", NotGeoreferencedWarning)
            with rasterio.Env():
                # rasterio.open takes one driver's name; the reader it returns takes a list.
                dataset = DatasetReader(names.for_gdal(name), driver=drivers)
    except names.Refused as error:
        raise MosaicError(str(error)) from error
    except (CPLE_BaseError, RasterioError, CRSError, OSError, ValueError, TypeError) as error:
        raise MosaicError(
            f"{name} cannot be opened as a raster ({error}). {_advice(name)}"
        ) from error
    try:
        _check_bounds(dataset, name)
    except (CPLE_BaseError, RasterioError, CRSError, ValueError, TypeError) as error:
        dataset.close()
        raise MosaicError(f"{name} is damaged ({error}). Give the file anew.") from error
    except MosaicError:
        dataset.close()
        raise
    return dataset


def create_raster(path: Path, mode: str = "w", **profile: Any) -> Any:
    """Open a raster of our own to write (``w``) or to change (``r+``): see ``rasterio.open``."""
    return _library().open(path, mode, **profile)


def registered_drivers() -> set[str]:
    """The drivers of rasterio's GDAL in this process."""
    rasterio = _library()
    with rasterio.Env() as env:
        return set(env.drivers())


def _library() -> Any:
    """rasterio, its drivers registered without those that reach out."""
    global _ready
    import rasterio

    with _READY:
        if not _ready:
            # GDAL registers its drivers in the first environment of a process.
            with rasterio.Env(**rasterio_options()):
                _ready = True
    return rasterio


def _check_bounds(dataset: Any, name: str) -> None:
    if dataset.count == 0:
        raise MosaicError(f"{name} has no bands of its own. Name one of its subdatasets.")
    if dataset.count > MAX_BANDS:
        raise MosaicError(
            f"{name} has {dataset.count:,} bands, more than {MAX_BANDS:,}. Save the band to be "
            "searched as a file of its own."
        )
    for kind, (rows, columns) in zip(dataset.dtypes[:4], dataset.block_shapes[:4], strict=True):
        if rows * columns * _bytes_of(kind) > MAX_BLOCK_BYTES:
            raise MosaicError(
                f"{name} is stored in blocks of {columns:,} x {rows:,} pixels, which do not fit "
                "into memory. Save it as a tiled GeoTIFF."
            )


def _bytes_of(kind: str) -> int:
    import numpy as np

    try:
        return np.dtype(kind).itemsize
    except TypeError:  # complex_int16 and the like
        return 16


def _head(path: Path) -> bytes:
    try:
        with path.open("rb") as stream:
            return stream.read(4096)
    except OSError:
        return b""


def _advice(name: str) -> str:
    """What to do where GDAL cannot open this name."""
    for suffix, system in names.ARCHIVES.items():
        if name.lower().endswith(suffix) and not name.startswith("/vsi"):
            return f"Name the raster in the archive: {system}{Path(name).resolve()}/NAME.tif"
    archive = names.container(name)
    if archive is not None and archive != Path(name) and names.is_member(name):
        return f"Check its name within {archive.name}."
    if archive is not None and archive.is_file() and _SERVICE.search(_head(archive)):
        return (
            "It takes its pixels from the network, which the engine never uses by itself: download "
            "them and name the file, or search what QGIS shows of it."
        )
    return "Give a GeoTIFF, VRT, ISIS cube or another format of docs/reference/mosaics.md."
