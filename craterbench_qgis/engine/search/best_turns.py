"""Which turn, or mirror image, of a query each of its analogs is most like.

By late interaction of the index's own tokens. Every match is compared with a few tokens of every
turn, and with all tokens of the three turns that come out best. Mirror images are not encoded where
the encoder has a map that tells their tokens.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ..encoders.base import Encoder
from ..encoders.mirror import mirror_of
from ..index import CraterIndex
from ..interaction import each_maxsim, maxsim
from .query import QueryView
from .turns import ANALOG_TURNS, Turn, turned, turns

Float = NDArray[np.float32]

FEW = 16
"""Tokens of a turn that every match is compared with."""
KEPT = 3
"""Turns of a match that are compared by all tokens."""
_QUARTERS = 4


def best_turns(
    index: CraterIndex, encoder: Encoder, query: QueryView, views: NDArray[np.int64]
) -> list[Turn]:
    """The turn of the query for each of ``views``. Raises CraterIndexError, EncoderError."""
    if not len(views):
        return []
    tried = turns(ANALOG_TURNS, mirrored=True)
    tokens, attention, level = _encoded(encoder, turned_pictures(query))
    settings, gallery = index.settings, index.tokens(views)
    few = replace(settings, tokens=min(FEW, settings.tokens))
    scores = each_maxsim(few.instance_tokens(tokens, attention).vectors, gallery)
    scores *= level[:, None]
    if settings.tokens > FEW:
        whole = settings.instance_tokens(tokens, attention).vectors
        kept = np.argsort(-scores, axis=0, kind="stable")[:KEPT]
        scores = np.full_like(scores, -np.inf)
        for number in range(len(tried)):
            at = np.flatnonzero((kept == number).any(axis=0))
            if at.size:
                scores[number, at] = level[number] * maxsim(whole[number], gallery[at])
    return [tried[best] for best in scores.argmax(axis=0).tolist()]


def turned_pictures(query: QueryView) -> Float:
    """The query's view [S, S] after :data:`ANALOG_TURNS` turns: quarter turns of as few turned
    ones as there must be."""
    between = ANALOG_TURNS // _QUARTERS
    first = [turned(query, Turn(360.0 * k / ANALOG_TURNS, False)) for k in range(between)]
    return np.stack([np.rot90(first[k % between], -(k // between)) for k in range(ANALOG_TURNS)])


def _encoded(encoder: Encoder, pictures: Float) -> tuple[Float, Float, Float]:
    """Tokens [2 T, N, D] and attention [2 T, N] of turned pictures [T, S, S] and of their mirror
    images, in the order of :func:`turns`, and the level of each one's scores [2 T]."""
    # Mirrored first and then turned is turned the other way first and then mirrored.
    other_way = -np.arange(len(pictures)) % len(pictures)
    level = np.ones(2 * len(pictures), np.float32)
    mirror = mirror_of(encoder)
    if mirror is None:
        both = np.concatenate([pictures, pictures[other_way, :, ::-1]])
        embedding = encoder.encode(both)
        return embedding.tokens, embedding.attention, level
    embedding = encoder.encode(pictures)
    tokens, attention = mirror.tokens(embedding.tokens[other_way], embedding.attention[other_way])
    level[len(pictures) :] = mirror.level
    return (
        np.concatenate([embedding.tokens, tokens]),
        np.concatenate([embedding.attention, attention]),
        level,
    )
