"""What belongs into the engine's environment, and how each part is installed."""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path
from typing import NamedTuple, Optional

from .machine import STANDARD

LOCK_FILE = Path(__file__).with_name("engine.lock")
PYTHON_MIN = (3, 10)
PYTHON_MAX = (3, 14)
VERSIONS = {"least": "{}.{}".format(*PYTHON_MIN), "most": "{}.{}".format(*PYTHON_MAX)}
"""For messages."""

TORCH = "2.13.0"
TORCHVISION = "0.28.0"
# A source package without wheels: optional, the exact shortlist replaces it.
HNSWLIB = "0.8.0"
# PyPI's Linux wheels of torch bundle CUDA (gigabytes); PyTorch's own index has the CPU build.
TORCH_CPU_INDEX = "https://download.pytorch.org/whl/cpu"
# PyPI's Windows wheels are for the CPU; this is the CUDA version PyPI's Linux wheel is for.
_CUDA = "cu130"
TORCH_CUDA_INDEX = "https://download.pytorch.org/whl/" + _CUDA

# Import names that must load for the environment to count as ready.
IMPORTS = (
    *STANDARD, "numpy", "scipy", "torch", "safetensors", "rasterio", "pyproj", "shapely", "pyogrio",
    "pyarrow", "PIL",
)  # fmt: skip
# Must be installed too, but is not imported by itself: a CUDA build of torchvision beside a CPU
# torch loads only after the engine's shim.
PRESENT = ("timm", "torchvision")


class Pins(NamedTuple):
    """What an environment is made of. ``requirements``: ``name==version`` lines of ``file``;
    ``torch`` and the like: versions, "" where not wanted; ``imports``: must load afterwards."""

    file: Path
    torch: str = TORCH
    torchvision: str = TORCHVISION
    hnswlib: str = HNSWLIB
    imports: tuple[str, ...] = IMPORTS

    def requirements(self) -> list[str]:
        """The pinned requirements of the lock file."""
        lines = self.file.read_text(encoding="utf-8").splitlines()
        return [line.strip() for line in lines if line.strip() and not line.startswith("#")]

    def stamp(self, python: str) -> str:
        """Changes whenever the environment has to be made anew. ``python``: "3.12"."""
        parts = [*self.requirements(), self.torch, self.torchvision, self.hnswlib, python]
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()

    def versions(self) -> dict[str, str]:
        """Pinned version by distribution name in lower case."""
        known: dict[str, str] = {}
        for line in self.requirements():
            # Two lines of one package are for different Pythons.
            name, _, version = line.split(";")[0].strip().partition("==")
            known[name.lower()] = " / ".join(filter(None, (known.get(name.lower()), version)))
        own = {"torch": self.torch, "torchvision": self.torchvision, "hnswlib": self.hnswlib}
        known.update({name: version for name, version in own.items() if version})
        return known


def default_pins() -> Pins:
    """The ones this version of CraterBench was tested with."""
    return Pins(LOCK_FILE)


def read_pins(file: Optional[Path]) -> Pins:
    """Pins of a JSON file with :class:`Pins`' members; the default ones for None."""
    if file is None:
        return default_pins()
    data = json.loads(file.read_text(encoding="utf-8"))
    data["file"] = file.parent / data["file"]
    data["imports"] = tuple(data["imports"])
    return Pins(**data)


def stamp() -> str:
    """The stamp of this process's Python and the default pins."""
    return default_pins().stamp("{}.{}".format(*sys.version_info[:2]))


class Size(NamedTuple):
    """Megabytes: to download, on disk afterwards, free while installing."""

    download_mb: int
    disk_mb: int
    needed_mb: int


def size(cuda: bool) -> Size:
    """What the environment costs; measured on Linux with Python 3.11, other systems are near it."""
    return Size(2900, 5600, 8500) if cuda else Size(400, 1700, 2600)


def torch_attempts(
    system: str, cuda: bool, torch: str = TORCH, fallback: bool = True
) -> list[list[str]]:
    """pip arguments to try in turn for torch, the smallest download first.

    On Linux without CUDA: the CPU build from wherever pip is set up to look, then from PyTorch's
    index; the CUDA bundle of PyPI only as the last resort, and only with ``fallback``: it is
    seven times the download the user agreed to. On Windows with CUDA: PyTorch's index
    and nothing else, so that a wish for CUDA never ends in a CPU build. Elsewhere PyPI has the
    right build.
    """
    plain = [f"torch=={torch}"]
    if system == "Windows" and cuda:
        return [["--index-url", TORCH_CUDA_INDEX, f"torch=={torch}+{_CUDA}"]]
    if system != "Linux" or cuda:
        return [plain]
    cpu = f"torch=={torch}+cpu"
    small = [[cpu], ["--index-url", TORCH_CPU_INDEX, cpu]]
    return [*small, plain] if fallback else small
