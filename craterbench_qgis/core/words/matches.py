"""Sentences about matches and queries, in the user's language and locale. No widgets."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ...contract.kinds import HARDLY
from ...contract.search import BLURRED, LIKE_THE_QUERY, Match, Preview
from ...contract.vocabulary import BoxReading, Decision, DiameterFrom, QueryKind, Question
from ...i18n import tr
from ..match_set import MatchSet, diameter_ratio
from ..query import QueryRequest
from . import kinds
from .quantities import capital, contexts, kilometres, number, place


def unbroken(text: str) -> str:
    """``text`` that does not break between number and unit."""
    return text.replace(" ", "\u00a0")


def decision_word(decision: Decision) -> str:
    """``accepted``, ``rejected`` or ``undecided``."""
    return {
        Decision.ACCEPTED: tr("accepted"),
        Decision.REJECTED: tr("rejected"),
        Decision.UNDECIDED: tr("undecided"),
    }[decision]


def score(value: float | None) -> str:
    """Three decimals, with the locale's point; a dash where it is not known."""
    return "–" if value is None else number(value, 3)


def chance(expected: float) -> str:
    """How many craters would look as similar by chance, in words."""
    if expected < 0.01:
        return tr("fewer than 0.01 craters of this index look as similar by chance")
    decimals = 0 if expected >= 9.5 else 1 if expected >= 0.95 else 2
    text = number(expected, decimals)
    if round(expected, decimals) == 1:
        return tr("about 1 crater of this index looks as similar by chance")
    return tr("about {n} craters of this index look as similar by chance").format(n=text)


def chance_note(match: Match) -> str:
    """``0.02 by chance``; empty where it is not told."""
    expected = match.expected_by_chance
    if expected is None:
        return ""
    if expected < 0.01:
        return tr("< {n} by chance").format(n=number(0.01, 2))
    decimals = 0 if expected >= 9.5 else 1 if expected >= 0.95 else 2
    return tr("{n} by chance").format(n=number(expected, decimals))


def turn(match: Match) -> str:
    """How the query was turned to fit: ``turned 90°, mirrored``; empty where no turn was tried."""
    if match.turn_deg is None:
        return ""
    if not match.turn_deg:
        return tr("mirrored") if match.mirrored else tr("not turned")
    text = tr("turned {n}°").format(n=number(match.turn_deg, 0 if match.turn_deg % 1 == 0 else 1))
    return tr("{turned}, mirrored").format(turned=text) if match.mirrored else text


def note(match: Match) -> str:
    """The last line of a card: how it was turned, and what is expected by chance."""
    return " · ".join(part for part in (_short_turn(match), chance_note(match)) if part)


def _short_turn(match: Match) -> str:
    """``↻ 90° mirrored``: there is little room on a card."""
    if not match.turn_deg:
        return turn(match)
    text = f"↻ {number(match.turn_deg, 0 if match.turn_deg % 1 == 0 else 1)}°"
    return f"{text} {tr('mirrored')}" if match.mirrored else text


def is_blurred(match: Match) -> bool:
    """Whether the crater's view has too few pixels of its mosaic to show its shape."""
    return match.pixels_across is not None and match.pixels_across < BLURRED


def pixels(match: Match) -> str:
    """Pixels of the mosaic across the crater, with a warning where they are few."""
    if match.pixels_across is None:
        return ""
    text = tr("{n} pixels across").format(n=number(match.pixels_across))
    return tr("Blurred: only {pixels}").format(pixels=text) if is_blurred(match) else text


def best_by_chance(match_set: MatchSet) -> str:
    """What the best match is worth; empty where too few were compared to say."""
    if match_set.request.conditions.find is Question.ANALOGS and match_set.request.is_refined:
        return " ".join(_of_a_kind(match_set.provenance.get("kind")))
    if match_set.request.conditions.find is Question.ANALOGS:
        text = tr(
            "Ranked by likeness of kind: {same} is as the query, above is more so, {half} as "
            "unlike as two craters drawn at random. It says nothing on being the same crater."
        ).format(same=number(LIKE_THE_QUERY, 2), half=number(0.5, 1))
        return " ".join([text, *_of_terrain(match_set.provenance.get("analogs"))])
    if match_set.request.is_refined:
        return tr(
            "Refined by your decisions; rejected craters are left out. How many craters would be "
            "as similar by chance is told for a query alone."
        )
    known = [m.expected_by_chance for m in match_set.matches if m.expected_by_chance is not None]
    if not known:
        return ""
    best = min(known)
    if best >= 1.0:
        return tr("No good match: {chance} as the best match.").format(chance=chance(best))
    return tr("Best match: {chance}.").format(chance=chance(best))


def _of_terrain(analogs: Any) -> Iterator[str]:
    """How much measured terrain counts, where it does; ``analogs``: what the engine said."""
    try:
        share = float(analogs["shares"]["terrain"])
        on_model = analogs["terrain"]["from"] == "terrain model"
    except (KeyError, TypeError, ValueError):
        return
    text = tr("Measured terrain counts {n} % of it.")
    if on_model:
        text = tr("Measured terrain counts {n} % of it; the query was measured on the model.")
    yield text.format(n=number(100 * share))


