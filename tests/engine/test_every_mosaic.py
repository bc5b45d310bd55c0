"""Random mosaics of every kind that is claimed to be read: a bright spot lies where it is.

The formulas are those of :mod:`.map_formulas`; PROJ is asked for nothing. A sampled share runs with
the rest of the tests, all with ``--every``.
"""

from __future__ import annotations

import itertools
import random
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from rasterio.transform import Affine

from craterbench_qgis.engine.errors import BodyError, MosaicError
from craterbench_qgis.engine.mosaic import Mosaic, ViewSkipped

from .map_formulas import Formula, centric_of, graphic_of

BODIES = {"Moon": (1737400.0, 1737400.0), "Mars": (3396190.0, 3376200.0),
          "Iapetus": (745700.0, 712100.0), "Mercury": (2440530.0, 2438260.0)}  # fmt: skip
# The system, whether it is written in its longitudes westward, and its map's formula.
PROJECTIONS = ("degrees", "west degrees", "eqc", "sinu", "merc", "cea", "stere", "laea", "mercator "
               "in feet")  # fmt: skip
KINDS = ("graphic", "centric", "sphere")
TYPES = ("uint8", "int16", "uint16", "float32", "float64", "palette", "rgb", "scaled")
NODATA = ("none", "declared", "mask", "alpha", "special", "nan", "asked")
SEAMS = ("inside", "greenwich", "antimeridian", "from 0 to 360")
TILES = ("strips", "tiles", "south-up", "mirrored", "vrt", "rotated")
SIDE = 64


@dataclass(frozen=True)
class Case:
    """One way of writing a mosaic."""

    body: str
    kind: str
    projection: str
    pixels: str
    nodata: str
    seam: str
    tiling: str

    @property
    def is_possible(self) -> bool:
        """Whether such a file can be written at all."""
        a, b = BODIES[self.body]
        if (a == b) != (self.kind == "sphere"):
            return False
        if self.nodata == "special" and self.pixels not in ("int16", "float32"):
            return False
        if self.nodata == "nan" and not self.pixels.startswith("float"):
            return False
        if self.pixels in ("palette", "rgb") and self.nodata not in ("none", "mask", "alpha"):
            return False
        if self.nodata == "alpha" and self.pixels not in ("uint8", "rgb"):
            return False
        polar = self.projection in ("stere", "laea")
        if polar and self.seam == "from 0 to 360":
            return False
        # A kind of latitude is a statement of degrees alone; maps project the geodetic one. Only
        # WKT 2 says it, and a GeoTIFF has no place for that.
        if self.kind == "centric" and not (
            self.projection in ("degrees",) and self.tiling in ("vrt",)
        ):
            return False
        return not (self.projection == "west degrees" and self.tiling != "vrt")


EVERY = [case for case in itertools.starmap(Case, itertools.product(
    BODIES, KINDS, PROJECTIONS, TYPES, NODATA, SEAMS, TILES)) if case.is_possible]  # fmt: skip


def cases(every: bool) -> list[Case]:
    """Each word of each question at least once, beside what chance takes."""
    chosen = random.Random(11).sample(EVERY, 900 if every else 90)
    rare = [case for case in EVERY if "degrees" in case.projection and case.tiling == "vrt"]
    return chosen + random.Random(12).sample(rare, 120 if every else 12)


def degrees_wkt(case: Case) -> str:
    """WKT 2 of longitude and latitude, with what GDAL's own formats cannot say."""
    a, b = BODIES[case.body]
    flat = 0 if a == b else a / (a - b)
    west = case.projection == "west degrees"
    kind, cs = ("planetocentric", "spherical") if case.kind == "centric" else ("", "ellipsoidal")
    names = (f"{kind} longitude (V)".strip(), f"{kind} latitude (U)".strip())
    if not kind:
        names = ("geodetic longitude (Lon)", "geodetic latitude (Lat)")
    crs = "GEODCRS" if kind else "GEOGCRS"
    return (
        f'{crs}["{case.body} test",DATUM["D {case.body}",ELLIPSOID["{case.body}",{a},{flat},'
        f'LENGTHUNIT["metre",1]]],PRIMEM["Reference",0,ANGLEUNIT["degree",0.0174532925199433]],'
        f'CS[{cs},2],AXIS["{names[1]}",north,ORDER[1],ANGLEUNIT["degree",0.0174532925199433]],'
        f'AXIS["{names[0]}",{"west" if west else "east"},ORDER[2],'
        'ANGLEUNIT["degree",0.0174532925199433]]]'
    )


