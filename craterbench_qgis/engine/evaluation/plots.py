"""Plots of a result: mAP over K, mAP over bytes per view, recovery over the shortlist."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ...contract.vocabulary import Seeds
from ..errors import ExportError
from ..tokens import METHODS as TOKEN_METHODS
from .methods import ALL, GLOBAL, TWO_STAGE

Row = dict[str, Any]

# Okabe & Ito: told apart with every common kind of colour vision.
_COLOURS = {
    "raw": "#D55E00",
    "aggregated": "#0072B2",
    "centroid": "#009E73",
    GLOBAL: "#777777",
    ALL: "#000000",
    TWO_STAGE: "#CC79A7",
}
_MARKS = {"raw": "s", "aggregated": "o", "centroid": "^", GLOBAL: "D", ALL: "*", TWO_STAGE: "P"}
_SIZE_INCHES = 4.2
_DPI = 130


def write_plots(folder: Path, result: dict[str, Any]) -> list[Path]:
    """PNG files in ``folder`` for whatever the rows allow. Raises ExportError."""
    rows = result["rows"]
    title = f"{result['encoder']}: {result['queries']:,} queries, {result['gallery_views']:,} views"
    written = []
    for name, draw in (
        ("map_over_k", _over_k),
        ("map_over_bytes", _over_bytes),
        ("recovery_over_shortlist", _recovery),
    ):
        figure = draw(rows)
        if figure is None:
            continue
        figure.suptitle(title, fontsize=10)
        written.append(save_figure(figure, folder / f"{name}.png", _DPI))
    return written


def new_figure(width: float, height: float) -> Any:
    """A figure, of so many inches, without any global state of pyplot."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained")
    FigureCanvasAgg(figure)
    return figure


def save_figure(figure: Any, path: Path, dpi: int) -> Path:
    """Write a PNG, making its folder. Raises ExportError."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        figure.savefig(path, dpi=dpi)
    except OSError as error:
        raise ExportError(
            f"{path} cannot be written ({error.strerror or error}). Choose another place."
        ) from error
    return path


def _figure(panels: int) -> tuple[Any, Any]:
    """A figure, and its axes."""
    figure = new_figure(_SIZE_INCHES * panels + 0.6, _SIZE_INCHES)
    axes = figure.subplots(1, panels, sharey=True, squeeze=False)[0]
    for panel in axes:
        panel.grid(alpha=0.3)
    return figure, axes


def _row_of(rows: Sequence[Row], method: str) -> Row | None:
    return next((row for row in rows if row["method"] == method), None)


def _over_k(rows: Sequence[Row]) -> Any:
    seeds = [kind for kind in Seeds if any(_of(rows, m, kind) for m in TOKEN_METHODS)]
    if not seeds:
        return None
    figure, axes = _figure(len(seeds))
    for axis, kind in zip(axes, seeds, strict=True):
        for method in TOKEN_METHODS:
            line = _of(rows, method, kind)
            if not line:
                continue
            ks = [row["k"] for row in line]
            colour = _COLOURS[method]
            axis.plot(
                ks,
                [row["map_image"] for row in line],
                color=colour,
                marker=_MARKS[method],
                label=method,
            )
            band = [row["ci95"]["map_image"] for row in line]
            low, high = [interval[0] for interval in band], [interval[1] for interval in band]
            axis.fill_between(ks, low, high, color=colour, alpha=0.15, linewidth=0)
        for method, style in ((GLOBAL, ":"), (ALL, "--")):
            row = _row_of(rows, method)
            if row:
                name = "all tokens" if method == ALL else "global vector"
                axis.axhline(row["map_image"], color=_COLOURS[method], linestyle=style, label=name)
        ticks = sorted({row["k"] for row in rows if row["k"]})
        axis.set_xscale("log", base=2)
        axis.set_xticks(ticks, [str(k) for k in ticks])
        axis.minorticks_off()
        axis.set_xlabel("K, instance tokens per view")
        axis.set_title(f"{kind} seeds", fontsize=10)
    axes[0].set_ylabel("mAP (views)")
    axes[0].legend(fontsize=8)
    return figure


def _over_bytes(rows: Sequence[Row]) -> Any:
    kinds = [kind for kind in Seeds if any(_of(rows, m, kind) for m in TOKEN_METHODS)]
    lines = {m: _of(rows, m, kinds[0]) for m in TOKEN_METHODS} if kinds else {}
    single = {m: [row] for m in (GLOBAL, ALL) if (row := _row_of(rows, m))}
    lines = {method: line for method, line in {**lines, **single}.items() if line}
    largest = [row for row in rows if row["method"] == TWO_STAGE][-1:]
    if len(lines) + len(largest) < 2:
        return None
    figure, (axis,) = _figure(1)
    for method, line in lines.items():
        axis.plot(
            [row["bytes_per_view"] for row in line],
            [row["map_image"] for row in line],
            color=_COLOURS[method],
            marker=_MARKS[method],
            label={GLOBAL: "global vector", ALL: "all tokens"}.get(
                method, f"{method}, {kinds[0] if kinds else ''} seeds"
            ),
        )
    for row in largest:
        axis.plot(
            [row["bytes_per_view"]],
            [row["map_image"]],
            color=_COLOURS[TWO_STAGE],
            marker=_MARKS[TWO_STAGE],
            linestyle="none",
            label=f"two-stage, S = {row['shortlist']}",
        )
    axis.set_xscale("log")
    axis.set_xlabel("bytes per view (int8)")
    axis.set_ylabel("mAP (views)")
    axis.legend(fontsize=8)
    return figure


def _recovery(rows: Sequence[Row]) -> Any:
    line = [row for row in rows if row["method"] == TWO_STAGE and row["recovery"] is not None]
    if not line:
        return None
    figure, (axis,) = _figure(1)
    sizes = [row["shortlist"] for row in line]
    colour = _COLOURS[TWO_STAGE]
    axis.plot(sizes, [row["recovery"] for row in line], color=colour, marker="o")
    band = [row["ci95"].get("recovery", (row["recovery"],) * 2) for row in line]
    low, high = [interval[0] for interval in band], [interval[1] for interval in band]
    axis.fill_between(sizes, low, high, color=colour, alpha=0.15, linewidth=0)
    axis.axhline(100, color="#777777", linestyle=":")
    axis.set_xscale("log")
    axis.set_xticks(sizes, [str(size) for size in sizes])
    axis.minorticks_off()
    axis.set_xlabel("S, views in the shortlist")
    axis.set_ylabel("mAP (craters), % of full late interaction")
    return figure


def _of(rows: Sequence[Row], method: str, seeds: str) -> list[Row]:
    return [row for row in rows if row["method"] == method and row["seeds"] == seeds]
