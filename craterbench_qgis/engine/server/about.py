"""``encoders.list`` and ``devices``."""

from __future__ import annotations

from ...contract.engine import Device, Devices, Encoders, Nothing
from ..encoders import available_encoders
from .calls import Call
from .greeting import processor


def encoders(call: Call[Nothing]) -> Encoders:
    """The encoders that work here without a download, the default first."""
    return Encoders(available_encoders())


def devices(call: Call[Nothing]) -> Devices:
    """Where an encoder can run; the first is what ``auto`` takes. Imports torch."""
    with call.work.loading:
        from ..encoders.compat import require_torch
        from ..encoders.device import choose_place

        require_torch()
        import torch

        auto = choose_place("auto").device.type
    places = [
        Device(f"cuda:{number}", torch.cuda.get_device_name(number))
        for number in range(torch.cuda.device_count())
    ]
    if torch.backends.mps.is_available():
        places.append(Device("mps", "Apple GPU (Metal)"))
    places.append(processor())
    places.sort(key=lambda device: not device.id.startswith(auto))
    return Devices(places)
