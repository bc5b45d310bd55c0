"""The plugin's recognition of a crater layer's columns against the engine's."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest

from craterbench_qgis.engine.catalogue.columns import find_columns

ROOT = Path(__file__).resolve().parents[2]


def _columns():
    # By its file: the package around it imports qgis, which this interpreter has not.
    source = ROOT / "craterbench_qgis" / "gui" / "tools" / "columns.py"
    spec = importlib.util.spec_from_file_location("cb_columns", source)
    module = importlib.util.module_from_spec(spec)
    sys.modules["cb_columns"] = module
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    "names",
    [
        ["id", "lon", "lat", "diam_km", "source"],
        ["CRATER_ID", "LAT_CIRC_IMG", "LON_CIRC_IMG", "DIAM_CIRC_IMG"],
        ["name", "Diameter (m)", "lon", "lat"],
        ["name", "diameter", "diameterKm", "lon", "lat"],
        ["CRATER_ID", "X", "Y", "RADIUS", "TYPE", "STATUS", "LRD_MORPH"],
        ["ID", "Latitude", "Longitude", "Diameter", "Depth", "Source", "Source_dia"],
        ["Feature_Name", "Center_Latitude", "Center_Longitude", "Diameter"],
        ["Diam_km", "x_coord", "y_coord", "tag"],
        ["lon", "lat", "rad_m"],
        ["lon", "lat", "diam"],
    ],
)
def test_columns_are_recognised_as_in_the_engine(names: list[str]) -> None:
    ours, theirs = _columns().size_column(names), find_columns(names, has_geometry=True)
    assert ours is not None
    assert (ours.name, ours.unit, ours.is_radius) == (
        theirs.diameter,
        theirs.diameter_unit,
        theirs.is_radius,
    )


def test_no_column_of_sizes() -> None:
    assert _columns().size_column(["lon", "lat", "depth"]) is None
    assert _columns().name_column(["lon", "CRATER_ID", "Name"]) == "Name"
    assert _columns().name_column(["lon", "lat"]) is None
