"""``craterbench evaluate``: an index, a second mosaic of the same ground, and what finds what."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from contextlib import closing
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from ... import __version__
from ...contract.build import EvaluateParams
from ...contract.records import read_json
from ..catalogue import Craters
from ..encoders.base import Encoder
from ..errors import QueryError
from ..index import CraterIndex
from ..monitor import Monitor
from .experiment import RECOVERY, Experiment
from .gallery import IndexGallery
from .matching import torch_device
from .methods import OVERLAY, TokenSpec, plan_rows
from .metrics import RESAMPLES
from .plots import write_plots
from .queries import QuerySet, cut_queries, plan_of
from .tables import markdown, write_text


def evaluate_index(
    index: CraterIndex,
    encoder: Encoder,
    craters: Craters,
    params: EvaluateParams,
    monitor: Monitor | None = None,
) -> dict[str, Any]:
    """The result that ``evaluate --json`` prints; ``craters``: the catalogue of ``params``.

    The gallery is the whole index, whatever region and diameters choose the queries. Raises
    CraterIndexError, QueryError, BodyError, MosaicError, EncoderError, PatchesUnavailable,
    Cancelled.
    """
    monitor = monitor or Monitor()
    settings = index.settings
    own = TokenSpec(settings.aggregation, settings.seeds, settings.tokens)
    specs = plan_rows(own, settings.patches, params.only, params.seeds)
    memory = int(params.memory_gb * 1e9)
    gallery = IndexGallery(index, encoder, backend=params.backend, memory=memory)
    keep = any(spec.method == OVERLAY for spec in specs)
    queries, fingerprint = cut_queries(index, encoder, craters, params, monitor, keep_views=keep)
    experiment = Experiment(
        gallery,
        queries,
        device=torch_device(encoder.device_name),
        seed=params.seed,
        monitor=monitor,
    )
    with closing(gallery), queries.patches:
        rows = experiment.run(specs)
    return {
        "queries": len(queries),
        "gallery_views": len(gallery),
        "encoder": encoder.id,
        "rows": rows,
        "settings": _settings(index, encoder, craters, params, gallery, queries)
        | {"query_mosaic_fingerprint": fingerprint, "notes": experiment.notes},
    }


def _settings(
    index: CraterIndex,
    encoder: Encoder,
    craters: Craters,
    params: EvaluateParams,
    gallery: IndexGallery,
    queries: QuerySet,
) -> dict[str, Any]:
    """Everything needed to repeat and to judge the result; plain JSON."""
    return {
        "software": f"CraterBench for QGIS {__version__}",
        "date": datetime.now(timezone.utc).isoformat(timespec="seconds"),
        "index_id": index.manifest.index_id,
        "gallery_craters": len(set(gallery.groups.tolist())),
        "gallery_mosaics": [
            Path(observation["path"]).name for observation in index.manifest.observations
        ],
        "query_mosaic": Path(params.mosaic).name,
        "catalogue": Path(craters.path).name,
        "query_craters": len(set(queries.craters.tolist())),
        "craters_left_out": dict(queries.left_out),
        "skipped_queries": dict(queries.skipped),
        "same_crater_pairs": len(params.same),
        **plan_of(params),
        "encoder_description": encoder.description,
        "weights_sha256": encoder.weights_hash,
        "device": encoder.device_name,
        "index_tokens": vars(gallery.own),
        "shortlist_backend": gallery.backend,
        "recovery_of": RECOVERY,
        "confidence": f"95 % percentile bootstrap, {RESAMPLES} resamples of craters",
    }


def write_report(folder: Path, result: dict[str, Any], title: str) -> list[Path]:
    """``result.json``, ``table.md`` and the plots. Raises ExportError."""
    write_text(folder / "result.json", json.dumps(result, indent=1, ensure_ascii=False) + "\n")
    plots = write_plots(folder, result)
    pictures = "".join(f"![{plot.stem.replace('_', ' ')}]({plot.name})\n\n" for plot in plots)
    write_text(folder / "table.md", markdown(result, title) + "\n" + pictures)
    return [folder / "result.json", folder / "table.md", *plots]


def read_same(path: Path) -> tuple[tuple[str, str], ...]:
    """Pairs of ids that are the same crater, for cluster-tolerant relevance.

    ``.json``: ``{id: [ids]}``, or a list of lists of ids. Else CSV: the first two columns of every
    row (a first row of column names does no harm). Raises QueryError.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
        if path.suffix.lower() == ".json":
            groups = _json_groups(read_json(text))
        else:
            groups = [row[:2] for row in csv.reader(text.splitlines()) if row]
    except FileNotFoundError as error:
        raise QueryError(f"There is no file {path}. Check the path of --same.") from error
    except (OSError, ValueError, TypeError) as error:
        raise QueryError(
            f"{path} cannot be read as groups of ids ({error}). Give a CSV of two columns or JSON."
        ) from error
    if any(len(group) < 2 and path.suffix.lower() != ".json" for group in groups):
        raise QueryError(f"{path} has rows of one column. Give two ids in each row.")
    return tuple((group[0].strip(), other.strip()) for group in groups for other in group[1:])


def _json_groups(data: Any) -> Sequence[list[str]]:
    if isinstance(data, dict):
        return [[str(key), *map(str, value)] for key, value in data.items()]
    return [[str(crater_id) for crater_id in group] for group in data]
