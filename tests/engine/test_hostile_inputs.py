"""Files as users really have them: odd rasters show the same view, odd tables and queries are read
or refused in words."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import rasterio
from affine import Affine
from PIL import Image
from rasterio.enums import ColorInterp
from rasterio.warp import Resampling, reproject

from craterbench_qgis.engine.catalogue import read_catalogue
from craterbench_qgis.engine.cli.main import main
from craterbench_qgis.engine.errors import CatalogueError
from craterbench_qgis.engine.mosaic import Mosaic

from . import scene

CRATER = scene.craters()[8]


def _write(path: Path, bands: list[np.ndarray], like: Path, **changes: object) -> Path:
    with rasterio.open(like) as source:
        profile = {**source.profile, "driver": "GTiff", "count": len(bands), **changes}
    profile["dtype"] = str(bands[0].dtype)
    with rasterio.open(path, "w", **profile) as out:
        out.write(np.stack(bands))
    return path


def _untiled(source: Path, folder: Path) -> Path:
    with rasterio.open(source) as opened:
        grey = opened.read(1)
    return _write(
        folder / "strips.tif", [grey], source, tiled=False, blockxsize=None, compress=None
    )


def _sixteen_bit(source: Path, folder: Path) -> Path:
    with rasterio.open(source) as opened:
        grey = opened.read(1)
    return _write(folder / "u16.tif", [grey.astype(np.uint16) * 250], source)


def _signed(source: Path, folder: Path) -> Path:
    with rasterio.open(source) as opened:
        grey = opened.read(1)
    return _write(folder / "i16.tif", [grey.astype(np.int16) * 20 - 4000], source)


def _nan(source: Path, folder: Path) -> Path:
    """Floats, NaN as nodata far from the crater, and no nodata flag."""
    with rasterio.open(source) as opened:
        grey = opened.read(1).astype(np.float32)
    grey[:, -40:] = np.nan
    return _write(folder / "nan.tif", [grey], source, nodata=None)


def _rgba(source: Path, folder: Path) -> Path:
    with rasterio.open(source) as opened:
        grey = opened.read(1)
    path = _write(folder / "rgba.tif", [grey, grey, grey, np.full_like(grey, 255)], source)
    with rasterio.open(path, "r+") as opened:
        opened.colorinterp = [
            ColorInterp.red,
            ColorInterp.green,
            ColorInterp.blue,
            ColorInterp.alpha,
        ]
    return path


def _isis(source: Path, folder: Path) -> Path:
    with rasterio.open(source) as opened:
        grey = opened.read(1)
        profile = {"crs": opened.crs, "transform": opened.transform}
    path = folder / "cube.cub"
    with rasterio.open(
        path, "w", driver="ISIS3", width=grey.shape[1], height=grey.shape[0], count=1,
        dtype="uint8", **profile,
    ) as out:  # fmt: skip
        out.write(grey, 1)
    return path


def _west_positive(source: Path, folder: Path) -> Path:
    """The same pixels under a CRS whose longitudes grow westward (only WKT can say so)."""
    with rasterio.open(source) as opened:
        t, width, height = opened.transform, opened.width, opened.height
    wkt = (
        'GEOGCRS["Moon west",DATUM["Moon",ELLIPSOID["Moon",1737400,0]],CS[ellipsoidal,2],'
        'AXIS["latitude",north],AXIS["longitude",west],'
        'ANGLEUNIT["degree",0.0174532925199433]]'
    ).replace('"', "&quot;")
    path = folder / "west.vrt"
    path.write_text(
        f'<VRTDataset rasterXSize="{width}" rasterYSize="{height}">'
        f'<SRS dataAxisToSRSAxisMapping="2,1">{wkt}</SRS>'
        f"<GeoTransform>{-t.c!r},{-t.a!r},0,{t.f!r},0,{t.e!r}</GeoTransform>"
        '<VRTRasterBand dataType="Byte" band="1"><SimpleSource>'
        f'<SourceFilename relativeToVRT="1">{source.name}</SourceFilename>'
        "<SourceBand>1</SourceBand></SimpleSource></VRTRasterBand></VRTDataset>",
        encoding="utf-8",
    )
    return path


def _rotated(source: Path, folder: Path) -> Path:
    """Resampled onto a grid turned by 30 degrees in a projection of its own."""
    crs = rasterio.crs.CRS.from_string("+proj=ortho +lat_0=2 +lon_0=10 +R=1737400")
    turned = Affine.translation(-450e3, 0) * Affine.rotation(30) * Affine.scale(800, -800)
    pixels = np.zeros((1000, 1000), np.uint8)
    with rasterio.open(source) as opened:
        reproject(
            opened.read(1), pixels, src_transform=opened.transform, src_crs=opened.crs,
            dst_transform=turned, dst_crs=crs, resampling=Resampling.bilinear,
        )  # fmt: skip
    return _write(
        folder / "turned.tif", [pixels], source, crs=crs, transform=turned, width=1000, height=1000
    )


@pytest.mark.parametrize(
    ("make", "least"),
    [
        (_untiled, 0.99999),
        (_sixteen_bit, 0.99999),
        (_signed, 0.99999),
        (_nan, 0.99999),
        (_rgba, 0.99999),
        (_isis, 0.99999),
        (_west_positive, 0.99999),
        (_rotated, 0.985),
    ],
)
def test_same_view_of_the_same_ground(
    index: Path, make: Callable[[Path, Path], Path], least: float
) -> None:
    source = index.parent / "mosaic.tif"
    _, lon, lat, diameter = CRATER
    with Mosaic.open(source) as plain, Mosaic.open(make(source, source.parent)) as odd:
        wanted = plain.view(lon, lat, diameter * 1000, 2.0, 64).pixels
        pixels = odd.view(lon, lat, diameter * 1000, 2.0, 64).pixels
    assert np.corrcoef(wanted.ravel(), pixels.ravel())[0, 1] > least
    # The check can fail: turned by a quarter or mirrored, the view is another one.
    assert np.corrcoef(wanted.ravel(), pixels[:, ::-1].ravel())[0, 1] < 0.9


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "latin-1"])
def test_a_table_in_any_encoding_under_any_name(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "Krater Größe é.csv"
    text = "name;lon;lat;diameter_km\nKästner;281,5;-6,5;49,5\n"
    path.write_bytes(text.encode(encoding))
    craters = read_catalogue(path)
    assert craters.ids == ["Kästner"]
    assert (craters.lon[0], craters.lat[0], craters.diameter[0]) == (-78.5, -6.5, 49500.0)


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"", "empty"),
        (b"id,lon,lat,diameter_km\n", "no rows"),
        (b"id,lon,lat\na,1,1\n", "--diameter"),
        (b"id,lon,lat,diameter\na,1,1,50\n", "--diameter-unit"),
        (b"id,lon,lat,diameter_km\na,1,1,-5\nb,1,99,5\n", "No row"),
        (b"id,lon,lat,diameter_km\na,1,1,5\x00\x00\n", "not a text table"),
        (bytes(range(256)) * 8, "not a text table"),
    ],
)
def test_an_unusable_table_is_refused_in_words(tmp_path: Path, content: bytes, word: str) -> None:
    path = tmp_path / "craters.csv"
    path.write_bytes(content)
    with pytest.raises(CatalogueError, match=word):
        read_catalogue(path)


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The scene's index, in a folder with a space and letters beyond ASCII, made by the CLI."""
    folder = tmp_path_factory.mktemp("Mond Größe 月")
    mosaic = scene.write_mosaic(folder / "mosaic.tif")
    catalogue = scene.write_catalogue(folder / "craters.csv")
    output = folder / "scene é.craterindex"
    arguments = ["index", "build", "--mosaic", mosaic, "--catalogue", catalogue]
    arguments += ["--encoder", "hog", "--no-kinds", "--output", output]
    assert main([*map(str, arguments)]) == 0
    return output


