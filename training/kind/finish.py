"""A second head beside the trained one, fitted on the pooled features of its convolutions.

Convolutions cost nearly all of a step; with them frozen, each view is rendered and pooled once and
the layers behind see it in many epochs. Nearness wins by that and the relief does not (measured in
docs/validation/analogs.md), so the network that ships has both heads: relief is read by the
trained one, nearness by the fitted one.
"""

from __future__ import annotations

import copy
import time
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from craterbench_qgis.contract.vocabulary import Stage
from craterbench_qgis.engine.encoders.kind_network import KindNet
from craterbench_qgis.engine.monitor import Monitor

from .run import KindRun


@torch.inference_mode()
def pooled_features(run: KindRun, passes: int, monitor: Monitor) -> tuple[Tensor, Tensor]:
    """What goes into the last layers, float16 [passes * n, P], and of which place [passes * n]."""
    net = run.net.eval()
    caught: list[Tensor] = []
    hook = net.first.register_forward_hook(
        lambda module, given, out: caught.append(given[0].half())
    )
    index = []
    batches = [part for _ in range(passes) for part in torch.arange(len(run.targets)).split(128)]
    for done, part in enumerate(batches):
        monitor.report(Stage.TRAINING, done, len(batches))
        monitor.check()
        drawn = run.renderer.views(part.to(run.device))
        views = drawn.views.contiguous(memory_format=torch.channels_last)
        net(views, drawn.context, drawn.contrast)
        index.append(part)
    hook.remove()
    return torch.cat(caught), torch.cat(index).to(run.device)


def finish(run: KindRun, settings: dict[str, Any], monitor: Monitor | None = None) -> None:
    """Fit the second head; afterwards ``run.net`` and ``run.average`` are twice as wide behind the
    pooling (which the export reads from the weights).

    ``settings``: ``passes`` over the places, ``epochs``, ``batch``, ``learning_rate``,
    ``dropout`` (before the first and the second layer), ``weight_decay``.
    """
    monitor = monitor or Monitor()
    start = time.perf_counter()
    trained = copy.deepcopy(run.average)
    run.net.load_state_dict(trained.state_dict())
    features, index = pooled_features(run, int(settings["passes"]), monitor)
    net = run.net
    layers = nn.ModuleList([net.first, net.second, net.to_relief, net.to_near])
    for layer in layers:
        layer.reset_parameters()  # type: ignore[operator]
    optimiser = torch.optim.AdamW(
        layers.parameters(), lr=1e-3, weight_decay=float(settings["weight_decay"])
    )
    batch, epochs = int(settings["batch"]), int(settings["epochs"])
    steps = len(features) // batch
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, float(settings["learning_rate"]), total_steps=epochs * steps
    )
    for epoch in range(epochs):
        order = torch.randperm(len(features), generator=run.generator)
        for part in order.to(run.device).split(batch)[:steps]:
            relief, near = _head(net, features[part].float(), settings["dropout"])
            wanted = run.targets[index[part]]
            loss = F.smooth_l1_loss(relief, wanted, beta=0.5)
            loss = loss + run.config["weights"]["near"] * run.nearness(near, wanted)
            optimiser.zero_grad(set_to_none=True)
            loss.backward()
            optimiser.step()
            schedule.step()
        monitor.report(Stage.TRAINING, epoch + 1, epochs)
        monitor.check()
    run.net, run.average = _both(run, trained, net), _both(run, trained, net)
    run.seconds += time.perf_counter() - start


@torch.no_grad()
def _both(run: KindRun, trained: KindNet, fitted: KindNet) -> KindNet:
    """One network that answers with the relief of ``trained`` and the nearness of ``fitted``,
    whose convolutions are the same."""
    width = trained.first.out_features
    settings = run.config["network"] | {"hidden": 2 * width}
    both = KindNet(settings).to(run.device).eval()
    state = trained.state_dict()
    heads = ("first.", "second.", "to_")
    both.load_state_dict({k: v for k, v in state.items() if not k.startswith(heads)}, strict=False)
    for layer in (both.second, both.to_relief, both.to_looks, both.to_near):
        layer.weight.zero_()
    for half, head in ((slice(0, width), trained), (slice(width, None), fitted)):
        both.first.weight[half], both.first.bias[half] = head.first.weight, head.first.bias
        both.second.weight[half, half] = head.second.weight
        both.second.bias[half] = head.second.bias
    for name, half, head in (
        ("to_relief", slice(0, width), trained),
        ("to_looks", slice(0, width), trained),
        ("to_near", slice(width, None), fitted),
    ):
        layer, source = getattr(both, name), getattr(head, name)
        layer.weight[:, half] = source.weight
        layer.bias.copy_(source.bias)
    return both


def _head(net: KindNet, x: Tensor, dropout: list[float]) -> tuple[Tensor, Tensor]:
    """The forward pass behind the pooling, with dropout."""
    x = F.relu(net.first(F.dropout(x, dropout[0])))
    x = F.dropout(x, dropout[1])
    x = x + F.relu(net.second(x))
    return net.to_relief(x), F.normalize(net.to_near(x), dim=1)
