"""Duplicates of a catalogue: what is looked for, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Optional

from .body import Body
from .build import CatalogueSource, Selection
from .records import (
    Band,
    Count,
    FileName,
    Finite,
    Latitude,
    Longitude,
    Positive,
    Probability,
    Record,
    Two,
    above,
    between,
    members,
)
from .search import LOOK_AT, Context, Source
from .vocabulary import Keeper, PairOrder, Verdict

THRESHOLD = 0.5
"""Probability from which a pair counts as one crater."""
MINIMUM = 0.02
"""Probability below which a pair is not written at all."""
MAX_DISTANCE, MAX_RATIO = 0.5, 2.0
"""Candidates: distance of the centres over the larger diameter, and ratio of the diameters."""


@dataclass(frozen=True)
class DuplicateParams(Record):
    """Find pairs of entries that are one crater, and write the review.

    ``selection``: which entries are compared; the review and the cleaned catalogue hold all.
    ``other``: a second catalogue, whose entries ``other_offset_m`` [east, north] says are
    displaced. ``mosaics``: without any, geometry alone decides. ``other_mosaic``: a second
    observation, laid upon the first to measure how it is displaced. ``max_looks``: look at most at
    so many pairs. ``priority``: sources from best to worst, as in ``source_column``.
    """

    catalogue: CatalogueSource
    output: FileName
    selection: Selection = field(default_factory=Selection)
    other: Optional[CatalogueSource] = None
    mosaics: list[FileName] = field(default_factory=list)
    other_mosaic: Optional[FileName] = None
    other_offset_m: Optional[Two] = None
    band: Optional[Band] = None
    nodata: Optional[Finite] = None
    threshold: Probability = THRESHOLD
    minimum: Probability = MINIMUM
    max_distance: Positive = MAX_DISTANCE
    max_ratio: Annotated[float, above(1.0)] = MAX_RATIO
    max_looks: Optional[Count] = None
    source_column: Optional[str] = None
    priority: list[str] = field(default_factory=list)
    keeper: Keeper = Keeper.AUTO
    keep_decisions: bool = True
    encoder: Optional[str] = None
    device: str = "auto"


@dataclass(frozen=True)
class Offset(Record):
    """A robust displacement: ``east_m``, ``north_m`` (metres, medians), ``spread_m`` (1.48 times
    the median distance from it), from ``count`` pairs."""

    east_m: float
    north_m: float
    spread_m: float
    count: int


@dataclass
class DuplicateReport(Record):
    """What was written. ``candidates``: by geometry; ``pairs``: written; ``probable``: at or above
    the threshold; ``looks``: pairs with looks; ``without_looks``: {vocabulary.Skip: pairs};
    ``offset``: of b from a over the probable pairs; ``image_offset``: of the second mosaic."""

    output: str
    entries: int
    candidates: int
    pairs: int
    probable: int
    clusters: int
    looks: int
    without_looks: dict[str, int]
    decisions_kept: int
    offset: Optional[Offset]
    image_offset: Optional[Offset]
    seconds: float
    timings: dict[str, float] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class ApplyParams(Record):
    """Write the catalogue of ``review`` with its decisions applied; from ``threshold`` on pairs
    nobody decided are merged too. The catalogue is whole; ``only_compared``: without the entries
    that the search left out by its diameters and region."""

    review: FileName
    output: FileName
    threshold: Optional[Probability] = None
    only_compared: bool = False


@dataclass
class ApplyReport(Record):
    """``merged``: entries that went into a keeper; ``refused``: pairs meant to be merged that a
    decision or a veto keeps apart; ``left_out``: entries not written, because they were not
    compared and only those were wanted."""

    output: str
    entries: int
    kept: int
    merged: int
    clusters: int
    refused: int
    undecided_used: int
    left_out: int = 0
    files: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class ReviewReportParams(Record):
    """A review as HTML report or contact sheet; ``verdicts``: only pairs decided so."""

    review: FileName
    output: FileName
    verdicts: Optional[list[Verdict]] = None
    order: PairOrder = PairOrder.PROBABILITY
    min_probability: Probability = 0.0
    limit: Optional[Count] = None
    mosaics: list[FileName] = field(default_factory=list)
    title: str = ""


@dataclass
class ReviewReport(Record):
    """``pairs``: in the review; ``chosen``: that meet the conditions; ``shown``: with their
    pictures or outlines; ``pictures``: with pictures; ``counts``: {Verdict: pairs}."""

    output: str
    pairs: int
    chosen: int
    shown: int
    pictures: int
    counts: dict[str, int]
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Entry(Record):
    """A crater of a catalogue by its place and size."""

    lon: Longitude
    lat: Latitude
    diameter_m: Positive


@dataclass(frozen=True)
class PairPicturesParams(Record):
    """Both entries of a pair as pictures, from the first mosaic that shows both, else each from
    the first that shows it."""

    mosaics: Annotated[list[Source], members(1, 1000)]
    a: Entry
    b: Entry
    size: Annotated[int, between(32, 1024)] = 256
    context: Context = LOOK_AT
    body: Optional[Body] = None


@dataclass
class PairPictures(Record):
    """``a``, ``b``: PNG files, ``size`` pixels a side; places in pixels, [column, row]."""

    a: str
    b: str
    size: int
    side_m: float
    metres_per_pixel: float
    native_metres_per_pixel: float
    radius_a_px: float
    radius_b_px: float
    b_in_a_px: list[float]
    a_in_b_px: list[float]
    mosaic: str
