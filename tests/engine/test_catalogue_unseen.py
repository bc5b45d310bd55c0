"""Tables of the kinds of faults that were reported, in forms nobody reported: right, or refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from craterbench_qgis.engine.catalogue import read_catalogue
from craterbench_qgis.engine.errors import CatalogueError

HEAD = "id,lon,lat,diam_km\n"
RIGHT: dict[str, tuple[str, list[tuple[float, float, float]]]] = {
    "degrees, minutes, seconds": (
        HEAD + "a,12°30'0\"E,10°15'S,30\nb,170d30m00sW,5d00m00sN,40\n",
        [(12.5, -10.25, 30e3), (-170.5, 5.0, 40e3)],
    ),
    "letters before": (
        HEAD + "a,E12.5,S10.25,30\nb,W170.5,N5,40\n",
        [(12.5, -10.25, 30e3), (-170.5, 5.0, 40e3)],
    ),
    "0 to 360 and negative ones mixed": (
        HEAD + "a,350,1,30\nb,-170,5,40\nc,190,6,40\n",
        [(-10.0, 1.0, 30e3), (-170.0, 5.0, 40e3), (-170.0, 6.0, 40e3)],
    ),
    "a radius": ("id,lon,lat,Crater radius [m]\na,10,1,3000\n", [(10.0, 1.0, 6000.0)]),
    "Excel's first line": (
        "sep=;\nid;lon;lat;diam_km\na;10,5;1,5;30\nb;11,5;2;31\n",
        [(10.5, 1.5, 30e3), (11.5, 2.0, 31e3)],
    ),
    "thousands in quotes": (
        'id,lon,lat,diam_m\na,10.5,1.5,"12,500"\nb,11,2,"1,200.5"\n',
        [(10.5, 1.5, 12500.0), (11.0, 2.0, 1200.5)],
    ),
    "Swiss thousands": (
        "id;lon;lat;diam_m\na;10.5;1.5;12'500\nb;11;2;1'200.5\n",
        [(10.5, 1.5, 12500.0), (11.0, 2.0, 1200.5)],
    ),
    "thousands parted by the spaces of typesetters": (
        "id;lon;lat;diam_m\na;10,5;1,5;12\u00a0500,5\nb;11;2;1\u2009200\nc;1;2;1\u202f200\n"
        "d;1;2;12\u2007000\n",
        [(10.5, 1.5, 12500.5), (11.0, 2.0, 1200.0), (1.0, 2.0, 1200.0), (1.0, 2.0, 12000.0)],
    ),
    "units in the cells": (
        "id,lon,lat,diameter\na,10,1,30\u00a0km\nb,11,2,900 m\nc,1,2,2.5km\nd,1,2,\"1,250 m.\"\n",
        [(10.0, 1.0, 30e3), (11.0, 2.0, 900.0), (1.0, 2.0, 2500.0), (1.0, 2.0, 1250.0)],
    ),
    "units in the cells, decimal commas": (
        "id;lon;lat;crater radius\na;10,5;1,5;30,25 km\nb;11;2;1\u00a0000 Meters\n",
        [(10.5, 1.5, 60.5e3), (11.0, 2.0, 2000.0)],
    ),
    "a unit in some cells of a column that names it": (
        HEAD + "a,10,1,30\nb,11,2,31 km\n", [(10.0, 1.0, 30e3), (11.0, 2.0, 31e3)],
    ),
    "a diameter twice, rounded": (
        "id,lon,lat,diam_m,diam_km,radius_m\na,10,1,12340,12.3,6170\nb,11,2,900,0.9,450\n",
        [(10.0, 1.0, 12340.0), (11.0, 2.0, 900.0)],
    ),
    "typographic minus": (
        HEAD + "a,\u221210.5,\u22121.5,30\nb,\u201311,2,31\n",
        [(-10.5, -1.5, 30e3), (-11.0, 2.0, 31e3)],
    ),
    "a mark of the byte order and a line break in quotes": (
        '\ufeff"id","lon","lat","diam_km"\r\n"a\nb",10.5,1.5,30\r\nc,1,2,3\r\n',
        [(10.5, 1.5, 30e3), (1.0, 2.0, 3e3)],
    ),
    "west in the head": ("id,Longitude (+W),Latitude,D (km)\na,30,10,20\n", [(-30.0, 10.0, 20e3)]),
    "one body, written three ways": (
        "name,Target,lon,lat,diam_km\na,Mars,10,1,30\nb,mars ,11,2,31\nc,MARS,12,3,33\n",
        [(10.0, 1.0, 30e3), (11.0, 2.0, 31e3), (12.0, 3.0, 33e3)],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", RIGHT)
@pytest.mark.parametrize("letters", ["utf-8", "utf-16"])
def test_read_right(tmp_path: Path, name: str, letters: str) -> None:
    text, places = RIGHT[name]
    path = tmp_path / "craters.csv"
    path.write_bytes(
        text.replace("\ufeff", "" if letters == "utf-16" else "\ufeff").encode(letters)
    )
    craters = read_catalogue(path)
    read: list[Any] = list(zip(craters.lon, craters.lat, craters.diameter, strict=True))
    assert read == [pytest.approx(place, abs=1e-9) for place in places]
    assert craters.rejected_total == 0


@pytest.mark.parametrize(("text", "repair"), [
    ("id,lon,lat,diam\na,10,1,3\nb,11,2,4.5\n", "--diameter-unit"),
    (HEAD + "a,12 30.0 E,10 15.0 S,30\n", "longitude is not a number"),
    (HEAD + "a,12:30:00,-10:15:00,30\n", "longitude is not a number"),
    (HEAD + "a,10.5,1.5,30\nb,45000,2,31\nc,12,3,33\n", "cannot be degrees"),
    ("a,10.5,1.5,30\nb,11,2,31\n", "--lon NAME"),
    ("id,lon_rad,lat_rad,diam_km\na,1.5,0.5,30\n", "--lon NAME"),
    ("id,lon,colatitude,diam_km\na,15,100,30\n", "--lat NAME"),
    ("id,lat,lon,diam_km\na,170,1.5,30\nb,-120,2,31\n", "beyond 90"),
    ("id,lon,lat,diam_km\na,10,1,30 m\nb,11,2,900 m\n", "unit of its diameter is not km"),
    ("id,lon,lat,diam_m,diam_km\na,10,1,30,30\nb,11,2,900,900\n",
     "'diam_m' and 'diam_km'.*0.03 and 30 km.*--diameter 'diam_km'"),
    ("id,lon,lat,diameter_km,radius_km\na,10,1,30,30\nb,11,2,900,900\n",
     "'diameter_km' and 'radius_km'.*30 and 60 km"),
    (HEAD + "a,10,1,30000\nb,11,2,42000\n", "larger than the body"),
])  # fmt: skip
def test_refused_with_the_repair(tmp_path: Path, text: str, repair: str) -> None:
    path = tmp_path / "craters.csv"
    path.write_text(text, "utf-8")
    with pytest.raises(CatalogueError, match=repair):
        read_catalogue(path)


def test_single_rows_that_contradict_themselves_are_left_out(tmp_path: Path) -> None:
    path = tmp_path / "craters.csv"
    text = "id,lon,lat,diam_km,diam_m\na,1,1,3,3000\nb,1,2,4,4000\nc,1,3,5,50\nd,1,4,6,\n"
    path.write_text(text, "utf-8")
    craters = read_catalogue(path)
    assert craters.ids == ["a", "b", "d"]
    assert "1 'diam_km' and 'diam_m' disagree" in craters.summary()
    assert read_catalogue(path, diameter="diam_m").diameter.tolist() == [3000, 4000, 50]
    path.write_text("id,lon,lat,diameter\na,1,1,3 km\nb,1,2,4\nc,1,3,50 m\n", "utf-8")
    craters = read_catalogue(path)
    assert craters.ids == ["a", "c"] and "1 diameter has no unit" in craters.summary()
    assert "in km (as the cells say, others in m)" in craters.summary()
    assert read_catalogue(path, diameter_unit="km").ids == ["a", "b"]
    path.write_text("id,lon,lat,diam_km\na,1,1,3\nb,1,2,6000\n", "utf-8")
    assert read_catalogue(path, body="moon").ids == ["a"]
    assert read_catalogue(path, body="mars").ids == ["a", "b"]
