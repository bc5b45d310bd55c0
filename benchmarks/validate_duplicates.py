"""Fit and test the duplicate model on the real Moon with planted duplicates.

    python benchmarks/validate_duplicates.py --data ../shared/data/moon [--fit] [--output FOLDER]
        [--picture docs/images/duplicates-calibration.png] [--encoder NAME] [--threads 1]

``--fit`` fits the rim reading and both logistic models on the western hemisphere (lon < 0) and
writes ``model.json`` beside the engine's code; the tests that follow use the eastern hemisphere,
D >= 15 km, other seeds. A planted duplicate is a real entry entered again, its centre moved by a
uniform distance in a random direction, its diameter by a uniform factor; the other candidate pairs
(real neighbours, nested craters, and planted entries beside another crater than their own) are the
non-duplicates. The catalogue's flagged near-duplicates count as duplicates.
"""

from __future__ import annotations

import argparse
import itertools
import json
import sys
import time
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from craterbench_qgis.engine.bodies import destination, initial_bearing  # noqa: E402
from craterbench_qgis.engine.catalogue import Craters, read_catalogue  # noqa: E402
from craterbench_qgis.engine.duplicates.candidates import Pairs, candidate_pairs  # noqa: E402
from craterbench_qgis.engine.duplicates.evidence import (  # noqa: E402
    GEOMETRY_FEATURES,
    LOOKS_FEATURES,
    Looks,
    geometry_features,
)
from craterbench_qgis.engine.duplicates.looks import LooksReader  # noqa: E402
from craterbench_qgis.engine.duplicates.model import (  # noqa: E402
    MODEL_FILE,
    PairModel,
    fit_logistic,
    load_model,
)
from craterbench_qgis.engine.duplicates.rim import (  # noqa: E402
    CONTEXT,
    RimReading,
    fit_reading,
    pooled,
    principal_directions,
)
from craterbench_qgis.engine.encoders import Encoder, load_encoder  # noqa: E402
from craterbench_qgis.engine.mosaic import Mosaic, ViewSkipped  # noqa: E402

Mix = tuple[tuple[float, float, float], ...]  # (share, largest move / D, largest change of D)
ISSUE: Mix = ((1.0, 0.2, 0.2),)
WIDE: Mix = ((1.0, 0.5, 0.4),)
FITTED: Mix = ((0.7, 0.25, 0.25), (0.3, 0.5, 0.4))
RECALLS = (0.90, 0.95, 0.97, 0.99)


@dataclass
class Planted:
    """Candidate pairs of a catalogue with planted duplicates; ``same``: is it one crater?"""

    craters: Craters
    pairs: Pairs
    same: np.ndarray
    planted_found: int
    looks: Looks | None = None
    notes: dict[str, Any] = field(default_factory=dict)


def main() -> int:
    """Fit where asked, test, write the table, the numbers and the picture."""
    arguments = _arguments()
    started = time.monotonic()
    craters = read_catalogue(arguments.data / "craters_ge5km.csv", body="moon")
    encoder = load_encoder(arguments.encoder, threads=arguments.threads)
    with Mosaic.open(arguments.data / "lroc_wac_8k.tif") as mosaic:
        if arguments.fit:
            model = fit(craters, mosaic, encoder)
            text = json.dumps(model.to_json(), separators=(",", ":")) + "\n"
            MODEL_FILE.write_text(text, encoding="utf-8")
            _say(f"written: {MODEL_FILE.name}, {len(text) / 1024:.0f} KB")
        model = load_model()
        if not model.knows(encoder.weights_hash):
            _say("The model was fitted for another encoder; run with --fit first.")
            return 1
        results = evaluate(craters, mosaic, encoder, model, arguments.picture)
    results["minutes"] = round((time.monotonic() - started) / 60, 1)
    report = table(results) + "\n" + coefficients(model)
    print(report)
    if arguments.output:
        arguments.output.mkdir(parents=True, exist_ok=True)
        (arguments.output / "duplicates.json").write_text(json.dumps(results, indent=1) + "\n")
        (arguments.output / "duplicates.md").write_text(report)
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Fit and test the duplicate model.")
    parser.add_argument("--data", type=Path, required=True, help="folder of the lunar data")
    parser.add_argument("--fit", action="store_true", help="fit model.json first")
    parser.add_argument("--output", type=Path, help="folder for the table and the numbers")
    parser.add_argument("--picture", type=Path, help="calibration curve, PNG")
    parser.add_argument("--encoder", help="default: the bundled one")
    parser.add_argument("--threads", type=int, default=1)
    return parser.parse_args()


