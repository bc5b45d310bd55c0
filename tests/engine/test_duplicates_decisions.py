"""What reviewers decide about pairs, and what becomes of the catalogue."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from craterbench_qgis.contract.build import Selection
from craterbench_qgis.engine.catalogue import read_catalogue
from craterbench_qgis.engine.cli.main import main
from craterbench_qgis.engine.duplicates import (
    apply_decisions,
    record_decisions,
)
from craterbench_qgis.engine.duplicates.store import read_decisions
from craterbench_qgis.engine.errors import QueryError

from .test_duplicates_find import COPIES, catalogue, find, rows, with_copies

__all__ = ["catalogue"]  # fixtures


def test_decisions_are_kept_undone_and_survive_a_new_search(catalogue: Path) -> None:
    review = catalogue.with_name("review.gpkg")
    find(catalogue)
    assert record_decisions(review, {1: "duplicate", 2: "distinct"}, "rev") == 2
    assert record_decisions(review, {2: ""}, "rev") == 1
    with pytest.raises(QueryError, match="no decision"):
        record_decisions(review, {1: "perhaps"}, "rev")
    with pytest.raises(QueryError, match="lacks 1"):
        record_decisions(review, {1: "unsure", 999: "unsure"}, "rev")
    before = read_decisions(review)
    assert [decision.verdict for decision in before.values()] == ["duplicate"]
    report = find(catalogue)
    assert report.decisions_kept == 1 and read_decisions(review) == before
    assert find(catalogue, keep_decisions=False).decisions_kept == 0
    assert read_decisions(review) == {}


def test_a_pair_decided_distinct_leaves_its_cluster(catalogue: Path) -> None:
    review = catalogue.with_name("review.gpkg")
    find(catalogue)
    record_decisions(review, {1: "distinct"}, "rev")
    assert find(catalogue).clusters == COPIES - 1
    assert rows(review, "SELECT cluster_id FROM pairs WHERE decision = 'distinct'") == [(None,)]


@pytest.mark.parametrize("suffix", [".csv", ".gpkg", ".geojson", ".shp"])
def test_the_cleaned_catalogue_loses_no_attribute(catalogue: Path, suffix: str) -> None:
    review, output = catalogue.with_name("review.gpkg"), catalogue.with_name("moon_clean" + suffix)
    find(catalogue)
    record_decisions(review, {1: "duplicate", 2: "unsure"}, "rev")
    report = apply_decisions(review, output)
    assert (report.entries, report.kept, report.merged, report.clusters) == (28, 27, 1, 1)
    report = apply_decisions(review, output, 0.5)
    assert (report.kept, report.merged, report.undecided_used) == (25, 3, 2)
    clean = read_catalogue(output)
    original = read_catalogue(catalogue)
    assert len(clean) == 25
    if suffix != ".shp":
        assert clean.attributes.column_names[:5] == original.attributes.column_names
        kept = {row["crater_id"]: row for row in clean.attributes.to_pylist()}
        whole = {row["crater_id"]: row for row in original.attributes.to_pylist()}
        for name, row in kept.items():
            assert {key: row[key] for key in whole[name]} == whole[name]
            for merged in json.loads(row["merged_attributes"] or "[]"):
                assert merged.pop("_crater_id") == merged["crater_id"]
                assert merged == whole.pop(merged["crater_id"])
            whole.pop(name)
        assert not whole, "every entry is kept or inside its keeper"


def test_a_search_within_diameters_cleans_the_whole_catalogue(
    catalogue: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sizes = sorted(size for _, _, _, size in with_copies())
    limit = sizes[len(sizes) // 2]
    within = sum(size >= limit for size in sizes)
    report = find(catalogue, selection=Selection(min_diameter_m=limit * 1000.0))
    assert report.entries == within < len(sizes) and f"{within} of {len(sizes)}" in report.notes[-1]
    review = catalogue.with_name("review.gpkg")
    whole = rows(catalogue.with_name("review.gpkg"), "SELECT crater_id FROM entries")
    assert len(whole) == len(sizes)
    for a, a_id, b, b_id in rows(review, "SELECT a_row, a_id, b_row, b_id FROM pairs"):
        assert (whole[a][0], whole[b][0]) == (a_id, b_id)
    clean = ["duplicates", "apply", str(review), "--json", "--threshold", "0.5", "--output"]
    assert main([*clean, str(tmp_path / "all.csv")]) == 0
    written = json.loads(capsys.readouterr().out)
    assert report.probable and written["merged"] == report.probable
    assert written["kept"] == len(sizes) - report.probable and written["left_out"] == 0
    assert main([*clean, str(tmp_path / "part.csv"), "--only-compared"]) == 0
    written = json.loads(capsys.readouterr().out)
    assert written["kept"] == within - report.probable
    assert written["left_out"] == len(sizes) - within
    assert f"{len(sizes) - within} of {len(sizes)} entries are not written" in written["notes"][0]


def test_a_reviewer_killed_at_any_moment_loses_no_decision(catalogue: Path) -> None:
    find(catalogue, minimum=0.0)
    review = catalogue.with_name("review.gpkg")
    code = (
        "import sys, itertools; from pathlib import Path\n"
        "from craterbench_qgis.engine.duplicates import record_decisions\n"
        "for k in itertools.count():\n"
        "    pair, word = k % 4 + 1, ('duplicate', 'distinct', 'unsure')[k % 3]\n"
        "    record_decisions(Path(sys.argv[1]), {pair: word}, str(k))\n"
        "    print(k, flush=True)\n"
    )
    root = Path(__file__).resolve().parents[2]
    process = subprocess.Popen(
        [sys.executable, "-c", code, str(review)], stdout=subprocess.PIPE, text=True, cwd=root
    )
    assert process.stdout is not None
    last = -1
    while last < 20:
        last = int(process.stdout.readline())
    process.kill()
    last = max([last, *(int(text) for text in process.stdout.read().split())])
    process.wait()
    process.stdout.close()
    verdicts = {
        int(decision.reviewer or -1): decision.verdict
        for decision in read_decisions(review).values()
    }
    newest = max(verdicts)
    assert newest in (last, last + 1)  # one may have been committed and not yet told
    assert set(verdicts) == set(range(newest - 3, newest + 1))
    assert all(word == ("duplicate", "distinct", "unsure")[k % 3] for k, word in verdicts.items())
