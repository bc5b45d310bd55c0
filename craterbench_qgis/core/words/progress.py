"""How far the engine is, in one line: the same words in every panel and in Processing."""

from __future__ import annotations

from ...contract.vocabulary import Stage
from ...contract.wire import Progress
from ...i18n import tr
from . import quantities

_BYTES = (Stage.VERIFYING,)


def progress_text(progress: Progress) -> str:
    """``Views: 120 of 400 · 45 per second · 7 s left``."""
    stage = stage_name(progress.stage)
    if not is_counted(progress):
        return stage + "…"
    is_bytes = progress.stage in _BYTES
    count = quantities.size if is_bytes else quantities.number
    text = tr("{stage}: {done} of {total}")
    parts = [text.format(stage=stage, done=count(progress.done), total=count(progress.total))]
    if progress.rate:
        rate = progress.rate
        shown = count(rate) if is_bytes else quantities.number(rate, 0 if rate >= 10 else 1)
        parts.append(tr("{n} per second").format(n=shown))
    if progress.seconds_left is not None:
        parts.append(tr("{time} left").format(time=quantities.duration(progress.seconds_left)))
    return " · ".join(parts)


def is_counted(progress: Progress) -> bool:
    """Whether the stage's length is known; one step of one says nothing."""
    return progress.total > 1


def stage_name(stage: str) -> str:
    """The engine's word for what it does, for the user."""
    names = {
        Stage.CATALOGUE: tr("Reading the catalogue"),
        Stage.ENCODER: tr("Loading the encoder"),
        Stage.TERRAIN: tr("Measuring the terrain"),
        Stage.CRATERS: tr("Digging craters"),
        Stage.MOSAICS: tr("Drawing the mosaics"),
        Stage.VIEWS: tr("Views"),
        Stage.KINDS: tr("Describing kinds"),
        Stage.ATLAS: tr("Making the atlas"),
        Stage.JOINING: tr("Joining the parts"),
        Stage.COMPACTING: tr("Joining the parts"),
        Stage.VERIFYING: tr("Verifying"),
        Stage.SEARCHING: tr("Searching"),
        Stage.THUMBNAILS: tr("Pictures"),
        Stage.EXPORTING: tr("Writing"),
        Stage.WRITING: tr("Writing"),
        Stage.QUERIES: tr("Cutting the queries"),
        Stage.GALLERY: tr("Encoding the gallery again"),
        Stage.MATCHING: tr("Matching (million operations)"),
        Stage.CANDIDATES: tr("Looking for pairs"),
        Stage.LOOKS: tr("Comparing looks"),
        Stage.OFFSETS: tr("Measuring offsets"),
        Stage.RIMS: tr("Looking for rims"),
    }
    return {str(word): text for word, text in names.items()}.get(stage, stage or tr("Working"))
