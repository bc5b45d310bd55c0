"""One request on its way: what a handler gets, and what its exceptions become."""

from __future__ import annotations

import threading
import traceback
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from ...contract.records import Json, Record
from ...contract.wire import (
    CANCELLED,
    ENGINE_ERROR,
    INTERNAL_ERROR,
    INVALID_PARAMS,
    failure,
)
from ..errors import Cancelled, CraterBenchError
from ..monitor import Monitor
from .decoding import InvalidParams

if TYPE_CHECKING:
    from .workplace import Workplace

P = TypeVar("P", bound=Record)
Id = Any
"""A number, or any other JSON value a client chose."""


@dataclass
class Call(Generic[P]):
    """What a handler gets: the params, a monitor for progress and cancel, what the server keeps."""

    params: P
    monitor: Monitor
    work: Workplace


@dataclass
class Task:
    """A request between arrival and answer."""

    number: Id
    method: str
    params: Any
    stop: threading.Event = field(default_factory=threading.Event)
    started: bool = False
    size: int = 0


def error_answer(task: Task, error: BaseException) -> Json:
    """The answer for a handler that raised ``error``."""
    if isinstance(error, Cancelled):
        return failure(task.number, CANCELLED, str(error))
    if isinstance(error, CraterBenchError):
        return failure(task.number, ENGINE_ERROR, str(error), {"kind": type(error).__name__})
    if isinstance(error, InvalidParams):
        return failure(task.number, INVALID_PARAMS, f"{task.method}: {error}")
    report = "".join(traceback.format_exception(type(error), error, error.__traceback__))
    if isinstance(error, OSError) and error.errno is not None:
        # A full disk, a missing right, a name too long: nobody's fault here.
        where = f"{str(error.filename)[:200]}: " if error.filename else ""
        message = (
            f"{where}{error.strerror}. Check the path, your rights there and the room on the disk."
        )
        data = {"kind": type(error).__name__, "report": report}
        return failure(task.number, ENGINE_ERROR, message, data)
    what = " ".join(str(error).split())[:200]
    message = (
        f"The engine met an unexpected error in {task.method} ({type(error).__name__}"
        f"{': ' + what if what else ''}). Try again; if it comes back, copy the report and send it."
    )
    data = {"kind": type(error).__name__, "report": report}
    return failure(task.number, INTERNAL_ERROR, message, data)
