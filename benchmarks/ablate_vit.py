"""The paper's ablation on a vision transformer, and why aggregation does or does not gain.

    python benchmarks/ablate_vit.py --data ../shared/data --encoder DINOV2.json --work CACHE
        --output docs/validation/ablation-vit.md

Embeds a few hundred craters once (kept in CACHE), then scores them in many ways. Sets: named
craters of Mars on shaded terrain, the queries' sun turned by 180 degrees; WAC against Clementine.
DINOV2.json: see benchmarks/dinov2_from_wheel.py.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from craterbench_qgis.engine.encoders import load_encoder
from craterbench_qgis.engine.tokens import instance_tokens
from training.develop import NORMALS, shade_normals
from training.validate import CLEMENTINE, WAC, Views, cut, read_craters, within

Array = NDArray[np.float32]
KS = (4, 8, 16, 32, 64)
LAYERS = (8, 10)
"""Blocks whose output is kept beside the last one's (counted from 0)."""


def make_views(name: str, data: Path, work: Path, size: int, count: int) -> tuple[Views, Views]:
    """Gallery of ``count`` craters (width 2.5 diameters), queries of two thirds of them."""
    rng = np.random.default_rng(0)
    if name == "mars":
        from craterbench_qgis.engine.catalogue import read_catalogue

        named = read_catalogue(data / "mars/mars_named_craters.csv", body="mars")
        craters = np.stack([named.lon, named.lat, named.diameter], axis=1)
        rows = within(craters, (-180.0, -75.0, 180.0, 75.0), 45e3, 400e3)
        sides = [
            shade_normals(data / NORMALS, azimuth, 25.0, work / f"shade{azimuth:.0f}.tif")
            for azimuth in (90.0, 270.0)
        ]
    else:
        craters = read_craters(data / "moon")
        rows = within(craters, (0.0, -60.0, 180.0, 60.0), 42.6e3, 1e9)
        sides = [data / "moon" / WAC, data / "moon" / CLEMENTINE]
    body = "mars" if name == "mars" else "moon"
    rows = np.sort(rng.permutation(rows)[:count])
    gallery = cut(sides[0], craters, rows, (2.5,), size, 0.0, rng, body_name=body)
    asked = np.sort(rng.permutation(np.unique(gallery.row))[: 2 * count // 3])
    return gallery, cut(sides[1], craters, asked, None, size, 0.1, rng, body_name=body)


def embed_layers(encoder: Any, views: Views) -> dict[str, Array]:
    """Global vectors, CLS attention, and the patch tokens of the last block (before and after the
    last norm) and of :data:`LAYERS`."""
    import torch

    model, kept = encoder._model, {}
    hooks = [
        model.blocks[at].register_forward_hook(
            lambda _m, _i, out, at=at: kept.__setitem__(f"block{at}", out[:, 1:].half().numpy())
        )
        for at in (*LAYERS, len(model.blocks) - 1)
    ]
    parts: dict[str, list[Any]] = {}
    try:
        with torch.inference_mode():
            for start in range(0, len(views.row), 8):
                whole, tokens, attention = encoder._forward(views.pixels[start : start + 8])
                kept.update(whole=whole, tokens=tokens.astype(np.float16), attention=attention)
                for name, value in kept.items():
                    parts.setdefault(name, []).append(value)
    finally:
        for hook in hooks:
            hook.remove()
    return {name: np.concatenate(value) for name, value in parts.items()}


def unit(x: Array) -> Array:
    """Unit vectors along the last axis."""
    x = x.astype(np.float32)
    return x / np.maximum(np.linalg.norm(x, axis=-1, keepdims=True), 1e-9)


def scores(query: Array, gallery: Array) -> Array:
    """MaxSim [Q, V] of unit tokens [Q, K, D], [V, M, D]."""
    flat = gallery.reshape(-1, gallery.shape[2]).T
    count, m = len(gallery), gallery.shape[1]
    return np.stack([(q @ flat).reshape(len(q), count, m).max(axis=2).mean(axis=0) for q in query])


class Bench:
    """Queries and gallery of one set; every method gives (hit@1, mAP)."""

    def __init__(self, query: dict[str, Array], gallery: dict[str, Array], own: Any) -> None:
        self.query, self.gallery, self.own = query, gallery, own

    def measure(self, score: Array) -> tuple[float, float]:
        """One relevant crater a query, so average precision is 1 / rank."""
        mine = score[np.arange(len(score)), self.own]
        rank = 1 + (score > mine[:, None]).sum(axis=1)
        return float((rank == 1).mean()), float((1 / rank).mean())

    def late(
        self,
        k: int,
        method: str = "aggregated",
        seeds: str = "attention",
        layer: str = "tokens",
        prepare: Callable[[Array, Array], tuple[Array, Array]] | None = None,
        calm: bool = False,
    ) -> Array:
        """Scores by ``k`` instance tokens. ``prepare`` changes (query, gallery) tokens before
        clustering and scoring; ``calm``: outlying norms are no seeds."""
        sides = self.query[layer].astype(np.float32), self.gallery[layer].astype(np.float32)
        if prepare is not None:
            sides = prepare(*sides)
        kept = []
        for tokens, side in zip(sides, (self.query, self.gallery), strict=True):
            attention = side["attention"].astype(np.float32)
            if calm:
                norm = np.linalg.norm(side["block11"].astype(np.float32), axis=2)
                high = norm > 1.5 * np.median(norm, axis=1, keepdims=True)
                attention = np.where(high, 0.0, attention)
            kept.append(
                instance_tokens(unit(tokens), k, seeds=seeds, method=method, attention=attention)
            )
        return scores(kept[0].vectors, kept[1].vectors)

    def all(self, layer: str = "tokens", prepare: Any = None) -> Array:
        """Scores by all tokens."""
        sides = self.query[layer].astype(np.float32), self.gallery[layer].astype(np.float32)
        if prepare is not None:
            sides = prepare(*sides)
        return scores(unit(sides[0]), unit(sides[1]))


def centred(query: Array, gallery: Array) -> tuple[Array, Array]:
    """Less the gallery's mean token."""
    mean = unit(gallery).mean(axis=(0, 1))
    return unit(query) - mean, unit(gallery) - mean


def by_place(query: Array, gallery: Array) -> tuple[Array, Array]:
    """Less the gallery's mean token at each place of the grid: what only says where it is."""
    mean = unit(gallery).mean(axis=0)
    return unit(query) - mean, unit(gallery) - mean


def whitened(query: Array, gallery: Array) -> tuple[Array, Array]:
    """Half-whitened by the gallery's covariance (eigenvalues to the power -1/4)."""
    query, gallery = by_place(query, gallery)
    flat = gallery.reshape(-1, gallery.shape[2])
    values, axes = np.linalg.eigh(np.cov(flat[::4].T))
    change = (axes * np.maximum(values, 1e-6) ** -0.25).astype(np.float32)
    return query @ change, gallery @ change


def loop_reference(tokens: Array, attention: Array, k: int) -> Array:
    """The paper's formula, written out crater by crater and token by token."""
    out = []
    for t, a in zip(tokens, attention, strict=True):
        seeds = np.argsort(-a, kind="stable")[:k]
        members: list[list[Array]] = [[] for _ in seeds]
        for i in set(range(len(t))) - set(seeds.tolist()):
            members[int(np.argmax([t[i] @ t[s] for s in seeds]))].append(t[i])
        z = [t[s] + (np.mean(m, axis=0) if m else 0) for s, m in zip(seeds, members, strict=True)]
        out.append(unit(np.stack(z)))
    return np.stack(out)


def diagnose(side: dict[str, Array]) -> dict[str, float]:
    """How alike the tokens of one view are, how uneven the clusters, how many norms stick out."""
    tokens = unit(side["tokens"])
    between = np.einsum("vnd,vmd->vnm", tokens[:60], tokens[:60])
    pooled = instance_tokens(tokens, 16, attention=side["attention"].astype(np.float32))
    sizes = np.stack([np.bincount(a, minlength=16) for a in pooled.assignment])
    seeds = np.take_along_axis(tokens, pooled.seeds[..., None].astype(np.int64), axis=1)
    alike = np.einsum("vkd,vld->vkl", seeds, seeds)
    grown = np.einsum("vkd,vld->vkl", pooled.vectors, pooled.vectors)
    off = ~np.eye(16, dtype=bool)
    norm = np.linalg.norm(side["block11"].astype(np.float32), axis=2)
    high = norm > 1.5 * np.median(norm, axis=1, keepdims=True)
    seed_high = np.take_along_axis(high, pooled.seeds.astype(np.int64), axis=1)
    return {
        "mean cosine of two tokens of a view": float(between.mean()),
        "mean cosine of two seeds": float(alike[:, off].mean()),
        "mean cosine of two aggregated tokens": float(grown[:, off].mean()),
        "share of the largest of 16 clusters": float(sizes.max(axis=1).mean() / tokens.shape[1]),
        "clusters of the seed alone, of 16": float((sizes == 1).sum(axis=1).mean()),
        "tokens with a norm above 1.5 medians": float(high.mean()),
        "... among the 16 seeds": float(seed_high.mean()),
        "attention held by the 16 seeds": float(
            np.sort(side["attention"], axis=1)[:, -16:].sum(axis=1).mean()
        ),
    }


def published(bench: Bench) -> list[tuple[str, tuple[float, float]]]:
    """The rows of the paper's ablation."""
    vector_scores = unit(bench.query["whole"]) @ unit(bench.gallery["whole"]).T
    rows = [("one vector (CLS)", bench.measure(vector_scores))]
    kept = {}
    for method in ("raw", "aggregated", "centroid"):
        for k in KS:
            kept[method, k] = bench.late(k, method)
            rows.append((f"{method}, K = {k}", bench.measure(kept[method, k])))
    for k, name, seeds in (
        (16, "farthest-point", "fps"),
        (64, "farthest-point", "fps"),
        (16, "random", "random"),
    ):
        label = f"aggregated, {name} seeds, K = {k}"
        rows.append((label, bench.measure(bench.late(k, seeds=seeds))))
    whole = bench.all()
    rows.append((f"all {bench.query['tokens'].shape[1]}", bench.measure(whole)))
    for k in (16, 64):
        cutoff = -np.partition(-vector_scores, 99, axis=1)[:, 99:100]
        rerank = np.where(vector_scores >= cutoff, kept["aggregated", k], -2.0)
        rows.append((f"two-stage, S = 100, K = {k}", bench.measure(rerank)))
    return rows


def causes(bench: Bench) -> list[tuple[str, list[float]]]:
    """mAP of raw 16, aggregated 16, aggregated 64 under one change each."""
    changes: list[tuple[str, dict[str, Any]]] = [
        ("as shipped: last norm, unit tokens, attention seeds", {}),
        ("tokens less the mean token, before clustering", {"prepare": centred}),
        ("... less the mean token of their place", {"prepare": by_place}),
        ("... and half-whitened", {"prepare": whitened}),
        ("seeds without outlying norms (artefacts)", {"calm": True}),
        ("farthest-point seeds", {"seeds": "fps"}),
        ("random seeds", {"seeds": "random"}),
        ("last block before the last norm", {"layer": "block11"}),
        ("block 11 of 12", {"layer": "block10"}),
        ("block 9 of 12", {"layer": "block8"}),
        ("block 9, less the mean token of the place", {"layer": "block8", "prepare": by_place}),
    ]  # fmt: skip
    rows = []
    for label, change in changes:
        figures = [
            bench.measure(bench.late(k, method, **change))[1]
            for k, method in ((16, "raw"), (16, "aggregated"), (64, "raw"), (64, "aggregated"))
        ]
        rows.append((label, figures))
    return rows


def main() -> None:
    """Embed what is not cached, score, write the page."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--encoder", required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--embed-only", action="store_true")
    parser.add_argument("--output", type=Path)
    options = parser.parse_args()
    options.work.mkdir(parents=True, exist_ok=True)
    benches = {}
    for name in ("mars", "missions"):
        file = options.work / f"{name}-{options.count}.npz"
        if not file.exists():
            encoder = load_encoder(options.encoder, device="cpu", threads=1)
            gallery, asked = make_views(
                name, options.data, options.work, encoder.input_size, options.count
            )
            parts = {"own": np.searchsorted(gallery.row, asked.row)}
            for side, views in (("gallery", gallery), ("query", asked)):
                parts |= {f"{side}:{n}": v for n, v in embed_layers(encoder, views).items()}
            np.savez(file, **parts)
        kept = dict(np.load(file))
        sides = [
            {n.split(":")[1]: v for n, v in kept.items() if n.startswith(side)}
            for side in ("query", "gallery")
        ]
        benches[name] = Bench(sides[0], sides[1], kept["own"])
    if options.embed_only:
        return
    mars, missions = benches["mars"], benches["missions"]
    few = {n: v[:12] for n, v in mars.gallery.items()}
    attention = few["attention"].astype(np.float32)
    ours = instance_tokens(unit(few["tokens"]), 16, attention=attention)
    theirs = loop_reference(unit(few["tokens"]), attention, 16)
    counts = [len(side["whole"]) for b in (mars, missions) for side in (b.query, b.gallery)]
    lines = [
        f"Measured {date.today()}. Queries and gallery: Mars {counts[0]} and {counts[1]}, two "
        f"missions {counts[2]} and {counts[3]}.",
        "",
        "| method | Mars, other sun: hit@1 | mAP | WAC / Clementine: hit@1 | mAP |",
        "|---|---|---|---|---|",
    ]
    for (label, a), (_, b) in zip(published(mars), published(missions), strict=True):
        lines.append(f"| {label} | {a[0]:.3f} | {a[1]:.3f} | {b[0]:.3f} | {b[1]:.3f} |")
    lines += [
        "",
        "Largest difference of the engine's instance tokens from the formula written out in loops: "
        f"{np.abs(ours.vectors - theirs).max():.1e}.",
        "",
        "| change (mAP, Mars) | raw 16 | aggregated 16 | raw 64 | aggregated 64 |",
        "|---|---|---|---|---|",
    ]
    for label, figures in causes(mars):
        lines.append(f"| {label} | " + " | ".join(f"{x:.3f}" for x in figures) + " |")
    lines += ["", "| of a view (galleries) | Mars | WAC |", "|---|---|---|"]
    two = diagnose(mars.gallery), diagnose(missions.gallery)
    lines += [f"| {label} | {two[0][label]:.3f} | {two[1][label]:.3f} |" for label in two[0]]
    text = "\n".join(lines)
    print(text)
    if options.output is not None:
        options.output.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
