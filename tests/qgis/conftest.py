"""The plugin's tests, run by QGIS's own Python: ``.venv-qgis/bin/python -m pytest tests/qgis``.

One QgsApplication with GUI for a process, offscreen, with a clean profile; a fresh project, clean
settings and no window left over for every test. An exception in a slot fails the test in which it
was raised, as one in the test's own lines would.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import traceback
from collections.abc import Generator, Iterator
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

import pytest

from paths import made_once, share

try:
    import qgis.core as _qgis
except ImportError:  # the engine's Python, or a machine without QGIS
    _qgis = None

if TYPE_CHECKING:
    from qgis.core import QgsApplication, QgsProject

    from inside import FakeInterface
    from processing_support import Place
    from review_bench import ReviewBench

_started: list[Any] = []


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "alone: the test is run in a process of its own")
    folder = tempfile.mkdtemp(prefix="craterbench-tests-")
    if share(folder):
        config.add_cleanup(lambda: shutil.rmtree(folder, ignore_errors=True))
    else:
        Path(folder).rmdir()


class NeedsQgis(pytest.Module):
    """A module of tests where there is no QGIS."""

    def collect(self) -> list[pytest.Item]:
        pytest.skip(
            f"{sys.executable} has no QGIS (make test runs these with the Python that has)",
            allow_module_level=True,
        )


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """Modules that import ``support`` run with the engine's Python, and only there."""
    if _qgis is not None and collection_path.suffix == ".py":
        return "\nfrom support import" in collection_path.read_text(encoding="utf-8") or None
    return None


def pytest_pycollect_makemodule(module_path: Path, parent: pytest.Collector) -> Any:
    if _qgis is None and "\nfrom support import" not in module_path.read_text(encoding="utf-8"):
        return NeedsQgis.from_parent(parent, path=module_path)
    return None


def pytest_pycollect_makeitem(collector: pytest.Collector, name: str, obj: object) -> Any:
    from alone import stand_in

    return stand_in(collector, name, obj)


@pytest.hookimpl(wrapper=True)
def pytest_cmdline_main() -> Generator[None, Any, Any]:
    """End without taking QGIS down object by object, with the status that pytest has found.

    Without QGIS's main window that crashes now and then, after all that is tested.
    """
    status = yield
    if _started:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(int(status))
    return status


@pytest.fixture(scope="session")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[QgsApplication]:
    """The process's QgsApplication, with its profile in a folder of this run."""
    from inside import start_qgis

    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOME", str(home))
        patch.setenv("XDG_RUNTIME_DIR", str(home))
        patch.setenv("QT_QPA_PLATFORM", "offscreen")
        patch.setenv("LANG", "C.UTF-8")
        patch.delenv("LC_ALL", raising=False)
        for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "VIRTUAL_ENV"):
            patch.delenv(name, raising=False)
        application = start_qgis()
        _started.append(application)
        yield application


@pytest.fixture(autouse=True)
def fresh_qgis(request: pytest.FixtureRequest) -> Iterator[None]:
    """What a test left in the process's QGIS is gone when the next begins."""
    if _qgis is None:
        yield
        return
    from inside import forget_everything

    app = request.getfixturevalue("app")
    palette, font, style = app.palette(), app.font(), app.styleSheet()
    problems: list[str] = []

    def note(
        kind: type[BaseException], problem: BaseException, trace: TracebackType | None
    ) -> None:
        problems.append("".join(traceback.format_exception(kind, problem, trace)))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "excepthook", note)
        yield
        forget_everything()
    if app.styleSheet() != style:
        app.setStyleSheet(style)
    app.setPalette(palette)
    app.setFont(font)
    if problems:
        pytest.fail("raised in a slot:\n" + "\n".join(problems), pytrace=False)


@pytest.fixture
def project() -> QgsProject:
    """The process's project, empty."""
    from qgis.core import QgsProject

    return QgsProject.instance()


@pytest.fixture
def iface() -> FakeInterface:
    """A stand-in for QGIS's interface, with a real canvas and main window."""
    from inside import FakeInterface

    return FakeInterface()


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home folder of the test's own, where what the plugin puts there by itself goes."""
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path


@pytest.fixture(scope="session")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """For qgis_process: a profile, a small planet, and its index, built by the algorithm itself."""
    from processing_support import build, make_place

    place = make_place(tmp_path_factory.mktemp("processing"))
    build(place)
    return place


@pytest.fixture(scope="session")
def matches(place: Place) -> Path:
    """Matches of four craters of ``place``."""
    from processing_support import search_four

    return search_four(place)


@pytest.fixture(scope="session")
def written_review() -> Path:
    """A review of the engine's own making: 43 pairs, 40 of them planted."""
    from engine_side import run_script
    from paths import MOSAIC

    mosaics = [MOSAIC] if MOSAIC.exists() else []
    return made_once(
        "moon_duplicates.gpkg", lambda path: run_script("make_review.py", path, *mosaics)
    )


@pytest.fixture
def review(written_review: Path, tmp_path: Path) -> Path:
    """A copy of ``written_review`` for one test."""
    return Path(shutil.copy(written_review, tmp_path / "review.gpkg"))


@pytest.fixture
def review_bench(tmp_path: Path, iface: FakeInterface) -> Iterator[ReviewBench]:
    """The review's panel beside a map, before an engine that cuts nothing."""
    from review_bench import ReviewBench

    bench = ReviewBench(tmp_path, iface)
    yield bench
    bench.close()


@pytest.fixture(scope="session")
def gallery() -> Path:
    """A folder with a search among a hundred lunar craters and its pictures, by the real engine."""
    from engine_side import PLAIN, build_index, run_script
    from paths import CATALOGUE, MOSAIC

    options = ("--min-diameter", "60", "--context", "2", *PLAIN)
    region = ("--region", "-40", "-40", "40", "40")
    index = made_once(
        "gallery.craterindex",
        lambda path: build_index(path, MOSAIC, CATALOGUE, *options, *region),
    )
    return made_once(
        "gallery", lambda path: run_script("make_gallery.py", index, path, "2243", "100")
    )
