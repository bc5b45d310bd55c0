"""Checkpoints and model cards: every way a file can be right, and every way it can be wrong."""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from craterbench_qgis.engine.encoders import load_encoder
from craterbench_qgis.engine.encoders.checkpoint import load_checkpoint
from craterbench_qgis.engine.encoders.vit import build_model
from craterbench_qgis.engine.encoders.weights import file_hash, read_state
from craterbench_qgis.engine.errors import EncoderError

from .test_encoders import assert_is_valid, views

torch = pytest.importorskip("torch")

CARD = {
    "name": "tiny-mars",
    "architecture": "test_vit",
    "in_chans": 1,
    "input_size": 160,
    "mean": [0.5],
    "std": [0.5],
    "interpolation": "bicubic",
    "licence": "CC-BY-4.0",
    "description": "a random model for tests",
    "source": "nowhere",
}


@pytest.fixture(scope="module")
def model() -> Any:
    torch.manual_seed(5)
    return build_model("test_vit", channels=1).eval()


def write_card(folder: Path, stem: str = "m", **more: Any) -> Path:
    path = folder / f"{stem}.json"
    path.write_text(json.dumps({**CARD, **more}), "utf-8")
    return path


def save(content: Any, folder: Path, name: str = "m.pth") -> Path:
    path = folder / name
    torch.save(content, path)
    return path


def load(path: Path) -> Any:
    return load_encoder(str(path), device="cpu", threads=1)


def expected_cls(model: Any, pixels: np.ndarray) -> np.ndarray:
    with torch.inference_mode():
        cls = model.forward_features((torch.from_numpy(pixels)[:, None] - 0.5) / 0.5)[:, 0]
    return torch.nn.functional.normalize(cls, dim=-1).numpy()


def prefixed(prefix: str) -> Callable[[dict[str, Any]], dict[str, Any]]:
    return lambda state: {prefix + key: value for key, value in state.items()}


LAYOUTS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "plain": lambda s: s,
    "state_dict": lambda s: {"state_dict": s, "epoch": 3, "args": argparse.Namespace(lr=1.0)},
    "model": lambda s: {"model": s, "optimizer": {"state": {}, "param_groups": []}},
    "teacher": lambda s: {
        "student": prefixed("module.backbone.")({k: v + 1 for k, v in s.items()}),
        "teacher": {**prefixed("backbone.")(s), "head.mlp.0.weight": torch.zeros(4, 4)},
    },
    "module": prefixed("module."),
    "module.encoder": prefixed("module.encoder."),
    "with head": lambda s: {**s, "head.weight": torch.zeros(7, 64), "head.bias": torch.zeros(7)},
    "mae": lambda s: {
        "model": {**s, "mask_token": torch.zeros(1), "decoder_embed.bias": torch.zeros(2)}
    },
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_usual_layout_gives_the_same_encoder(layout: str, model: Any, tmp_path: Path) -> None:
    path = save(LAYOUTS[layout](model.state_dict()), tmp_path)
    write_card(tmp_path)
    encoder = load(path)
    pixels = views(2, 160)
    embedding = encoder.encode(pixels)
    assert_is_valid(encoder, embedding, 2)
    np.testing.assert_allclose(embedding.globals, expected_cls(model, pixels), atol=1e-5)
    assert encoder.weights_hash == file_hash(path)
    assert encoder.id == "checkpoint:tiny-mars"
    assert encoder.licence == "CC-BY-4.0"
    assert encoder.description == "a random model for tests, from nowhere (m.pth)"


def test_safetensors_by_its_own_path_by_its_card_and_by_the_cards_field(
    model: Any, tmp_path: Path
) -> None:
    from safetensors.torch import save_file

    save_file(model.state_dict(), tmp_path / "m.safetensors")
    save_file(model.state_dict(), tmp_path / "other-name.bin")
    card = write_card(tmp_path, sha256=file_hash(tmp_path / "m.safetensors"))
    named = write_card(tmp_path, "n", weights="other-name.bin")
    pixels = views(1, 160)
    wanted = expected_cls(model, pixels)
    for path in (tmp_path / "m.safetensors", card, named):
        np.testing.assert_allclose(load(path).encode(pixels).globals, wanted, atol=1e-5)


def test_old_style_pickles_of_tensors_are_read(model: Any, tmp_path: Path) -> None:
    torch.save(model.state_dict(), tmp_path / "m.pth", _use_new_zipfile_serialization=False)
    write_card(tmp_path)
    assert load(tmp_path / "m.pth").grid == (10, 10)


def test_the_card_may_leave_pixels_to_timm_and_ask_for_another_size(
    model: Any, tmp_path: Path
) -> None:
    save(model.state_dict(), tmp_path)
    write_card(tmp_path, input_size=224, mean=None, std=None, interpolation=None)
    encoder = load(tmp_path / "m.pth")
    assert encoder.input_size == 224
    assert encoder.grid == (14, 14)
    assert_is_valid(encoder, encoder.encode(views(1)), 1)


