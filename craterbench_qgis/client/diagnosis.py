"""One text with all that matters about both processes, for the clipboard."""

from __future__ import annotations

import platform
import sys
from importlib import metadata
from pathlib import Path
from typing import Any

from qgis.core import Qgis, QgsProjUtils
from qgis.PyQt.QtCore import PYQT_VERSION_STR, QT_VERSION_STR

from .. import __version__
from ..environment import places, pythons
from . import network
from .failure import system_name


def of_qgis() -> list[str]:
    """Versions in QGIS's process; nothing that was not loaded is imported for it, but osgeo."""
    try:
        from osgeo import gdal  # type: ignore[import-not-found]

        gdal_version = str(gdal.__version__)
    except ImportError as error:
        gdal_version = f"? ({error})"
    try:
        numpy = metadata.version("numpy")
    except metadata.PackageNotFoundError:
        numpy = "none"
    proj = f"{QgsProjUtils.projVersionMajor()}, data in {', '.join(QgsProjUtils.searchPaths())}"
    return [
        "QGIS's process",
        f"  QGIS {Qgis.QGIS_VERSION}, Qt {QT_VERSION_STR}, PyQt {PYQT_VERSION_STR}",
        f"  Python {platform.python_version()} ({sys.executable})",
        f"  system: {system_name()}",
        f"  NumPy: {numpy}",
        f"  GDAL: {gdal_version}",
        f"  PROJ: {proj}",
        f"  {network.proxy_text()}",
    ]


def of_settings(settings: Any) -> list[str]:
    """What is set up."""
    folder = Path(settings.engine_folder)
    try:
        state = " – ".join(places.state_of(folder))
    except OSError as error:
        state = str(error)
    return [
        "Set-up",
        f"  environment: {folder}",
        f"  its state: {state}",
        f"  existing Python chosen: {settings.existing_python or 'none'}",
        f"  interpreter used: {settings.engine_python or 'none'}",
        f"  device: {settings.device}",
    ]


def of_engine(report: pythons.Report | None, problem: str) -> list[str]:
    """What the engine's Python said of itself."""
    if report is None:
        return ["Engine's process", f"  {problem or 'no interpreter is set up'}"]
    lines = ["Engine's process", f"  Python {report.text} ({report.executable})"]
    lines += [f"  {name}: {text}" for name, text in report.diagnosis.items()]
    lines.append("  packages (found; tested with; state):")
    for name, version, tested, trouble in report.rows():
        lines.append(f"    {name}: {version or '-'}; {tested or '-'}; {trouble or 'loads'}")
    return lines


def of_running(engine: Any) -> list[str]:
    """The engine that runs, and its last failure."""
    hello, failure = getattr(engine, "hello", None), getattr(engine, "last_failure", None)
    lines = ["Engine now", f"  state: {getattr(engine, 'state', '?')}"]
    if hello is not None:
        lines.append(f"  version {hello.version}, process {hello.pid}, devices {hello.devices}")
    if failure is not None:
        lines += ["  last failure:", *("    " + line for line in failure.report.splitlines())]
    return lines


def whole(settings: Any, engine: Any, report: pythons.Report | None, problem: str = "") -> str:
    """The report."""
    parts = [
        [f"CraterBench {__version__}"],
        of_qgis(),
        of_settings(settings),
        of_engine(report, problem),
        of_running(engine),
    ]
    return "\n\n".join("\n".join(part) for part in parts) + "\n"
