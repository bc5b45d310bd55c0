"""Mosaics of every kind of planetary reference system, against rasters drawn from a formula.

The pixels are computed from PROJ strings alone (east-positive, geodetic), the signs and latitudes
of the file's own system by hand, so nothing of the engine's reading of axes is in them.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from html import escape
from pathlib import Path

import numpy as np
import pyproj
import pytest
import rasterio

from craterbench_qgis.engine.bodies import Body, geocentric_to_geodetic, geodetic_to_geocentric
from craterbench_qgis.engine.errors import MosaicError
from craterbench_qgis.engine.frame import MapFrame
from craterbench_qgis.engine.mosaic import Mosaic, box_area

from .test_mosaic import S, shift_between, smooth_planet, unit

MARS = Body("Mars", 3396190.0, 3376200.0)
IAPETUS = Body("Iapetus", 745700.0, 712100.0)
MERCURY = Body("Mercury", 2440530.0, 2438260.0)
VESTA = Body("Vesta", 255000.0, 255000.0)


@dataclass(frozen=True)
class System:
    """A reference system as a file has it (``wkt``) and what its coordinates are.

    ``proj``: the projection, or "" for degrees. ``west``: x counts westward.
    ``centric``: y is the planetocentric latitude (degrees only). ``meridian``: the longitude that
    the system counts from. ``axes``: the order of axes, for GDAL.
    """

    wkt: str
    body: Body
    proj: str = ""
    west: bool = False
    centric: bool = False
    meridian: float = 0.0
    axes: str = "1,2"


def iau(code: int) -> str:
    return str(pyproj.CRS.from_authority("IAU_2015", str(code)).to_wkt("WKT2_2019"))


# What GDAL 3.6 writes into a VRT or a .aux.xml for IAU_2015:49902.
WKT1_OCENTRIC = (
    'GEOGCS["Mars (2015) / Ocentric",DATUM["Mars (2015)",SPHEROID["Mars (2015)",3396190,'
    '169.894447223612,AUTHORITY["IAU","49901"]],AUTHORITY["IAU","49901"]],PRIMEM["Reference '
    'Meridian",0,AUTHORITY["IAU","49900"]],UNIT["degree",0.0174532925199433,AUTHORITY["EPSG",'
    '"9122"]],AXIS["Planetocentric latitude",NORTH],AXIS["Planetocentric longitude",EAST],'
    'AUTHORITY["IAU","49902"]]'
)
TURNED = (
    'GEOGCRS["Mars from 180",DATUM["D",ELLIPSOID["Mars",3396190,169.894447223612]],'
    'PRIMEM["Far side",180],CS[ellipsoidal,2],AXIS["lat",north],AXIS["lon",east],'
    'ANGLEUNIT["degree",0.0174532925199433]]'
)
TURNED_MAP = (
    'PROJCRS["Mars map from 90 W",BASEGEOGCRS["Mars from 90 W",DATUM["D",ELLIPSOID["Mars",3396190,'
    '169.894447223612]],PRIMEM["Ninety west",-90]],CONVERSION["e",METHOD["Equidistant Cylindrical",'
    'ID["EPSG",1028]],PARAMETER["Longitude of natural origin",0,ANGLEUNIT["degree",'
    '0.0174532925199433]]],CS[Cartesian,2],AXIS["x",east],AXIS["y",north],LENGTHUNIT["metre",1]]'
)
ESRI_SPHERE = (
    'PROJCS["Mars_Equidistant_Cylindrical",GEOGCS["GCS_Mars_2000_Sphere",DATUM["D_Mars_2000_Sphere"'
    ',SPHEROID["Mars_2000_Sphere_IAU_IAG",3396190.0,0.0]],PRIMEM["Reference_Meridian",0.0],'
    'UNIT["Degree",0.0174532925199433]],PROJECTION["Equidistant_Cylindrical"],'
    'PARAMETER["False_Easting",0.0],PARAMETER["False_Northing",0.0],'
    'PARAMETER["Central_Meridian",0.0],PARAMETER["Standard_Parallel_1",0.0],UNIT["Meter",1.0]]'
)
NORTHING_FIRST = iau(49912).replace(
    'AXIS["(E)",east,ORDER[1]', 'AXIS["(N)",north,ORDER[1]', 1
).replace('AXIS["(N)",north,ORDER[2]', 'AXIS["(E)",east,ORDER[2]', 1)  # fmt: skip

SYSTEMS = {
    "ographic": System(iau(49901), MARS, west=True),
    "ocentric": System(iau(49902), MARS, centric=True, axes="2,1"),
    "ocentric-wkt1": System(WKT1_OCENTRIC, MARS, centric=True, axes="2,1"),
    "ocentric-iapetus": System(iau(60802), IAPETUS, centric=True, axes="2,1"),
    "ographic-iapetus": System(iau(60801), IAPETUS, west=True),
    "meridian-180": System(TURNED, MARS, meridian=180.0, axes="2,1"),
    "eqc-meridian": System(TURNED_MAP, MARS, "+proj=eqc", meridian=-90.0),
    "vesta-sphere": System(iau(200000400), VESTA, axes="2,1"),
    "eqc-ographic": System(iau(49911), MARS, "+proj=eqc", west=True),
    "eqc-ocentric": System(iau(49912), MARS, "+proj=eqc"),
    "eqc-northing-first": System(NORTHING_FIRST, MARS, "+proj=eqc", axes="2,1"),
    "eqc180-ographic": System(iau(49916), MARS, "+proj=eqc +lon_0=180", west=True),
    "eqc180-ocentric": System(iau(49917), MARS, "+proj=eqc +lon_0=180"),
    "eqc-mercury": System(iau(19911), MERCURY, "+proj=eqc", west=True),
    "eqc-iapetus": System(iau(60812), IAPETUS, "+proj=eqc"),
    "eqc-esri-sphere": System(ESRI_SPHERE, Body("Mars", MARS.a, MARS.a), "+proj=eqc"),
    "sinu-ographic": System(iau(49921), MARS, "+proj=sinu", west=True),
    "sinu-ocentric": System(iau(49922), MARS, "+proj=sinu"),
    "moll-ographic": System(iau(49941), MARS, "+proj=moll", west=True),
}
POLAR = {
    "north-ographic": System(iau(49931), MARS, "+proj=stere +lat_0=90", west=True),
    "north-ocentric": System(iau(49932), MARS, "+proj=stere +lat_0=90"),
    "south-ographic": System(iau(49936), MARS, "+proj=stere +lat_0=-90", west=True),
    "south-ocentric": System(iau(49937), MARS, "+proj=stere +lat_0=-90"),
}
WIDTH = 960


def plane(system: System, proj: str) -> pyproj.Transformer:
    size = f"+a={system.body.a} +b={system.body.b}"
    return pyproj.Transformer.from_pipeline(
        f"+proj=pipeline +step +proj=unitconvert +xy_in=deg +xy_out=rad +step {proj} {size}"
    )


def ground_value(system: System, lon: np.ndarray, geodetic: np.ndarray) -> np.ndarray:
    value = smooth_planet(lon, geodetic_to_geocentric(system.body, geodetic))
    return np.where(np.isfinite(value), value, 0.0)


def outline(system: System, lon: np.ndarray, lat: np.ndarray, x: np.ndarray, y: np.ndarray):
    """What is on the map; beyond its outline a projection may lead back into it."""
    if "eqc" in system.proj:
        return np.isfinite(lon)
    back = plane(system, system.proj).transform(lon, lat, errcheck=False)
    return np.hypot(back[0] - x, back[1] - y) < system.body.a / WIDTH


def write_map(folder: Path, system: System, width: int = WIDTH) -> Path:
    """A map of the whole body (polar: of a cap) as TIFF, under a VRT that carries the system."""
    body, height = system.body, width // 2
    if not system.proj:
        half, up = 180.0, 90.0
    elif "stere" in system.proj:
        half = up = 1.6 * body.a
        height = width
    else:
        x, _ = plane(system, system.proj.split(" +lon_0")[0]).transform([179.999999], [0.0])
        _, y = plane(system, system.proj.split(" +lon_0")[0]).transform([0.0], [90.0])
        half, up = abs(float(x[0])), abs(float(y[0]))
    x = -half + (np.arange(width) + 0.5) * 2 * half / width
    y = up - (np.arange(height) + 0.5) * 2 * up / height
    x, y = np.meshgrid(-x if system.west else x, y)
    if system.proj:
        lon, lat = plane(system, system.proj).transform(x, y, direction="INVERSE", errcheck=False)
        lon, lat = (np.where(np.isfinite(degrees), degrees, np.nan) for degrees in (lon, lat))
        inside = outline(system, lon, lat, x, y)
        lon = lon + system.meridian
    else:
        lon = x + system.meridian
        lat = geocentric_to_geodetic(body, y) if system.centric else y
    pixels = ground_value(system, lon, lat).astype(np.float32)
    if system.proj:
        pixels[~inside] = -1.0
    with rasterio.open(
        folder / "pixels.tif", "w", driver="GTiff", width=width, height=height, count=1,
        dtype="float32", nodata=-1.0,
    ) as out:  # fmt: skip
        out.write(pixels, 1)
    path = folder / "map.vrt"
    path.write_text(
        f'<VRTDataset rasterXSize="{width}" rasterYSize="{height}">'
        f'<SRS dataAxisToSRSAxisMapping="{system.axes}">{escape(system.wkt)}</SRS>'
        f"<GeoTransform>{-half!r},{2 * half / width!r},0,{up!r},0,{-2 * up / height!r}"
        '</GeoTransform><VRTRasterBand dataType="Float32" band="1"><NoDataValue>-1</NoDataValue>'
        '<SimpleSource><SourceFilename relativeToVRT="1">pixels.tif</SourceFilename>'
        "<SourceBand>1</SourceBand></SimpleSource></VRTRasterBand></VRTDataset>",
        encoding="utf-8",
    )
    return path


def expected_view(system: System, lon: float, lat: float, side: float) -> np.ndarray:
    """``lat``: planetocentric. Through PROJ's ellipsoidal orthographic."""
    geodetic = float(geocentric_to_geodetic(system.body, lat))
    ortho = plane(system, f"+proj=ortho +lat_0={geodetic} +lon_0={lon}")
    half = ((np.arange(S) + 0.5) / S - 0.5) * side
    lons, lats = ortho.transform(*np.meshgrid(half, -half), direction="INVERSE")
    return ground_value(system, lons, lats)


