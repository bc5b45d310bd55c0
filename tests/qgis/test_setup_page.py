"""The set-up page before anything is installed: which Python, which folder, what it says."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from craterbench_qgis.core.settings import Settings
from craterbench_qgis.environment import lock, places, pythons
from craterbench_qgis.gui.setup.existing import ExistingPython
from guards import nothing_waits
from inside import wait_until
from paths import ROOT
from setup_bench import SetupBench, script, shoot, visible
from tests.environment.fake_wheels import make_set, write_pins


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A folder of tiny wheels and the pins that want them."""
    return make_set(tmp_path_factory.mktemp("set"))


@pytest.fixture
def bench(wheels: tuple[Path, Path], home: Path, monkeypatch: pytest.MonkeyPatch) -> SetupBench:
    monkeypatch.setattr(lock, "default_pins", lock.default_pins)  # restored afterwards
    return SetupBench(*wheels)


def check(existing: ExistingPython, path: str) -> str:
    """Name ``path`` and press Check; the page's answer."""
    with nothing_waits():
        existing.file.setFilePath(path)
        assert not existing.use.isEnabled() and not visible(existing.table)
        existing.check.click()
        assert visible(existing.busy)
        wait_until(lambda: not visible(existing.busy), 60)
    return existing.answer.text()


def report(**changes: Any) -> str:
    """A line of a shell that answers as a Python does when it is asked about itself."""
    answer = {"version": [3, 12, 1], "executable": "x", "bits": 64, "venv": "", "packages": {},
              "imports": {}, **changes}  # fmt: skip
    return "printf '%s\\n' '\x1ecraterbench\x1e" + json.dumps(answer) + "'"


def test_an_existing_python_is_run_and_its_packages_are_listed(bench: SetupBench) -> None:
    page = bench.page(candidates=None)
    existing = page.existing
    assert page.needed() and not visible(page.back) and not existing.check.isEnabled()
    assert "nothing is set up" in page.state.text()
    shoot(page, "missing")
    assert "lacks alpha, beta, torch" in check(existing, sys.executable)
    assert not existing.use.isEnabled()
    first = existing.table.topLevelItem(0)
    assert [first.text(column) for column in range(3)] == ["alpha", "missing", "1.2.3"]
    shoot(page, "existing-lacks")
    assert bench.interpreters == []


def test_what_is_no_python_or_too_old_is_not_used(bench: SetupBench) -> None:
    existing = bench.page().existing
    answer = check(existing, script("noPython", "echo I am a shell; exit 3"))
    assert "no Python that can be run" in answer and "I am a shell" in answer
    answer = check(existing, script("old", report(version=[3, 8, 1])))
    assert "3.8.1 (64 bit) cannot run" in answer and not existing.use.isEnabled()
    assert "no Python that can be run" in check(existing, "/nowhere/at/all")


def test_a_complete_existing_python_is_used(bench: SetupBench, wheels: tuple[Path, Path]) -> None:
    nearer = write_pins(wheels[1].parent, ("json",), "near.json")
    bench.use_pins(nearer)
    page = bench.page()
    assert "everything that is needed" in check(page.existing, sys.executable)
    assert not bench.interpreters
    page.existing.use.click()
    assert bench.interpreters == [sys.executable] == [Settings().engine_python]
    assert not page.needed() and visible(page.back) and "Ready" in page.state.text()
    # Another path is unchecked again.
    page.existing.file.setFilePath("/usr/bin/true")
    assert not page.existing.use.isEnabled()
    Settings().existing_python = "/gone/python"
    page.refresh()
    assert page.needed() and "is gone" in page.state.text()


def test_which_python_makes_it(bench: SetupBench) -> None:
    good = script("good", report())
    paths = [
        script("none", "exit 1"),
        script("old", report(version=[3, 9, 9])),
        script("bits", report(bits=32)),
        script("venvless", report(venv="No module named ensurepip")),
        script("chatty", "echo a sitecustomize prints this;" + report(version=[3, 10, 0])),
        good,
    ]
    create = bench.page(lambda: paths).create
    listed = create.pythons.list
    names = [listed.itemText(row) for row in range(listed.count())]
    assert [name.split(" ")[1] for name in names] == ["3.10.0", "3.12.1"]
    assert len(create.pythons.problems) == 4
    assert create.go.isEnabled() and not visible(create.hint)

    page = bench.page(lambda: paths[:4])
    create = page.create
    assert not create.go.isEnabled() and visible(create.hint)
    assert "ensurepip" in create.hint.text() and "3.9.9" in create.hint.text()
    shoot(page, "no-python")
    create.pythons.add(good)
    wait_until(lambda: create.pythons.python == good)
    assert create.go.isEnabled() and not visible(create.hint)


def test_the_pythons_of_this_computer_are_offered() -> None:
    """QGIS's own is among them, and it exists."""
    candidates = pythons.candidates()
    assert candidates and all(path.is_file() for path in candidates)
    assert len({path.resolve() for path in candidates}) == len(candidates)


def test_folder_size_and_consent_come_before_the_button(bench: SetupBench) -> None:
    create = bench.page().create
    assert create.path == Path.home() / ".local/share/craterbench/engine"
    assert "0.4 GB" in create.consent.text() and "1.7 GB" in create.consent.text()
    assert "before you press" in create.consent.text()
    assert create.go.text() == "Download and install"
    create.cuda.setChecked(True)
    assert "5.6 GB" in create.consent.text()
    create.cpu.setChecked(True)
    assert not create.path.exists()  # looking at the page makes nothing
    create.network.wheels.setFilePath(str(bench.wheels))
    assert "Nothing is downloaded" in create.consent.text()
    assert create.go.text() == "Install from the folder"


def test_folders_that_will_not_do(bench: SetupBench) -> None:
    page = bench.page()
    foreign = Path.home() / "thesis"
    foreign.mkdir()
    (foreign / "years.txt").write_text("of work")
    plugins = Path.home() / "QGIS3/profiles/default/python/plugins/x"
    for folder, reason in (
        (foreign, "other things"),
        ("relative", "whole path"),
        (ROOT / "environment", "outside"),
        (plugins, "outside"),
    ):
        page.create.folder.setFilePath(str(folder))
        assert reason in page.create.consent.text()
        assert not page.create.go.isEnabled() and not page.repair.remove.isEnabled()


def test_an_environment_in_part_of_another_version_complete_and_in_use(bench: SetupBench) -> None:
    page = bench.page()
    create, folder = page.create, Path.home() / "states"
    python = places.interpreter(folder)
    python.parent.mkdir(parents=True)
    (folder / places.STEP).write_text("torch")
    create.folder.setFilePath(str(folder))
    assert create.state() == "partial" and create.go.text() == "Go on installing"
    python.touch()
    Settings().engine_folder = str(folder)
    page.refresh()
    assert "only in part" in page.state.text() and page.repair.repair.isEnabled()
    shoot(page, "partial")
    (folder / places.STEP).unlink()
    (folder / places.STAMP).write_text("another")
    page.refresh()
    assert create.state() == "stale" and create.go.text() == "Update"
    assert "another version" in page.state.text() and page.needed()
    (folder / places.STAMP).write_text(bench.pins.stamp(places.version_of(folder)))
    page.refresh()
    assert create.state() == "ready" and not page.needed() and not visible(create.go)  # in use
    Settings().engine_folder = str(Path.home() / "elsewhere")
    page.refresh()
    assert page.needed() and visible(create.go) and create.go.text() == "Use this environment"
    create.go.click()
    assert bench.interpreters == [str(python)] and not page.needed()
