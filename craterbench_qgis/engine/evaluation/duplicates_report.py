"""What planting duplicates (:mod:`..duplicates.validation`) showed: Markdown, JSON, a picture."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..duplicates.measures import RECALLS
from ..duplicates.validation import GEOMETRY, LOOKS, RULE
from .plots import new_figure, save_figure
from .tables import markdown_rows, write_text

NAMES = {
    RULE: "plain rule (centres within a quarter of the larger diameter, ratio up to 2)",
    GEOMETRY: "geometry",
    LOOKS: "geometry and looks",
}
HEADER = (
    "evidence",
    "precision at the threshold",
    "recall at the threshold",
    "false (distinct real pairs)",
    "missed",
    *(f"precision (false) at recall {recall:.2f}" for recall in RECALLS),
    "AUC",
    "log loss",
)
DEFINITIONS = (
    "Precision: share of the pairs said to be one crater that are. Recall: share of the duplicate "
    "pairs that are said to be. At a given recall the pairs are ranked (the plain rule by distance "
    "/ larger diameter) and all down to the one that reaches it count. In brackets: 95 % "
    "intervals, by resampling groups of neighbouring craters; exact (binomial) where nothing, or "
    "everything, is wrong. AUC: area under the ROC curve. Log loss: duplicates weigh as much as "
    "the others. Precision depends on how many duplicates there are: in a catalogue with fewer, "
    "as many false pairs stand beside fewer true ones."
)
MARGINS = {
    "geometry_over_rule": "geometry over the plain rule",
    "looks_over_rule": "geometry and looks over the plain rule",
    "looks_over_geometry": "geometry and looks over geometry alone",
}
_DPI = 150
_STYLES = {
    GEOMETRY: ("#D55E00", "s", "geometry alone"),
    LOOKS: ("#0072B2", "o", "geometry and looks"),
}


def markdown(result: Mapping[str, Any], title: str = "Duplicates planted and found") -> str:
    """The whole report."""
    settings = result["settings"]
    parts = [f"# {title}", planted_text(result), table(result), DEFINITIONS]
    if result["margins"]:
        parts += ["## What is gained", margins(result)]
    parts += ["## Calibration", _calibration(result)]
    if result["false_pairs"]:
        parts += ["## Real pairs said to be one crater", _false(result)]
    if result["notes"]:
        parts.append("\n".join(f"- {note}" for note in result["notes"]))
    parts += ["```json\n" + json.dumps(settings, indent=1, ensure_ascii=False) + "\n```", ""]
    return "\n\n".join(parts)


def planted_text(result: Mapping[str, Any]) -> str:
    """What was planted and judged, in a few sentences."""
    settings = result["settings"]
    low, high = (diameter / 1000.0 for diameter in settings["diameters_m"])
    kinds = "; ".join(
        (f"{100 * kind['share']:.0f} %: " if len(settings["kinds"]) > 1 else "")
        + f"moved by up to {kind['move']:g} D, resized by up to {100 * kind['resize']:g} %"
        for kind in settings["kinds"]
    )
    repeats = len(settings["seeds"])
    again = f" in {repeats} repeats" if repeats > 1 else ""
    text = [
        f"{Path(settings['catalogue']).name}: {result['entries']:,} entries, {low:.4g} to "
        f"{high:.4g} km across. {result['planted']:,} duplicates planted{again} ({kinds}). "
        f"{result['pairs']:,} candidate pairs, {result['duplicates']:,} duplicates, of which "
        f"{result['never_candidates']:,} are no candidates.",
        f"{result['known_pairs']:,} pairs of the catalogue were named as one crater beforehand; "
        "every other pair that was not planted counts as two.",
    ]
    if result["encoder"]:
        names = ", ".join(Path(mosaic).name for mosaic in settings["mosaics"])
        reasons = ", ".join(f"{n:,} {why}" for why, n in result["without_looks"].items())
        text.append(
            f"Looks from {names} through {result['encoder']}"
            + (f"; pairs without looks, judged by geometry: {reasons}." if reasons else ".")
        )
    return " ".join(text)


def table(result: Mapping[str, Any]) -> str:
    """The rows."""
    return markdown_rows(HEADER, [cells(row) for row in result["rows"]], 1)


def cells(row: Mapping[str, Any], interval: bool = True) -> list[str]:
    """One row, in the order of :data:`HEADER`."""
    at = [row["at_recall"][f"{recall:.2f}"] for recall in RECALLS]
    log_loss = row["log_loss"]
    return [
        f"{NAMES[row['evidence']]}, from {row['threshold']:g}"
        if row["evidence"] != RULE
        else NAMES[RULE],
        share(row["precision"], row["precision_ci"] if interval else None),
        share(row["recall"], row["recall_ci"] if interval else None),
        f"{row['false']:,} ({row['false_real']:,})",
        f"{row['missed']:,}",
        *(
            f"{share(point['precision'], point['precision_ci'] if interval else None)} "
            f"({point['false']:,})"
            if point
            else "never"
            for point in at
        ),
        share(row["auc"]),
        "" if log_loss is None else f"{log_loss:.4f}",
    ]


def share(value: float | None, interval: list[float] | None = None) -> str:
    """e.g. ``0.9901 [0.984, 0.995]``."""
    if value is None:
        return ""
    text = f"{value:.4f}"
    return text if interval is None else f"{text} [{interval[0]:.4f}, {interval[1]:.4f}]"


def console(result: Mapping[str, Any]) -> str:
    """The result in lines for a terminal."""
    lines = [planted_text(result), ""]
    for row in result["rows"]:
        at = row["at_recall"]
        reached = ", ".join(
            f"{recall}: {point['precision']:.4f}" if point else f"{recall}: never"
            for recall, point in at.items()
        )
        lines += [
            f"{NAMES[row['evidence']]}",
            f"  precision {share(row['precision'], row['precision_ci'])}, recall "
            f"{share(row['recall'], row['recall_ci'])} from {row['threshold']:g} on; "
            f"{row['false']:,} false, {row['missed']:,} missed",
            f"  precision at recall {reached}",
        ]
    for name, margin in result["margins"].items():
        lines.append(
            f"gained by {MARGINS[name]}: precision at the threshold "
            f"{margin_text(margin['at_threshold'])}, recall "
            f"{margin_text(margin['recall_at_threshold'])}; precision at the same recall "
            f"{margin_text(margin['at_same_recall'])}"
        )
    return "\n".join(lines)


def margins(result: Mapping[str, Any]) -> str:
    """By how much one evidence is more precise than another, in a table."""
    lines = []
    for name, margin in result["margins"].items():
        same = f"at the threshold, the other cut at the same recall ({margin['recall']:.4f})"
        rows = [
            ("precision, each at its threshold", margin["at_threshold"]),
            ("recall, each at its threshold", margin["recall_at_threshold"]),
            (f"precision, {same}", margin["at_same_recall"]),
        ]
        rows += [
            (f"precision, both at recall {recall}", gain)
            for recall, gain in margin["at_recall"].items()
        ]
        if margin["log_loss"]:
            rows.append(("log loss (by how much lower)", margin["log_loss"]))
        lines += [[MARGINS[name], where, margin_text(gain)] for where, gain in rows]
    return markdown_rows(("compared", "what", "gained"), lines, 2) + (
        "\n\nAn interval that holds 0 proves no gain. Where the other makes no mistake there is "
        "nothing to gain."
    )


def margin_text(margin: Mapping[str, Any] | None) -> str:
    """e.g. ``+0.0123 [+0.0034, +0.0212]``."""
    if margin is None:
        return "never"
    text = f"{margin['margin']:+.4f}"
    ci = margin["ci"]
    return text if ci is None else f"{text} [{ci[0]:+.4f}, {ci[1]:+.4f}]"


def _calibration(result: Mapping[str, Any]) -> str:
    lines = []
    for name, rows in result["calibration"].items():
        for row in rows:
            cells_ = (f"{row['stated']:.3f}", f"{row['found']:.3f}", f"{row['error']:.3f}")
            lines.append([NAMES[name], *cells_, f"{row['pairs']:,}"])
    return (
        "Stated for as many duplicates as other pairs, so both weigh the same here.\n\n"
        + markdown_rows(("evidence", "stated", "found", "standard error", "pairs"), lines, 1)
        + "\n\n![Calibration](calibration.png)"
    )


def _false(result: Mapping[str, Any]) -> str:
    """The catalogue's own pairs that were said to be one crater: worth a look."""
    keys = ("a", "b", "lon", "lat", "diameter_km", "distance_ratio", "diameter_ratio")
    lines = [
        [*(str(pair[key]) for key in keys), f"{pair['probability']:.4f}"]
        for pair in result["false_pairs"]
    ]
    return (
        "They count as false above. Look at them: some may be duplicates that nobody named.\n\n"
        + markdown_rows((*keys, "probability"), lines, 2)
    )


