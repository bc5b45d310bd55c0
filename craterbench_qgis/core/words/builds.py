"""A build's result in words: the same in the dialog and in Processing."""

from __future__ import annotations

from ...contract.build import BuildReply
from ...i18n import tr
from .quantities import duration, number


def result_lines(report: BuildReply) -> list[str]:
    """How much is in the index, and how fast it was made."""
    lines = []
    if report.already_complete:
        lines.append(tr("It was complete already; nothing was done."))
    text = tr("Craters: {craters} · views: {views}")
    lines.append(text.format(craters=number(report.craters), views=number(report.views)))
    if report.encoded and report.seconds > 0:
        text = tr("{n} views made in {time} ({rate} per second)")
        rate = number(report.encoded / report.seconds, 1)
        time = duration(report.seconds)
        lines.append(text.format(n=number(report.encoded), time=time, rate=rate))
    return lines
