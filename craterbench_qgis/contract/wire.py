"""JSON-RPC 2.0 between QGIS and the engine: one message per line, UTF-8, no newline inside.

QGIS writes requests to the engine's stdin and reads answers and notifications from its stdout; logs
go to stderr. Pictures go by file in the session folder the client names when it starts the engine.
Lengths are metres, angles degrees, longitudes positive east, latitudes planetocentric.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import Any, Optional

from .records import Json, Record, read_json

MAX_SENTENCE = 1500
"""Characters of an error's message. A longer one quotes a name too long to be shown."""

PROTOCOL = 2
"""Raised whenever an older plugin or engine would misunderstand a newer one."""

PARSE_ERROR = -32700
INVALID_REQUEST = -32600
METHOD_NOT_FOUND = -32601
INVALID_PARAMS = -32602
INTERNAL_ERROR = -32603
CANCELLED = -32800
ENGINE_ERROR = -32000
"""Raised on purpose: ``message`` is for the user, ``data.kind`` the class of the error."""
KINDS_MISSING = "KindsMissing"
"""The ``data.kind`` of an index that lacks the descriptors of kind analogs are found by."""
WRONG_PROTOCOL = -32001

HELLO = "hello"
SHUTDOWN = "shutdown"
PING = "$/ping"
"""Answered by the reader itself, whatever the engine is doing."""
PROGRESS = "$/progress"
CANCEL = "$/cancelRequest"


@dataclass(frozen=True)
class Progress(Record):
    """How far a request is, as ``$/progress`` says it beside the request's ``id``.

    ``stage``: vocabulary.Stage; ``total`` 0 where it is not known; ``rate``: units a second, it and
    ``seconds_left`` None where not known.
    """

    stage: str = ""
    done: float = 0.0
    total: float = 0.0
    rate: Optional[float] = None
    seconds_left: Optional[float] = None

    @property
    def percent(self) -> float:
        """0-100; 0 where the total is not known."""
        return max(0.0, min(100.0, 100.0 * self.done / self.total)) if self.total > 0 else 0.0


class ProtocolError(Exception):
    """A line that is no message."""


def encode(message: Json) -> bytes:
    """One line. Numbers that are not finite become null."""
    text = json.dumps(_finite(message), ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    return text.encode("ascii") + b"\n"


def decode(line: bytes) -> Json:
    """The message in ``line``; ProtocolError for anything that is not a JSON-RPC 2.0 object."""
    try:
        message = read_json(line.decode("utf-8"))
    except (UnicodeDecodeError, ValueError) as error:
        raise ProtocolError(f"not JSON ({error}): {line[:200]!r}") from error
    if not isinstance(message, dict) or message.get("jsonrpc") != "2.0":
        raise ProtocolError(f"no JSON-RPC 2.0 message: {line[:200]!r}")
    return message


def request(number: int, method: str, params: Json) -> Json:
    """A request with id ``number``."""
    return {"jsonrpc": "2.0", "id": number, "method": method, "params": params}


def notification(method: str, params: Json) -> Json:
    """A message that is not answered."""
    return {"jsonrpc": "2.0", "method": method, "params": params}


def answer(number: int | None, result: Json) -> Json:
    """The result of request ``number``."""
    return {"jsonrpc": "2.0", "id": number, "result": result}


def failure(number: int | None, code: int, message: str, data: Json | None = None) -> Json:
    """The error of request ``number`` (None where it could not be read).

    Of a message that is too long the middle is left out: what to do stands at its end.
    """
    if len(message) > MAX_SENTENCE:
        message = f"{message[: MAX_SENTENCE // 2]} ... {message[-MAX_SENTENCE // 2 + 5 :]}"
    error: Json = {"code": code, "message": message}
    if data:
        error["data"] = data
    return {"jsonrpc": "2.0", "id": number, "error": error}


def _finite(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {str(key): _finite(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(item) for item in value]
    return value
