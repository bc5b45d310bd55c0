"""Crater lists for CraterStats and OpenCraterTool, read back the way those programs read them."""

from __future__ import annotations

import re
import struct
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pyproj
import pytest

from craterbench_qgis.contract.vocabulary import Outline
from craterbench_qgis.engine.bodies import Body, body_by_name, geocentric_to_geodetic
from craterbench_qgis.engine.errors import ExportError
from craterbench_qgis.engine.formats import SUFFIXES, write_craters, write_matches

from .test_formats import MOON, ORIGIN, row

MARS = body_by_name("mars")
LON = [10.0, 179.9, -45.5, 200.0]
LAT = [5.0, 0.25, -60.0, -20.0]
SIZE = [40e3, 20e3, 1234.5, 0.8]


def craterstats(path: Path) -> dict[str, Any]:
    """A crater file as CraterStats' reader takes it: comments cut, keywords, one table."""
    fields: dict[str, Any] = {}
    columns: list[str] = []
    rows: list[dict[str, str]] = []
    for line in path.read_text(encoding="ascii").splitlines():
        if line.lstrip().startswith("#"):
            continue
        text = line.split(";")[0]
        if columns:
            cells = text.split()
            if cells == ["}"]:
                break
            rows.append(dict(zip(columns, cells, strict=True)))
        elif (table := re.fullmatch(r"(\w+) = \{(.*)", text)) is not None:
            assert table[1] == "crater"
            columns = [name.strip() for name in table[2].split(",")]
        else:
            key, value = re.fullmatch(r"(\w+) = (.+)", text).groups()  # type: ignore[union-attr]
            fields[key] = value
    return fields | {"crater": rows}


def open_crater_tool(path: Path) -> list[list[float]]:
    """The rows OpenCraterTool's import finds: five fields between tabs, after ``crater =``."""
    lines = path.read_text(encoding="ascii").splitlines()
    start = next(i for i, line in enumerate(lines) if line[:8] == "crater =")
    rows = [line.split("\t") for line in lines[start + 1 :]]
    return [[float(cell) for cell in cells] for cells in rows if len(cells) == 5]


def dbf(path: Path) -> tuple[list[tuple[str, str]], list[list[str]]]:
    """Fields (name, type) and rows of a DBF file, from its bytes."""
    data = path.with_suffix(".dbf").read_bytes()
    count, head, length = struct.unpack("<IHH", data[4:12])
    fields = []
    for at in range(32, head - 1, 32):
        name = data[at : at + 11].split(b"\0")[0].decode()
        fields.append((name, chr(data[at + 11]), data[at + 16]))
    rows = []
    for number in range(count):
        at = head + number * length + 1
        cells = []
        for _, _, width in fields:
            cells.append(data[at : at + width].decode().strip())
            at += width
        rows.append(cells)
    return [(name, kind) for name, kind, _ in fields], rows


def rings(path: Path) -> list[list[np.ndarray]]:
    """The rings of each polygon of a .shp file, ``[n, 2]`` each, from its bytes."""
    data, at, shapes = path.read_bytes(), 100, []
    while at < len(data):
        content = data[at + 8 : at + 8 + 2 * struct.unpack(">i", data[at + 4 : at + 8])[0]]
        at += 8 + len(content)
        kind, parts, points = struct.unpack("<i32x2i", content[:44])
        assert kind == 5
        starts = [*struct.unpack(f"<{parts}i", content[44 : 44 + 4 * parts]), points]
        xy = np.frombuffer(content[44 + 4 * parts :], "<f8").reshape(points, 2)
        shapes.append([xy[a:b] for a, b in pairwise(starts)])
    return shapes


def listed(path: Path, body: Body = MOON, **more: Any) -> Path:
    write_craters(path, LON, LAT, SIZE, body=body, provenance=ORIGIN, **more)
    return path


@pytest.mark.parametrize("body", [MOON, MARS])
def test_scc_is_read_by_both_programs(tmp_path: Path, body: Body) -> None:
    path = listed(tmp_path / "Zählung.scc", body, area_km2=12345.678)
    fields = craterstats(path)
    assert float(fields["Total_area"].split()[0]) == 12345.678
    assert fields["Total_area"].endswith(" <km^2>")
    assert fields["a_axis_radius"] == fields["b_axis_radius"] == f"{body.a / 1000:g} <km>"
    assert fields["c_axis_radius"] == f"{body.b / 1000:g} <km>"
    assert body.name in fields["coordinate_system_name"]
    for name, values in {
        "diam": np.array(SIZE) / 1000,
        "fraction": np.ones(4),
        "lon": [10.0, 179.9, -45.5, -160.0],
        "lat": geocentric_to_geodetic(body, LAT),
    }.items():
        assert [float(crater[name]) for crater in fields["crater"]] == pytest.approx(
            values, abs=1e-9
        )
    imported = open_crater_tool(path)
    assert [row[0] for row in imported] == pytest.approx(np.array(SIZE) / 1000)
    assert [row[4] for row in imported] == [1] * 4


def test_diam_has_craterstats_names(tmp_path: Path) -> None:
    fields = craterstats(listed(tmp_path / "d.DIAM", area_km2=7.0).with_suffix(".diam"))
    assert float(fields["area"]) == 7
    assert list(fields["crater"][0]) == ["diameter", "fraction", "lon", "lat"]
    assert [float(crater["diameter"]) for crater in fields["crater"]] == [40, 20, 1.2345, 0.0008]
    assert [float(crater["lat"]) for crater in fields["crater"]] == LAT


