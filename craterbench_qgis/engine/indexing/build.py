"""Build an index, or resume a build that was stopped."""

from __future__ import annotations

import hashlib
import json
import shutil
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ..bodies import Body
from ..catalogue import Craters
from ..encoders.base import Encoder
from ..errors import CatalogueError, CraterIndexError
from ..index import IndexSettings, IndexWriter
from ..index.format import MANIFEST, MANIFEST_SPARE
from ..monitor import Monitor
from ..mosaic import MIN_PIXELS_ACROSS, MIN_VALID_FRACTION, Mosaic
from .measured import with_terrain
from .pipeline import CutSettings
from .plan import CHUNK_VIEWS, Plan, ordered_unit
from .run import BuildReport, begin, observation, open_all, report, run

DEFAULT_CONTEXTS = (2.0, 3.0)
# 64 tokens of 128 numbers (the bundled encoder) are 8 KB; the paper stores 16 of 768 in 24 KB.
DEFAULT_TOKENS = 64
DEFAULT_THUMBNAIL = 128


@dataclass(frozen=True)
class BuildRequest:
    """What to build. Diameters in metres, ``region`` (W, S, E, N) in degrees.

    ``chunk_views``: about how many views are committed, or lost by a kill, together.
    """

    mosaics: tuple[Path, ...]
    craters: Craters
    output: Path
    contexts: tuple[float, ...] = DEFAULT_CONTEXTS
    tokens: int = DEFAULT_TOKENS
    seeds: str = "attention"
    aggregation: str = "aggregated"
    min_diameter: float | None = None
    max_diameter: float | None = None
    region: tuple[float, float, float, float] | None = None
    band: int | None = None
    nodata: float | None = None
    thumbnail_size: int = DEFAULT_THUMBNAIL
    min_valid_fraction: float = MIN_VALID_FRACTION
    min_pixels_across: float = MIN_PIXELS_ACROSS
    chunk_views: int = CHUNK_VIEWS
    terrain: Path | None = None
    """A terrain model: what it says of every crater becomes columns of the index."""


def build_index(
    request: BuildRequest, encoder: Encoder, monitor: Monitor | None = None
) -> BuildReport:
    """Build ``request.output``; the same request again resumes what was stopped.

    Raises
    ------
    BodyError, MosaicError, CatalogueError
        The inputs do not fit each other.
    CraterIndexError
        The output is another index, is locked, or the disk is full (what was committed stays).
    Cancelled
        The monitor asked to stop (what was committed stays).
    """
    monitor = monitor or Monitor()
    with ExitStack() as stack:
        mosaics = open_all(
            stack, request.mosaics, request.craters.body, request.band, request.nodata
        )
        chosen = select(request, mosaics[0].body)
        notes = _notes(request, mosaics[0].body)
        settings = _settings(request, encoder, mosaics[0].body)
        source = _source(request, chosen, mosaics)
        writer, resumed = _create_or_resume(stack, request.output, settings, source)
        if resumed and writer.job is None:
            told = report(writer, request.output, 0, resumed)
            told.already_complete = True
            told.notes = notes
            return told
        numbers = [observation(writer, mosaic) for mosaic in mosaics]
        if writer.job is None:
            if request.terrain is not None:
                chosen = with_terrain(chosen, request.terrain, mosaics[0].body, source, monitor)
            writer.add_craters(
                chosen.ids, chosen.lon, chosen.lat, chosen.diameter, chosen.attributes, source
            )
            rows = np.arange(len(chosen), dtype=np.int64)
            units = [
                ordered_unit(one, rows, chosen.lon, chosen.lat) for one in dict.fromkeys(numbers)
            ]
            plan = Plan.of(units, request.contexts, request.chunk_views)
            begin(writer, plan, encoder, _cut(request), "build")
        encoded = run(writer, encoder, dict(zip(numbers, mosaics, strict=True)), monitor)
        if writer.manifest.n_views == 0:
            reasons = ", ".join(f"{n} {why}" for why, n in writer.manifest.skipped.items())
            stack.close()
            shutil.rmtree(request.output)  # an index without a view would only be in the way
            raise CatalogueError(
                f"Not one of {len(chosen)} craters could be cut from the mosaic ({reasons}). Check "
                "that catalogue and mosaic cover the same ground and that the craters are larger "
                f"than {request.min_pixels_across:g} pixels."
            )
        told = report(writer, request.output, encoded, resumed)
        told.notes = notes
        return told


