"""Random catalogues in every combination that is claimed to be read: within a metre, or refused.

A sampled share runs with the rest of the tests, all with ``--every``.
"""

from __future__ import annotations

import gzip
import itertools
import random
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyogrio
import pyproj
import pytest
import shapely

from craterbench_qgis.engine.bodies import Body, body_by_name, great_circle_distance
from craterbench_qgis.engine.catalogue import read_catalogue
from craterbench_qgis.engine.errors import CatalogueError

BODIES = {"Moon": (1737400.0, 1737400.0), "Mars": (3396190.0, 3376200.0),
          "Iapetus": (745700.0, 712100.0)}  # fmt: skip
DELIMITERS = {"comma": ",", "tab": "\t", "semicolon": ";", "bar": "|", "blanks": "   "}
FORMS = ("plain", "gz", "units row", "quoted", "trailing")
LAT_NAMES = {
    "centric": ("lat", "Latitude (deg)", "planetocentric latitude", "CENTER_LAT"),
    "graphic": ("lat_planetographic", "Planetographic Latitude (N)", "lat_ographic"),
}
LON_NAMES = {
    "east": ("lon", "Longitude (E)", "LON_CIRC_IMG", "lon_east_360", "Center_Longitude"),
    "west": ("Longitude (W)", "lon_W", "West Longitude", "lon °W", "LON_WEST_360"),
    "letters": ("lon", "Long"),
}
SIZES = {"km": ("diam_km", "Diameter (km)", "D [km]"), "m": ("diameter_m", "D (m)", "radius_m")}
LAYERS = (".gpkg", ".shp", ".geojson", ".fgb")
COUNT = 6


@dataclass(frozen=True)
class Case:
    """One way of writing a catalogue."""

    body: str
    latitude: str
    direction: str
    unit: str
    mark: str
    delimiter: str
    form: str

    @property
    def is_possible(self) -> bool:
        """A comma cannot be both, and blanks hold no empty cell."""
        if self.mark == "," and self.delimiter == "comma" and self.form != "quoted":
            return False
        return not (self.delimiter == "blanks" and self.form in ("trailing", "units row", "quoted"))


TABLES = [
    case
    for case in itertools.starmap(
        Case,
        itertools.product(BODIES, LAT_NAMES, LON_NAMES, SIZES, (".", ","), DELIMITERS, FORMS),
    )
    if case.is_possible
]
SPELLINGS = ("proj", "wkt1", "wkt2", "iau", "earth", "eqc", "stere", "none")
MANNERS = ("geometry", "columns", "both", "metres", "circles")
LAYER_CASES = [
    case
    for case in itertools.product(BODIES, LAYERS, SPELLINGS, MANNERS, (0, 180))
    # Degrees that lie in no system of a body are read as they stand; WKT 1 has no planetocentric
    # latitudes, so such a Shapefile is another one.
    if not (case[1] == ".geojson" and case[2] not in ("earth", "none", "proj"))
    and not (case[1] == ".shp" and case[2] == "iau" and case[0] != "Moon")
    # PROJ's series for the ellipsoid does not converge on a body as flat as that.
    and not (case[2] == "stere" and case[0] == "Iapetus")
]
REPEATS = {"tables": 4, "layers": 8}


def cases(every: bool) -> list[tuple[int, Any]]:
    every_case = [
        (n, case)
        for kind, group in (("tables", TABLES), ("layers", LAYER_CASES))
        for n in range(REPEATS[kind])
        for case in group
    ]
    return every_case if every else random.Random(7).sample(every_case, 250)


