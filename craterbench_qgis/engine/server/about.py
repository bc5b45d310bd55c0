"""``encoders.list`` and ``devices``."""

from __future__ import annotations

from ...protocol import Json
from ..encoders import available_encoders
from .calls import Call
from .greeting import processor


def encoders(call: Call) -> Json:
    """The encoders that work here without a download, the default first."""
    found = [vars(one) | {"default": n == 0} for n, one in enumerate(available_encoders())]
    return {"encoders": found}


def devices(call: Call) -> Json:
    """{devices: [{id, name}]}; the first is what ``auto`` takes. Imports torch."""
    with call.work.loading:
        import torch

        from ..encoders.device import choose_place

        auto = choose_place("auto").device.type
    found = [
        {"id": f"cuda:{number}", "name": torch.cuda.get_device_name(number)}
        for number in range(torch.cuda.device_count())
    ]
    if torch.backends.mps.is_available():
        found.append({"id": "mps", "name": "Apple GPU (Metal)"})
    found.append(processor())
    found.sort(key=lambda one: not str(one["id"]).startswith(auto))
    return {"devices": found}
