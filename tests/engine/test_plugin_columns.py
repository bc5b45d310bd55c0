"""The plugin's recognition of a crater layer's columns against the engine's."""

from __future__ import annotations

import pytest

from craterbench_qgis.contract import columns
from craterbench_qgis.engine.catalogue.columns import find_columns


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
    ours, theirs = columns.size_column(names), find_columns(names, has_geometry=True)
    assert ours is not None
    assert (ours.name, ours.unit, ours.is_radius) == (
        theirs.diameter,
        theirs.diameter_unit,
        theirs.is_radius,
    )


def test_no_column_of_sizes() -> None:
    assert columns.size_column(["lon", "lat", "depth"]) is None
    assert columns.label_column(["lon", "CRATER_ID", "Name"]) == "Name"
    assert columns.label_column(["lon", "CRATER_ID"]) == "CRATER_ID"
    assert columns.name_column(["lon", "CRATER_ID"]) is None
    assert columns.name_column(["lon", "Feature_Name"]) == "Feature_Name"
