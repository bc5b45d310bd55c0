"""hit@1 over the bytes of a view: how many tokens, in how many bits. docs/validation/bytes.md.

    python benchmarks/bytes_per_view.py --data ../shared/data --work FOLDER [--kept]
        [--picture docs/images/bytes.png] [--seconds 300]

Two-stage search (100 views of the shortlist by the stored int8 descriptors), the query's tokens not
quantised, as in a search. Development sets, in the western hemisphere without the farside's north
(lon -170..-135, lat 0..45): ``shade`` (photograph against shaded terrain), ``processing``
(photograph against a simulated other processing of it, centres off by up to 0.3 D), ``suns``
(fine terrain of lon -135..-122 under three other suns, among views of the hemisphere). Kept aside
(``--kept``): ``illumination`` and ``missions`` of training/validate.py. Codes are fitted to tokens
of the development galleries. Views and results are kept in FOLDER and not made again.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks import token_codes  # noqa: E402
from craterbench_qgis.engine.encoders import load_encoder  # noqa: E402
from craterbench_qgis.engine.encoders.base import Encoder  # noqa: E402
from craterbench_qgis.engine.interaction import maxsim  # noqa: E402
from craterbench_qgis.engine.tokens import dequantise, instance_tokens, quantise  # noqa: E402
from training import develop, validate  # noqa: E402
from training.validate import FINE_DEV, RetrievalSet, Views, cut, hillshade, within  # noqa: E402

KS = (4, 8, 16, 32, 64)
MANY = 112
"""Tokens that fit into the bytes of 64 at half the bits."""
Plan = list[tuple[str, int, int]]
PLAN: Plan = [
    *(("int8", k, k) for k in KS),
    ("int8", 16, 64),
    *(("rot4", k, k) for k in (16, 32, 64)),
    *(("rot2", k, k) for k in KS),
    ("rot1", 64, 64),
    ("rot1", MANY, MANY),
    ("rot1", 144, 144),
    ("rot2", 64, 144),
    *((code, 64, 64) for code in ("float", "lm2", "fair2", "pca64x4", "res256x2", "pq32")),
]
"""Code, tokens stored, tokens of a query."""
KEPT_PLAN: Plan = [
    *(("int8", k, k) for k in KS),
    *(("rot4", k, k) for k in (16, 64)),
    *(("rot2", k, k) for k in KS),
    ("rot1", 64, 64),
]
SHORTLIST = 100
SETS = ("photographs", "suns")
KEPT = ("illumination", "missions")
WEST, FARSIDE = (-180.0, -60.0, 0.0, 60.0), validate.FINE_FINAL
WORLD = (-180.0, -90.0, 180.0, 90.0)
SMALLEST = 20e3


def make_set(name: str, data: Path, work: Path, size: int) -> RetrievalSet:
    """The views of one set, seed 0."""
    moon = data / "moon"
    if name in KEPT:
        return validate.make_set(name, moon, work, size, 600 if name == "illumination" else 0)
    rng, craters = np.random.default_rng(0), validate.read_craters(moon)
    west = np.setdiff1d(within(craters, WEST, SMALLEST, 1e9), within(craters, FARSIDE, 0, 1e9))
    if name == "suns":
        near = validate.make_set("dev-illumination", moon, work, size, 400)
        far = np.setdiff1d(west, within(craters, FINE_DEV, 0, 1e9))
        lit = hillshade(moon / validate.GLOBAL, WORLD, 90.0, 20.0, work / "east20.tif")
        others = cut(lit, craters, far, (2.0, 3.0), size, 0.0, rng)
        both = [near.gallery, others]
        gallery = Views(
            np.concatenate([v.pixels for v in both]), np.concatenate([v.row for v in both])
        )
        return RetrievalSet(gallery, near.queries)
    wac = moon / validate.WAC
    gallery = cut(wac, craters, west, (2.0, 3.0), size, 0.0, rng)
    picked = np.sort(rng.permutation(np.unique(gallery.row))[:800])
    lit = hillshade(moon / validate.GLOBAL, WORLD, 90.0, 30.0, work / "east30.tif")
    shade = cut(lit, craters, picked, None, size, 0.1, rng)
    return RetrievalSet(
        gallery, {"shade": shade, "processing": other_hand(wac, craters, shade.row, size)}
    )


def other_hand(wac: Path, craters: np.ndarray, picked: np.ndarray, size: int) -> Views:
    """Views of ``picked`` in a simulated other processing, centres off by up to 0.3 D."""
    rng = np.random.default_rng(1)
    raw = cut(wac, craters, picked, None, size, 0.3, rng)
    return develop.another_processing(raw, rng)


def encode(encoder: Encoder, views: Views, folder: Path) -> None:
    """Descriptors, and instance tokens of every K, of ``views`` as float16 files."""
    folder.mkdir(parents=True, exist_ok=True)
    count, (rows, columns) = len(views.row), encoder.grid
    files = {
        k: np.lib.format.open_memmap(
            folder / f"tokens{k}.npy", "w+", np.float16, (count, k, encoder.token_dim)
        )
        for k in (*KS, MANY, rows * columns)
    }
    globals_ = np.zeros((count, encoder.global_dim), np.float32)
    for start in range(0, count, 128):
        part = slice(start, start + 128)
        embedding = encoder.encode(views.pixels[part])
        globals_[part] = dequantise(*quantise(embedding.globals))
        for k, file in files.items():
            file[part] = (
                embedding.tokens
                if k == rows * columns
                else instance_tokens(embedding.tokens, k, attention=embedding.attention).vectors
            )
    np.save(folder / "globals.npy", globals_)
    np.save(folder / "row.npy", views.row)  # last: says that the folder is whole


def prepare(name: str, data: Path, work: Path, encoder: Encoder) -> list[str]:
    """Cut and encode a set once; the labels of its queries."""
    done = work / name / "queries.json"
    if not done.exists():
        views = make_set(name, data, work, encoder.input_size)
        encode(encoder, views.gallery, work / name / "gallery")
        for label, asked in views.queries.items():
            encode(encoder, asked, work / name / label)
        done.write_text(json.dumps(list(views.queries)), encoding="utf-8")
    return list(json.loads(done.read_text(encoding="utf-8")))


def tokens_of(folder: Path, k: int) -> np.ndarray:
    """Instance tokens float32 [V, K, D]."""
    return np.load(folder / f"tokens{k}.npy").astype(np.float32)


def sample(work: Path, k: int) -> np.ndarray:
    """Tokens [n, D] of the development galleries, to which codes are fitted."""
    rng, parts = np.random.default_rng(1), []
    for name in SETS:
        stored = np.load(work / name / "gallery" / f"tokens{k}.npy", mmap_mode="r")
        flat = stored.reshape(-1, stored.shape[-1])
        chosen = np.sort(rng.choice(len(flat), token_codes.SAMPLE // 2))
        parts.append(flat[chosen].astype(np.float32))
    return np.concatenate(parts)


def ranks(gallery: np.ndarray, rows: np.ndarray, asked: np.ndarray, own: np.ndarray,
          lists: np.ndarray) -> list[int]:  # fmt: skip
    """Rank of each query's own crater in its shortlist ``lists`` [Q, S]; 0: not in it."""
    out = []
    for query, crater, views in zip(asked, own, lists, strict=True):
        scores = maxsim(query, gallery[views])
        mine = rows[views] == crater
        if not mine.any():
            out.append(0)
            continue
        better = np.unique(rows[views][scores > scores[mine].max()])
        out.append(1 + len(better))
    return out