def _of_a_kind(learnt: Any) -> Iterator[str]:
    """What scores are that were learnt of accepted craters; ``learnt``: what the engine said."""
    yield tr("Ranked by the probability to be of the kind of the accepted craters.")
    try:
        count, recall = int(learnt["examples"]), float(learnt["recall"])
        precision = float(learnt["precision"])
    except (KeyError, TypeError, ValueError):
        return
    yield kinds.left_out(count, recall, precision)
    if recall < HARDLY:
        yield kinds.hardly()


def spoken(match_set: MatchSet, row: int) -> str:
    """One match for a screen reader."""
    match = match_set.matches[row]
    text = tr("Rank {rank}: {name}, score {score}, diameter {diameter}, {decision}").format(
        rank=match.rank,
        name=match_set.name_of(row),
        score=score(match.score),
        diameter=kilometres(match.diameter_m),
        decision=decision_word(match_set.decision(row)),
    )
    if match.distance_m is not None:
        text += ", " + tr("{distance} away").format(distance=kilometres(match.distance_m))
    return ", ".join(part for part in (text, turn(match), pixels(match)) if part)


def tooltip(match_set: MatchSet, row: int) -> str:
    """All that is known of one match, line by line, as plain text."""
    match, name = match_set.matches[row], match_set.name_of(row)
    title = name if name == match.crater_id else f"{name} ({match.crater_id})"
    lines = [
        tr("Rank {rank}: {name}").format(rank=match.rank, name=title),
        place(match.lon, match.lat),
        _size_line(match, match_set.preview),
    ]
    if match.distance_m is not None:
        lines.append(_distance_line(match))
    view = "–" if match.context is None else contexts([match.context])
    if match_set.request.conditions.find is Question.ANALOGS:
        text = tr("Likeness of kind {score}, view {view}")
        if match_set.request.is_refined:
            text = tr("Probability {score}, view {view}")
        lines.append(text.format(score=score(match.score), view=view))
    else:
        text = tr("Similarity {score} (first stage {first}), view {view}")
        first = score(match.shortlist_score)
        lines.append(text.format(score=score(match.score), first=first, view=view))
    if match.turn_deg is not None:
        lines.append(tr("The query fits best: {turn}").format(turn=turn(match)))
    lines.append(pixels(match))
    if match.expected_by_chance is not None:
        lines.append(capital(chance(match.expected_by_chance)))
    lines.append(decision_word(match_set.decision(row)).capitalize())
    lines = [line for line in lines if line]
    lines.append("")
    lines.append(
        tr(
            "Double-click zooms. A accept, R reject, U undecided, W why it matched, F refine, "
            "K kinds."
        )
    )
    return "\n".join(lines)


def _size_line(match: Match, preview: Preview) -> str:
    size, share = kilometres(match.diameter_m), diameter_ratio(match, preview)
    if share is None:
        return tr("Diameter {size}").format(size=size)
    return tr("Diameter {size}, {ratio} times the query's").format(
        size=size, ratio=number(share, 2)
    )


def _distance_line(match: Match) -> str:
    far = kilometres(match.distance_m or 0.0)
    if match.bearing_deg is None:
        return tr("{distance} away").format(distance=far)
    return tr("{distance} away, bearing {bearing}°").format(
        distance=far, bearing=number(match.bearing_deg)
    )


def timing(match_set: MatchSet) -> str:
    """``0.21 s (encode 0.03 s)``; empty where nothing was measured."""
    times = match_set.timings_ms
    total = times.get("total", sum(times.values()))
    if not times:
        return ""
    text = tr("{n} s").format(n=_seconds(total))
    if "encode" in times:
        text += " " + tr("(encode {n} s)").format(n=_seconds(times["encode"]))
    return text


def _seconds(milliseconds: float) -> str:
    return number(milliseconds / 1000.0, 2 if milliseconds >= 9.5 else 3)


def query_title(request: QueryRequest) -> str:
    """How the query is called."""
    if request.label:
        return request.label
    titles = {
        QueryKind.AREA: tr("Box"),
        QueryKind.CRATER: tr("Circle"),
        QueryKind.INDEXED: crater_title("", request.crater_id or ""),
        QueryKind.IMAGE: tr("What the map shows"),
    }
    return titles[request.kind]


def crater_title(name: str, crater_id: str) -> str:
    """How a crater of the index is called; ``name``: where it has one, else its id or nothing."""
    return name if name not in ("", crater_id) else tr("Crater {id}").format(id=crater_id)


def set_title(request: QueryRequest) -> str:
    """How its matches are called: ``Analogs of Tycho``, else as the query."""
    title, find = query_title(request), request.conditions.find
    return capital(title) if find is Question.SAME else what_was_asked(title, find)