def _search(index: Path, *more: object) -> int:
    _, lon, lat, diameter = CRATER
    place = ["--at", lon, lat, "--diameter", diameter]
    mosaic = index.parent / "mosaic.tif"
    return main([*map(str, ["search", index, "--mosaic", mosaic, *place, *more])])


def test_an_image_query_prints_json_without_nan(
    index: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with Mosaic.open(index.parent / "mosaic.tif") as mosaic:
        _, lon, lat, diameter = CRATER
        pixels = mosaic.view(lon, lat, diameter * 1000, 2.5, 128).pixels
    grey = (pixels * 255).astype(np.uint8)
    pictures = {
        "grey.png": Image.fromarray(grey),
        "jpeg.jpg": Image.fromarray(grey),
        "rgba.png": Image.fromarray(grey).convert("RGBA"),
        "deep.png": Image.fromarray(grey.astype(np.uint16) * 200),
        "float.tif": Image.fromarray(pixels),
    }
    for name, picture in pictures.items():
        picture.save(tmp_path / name)
        capsys.readouterr()
        arguments = ["search", index, "--image", tmp_path / name, "--top", 2, "--json"]
        assert main([*map(str, arguments)]) == 0
        reply = json.loads(
            capsys.readouterr().out, parse_constant=lambda word: pytest.fail(f"{word} in JSON")
        )
        assert reply["matches"][0]["crater_id"] == CRATER[0], name
        assert reply["matches"][0]["distance_m"] is None


@pytest.mark.parametrize(
    ("options", "word"),
    [
        (["--where", "freshness = 1; DROP TABLE craters"], "';'"),
        (["--where", "lat > 0) OR (1=1"], "brackets"),
        (["--where", "id in (select id from craters)"], "query of its own"),
        (["--where", "load_extension('x')"], "not authorized"),
        (["--where", "nosuch = 3"], "freshness"),
        (["--region", "POLYGON((0 0, 1"], "neither a vector file nor WKT"),
        (["--region", "POINT(1 2)"], "no area"),
        (["--latitude", "10", "-10"], "Swap"),
        (["--output", "matches.xyz"], ".geojson"),
        (["--output", "no such folder/matches.shp"], "not a folder"),
        (["--encoder", "ncc"], "hog"),
    ],
)
def test_a_search_that_cannot_be_done_says_why_and_writes_nothing(
    index: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    options: list[str],
    word: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    capsys.readouterr()
    assert _search(index, *options) == 1
    output = capsys.readouterr()
    assert word in output.err
    assert output.out == ""
    assert "Traceback" not in output.err
    assert list(tmp_path.iterdir()) == []


def test_asking_for_more_than_there_is_gives_all(
    index: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    assert _search(index, "--top", 1000, "--shortlist", 1, "--json") == 0
    matches = json.loads(capsys.readouterr().out)["matches"]
    assert len(matches) == scene.COUNT
    assert matches[0]["crater_id"] == CRATER[0]
    assert len({match["crater_id"] for match in matches}) == scene.COUNT
