"""Sentences about kinds that somebody named: what their examples say."""

from __future__ import annotations

from collections.abc import Iterator

from ...contract.kinds import HARDLY, KeptKind, LearntKindReply
from ...i18n import tr
from .quantities import number

_SHOWN = 5


def learnt(reply: LearntKindReply) -> Iterator[str]:
    """What came of learning a kind, one sentence each."""
    yield left_out(reply.examples, reply.recall, reply.precision)
    if reply.measured:
        text = tr("{n} measurements of terrain were used beside the pictures.")
        yield text.format(n=number(reply.measured))


def left_out(examples: int, recall: float, precision: float) -> str:
    """What held-out examples say."""
    text = tr(
        "{n} examples. Left out in turn, {recall} % of them stand among the best 5 % of the "
        "craters that you did not judge; of what stands there, at least {precision} % are of it."
    )
    text = text.format(
        n=number(examples), recall=number(100 * recall), precision=number(100 * precision)
    )
    return text.replace(" %", "\u00a0%")


def doubts(reply: LearntKindReply) -> Iterator[str]:
    """What speaks against it, one sentence each."""
    if reply.recall < HARDLY:
        yield hardly()
    if reply.unknown:
        text = tr("Examples that are not in the index: {n}, the first {ids}.")
        first = ", ".join(reply.unknown[:_SHOWN])
        yield text.format(n=number(len(reply.unknown)), ids=first)


def hardly() -> str:
    """That a kind is not to be believed."""
    return tr("Hardly better than chance: these examples do not show one kind.")


def examples(kind: KeptKind) -> str:
    """``14 and 6 not``."""
    if not kind.no:
        return number(len(kind.yes))
    return tr("{yes} and {no} not").format(yes=number(len(kind.yes)), no=number(len(kind.no)))


def recall(kind: KeptKind) -> str:
    """How many held-out examples were among the best 5 %, a dash where it is not known."""
    return "–" if kind.recall is None else tr("{n} %").format(n=number(100 * kind.recall))
