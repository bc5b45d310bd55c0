"""Building an index and adding to it: mosaics + catalogue -> views -> embeddings -> segments."""

from .addition import add_to_index
from .build import build_index, check_output
from .joining import JoinReport, join_indexes
from .run import BuildReport, body_of_mosaic

__all__ = [
    "BuildReport",
    "JoinReport",
    "add_to_index",
    "body_of_mosaic",
    "build_index",
    "check_output",
    "join_indexes",
]
