"""``craterbench benchmark craterbench-r``: an encoder on the released data set."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from ... import __version__
from ...contract.vocabulary import Stage
from ..encoders.base import Encoder
from ..files.images import open_image
from ..monitor import Monitor
from ..mosaic import ViewSkipped, stretch
from .craterbench_r import Counts, CraterBenchR, Picture, load
from .experiment import Experiment
from .gallery import MemoryGallery
from .matching import blocks, torch_device
from .methods import RowSpec, TokenSpec, plan_rows
from .published import GLOBAL_ROWS, NO_CLAIM, RECOVERY_ROWS, SOURCE, TOKEN_ROWS
from .queries import QuerySet
from .release import BenchmarkError, Release
from .store import DEFAULT_MEMORY, PatchStore, one_ahead
from .tables import DEFINITIONS, HEADER, cells, markdown_rows

Float32 = npt.NDArray[np.float32]
RELEASED = Counts()
PAPER_KS = (16, 64)
PAPER_ROWS = ("global", "raw", "aggregated", "all", "two-stage")
PAPER_SHORTLISTS = (100, 500)


@dataclass(frozen=True)
class BenchmarkRequest:
    """``crop``: share of an image's shorter side that is shown (timm's ``crop_pct``); None: the
    timm model's own, 1 for others. ``stretch``: the robust stretch that mosaics' views get."""

    path: Path
    limit: int | None = None
    seed: int = 0
    tokens: int = 16
    only: tuple[str, ...] = ()
    seeds: tuple[str, ...] = ("attention", "random")
    counts: Counts | None = RELEASED
    crop: float | None = None
    stretch: bool = False
    memory: int = DEFAULT_MEMORY


def run_craterbench_r(
    request: BenchmarkRequest, encoder: Encoder, monitor: Monitor | None = None
) -> dict[str, Any]:
    """The result that ``benchmark craterbench-r --json`` prints.

    Raises BenchmarkError, QueryError, EncoderError, PatchesUnavailable, Cancelled.
    """
    monitor = monitor or Monitor()
    patches = encoder.grid[0] * encoder.grid[1]
    own = TokenSpec("aggregated", "attention", min(request.tokens, patches))
    specs = _rows(request, own, patches)
    crop = crop_fraction(encoder) if request.crop is None else request.crop
    with Release(request.path) as release:
        data = load(release, request.counts)
        numbers = {
            crater_id: i for i, crater_id in enumerate(sorted({p.crater_id for p in data.gallery}))
        }
        chosen = _chosen(len(data.queries), request.limit, request.seed)
        reader = _Reader(release, encoder, crop, request, monitor)
        reader.keep_patches = any(spec.method != "global" for spec in specs)
        gallery_globals, store = reader.encode(Stage.GALLERY, data.gallery)
        groups = np.array([numbers[picture.crater_id] for picture in data.gallery], np.int64)
        gallery = MemoryGallery(groups, gallery_globals, store, own)
        pictures = [data.queries[i] for i in chosen]
        query_globals, query_store = reader.encode(Stage.QUERIES, pictures)
    relevant = [
        np.array([numbers[crater_id] for crater_id in data.relevant[i]], np.int64) for i in chosen
    ]
    _, crater = np.unique([picture.crater_id for picture in pictures], return_inverse=True)
    queries = QuerySet(crater.astype(np.int64), relevant, query_globals, query_store)
    device = torch_device(encoder.device_name)
    experiment = Experiment(gallery, queries, device=device, seed=request.seed, monitor=monitor)
    with store, query_store:
        rows = experiment.run(specs)
    return {
        "dataset": "CraterBench-R",
        "queries": len(queries),
        "gallery_views": len(gallery),
        "encoder": encoder.id,
        "rows": rows,
        "published": published_json(),
        "settings": _settings(request, data, encoder)
        | {
            "crop_fraction": crop,
            "tokens": vars(own),
            "gallery_patches_kept_as": store.kind,
            "notes": [NO_CLAIM, *experiment.notes],
        },
    }


def _settings(request: BenchmarkRequest, data: CraterBenchR, encoder: Encoder) -> dict[str, Any]:
    """What was read and how; plain JSON."""
    return {
        "software": f"CraterBench for QGIS {__version__}",
        "date": datetime.now(timezone.utc).isoformat(timespec="seconds"),
        "counts": data.counts,
        "counts_checked": request.counts is not None,
        "query_list": data.query_key,
        "relevance": data.relevance_source,
        "queries_without_own_id": data.own_id_missing,
        "limit": request.limit,
        "seed": request.seed,
        "stretch": request.stretch,
        "encoder_description": encoder.description,
        "weights_sha256": encoder.weights_hash,
        "device": encoder.device_name,
    }


def crop_fraction(encoder: Encoder) -> float:
    """The share of an image that a timm model's own evaluation shows it; 1 for other encoders."""
    name = encoder.id.removeprefix("timm:").partition("?")[0]
    if name == encoder.id.partition("?")[0]:
        return 1.0
    from ..encoders.compat import import_timm

    card = import_timm().models.get_pretrained_cfg(name)
    return float(card.crop_pct) if card is not None and card.crop_pct else 1.0


