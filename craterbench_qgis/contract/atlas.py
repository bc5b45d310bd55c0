"""The atlas of an index: a plane in which craters of like kind lie near, from -1 to 1 each way."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Any, Optional

from .records import FileName, Finite, Number, Positive, Record, between, members
from .vocabulary import Scale

DIAMETER = "diameter_m"
OWN_COLUMNS = (DIAMETER, "lon", "lat")
"""Columns every atlas can be coloured by; the catalogue's own follow."""
NEAR_AT_MOST = 150
"""Where no more craters are in a picture, it says which and where."""
RINGED_AT_MOST = 20_000
"""Craters of a selection that can be named by their rows."""

Lasso = Annotated[list[Finite], members(0, 20_000)]
"""x and y of its corners in turn, in the atlas's plane; it closes by itself."""
Pixels = Annotated[int, between(16, 4096)]


@dataclass(frozen=True)
class AtlasParams(Record):
    """The atlas of an index, to be made or told."""

    index: FileName


@dataclass
class AtlasInfo(Record):
    """``craters``: that lie in it, 0 where there is none; ``lacking``: described since it was made,
    so that they are not in it; ``kinds``: whether the index has descriptors of kind, of which an
    atlas is made; ``columns``: it can be coloured by."""

    craters: int
    lacking: int = 0
    kinds: bool = False
    columns: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class AtlasPictureParams(Record):
    """A part of the atlas as a picture of ``width`` x ``height`` pixels about (``x``, ``y``), y
    upwards, ``scale`` of the plane to a pixel. ``column``: what the points are coloured by, None
    for how many lie there. Ringed are the craters within ``lasso`` and those of ``rows``."""

    index: FileName
    x: Annotated[float, between(-10.0, 10.0)]
    y: Annotated[float, between(-10.0, 10.0)]
    scale: Annotated[float, between(1e-9, 1.0)]
    width: Pixels
    height: Pixels
    column: Optional[str] = None
    lasso: Lasso = field(default_factory=list)
    rows: Annotated[list[Number], members(0, RINGED_AT_MOST)] = field(default_factory=list)


@dataclass
class AtlasPoint(Record):
    """A crater in a picture: pixels from its left and top; ``view``: whose thumbnail shows it."""

    row: int
    view: int
    x: float
    y: float


@dataclass
class AtlasLegend(Record):
    """What the colours mean: ``colours`` (#rrggbb) run from ``low`` to ``high``, or stand for one
    of the ``labels`` each, "" for all others. ``without``: craters that have no value, grey."""

    scale: Scale
    colours: list[str] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)
    low: float = 0.0
    high: float = 0.0
    without: int = 0


@dataclass
class AtlasPicture(Record):
    """``image``: a PNG, transparent where there is no crater; ``count``: craters in it; ``points``:
    they themselves where they are few."""

    image: str
    count: int
    legend: AtlasLegend
    points: list[AtlasPoint] = field(default_factory=list)


@dataclass(frozen=True)
class AtlasSelectParams(Record):
    """Which craters lie within ``lasso``."""

    index: FileName
    lasso: Annotated[list[Finite], members(6, 20_000)]


@dataclass
class AtlasSelection(Record):
    """``rows``: a file of crater rows, 4-byte little-endian whole numbers, ascending."""

    count: int
    rows: str


@dataclass(frozen=True)
class AtlasExportParams(Record):
    """The craters within ``lasso`` and those of ``rows`` to a file whose ending says the format."""

    index: FileName
    path: FileName
    lasso: Lasso = field(default_factory=list)
    rows: Annotated[list[Number], members(0, RINGED_AT_MOST)] = field(default_factory=list)
    overwrite: bool = True


@dataclass(frozen=True)
class AtlasAtParams(Record):
    """The crater nearest to a place of the atlas, at most ``reach`` away; of the place (x, y)."""

    index: FileName
    x: Finite
    y: Finite
    reach: Positive


@dataclass
class AtlasCrater(Record):
    """A crater of the index. ``attributes``: the catalogue's own columns; x, y: in the atlas."""

    row: int
    view: int
    crater_id: str
    lon: float
    lat: float
    diameter_m: float
    x: float
    y: float
    attributes: dict[str, Any] = field(default_factory=dict)


@dataclass
class AtlasAt(Record):
    """None where there is no crater so near."""

    crater: Optional[AtlasCrater] = None
