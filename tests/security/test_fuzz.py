"""Spoiled files of every kind end in a sentence or are read: no signal, hang or bare exception.

A few examples of each kind in the suite; ``make fuzz`` goes on for ``CRATERBENCH_FUZZ_SECONDS``.
"""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import json
import os
import sqlite3
import struct
import warnings
import zipfile
import zlib
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from PIL import Image

from craterbench_qgis.contract.build import CatalogueSource
from craterbench_qgis.contract.duplicates import DuplicateParams
from craterbench_qgis.engine.catalogue import read_catalogue
from craterbench_qgis.engine.duplicates import find_duplicates
from craterbench_qgis.engine.index import (
    IndexWriter,
    build_hnsw,
    build_lists,
    finishing,
    format,
    geopackage,
    manifest,
)
from tests.engine import index_support, scene

from . import hostile_vectors
from .mutations import SECONDS, changed, edits, explore, json_changes, spoiled
from .support import PATIENCE_S, Opener

MEMORY_MB = 1500

Spoil = Callable[[Any], None]


class Findings:
    """Opens spoiled files and remembers what must not be."""

    def __init__(self, opener: Opener) -> None:
        self.opener, self.wrong, self.count = opener, [], 0
        self.slowest, self.most_mb = 0.0, 0.0

    def open(self, purpose: str, path: Path, what: object) -> None:
        answer = self.opener.open(purpose, str(path), PATIENCE_S)
        self.count += 1
        self.slowest = max(self.slowest, answer["seconds"])
        self.most_mb = max(self.most_mb, answer["rss_mb"])
        bad = answer["outcome"] not in {"opened", "sentence"} or answer["rss_mb"] > MEMORY_MB
        bad |= bool(SECONDS) and answer["seconds"] > 10
        if bad:
            self.wrong.append(
                f"{purpose} {path.name}: {answer['outcome']} {answer['text'][:200]} "
                f"{answer['rss_mb']:.0f} MB ({str(what)[:300]})"
            )
            keep = os.environ.get("CRATERBENCH_FUZZ_KEEP")
            if keep and path.is_file():
                target = Path(keep) / f"{len(list(Path(keep).iterdir()))}-{purpose}-{path.name}"
                target.write_bytes(path.read_bytes())


@pytest.fixture
def findings(opener: Opener) -> Any:
    record = Findings(opener)
    yield record
    if SECONDS:
        warnings.warn(
            f"{record.count} files, slowest {record.slowest:.1f} s, "
            f"at most {record.most_mb:.0f} MB, {len(record.wrong)} wrong",
            stacklevel=1,
        )
    assert not record.wrong, "\n".join(record.wrong[:20])


def _index(work: Path, **settings: object) -> Path:
    path = work / "moon.craterindex"
    index_support.build(path, **settings)
    with IndexWriter.open(path) as writer:
        writer.remove(["c003"])
        build_hnsw(writer, threads=1)
        few, finishing.MIN_VIEWS = finishing.MIN_VIEWS, 20
        build_lists(writer)
        finishing.MIN_VIEWS = few
    return path


def _with_bytes(path: Path, name: str, data: bytes) -> None:
    """Put other bytes into a file of an index, with the right checksum in the manifest."""
    (path / name).write_bytes(data)
    entry = format_entry(name, data)
    whole = json.loads((path / "manifest.json").read_bytes())

    def swapped(value: Any) -> Any:
        if isinstance(value, dict):
            if value.get("path") == name and "sha256" in value:
                return dict(value, **entry)
            return {key: swapped(item) for key, item in value.items()}
        return [swapped(item) for item in value] if isinstance(value, list) else value

    write_content(path, swapped(whole))


def format_entry(name: str, data: bytes) -> dict[str, Any]:
    return {"path": name, "size": len(data), "sha256": hashlib.sha256(data).hexdigest()}


def write_content(path: Path, content: Any) -> None:
    """The manifest's bytes for any JSON, checksum and layout as the engine makes them."""

    def compact(value: Any) -> str:
        return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)

    def lines(value: Any) -> str:
        if isinstance(value, list) and value:
            return "[\n" + ",\n".join(" " + compact(line) for line in value) + "\n]"
        return compact(value)

    if isinstance(content, dict):
        content.pop("checksum", None)
        content["checksum"] = manifest.checksum(content)
        rows = [f"{compact(key)}: {lines(content[key])}" for key in sorted(content)]
        text = "{\n" + ",\n".join(rows) + "\n}\n"
    else:
        text = compact(content)
    (path / "manifest.json").write_bytes(text.encode("utf-8", "surrogatepass"))


