"""A recipe for the descriptor of kind, from its pack to its weights: a run, then a second head."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch

from craterbench_qgis.engine.encoders.base import resources_folder
from craterbench_qgis.engine.monitor import Monitor

from .finish import finish
from .pack import read_pack
from .run import KindRun, read_recipe


def train_kind(
    config_path: Path, folder: Path, monitor: Monitor | None = None, device: str = "auto"
) -> Path:
    """Run the recipe ``config_path`` in ``folder`` (which holds its pack, and ``looks.npy`` if
    there are looks to learn) and return the checkpoint. Stopped and started again, it goes on."""
    monitor = monitor or Monitor()
    config = read_recipe(config_path)
    pack = read_pack(folder / str(config["pack"]))
    looks_path = folder / "looks.npy"
    looks = np.load(looks_path, allow_pickle=False) if looks_path.exists() else None
    name = ("cuda" if torch.cuda.is_available() else "cpu") if device == "auto" else device
    torch.set_num_threads(int(config["threads"]))
    start = config.get("start_from")
    if start is not None:
        start = resources_folder() / f"{start}.safetensors"
    run = KindRun(config, pack, torch.device(name), looks, start)
    every, total = int(config["checkpoint_every"]), int(config["steps"])
    checkpoint = run.go_on(folder, every, total, monitor, resume=True)
    if "finish" not in config:
        return checkpoint
    finish(run, config["finish"], monitor)
    run.save(folder / "finished.pt")
    return folder / "finished.pt"
