"""``craterbench doctor``: what this environment is made of and whether it works."""

from __future__ import annotations

import argparse
import importlib
import importlib.metadata
import os
import platform
import sys
from collections.abc import Callable
from typing import Any

from ... import __version__
from ..errors import CraterBenchError
from .output import print_json, say, table

PACKAGES = (
    "numpy", "scipy", "torch", "torchvision", "timm", "safetensors", "rasterio", "pyproj",
    "shapely", "pyogrio", "pyarrow", "PIL", "hnswlib", "numkong",
)  # fmt: skip
_DISTRIBUTION = {"PIL": "pillow"}
_OPTIONAL = {
    "hnswlib": "the exact shortlist is used instead",
    "numkong": "searches by lists take longer",
}


def add_to(commands: Any) -> None:
    """Add ``doctor`` to the parser."""
    parser = commands.add_parser("doctor", help="check this environment; list the encoders")
    parser.add_argument("--json", action="store_true")
    parser.set_defaults(run=run_doctor)


def run_doctor(arguments: argparse.Namespace) -> int:
    """Report; exit code 1 when something needed does not work."""
    report = diagnose()
    if arguments.json:
        print_json(report)
    else:
        say(f"craterbench {report['craterbench']}, Python {report['python']} on {report['system']}")
        say(f"interpreter {report['interpreter']}")
        rows = [
            [name, package["version"], package["state"]]
            for name, package in report["packages"].items()
        ]
        say(table(["package", "version", "state"], rows, left=[0, 1, 2]))
        for name in ("devices", "gdal", "proj", "encoder"):
            say(f"{name}: {report[name]}")
        rows = [[info["id"], info["licence"], info["description"]] for info in report["encoders"]]
        say(table(["encoder", "licence", "what it is"], rows, left=[0, 1, 2]))
        say(
            "Everything needed works."
            if report["ok"]
            else "Not everything needed works: see above."
        )
    return 0 if report["ok"] else 1


def diagnose() -> dict[str, Any]:
    """Versions, devices and encoders, each tried by using it."""
    _prepare_timm()
    packages = {name: _package(name) for name in PACKAGES}
    report: dict[str, Any] = {
        "craterbench": __version__,
        "python": platform.python_version(),
        "system": platform.platform(),
        "interpreter": sys.executable,
        "cores": os.cpu_count(),
        "packages": packages,
        "devices": _try(_devices),
        "gdal": _try(_gdal),
        "proj": _try(_proj),
        "encoder": _try(_default_encoder),
        "encoders": _encoders(),
    }
    needed = [package["ok"] for name, package in packages.items() if name not in _OPTIONAL]
    report["ok"] = all(needed) and not str(report["encoder"]).startswith("does not work")
    return report


def _package(name: str) -> dict[str, Any]:
    try:
        version = importlib.metadata.version(_DISTRIBUTION.get(name, name))
    except importlib.metadata.PackageNotFoundError:
        version = "-"
    try:
        importlib.import_module(name)
    except Exception as error:  # noqa: BLE001 - a broken package may raise anything at import
        hint = f" ({_OPTIONAL[name]})" if name in _OPTIONAL else ""
        return {"version": version, "ok": False, "state": f"does not load: {error}{hint}"}
    return {"version": version, "ok": True, "state": "loads"}


def _prepare_timm() -> None:
    """A CUDA build of torchvision beside a CPU torch loads only after our shim."""
    try:
        from ..encoders.compat import import_timm

        import_timm()
    except Exception:  # noqa: BLE001 - the package table tells what is wrong
        return


def _try(function: Callable[[], str]) -> str:
    try:
        return function()
    except Exception as error:  # noqa: BLE001 - a diagnosis must go on
        return f"does not work: {error}"


def _devices() -> str:
    import torch

    places = [f"cpu ({torch.get_num_threads()} threads)"]
    if torch.cuda.is_available():
        places += [
            f"cuda:{i} ({torch.cuda.get_device_name(i)})" for i in range(torch.cuda.device_count())
        ]
    if torch.backends.mps.is_available():
        places.append("mps")
    return ", ".join(places)


def _gdal() -> str:
    import rasterio

    return f"{rasterio.__gdal_version__} (rasterio's own)"


def _proj() -> str:
    import pyproj

    code = pyproj.CRS.from_user_input("IAU_2015:30100").name
    return f"{pyproj.proj_version_str}, data in {pyproj.datadir.get_data_dir()}, knows {code}"


def _default_encoder() -> str:
    import numpy as np

    from ..encoders import load_encoder

    encoder = load_encoder(None)
    size = encoder.input_size
    ramp = np.tile(np.linspace(0, 1, size, dtype=np.float32), (1, size, 1))
    tokens = encoder.encode(ramp).tokens.shape
    return f"{encoder.id} on {encoder.device_name} gives {tokens[1]} tokens of {tokens[2]} numbers"


def _encoders() -> list[dict[str, Any]]:
    from ..encoders import available_encoders

    try:
        return [info.to_json() for info in available_encoders()]
    except CraterBenchError as error:
        return [{"id": "-", "licence": "-", "description": str(error)}]