# ------------------------------------------------------------------------------ planting


def plant(craters: Craters, rows: np.ndarray, count: int, seed: int, mix: Mix) -> Planted:
    """``rows`` of the catalogue with ``count`` of them entered twice, and its candidate pairs."""
    rng = np.random.default_rng(seed)
    base = craters.take(rows)
    n = len(base)
    of = rng.choice(np.flatnonzero(base.diameter >= base.diameter.min()), count, replace=False)
    kind = rng.choice(len(mix), count, p=[one[0] for one in mix])
    reach = np.array([one[1] for one in mix])[kind]
    change = np.array([one[2] for one in mix])[kind]
    moved = rng.uniform(0, 1, count) * reach * base.diameter[of]
    lon, lat = destination(
        craters.body, base.lon[of], base.lat[of], rng.uniform(0, 360, count), moved
    )
    both = base.take(np.concatenate([np.arange(n), of]))
    both.lon[n:], both.lat[n:] = lon, lat
    both.diameter[n:] *= 1 + rng.uniform(-1, 1, count) * change
    both.ids = [*base.ids, *(f"planted-{i}" for i in range(count))]
    pairs = candidate_pairs(craters.body, both)
    crater = np.concatenate([np.arange(n), of])
    for a, b in flagged_pairs(base):
        crater[crater == crater[b]] = crater[a]
    same = crater[pairs.a] == crater[pairs.b]
    return Planted(both, pairs, same, int((same & (pairs.b >= n)).sum()))


def flagged_pairs(craters: Craters) -> list[tuple[int, int]]:
    """The catalogue's own duplicates: each flagged row with the nearest entry of its size."""
    flags = np.array(craters.attributes["near_duplicate"].to_pylist()) == 1
    pairs = candidate_pairs(craters.body, craters)
    near = pairs.take((pairs.distance_ratio < 0.1) & (pairs.diameter_ratio > 0.85))
    found = zip(near.a.tolist(), near.b.tolist(), strict=True)
    return [(a, b) for a, b in found if flags[a] or flags[b]]


# ------------------------------------------------------------------------------- fitting


def fit(craters: Craters, mosaic: Mosaic, encoder: Encoder) -> PairModel:
    """The rim reading, then both logistic models, all on the western hemisphere."""
    west = np.flatnonzero((craters.lon < 0) & (craters.diameter >= 10e3))
    reading = fit_rim(craters, west, mosaic, encoder)
    _say("rim reading fitted")
    sets = [plant(craters, west, 1500, seed, FITTED) for seed in (11, 12, 13)]
    for one in sets:
        one.looks = LooksReader([mosaic], encoder, reading).read(
            one.craters, one.craters, one.pairs
        )
        _say(f"looks of {len(one.pairs):,} pairs, {int(one.looks.known.sum()):,} known")
    x = np.concatenate([geometry_features(one.pairs) for one in sets])
    extra = np.concatenate([one.looks.features() for one in sets if one.looks])
    y = np.concatenate([one.same for one in sets])
    weights = balanced(y)
    use = np.isfinite(extra).all(axis=1)
    return PairModel(
        geometry=fit_logistic(GEOMETRY_FEATURES, x, y, weights),
        looks=fit_logistic(
            GEOMETRY_FEATURES + LOOKS_FEATURES,
            np.concatenate([x, extra], axis=1)[use],
            y[use],
            balanced(y[use]),
        ),
        reading=reading,
        encoder_id=encoder.id,
        weights_hash=encoder.weights_hash,
        fitted={
            "script": "benchmarks/validate_duplicates.py --fit",
            "date": date.today().isoformat(),
            "catalogue": "craters_ge5km.csv, lon < 0, D >= 10 km",
            "mosaic": "lroc_wac_8k.tif",
            "planted": [list(one) for one in FITTED],
            "pairs": len(y),
            "duplicates": int(y.sum()),
            "with_looks": int(use.sum()),
            "prior": 0.5,
        },
    )


