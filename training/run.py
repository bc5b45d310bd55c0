"""One training run: from a terrain pack to weights, resumable, on a CPU or a CUDA device."""

from __future__ import annotations

from pathlib import Path

import torch

from craterbench_qgis.engine.monitor import Monitor

from .config import TrainingConfig, read_config
from .crater import CraterRun
from .pack import join_packs, read_pack
from .pairs import PairRun
from .vit import VitRun


def is_vit(config: TrainingConfig) -> bool:
    """Whether a recipe's network is one of timm's, not the convolutional encoder."""
    return "timm" in config.network


def start_of(config: TrainingConfig, recipe: Path, named: Path | None) -> Path | None:
    """The weights a run begins with: those ``named``, else the recipe's, else None."""
    return named or (recipe.parent / config.start_from if config.start_from else None)


def train(
    config_path: str | Path,
    output_dir: str | Path,
    monitor: Monitor | None = None,
    resume: bool = True,
    device: str = "auto",
    start_from: Path | None = None,
) -> Path:
    """Run the recipe ``config_path`` and return the checkpoint ``output_dir/checkpoint.pt``.

    ``start_from``: weights to begin with, in place of those the recipe names.

    Stopped at any moment (also by ``monitor``) and started again with ``resume``, it goes on from
    the last checkpoint. The log, one JSON object per step, is ``output_dir/log.jsonl``. Raises
    CraterBenchError for a recipe or a terrain pack that cannot be used.
    """
    monitor = monitor or Monitor()
    path = Path(config_path)
    config = read_config(path)
    pack = join_packs([read_pack(path.parent / share.pack) for share in config.shares()])
    name = ("cuda" if torch.cuda.is_available() else "cpu") if device == "auto" else device
    torch.set_num_threads(config.threads)
    begun = start_of(config, path, start_from)
    run: PairRun
    if is_vit(config):
        run = VitRun(config, pack, torch.device(name), begun)
    else:
        run = CraterRun(config, pack, torch.device(name), begun, path.parent)
    folder = Path(output_dir)
    folder.mkdir(parents=True, exist_ok=True)
    return run.go_on(folder, config.checkpoint_every, config.steps, monitor, resume)
