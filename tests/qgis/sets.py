"""Match sets for tests that run inside QGIS's Python. Qt and qgis only."""

import random

from craterbench_qgis.contract.body import Body
from craterbench_qgis.contract.search import Match, Preview
from craterbench_qgis.contract.vocabulary import QueryKind
from craterbench_qgis.core.match_set import MatchSet
from craterbench_qgis.core.query import QueryRequest, RasterSource, SearchedIndex

MOON = Body("Moon", 1737400.0, 1737400.0)
MARS = Body("Mars", 3396190.0, 3376200.0)


def record(rank, lon, lat, diameter_m, score, **attributes):
    return Match(
        rank=rank,
        crater_id=f"c{rank}",
        lon=lon,
        lat=lat,
        diameter_m=diameter_m,
        score=score,
        shortlist_score=score - 0.05,
        context=2.0,
        view_number=rank * 3,
        crater_row=rank * 7,
        distance_m=1000.0 * rank,
        bearing_deg=45.0,
        attributes=attributes,
    )


def match_set(places, body=MOON, label="Box 1", image="", lon=0.0, lat=0.0, side_m=200e3):
    """``places``: (lon, lat, diameter in metres), best first."""
    count = len(places)
    matches = [
        record(n + 1, *place, 0.95 - 0.5 * n / count, name=f"Crater {n}", source="test", order=n)
        for n, place in enumerate(places)
    ]
    source = RasterSource(path="/data/moon.tif", name="moon")
    request = QueryRequest(QueryKind.AREA, source, lon, lat, side_m, side_m / 2.5, label=label)
    preview = Preview(image=image, lon=lon, lat=lat, side_m=side_m, diameter_m=side_m / 2.5)
    index = SearchedIndex("/data/moon.craterindex", "moon", "abc", body)
    return MatchSet(request, index, preview, matches, {"encoder": "hog", "tokens": 16})


def scattered(count, seed=1, largest=80e3):
    chance = random.Random(seed)
    return [
        (chance.uniform(-180, 180), chance.uniform(-88, 88), chance.uniform(5e3, largest))
        for _ in range(count)
    ]
