"""Model cards of weights that ship with the plugin: ``NAME.json`` with ``NAME.safetensors``."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from ...contract.records import read_json
from ..errors import EncoderError


def read_card(
    path: Path, architecture: str, what: str, repair: str
) -> tuple[dict[str, Any], bytes]:
    """The card and the bytes of its weights, which are the ones it describes.

    ``what``: how messages call it ("The encoder"); ``repair``: what to do. Raises EncoderError
    where a file is missing or damaged, they do not belong together, or the architecture is another.
    """
    name = path.stem
    try:
        card = read_json(path.read_text(encoding="utf-8"))
        weights = path.with_suffix(".safetensors").read_bytes()
        expected, stated = str(card["sha256"]), str(card["architecture"]["name"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise EncoderError(
            f"{what} {name} cannot be read: its model card or weights are missing or damaged "
            f"({type(error).__name__}: {error}). {repair}"
        ) from error
    if hashlib.sha256(weights).hexdigest() != expected:
        raise EncoderError(
            f"The weights of {name} are not the ones its model card describes (their SHA-256 "
            f"differs; the file is truncated or changed). {repair}"
        )
    if stated != architecture:
        raise EncoderError(
            f"{name} has the architecture {stated!r}, which this version does not know. Update the "
            "plugin."
        )
    return card, weights
