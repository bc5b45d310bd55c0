"""The craters of an index as a layer."""

from __future__ import annotations

LAYER = "craters"


def source_of_catalogue(path: str) -> str:
    """The source of an index's GeoPackage, opened without locks, journals or writing."""
    return f"{path}|layername={LAYER}|option:IMMUTABLE=YES|option:NOLOCK=YES"
