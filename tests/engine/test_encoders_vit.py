"""timm vision transformers: attention against timm's fused path, descriptors, devices, offline."""

from __future__ import annotations

import importlib.machinery
import importlib.util
import socket
import sys
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from craterbench_qgis.engine.encoders import compat, device, hub, load_encoder
from craterbench_qgis.engine.encoders.device import Place, choose_place
from craterbench_qgis.engine.encoders.vit import (
    InputConfig,
    Provenance,
    VitEncoder,
    build_model,
    native_input,
)
from craterbench_qgis.engine.errors import EncoderError

from .test_encoders import assert_is_valid, views

torch = pytest.importorskip("torch")

SMALL: dict[str, dict[str, Any]] = {
    "vit_tiny_patch16_224": {"depth": 2, "qk_norm": True},
    "vit_small_patch14_reg4_dinov2": {"depth": 2, "embed_dim": 64, "num_heads": 4, "img_size": 112},
    "vit_small_patch16_dinov3": {"depth": 2, "embed_dim": 64, "num_heads": 4},
    "eva02_tiny_patch14_224": {"depth": 2, "embed_dim": 64, "num_heads": 4},
    "beit_base_patch16_224": {"depth": 2, "embed_dim": 64, "num_heads": 4},
    "deit_tiny_distilled_patch16_224": {"depth": 2, "embed_dim": 64, "num_heads": 4},
}


def wrap(model: Any, size: int, channels: int = 3, name: str = "small") -> VitEncoder:
    config = InputConfig(size, channels, (0.5,) * channels, (0.25,) * channels)
    provenance = Provenance(name, "a random model", "none", "0" * 64)
    return VitEncoder(model, config, provenance, choose_place("cpu", 1))


def small(name: str, **more: Any) -> Any:
    torch.manual_seed(1)
    model = build_model(name, **{**SMALL.get(name, {}), **more}).eval()
    with torch.no_grad():  # timm starts near zero: uniform attention would prove nothing
        for key, parameter in model.named_parameters():
            if "qkv" in key or "_proj" in key or "position_bias" in key:
                parameter.normal_(std=0.3)
    return model


