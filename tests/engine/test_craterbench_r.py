"""CraterBench-R's loader and report, on miniatures in the released layout.

Not the data set itself, which is not here: the miniatures have its folders, names and keys, as far
as they are published, and every form in which the unpublished keys may come.
"""

from __future__ import annotations

import json
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from scipy.ndimage import gaussian_filter

from craterbench_qgis.engine.cli import main
from craterbench_qgis.engine.evaluation.craterbench_r import Counts, CraterBenchR, load
from craterbench_qgis.engine.evaluation.release import BenchmarkError, Release

IDS = [f"02-1-{number:06d}" for number in range(12)]
QUERY_IDS = IDS[:4]
# Crater 0 is visible in the views of crater 5 too, crater 1 beside one that the gallery lacks.
RAW = {IDS[0]: [IDS[0], IDS[5]], IDS[1]: [IDS[1], "99-9-999999"], IDS[2]: [IDS[2]]}
RAW[IDS[3]] = [IDS[3]]
FILTERED = {**RAW, IDS[1]: [IDS[1]]}
SMALL = Counts(
    gallery_images=24,
    gallery_ids=12,
    query_images=8,
    query_ids=4,
    train_images=22,
    train_ids=11,
    raw_multi_label_ids=2,
    multi_label_ids=1,
    most_relevant=2,
)


def picture(crater: str, scale: float, shift: int = 0) -> Image.Image:
    """A texture that belongs to the crater, seen at a scale and shifted by some pixels."""
    rng = np.random.default_rng(int(crater[-4:]))
    ground = gaussian_filter(rng.normal(size=(400, 400)), 6)
    half = int(60 * scale)
    part = ground[200 - half + shift : 200 + half + shift, 200 - half : 200 + half]
    grey = np.clip(128 + 50 * (part - part.mean()) / part.std(), 0, 255).astype(np.uint8)
    return Image.fromarray(grey).resize((96, 96), Image.Resampling.BICUBIC)


def entry(crater: str, view: str, kind: str) -> dict[str, Any]:
    name = f"{crater}_{view}"
    path = f"images/{kind}/{name}.jpg"
    return {"image_id": name, "path": path, "crater_id": crater, "view_type": view}


def write_release(root: Path) -> None:
    """The released layout, without any relevance."""
    for folder in ("images/gallery", "images/query", "splits", "metadata"):
        (root / folder).mkdir(parents=True)
    gallery = [entry(crater_id, view, "gallery") for crater_id in IDS for view in ("2x", "3x")]
    queries = [entry(crater_id, view, "query") for crater_id in QUERY_IDS for view in ("q0", "q1")]
    for view in gallery:
        scale = 1.0 if view["view_type"] == "2x" else 1.5
        picture(view["crater_id"], scale).save(root / view["path"], quality=95)
    for view in queries:
        scale, shift = (1.2, 4) if view["view_type"] == "q0" else (1.4, -3)
        picture(view["crater_id"], scale, shift).save(root / view["path"], quality=95)
    test = {
        "split_name": "test",
        "version": "release_v1",
        "gallery_images": gallery,
        "query_images": queries,
    }
    write(root, "splits/test.json", test)
    train = {"split_name": "train", "version": "release_v1", "gallery_images": gallery[:22]}
    write(root, "splits/train.json", train)
    write(root, "metadata/stats.json", {})


def write(root: Path, name: str, value: Any) -> None:
    (root / name).write_text(json.dumps(value), encoding="utf-8")


def read(path: Path, counts: Counts | None = None) -> CraterBenchR:
    with Release(path) as release:
        return load(release, counts)


@pytest.fixture(scope="module")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("release") / "CraterBench-R"
    write_release(folder)
    return folder


@pytest.fixture
def root(pristine: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(pristine, tmp_path / "CraterBench-R"))


def test_own_ids_where_no_relevance_is_told(root: Path) -> None:
    data = read(root)
    assert (len(data.gallery), len(data.queries), data.query_key) == (24, 8, "query_images")
    assert data.relevance_source == "the query's own crater id"
    assert data.relevant == [(query.crater_id,) for query in data.queries]
    assert "multi_label_ids" not in data.counts and data.counts["train_ids"] == 11


@pytest.mark.parametrize("key", ["query_images", "queries", "query", "Query_set"])
def test_names_of_the_query_list(root: Path, key: str) -> None:
    test = json.loads((root / "splits/test.json").read_text())
    test[key] = test.pop("query_images")
    write(root, "splits/test.json", test)
    data = read(root)
    assert data.query_key == key and len(data.queries) == 8


