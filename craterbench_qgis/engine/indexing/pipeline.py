"""From the craters of chunks to the data of segments: cut, encode, aggregate."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

import numpy as np

from ...contract.vocabulary import Stage
from ..encoders.base import Encoder, FloatArray
from ..index import IndexSettings, SegmentData, Skipped
from ..index.catalogue_store import CraterStore
from ..index.entries import KindEntry
from ..index.segment import Records
from ..monitor import Monitor
from ..mosaic import Mosaic, View
from ..tokens import InstanceTokens
from .cores import Cores
from .cutting import Cut, Cuts, CutTask, Limits
from .plan import Plan, Unit

_SLICE = 32
"""Craters that are cut at a time: few enough to be handed from a process to another, and enough
that one process reads a piece of the mosaic."""


class _Slice(NamedTuple):
    """Rows of one chunk's craters; ``ends``: the chunk's last."""

    unit: Unit
    ends: bool


class Place(NamedTuple):
    """Of which crater a view is."""

    row: int
    observation: int
    context: float


@dataclass
class _Batch:
    """Views of one chunk that are encoded together; ``ends``: the chunk's last."""

    places: list[Place] = field(default_factory=list)
    cuts: list[Cut] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    ends: bool = False


class _Encoded(NamedTuple):
    """``batch``: without the views' pixels, of which ``globals`` and ``tokens`` were made."""

    batch: _Batch
    globals: FloatArray
    tokens: InstanceTokens
    records: Records | None


class Describer(Protocol):
    """What tells more of a view while it is at hand: its descriptor of kind.

    ``entry``: what an index keeps of it; ``size``: of the views it wants; ``records``: descriptors
    [V] of views, each of a crater's row, an observation and a context.
    """

    entry: KindEntry
    size: int

    def records(self, places: list[Place], views: list[View]) -> Records: ...


class ChunkMaker:
    """Makes the segment data of the chunks of a job, whose ``info`` says how (:func:`.run.begin`).

    Its batch, the views of one encoder call, is part of what makes a build repeatable.
    """

    def __init__(
        self,
        encoder: Encoder,
        settings: IndexSettings,
        info: dict[str, Any],
        craters: CraterStore,
        describer: Describer | None = None,
    ) -> None:
        self.plan = Plan.from_info(info, craters.lon, craters.lat)
        self._encoder, self._settings, self._describer = encoder, settings, describer
        self._limits = Limits(info["min_valid_fraction"], info["min_pixels_across"])
        self._batch = int(info["batch"])
        self._craters = craters.lon, craters.lat, craters.diameter_m

    def make(
        self,
        units: Iterable[Unit],
        mosaic_of: Callable[[int], Mosaic],
        cores: Cores,
        progress: Progress,
    ) -> Iterator[tuple[SegmentData, list[Records]]]:
        """All views of each chunk, in order, and what the describer tells of them.

        ``mosaic_of``: gives an observation's mosaic, open. Raises ``Cancelled``, ``MosaicError``,
        ``EncoderError``.
        """
        parts: list[_Encoded] = []
        slices = ((each, self._task(each.unit)) for each in self._slices(units))
        batches = self._batches(cores.cut(slices, mosaic_of))
        for part in cores.encoded(self._encode, batches):
            progress.check()
            made = len(part.batch.cuts)
            progress.advance(made + len(part.batch.skipped), made)
            parts.append(part)
            if part.batch.ends:
                records = [part.records for part in parts if part.records is not None]
                yield self._assemble(parts), records
                parts = []

    @staticmethod
    def _slices(units: Iterable[Unit]) -> Iterator[_Slice]:
        for unit in units:
            for start in range(0, len(unit.rows), _SLICE):
                stop = start + _SLICE
                part = Unit(unit.observation, unit.rows[start:stop])
                yield _Slice(part, stop >= len(unit.rows))

    def _task(self, unit: Unit) -> CutTask:
        contexts = self.plan.contexts
        columns = [np.repeat(column[unit.rows], len(contexts)) for column in self._craters]
        columns.append(np.tile(contexts, len(unit.rows)))
        return CutTask(
            unit.observation,
            np.stack(columns, axis=1),
            self._encoder.input_size,
            self._limits,
            self._settings.thumbnail_size,
            self._describer.size if self._describer else 0,
        )

    def _batches(self, slices: Iterable[tuple[_Slice, Cuts]]) -> Iterator[_Batch]:
        batch = _Batch()
        for (unit, ends), cuts in slices:
            places = (
                Place(row, unit.observation, context)
                for row in unit.rows.tolist()
                for context in self.plan.contexts
            )
            for place, made in zip(places, cuts, strict=True):
                if not isinstance(made, Cut):
                    batch.skipped.append(Skipped(*place, made))
                    continue
                batch.places.append(place)
                batch.cuts.append(made)
                if len(batch.cuts) == self._batch:
                    yield batch
                    batch = _Batch()
            if ends:
                batch.ends = True
                yield batch
                batch = _Batch()

    def _encode(self, batch: _Batch) -> _Encoded:
        size, again = self._encoder.input_size, [cut.again for cut in batch.cuts if cut.again]
        records = self._describer.records(batch.places, again) if self._describer else None
        pixels: FloatArray = np.zeros((len(batch.cuts), size, size), np.float32)
        for at, cut in enumerate(batch.cuts):
            pixels[at] = cut.view.pixels
            for view in cut.view, cut.again:
                if view is not None:
                    view.pixels = pixels[:0]  # not needed any more: free the memory
        embedding = self._encoder.encode(pixels)
        # Random seeds (the paper's control) are tied to the view, not to its batch.
        seeds = [_view_seed(*place) for place in batch.places]
        tokens = self._settings.instance_tokens(embedding.tokens, embedding.attention, seeds)
        return _Encoded(batch, embedding.globals, tokens, records)

    def _assemble(self, parts: list[_Encoded]) -> SegmentData:
        """Join the batches of a chunk."""
        places = [place for part in parts for place in part.batch.places]
        cuts = [cut for part in parts for cut in part.batch.cuts]
        views = [cut.view for cut in cuts]
        return SegmentData(
            crater_row=np.array([place.row for place in places], np.int32),
            observation=np.array([place.observation for place in places], np.int16),
            context=np.array([place.context for place in places], np.float32),
            valid_fraction=np.array([view.valid_fraction for view in views], np.float32),
            native_m_per_px=np.array([view.native_metres_per_pixel for view in views], np.float32),
            m_per_px=np.array([view.metres_per_pixel for view in views], np.float32),
            globals=np.concatenate([part.globals for part in parts]),
            tokens=np.concatenate([part.tokens.vectors for part in parts]),
            seeds=np.concatenate([part.tokens.seeds for part in parts]).astype(np.int32),
            assignment=np.concatenate([part.tokens.assignment for part in parts]).astype(np.int32),
            thumbnails=[cut.thumbnail for cut in cuts],
            skipped=[skipped for part in parts for skipped in part.batch.skipped],
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

    def check(self) -> None:
        """Raise ``Cancelled`` when the user asked to stop."""
        self._monitor.check()

    def advance(self, attempted: int, encoded: int) -> None:
        """``attempted`` more views were looked at, ``encoded`` of them made."""
        self._done += attempted
        self.encoded += encoded
        self._monitor.report(Stage.VIEWS, self._done, self._total)
