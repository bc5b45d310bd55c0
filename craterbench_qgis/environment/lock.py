"""What belongs into the engine's environment, and how each part is installed."""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

LOCK_FILE = Path(__file__).with_name("engine.lock")
PYTHON_MIN = (3, 10)
PYTHON_MAX = (3, 13)

TORCH = "2.13.0"
TORCHVISION = "0.28.0"
# A source package without wheels: optional, the exact shortlist replaces it.
HNSWLIB = "0.8.0"
# PyPI's Linux wheels of torch bundle CUDA (gigabytes); PyTorch's own index has the CPU build.
TORCH_CPU_INDEX = "https://download.pytorch.org/whl/cpu"

# Import names that must load for the environment to count as ready.
IMPORTS = ("numpy", "scipy", "torch", "safetensors", "rasterio", "pyproj", "shapely", "pyogrio",
           "pyarrow", "PIL")  # fmt: skip


def requirements() -> list[str]:
    """The pinned requirements of the lock file."""
    lines = LOCK_FILE.read_text(encoding="utf-8").splitlines()
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]


def stamp() -> str:
    """Changes whenever the environment has to be made anew."""
    parts = [*requirements(), TORCH, TORCHVISION, HNSWLIB, "{}.{}".format(*sys.version_info[:2])]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def torch_attempts(system: str, cuda: bool) -> list[list[str]]:
    """pip arguments to try in turn for torch, the smallest download first.

    On Linux without CUDA: the CPU build from wherever pip is set up to look, then from PyTorch's
    index; the CUDA bundle of PyPI only as the last resort. Elsewhere PyPI has the right build.
    """
    plain = [f"torch=={TORCH}"]
    if system != "Linux" or cuda:
        return [plain]
    cpu = f"torch=={TORCH}+cpu"
    return [[cpu], ["--index-url", TORCH_CPU_INDEX, cpu], plain]
