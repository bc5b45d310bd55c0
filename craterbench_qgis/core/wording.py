"""Numbers, sizes and durations as people read them, in the user's locale. Pure functions."""

from __future__ import annotations

import math
from typing import Any

from qgis.PyQt.QtCore import QDateTime, QLocale, Qt

from ..i18n import tr

_UNITS = ("B", "kB", "MB", "GB", "TB")


def number(value: Any, decimals: int = 0) -> str:
    """``value`` with the locale's separators."""
    if decimals == 0:
        return QLocale().toString(round(value))
    return QLocale().toString(float(value), "f", decimals)


def size(count: float) -> str:
    """Bytes: ``2.5 MB`` (1 MB = 1,000,000 bytes)."""
    value, unit = float(count), 0
    while value >= 999.5 and unit < len(_UNITS) - 1:
        value /= 1000.0
        unit += 1
    return f"{number(value, 0 if unit == 0 or value >= 99.5 else 1)} {_UNITS[unit]}"


def duration(seconds: float) -> str:
    """``40 s``, ``12 min``, ``3 h 20 min``."""
    whole = max(0, math.ceil(seconds))
    if whole < 90:
        return tr("{n} s").format(n=whole)
    minutes = round(whole / 60)
    if minutes < 90:
        return tr("{n} min").format(n=minutes)
    return tr("{h} h {m} min").format(h=minutes // 60, m=f"{minutes % 60:02d}")


def kilometres(metres: float) -> str:
    """A length in km with as many digits as make sense."""
    km = metres / 1000.0
    decimals = 0 if km >= 100 else 1 if km >= 10 else 2 if km >= 0.1 else 3
    return tr("{n} km").format(n=number(km, decimals))


def contexts(values: list[float]) -> str:
    """``2x, 3x``."""
    return ", ".join(f"{value:g}x" for value in values)


def moment(iso: str) -> str:
    """A time of the engine's in this computer's zone and the locale's short form."""
    time = QDateTime.fromString(iso, Qt.DateFormat.ISODate)
    if not time.isValid():
        return iso
    return QLocale().toString(time.toLocalTime(), QLocale.FormatType.ShortFormat)


def reason(why: str) -> str:
    """Why the engine cut no view, in the user's language; one it does not know stays as it is."""
    known = {
        "outside": tr("outside the mosaic"),
        "beyond the limb": tr("beyond the limb"),
        "too empty": tr("too empty"),
        "too coarse": tr("too coarse"),
        "no contrast": tr("no contrast"),
        "no data": tr("no data"),
    }
    return known.get(why, why)


def body(value: dict[str, Any] | None) -> str:
    """``Moon (radius 1,737.4 km)`` of {name, a, b}."""
    if not value:
        return tr("not stated")
    a, b = float(value.get("a") or 0.0), float(value.get("b") or 0.0)
    name = str(value.get("name", "?"))
    if a <= 0:
        return name
    if abs(a - b) < 0.5:
        return tr("{name} (radius {r} km)").format(name=name, r=number(a / 1000.0, 1))
    return tr("{name} (radii {a} and {b} km)").format(
        name=name, a=number(a / 1000.0, 1), b=number(b / 1000.0, 1)
    )


def skip_reason(reason: str) -> str:
    """Why the engine has no view of a crater, or no looks of a pair; a word of its own as it is."""
    names = {
        "outside": tr("outside the mosaic"),
        "no data": tr("no data"),
        "too empty": tr("hardly any data"),
        "too coarse": tr("smaller than the mosaic shows"),
        "no contrast": tr("no contrast"),
        "beyond the limb": tr("wider than half the body"),
        "no mosaic": tr("no mosaic"),
        "not looked at": tr("not looked at"),
    }
    return names.get(reason, reason)
