"""The descriptor of kind by itself: its rings, its network, its tones, its weights."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import rasterio
import torch

from craterbench_qgis.engine.encoders.kind_network import KindNet, pool_rings, ring_weights
from craterbench_qgis.engine.errors import EncoderError
from craterbench_qgis.engine.kinds import load_descriptor
from craterbench_qgis.engine.kinds.descriptor import kinds_folder, tone_of
from craterbench_qgis.engine.search import (
    Searcher,
)
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
    mean, scatter = tone_of(asked.view, 2.5)
    with rasterio.open(folder / "mosaic.tif") as file:
        values = file.read(1)
    assert values.min() < mean.min() and mean.max() < values.max() and (scatter > 0).all()
    unknown, _ = tone_of(replace(asked.view, level=None), 2.5)
    assert np.isnan(unknown).all()


def test_weights_that_were_changed_are_refused(tmp_path: Path) -> None:
    card = next(kinds_folder().glob("*.json"))
    shutil.copy(card, tmp_path)
    data = bytearray(card.with_suffix(".safetensors").read_bytes())
    data[-1] ^= 1
    (tmp_path / f"{card.stem}.safetensors").write_bytes(bytes(data))
    with pytest.raises(EncoderError, match="SHA-256"):
        load_descriptor(tmp_path / card.name)