def balanced(same: np.ndarray) -> np.ndarray:
    """Weights under which duplicates count as much as non-duplicates, which keep weight 1."""
    return np.where(same, (~same).sum() / same.sum(), 1.0)


def fit_rim(craters: Craters, rows: np.ndarray, mosaic: Mosaic, encoder: Encoder) -> RimReading:
    """Views of circles on and off the craters, mirrored at random, read linearly."""
    rng = np.random.default_rng(21)
    size = craters.diameter[rows]
    rows = np.tile(rows[(size >= 12e3) & (size <= 400e3)], 6)
    n = len(rows)
    move = 0.5 * rng.random(n)
    move[rng.random(n) < 0.3] = 0.0
    change = rng.uniform(-0.35, 0.35, n) * np.where(move == 0, 0.2, 1.0)
    true = craters.diameter[rows]
    lon, lat = destination(
        craters.body, craters.lon[rows], craters.lat[rows], rng.uniform(0, 360, n), move * true
    )
    drawn = true * np.exp(change)
    bearing = np.radians(initial_bearing(lon, lat, craters.lon[rows], craters.lat[rows]))
    far = move * true / drawn
    on = np.where(move < 0.05, 1.0, np.where(move > 0.12, 0.0, np.nan))
    targets = np.stack([far * np.sin(bearing), far * np.cos(bearing), -change, on], axis=1)
    kept, pixels, tokens = [], [], []
    basis: np.ndarray | None = None
    features: list[np.ndarray] = []
    for i in range(n):
        try:
            view = mosaic.view(lon[i], lat[i], drawn[i], CONTEXT, encoder.input_size).pixels
        except ViewSkipped:
            continue
        for axis, output in ((1, 0), (0, 1)):
            if rng.random() < 0.5:
                view = np.flip(view, axis)
                targets[i, output] *= -1
        kept.append(i)
        pixels.append(view)
        if len(pixels) == 64:
            tokens.append(encoder.encode(np.stack(pixels)).tokens)
            pixels = []
            if basis is None and len(tokens) == 30:
                basis = principal_directions(np.concatenate(tokens).reshape(-1, encoder.token_dim))
            if basis is not None:
                features += [pooled(one, encoder.grid, basis) for one in tokens]
                tokens = []
                if len(features) % 100 == 0:
                    _say(f"views {len(kept):,} of {n:,}")
    if basis is None:
        raise SystemExit("Too few craters to fit on.")
    done = sum(len(one) for one in features)
    return fit_reading(basis, np.concatenate(features), targets[kept[:done]].astype(np.float32))


# ------------------------------------------------------------------------------- testing


def evaluate(
    craters: Craters, mosaic: Mosaic, encoder: Encoder, model: PairModel, picture: Path | None
) -> dict[str, Any]:
    """Both variants on the eastern hemisphere, in three kinds of planting."""
    east = np.flatnonzero((craters.lon >= 0) & (craters.diameter >= 15e3))
    results: dict[str, Any] = {
        "encoder": encoder.id,
        "weights_hash": encoder.weights_hash,
        "entries": len(east),
        "settings": {},
    }
    kinds = {
        "moved up to 0.2 D, size up to 20 %": (ISSUE, (7, 17)),
        "moved up to 0.5 D, size up to 40 %": (WIDE, (8, 18, 28)),
        "as fitted (0.25 D, 25 %; 30 % of them 0.5 D, 40 %)": (FITTED, (9, 19)),
    }
    curve: dict[str, Any] = {}
    for name, (mix, seeds) in kinds.items():
        parts = [plant(craters, east, 1000, seed, mix) for seed in seeds]
        geometry, looks = [], []
        for one in parts:
            one.looks = LooksReader([mosaic], encoder, model.reading).read(
                one.craters, one.craters, one.pairs
            )
            geometry.append(model.probability(one.pairs))
            looks.append(model.probability(one.pairs, one.looks))
        same = np.concatenate([one.same for one in parts])
        # Every set holds the same real neighbours: a key tells them apart, -1 for planted pairs.
        real = [
            np.where(one.pairs.b < len(east), one.pairs.a * len(east) + one.pairs.b, -1)
            for one in parts
        ]
        scores = {"geometry": np.concatenate(geometry), "looks": np.concatenate(looks)}
        results["settings"][name] = {
            "seeds": list(seeds),
            "pairs": len(same),
            "duplicates": int(same.sum()),
            "planted": 1000 * len(seeds),
            "planted_among_candidates": sum(one.planted_found for one in parts),
            **{kind: measures(p, same, np.concatenate(real)) for kind, p in scores.items()},
        }
        if mix is FITTED:
            curve = {kind: calibration(p, same, len(seeds)) for kind, p in scores.items()}
        _say(f"tested: {name}")
    results["calibration"] = curve
    results["catalogue"] = real_catalogue(craters, mosaic, encoder, model)
    if picture:
        draw(picture, curve)
    return results


