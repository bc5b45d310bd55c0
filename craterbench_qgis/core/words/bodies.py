"""Bodies as people read them."""

from __future__ import annotations

from ...contract.body import Body
from ...i18n import tr
from .quantities import number

_NO_NAMES = ("", "unknown")


def body(value: Body | None) -> str:
    """``Moon (radius 1,737.4 km)``."""
    if value is None:
        return tr("not stated")
    a, b = number(value.a / 1000.0, 1), number(value.b / 1000.0, 1)
    if value.name.strip().lower() in _NO_NAMES:
        return tr("a body of radius {r} km").format(r=a)
    if abs(value.a - value.b) < 0.5:
        return tr("{name} (radius {r} km)").format(name=value.name, r=a)
    return tr("{name} (radii {a} and {b} km)").format(name=value.name, a=a, b=b)
