"""The build dialog takes the bodies for one that the engine takes for one, and no others."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import pytest

from build_bench import BuildBench
from craterbench_qgis.contract.body import Body, same_body
from engine_side import ask
from index_fakes import catalogue_info, mosaic_info, settle
from inside import FakeInterface
from paths import needs_engine

MARS = Body("Mars", 3396190.0, 3376200.0)
POLAR = Body("Mars", 3376200.0, 3376200.0)
SPHERE = Body("Mars", 3396190.0, 3396190.0)
MOON = Body("Moon", 1737400.0, 1737400.0)
ROUGH_MOON = Body("sphere of 1738 km", 1738000.0, 1738000.0)
PAIRS = (
    (MARS, POLAR, True),
    (POLAR, MARS, True),
    (SPHERE, POLAR, True),
    (MARS, SPHERE, True),
    (Body("sphere of 3376.2 km", 3376200.0, 3376200.0), MARS, True),
    (MOON, ROUGH_MOON, True),
    (ROUGH_MOON, MOON, True),
    (MOON, MARS, False),
    (MARS, MOON, False),
    (Body("Moon", 3396190.0, 3396190.0), MOON, False),
    (Body("Rhea", 765000.0, 762400.0), Body("Oberon", 761400.0, 761400.0), False),
    (Body("Mercury", 2440530.0, 2438260.0), Body("Callisto", 2410300.0, 2410300.0), False),
)


@pytest.fixture
def bench(iface: FakeInterface, tmp_path: Path) -> BuildBench:
    return BuildBench(iface, tmp_path)


@needs_engine
def test_the_engine_opens_mosaics_of_one_body(tmp_path: Path) -> None:
    pairs = [(asdict(first), asdict(second)) for first, second, _ in PAIRS]
    answers = ask("engine_bodies", "go_together", pairs, tmp_path)
    assert answers == [expected for *_, expected in PAIRS]


@pytest.mark.parametrize(("first", "second", "expected"), PAIRS)
def test_the_dialog_takes_mosaics_and_catalogue_of_one_body(
    bench: BuildBench, first: Body, second: Body, expected: bool
) -> None:
    assert same_body(first, second) is expected
    engine, dialog = bench.engine, bench.dialog
    engine.answers["mosaic.describe"] = mosaic_info(body=first.to_json())
    dialog.mosaics.add("/a.tif")
    bench.choose_catalogue("c.csv", catalogue_info(body=second.to_json()))
    assert ("The catalogue is of" not in dialog.check()) is expected, dialog.check()
    engine.answers["mosaic.describe"] = mosaic_info(body=second.to_json())
    dialog.mosaics.add("/b.tif")
    settle()
    assert (dialog.mosaics.problem() == "") is expected
