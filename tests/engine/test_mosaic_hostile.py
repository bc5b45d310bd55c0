"""Rasters as they come: each gives the right view of the ground or one clear sentence."""

from __future__ import annotations

import struct
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from affine import Affine
from rasterio.control import GroundControlPoint
from rasterio.enums import ColorInterp
from rasterio.rpc import RPC

from craterbench_qgis.engine.bodies import body_by_name
from craterbench_qgis.engine.errors import BodyError, MosaicError
from craterbench_qgis.engine.mosaic import Mosaic, ViewSkipped

from .test_mosaic import MOON, S, expected_on_planet, plate_carree, smooth_planet

LON, LAT, SIDE = 10.0, 5.0, 300_000.0
WIDTH = 1440


@cache
def grid(left: float = -180.0, right: float = 180.0) -> np.ndarray:
    """The planet in degrees, a quarter of a degree a pixel; 20..230. To be read only."""
    lon = np.arange(left + 0.125, right, 0.25)
    lat = 90 - (np.arange(720) + 0.5) * 0.25
    return smooth_planet(*np.meshgrid(lon, lat))


def write(path: Path, bands: Any, left: float = -180.0, **more: Any) -> Path:
    bands = np.atleast_3d(np.asarray(bands).T).T if np.asarray(bands).ndim == 2 else np.stack(bands)
    kinds, table = more.pop("kinds", None), more.pop("table", None)
    scales, tags = more.pop("scales", None), more.pop("tags", {})
    profile = {
        "driver": "GTiff", "count": len(bands), "height": bands.shape[1], "width": bands.shape[2],
        "dtype": str(bands.dtype), "crs": MOON,
        "transform": Affine(0.25, 0, left, 0, -0.25, 90),
    }  # fmt: skip
    with rasterio.open(path, "w", **{**profile, **more}) as out:
        out.update_tags(**tags)
        if table:
            out.write_colormap(1, table)
        if kinds:
            out.colorinterp = kinds
        if scales:
            out.scales = scales
        out.write(bands)
    return path


def likeness(path: Path, lon: float = LON, lat: float = LAT, side: float = SIDE) -> float:
    with Mosaic.open(path) as mosaic:
        view = mosaic.crop(lon, lat, side, S)
    expected = expected_on_planet(lon, lat, side)
    return float(np.corrcoef(view.pixels.ravel(), expected.ravel())[0, 1])


def signed(folder: Path) -> Path:
    """A terrain model: metres in halves, below and above zero."""
    values = ((grid() - 125) * 40).astype(np.int16)
    return write(folder / "m.tif", values, scales=[0.5], nodata=-32768)


def upside(folder: Path) -> Path:
    """A negative scale: what QGIS shows bright is stored dark."""
    return write(folder / "m.tif", (grid() * -30).astype(np.int16), scales=[-0.1])


def nan_nodata(folder: Path) -> Path:
    values = grid().astype(np.float32)
    values[340:344, 740:790] = np.nan
    return write(folder / "m.tif", values, nodata=float("nan"))


def isis_special(folder: Path) -> Path:
    """Saturated pixels beside the declared nodata."""
    values = grid().astype(np.float32)
    values[336:340, 740:770] = np.float32(-3.4028231e38)
    values[326:329, 740:770] = np.float32(3.4028231e38)
    return write(folder / "m.tif", values, nodata=-3.4028226550889045e38)


def paletted(folder: Path) -> Path:
    """An inverted palette: the picture is in the colours, not in the numbers."""
    values = (255 - grid().clip(0, 255)).astype(np.uint8)
    path = folder / "m.tif"
    write(path, values, photometric="palette")
    with rasterio.open(path, "r+") as out:
        out.write_colormap(1, {i: (255 - i, 255 - i, 255 - i, 255) for i in range(256)})
    return path


def south_up(folder: Path) -> Path:
    return write(
        folder / "m.tif",
        grid()[::-1].astype(np.float32),
        transform=Affine(0.25, 0, -180, 0, 0.25, -90),
    )


def mirrored(folder: Path) -> Path:
    return write(
        folder / "m.tif",
        grid()[:, ::-1].astype(np.float32),
        transform=Affine(-0.25, 0, 180, 0, -0.25, 90),
    )


def pixel_is_point(folder: Path) -> Path:
    return write(folder / "m.tif", grid().astype(np.float32), tags={"AREA_OR_POINT": "Point"})


def to_360(folder: Path) -> Path:
    return write(folder / "m.tif", grid(0, 360).astype(np.float32), left=0)


def to_540(folder: Path) -> Path:
    return write(folder / "m.tif", grid(180, 540).astype(np.float32), left=180)


def overlapping(folder: Path) -> Path:
    return write(folder / "m.tif", grid(-190, 190).astype(np.float32), left=-190)


