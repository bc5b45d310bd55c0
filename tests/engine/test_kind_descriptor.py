"""The descriptor of kind by itself: its rings, its network, its tones, its weights."""

from __future__ import annotations

import shutil
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest
import rasterio
import torch

from craterbench_qgis.contract.search import LIKE_THE_QUERY
from craterbench_qgis.contract.vocabulary import Likeness
from craterbench_qgis.engine.encoders.kind_network import KindNet, pool_rings, ring_weights
from craterbench_qgis.engine.errors import EncoderError
from craterbench_qgis.engine.kinds import load_descriptor
from craterbench_qgis.engine.kinds.descriptor import kinds_folder
from craterbench_qgis.engine.kinds.gallery import Features
from craterbench_qgis.engine.kinds.rings import in_rings
from craterbench_qgis.engine.search import (
    Searcher,
)
from craterbench_qgis.engine.search.analogs import score_of
from craterbench_qgis.engine.search.turns import Turn, turned

from .scene import COUNT
from .test_analogs import folder, plain, query, searcher

__all__ = ["folder", "plain", "searcher"]  # fixtures


def test_the_descriptor_knows_no_angle_and_no_mirror(folder: Path, searcher: Searcher) -> None:
    """A turned picture is nearer to its own crater's descriptor than most other craters are."""
    nearer = []
    for number in range(0, COUNT, 3):
        asked = query(folder, number)
        pixels = turned(asked, Turn(130.0, True))
        bare = replace(asked, view=replace(asked.view, pixels=pixels), wide=None)
        gallery = searcher.analogs.gallery
        distance = gallery.distances(searcher.analogs.query_features(bare), "both")
        own = distance[gallery.crater_row == number].min()
        nearer.append(float((distance < own).mean()))
    assert np.mean(nearer) < 0.2


def test_what_is_more_so_counts_as_like_and_what_is_less_so_as_unlike(searcher: Searcher) -> None:
    """The query is exaggerated about the mean of the index, but not its profile."""
    gallery = searcher.analogs.gallery
    names = [field.name for field in fields(Features)]

    def crater(entry: int, times: float = 1.0) -> Features:
        centre = gallery.centre
        parts = {name: gallery.features.part(name)[entry : entry + 1] for name in names}
        return Features(**{n: centre[n] + times * (p - centre[n]) for n, p in parts.items()})

    for by in Likeness:
        unlike = np.array([gallery.unlikeness(crater(n), by) for n in range(len(gallery))])
        np.testing.assert_allclose(np.diag(unlike), 0.0, atol=1e-5)
        # In units of two craters drawn at random.
        assert 0.7 < unlike[~np.eye(len(unlike), dtype=bool)].mean() < 1.4
        own = float(gallery.diameter_m[3])
        sizes = [gallery.unlikeness(crater(3), by, times * own)[3] for times in (1.0, 1.1, 2.0)]
        if by is Likeness.BOTH:  # of the same size, of another
            assert sizes[0] < sizes[1] < sizes[2]
        else:
            assert len(set(sizes)) == 1
        near, far = (gallery.unlikeness(crater(3, times), by)[3] for times in (0.8, 1.25))
        plain = gallery.distances(crater(3, 0.8), by)[3]
        if by is Likeness.RELIEF:
            assert min(near, far) > 0 and near == plain
        else:  # asked with less of it, the crater is more so
            assert near < plain and near < 0 < far


def test_rings_follow_radii_whatever_the_view_is_wide() -> None:
    """A disc of one radius: the same ring means from a narrow and from a wide view."""
    context = torch.tensor([2.0, 3.0])
    line = (torch.arange(48) + 0.5) / 24 - 1
    away = torch.hypot(line[:, None], line[None])[None] * context[:, None, None]
    pooled = pool_rings((away < 1.0).float()[:, None], ring_weights(48, context, 11, 0.3))
    means = pooled[:, :11]
    assert means[:, :3].min() > 0.99 and means[:, 8:].max() < 0.01
    torch.testing.assert_close(means[0], means[1], atol=0.1, rtol=0)