def shortlists(work: Path, name: str, label: str) -> np.ndarray:
    """The first views [Q, S] of each query by the descriptors."""
    known, asked = (np.load(work / name / part / "globals.npy") for part in ("gallery", label))
    return np.argsort(-(asked @ known.T), axis=1, kind="stable")[:, :SHORTLIST]


def measure(
    work: Path, sets: dict[str, list[str]], code: str, k: int, asked_k: int
) -> dict[str, dict]:
    """Of each set: bytes a view, and the ranks of every query with one code."""
    back, token_bytes = token_codes.fit(code, sample(work, k))
    results = {}
    for name, labels in sets.items():
        gallery = tokens_of(work / name / "gallery", k)
        rows = np.load(work / name / "gallery/row.npy")
        patches = max(int(p.stem[6:]) for p in (work / name / "gallery").glob("tokens*.npy"))
        for start in range(0, len(gallery), 512):
            gallery[start : start + 512] = back(gallery[start : start + 512])
        found = {}
        for label in labels:
            asked = work / name / label
            found[label] = ranks(
                gallery, rows, tokens_of(asked, asked_k), np.load(asked / "row.npy"),
                shortlists(work, name, label),
            )  # fmt: skip
        results[name] = {
            "bytes": token_codes.record_bytes(token_bytes, k, patches), "ranks": found,
        }  # fmt: skip
    return results


def measured(work: Path, sets: list[str], plan: Plan) -> dict[tuple[str, int, int], dict]:
    """What is known of each (code, K, K of the query): its bytes, and ranks of all queries."""
    known: dict[tuple[str, int, int], dict] = {}
    for code, k, asked in plan:
        parts = [
            json.loads((work / "results" / f"{name}-{code}-{k}-{asked}.json").read_text("utf-8"))
            for name in sets
        ]
        ranks_of = {label: np.array(r) for part in parts for label, r in part["ranks"].items()}
        known[code, k, asked] = {"bytes": parts[0]["bytes"], "ranks": grouped(ranks_of)}
    return known


