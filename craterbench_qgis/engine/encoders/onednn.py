"""Convolutions with their weights laid out once, for networks that run on an x86 processor.

torch lays the weights out for oneDNN anew at every call, computes single small views by a plain
matrix product instead, and rectifies and adds in passes of their own. Here a layer keeps what
oneDNN wants and does all of it in one pass: a single view takes an eighth less
(docs/validation/analogs.md), and the numbers differ by rounding alone.

The operators are those torch's own compiler calls; they are not documented. So the changed network
is tried against the ordinary one, and that one stays where anything is amiss. This module imports
torch, so it is itself imported only when needed.
"""

from __future__ import annotations

import copy
import platform
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from .network import ResidualBlock

_X86 = ("x86_64", "amd64")
_TOLERANCE = 1e-4


class PackedConvolution(nn.Module):
    """A convolution with a bias, of views that are channels last, rectified where told."""

    def __init__(self, convolution: nn.Conv2d, shape: list[int], rectified: bool) -> None:
        """``shape``: of what comes in, which decides how the weights are laid out."""
        super().__init__()
        self._how = (
            list(convolution.padding),
            list(convolution.stride),
            list(convolution.dilation),
            convolution.groups,
        )
        self._after = "relu" if rectified else "none"
        bias = convolution.bias
        self._bias = None if bias is None else bias.detach()
        self._weight = torch.ops.mkldnn._reorder_convolution_weight(
            convolution.weight.detach(), *self._how, shape
        )

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = torch.ops.mkldnn._convolution_pointwise(
            x, self._weight, self._bias, *self._how, self._after, [], ""
        )
        return out

    def added(self, x: Tensor, other: Tensor) -> Tensor:
        """The convolution of ``x`` plus ``other``, rectified."""
        out: Tensor = torch.ops.mkldnn._convolution_pointwise.binary(
            x, other, self._weight, self._bias, *self._how, "add", 1.0, "relu", [], ""
        )
        return out


class PackedBlock(nn.Module):
    """A :class:`ResidualBlock` without its normalisations."""

    def __init__(self, block: ResidualBlock, shape: list[int]) -> None:
        super().__init__()
        self.conv1 = PackedConvolution(block.conv1, shape, rectified=True)
        self.conv2 = PackedConvolution(block.conv2, shape, rectified=False)

    def forward(self, x: Tensor) -> Tensor:
        return self.conv2.added(self.conv1(x), x)


def packed(net: nn.Module, *example: Tensor) -> nn.Module:
    """An evaluated network, its normalisations folded, that computes the same more quickly; or
    ``net`` itself where that cannot be had. ``example``: what it is called with, of one view."""
    if platform.machine().lower() not in _X86 or not torch.backends.mkldnn.is_available():
        return net
    try:
        with torch.inference_mode():
            changed, before = _packed(net, example)
            after = changed(*example)
            alike = all(
                torch.allclose(a, b, rtol=_TOLERANCE, atol=_TOLERANCE)
                for a, b in zip(before, after, strict=True)
            )
    except (AttributeError, RuntimeError, TypeError):
        return net  # another torch, whose operators have other names or parameters
    return changed if alike else net


def _packed(net: nn.Module, example: tuple[Tensor, ...]) -> tuple[nn.Module, Any]:
    changed = copy.deepcopy(net)
    shapes: dict[nn.Module, list[int]] = {}

    def note(module: nn.Module, inputs: tuple[Any, ...]) -> None:
        shapes[module] = list(inputs[0].shape)

    layers = [m for m in changed.modules() if isinstance(m, (nn.Conv2d, ResidualBlock))]
    hooks = [layer.register_forward_pre_hook(note) for layer in layers]
    before = changed(*example)
    for hook in hooks:
        hook.remove()
    _replace(changed, shapes.__getitem__)
    return changed, before


def _replace(owner: nn.Module, shape: Callable[[nn.Module], list[int]]) -> None:
    for name, child in owner.named_children():
        new: nn.Module | None = None
        if isinstance(child, ResidualBlock):
            new = PackedBlock(child, shape(child))
        elif isinstance(child, nn.Conv2d):
            new = PackedConvolution(child, shape(child), rectified=False)
        elif isinstance(child, nn.Sequential) and (convolution := _rectified(child)) is not None:
            new = PackedConvolution(convolution, shape(convolution), rectified=True)
        if new is None:
            _replace(child, shape)
        else:
            setattr(owner, name, new)


def _rectified(module: nn.Sequential) -> nn.Conv2d | None:
    """The convolution of a module that is one, a normalisation that was folded away, and what
    rectifies; None of any other."""
    kinds = [type(part) for part in module]
    first = module[0] if kinds == [nn.Conv2d, nn.Identity, nn.ReLU] else None
    return first if isinstance(first, nn.Conv2d) else None