@functools.lru_cache(maxsize=1)
def _written(folder: Path, name: str) -> Path:
    place = folder / name
    place.mkdir(exist_ok=True)
    return write_map(place, (SYSTEMS | POLAR)[name])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("maps")


def assert_same_ground(path: Path, system: System, lon: float, lat: float) -> None:
    side = 0.3 * system.body.a
    with Mosaic.open(path) as mosaic:
        assert mosaic.body.name == system.body.name
        view = mosaic.view(lon, lat, side / 2, 2.0, S)
    assert view.valid_fraction > 0.97
    expected = expected_view(system, lon, lat, side)
    clipped = np.clip(expected, *np.percentile(expected, (1, 99)))
    # At the edge of a sinusoidal or Mollweide map a column of pixels is cut in two.
    assert np.corrcoef(view.pixels.ravel(), clipped.ravel())[0, 1] > 0.98
    shifts = shift_between(unit(view.pixels.astype(float)), unit(clipped))
    assert max(map(abs, shifts)) < 0.25
    # It can fail: mirrored, the ground is another.
    assert np.corrcoef(view.pixels[:, ::-1].ravel(), expected.ravel())[0, 1] < 0.9


PLACES = [(30.0, 0.0), (-100.0, 45.0), (77.0, -45.0), (120.0, 85.0), (-10.0, -85.0)]
SEAM = [(179.9, 0.0), (-179.8, 45.0), (180.0, -85.0), (0.1, 20.0)]


