"""Craters of the same kind: a descriptor of what a crater is like, and the search for analogs."""

from .describe import describe_views
from .descriptor import KindDescriptor, KindVectors, load_descriptor

__all__ = ["KindDescriptor", "KindVectors", "describe_views", "load_descriptor"]