def select(request: BuildRequest, body: Body) -> Craters:
    """The craters of the request within its diameters and region.

    Raises
    ------
    CatalogueError
        None is left.
    """
    craters = request.craters
    keep = np.ones(len(craters), dtype=bool)
    if request.min_diameter is not None:
        keep &= craters.diameter >= request.min_diameter
    if request.max_diameter is not None:
        keep &= craters.diameter <= request.max_diameter
    if request.region is not None:
        west, south, east, north = request.region
        keep &= (craters.lat >= south) & (craters.lat <= north)
        if south > north:
            raise CatalogueError(
                f"The region is empty: south {south:g} is above north {north:g}. Give W S E N."
            )
        span = (east - west) % 360.0 or 360.0
        keep &= (craters.lon - west) % 360.0 <= span
    keep &= craters.diameter < 2 * body.a
    if not keep.any():
        raise CatalogueError(
            f"None of the {len(craters)} craters has the wanted diameter and place. "
            f"{craters.summary()} Check the limits and the diameter's unit."
        )
    return craters if keep.all() else craters.take(keep)


def _settings(request: BuildRequest, encoder: Encoder, body: Body) -> IndexSettings:
    n = encoder.grid[0] * encoder.grid[1]
    return IndexSettings(
        body_name=body.name,
        body_a=body.a,
        body_b=body.b,
        encoder_id=encoder.id,
        weights_hash=encoder.weights_hash,
        encoder_description=encoder.description,
        input_size=encoder.input_size,
        grid=encoder.grid,
        global_dim=encoder.global_dim,
        token_dim=encoder.token_dim,
        tokens=min(request.tokens, n),
        seeds=request.seeds,
        aggregation=request.aggregation,
        context_factors=request.contexts,
        thumbnail_size=request.thumbnail_size,
    )


def _cut(request: BuildRequest) -> CutSettings:
    return CutSettings(
        request.contexts,
        request.min_valid_fraction,
        request.min_pixels_across,
        request.thumbnail_size,
    )


def _notes(request: BuildRequest, body: Body) -> list[str]:
    """What was decided for the user and should be known."""
    notes = []
    if request.craters.body is None:
        notes.append(
            f"The catalogue does not name its body; it is taken to be of {body.name} like the "
            "mosaic."
        )
    giants = int((request.craters.diameter >= 2 * body.a).sum())
    if giants:
        notes.append(f"{giants} craters wider than the body itself were left out.")
    return notes


def _source(request: BuildRequest, chosen: Craters, mosaics: list[Mosaic]) -> dict[str, Any]:
    """Provenance of the craters; ``request`` identifies the build for resuming."""
    path = Path(request.craters.path)
    wanted = {
        # By content, not by path: a moved mosaic is the same, a changed one is another.
        "mosaics": list(dict.fromkeys(one.fingerprint() for one in mosaics)),
        "nodata": request.nodata,
        "min_diameter": request.min_diameter,
        "max_diameter": request.max_diameter,
        "region": request.region,
        "band": request.band,
        "min_valid_fraction": request.min_valid_fraction,
        "min_pixels_across": request.min_pixels_across,
        "craters": _content_hash(chosen),
    }
    if request.terrain is not None:
        # By its text: opening it only to refuse a resumed build would be late.
        wanted["terrain"] = request.terrain.name
    digest = hashlib.sha256(json.dumps(wanted, sort_keys=True).encode()).hexdigest()
    return {
        "path": str(path.resolve()),
        "rows": len(request.craters) + request.craters.rejected_total,
        "selected": len(chosen),
        "rejected": dict(request.craters.rejected_counts),
        "columns": request.craters.columns.describe(),
        "request": digest,
    }


def _content_hash(craters: Craters) -> str:
    digest = hashlib.sha256("\n".join(craters.ids).encode())
    for array in (craters.lon, craters.lat, craters.diameter):
        digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()


def _create_or_resume(
    stack: ExitStack, output: Path, settings: IndexSettings, source: dict[str, Any]
) -> tuple[IndexWriter, bool]:
    if not (output / MANIFEST).exists() and not (output / MANIFEST_SPARE).exists():
        return stack.enter_context(IndexWriter.create(output, settings)), False
    writer = stack.enter_context(IndexWriter.open(output))
    sources = [entry.source for entry in writer.manifest.catalogues]
    if writer.settings != settings or sources[0].get("request") != source["request"]:
        state = "unfinished" if writer.job is not None else "complete"
        raise CraterIndexError(
            f"{output} already holds a {state} index made with other inputs or settings "
            f"({writer.settings.encoder_id}, K = {writer.settings.tokens}; a mosaic or the "
            "catalogue may also have changed since). Choose another output, "
            "use 'craterbench index add', or delete that folder first."
        )
    return writer, True
