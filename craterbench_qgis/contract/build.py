"""Indexes, catalogues and mosaics: what is built, and what is known of each."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Optional

from .body import Body
from .records import Band, Count, FileName, Finite, Json, Number, Positive, Record, between, members
from .search import CONTEXTS, Context
from .vocabulary import LatitudeKind, Seeds, Size

INDEX_SUFFIX, MANIFEST = ".craterindex", "manifest.json"
"""How the folder of an index ends; the file in it that says what the index is."""

TOKENS = 64
"""Instance tokens of a view. 64 of 128 numbers (the bundled encoder) are 8 KB; the paper stores 16
of 768 in 24 KB."""

SIZE = Size.STANDARD
"""How their numbers are stored, unless asked otherwise: docs/validation/bytes.md."""


@dataclass(frozen=True)
class Columns(Record):
    """Names of a catalogue's columns, None for those that are recognised; ``diameter_unit``,
    ``west_positive`` and ``latitude_kind`` likewise overrule what the file says."""

    id: Optional[str] = None
    lon: Optional[str] = None
    lat: Optional[str] = None
    diameter: Optional[str] = None
    diameter_unit: Optional[str] = None
    west_positive: Optional[bool] = None
    latitude_kind: Optional[LatitudeKind] = None


@dataclass(frozen=True)
class CatalogueSource(Record):
    """A crater table. ``body``: by name, where the file does not say."""

    path: FileName
    columns: Columns = field(default_factory=Columns)
    layer: Optional[str] = None
    body: Optional[str] = None


@dataclass(frozen=True)
class Selection(Record):
    """Which craters of a catalogue: diameters in metres, ``region`` [W, S, E, N] in degrees."""

    min_diameter_m: Optional[Finite] = None
    max_diameter_m: Optional[Finite] = None
    region: Optional[Annotated[list[Finite], members(4, 4)]] = None

    def __bool__(self) -> bool:
        """Whether anything is left out."""
        return self != Selection()


@dataclass(frozen=True)
class CatalogueParams(Record):
    """Which catalogue, and how many craters ``selection`` leaves. ``mosaics``: rasters the craters
    will be cut from; their body chooses where the table has several."""

    catalogue: CatalogueSource
    selection: Selection = field(default_factory=Selection)
    mosaics: list[FileName] = field(default_factory=list)


@dataclass
class CatalogueInfo(Record):
    """A crater table. ``columns`` as used; ``names``: all columns; ``rows``: usable ones;
    ``rejected``: {reason: rows}; ``diameter_m``: [least, largest]; ``bounds``: [W, S, E, N];
    ``selected``: rows within the selection, None where none was given."""

    path: str
    rows: int
    columns: Columns
    names: list[str]
    body: Optional[Body] = None
    rejected: dict[str, int] = field(default_factory=dict)
    diameter_m: list[float] = field(default_factory=list)
    bounds: list[float] = field(default_factory=list)
    description: str = ""
    selected: Optional[int] = None


@dataclass(frozen=True)
class MosaicParams(Record):
    """A raster; ``body``: by name, where its reference system does not say."""

    path: FileName
    body: Optional[str] = None
    band: Optional[Band] = None
    nodata: Optional[Finite] = None


@dataclass
class MosaicInfo(Record):
    """A raster. ``bounds`` [W, S, E, N] degrees where known; W > E across the antimeridian;
    ``notes``: a sentence for each thing that was corrected while it was read."""

    path: str
    body: Body
    width: int
    height: int
    pixel_size_m: float
    crs_wkt: str = ""
    bands: int = 1
    bounds: list[float] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class BuildParams(Record):
    """What to build; the same parameters resume a build that was stopped.

    ``terrain``: a raster of heights, whose measurements become columns of the craters; ``kinds``:
    describe the kind of every view, which a search for analogs needs.
    """

    mosaics: Annotated[list[FileName], members(1, 10_000)]
    catalogue: CatalogueSource
    output: FileName
    selection: Selection = field(default_factory=Selection)
    encoder: Optional[str] = None
    device: str = "auto"
    contexts: Annotated[list[Context], members(1, 16)] = field(
        default_factory=lambda: list(CONTEXTS)
    )
    tokens: Annotated[int, between(1, 65_536)] = TOKENS
    seeds: Seeds = Seeds.ATTENTION
    size: Size = SIZE
    band: Optional[Band] = None
    nodata: Optional[Finite] = None
    terrain: Optional[FileName] = None
    kinds: bool = True


@dataclass(frozen=True)
class LookParams(Record):
    """What a build would be made of, to look at before it is started."""

    mosaics: Annotated[list[FileName], members(1, 10_000)]
    catalogue: CatalogueSource
    selection: Selection = field(default_factory=Selection)
    contexts: Annotated[list[Context], members(1, 16)] = field(
        default_factory=lambda: list(CONTEXTS)
    )
    nodata: Optional[Finite] = None


@dataclass
class BuildEstimate(Record):
    """``views``, ``craters``: that can be cut as far as is known without reading pixels;
    ``skipped``: {vocabulary.Skip: views}; ``exact``: False where numbers are of a sample."""

    views: int
    craters: int
    skipped: dict[str, int]
    exact: bool = True


@dataclass
class CircleCrop(Record):
    """``picture``: a PNG of ``context`` diameters a side, the crater's circle in its middle."""

    picture: str
    crater_id: str
    lon: float
    lat: float
    diameter_m: float