class Payload:
    """What an evil pickle holds: something that is called while reading."""

    def __reduce__(self) -> Any:
        return (print, ("code ran",))


def truncated(source: Path, share: float = 0.6) -> None:
    content = source.read_bytes()
    source.write_bytes(content[: int(len(content) * share)])


def flip(source: Path, at: int) -> None:
    content = bytearray(source.read_bytes())
    content[at] ^= 0xFF
    source.write_bytes(bytes(content))


def safetensors(model: Any, folder: Path) -> Path:
    from safetensors.torch import save_file

    save_file(model.state_dict(), folder / "m.safetensors")
    return folder / "m.safetensors"


def write(folder: Path, content: bytes, name: str = "m.pth") -> Path:
    (folder / name).write_bytes(content)
    return folder / name


def cut_zip(model: Any, folder: Path) -> Path:
    path = save(model.state_dict(), folder)
    truncated(path)
    return path


def zip_of_two_disks(model: Any, folder: Path) -> Path:
    """Found by the fuzzer: the end of the archive names a second disk."""
    path = save(model.state_dict(), folder)
    data = bytearray(path.read_bytes())
    locator = data.rindex(b"PK\6\7")
    data[locator + 16 : locator + 20] = (2).to_bytes(4, "little")
    path.write_bytes(data)
    return path


def other_storages(model: Any, folder: Path) -> Path:
    """Found by the fuzzer: the storages of an old file have other names than its tensors say."""
    torch.save(model.state_dict(), folder / "m.pth", _use_new_zipfile_serialization=False)
    data = (folder / "m.pth").read_bytes()
    end = data.rindex(b"]q\x00")  # the list of names that follows the tensors
    number = re.search(rb"X.\x00\x00\x00(\d{6,})", data[end:], re.DOTALL)
    assert number is not None
    at = end + number.start(1)
    (folder / "m.pth").write_bytes(data[:at] + b"7777" + data[at + 4 :])
    return folder / "m.pth"


def cut_safetensors(model: Any, folder: Path) -> Path:
    path = safetensors(model, folder)
    truncated(path)
    return path


def cut_old_pickle(model: Any, folder: Path) -> Path:
    torch.save(model.state_dict(), folder / "m.pth", _use_new_zipfile_serialization=False)
    truncated(folder / "m.pth")
    return folder / "m.pth"


def bad_header(model: Any, folder: Path) -> Path:
    path = safetensors(model, folder)
    flip(path, 30)
    return path


