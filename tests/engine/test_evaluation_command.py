"""The evaluate command: options, errors, cancelling, real craters."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace

import pytest

from craterbench_qgis.engine.catalogue import read_catalogue
from craterbench_qgis.engine.cli import main
from craterbench_qgis.engine.encoders import load_encoder
from craterbench_qgis.engine.errors import QueryError
from craterbench_qgis.engine.evaluation import (
    evaluate_index,
)
from craterbench_qgis.engine.evaluation.methods import RowSpec, TokenSpec, plan_rows
from craterbench_qgis.engine.index import CraterIndex

from .conftest import DATA, needs_data
from .stopping import StopAt
from .test_evaluation import asked, command, opened, world

__all__ = ["opened", "world"]  # fixtures


def test_two_stages_with_another_k(
    world: SimpleNamespace, capsys: pytest.CaptureFixture[str]
) -> None:
    """The index stores 16 tokens; 32 are made from its mosaic, and everything is shortlisted."""
    only = ["--only", "two-stage:32:1000", "--only", "aggregated:32", "--seeds", "attention"]
    capsys.readouterr()
    assert main(command(world, *only, "--json")) == 0
    rows = json.loads(capsys.readouterr().out)["rows"]
    late, both = rows
    assert (both["method"], both["k"], both["shortlist"]) == ("two-stage", 32, 1000)
    assert both["recovery"] == pytest.approx(100.0)
    assert both["map_id"] == pytest.approx(late["map_id"])


def test_a_cancel_is_heard(world: SimpleNamespace, opened: CraterIndex) -> None:
    from craterbench_qgis.engine.errors import Cancelled

    for stage in ("queries", "gallery", "matching"):
        craters = read_catalogue(world.table)
        params = asked(world, limit=40, only=["all", "raw:4"])
        with pytest.raises(Cancelled):
            evaluate_index(opened, load_encoder("hog"), craters, params, StopAt(stage, 1))


def test_planned_rows() -> None:
    own = TokenSpec("aggregated", "attention", 16)
    assert len(plan_rows(own, 196)) == 52
    assert len(plan_rows(own, 49)) == 1 + 3 * 3 * 4 + 1 + 5  # K = 64 is more than there is
    assert plan_rows(own, 196, ["two-stage::7", "two-stage:16:7"]) == [
        RowSpec("two-stage", "attention", 16, 7)
    ]
    assert plan_rows(own, 196, ["raw:5"], ["fps"]) == [RowSpec("raw", "fps", 5)]
    for wrong in ("raw:0", "raw:x", "raw:5:6", "global:3", "raw:197", "all:1", "x", "raw:1:2:3"):
        with pytest.raises(QueryError):
            plan_rows(own, 196, [wrong])


@needs_data
def test_real_craters_from_the_same_mosaic(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    moon = DATA / "moon"
    mosaic, table = str(moon / "lroc_wac_8k.tif"), str(moon / "craters_ge5km.csv")
    index = str(tmp_path / "wac.craterindex")
    build = ["index", "build", "--mosaic", mosaic, "--catalogue", table, "--encoder", "hog"]
    build += ["--tokens", "16", "--no-kinds"]
    where = ["--region", "0", "-60", "60", "10", "--min-diameter", "60"]
    assert main([*build, *where, "--output", index]) == 0
    capsys.readouterr()
    queries = ["--context", "2.5", "--jitter", "0.05", "--views-per-crater", "1", "--json"]
    rows = ["--only", "global", "--only", "aggregated:16", "--seeds", "attention"]
    assert main(["evaluate", index, "--mosaic", mosaic, "--catalogue", table, *queries, *rows]) == 0
    result = json.loads(capsys.readouterr().out)
    assert result["queries"] > 40
    assert all(row["hit@1"] >= 0.98 for row in result["rows"])