@pytest.mark.parametrize("place", [*PLACES, *SEAM], ids=str)
@pytest.mark.parametrize("name", SYSTEMS)
def test_a_world_map_shows_the_ground_asked_for(
    folder: Path, name: str, place: tuple[float, float]
) -> None:
    assert_same_ground(_written(folder, name), SYSTEMS[name], *place)


@pytest.mark.parametrize("place", [(30.0, 88.0), (-100.0, 60.0), (180.0, 75.0), (0.0, 90.0)])
@pytest.mark.parametrize("name", POLAR)
def test_a_polar_map_shows_the_ground_asked_for(
    folder: Path, name: str, place: tuple[float, float]
) -> None:
    system = POLAR[name]
    lon, lat = place
    assert_same_ground(_written(folder, name), system, lon, lat if "north" in name else -lat)


@pytest.mark.parametrize("group", [199, 499, 608], ids=["Mercury", "Mars", "Iapetus"])
def test_the_frame_of_every_iau_system_of_flattened_bodies(group: int) -> None:
    """All projections of the authority, sphere, ographic and ocentric, against PROJ."""
    lon, lat = np.array([10.0, 100.0, -130.0, 179.0]), np.array([7.0, 44.0, -61.0, 33.0])
    count = 0
    for code in [group * 100 + n + kind for n in [0, *range(10, 100, 5)] for kind in (0, 1, 2)]:
        try:
            crs = pyproj.CRS.from_authority("IAU_2015", str(code))
        except pyproj.exceptions.CRSError:
            continue
        count += 1
        body = crs.ellipsoid
        text = f"+proj=longlat +a={body.semi_major_metre} +b={body.semi_minor_metre} +type=crs"
        # PROJ's own order and signs: latitude first for degrees.
        want = pyproj.Transformer.from_crs(text, crs).transform(lon, lat, errcheck=False)
        frame = MapFrame(crs)
        x, y = frame.to_map(lon, lat)
        if frame.is_plain:
            want = want[::-1]
        shown = np.isfinite(want[0]) & np.isfinite(want[1])
        assert np.allclose(x[shown], want[0][shown], atol=1e-6, rtol=1e-12), (code, crs.name)
        assert np.allclose(y[shown], want[1][shown], atol=1e-6, rtol=1e-12), (code, crs.name)
        if "Orthographic" in crs.name or "Conic" in crs.name or "ercator" in crs.name:
            continue  # these do not lead back from everywhere
        back = frame.to_geographic(x, y)
        led = np.isfinite(back[0])
        # PROJ's polar stereographic of flat Iapetus does not lead back from the far hemisphere.
        assert led.all() or (group == 608 and "Polar" in crs.name and led.sum() > 1)
        assert np.allclose((back[0] - lon + 180)[led] % 360, 180, atol=1e-3), (code, crs.name)
        assert np.allclose(back[1][led], lat[led], atol=1e-3), (code, crs.name)
    assert count == 54  # 17 projections and the degrees, in three kinds