def test_folding_the_normalisations_changes_nothing() -> None:
    from craterbench_qgis.engine.encoders.kind_network import fold_kind_norms

    torch.manual_seed(0)
    sizes = {"input_size": 96, "stem": 4, "widths": [6, 8], "blocks": [1, 1], "hidden": 16}
    net = KindNet({**sizes, "relief_dim": 50, "looks_dim": 4, "near_dim": 8})
    views, context, contrast = torch.rand(6, 1, 96, 96), torch.full((6,), 2.5), torch.zeros(6)
    net.train()(views, context, contrast)
    net.eval()
    before = net(views, context, contrast)
    after = fold_kind_norms(net)(views, context, contrast)
    torch.testing.assert_close(before.relief, after.relief, atol=1e-4, rtol=1e-4)


def test_tones_are_the_mosaics_own_values(folder: Path) -> None:
    asked = query(folder, 4)
    pixels, level = asked.view.pixels, asked.view.level
    mean, scatter, _ = in_rings(pixels, level, 2.5)
    with rasterio.open(folder / "mosaic.tif") as file:
        values = file.read(1)
    assert values.min() < mean.min() and mean.max() < values.max() and (scatter > 0).all()
    assert all(np.isnan(part).all() for part in in_rings(pixels, None, 2.5))
    narrow = in_rings(pixels, level, 1.0)[0]
    assert np.isfinite(narrow[:7]).all() and np.isnan(narrow[8:]).all()


def test_harmonics_are_those_of_the_slope_whatever_the_suns_direction() -> None:
    """Brightness 0 to 1 in the picture is 40 to 90 in the mosaic; the surroundings have 65."""
    line = ((np.arange(96) + 0.5) / 96 * 2 - 1) * 2.5
    place = line[None] - 1j * line[:, None]
    away = np.abs(place)
    for sun, light, ridges in ((0.3, 1.0, 0.0), (2.5, 1.0, 0.1), (2.5, 0.5, 0.1)):
        way = np.exp(-1j * sun) * place / away
        slope = np.where(away < 1, 0.2 * way.real + ridges * (way**3).real, 0.0)
        shading = in_rings((0.5 + light * slope).astype(np.float32), (40.0, 90.0), 2.5)[2]
        unit = light * 50 / 65
        inner = shading[:5, 2:4]  # enough pixels, and none across the rim
        for row, wanted in enumerate((0.2, 0.0, ridges, 0.0, 0.0)):
            np.testing.assert_allclose(inner[row], wanted * unit, atol=0.015)
        assert np.abs(shading[:, 6:]).max() < 1e-3
        # (0.2 cos x + r cos 3x)^2 has 0.02 + 0.2 r of cos 2x.
        np.testing.assert_allclose(shading[6, 2:4], (0.02 + 0.2 * ridges) * unit**2, atol=0.004)


def test_shading_of_mirrored_and_turned_views_is_the_same(folder: Path) -> None:
    asked = query(folder, 4)
    views = [asked.view.pixels, asked.view.pixels[::-1], np.rot90(asked.view.pixels)]
    shading = [in_rings(pixels, asked.view.level, 2.5)[2] for pixels in views]
    np.testing.assert_allclose(shading[1], shading[0], atol=1e-4)
    np.testing.assert_allclose(shading[2], shading[0], atol=1e-4)
    assert np.abs(shading[0]).max() > 0.01


def test_weights_that_were_changed_are_refused(tmp_path: Path) -> None:
    card = next(kinds_folder().glob("*.json"))
    shutil.copy(card, tmp_path)
    data = bytearray(card.with_suffix(".safetensors").read_bytes())
    data[-1] ^= 1
    (tmp_path / f"{card.stem}.safetensors").write_bytes(bytes(data))
    with pytest.raises(EncoderError, match="SHA-256"):
        load_descriptor(tmp_path / card.name)


def test_a_score_parts_those_that_are_more_so() -> None:
    scores = score_of(np.array([-3.0, -2.0, -0.5, 0.0, 1.0, 8.0, 900.0], np.float32))
    assert np.all(np.diff(scores) < 0) and scores[-1] > 0.0 and scores[0] < 1.0
    np.testing.assert_allclose(scores[3:5], [LIKE_THE_QUERY, 0.5], atol=1e-6)
