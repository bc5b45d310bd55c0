"""The two-stage search, its queries and filters, and why a match matched."""

from ..interaction import Explanation
from .explain import explain
from .filters import read_region
from .options import AnalogOptions, SearchOptions, SearchResult
from .query import (
    QueryView,
    cut_query,
    query_from_area,
    query_from_crater,
    query_from_image,
)
from .readings import BoxViews, box_views, read_box
from .searcher import Searcher

__all__ = [
    "AnalogOptions",
    "BoxViews",
    "Explanation",
    "QueryView",
    "SearchOptions",
    "SearchResult",
    "Searcher",
    "box_views",
    "cut_query",
    "explain",
    "query_from_area",
    "query_from_crater",
    "query_from_image",
    "read_box",
    "read_region",
]
