"""A search: what is asked, what may match, and what comes back."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Any, Optional

from .body import Body
from .records import (
    Band,
    FileName,
    Finite,
    Json,
    Latitude,
    Longitude,
    Number,
    Positive,
    Probability,
    Record,
    RecordError,
    Two,
    between,
)
from .vocabulary import BoxReading, Decision, DiameterFrom, Likeness, Outline, QueryKind, Question

LEAST_VALID = 0.7
"""Of a view, the share that has to show ground."""
CONTEXTS = (2.0, 3.0)
"""Sides of a crater's views over its diameter."""
TOP = 100
"""Craters a search returns."""
SHORTLIST = 200
"""Views the first stage keeps."""
ANALOG_PIXELS = 24.0
"""Pixels of the mosaic across an analog, below which its kind cannot be seen."""
ANALOG_SIZES = (0.5, 2.0)
"""Diameter of an analog over the query's."""
OF_A_KIND = 0.5
"""The probability from which a crater counts as of a named kind, where nothing else is said."""
LIKE_THE_QUERY = 0.95
"""The score of an analog that is as the query is; one in which that is more marked has more."""
BLURRED = ANALOG_PIXELS
"""Pixels of the mosaic across a crater, below which its picture is a blur."""
MOST_TOP, MOST_SHORTLIST = 100_000, 1_000_000
LOOK_AT = 2.5
"""Side over diameter of a query of known diameter, where nothing else is asked for."""
BOX_WIDTHS = (1.0, 1.25, 1.6, 2.0, 2.5, 3.2)
"""Box over crater, as a box that may be read either way is tried."""

Context = Annotated[float, between(0.5, 100.0)]


@dataclass(frozen=True)
class Source(Record):
    """A raster the engine reads by itself: a file or a GDAL name, its band from 1, its nodata."""

    path: FileName
    band: Optional[Band] = None
    nodata: Optional[Finite] = None


@dataclass(frozen=True)
class Query(Record):
    """What is searched for.

    ``area``: the square of ``side_m`` about (lon, lat) is the view itself. ``crater``: a crater of
    ``diameter_m`` there, cut ``context`` times as wide (default: the mean of the index's). Both
    from ``mosaic``. ``indexed``: the crater ``crater_id`` of the index, cut from ``mosaic`` or
    else from the index's own first observation. ``image``: the square picture ``image``, north up;
    its place and ``side_m`` where QGIS rendered it; its middle ``box_m`` metres alone are asked
    about where given. ``reading`` of a square (an area, or the middle of an image) without
    ``diameter_m``: ``view`` takes it as it is, ``crater`` for the crater's own width, ``either``
    tries several widths of the crater and keeps the best. Raises RecordError where a member
    that the kind needs is missing.
    """

    kind: QueryKind
    mosaic: Optional[Source] = None
    lon: Optional[Longitude] = None
    lat: Optional[Latitude] = None
    side_m: Optional[Positive] = None
    diameter_m: Optional[Positive] = None
    context: Optional[Context] = None
    crater_id: Optional[str] = None
    image: Optional[FileName] = None
    reading: BoxReading = BoxReading.VIEW
    box_m: Optional[Positive] = None

    def __post_init__(self) -> None:
        super().__post_init__()
        needed = {
            QueryKind.AREA: ("mosaic", "lon", "lat", "side_m"),
            QueryKind.CRATER: ("mosaic", "lon", "lat", "diameter_m"),
            QueryKind.INDEXED: ("crater_id",),
            QueryKind.IMAGE: ("image",),
        }[self.kind]
        for name in needed:
            if getattr(self, name) is None:
                raise RecordError(f"A query of the kind '{self.kind}' needs '{name}'.")
        if (self.lon is None) != (self.lat is None):
            raise RecordError("A place needs 'lon' and 'lat'.")
        of_box = self.kind is QueryKind.IMAGE and self.reading is not BoxReading.VIEW
        if of_box and None in (self.box_m, self.side_m, self.lon):
            raise RecordError("An image of a box needs 'box_m', 'side_m', 'lon' and 'lat'.")

    @property
    def square_m(self) -> Optional[float]:
        """Metres across the box whose crater is sought; None where the scale is said."""
        if self.diameter_m is not None or self.reading is BoxReading.VIEW:
            return None
        return {QueryKind.AREA: self.side_m, QueryKind.IMAGE: self.box_m}.get(self.kind)