def measures(p: np.ndarray, same: np.ndarray, real: np.ndarray) -> dict[str, Any]:
    """At the threshold 0.5, and at the recalls of :data:`RECALLS`."""
    said = p >= 0.5
    order = np.argsort(-p, kind="stable")
    right = np.cumsum(same[order])
    at = {}
    for recall in RECALLS:
        # All pairs as probable as the last one needed count.
        last = p[order[int(np.searchsorted(right, recall * same.sum()))]]
        chosen = p >= last
        at[f"{recall:.2f}"] = {
            "precision": round(float(same[chosen].mean()), 4),
            "false": int((chosen & ~same).sum()),
        }
    rank = np.argsort(np.argsort(p, kind="stable"), kind="stable")
    positives, negatives = int(same.sum()), int((~same).sum())
    auc = (rank[same].mean() - (positives - 1) / 2) / max(negatives, 1)
    w = balanced(same)
    clipped = np.clip(p, 1e-9, 1 - 1e-9)
    loss = -np.average(np.where(same, np.log(clipped), np.log(1 - clipped)), weights=w)
    return {
        "precision": round(float(same[said].mean()), 4),
        "recall": round(float(said[same].mean()), 4),
        "false": int((said & ~same).sum()),
        "false_real": len(np.unique(real[said & ~same & (real >= 0)])),
        "missed": int((~said & same).sum()),
        "at_recall": at,
        "auc": round(float(auc), 4),
        "log_loss": round(float(loss), 4),
        "brier": round(float(np.average((p - same) ** 2, weights=w)), 4),
    }


def calibration(p: np.ndarray, same: np.ndarray, sets: int) -> list[dict[str, float]]:
    """Bins of stated probability against the weighted share of duplicates.

    The error is of one set's number of pairs: the ``sets`` share their real neighbours.
    """
    w = balanced(same)
    edges = [0.0, 0.05, 0.15, 0.3, 0.5, 0.7, 0.85, 0.95, 1.01]
    rows = []
    for low, high in itertools.pairwise(edges):
        use = (p >= low) & (p < high)
        if not use.any():
            continue
        share = float(np.average(same[use], weights=w[use]))
        number = float(w[use].sum() ** 2 / (w[use] ** 2).sum()) / sets
        rows.append(
            {
                "stated": float(np.average(p[use], weights=w[use])),
                "found": share,
                "error": float(np.sqrt(max(share * (1 - share), 0.25 / number) / number)),
                "pairs": int(use.sum()),
            }
        )
    return rows


def real_catalogue(
    craters: Craters, mosaic: Mosaic, encoder: Encoder, model: PairModel
) -> dict[str, Any]:
    """The catalogue as it is: its own flagged duplicates, and what else is said to be one crater.

    A crater too small for the mosaic is judged by geometry in both variants.
    """
    pairs = candidate_pairs(craters.body, craters)
    looks = LooksReader([mosaic], encoder, model.reading).read(craters, craters, pairs)
    wanted = set(flagged_pairs(craters))
    keys = list(zip(pairs.a.tolist(), pairs.b.tolist(), strict=True))
    true = np.array([key in wanted for key in keys])
    east = craters.lon[pairs.a] >= 0
    found: dict[str, Any] = {"flagged": len(wanted), "candidates": len(pairs)}
    kinds = {
        "geometry": model.probability(pairs),
        "looks": model.probability(pairs, looks),
    }
    for kind, p in kinds.items():
        said = p >= 0.5
        found[kind] = {
            "found": int((said & true).sum()),
            "lowest": round(float(p[true].min()), 4),
            "others": int((said & ~true).sum()),
            "others_east": int((said & ~true & east).sum()),
            "highest_other": round(float(p[~true].max()), 4),
        }
    return found


