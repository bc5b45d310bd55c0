"""The atlas: places that are near where kinds are, kept in the index, looked at in pictures."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from sklearn.neighbors import NearestNeighbors

from craterbench_qgis.contract.atlas import AtlasPictureParams
from craterbench_qgis.contract.vocabulary import Scale, Stage
from craterbench_qgis.engine.cli import main
from craterbench_qgis.engine.encoders import load_encoder
from craterbench_qgis.engine.errors import Cancelled, CraterIndexError, KindsMissing, QueryError
from craterbench_qgis.engine.index import IndexWriter, open_index, verify
from craterbench_qgis.engine.index.atlas import ATLAS_DTYPE, digest_of
from craterbench_qgis.engine.kinds import load_descriptor
from craterbench_qgis.engine.kinds.atlas import crater_features, make_atlas, placed
from craterbench_qgis.engine.kinds.atlas_colours import RAMP, by_column
from craterbench_qgis.engine.kinds.atlas_view import AtlasView, atlas_info
from craterbench_qgis.engine.kinds.gallery import KindGallery
from craterbench_qgis.engine.kinds.upgrade import upgrade_index
from craterbench_qgis.engine.monitor import Monitor

from .scene import COUNT, build_scene, write_mosaic

DESCRIPTOR = load_descriptor(threads=1)


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an index without an atlas, but with descriptors."""
    folder = tmp_path_factory.mktemp("atlas")
    build_scene(folder, load_encoder("hog"))
    upgrade_index(folder / "scene.craterindex", DESCRIPTOR)
    return folder


@pytest.fixture(scope="module")
def made(bare: Path) -> Path:
    path = bare / "made.craterindex"
    shutil.copytree(bare / "scene.craterindex", path)
    assert make_atlas(path, DESCRIPTOR) == COUNT
    return path


def copy_of(path: Path, folder: Path) -> Path:
    return Path(shutil.copytree(path, folder / path.name))


def clusters(count: int, kinds: int = 4) -> tuple[np.ndarray, np.ndarray]:
    """Features [count, 8] about ``kinds`` centres, and which centre each is of."""
    rng = np.random.default_rng(3)
    kind = rng.integers(0, kinds, count)
    return (rng.normal(0, 3, (kinds, 8))[kind] + rng.normal(0, 0.4, (count, 8))).astype("f4"), kind


# -- places -----------------------------------------------------------------------------------


@pytest.mark.parametrize("sample", [200, 90])
def test_like_craters_lie_near_also_those_outside_the_sample(sample: int) -> None:
    features, kind = clusters(200)
    places = placed(features, Monitor(), sample)
    assert places.dtype == np.float32 and np.isfinite(places).all() and np.abs(places).max() <= 1
    assert np.abs(places).max() > 0.99
    near = NearestNeighbors(n_neighbors=5).fit(places).kneighbors(return_distance=False)
    assert (kind[near] == kind[:, None]).mean() > 0.95
    # Nobody lies on top of another.
    assert len(np.unique(np.round(places, 6), axis=0)) > 195
    np.testing.assert_array_equal(places, placed(features, Monitor(), sample))


@pytest.mark.parametrize("count", [1, 2, 3, 7])
def test_a_few_craters_have_places_too_and_so_have_twins(count: int) -> None:
    for features in (clusters(count)[0], np.zeros((count, 8), np.float32)):
        places = placed(features, Monitor())
        assert places.shape == (count, 2) and np.isfinite(places).all()


def test_neighbours_in_the_plane_are_neighbours_by_kind_more_than_by_chance(made: Path) -> None:
    with open_index(made) as index:
        rows, features = crater_features(KindGallery(index, DESCRIPTOR))
        atlas = index.atlas
    assert atlas is not None and atlas["crater_row"].tolist() == rows.tolist()
    places = np.stack([atlas["x"], atlas["y"]], axis=1)

    def nearest(values: np.ndarray) -> np.ndarray:
        return NearestNeighbors(n_neighbors=5).fit(values).kneighbors(return_distance=False)

    by_kind, by_place = nearest(features), nearest(places)
    share = np.mean([len(set(a) & set(b)) / 5 for a, b in zip(by_kind, by_place, strict=True)])
    assert share > 2 * 5 / (COUNT - 1)


