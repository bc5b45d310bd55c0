"""The JSON of a manifest: one layout and one checksum for one content."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from ..errors import CraterIndexError


def layout(content: dict[str, Any]) -> bytes:
    lines = [f"{_compact(key)}: {_lines(content[key])}" for key in sorted(content)]
    return ("{\n" + ",\n".join(lines) + "\n}\n").encode()


def _compact(value: Any) -> str:
    return json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )


def _lines(value: Any) -> str:
    """One line, or one per element of a list: readable, and quick to write for many segments."""
    if isinstance(value, (list, tuple)) and value:
        return "[\n" + ",\n".join(" " + _compact(item) for item in value) + "\n]"
    return _compact(value)


def checksum(content: dict[str, Any]) -> str:
    """SHA-256, in hex, of the canonical JSON of ``content`` without its ``checksum``.

    Canonical: keys sorted, no blanks, UTF-8, not escaped to ASCII.
    """
    rest = {key: value for key, value in content.items() if key != "checksum"}
    return hashlib.sha256(_compact(rest).encode()).hexdigest()


def plain_json(value: dict[str, Any], what: str) -> dict[str, Any]:
    """``value`` as it comes back from JSON; CraterIndexError when it cannot be stored."""
    try:
        return dict(json.loads(json.dumps(value, allow_nan=False)))
    except (TypeError, ValueError) as error:
        raise CraterIndexError(
            f"{what} cannot be stored in the index ({error}). Give text, finite numbers and lists."
        ) from error
