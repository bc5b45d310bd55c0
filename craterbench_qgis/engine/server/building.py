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
from ..index import open_index, verify
from ..indexing import BuildReport, add_to_index, body_of_mosaic, build_index, check_output
from ..kinds import load_descriptor
from ..kinds.describe import KindDescriber
from ..kinds.upgrade import describe_added, descriptor_of, upgrade_index
from ..sources import read_source
from .calls import Call
from .inputs import REJECTED_LISTED
from .stopping import breakable


def build(call: Call[BuildParams]) -> BuildReply:
    """Build an index, or resume one that was stopped."""
    params, start = call.params, time.monotonic()
    check_output(Path(params.output))
    call.monitor.report(Stage.CATALOGUE, 0, 0)
    shown = body_of_mosaic(Path(params.mosaics[0]))
    craters = read_source(params.catalogue, REJECTED_LISTED, shown)
    call.monitor.check()
    call.monitor.report(Stage.ENCODER, 0, 0)
    encoder = call.work.encoder(params.encoder, params.device, craters.body or shown)
    call.monitor.check()
    descriptor = describer = None
    if params.kinds:
        with call.work.loading:
            descriptor = load_descriptor()
        describer = KindDescriber(descriptor)
    with breakable(call.monitor, call.work.loading):
        report = build_index(params, craters, encoder, call.monitor, describer=describer)
        if descriptor is not None:
            upgrade_index(Path(params.output), descriptor, params.mosaics, call.monitor)
    return _reply(report, start)


def add(call: Call[AddParams]) -> BuildReply:
    """Cut more mosaics, or more craters, into an index."""
    params, start = call.params, time.monotonic()
    path = Path(params.index)
    with open_index(path, check="sizes") as index:
        spec = params.encoder or index.settings.encoder_id
        body = index.settings.body
    craters = None
    if params.catalogue is not None:
        call.monitor.report(Stage.CATALOGUE, 0, 0)
        craters = read_source(params.catalogue, REJECTED_LISTED, body)
    call.monitor.check()
    call.monitor.report(Stage.ENCODER, 0, 0)
    encoder = call.work.encoder(spec, params.device)
    with breakable(call.monitor, call.work.loading):
        report = add_to_index(
            path,
            encoder,
            mosaics=params.mosaics,
            craters=craters,
            band=params.band,
            nodata=params.nodata,
            monitor=call.monitor,
        )
    with call.work.loading:
        descriptor = descriptor_of(path)
    with breakable(call.monitor, call.work.loading):
        report.notes += describe_added(path, descriptor, params.mosaics, call.monitor)
    return _reply(report, start)


def upgrade(call: Call[UpgradeParams]) -> UpgradeReply:
    """Describe the kind of every view that lacks it."""
    params = call.params
    call.monitor.report(Stage.KINDS, 0, 0)
    with call.work.loading:
        descriptor = load_descriptor()
    with breakable(call.monitor, call.work.loading):
        return upgrade_index(Path(params.index), descriptor, params.mosaics, call.monitor)


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
