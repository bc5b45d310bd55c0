"""Bring an index up to what this version can ask of it: descriptors of kind from its mosaics."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from ...contract.build import UpgradeReply
from ..errors import CraterIndexError, MosaicError
from ..index import IndexWriter, build_lists, open_index
from ..indexing.addition import known_mosaic
from ..monitor import Monitor
from .describe import describe_views, entry_of
from .descriptor import KindDescriptor, load_descriptor


def upgrade_index(
    path: Path,
    descriptor: KindDescriptor,
    mosaics: Sequence[str | Path] = (),
    monitor: Monitor | None = None,
) -> UpgradeReply:
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
        return describe_views(
            writer,
            descriptor,
            lambda number: known_mosaic(stack, writer.manifest, number, mosaics),
            monitor,
        )


def descriptor_of(path: Path) -> KindDescriptor | None:
    """The one that made the index's descriptors, ready, which tells of a view as much as they do;
    None where it has none, or those of another version, which only :func:`upgrade_index` replaces.
    Raises CraterIndexError."""
    with open_index(path, check="sizes") as index:
        entry = index.manifest.kinds
    if entry is None:
        return None
    descriptor = load_descriptor()
    if not entry.shading:
        descriptor.shading = 0
    return descriptor if entry.same_records(entry_of(descriptor)) else None


def describe_added(
    path: Path,
    descriptor: KindDescriptor | None,
    mosaics: Sequence[str | Path] = (),
    monitor: Monitor | None = None,
) -> list[str]:
    """After an addition: give the new views what the other views of the index have.

    ``descriptor``: see :func:`descriptor_of`. What was added is in the index already, so a mosaic
    that is gone is told in the notes returned. Raises CraterIndexError, Cancelled.
    """
    if descriptor is None:
        return []
    try:
        upgrade_index(path, descriptor, mosaics, monitor)
    except MosaicError as error:
        return [f"Some views have no descriptor of kind yet, so they are no analogs. {error}"]
    return []
