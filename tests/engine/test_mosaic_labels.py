"""Labels of ISIS and PDS rasters, seams by the angle, undeclared no data, PROJ's eqc."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyproj
import pytest
import rasterio
from affine import Affine

from craterbench_qgis.engine.equirectangular import ArrayEquirectangular
from craterbench_qgis.engine.errors import MosaicError
from craterbench_qgis.engine.frame import MapFrame
from craterbench_qgis.engine.mosaic import Mosaic

A, B = 3396190.0, 3376200.0
MOON_R = 1737400.0


def centric(lat: np.ndarray | float) -> np.ndarray:
    return np.degrees(np.arctan((B / A) ** 2 * np.tan(np.radians(lat))))


def spot(
    lon: np.ndarray, lat: np.ndarray, lon0: float, lat0: float, width_deg: float
) -> np.ndarray:
    """Bright around a place, by the angle on the sphere."""
    p, p0, apart = np.radians(lat), np.radians(lat0), np.radians(lon - lon0)
    cosine = np.sin(p) * np.sin(p0) + np.cos(p) * np.cos(p0) * np.cos(apart)
    angle = np.degrees(np.arccos(np.clip(cosine, -1, 1)))
    return 20 + 200 * np.exp(-((angle / width_deg) ** 2))


def offset(path: Path, lon: float, lat: float, side_m: float, size: int = 64) -> float:
    """How far, in view pixels, the bright spot is from the middle of the view."""
    with Mosaic.open(path) as mosaic:
        view = mosaic.crop(lon, lat, side_m, size, 0.2)
    weight = np.where(view.pixels > 0.5, view.pixels, 0.0)
    rows, cols = np.mgrid[:size, :size] + 0.5 - size / 2
    return float(np.hypot((rows * weight).sum(), (cols * weight).sum()) / weight.sum())


CUBE = """Object = IsisCube
  Object = Core
    StartByte = 65537
    Format = BandSequential
    Group = Dimensions
      Samples = {size}
      Lines = {size}
      Bands = 1
    End_Group
    Group = Pixels
      Type = Real
      ByteOrder = Lsb
      Base = 0.0
      Multiplier = 1.0
    End_Group
  End_Object
  Group = Mapping
    ProjectionName = {projection}
    CenterLongitude = 0.0
    TargetName = Mars
    EquatorialRadius = 3396190.0 <meters>
    PolarRadius = 3376200.0 <meters>
    LatitudeType = {kind}
    LongitudeDirection = {direction}
    LongitudeDomain = 360
    UpperLeftCornerX = -800000.0 <meters>
    UpperLeftCornerY = 2600000.0 <meters>
    PixelResolution = 4000.0 <meters/pixel>
    Scale = 14.8 <pixels/degree>
  End_Group
End_Object
Object = Label
  Bytes = 65536
End_Object
End
"""


@pytest.mark.parametrize("projection", ["SimpleCylindrical", "Sinusoidal"])
@pytest.mark.parametrize("kind", ["Planetocentric", "Planetographic"])
@pytest.mark.parametrize("direction", ["PositiveEast", "PositiveWest"])
def test_isis_cubes_of_mars(tmp_path: Path, projection: str, kind: str, direction: str) -> None:
    size = 400
    cols, rows = np.meshgrid(np.arange(size) + 0.5, np.arange(size) + 0.5)
    x, y = -8e5 + 4000 * cols, 2.6e6 - 4000 * rows
    lat = np.degrees(y / A)
    lon = np.degrees(x / (A * (np.cos(np.radians(lat)) if projection == "Sinusoidal" else 1.0)))
    image = spot(lon, centric(lat) if kind == "Planetographic" else lat, 3.3, 35.2, 0.3)
    label = CUBE.format(size=size, projection=projection, kind=kind, direction=direction)
    path = tmp_path / "t.cub"
    path.write_bytes(label.encode().ljust(65536, b"\n") + image.astype("<f4").tobytes())
    # 18.9 km are five pixels of the raster.
    assert offset(path, 3.3, 35.2, 64 * 4000.0) < 0.5


PDS = """PDS_VERSION_ID = "PDS3"
FILE_RECORDS = 720
RECORD_TYPE = FIXED_LENGTH
RECORD_BYTES = 2880
^IMAGE = "{image}"
TARGET_NAME = "MOON"
OBJECT = IMAGE
  LINES = 720
  LINE_SAMPLES = 1440
  SAMPLE_TYPE = LSB_INTEGER
  SAMPLE_BITS = 16
  UNIT = METER
  OFFSET = 0
  SCALING_FACTOR = 1
