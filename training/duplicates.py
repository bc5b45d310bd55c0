"""Fits the model of duplicates (``craterbench_qgis.engine.duplicates``): its readings and weights.

``benchmarks/validate_duplicates.py --fit`` runs this and writes ``model.json`` beside the engine's
code; ``docs/validation/duplicates.md`` says on what, and how well it holds.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from craterbench_qgis.engine.duplicates.measures import RECALLS
from craterbench_qgis.engine.duplicates.model import FORMAT, Logistic, PairModel
from craterbench_qgis.engine.duplicates.rim import CELLS, CONTEXT, OUTPUTS, RimReading
from craterbench_qgis.engine.evaluation.duplicates_report import HEADER, MARGINS, cells, margin_text
from craterbench_qgis.engine.evaluation.tables import markdown_rows

Floats = NDArray[np.float64]
DIRECTIONS = 32


def model_json(model: PairModel) -> dict[str, Any]:
    """Plain JSON, numbers of five significant digits; ``load_model`` reads it."""
    reading = model.reading
    return {
        "format": FORMAT,
        "encoder": {
            "id": model.encoder_id,
            "weights_hash": model.weights_hash,
            # A hash of weights looks like a secret to the scan of QGIS's plugin repository.
            "scan": "# pragma: allowlist secret",
        },
        "fitted": model.fitted,
        "geometry": _logistic_json(model.geometry),
        "looks": _logistic_json(model.looks) if model.looks else None,
        "reading": reading_json(reading) if reading else None,
    }


def _logistic_json(logistic: Logistic) -> dict[str, Any]:
    return {
        "features": list(logistic.features),
        **{name: _rounded(getattr(logistic, name)) for name in ("mean", "scale", "weights")},
        "intercept": _rounded(logistic.intercept),
    }


def reading_json(reading: RimReading) -> dict[str, Any]:
    """The same of a rim reading."""
    return {
        "outputs": list(OUTPUTS),
        "context": CONTEXT,
        "cells": CELLS,
        **{name: _rounded(getattr(reading, name)) for name in ("basis", "weights", "bias")},
    }


def _rounded(values: Any) -> Any:
    """A number, or nested lists of numbers, of five significant digits."""
    array = np.asarray(values, np.float64)
    return np.vectorize(lambda v: float(f"{v:.5g}"))(array).tolist()


def principal_directions(tokens: Floats, count: int = DIRECTIONS) -> Floats:
    """The ``count`` directions [D, count] in which tokens [M, D] vary most, the last the most."""
    covariance = np.cov(np.asarray(tokens, np.float64).T)
    _, vectors = np.linalg.eigh(covariance)
    return np.asarray(vectors[:, -count:], np.float32)


def fit_reading(
    basis: Floats, features: Floats, targets: Floats, ridge: float = 1000.0
) -> RimReading:
    """Ridge regression of ``targets`` [M, 4] on ``features`` [M, F].

    A row whose ``on_rim`` target is NaN (neither on the rim nor clear of it) is left out of that
    reading alone.
    """
    mean, scale = features.mean(axis=0), features.std(axis=0) + 1e-6
    standard = (features - mean) / scale
    columns, bias = [], []
    for k in range(targets.shape[1]):
        use = np.isfinite(targets[:, k])
        x, y = standard[use].astype(np.float64), targets[use, k].astype(np.float64)
        centre = x.mean(axis=0)
        x = x - centre
        gram = x.T @ x + ridge * np.eye(x.shape[1])
        solved = np.linalg.solve(gram, x.T @ (y - y.mean()))
        column = solved / scale
        columns.append(column)
        bias.append(y.mean() - float(column @ mean) - float(solved @ centre))
    return RimReading(
        np.asarray(basis, np.float32),
        np.stack(columns, 1).astype(np.float32),
        np.array(bias, np.float32),
    )


def fit_logistic(
    features: tuple[str, ...],
    x: Floats,
    y: NDArray[np.bool_],
    weights: Floats,
    ridge: float = 1.0,
) -> Logistic:
    """Weighted maximum likelihood with a ridge on the standardised weights.

    ``x`` [p, F], ``y`` [p] (a duplicate?), ``weights`` [p].
    """
    from scipy.optimize import minimize

    mean, scale = x.mean(axis=0), x.std(axis=0) + 1e-9
    z = (x - mean) / scale
    sign = np.where(y, 1.0, -1.0)

    def loss(t: Floats) -> tuple[float, Floats]:
        odds = sign * (z @ t[1:] + t[0])
        pull = -weights * sign / (1.0 + np.exp(np.clip(odds, -50.0, 50.0)))
        value = float((weights * np.logaddexp(0.0, -odds)).sum() + ridge * (t[1:] ** 2).sum() / 2)
        return value, np.concatenate([[pull.sum()], z.T @ pull + ridge * t[1:]])

    best = minimize(loss, np.zeros(z.shape[1] + 1), jac=True, method="L-BFGS-B")
    return Logistic(features, mean, scale, best.x[1:], float(best.x[0]))


def joined(results: Mapping[str, Mapping[str, Any]]) -> str:
    """The rows of several results, each with its name, in one table without intervals."""
    lines = []
    for name, result in results.items():
        counts = f"{name}; {result['duplicates']:,} of {result['pairs']:,} pairs"
        lines += [[counts, *cells(row, interval=False)] for row in result["rows"]]
    return markdown_rows(("planted", *HEADER), lines, 2)


def joined_margins(results: Mapping[str, Mapping[str, Any]]) -> str:
    """What is gained in several results, in one table."""
    lines = []
    for name, result in results.items():
        for pair, margin in result["margins"].items():
            columns = [
                margin["recall_at_threshold"],
                margin["at_threshold"],
                margin["at_same_recall"],
            ]
            columns += list(margin["at_recall"].values())
            cells_ = [margin_text(column) for column in columns]
            log_loss = margin["log_loss"]
            cells_.append(margin_text(log_loss) if log_loss else "")
            lines.append([name, MARGINS[pair], *cells_])
    recalls = [f"precision at recall {recall:.2f}" for recall in RECALLS]
    header = (
        "planted",
        "gained by",
        "recall at the threshold",
        "precision at the threshold",
        "precision at the same recall",
        *recalls,
        "log loss (lower by)",
    )
    return markdown_rows(header, lines, 2)
