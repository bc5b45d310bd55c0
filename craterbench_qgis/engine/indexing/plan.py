"""What a build does, in which order: a pure function of the request, so that it can be resumed.

A chunk is the unit of commitment: it is in the index wholly or not at all. Chunks and the batches
inside them never depend on where a build was interrupted, so that a resumed index holds the very
same numbers as an uninterrupted one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..index.entries import Job

# A chunk of this many views is lost at most when a small build is killed ...
CHUNK_VIEWS = 256
# ... and a large one has at most about this many chunks, to keep the manifest small.
MAX_CHUNKS = 1000
_BAND_DEGREES = 2.0


def spatial_order(lon: NDArray[np.float64], lat: NDArray[np.float64]) -> NDArray[np.int64]:
    """Positions sorted into latitude bands, east to west and back in turn.

    Neighbours on the body become neighbours in time, so raster blocks are read about once.
    """
    band = np.floor((90.0 - lat) / _BAND_DEGREES).astype(np.int64)
    along = np.where(band % 2 == 0, lon, -lon)
    return np.lexsort((along, band))


@dataclass(frozen=True)
class Unit:
    """Craters (row numbers in the index, in the order they are cut) of one observation."""

    observation: int
    rows: NDArray[np.int64]


@dataclass(frozen=True)
class Plan:
    """All units, cut into chunks of ``chunk_craters`` craters."""

    units: tuple[Unit, ...]
    contexts: tuple[float, ...]
    chunk_craters: int

    @classmethod
    def of(
        cls, units: list[Unit], contexts: tuple[float, ...], chunk_views: int = CHUNK_VIEWS
    ) -> Plan:
        """Choose the chunk size for these units."""
        craters = sum(len(unit.rows) for unit in units)
        per_chunk = max(1, chunk_views // len(contexts), -(-craters // MAX_CHUNKS))
        return cls(tuple(units), contexts, per_chunk)

    @property
    def views(self) -> int:
        """Views the plan would make if none were skipped."""
        return sum(len(unit.rows) for unit in self.units) * len(self.contexts)

    @property
    def n_chunks(self) -> int:
        return sum(-(-len(unit.rows) // self.chunk_craters) for unit in self.units)

    def chunks(self) -> Iterator[tuple[int, Unit]]:
        """(number, the part of a unit) for every chunk, in order."""
        number = 0
        for unit in self.units:
            for start in range(0, len(unit.rows), self.chunk_craters):
                rows = unit.rows[start : start + self.chunk_craters]
                yield number, Unit(unit.observation, rows)
                number += 1

    def to_info(self) -> dict[str, Any]:
        """Plain JSON from which :meth:`from_info` makes the same plan."""
        return {
            "contexts": list(self.contexts),
            "chunk_craters": self.chunk_craters,
            "units": [
                {"observation": unit.observation, "runs": _runs(unit.rows)} for unit in self.units
            ],
        }

    @classmethod
    def from_info(
        cls, info: dict[str, Any], lon: NDArray[np.float64], lat: NDArray[np.float64]
    ) -> Plan:
        """The plan kept in an index; ``lon`` and ``lat`` of all its craters give the order."""
        units = [
            ordered_unit(
                unit["observation"],
                np.concatenate([np.arange(a, b, dtype=np.int64) for a, b in unit["runs"]]),
                lon,
                lat,
            )
            for unit in info["units"]
        ]
        return cls(tuple(units), tuple(info["contexts"]), info["chunk_craters"])


def views_left(job: Job) -> int:
    """Views that a pending job has not looked at yet; 0 where its plan cannot be read."""
    left = number = 0
    try:
        step, contexts = int(job.info["chunk_craters"]), len(job.info["contexts"])
        counts = [sum(b - a for a, b in unit["runs"]) for unit in job.info["units"]]
    except (KeyError, TypeError, ValueError):
        return 0
    for count in counts:
        for start in range(0, count, max(1, step)):
            if not job.is_done(number):
                left += min(step, count - start)
            number += 1
    return left * contexts


def ordered_unit(
    observation: int,
    rows: NDArray[np.int64],
    lon: NDArray[np.float64],
    lat: NDArray[np.float64],
) -> Unit:
    """A unit with its rows in spatial order; ``lon``, ``lat`` are of all craters of the index."""
    rows = np.sort(rows)
    return Unit(observation, rows[spatial_order(lon[rows], lat[rows])])


def _runs(rows: NDArray[np.int64]) -> list[list[int]]:
    """Row numbers as half-open ranges."""
    ordered = np.sort(rows)
    if ordered.size == 0:
        return []
    breaks = np.flatnonzero(np.diff(ordered) != 1) + 1
    return [[int(part[0]), int(part[-1]) + 1] for part in np.split(ordered, breaks)]
