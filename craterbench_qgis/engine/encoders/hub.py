"""timm models with their published weights, from this machine's cache unless told otherwise."""

from __future__ import annotations

import hashlib
from pathlib import Path
from pickle import UnpicklingError  # nosec B403 - the exception's name; nothing is unpickled
from typing import TYPE_CHECKING, Any

from ..errors import EncoderError
from .compat import import_timm
from .device import choose_place
from .vit import InputConfig, Provenance, VitEncoder, build_model, first_line, native_input
from .weights import read_state

if TYPE_CHECKING:
    from torch import nn

_WEIGHT_FILES = ("model.safetensors", "pytorch_model.bin")


def load_timm(
    name: str,
    *,
    device: str = "auto",
    threads: int | None = None,
    random_weights: bool = False,
    allow_download: bool = False,
) -> VitEncoder:
    """The timm vision transformer ``name``, e.g. ``vit_small_patch16_224.dino``.

    Weights come from the local Hugging Face or torch hub cache; the network is used only with
    ``allow_download``. ``random_weights``: untrained, always the same (seed 0), for timing only.
    Raises ``EncoderError`` for unknown names, models that are no vision transformers, and weights
    that are not there.
    """
    place = choose_place(device, threads)
    config, parameters = native_input(name)
    if random_weights:
        model = _untrained(name, config)
        provenance = Provenance(
            f"timm:{name}?random",
            f"{name} with untrained weights, for timing only: its matches mean nothing",
            "Apache-2.0 (timm)",
            state_hash(model),
        )
        return VitEncoder(model, config, provenance, place)
    card = _published(name)
    cached = _cached_file(card)
    if cached is None and not allow_download:
        raise EncoderError(
            f"The weights of {name} are not on this machine. Allow the download of about "
            f"{4 * parameters / 1e6:.0f} MB from {_source(card)}, load a checkpoint file instead, "
            "or use the encoder 'hog', which needs none."
        )
    model = _trained(name, config, cached or _download(name, card))
    tag = str(card.get("tag") or "default")
    provenance = Provenance(
        f"timm:{name}",
        f"{name}, published weights '{tag}' from {_source(card)}; not trained on craters by us",
        str(card.get("license") or "unknown: see the page of the model"),
        state_hash(model),
    )
    return VitEncoder(model, config, provenance, place)


def state_hash(model: nn.Module) -> str:
    """SHA-256 over names, types, shapes and bytes of a model's weights, in order of the names."""
    import torch

    digest = hashlib.sha256()
    for key, tensor in sorted(model.state_dict().items()):
        digest.update(f"{key} {tensor.dtype} {tuple(tensor.shape)}\n".encode())
        flat = tensor.detach().cpu().contiguous().reshape(-1)
        digest.update(flat.view(torch.uint8).numpy().tobytes())
    return digest.hexdigest()


def _size_argument(name: str, config: InputConfig) -> int | None:
    """The size to build a model for; None where timm's own is right already."""
    timm = import_timm()
    card = timm.get_pretrained_cfg(name, allow_unregistered=False)
    native = card.input_size[-1] if card is not None else config.size
    return None if native == config.size else config.size


def _untrained(name: str, config: InputConfig) -> nn.Module:
    import torch

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        return build_model(name, size=_size_argument(name, config))


def _published(name: str) -> dict[str, Any]:
    """timm's record of where the weights of ``name`` are."""
    timm = import_timm()
    record = timm.get_pretrained_cfg(name, allow_unregistered=False)
    if record is None or not record.has_weights:
        raise EncoderError(
            f"No weights are published for {name}. Use a name with a tag, such as "
            "vit_small_patch16_224.dino, or a checkpoint file with a model card."
        )
    return dict(record.to_dict())


def _cached_file(card: dict[str, Any]) -> Path | None:
    """The weights in the local caches, without any request."""
    import torch
    from huggingface_hub import try_to_load_from_cache

    repository = card.get("hf_hub_id")
    if repository:
        named = card.get("hf_hub_filename")
        for filename in (named,) if named else _WEIGHT_FILES:
            cached = try_to_load_from_cache(repository, filename)
            if isinstance(cached, str):
                return Path(cached)
    url = card.get("url")
    if isinstance(url, str) and url:
        path = Path(torch.hub.get_dir()) / "checkpoints" / url.rsplit("/", 1)[-1]
        if path.is_file():
            return path
    return None


def _download(name: str, card: dict[str, Any]) -> Path:
    """Fetch the weights into the cache; the caller was allowed to use the network."""
    import torch
    from timm.models import load_state_dict_from_hf

    repository, named, url = card.get("hf_hub_id"), card.get("hf_hub_filename"), card.get("url")
    try:
        if repository:
            chosen = {"filename": named} if named else {}
            load_state_dict_from_hf(repository, weights_only=True, **chosen)
        elif isinstance(url, str) and url:
            target = Path(torch.hub.get_dir()) / "checkpoints" / url.rsplit("/", 1)[-1]
            target.parent.mkdir(parents=True, exist_ok=True)
            torch.hub.download_url_to_file(url, str(target), progress=False)
    except _network_errors() as error:
        raise EncoderError(
            f"The weights of {name} could not be fetched from {_source(card)}: "
            f"{first_line(error)}. Check the connection and the proxy, or load a checkpoint file."
        ) from error
    cached = _cached_file(card)
    if cached is None:
        raise EncoderError(
            f"The weights of {name} were fetched from {_source(card)} but are not in the cache. "
            "Download them by hand and load the checkpoint file."
        )
    return cached


def _trained(name: str, config: InputConfig, cached: Path) -> nn.Module:
    """Build with the weights of a file; timm adapts position embeddings to the input size."""
    from safetensors import SafetensorError

    overlay = {"file": str(cached), "hf_hub_id": None, "url": None}
    size = _size_argument(name, config)
    try:
        return build_model(name, size=size, pretrained=True, pretrained_cfg_overlay=overlay)
    except (EncoderError, OSError, EOFError, KeyError, UnpicklingError, SafetensorError) as error:
        if cached.suffix != ".npz":
            read_state(cached)  # says what is wrong with the file itself
        raise EncoderError(
            f"The cached weights {cached} do not fit {name} ({first_line(error)}). Delete the "
            "file and download it again."
        ) from error


def _network_errors() -> tuple[type[Exception], ...]:
    """What a failed download raises, whichever HTTP library the hub's client is built on."""
    from huggingface_hub.errors import HfHubHTTPError

    lineage = (base for base in HfHubHTTPError.__mro__ if issubclass(base, Exception))
    return tuple(base for base in lineage if base is not Exception)


def _source(card: dict[str, Any]) -> str:
    repository = card.get("hf_hub_id")
    return f"the Hugging Face hub ({repository})" if repository else str(card.get("url"))
