"""An environment made, damaged, repaired, given up and removed: real processes, tiny wheels."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from qgis.core import Qgis
from qgis.PyQt import sip
from qgis.PyQt.QtWidgets import QApplication, QMessageBox, QPushButton

from client_bench import alive, wait_gone
from craterbench_qgis.core.settings import Settings
from craterbench_qgis.environment import lock, places
from craterbench_qgis.gui.setup.create import CreateEnvironment
from craterbench_qgis.gui.setup.page import SetupPage
from guards import nothing_waits
from inside import wait_until
from paths import HERE, ROOT, made_once
from setup_bench import SetupBench, shoot, visible
from tests.environment.fake_wheels import make_set, make_wheel


@pytest.fixture
def bench_of(
    home: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., SetupBench]:
    """A bench with wheels of its own; ``slow``: seconds that one of them takes to be imported."""
    monkeypatch.setattr(lock, "default_pins", lock.default_pins)  # restored afterwards

    def make(**more: float) -> SetupBench:
        return SetupBench(*make_set(tmp_path_factory.mktemp("set"), **more))

    return make


def begin(folder: Path) -> None:
    """As if an installation had been interrupted once ``folder`` was a virtual environment."""

    def make(path: Path) -> None:
        subprocess.run([sys.executable, "-m", "venv", path], check=True)

    shutil.copytree(made_once("bare engine", make), folder, symlinks=True)
    (folder / places.STEP).write_text("environment\n")


def site_packages(folder: Path) -> Path:
    return next(folder.glob("lib/python3*/site-packages"))


def install(page: SetupPage, button: QPushButton) -> str:
    """Press ``button`` and wait for the end of the installation; its log."""
    create = page.create
    with nothing_waits():
        button.click()
        assert create.job is not None and visible(create.stop) and visible(create.log)
        assert not page.existing.isEnabled() and not page.repair.remove.isEnabled()
        wait_until(lambda: create.bar.maximum() == 6, 60)
        if button is create.go:
            shoot(page, "installing")
        wait_until(lambda: create.job is None, 400)
    return create.log.toPlainText()


def answer_question(monkeypatch: pytest.MonkeyPatch, button: Any) -> list[str]:
    """Questions are answered with ``button``; the list fills with what was asked."""
    questions: list[str] = []

    def question(parent: Any, title: str, text: str, *more: Any) -> Any:
        questions.append(text)
        return button

    monkeypatch.setattr(QMessageBox, "question", staticmethod(question))
    return questions


def test_made_damaged_repaired_and_removed(
    bench_of: Callable[..., SetupBench], home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Everything that can happen to an environment, through the page's own buttons."""
    user = home / "Jörg Müller"
    user.mkdir()
    monkeypatch.setenv("HOME", str(user))
    bench = bench_of()
    page = bench.page()
    create, repair = page.create, page.repair
    folder = user / "Größe der Krater" / "engine"
    create.folder.setFilePath(str(folder))
    create.network.wheels.setFilePath(str(bench.wheels))

    log = install(page, create.go)
    assert bench.interpreters == [str(places.interpreter(folder))], log
    assert Settings().engine_folder == str(folder) and bench.engine.stops == 1
    assert "Successfully installed alpha-1.2.3 beta-2.0" in log and "[6/6]" in log
    assert "is ready" in create.status.text() and page.existing.isEnabled()
    assert visible(page.back) and "Ready" in page.state.text()
    shoot(page, "ready")

    # Damage: the diagnosis sees it, Repair mends it.
    (site_packages(folder) / "alpha" / "__init__.py").unlink()
    with nothing_waits():
        repair.diagnose.click()
        wait_until(lambda: "clipboard" in repair.text.text(), 60)
    text = QApplication.clipboard().text()
    version = f"QGIS {Qgis.QGIS_VERSION}"
    for part in (version, "NumPy: ", "GDAL: ", "PROJ: ", "alpha: ", "Engine's process",
                 str(folder)):  # fmt: skip
        assert part in text
    assert "beta: 2.0; 2.0; " in text and "torch: 9.9; 9.9; loads" in text
    shoot(page, "diagnosis")
    log = install(page, repair.repair)
    assert "alpha-1.2.3 was installed only in part" in log
    assert (site_packages(folder) / "alpha" / "__init__.py").exists()
    assert len(bench.interpreters) == 2

    # Removed, after a question.
    questions = answer_question(monkeypatch, QMessageBox.StandardButton.No)
    stops = bench.engine.stops
    repair.remove.click()
    assert len(questions) == 1 and str(folder) in questions[0]
    assert bench.engine.stops == stops and repair.remove.isEnabled() and folder.exists()
    answer_question(monkeypatch, QMessageBox.StandardButton.Yes)
    with nothing_waits():
        repair.remove.click()
        wait_until(lambda: "deleted" in repair.text.text(), 60)
    assert not folder.exists() and page.needed()