# ------------------------------------------------------------------------ the file


def write(folder: Path, case: Case, rng: np.random.Generator) -> tuple[Path, Any, Any]:
    """The file, how it is opened, and the spot's place: degrees east, planetocentric, metres of
    a pixel there."""
    a, b = BODIES[case.body]
    polar = case.projection in ("stere", "laea")
    south = bool(rng.integers(2))
    lat = float(rng.uniform(70, 88.5) if polar else rng.uniform(-70, 70))
    lat = -abs(lat) if polar and south else lat
    middle = {"inside": float(rng.integers(-170, 170)), "greenwich": 0.0, "antimeridian": 180.0,
              "from 0 to 360": 180.0}[case.seam]  # fmt: skip
    formula = Formula(case.projection, a, b, middle, south)
    degrees = case.projection.endswith("degrees")
    # The spot lies on the named meridian, or on the seam opposite of the map's middle.
    lon = middle + (180.0 if case.seam == "from 0 to 360" else 0.0) + float(rng.uniform(-0.4, 0.4))
    if case.seam == "inside":
        lon = middle + float(rng.uniform(-150, 150))
    geodetic = float(graphic_of(a, b, lat))

    def place(lon: Any, geodetic: Any) -> tuple[Any, Any]:
        if not degrees:
            return formula(lon, geodetic)
        sign = -1.0 if case.projection == "west degrees" else 1.0
        x = (np.asarray(lon, float) - middle + 180) % 360 - 180 + middle
        y = centric_of(a, b, geodetic) if case.kind == "centric" else geodetic
        return sign * x, np.asarray(y, float)

    pixel = float(rng.uniform(0.02, 0.05)) * a / 100  # metres, about 1/10 of a degree
    x0, y0 = (float(value) for value in place(lon, geodetic))
    step = 1e-4
    xe, ye = place(lon + step, geodetic)
    xn, yn = place(lon, geodetic + step)
    scale = np.hypot(float(xn) - x0, float(yn) - y0) / (np.radians(step) * a)
    unit = pixel * scale  # map units of a pixel
    half = 40
    whole = case.seam == "from 0 to 360" and not polar and case.projection != "sinu"
    if whole:  # one turn exactly, and the spot where it closes
        sides = [float(place(middle + turn, 0.0)[0]) for turn in (-90.0, 90.0)]
        turn = 2 * abs(sides[1] - sides[0])
        width = 720
        unit = turn / width
        left = (min(sides) + max(sides)) / 2 - turn / 2
    if not whole:
        width = 2 * half
        left = x0 - (half + float(rng.uniform(-3, 3))) * unit
    height = 2 * half
    top = y0 + (half + float(rng.uniform(-3, 3))) * unit
    transform = Affine(unit, 0, left, 0, -unit, top)
    if case.tiling == "rotated" and not whole:
        angle = float(rng.uniform(5, 80))
        transform = (
            Affine.translation(x0, y0) * Affine.rotation(angle) * Affine.scale(unit, -unit)
            * Affine.translation(-half - float(rng.uniform(-2, 2)), -half)
        )  # fmt: skip
    # Brightness by the distance in pixels of the map: the spot is round in the map, so small that
    # its middle on the ground is its middle in the map.
    cols, rows = np.meshgrid(np.arange(width) + 0.5, np.arange(height) + 0.5)
    c0, r0 = ~transform * (x0, y0)
    near = cols - c0
    if whole:
        near = (near + width / 2) % width - width / 2
    image = 20 + 200 * np.exp(-((near**2 + (rows - r0) ** 2) / 2.0**2))
    # Without data, beside the spot: bright, so that unmasked it would draw the spot away.
    holes = (near < -5.5) & (near > -12)
    if case.tiling == "south-up":
        image, holes = image[::-1], holes[::-1]
        transform = transform * Affine.translation(0, height) * Affine.scale(1, -1)
    if case.tiling == "mirrored" and not whole:
        image, holes = image[:, ::-1], holes[:, ::-1]
        transform = transform * Affine.translation(width, 0) * Affine.scale(-1, 1)
    wkt = degrees_wkt(case) if degrees else formula.proj
    return save(folder, case, image, holes, wkt, transform), nodata_of(case), (
        float((lon + 180) % 360 - 180), lat, unit, (xe - x0, ye - y0, xn - x0, yn - y0), step
    )  # fmt: skip