def test_manifests(findings: Findings, work: Path) -> None:
    path = _index(work)
    whole = json.loads((path / "manifest.json").read_bytes())

    def attempt(changes: Any) -> None:
        write_content(path, changed(whole, changes))
        for purpose in ("index", "verify_index"):
            findings.open(purpose, path, changes)

    explore(json_changes(), attempt, 0.15)


PARTS = (
    "arrow",
    "hnsw",
    ".lists",
    ".sums",
    "views.bin",
    "tokens.bin",
    "thumbnails.bin",
    "skipped.csv",
    "tombstones",
)


@pytest.mark.parametrize(("part", "quantisation"), [*((part, "int8") for part in PARTS),
                                                    ("tokens.bin", "2bit")])  # fmt: skip
def test_parts_of_an_index(part: str, quantisation: str, findings: Findings, work: Path) -> None:
    path = _index(work, quantisation=quantisation)
    files = manifest.load_manifest(path).files()
    name = next(file.path for file in files if part in file.path)
    whole, entries = (path / name).read_bytes(), (path / "manifest.json").read_bytes()
    record = format.record_dtype(index_support.settings(quantisation=quantisation)).itemsize

    def attempt(changes: Any) -> None:
        data = spoiled(whole, changes)
        if part in {"views.bin", "tokens.bin"}:
            data = data[: len(whole)].ljust(len(whole), b"\0")
        if part == "tokens.bin":
            rows = [data[start : start + record] for start in range(0, len(data), record)]
            checks = [struct.pack("<I", zlib.crc32(row[:-4])) for row in rows]
            data = b"".join(row[:-4] + check for row, check in zip(rows, checks, strict=True))
        (path / "manifest.json").write_bytes(entries)
        _with_bytes(path, name, data)
        findings.open("index", path, changes)

    explore(edits, attempt, 0.05)


def test_the_geopackage_of_an_index(findings: Findings, work: Path) -> None:
    path = _index(work)
    file = path / "catalogue.gpkg"
    whole, entries = file.read_bytes(), (path / "manifest.json").read_bytes()

    def attempt(changes: Any) -> None:
        (path / "manifest.json").write_bytes(entries)
        file.write_bytes(spoiled(whole, changes))
        entry = geopackage.GpkgEntry(file.stat().st_size, geopackage.gpkg_hash(file), 59)
        present = manifest.load_manifest(path)
        (path / "manifest.json").write_bytes(dataclasses.replace(present, gpkg=entry).to_bytes())
        findings.open("index", path, changes)
        findings.open("verify_index", path, changes)

    explore(edits, attempt, 0.05)


def _catalogues(work: Path) -> list[Path]:
    import pyogrio

    rows = scene.write_catalogue(work / "craters.csv")
    good = hostile_vectors.good(work / "craters.gpkg")
    meta, table = pyogrio.read_arrow(good)
    paths = [rows, good]
    for name, driver in (
        ("craters.geojson", "GeoJSON"), ("craters.fgb", "FlatGeobuf"),
        ("craters.shp", "ESRI Shapefile"),
    ):  # fmt: skip
        pyogrio.write_arrow(
            table, work / name, driver=driver, geometry_name=meta["geometry_name"],
            geometry_type="Point", crs="EPSG:4326",
        )  # fmt: skip
        paths.append(work / name)
    packed = work / "craters.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        for ending in (".shp", ".shx", ".dbf", ".prj"):
            archive.write((work / "craters.shp").with_suffix(ending), "craters" + ending)
    return [*paths, packed, (work / "craters.dbf")]


def test_catalogues(findings: Findings, work: Path) -> None:
    files = _catalogues(work)
    for path in files:
        whole = path.read_bytes()

        def attempt(changes: Any, path: Path = path, whole: bytes = whole) -> None:
            path.write_bytes(spoiled(whole, changes))
            for purpose in ("catalogue", "region"):
                target = path.with_suffix(".shp") if path.suffix == ".dbf" else path
                findings.open(purpose, target, changes)

        explore(edits, attempt, 0.15 / len(files))
        path.write_bytes(whole)


def _mosaics(work: Path) -> list[Path]:
    tif = scene.write_mosaic(work / "mosaic.tif")
    with rasterio.open(tif) as source:
        data = source.read()[:, :64, :64]
        profile = {
            "width": 64, "height": 64, "count": 1, "dtype": "uint8", "crs": source.crs,
            "transform": source.transform,
        }  # fmt: skip
    paths = [tif]
    for name, driver in (
        ("mosaic.png", "PNG"), ("mosaic.jp2", "JP2OpenJPEG"), ("mosaic.img", "HFA"),
        ("mosaic.cub", "ISIS3"), ("mosaic.gpkg", "GPKG"), ("mosaic.lbl", "ISIS3"),
        ("mosaic.pix", "PCIDSK"),
    ):  # fmt: skip
        with rasterio.open(work / name, "w", driver=driver, **profile) as target:
            target.write(data)
        paths.append(work / name)
    aux = work / "mosaic.png.aux.xml"
    paths += [aux] if aux.exists() else []
    virtual = work / "mosaic.vrt"
    text = (
        '<VRTDataset rasterXSize="64" rasterYSize="64"><SRS>+proj=longlat +R=1737400 +no_defs'
        '</SRS><GeoTransform>0,.04,0,8,0,-.04</GeoTransform><VRTRasterBand dataType="Byte" '
        'band="1"><SimpleSource><SourceFilename relativeToVRT="1">mosaic.tif</SourceFilename>'
        "<SourceBand>1</SourceBand></SimpleSource></VRTRasterBand></VRTDataset>"
    )
    virtual.write_text(text)
    return [*paths, virtual]