def what_was_asked(title: str, find: Question) -> str:
    """``Analogs of Tycho`` where analogs were looked for, else what was searched for itself."""
    return tr("Analogs of {what}").format(what=title) if find is Question.ANALOGS else title


def query_lines(match_set: MatchSet) -> list[str]:
    """Place, size and quality of the crop that was searched with."""
    preview, request = match_set.preview, match_set.request
    lines = [place(preview.lon, preview.lat)]
    sizes = []
    if preview.diameter_m:
        size = unbroken(kilometres(preview.diameter_m))
        sizes.append(_diameter_words(preview).format(size=size))
    if preview.side_m:
        sizes.append(tr("crop {size} wide").format(size=unbroken(kilometres(preview.side_m))))
    lines.append(capital(", ".join(sizes)))
    if preview.box_m and preview.reading is not None:
        lines.append(
            {
                BoxReading.CRATER: tr("The box of {size} was read as the crater."),
                BoxReading.VIEW: tr("The box of {size} was read as the view around the crater."),
            }[preview.reading].format(size=unbroken(kilometres(preview.box_m)))
        )
    if request.shown:
        lines.append(tr("On {raster}, as the map shows it").format(raster=request.shown))
    elif request.mosaic is not None and request.mosaic.name:
        lines.append(tr("On {raster}").format(raster=request.mosaic.name))
    lines.extend(_quality(preview))
    return [line for line in lines if line]


def query_context(preview: Preview) -> float | None:
    """Side of the crop over the crater's diameter; None where either is not known."""
    if not preview.diameter_m or not preview.side_m:
        return None
    return preview.side_m / preview.diameter_m


def _diameter_words(preview: Preview) -> str:
    """How large the crater is, and whence that is known of a box."""
    known = preview.diameter_from or (DiameterFrom.BOX if preview.diameter_assumed else None)
    return {
        None: tr("diameter {size}"),
        DiameterFrom.GIVEN: tr("diameter {size}"),
        DiameterFrom.CATALOGUE: tr("diameter {size}, as catalogued"),
        DiameterFrom.MATCH: tr("diameter about {size}, from the first match's scale"),
        DiameterFrom.RIM: tr("diameter about {size}, from the rim in the picture"),
        DiameterFrom.BOX: tr("diameter about {size}, guessed from the box"),
    }[known]


def _quality(preview: Preview) -> list[str]:
    lines = []
    empty = 1.0 - preview.valid_fraction
    if empty >= 0.005:
        lines.append(tr("{n} % of the crop has no data.").format(n=number(max(1.0, 100.0 * empty))))
    shown, native = preview.metres_per_pixel, preview.native_metres_per_pixel
    if shown and native and native > 3.0 * shown:
        lines.append(
            tr("The raster is coarse for this crop: {n} pixels across.").format(
                n=number((preview.side_m or 0.0) / native)
            )
        )
    return lines


def status(match_set: MatchSet, shown: int, selected: int) -> str:
    """``37 of 100 shown, 4 accepted, 2 rejected``."""
    parts = [tr("{n} of {total} shown").format(n=number(shown), total=number(len(match_set)))]
    accepted, rejected = (
        len(match_set.rows_of(decision)) for decision in (Decision.ACCEPTED, Decision.REJECTED)
    )
    if accepted:
        parts.append(tr("{n} accepted").format(n=number(accepted)))
    if rejected:
        parts.append(tr("{n} rejected").format(n=number(rejected)))
    if selected > 1:
        parts.append(tr("{n} selected").format(n=number(selected)))
    return ", ".join(parts)


def why_none(match_set: MatchSet) -> str:
    """Why a search found nothing, and what to do."""
    provenance = match_set.provenance
    if provenance.get("filters") or provenance.get("analogs"):
        return tr(
            "No crater of the index meets the conditions of this search. Widen them and search "
            "again."
        )
    return tr(
        "The index has no crater that can be compared: none was cut, or all were removed. See the "
        "tab “Index”."
    )


def table(match_set: MatchSet, rows: list[int]) -> str:
    """Matches as text with tabs, for a spreadsheet; numbers with a point, SI units named."""
    turned = any(match_set.matches[row].turn_deg is not None for row in rows)
    end = "\tturn_deg\tmirrored" if turned else ""
    lines = ["rank\tcrater\tname\tlon\tlat\tdiameter_m\tscore\tdistance_m\tdecision" + end]
    for row in rows:
        match = match_set.matches[row]
        far = "" if match.distance_m is None else f"{match.distance_m:.0f}"
        name = match_set.name_of(row).replace("\t", " ")
        lines.append(
            f"{match.rank}\t{match.crater_id}\t{name}\t{match.lon:.6f}\t{match.lat:.6f}\t"
            f"{match.diameter_m:.1f}\t{match.score:.4f}\t{far}\t{match_set.decision(row)}"
            + (f"\t{match.turn_deg or 0:g}\t{str(match.mirrored).lower()}" if turned else "")
        )
    return "\n".join(lines)
