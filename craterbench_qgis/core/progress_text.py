"""How far the engine is, in one line: the same words in every panel and in Processing."""

from __future__ import annotations

from typing import Any

from ..i18n import tr
from . import wording

_BYTES = ("verifying",)


def progress_text(progress: Any) -> str:
    """``Views: 120 of 400 · 45 per second · 7 s left``."""
    stage = stage_name(str(progress.stage or ""))
    if not is_counted(progress):
        return stage + "…"
    is_bytes = progress.stage in _BYTES
    count = wording.size if is_bytes else wording.number
    text = tr("{stage}: {done} of {total}")
    parts = [text.format(stage=stage, done=count(progress.done or 0), total=count(progress.total))]
    if progress.rate:
        rate = progress.rate
        shown = count(rate) if is_bytes else wording.number(rate, 0 if rate >= 10 else 1)
        parts.append(tr("{n} per second").format(n=shown))
    if progress.seconds_left is not None:
        parts.append(tr("{time} left").format(time=wording.duration(progress.seconds_left)))
    return " · ".join(parts)


def is_counted(progress: Any) -> bool:
    """Whether the stage's length is known; one step of one says nothing."""
    return bool(progress.total) and progress.total > 1


def stage_name(stage: str) -> str:
    """The engine's word for what it does, for the user."""
    names = {
        "views": tr("Views"),
        "joining": tr("Joining the parts"),
        "compacting": tr("Joining the parts"),
        "encoder": tr("Loading the encoder"),
        "catalogue": tr("Reading the catalogue"),
        "verifying": tr("Verifying"),
        "searching": tr("Searching"),
        "thumbnails": tr("Pictures"),
        "exporting": tr("Writing"),
        "queries": tr("Cutting the queries"),
        "gallery views": tr("Encoding the gallery again"),
        "matching (million operations)": tr("Matching (million operations)"),
        "candidates": tr("Looking for pairs"),
        "looks": tr("Comparing looks"),
        "offsets": tr("Measuring offsets"),
        "writing": tr("Writing"),
    }
    return names.get(stage, stage or tr("Working"))