@dataclass(frozen=True)
class Filters(Record):
    """Conditions a crater must meet; None means no condition.

    ``diameter_ratio`` (low, high): crater diameter / query diameter. Diameters and distances from
    the query in metres. ``latitude`` (south, north) and ``longitude`` (west, east; west > east
    crosses the antimeridian): degrees. ``region``: WKT of a polygon in degrees.
    ``min_pixels``: of the finest mosaic the crater was cut from, across it. ``where``: an SQL
    condition on the catalogue's columns. ``kind``: the name of one that is kept beside the index,
    of which the crater is with a probability of ``min_kind`` (default: :data:`OF_A_KIND`) or more.
    """

    diameter_ratio: Optional[Two] = None
    min_diameter: Optional[Finite] = None
    max_diameter: Optional[Finite] = None
    latitude: Optional[Two] = None
    longitude: Optional[Two] = None
    region: Optional[str] = None
    min_distance: Optional[Finite] = None
    max_distance: Optional[Finite] = None
    min_pixels: Optional[Finite] = None
    where: Optional[str] = None
    kind: Optional[str] = None
    min_kind: Optional[Probability] = None
    exclude_ids: list[str] = field(default_factory=list)

    def __bool__(self) -> bool:
        """Whether there is any condition."""
        return self != Filters()


@dataclass(frozen=True)
class Feedback(Record):
    """Ids of craters of the index: ``accepted`` look like what is wanted, ``rejected`` do not. A
    search for analogs learns their kind from them, which takes :data:`.kinds.MIN_EXAMPLES` accepted
    ones; scores are probabilities then."""

    accepted: list[str] = field(default_factory=list)
    rejected: list[str] = field(default_factory=list)

    def __bool__(self) -> bool:
        """Whether anything was decided."""
        return self != Feedback()


@dataclass(frozen=True)
class AnalogOptions(Record):
    """How analogs are ranked, and which may be any.

    ``min_pixels``: of the mosaic, across an analog. ``any_size``: also others than
    :data:`ANALOG_SIZES` times the query's diameter, which hold where ``Filters.diameter_ratio``
    says nothing.
    ``same_place``: craters that share ground with the query, too.
    """

    by: Likeness = Likeness.BOTH
    min_pixels: Annotated[float, between(0.0, 10_000.0)] = ANALOG_PIXELS
    any_size: bool = False
    same_place: bool = False


@dataclass(frozen=True)
class SearchParams(Record):
    """A search. ``feedback``: decisions about matches of this query that refine it.

    ``any_angle``: the query's orientation is not known, so ``same`` tries them all; analogs are
    always compared at any angle and mirrored, by ``analogs``. ``overlay``: the pictures of the
    best views are laid on the query and count, for ``same``.
    """

    index: FileName
    query: Query
    top: Annotated[int, between(1, MOST_TOP)] = TOP
    shortlist: Annotated[int, between(1, MOST_SHORTLIST)] = SHORTLIST
    symmetric: bool = False
    backend: str = "auto"
    filters: Filters = field(default_factory=Filters)
    feedback: Feedback = field(default_factory=Feedback)
    device: Optional[str] = None
    find: Question = Question.SAME
    any_angle: bool = False
    overlay: bool = True
    analogs: AnalogOptions = field(default_factory=AnalogOptions)


@dataclass
class Match(Record):
    """One crater and its best view.

    ``context``: side of that view / diameter; ``view_number``, ``crater_row``: the index's own
    numbers. ``distance_m`` and ``bearing_deg`` (clockwise from north) from the query, None where
    its place is not known. ``expected_by_chance``: how many craters of this index would score as
    high without being the same crater, None where too few were compared to say. ``turn_deg``: the
    query, mirrored (east and west exchanged) first where ``mirrored``, fits best turned clockwise
    by so many degrees; None where no turn was tried. ``pixels_across``: of its mosaic, across the
    crater. ``attributes``: the catalogue's columns.
    """

    rank: int
    crater_id: str
    lon: float
    lat: float
    diameter_m: Positive
    score: float
    shortlist_score: Optional[float] = None
    context: Optional[float] = None
    view_number: Optional[int] = None
    crater_row: Optional[int] = None
    observation: Optional[int] = None
    distance_m: Optional[float] = None
    bearing_deg: Optional[float] = None
    expected_by_chance: Optional[float] = None
    turn_deg: Optional[float] = None
    mirrored: bool = False
    pixels_across: Optional[float] = None
    attributes: dict[str, Any] = field(default_factory=dict)