END_OBJECT = IMAGE
OBJECT = IMAGE_MAP_PROJECTION
  MAP_PROJECTION_TYPE = "SIMPLE CYLINDRICAL"
  MAP_RESOLUTION = 4 <PIX/DEG>
  A_AXIS_RADIUS = 1737.4 <KM>
  B_AXIS_RADIUS = 1737.4 <KM>
  C_AXIS_RADIUS = 1737.4 <KM>
  FIRST_STANDARD_PARALLEL = 'N/A'
  POSITIVE_LONGITUDE_DIRECTION = "EAST"
  CENTER_LATITUDE = 0 <DEG>
  CENTER_LONGITUDE = 180 <DEG>
  LINE_FIRST_PIXEL = 1
  LINE_LAST_PIXEL = 720
  SAMPLE_FIRST_PIXEL = 1
  SAMPLE_LAST_PIXEL = 1440
  MAP_PROJECTION_ROTATION = 0
  MAP_SCALE = 7580.8 <M/PIXEL>
  MAXIMUM_LATITUDE = {north} <DEG>
  MINIMUM_LATITUDE = -90 <DEG>
  WESTERNMOST_LONGITUDE = 0 <DEG>
  EASTERNMOST_LONGITUDE = 360 <DEG>
  LINE_PROJECTION_OFFSET = {line} <PIX>
  SAMPLE_PROJECTION_OFFSET = {sample} <PIX>
  COORDINATE_SYSTEM_TYPE = "BODY-FIXED ROTATING"
  COORDINATE_SYSTEM_NAME = "MEAN EARTH/POLAR AXIS OF DE421"
