"""Crater catalogues: tables in any common format, read into :class:`Craters`."""

from .columns import GEOMETRY, ColumnChoice
from .craters import Craters, Rejected
from .reader import read_catalogue

__all__ = ["GEOMETRY", "ColumnChoice", "Craters", "Rejected", "read_catalogue"]
