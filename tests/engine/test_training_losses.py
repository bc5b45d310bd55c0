"""The losses against slow, obvious references, and the views they are fed with."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from craterbench_qgis.engine.bodies import body_by_name, great_circle_distance
from craterbench_qgis.engine.interaction import maxsim
from craterbench_qgis.engine.tokens import instance_tokens
from training import losses
from training.config import BodyShare
from training.pack import HEIGHT_STEPS, TerrainPack
from training.render import Renderer, band_pass, gradients, stretch


def unit(*shape: int, seed: int = 0) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    return F.normalize(torch.randn(*shape, generator=generator), dim=-1)


@pytest.mark.parametrize("k", [1, 5, 16])
def test_aggregation_is_the_one_of_the_index(k: int) -> None:
    tokens = unit(3, 16, 8)
    attention = torch.rand(3, 16, generator=torch.Generator().manual_seed(1))
    ours = losses.aggregate(tokens, attention, k)
    theirs = instance_tokens(tokens.numpy(), k, attention=attention.numpy())
    np.testing.assert_allclose(ours.numpy(), theirs.vectors, atol=1e-5)


def test_maxsim_matrix_is_the_score_of_the_search() -> None:
    query, gallery = unit(4, 5, 8), unit(6, 7, 8, seed=1)
    wanted = np.stack([maxsim(q, gallery.numpy()) for q in query.numpy()])
    np.testing.assert_allclose(losses.maxsim_matrix(query, gallery).numpy(), wanted, atol=1e-6)


def test_rolled_similarity_compares_the_views_it_says() -> None:
    query, gallery = unit(5, 6, 8), unit(5, 6, 8, seed=1)
    got = losses.rolled_token_similarity(query, gallery, [0, 2, 4])
    for b in range(5):
        for r, roll in enumerate([0, 2, 4]):
            wanted = (query[b] @ gallery[(b + roll) % 5].T).amax(dim=1)
            torch.testing.assert_close(got[b, r], wanted)


def test_contrast_is_zero_only_for_the_right_answer_and_ignores_blocked_pairs() -> None:
    nothing = torch.zeros(3, 3, dtype=torch.bool)
    right = torch.eye(3)
    t = torch.tensor(0.05)
    assert losses.contrast(right, nothing, t) < 1e-6
    assert losses.contrast(1 - right, nothing, t) > 10
    confused = right.clone()
    confused[0, 1] = confused[1, 0] = 1.0
    blocked = nothing.clone()
    blocked[0, 1] = blocked[1, 0] = True
    assert losses.contrast(confused, nothing, t) > 0.4
    assert losses.contrast(confused, blocked, t) < 1e-6


def test_saliency_is_taught_the_token_that_tells_places_apart() -> None:
    similarity = torch.full((1, 3, 4), 0.9)
    similarity[0, 1:, 2] = 0.1  # token 2 is found in the pair and nowhere else
    saliency = torch.zeros(1, 4, requires_grad=True)
    losses.saliency_loss(saliency, similarity).backward()
    assert saliency.grad is not None
    assert saliency.grad[0].argmin() == 2
    assert (saliency.grad[0, [0, 1, 3]] > 0).all()


def test_overlap_rows_use_the_great_circle_and_sizes() -> None:
    moon = body_by_name("moon")
    lon = torch.tensor([179.9, -179.9, 179.9, 10.0], dtype=torch.float64)
    lat = torch.tensor([60.0, 60.0, 60.0, 0.0], dtype=torch.float64)
    metres = great_circle_distance(moon, 179.9, 60.0, -179.9, 60.0)
    for factor, expected in ((0.39, True), (0.41, False)):
        size = float(metres) / (1.0 if not expected else factor)
        diameter = torch.tensor([size, size, size * 1.7, size], dtype=torch.float64)
        got = losses.overlap_rows(lon, lat, diameter, torch.arange(4), moon.mean_radius)
        assert bool(got[0, 1]) is expected
        assert got.diagonal().all()
        assert not got[0, 2]  # same centre, other size: another crater
        assert not got[0, 3]


def test_correspondence_follows_the_geometry() -> None:
    rows, batch = 6, 4
    ground = unit(batch, rows * rows, 32)
    shift = 2.0 / rows  # b lies one token further right, so what a sees at column c, b has at c-1
    a_to_b = torch.tensor([[1.0, 0.0, -shift], [0.0, 1.0, 0.0]]).expand(batch, 2, 3)
    maps = ground.view(batch, rows, rows, 32)
    b = torch.roll(maps, -1, dims=2).reshape(batch, -1, 32)
    picks = torch.tensor([[7, 9, 20, 22, 34]]).expand(batch, -1)
    t = torch.tensor(0.05)
    none = torch.zeros(batch, batch, dtype=torch.bool)
    right = losses.correspondence_loss(ground, b, a_to_b, picks, none, t)
    wrong = losses.correspondence_loss(ground, ground, a_to_b, picks, none, t)
    assert right < 0.01
    assert wrong > 1.0


def make_pack(n: int = 6, size: int = 48) -> TerrainPack:
    rng = np.random.default_rng(0)
    y, x = np.meshgrid(np.linspace(-1.8, 1.8, size), np.linspace(-1.8, 1.8, size), indexing="ij")
    heights = np.empty((n, size, size), np.int16)
    for i in range(n):
        bowls = sum(
            -np.exp(-((x - u) ** 2 + (y - v) ** 2) / 0.1) for u, v in rng.uniform(-1.5, 1.5, (6, 2))
        )
        bowl = -np.clip(0.25 - x**2 - y**2, 0, None) * 4
        heights[i] = (bowls + bowl) * 3 * HEIGHT_STEPS
    grey = rng.integers(80, 160, (n, size, size)).astype(np.uint8)
    return TerrainPack(
        heights, grey, rng.uniform(-180, 180, n), rng.uniform(-60, 60, n), np.full(n, 3e4)
    )


def renderer(seed: int, mixture: tuple[float, float, float] = (0.4, 0.3, 0.3)) -> Renderer:
    generator = torch.Generator().manual_seed(seed)
    share = BodyShare("moon", "moon.pack", 1737400.0, mixture=mixture)
    return Renderer(make_pack(), 96, [share], generator, torch.device("cpu"))


def test_views_are_stretched_different_and_repeatable() -> None:
    index = torch.arange(6)
    pair, again, third = (renderer(s).pair(index) for s in (1, 1, 2))
    for a, b in zip(pair, again, strict=True):
        assert torch.equal(a, b)
    assert not torch.equal(pair.a, third.a)
    assert not torch.equal(pair.a, pair.b)
    assert pair.a.shape == (6, 1, 96, 96)
    assert pair.relief_a.shape == (6, 1, 48, 48)
    for view in (pair.a, pair.b):
        assert torch.isfinite(view).all()
        assert view.min() >= 0 and view.max() <= 1
        assert (view.std(dim=(1, 2, 3)) > 0.03).all()


def test_the_map_between_views_carries_relief_onto_relief() -> None:
    pair = renderer(3).pair(torch.arange(6))
    grid = F.affine_grid(pair.a_to_b, [6, 1, 48, 48], align_corners=False)
    carried = F.grid_sample(pair.relief_b, grid, align_corners=False)
    inside = (grid.abs().amax(dim=-1) < 0.9)[:, None]
    for i in range(6):
        x, y = carried[i][inside[i]], pair.relief_a[i][inside[i]]
        assert torch.corrcoef(torch.stack([x, y]))[0, 1] > 0.95
    straight = torch.stack([pair.relief_a.flatten(), pair.relief_b.flatten()])
    assert torch.corrcoef(straight)[0, 1] < 0.95


def test_the_sun_lights_the_slopes_that_face_it() -> None:
    source = renderer(0)
    draws = iter([0.25, math.log(4.0) / math.log(65 / 7), 0.0, 0.0])  # az 90, el 28, Lambert

    def fixed(count: int, low: float = 0.0, high: float = 1.0) -> torch.Tensor:
        return torch.full((count,), low + (high - low) * next(draws))

    source.uniform = fixed  # type: ignore[method-assign]
    source.normal = lambda count, scale: torch.zeros(count)  # type: ignore[method-assign]
    ramp = torch.linspace(0, 1, 32).expand(1, 32, 32)  # rises to the east: faces west
    away = source.shade(gradients(ramp * 4))
    draws = iter([0.25, math.log(4.0) / math.log(65 / 7), 0.0, 0.0])
    towards = source.shade(gradients(-ramp * 4))
    assert towards.mean() > away.mean() + 0.05
    elevation, slope = math.radians(28), 4 / 31
    wanted = (math.sin(elevation) + slope * math.cos(elevation)) / math.hypot(1, slope)
    assert float(towards[0, 16, 16]) == pytest.approx(wanted, abs=1e-3)


def test_band_pass_removes_a_regional_slope_and_scale() -> None:
    pack = make_pack()
    heights = torch.from_numpy(pack.heights).float()
    tilt = torch.linspace(0, 300, 48).expand(6, 48, 48)
    inner = (slice(None), slice(None), slice(8, -8), slice(8, -8))
    plain, tilted = band_pass(heights)[inner], band_pass(heights * 3 + tilt)[inner]
    both = torch.stack([plain.flatten(), tilted.flatten()])
    assert torch.corrcoef(both)[0, 1] > 0.9
    assert 0.5 < plain.std() < 2.0


def test_stretch_maps_the_tails() -> None:
    order = torch.randperm(96 * 96, generator=torch.Generator().manual_seed(0))
    image = torch.linspace(5, 9, 96 * 96)[order].view(1, 1, 96, 96)
    out = stretch(image, torch.tensor([0.01]))
    assert float((out == 0).float().mean()) == pytest.approx(0.01, abs=0.006)
    assert float((out == 1).float().mean()) == pytest.approx(0.01, abs=0.006)
