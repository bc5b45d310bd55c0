"""Encoders from a checkpoint file and its model card."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import EncoderError
from .card import MARS_MAE_DINO, ModelCard, read_card
from .device import choose_place
from .vit import InputConfig, Provenance, VitEncoder, build_model, native_input
from .weights import State, file_hash, read_state

if TYPE_CHECKING:
    from torch import nn

_SUFFIXES = (".safetensors", ".pth", ".pt")
# What training leaves in a checkpoint and a frozen encoder does not use.
_TRAINING_ONLY = (
    "head.", "heads.", "head_dist.", "fc.", "classifier.", "decoder", "mask_token", "projector.",
    "projection_head.", "predictor.", "prototypes", "dino_head.", "ibot_head.", "dino_loss.",
    "ibot_patch_loss.",
)  # fmt: skip
_WIDTHS = {192: "tiny", 384: "small", 768: "base", 1024: "large"}


@dataclass(frozen=True)
class Checkpoint:
    """A network with its weights, how it wants its pixels, its card and its file's SHA-256."""

    model: nn.Module
    config: InputConfig
    card: ModelCard
    digest: str

    @property
    def provenance(self) -> Provenance:
        """What the user and the index know of it as an encoder."""
        card = self.card
        origin = f", from {card.source}" if card.source else ""
        about = f"{card.description or card.architecture}{origin} ({card.weights})"
        return Provenance(f"checkpoint:{card.name}", about, card.licence, self.digest)


def load_checkpoint(path: Path, *, device: str = "auto", threads: int | None = None) -> VitEncoder:
    """The encoder in a checkpoint, or the one a model card (``.json``) describes.

    Raises ``EncoderError`` as :func:`read_checkpoint` does.
    """
    place = choose_place(device, threads)
    checkpoint = read_checkpoint(path)
    return VitEncoder(checkpoint.model, checkpoint.config, checkpoint.provenance, place)


def read_checkpoint(path: Path, size: int | None = None) -> Checkpoint:
    """The network in a checkpoint, or the one a model card (``.json``) describes.

    The card of ``NAME.pth`` is ``NAME.json`` beside it; the published Mars checkpoint of the
    reference needs none. ``size``: pixels across a view in place of the card's. Raises
    ``EncoderError`` for a missing, damaged, unsafe or unexpected file and for weights that do not
    fit the architecture.
    """
    weights, card = _find(path)
    # The first bytes are judged before anything long is done with the file.
    state = read_state(weights)
    digest = file_hash(weights)
    if card is None:
        card = _recognise(weights, state)
    if card.sha256 is not None and card.sha256 != digest:
        raise EncoderError(
            f"The checkpoint {weights} is not the one its model card describes: its SHA-256 is "
            f"{digest}, the card says {card.sha256}. Download it again, or correct the card."
        )
    card = replace(card, weights=weights.name, input_size=size or card.input_size)
    config = _input_config(card)
    return Checkpoint(_fill(card, config, state, weights), config, card, digest)


def _find(path: Path) -> tuple[Path, ModelCard | None]:
    """The weights file and its card, from the path of either."""
    if path.suffix.lower() != ".json":
        beside = path.with_suffix(".json")
        return path, read_card(beside) if beside.is_file() and path.is_file() else None
    card = read_card(path)
    if card.weights is not None:
        if Path(card.weights).name != card.weights:
            raise EncoderError(
                f"The model card {path} names weights in another folder ({card.weights}). Put the "
                "file beside the card and give its name only."
            )
        return path.with_name(card.weights), card
    for suffix in _SUFFIXES:
        if path.with_suffix(suffix).is_file():
            return path.with_suffix(suffix), card
    raise EncoderError(
        f"There are no weights beside the model card {path}. Put {path.stem}.safetensors (or .pth, "
        ".pt) there, or name the file in the card's field 'weights'."
    )


def _recognise(path: Path, state: State) -> ModelCard:
    """The card of a checkpoint that has none: only the published Mars model is known by name."""
    guess = _guess(state)
    mars = MARS_MAE_DINO
    named_so = path.stem.lower().startswith("mars-mae-dino-vit-base")
    if named_so and guess == (mars.architecture, mars.in_chans):
        return mars
    example = {
        "architecture": guess[0] if guess else "vit_base_patch16_224",
        "in_chans": guess[1] if guess else 3,
        "input_size": 224,
        "mean": [0.5] * (guess[1] if guess else 3),
        "std": [0.5] * (guess[1] if guess else 3),
        "licence": "...",
    }
    likeness = f"It looks like {guess[0]} with {guess[1]} channel(s). " if guess else ""
    raise EncoderError(
        f"The checkpoint {path} has no model card, so nothing says how its pixels are scaled. "
        f"{likeness}Write {path.with_suffix('.json').name} beside it, for example "
        f"{json.dumps(example)}, with the mean and std it was trained with."
    )