@pytest.mark.parametrize("suffix", [".scc", ".diam"])
def test_an_unknown_area_is_not_written_but_said(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"m{suffix}"
    assert write_matches(path, [row()], body=MOON, provenance=ORIGIN) == [path]
    fields = craterstats(path)
    assert not [key for key in fields if "area" in key.lower()]
    assert "# No area is known" in path.read_text()
    assert len(fields["crater"]) == 1
    for wrong in (0.0, -1.0, float("nan")):
        with pytest.raises(ExportError, match="positive"):
            listed(path, area_km2=wrong)


def test_provenance_stays_in_its_comments(tmp_path: Path) -> None:
    hostile = Body('X"\nTotal_area = 1 # ä;', 2e6, 2e6)
    origin = {"note\nTotal_area": "a\ncrater = {diam\n9\n}", "mosaic": "Wac ü.tif"}
    path = tmp_path / "p.scc"
    write_craters(path, LON, LAT, SIZE, body=hostile, provenance=origin)
    fields = craterstats(path)
    assert "Total_area" not in fields
    assert not set("#;{}\"'\n") & set(fields["coordinate_system_name"])
    assert len(fields["crater"]) == 4
    assert "# mosaic: " in path.read_text(encoding="ascii")


def test_no_crater_is_an_empty_table(tmp_path: Path) -> None:
    for suffix in (".scc", ".diam", "_CRATER.shp"):
        write_matches(tmp_path / f"n{suffix}", [], body=MOON, provenance={})
    assert craterstats(tmp_path / "n.scc")["crater"] == []
    fields, rows = dbf(tmp_path / "n_CRATER.shp")
    assert (len(fields), rows) == (4, [])


@pytest.mark.parametrize("body", [MOON, MARS])
def test_crater_layer(tmp_path: Path, body: Body) -> None:
    path = tmp_path / "Mare_CRATER.shp"
    tags = ["standard", "marked", "standard", "standard"]
    files = write_craters(path, LON, LAT, SIZE, body=body, provenance=ORIGIN, tags=tags)
    assert sorted(files) == sorted(tmp_path.iterdir())
    fields, rows = dbf(path)
    assert fields == [("Diam_km", "N"), ("x_coord", "N"), ("y_coord", "N"), ("tag", "C")]
    assert [float(row[0]) for row in rows] == pytest.approx(np.array(SIZE) / 1000, rel=1e-12)
    assert [float(row[1]) for row in rows] == pytest.approx([10, 179.9, -45.5, -160])
    latitudes = [float(row[2]) for row in rows]
    assert latitudes == pytest.approx(geocentric_to_geodetic(body, LAT))
    assert [row[3] for row in rows] == tags

    crs = pyproj.CRS.from_wkt(path.with_suffix(".prj").read_text().splitlines()[0])
    assert crs.is_geographic and crs.ellipsoid is not None
    assert (crs.ellipsoid.semi_major_metre, crs.ellipsoid.semi_minor_metre) == pytest.approx(
        (body.a, body.b), abs=0.01
    )
    shapes = rings(path)
    assert [len(parts) for parts in shapes] == [1, 2, 1, 1]  # the second crosses the antimeridian
    for (ring, *_), place, size in zip(shapes, zip(LON, latitudes, strict=True), SIZE, strict=True):
        assert np.array_equal(ring[0], ring[-1])
        if place[0] < 179:
            geod = pyproj.Geod(a=body.a, b=body.b)
            around = np.full(len(ring), (place[0] + 180) % 360 - 180)
            reach = geod.inv(around, np.full(len(ring), place[1]), ring[:, 0], ring[:, 1])[2]
            # On Mars the sphere of the mean radius and the ellipsoid differ by that much.
            assert reach == pytest.approx(size / 2, rel=1e-9 if body is MOON else 0.01)


def test_the_name_decides(tmp_path: Path) -> None:
    for name in ("a_CRATER.shp", "d_crater.shp", "CRATER.shp", "b_CRATER.SHP"):
        write_matches(tmp_path / name, [row()], body=MOON, provenance=ORIGIN)
    counts = {p.stem: len(dbf(p)[0]) for p in tmp_path.glob("*.shp")}
    assert counts == {"CRATER": 11, "a_CRATER": 4, "b_CRATER": 4, "d_crater": 11}
    assert dbf(tmp_path / "a_CRATER.shp")[1][0][3] == "standard"
    assert {".scc", ".diam"} < set(SUFFIXES)
    with pytest.raises(ExportError, match="outlines"):
        write_matches(
            tmp_path / "c_CRATER.shp", [], body=MOON, provenance={}, geometry=Outline.POINT
        )
    with pytest.raises(ExportError, match=r"\.scc, \.diam, _CRATER\.shp"):
        listed(tmp_path / "c.shp")


@pytest.mark.parametrize("name", ["f.scc", "f.diam", "f_CRATER.shp"])
def test_what_is_no_crater_is_refused_and_the_old_file_kept(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    listed(path)
    before = {p.name: p.read_bytes() for p in tmp_path.iterdir()}
    wrong = [
        ([1.0], [2.0, 3.0], [4.0], "one of each"),
        ([1.0, 1.0], [2.0, 91.0], [4.0, 4.0], "Crater 2 .* no place"),
        ([1.0], [2.0], [0.0], "no size"),
        ([float("nan")], [2.0], [1.0], "Crater 1"),
    ]
    for lon, lat, size, words in wrong:
        with pytest.raises(ExportError, match=words):
            write_craters(path, lon, lat, size, body=MOON, provenance={})
    with pytest.raises(ExportError, match="exists already"):
        listed(path, overwrite=False)
    assert {p.name: p.read_bytes() for p in tmp_path.iterdir()} == before


def test_tags_are_one_per_crater(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="1 tags for 4 craters"):
        listed(tmp_path / "t_CRATER.shp", tags=["standard"])