def nodata_of(case: Case) -> dict[str, float]:
    return {"nodata": 250.0} if case.nodata == "asked" else {}


def save(
    folder: Path, case: Case, image: np.ndarray, holes: np.ndarray, wkt: str, transform: Affine
) -> Path:
    kind = {"palette": "uint8", "rgb": "uint8", "scaled": "int16"}.get(case.pixels, case.pixels)
    values = np.round(image) if kind.startswith(("u", "i")) else image
    if case.pixels == "scaled":
        values = np.round((image - 300) * 50)
    values = values.astype(kind)
    empty = {"declared": 255 if kind == "uint8" else 9999, "asked": 250, "nan": np.nan,
             "special": -32768 if kind == "int16" else -3.4028226550889045e38,
             }.get(case.nodata)  # fmt: skip
    if empty is not None:
        values[holes] = np.array(empty).astype(kind)
    if case.nodata in ("mask", "alpha"):
        values[holes] = 250
    bands = [values] * (3 if case.pixels == "rgb" else 1)
    if case.nodata == "alpha":
        bands.append(np.where(holes, 0, 255).astype("uint8"))
    profile: dict[str, Any] = {
        "driver": "GTiff", "width": values.shape[1], "height": values.shape[0],
        "count": len(bands), "dtype": kind, "transform": transform,
        "nodata": empty if case.nodata == "declared" else None,
        "photometric": "RGB" if case.pixels == "rgb" else "MINISBLACK",
    }  # fmt: skip
    if case.pixels == "palette":
        profile["photometric"] = "PALETTE"
    if case.nodata == "alpha":
        profile["alpha"] = "YES"
    if case.tiling in ("tiles", "rotated"):
        profile |= {"tiled": True, "blockxsize": 16, "blockysize": 32, "compress": "deflate"}
    if case.tiling != "vrt":
        profile["crs"] = rasterio.CRS.from_string(wkt)
    path = folder / "map.tif"
    with rasterio.open(path, "w", **profile) as dataset:
        for number, band in enumerate(bands, 1):
            dataset.write(band, number)
        if case.pixels == "palette":  # the numbers mean nothing; the colours do
            dataset.write_colormap(1, {n: (n, n, n, 255) for n in range(256)})
        if case.pixels == "scaled":
            dataset.scales, dataset.offsets = (0.02,), (300.0,)
        if case.nodata == "mask":
            dataset.write_mask(np.where(holes, 0, 255).astype("uint8"))
    if case.tiling != "vrt":
        return path
    return wrapped(path, wkt, transform, values.shape, len(bands), case, kind, empty)


def wrapped(
    path: Path, wkt: str, transform: Affine, shape: tuple[int, ...], count: int, case: Case,
    kind: str, empty: Any,
) -> Path:  # fmt: skip
    """A VRT of two halves, with the whole reference system."""
    height, width = shape
    names = {"uint8": "Byte", "int16": "Int16", "uint16": "UInt16", "float32": "Float32",
             "float64": "Float64"}  # fmt: skip
    colours = ["Red", "Green", "Blue"][:count] if case.pixels == "rgb" else ["Gray"]
    colours += ["Alpha"] * (count - len(colours))
    table = "".join(f'<Entry c1="{n}" c2="{n}" c3="{n}" c4="255"/>' for n in range(256))
    wkt = wkt if "[" in wkt else rasterio.CRS.from_string(wkt).to_wkt()
    half = width // 2

    def parts(band: str) -> str:
        return "".join(
            f'<SimpleSource><SourceFilename relativeToVRT="1">{path.name}</SourceFilename>'
            f"<SourceBand>{band}</SourceBand>"
            f'<SrcRect xOff="{start}" yOff="0" xSize="{wide}" ySize="{height}"/>'
            f'<DstRect xOff="{start}" yOff="0" xSize="{wide}" ySize="{height}"/></SimpleSource>'
            for start, wide in ((0, half), (half, width - half))
        )

    lines = []
    for number in range(1, count + 1):
        inner = f"<NoDataValue>{empty}</NoDataValue>" if case.nodata == "declared" else ""
        if case.pixels == "palette":
            inner += f"<ColorInterp>Palette</ColorInterp><ColorTable>{table}</ColorTable>"
        else:
            inner += f"<ColorInterp>{colours[number - 1]}</ColorInterp>"
        if case.pixels == "scaled":
            inner += "<Offset>300</Offset><Scale>0.02</Scale>"
        lines.append(
            f'<VRTRasterBand dataType="{names[kind]}" band="{number}">{inner}{parts(str(number))}'
            "</VRTRasterBand>"
        )
    if case.nodata == "mask":
        lines.append(
            f'<MaskBand><VRTRasterBand dataType="Byte">{parts("mask,1")}</VRTRasterBand></MaskBand>'
        )
    place = ", ".join(repr(float(number)) for number in transform.to_gdal())
    vrt = path.with_suffix(".vrt")
    srs = wkt.replace("&", "&amp;").replace("<", "&lt;")
    vrt.write_text(
        f'<VRTDataset rasterXSize="{width}" rasterYSize="{height}">'
        f'<SRS dataAxisToSRSAxisMapping="2,1">{srs}</SRS>'
        f"<GeoTransform>{place}</GeoTransform>{''.join(lines)}</VRTDataset>"
    )
    return vrt


