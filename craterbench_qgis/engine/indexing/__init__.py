"""Building an index and adding to it: mosaics + catalogue -> views -> embeddings -> segments."""

from .addition import add_to_index
from .build import BuildRequest, build_index
from .run import BuildReport

__all__ = ["BuildReport", "BuildRequest", "add_to_index", "build_index"]
