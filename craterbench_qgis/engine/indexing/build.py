"""Build an index, or resume a build that was stopped."""

from __future__ import annotations

import hashlib
import json
import shutil
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np

from ...contract.build import BuildParams
from ..bodies import Body
from ..catalogue import Craters
from ..encoders.base import Encoder
from ..errors import CatalogueError, CraterIndexError
from ..index import IndexSettings, IndexWriter
from ..index.format import MANIFEST, MANIFEST_SPARE, QUANTISATION
from ..monitor import Monitor
from ..mosaic import MIN_PIXELS_ACROSS, MIN_VALID_FRACTION, Mosaic
from ..sources import select
from ..tokens import METHODS
from ..words import Advice, counted
from .cluster import EncoderChoice, Workers, run_on
from .cutting import Limits
from .measured import with_terrain
from .pipeline import Describer
from .plan import CHUNK_VIEWS, Plan, ordered_unit
from .run import (
    BuildReport,
    begin,
    craters_source,
    finish,
    notes_of,
    observation,
    open_all,
    report,
    run,
)

THUMBNAIL = 128
"""Pixels a side."""


_ADD = Advice("use 'craterbench index add', ", "")


def build_index(
    params: BuildParams,
    craters: Craters,
    encoder: Encoder,
    monitor: Monitor | None = None,
    *,
    aggregation: str = METHODS[0],
    min_valid_fraction: float = MIN_VALID_FRACTION,
    min_pixels_across: float = MIN_PIXELS_ACROSS,
    chunk_views: int = CHUNK_VIEWS,
    cluster: tuple[Workers, EncoderChoice] | None = None,
    describer: Describer | None = None,
) -> BuildReport:
    """Build ``params.output`` of ``craters``; the same call again resumes what was stopped.

    ``craters``: what ``params.catalogue`` names. ``chunk_views``: about how many views are
    committed, or lost by a kill, together. ``cluster``: who makes the chunks instead of this
    process, and the encoder they are to load, which is ``encoder``. ``describer``: describes the
    kind of each view as it is cut. What it does not see (views of an earlier run, or of a cluster)
    is left to :func:`~craterbench_qgis.engine.kinds.upgrade.upgrade_index`.

    Raises
    ------
    BodyError, MosaicError, CatalogueError
        The inputs do not fit each other.
    CraterIndexError
        The output is another index, is locked, or the disk is full (what was committed stays).
    Cancelled
        The monitor asked to stop (what was committed stays).
    """
    monitor, output = monitor or Monitor(), Path(params.output)
    with ExitStack() as stack:
        mosaics = open_all(stack, params.mosaics, craters.body, params.band, params.nodata)
        body, contexts = mosaics[0].body, tuple(sorted(set(params.contexts)))
        chosen = select(craters, params.selection, body)
        notes = _notes(craters, body) + notes_of(mosaics)
        settings = _settings(params, encoder, body, contexts, aggregation)
        limits = Limits(min_valid_fraction, min_pixels_across)
        source = _source(params, craters, chosen, mosaics, limits)
        writer, resumed = _create_or_resume(stack, output, settings, source)
        if resumed and writer.job is None:
            complete = report(writer, output, 0, resumed)
            complete.already_complete = True
            complete.notes = notes
            return complete
        numbers = [observation(writer, mosaic) for mosaic in mosaics]
        if writer.job is None:
            if params.terrain is not None:
                chosen = with_terrain(chosen, Path(params.terrain), body, source, monitor)
            writer.add_craters(
                chosen.ids, chosen.lon, chosen.lat, chosen.diameter, chosen.attributes, source
            )
            rows = np.arange(len(chosen), dtype=np.int64)
            units = [
                ordered_unit(number, rows, chosen.lon, chosen.lat)
                for number in dict.fromkeys(numbers)
            ]
            plan = Plan.of(units, contexts, chunk_views)
            begin(writer, plan, encoder, limits, "build")
        if cluster is None:
            opened = dict(zip(numbers, mosaics, strict=True))
            encoded = run(writer, encoder, opened, monitor, describer)
        else:
            encoded = run_on(cluster[0], writer, cluster[1], monitor)
            finish(writer, monitor)
        if writer.manifest.n_views == 0:
            reasons = counted(writer.manifest.skipped)
            stack.close()
            shutil.rmtree(output)  # an index without a view would only be in the way
            raise CatalogueError(
                f"Not one of {len(chosen)} craters could be cut from the mosaic ({reasons}). Check "
                "that catalogue and mosaic cover the same ground and that the craters are larger "
                f"than {min_pixels_across:g} pixels."
            )
        built = report(writer, output, encoded, resumed)
        built.notes = notes
        return built


def check_output(output: Path) -> None:
    """Raise CraterIndexError where no folder can be made at ``output``."""
    parent = output.absolute().parent
    if any(folder.exists() and not folder.is_dir() for folder in (parent, *parent.parents)):
        raise CraterIndexError(f"'{parent}' is not a folder. Choose another output.")


def _settings(
    params: BuildParams,
    encoder: Encoder,
    body: Body,
    contexts: tuple[float, ...],
    aggregation: str,
) -> IndexSettings:
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
        tokens=min(params.tokens, n),
        seeds=params.seeds,
        aggregation=aggregation,
        context_factors=contexts,
        thumbnail_size=THUMBNAIL,
        quantisation=QUANTISATION[params.size],
    )


def _notes(craters: Craters, body: Body) -> list[str]:
    """What was decided for the user and should be known."""
    notes = []
    if craters.body is None:
        notes.append(
            f"The catalogue does not name its body; it is taken to be of {body.name} like the "
            "mosaic."
        )
    giants = int((craters.diameter >= 2 * body.a).sum())
    if giants:
        notes.append(f"{giants} craters wider than the body itself were left out.")
    return notes


def _source(
    params: BuildParams,
    craters: Craters,
    chosen: Craters,
    mosaics: list[Mosaic],
    limits: Limits,
) -> dict[str, Any]:
    """Provenance of the craters; ``request`` identifies the build for resuming."""
    wanted = {
        # By content, not by path: a moved mosaic is the same, a changed one is another.
        "mosaics": list(dict.fromkeys(mosaic.fingerprint() for mosaic in mosaics)),
        "nodata": params.nodata,
        "min_diameter": params.selection.min_diameter_m,
        "max_diameter": params.selection.max_diameter_m,
        "region": params.selection.region,
        "band": params.band,
        "min_valid_fraction": limits.min_valid_fraction,
        "min_pixels_across": limits.min_pixels_across,
        "craters": _content_hash(chosen),
    }
    if params.terrain is not None:
        # By its text: opening it only to refuse a resumed build would be late.
        wanted["terrain"] = Path(params.terrain).name
    digest = hashlib.sha256(json.dumps(wanted, sort_keys=True).encode()).hexdigest()
    return {
        **craters_source(craters, len(chosen)),
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
            f"({writer.settings.encoder_id}, K = {writer.settings.tokens}, {writer.settings.size} "
            "size; a mosaic or the catalogue may also have changed since). Choose another output, "
            f"{_ADD}or delete that folder first."
        )
    return writer, True
