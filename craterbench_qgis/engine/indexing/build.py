"""Build an index, or resume a build that was stopped."""

from __future__ import annotations

import hashlib
import json
import shutil
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from ...contract.build import TOKENS, Selection
from ...contract.search import CONTEXTS
from ...contract.vocabulary import Seeds
from ..bodies import Body
from ..catalogue import Craters
from ..encoders.base import Encoder
from ..errors import CatalogueError, CraterIndexError
from ..index import IndexSettings, IndexWriter
from ..index.format import MANIFEST, MANIFEST_SPARE
from ..monitor import Monitor
from ..mosaic import MIN_PIXELS_ACROSS, MIN_VALID_FRACTION, Mosaic
from ..sources import select
from ..words import Advice, counted
from .measured import with_terrain
from .pipeline import CutSettings
from .plan import CHUNK_VIEWS, Plan, ordered_unit
from .run import BuildReport, begin, notes_of, observation, open_all, report, run

THUMBNAIL = 128
"""Pixels a side."""


_ADD = Advice("use 'craterbench index add', ", "")


@dataclass(frozen=True)
class BuildRequest:
    """What to build.

    ``chunk_views``: about how many views are committed, or lost by a kill, together.
    """

    mosaics: tuple[Path, ...]
    craters: Craters
    output: Path
    contexts: tuple[float, ...] = CONTEXTS
    tokens: int = TOKENS
    seeds: Seeds = Seeds.ATTENTION
    aggregation: str = "aggregated"
    selection: Selection = field(default_factory=Selection)
    band: int | None = None
    nodata: float | None = None
    thumbnail_size: int = THUMBNAIL
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
        chosen = select(request.craters, request.selection, mosaics[0].body)
        notes = _notes(request, mosaics[0].body) + notes_of(mosaics)
        settings = _settings(request, encoder, mosaics[0].body)
        source = _source(request, chosen, mosaics)
        writer, resumed = _create_or_resume(stack, request.output, settings, source)
        if resumed and writer.job is None:
            complete = report(writer, request.output, 0, resumed)
            complete.already_complete = True
            complete.notes = notes
            return complete
        numbers = [observation(writer, mosaic) for mosaic in mosaics]
        if writer.job is None:
            if request.terrain is not None:
                chosen = with_terrain(chosen, request.terrain, mosaics[0].body, source, monitor)
            writer.add_craters(
                chosen.ids, chosen.lon, chosen.lat, chosen.diameter, chosen.attributes, source
            )
            rows = np.arange(len(chosen), dtype=np.int64)
            units = [
                ordered_unit(number, rows, chosen.lon, chosen.lat)
                for number in dict.fromkeys(numbers)
            ]
            plan = Plan.of(units, request.contexts, request.chunk_views)
            begin(writer, plan, encoder, _cut(request), "build")
        encoded = run(writer, encoder, dict(zip(numbers, mosaics, strict=True)), monitor)
        if writer.manifest.n_views == 0:
            reasons = counted(writer.manifest.skipped)
            stack.close()
            shutil.rmtree(request.output)  # an index without a view would only be in the way
            raise CatalogueError(
                f"Not one of {len(chosen)} craters could be cut from the mosaic ({reasons}). Check "
                "that catalogue and mosaic cover the same ground and that the craters are larger "
                f"than {request.min_pixels_across:g} pixels."
            )
        built = report(writer, request.output, encoded, resumed)
        built.notes = notes
        return built


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
        "mosaics": list(dict.fromkeys(mosaic.fingerprint() for mosaic in mosaics)),
        "nodata": request.nodata,
        "min_diameter": request.selection.min_diameter_m,
        "max_diameter": request.selection.max_diameter_m,
        "region": request.selection.region,
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
            f"{_ADD}or delete that folder first."
        )
    return writer, True
