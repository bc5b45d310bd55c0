"""The model card beside a checkpoint: what the weights are and how they want their pixels."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ...contract.records import read_json
from ..errors import EncoderError

INTERPOLATIONS = ("bicubic", "bilinear", "lanczos")
_DOCS = "The fields are described in docs/reference/encoders.md."
_KNOWN = {
    "name", "architecture", "in_chans", "input_size", "mean", "std", "interpolation", "licence",
    "license", "sha256", "description", "source", "weights",
}  # fmt: skip


@dataclass(frozen=True)
class ModelCard:
    """A model card. ``None`` where the card leaves the choice to timm's record of the model."""

    architecture: str
    """A timm name; ``vit_base_patch16_224``."""
    name: str
    in_chans: int = 3
    input_size: int | None = None
    mean: tuple[float, ...] | None = None
    std: tuple[float, ...] | None = None
    interpolation: str | None = None
    licence: str = "unknown: the model card does not say"
    sha256: str | None = None
    description: str = ""
    source: str = ""
    weights: str | None = None
    """File name of the checkpoint, where it is not the card's own with another ending."""


MARS_MAE_DINO = ModelCard(
    architecture="vit_base_patch16_224",
    name="mars-mae-dino-vit-base-v1",
    in_chans=1,
    input_size=224,
    mean=(0.5,),
    std=(0.5,),
    interpolation="bicubic",
    licence="see Zenodo record 18180801",
    description="ViT-B/16 pretrained on Mars images (MAE, then DINO), recognised by its file name",
    source="Zenodo 18180801",
)


def read_card(path: Path) -> ModelCard:
    """Read and check a model card.

    Raises ``EncoderError`` for a missing or unreadable file, unknown or missing fields and values
    of the wrong kind.
    """
    try:
        raw = read_json(path.read_text("utf-8"))
    except FileNotFoundError as error:
        raise EncoderError(f"There is no model card at {path}. Check the path.") from error
    except (OSError, ValueError) as error:
        raise EncoderError(
            f"The model card {path} cannot be read as JSON ({error}). Correct it. {_DOCS}"
        ) from error
    if not isinstance(raw, dict):
        raise _fault(path, "is not a JSON object")
    unknown = sorted(set(raw) - _KNOWN)
    if unknown:
        raise _fault(path, f"has fields nobody knows: {', '.join(unknown)}")
    if not isinstance(raw.get("architecture"), str) or not raw["architecture"]:
        raise _fault(path, "does not name the timm architecture in 'architecture'")
    texts: dict[str, Any] = _texts(path, raw)
    channels = _whole(path, raw, "in_chans", default=3)
    if channels not in (1, 3):
        raise _fault(path, f"gives {channels} for in_chans, which must be 1 or 3")
    card = ModelCard(
        architecture=raw["architecture"].removeprefix("timm:"),
        name=path.stem,
        in_chans=channels,
        input_size=_whole(path, raw, "input_size") if "input_size" in raw else None,
        mean=_numbers(path, raw, "mean", channels),
        std=_numbers(path, raw, "std", channels),
    )
    if card.std is not None and min(card.std) <= 0:
        raise _fault(path, "gives a standard deviation ('std') that is not positive")
    return replace(card, **texts)


def _texts(path: Path, raw: dict[str, Any]) -> dict[str, str]:
    """The optional text fields that are there, checked."""
    texts: dict[str, str] = {}
    for key in ("name", "interpolation", "licence", "license", "sha256", "description", "source",
                "weights"):  # fmt: skip
        value = raw.get(key)
        if value is None:
            continue
        if not isinstance(value, str):
            raise _fault(path, f"gives {value!r} for {key}, which must be text")
        texts["licence" if key == "license" else key] = value
    if texts.get("interpolation", "bicubic") not in INTERPOLATIONS:
        raise _fault(path, f"gives an interpolation other than {', '.join(INTERPOLATIONS)}")
    if "sha256" in texts:
        texts["sha256"] = texts["sha256"].lower()
        if not re.fullmatch(r"[0-9a-f]{64}", texts["sha256"]):
            raise _fault(path, "gives a sha256 that is not 64 hexadecimal digits")
    return texts


def _whole(path: Path, raw: dict[str, Any], key: str, default: int | None = None) -> int:
    value = raw.get(key, default)
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= 4096:
        raise _fault(path, f"gives {value!r} for {key}, which must be a whole number of 1 to 4096")
    return value


def _numbers(path: Path, raw: dict[str, Any], key: str, count: int) -> tuple[float, ...] | None:
    value = raw.get(key)
    if value is None:
        return None
    values = value if isinstance(value, list) else [value]
    plain = all(isinstance(v, (int, float)) and not isinstance(v, bool) for v in values)
    if not plain or len(values) != count:
        raise _fault(path, f"gives {value!r} for {key}, which must be {count} number(s)")
    return tuple(float(v) for v in values)


def _fault(path: Path, what: str) -> EncoderError:
    return EncoderError(f"The model card {path} {what}. Correct it. {_DOCS}")