def test_features_add_up_to_the_distance_of_the_search(bare: Path) -> None:
    from craterbench_qgis.contract.vocabulary import Likeness
    from craterbench_qgis.engine.kinds.gallery import Features

    with open_index(bare / "scene.craterindex") as index:
        gallery = KindGallery(index, DESCRIPTOR)
    _, features = crater_features(gallery)
    parts = {name: gallery.features.part(name)[3:4] for name in Features.__dataclass_fields__}
    searched = gallery.distances(Features(**parts), Likeness.BOTH)
    apart = ((features - features[3]) ** 2).sum(axis=1)
    assert np.corrcoef(apart, searched)[0, 1] > 0.9999


class Stopping(Monitor):
    """Asks to stop once the places are being looked for."""

    def __init__(self) -> None:
        self.told: list[tuple[int, int]] = []

    def report(self, stage: Stage, done: int, total: int) -> None:
        assert stage is Stage.ATLAS
        self.told.append((done, total))

    def cancelled(self) -> bool:
        return any(total for _, total in self.told)


def test_a_stopped_atlas_leaves_the_index_as_it_was(bare: Path, tmp_path: Path) -> None:
    path = copy_of(bare / "scene.craterindex", tmp_path)
    before = (path / "manifest.json").read_bytes()
    monitor = Stopping()
    with pytest.raises(Cancelled):
        make_atlas(path, DESCRIPTOR, monitor)
    assert monitor.told[-1][1] > monitor.told[-1][0] >= 0
    assert (path / "manifest.json").read_bytes() == before and not (path / "atlas").exists()