@dataclass
class CircleCheck(Record):
    """A dozen craters of the catalogue on the first mosaic. ``share``: of displaced circles that
    are weaker rims than the catalogue's own, 0.5 by chance, mean over ``count`` craters;
    ``near_chance``: the circles do not lie on rims; ``others``: the same, were the catalogue
    {"mirrored", "half", "double"}, asked then only; ``repair``: which would fit, "" for none."""

    crops: list[CircleCrop]
    context: float
    share: float
    count: int
    others: dict[str, float]
    near_chance: bool = False
    repair: str = ""


@dataclass(frozen=True)
class AddParams(Record):
    """More observations, or more craters, for an index."""

    index: FileName
    mosaics: list[FileName] = field(default_factory=list)
    catalogue: Optional[CatalogueSource] = None
    encoder: Optional[str] = None
    device: str = "auto"
    band: Optional[Band] = None
    nodata: Optional[Finite] = None


@dataclass
class BuildReply(Record):
    """What a build did. ``views``, ``craters``: in the index now; ``encoded``: views of this run;
    ``skipped``: {vocabulary.Skip: views}; ``resumed``: an earlier build went on."""

    path: str
    views: int
    craters: int
    encoded: int
    skipped: dict[str, int]
    seconds: float
    resumed: bool
    already_complete: bool
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class IndexParams(Record):
    """An index by its folder."""

    path: FileName


@dataclass(frozen=True)
class OpenParams(Record):
    """An index to search; ``encoder``: the checkpoint's file, of one built with a checkpoint."""

    path: FileName
    device: Optional[str] = None
    encoder: Optional[str] = None


@dataclass
class Observation(Record):
    """A mosaic an index was cut from, and whether it is still there."""

    path: str
    exists: bool


@dataclass
class IndexInfo(Record):
    """An index. ``sources``: its mosaics; ``catalogue``: a GeoPackage QGIS can open;
    ``catalogue_displaced``: its points lie at planetocentric latitudes, as version 0.1 wrote them
    for a flattened body (its columns are right); ``kinds``: the descriptor of kind its views
    have, "" where none, so that analogs cannot be asked for; ``without_shading``: those are an
    earlier version's, which an upgrade makes anew; ``views_left``: that an
    unfinished build has not looked at yet; ``problem``: why it cannot be searched, ""
    where it can."""

    path: str
    name: str
    index_id: str
    generation: int
    body: Body
    encoder: str
    encoder_description: str
    craters: int
    views: int
    removed: int
    tokens: int
    contexts: list[float]
    seeds: str = ""
    size: Size = Size.STANDARD
    aggregation: str = ""
    token_dim: int = 0
    global_dim: int = 0
    input_size: int = 0
    size_bytes: int = 0
    created: str = ""
    sources: list[Observation] = field(default_factory=list)
    catalogue: str = ""
    catalogue_source: str = ""
    catalogue_displaced: bool = False
    incomplete: bool = False
    views_left: int = 0
    skipped: dict[str, int] = field(default_factory=dict)
    kinds: str = ""
    without_shading: bool = False
    problem: str = ""


@dataclass(frozen=True)
class UpgradeParams(Record):
    """An index whose views are to get their descriptors of kind; ``mosaics``: where its mosaics are
    now, if they were moved. Stopped, the same call goes on."""

    index: FileName
    mosaics: list[FileName] = field(default_factory=list)


@dataclass
class UpgradeReply(Record):
    """Views that were described: ``added`` now, ``present`` before; ``lost``: those that can no
    longer be cut."""

    added: int
    present: int
    lost: int


@dataclass
class VerifyReply(Record):
    """``problems``: one sentence each, none where the index is sound; ``size`` in bytes."""

    problems: list[str]
    notes: list[str] = field(default_factory=list)
    files: int = 0
    size: int = 0


@dataclass(frozen=True)
class EvaluateParams(Record):
    """Retrieval measures of an index by queries from a mosaic; see docs/method/evaluation.md.

    ``context``: one factor, or two (low, high) to draw from evenly for each query; ``jitter``: the
    crop's centre is moved evenly within a disc of so many diameters around the crater's centre;
    ``limit``: so many queries, chosen at random. What a query looks like depends on ``seed``, its
    crater's id and its number alone. ``only``, ``seeds``: the rows of the table; ``memory_gb``: for
    patch tokens; ``same``: pairs of ids that are one crater.
    """

    index: FileName
    mosaic: FileName
    catalogue: CatalogueSource
    selection: Selection = field(default_factory=Selection)
    band: Optional[Band] = None
    views_per_crater: Annotated[int, between(1, 1000)] = 3
    context: Annotated[list[Context], members(1, 2)] = field(default_factory=lambda: list(CONTEXTS))
    jitter: Annotated[float, between(0.0, 2.0)] = 0.1
    seed: Number = 0
    limit: Optional[Count] = None
    only: list[str] = field(default_factory=list)
    seeds: list[Seeds] = field(default_factory=lambda: list(Seeds))
    same: list[tuple[str, str]] = field(default_factory=list)
    backend: str = "auto"
    memory_gb: Positive = 2.0
    encoder: Optional[str] = None
    device: str = "auto"


@dataclass
class Answer(Record):
    """A result that is a table of its own."""

    result: Json = field(default_factory=dict)