def _guess(state: State) -> tuple[str, int] | None:
    """timm's name and the channels of a plain ViT at 224 px, from the shapes of its weights."""
    patch, position = state.get("patch_embed.proj.weight"), state.get("pos_embed")
    if patch is None or position is None or patch.ndim != 4 or position.ndim != 3:
        return None
    width, channels, side, _ = patch.shape
    size = _WIDTHS.get(width)
    depth = len({key.split(".")[1] for key in state if key.startswith("blocks.")})
    tokens = (224 // side) ** 2 + int("cls_token" in state)
    if size is None or channels not in (1, 3) or position.shape[1] != tokens:
        return None
    return (f"vit_{size}_patch{side}_224", channels) if depth in (12, 24) else None


def _input_config(card: ModelCard) -> InputConfig:
    """The card's wishes, completed by timm's record of the architecture."""
    native, _ = native_input(card.architecture)

    def channelwise(values: tuple[float, ...]) -> tuple[float, ...]:
        return values if card.in_chans == 3 else (sum(values) / len(values),)

    return InputConfig(
        size=card.input_size or native.size,
        channels=card.in_chans,
        mean=card.mean or channelwise(native.mean),
        std=card.std or channelwise(native.std),
        interpolation=card.interpolation or native.interpolation,
    )


def _fill(card: ModelCard, config: InputConfig, state: State, path: Path) -> nn.Module:
    """Build the architecture and load the weights; every difference is an error."""
    import torch

    with torch.random.fork_rng(devices=[]):
        model = build_model(card.architecture, channels=config.channels, size=config.size)
    patch = getattr(getattr(model, "patch_embed", None), "patch_size", (1, 1))
    if config.size % int(patch[0]):
        raise EncoderError(
            f"The input size of {config.size} px is not a multiple of the patches of "
            f"{card.architecture}, {patch[0]} px. Correct 'input_size' in the model card."
        )
    wanted = model.state_dict()
    state = {key: value for key, value in state.items() if key in wanted or not _is_head(key)}
    missing = [key for key in wanted if key not in state and not _is_head(key)]
    extra = [key for key in state if key not in wanted]
    if missing or extra:
        parts = [f"{len(missing)} missing ({_some(missing)})"] if missing else []
        parts += [f"{len(extra)} unexpected ({_some(extra)})"] if extra else []
        raise EncoderError(
            f"The checkpoint {path} does not fit {card.architecture}: {' and '.join(parts)} of "
            f"{len(wanted)} weights. Correct 'architecture' in its model card."
        )
    state = _fit_positions(model, wanted, state)
    wrong = [key for key, value in state.items() if value.shape != wanted[key].shape]
    if wrong:
        key = wrong[0]
        raise EncoderError(
            f"The checkpoint {path} does not fit {card.architecture}: {key} has shape "
            f"{tuple(state[key].shape)}, the model wants {tuple(wanted[key].shape)}. Correct "
            "'architecture', 'in_chans' or 'input_size' in its model card."
        )
    model.load_state_dict(state, strict=False)
    return model


def _fit_positions(model: nn.Module, wanted: State, state: State) -> State:
    """Resample position embeddings trained at another input size, as timm does."""
    key = "pos_embed"
    if key not in state or key not in wanted or state[key].ndim != 3:
        return state
    old, new = state[key], wanted[key]
    if old.shape == new.shape or old.shape[-1] != new.shape[-1]:
        return state
    from timm.layers import resample_abs_pos_embed

    bare = bool(getattr(model, "no_embed_class", False))
    prefix = 0 if bare else int(getattr(model, "num_prefix_tokens", 1))
    side = round((new.shape[1] - prefix) ** 0.5)
    if round((old.shape[1] - prefix) ** 0.5) ** 2 != old.shape[1] - prefix:
        return state
    fitted = resample_abs_pos_embed(old, new_size=[side, side], num_prefix_tokens=prefix)
    return {**state, key: fitted}


def _is_head(key: str) -> bool:
    return key.startswith(_TRAINING_ONLY)


def _some(keys: Iterable[str]) -> str:
    listed = list(keys)
    return ", ".join(listed[:4]) + (", ..." if len(listed) > 4 else "")
