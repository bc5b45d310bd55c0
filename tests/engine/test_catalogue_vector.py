"""Catalogues in vector formats: geometry, CRS, bodies, layers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyogrio
import pyproj
import pytest
import shapely

from craterbench_qgis.engine.bodies import (
    body_by_name,
    circle,
    geodetic_to_geocentric,
    great_circle_distance,
)
from craterbench_qgis.engine.catalogue import GEOMETRY, read_catalogue
from craterbench_qgis.engine.errors import CatalogueError

MOON = "IAU_2015:30100"
DRIVERS = {
    "shp": "ESRI Shapefile", "gpkg": "GPKG", "geojson": "GeoJSON", "fgb": "FlatGeobuf"
}  # fmt: skip


def layer(
    path: Path, columns: dict[str, Any], geometry: Any, crs: str | None, **options: Any
) -> Path:
    geometry = np.asarray(geometry, dtype=object)
    table = pa.table(columns)
    table = table.append_column("geometry", pa.array(shapely.to_wkb(geometry), pa.binary()))
    kind = next(g.geom_type for g in geometry if g is not None)
    pyogrio.write_arrow(
        table,
        path,
        driver=DRIVERS[path.suffix[1:]],
        geometry_name="geometry",
        geometry_type=options.pop("kind", kind),
        crs=crs,
        **options,
    )
    return path


@pytest.mark.parametrize("suffix", DRIVERS)
def test_points(suffix: str, tmp_path: Path) -> None:
    path = layer(
        tmp_path / f"c.{suffix}",
        {"id": ["007", "b"], "diam_km": [3.5, 4.0], "count": pa.array([1, 2], pa.int32())},
        [shapely.Point(190, 10), shapely.Point(-5, -80)],
        None if suffix == "geojson" else MOON,
    )
    craters = read_catalogue(path)
    order = [craters.ids.index("007"), craters.ids.index("b")]  # FlatGeobuf sorts
    assert craters.lon[order].tolist() == [-170, -5] and craters.lat[order].tolist() == [10, -80]
    assert craters.diameter[order].tolist() == [3500, 4000]
    assert craters.columns.lon == GEOMETRY and "geometry" in craters.summary()
    assert craters.attributes.schema.names == ["id", "diam_km", "count"]
    body = craters.body
    assert body is None if suffix == "geojson" else body is not None and body.name == "Moon"


def test_geometry_counts_where_the_columns_disagree(tmp_path: Path) -> None:
    path = layer(
        tmp_path / "c.gpkg",
        {"lon": [5.0], "lat": [6.0], "diam_km": [1.0]},
        [shapely.Point(50, 60)],
        MOON,
    )
    craters = read_catalogue(path)
    assert craters.lon.tolist() == [50.0] and craters.columns.lon == GEOMETRY
    assert "disagree with the geometry" in craters.summary()
    said = read_catalogue(path, lon="lon", lat="lat")
    assert said.lon.tolist() == [5.0] and "as you said" in said.summary()
    assert read_catalogue(path, lon="(geometry)").lat.tolist() == [60.0]


@pytest.mark.parametrize("code", [30130, 30135, 30110])  # two polar maps and a cylindrical one
def test_projected_points(code: int, tmp_path: Path) -> None:
    crs = pyproj.CRS.from_authority("IAU_2015", code)
    lon, lat = (-100.0, 85.0) if code != 30135 else (170.0, -84.0)
    x, y = pyproj.Transformer.from_crs(crs.geodetic_crs, crs, always_xy=True).transform(lon, lat)
    path = layer(tmp_path / "c.gpkg", {"diam_km": [1.0]}, [shapely.Point(x, y)], crs.to_wkt())
    craters = read_catalogue(path)
    assert craters.lon[0] == pytest.approx(lon) and craters.lat[0] == pytest.approx(lat)


def test_geodetic_geometry_becomes_planetocentric(tmp_path: Path) -> None:
    columns = {"diam_km": [1.0]}
    ellipsoidal = layer(tmp_path / "e.gpkg", columns, [shapely.Point(10, 45)], "ESRI:104905")
    mars = read_catalogue(ellipsoidal)
    assert mars.body is not None and mars.body.name == "Mars"
    assert mars.lat[0] == pytest.approx(geodetic_to_geocentric(mars.body, 45.0))
    assert mars.lat[0] == pytest.approx(44.66, abs=0.01)
    sphere = layer(tmp_path / "s.gpkg", columns, [shapely.Point(10, 45)], "IAU_2015:49900")
    assert read_catalogue(sphere).lat[0] == pytest.approx(45.0)
    west = layer(tmp_path / "w.gpkg", columns, [shapely.Point(10, 45)], "IAU_2015:49901")
    assert read_catalogue(west).lon[0] == pytest.approx(-10)


@pytest.mark.parametrize(("lon", "lat"), [(20.0, 30.0), (179.8, 5.0), (60.0, 88.9), (0.0, -90.0)])
def test_polygons(lon: float, lat: float, tmp_path: Path) -> None:
    moon = body_by_name("Moon")
    x, y = circle(moon, lon, lat, 60_000.0, n=60)
    # Near 180 degrees the ring jumps across the antimeridian, as GIS software draws it.
    polygon = shapely.Polygon(np.column_stack([x, y]))
    path = layer(tmp_path / "x_CRATER.shp", {"Diam_km": [120.0]}, [polygon], MOON)
    craters = read_catalogue(path)
    offset = great_circle_distance(moon, lon, lat, craters.lon[0], craters.lat[0])
    assert offset < 1.0
    assert craters.diameter[0] == 120_000


def test_polygon_cut_at_the_antimeridian(tmp_path: Path) -> None:
    moon = body_by_name("Moon")
    x, y = circle(moon, 179.0, 10.0, 60_000.0, n=360)  # off the seam, crossing it
    ring = shapely.Polygon(np.column_stack([np.mod(x, 360), y]))
    west = shapely.intersection(ring, shapely.box(0, -90, 180, 90))
    east = shapely.transform(
        shapely.intersection(ring, shapely.box(180, -90, 360, 90)), lambda c: c - [360, 0]
    )
    path = layer(
        tmp_path / "c.gpkg", {"diam_km": [120.0]}, [shapely.MultiPolygon([west, east])], MOON
    )
    craters = read_catalogue(path)
    assert craters.lon[0] == pytest.approx(179, abs=0.01)
    assert craters.lat[0] == pytest.approx(10, abs=0.01)


def test_a_hole_does_not_move_the_centre(tmp_path: Path) -> None:
    moon = body_by_name("Moon")
    outer = np.column_stack(circle(moon, 20.0, 10.0, 60_000.0))
    inner = np.column_stack(circle(moon, 20.5, 10.5, 10_000.0))
    path = layer(
        tmp_path / "c.gpkg",
        {"diam_km": [120.0, 1.0]},
        [shapely.Polygon(outer, [inner]), shapely.Polygon(inner)],
        MOON,
    )
    craters = read_catalogue(path)
    assert craters.lon == pytest.approx([20.0, 20.5], abs=1e-4)
    assert craters.lat == pytest.approx([10.0, 10.5], abs=1e-4)


def test_open_crater_tool_layer(tmp_path: Path) -> None:
    square = shapely.box(9, 19, 11, 21)
    path = layer(
        tmp_path / "a_CRATER.shp",
        {"Diam_km": [1.5], "x_coord": [10.0], "y_coord": [20.0], "tag": ["standard"]},
        [square],
        MOON,
    )
    craters = read_catalogue(path)
    assert (craters.lon[0], craters.lat[0], craters.diameter[0]) == (10, 20, 1500)
    assert craters.columns.catalogue == "OpenCraterTool layer"
    assert craters.ids == ["row-1"]


def test_numeric_ids_and_missing_geometry(tmp_path: Path) -> None:
    path = layer(
        tmp_path / "c.gpkg",
        {"crater_id": [7.0, 12.0, 13.0], "diam_km": [1.0, 2.0, 3.0]},
        [shapely.Point(1, 2), None, shapely.Point(3, 4)],
        MOON,
    )
    craters = read_catalogue(path)
    assert craters.ids == ["7", "13"] and craters.source_rows.tolist() == [1, 3]
    assert [(r.row, r.reason, r.crater_id) for r in craters.rejected] == [
        (2, "longitude is empty", "12")
    ]


def test_bodies(tmp_path: Path) -> None:
    columns = {"diam_km": [1.0]}
    earth = layer(tmp_path / "e.gpkg", columns, [shapely.Point(1, 2)], "EPSG:4326")
    assert read_catalogue(earth).body.name == "Earth"  # type: ignore[union-attr]
    assert read_catalogue(earth, body="Moon").body == body_by_name("Moon")
    published = layer(
        tmp_path / "r.gpkg",
        {
            "CRATER_ID": ["01-000001"],
            "LATITUDE_CIRCLE_IMAGE": [1.0],
            "LONGITUDE_CIRCLE_IMAGE": [2.0],
            "DIAM_CIRCLE_IMAGE": [3.0],
        },
        [shapely.Point(1, 2)],
        "EPSG:4326",
    )
    craters = read_catalogue(published)
    assert craters.body is not None and craters.body.name == "Mars"
    assert "Earth" in craters.notes[0]
    none = layer(tmp_path / "n.gpkg", columns, [shapely.Point(1, 2)], None)
    assert read_catalogue(none).body is None


def test_several_layers(tmp_path: Path) -> None:
    path = tmp_path / "c.gpkg"
    layer(path, {"diam_km": [1.0]}, [shapely.Point(1, 2)], MOON, layer="first")
    layer(path, {"diam_km": [2.0]}, [shapely.Point(3, 4)], MOON, layer="second", append=True)
    with pytest.raises(CatalogueError, match=r"'first', 'second'.*--layer"):
        read_catalogue(path)
    assert read_catalogue(path, layer="second").lon.tolist() == [3.0]
    with pytest.raises(CatalogueError, match="cannot be read"):
        read_catalogue(path, layer="third")


def test_table_without_geometry(tmp_path: Path) -> None:
    path = tmp_path / "c.gpkg"
    pyogrio.write_arrow(pa.table({"lon": [1.0], "lat": [2.0], "diam_m": [300.0]}), path)
    craters = read_catalogue(path)
    assert craters.diameter.tolist() == [300.0] and craters.body is None
    file = tmp_path / "d.gpkg"
    pyogrio.write_arrow(pa.table({"diam_m": [300.0]}), file)
    with pytest.raises(CatalogueError, match=r"longitude and latitude.*'diam_m'"):
        read_catalogue(file)


def test_broken_files(tmp_path: Path) -> None:
    good = layer(tmp_path / "g.gpkg", {"diam_km": [1.0]}, [shapely.Point(1, 2)], MOON)
    data = good.read_bytes()
    for name, content in (
        ("empty.gpkg", b""),
        ("short.gpkg", data[:1000]),
        ("noise.gpkg", bytes(range(256)) * 8),
        ("broken.geojson", b'{"type": "FeatureCollection", "features": [{'),
        ("alone.shp", b"\0" * 100),
    ):
        path = tmp_path / name
        path.write_bytes(content)
        with pytest.raises(CatalogueError, match=r"empty|cannot be read|cannot be used"):
            read_catalogue(path)
