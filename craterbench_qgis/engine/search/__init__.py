"""The two-stage search, its queries and filters, and why a match matched."""

from .analogs import AnalogOptions
from .explain import Explanation, explain
from .feedback import Feedback
from .filters import Filters, read_region
from .match import DEFAULT_SHORTLIST, DEFAULT_TOP, Match, SearchOptions, SearchResult
from .query import Query, query_from_area, query_from_crater, query_from_image
from .searcher import Searcher

__all__ = [
    "DEFAULT_SHORTLIST",
    "DEFAULT_TOP",
    "AnalogOptions",
    "Explanation",
    "Feedback",
    "Filters",
    "Match",
    "Query",
    "SearchOptions",
    "SearchResult",
    "Searcher",
    "explain",
    "query_from_area",
    "query_from_crater",
    "query_from_image",
    "read_region",
]
