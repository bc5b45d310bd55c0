"""Why something could not be cut or compared, in the user's language."""

from __future__ import annotations

from ...contract.vocabulary import Skip
from ...i18n import tr
from .quantities import number


def skip_counts(skipped: dict[str, int]) -> str:
    """``outside the mosaic: 3; no data: 12``; empty where nothing was skipped."""
    return "; ".join(f"{skip_reason(reason)}: {number(n)}" for reason, n in skipped.items())


def skip_reason(reason: str) -> str:
    """Why a crater has no view, or a pair no looks; a word of a newer engine's stays as it is."""
    names = {
        Skip.OUTSIDE: tr("outside the mosaic"),
        Skip.NO_DATA: tr("no data"),
        Skip.TOO_EMPTY: tr("hardly any data"),
        Skip.TOO_COARSE: tr("smaller than the mosaic shows"),
        Skip.NO_CONTRAST: tr("no contrast"),
        Skip.BEYOND_LIMB: tr("wider than half the body"),
        Skip.NO_MOSAIC: tr("no mosaic"),
        Skip.NOT_LOOKED_AT: tr("not looked at"),
    }
    return {str(word): text for word, text in names.items()}.get(reason, reason)
