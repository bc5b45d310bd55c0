"""What QGIS and the engine say to each other. Standard library only; both processes import it.

JSON-RPC 2.0, one message per line (UTF-8, no newline inside, NaN and infinities as null). QGIS
writes requests to the engine's stdin and reads answers and notifications from its stdout; logs go
to stderr. Pictures go by file in the session folder the client names when it starts the engine
(``craterbench serve --session FOLDER``). Lengths are metres, angles degrees, longitudes positive
east, latitudes planetocentric.

Requests (``method``: params -> result):

=====================  ============================================================================
``hello``              {client, protocol} -> :class:`Hello`; first; another protocol is refused
``encoders.list``      {} -> {encoders: [{id, description, licence, bundled, default}]}
``devices``            {} -> {devices: [{id, name}]}, the first is what ``auto`` takes (loads torch)
``catalogue.describe`` {path, columns?, layer?, body?, min_diameter_m?, max_diameter_m?, region?}
                       -> :class:`CatalogueInfo`
``mosaic.describe``    {path, body?, band?, nodata?} -> :class:`MosaicInfo`
``index.describe``     {path} -> :class:`IndexInfo` (fast: no encoder is loaded)
``index.open``         {path, device?} -> :class:`IndexInfo`; loads the encoder and warms it up
``index.close``        {path} -> {}
``index.build``        :class:`BuildParams` -> {path, views, craters, encoded, skipped, seconds,
                       resumed, already_complete, notes}; the same params resume
``index.add``          {index, mosaics, catalogue?, columns?} -> as ``index.build``
``index.verify``       {path} -> {problems: [text]}
``preview``            {query, index?, size?} -> :class:`Preview`
``search``             :class:`SearchParams` -> :class:`SearchReply`
``thumbnails``         {index, views: [int]} -> {files: {view: path}}
``explain``            {index, query, crater_id, view?} -> :class:`ExplainReply`
``export``             {index, matches, path, provenance, geometry?, overwrite?} -> {files: [path]}
``contact_sheet``      {index, query, matches, path, provenance, title?} -> {files: [path]}
``report``             the same -> {files: [path]}
``$/ping``             {} -> {}; answered at once, whatever the engine is doing
``shutdown``           {} -> {}; the engine answers and ends
=====================  ============================================================================

``duplicates.*`` and ``evaluate`` take and return plain objects described where they are served.

A *query* is {kind, ...}:

* ``area``: {mosaic: SOURCE, lon, lat, side_m, diameter_m?}: the square view itself
* ``crater``: {mosaic: SOURCE, lon, lat, diameter_m, context?}: cut at ``context`` (default: the
  mean of the index's) times the diameter
* ``indexed``: {crater_id, mosaic?: SOURCE, context?}: a crater of the index, by default cut from
  the index's own first observation
* ``image``: {path, lon?, lat?, side_m?, diameter_m?}: a picture, square, north up; its place where
  QGIS rendered it

SOURCE is {path, band?, nodata?}. Progress arrives as ``$/progress`` {id, stage, done, total,
rate, seconds_left} (rate in units a second; both null where not known yet), at most about ten a
second per request. ``$/cancelRequest`` {id} asks to stop; the request then fails with
:data:`CANCELLED`. Two requests run at a time at most: a long one (build, add, verify, duplicates,
evaluate) never holds up a short one.
"""

from __future__ import annotations

import dataclasses
import json
import math
from dataclasses import dataclass, field
from typing import Any, TypeVar

PROTOCOL = 1

PARSE_ERROR = -32700
INVALID_REQUEST = -32600
METHOD_NOT_FOUND = -32601
INVALID_PARAMS = -32602
INTERNAL_ERROR = -32603
CANCELLED = -32800
# An error the engine raised on purpose: ``message`` is for the user, ``data.kind`` its class.
ENGINE_ERROR = -32000
WRONG_PROTOCOL = -32001

PROGRESS = "$/progress"
CANCEL = "$/cancelRequest"