def test_mosaics(findings: Findings, work: Path) -> None:
    files = _mosaics(work)
    for path in files:
        whole = path.read_bytes()
        opened = path.with_suffix("").with_suffix("") if path.name.endswith(".aux.xml") else path

        def attempt(
            changes: Any, path: Path = path, whole: bytes = whole, opened: Path = opened
        ) -> None:
            path.write_bytes(spoiled(whole, changes))
            findings.open("mosaic", opened, changes)

        explore(edits, attempt, 0.15 / len(files))
        path.write_bytes(whole)


def test_images(findings: Findings, work: Path) -> None:
    pixels = Image.fromarray(np.arange(64 * 64, dtype=np.uint32).reshape(64, 64).astype(np.uint8))
    for ending in ("png", "jpg", "tif", "bmp", "gif", "webp", "ppm"):
        path = work / f"picture.{ending}"
        pixels.save(path)
        whole = path.read_bytes()

        def attempt(changes: Any, path: Path = path, whole: bytes = whole) -> None:
            path.write_bytes(spoiled(whole, changes))
            findings.open("image", path, changes)

        explore(edits, attempt, 0.1 / 7)


def test_checkpoints(findings: Findings, work: Path) -> None:
    import torch
    from safetensors.torch import save_file

    state = {"blocks.0.norm.weight": torch.ones(8), "pos_embed": torch.ones(1, 4, 8)}
    save_file(state, work / "weights.safetensors")
    torch.save({"state_dict": state}, work / "weights.pth")
    torch.save(state, work / "old.pt", _use_new_zipfile_serialization=False)
    card = {"architecture": "vit_small_patch16_224", "in_chans": 3, "input_size": 224,
            "mean": [0.5] * 3, "std": [0.5] * 3, "licence": "x"}  # fmt: skip
    for name in ("weights.safetensors", "weights.pth", "old.pt"):
        path, whole = work / name, (work / name).read_bytes()

        def attempt(changes: Any, path: Path = path, whole: bytes = whole) -> None:
            path.write_bytes(spoiled(whole, changes))
            findings.open("checkpoint", path, changes)

        explore(edits, attempt, 0.03)

    def attempt_card(changes: Any) -> None:
        (work / "card.json").write_text(json.dumps(changed(card, changes)), "utf-8")
        findings.open("checkpoint", work / "card.json", changes)

    explore(json_changes(), attempt_card, 0.02)


def test_reviews(findings: Findings, work: Path) -> None:
    rows = scene.craters()
    rows += [(f"{name}-x", lon + 0.01, lat, size) for name, lon, lat, size in rows[:5]]
    catalogue = scene.write_catalogue(work / "moon_craters.csv", rows)
    review = work / "review.gpkg"
    params = DuplicateParams(CatalogueSource(str(catalogue)), str(review))
    find_duplicates(params, read_catalogue(catalogue))
    whole = review.read_bytes()
    with closing(sqlite3.connect(review)) as base:
        columns = [row[1] for row in base.execute("PRAGMA table_info(pairs)")]
        keys = [row[0] for row in base.execute("SELECT key FROM provenance")]

    def attempt(changes: Any) -> None:
        review.write_bytes(spoiled(whole, changes))
        findings.open("review", review, changes)

    explore(edits, attempt, 0.05)

    def attempt_values(changes: Any) -> None:
        review.write_bytes(whole)
        with closing(sqlite3.connect(review)) as base:
            for path, _, value in changes:
                plain = value if isinstance(value, (str, float, bool, type(None))) else str(value)
                column = columns[path[0] % len(columns)]
                key = keys[path[-1] % len(keys)]
                with contextlib.suppress(sqlite3.Error):
                    base.execute(f'UPDATE OR IGNORE pairs SET "{column}" = ?', (plain,))
                base.execute("UPDATE provenance SET value = ? WHERE key = ?", (plain, key))
            base.commit()
        findings.open("review", review, changes)

    explore(json_changes(), attempt_values, 0.05)
