"""The small size: tokens in two bits a number; what is found, what it costs, what is refused."""

from __future__ import annotations

import json
import shutil
import zlib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from craterbench_qgis.contract.vocabulary import Size
from craterbench_qgis.engine import two_bits
from craterbench_qgis.engine.catalogue import read_catalogue
from craterbench_qgis.engine.cli import main
from craterbench_qgis.engine.encoders import load_encoder
from craterbench_qgis.engine.errors import CraterIndexError, EncoderError
from craterbench_qgis.engine.index import (
    IndexWriter,
    format,
    manifest,
    open_index,
    segment,
    verify,
)
from craterbench_qgis.engine.indexing import add_to_index, join_indexes
from craterbench_qgis.engine.search import Searcher, SearchOptions, explain
from craterbench_qgis.engine.server.indexes import index_info

from . import index_support as support
from .scene import COUNT, build_scene, craters, query_view, write_catalogue

ENCODER = load_encoder("hog")
SMALL = format.QUANTISATION[Size.SMALL]


def tokens(*shape: int, seed: int = 0) -> np.ndarray:
    return support.unit(np.random.default_rng(seed).standard_normal(shape))


@pytest.mark.parametrize("dim", [1, 12, 36, 126, 128, 216])
def test_the_turn_keeps_inner_products(dim: int) -> None:
    turn = two_bits.turn(dim)
    assert np.abs(turn @ turn.T - np.eye(dim)).max() < 1e-5