END_OBJECT = IMAGE_MAP_PROJECTION
END
"""


PDS4 = {
    "VAR_TARGET": "Mars", "VAR_TARGET_TYPE": "Planet", "VAR_TITLE": "t",
    "VAR_LOGICAL_IDENTIFIER": "urn:nasa:pds:x:y:z", "VAR_INVESTIGATION_AREA_NAME": "x",
    "VAR_INVESTIGATION_AREA_LID_REFERENCE": "x", "VAR_OBSERVING_SYSTEM_NAME": "x",
}  # fmt: skip


def pds(folder: Path, line: float, sample: float, north: float = 90) -> Path:
    lon, lat = np.meshgrid(np.arange(1440) / 4 + 0.125, 90 - np.arange(720) / 4 - 0.125)
    image = spot(lon, lat, 200.1, 10.2, 0.8).astype("<i2")
    (folder / "m.img").write_bytes(image.tobytes())
    path = folder / "m.lbl"
    text = PDS.format(image="m.img", line=line, sample=sample, north=north)
    path.write_bytes(text.replace("\n", "\r\n").encode())
    return path


@pytest.mark.parametrize(("line", "sample"), [(359.5, 719.5), (360.5, 720.5)])  # LOLA's, MOLA's
def test_pds_labels_by_their_bounds(tmp_path: Path, line: float, sample: float) -> None:
    path = pds(tmp_path, line, sample)
    assert offset(path, 200.1, 10.2, 64 * 7580.8) < 0.5
    with Mosaic.open(path) as mosaic:
        assert bool(mosaic.notes) is (line == 360.5)


@pytest.mark.parametrize("kind", ["Planetocentric", "Planetographic"])
@pytest.mark.parametrize("degrees", [True, False])
def test_pds4_labels_of_mars(tmp_path: Path, kind: str, degrees: bool) -> None:
    """Written by GDAL, which puts a map of either kind on the sphere: the label says which."""
    size = 400
    cols, rows = np.meshgrid(np.arange(size) + 0.5, np.arange(size) + 0.5)
    lon, lat = -10 + 0.05 * cols, 45 - 0.05 * rows
    image = spot(lon, centric(lat) if kind == "Planetographic" else lat, 3.3, 35.2, 0.3)
    flat = "+a=3396190 +b=3376200" if kind == "Planetographic" else "+R=3396190"
    unit = 1.0 if degrees else A * np.pi / 180
    path = tmp_path / "t.xml"
    with rasterio.open(
        path, "w", driver="PDS4", width=size, height=size, count=1, dtype="float32",
        crs=f"+proj={'longlat' if degrees else 'eqc'} {flat}", LATITUDE_TYPE=kind,
        transform=Affine(0.05 * unit, 0, -10 * unit, 0, -0.05 * unit, 45 * unit), **PDS4,
    ) as out:  # fmt: skip
        out.write(image.astype(np.float32), 1)
    assert offset(path, 3.3, 35.2, 64 * 3000.0) < 0.5


def test_a_pds_label_that_contradicts_itself_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MosaicError, match="contradicts itself"):
        Mosaic.open(pds(tmp_path, 359.5, 719.5, north=60))


def test_a_pds_label_without_its_image_is_named(tmp_path: Path) -> None:
    path = pds(tmp_path, 359.5, 719.5)
    (tmp_path / "m.img").unlink()
    with pytest.raises(MosaicError, match=r"m\.lbl is a label.*m\.img"):
        Mosaic.open(path)


@pytest.mark.parametrize("width", [1066, 1067, 1068, 1065])
@pytest.mark.parametrize("lon", [179.9, -179.95, 180.0])
def test_seams_by_the_angle(tmp_path: Path, width: int, lon: float) -> None:
    """A turn of 1066.94 columns, as 100 m pixels make 213,388.91 of Mars' equator."""
    pixel = 2 * np.pi * A / 1066.94
    left = -pixel * width / 2
    x, y = np.meshgrid(
        left + pixel * (np.arange(width) + 0.5), pixel * (266 - np.arange(532) - 0.5)
    )
    image = spot(np.degrees(x / A), np.degrees(y / A), lon, 10.0, 2.0).astype(np.float32)
    path = tmp_path / "m.tif"
    with rasterio.open(
        path, "w", driver="GTiff", width=width, height=532, count=1, dtype="float32",
        crs=f"+proj=eqc +R={A}", transform=Affine(pixel, 0, left, 0, -pixel, 266 * pixel),
    ) as out:  # fmt: skip
        out.write(image, 1)
    with Mosaic.open(path) as mosaic:
        view = mosaic.crop(lon, 10.0, 32 * pixel, 32)
        assert view.valid_fraction > (0.999 if width >= 1066 else 0.85)
    assert offset(path, lon, 10.0, 32 * pixel, 32) < 0.5


def test_first_and_last_column_on_one_meridian(tmp_path: Path) -> None:
    lon, lat = np.meshgrid(np.arange(361.0), 90.0 - np.arange(181))
    path = tmp_path / "m.tif"
    with rasterio.open(
        path, "w", driver="GTiff", width=361, height=181, count=1, dtype="float32",
        crs=f"+proj=longlat +R={MOON_R}", transform=Affine(1, 0, -0.5, 0, -1, 90.5),
    ) as out:  # fmt: skip
        out.write(spot(lon, lat, 0.2, 12.0, 4.0).astype(np.float32), 1)
    assert offset(path, 0.2, 12.0, 32 * 30323.0, 32) < 0.5


