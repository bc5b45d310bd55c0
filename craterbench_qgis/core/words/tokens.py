"""How an index keeps the tokens of its views, in the user's language."""

from __future__ import annotations

from ...contract.build import IndexInfo
from ...contract.vocabulary import Size
from ...i18n import tr


def size_name(size: Size) -> str:
    """How the numbers of tokens are stored."""
    return {
        Size.STANDARD: tr("standard: a byte a number"),
        Size.SMALL: tr("small: two bits a number"),
    }[size]


def size_tip() -> str:
    """What the choice means."""
    return tr(
        "How the numbers of the tokens are stored. Small needs 2.5 instead of 8.7 kB a view for "
        "the default's 64 tokens and finds nearly as much. Earlier versions of CraterBench cannot "
        "open such an index."
    )


def tokens(info: IndexInfo) -> str:
    """How many tokens of how many numbers a view has, and how they are stored where that is not
    the standard."""
    text = tr("K = {k} of {d} numbers").format(k=info.tokens, d=info.token_dim)
    return text if info.size is Size.STANDARD else f"{text}, {size_name(info.size)}"
