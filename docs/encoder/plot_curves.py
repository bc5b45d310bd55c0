"""Thin a training log and draw it: ``python plot_curves.py RUN/log.jsonl`` (needs matplotlib).

Writes ``training-log.jsonl`` (means over ten steps) and ``curves.png`` beside this file.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent
EVERY = 10


def main() -> int:
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    lines = [json.loads(x) for x in Path(sys.argv[1]).read_text(encoding="utf-8").splitlines()]
    thin = []
    for start in range(0, len(lines) - EVERY + 1, EVERY):
        part = lines[start : start + EVERY]
        names = dict.fromkeys(name for line in part for name in line)
        mean = {n: round(float(np.mean([x[n] for x in part if n in x])), 5) for n in names}
        mean["step"] = part[-1]["step"]
        thin.append(mean)
    text = "".join(json.dumps(line) + "\n" for line in thin)
    (HERE / "training-log.jsonl").write_text(text, encoding="utf-8")
    figure, axes = pyplot.subplots(1, 3, figsize=(13, 3.8), constrained_layout=True)
    panels = [
        ("loss", ["late", "global", "bank", "distil", "dense"]),
        ("loss", ["places", "relief", "saliency"]),
        ("hit@1 in the batch of training pairs", ["top1_late", "top1_global"]),
    ]
    for axis, (label, names) in zip(axes, panels, strict=True):
        for name in names:
            points = [(x["step"], x[name]) for x in thin if name in x]
            axis.plot(*zip(*points, strict=True), label=name)
        axis.set_xlabel("step")
        axis.set_ylabel(label)
        axis.grid(alpha=0.3)
        axis.legend()
    figure.savefig(HERE / "curves.png", dpi=90)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
