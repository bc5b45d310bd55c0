"""Losses that make tokens good for late interaction, before and after aggregation."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

BLOCKED = -1e4


def aggregate(tokens: Tensor, attention: Tensor, k: int) -> Tensor:
    """Instance tokens [B, k, D] of ``tokens`` [B, N, D], differentiable in the tokens.

    The k tokens of largest ``attention`` [B, N] are seeds; every other token goes to its most
    similar seed (the choice carries no gradient); z = l2(seed + mean of its tokens), as in Fang
    et al. 2026 and in ``tokens.instance_tokens``.
    """
    dim = tokens.shape[2]
    seeds = attention.topk(k, dim=1).indices
    with torch.no_grad():
        chosen = tokens.gather(1, seeds[..., None].expand(-1, -1, dim))
        owner = torch.bmm(tokens, chosen.transpose(1, 2)).argmax(dim=2)
        share = F.one_hot(owner, k).to(tokens.dtype)
        share.scatter_(1, seeds[..., None].expand(-1, -1, k), 0.0)
        share = share / share.sum(dim=1, keepdim=True).clamp(min=1.0)
    chosen = tokens.gather(1, seeds[..., None].expand(-1, -1, dim))
    return F.normalize(chosen + torch.bmm(share.transpose(1, 2), tokens), dim=-1)


def maxsim_matrix(query: Tensor, gallery: Tensor) -> Tensor:
    """Scores [Q, V] of ``query`` [Q, K, D] against ``gallery`` [V, K, D]."""
    q, k, d = query.shape
    v, m, _ = gallery.shape
    similarity = query.reshape(q * k, d) @ gallery.reshape(v * m, d).T
    return similarity.view(q, k, v, m).amax(dim=3).mean(dim=1)


def rolled_token_similarity(query: Tensor, gallery: Tensor, rolls: list[int]) -> Tensor:
    """Best similarity of each query token in each of a few gallery views.

    ``query`` [B, N, D], ``gallery`` [B, N, D] -> [B, R, N]; entry r compares view b with gallery
    view b + rolls[r] (modulo B), so rolls[0] = 0 is the true pair.
    """
    parts = [torch.bmm(query, gallery.roll(-r, dims=0).transpose(1, 2)).amax(dim=2) for r in rolls]
    return torch.stack(parts, dim=1)


def contrast(scores: Tensor, blocked: Tensor, temperature: Tensor) -> Tensor:
    """Symmetric InfoNCE of ``scores`` [B, B]; ``blocked`` pairs are no negatives."""
    logits = (scores / temperature).masked_fill(blocked, BLOCKED)
    target = torch.arange(len(scores), device=scores.device)
    return 0.5 * (F.cross_entropy(logits, target) + F.cross_entropy(logits.T, target))


def distil(
    student: Tensor, teacher: Tensor, blocked: Tensor, student_t: Tensor, teacher_t: Tensor
) -> Tensor:
    """KL from the late-interaction ranking ``teacher`` to the global one ``student`` [B, B]."""
    with torch.no_grad():
        wanted = torch.softmax((teacher / teacher_t).masked_fill(blocked, BLOCKED), dim=1)
    given = torch.log_softmax((student / student_t).masked_fill(blocked, BLOCKED), dim=1)
    return F.kl_div(given, wanted, reduction="batchmean")


def saliency_loss(saliency: Tensor, similarity: Tensor, temperature: float = 0.05) -> Tensor:
    """Teach the saliency which tokens tell places apart.

    ``saliency`` logits [B, N]; ``similarity`` [B, R, N] from :func:`rolled_token_similarity`. A
    token is useful when it is found in the true pair and not in the others: its target is the
    softmax of (best similarity in the pair - mean best similarity elsewhere).
    """
    with torch.no_grad():
        useful = similarity[:, 0] - similarity[:, 1:].mean(dim=1)
        wanted = torch.softmax(useful / temperature, dim=1)
    return F.kl_div(torch.log_softmax(saliency, dim=1), wanted, reduction="batchmean")


def overlap_rows(
    lon: Tensor,
    lat: Tensor,
    diameter: Tensor,
    index: Tensor,
    radius_m: float | Tensor,
    body: Tensor | None = None,
) -> Tensor:
    """[B, n] bool: entries that show nearly the same ground as ``index`` [B], itself included.

    ``lon``, ``lat`` [n] in degrees, ``diameter`` [n] in metres, ``radius_m`` one or [n], ``body``
    int64 [n]: entries of different bodies are never the same ground. Nearly the same are pairs
    closer than 0.4 of the larger diameter whose sizes differ by less than a factor 1.6.
    """
    phi, lam = torch.deg2rad(lat.double()), torch.deg2rad(lon.double())
    flat = torch.cos(phi)
    unit = torch.stack([flat * torch.cos(lam), flat * torch.sin(lam), torch.sin(phi)], dim=1)
    chord = torch.cdist(unit[index], unit)
    radius = radius_m[index][:, None] if isinstance(radius_m, Tensor) else radius_m
    distance = 2 * radius * torch.asin((chord / 2).clamp(max=1.0))
    size = diameter.double()
    larger = torch.maximum(size[index][:, None], size[None])
    smaller = torch.minimum(size[index][:, None], size[None])
    same = (distance < 0.4 * larger) & (larger < 1.6 * smaller)
    return same if body is None else same & (body[index][:, None] == body[None])


def correspondence_loss(
    tokens_a: Tensor,
    tokens_b: Tensor,
    a_to_b: Tensor,
    picks: Tensor,
    blocked: Tensor,
    temperature: Tensor,
) -> Tensor:
    """InfoNCE over places: a token of view a and the token map of view b at the same ground.

    ``tokens_a``, ``tokens_b`` [B, N, D] on a square grid, ``a_to_b`` [B, 2, 3], ``picks`` int64
    [B, P] (tokens of a). Negatives are all other picked places of the batch; those closer than
    1.5 tokens in the same view, or in a ``blocked`` pair of views, do not count.
    """
    batch, count, dim = tokens_a.shape
    rows, wide = round(count**0.5), picks.shape[1]
    line = (torch.arange(rows, device=picks.device) + 0.5) * (2.0 / rows) - 1.0
    here = torch.stack([line[picks % rows], line[picks // rows]], dim=-1)
    there = here @ a_to_b[:, :, :2].transpose(1, 2) + a_to_b[:, None, :, 2]
    inside = (there.abs().amax(dim=-1) < 1.0 - 0.5 / rows).flatten()
    grid = tokens_b.transpose(1, 2).reshape(batch, dim, rows, rows)
    sampled = F.grid_sample(grid, there[:, None], align_corners=False)[:, :, 0].transpose(1, 2)
    given = tokens_a.gather(1, picks[..., None].expand(-1, -1, dim))
    keep = torch.nonzero(inside).flatten()
    anchor = given.reshape(-1, dim)[keep]
    two = F.normalize(sampled.reshape(-1, dim)[keep], dim=-1)
    view = torch.arange(batch, device=picks.device).repeat_interleave(wide)[keep]
    place = here.reshape(-1, 2)[keep]
    near = (view[:, None] == view[None]) & (torch.cdist(place, place) < 3.0 / rows)
    near |= blocked[view[:, None], view[None]]
    near.fill_diagonal_(False)
    return contrast(anchor @ two.T, near, temperature)
