"""The plugin loads, adds its entries, takes them away, imports nothing heavy; its metadata."""

from __future__ import annotations

import configparser
import importlib
import sys
from pathlib import Path

import pytest
from qgis.core import QgsApplication

from craterbench_qgis import __version__
from guards import heavy_imports
from inside import FakeInterface
from paths import ROOT


@pytest.mark.alone
def test_loads_unloads_and_reloads(
    tmp_path: Path, iface: FakeInterface, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As QGIS does: the plugin's folder, under whatever name, is a package in its path."""
    (tmp_path / "craterbench_plugin").symlink_to(ROOT)
    monkeypatch.syspath_prepend(str(tmp_path))
    registry = QgsApplication.processingRegistry()
    package = importlib.import_module("craterbench_plugin")
    for _ in range(2):
        plugin = package.classFactory(iface)
        plugin.initGui()
        assert len(iface.menu_actions) == 4 and not iface.menu_actions[0].icon().isNull()
        assert len(iface.option_factories) == 1 and plugin.workbench is None
        assert registry.providerById("craterbench") is not None
        plugin.unload()
        assert not iface.menu_actions and not iface.option_factories
        assert registry.providerById("craterbench") is None
    assert not heavy_imports()
    ours = [name for name in sys.modules if name.startswith("craterbench_plugin")]
    assert ours and not any("craterbench_qgis.engine" in name for name in ours)


def test_metadata_has_what_the_repository_demands() -> None:
    metadata = configparser.ConfigParser(interpolation=None)
    metadata.read(ROOT / "metadata.txt", encoding="utf-8")
    general = metadata["general"]
    needed = (
        "name", "description", "version", "qgisMinimumVersion", "author", "email", "about",
        "tracker", "repository", "hasProcessingProvider",
    )  # fmt: skip
    assert all(general.get(key) for key in needed)
    assert "plugin" not in general["name"].lower()
    assert (general["qgisMinimumVersion"], general["qgisMaximumVersion"]) == ("3.22", "4.99")
    assert "External dependencies" in general["about"]
    assert (ROOT / general["icon"]).is_file()
    assert general["version"] == __version__
