"""Numbers, sizes, durations and places as people read them, in the user's locale."""

from __future__ import annotations

import math

from qgis.PyQt.QtCore import QDateTime, QLocale, Qt

from ...i18n import tr

_UNITS = ("B", "kB", "MB", "GB", "TB")


def number(value: float, decimals: int = 0) -> str:
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


def place(lon: float | None, lat: float | None, decimals: int = 3) -> str:
    """``45.600° N, 12.300° W``; empty where unknown."""
    if lon is None or lat is None:
        return ""
    lon = (lon + 180.0) % 360.0 - 180.0
    north = tr("{n}° N") if lat >= 0 else tr("{n}° S")
    east = tr("{n}° E") if lon >= 0 else tr("{n}° W")
    parts = (north.format(n=number(abs(lat), decimals)), east.format(n=number(abs(lon), decimals)))
    return ", ".join(parts)


def capital(text: str) -> str:
    """``text`` as the beginning of a sentence."""
    return text[:1].upper() + text[1:]
