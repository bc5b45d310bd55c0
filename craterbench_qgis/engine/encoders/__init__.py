"""Encoders: views of craters in, a global descriptor, patch tokens and saliency out."""

from __future__ import annotations

from .base import Embedding, Encoder
from .registry import available_encoders, load_encoder

__all__ = ["Embedding", "Encoder", "available_encoders", "load_encoder"]