def test_a_cancel_is_heard_during_a_round(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of scikit-learn's can be stopped, so it is not waited for."""
    from sklearn.manifold import TSNE

    released = threading.Event()
    monkeypatch.setattr(TSNE, "fit_transform", lambda *_: released.wait(60))
    features, _ = clusters(30)
    try:
        with pytest.raises(Cancelled):
            placed(features, Stopping())
    finally:
        released.set()


def test_what_a_round_raises_is_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    from sklearn.manifold import TSNE

    def broken(*_: Any) -> None:
        raise MemoryError("too large")

    monkeypatch.setattr(TSNE, "fit_transform", broken)
    with pytest.raises(MemoryError, match="too large"):
        placed(clusters(30)[0], Monitor())


# -- in the index -------------------------------------------------------------------------------


def test_an_index_without_an_atlas_says_so(bare: Path) -> None:
    path = bare / "scene.craterindex"
    with open_index(path, check="full") as index:
        assert index.atlas is None
        info = atlas_info(index)
        assert (info.craters, info.lacking, info.kinds) == (0, 0, True)
        with pytest.raises(CraterIndexError, match="index atlas"):
            AtlasView(index)
    assert b'"atlas"' not in (path / "manifest.json").read_bytes()


def test_an_index_without_descriptors_is_told_what_to_do(bare: Path, tmp_path: Path) -> None:
    path = copy_of(bare / "scene.craterindex", tmp_path)
    with IndexWriter.open(path) as writer:
        writer._commit(replace(writer.manifest, kinds=None))
    with pytest.raises(KindsMissing, match="index upgrade"):
        make_atlas(path, DESCRIPTOR)


def test_the_command_line_makes_it(
    bare: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = copy_of(bare / "scene.craterindex", tmp_path)
    assert main(["index", "atlas", str(path)]) == 0
    assert f"an atlas of {COUNT} craters" in capsys.readouterr().out
    assert verify(path).ok and [file.suffix for file in (path / "atlas").iterdir()] == [".bin"]
    # Again: the same places, and the earlier file is gone.
    with open_index(path) as index:
        before = np.array(index.atlas)
    assert main(["index", "atlas", str(path), "--json"]) == 0
    with open_index(path) as index:
        np.testing.assert_array_equal(index.atlas, before)
    assert len(list((path / "atlas").iterdir())) == 1


def test_additions_are_missing_from_it_and_removals_leave_it(made: Path, tmp_path: Path) -> None:
    path = copy_of(made, tmp_path)
    with IndexWriter.open(path) as writer:
        writer.remove(["T-005"])
        writer.compact()
    with open_index(path) as index:
        assert index.atlas is not None and len(index.atlas) == COUNT
        info, view = atlas_info(index), AtlasView(index)
    assert (info.craters, info.lacking, len(view)) == (COUNT - 1, 0, COUNT - 1)
    assert 5 not in view.rows
    other = write_mosaic(tmp_path / "other.tif", noise=5)
    table = tmp_path / "more.csv"
    table.write_text("crater_id,lon,lat,diameter_km\nnew,10.2,1.1,60\n", encoding="utf-8")
    added = ["index", "add", str(path), "--mosaic", str(other), "--catalogue", str(table)]
    assert main(added) == 0
    with open_index(path) as index:
        assert atlas_info(index).lacking == 1
    make_atlas(path, DESCRIPTOR)
    with open_index(path) as index:
        info = atlas_info(index)
    assert (info.craters, info.lacking) == (COUNT, 0)
    assert verify(path).ok


def rewritten(path: Path, records: np.ndarray, rows: int | None = None) -> None:
    """Another atlas, as a stranger could write it with right checksums."""
    with IndexWriter.open(path) as writer:
        places = np.stack([records["x"], records["y"]], axis=1)
        writer.set_atlas(records["crater_row"], places, digest_of(writer.manifest.kinds))
        if rows is not None:
            assert writer.manifest.atlas is not None
            entry = replace(writer.manifest.atlas, craters=rows)
            writer._commit(replace(writer.manifest, atlas=entry))


def hostile(**changes: Any) -> Callable[[np.ndarray], None]:
    def change(records: np.ndarray) -> None:
        for name, value in changes.items():
            records[name][3] = value

    return change


@pytest.mark.parametrize(
    ("change", "rows", "words"),
    [
        (hostile(x=np.nan), None, "outside the atlas"),
        (hostile(y=np.inf), None, "outside the atlas"),
        (hostile(x=1e30), None, "outside the atlas"),
        (hostile(crater_row=-1), None, "craters that do not exist"),
        (hostile(crater_row=2), None, "craters that do not exist"),
        (hostile(crater_row=2**31 - 1), None, "craters that do not exist"),
        (hostile(), COUNT + 1, "does not hold"),
    ],
)
def test_a_strangers_atlas_is_refused_with_a_sentence(
    made: Path, tmp_path: Path, change: Callable[[np.ndarray], None], rows: int | None, words: str
) -> None:
    path = copy_of(made, tmp_path)
    with open_index(path) as index:
        records = np.array(index.atlas)
    change(records)
    rewritten(path, records, rows)
    with open_index(path) as index, pytest.raises(CraterIndexError, match=words):
        AtlasView(index)
    assert any(words in problem for problem in verify(path).problems)
    make_atlas(path, DESCRIPTOR)  # another one helps
    assert verify(path).ok


def test_a_damaged_atlas_is_dropped_by_a_repair(made: Path, tmp_path: Path) -> None:
    path = copy_of(made, tmp_path)
    (file,) = (path / "atlas").iterdir()
    data = bytearray(file.read_bytes())
    data[5] ^= 1
    file.write_bytes(bytes(data))
    assert not verify(path).ok
    report = verify(path, repair=True)
    assert report.ok and any("make the atlas again" in text for text in report.repaired)
    with open_index(path, check="full") as index:
        assert index.atlas is None and index.n_views == 2 * COUNT


# -- looked at ------------------------------------------------------------------------------------


def asked(**changes: Any) -> AtlasPictureParams:
    whole = {"index": "x", "x": 0.0, "y": 0.0, "scale": 0.02, "width": 120, "height": 110}
    return AtlasPictureParams(**{**whole, **changes})


def test_a_picture_holds_the_craters_that_lie_in_it(made: Path) -> None:
    with open_index(made) as index:
        view = AtlasView(index)
        pixels, count, points, colours = view.picture(asked())
        assert pixels.shape == (110, 120, 4) and count == COUNT == len(points)
        assert colours.legend.scale is Scale.DENSITY and colours.legend.colours == list(RAMP)
        assert 0 < (pixels[..., 3] > 0).mean() < 0.7
        for point in points:
            at = view.rows.tolist().index(point.row)
            assert point.x == pytest.approx(view.x[at] / 0.02 + 60, abs=1e-3)
            assert point.y == pytest.approx(55 - view.y[at] / 0.02, abs=1e-3)
            assert pixels[int(point.y), int(point.x), 3] == 255
            assert index.view(point.view).crater_row == point.row
        # Near by: one crater in the middle, as the place says.
        x, y = float(view.x[7]), float(view.y[7])
        _, few, near, _ = view.picture(asked(x=x, y=y, scale=1e-4))
        assert few == len(near) < COUNT
        assert any(point.row == view.rows[7] and abs(point.x - 60) < 0.01 for point in near)


def test_a_selection_is_ringed_by_lasso_and_by_row(made: Path) -> None:
    with open_index(made) as index:
        view = AtlasView(index)
        square = [-1.0, -1.0, 0.0, -1.0, 0.0, 1.0, -1.0, 1.0]
        inside = view.within(square)
        assert inside.tolist() == np.flatnonzero(view.x <= 0).tolist()
        plain, *_ = view.picture(asked())
        by_lasso, *_ = view.picture(asked(lasso=square))
        by_rows, *_ = view.picture(asked(rows=view.rows[inside].tolist()))
    np.testing.assert_array_equal(by_lasso, by_rows)
    white = (by_rows[..., :3] == 255).all(axis=2) & (by_rows[..., 3] == 255)
    assert white[:, :58].any() and not white[:, 66:].any() and not np.array_equal(plain, by_rows)


def test_a_lasso_may_cross_itself(made: Path) -> None:
    with open_index(made) as index:
        view = AtlasView(index)
        bow = view.within([-1.0, -1.0, 1.0, 1.0, 1.0, -1.0, -1.0, 1.0])
        assert bow.tolist() == np.flatnonzero(np.abs(view.x) > np.abs(view.y)).tolist()
        assert not view.within([0.0, 0.0, 0.0, 0.0, 0.0, 0.0]).size
        for wrong in ([], [0.0, 1.0], [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0]):
            with pytest.raises(QueryError, match="three corners"):
                view.within(wrong)


def test_the_nearest_crater_is_named(made: Path) -> None:
    with open_index(made) as index:
        view = AtlasView(index)
        crater = view.nearest(float(view.x[4]) + 1e-5, float(view.y[4]), 0.01)
        assert crater is not None and crater.row == view.rows[4]
        assert crater.crater_id == f"T-{view.rows[4]:03d}" and "freshness" in crater.attributes
        assert view.nearest(5.0, 5.0, 0.5) is None


def test_every_column_colours_it(made: Path) -> None:
    with open_index(made) as index:
        view = AtlasView(index)
        columns = atlas_info(index).columns
        assert columns[:3] == ["diameter_m", "lon", "lat"] and "freshness" in columns
        for column in columns:
            legend = view.picture(asked(column=column))[3].legend
            assert legend.colours
        with pytest.raises(QueryError, match="no column 'depth'"):
            view.colours("depth")


def column_of(values: list[Any], kind: Any = None) -> Any:
    return pa.chunked_array([pa.array(values, kind)])


def test_colours_of_columns_of_every_kind() -> None:
    number = by_column(column_of([1.0, 2.0, None, float("nan"), float("inf"), 3.0]))
    assert number.legend.scale is Scale.LINEAR and number.legend.without == 3
    assert number.codes[[0, 5]].tolist() == [0, 249] and number.without.tolist()[2:5] == [True] * 3
    wide = by_column(column_of([1.0, 10.0, 100.0, 1000.0]))
    assert wide.legend.scale is Scale.LOGARITHMIC
    steps = np.diff(wide.codes.astype(int))
    assert abs(steps[1] - (steps.sum() / 3)) < 12
    words = by_column(column_of(["a", "b", "a", None, "c"]))
    assert words.legend.labels == ["a", "b", "c"] and words.legend.without == 1
    assert words.codes.tolist() == [0, 1, 0, 255, 2]
    ids = by_column(column_of([f"id {n}" for n in range(30)]))
    assert len(ids.legend.labels) == len(ids.legend.colours) == 8 and ids.legend.labels[-1] == ""
    assert by_column(column_of([3, 1, 3, 2])).legend.scale is Scale.CATEGORIES
    assert by_column(column_of(list(range(50)))).legend.scale is Scale.LINEAR
    assert by_column(column_of([True, False, None])).legend.labels == ["true", "false"]
    alike = by_column(column_of([5.0, 5.0]))
    assert alike.codes.tolist() == [124, 124]
    for empty in (column_of([None, None]), column_of([], pa.float64()), column_of([], pa.string())):
        assert by_column(empty).without.all()
    assert by_column(column_of([1, 2], pa.timestamp("s"))).legend.scale is Scale.CATEGORIES


def test_of_400_000_craters_the_whole_is_drawn_and_a_part_names_its_own(made: Path) -> None:
    count = 400_000
    rng = np.random.default_rng(0)
    with open_index(made) as index:
        view = AtlasView(index)
        view.rows = np.arange(count)
        view.x, view.y = rng.uniform(-1, 1, (2, count)).astype(np.float32)
        _, all_of_them, points, _ = view.picture(asked(width=800, height=800, scale=2 / 800))
        assert all_of_them > 0.999 * count and not points
        _, part, points, _ = view.picture(asked(width=800, height=800, scale=0.02 / 800))
        assert 0 < part == len(points) < 150


def test_records_are_twelve_bytes() -> None:
    assert ATLAS_DTYPE.itemsize == 12