def _rows(request: BenchmarkRequest, own: TokenSpec, patches: int) -> list[RowSpec]:
    only: Sequence[str] = request.only or PAPER_ROWS
    shortlists = PAPER_SHORTLISTS if not request.only else (25, 50, 100, 200, 500)
    return plan_rows(own, patches, only, request.seeds, PAPER_KS, shortlists)


def _chosen(count: int, limit: int | None, seed: int) -> list[int]:
    if limit is None or limit >= count:
        return list(range(count))
    if limit < 1:
        raise BenchmarkError("The limit of queries must be at least 1.")
    return sorted(np.random.default_rng(seed).permutation(count)[:limit].tolist())


class _Reader:
    """Opens and encodes pictures."""

    def __init__(
        self,
        release: Release,
        encoder: Encoder,
        crop: float,
        request: BenchmarkRequest,
        monitor: Monitor,
    ) -> None:
        if not 0 < crop <= 1:
            raise BenchmarkError("The crop fraction must be above 0 and at most 1.")
        self._release, self._encoder, self._monitor = release, encoder, monitor
        self._crop, self._stretched, self._memory = crop, request.stretch, request.memory
        self.keep_patches = True

    def encode(self, stage: Stage, pictures: Sequence[Picture]) -> tuple[Float32, PatchStore]:
        """Globals [V, G] and patches of the pictures, in their order."""
        encoder = self._encoder
        count, grid = len(pictures), encoder.grid
        kept = count if self.keep_patches else 0
        store = PatchStore(kept, grid[0] * grid[1], encoder.token_dim, self._memory)
        globals_ = np.empty((count, encoder.global_dim), np.float32)
        done = 0
        for pixels in one_ahead(self._batches(pictures)):
            self._monitor.check()
            encoded = encoder.encode(pixels)
            if self.keep_patches:
                store.append(encoded.tokens, encoded.attention)
            globals_[done : done + len(pixels)] = encoded.globals
            done += len(pixels)
            self._monitor.report(stage, done, count)
        return globals_, store

    def _batches(self, pictures: Sequence[Picture]) -> Iterator[Float32]:
        for part in blocks(len(pictures), self._encoder.preferred_batch):
            yield np.stack([self._pixels(picture.path) for picture in pictures[part]])

    def _pixels(self, path: str) -> Float32:
        """float32 [S, S] in 0..1: shorter side to S / crop, then the centre (timm's recipe)."""
        size = self._encoder.input_size
        try:
            with open_image(self._release.stream(path)) as image:
                grey = image.convert("RGB").convert("L")
        except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
            raise BenchmarkError(
                f"{path} of {self._release.path.name} is damaged ({error}). Get the release again."
            ) from error
        scale = round(size / self._crop) / min(grey.size)
        width, height = (max(size, round(side * scale)) for side in grey.size)
        grey = grey.resize((width, height), Image.Resampling.BICUBIC)
        left, top = (width - size) // 2, (height - size) // 2
        grey = grey.crop((left, top, left + size, top + size))
        values = np.asarray(grey, dtype=np.float32) / np.float32(255)
        if not self._stretched:
            return values
        try:
            return stretch(values, np.ones(values.shape, bool))
        except ViewSkipped:
            return values  # one grey tone: there is nothing to stretch


