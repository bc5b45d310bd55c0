"""Names of mosaics: members of archives as GDAL and QGIS write them; nothing from the network."""

from __future__ import annotations

import gzip
import json
import tarfile
import zipfile
from pathlib import Path

import numpy as np
import pytest

from craterbench_qgis.contract import names
from craterbench_qgis.engine.cli.main import main
from craterbench_qgis.engine.errors import MosaicError
from craterbench_qgis.engine.index import open_index
from craterbench_qgis.engine.mosaic import Mosaic

from . import scene


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The scene's mosaic as it is and packed in every way, in a folder with a space."""
    folder = tmp_path_factory.mktemp("packed maps")
    source = scene.write_mosaic(folder / "mosaic.tif")
    with zipfile.ZipFile(folder / "a.zip", "w", zipfile.ZIP_DEFLATED) as out:
        out.write(source, "in/b.tif")
    with zipfile.ZipFile(folder / "outer.zip", "w") as out:
        out.write(folder / "a.zip", "a.zip")
    with tarfile.open(folder / "a.tar", "w") as out:
        out.add(source, "b.tif")
    with tarfile.open(folder / "a.tar.gz", "w:gz") as out:
        out.add(source, "b.tif")
    (folder / "b.tif.gz").write_bytes(gzip.compress(source.read_bytes()))
    return folder


def packed(folder: Path) -> list[str]:
    return [
        f"/vsizip/{folder}/a.zip/in/b.tif",
        f"/vsizip/{{{folder}/a.zip}}/in/b.tif",
        f"/vsizip/{{/vsizip/{folder}/outer.zip/a.zip}}/in/b.tif",
        f"/vsitar/{folder}/a.tar/b.tif",
        f"/vsitar/{folder}/a.tar.gz/b.tif",
        f"/vsigzip/{folder}/b.tif.gz",
        f"/vsisubfile/0,{folder}/mosaic.tif",
        f"zip://{folder}/a.zip!in/b.tif",
        f"GTIFF_DIR:1:{folder}/mosaic.tif",
    ]


def test_members_of_archives_show_the_same_view(folder: Path) -> None:
    _, lon, lat, diameter = scene.craters()[8]
    with Mosaic.open(folder / "mosaic.tif") as plain:
        wanted = plain.view(lon, lat, diameter * 1000, 2.0, 64).pixels
    prints = set()
    for name in packed(folder):
        assert names.is_there(name), name
        with Mosaic.open(name) as mosaic:
            assert np.array_equal(mosaic.view(lon, lat, diameter * 1000, 2.0, 64).pixels, wanted)
            again = mosaic.describe()
            prints.add(again["fingerprint"])
        with Mosaic.open(again["path"]) as mosaic:
            assert mosaic.fingerprint() == again["fingerprint"], name
    assert len(prints) > 5


def test_a_name_that_went_through_pathlib_still_leads_there(folder: Path) -> None:
    name = packed(folder)[0]
    lost = str(Path(name))
    assert lost != name and names.repaired(lost) == name
    windows = lost.replace("/", "\\")
    assert names.repaired(windows) == name
    with Mosaic.open(Path(name)) as mosaic:
        assert mosaic.path == name


def test_another_member_under_the_same_name_is_noticed(folder: Path, tmp_path: Path) -> None:
    name = f"/vsizip/{tmp_path}/c.zip/b.tif"
    prints = []
    for seed in (1, 2):
        path = scene.write_mosaic(tmp_path / "x.tif")
        data = bytearray(path.read_bytes())
        data[-1] ^= seed
        with zipfile.ZipFile(tmp_path / "c.zip", "w", zipfile.ZIP_STORED) as out:
            out.writestr(zipfile.ZipInfo("b.tif"), bytes(data))
        with Mosaic.open(name) as mosaic:
            prints.append(mosaic.fingerprint())
    assert prints[0] != prints[1]