@pytest.mark.parametrize("dim", [12, 36, 126, 128, 216])
def test_tokens_come_back_nearly_and_at_their_length(dim: int) -> None:
    x = tokens(20, 8, dim) * np.float32(0.7)
    codes, scale = two_bits.pack(x)
    assert codes.shape == (20, 8, -(-dim // 4)) and codes.dtype == np.uint8
    back = two_bits.unpacked(codes, scale, dim)
    assert np.allclose(np.linalg.norm(back, axis=-1), 0.7, rtol=2e-3)
    cosine = (back * x).sum(-1) / 0.49
    assert cosine.mean() > 0.93 and cosine.min() > 0.7
    query = tokens(5, dim, seed=1)
    levels = two_bits.unpack(codes, dim) * scale.astype(np.float32)[..., None]
    assert np.allclose(query @ back[3].T, query @ two_bits.turn(dim) @ levels[3].T, atol=1e-5)


def test_histograms_are_turned_into_something_two_bits_can_hold() -> None:
    """All numbers positive and most zero, as those of ``hog``: the turn spreads them."""
    x = np.random.default_rng(2).gamma(0.3, size=(50, 4, 216)).astype(np.float32)
    x = support.unit(x)
    back = two_bits.unpacked(*two_bits.pack(x), 216)
    assert (back * x).sum(-1).mean() > 0.92


def test_a_view_is_stored_alike_whatever_it_is_stored_with() -> None:
    x = tokens(40, 5, 128)
    codes, scale = two_bits.pack(x)
    for part in (slice(7, 8), slice(3, 31)):
        mine, own = two_bits.pack(x[part])
        assert np.array_equal(mine, codes[part]) and np.array_equal(own, scale[part])


def test_zero_tokens_stay_zero_and_others_are_refused() -> None:
    assert not two_bits.unpacked(*two_bits.pack(np.zeros((2, 3, 12))), 12).any()
    for bad in (np.nan, np.inf, 1e30):
        with pytest.raises(EncoderError, match="two bits"), np.errstate(all="ignore"):
            two_bits.pack(np.full((1, 12), bad))


@pytest.fixture
def index_path(tmp_path: Path) -> Path:
    path = tmp_path / "small.craterindex"
    support.build(path, quantisation=SMALL)
    return path


def test_the_record_is_what_the_document_says(index_path: Path) -> None:
    """Read one record with nothing but the byte offsets of docs/reference/index-format.md."""
    k, d, n = support.K, support.D, support.N
    used = k * (d // 4) + 2 * k + 2 * k + n
    length = -(-(used + 4) // 16) * 16
    (file,) = index_path.glob("segments/*/tokens.bin")
    assert file.stat().st_size % length == 0
    record = file.read_bytes()[3 * length : 4 * length]
    codes = np.frombuffer(record, "u1", k * d // 4).reshape(k, d // 4)
    numbers = np.stack([codes >> shift & 3 for shift in (0, 2, 4, 6)], 2).reshape(k, d)
    scale = np.frombuffer(record, "<f2", k, offset=k * d // 4).astype(float)
    signs, x = [], 0
    for _ in range(d):
        x = (1664525 * x + 1013904223) % 2**32
        signs.append(1 if x >> 31 else -1)
    row, column = np.mgrid[:d, :d]
    waves = np.cos(np.pi / d * (row + 0.5) * column) * np.where(column, 2, 1) ** 0.5 / d**0.5
    turn = np.array(signs)[:, None] * waves
    vectors = np.array([-127, -38, 38, 127])[numbers] * scale[:, None] @ turn.T
    assert zlib.crc32(record[:-4]) == int.from_bytes(record[-4:], "little")
    with open_index(index_path) as index:
        assert np.allclose(index.tokens([3])[0], vectors, atol=1e-5)
        seeds = np.frombuffer(record, "<u2", k, offset=k * d // 4 + 2 * k)
        assert np.array_equal(index.stored_tokens([3]).seeds[0], seeds)


def test_removing_compacting_and_a_stopped_build_keep_every_token(
    index_path: Path, tmp_path: Path
) -> None:
    stopped = tmp_path / "stopped.craterindex"
    for limit in (2, 5, None):
        support.build(stopped, limit, quantisation=SMALL)
    assert support.answers(stopped) == support.answers(index_path)
    with open_index(index_path) as index:
        before = index.tokens(np.arange(index.n_views))
        kept = ~np.isin(index.view_crater_rows, [3, 4])
    with IndexWriter.open(index_path) as writer:
        writer.remove(["c003", "c004"])
        writer.compact()
    assert verify(index_path).ok
    with open_index(index_path) as index:
        assert index.settings.size is Size.SMALL
        assert np.array_equal(index.tokens(np.arange(index.n_views)), before[kept])


def test_a_chunk_of_another_process_holds_the_same(index_path: Path, tmp_path: Path) -> None:
    path = tmp_path / "cluster.craterindex"
    support.build(path, 0, quantisation=SMALL)
    with IndexWriter.open(path) as writer:
        for chunk in range(support.CHUNKS):
            data = support.chunk_data(chunk)
            entry = segment.write_apart(path, data, writer.settings, chunk, support.CRATERS, 1)
            writer.adopt_chunk(chunk, entry)
        writer.finish_job()
    assert support.answers(path) == support.answers(index_path)
    assert support.stored_files(path) == support.stored_files(index_path)


@pytest.mark.parametrize("place", [0, 11, -5])
def test_a_spoiled_record_is_refused(index_path: Path, place: int) -> None:
    (file,) = index_path.glob("segments/*/tokens.bin")
    data = bytearray(file.read_bytes())
    data[place] ^= 8
    file.write_bytes(data)
    with open_index(index_path, check="sizes") as index:
        view = 0 if place >= 0 else index.n_views - 1
        with pytest.raises(CraterIndexError, match="damaged at view"):
            index.tokens([view])
        index.tokens([view + 1 if place >= 0 else view - 1])
    assert not verify(index_path).ok


def write_manifest(path: Path, **changes: object) -> None:
    content = json.loads((path / "manifest.json").read_bytes()) | changes
    content["checksum"] = manifest.checksum(content)
    (path / "manifest.json").write_bytes(manifest.layout(content))


def test_an_older_engine_would_say_that_it_is_older(
    index_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It compares the version, which is why the small size has one of its own."""
    content = json.loads((index_path / "manifest.json").read_bytes())
    assert content["format_version"] == 3 and content["settings"]["quantisation"] == SMALL
    monkeypatch.setattr(manifest, "SMALL_VERSION", 2)
    with pytest.raises(CraterIndexError, match="written by a newer CraterBench"):
        open_index(index_path)


def test_the_standard_size_is_what_earlier_versions_write(tmp_path: Path) -> None:
    path = tmp_path / "standard.craterindex"
    support.build(path)
    content = json.loads((path / "manifest.json").read_bytes())
    assert content["format_version"] == 1 and content["settings"]["quantisation"] == "int8"


@pytest.mark.parametrize(
    ("version", "quantisation", "words"),
    [
        (1, SMALL, "do not fit"),
        (3, "int8", "do not fit"),
        (3, "1bit", "cannot be stored as '1bit'"),
        (4, SMALL, "newer CraterBench"),
    ],
)
def test_foreign_manifests(index_path: Path, version: int, quantisation: str, words: str) -> None:
    content = json.loads((index_path / "manifest.json").read_bytes())
    settings = content["settings"] | {"quantisation": quantisation}
    write_manifest(index_path, format_version=version, settings=settings)
    with pytest.raises(CraterIndexError, match=words):
        open_index(index_path)


def test_records_of_another_length_are_refused(index_path: Path, tmp_path: Path) -> None:
    """A manifest that says small over standard records, or the other way round."""
    standard = tmp_path / "standard.craterindex"
    support.build(standard)
    for path, version, quantisation in ((standard, 3, SMALL), (index_path, 1, "int8")):
        settings = json.loads((path / "manifest.json").read_bytes())["settings"]
        write_manifest(
            path, format_version=version, settings=settings | {"quantisation": quantisation}
        )
        with pytest.raises(CraterIndexError, match="does not agree with the"):
            open_index(path, check="sizes")


def test_hostile_scales_are_refused(index_path: Path) -> None:
    """A stranger's file with a right checksum."""
    (file,) = index_path.glob("segments/*/tokens.bin")
    record = format.record_dtype(support.settings(quantisation=SMALL))
    data = np.frombuffer(bytearray(file.read_bytes()), record)
    data["scale"][0, 1] = np.inf
    data["crc"][0] = zlib.crc32(data[0].tobytes()[:-4])
    file.write_bytes(data.tobytes())
    with (
        open_index(index_path, check="sizes") as index,
        pytest.raises(CraterIndexError, match="do not fit"),
    ):
        index.tokens([0])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A scene indexed in both sizes."""
    folder = tmp_path_factory.mktemp("sizes")
    build_scene(folder, ENCODER)
    build_scene(folder, ENCODER, output=str(folder / "small.craterindex"), size=Size.SMALL)
    return folder


@pytest.mark.parametrize("symmetric", [False, True])
def test_every_crater_finds_itself(folder: Path, symmetric: bool) -> None:
    with (
        open_index(folder / "small.craterindex") as small,
        open_index(folder / "scene.craterindex") as standard,
    ):
        options = SearchOptions(top=5, symmetric=symmetric)
        for number in range(0, COUNT, 3):
            asked = query_view(folder, number, ENCODER)
            mine = Searcher(small, ENCODER).search(asked, options).matches[0]
            other = Searcher(standard, ENCODER).search(asked, options).matches[0]
            assert mine.crater_id == other.crater_id == f"T-{number:03d}"
            assert mine.score == pytest.approx(other.score, abs=0.15)


def test_any_angle_and_why_agree_with_the_search(folder: Path) -> None:
    with open_index(folder / "small.craterindex") as index:
        asked = query_view(folder, 6, ENCODER, wide=True)
        searcher = Searcher(index, ENCODER)
        turned = searcher.search(asked, SearchOptions(top=5, any_angle=True)).matches[0]
        assert turned.crater_id == "T-006"
        best = searcher.search(asked, SearchOptions(top=1, overlay=False)).matches[0]
        why = explain(index, ENCODER, asked, best.crater_id)
        assert why.score == pytest.approx(best.score, abs=1e-5)


def test_a_token_costs_a_quarter(folder: Path) -> None:
    sizes = []
    for name in ("scene", "small"):
        (file,) = (folder / f"{name}.craterindex").glob("segments/*/tokens.bin")
        sizes.append(file.stat().st_size)
    assert sizes[1] < 0.4 * sizes[0]


def test_additions_keep_the_size(folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "grown.craterindex"
    few = craters()[: COUNT // 2]
    shutil.copy(folder / "mosaic.tif", tmp_path)
    first = write_catalogue(tmp_path / "first.csv", few)
    build_scene(folder, ENCODER, craters=read_catalogue(str(first)), output=str(path),
                size=Size.SMALL)  # fmt: skip
    rest = write_catalogue(tmp_path / "rest.csv", craters()[COUNT // 2 :])
    add_to_index(path, ENCODER, craters=read_catalogue(str(rest)))
    assert verify(path).ok
    with (
        open_index(path) as grown,
        open_index(folder / "small.craterindex") as whole,
    ):
        assert grown.settings == whole.settings and grown.n_views == whole.n_views
        both = [
            {
                (int(index.view_crater_rows[view]), float(index.views["context"][view])):
                index.tokens([view]).tobytes()
                for view in range(index.n_views)
            }
            for index in (grown, whole)
        ]  # fmt: skip
        assert both[0] == both[1]


def test_a_build_of_the_other_size_is_not_resumed(folder: Path) -> None:
    with pytest.raises(CraterIndexError, match="small size"):
        build_scene(folder, ENCODER, output=str(folder / "small.craterindex"))


def test_small_ones_are_joined_and_mixed_ones_are_refused(folder: Path, tmp_path: Path) -> None:
    halves = []
    for name, part in (("A", craters()[:9]), ("B", craters()[9:])):
        table = write_catalogue(tmp_path / f"{name}.csv", part)
        output = tmp_path / f"{name}.craterindex"
        build_scene(folder, ENCODER, craters=read_catalogue(str(table)), output=str(output),
                    size=Size.SMALL)  # fmt: skip
        halves.append(output)
    join_indexes(halves, tmp_path / "ALL.craterindex")
    asked = query_view(folder, 11, ENCODER)
    with (
        open_index(tmp_path / "ALL.craterindex") as joined,
        open_index(folder / "small.craterindex") as one,
    ):
        answers = [
            [(m.crater_id, m.score) for m in Searcher(index, ENCODER).search(asked).matches]
            for index in (joined, one)
        ]
        assert answers[0] == answers[1] and answers[0][0][0] == "T-011"
        assert index_info(joined).size is Size.SMALL
    mixed = [halves[0], folder / "scene.craterindex"]
    with pytest.raises(CraterIndexError, match=r"different kinds of tokens.*2bit.*int8"):
        join_indexes(mixed, tmp_path / "MIXED.craterindex")


def test_the_command_says_the_size(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output = tmp_path / "cli.craterindex"
    build = ["index", "build", "--mosaic", str(folder / "mosaic.tif"), "--catalogue",
             str(folder / "craters.csv"), "--output", str(output), "--encoder", "hog",
             "--tokens", "16", "--no-kinds", "--size"]  # fmt: skip
    assert main([*build, "small"]) == 0
    capsys.readouterr()
    assert main(["index", "info", str(output)]) == 0
    assert "two bits (small size) each" in capsys.readouterr().out
    with open_index(output) as index:
        assert index_info(index).size is Size.SMALL
    with pytest.raises(SystemExit):
        main([*build, "tiny"])


def test_settings_say_what_a_token_costs() -> None:
    standard = support.settings(tokens=64, token_dim=128, grid=(12, 12))
    small = replace(standard, quantisation=SMALL)
    assert format.record_dtype(standard).itemsize == 8736
    assert format.record_dtype(small).itemsize == 2464
    x = tokens(2, 64, 128)
    assert np.abs(standard.as_stored(x) - x).max() < 0.01
    assert np.array_equal(small.as_stored(x), two_bits.unpacked(*two_bits.pack(x), 128))
