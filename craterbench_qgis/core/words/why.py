"""Sentences of "why it matched". No widgets."""

from __future__ import annotations

from ...contract.vocabulary import Question
from ...contract.why import ExplainReply
from ...i18n import tr
from ..match_set import MatchSet
from ..patches import EJECTA, FLOOR, MATCH, QUERY, RIM, ZONES, PatchPairs
from . import matches
from .quantities import capital, kilometres, number


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
    parts.append(matches.decision_word(match_set.decision(row)))
    return capital(", ".join(parts))


def captions(match_set: MatchSet, row: int) -> dict[str, str]:
    """What stands above the two pictures."""
    match, preview = match_set.matches[row], match_set.preview
    mine = tr("Query: {name}").format(name=matches.query_title(match_set.request))
    if preview.diameter_m:
        mine += ", ⌀ " + kilometres(preview.diameter_m)
    if match.turn_deg is not None:
        mine += ", " + matches.turn(match)
    theirs = tr("Match {rank}: {name}").format(rank=match.rank, name=match_set.name_of(row))
    theirs += ", ⌀ " + kilometres(match.diameter_m)
    return {QUERY: mine, MATCH: theirs}


def zones(patches: PatchPairs) -> str:
    """The numbered pairs by where they lie: ``Floor: 1, 2 (best 0.81) · Rim: none``; empty where
    the rim is not known."""
    names = {FLOOR: tr("Floor"), RIM: tr("Rim"), EJECTA: tr("Ejecta")}
    parts = []
    for zone in ZONES:
        pairs = patches.in_zone(zone)
        if pairs:
            text = tr("{zone}: {numbers} (best {value})")
            numbers = ", ".join(str(pair.number) for pair in pairs)
            best = number(pairs[0].similarity, 2)
            parts.append(text.format(zone=names[zone], numbers=numbers, value=best))
        else:
            parts.append(tr("{zone}: none").format(zone=names[zone]))
    if not patches.numbered or not patches.numbered[0].zone:
        return ""
    return tr("Strongest pairs — {zones}").format(zones=" · ".join(parts))


def first_stage(match_set: MatchSet, row: int) -> str:
    """What the first score is."""
    return tr(
        "First stage, {score}: one vector for the whole view is compared with the query's; it "
        "decides which views are looked at more closely."
    ).format(score=matches.score(match_set.matches[row].shortlist_score))


def second_stage(match_set: MatchSet, row: int) -> str:
    """What the second score is."""
    score = matches.score(match_set.matches[row].score)
    if "symmetric" in str(match_set.provenance.get("score", "")):
        text = tr(
            "Second stage, {score}: late interaction, the mean over the tokens of both views of "
            "the best similarity to a token of the other; it decides the rank."
        )
    else:
        text = tr(
            "Second stage, {score}: late interaction, the mean over the query's tokens of the best "
            "similarity to a token of this view; it decides the rank."
        )
    if "overlay" in match_set.provenance:
        text += " " + tr("A part of it is how well both pictures lie on one another.")
    return text.format(score=score)


def caveat(reply: ExplainReply, learnt: bool = False) -> str:
    """What must not be read into the picture; ``learnt``: the score is a probability."""
    text = "" if learnt else tr("Scores are similarities, not probabilities.")
    if reply.compared_with != "patches":
        text += " " * bool(text) + tr(
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


def kind_stage(match_set: MatchSet, row: int) -> str:
    """What the score of an analog is."""
    score = matches.score(match_set.matches[row].score)
    if match_set.request.is_refined:
        return tr(
            "Probability, {score}: to be of the kind of the accepted craters; it decides the rank."
        ).format(score=score)
    return tr(
        "Likeness of kind, {score}: how near the relief and the looks of both craters are, at any "
        "angle and in any light; it decides the rank."
    ).format(score=score)


def turned_stage(reply: ExplainReply) -> str:
    """What the patches of an analog say."""
    return tr(
        "The patches, {score}: late interaction of the query turned as it fits best. They show "
        "what corresponds, and take no part in the rank."
    ).format(score=matches.score(reply.score))


def stages_of(match_set: MatchSet, row: int, reply: ExplainReply) -> list[str]:
    """All sentences about the scores."""
    if match_set.request.conditions.find is Question.ANALOGS:
        learnt = match_set.request.is_refined
        stages = [kind_stage(match_set, row), turned_stage(reply), caveat(reply, learnt)]
        return [stage for stage in stages if stage]
    return [first_stage(match_set, row), second_stage(match_set, row), caveat(reply)]


def origin(match_set: MatchSet, reply: ExplainReply) -> str:
    """Index, encoder, mosaic and software, for the foot of a saved picture."""
    provenance = match_set.provenance
    mosaic = reply.observation.replace("\\", "/").rsplit("/", 1)[-1]
    parts = [
        str(provenance.get("software", "")),
        tr("index {name}").format(name=match_set.index.name),
        tr("mosaic {name}").format(name=mosaic) if mosaic else "",
        tr("encoder {name}").format(name=provenance.get("encoder", "?")),
        match_set.created,
    ]
    return " · ".join(part for part in parts if part)