def until_trying(create: CreateEnvironment) -> int:
    """Wait for the installation's last step, which is slow; the number of its process."""
    wait_until(lambda: "[6/6]" in create.log.toPlainText(), 120)
    return create.job.pid


@pytest.fixture
def slow(bench_of: Callable[..., SetupBench]) -> tuple[SetupBench, SetupPage, Path]:
    """A page whose installation would take two minutes, and its folder."""
    bench = bench_of(slow=120.0)
    folder = Path.home() / "engine"
    begin(folder)
    page = bench.page()
    page.create.folder.setFilePath(str(folder))
    page.create.network.wheels.setFilePath(str(bench.wheels))
    return bench, page, folder


def test_cancelled_beside_a_second_qgis_and_a_wheel_that_is_missing(
    slow: tuple[SetupBench, SetupPage, Path],
) -> None:
    bench, page, folder = slow
    create = page.create
    create.go.click()
    pid = until_trying(create)
    second = bench.page().create  # as a second QGIS would
    second.folder.setFilePath(str(folder))
    second.go.click()
    wait_until(lambda: second.job is None, 30)
    assert f"process {pid}" in second.status.text() and "Another process" in second.status.text()
    with nothing_waits():
        create.stop.click()
        wait_until(lambda: create.job is None, 15)
    assert not alive(pid) and create.state() == "partial" and not bench.interpreters
    assert "go on" in create.status.text() and create.go.text() == "Go on installing"
    assert visible(create.go) and create.go.isEnabled() and not visible(create.stop)
    shoot(page, "cancelled")

    # A wheel that is missing now: the whole message is there.
    (bench.wheels / "beta-2.0-py3-none-any.whl").unlink()
    (site_packages(folder) / "beta-2.0.dist-info" / "RECORD").unlink()
    create.go.click()
    wait_until(lambda: create.job is None, 60)
    assert "Put the missing wheels into" in create.status.text()
    assert "No matching distribution found for beta==2.0" in create.log.toPlainText()
    assert visible(create.log) and visible(create.copy)
    create.copy.click()
    assert "beta==2.0" in QApplication.clipboard().text()
    shoot(page, "problem")


def test_a_page_that_is_closed_takes_its_installation_with_it(
    slow: tuple[SetupBench, SetupPage, Path],
) -> None:
    _, page, folder = slow
    page.create.go.click()
    pid = until_trying(page.create)
    sip.delete(page)
    wait_gone(pid, 15)
    assert places.state_of(folder).name == "partial"


def test_after_a_kill_of_qgis_nothing_runs_and_the_next_goes_on(
    home: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    wheels, pins = make_set(tmp_path_factory.mktemp("set"), slow=120.0)
    begin(home / "engine")
    with subprocess.Popen(
        [sys.executable, HERE / "qgis_to_kill.py", "install", wheels, pins],
        stdout=subprocess.PIPE, text=True,
    ) as qgis:  # fmt: skip
        assert qgis.stdout is not None
        pid = int(qgis.stdout.readline())
        qgis.send_signal(signal.SIGKILL)
        qgis.wait()
    wait_gone(pid, 12)
    # Nothing is in the way of another installation.
    make_wheel(wheels, "alpha", "1.2.3")
    (site_packages(home / "engine") / "alpha-1.2.3.dist-info" / "RECORD").unlink()
    module = [sys.executable, "-m", "craterbench_qgis.environment.install"]
    arguments = [str(home / "engine"), "--wheels", str(wheels), "--pins", str(pins)]
    done = subprocess.run(
        [*module, *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