def published_json() -> dict[str, Any]:
    """The published numbers as plain JSON."""
    return {
        "source": SOURCE,
        "global": [vars(row) for row in GLOBAL_ROWS],
        "late_interaction_vit_b_16_marsdino": [vars(row) for row in TOKEN_ROWS],
        "two_stage_recovery_percent": [vars(row) for row in RECOVERY_ROWS],
    }


def benchmark_markdown(result: dict[str, Any]) -> str:
    """Our rows, then the paper's tables with ours beside the published numbers."""
    rows = result["rows"]
    settings = result["settings"]
    lines = [
        "# CraterBench-R",
        f"Encoder `{result['encoder']}`, {result['queries']:,} queries, "
        f"{result['gallery_views']:,} gallery images; relevance from {settings['relevance']}.",
        *settings["notes"],
        markdown_rows(HEADER, [cells(row) for row in rows], 2),
        DEFINITIONS,
        f"## Beside the published numbers\n\nPublished: {SOURCE}.",
        "One vector per image:",
        _global_table(result["encoder"], rows),
        "Late interaction; published with ViT-B/16 MarsDINO, ours with the encoder above:",
        _token_table(rows),
    ]
    return "\n\n".join(lines) + "\n"


def _global_table(encoder: str, rows: Sequence[dict[str, Any]]) -> str:
    header = ["backbone", "pooling", "R@1", "hit@1", "recall@1", "R@5", "hit@5", "recall@5"]
    header += ["mAP", "mAP image", "mAP id"]
    lines = [
        [
            *(p.backbone, p.pooling, f"{p.recall_1:.3f}", "", ""),
            *(f"{p.recall_5:.3f}", "", "", f"{p.mean_ap:.3f}", "", ""),
        ]
        for p in GLOBAL_ROWS
    ]
    own = [row for row in rows if row["method"] == "global"]
    for row in own:
        n = {key: f"{row[key]:.3f}" for key in row if "@" in key or key.startswith("map")}
        lines.append(
            [
                *(encoder, "its own", "", n["hit@1"], n["recall@1"], "", n["hit@5"]),
                *(n["recall@5"], "", n["map_image"], n["map_id"]),
            ]
        )
    return markdown_rows(header, lines, 2)


def _token_table(rows: Sequence[dict[str, Any]]) -> str:
    header = ["tokens", "published", "mAP image", "mAP id", "recovery %"]
    lines = []
    for p in TOKEN_ROWS:
        name = f"{p.k} {p.method}" if p.k else "all"
        ours = next((r for r in rows if _is(r, p.method, p.k) and r["seeds"] != "random"), None)
        numbers = [f"{ours['map_image']:.3f}", f"{ours['map_id']:.3f}"] if ours else ["", ""]
        lines.append([name, f"{p.mean_ap:.3f}", *numbers, ""])
    for q in RECOVERY_ROWS:
        said = f"{q.low:.0f}-{q.high:.0f} %" if q.low < q.high else f"about {q.low:.0f} %"
        two_stage = [
            r for r in rows if r["method"] == "two-stage" and r["shortlist"] == q.shortlist
        ]
        numbers = (
            [f"{two_stage[0]['map_image']:.3f}", f"{two_stage[0]['map_id']:.3f}"]
            if two_stage
            else [""] * 2
        )
        percent = two_stage[0]["recovery"] if two_stage else None
        lines.append(
            [
                *(f"two-stage, S = {q.shortlist}", said, *numbers),
                "" if percent is None else f"{percent:.1f}",
            ]
        )
    return markdown_rows(header, lines, 1)


def _is(row: dict[str, Any], method: str, k: int | None) -> bool:
    return bool(row["method"] == method and row["k"] == k)