def in_entries(value: Callable[[str], Any]) -> Callable[[Path, dict[str, Any]], None]:
    def vary(root: Path, test: dict[str, Any]) -> None:
        for image in test["query_images"]:
            image.update(value(image["crater_id"]))
        write(root, "splits/test.json", test)

    return vary


def in_test(key: str, value: Any) -> Callable[[Path, dict[str, Any]], None]:
    return lambda root, test: write(root, "splits/test.json", {**test, key: value})


def in_file(value: Any) -> Callable[[Path, dict[str, Any]], None]:
    return lambda root, test: write(root, "metadata/query_relevance.json", value)


BY_IMAGE = {f"{c}_{q}": FILTERED[c] for c in QUERY_IDS for q in ("q0", "q1")}
GALLERY_IMAGES = {
    c: [f"{crater_id}_{v}" for crater_id in FILTERED[c] for v in ("2x", "3x")] for c in QUERY_IDS
}
VARIANTS: dict[str, tuple[Callable[[Path, dict[str, Any]], None], str]] = {
    "entry, list": (in_entries(lambda c: {"relevant_crater_ids": RAW[c]}), "entries"),
    "entry, two lists": (
        in_entries(lambda c: {"raw_relevant": ["x"], "gallery_relevant": FILTERED[c]}),
        "entries",
    ),
    "entry, mapping": (
        in_entries(lambda c: {"relevance": {"raw": ["x"], "filtered": FILTERED[c]}}),
        "entries",
    ),
    "entry, images": (in_entries(lambda c: {"positives": GALLERY_IMAGES[c]}), "entries"),
    "map by crater": (in_test("relevance", FILTERED), "map in splits/test.json"),
    "map by image": (in_test("query_relevance", BY_IMAGE), "map in splits/test.json"),
    "map of two": (
        in_test("ground_truth_relevance", {"raw": RAW, "gallery_filtered": FILTERED}),
        "map in splits/test.json",
    ),
    "file by crater": (in_file(FILTERED), "query_relevance.json"),
    "file by image": (in_file(BY_IMAGE), "query_relevance.json"),
    "file of both": (
        in_file({c: {"raw_co_visible": RAW[c], "gallery_relevant": FILTERED[c]} for c in RAW}),
        "query_relevance.json",
    ),
    "file of two maps": (
        in_file({"version": "v1", "raw": RAW, "gallery_filtered": FILTERED}),
        "query_relevance.json",
    ),
    "file wrapped": (in_file({"version": "v1", "queries": FILTERED}), "query_relevance.json"),
    "file, list": (
        in_file(
            [
                {"crater_id": c, "raw_crater_ids": RAW[c], "gallery_crater_ids": FILTERED[c]}
                for c in QUERY_IDS
            ]
        ),
        "query_relevance.json",
    ),
}


@pytest.mark.parametrize("name", list(VARIANTS))
def test_relevance_is_found_wherever_it_stands(root: Path, name: str) -> None:
    vary, source = VARIANTS[name]
    vary(root, json.loads((root / "splits/test.json").read_text()))
    data = read(root)
    assert source in data.relevance_source
    expected = {c: tuple(sorted(FILTERED[c])) for c in QUERY_IDS}
    assert data.relevant == [expected[query.crater_id] for query in data.queries]
    assert data.counts["multi_label_ids"] == 1 and data.counts["most_relevant"] == 2
    assert data.own_id_missing == 0
    if name in ("file of both", "file of two maps", "file, list"):
        assert data.counts["raw_multi_label_ids"] == 2
        read(root, SMALL)  # all counts of the miniature are right


def test_raw_ids_beside_relevance_in_the_entries(root: Path) -> None:
    test = json.loads((root / "splits/test.json").read_text())
    in_entries(lambda c: {"relevant_crater_ids": FILTERED[c]})(root, test)
    in_file({"raw": RAW, "gallery_filtered": FILTERED})(root, test)
    data = read(root, SMALL)
    assert "entries" in data.relevance_source and data.counts["raw_multi_label_ids"] == 2


@pytest.mark.parametrize("prefix", ["", "CraterBench-R/"])
def test_a_zip_of_everything(root: Path, tmp_path: Path, prefix: str) -> None:
    archive = tmp_path / "all.zip"
    with zipfile.ZipFile(archive, "w") as target:
        for file in root.rglob("*.*"):
            target.write(file, prefix + file.relative_to(root).as_posix())
    assert len(read(archive).gallery) == 24


