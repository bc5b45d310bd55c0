"""From the craters of a chunk to the data of a segment: cut, encode, aggregate."""

from __future__ import annotations

import io
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ...contract.vocabulary import Stage
from ..encoders.base import Embedding, Encoder
from ..index import IndexSettings, SegmentData, Skipped
from ..monitor import Monitor
from ..mosaic import Mosaic, View, ViewSkipped
from .plan import Unit

THUMBNAIL_QUALITY = 85


@dataclass(frozen=True)
class Limits:
    """What makes a view unusable: fewer pixels with data, or across a diameter, than these."""

    min_valid_fraction: float
    min_pixels_across: float


@dataclass
class _Cut:
    """One view on its way into the index."""

    row: int
    context: float
    view: View
    thumbnail: bytes


@dataclass
class _Batch:
    cuts: list[_Cut] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    attempted: int = 0


def thumbnail(pixels: NDArray[np.float32], size: int) -> bytes:
    """JPEG of a view, ``size`` pixels a side."""
    image = Image.fromarray(np.round(pixels * 255.0).astype(np.uint8))
    stream = io.BytesIO()
    image.resize((size, size), Image.Resampling.BILINEAR, reducing_gap=2.0).save(
        stream, "JPEG", quality=THUMBNAIL_QUALITY
    )
    return stream.getvalue()


class ChunkMaker:
    """Makes the segment data of chunks.

    With an encoder on an accelerator, cutting runs in a thread of its own, one batch ahead.

    Parameters
    ----------
    lon, lat, diameter : of all craters of the index, by row; degrees and metres.
    batch : views per encoder call; part of what makes a build repeatable.
    """

    def __init__(
        self,
        encoder: Encoder,
        limits: Limits,
        settings: IndexSettings,
        contexts: tuple[float, ...],
        batch: int,
        lon: NDArray[np.float64],
        lat: NDArray[np.float64],
        diameter: NDArray[np.float64],
    ) -> None:
        self._encoder = encoder
        self._limits = limits
        self._settings = settings
        self._contexts = contexts
        self._batch = batch
        self._lon, self._lat, self._diameter = lon, lat, diameter

    def make(self, mosaic: Mosaic, unit: Unit, monitor: Monitor, progress: Progress) -> SegmentData:
        """All views of one chunk. Raises ``Cancelled``, ``MosaicError``, ``EncoderError``."""
        cuts: list[_Cut] = []
        skipped: list[Skipped] = []
        embeddings: list[Embedding] = []
        for batch in self._ahead(self._batches(mosaic, unit)):
            monitor.check()
            if batch.cuts:
                pixels = np.stack([cut.view.pixels for cut in batch.cuts])
                embeddings.append(self._encoder.encode(pixels))
                for cut in batch.cuts:
                    cut.view.pixels = pixels[:0]  # not needed any more: free the memory
            cuts += batch.cuts
            skipped += batch.skipped
            progress.advance(batch.attempted, len(batch.cuts))
        return self._assemble(unit.observation, cuts, skipped, embeddings)

    def _ahead(self, batches: Iterator[_Batch]) -> Iterator[_Batch]:
        """The batches; where the encoder runs beside the processor, each is cut ahead of its turn.

        On the processor itself a second thread only takes cores from the encoder, whose threads
        then wait for each other: measured, that cost more than the overlap gained.
        """
        if self._encoder.device_name.startswith("cpu"):
            yield from batches
            return
        with ThreadPoolExecutor(1, thread_name_prefix="cut") as pool:
            pending = pool.submit(next, batches, None)
            while (batch := pending.result()) is not None:
                pending = pool.submit(next, batches, None)
                yield batch

    def _batches(self, mosaic: Mosaic, unit: Unit) -> Iterator[_Batch]:
        batch = _Batch()
        for row in unit.rows.tolist():
            for context in self._contexts:
                batch.attempted += 1
                try:
                    view = mosaic.view(
                        float(self._lon[row]),
                        float(self._lat[row]),
                        float(self._diameter[row]),
                        context,
                        self._encoder.input_size,
                        min_valid_fraction=self._limits.min_valid_fraction,
                        min_pixels_across=self._limits.min_pixels_across,
                    )
                except ViewSkipped as reason:
                    batch.skipped.append(Skipped(row, unit.observation, context, reason.reason))
                    continue
                small = thumbnail(view.pixels, self._settings.thumbnail_size)
                batch.cuts.append(_Cut(row, context, view, small))
                if len(batch.cuts) == self._batch:
                    yield batch
                    batch = _Batch()
        yield batch

    def _assemble(
        self,
        observation: int,
        cuts: list[_Cut],
        skipped: list[Skipped],
        embeddings: list[Embedding],
    ) -> SegmentData:
        """Join the batches; an empty chunk gives arrays of length 0."""
        encoder, k = self._encoder, self._settings.tokens
        n = encoder.grid[0] * encoder.grid[1]
        parts, start = [], 0
        for embedding in embeddings:
            part = cuts[start : start + len(embedding)]
            start += len(embedding)
            parts.append(
                self._settings.instance_tokens(
                    embedding.tokens,
                    embedding.attention,
                    # Random seeds (the paper's control) are tied to the view, not to its batch.
                    [_view_seed(cut.row, observation, cut.context) for cut in part],
                )
            )

        def joined(arrays: list[NDArray], shape: tuple[int, ...]) -> NDArray:
            return np.concatenate(arrays) if arrays else np.zeros((0, *shape), np.float32)

        return SegmentData(
            crater_row=np.array([cut.row for cut in cuts], np.int32),
            observation=np.full(len(cuts), observation, np.int16),
            context=np.array([cut.context for cut in cuts], np.float32),
            valid_fraction=np.array([cut.view.valid_fraction for cut in cuts], np.float32),
            native_m_per_px=np.array(
                [cut.view.native_metres_per_pixel for cut in cuts], np.float32
            ),
            m_per_px=np.array([cut.view.metres_per_pixel for cut in cuts], np.float32),
            globals=joined([embedding.globals for embedding in embeddings], (encoder.global_dim,)),
            tokens=joined([part.vectors for part in parts], (k, encoder.token_dim)),
            seeds=joined([part.seeds for part in parts], (k,)).astype(np.int32),
            assignment=joined([part.assignment for part in parts], (n,)).astype(np.int32),
            thumbnails=[cut.thumbnail for cut in cuts],
            skipped=skipped,
        )


def _view_seed(row: int, observation: int, context: float) -> int:
    return (row * 64 + observation) * 1024 + round(context * 32)


class Progress:
    """Counts views over all chunks and tells the monitor."""

    def __init__(self, monitor: Monitor, done: int, total: int) -> None:
        self._monitor = monitor
        self._done = done
        self._total = total
        self.encoded = 0
        monitor.report(Stage.VIEWS, done, total)

    def advance(self, attempted: int, encoded: int) -> None:
        """``attempted`` more views were looked at, ``encoded`` of them made."""
        self._done += attempted
        self.encoded += encoded
        self._monitor.report(Stage.VIEWS, self._done, self._total)
