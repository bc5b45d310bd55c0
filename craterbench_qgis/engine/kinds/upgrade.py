"""Bring an index up to what this version can ask of it: descriptors of kind from its mosaics."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from ..errors import CraterIndexError
from ..index import IndexWriter, build_lists
from ..indexing.addition import known_mosaic
from ..monitor import Monitor
from .describe import KindReport, describe_views
from .descriptor import KindDescriptor


def upgrade_index(
    path: Path,
    descriptor: KindDescriptor,
    mosaics: Sequence[Path] = (),
    monitor: Monitor | None = None,
) -> KindReport:
    """Give every view of the index that lacks one a descriptor of kind, and large segments their
    inverted lists.

    ``mosaics``: where the index's mosaics are now, if they were moved. Stopped, the same call goes
    on. Raises CraterIndexError, MosaicError, Cancelled.
    """
    with ExitStack() as stack:
        writer = stack.enter_context(IndexWriter.open(path))
        if writer.job is not None:
            raise CraterIndexError(
                f"The build of {path.name} was stopped. Finish it first, then upgrade."
            )
        build_lists(writer, monitor)
        body = writer.settings.body
        return describe_views(
            writer,
            descriptor,
            lambda number: known_mosaic(stack, writer, number, body, mosaics),
            monitor,
        )