@dataclass
class DecidedMatch(Match):
    """A match as it is exported: with what the user decided, where anything was."""

    decision: Optional[Decision] = None
    comment: str = ""


@dataclass
class Preview(Record):
    """The view that is searched: a square PNG ``image`` and what is known of its place.

    Of a box that could be read either way: the ``reading`` that was kept, the ``box_m`` that was
    drawn, and where ``diameter_m`` is from. ``notes``: a sentence for each thing that was
    corrected while its raster was read.
    """

    image: str
    lon: Optional[float] = None
    lat: Optional[float] = None
    side_m: Optional[float] = None
    diameter_m: Optional[float] = None
    valid_fraction: float = 1.0
    metres_per_pixel: Optional[float] = None
    native_metres_per_pixel: Optional[float] = None
    diameter_assumed: bool = False
    reading: Optional[BoxReading] = None
    box_m: Optional[float] = None
    diameter_from: Optional[DiameterFrom] = None
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class PreviewParams(Record):
    """What would be searched, ``size`` pixels a side; loads no encoder."""

    query: Query
    index: Optional[FileName] = None
    size: Annotated[int, between(16, 2048)] = 256


@dataclass(frozen=True)
class WarpParams(Record):
    """Pictures of a map as QGIS drew them, in the map's own reference system (their ``.aux.xml``),
    to be seen as one square of ground, ``size`` pixels a side. ``shows``: the body they show where
    their reference system is the Earth's by mistake."""

    pictures: list[FileName]
    lon: Longitude
    lat: Latitude
    side_m: Positive
    size: Annotated[int, between(16, 4096)]
    shows: Optional[Body] = None


@dataclass
class Warped(Record):
    """A square PNG, north up, transparent where nothing was drawn, and how much of it is drawn."""

    image: str
    valid_fraction: float


@dataclass
class SearchReply(Record):
    """``matches``, best first; ``timings_ms`` of each stage; ``provenance``: plain JSON."""

    matches: list[Match]
    query: Preview
    timings_ms: dict[str, float] = field(default_factory=dict)
    provenance: Json = field(default_factory=dict)


@dataclass(frozen=True)
class ThumbnailParams(Record):
    """Pictures of views of an index, by their numbers."""

    index: FileName
    views: list[Number]


@dataclass
class Thumbnails(Record):
    """View number -> path of a JPEG or PNG in the session folder."""

    files: dict[str, str]

    def by_view(self) -> dict[int, str]:
        """With the view numbers as numbers, which JSON's keys are not."""
        return {int(number): path for number, path in self.files.items()}


@dataclass(frozen=True)
class CountArea(Record):
    """The surface craters are counted on. ``region``: WKT in degrees, planetocentric; ``buffered``:
    each crater that touches it counts, as a fraction, instead of those with their centre in it."""

    region: str
    buffered: bool = False


@dataclass(frozen=True)
class ExportParams(Record):
    """Matches to a file whose ending says the format; the body is ``body``, else the index's.
    ``area``: only for .scc and .diam, which then hold the craters that count on it."""

    matches: list[DecidedMatch]
    path: FileName
    index: Optional[FileName] = None
    body: Optional[Body] = None
    provenance: Json = field(default_factory=dict)
    geometry: Outline = Outline.CIRCLE
    overwrite: bool = True
    area: Optional[CountArea] = None


@dataclass(frozen=True)
class SheetParams(Record):
    """A contact sheet (.png, .pdf) or a report (.html) of matches.

    The query's picture is ``query``, or of a search that is over its ``preview``.
    """

    index: FileName
    matches: list[DecidedMatch]
    path: FileName
    query: Optional[Query] = None
    preview: Optional[Preview] = None
    provenance: Json = field(default_factory=dict)
    title: Optional[str] = None


@dataclass
class Files(Record):
    """What was written. ``counted``: craters that count on ``area_km2``, where one was given."""

    files: list[str]
    counted: Optional[int] = None
    area_km2: Optional[float] = None
