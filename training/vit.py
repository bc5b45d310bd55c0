"""The run of a vision transformer of timm, from scratch or from a checkpoint.

The paper's in-domain encoder: views of one place under two suns and two sensors are a pair, no
label is asked for. What is contrasted is what the engine searches by: instance tokens of
:func:`.losses.aggregate` around the seeds of the CLS token's attention, and the CLS token.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from craterbench_qgis.engine.encoders.card import ModelCard
from craterbench_qgis.engine.encoders.checkpoint import Checkpoint, read_checkpoint
from craterbench_qgis.engine.encoders.device import choose_place
from craterbench_qgis.engine.encoders.vit import VitEncoder, build_model, native_input
from craterbench_qgis.engine.errors import CraterBenchError, EncoderError

from .config import TrainingConfig, read_config
from .pack import TerrainPack
from .pairs import Described, Learner, PairRun
from .render import ViewPair


class VitRun(PairRun):
    """A run of a vision transformer. ``start_from``: a checkpoint or its card; without it the
    network begins with timm's random weights.

    The recipe's ``network``: ``timm``, a name; ``input_size``; ``train_blocks``, how many of the
    last blocks learn (0 or left out: all, and the patches and positions too).
    """

    def __init__(
        self,
        config: TrainingConfig,
        pack: TerrainPack,
        device: torch.device,
        start_from: Path | None = None,
    ) -> None:
        torch.manual_seed(config.seed)
        begin = beginning(config.network, start_from)
        place = choose_place(device.type, config.threads)
        self.encoder = VitEncoder(begin.model, begin.config, begin.provenance, place)
        for part in _learning(begin.model, int(config.network.get("train_blocks", 0))):
            part.requires_grad_(True)
        mean, std = begin.config.mean, begin.config.std
        self.mean = torch.tensor(mean, device=device).view(1, -1, 1, 1)
        self.std = torch.tensor(std, device=device).view(1, -1, 1, 1)
        learner = Learner(begin.model, config.temperatures)
        super().__init__(config, pack, device, learner, self.encoder.global_dim)

    def describe(self, views: Tensor, pair: ViewPair) -> tuple[Described, dict[str, Tensor]]:
        """See :meth:`PairRun.describe`; the tokens themselves tell places apart."""
        whole, tokens, attention = self.encoder.describe((views - self.mean) / self.std)
        tokens = F.normalize(tokens.float(), dim=-1)
        whole = F.normalize(whole.float(), dim=-1)
        return Described(whole, tokens, attention.detach().float(), tokens), {}


def beginning(network: dict[str, Any], start_from: Path | None) -> Checkpoint:
    """The network a run of a recipe's ``network`` begins with. Raises EncoderError."""
    name, size = str(network["timm"]), int(network["input_size"])
    if start_from is not None:
        begin = read_checkpoint(start_from, size)
        if begin.card.architecture.split(".")[0] != name.split(".")[0]:
            raise EncoderError(
                f"The weights to start from are of {begin.card.architecture}, the recipe is for "
                f"{name}. Name that one as 'timm' in the recipe."
            )
        return begin
    native, _ = native_input(name)
    config = replace(native, size=size)
    card = ModelCard(name, name, native.channels, size, native.mean, native.std)
    return Checkpoint(build_model(name, channels=native.channels, size=size), config, card, "")


def _learning(model: nn.Module, blocks: int) -> list[nn.Module]:
    """The parts of ``model`` that learn: everything, or its last ``blocks`` and what follows."""
    layers = list(model.blocks.children())  # type: ignore[union-attr]
    if blocks > len(layers):
        raise CraterBenchError(
            f"The recipe trains {blocks} blocks of a network that has {len(layers)}. Correct "
            "'train_blocks'."
        )
    behind = [getattr(model, name, None) for name in ("norm", "fc_norm")]
    return [model] if not blocks else [*layers[-blocks:], *(p for p in behind if p is not None)]


def export_vit(
    checkpoint: Path, recipe: Path, folder: Path, start_from: Path | None = None
) -> Path:
    """Write ``NAME.safetensors`` (averaged weights, float16) and its model card for ``--encoder``;
    return the card. ``start_from``: what the run began with."""
    from safetensors.torch import save

    config: TrainingConfig = read_config(recipe)
    begin = beginning(config.network, start_from)
    state = torch.load(checkpoint, map_location="cpu", weights_only=True)
    average = {name: value.half().contiguous() for name, value in state["average"].items()}
    data = save(average, metadata={"format": "pt"})
    came = begin.card.name if start_from is not None else "random weights"
    card = {
        "name": config.name,
        "architecture": begin.card.architecture,
        "in_chans": begin.config.channels,
        "input_size": begin.config.size,
        "mean": list(begin.config.mean),
        "std": list(begin.config.std),
        "interpolation": begin.config.interpolation,
        "licence": begin.card.licence if start_from is not None else "as its training data's",
        "sha256": hashlib.sha256(data).hexdigest(),
        "description": f"trained on {_bodies(config)} for {state['step']} steps, begun with {came}",
        "source": begin.card.source,
    }
    folder.mkdir(parents=True, exist_ok=True)
    for path, content in (
        (folder / f"{config.name}.safetensors", data),
        (folder / f"{config.name}.json", (json.dumps(card, indent=2) + "\n").encode()),
    ):
        part = path.with_suffix(".part")
        part.write_bytes(content)
        part.replace(path)
    return folder / f"{config.name}.json"


def _bodies(config: TrainingConfig) -> str:
    return ", ".join(share.name for share in config.shares())