@pytest.mark.parametrize("name", [name for name in SYSTEMS if "vesta" not in name])
@pytest.mark.parametrize("place", [(30.0, 0.0), (-100.0, 45.0), (12.0, -80.0)], ids=str)
def test_a_box_in_the_mosaics_own_coordinates(name: str, place: tuple[float, float]) -> None:
    """The box's middle is the place, and its width and height are those on the ground."""
    system, (lon, lat) = SYSTEMS[name], place
    geodetic = float(geocentric_to_geodetic(system.body, lat))
    if system.proj:
        there = plane(system, system.proj).transform([lon - system.meridian], [geodetic])
        x, y = (float(values[0]) for values in there)
    else:
        x, y = lon - system.meridian, lat if system.centric else geodetic
    x = -x if system.west else x
    half = 0.01 * system.body.a if system.proj else 0.5
    area = box_area(system.body, x - half, y - half, x + half, y + half, system.wkt)
    assert (area.lon - lon + 180) % 360 == pytest.approx(180.0, abs=1e-6)
    # The middle of two geodetic latitudes is not quite that of the planetocentric ones.
    assert area.lat == pytest.approx(lat, abs=1e-3)


def test_a_box_in_degrees_across_the_seam_of_a_west_positive_system() -> None:
    area = box_area(MARS, 178.0, -1.0, -177.0, 1.0, iau(49901))
    assert area.lon % 360 == pytest.approx(179.5)  # 180.5 west
    area = box_area(MARS, 10.0, -1.0, 14.0, 1.0, iau(49901))
    assert area.lon == pytest.approx(-12.0)


@pytest.mark.parametrize(
    "name", ["eqc-ographic", "ographic", "meridian-180", "eqc-ocentric", "eqc-meridian"]
)
def test_points_and_bounds_are_degrees_east_and_planetocentric(folder: Path, name: str) -> None:
    system = SYSTEMS[name]
    graphic = float(geocentric_to_geodetic(system.body, 40.0))
    with Mosaic.open(_written(folder, name)) as mosaic:
        x, y = (float(value) for value in mosaic.frame.to_map(-30.0, graphic))
        assert mosaic.to_lonlat(x, y) == pytest.approx((-30.0, 40.0), abs=1e-9)
        assert system.meridian or (x > 0) == system.west
        x1, y1 = (float(value) for value in mosaic.frame.to_map(-10.0, 0.0))
        bounds = mosaic.frame.bounds(min(x, x1), min(y, y1), max(x, x1), max(y, y1))
    assert bounds == pytest.approx((-30.0, 0.0, -10.0, 40.0), abs=1e-6)


def test_a_system_without_a_body_is_refused(tmp_path: Path) -> None:
    """GDAL 3.6 makes this of IAU_2015:49902 in a GeoTIFF, whose keys cannot say it."""
    path = tmp_path / "local.tif"
    local = (
        'LOCAL_CS["GCS Name = Mars (2015) / Ocentric|Datum = Mars (2015)|",UNIT["metre",1],'
        'AXIS["Easting",EAST],AXIS["Northing",NORTH]]'
    )
    with rasterio.open(
        path, "w", driver="GTiff", width=8, height=4, count=1, dtype="uint8", crs=local,
        transform=rasterio.transform.from_bounds(-180, -90, 180, 90, 8, 4),
    ):  # fmt: skip
        pass
    with pytest.raises(MosaicError, match="not tied to a body"):
        Mosaic.open(path)
