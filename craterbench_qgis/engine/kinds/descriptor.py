"""The descriptor of kind of a view: relief as the picture shows it, and brightness unstretched.

Its parts are kept apart so that a search can weigh them. *Relief*: the scaled terrain measurements
the network reads from the picture (normalised radial profile, scatter over azimuth, roughness).
*Near*: a unit vector trained so that craters of like relief are near. *Tone*, *shading*: the
mosaic's own grey values in rings, which no network is needed for (``rings.py``).
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import numpy as np

from ..encoders.base import resources_folder
from ..encoders.cards import read_card
from ..encoders.device import THREAD_CAP
from ..errors import EncoderError
from ..mosaic import View
from .reading import Reading
from .rings import in_rings
from .vectors import SHADING, Float, KindVectors

ARCHITECTURE = "craterbench-kind"
CONTRAST_SCALE = 1.5
BATCH = 32
_RINGS_KEPT = 64
_REPAIR = "Install the plugin again."


def contrast_number(pixels: Float, level: tuple[float, float] | None) -> float:
    """What the network gets of the contrast before the stretch: the scaled logarithm of
    (99th - 1st percentile) / median; 0 where the mosaic's values are not known."""
    if level is None:
        return 0.0
    low, high = level
    middle = low + float(np.median(pixels)) * (high - low)
    ratio = max(high - low, 1e-4) / max(middle, 1e-3)
    return float(np.log(np.clip(ratio, 0.01, 20.0)) / CONTRAST_SCALE)


class KindDescriptor:
    """The network of ``resources/kinds``, ready. ``id``, ``weights_hash`` say which."""

    reading: Reading | None = None
    """How relief is read once more on shaded terrain; None for descriptors without."""
    shading = SHADING
    """Rows of shading that are told of a view; 0 beside descriptors of an earlier version."""

    def __init__(self, card: dict[str, Any], weights: bytes, threads: int | None = None) -> None:
        import torch
        from safetensors import SafetensorError
        from safetensors.torch import load

        from ..encoders.kind_network import KindNet, fold_kind_norms
        from ..encoders.onednn import packed

        self.id = str(card["id"])
        self.weights_hash = str(card["sha256"])
        self.input_size = int(card["input_size"])
        self.relief_dim = int(card["architecture"]["relief_dim"])
        self.near_dim = int(card["architecture"]["near_dim"])
        self.scaling = np.array(card["scaling"], np.float64)
        if threads is not None:
            torch.set_num_threads(max(1, threads))
        self.threads = threads or min(torch.get_num_threads(), THREAD_CAP)
        net = KindNet(card["architecture"])
        try:
            state = {name: tensor.float() for name, tensor in load(weights).items()}  # nosec B614 - safetensors, no pickle
            for name, value in net.state_dict().items():
                if name.endswith("num_batches_tracked"):
                    state.setdefault(name, value)
            net.load_state_dict(state)
        except (SafetensorError, RuntimeError) as error:
            raise EncoderError(
                f"The weights of {self.id} do not fit the network its card describes. {_REPAIR}"
            ) from error
        net = fold_kind_norms(net.eval()).requires_grad_(False)
        net = net.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self._rings_of = net.rings
        view = torch.linspace(0, 1, self.input_size**2).reshape(1, 1, self.input_size, -1)
        self._net = packed(
            net,
            view.contiguous(memory_format=torch.channels_last),
            torch.tensor([2.5]),
            torch.zeros(1),
        )
        self._known_rings: dict[float, Any] = {}

    def encode(self, pixels: Float, context: Float, contrast: Float) -> tuple[Float, Float]:
        """Relief [V, T] and near [V, E] of stretched views [V, S, S] in 0..1.

        ``context`` [V]: side / diameter; ``contrast`` [V]: see :func:`contrast_number`.
        """
        import torch

        reliefs, nears = [], []
        with torch.inference_mode():
            for start in range(0, len(pixels), BATCH):
                part = slice(start, start + BATCH)
                batch = torch.from_numpy(np.ascontiguousarray(pixels[part], np.float32))[:, None]
                widths = np.ascontiguousarray(context[part], np.float32)
                out = self._net(
                    batch.contiguous(memory_format=torch.channels_last),
                    torch.from_numpy(widths),
                    torch.from_numpy(np.asarray(contrast[part], np.float32)),
                    self._rings(widths),
                )
                reliefs.append(out.relief.numpy())
                nears.append(out.near.numpy())
        if not reliefs:
            return np.zeros((0, self.relief_dim), np.float32), np.zeros(
                (0, self.near_dim), np.float32
            )
        return np.concatenate(reliefs), np.concatenate(nears)

    def _rings(self, context: Float) -> Any:
        """The network's rings for views [V], kept from view to view where all are as wide."""
        import torch

        width = float(context[0])
        if not (context == context[0]).all():
            return self._rings_of(torch.from_numpy(context))
        if width not in self._known_rings:
            if len(self._known_rings) >= _RINGS_KEPT:
                self._known_rings.clear()
            self._known_rings[width] = self._rings_of(torch.tensor([width]))
        return self._known_rings[width]

    def describe(self, views: list[View], contexts: list[float]) -> KindVectors:
        """The descriptors of views, each ``input_size`` pixels wide and cut at its context."""
        pixels = np.stack([view.pixels for view in views]).astype(np.float32)
        contrast = np.array([contrast_number(v.pixels, v.level) for v in views], np.float32)
        relief, near = self.encode(pixels, np.array(contexts, np.float32), contrast)
        told = [in_rings(v.pixels, v.level, c) for v, c in zip(views, contexts, strict=True)]
        return KindVectors(relief, near, *(np.stack(part) for part in zip(*told, strict=True)))


def kinds_folder() -> Path:
    """Where the weights of the descriptor of kind lie."""
    return resources_folder().parent / "kinds"


def load_descriptor(path: Path | None = None, threads: int | None = None) -> KindDescriptor:
    """The descriptor of a card (None: the one that ships).

    Raises EncoderError when there is none, or its files are damaged or of another version.
    """
    if path is None:
        cards = sorted(kinds_folder().glob("*.json")) if kinds_folder().is_dir() else []
        if not cards:
            raise EncoderError(f"No descriptor of kind is installed. {_REPAIR}")
        path = cards[-1]
    card, weights = read_card(path, ARCHITECTURE, "The descriptor of kind", _REPAIR)
    descriptor = KindDescriptor(card, weights, threads)
    if "reading" in card:
        descriptor.reading = _reading(path, str(card["reading"]))
    return descriptor


def _reading(path: Path, digest: str) -> Reading:
    name = path.with_suffix(".reading.safetensors")
    try:
        content = name.read_bytes()
    except OSError as error:
        raise EncoderError(f"{name.name} cannot be read ({error.strerror}). {_REPAIR}") from error
    if hashlib.sha256(content).hexdigest() != digest:
        raise EncoderError(
            f"{name.name} is not the file the model card of {path.stem} describes (their SHA-256 "
            f"differs). {_REPAIR}"
        )
    return Reading.loaded(content)