Json = dict[str, Any]
T = TypeVar("T", bound="Record")


class ProtocolError(Exception):
    """A line that is no message, or a message without what it must have."""


def encode(message: Json) -> bytes:
    """One line. Numbers that are not finite become null."""
    text = json.dumps(_finite(message), ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    return text.encode("ascii") + b"\n"


def decode(line: bytes) -> Json:
    """The message in ``line``; ProtocolError for anything that is not a JSON-RPC 2.0 object."""
    try:
        message = json.loads(line.decode("utf-8"))
    except (UnicodeDecodeError, ValueError) as error:
        raise ProtocolError(f"not JSON: {line[:200]!r}") from error
    if not isinstance(message, dict) or message.get("jsonrpc") != "2.0":
        raise ProtocolError(f"no JSON-RPC 2.0 message: {line[:200]!r}")
    return message


def request(number: int, method: str, params: Json) -> Json:
    """A request with id ``number``."""
    return {"jsonrpc": "2.0", "id": number, "method": method, "params": params}


def notification(method: str, params: Json) -> Json:
    """A message that is not answered."""
    return {"jsonrpc": "2.0", "method": method, "params": params}


def answer(number: int | None, result: Json) -> Json:
    """The result of request ``number``."""
    return {"jsonrpc": "2.0", "id": number, "result": result}


def failure(number: int | None, code: int, message: str, data: Json | None = None) -> Json:
    """The error of request ``number`` (None where it could not be read)."""
    error: Json = {"code": code, "message": message}
    if data:
        error["data"] = data
    return {"jsonrpc": "2.0", "id": number, "error": error}


def _finite(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {str(key): _finite(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(one) for one in value]
    return value


class Record:
    """Base of the dataclasses below: to and from plain JSON.

    ``from_json`` ignores members it does not know (a newer engine may say more) and raises
    ProtocolError where a required one is missing.
    """

    def to_json(self) -> Json:
        """Plain JSON with all members."""
        return dataclasses.asdict(self)  # type: ignore[call-overload]

    @classmethod
    def from_json(cls: type[T], data: Any) -> T:
        """See the class."""
        if not isinstance(data, dict):
            raise ProtocolError(f"{cls.__name__} must be an object")
        known = {one.name for one in dataclasses.fields(cls)}  # type: ignore[arg-type]
        try:
            return cls(**{name: value for name, value in data.items() if name in known})
        except TypeError as error:
            raise ProtocolError(f"{cls.__name__}: {error}") from error


@dataclass
class Hello(Record):
    """Who answers. ``devices``: [{id, name}], the first is what ``auto`` takes."""

    protocol: int
    version: str
    python: str
    packages: dict[str, str] = field(default_factory=dict)
    devices: list[Json] = field(default_factory=list)
    default_encoder: str = ""
    pid: int = 0


@dataclass
class IndexInfo(Record):
    """An index. ``body``: {name, a, b} (radii in metres); ``sources``: [{path, exists}] of its
    mosaics; ``catalogue``: a GeoPackage QGIS can open; ``problem``: why it cannot be searched."""

    path: str
    name: str
    index_id: str
    generation: int
    body: Json
    encoder: str
    encoder_description: str
    craters: int
    views: int
    removed: int
    tokens: int
    contexts: list[float]
    seeds: str = ""
    aggregation: str = ""
    token_dim: int = 0
    global_dim: int = 0
    input_size: int = 0
    size_bytes: int = 0
    created: str = ""
    sources: list[Json] = field(default_factory=list)
    catalogue: str = ""
    catalogue_source: str = ""
    incomplete: bool = False
    skipped: dict[str, int] = field(default_factory=dict)
    problem: str = ""


@dataclass
class CatalogueInfo(Record):
    """A crater table. ``columns``: {id, lon, lat, diameter, diameter_unit} as used; ``names``: all
    columns; ``rows``: usable ones; ``rejected``: {reason: rows}; ``bounds``: [W, S, E, N];
    ``selected``: rows within the diameters and the region asked about, None where none was."""

    path: str
    rows: int
    columns: dict[str, str | None]
    names: list[str]
    body: Json | None = None
    rejected: dict[str, int] = field(default_factory=dict)
    diameter_m: list[float] = field(default_factory=list)
    bounds: list[float] = field(default_factory=list)
    description: str = ""
    selected: int | None = None


@dataclass
class MosaicInfo(Record):
    """A raster. ``body``: {name, a, b}; ``bounds`` [W, S, E, N] degrees where known."""

    path: str
    body: Json
    width: int
    height: int
    pixel_size_m: float
    crs_wkt: str = ""
    bands: int = 1
    bounds: list[float] = field(default_factory=list)


@dataclass
class BuildParams(Record):
    """What to build; see ``engine.indexing.BuildRequest``. ``columns`` overrides guessed ones."""

    mosaics: list[str]
    catalogue: str
    output: str
    columns: dict[str, str | None] = field(default_factory=dict)
    layer: str | None = None
    body: str | None = None
    encoder: str | None = None
    device: str = "auto"
    contexts: list[float] = field(default_factory=lambda: [2.0, 3.0])
    tokens: int | None = None
    seeds: str = "attention"
    min_diameter_m: float | None = None
    max_diameter_m: float | None = None
    region: list[float] | None = None
    band: int | None = None
    nodata: float | None = None


@dataclass
class Preview(Record):
    """The view that is searched: a square PNG ``image`` and what is known of its place."""

    image: str
    lon: float | None = None
    lat: float | None = None
    side_m: float | None = None
    diameter_m: float | None = None
    valid_fraction: float = 1.0
    metres_per_pixel: float | None = None
    native_metres_per_pixel: float | None = None
    diameter_assumed: bool = False


@dataclass
class SearchParams(Record):
    """A search. ``filters`` as in ``engine.search.Filters`` (region as WKT in degrees);
    ``feedback``: {accepted: [id], rejected: [id]}, decisions that refine the query."""

    index: str
    query: Json
    top: int = 100
    shortlist: int = 200
    symmetric: bool = False
    backend: str = "auto"
    filters: Json = field(default_factory=dict)
    feedback: Json = field(default_factory=dict)


@dataclass
class MatchRecord(Record):
    """One crater found. ``view`` says its context ("2x"), ``view_number`` is the index's.

    ``expected_by_chance``: how many craters of this index would score as high without being the
    same crater; None where too few were compared to say.
    """

    rank: int
    crater_id: str
    lon: float
    lat: float
    diameter_m: float
    score: float
    shortlist_score: float
    view: str
    view_number: int
    crater_row: int
    observation: int = 0
    distance_m: float | None = None
    bearing_deg: float | None = None
    attributes: Json = field(default_factory=dict)
    expected_by_chance: float | None = None


@dataclass
class SearchReply(Record):
    """``matches``: MatchRecord objects as JSON, best first; ``query``: a Preview as JSON."""

    matches: list[Json]
    query: Json
    timings_ms: dict[str, float] = field(default_factory=dict)
    provenance: Json = field(default_factory=dict)

    def records(self) -> list[MatchRecord]:
        """The matches, typed."""
        return [MatchRecord.from_json(one) for one in self.matches]


@dataclass
class ExplainReply(Record):
    """Why a match matched. ``grid`` [rows, columns]; ``strength_query`` and ``strength_match``:
    rows * columns similarities, row by row, of each patch to its best counterpart; ``patches``:
    [{query_patch, gallery_token, gallery_patches, similarity}] (patches row by row from the top
    left), strongest first; ``query_image``, ``match_image``: square PNGs; ``picture``: both with
    the strongest pairs drawn."""

    crater_id: str
    view: str
    score: float
    shortlist_score: float
    grid: list[int]
    strength_query: list[float]
    strength_match: list[float]
    patches: list[Json]
    query_image: str
    match_image: str
    picture: str = ""
    compared_with: str = "patches"
    observation: str = ""