def test_relative_names_become_absolute(
    folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(folder)
    with Mosaic.open("/vsizip/a.zip/in/b.tif") as mosaic:
        kept = mosaic.describe()["path"]
    assert kept == packed(folder)[0]
    monkeypatch.chdir(tmp_path)
    assert names.is_there(kept)


def test_an_index_of_an_archive_member_is_reopened_and_added_to(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Built, searched by a crater's id, explained and added to with the member as its mosaic."""
    catalogue = scene.write_catalogue(folder / "craters.csv")
    index, name = tmp_path / "z.craterindex", packed(folder)[0]
    base = ["--mosaic", name, "--catalogue", str(catalogue)]
    middle = sorted(lon for _, lon, *_ in scene.craters())[scene.COUNT // 2]
    few = ["--region", str(middle), "-89", "180", "89"]
    few += ["--encoder", "hog", "--no-kinds"]
    assert main(["index", "build", *base, "--output", str(index), *few]) == 0
    with open_index(index) as opened:
        known = opened.manifest.observations[0]
        assert known["path"] == name
        before = opened.n_views
    # The catalogue alone: the index' own mosaic is opened again for the new craters.
    assert main(["index", "add", str(index), "--catalogue", str(catalogue)]) == 0
    with open_index(index) as opened:
        assert opened.n_views > before
        assert len(opened.manifest.observations) == 1
    crater, lon, lat, diameter = scene.craters()[8]
    where = ["--at", str(lon), str(lat), "--diameter", str(diameter), "--mosaic", name]
    capsys.readouterr()
    assert main(["search", str(index), *where, "--json", "--top", "1"]) == 0
    assert json.loads(capsys.readouterr().out)["matches"][0]["crater_id"] == crater


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("/vsizip/{0}/a.zip/in/c.tif", "within a.zip"),
        ("/vsizip/{0}/none.zip/c.tif", "There is no file"),
        ("/vsigzip/{0}/none.tif.gz", "There is no file"),
        ("{0}/none.tif", "There is no file"),
        ("{0}/a.zip", "/vsizip/"),
        ("{0}/a.tar", "/vsitar/"),
        ("/vsimem/x.tif", "There is no file"),
        ("/vsistdin/", "There is no file"),
    ],
)
def test_what_is_not_there_is_told(folder: Path, name: str, word: str) -> None:
    with pytest.raises(MosaicError, match=word) as refusal:
        Mosaic.open(name.format(folder))
    assert str(refusal.value).count(". ") <= 3


@pytest.mark.parametrize(
    "name",
    [
        "/vsicurl/https://example.org/a.tif",
        "/vsis3/bucket/a.tif",
        "/vsizip//vsicurl/https://example.org/a.zip/b.tif",
        "/vsizip/vsis3/bucket/a.zip/b.tif",
        "/vsigs_streaming/bucket/a.tif",
        "/vsicurl?url=https%3A%2F%2Fexample.org%2Fa.tif",
        "https://example.org/a.tif",
        "zip+https://example.org/a.zip!b.tif",
        "s3://bucket/a.tif",
        "WMTS:https://example.org/wmts,layer=x",
        "WMS:http://example.org/?LAYERS=x",
        "<GDAL_WMS><Service name='TMS'/></GDAL_WMS>",
    ],
)
def test_the_network_is_refused_before_anything_is_asked(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def opened(*_: object) -> None:
        raise AssertionError("GDAL was asked")

    monkeypatch.setattr("rasterio.open", opened)
    with pytest.raises(MosaicError, match="in the network"):
        Mosaic.open(name)
    assert not names.is_there(name)


def test_a_description_that_leads_into_the_network_is_refused(tmp_path: Path) -> None:
    virtual = tmp_path / "remote.vrt"
    virtual.write_text(
        '<VRTDataset rasterXSize="4" rasterYSize="4"><VRTRasterBand band="1"><SimpleSource>'
        "<SourceFilename>/vsicurl/https://example.org/a.tif</SourceFilename></SimpleSource>"
        "</VRTRasterBand></VRTDataset>"
    )
    service = tmp_path / "service.xml"
    service.write_text('<GDAL_WMS><Service name="TMS"><ServerUrl>http://x/</ServerUrl></Service>')
    for path in (virtual, service):
        with pytest.raises(MosaicError, match="from the network"):
            Mosaic.open(path)


def test_a_virtual_raster_keeps_its_fingerprint_when_statistics_are_written(
    folder: Path, tmp_path: Path
) -> None:
    """QGIS writes them into the VRT itself, and the reference system anew."""
    vrt = folder / "virtual.vrt"
    text = (
        '<VRTDataset rasterXSize="{0}" rasterYSize="{1}"><SRS>{2}</SRS><GeoTransform>{3}'
        '</GeoTransform><VRTRasterBand dataType="Byte" band="1">{4}<SimpleSource>'
        '<SourceFilename relativeToVRT="1">{5}</SourceFilename><SourceBand>1</SourceBand>'
        "</SimpleSource></VRTRasterBand></VRTDataset>"
    )
    with Mosaic.open(folder / "mosaic.tif") as mosaic:
        t = mosaic._dataset.transform
        place = ",".join(repr(float(v)) for v in (t.c, t.a, t.b, t.f, t.d, t.e))
        size, wkt = (mosaic.width, mosaic.height), mosaic._dataset.crs.to_wkt()
    (folder / "twin.tif").write_bytes((folder / "mosaic.tif").read_bytes() + b"longer")
    statistics = '<Metadata><MDI key="STATISTICS_MEAN">12</MDI></Metadata>\n  '
    prints = []
    for more, source in (("", "mosaic.tif"), (statistics, "mosaic.tif"), ("", "twin.tif")):
        escaped = wkt.replace('"', "&quot;")
        vrt.write_text(text.format(*size, escaped, place, more, source), encoding="utf-8")
        with Mosaic.open(vrt) as mosaic:
            prints.append(mosaic.fingerprint())
    assert prints[0] == prints[1] != prints[2]
