"""Files that the tours come upon: an index whose mosaic and checkpoint will be moved, one described
by an earlier version, and a raster that calls itself a map of the Earth. Run by the engine's
Python."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import rasterio
from rasterio.windows import from_bounds

from craterbench_qgis.engine.kinds import load_descriptor
from craterbench_qgis.engine.kinds.upgrade import upgrade_index
from paths import CATALOGUE, ENGINE_PYTHON, MOSAIC, ROOT

_AROUND = (-30.0, -60.0, 10.0, -30.0)
"""West, south, east, north of what is cut: Tycho and its neighbours."""
_CARD = {
    "name": "untrained",
    "architecture": "test_vit",
    "in_chans": 1,
    "input_size": 160,
    "mean": [0.5],
    "std": [0.5],
    "licence": "CC0-1.0",
    "description": "random weights",
    "source": "nowhere",
}
_SAVE = """
import sys, torch
from craterbench_qgis.engine.encoders.vit import build_model
torch.manual_seed(5)
torch.save(build_model("test_vit", channels=1).state_dict(), sys.argv[1])
"""


def cut_mosaic(path: Path, crs: str = "") -> Path:
    """A piece of the mosaic as a file of its own; ``crs``: what it calls itself instead."""
    with rasterio.open(MOSAIC) as source:
        window = from_bounds(*_AROUND, source.transform).round_offsets().round_lengths()
        profile = {
            **source.profile,
            "width": window.width,
            "height": window.height,
            "transform": source.window_transform(window),
        }
        if crs:
            profile["crs"] = crs
        with rasterio.open(path, "w", **profile) as target:
            target.write(source.read(window=window))
    return path


def as_earlier_versions_described(index: Path, copy: Path) -> Path:
    """A copy of an index without kinds whose craters are described without shading."""
    descriptor = load_descriptor(threads=1)
    descriptor.shading = 0
    shutil.copytree(index, copy)
    upgrade_index(copy, descriptor)
    return copy


def make_to_lose(folder: Path) -> Path:
    """``to_lose.craterindex`` of few craters, without kinds, beside its ``piece.tif`` and
    ``untrained.pth``: a user's own mosaic and encoder."""
    folder.mkdir(parents=True)
    piece, weights = cut_mosaic(folder / "piece.tif"), folder / "untrained.pth"
    subprocess.run([ENGINE_PYTHON, "-c", _SAVE, weights], check=True, cwd=ROOT)
    weights.with_suffix(".json").write_text(json.dumps(_CARD), encoding="utf-8")
    index = folder / "to_lose.craterindex"
    west, south, east, north = (str(number) for number in _AROUND)
    subprocess.run(
        [
            *(ENGINE_PYTHON, "-m", "craterbench_qgis.engine", "index", "build", "--no-kinds"),
            *("--mosaic", piece, "--catalogue", CATALOGUE, "--encoder", weights),
            *("--min-diameter", "60", "--context", "2"),
            *("--region", west, south, east, north, "--output", index),
        ],
        check=True,
        capture_output=True,
        cwd=ROOT,
    )
    return index
