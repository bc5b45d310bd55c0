"""Which encoder a name or a path means. Nothing here imports torch until a network is asked for."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from ...contract.engine import EncoderInfo
from ...contract.records import read_json
from ..bodies import Body, body_by_name, same_body
from ..errors import EncoderError
from .base import Encoder
from .bundled import bundled_encoders, load_bundled, load_card
from .compat import require_torch

CHECKPOINT_SUFFIXES = (".safetensors", ".pth", ".pt")
TIMM_PREFIX = "timm:"
RANDOM_SUFFIX = "?random"
ELSEWHERE = "craterbench-conv-v4"
"""For bodies other than the Moon: better there, and on the Moon in one thing worse than the default
(docs/validation/encoder-v4.md)."""
_TIMM_NAME = re.compile(r"[A-Za-z0-9_]+(?:\.[A-Za-z0-9_-]+)?")


def load_encoder(
    spec: str | None,
    *,
    device: str = "auto",
    threads: int | None = None,
    allow_download: bool = False,
    body: Body | None = None,
) -> Encoder:
    """The encoder ``spec`` stands for.

    ``spec``: ``None`` or ``"default"`` (:func:`default_encoder` of ``body``); the id of a bundled
    encoder; ``"hog"``, ``"hog-unsigned"`` or ``"ncc"``, which need no weights; ``"timm:NAME"`` or a
    bare timm name; a checkpoint (``.safetensors``, ``.pth``, ``.pt``); a model card (``.json``).
    ``"timm:NAME?random"`` has untrained weights, for timing.

    ``device``: ``auto``, ``cpu``, ``cuda``, ``cuda:N`` or ``mps``. ``threads``: CPU threads of a
    network, default the physical cores. ``allow_download``: let timm fetch pretrained weights
    from the Hugging Face hub; without it the network is never touched.

    Raises ``EncoderError`` for an unknown name, a missing or unfit checkpoint, a device that is
    not there, weights that are not on this machine.
    """
    name = "default" if spec is None else spec.strip()
    bundled = [info.id for info in bundled_encoders()]
    if name in ("", "default"):
        name = default_encoder(body)
    if name == "hog":
        from .hog import HogEncoder

        return HogEncoder()
    if name == "hog-unsigned":
        from .hog_unsigned import UnsignedHogEncoder

        return UnsignedHogEncoder()
    if name == "ncc":
        from .ncc import NccEncoder

        return NccEncoder()
    require_torch()
    if name in bundled:
        return load_bundled(name, device, threads)
    if name.lower().endswith(".json") and _is_own_card(Path(name).expanduser()):
        return load_card(Path(name).expanduser(), device, threads)
    if name.lower().endswith((*CHECKPOINT_SUFFIXES, ".json")):
        from .checkpoint import load_checkpoint

        return load_checkpoint(Path(name).expanduser(), device=device, threads=threads)
    return _load_timm(name, device=device, threads=threads, allow_download=allow_download)


def default_encoder(body: Body | None = None) -> str:
    """The id of the encoder that is taken for craters of ``body`` where none is named; "hog" where
    the weights of none are there."""
    bundled = [info.id for info in bundled_encoders()]
    is_moon = body is None or same_body(body, body_by_name("moon"))
    if ELSEWHERE in bundled and not is_moon:
        return ELSEWHERE
    return bundled[0] if bundled else "hog"


def available_encoders() -> list[EncoderInfo]:
    """Encoders that work on this machine without any download, the default first.

    Any timm ViT and any checkpoint file can be loaded besides.
    """
    from .hog import HogEncoder
    from .hog_unsigned import UnsignedHogEncoder
    from .ncc import NccEncoder

    controls = [
        EncoderInfo(cls.id, cls.description, cls.licence, bundled=True)
        for cls in (HogEncoder, UnsignedHogEncoder, NccEncoder)
    ]
    first, *others = [*bundled_encoders(), *controls]
    others = [replace(info, elsewhere=info.id == ELSEWHERE) for info in others]
    return [replace(first, default=True), *others]


def _is_own_card(path: Path) -> bool:
    """Whether a model card is of an encoder that ``python -m training`` made."""
    try:
        card = read_json(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False  # the checkpoint loader says what is wrong with it
    return isinstance(card, dict) and isinstance(card.get("architecture"), dict)


def _load_timm(name: str, *, device: str, threads: int | None, allow_download: bool) -> Encoder:
    model_name = name.removeprefix(TIMM_PREFIX)
    random_weights = model_name.endswith(RANDOM_SUFFIX)
    model_name = model_name.removesuffix(RANDOM_SUFFIX)
    known = ", ".join(info.id for info in available_encoders())
    if not name.startswith(TIMM_PREFIX) and not _is_timm_name(model_name):
        raise EncoderError(
            f"There is no encoder called {name!r}. Use one of: {known}; timm:NAME for a timm "
            "vision transformer; or the path of a checkpoint (.safetensors, .pth, .pt) or of a "
            "model card (.json)."
        )
    if not _TIMM_NAME.fullmatch(model_name):
        # timm takes names with a colon for folders and for models of strangers.
        raise EncoderError(
            f"There is no model called {name[:100]!r} in timm. Use a name such as "
            "timm:vit_small_patch16_224.dino, or the path of a checkpoint."
        )
    from .hub import load_timm

    return load_timm(
        model_name,
        device=device,
        threads=threads,
        random_weights=random_weights,
        allow_download=allow_download,
    )


def _is_timm_name(name: str) -> bool:
    """Whether a bare word is one of timm's model names (timm itself is imported to know)."""
    if not name or any(c in name for c in "/\\ :"):
        return False
    from .compat import import_timm

    return bool(import_timm().is_model(name.split(".")[0]))
