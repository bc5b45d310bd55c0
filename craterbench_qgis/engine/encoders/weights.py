"""Reading weights from a file without running any code in it, and saying what is wrong with it."""

from __future__ import annotations

import argparse
import hashlib
import zipfile
from collections.abc import Mapping
from pathlib import Path
from pickle import UnpicklingError  # nosec B403 - the exception's name; nothing is unpickled
from typing import TYPE_CHECKING, Any

from ..errors import EncoderError

if TYPE_CHECKING:
    import torch

State = dict[str, "torch.Tensor"]

_CONTAINERS = ("teacher", "state_dict", "model", "model_state_dict", "encoder", "backbone")
_PREFIXES = ("module.", "_orig_mod.", "model.", "teacher.", "backbone.", "encoder.")
_MARKUP = (b"<!doctype", b"<html", b"<?xml", b"<head", b'{"error', b'{"message')


def file_hash(path: Path) -> str:
    """SHA-256 of a file, read in pieces."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while block := stream.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def read_state(path: Path) -> State:
    """The tensors of a checkpoint, by name, without training wrappers' prefixes.

    ``path``: safetensors, or a file of ``torch.save``, whatever its ending. A state dict may be
    plain or lie under ``state_dict``, ``model`` or ``teacher``. Raises ``EncoderError`` that says
    which kind of wrong file it is.
    """
    kind = _kind(path)
    content = _read_safetensors(path) if kind == "safetensors" else _read_torch(path, kind)
    return _strip_prefixes(_find_state(content, path))


def _kind(path: Path) -> str:
    """``safetensors``, ``zip`` (torch.save) or ``pickle`` (old torch.save), by the first bytes."""
    try:
        size = path.stat().st_size
        with path.open("rb") as stream:
            head = stream.read(512)
    except FileNotFoundError as error:
        raise EncoderError(f"There is no checkpoint at {path}. Check the path.") from error
    except OSError as error:
        raise EncoderError(
            f"The checkpoint {path} cannot be opened ({error.strerror}). Check that it is a file "
            "and that you may read it."
        ) from error
    if size == 0:
        raise EncoderError(f"The checkpoint {path} is empty. Download it again.")
    if head.startswith(b"version https://git-lfs"):
        raise EncoderError(
            f"The checkpoint {path} is a Git LFS pointer, not the weights. Fetch them with "
            "'git lfs pull' or download the file itself."
        )
    if head.lstrip().lower().startswith(_MARKUP):
        raise EncoderError(
            f"The checkpoint {path} is a web page or an error message of a server, not weights. "
            "Download the file again and check that the address leads to the file itself."
        )
    if head.startswith(b"PK\x03\x04"):
        return "zip"
    if head.startswith(b"\x80") and head[1:2] in (b"\x02", b"\x03", b"\x04", b"\x05"):
        return "pickle"
    if head[8:9] == b"{":
        return "safetensors"
    raise EncoderError(
        f"The checkpoint {path} is neither a safetensors nor a PyTorch file. Check that it is the "
        "right file, and download it again if it should be one."
    )


def _read_safetensors(path: Path) -> State:
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        return dict(load_file(path, device="cpu"))
    except (SafetensorError, OSError, ValueError) as error:
        raise _damaged(path, error) from error


def _read_torch(path: Path, kind: str) -> Any:
    import torch

    if kind == "zip" and not _ends_as_zip(path):
        raise EncoderError(
            f"The checkpoint {path} is truncated: its end is missing or spoiled. Download it again."
        )
    try:
        # Training scripts store their arguments beside the weights: a plain record, no code.
        with torch.serialization.safe_globals([argparse.Namespace]):
            return torch.load(path, map_location="cpu", weights_only=True)
    except UnpicklingError as error:
        if "Weights only load failed" in str(error) and "GLOBAL" in str(error):
            raise EncoderError(
                f"The checkpoint {path} holds Python objects besides weights ({_culprit(error)}) "
                "and is not opened, because reading them would run code from the file. Ask its "
                "authors for a safetensors file, or convert it where you trust it."
            ) from error
        raise _damaged(path, error) from error
    except Exception as error:
        raise _damaged(path, error) from error


def _ends_as_zip(path: Path) -> bool:
    try:
        return zipfile.is_zipfile(path)
    except zipfile.BadZipFile:  # of an end that names further disks
        return False


def _culprit(error: UnpicklingError) -> str:
    """The name of the refused object in torch's long explanation."""
    words = str(error).split("GLOBAL ", 1)[1].split()
    return words[0].strip("`'\",")


def _damaged(path: Path, error: Exception) -> EncoderError:
    reason = (str(error).strip().split("\n")[0] or type(error).__name__)[:160]
    return EncoderError(
        f"The checkpoint {path} is truncated or damaged ({reason}). Download it again."
    )


def _find_state(content: Any, path: Path) -> State:
    """The dictionary of tensors in what a training script saved, the teacher's first."""
    import torch

    for _ in range(4):
        if not isinstance(content, Mapping):
            break
        inner = next((content[k] for k in _CONTAINERS if isinstance(content.get(k), Mapping)), None)
        if inner is None:
            state = {str(k): v for k, v in content.items() if isinstance(v, torch.Tensor)}
            if state:
                return state
            break
        content = inner
    raise EncoderError(
        f"The checkpoint {path} holds no weights: no tensors lie at its top or under state_dict, "
        "model or teacher. Check that it is the file of a model, not of an optimiser."
    )


def _strip_prefixes(state: State) -> State:
    """Remove what wrappers put before every name; where only a part has it, that part is kept."""
    changed = True
    while changed:
        changed = False
        for prefix in _PREFIXES:
            inside = {k.removeprefix(prefix): v for k, v in state.items() if k.startswith(prefix)}
            if "patch_embed.proj.weight" not in state and len(inside) * 2 > len(state):
                outside = {k: v for k, v in state.items() if not k.startswith(prefix)}
                state = {**outside, **inside}
                changed = True
    return state
