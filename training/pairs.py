"""A run on pairs of views, whatever network learns: batches, what they teach, checkpoints."""

from __future__ import annotations

import copy
import math
import time
from abc import abstractmethod
from contextlib import AbstractContextManager, nullcontext
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from . import losses
from .config import TrainingConfig
from .pack import TerrainPack
from .render import Renderer, ViewPair
from .stepped import SteppedRun


class Described(NamedTuple):
    """What a network says of 2 B views, the first of every pair before the second ones:
    ``globals`` [2B, G], ``tokens`` [2B, N, D] and ``local`` [2B, N, L] (what tells places apart),
    unit rows; ``attention`` [2B, N], by which seeds are chosen; ``saliency`` [2B, N], logits, None
    where the attention is the network's own and not learnt beside the tokens."""

    globals: Tensor
    tokens: Tensor
    attention: Tensor
    local: Tensor
    saliency: Tensor | None = None


class Learner(nn.Module):
    """A network and what only its training needs: the temperatures of four scores."""

    def __init__(self, net: nn.Module, temperatures: tuple[float, float, float, float]) -> None:
        super().__init__()
        self.net = net
        first = [nn.Parameter(torch.tensor(math.log(t))) for t in temperatures]
        self.log_t_global, self.log_t_late, self.log_t_dense, self.log_t_place = first

    def temperatures(self) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Of the global, aggregated, all-token and single-token scores; at least 0.01."""
        logs = torch.stack([self.log_t_global, self.log_t_late, self.log_t_dense, self.log_t_place])
        low = torch.exp(logs).clamp(0.01, 0.5)
        return low[0], low[1], low[2], low[3]


class PairRun(SteppedRun):
    """A run on pairs: ``learner`` is trained, ``average`` is its network's running average;
    ``global_dim``: numbers of a view's vector."""

    learner: Learner

    def __init__(
        self,
        config: TrainingConfig,
        pack: TerrainPack,
        device: torch.device,
        learner: Learner,
        global_dim: int,
    ) -> None:
        self.config, self.device = config, device
        self.generator = torch.Generator().manual_seed(config.seed)
        shares = config.shares()
        size = int(config.network["input_size"])
        self.renderer = Renderer(pack, size, shares, self.generator, device)
        self.learner = learner.to(device)
        self.learner.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.average = copy.deepcopy(self.learner.net).requires_grad_(False).eval()
        self.optimiser = torch.optim.AdamW(self._groups(), lr=1e-3, betas=(0.9, 0.98))
        self.bank = torch.zeros(len(pack), global_dim)
        self.place = torch.tensor(pack.lon), torch.tensor(pack.lat)
        self.diameter = torch.tensor(pack.diameter)
        self.body = torch.from_numpy(pack.body)
        self.radius = torch.tensor([s.radius_m for s in shares], dtype=torch.float64)[self.body]
        self.rows = [torch.nonzero(self.body == n).flatten() for n in range(len(shares))]
        self.parts = _parts([share.share for share in shares], config.batch)

    @abstractmethod
    def describe(self, views: Tensor, pair: ViewPair) -> tuple[Described, dict[str, Tensor]]:
        """Of ``views`` [2B, 1, S, S] in 0..1, both sides of ``pair``; and losses of the network's
        own, by name."""

    def _groups(self) -> list[dict[str, Any]]:
        learnt = [p for p in self.learner.parameters() if p.requires_grad]
        decay = [p for p in learnt if p.ndim > 1]
        rest = [p for p in learnt if p.ndim <= 1]
        return [
            {"params": decay, "weight_decay": self.config.weight_decay},
            {"params": rest, "weight_decay": 0.0},
        ]

    def _rate(self) -> float:
        c, at = self.config, self.step_number
        if at < c.warmup:
            return c.learning_rate * (at + 1) / c.warmup
        through = (at - c.warmup) / max(1, c.steps - c.warmup)
        if c.minutes is not None:
            through = max(through, self.seconds / (60 * c.minutes))
        return c.learning_rate * (0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * min(1.0, through))))

    def finished(self) -> bool:
        """Whether the steps are done or the minutes are up."""
        c = self.config
        late = c.minutes is not None and self.seconds >= 60 * c.minutes
        return late or self.step_number >= c.steps

    def _autocast(self) -> AbstractContextManager[Any]:
        if self.device.type == "cuda":
            return torch.autocast("cuda", dtype=torch.bfloat16)
        return nullcontext()

    def choose(self) -> Tensor:
        """Entries of the next batch, each body's beside each other in their shares; later on half
        of them look alike to the present network."""
        return torch.cat([self._choose(*part) for part in zip(self.rows, self.parts, strict=True)])

    def _choose(self, rows: Tensor, count: int) -> Tensor:
        c = self.config
        order = torch.randperm(len(rows), generator=self.generator)
        if self.step_number < c.hard_from:
            return rows[order[:count]]
        anchors = max(1, int(count * c.hard_share) // 4)
        bank = self.bank[rows]
        near = min(4, len(rows))
        alike = (bank[order[:anchors]] @ bank.T).topk(near, dim=1).indices.flatten()
        merged = torch.cat([alike, order[anchors : anchors + count * 2]])
        seen: dict[int, None] = dict.fromkeys(merged.tolist())
        return rows[torch.tensor(list(seen)[:count])]

    def step(self) -> dict[str, float]:
        """One optimiser step; returns the figures of the log."""
        start = time.perf_counter()
        rate = self._rate()
        for group in self.optimiser.param_groups:
            group["lr"] = rate
        index = self.choose()
        with torch.no_grad():
            pair = self.renderer.pair(index.to(self.device))
        self.learner.train()
        loss, figures = self._loss(pair, index)
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(self.learner.parameters(), 5.0)
        self.optimiser.step()
        self.follow(self.learner.net, self.config.ema)
        self.step_number += 1
        self.seconds += time.perf_counter() - start
        return {"step": self.step_number, "seconds": round(self.seconds, 1), "lr": rate, **figures}

    def _loss(self, pair: ViewPair, index: Tensor) -> tuple[Tensor, dict[str, float]]:
        c, w = self.config, self.config.weights
        views = torch.cat([pair.a, pair.b]).contiguous(memory_format=torch.channels_last)
        with self._autocast():
            described, own_losses = self.describe(views, pair)
        vectors, tokens = described.globals.float(), described.tokens.float()
        half = len(index)
        own = self._overlap(index)
        blocked = own[:, index].fill_diagonal_(False).to(self.device)
        t_global, t_late, t_dense, t_place = self.learner.temperatures()
        k = c.tokens_k[self.step_number % len(c.tokens_k)]
        z = losses.aggregate(tokens, described.attention, k)
        late = losses.maxsim_matrix(z[:half], z[half:])
        back = losses.maxsim_matrix(z[half:], z[:half]).T
        single = vectors[:half] @ vectors[half:].T
        parts = {
            "late": 0.5 * losses.contrast(late, blocked, t_late)
            + 0.5 * losses.contrast(back, blocked, t_late),
            "global": losses.contrast(single, blocked, t_global),
            "bank": self._bank_loss(vectors, index, own, t_global),
            "distil": losses.distil(single, late.detach(), blocked, t_global, t_late.detach()),
            **own_losses,
            "places": self._places(described.local.float(), pair, blocked, t_place),
        }
        if self.step_number % c.dense_every == 0:
            parts.update(self._dense(tokens, described.saliency, blocked, t_dense))
        # The teacher must know something before the global vector listens to it.
        known = min(1.0, max(0.0, self.step_number / max(1, c.hard_from) - 0.5))
        ramp = {"distil": known, "bank": known}
        loss = torch.stack(
            [w.get(name, 1.0) * ramp.get(name, 1.0) * part for name, part in parts.items()]
        ).sum()
        figures = {name: round(float(part.detach()), 4) for name, part in parts.items()}
        figures["top1_late"] = _top1(late, blocked)
        figures["top1_global"] = _top1(single, blocked)
        figures["t_late"] = round(t_late.item(), 4)
        figures["t_global"] = round(t_global.item(), 4)
        return loss, figures

    def _overlap(self, index: Tensor) -> Tensor:
        """[B, n]: entries of the pack that show nearly the same ground as those of the batch."""
        return losses.overlap_rows(*self.place, self.diameter, index, self.radius, self.body)

    def _bank_loss(
        self, vectors: Tensor, index: Tensor, own: Tensor, temperature: Tensor
    ) -> Tensor:
        """The pair against every entry's last known vector; then the bank is brought up to date."""
        half = len(index)
        a, b = vectors[:half], vectors[half:]
        bank = self.bank.to(self.device, copy=True)
        own = own | (self.bank.abs().sum(dim=1) == 0)[None]
        own = own.to(self.device)
        true = (a * b).sum(dim=1, keepdim=True)
        target = torch.zeros(half, dtype=torch.long, device=self.device)
        loss = torch.zeros((), device=self.device)
        for side in (a, b):
            others = (side @ bank.T).masked_fill(own, losses.BLOCKED)
            logits = torch.cat([true, others], dim=1) / temperature
            loss = loss + 0.5 * F.cross_entropy(logits, target)
        self.bank[index] = F.normalize((a + b).detach(), dim=1).cpu()
        return loss

    def _dense(
        self, tokens: Tensor, saliency: Tensor | None, blocked: Tensor, temperature: Tensor
    ) -> dict[str, Tensor]:
        half = len(tokens) // 2
        others = torch.randperm(half - 1, generator=self.generator)[: self.config.rolls - 4] + 1
        near = [1, half - 1, 2]  # look-alikes stand beside each other in the batch
        rolls = [0, *dict.fromkeys([*near, *others.tolist()])]
        similarity = losses.rolled_token_similarity(tokens[:half], tokens[half:], rolls)
        rows = torch.arange(half, device=blocked.device)
        stop = torch.stack([blocked[rows, (rows + r) % half] for r in rolls], dim=1)
        logits = (similarity.mean(dim=2) / temperature).masked_fill(stop, losses.BLOCKED)
        target = torch.zeros(half, dtype=torch.long, device=logits.device)
        parts = {"dense": F.cross_entropy(logits, target)}
        if saliency is not None:
            parts["saliency"] = losses.saliency_loss(saliency[:half].float(), similarity)
        return parts

    def _places(
        self, tokens: Tensor, pair: ViewPair, blocked: Tensor, temperature: Tensor
    ) -> Tensor:
        half, count = len(tokens) // 2, tokens.shape[1]
        drawn = torch.rand(half, count, generator=self.generator)
        picks = drawn.topk(self.config.places, dim=1).indices.to(self.device)
        return losses.correspondence_loss(
            tokens[:half], tokens[half:], pair.a_to_b, picks, blocked, temperature
        )

    def own_state(self) -> dict[str, Any]:
        """See :meth:`SteppedRun.own_state`."""
        return {"learner": self.learner.state_dict(), "bank": self.bank}

    def take_state(self, state: dict[str, Any]) -> None:
        """See :meth:`SteppedRun.take_state`."""
        self.learner.load_state_dict(state["learner"])
        self.bank = state["bank"]


def _parts(shares: list[float], batch: int) -> list[int]:
    """How many places of a batch are each body's; at least two of each, ``batch`` together."""
    parts = [max(2, round(batch * share / sum(shares))) for share in shares]
    parts[parts.index(max(parts))] += batch - sum(parts)
    return parts


@torch.no_grad()
def _top1(scores: Tensor, blocked: Tensor) -> float:
    best = scores.masked_fill(blocked, losses.BLOCKED).argmax(dim=1).cpu()
    return round(float((best == torch.arange(len(best))).float().mean()), 4)
