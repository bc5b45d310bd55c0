"""The plugin's side under Qt 6, which QGIS 4 has, and under the Qt of the QGIS that is here."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from support import PYTHON, ROOT, needs_qgis

SCRIPT = Path(__file__).with_name("qt_names.py")


def look_up(python: str, how: str, root: Path = ROOT) -> tuple[int, str]:
    """The exit status of qt_names.py and what it printed."""
    done = subprocess.run(
        [python, SCRIPT, root, how],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen", "LANG": "C.UTF-8"},
    )
    return done.returncode, done.stdout + done.stderr


def has_qt6() -> bool:
    """PyQt6 is there and finds the system's libraries."""
    command = [sys.executable, "-c", "import PyQt6.QtWidgets, PyQt6.QtXml"]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


needs_qt6 = pytest.mark.skipif(not has_qt6(), reason="PyQt6 cannot be loaded here")


@needs_qt6
def test_every_module_is_imported_under_qt_6() -> None:
    code, output = look_up(sys.executable, "stub")
    assert code == 0, output


# Tests of panels and dialogs that need no layer, projection or map: ../qt6 is QGIS 4 to them.
UNDER_QT_6 = (
    "settings", "settings_dialog", "history_panel", "export_dialog", "results_dock",
    "results_filter", "results_decisions", "why", "why_patches",
)  # fmt: skip


@needs_qt6
def test_panels_and_dialogs_are_opened_and_clicked_under_qt_6() -> None:
    modules = [str(ROOT / "tests" / "qgis" / f"test_{name}.py") for name in UNDER_QT_6]
    path = os.pathsep.join([str(ROOT / "tests" / "qt6"), str(ROOT)])
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *modules, "-q", "-p", "no:cacheprovider"],
        capture_output=True,
        text=True,
        check=False,
        timeout=900,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": path, "QT_QPA_PLATFORM": "offscreen"},
    )
    assert done.returncode == 0, done.stdout[-5000:] + done.stderr[-2000:]
    assert "skipped" not in done.stdout, done.stdout


@needs_qgis
def test_the_same_names_are_there_in_the_installed_qgis() -> None:
    code, output = look_up(PYTHON, "real")
    assert code == 0, output


@needs_qt6
def test_a_name_of_qt_5_alone_is_found(tmp_path: Path) -> None:
    """Unscoped enums, exec_() and classes that moved are what the look-up is for."""
    package = tmp_path / "craterbench_qgis"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "old.py").write_text(
        "from qgis.PyQt.QtCore import Qt\n"
        "from qgis.PyQt.QtWidgets import QMessageBox\n"
        "def run(menu):\n"
        "    menu.exec_()\n"
        "    return Qt.AlignLeft, Qt.AlignmentFlag.AlignTop, QMessageBox.Yes\n"
    )
    code, output = look_up(sys.executable, "stub", tmp_path)
    assert code == 1
    for name in ("old.py: Qt.AlignLeft", "old.py: QMessageBox.Yes", "old.py: exec_()"):
        assert name in output, output
    assert "AlignTop" not in output
