"""Building an index and adding to it: mosaics + catalogue -> views -> embeddings -> segments."""

from .addition import add_to_index
from .build import BuildRequest, build_index
from .run import BuildReport, body_of_mosaic

__all__ = ["BuildReport", "BuildRequest", "add_to_index", "body_of_mosaic", "build_index"]