@pytest.mark.parametrize("name", SMALL)
def test_attention_is_what_the_fused_path_computes(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """timm's untouched fused forward hands queries and keys to one function: listen there."""
    model = small(name)
    size = model.patch_embed.img_size[0]
    pixels = views(2, size)
    batch = (torch.from_numpy(pixels)[:, None].expand(-1, 3, -1, -1) - 0.5) / 0.25
    calls: list[torch.Tensor] = []
    fused = torch.nn.functional.scaled_dot_product_attention

    def listen(query: Any, key: Any, value: Any, attn_mask: Any = None, **rest: Any) -> Any:
        scores = query.double() @ key.double().transpose(-1, -2) / query.shape[-1] ** 0.5
        if attn_mask is not None:
            scores = scores + attn_mask.double()
        calls.append(scores.softmax(-1).mean(1)[:, 0])
        return fused(query, key, value, attn_mask=attn_mask, **rest)

    with monkeypatch.context() as patch, torch.inference_mode():
        patch.setattr(torch.nn.functional, "scaled_dot_product_attention", listen)
        features = model.forward_features(batch)
    assert len(calls) == 2
    prefix = model.num_prefix_tokens
    expected = calls[-1][:, prefix:].numpy()
    expected = expected / expected.sum(-1, keepdims=True)
    assert expected.max() > 3 / expected.shape[1]  # far from uniform

    encoder = wrap(model, size)
    embedding = encoder.encode(pixels)
    assert_is_valid(encoder, embedding, 2)
    np.testing.assert_allclose(embedding.attention, expected, atol=1e-5)
    with torch.inference_mode():
        if not any(True for _ in model.norm.parameters()):
            features = model.fc_norm(features)
    raw = torch.nn.functional.normalize(features, dim=-1).numpy()
    np.testing.assert_allclose(embedding.globals, raw[:, 0], atol=1e-4)
    np.testing.assert_allclose(embedding.tokens, raw[:, prefix:], atol=1e-4)


@pytest.mark.parametrize("name", ["test_vit2", "test_vit3", "test_vit4"])
def test_models_without_cls_give_their_pooled_descriptor(name: str) -> None:
    model = small(name)
    assert model.cls_token is None
    encoder = wrap(model, 160)
    pixels = views(3, 160)
    embedding = encoder.encode(pixels)
    assert_is_valid(encoder, embedding, 3)
    assert encoder.grid == (10, 10)
    batch = (torch.from_numpy(pixels)[:, None].expand(-1, 3, -1, -1) - 0.5) / 0.25
    with torch.inference_mode():
        pooled = torch.nn.functional.normalize(model(batch), dim=-1).numpy()
    np.testing.assert_allclose(embedding.globals, pooled, atol=1e-4)
    directions = embedding.tokens.astype(np.float64)
    mean = directions.mean(1, keepdims=True)
    cosine = (directions * mean).sum(-1) / np.linalg.norm(mean, axis=-1)
    weights = np.exp(cosine / 0.1)
    np.testing.assert_allclose(
        embedding.attention, weights / weights.sum(-1, keepdims=True), atol=1e-4
    )


def test_one_channel_equals_three_when_the_kernels_add_up() -> None:
    three = small("test_vit")
    grey = small("test_vit", channels=1)
    state = three.state_dict()
    state["patch_embed.proj.weight"] = state["patch_embed.proj.weight"].sum(1, keepdim=True)
    grey.load_state_dict(state)
    pixels = views(2, 160)
    a, b = wrap(three, 160).encode(pixels), wrap(grey, 160, channels=1).encode(pixels)
    np.testing.assert_allclose(a.globals, b.globals, atol=1e-4)
    np.testing.assert_allclose(a.attention, b.attention, atol=1e-5)


def test_a_view_does_not_depend_on_its_batch() -> None:
    encoder = wrap(small("test_vit"), 160)
    pixels = views(21, 160)
    whole = encoder.encode(pixels)
    for i in (0, 15, 16, 20):
        single = encoder.encode(pixels[i : i + 1])
        np.testing.assert_allclose(single.globals[0], whole.globals[i], atol=1e-5)
        np.testing.assert_allclose(single.tokens[0], whole.tokens[i], atol=1e-5)
        np.testing.assert_allclose(single.attention[0], whole.attention[i], atol=1e-6)
    assert encoder.encode(pixels[:0]).tokens.shape == (0, 100, 64)


def test_threads_that_encode_at_once_do_not_mix_up_their_attention() -> None:
    encoder = wrap(small("test_vit"), 160)
    pixels = views(6, 160)
    expected = encoder.encode(pixels).attention
    results: dict[int, list[np.ndarray]] = {i: [] for i in range(6)}

    def work(i: int) -> None:
        for _ in range(8):
            results[i].append(encoder.encode(pixels[i : i + 1]).attention[0])

    workers = [threading.Thread(target=work, args=(i,)) for i in range(6)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    for i, attentions in results.items():
        assert len(attentions) == 8
        for attention in attentions:
            np.testing.assert_allclose(attention, expected[i], atol=1e-6)


@pytest.mark.parametrize(
    "name", ["test_resnet", "swin_tiny_patch4_window7_224", "xcit_nano_12_p16_224"]
)
def test_what_is_no_vision_transformer_is_refused(name: str) -> None:
    more = {"depths": (1, 1, 1, 1)} if name.startswith("swin") else {}
    more = {"depth": 1} if name.startswith("xcit") else more
    with pytest.raises(EncoderError, match="vision transformer"):
        wrap(build_model(name, **more), 160 if name.startswith("test") else 224, name=name)


def test_weights_that_are_not_finite_are_refused() -> None:
    model = small("test_vit")
    model.blocks[0].mlp.fc1.weight.data[0, 0] = float("nan")
    with pytest.raises(EncoderError, match="not finite"):
        wrap(model, 160)


def test_large_inputs_are_brought_to_224_and_nothing_is_allocated_to_know() -> None:
    config, parameters = native_input("vit_giant_patch14_dinov2")
    assert (config.size, config.channels, config.interpolation) == (224, 3, "bicubic")
    assert config.mean == pytest.approx((0.485, 0.456, 0.406))
    assert parameters > 1_000_000_000
    assert native_input("vit_small_patch16_dinov3")[0].size == 256


def test_random_weights_are_the_same_each_time_and_say_what_they_are() -> None:
    first, second = (load_encoder("timm:test_vit?random", device="cpu") for _ in range(2))
    assert first.weights_hash == second.weights_hash
    assert "untrained" in first.description
    pixels = views(1, 224)
    np.testing.assert_array_equal(first.encode(pixels).globals, second.encode(pixels).globals)


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_args: Any, **_kwargs: Any) -> Any:
        raise AssertionError("the network was used")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setattr(socket, "create_connection", refuse)


@pytest.mark.usefixtures("no_network")
@pytest.mark.parametrize("spec", ["timm:test_vit", "test_vit.r160_in1k"])
def test_weights_are_never_fetched_unasked(
    spec: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    empty_caches(tmp_path, monkeypatch)
    with pytest.raises(EncoderError, match=r"not on this machine.*about \d MB from the Hugging"):
        load_encoder(spec, device="cpu")


@pytest.mark.usefixtures("no_network")
def test_weights_in_the_hub_cache_are_used_without_the_network(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from safetensors.torch import save_file

    empty_caches(tmp_path, monkeypatch)
    repository = tmp_path / "models--timm--test_vit.r160_in1k"
    snapshot = repository / "snapshots" / ("0" * 40)
    snapshot.mkdir(parents=True)
    (repository / "refs").mkdir()
    (repository / "refs" / "main").write_text("0" * 40)
    timm = compat.import_timm()
    torch.manual_seed(3)
    trained = timm.create_model("test_vit")  # with its classifier, as published
    save_file(trained.state_dict(), snapshot / "model.safetensors")

    encoder = load_encoder("timm:test_vit", device="cpu")
    expected = wrap(trained, 160)
    expected._mean, expected._std = encoder._mean, encoder._std  # type: ignore[attr-defined]
    pixels = views(2, 160)
    np.testing.assert_allclose(
        encoder.encode(pixels).globals, expected.encode(pixels).globals, atol=1e-5
    )
    assert encoder.weights_hash == hub.state_hash(build_like(trained))
    assert "Hugging Face hub (timm/test_vit.r160_in1k)" in encoder.description

    whole = (snapshot / "model.safetensors").read_bytes()
    (snapshot / "model.safetensors").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(EncoderError, match="truncated or damaged"):
        load_encoder("timm:test_vit", device="cpu")


def build_like(trained: Any) -> Any:
    bare = build_model("test_vit")
    bare.load_state_dict(trained.state_dict(), strict=False)
    return bare


def test_a_failed_download_is_told_in_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import timm.models

    empty_caches(tmp_path, monkeypatch)

    def fail(*_args: Any, **_kwargs: Any) -> Any:
        raise ConnectionError("407 Proxy Authentication Required")

    monkeypatch.setattr(timm.models, "load_state_dict_from_hf", fail)
    with pytest.raises(
        EncoderError, match=r"could not be fetched.*407 Proxy.*Check the connection"
    ):
        load_encoder("timm:test_vit", device="cpu", allow_download=True)


def empty_caches(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import huggingface_hub.file_download

    monkeypatch.setattr(huggingface_hub.file_download, "HF_HUB_CACHE", str(folder), raising=False)
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_CACHE", str(folder))
    monkeypatch.setattr(torch.hub, "get_dir", lambda: str(folder / "torch"))


def test_devices_are_tried_and_named(monkeypatch: pytest.MonkeyPatch) -> None:
    assert choose_place("cpu", 3).name == "cpu (3 threads)"
    with pytest.raises(EncoderError, match="no device 'toaster'"):
        choose_place("toaster")
    with pytest.raises(EncoderError, match="1 or more"):
        choose_place("cpu", 0)
    monkeypatch.setattr(device, "_is_present", lambda kind: kind == "cuda")
    monkeypatch.setattr(device, "_try_device", lambda place: "no kernel image is available")
    fallback = choose_place("auto", 2)
    assert fallback.device.type == "cpu"
    assert (
        fallback.name == "cpu (2 threads, cuda was found but failed: no kernel image is available)"
    )
    with pytest.raises(EncoderError, match="'cuda:0' cannot be used: no kernel image"):
        choose_place("cuda:0")


def test_threads_by_default_and_restored(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    assert 1 <= device.default_threads() <= 16
    monkeypatch.setenv("OMP_NUM_THREADS", "5")
    assert device.default_threads() == 5
    before = torch.get_num_threads()
    with device.cpu_threads(before + 1):
        assert torch.get_num_threads() == before + 1
    assert torch.get_num_threads() == before


class Crowded:
    """Work that runs out of memory above ``limit`` views."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.views: list[int] = []

    def __call__(self, start: int, stop: int) -> None:
        if stop - start > self.limit:
            raise torch.cuda.OutOfMemoryError("CUDA out of memory")
        self.views.extend(range(start, stop))


def test_short_memory_means_smaller_batches_then_a_clear_error() -> None:
    place = Place(torch.device("cpu"), "cuda:0 (a small GPU)", 1)
    work = Crowded(limit=3)
    device.in_batches(50, 16, work, place)
    assert work.views == list(range(50))
    with pytest.raises(EncoderError, match=r"memory of cuda:0 \(a small GPU\) does not hold"):
        device.in_batches(50, 16, Crowded(limit=0), place)

    def broken(start: int, stop: int) -> None:
        raise RuntimeError("shapes differ")

    with pytest.raises(RuntimeError, match="shapes differ"):
        device.in_batches(4, 2, broken, place)


def test_torchvision_is_left_alone_where_it_is_imported() -> None:
    compat.import_timm()
    assert not compat.torchvision_is_broken()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux wheels are broken so")
def test_operators_that_do_not_load_are_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "_C.so").write_bytes(b"not a shared library")
    spec = importlib.machinery.ModuleSpec("torchvision", None, origin=str(tmp_path / "__init__.py"))
    monkeypatch.delitem(sys.modules, "torchvision", raising=False)
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: spec)
    assert compat.torchvision_is_broken()
    monkeypatch.setattr(compat, "_loads", lambda library: library.name == "_C.so")
    assert not compat.torchvision_is_broken()
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    assert not compat.torchvision_is_broken()


def test_missing_timm_is_told_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "timm", None)
    with pytest.raises(EncoderError, match="need timm, torch and torchvision"):
        compat.import_timm()
