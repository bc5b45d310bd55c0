"""Who answers: versions without importing what they are of."""

from __future__ import annotations

import importlib.metadata
import os
import platform

from ... import __version__
from ...contract.engine import Device, Hello
from ...contract.wire import PROTOCOL

PACKAGES = (
    "numpy", "scipy", "torch", "timm", "rasterio", "pyproj", "shapely", "pyogrio", "pyarrow",
    "pillow", "hnswlib", "numkong",
)  # fmt: skip


def hello() -> Hello:
    """The answer to ``hello``. Takes some milliseconds: torch is not imported."""
    from ..encoders.bundled import bundled_encoders

    bundled = bundled_encoders()
    packages = {}
    for name in PACKAGES:
        try:
            packages[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return Hello(
        protocol=PROTOCOL,
        version=__version__,
        python=platform.python_version(),
        packages=packages,
        devices=_sure_devices(packages.get("torch", "")),
        default_encoder=bundled[0].id if bundled else "hog",
        pid=os.getpid(),
    )


def _sure_devices(torch: str) -> list[Device]:
    """The devices where they are known without asking torch, else none: ``devices`` asks it."""
    return [processor()] if torch.endswith("+cpu") else []


def processor() -> Device:
    """The device ``cpu``."""
    name = ""
    try:
        with open("/proc/cpuinfo", encoding="utf-8", errors="replace") as file:  # noqa: PTH123
            names = (line.split(":", 1)[1].strip() for line in file if "model name" in line)
            name = next(names, "")
    except OSError:
        name = platform.processor()
    return Device("cpu", name or "CPU")
