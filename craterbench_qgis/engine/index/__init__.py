"""The index on disk: storage and the shortlist. Knows nothing of mosaics and encoders."""

from .entries import Job
from .finishing import build_lists
from .format import SUFFIX, IndexSettings, SegmentData, Skipped
from .listed import ListsShortlist
from .manifest import Manifest
from .opening import open_index
from .reader import CraterIndex
from .rows import StoredTokens, ViewRow
from .scanning import ExactInt8
from .shortlist import HnswShortlist, ShortlistBackend, build_hnsw, open_shortlist
from .verify import VerifyReport, verify
from .writer import IndexWriter

__all__ = [
    "SUFFIX",
    "CraterIndex",
    "ExactInt8",
    "HnswShortlist",
    "IndexSettings",
    "IndexWriter",
    "Job",
    "ListsShortlist",
    "Manifest",
    "SegmentData",
    "ShortlistBackend",
    "Skipped",
    "StoredTokens",
    "VerifyReport",
    "ViewRow",
    "build_hnsw",
    "build_lists",
    "open_index",
    "open_shortlist",
    "verify",
]