FAULTS: dict[str, tuple[Callable[[Any, Path], Path], str]] = {
    "empty": (lambda m, f: write(f, b""), "is empty. Download it again"),
    "web page": (
        lambda m, f: write(f, b"\n<!DOCTYPE html><html><body>404</body></html>"),
        "is a web page or an error message",
    ),
    "server error": (
        lambda m, f: write(f, b'{"error": "Repository not found"}', "m.safetensors"),
        "is a web page or an error message",
    ),
    "lfs pointer": (
        lambda m, f: write(f, b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n"),
        "Git LFS pointer.*git lfs pull",
    ),
    "something else": (lambda m, f: write(f, b"GIF89a" + bytes(500)), "neither a safetensors nor"),
    "random bytes": (
        lambda m, f: write(f, np.random.default_rng(0).bytes(4096)),
        "neither a safetensors nor|truncated or damaged",
    ),
    "folder": (lambda m, f: (f / "m.pth").mkdir() or f / "m.pth", "cannot be opened|damaged"),
    "cut zip": (cut_zip, "is truncated: its end is missing"),
    "zip of two disks": (zip_of_two_disks, "is truncated: its end is missing or spoiled"),
    "cut safetensors": (cut_safetensors, "truncated or damaged"),
    "other storages": (other_storages, "truncated or damaged"),
    "cut old pickle": (cut_old_pickle, "truncated or damaged"),
    "bad header": (bad_header, "truncated or damaged|neither"),
    "code": (
        lambda m, f: save({"state_dict": m.state_dict(), "x": Payload()}, f),
        "holds Python objects besides weights.*print.*would run code",
    ),
    "no tensors": (lambda m, f: save({"epoch": 3}, f), "holds no weights"),
    "a list": (lambda m, f: save([torch.zeros(3)], f), "holds no weights"),
    "a tensor": (lambda m, f: save(torch.zeros(3), f), "holds no weights"),
    "other model": (
        lambda m, f: save(build_model("test_vit2", channels=1).state_dict(), f),
        r"does not fit test_vit: \d+ missing \(cls_token.*and \d+ unexpected",
    ),
    "lacks a block": (
        lambda m, f: save({k: v for k, v in m.state_dict().items() if "blocks.3." not in k}, f),
        r"12 missing \(blocks.3.norm1.weight, .*\) of \d+ weights. Correct 'architecture'",
    ),
    "three channels": (
        lambda m, f: save(build_model("test_vit").state_dict(), f),
        r"patch_embed.proj.weight has shape \(64, 3, 16, 16\), the model wants \(64, 1, 16, 16\)",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_each_wrong_file_is_named_as_such(
    fault: str, model: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make, words = FAULTS[fault]
    path = make(model, tmp_path)
    write_card(tmp_path)
    with pytest.raises(EncoderError, match=words) as caught:
        load(path)
    text = str(caught.value)
    assert path.name in text
    assert "\n" not in text
    assert "code ran" not in capsys.readouterr().out


def test_another_file_than_the_cards_is_refused(model: Any, tmp_path: Path) -> None:
    path = save(model.state_dict(), tmp_path)
    write_card(tmp_path, sha256="ab" * 32)
    with pytest.raises(EncoderError, match=rf"SHA-256 is {file_hash(path)}, the card says abab"):
        load(path)


def test_a_checkpoint_without_a_card_asks_for_one_and_guesses(tmp_path: Path) -> None:
    state = {
        "patch_embed.proj.weight": torch.zeros(384, 1, 16, 16),
        "pos_embed": torch.zeros(1, 197, 384),
        "cls_token": torch.zeros(1, 1, 384),
        **{f"blocks.{i}.norm1.weight": torch.zeros(384) for i in range(12)},
    }
    path = save(state, tmp_path, "mine.pth")
    with pytest.raises(EncoderError, match=r"has no model card.*vit_small_patch16_224 with 1 chan"):
        load(path)
    with pytest.raises(EncoderError, match=r"Write mine.json beside it, for example \{"):
        load(path)


def test_the_mars_checkpoint_of_the_reference_is_recognised(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its layout, without its 341 MB: the tensors are views of one zero each."""
    from craterbench_qgis.engine.encoders import checkpoint

    with torch.device("meta"):
        full = build_model("vit_base_patch16_224", channels=1)
    state = {key: torch.zeros(1).expand(value.shape) for key, value in full.state_dict().items()}
    path = save({"state_dict": state}, tmp_path, "mars-mae-dino-vit-base-v1.pth")
    assert path.stat().st_size < 1_000_000
    card = checkpoint._recognise(path, read_state(path))
    assert (card.architecture, card.in_chans, card.input_size) == ("vit_base_patch16_224", 1, 224)
    assert (card.mean, card.std, card.interpolation) == ((0.5,), (0.5,), "bicubic")
    with pytest.raises(EncoderError, match="has no model card"):
        checkpoint._recognise(tmp_path / "renamed.pth", read_state(path))


BAD_CARDS: dict[str, tuple[Any, str]] = {
    "not json": ("{", "cannot be read as JSON"),
    "a list": ([], "not a JSON object"),
    "no architecture": ({"in_chans": 1}, "does not name the timm architecture"),
    "unknown field": ({**CARD, "normalise": 1}, "fields nobody knows: normalise"),
    "channels": ({**CARD, "in_chans": 2}, "gives 2 for in_chans"),
    "size": ({**CARD, "input_size": "big"}, "gives 'big' for input_size"),
    "mean count": ({**CARD, "mean": [0.5, 0.5, 0.5]}, r"for mean, which must be 1 number"),
    "mean kind": ({**CARD, "mean": ["x"]}, "for mean"),
    "std zero": ({**CARD, "std": [0]}, "not positive"),
    "interpolation": ({**CARD, "interpolation": "nearest"}, "interpolation other than"),
    "sha": ({**CARD, "sha256": "123"}, "not 64 hexadecimal digits"),
    "text": ({**CARD, "licence": 3}, "gives 3 for licence"),
    "architecture unknown": ({**CARD, "architecture": "vit_nonsense"}, "no model called"),
    "odd size": (
        {**CARD, "input_size": 7},
        "7 px is not a multiple of the patches of test_vit, 16 px",
    ),
    "elsewhere": ({**CARD, "weights": "../m.pth"}, "in another folder"),
}


@pytest.mark.parametrize("fault", BAD_CARDS)
def test_each_wrong_card_is_named_as_such(fault: str, model: Any, tmp_path: Path) -> None:
    content, words = BAD_CARDS[fault]
    save(model.state_dict(), tmp_path)
    card = tmp_path / "m.json"
    card.write_text(content if isinstance(content, str) else json.dumps(content), "utf-8")
    with pytest.raises(EncoderError, match=words):
        load(card)


def test_a_card_without_weights_beside_it(tmp_path: Path) -> None:
    with pytest.raises(EncoderError, match=r"no weights beside the model card.*m\.safetensors"):
        load_checkpoint(write_card(tmp_path), device="cpu")