def deep_rgba(folder: Path) -> Path:
    grey = ((grid() + 200) * 100).astype(np.uint16)
    kinds = [ColorInterp.red, ColorInterp.green, ColorInterp.blue, ColorInterp.alpha]
    full = np.full_like(grey, 65535)
    return write(folder / "m.tif", [grey, grey, grey, full], kinds=kinds)


def virtual(folder: Path) -> Path:
    """A raster of 4.6 million columns over a small one: read through its sources only."""
    write(folder / "small.tif", grid().astype(np.float32))
    path = folder / "m.vrt"
    size = 4_608_000, 2_304_000
    path.write_text(
        f'<VRTDataset rasterXSize="{size[0]}" rasterYSize="{size[1]}"><SRS>'
        + MOON.replace('"', "&quot;")
        + f"</SRS><GeoTransform>-180,{360 / size[0]!r},0,90,0,{-180 / size[1]!r}</GeoTransform>"
        '<VRTRasterBand dataType="Float32" band="1"><SimpleSource><SourceFilename '
        'relativeToVRT="1">small.tif</SourceFilename><SourceBand>1</SourceBand><SrcRect xOff="0" '
        f'yOff="0" xSize="1440" ySize="720"/><DstRect xOff="0" yOff="0" xSize="{size[0]}" '
        f'ySize="{size[1]}"/></SimpleSource></VRTRasterBand></VRTDataset>'
    )
    return path


MAKERS: list[Callable[[Path], Path]] = [
    signed, upside, nan_nodata, isis_special, paletted, south_up, mirrored, pixel_is_point, to_360,
    to_540, overlapping, deep_rgba, virtual,
]  # fmt: skip


@pytest.mark.parametrize("make", MAKERS, ids=lambda make: make.__name__)
def test_odd_rasters_show_the_ground(tmp_path: Path, make: Callable[[Path], Path]) -> None:
    least = 0.93 if make in (nan_nodata, isis_special) else 0.99
    path = make(tmp_path)
    assert likeness(path) > least
    if make not in (nan_nodata, isis_special):
        assert likeness(path, 179.9, -30.0) > 0.99
        assert likeness(path, -171.0, 60.0) > 0.99


@pytest.mark.parametrize("kind", ["alpha", "deep alpha", "palette", "nodata"])
@pytest.mark.parametrize("side", [SIDE, 1_500_000.0])
def test_transparent_pixels_of_a_mosaic_are_no_data(tmp_path: Path, kind: str, side: float) -> None:
    """Whatever lies under them; also where a large crop is averaged."""
    grey = grid().clip(1, 250).astype(np.uint8)
    hidden = np.zeros(grey.shape, bool)
    hidden[:, 700:760] = True  # 5 degrees west to 10 east
    views = []
    for under in (0, 255):
        path = tmp_path / f"{under}.tif"
        filled = np.where(hidden, under, grey).astype(np.uint8)
        if kind == "palette":
            path = path.with_suffix(".png")  # the colours of a TIFF have no transparency
            table = {i: (i, i, i, 255) for i in range(1, 256)} | {0: (under, under, under, 0)}
            write(path, np.where(hidden, 0, grey).astype(np.uint8), driver="PNG", table=table)
        elif kind == "nodata":
            write(path, np.where(hidden, 0, grey).astype(np.uint8), nodata=0)
        else:
            factor = 257 if "deep" in kind else 1
            # Half hidden counts as hidden where single pixels are read.
            sheer = np.where(hidden, 20 if side == SIDE else 0, 255)
            bands = [(band * factor).astype(f"uint{8 if factor == 1 else 16}") for band in
                     (filled.astype(int), sheer)]  # fmt: skip
            write(path, bands, kinds=[ColorInterp.gray, ColorInterp.alpha])
        with Mosaic.open(path) as mosaic:
            views.append(mosaic.crop(LON + 3, LAT, side, S, 0.2))
    share = min(1.0, 0.5 + 3 / np.degrees(side / 1737400))
    assert views[0].valid_fraction == pytest.approx(share if side == SIDE else 0.69, abs=0.04)
    # GDAL averages a palette by its entries, so only its nearest pixel is looked at.
    assert np.abs(views[0].pixels - views[1].pixels).max() < 0.02


def test_one_bit(tmp_path: Path) -> None:
    path = write(tmp_path / "m.tif", (grid() > 125).astype(np.uint8), nbits=1)
    assert likeness(path) > 0.7