def write_validation(folder: Path, result: Mapping[str, Any]) -> list[Path]:
    """``duplicates.json``, ``duplicates.md`` and ``calibration.png``. Raises ExportError."""
    data = json.dumps(result, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
    written = [folder / name for name in ("duplicates.json", "duplicates.md", "calibration.png")]
    write_text(written[0], data)
    draw_calibration(written[2], result)
    write_text(written[1], markdown(result))
    return written


def draw_calibration(path: Path, result: Mapping[str, Any], title: str = "") -> None:
    """The calibration curve as PNG. Raises ExportError."""
    figure = new_figure(5.2, 4.6)
    axes = figure.subplots()
    axes.plot([0, 1], [0, 1], color="0.6", linewidth=1, linestyle="--", label="perfect")
    for name, rows in result["calibration"].items():
        colour, marker, label = _STYLES[name]
        axes.errorbar(
            [row["stated"] for row in rows],
            [row["found"] for row in rows],
            yerr=[row["error"] for row in rows],
            color=colour, marker=marker, markersize=5, linewidth=1.4, capsize=2.5, label=label,
        )  # fmt: skip
    axes.set(
        xlabel="stated probability of being one crater",
        ylabel="share of duplicates among the pairs",
        xlim=(-0.03, 1.03),
        ylim=(-0.05, 1.05),
    )
    axes.set_title(title or "Calibration on planted duplicates", fontsize=10)
    axes.grid(color="0.9")
    axes.set_axisbelow(True)
    axes.legend(frameon=False, loc="lower right")
    save_figure(figure, path, _DPI)
