"""``index.build``, ``index.add``, ``index.upgrade``, ``index.verify``: the long lane."""

from __future__ import annotations

import time
from pathlib import Path

from ...contract.build import (
    AddParams,
    BuildParams,
    BuildReply,
    IndexParams,
    UpgradeParams,
    UpgradeReply,
    VerifyReply,
)
from ...contract.vocabulary import Stage
from ..errors import CraterIndexError
from ..index import CraterIndex, verify
from ..indexing import BuildReport, BuildRequest, add_to_index, body_of_mosaic, build_index
from ..kinds import load_descriptor
from ..kinds.upgrade import describe_added, descriptor_of, upgrade_index
from ..sources import read_source
from .calls import Call
from .inputs import REJECTED_LISTED
from .stopping import breakable


def build(call: Call[BuildParams]) -> BuildReply:
    """Build an index, or resume one that was stopped."""
    params, start = call.params, time.monotonic()
    output = Path(params.output)
    _creatable(output)
    call.monitor.report(Stage.CATALOGUE, 0, 0)
    shown = body_of_mosaic(Path(params.mosaics[0]))
    craters = read_source(params.catalogue, REJECTED_LISTED, shown)
    call.monitor.check()
    call.monitor.report(Stage.ENCODER, 0, 0)
    encoder = call.work.encoder(params.encoder, params.device)
    call.monitor.check()
    request = BuildRequest(
        mosaics=tuple(Path(path) for path in params.mosaics),
        craters=craters,
        output=output,
        contexts=tuple(sorted(set(params.contexts))),
        tokens=params.tokens,
        seeds=params.seeds,
        band=params.band,
        nodata=params.nodata,
        selection=params.selection,
        terrain=Path(params.terrain) if params.terrain else None,
    )
    with breakable(call.monitor, call.work.loading):
        report = build_index(request, encoder, call.monitor)
    if params.kinds:
        with call.work.loading:
            descriptor = load_descriptor()
        with breakable(call.monitor, call.work.loading):
            upgrade_index(output, descriptor, request.mosaics, call.monitor)
    return _reply(report, start)


def add(call: Call[AddParams]) -> BuildReply:
    """Cut more mosaics, or more craters, into an index."""
    params, start = call.params, time.monotonic()
    path = Path(params.index)
    with CraterIndex.open(path, check="sizes") as index:
        spec = params.encoder or index.settings.encoder_id
        body = index.settings.body
    craters = None
    if params.catalogue is not None:
        call.monitor.report(Stage.CATALOGUE, 0, 0)
        craters = read_source(params.catalogue, REJECTED_LISTED, body)
    call.monitor.check()
    call.monitor.report(Stage.ENCODER, 0, 0)
    encoder = call.work.encoder(spec, params.device)
    mosaics = [Path(mosaic) for mosaic in params.mosaics]
    with breakable(call.monitor, call.work.loading):
        report = add_to_index(
            path,
            encoder,
            mosaics=mosaics,
            craters=craters,
            band=params.band,
            nodata=params.nodata,
            monitor=call.monitor,
        )
    with call.work.loading:
        descriptor = descriptor_of(path)
    with breakable(call.monitor, call.work.loading):
        report.notes += describe_added(path, descriptor, mosaics, call.monitor)
    return _reply(report, start)


def upgrade(call: Call[UpgradeParams]) -> UpgradeReply:
    """Describe the kind of every view that lacks it."""
    params = call.params
    call.monitor.report(Stage.KINDS, 0, 0)
    with call.work.loading:
        descriptor = load_descriptor()
    mosaics = [Path(mosaic) for mosaic in params.mosaics]
    with breakable(call.monitor, call.work.loading):
        report = upgrade_index(Path(params.index), descriptor, mosaics, call.monitor)
    return UpgradeReply(report.added, report.present, report.lost)


def verify_index(call: Call[IndexParams]) -> VerifyReply:
    """Read every byte of an index and say what is wrong with it."""
    report = verify(Path(call.params.path), monitor=call.monitor)
    return VerifyReply(report.problems, report.notes, report.files, report.size)


def _reply(report: BuildReport, start: float) -> BuildReply:
    return BuildReply(
        path=str(report.path),
        views=report.views,
        craters=report.craters_with_views,
        encoded=report.new_views,
        skipped=dict(report.skipped),
        seconds=time.monotonic() - start,
        resumed=report.resumed,
        already_complete=report.already_complete,
        notes=report.notes,
    )


def _creatable(output: Path) -> None:
    parent = output.absolute().parent
    if any(folder.exists() and not folder.is_dir() for folder in (parent, *parent.parents)):
        raise CraterIndexError(f"'{parent}' is not a folder. Choose another output.")