@pytest.mark.parametrize("inside", ["images/gallery", "gallery"])
@pytest.mark.parametrize("name", ["folder", "zip"])
def test_images_in_a_zip_beside_the_splits(root: Path, inside: str, name: str) -> None:
    archive = root / "images.zip"
    with zipfile.ZipFile(archive, "w") as target:
        for file in sorted((root / "images").rglob("*.jpg")):
            start = inside.removesuffix("gallery")
            target.write(file, start + file.relative_to(root / "images").as_posix())
            file.unlink()
    data = read(root if name == "folder" else archive)
    assert len(data.gallery) == 24


def test_broken_releases(root: Path, tmp_path: Path) -> None:
    test = json.loads((root / "splits/test.json").read_text())

    def fails(match: str, path: Path = root, counts: Counts | None = None) -> None:
        with pytest.raises(BenchmarkError, match=match):
            read(path, counts)

    fails("There is no", tmp_path / "nowhere")
    (tmp_path / "empty").mkdir()
    fails("holds no splits/test.json", tmp_path / "empty")
    (tmp_path / "broken.zip").write_bytes(b"PK\x03\x04 not a zip")
    fails("cannot be opened as a zip", tmp_path / "broken.zip")
    fails("gallery_images is 24, not 50,000", counts=Counts())
    fails("query_ids is 4, not 5", counts=Counts(**{**vars(SMALL), "query_ids": 5}))
    fails("most_relevant is 1", counts=Counts(**{**vars(SMALL), "most_relevant": 0}))

    in_test("relevance", {**FILTERED, IDS[2]: []})(root, test)
    fails(r"2 of 8 queries have nothing relevant in the gallery, the first is 02-1-000002_q0")
    in_test("relevance", {**FILTERED, IDS[2]: ["99-9-999999"]})(root, test)
    fails("nothing relevant")
    in_test("relevance", {IDS[0]: [IDS[0]]})(root, test)
    fails("6 of 8 queries")
    write(root, "splits/test.json", test)
    in_file({"somebody": ["else"]})(root, test)
    fails("names none of the queries")
    (root / "metadata/query_relevance.json").unlink()

    write(root, "splits/test.json", {**test, "query_more": test["query_images"]})
    fails("one list of images whose key begins with 'quer'; it has 2")
    write(root, "splits/test.json", {"gallery_images": test["gallery_images"]})
    fails("it has 0")
    write(root, "splits/test.json", {**test, "query_images": [{"path": "x"}]})
    fails("lacks 'crater_id'")
    write(root, "splits/test.json", ["x"])
    fails("no object")
    (root / "splits/test.json").write_text("{", encoding="utf-8")
    fails("no JSON")
    outside = [{**test["query_images"][0], "path": "../secret.jpg"}]
    (tmp_path / "secret.jpg").write_bytes(b"x")
    write(root, "splits/test.json", {**test, "query_images": outside})
    fails("1 images of splits/test.json are not in")
    write(root, "splits/test.json", test)
    (root / test["gallery_images"][7]["path"]).unlink()
    fails(r"1 images .* first is images/gallery/02-1-000003_3x.jpg")


