"""Values as JSON knows them."""

from __future__ import annotations

from typing import Any


def plain(value: Any) -> Any:
    """``value`` with numpy's scalars as numbers, and dates and whatever else as text."""
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, dict):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, (list, tuple, set)):
        return [plain(one) for one in value]
    if hasattr(value, "item") and getattr(value, "size", 1) == 1:
        return plain(value.item())
    if hasattr(value, "tolist"):
        return plain(value.tolist())
    return value.hex() if isinstance(value, (bytes, bytearray)) else str(value)
