"""Training on several bodies: normals as terrain, images without coordinates, shares, minutes."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import rasterio
import torch
from rasterio.transform import from_origin

from craterbench_qgis.engine.encoders.network import network_from_config
from craterbench_qgis.engine.errors import CraterBenchError, MosaicError
from training import losses, processing
from training import pack as packing
from training import run as running
from training.config import BodyShare, read_config
from training.crater import CraterRun
from training.develop import another_processing, shade_normals
from training.recipe import pack_from_recipe
from training.render import Renderer
from training.terrain import Heights, Normals, Plate, heights_from_slopes
from training.validate import Views, table

from .test_training_losses import make_pack
from .test_training_run import TINY, StopAt, weights

RADIUS = 3_396_190.0
MARS = "+proj=longlat +R=3396190 +no_defs"
STEP = 0.25


def write(path: Path, bands: np.ndarray, crs: str | None = MARS) -> Path:
    count, rows, cols = bands.shape
    place = {"crs": crs, "transform": from_origin(-180.0, rows * STEP / 2, STEP, STEP)}
    with rasterio.open(
        path, "w", driver="PNG" if path.suffix == ".png" else "GTiff", height=rows, width=cols,
        count=count, dtype=bands.dtype, **(place if crs else {}),
    ) as target:  # fmt: skip
        target.write(bands)
    return path


@pytest.fixture
def mars(tmp_path: Path) -> Path:
    """Heights (m), the map of their normals and a mosaic of one globe at 4 px/deg."""
    lat, lon = np.meshgrid(
        np.radians(89.875 - STEP * np.arange(720)),
        np.radians(-179.875 + STEP * np.arange(1440)),
        indexing="ij",
    )
    height = 20000 * np.sin(12 * lat) * np.cos(12 * lon)
    east = -20000 * 12 * np.sin(12 * lat) * np.sin(12 * lon) / (RADIUS * np.cos(lat))
    north = 20000 * 12 * np.cos(12 * lat) * np.cos(12 * lon) / RADIUS
    normal = np.stack([-east, north, np.ones_like(east)])
    normal = np.rint((normal / np.linalg.norm(normal, axis=0) + 1) * 127.5).astype(np.uint8)
    grey = np.random.default_rng(0).integers(40, 220, (1, 720, 1440)).astype(np.uint8)
    write(tmp_path / "dtm.tif", np.rint(height)[None].astype(np.int16))
    write(tmp_path / "normals.tif", normal)
    write(tmp_path / "grey.tif", grey)
    rng = np.random.default_rng(1)
    rows = [f"c{i},{rng.uniform(-179, 179)},{rng.uniform(-50, 50)},250" for i in range(25)]
    (tmp_path / "craters.csv").write_text("id,lon,lat,diam_km\n" + "\n".join(rows) + "\n")
    return tmp_path


def test_a_surface_is_recovered_from_its_slopes() -> None:
    y, x = np.meshgrid(np.linspace(0, 3, 60), np.linspace(0, 3, 60), indexing="ij")
    surface = 4 * np.sin(2 * x + y) + x
    north, east = np.gradient(surface)
    got = heights_from_slopes(east, -north)
    np.testing.assert_allclose(got, surface - surface.mean(), atol=0.05)


@pytest.mark.parametrize(("lon", "lat"), [(11.0, 4.0), (-101.0, 52.0), (40.0, -61.0)])
def test_normals_are_the_same_terrain_as_heights(mars: Path, lon: float, lat: float) -> None:
    """Also far from the equator, where north is not up everywhere in a crop."""
    heights = Heights(Plate.open(mars / "dtm.tif"))
    normals = Normals.open(mars / "normals.tif")
    height, slope = (t.crop(lon, lat, 0.25, 60, RADIUS) for t in (heights, normals))
    height, slope = height - height.mean(), slope - slope.mean()
    assert np.corrcoef(height.ravel(), slope.ravel())[0, 1] > 0.995
    assert np.polyfit(height.ravel(), slope.ravel(), 1)[0] == pytest.approx(1.0, abs=0.05)


def test_a_raster_of_one_band_is_no_map_of_normals(mars: Path) -> None:
    with pytest.raises(MosaicError, match="three"):
        Normals.open(mars / "grey.tif")


def recipe_of_two(folder: Path, **change: object) -> Path:
    sizes = {"min_diameter_km": 200, "max_diameter_km": 300}
    source = {"normals": "normals.tif", "mosaic": "grey.tif", **sizes}
    images = {
        "images": "tiles/*.png", "without": ["b.png"], "windows": 9,
        "min_diameter_km": 0.02, "max_diameter_km": 0.04,
    }  # fmt: skip
    bodies = [
        {"name": "mars", "pack": "mars.pack", "radius_m": RADIUS, "share": 3, "processing": 0.5,
         "terrain": {"catalogue": "craters.csv", "sources": [source],
                     "exclude": [[0, -90, 60, 90]]}},
        {"name": "tiles", "pack": "tiles.pack", "radius_m": 57295.78, "share": 1,
         "mixture": [0, 1, 0], "processing": 1.0, "terrain": {"sources": [images]}},
    ]  # fmt: skip
    alone = {name: value for name, value in TINY.items() if name not in ("pack", "radius_m")}
    recipe = {**alone, "batch": 8, "rolls": 5, "bodies": bodies, **change}
    path = folder / "config.json"
    path.write_text(json.dumps(recipe), encoding="utf-8")
    return path


@pytest.fixture
def tiles(mars: Path) -> Path:
    (mars / "tiles").mkdir()
    rng = np.random.default_rng(2)
    for name in "abc":
        data = rng.integers(0, 255, (1, 300, 400)).astype(np.uint8)
        write(mars / "tiles" / f"{name}.png", data, crs=None)
    return mars


def test_a_recipe_of_several_bodies_packs_trains_and_resumes(tiles: Path, tmp_path: Path) -> None:
    path = recipe_of_two(tiles)
    packs = pack_from_recipe(path, tiles)
    assert [(file.name, count > 0) for file, count in packs] == [
        ("mars.pack", True), ("tiles.pack", True),
    ]  # fmt: skip
    mars, images = (packing.read_pack(file) for file, _ in packs)
    assert ((mars.lon < 0) | (mars.lon > 60)).all()
    assert mars.heights.std() > 0 and not images.heights.any()
    assert len({round(float(x)) // 20 for x in images.lon}) == 2  # b.png was left out
    running.train(path, tmp_path / "whole", device="cpu")
    with pytest.raises(running_stop()):
        running.train(path, tmp_path / "parts", monitor=StopAt(3), device="cpu")
    parts = weights(running.train(path, tmp_path / "parts", device="cpu"))
    for name, value in weights(tmp_path / "whole" / "checkpoint.pt").items():
        torch.testing.assert_close(parts[name], value, rtol=1e-4, atol=1e-5)


def running_stop() -> type[Exception]:
    from craterbench_qgis.engine.errors import Cancelled

    return Cancelled


def test_a_batch_holds_every_body_in_its_share_and_they_never_overlap() -> None:
    pack = packing.join_packs([make_pack(30), make_pack(12)])
    assert pack.body.tolist() == [0] * 30 + [1] * 12
    shares = (BodyShare("a", "a.pack", 1e6, share=0.7), BodyShare("b", "b.pack", 2e6, share=0.3))
    recipe = {**TINY, "pack": "", "radius_m": 0.0, "batch": 10, "bodies": shares}
    run = CraterRun(running.TrainingConfig(**recipe), pack, torch.device("cpu"))  # type: ignore[arg-type]
    run.bank = torch.nn.functional.normalize(torch.randn(42, 8), dim=1)
    for step in (0, 5):
        run.step_number = step
        index = run.choose()
        assert len(index) == len(set(index.tolist())) == 10
        assert (run.body[index] == 0).tolist() == [True] * 7 + [False] * 3
    same = run._overlap(torch.tensor([0]))[0]
    # make_pack(12) has other places than make_pack(30); the very same place on another body:
    lon, lat = (torch.cat([x[:1], x[:1]]) for x in run.place)
    size = run.diameter[[0, 0]]
    two = torch.tensor([0, 1])
    assert losses.overlap_rows(lon, lat, size, two, 1e6).all()
    apart = losses.overlap_rows(lon, lat, size, two, torch.tensor([1e6, 1e6]), two)
    assert torch.equal(apart, torch.eye(2, dtype=torch.bool))
    assert same[0] and not same[30:].any()


def test_minutes_end_a_run_and_its_rate_falls_with_them() -> None:
    config = {**TINY, "steps": 1000, "minutes": 1.0}
    run = CraterRun(running.TrainingConfig(**config), make_pack(12), torch.device("cpu"))  # type: ignore[arg-type]
    run.step_number = 10
    early = run._rate()
    run.seconds = 59.0
    assert run._rate() < 0.1 * early
    assert not run.finished()
    run.seconds = 60.0
    assert run.finished()


def test_images_without_terrain_teach_no_relief() -> None:
    pack = make_pack(12)
    pack.heights[:] = 0
    run = CraterRun(running.TrainingConfig(**TINY), pack, torch.device("cpu"))  # type: ignore[arg-type]
    figures = run.step()
    assert figures["relief"] == 0.0
    assert np.isfinite(figures["late"])


def test_another_processing_changes_mosaics_only() -> None:
    def pair(mixture: tuple[float, float, float], processing: float) -> torch.Tensor:
        share = BodyShare("m", "m.pack", 1e6, mixture=mixture, processing=processing)
        generator = torch.Generator().manual_seed(4)
        renderer = Renderer(make_pack(), 96, [share], generator, torch.device("cpu"))
        views: torch.Tensor = renderer.pair(torch.arange(6)).a
        return views

    assert torch.equal(pair((1, 0, 0), 1.0), pair((1, 0, 0), 0.0))
    changed = pair((0, 1, 0), 1.0)
    assert not torch.equal(changed, pair((0, 1, 0), 0.0))
    assert torch.isfinite(changed).all() and changed.min() >= 0 and changed.max() <= 1


def test_jpeg_rounds_the_fast_coefficients_most() -> None:
    image = torch.randn(3, 1, 32, 32, generator=torch.Generator().manual_seed(0))
    same = processing.jpeg(image, torch.zeros(3))
    torch.testing.assert_close(same, image, rtol=1e-4, atol=1e-5)
    little, much = (processing.jpeg(image, torch.full((3,), s)) for s in (0.05, 0.5))
    assert 0 < (little - image).std() < (much - image).std()
    flat = torch.ones(1, 1, 16, 16)
    ripple = 0.05 * (torch.arange(16) % 2)[None, None, None].float()
    rounded = processing.jpeg(flat + ripple, torch.tensor([0.5]))
    assert rounded.std() < 0.3 * (flat + ripple).std()


@pytest.mark.parametrize(
    ("bodies", "message"),
    [
        ([{"name": "mars"}], "incomplete"),
        ([{"name": "mars", "pack": "m.pack", "radius_m": 1.0, "shares": 1}], "shares"),
        ([{"name": "mars", "pack": "m.pack", "radius_m": 1.0, "share": 0}], "share above 0"),
        (["mars"], "incomplete"),
    ],
)
def test_a_wrong_body_is_named(tmp_path: Path, bodies: object, message: str) -> None:
    alone = {name: value for name, value in TINY.items() if name not in ("pack", "radius_m")}
    path = tmp_path / "config.json"
    path.write_text(json.dumps({**alone, "bodies": bodies}), encoding="utf-8")
    with pytest.raises(CraterBenchError, match=message):
        read_config(path)


def test_a_teacher_without_a_body_to_hold_is_named(tmp_path: Path) -> None:
    path = tmp_path / "config.json"
    path.write_text(json.dumps({**TINY, "teacher": "t.safetensors"}), encoding="utf-8")
    with pytest.raises(CraterBenchError, match="retain above 0"):
        read_config(path)


def test_a_recipe_whose_images_are_not_there(mars: Path) -> None:
    path = recipe_of_two(mars)
    with pytest.raises(CraterBenchError, match="every image"):
        pack_from_recipe(path, mars)
    assert not list(mars.glob("*.pack"))


def test_the_shade_of_normals_is_bright_towards_the_sun(mars: Path, tmp_path: Path) -> None:
    shade = shade_normals(mars / "normals.tif", 90.0, 20.0, tmp_path / "shade.tif")
    with rasterio.open(shade) as lit, rasterio.open(mars / "normals.tif") as source:
        light, east = lit.read(1).astype(float), source.read(1).astype(float)
    assert np.corrcoef(light[200:500].ravel(), east[200:500].ravel())[0, 1] > 0.95


def test_a_simulated_processing_stays_a_picture_of_the_same_place() -> None:
    rng = np.random.default_rng(0)
    pixels = np.clip(rng.normal(0.5, 0.2, (3, 48, 48)), 0, 1).astype(np.float32)
    got = another_processing(Views(pixels, np.arange(3)), rng)
    assert got.pixels.shape == pixels.shape and got.row.tolist() == [0, 1, 2]
    assert got.pixels.min() >= 0 and got.pixels.max() <= 1
    assert not np.allclose(got.pixels, pixels, atol=0.05)


def test_two_stages_take_their_tokens_from_the_method_s_name() -> None:
    from craterbench_qgis.engine.encoders.base import Embedding

    rng = np.random.default_rng(3)
    tokens = rng.normal(0, 1, (8, 16, 6)).astype(np.float32)
    tokens /= np.linalg.norm(tokens, axis=2, keepdims=True)
    vectors = tokens.mean(axis=1)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    side = Embedding(vectors, tokens, np.full((8, 16), 1 / 16, np.float32))
    asked = Embedding(vectors, tokens[:, ::-1].copy(), side.attention)
    got = table(side, np.arange(8), asked, np.arange(8), ("two-stage:16", "two-stage:1"))
    assert got["two-stage:16"]["hit@1"] == 1.0  # every token, in whatever order
    assert got["two-stage:1"]["hit@1"] < 1.0  # other seeds on the two sides


def test_a_view_less_its_own_blur_has_lost_what_is_slow_and_kept_what_is_fast() -> None:
    line = torch.arange(96.0)
    slow, fast = torch.sin(line / 25), torch.sin(line * 2)
    sigma = torch.tensor([3.0, 3.0])
    views = torch.stack([slow, fast])[:, None, None].expand(2, 1, 96, 96)
    left = processing.less_own_blur(views, sigma)[:, :, 24:72, 24:72].std(dim=(1, 2, 3))
    before = views[:, :, 24:72, 24:72].std(dim=(1, 2, 3))
    assert left[0] < 0.05 * before[0] and left[1] > 0.95 * before[1]
    assert processing.less_own_blur(torch.ones(1, 1, 96, 96), sigma[:1]).abs().max() < 1e-5


def test_a_body_held_to_a_teacher_turns_less_from_it(tmp_path: Path) -> None:
    from safetensors.torch import save_file

    def turned(strength: float) -> float:
        first = {"name": "a", "pack": "a.pack", "radius_m": 1737400.0, "retain": 1.0}
        second = {"name": "b", "pack": "b.pack", "radius_m": 1737400.0}
        told = {**TINY, "bodies": [first, second], "teacher": "t.safetensors", "batch": 8,
                "learning_rate": 0.01, "weights": {"retain": strength}}  # fmt: skip
        (tmp_path / "config.json").write_text(json.dumps(told), encoding="utf-8")
        config = read_config(tmp_path / "config.json")
        torch.manual_seed(0)
        save_file(network_from_config(config.network).state_dict(), tmp_path / "t.safetensors")
        pack = packing.join_packs([make_pack(12), make_pack(12)])
        start = tmp_path / "t.safetensors"
        run = CraterRun(config, pack, torch.device("cpu"), start, tmp_path)
        return float(np.mean([run.step()["retain"] for _ in range(12)][-4:]))

    assert turned(50.0) < 0.8 * turned(0.0)
