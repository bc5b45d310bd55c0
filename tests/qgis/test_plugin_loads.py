"""The plugin in real QGIS: it loads, adds its entry, takes it away, and imports nothing heavy."""

from __future__ import annotations

import configparser
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PYTHON = "/usr/bin/python3"
SCRIPT = """
import sys
sys.path.insert(0, sys.argv[1])
from qgis.core import QgsApplication
application = QgsApplication([], True)
application.initQgis()
from qgis.PyQt.QtWidgets import QToolBar

class Interface:
    def __init__(self):
        self.actions, self.factories = [], []
    def mainWindow(self):
        return None
    def addPluginToMenu(self, menu, action):
        self.actions.append(action)
    def removePluginMenu(self, menu, action):
        self.actions.remove(action)
    def addToolBar(self, name):
        return QToolBar(name)
    def registerOptionsWidgetFactory(self, factory):
        self.factories.append(factory)
    def unregisterOptionsWidgetFactory(self, factory):
        self.factories.remove(factory)

import craterbench_plugin
before = set(sys.modules)
interface = Interface()
for _ in range(2):
    plugin = craterbench_plugin.classFactory(interface)
    plugin.initGui()
    assert len(interface.actions) == 4 and not interface.actions[0].icon().isNull()
    assert len(interface.factories) == 1 and plugin.workbench is None
    assert QgsApplication.processingRegistry().providerById("craterbench") is not None
    plugin.unload()
    assert not interface.actions and not interface.factories
    assert QgsApplication.processingRegistry().providerById("craterbench") is None
heavy = {"torch", "timm", "rasterio", "shapely", "numpy", "hnswlib", "pyogrio", "pyarrow"}
new = {name.split(".")[0] for name in set(sys.modules) - before}
assert not new & heavy, new & heavy
assert not any(".engine" in name for name in sys.modules if name.startswith("craterbench_plugin"))
print("fine")
"""


def has_qgis() -> bool:
    try:
        command = [PYTHON, "-c", "import qgis.core"]
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    except OSError:
        return False


@pytest.mark.skipif(not has_qgis(), reason="QGIS with Python bindings is not installed")
def test_loads_unloads_and_reloads(tmp_path: Path) -> None:
    (tmp_path / "craterbench_plugin").symlink_to(ROOT)
    done = subprocess.run(
        [PYTHON, "-c", SCRIPT, str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
        env={"QT_QPA_PLATFORM": "offscreen", "PATH": "/usr/bin:/bin", "HOME": str(tmp_path)},
    )
    assert done.stdout.strip().endswith("fine"), done.stdout + done.stderr


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
    from craterbench_qgis import __version__

    assert general["version"] == __version__
