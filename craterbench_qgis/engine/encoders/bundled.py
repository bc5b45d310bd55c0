"""The encoders that ship with the plugin: weights under ``resources/encoders`` with a model card.

A card ``NAME.json`` lies beside ``NAME.safetensors`` and says what the weights are; the network is
built from the card's ``architecture``. Nothing is read before an encoder is asked for.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np

from ...contract.engine import EncoderInfo
from ...contract.records import read_json
from ..errors import EncoderError
from .base import (
    Embedding,
    Encoder,
    FloatArray,
    prepare_pixels,
    resources_folder,
    unit_rows,
    unit_sum,
)
from .cards import read_card
from .device import THREAD_CAP, choose_place

ARCHITECTURE = "craterbench-conv"
SINGLE_THREAD_VIEWS = 4
_REPAIR = "Install the plugin again, or choose another encoder."


class BundledEncoder(Encoder):
    """A convolutional encoder of this project, frozen, with batch normalisation folded in."""

    def __init__(
        self, card: dict[str, Any], weights: bytes, device: str = "auto", threads: int | None = None
    ) -> None:
        import torch

        self.card = card
        self.id = str(card["id"])
        self.description = str(card["description"])
        self.licence = str(card["licence"])
        self.weights_hash = str(card["sha256"])
        self.input_size = int(card["input_size"])
        self.grid = (int(card["grid"][0]), int(card["grid"][1]))
        self.global_dim = int(card["global_dim"])
        self.token_dim = int(card["token_dim"])
        self.preferred_batch = 32
        self._spread = str(card.get("spread", "peaks"))
        self._device = choose_place(device).device
        self.device_name = str(self._device)
        if self._device.type == "cuda":
            self.preferred_batch = 512
            self.device_name += f" ({torch.cuda.get_device_name(self._device)})"
        elif threads is not None:
            torch.set_num_threads(max(1, threads))
        self.threads = threads or min(torch.get_num_threads(), THREAD_CAP)
        self._net = _network(card, weights).to(self._device)
        if self._device.type == "cpu":
            from .onednn import packed

            side = self.input_size
            view = torch.linspace(0, 1, side * side).reshape(1, 1, side, side)
            self._net = packed(self._net, view.contiguous(memory_format=torch.channels_last))

    def encode(self, pixels: FloatArray) -> Embedding:
        """See :meth:`Encoder.encode`. A view without any contrast gets zero vectors."""
        import torch

        views = prepare_pixels(pixels, self.input_size)
        usual = torch.get_num_threads()
        # A view or two take a few milliseconds on one core; waking and joining more threads for
        # that costs as much, and hundreds of milliseconds on a busy machine.
        few = len(views) <= SINGLE_THREAD_VIEWS and self._device.type == "cpu" and usual > 1
        if few:
            torch.set_num_threads(1)
        try:
            return self._encode(views)
        finally:
            if few:
                torch.set_num_threads(usual)

    def _encode(self, views: FloatArray) -> Embedding:
        import torch

        from .network import attention_from_saliency

        rows, count = self.grid[0], self.grid[0] * self.grid[1]
        parts: list[tuple[FloatArray, FloatArray, FloatArray]] = []
        try:
            with torch.inference_mode():
                for start in range(0, len(views), self.preferred_batch):
                    batch = torch.from_numpy(views[start : start + self.preferred_batch])
                    batch = batch[:, None].to(self._device)
                    out = self._net(batch.contiguous(memory_format=torch.channels_last))
                    attention = attention_from_saliency(out.saliency, rows, self._spread)
                    vectors, tokens, weights = (
                        x.float().cpu().numpy() for x in (out.globals, out.tokens, attention)
                    )
                    parts.append((vectors, tokens, weights))
        except torch.OutOfMemoryError as error:
            raise EncoderError(
                f"{self.device_name} has too little memory for a batch of {self.preferred_batch} "
                "views. Close other programs that use it, or choose the device cpu."
            ) from error
        if not parts:
            return Embedding(
                np.zeros((0, self.global_dim), np.float32),
                np.zeros((0, count, self.token_dim), np.float32),
                np.zeros((0, count), np.float32),
            )
        flat = views.reshape(len(views), -1)
        seen = ((flat.max(axis=1) - flat.min(axis=1)) > 1e-6).astype(np.float32)
        vectors, tokens, weights = (np.concatenate(p) for p in zip(*parts, strict=True))
        return Embedding(
            unit_rows(vectors * seen[:, None]),
            unit_rows(tokens * seen[:, None, None]),
            unit_sum(weights),
        )


def bundled_encoders() -> list[EncoderInfo]:
    """The encoders whose card and weights are both there, the default first."""
    encoders = []
    for path in _cards():
        try:
            card = read_json(path.read_text(encoding="utf-8"))
            info = EncoderInfo(
                str(card["id"]), str(card["description"]), str(card["licence"]), bundled=True
            )
            default = bool(card.get("default", False))
        except (OSError, ValueError, KeyError, TypeError):
            continue  # a broken card is reported when that encoder is asked for by name
        encoders.append((not default, info.id, info))
    return [info for _, _, info in sorted(encoders, key=lambda entry: entry[:2])]


def load_bundled(
    name: str | None = None, device: str = "auto", threads: int | None = None
) -> Encoder:
    """The bundled encoder ``name`` (None: the default).

    ``device``: auto, cpu, cuda, cuda:N or mps. ``threads``: CPU threads. Raises EncoderError when
    there is none of that name or its files are damaged.
    """
    known = [info.id for info in bundled_encoders()]
    if name is None:
        if not known:
            raise EncoderError(f"No bundled encoder is installed. {_REPAIR}")
        name = known[0]
    path = resources_folder() / f"{name}.json"
    if Path(name).name != name or not path.is_file():
        raise EncoderError(
            f"There is no bundled encoder called {name!r}. Use one of: "
            f"{', '.join(known) or 'none'}."
        )
    return load_card(path, device, threads)


def load_card(path: Path, device: str = "auto", threads: int | None = None) -> Encoder:
    """The encoder of a model card ``NAME.json`` of this project with ``NAME.safetensors`` beside.

    Raises EncoderError when either is damaged or they do not belong together.
    """
    card, weights = read_card(path, ARCHITECTURE, "The encoder", _REPAIR)
    try:
        return BundledEncoder(card, weights, device, threads)
    except (KeyError, IndexError, TypeError, ValueError) as error:
        raise EncoderError(
            f"The model card of {path.stem} is incomplete ({type(error).__name__}: {error}). "
            f"{_REPAIR}"
        ) from error


def _cards() -> list[Path]:
    folder = resources_folder()
    if not folder.is_dir():
        return []
    cards = sorted(folder.glob("*.json"))
    return [card for card in cards if card.with_suffix(".safetensors").is_file()]


def _network(card: dict[str, Any], weights: bytes) -> Any:
    import torch
    from safetensors import SafetensorError
    from safetensors.torch import load

    from .byte_weights import unpack
    from .network import fold_norms, network_from_config

    net = network_from_config(card["architecture"])
    try:
        state = unpack(load(weights))  # nosec B614 - safetensors, no pickle
        wanted = net.state_dict()
        for name, value in wanted.items():
            if name.endswith("num_batches_tracked"):
                state.setdefault(name, value)
        net.load_state_dict(state)
    except (SafetensorError, RuntimeError, KeyError, ValueError) as error:
        raise EncoderError(
            f"The weights of {card['id']} do not fit the network its card describes "
            f"({os.linesep.join(str(error).splitlines()[:2])}). {_REPAIR}"
        ) from error
    net = fold_norms(net.eval()).requires_grad_(False)
    return net.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
