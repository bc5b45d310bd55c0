"""The run of the convolutional encoder."""

from __future__ import annotations

from pathlib import Path

import torch
from safetensors import SafetensorError
from torch import Tensor, nn
from torch.nn import functional as F

from craterbench_qgis.engine.encoders.byte_weights import unpack
from craterbench_qgis.engine.encoders.network import (
    CraterNet,
    attention_from_saliency,
    network_from_config,
)
from craterbench_qgis.engine.errors import CraterBenchError

from .config import TrainingConfig
from .pack import TerrainPack
from .pairs import Described, Learner, PairRun
from .render import ViewPair

RELIEF_PER_TOKEN = 16


class CraterLearner(Learner):
    """A convolutional encoder with a head that reads the relief from its features."""

    net: CraterNet

    def __init__(
        self, net: CraterNet, width: int, temperatures: tuple[float, float, float, float]
    ) -> None:
        super().__init__(net, temperatures)
        self.relief = nn.Conv2d(width, RELIEF_PER_TOKEN, 1)


class CraterRun(PairRun):
    """A run of the convolutional encoder. ``start_from``: an earlier one's safetensors;
    ``recipe_folder``: where the recipe's teacher is."""

    learner: CraterLearner

    def __init__(
        self,
        config: TrainingConfig,
        pack: TerrainPack,
        device: torch.device,
        start_from: Path | None = None,
        recipe_folder: Path = Path(),
    ) -> None:
        torch.manual_seed(config.seed)
        net = network_from_config(config.network)
        if start_from is not None:
            begin_with(net, start_from)
        learner = CraterLearner(net, int(config.network["widths"][1]), config.temperatures)
        width = int(config.network["global_dim"])
        super().__init__(config, pack, device, learner, width)
        self.teacher: CraterNet | None = None
        if config.teacher is not None:
            self.teacher = network_from_config(config.network).to(device)
            begin_with(self.teacher, recipe_folder / config.teacher)
            self.teacher.requires_grad_(False).eval()

    def describe(self, views: Tensor, pair: ViewPair) -> tuple[Described, dict[str, Tensor]]:
        """See :meth:`PairRun.describe`."""
        out = self.learner.net(views)
        spread = self.config.spreads[self.step_number % len(self.config.spreads)]
        saliency = out.saliency.float()
        attention = attention_from_saliency(saliency, self.learner.net.rows, spread)
        relief = self._relief_loss(self.learner.relief(out.features).float(), pair)
        described = Described(out.globals, out.tokens, attention, out.local, saliency)
        own = {"relief": relief}
        if self.teacher is not None:
            own["retain"] = self._retain_loss(self.teacher, views, described)
        return described, own

    def _retain_loss(self, teacher: CraterNet, views: Tensor, said: Described) -> Tensor:
        """How far vector and tokens turned from the teacher's, views weighted by their body's
        ``retain``: a network that learns another body forgets the first (Li & Hoiem 2016)."""
        weight = torch.cat(
            [
                torch.full((count,), share.retain)
                for share, count in zip(self.config.shares(), self.parts, strict=True)
            ]
        ).repeat(2)
        held = torch.nonzero(weight).flatten()
        with torch.no_grad():
            wanted = teacher(views[held])
        turned = 1 - (said.globals[held].float() * wanted.globals).sum(dim=1)
        turned = turned + 1 - (said.tokens[held].float() * wanted.tokens).sum(dim=2).mean(dim=1)
        return (turned * weight[held].to(turned)).sum() / weight.sum()

    def _relief_loss(self, relief: Tensor, pair: ViewPair) -> Tensor:
        target = torch.cat([pair.relief_a, pair.relief_b])
        given = F.pixel_shuffle(relief, 4)
        if given.shape[-1] != target.shape[-1]:
            target = F.interpolate(target, size=given.shape[-2:], mode="area")
        # Images without terrain have nothing to teach here.
        known = target.flatten(1).abs().amax(dim=1) > 0
        if not bool(known.any()):
            return given.sum() * 0.0
        return F.smooth_l1_loss(given[known], target[known], beta=0.5)


def begin_with(net: CraterNet, weights: Path) -> None:
    """Load an earlier encoder's weights; residual blocks it lacks stay identities (their last
    normalisation starts at zero, as :class:`~..encoders.network.ResidualBlock` has it)."""
    from safetensors.torch import load

    try:
        state = unpack(load(weights.read_bytes()))
        missing, unexpected = net.load_state_dict(state, strict=False)
    except (OSError, ValueError, KeyError, RuntimeError, SafetensorError) as error:
        raise CraterBenchError(
            f"The weights to start from, {weights}, cannot be used ({error}). Name an encoder of "
            "the same widths, or leave 'start_from' out."
        ) from error
    new = [n for n in missing if not n.startswith(("stage4.", "stage8.", "stage16."))]
    new = [n for n in new if not n.endswith("num_batches_tracked")]
    if new or unexpected:
        raise CraterBenchError(
            f"The weights to start from, {weights.name}, are of another network (differing: "
            f"{', '.join([*new, *unexpected][:3])}). Name one of the same widths."
        )
