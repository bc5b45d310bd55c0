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
    ("id,lon,lat,diameter\na,10,1,30 km\nb,11,2,900 m\n", "--diameter-unit"),
])  # fmt: skip
def test_refused_with_the_repair(tmp_path: Path, text: str, repair: str) -> None:
    path = tmp_path / "craters.csv"
    path.write_text(text, "utf-8")
    with pytest.raises(CatalogueError, match=repair):
        read_catalogue(path)
