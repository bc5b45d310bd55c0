"""Building an index and adding to it: mosaics + catalogue -> views -> embeddings -> segments."""

from .addition import add_to_index
from .build import DEFAULT_TOKENS, BuildRequest, build_index
from .run import BuildReport, body_of_mosaic

__all__ = [
    "DEFAULT_TOKENS",
    "BuildReport",
    "BuildRequest",
    "add_to_index",
    "body_of_mosaic",
    "build_index",
]