def grouped(ranks_of: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Ranks of queries, those of the three suns together."""
    suns = [ranks_of.pop(name) for name in validate.SUNS if name in ranks_of]
    return ranks_of | ({"suns": np.concatenate(suns)} if suns else {})


def interval(values: np.ndarray, decimals: str = ".3f") -> str:
    """Mean and its 95 % bootstrap interval."""
    rng = np.random.default_rng(0)
    means = values[rng.integers(0, len(values), (2000, len(values)))].mean(axis=1)
    low, high = np.percentile(means, (2.5, 97.5))
    return f"{values.mean():{decimals}} ({low:{decimals}} to {high:{decimals}})"


BASES = (("int8", 16, 16), ("int8", 64, 64))


def table(known: dict[tuple[str, int, int], dict]) -> str:
    """Markdown: a row for each code and K, by bytes; differences are paired."""
    count = {label: len(ranks_) for label, ranks_ in known[BASES[0]]["ranks"].items()}
    columns = ["hit@1", "mAP", *(f"less int8, K = {k}" for _, k, _ in BASES)]
    head = [f"{label} ({n}): {what}" for label, n in count.items() for what in columns]
    lines = ["| " + " | ".join(["code", "K", "bytes", *head]) + " |"]
    lines.append("|---|---|---|" + "---|" * len(head))
    for key, row in sorted(known.items(), key=lambda item: item[1]["bytes"]):
        code, k, asked = key
        cells = [code, f"{k}" if k == asked else f"{k}, query {asked}", f"{row['bytes']:,}"]
        for label in count:
            ranks_ = row["ranks"][label]
            hits = (ranks_ == 1).astype(float)
            precision = np.where(ranks_ > 0, 1 / np.maximum(ranks_, 1), 0)
            cells += [interval(hits), f"{precision.mean():.3f}"]
            cells += [
                "" if key == base else interval(hits - (known[base]["ranks"][label] == 1), "+.3f")
                for base in BASES
            ]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def draw(known: dict[tuple[str, int, int], dict], path: Path) -> None:
    """hit@1 over bytes, a panel for each group of queries, a line for each code."""
    from craterbench_qgis.engine.evaluation.plots import new_figure, save_figure

    labels = list(next(iter(known.values()))["ranks"])
    figure = new_figure(4.2 * len(labels), 3.8)
    axes = figure.subplots(1, len(labels), squeeze=False)[0]
    codes = dict.fromkeys(code for code, k, asked in known if k == asked)
    for axis, label in zip(axes, labels, strict=True):
        for number, code in enumerate(codes):
            points = sorted(
                (row["bytes"], k, (row["ranks"][label] == 1).mean())
                for (name, k, asked), row in known.items()
                if name == code and k == asked
            )
            size, _, hits = zip(*points, strict=True)
            axis.plot(size, hits, "osD^vP*Xhp<>"[number], ls="-", ms=5, label=code)
            if code in ("int8", "rot2"):
                for x, k, y in points:
                    axis.annotate(f"{k}", (x, y), (3, -9), textcoords="offset points", fontsize=7)
        axis.axvline(2500, color="#999999", lw=0.8, ls=":")
        axis.set(xscale="log", xlabel="bytes of a view's record", title=label)
        axis.set_xticks([250, 500, 1000, 2500, 5000, 10000], minor=False)
        axis.set_xticklabels(["250", "500", "1,000", "2,500", "5,000", "10,000"], fontsize=8)
        axis.minorticks_off()
    axes[0].set_ylabel("hit@1")
    axes[-1].legend(fontsize=7)
    save_figure(figure, path, 130)


def main() -> int:
    """Measure what is missing, print the table; 3 when the time is up before the end."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data")
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--kept", action="store_true", help="the sets kept aside, fewer codes")
    parser.add_argument("--codes", nargs="+", help="only these")
    parser.add_argument("--seconds", type=float, default=float("inf"))
    parser.add_argument("--picture", type=Path)
    options = parser.parse_args()
    end = time.monotonic() + options.seconds
    work, sets = options.work, list(KEPT if options.kept else SETS)
    plan = [row for row in PLAN if not options.codes or row[0] in options.codes]
    if options.kept:
        plan = [row for row in plan if row in KEPT_PLAN]
    encoder = load_encoder(None, device="cpu", threads=1)
    labels = {
        name: prepare(name, options.data, work, encoder) for name in dict.fromkeys((*SETS, *sets))
    }
    (work / "results").mkdir(exist_ok=True)
    for code, k, asked in plan:
        paths = {name: work / "results" / f"{name}-{code}-{k}-{asked}.json" for name in sets}
        missing = {name: labels[name] for name, path in paths.items() if not path.exists()}
        if not missing:
            continue
        if time.monotonic() > end:
            return 3
        for name, result in measure(work, missing, code, k, asked).items():
            paths[name].write_text(json.dumps(result), encoding="utf-8")
            print(f"{name} {code} K = {k}, query {asked}: measured", flush=True)
    known = measured(work, sets, plan)
    print(table(known))
    if options.picture:
        draw(known, options.picture)
    return 0


if __name__ == "__main__":
    sys.exit(main())
