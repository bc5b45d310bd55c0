"""All algorithms of the provider."""

from __future__ import annotations

from .base import Algorithm
from .duplicates import ApplyDuplicateDecisions, FindDuplicates
from .evaluate import Evaluate
from .export_matches import ExportMatches
from .index_build import AddToIndex, BuildIndex
from .index_information import IndexInformation
from .named_kind import NameAKind
from .review_report import ReviewReport
from .search_extent import SearchByExtent
from .search_features import SearchByFeatures

ALGORITHMS: tuple[type[Algorithm], ...] = (
    BuildIndex,
    AddToIndex,
    IndexInformation,
    SearchByFeatures,
    SearchByExtent,
    ExportMatches,
    NameAKind,
    Evaluate,
    FindDuplicates,
    ApplyDuplicateDecisions,
    ReviewReport,
)