def error_in_pixels(case: Case, path: Path, opened: Any, spot: Any) -> float:
    """Distance of the brightest place of a view from the spot, in pixels of the map."""
    lon, lat, unit, (xe, ye, xn, yn), step = spot
    a, b = BODIES[case.body]
    geodetic = float(graphic_of(a, b, lat))
    # Metres on the ground of a step in longitude and latitude.
    e2 = 1 - (b / a) ** 2
    s = np.sin(np.radians(geodetic))
    east = a * np.cos(np.radians(geodetic)) / np.sqrt(1 - e2 * s**2) * np.radians(step)
    north = a * (1 - e2) / (1 - e2 * s**2) ** 1.5 * np.radians(step)
    jacobian = np.array([[xe / east, xn / north], [ye / east, yn / north]])
    wide = 1.0 / np.linalg.svd(jacobian / unit, compute_uv=False).max()  # metres of a pixel, least
    side = 16 * wide
    with Mosaic.open(path, **opened) as mosaic:
        assert mosaic.body.a == pytest.approx(a)
        square = mosaic.values(lon, lat, side, SIDE, 0.2)
    dark, bright = square.values[square.valid].min(), square.values[square.valid].max()
    light = np.where(square.valid, square.values, dark) - dark
    light = np.clip(light - 0.2 * (bright - dark), 0, None)
    yy, xx = np.mgrid[:SIDE, :SIDE] + 0.5
    if not light.sum() > 0:
        return float("inf")
    right = (xx * light).sum() / light.sum() - SIDE / 2
    up = SIDE / 2 - (yy * light).sum() / light.sum()
    off = jacobian @ (np.array([right, up]) * side / SIDE) / unit
    return float(np.hypot(*off))


@pytest.mark.filterwarnings("ignore")
def test_every_way_of_writing_a_mosaic(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    chosen = cases(bool(request.config.getoption("--every")))
    results: Counter[str] = Counter()
    wrong: list[str] = []
    refused: list[str] = []
    for number, case in enumerate(chosen):
        rng = np.random.default_rng([17, number])
        folder = tmp_path / str(number)
        folder.mkdir()
        path, opened, spot = write(folder, case, rng)
        try:
            off = error_in_pixels(case, path, opened, spot)
        except (MosaicError, BodyError, ViewSkipped) as error:
            results["refused"] += 1
            refused.append(f"{number} {case}: {error}")
            continue
        finally:
            for file in folder.iterdir():
                file.unlink()
            folder.rmdir()
        results["read" if off < 0.5 else "wrong"] += 1
        if not off < 0.5:
            wrong.append(f"{number} {case}: off by {off:.2f} pixels at {spot[:2]}")
    assert not wrong, f"{len(wrong)} of {len(chosen)}, {dict(results)}:\n" + "\n".join(wrong[:30])
    # Holes beside the spot can leave a square mostly empty, and that is refused.
    assert results["read"] > 0.99 * len(chosen), "\n".join(refused[:30])


def test_there_are_enough_of_them() -> None:
    chosen = cases(True)
    assert len(set(chosen)) >= 500
    for question in Case.__dataclass_fields__:
        asked = {getattr(case, question) for case in EVERY}
        assert {getattr(case, question) for case in chosen} == asked
