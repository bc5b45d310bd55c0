"""Results as Markdown and JSON files, and several of them joined into one table."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ...contract import held
from ...contract.records import read_json
from ..errors import ExportError, QueryError
from .methods import split_row
from .metrics import MEASURES

Row = dict[str, Any]
HEADER = (
    "method",
    "seeds",
    "K",
    "S",
    "hit@1",
    "hit@5",
    "hit@10",
    "recall@1",
    "recall@5",
    "recall@10",
    "mAP image",
    "mAP id",
    "95 %",
    "recovery %",
    "ms/query",
    "bytes/view",
)
_TEXT_COLUMNS = 2
_JOINED = ("method", "seeds", "K", "S", "hit@1", "95 %", "hit@10", "mAP image", "mAP id")

DEFINITIONS = (
    "hit@k: share of queries with a view of the same crater among the first k gallery views. "
    "recall@k: share of the same crater's views that are among the first k views. mAP image: mean "
    "average precision over views; mAP id: over craters, each in the place of its best view. "
    "95 %: bootstrap interval of mAP id, craters resampled. recovery: mAP id of the two-stage "
    "search in per cent of late interaction with every view. ms/query: matching alone, one query "
    "at a time on the CPU, encoding not included. bytes/view: int8 vectors and their scales."
)


def cells(row: Row) -> list[str]:
    """One row's cells, in the order of ``HEADER``."""
    low, high = row.get("ci95", {}).get("map_id", (None, None))
    return [
        str(row["method"]),
        row["seeds"] or "",
        _whole(row["k"]),
        _whole(row["shortlist"]),
        *(_share(row[f"hit@{k}"]) for k in (1, 5, 10)),
        *(_share(row[f"recall@{k}"]) for k in (1, 5, 10)),
        _share(row["map_image"]),
        _share(row["map_id"]),
        interval(low, high),
        "" if row["recovery"] is None else f"{row['recovery']:.1f}",
        _milliseconds(row["ms_per_query"]),
        f"{row['bytes_per_view']:,}",
    ]


def markdown_rows(header: Sequence[str], rows: Sequence[Sequence[str]], text: int) -> str:
    """A Markdown table; the first ``text`` columns to the left, the others to the right."""
    rule = ["---" if i < text else "---:" for i in range(len(header))]
    lines = [header, rule, *([cell.replace("|", "\\|") for cell in row] for row in rows)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def markdown(result: dict[str, Any], title: str = "Cross-observation retrieval") -> str:
    """The whole report of one experiment."""
    settings = result.get("settings", {})
    lines = [
        f"Encoder `{result['encoder']}`, {result['queries']:,} queries, "
        f"{result['gallery_views']:,} gallery views."
    ]
    if "skipped_queries" in settings:
        skipped = settings["skipped_queries"]
        reasons = ", ".join(f"{number:,} {why}" for why, number in skipped.items()) or "none"
        lines.append(f"Queries that could not be cut: {reasons}.")
    lines += [f"- {note}" for note in settings.get("notes", [])]
    table = markdown_rows(HEADER, [cells(row) for row in result["rows"]], _TEXT_COLUMNS)
    kept = {key: value for key, value in settings.items() if key != "notes"}
    return "\n\n".join(
        [
            f"# {title}",
            " ".join(lines[:2]) + "".join("\n" + line for line in lines[2:]),
            table,
            DEFINITIONS,
            "```json\n" + json.dumps(kept, indent=1, ensure_ascii=False) + "\n```",
            "",
        ]
    )


def read_result(path: Path) -> dict[str, Any]:
    """A result that ``evaluate --json`` or ``--output`` wrote. Raises QueryError."""
    try:
        result = read_json(path.read_text(encoding="utf-8"))
        if not {"queries", "gallery_views", "encoder", "rows"} <= set(result):
            raise ValueError("its keys are others")
        for row in result["rows"]:
            cells(row)
    except FileNotFoundError as error:
        raise QueryError(f"There is no file {path}. Check the path of the result.") from error
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise QueryError(
            f"{path} is no result of 'craterbench evaluate' ({error}). Write one with --json."
        ) from error
    return dict(result)


def join(
    results: Sequence[tuple[str, dict[str, Any]]], only: Sequence[str] = (), mean: bool = False
) -> str:
    """One Markdown table of several results, each with its name.

    ``only``: ``METHOD[:K[:S]]``, the rows to keep; empty: all. ``mean``: for every encoder and
    method besides, the mean over the results that have it (each result counts once, whatever its
    number of queries). Raises QueryError.
    """
    lines = []
    groups: dict[tuple[Any, ...], list[Row]] = {}
    for name, result in results:
        for row in result["rows"]:
            if only and not any(_matches(row, text) for text in only):
                continue
            counts = [f"{result['queries']:,}", f"{result['gallery_views']:,}"]
            lines.append(_joined_line([name, str(result["encoder"]), *counts], row))
            key = (
                result["encoder"],
                *(row[column] for column in ("method", "seeds", "k", "shortlist")),
            )
            groups.setdefault(key, []).append(row)
    if not lines:
        raise QueryError("None of the results has a row that --only names. Check the names.")
    for (encoder, *_), rows in groups.items() if mean else ():
        if len(rows) > 1:
            lines.append(_joined_line([f"mean of {len(rows)}", encoder, "", ""], _mean_row(rows)))
    header = ["set", "encoder", "queries", "gallery", *_JOINED, "recovery %"]
    header[header.index("95 %")] = "hit@1 95 %"
    return markdown_rows(header, lines, 2)


def _joined_line(start: list[str], row: Row) -> list[str]:
    low, high = row.get("ci95", {}).get("hit@1", (None, None))
    whole = dict(zip(HEADER, cells(row), strict=True)) | {"95 %": interval(low, high)}
    return [*start, *(whole[column] for column in _JOINED), whole["recovery %"]]


def _mean_row(rows: Sequence[Row]) -> Row:
    """The mean of every measure; the rows are of one method."""
    means = {name: sum(row[name] for row in rows) / len(rows) for name in MEASURES}
    known = [row["recovery"] for row in rows if row["recovery"] is not None]
    recovery = sum(known) / len(known) if known else None
    return {**rows[0], **means, "recovery": recovery, "ci95": {}}


def _matches(row: Row, text: str) -> bool:
    method, numbers = split_row(text)
    given = zip(("k", "shortlist"), numbers, strict=False)
    return row["method"] == method and all(
        not value or str(row[key]) == value for key, value in given
    )


def write_text(path: Path, text: str) -> None:
    """Write a file beside and move it into place. Raises ExportError."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f".{path.name}.part")
        part.write_text(text, encoding="utf-8")
        held.replace(part, path)
    except OSError as error:
        raise ExportError(
            f"{path} cannot be written ({error.strerror or error}). Choose another place."
        ) from error


def interval(low: float | None, high: float | None) -> str:
    """e.g. ``.912-.934``; empty where there is none."""
    if low is None or high is None or not (math.isfinite(low) and math.isfinite(high)):
        return ""
    return f"{low:.3f}-{high:.3f}"


def span(ends: Sequence[float], form: str = ".3f") -> str:
    """e.g. ``0.912 to 0.934``."""
    return " to ".join(format(end, form) for end in ends)


def _share(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"


def _whole(value: int | None) -> str:
    return "" if value is None else str(value)


def _milliseconds(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:.2f}" if value < 10 else f"{value:,.0f}"
