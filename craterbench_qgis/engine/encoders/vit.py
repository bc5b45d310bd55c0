"""Vision transformers of timm as encoders."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import EncoderError
from .attention import last_attention, saliency_without_cls, tapped
from .base import Embedding, Encoder, FloatArray, prepare_pixels, unit_rows, unit_sum
from .card import INTERPOLATIONS
from .compat import import_timm
from .device import Place, cpu_threads, in_batches, is_out_of_memory

if TYPE_CHECKING:
    import torch
    from torch import nn

VIEW_SIZE = 224
LARGEST_NATIVE_SIZE = 256
"""Models trained at more pixels than this run at 224: a view holds no more detail."""


@dataclass(frozen=True)
class InputConfig:
    """How a model wants its pixels. ``mean`` and ``std``: one value a channel, pixels in 0..1."""

    size: int
    channels: int
    mean: tuple[float, ...]
    std: tuple[float, ...]
    interpolation: str = "bicubic"


@dataclass(frozen=True)
class Provenance:
    """What the user and the index know of an encoder."""

    id: str
    description: str
    licence: str
    weights_hash: str


class VitEncoder(Encoder):
    """A timm vision transformer. Grey views are repeated where it wants three channels.

    Global: the CLS token after the last norm; models without one give timm's pooled descriptor
    (mean or attention pooling, as the model is configured). Tokens: patch tokens after the last
    norm, without CLS and registers. Attention: of the CLS token in the last block, mean of the
    heads; without a CLS token see :func:`.attention.saliency_without_cls`.

    Batches: on the CPU a view's vectors change by about 1e-6 with the batch it is in, on CUDA
    (float16 autocast) by about 1e-3; both are below the index's int8 step.
    """

    def __init__(
        self, model: nn.Module, config: InputConfig, provenance: Provenance, place: Place
    ) -> None:
        import torch

        self.id = provenance.id
        self.description = provenance.description
        self.licence = provenance.licence
        self.weights_hash = provenance.weights_hash
        self.input_size = config.size
        self.preferred_batch = place.preferred_batch
        self.device_name = place.name
        self.threads = place.threads
        self._place = place
        self._config = config
        self._model: Any = model.eval().requires_grad_(False).to(place.device)
        has_cls = getattr(model, "cls_token", None) is not None
        self._prefix = int(getattr(model, "num_prefix_tokens", int(has_cls)))
        self._attention = last_attention(model, self.id) if has_cls else None
        self._mean = torch.tensor(config.mean, device=place.device).view(1, -1, 1, 1)
        self._std = torch.tensor(config.std, device=place.device).view(1, -1, 1, 1)
        self._learn_shapes()

    def encode(self, pixels: FloatArray) -> Embedding:
        """See :meth:`Encoder.encode`."""
        views = prepare_pixels(pixels, self.input_size, self._config.interpolation)
        count = self.grid[0] * self.grid[1]
        if len(views) == 0:
            return Embedding(
                np.zeros((0, self.global_dim), np.float32),
                np.zeros((0, count, self.token_dim), np.float32),
                np.zeros((0, count), np.float32),
            )

        def work(start: int, stop: int) -> tuple[FloatArray, ...]:
            return self._forward(views[start:stop])

        with cpu_threads(self._place.threads):
            parts = in_batches(len(views), self.preferred_batch, work, self._place)
        whole, tokens, attention = (np.concatenate(part) for part in zip(*parts, strict=True))
        return Embedding(unit_rows(whole), unit_rows(tokens), unit_sum(attention))

    def _forward(self, views: FloatArray) -> tuple[FloatArray, ...]:
        """Descriptors ``[B, G]``, tokens ``[B, N, D]``, attention ``[B, N]``, not normalised."""
        import torch

        with torch.inference_mode():
            batch = torch.from_numpy(views).to(self._place.device)[:, None]
            batch = (batch.expand(-1, self._config.channels, -1, -1) - self._mean) / self._std
            on_cuda = self._place.device.type == "cuda"
            with torch.autocast("cuda", dtype=torch.float16, enabled=on_cuda):
                described = self.describe(batch)
            if on_cuda and not all(bool(part.isfinite().all()) for part in described):
                described = self.describe(batch)  # float16 overflowed: this batch in float32
            arrays = tuple(part.float().cpu().numpy() for part in described)
        if not all(np.isfinite(part).all() for part in arrays):
            raise EncoderError(
                f"The encoder {self.id} returned values that are not finite. Its weights are "
                "damaged or do not belong to this architecture: get the checkpoint again."
            )
        return arrays

    def describe(self, batch: torch.Tensor) -> tuple[torch.Tensor, ...]:
        """Descriptors ``[B, G]``, tokens ``[B, N, D]`` and attention ``[B, N]``, not normalised, of
        ``batch`` [B, C, S, S] as the model wants its pixels; differentiable."""
        if self._attention is None:
            raw = self._model.forward_features(batch)
            tokens = self._after_norm(raw)[:, self._prefix :]
            whole = self._model.forward_head(raw, pre_logits=True)
            return whole, tokens, saliency_without_cls(tokens)
        with tapped(self._attention) as tap:
            features = self._after_norm(self._model.forward_features(batch))
        if tap.weights is None or tap.weights.shape != features.shape[:2]:
            raise EncoderError(
                f"The attention of {self.id} does not have one weight for each token. Use a "
                "plain vision transformer (vit_*, deit_*, beit*, eva*, dinov3)."
            )
        return features[:, 0], features[:, self._prefix :], tap.weights[:, self._prefix :]

    def _after_norm(self, features: torch.Tensor) -> torch.Tensor:
        """Tokens after the last norm; mean-pooling models keep it behind the pooling."""
        if features.ndim != 3:
            raise EncoderError(
                f"{self.id} is not a vision transformer: it gives feature maps of shape "
                f"{tuple(features.shape)}, no patch tokens. Use a vit_*, deit_*, beit*, eva* or "
                "dinov3 model."
            )
        last = getattr(self._model, "norm", None)
        behind = getattr(self._model, "fc_norm", None)
        if behind is not None and (last is None or not any(True for _ in last.parameters())):
            return behind(features)
        return features

    def _learn_shapes(self) -> None:
        """Encode one grey view: sets the grid and the dimensions, and finds what does not fit."""
        grey = np.full((1, self.input_size, self.input_size), 0.5, np.float32)
        try:
            with cpu_threads(self._place.threads):
                whole, tokens, _ = in_batches(
                    1, 1, lambda start, stop: self._forward(grey[start:stop]), self._place
                )[0]
        except (RuntimeError, TypeError, ValueError, AttributeError, AssertionError) as error:
            raise EncoderError(
                f"{self.id} cannot be used as an encoder of single views ({first_line(error)}). "
                "Use a plain vision transformer (vit_*, deit_*, beit*, eva*, dinov3)."
            ) from error
        side = math.isqrt(tokens.shape[1])
        if whole.ndim != 2 or side == 0 or side * side != tokens.shape[1]:
            raise EncoderError(
                f"{self.id} gives {tokens.shape[1]} patch tokens, not a square grid of them. Use "
                "a plain vision transformer (vit_*, deit_*, beit*, eva*, dinov3)."
            )
        self.grid = (side, side)
        self.global_dim = int(whole.shape[1])
        self.token_dim = int(tokens.shape[2])


def build_model(
    architecture: str, *, channels: int = 3, size: int | None = None, **more: Any
) -> nn.Module:
    """A timm model without a classifier, for ``size`` px (None: as timm has it).

    Further arguments go to ``timm.create_model`` (``pretrained``, ``pretrained_cfg_overlay``).
    Raises ``EncoderError`` for a name timm does not know and a size the model cannot take.
    """
    timm = import_timm()
    if size is not None:
        more["img_size"] = size
    try:
        return timm.create_model(architecture, num_classes=0, in_chans=channels, **more)
    except (TypeError, ValueError, AssertionError, RuntimeError) as error:
        if is_out_of_memory(error):
            raise
        if timm.is_model(architecture.split(".")[0]) and "pretrained tag" not in str(error):
            raise EncoderError(
                f"timm cannot build {architecture} with {channels} channels at "
                f"{size or 'its own'} px ({first_line(error)}). Use another model or input size."
            ) from error
        stem = architecture.split(".")[0]
        near = timm.list_models(f"{stem}*", pretrained=True) or timm.list_models(f"{stem[:9]}*")
        hint = f" It has {', '.join(near[:6])}." if near else ""
        raise EncoderError(
            f"timm {timm.__version__} has no model called {architecture!r}.{hint} Look its name "
            "up in timm.list_models()."
        ) from error


def native_input(architecture: str) -> tuple[InputConfig, int]:
    """What timm says a model wants (three channels) and its number of parameters.

    Nothing is allocated. Sizes above 256 px become the largest multiple of the patch up to 224.
    Raises ``EncoderError`` for an unknown name.
    """
    import torch

    timm = import_timm()
    with torch.device("meta"):
        model: Any = build_model(architecture)
    wish = timm.data.resolve_model_data_config(model)
    size = int(wish["input_size"][-1])
    if size > LARGEST_NATIVE_SIZE:
        patch = getattr(getattr(model, "patch_embed", None), "patch_size", 16)
        side = int(patch[0] if isinstance(patch, tuple) else patch)
        size = VIEW_SIZE // side * side
    interpolation = str(wish["interpolation"])
    config = InputConfig(
        size=size,
        channels=3,
        mean=tuple(float(v) for v in wish["mean"]),
        std=tuple(float(v) for v in wish["std"]),
        interpolation=interpolation if interpolation in INTERPOLATIONS else "bicubic",
    )
    return config, sum(parameter.numel() for parameter in model.parameters())


def first_line(error: BaseException) -> str:
    """The first line of an exception's message, at most 200 characters."""
    return (str(error).strip().split("\n")[0] or type(error).__name__)[:200]