def test_a_truncated_image_is_named(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    victim = root / "images/gallery/02-1-000003_3x.jpg"
    victim.write_bytes(victim.read_bytes()[:700])
    assert main(["benchmark", "craterbench-r", str(root), "--no-counts", "--encoder", "hog"]) == 1
    message = capsys.readouterr().err
    assert "images/gallery/02-1-000003_3x.jpg" in message and "is damaged" in message


def test_a_damaged_member_is_named(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    archive = root / "images.zip"
    with zipfile.ZipFile(archive, "w") as target:
        for file in sorted((root / "images").rglob("*.jpg")):
            target.write(file, file.relative_to(root).as_posix())
            file.unlink()
        info = target.getinfo("images/gallery/02-1-000002_2x.jpg")
    data = bytearray(archive.read_bytes())
    data[info.header_offset + 300] ^= 0xFF
    archive.write_bytes(data)
    assert main(["benchmark", "craterbench-r", str(root), "--no-counts", "--encoder", "hog"]) == 1
    assert "02-1-000002_2x.jpg" in capsys.readouterr().err


def test_the_whole_command(root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    in_file({"raw": RAW, "gallery_filtered": FILTERED})(root, {})
    run = ["benchmark", "craterbench-r", str(root), "--encoder", "hog"]
    assert main(run) == 1  # the counts are not those of the release
    assert "not the released CraterBench-R" in capsys.readouterr().err
    output = tmp_path / "report"
    assert main([*run, "--no-counts", "--json", "--output", str(output)]) == 0
    result = json.loads(capsys.readouterr().out)
    assert (result["queries"], result["gallery_views"], result["encoder"]) == (8, 24, "hog")
    at = {(r["method"], r["seeds"], r["k"], r["shortlist"]): r for r in result["rows"]}
    assert set(at) == {
        ("global", None, None, None),
        ("all", None, None, None),
        *(("two-stage", "attention", 16, s) for s in (100, 500)),
        *(
            (method, seeds, k, None)
            for method in ("raw", "aggregated")
            for seeds in ("attention", "random")
            for k in (16, 64)
        ),
    }
    # Each texture is one crater's alone, so its own two views come first: hit@1 is 1, recall@1 is
    # 1 / 2, or 1 / 4 for crater 0 whose views of crater 5 cannot be recognised.
    best = at["all", None, None, None]
    assert best["hit@1"] == 1 and best["recall@1"] == pytest.approx((3 * 0.5 + 0.25) / 4)
    assert best["recall@5"] >= 0.875 and 0.6 < best["map_image"] < 1
    assert at["two-stage", "attention", 16, 100]["recovery"] == pytest.approx(100)
    settings = result["settings"]
    assert settings["counts_checked"] is False and settings["counts"]["multi_label_ids"] == 1
    assert settings["crop_fraction"] == 1.0
    assert len(result["published"]["global"]) == 10
    text = (output / "table.md").read_text()
    assert "No match with the paper is claimed" in text and "arXiv 2604.06245" in text
    for line in (
        "| ViT-S/16 DINO | CLS | 0.273 |",
        "| ViT-B/16 MarsDINO | CLS | 0.374 |",
        f"| 16 aggregated | 0.623 | {at['aggregated', 'attention', 16, None]['map_image']:.3f} |",
        f"| all | 0.744 | {best['map_image']:.3f} |",
        "| two-stage, S = 100 | 89-94 % |",
    ):
        assert line in text
    assert (output / "map_over_k.png").stat().st_size > 10_000


def test_limit_and_options(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = ["benchmark", "craterbench-r", str(root), "--no-counts", "--json", "--encoder", "hog"]
    few = [*run, "--only", "global", "--limit", "3"]
    results = []
    for more in ([], ["--stretch"], ["--crop-fraction", "0.8"], ["--seed", "1"]):
        assert main([*few, *more]) == 0
        results.append(json.loads(capsys.readouterr().out))
    assert all(result["queries"] == 3 and result["gallery_views"] == 24 for result in results)
    assert [result["settings"]["crop_fraction"] for result in results] == [1.0, 1.0, 0.8, 1.0]
    assert main([*few[:-1], "0"]) == 1
    assert main([*few, "--crop-fraction", "1.5"]) == 1
    capsys.readouterr()


def test_timm_models_are_shown_what_timm_shows_them() -> None:
    from types import SimpleNamespace

    from craterbench_qgis.engine.evaluation.benchmark import crop_fraction

    for name, share in (("timm:vit_small_patch16_224.dino?random", 0.9), ("hog", 1.0)):
        assert crop_fraction(SimpleNamespace(id=name)) == share  # type: ignore[arg-type]


def test_crop_and_stretch_change_the_pixels(root: Path) -> None:
    from craterbench_qgis.engine.encoders import load_encoder
    from craterbench_qgis.engine.evaluation.benchmark import BenchmarkRequest, _Reader
    from craterbench_qgis.engine.monitor import Monitor

    ramp = np.tile(np.linspace(60, 180, 120).astype(np.uint8), (80, 1))
    Image.fromarray(ramp).save(root / "images/query/ramp.png")
    encoder = load_encoder("hog")

    def pixels(crop: float, stretched: bool) -> np.ndarray:
        request = BenchmarkRequest(root, stretch=stretched)
        with Release(root) as release:
            reader = _Reader(release, encoder, crop, request, Monitor())
            return reader._pixels("images/query/ramp.png")

    # The central square of the 120 x 80 ramp spans columns 20 to 100: grey 80 to 160.
    whole, half, wide = pixels(1.0, False), pixels(0.5, False), pixels(1.0, True)
    assert whole.shape == half.shape == (112, 112)
    assert whole[:, 0].mean() * 255 == pytest.approx(80, abs=2)
    assert whole[:, -1].mean() * 255 == pytest.approx(160, abs=2)
    assert half[:, 0].mean() * 255 == pytest.approx(100, abs=2)
    assert wide.min() == 0 and wide.max() == 1