@pytest.mark.parametrize(
    ("kind", "special"), [("float32", -3.4028226550889045e38), ("int16", -32768), ("int16", -32765)]
)
def test_undeclared_special_pixels_are_masked_before_averaging(
    tmp_path: Path, kind: str, special: float
) -> None:
    rng = np.random.default_rng(1)
    rows, cols = np.mgrid[:1500, :1500]
    clean = (100 + 40 * np.sin(cols / 60) * np.cos(rows / 45) + rng.normal(0, 2, cols.shape)) * 20
    holes = clean.copy()
    holes[rng.random(cols.shape) < 0.0005] = special
    views = []
    for name, values in (("clean", clean), ("holes", holes)):
        path = tmp_path / f"{name}.tif"
        with rasterio.open(
            path, "w", driver="GTiff", width=1500, height=1500, count=1, dtype=kind,
            crs=f"+proj=eqc +R={MOON_R}", transform=Affine(100, 0, -75000, 0, -100, 75000),
        ) as out:  # fmt: skip
            out.write(values.astype(kind), 1)
        with Mosaic.open(path) as mosaic:
            views.append(mosaic.crop(0.0, 0.0, 140_000.0, 64))
    assert np.corrcoef(views[0].pixels.ravel(), views[1].pixels.ravel())[0, 1] > 0.99
    assert views[0].valid_fraction == 1.0
    assert 0.999 < views[1].valid_fraction < 0.9999


def test_northings_of_the_equidistant_cylindrical_projection() -> None:
    """Mars at 40 degrees planetocentric: the sphere's rule, whatever PROJ is installed."""
    lat = float(np.degrees(np.arctan((A / B) ** 2 * np.tan(np.radians(40.0)))))
    for text in ("+proj=eqc +a=3396190 +b=3376200", "IAU_2015:49911", "IAU_2015:49912"):
        frame = MapFrame(pyproj.CRS.from_user_input(text))
        x, y = frame.to_map([0.0], [lat])
        assert y[0] == pytest.approx(2_390_752, abs=1), text
        assert frame.to_planetocentric(x, y)[1][0] == pytest.approx(40.0, abs=1e-9)
    # EPSG:1028's own rule, which PROJ follows from 9.8 on, would be 22 km away.
    e2 = 1 - (B / A) ** 2
    phi = np.linspace(0.0, np.radians(lat), 20_001)
    arc = np.trapezoid(A * (1 - e2) / (1 - e2 * np.sin(phi) ** 2) ** 1.5, phi)
    assert arc == pytest.approx(2_368_936, abs=1)


@pytest.mark.parametrize(
    "text",
    [
        "+proj=eqc +a=3396190 +b=3376200 +lat_ts=30 +lon_0=90 +units=km +x_0=5000 +y_0=-7000",
        "+proj=eqc +a=3396190 +b=3376200 +lat_0=10 +lon_0=-120 +axis=wsu",
    ],
)
def test_written_out_projection_against_its_formula(text: str) -> None:
    crs = pyproj.CRS(text)
    projection = ArrayEquirectangular.of(crs)
    assert projection is not None
    values = dict(part[1:].split("=") for part in text.split())
    lon, lat = np.array([-170.0, 10.0, 100.0]), np.array([-80.0, 40.0, 5.0])
    apart = (lon - float(values["lon_0"]) + 180) % 360 - 180
    x = A * np.cos(np.radians(float(values.get("lat_ts", 0)))) * np.radians(apart)
    y = A * np.radians(lat - float(values.get("lat_0", 0)))
    x, y = x + float(values.get("x_0", 0)), y + float(values.get("y_0", 0))
    scale = 1e-3 if "units" in values else 1.0
    sign = -1.0 if "axis" in values else 1.0
    place = projection.to_map(lon, lat)
    assert place[0] == pytest.approx(x * scale * sign) and place[1] == pytest.approx(
        y * scale * sign
    )
    back = projection.to_degrees(*place)
    assert np.mod(back[0] - lon + 180, 360) == pytest.approx(180.0) and back[1] == pytest.approx(
        lat
    )
