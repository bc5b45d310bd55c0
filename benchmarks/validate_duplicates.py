"""Fit and test the duplicate model on the real Moon with planted duplicates.

    python benchmarks/validate_duplicates.py --data ../shared/data/moon [--fit] [--output FOLDER]
        [--picture docs/images/duplicates-calibration.png] [--encoder NAME] [--threads 1]

``--fit`` fits the rim reading and both logistic models on the western hemisphere (lon < 0) and
writes ``model.json`` beside the engine's code; the tests that follow use the eastern hemisphere,
D >= 15 km, other seeds. Planting and measuring are the engine's (``craterbench duplicates
evaluate``): the other candidate pairs (real neighbours, nested craters, and planted entries beside
another crater than their own) are the non-duplicates. The catalogue's flagged near-duplicates
count as duplicates.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from craterbench_qgis.contract.records import plain  # noqa: E402
from craterbench_qgis.engine.bodies import destination, initial_bearing  # noqa: E402
from craterbench_qgis.engine.catalogue import Craters, read_catalogue  # noqa: E402
from craterbench_qgis.engine.duplicates import (  # noqa: E402
    Kind,
    ValidationRequest,
    validate_duplicates,
)
from craterbench_qgis.engine.duplicates.candidates import Pairs, candidate_pairs  # noqa: E402
from craterbench_qgis.engine.duplicates.evidence import (  # noqa: E402
    GEOMETRY_FEATURES,
    LOOKS_FEATURES,
    Looks,
    geometry_features,
)
from craterbench_qgis.engine.duplicates.judging import judge  # noqa: E402
from craterbench_qgis.engine.duplicates.looks import LooksReader  # noqa: E402
from craterbench_qgis.engine.duplicates.measures import balanced  # noqa: E402
from craterbench_qgis.engine.duplicates.model import (  # noqa: E402
    MODEL_FILE,
    PairModel,
    load_model,
)
from craterbench_qgis.engine.duplicates.planting import known_by_flag, plant  # noqa: E402
from craterbench_qgis.engine.duplicates.rim import (  # noqa: E402
    CONTEXT,
    RimReading,
    pooled,
)
from craterbench_qgis.engine.encoders import Encoder, load_encoder  # noqa: E402
from craterbench_qgis.engine.evaluation import duplicates_report  # noqa: E402
from craterbench_qgis.engine.mosaic import Mosaic, ViewSkipped  # noqa: E402
from training.duplicates import (  # noqa: E402
    fit_logistic,
    fit_reading,
    joined,
    joined_margins,
    model_json,
    principal_directions,
)

ISSUE = (Kind(1.0, 0.2, 0.2),)
WIDE = (Kind(1.0, 0.5, 0.4),)
FITTED = (Kind(0.7, 0.25, 0.25), Kind(0.3, 0.5, 0.4))
FLAG = "near_duplicate"
SETTINGS = {
    "moved up to 0.2 D, size up to 20 %": (ISSUE, (7, 8)),
    "moved up to 0.5 D, size up to 40 %": (WIDE, (17,)),
    "as fitted (0.25 D, 25 %; 30 % of them 0.5 D, 40 %)": (FITTED, (27,)),
}


@dataclass
class Set:
    """Candidate pairs of a catalogue with planted duplicates; ``same``: is it one crater?"""

    craters: Craters
    pairs: Pairs
    same: np.ndarray
    looks: Looks


def main() -> int:
    """Fit where asked, test, write the table, the numbers and the picture."""
    arguments = _arguments()
    started = time.monotonic()
    craters = read_catalogue(arguments.data / "craters_ge5km.csv", body="moon")
    encoder = load_encoder(arguments.encoder, threads=arguments.threads)
    if arguments.fit:
        with Mosaic.open(arguments.data / "lroc_wac_8k.tif") as mosaic:
            fitted = fit(craters, mosaic, encoder)
        text = json.dumps(model_json(fitted), separators=(",", ":")) + "\n"
        MODEL_FILE.write_text(text, encoding="utf-8")
        _say(f"written: {MODEL_FILE.name}, {len(text) / 1024:.0f} KB")
    model = load_model()
    if not model.knows(encoder.weights_hash):
        _say("The model was fitted for another encoder; run with --fit first.")
        return 1
    path = arguments.data / "lroc_wac_8k.tif"
    results = evaluate(craters, path, encoder, model, arguments)
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
    parser.add_argument(
        "--settings", type=int, nargs="+", default=[1, 2, 3], help="of the three kinds of planting"
    )
    parser.add_argument("--threads", type=int, default=1)
    return parser.parse_args()


# ------------------------------------------------------------------------------- fitting


def fit(craters: Craters, mosaic: Mosaic, encoder: Encoder) -> PairModel:
    """The rim reading, then both logistic models, all on the western hemisphere."""
    west = np.flatnonzero((craters.lon < 0) & (craters.diameter >= 10e3))
    reading = fit_rim(craters, west, mosaic, encoder)
    _say("rim reading fitted")
    base = craters.take(west)
    known = known_by_flag(craters.body, base, FLAG)
    sets = []
    for seed in (11, 12, 13):
        planted = plant(craters.body, base, 1500, seed, FITTED, known)
        both = planted.craters
        pairs = candidate_pairs(craters.body, both)
        looks = LooksReader([mosaic], encoder, reading).read(both, both, pairs)
        sets.append(Set(both, pairs, planted.same(pairs), looks))
        _say(f"looks of {len(pairs):,} pairs, {int(looks.known.sum()):,} known")
    x = np.concatenate([geometry_features(part.pairs) for part in sets])
    extra = np.concatenate([part.looks.features() for part in sets])
    y = np.concatenate([part.same for part in sets])
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
            "planted": [[kind.share, kind.move, kind.resize] for kind in FITTED],
            "pairs": len(y),
            "duplicates": int(y.sum()),
            "with_looks": int(use.sum()),
            "prior": 0.5,
        },
    )


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
                features += [pooled(view, encoder.grid, basis) for view in tokens]
                tokens = []
                if len(features) % 100 == 0:
                    _say(f"views {len(kept):,} of {n:,}")
    if basis is None:
        raise SystemExit("Too few craters to fit on.")
    done = sum(len(block) for block in features)
    return fit_reading(basis, np.concatenate(features), targets[kept[:done]].astype(np.float32))


# ------------------------------------------------------------------------------- testing


def evaluate(
    craters: Craters,
    path: Path,
    encoder: Encoder,
    model: PairModel,
    arguments: argparse.Namespace,
) -> dict[str, Any]:
    """On the eastern hemisphere, in three kinds of planting, then the catalogue as it is."""
    east = craters.take((craters.lon >= 0) & (craters.diameter >= 15e3))
    results: dict[str, Any] = {
        "encoder": encoder.id,
        "weights_hash": encoder.weights_hash,
        "entries": len(east),
        "settings": {},
    }
    for number, (name, (kinds, seeds)) in enumerate(SETTINGS.items(), start=1):
        if number not in arguments.settings:
            continue
        request = ValidationRequest(
            catalogue=east, mosaics=(path,), kinds=kinds, seeds=seeds, known_column=FLAG
        )
        measured = plain(validate_duplicates(request, encoder, model=model))
        results["settings"][name] = measured
        if arguments.output:
            duplicates_report.write_validation(arguments.output / str(number), measured)
        _say(f"tested: {name}, {measured['seconds'] / 60:.1f} minutes")
    if arguments.picture and results["settings"]:
        duplicates_report.draw_calibration(
            arguments.picture, measured, "Calibration on planted duplicates, eastern hemisphere"
        )
    with Mosaic.open(path) as mosaic:
        results["catalogue"] = real_catalogue(craters, mosaic, encoder, model)
    return results


def real_catalogue(
    craters: Craters, mosaic: Mosaic, encoder: Encoder, model: PairModel
) -> dict[str, Any]:
    """The catalogue as it is: its own flagged duplicates, and what else is said to be one crater.

    A crater too small for the mosaic is judged by geometry in both variants.
    """
    pairs = candidate_pairs(craters.body, craters)
    judged = judge(craters, None, pairs, model, [mosaic], encoder)
    wanted = set(known_by_flag(craters.body, craters, FLAG))
    keys = list(zip(pairs.a.tolist(), pairs.b.tolist(), strict=True))
    true = np.array([key in wanted for key in keys])
    east = craters.lon[pairs.a] >= 0
    counts: dict[str, Any] = {"flagged": len(wanted), "candidates": len(pairs)}
    kinds = {
        "geometry": judged.by_geometry,
        "looks": judged.probability,
    }
    for kind, p in kinds.items():
        said = p >= 0.5
        counts[kind] = {
            "found": int((said & true).sum()),
            "lowest": round(float(p[true].min()), 4),
            "others": int((said & ~true).sum()),
            "others_east": int((said & ~true & east).sum()),
            "highest_other": round(float(p[~true].max()), 4),
        }
    return counts


def table(results: dict[str, Any]) -> str:
    """Markdown."""
    lines = [
        f"Encoder {results['encoder']} ({results['weights_hash'][:12]}), "
        f"{results['entries']:,} entries of the eastern hemisphere, D >= 15 km.",
        "",
        joined(results["settings"]),
        "",
        joined_margins(results["settings"]),
    ]
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
    for part in (model.geometry, looks):
        if part is None:
            continue
        slopes = part.weights / part.scale
        start = part.intercept - float((part.weights * part.mean / part.scale).sum())
        columns.append({"constant": start, **dict(zip(part.features, slopes, strict=True))})
    for name in columns[-1]:
        cells = [f"{column[name]:.3f}" if name in column else "" for column in columns]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return "\n".join([*lines, ""])


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    raise SystemExit(main())