def table(results: dict[str, Any]) -> str:
    """Markdown."""
    lines = [
        f"Encoder {results['encoder']} ({results['weights_hash'][:12]}), "
        f"{results['entries']:,} entries of the eastern hemisphere, D >= 15 km.",
        "",
        "| planted | evidence | precision, recall at 0.5 | false (distinct real pairs), missed | "
        + " | ".join(f"precision (false) at recall {recall:.2f}" for recall in RECALLS)
        + " | AUC | log loss |",
        "|---|---|---|---|" + "---|" * (len(RECALLS) + 2),
    ]
    for name, one in results["settings"].items():
        for kind, label in (("geometry", "geometry"), ("looks", "geometry and looks")):
            m = one[kind]
            cells = [
                f"{m['at_recall'][f'{r:.2f}']['precision']:.4f} "
                f"({m['at_recall'][f'{r:.2f}']['false']})"
                for r in RECALLS
            ]
            lines.append(
                f"| {name}; {one['duplicates']:,} of {one['pairs']:,} pairs | {label} | "
                f"{m['precision']:.4f}, {m['recall']:.4f} | "
                f"{m['false']} ({m['false_real']}), {m['missed']} | "
                + " | ".join(cells)
                + f" | {m['auc']:.4f} | {m['log_loss']:.4f} |"
            )
    f = results["catalogue"]
    lines += [
        "",
        f"The whole catalogue as it is ({f['candidates']:,} candidate pairs, "
        f"{f['flagged']} flagged by its authors):",
        "",
        "| evidence | flagged pairs found | their lowest probability | "
        "other pairs at 0.5 or more (east, not fitted on) | highest of the others |",
        "|---|---|---|---|---|",
    ]
    for kind, label in (("geometry", "geometry"), ("looks", "geometry and looks")):
        m = f[kind]
        lines.append(
            f"| {label} | {m['found']} of {f['flagged']} | {m['lowest']:.4f} | "
            f"{m['others']} ({m['others_east']}) | {m['highest_other']:.4f} |"
        )
    return "\n".join([*lines, ""])


def coefficients(model: PairModel) -> str:
    """Markdown: what a feature adds to the log odds, per unit of the feature."""
    looks = model.looks
    lines = ["| feature | geometry | geometry and looks |", "|---|---|---|"]
    columns = []
    for one in (model.geometry, looks):
        if one is None:
            continue
        slopes = one.weights / one.scale
        start = one.intercept - float((one.weights * one.mean / one.scale).sum())
        columns.append({"constant": start, **dict(zip(one.features, slopes, strict=True))})
    for name in columns[-1]:
        cells = [f"{one[name]:.3f}" if name in one else "" for one in columns]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return "\n".join([*lines, ""])


def draw(path: Path, curve: dict[str, Any]) -> None:
    """The calibration curve."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(figsize=(5.2, 4.6), dpi=150)
    axes.plot([0, 1], [0, 1], color="0.6", linewidth=1, linestyle="--", label="perfect")
    styles = {
        "geometry": ("#c2571a", "s", "geometry alone"),
        "looks": ("#1b6ca8", "o", "geometry and looks"),
    }
    for kind, (colour, marker, label) in styles.items():
        rows = curve[kind]
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
    axes.set_title("Calibration on planted duplicates, eastern hemisphere", fontsize=10)
    axes.grid(color="0.9")
    axes.set_axisbelow(True)
    axes.legend(frameon=False, loc="upper left")
    figure.tight_layout()
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path)
    plt.close(figure)


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    raise SystemExit(main())
