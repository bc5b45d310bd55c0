"""A crater's name is shown wherever a published layout has one, such as the IAU's."""

from __future__ import annotations

import pytest

from craterbench_qgis.core.words.matches import spoken, tooltip
from craterbench_qgis.core.words.why import title
from craterbench_qgis.gui.results.filters import FilterSettings, passes
from sets import match_set, scattered


@pytest.mark.parametrize("column", ["name", "feature_name", "Feature_Name", "CRATER_NAME"])
def test_the_name_of_a_match(column: str) -> None:
    matches = match_set(scattered(2))
    for match, name in zip(matches.matches, ("Tycho", None), strict=True):
        match.attributes.clear()
        match.attributes.update({"approval_date": "1935", column: name})
    assert matches.name_of(0) == "Tycho" and matches.name_of(1) == "c2"
    for sentence in (title, spoken, tooltip):
        assert "Tycho" in sentence(matches, 0) and "c2" in sentence(matches, 1)
    assert passes(FilterSettings(text="tycho"), matches, 0)
    assert not passes(FilterSettings(text="tycho"), matches, 1)
