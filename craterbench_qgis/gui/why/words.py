"""Sentences of "why it matched". No widgets."""

from __future__ import annotations

from ...core.match_set import MatchSet
from ...core.wording import kilometres, number
from ...i18n import tr
from ...protocol import ExplainReply
from ..results import phrases
from .data import MATCH, QUERY, PatchPairs


def title(match_set: MatchSet, row: int) -> str:
    """Which match this is."""
    return tr("Why {name} matched").format(name=match_set.name_of(row))


def subtitle(match_set: MatchSet, row: int) -> str:
    """Rank, size, distance and decision."""
    match = match_set.matches[row]
    parts = [
        tr("rank {rank} of {total}").format(rank=match.rank, total=number(len(match_set))),
        tr("diameter {size}").format(size=kilometres(match.diameter_m)),
    ]
    if match.distance_m is not None and match.distance_m >= 1.0:
        parts.append(tr("{distance} away").format(distance=kilometres(match.distance_m)))
    parts.append(phrases.decision_word(match_set.decision(row)))
    text = ", ".join(parts)
    return text[:1].upper() + text[1:]


def captions(match_set: MatchSet, row: int, reply: ExplainReply) -> dict[str, str]:
    """What stands above the two pictures."""
    match, preview = match_set.matches[row], match_set.preview
    mine = tr("Query: {name}").format(name=phrases.query_title(match_set.request))
    if preview.side_m:
        mine += ", " + tr("{size} wide").format(size=kilometres(preview.side_m))
    theirs = tr("Match {rank}: {name}").format(rank=match.rank, name=match_set.name_of(row))
    width = _width(reply.view, match.diameter_m)
    if width is not None:
        theirs += ", " + tr("{size} wide").format(size=kilometres(width))
    return {QUERY: mine, MATCH: theirs}


def _width(view: str, diameter_m: float) -> float | None:
    """Metres across a view called ``2x``."""
    try:
        return float(view.rstrip("x")) * diameter_m
    except ValueError:
        return None


def first_stage(match_set: MatchSet, row: int) -> str:
    """What the first score is."""
    return tr(
        "First stage, {score}: one vector for the whole view is compared with the query's; it "
        "decides which views are looked at more closely."
    ).format(score=phrases.score(match_set.matches[row].shortlist_score))


def second_stage(match_set: MatchSet, row: int) -> str:
    """What the second score is."""
    score = phrases.score(match_set.matches[row].score)
    if "symmetric" in str(match_set.provenance.get("score", "")):
        return tr(
            "Second stage, {score}: late interaction, the mean over the tokens of both views of "
            "the best similarity to a token of the other; it decides the rank."
        ).format(score=score)
    return tr(
        "Second stage, {score}: late interaction, the mean over the query's tokens of the best "
        "similarity to a token of this view; it decides the rank."
    ).format(score=score)


def caveat(reply: ExplainReply) -> str:
    """What must not be read into the picture."""
    text = tr("Scores are similarities, not probabilities.")
    if reply.compared_with != "patches":
        text += " " + tr(
            "The mosaic of this view is not at hand: its thumbnail is shown, and the query's "
            "patches are compared with the tokens stored in the index."
        )
    return text


def focus_line(patches: PatchPairs, side: str, patch: int) -> str:
    """What is known of the patch asked about."""
    if patch < 0:
        return tr("Point at a patch to see its counterparts.")
    count = len(patches.counterparts(side, patch))
    value = number(patches.similarity(side, patch), 3)
    if side == QUERY:
        return tr(
            "Patch of the query: similarity {value} to its best counterpart, outlined."
        ).format(value=value)
    if count == 0:
        return tr(
            "Patch of the match: similarity at most {value}; no patch of the query is closest to "
            "it."
        ).format(value=value)
    if count == 1:
        return tr("Patch of the match: one patch of the query is closest to it ({value}).").format(
            value=value
        )
    return tr(
        "Patch of the match: {n} patches of the query are closest to it (best {value})."
    ).format(n=count, value=value)


def stages_of(match_set: MatchSet, row: int, reply: ExplainReply) -> list[str]:
    """All sentences about the scores."""
    return [first_stage(match_set, row), second_stage(match_set, row), caveat(reply)]


def origin(match_set: MatchSet, reply: ExplainReply) -> str:
    """Index, encoder, mosaic and software, for the foot of a saved picture."""
    from_where = match_set.provenance
    mosaic = reply.observation.replace("\\", "/").rsplit("/", 1)[-1]
    parts = [
        str(from_where.get("software", "")),
        tr("index {name}").format(name=match_set.index.get("name", "?")),
        tr("mosaic {name}").format(name=mosaic) if mosaic else "",
        tr("encoder {name}").format(name=from_where.get("encoder", "?")),
        match_set.created,
    ]
    return " · ".join(part for part in parts if part)
