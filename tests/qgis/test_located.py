"""Files that an index needs and that are elsewhere now: named by hand, from the panel."""

from __future__ import annotations

from pathlib import Path

import pytest
from qgis.PyQt.QtWidgets import QLabel

from craterbench_qgis.core.settings import Settings
from craterbench_qgis.gui.index.panel import IndexPanel
from craterbench_qgis.gui.results.upgrade import UpgradeBox
from index_fakes import Engine, Object, index_info, settle
from inside import FakeInterface
from on_screen import answer_file_dialog, button, click


def test_the_mosaic_of_an_index_without_kinds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was moved: the box says so and asks; what is chosen is taken."""
    gone = Object(code=-32000, message="gone", kind="MosaicError", cancelled=False)
    engine = Engine({"index.upgrade": lambda params: None if params["mosaics"] else gone})
    box = UpgradeBox(engine)
    box.offer(str(tmp_path / "moon.craterindex"))
    settle()
    assert not button(box, "Locate the mosaic…").isVisible()
    click(button(box, "Add descriptors of kind"))
    settle()
    assert any("Locate it" in label.text() for label in box.findChildren(QLabel))
    answer_file_dialog(monkeypatch, tmp_path / "moved.tif")
    click(button(box, "Locate the mosaic…"))
    settle()
    assert engine.last("index.upgrade").params["mosaics"] == [str(tmp_path / "moved.tif")]
    click(button(box, "Stop"))
    assert engine.last("index.upgrade").cancelled


def test_the_checkpoint_of_an_index(
    iface: FakeInterface, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The encoder's file is not where it was: the page offers to name it, and opens with it."""
    folder = tmp_path / "moon.craterindex"
    folder.mkdir()
    (folder / "manifest.json").write_text('{"format": "craterindex", "job": null}')
    info = index_info(folder, encoder="checkpoint:mine.pt", problem="The checkpoint is gone.")
    engine = Engine({"index.describe": info})
    panel = IndexPanel(iface, engine, Settings())
    panel.show()
    panel.open_index(str(folder))
    settle()
    answer_file_dialog(monkeypatch, tmp_path / "mine.pt")
    click(button(panel, "Checkpoint…"))
    settle()
    assert engine.last("index.open").params["encoder"] == str(tmp_path / "mine.pt")
