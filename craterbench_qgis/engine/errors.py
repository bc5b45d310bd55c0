"""The engine's exceptions.

Each message is written for a planetary scientist: one sentence that says what is wrong, one that
says what to do next. The command line prints it as it is; the server sends it as it is. Options of
the command line stand in a :class:`.words.Advice` alone, which says something else in a dialog.
"""

from __future__ import annotations


class CraterBenchError(Exception):
    """Base of every error the engine raises on purpose. ``exit_code`` is the command line's."""

    exit_code = 1


class BodyError(CraterBenchError):
    """A body is unknown, or two inputs lie on different bodies."""


class CatalogueError(CraterBenchError):
    """A crater table cannot be read or lacks a needed column."""


class MosaicError(CraterBenchError):
    """A raster cannot be read or is not georeferenced as needed."""


class EncoderError(CraterBenchError):
    """An encoder is unknown, its checkpoint is wrong, truncated or not the one expected."""


class CraterIndexError(CraterBenchError):
    """An index is missing, damaged, foreign, half-written or locked by another process."""


class KindsMissing(CraterIndexError):
    """An index without the descriptors of kind a search for analogs needs."""


class QueryError(CraterBenchError):
    """A query or a filter cannot be used."""


class UsageError(CraterBenchError):
    """The command line does not make sense as it stands."""

    exit_code = 2


class ExportError(CraterBenchError):
    """A result cannot be written."""


class Cancelled(CraterBenchError):
    """The user stopped the work; what was committed stays."""

    exit_code = 130
