"""The recipe of the descriptor of kind: packs, learns, resumes, finishes, exports what loads."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from craterbench_qgis.engine.errors import Cancelled, CraterBenchError
from craterbench_qgis.engine.kinds import load_descriptor
from craterbench_qgis.engine.monitor import Monitor
from training import __main__ as command
from training.kind.pack import make_pack, measure, read_pack
from training.kind.render import KindRenderer, contrast_number
from training.kind.run import read_recipe, scale_targets
from training.kind.train import train_kind
from training.pack import SIDE

from .stopping import StopAt
from .test_training_pack import RADIUS, some_craters, world

__all__ = ["world"]

SIZES = {"input_size": 32, "stem": 4, "widths": [6, 8], "blocks": [1, 1], "hidden": 16}
SIZES |= {"relief_dim": 50, "looks_dim": 4, "near_dim": 8}


def recipe(**changes: Any) -> dict[str, Any]:
    return {
        "what": "kind",
        "name": "tiny-kind",
        "seed": 1,
        "radius_m": RADIUS,
        "terrain": {
            "catalogue": "craters.csv",
            "photo_box": [-180, -80, 0, 80],
            "sources": [
                {
                    "dtm": "dtm.tif",
                    "mosaic": "grey.tif",
                    "min_diameter_km": 100,
                    "max_diameter_km": 300,
                }
            ],
            "exclude": [[-170, 0, -35, 45]],
        },
        "pack": "kind.npz",
        "network": SIZES,
        "photo_share": 0.5,
        "steps": 4,
        "batch": 4,
        "threads": 1,
        "learning_rate": 0.002,
        "weight_decay": 0.05,
        "warmup": 1,
        "ema": 0.9,
        "weights": {"profile": 1.0, "rest": 0.7, "near": 0.1, "looks": 0.5},
        "teacher_temperature": 0.05,
        "near_temperature": 0.1,
        "checkpoint_every": 2,
        **changes,
    }


@pytest.fixture
def data(world: tuple[Path, Path]) -> Path:
    folder = world[0].parent
    lines = ["id,lon,lat,diam_km"]
    for number, (lon, lat, diameter) in enumerate(some_craters()):
        lines.append(f"{number},{lon},{lat},{diameter / 1000}")
    (folder / "craters.csv").write_text("\n".join(lines) + "\n")
    return folder


def test_from_terrain_to_a_descriptor_by_one_command(data: Path, tmp_path: Path) -> None:
    finish = {"passes": 1, "epochs": 1, "batch": 8, "learning_rate": 0.002}
    finish |= {"dropout": [0.2, 0.3], "weight_decay": 0.05}
    config = tmp_path / "recipe.json"
    config.write_text(json.dumps(recipe(finish=finish)))
    run = tmp_path / "run"
    assert command.main([str(config), "--data", str(data), "--output", str(run)]) == 0
    descriptor = load_descriptor(run / "descriptor/tiny-kind.json", threads=1)
    pixels = np.random.default_rng(0).uniform(0, 1, (3, 32, 32)).astype(np.float32)
    relief, near = descriptor.encode(pixels, np.full(3, 2.5, np.float32), np.zeros(3, np.float32))
    assert relief.shape == (3, 50) and np.allclose(np.linalg.norm(near, axis=1), 1, atol=1e-4)
    log = [json.loads(line) for line in (run / "log.jsonl").read_text().splitlines()]
    assert [entry["step"] for entry in log] == [1, 2, 3, 4]


def test_a_resumed_run_ends_in_the_same_weights(data: Path, tmp_path: Path) -> None:
    ends = []
    for name, parts in (("whole", [4]), ("parts", [2, 4])):
        folder = tmp_path / name
        folder.mkdir()
        make_pack(recipe(), data, folder / "kind.npz", Monitor())
        for steps in parts:
            # The schedule belongs to the recipe, so it is the checkpoint that is cut short.
            (folder / "config.json").write_text(json.dumps(recipe(steps=4)))
            monitor = StopAt("training", steps)
            if steps < 4:
                with pytest.raises(Cancelled):
                    train_kind(folder / "config.json", folder, monitor, device="cpu")
            else:
                train_kind(folder / "config.json", folder, device="cpu")
        ends.append(torch.load(folder / "checkpoint.pt", weights_only=True)["average"])
    for name, value in ends[0].items():
        torch.testing.assert_close(value, ends[1][name])


def test_no_mosaic_is_packed_outside_the_box_it_may_be_learnt_from(
    data: Path, tmp_path: Path
) -> None:
    count = make_pack(recipe(), data, tmp_path / "kind.npz", Monitor())
    pack = read_pack(tmp_path / "kind.npz")
    assert len(pack) == count > 10 and 0 < pack.photo.sum() < count
    assert (pack.place[pack.photo, 0] < 0).all()
    assert not pack.grey[~pack.photo].any() and pack.grey[pack.photo].any()
    inside = (pack.place[:, 0] > -170) & (pack.place[:, 0] < -35)
    assert not (inside & (pack.place[:, 1] > 0) & (pack.place[:, 1] < 45)).any()


def test_targets_are_those_of_a_bowl_whatever_its_slope() -> None:
    line = ((np.arange(112) + 0.5) / 112 - 0.5) * 2 * SIDE
    x, y = np.meshgrid(line, line)
    radius = np.hypot(x, y)
    bowl = np.where(radius < 1, (radius**2 - 1) * 0.2, 0.0)
    level, tilted = measure(np.stack([bowl, bowl + 0.05 * x]))
    np.testing.assert_allclose(level[:20], tilted[:20], atol=1e-4)
    assert level[19] - level[0] == pytest.approx(0.2, abs=0.01)
    scaled, mean, spread = scale_targets(np.stack([level, 2 * level]))
    np.testing.assert_allclose(
        scaled[:, :40] * spread[:40] + mean[:40], [level[:40], 2 * level[:40]], atol=1e-5
    )


def test_views_differ_in_light_and_angle_and_not_in_place(data: Path, tmp_path: Path) -> None:
    make_pack(recipe(), data, tmp_path / "kind.npz", Monitor())
    pack = read_pack(tmp_path / "kind.npz")
    renderer = KindRenderer(pack, 32, 0.5, torch.Generator().manual_seed(0), torch.device("cpu"))
    index = torch.zeros(6, dtype=torch.long)
    drawn = renderer.views(index)
    assert drawn.views.shape == (6, 1, 32, 32)
    assert float(drawn.views.min()) >= 0 and float(drawn.views.max()) <= 1
    assert float((drawn.views[0] - drawn.views[1]).abs().mean()) > 0.02
    assert ((drawn.context >= 1.85) & (drawn.context <= 3.2)).all()


def test_contrast_is_that_before_the_stretch() -> None:
    ramp = torch.linspace(90, 110, 48 * 48).reshape(1, 1, 48, 48)
    weak, strong = contrast_number(ramp), contrast_number((ramp - 100) * 5 + 100)
    assert float(strong - weak) == pytest.approx(np.log(5) / 1.5, abs=0.02)


def test_a_recipe_that_lacks_something_is_named(tmp_path: Path) -> None:
    broken = recipe()
    del broken["photo_share"]
    (tmp_path / "recipe.json").write_text(json.dumps(broken))
    with pytest.raises(CraterBenchError, match="photo_share"):
        read_recipe(tmp_path / "recipe.json")
    shipped = read_recipe(Path(__file__).parents[2] / "docs/analogs/config.json")
    assert shipped["terrain"]["photo_box"][2] <= 0
