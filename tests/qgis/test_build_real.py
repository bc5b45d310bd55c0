"""A build by the engine from the index panel: cancelled, resumed and opened."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtTest import QTest

from craterbench_qgis.client.engine import Engine
from craterbench_qgis.contract.build import BuildParams, CatalogueSource, Selection
from craterbench_qgis.core.settings import Settings
from craterbench_qgis.gui.build.dialog import BuildDialog
from craterbench_qgis.gui.build.estimate import bytes_per_view
from craterbench_qgis.gui.index.panel import IndexPanel
from guards import nothing_waits
from index_fakes import progress_of
from inside import FakeInterface, wait_until
from paths import CATALOGUE, ENGINE_PYTHON, MOSAIC, needs_engine, needs_moon

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def panel(iface: FakeInterface, tmp_path: Path) -> Iterator[IndexPanel]:
    settings = Settings()
    settings.existing_python, settings.output_folder = str(ENGINE_PYTHON), str(tmp_path)
    engine = Engine(settings)
    panel = IndexPanel(iface, engine, settings)
    panel.show()
    engine.start()
    wait_until(lambda: engine.state == "ready", 60)
    yield panel
    panel.shut_down()
    engine.stop(wait=True)


@needs_moon
@needs_engine
def test_a_build_by_the_engine_is_cancelled_resumed_and_opened(
    panel: IndexPanel, tmp_path: Path
) -> None:
    output = tmp_path / "moon.craterindex"
    QTest.mouseClick(panel.build_button, LEFT)
    dialog = panel.findChild(BuildDialog)
    region = [-40.0, -30.0, 40.0, 30.0]
    dialog.prefill(
        BuildParams(
            [str(MOSAIC)],
            CatalogueSource(str(CATALOGUE)),
            str(output),
            Selection(26e3, region=region),
        )
    )
    wait_until(
        lambda: dialog.check() == ""
        and dialog.catalogue.info is not None
        and dialog.catalogue.info.selected is not None
        and dialog.mosaics.body() is not None
        and "at most" not in dialog.estimate.plain,
        60,
    )
    craters = dialog.catalogue.count()[0]
    views = 2 * craters
    assert f"Views: {views:,} ·" in dialog.estimate.plain
    with nothing_waits():
        QTest.mouseClick(dialog.build, LEFT)
        job = panel.builds.job
        dialog.close()  # it goes on in the background
        wait_until(
            lambda: job.progress is not None
            and job.progress.stage == "views"
            and 256 < job.progress.done < views,
            60,
        )
        QTest.mouseClick(progress_of(panel).cancel, LEFT)
        wait_until(lambda: job.state != "running", 30)
        assert job.state == "cancelled", job.message
        manifest = json.loads((output / "manifest.json").read_text())
        assert manifest["job"] is not None
        assert progress_of(panel).resume.isVisible()
        QTest.mouseClick(progress_of(panel).resume, LEFT)
        job = panel.builds.job
        wait_until(lambda: job.state != "running", 120)
    assert job.state == "done", job.message
    assert job.result.resumed and 0 < job.result.encoded < views
    assert "views made in" in progress_of(panel).detail.plain
    opened = []
    panel.opened.connect(opened.append)
    QTest.mouseClick(progress_of(panel).open, LEFT)
    wait_until(lambda: bool(opened), 60)
    (info,) = opened
    assert info.craters == craters and info.views == views
    per_view = info.size_bytes / info.views
    assert 0.6 < bytes_per_view(info.encoder) / per_view < 1.6
