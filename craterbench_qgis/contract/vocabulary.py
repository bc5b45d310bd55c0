"""The words both processes use: each an enumeration whose values go over the wire and into files.

Sentences about them are made where they are shown: ``core/words`` in QGIS, ``engine/words`` on the
command line and in reports.
"""

from __future__ import annotations

from enum import Enum


class Word(str, Enum):
    """A word of the vocabulary; equal to, and written as, its text."""

    __str__ = str.__str__
    __format__ = str.__format__  # type: ignore[assignment]


class Skip(Word):
    """Why a crater has no view, a place cannot be asked about, or a pair has no looks."""

    OUTSIDE = "outside"
    NO_DATA = "no data"
    TOO_EMPTY = "too empty"
    TOO_COARSE = "too coarse"
    NO_CONTRAST = "no contrast"
    BEYOND_LIMB = "beyond the limb"
    NO_MOSAIC = "no mosaic"
    NOT_LOOKED_AT = "not looked at"


class Stage(Word):
    """What long work is doing; ``$/progress`` says it."""

    CATALOGUE = "catalogue"
    ENCODER = "encoder"
    MOSAICS = "mosaics"
    TERRAIN = "terrain"
    VIEWS = "views"
    KINDS = "kinds"
    ATLAS = "atlas"
    JOINING = "joining"
    COMPACTING = "compacting"
    VERIFYING = "verifying"
    SEARCHING = "searching"
    THUMBNAILS = "thumbnails"
    EXPORTING = "exporting"
    WRITING = "writing"
    QUERIES = "queries"
    GALLERY = "gallery views"
    MATCHING = "matching (million operations)"
    CANDIDATES = "candidates"
    LOOKS = "looks"
    OFFSETS = "offsets"
    RIMS = "rims"
    CRATERS = "craters"
    TRAINING = "training"


class Decision(Word):
    """What the user decided about a match."""

    UNDECIDED = "undecided"
    ACCEPTED = "accepted"
    REJECTED = "rejected"


class Verdict(Word):
    """What the user decided about a pair of catalogue entries."""

    UNDECIDED = ""
    DUPLICATE = "duplicate"
    DISTINCT = "distinct"
    UNSURE = "unsure"


class Keeper(Word):
    """Which entry of a cluster of duplicates stays."""

    AUTO = "auto"
    COMPLETE = "complete"
    PRIORITY = "priority"
    MEDIAN = "median"


class PairOrder(Word):
    """How pairs of a review are sorted."""

    PROBABILITY = "probability"
    DOUBT = "doubt"
    SIZE = "size"
    PLACE = "place"


class Size(Word):
    """How the numbers of instance tokens are stored: in a byte each, or in two bits."""

    STANDARD = "standard"
    SMALL = "small"


class QueryKind(Word):
    """How a query says what is searched for."""

    AREA = "area"
    CRATER = "crater"
    INDEXED = "indexed"
    IMAGE = "image"


class BoxReading(Word):
    """What a box round a crater is: as wide as the crater, the view around it, or whichever of
    both fits better."""

    CRATER = "crater"
    VIEW = "view"
    EITHER = "either"


class DiameterFrom(Word):
    """Where the diameter of a box's crater comes from: the user, the catalogue's crater in it, the
    scale of the best match, the rim in the picture, or, assumed, the box itself."""

    GIVEN = "given"
    CATALOGUE = "catalogue"
    MATCH = "match"
    RIM = "rim"
    BOX = "box"


class Question(Word):
    """What a search is for: the same crater again, or craters of its kind."""

    SAME = "same"
    ANALOGS = "analogs"


class Likeness(Word):
    """What makes craters analogs: the relief read from the picture, the tones of the mosaic."""

    LOOKS = "looks"
    RELIEF = "relief"
    BOTH = "both"


class Scale(Word):
    """What colours stand for: how many craters, numbers, the logarithms of numbers, words."""

    DENSITY = "density"
    LINEAR = "linear"
    LOGARITHMIC = "logarithmic"
    CATEGORIES = "categories"


class Seeds(Word):
    """How the seeds of instance tokens are chosen."""

    ATTENTION = "attention"
    FPS = "fps"
    RANDOM = "random"


class Outline(Word):
    """How an export draws a match."""

    CIRCLE = "circle"
    POINT = "point"


class LatitudeKind(Word):
    """Angle at the body's centre, or of the surface's normal; the same on a sphere."""

    PLANETOCENTRIC = "planetocentric"
    PLANETOGRAPHIC = "planetographic"