def test_a_tiny_raster_is_too_coarse_or_outside(tmp_path: Path) -> None:
    path = write(tmp_path / "m.tif", grid()[:8, :8].astype(np.float32))
    with Mosaic.open(path) as mosaic:
        for lon, lat, reason in ((-179.0, 89.0, "too empty"), (0.0, 0.0, "outside")):
            with pytest.raises(ViewSkipped) as skip:
                mosaic.view(lon, lat, 60_000.0, 2.0, S)
            assert skip.value.reason == reason
        with pytest.raises(ViewSkipped) as skip:
            mosaic.view(-179.0, 89.0, 10_000.0, 2.0, S, min_valid_fraction=0.0)
        assert skip.value.reason in ("too coarse", "no contrast")


def test_control_points_alone_and_no_system_are_told(tmp_path: Path) -> None:
    values = grid()[:64, :64].astype(np.float32)
    gcps = [
        GroundControlPoint(row, col, -180 + col / 4, 90 - row / 4)
        for row in (0, 64) for col in (0, 64)
    ]  # fmt: skip
    path = tmp_path / "gcp.tif"
    with rasterio.open(
        path, "w", driver="GTiff", width=64, height=64, count=1, dtype="float32"
    ) as out:
        out.write(values, 1)
        out.gcps = (gcps, rasterio.crs.CRS.from_wkt(MOON))
    with pytest.raises(MosaicError, match=r"control points.*gdalwarp"):
        Mosaic.open(path)
    path = write(tmp_path / "none.tif", values, crs=None)
    with pytest.raises(MosaicError, match="no coordinate reference system"):
        Mosaic.open(path)


@pytest.mark.parametrize("kind", ["complex64", "complex_int16"])
def test_complex_pixels_are_told(tmp_path: Path, kind: str) -> None:
    """The mean of a radar's complex pixels is noise: correlation 0.2 with the amplitude."""
    path = write(tmp_path / "m.tif", grid()[:64].astype(np.complex64), dtype=kind)
    with pytest.raises(MosaicError, match=r"complex numbers.*abs\(A\)"):
        Mosaic.open(path)


def test_rational_polynomials_alone_are_told(tmp_path: Path) -> None:
    line, sample = [0.0, 0.0, -1.0, *[0.0] * 17], [0.0, 1.0, *[0.0] * 18]
    constant = [1.0, *[0.0] * 19]
    path = tmp_path / "rpc.tif"
    with rasterio.open(
        path, "w", driver="GTiff", width=64, height=64, count=1, dtype="float32"
    ) as out:
        out.write(grid()[:64, :64].astype(np.float32), 1)
        out.rpcs = RPC(
            height_off=0, height_scale=100, lat_off=35, lat_scale=1, long_off=3, long_scale=1,
            line_off=32, line_scale=32, samp_off=32, samp_scale=32, line_num_coeff=line,
            line_den_coeff=constant, samp_num_coeff=sample, samp_den_coeff=constant,
        )  # fmt: skip
    with pytest.raises(MosaicError, match=r"rational polynomials.*gdalwarp -rpc"):
        Mosaic.open(path)


@pytest.mark.parametrize("driver", ["PNG", "GTiff"])
def test_a_world_file_beside(tmp_path: Path, driver: str) -> None:
    """With a reference system (QGIS' *Assign projection* writes .aux.xml) it is read, else told."""
    path = tmp_path / ("m.png" if driver == "PNG" else "m.tif")
    write(path, grid().clip(0, 255).astype(np.uint8), driver=driver, crs=None, transform=None)
    for file in tmp_path.glob("*.aux.xml"):
        file.unlink()
    world = "0.25\n0\n0\n-0.25\n-179.875\n89.875\n"
    path.with_suffix(".pgw" if driver == "PNG" else ".tfw").write_text(world)
    with pytest.raises(MosaicError, match=r"world file.*Assign"):
        Mosaic.open(path)
    system = MOON.replace('"', "&quot;")
    Path(f"{path}.aux.xml").write_text(f"<PAMDataset><SRS>{system}</SRS></PAMDataset>")
    assert likeness(path) > 0.99


def test_a_wrong_body_is_told(tmp_path: Path) -> None:
    path = plate_carree(tmp_path / "m.tif", width=64, crs="EPSG:4326")
    with pytest.raises(BodyError, match=r"Earth.*correct its CRS"):
        Mosaic.open(path, body=body_by_name("moon"))


def test_a_tag_that_gdal_cannot_place_is_said(tmp_path: Path) -> None:
    path = write(tmp_path / "odd.tif", np.uint8(grid()))
    data = bytearray(path.read_bytes())
    (begin,) = struct.unpack_from("<I", data, 4)
    for entry in range(*struct.unpack_from("<H", data, begin)):
        at = begin + 2 + 12 * entry
        if struct.unpack_from("<H", data, at) == (262,):
            struct.pack_into("<HH", data, at, 29225, 99)  # a number and a type that there are not
    path.write_bytes(data)
    with pytest.raises(MosaicError, match="damaged"), Mosaic.open(path):
        pass
