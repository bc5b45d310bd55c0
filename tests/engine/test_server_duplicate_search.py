"""``duplicates.find`` and ``duplicates.apply`` over the pipe."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from craterbench_qgis.contract.wire import ENGINE_ERROR, INVALID_PARAMS

from .scene import write_catalogue
from .server_client import Client

ROWS = [("A", 10.0, 0.0, 20.0), ("B", 10.02, 0.01, 21.0), ("C", 14.0, 2.0, 20.0)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("duplicates")
    write_catalogue(folder / "craters.csv", ROWS)
    return folder


@pytest.fixture(scope="module")
def server(folder: Path) -> Iterator[Client]:
    with Client(folder / "session") as client:
        yield client


def _find(folder: Path, **more: Any) -> dict[str, Any]:
    return {
        "catalogue": {"path": str(folder / "craters.csv"), "body": "moon"},
        "output": str(folder / "review.gpkg"),
        **more,
    }


def test_found_and_applied(server: Client, folder: Path) -> None:
    report = server.call("duplicates.find", _find(folder))
    assert (report["entries"], report["probable"], report["clusters"]) == (3, 1, 1)
    assert report["looks"] == 0 and Path(report["output"]).is_file()
    untouched = server.call(
        "duplicates.apply",
        {"review": report["output"], "output": str(folder / "same.csv")},
    )
    assert (untouched["kept"], untouched["merged"]) == (3, 0)
    merged = server.call(
        "duplicates.apply",
        {"review": report["output"], "output": str(folder / "clean.csv"), "threshold": 0.5},
    )
    assert (merged["kept"], merged["merged"]) == (2, 1)
    assert len((folder / "clean.csv").read_text().splitlines()) == 3


def test_limits_leave_entries_out(server: Client, folder: Path) -> None:
    output = str(folder / "limited.gpkg")
    report = server.call(
        "duplicates.find", _find(folder, selection={"min_diameter_m": 20_500}, output=output)
    )
    assert (report["entries"], report["candidates"]) == (1, 0)


@pytest.mark.parametrize(
    ("method", "params", "code", "word"),
    [
        ("duplicates.find", {"keeper": "best"}, INVALID_PARAMS, "keeper"),
        ("duplicates.find", {"other_offset_m": [1.0]}, INVALID_PARAMS, "other_offset_m"),
        ("duplicates.find", {"output": None}, INVALID_PARAMS, "output"),
        ("duplicates.find", {"max_ratio": 0.5}, INVALID_PARAMS, "max_ratio"),
        ("duplicates.find", {"max_distance": 3.0}, ENGINE_ERROR, "distance"),
        ("duplicates.find", {"threshold": 1.5}, INVALID_PARAMS, "threshold"),
        ("duplicates.find", {"threshold": 1.0}, ENGINE_ERROR, "threshold"),
        ("duplicates.find", {"output": "/no/such/folder/r.gpkg"}, ENGINE_ERROR, "folder"),
    ],
)
def test_refused(
    server: Client, folder: Path, method: str, params: dict[str, Any], code: int, word: str
) -> None:
    error = server.fail(method, _find(folder, **params))
    assert error["code"] == code and word in error["message"], error


def test_a_review_that_is_not_there(server: Client, folder: Path) -> None:
    asked = {"review": "/no/such.gpkg", "output": str(folder / "out.csv")}
    error = server.fail("duplicates.apply", asked)
    assert error["code"] == ENGINE_ERROR and "such.gpkg" in error["message"], error
