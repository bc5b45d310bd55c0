"""Networks with their weights laid out once compute what the ordinary ones do, or are not used."""

from __future__ import annotations

import copy

import pytest
import torch

from craterbench_qgis.engine.encoders import onednn
from craterbench_qgis.engine.encoders.kind_network import KindNet, fold_kind_norms
from craterbench_qgis.engine.encoders.network import CraterNet, fold_norms, network_from_config

SIZES = {"input_size": 96, "stem": 4, "widths": [6, 8], "blocks": [1, 1], "hidden": 16}
KIND = {**SIZES, "relief_dim": 50, "looks_dim": 4, "near_dim": 8}
SAME = {"input_size": 96, "stem": 4, "widths": [6, 8, 12], "blocks": [1, 2, 1]} | {
    name: 4 * number
    for number, name in enumerate(["context_dim", "global_cells", "token_dim", "global_dim"], 1)
}
needs_x86 = pytest.mark.skipif(
    onednn.platform.machine().lower() not in onednn._X86
    or not torch.backends.mkldnn.is_available(),
    reason="oneDNN's operators are used on x86 alone",
)


def views(count: int) -> torch.Tensor:
    torch.manual_seed(count)
    return torch.rand(count, 1, 96, 96).contiguous(memory_format=torch.channels_last)


def same_network() -> CraterNet:
    torch.manual_seed(1)
    net = network_from_config(SAME)
    net.train()(views(8))
    return fold_norms(net.eval()).requires_grad_(False)


def kind_network() -> KindNet:
    torch.manual_seed(2)
    net = KindNet(KIND)
    for block in (net.stage4[1], net.stage8[0]):  # they start as no more than their shortcut
        torch.nn.init.ones_(block.norm2.weight)
    net.train()(views(8), torch.full((8,), 2.5), torch.zeros(8))
    return fold_kind_norms(net.eval()).requires_grad_(False)


@needs_x86
@pytest.mark.parametrize("count", [1, 2, 5, 32])
def test_the_numbers_are_those_of_the_ordinary_network(count: int) -> None:
    same, kind = same_network(), kind_network()
    context, contrast = torch.linspace(2, 3, count), torch.linspace(-1, 1, count)
    with torch.inference_mode():
        quick = onednn.packed(same, views(1))
        assert quick is not same and isinstance(quick.stem, onednn.PackedConvolution)
        for a, b in zip(same(views(count)), quick(views(count)), strict=True):
            torch.testing.assert_close(a, b, rtol=1e-4, atol=1e-5)
        quick = onednn.packed(kind, views(1), torch.tensor([2.5]), torch.zeros(1))
        assert isinstance(quick.stage8[0], onednn.PackedBlock)
        wanted = kind(views(count), context, contrast)
        for a, b in zip(wanted, quick(views(count), context, contrast), strict=True):
            torch.testing.assert_close(a, b, rtol=1e-4, atol=1e-5)


@needs_x86
def test_operators_that_compute_something_else_are_not_used(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    net = same_network()
    whole = onednn.PackedConvolution.forward
    monkeypatch.setattr(onednn.PackedConvolution, "forward", lambda self, x: whole(self, x) * 1.01)
    assert onednn.packed(net, views(1)) is net


@pytest.mark.parametrize("error", [AttributeError, RuntimeError, TypeError])
def test_operators_of_another_torch_are_done_without(
    error: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise error("no such operator")

    monkeypatch.setattr(onednn.PackedConvolution, "__init__", refuse)
    net = same_network()
    before = copy.deepcopy(net.state_dict())
    assert onednn.packed(net, views(1)) is net
    assert all(torch.equal(before[name], value) for name, value in net.state_dict().items())


def test_other_processors_keep_the_ordinary_network(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(onednn.platform, "machine", lambda: "arm64")
    net = same_network()
    assert onednn.packed(net, views(1)) is net
