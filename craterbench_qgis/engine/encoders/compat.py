"""timm without tears: it imports torchvision, whose Linux wheels may not fit a CPU torch.

On Linux the package index holds a CUDA build of torchvision. Beside a CPU build of torch its
compiled operators do not load (``libcudart`` is missing), and ``import torchvision`` then stops
with "operator torchvision::nms does not exist", although nothing here uses those operators. The
schemas of the two operators torchvision insists on are declared in their place.
"""

from __future__ import annotations

import importlib.util
import platform
import sys
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

from ...environment.machine import load_advice
from ..errors import EncoderError

_SCHEMAS = (
    "nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
    "qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
)


def require_torch() -> None:
    """Import torch. Raises EncoderError, naming what Windows lacks where it does not load."""
    try:
        import torch  # noqa: F401
    except ImportError as error:
        raise EncoderError(
            f"This encoder needs torch, which does not load ({error}). {_torch_advice(error)}"
        ) from error
    except OSError as error:  # a library beside it is missing
        raise EncoderError(f"torch does not load ({error}). {_torch_advice(error)}") from error


def _torch_advice(error: BaseException) -> str:
    return load_advice("torch", str(error), platform.system()) or (
        "Install the engine's environment again, or use the encoder 'hog'."
    )


def import_timm() -> ModuleType:
    """Import timm, mending torchvision first where its operators cannot load.

    Raises ``EncoderError`` where timm, torch or torchvision are not installed.
    """
    try:
        if torchvision_is_broken():
            _declare_operators()
        import timm
    except ImportError as error:
        raise EncoderError(
            f"The neural encoders need timm, torch and torchvision, and one is missing ({error}). "
            "Install the engine's environment again, or use the encoder 'hog'."
        ) from error
    return timm


def torchvision_is_broken() -> bool:
    """Whether torchvision is there, not imported yet, and its operators do not load."""
    if not sys.platform.startswith("linux") or "torchvision" in sys.modules:
        return False
    spec = importlib.util.find_spec("torchvision")
    if spec is None or spec.origin is None:
        return False
    libraries = list(Path(spec.origin).parent.glob("_C*.so"))
    return not any(_loads(library) for library in libraries)


def _loads(library: Path) -> bool:
    """What torchvision itself does first; loading the same file again changes nothing."""
    import torch

    try:
        torch.ops.load_library(str(library))
    except OSError:  # a missing or foreign shared library
        return False
    return True


@cache
def _declare_operators() -> Any:
    """Declare the schemas; the cached library object keeps them for the life of the process."""
    import torch

    library = torch.library.Library("torchvision", "DEF")
    for schema in _SCHEMAS:
        library.define(schema)
    return library