def places(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    lon = np.round(rng.uniform(0.5, 359.5, COUNT), 6)
    lat = np.round(rng.uniform(-88, 88, COUNT), 6)
    return lon, lat, np.round(rng.uniform(1000, 90000, COUNT), 1) + 0.1


def graphic(body: str, lat: np.ndarray) -> np.ndarray:
    a, b = BODIES[body]
    return np.degrees(np.arctan((a / b) ** 2 * np.tan(np.radians(lat))))


def write_table(folder: Path, case: Case, rng: np.random.Generator) -> tuple[Path, Any]:
    lon, lat, size = places(rng)
    shown = graphic(case.body, lat) if case.latitude == "graphic" else lat
    lon_name = str(rng.choice(LON_NAMES[case.direction]))
    size_name = str(rng.choice(SIZES[case.unit]))
    lat_name = str(rng.choice(LAT_NAMES[case.latitude]))
    if case.delimiter == "blanks":
        names = [name.replace(" ", "_") for name in (lon_name, lat_name, size_name)]
        lon_name, lat_name, size_name = names

    def number(value: float, digits: int = 9) -> str:
        return f"{value:.{digits}f}".replace(".", case.mark)

    numbers = size / (1000 if case.unit == "km" else 1) / (2 if "radius" in size_name else 1)
    if case.direction == "letters":
        east = [(value + 180) % 360 - 180 for value in lon]
        lons = [number(abs(value)) + ("E" if value >= 0 else "W") for value in east]
    else:
        lons = [number((360 - value) if case.direction == "west" else value) for value in lon]
    header = ["id", lon_name, lat_name, size_name]
    rows = [
        [f"c{n}", x, number(y), number(d)]
        for n, (x, y, d) in enumerate(zip(lons, shown, numbers, strict=True))
    ]
    if case.form == "units row":
        header[3] = {"m": "diam", "km": "Diameter"}[case.unit]
        numbers = size / (1000 if case.unit == "km" else 1)
        rows = [[*row[:3], number(d)] for row, d in zip(rows, numbers, strict=True)]
        rows.insert(0, ["", "deg", "deg", case.unit])
    if case.form == "quoted":
        rows = [[f'"{cell}"' for cell in row] for row in rows]
    if case.form == "trailing":
        rows = [[*row, ""] for row in rows]
    text = "\n".join(DELIMITERS[case.delimiter].join(row) for row in [header, *rows]) + "\n"
    path = folder / ("t.csv.gz" if case.form == "gz" else "t.csv")
    path.write_bytes(gzip.compress(text.encode()) if case.form == "gz" else text.encode())
    return path, (lon, lat, size)


def spelled(body: str, spelling: str) -> pyproj.CRS | None:
    a, b = BODIES[body]
    size = f"+a={a} +b={b}"
    codes = {"Moon": "30100", "Mars": "49902", "Iapetus": "60800"}
    texts = {
        "proj": f"+proj=longlat {size}",
        "wkt1": f"+proj=longlat {size}",
        "wkt2": f"+proj=longlat {size}",
        "iau": f"IAU_2015:{codes[body]}",
        "earth": "EPSG:4326",
        "eqc": f"+proj=eqc {size} +lon_0=180",
        "stere": f"+proj=stere +lat_0=-90 {size}",
    }
    return pyproj.CRS(texts[spelling]) if spelling in texts else None


def write_layer(folder: Path, case: Any, rng: np.random.Generator) -> tuple[Path, Any]:
    body, suffix, spelling, manner, middle = case
    lon, lat, size = places(rng)
    lon = (lon - middle + 180) % 360 - 180 + middle
    crs = spelled(body, spelling)
    a, b = BODIES[body]
    centric = spelling in ("earth", "none") or a == b or (spelling == "iau" and body != "Moon")
    if spelling == "iau" and body == "Iapetus":
        crs = pyproj.CRS("IAU_2015:60802")
    shown = lat if centric else graphic(body, lat)
    if suffix == ".geojson" and spelling == "proj":
        crs, shown = None, lat
    if spelling == "eqc":  # the sphere's rule, whatever PROJ is here
        x, y = np.radians((lon - 180 + 180) % 360 - 180) * a, np.radians(shown) * a
    elif spelling == "stere" and crs is not None:
        x, y = pyproj.Transformer.from_crs(crs.geodetic_crs, crs, always_xy=True).transform(
            lon, shown
        )
    else:
        x, y = lon, shown
    wide = 0.01 if spelling not in ("eqc", "stere") else 500.0
    shapes = [
        shapely.Point(*point).buffer(wide, 16) if manner == "circles" else shapely.Point(*point)
        for point in zip(x, y, strict=True)
    ]
    columns: dict[str, Any] = {"id": [f"c{n}" for n in range(COUNT)], "diam_m": size}
    if manner in ("columns", "both"):
        columns |= {"lon": lon % 360, "lat": lat if manner == "columns" else shown}
    if manner == "metres":
        columns |= {"center_lon": np.asarray(x) * 100 + 4e3, "center_lat": np.asarray(y) * 100}
    wkb = pa.array(shapely.to_wkb(np.array(shapes, dtype=object)), pa.binary())
    path = folder / f"layer{suffix}"
    drivers = {".gpkg": "GPKG", ".shp": "ESRI Shapefile", ".geojson": "GeoJSON",
               ".fgb": "FlatGeobuf"}  # fmt: skip
    options = {"COORDINATE_PRECISION": "12"} if suffix == ".geojson" else {}
    pyogrio.write_arrow(
        pa.table(columns).append_column("geometry", wkb), path, driver=drivers[suffix],
        geometry_name="geometry", geometry_type=shapes[0].geom_type,
        crs=crs.to_wkt("WKT1_GDAL" if spelling == "wkt1" else "WKT2_2019") if crs else None,
        **options,
    )  # fmt: skip
    return path, (lon, lat, size)


@pytest.mark.filterwarnings("ignore")
def test_every_way_of_writing_a_catalogue(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    chosen = cases(bool(request.config.getoption("--every")))
    results: Counter[str] = Counter()
    wrong: list[str] = []
    for number, (repeat, case) in enumerate(chosen):
        rng = np.random.default_rng([repeat, number])
        folder = tmp_path / str(number)
        folder.mkdir()
        body = case.body if isinstance(case, Case) else case[0]
        write = write_table if isinstance(case, Case) else write_layer
        path, (lon, lat, size) = write(folder, case, rng)
        try:
            craters = read_catalogue(path, body=body.lower())
        except CatalogueError as error:
            results["refused"] += 1
            if isinstance(case, Case):
                wrong.append(f"{case}: refused: {error}")
            continue
        finally:
            for file in folder.iterdir():
                file.unlink()
            folder.rmdir()
        figure = Body(body, *BODIES[body])
        # Some formats sort their rows.
        rows = np.array([int(crater_id[1:]) for crater_id in craters.ids])
        off = great_circle_distance(figure, craters.lon, craters.lat, lon[rows], lat[rows])
        good = len(craters) == COUNT and (off < 1.0).all()
        good = good and np.allclose(craters.diameter, size[rows], rtol=1e-6, atol=0.01)
        results["read" if good else "wrong"] += 1
        if not good:
            wrong.append(f"{case}: off by {off.max():.1f} m: {craters.summary()}")
    assert not wrong, f"{len(wrong)} of {len(chosen)}: " + "\n".join(wrong[:8])
    assert results["read"] > 0.9 * len(chosen)


def test_there_are_enough_of_them() -> None:
    assert len(cases(True)) >= 5000
    assert body_by_name("Iapetus").a == BODIES["Iapetus"][0]
