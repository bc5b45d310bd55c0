"""The server: a reader that never works, and two lanes that do."""

from __future__ import annotations

import contextlib
import importlib
import os
import queue
import signal
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...protocol import (
    CANCEL,
    CANCELLED,
    INVALID_REQUEST,
    METHOD_NOT_FOUND,
    PARSE_ERROR,
    PROGRESS,
    PROTOCOL,
    WRONG_PROTOCOL,
    Json,
    ProtocolError,
    answer,
    decode,
    encode,
    failure,
    notification,
)
from .calls import Call, Id, Task, error_answer
from .greeting import hello
from .params import Params
from .pipes import MAX_LINE, LineTooLong, Pipes, say, watch_parent
from .progress import ProgressMonitor
from .registry import LONG, METHODS, PRELOAD, SHORT

if TYPE_CHECKING:
    from .workplace import Workplace

PING = "$/ping"
"""Answered by the reader itself, whatever the lanes do."""
_IDLE_S = 0.3
_SWITCH_S = 0.001
_STOPPED = "Stopped at your request."


class Server:
    """Answers one client until it closes the pipe. ``session``: folder for pictures."""

    def __init__(self, pipes: Pipes, session: Path, own_folder: bool = False) -> None:
        self._pipes, self._session, self._own_folder = pipes, session, own_folder
        self._greeted = False
        self._tasks: dict[Id, Task] = {}
        self._lock = threading.Lock()
        self._loading = threading.Lock()
        self._modules: dict[str, Any] = {}
        self._workplace: Workplace | None = None
        self._preload = [*PRELOAD]
        self._queues: dict[str, queue.SimpleQueue[Task | None]] = {
            SHORT: queue.SimpleQueue(),
            LONG: queue.SimpleQueue(),
        }

    def run(self) -> None:
        """Read until the end of the pipe. Does not return: the process ends with it."""
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C in QGIS's terminal is QGIS's
        signal.signal(signal.SIGTERM, lambda *_: self._end())
        # A search between the steps of a build gets its turn sooner.
        sys.setswitchinterval(_SWITCH_S)
        watch_parent(self._end)
        for lane in self._queues:
            threading.Thread(target=self._lane, args=(lane,), name=lane, daemon=True).start()
        for line in self._pipes.lines():
            try:
                self._receive(line)
            except Exception as error:  # noqa: BLE001 - the session must go on
                self._send(error_answer(Task(None, "a message", {}), error))
        self._end()

    # -- the reader ----------------------------------------------------------------------------

    def _receive(self, line: bytes | LineTooLong) -> None:
        if isinstance(line, LineTooLong):
            self._refuse(None, INVALID_REQUEST, f"A message is longer than {MAX_LINE} bytes.")
            return
        try:
            message = decode(line)
        except ProtocolError as error:
            # It has a cause where the line was not even JSON.
            code = PARSE_ERROR if error.__cause__ is not None else INVALID_REQUEST
            self._refuse(None, code, str(error))
            return
        except RecursionError:
            self._refuse(None, PARSE_ERROR, "A message is nested too deeply.")
            return
        method, number = message.get("method"), message.get("id")
        if not isinstance(method, str):
            self._refuse(number, INVALID_REQUEST, "A message has no method.")
        elif number is None:
            if method == CANCEL:
                self._cancel(message.get("params"))
        elif not isinstance(number, (int, str)) or isinstance(number, bool):
            self._refuse(None, INVALID_REQUEST, "The id of a request must be a number or a text.")
        else:
            self._request(number, method, message.get("params", {}))

    def _request(self, number: Id, method: str, params: Any) -> None:
        if method == "hello":
            self._hello(number, params)
        elif method == "shutdown":
            self._send(answer(number, {}))
            self._end()
        elif method == PING:
            self._send(answer(number, {}))
        elif not self._greeted:
            self._refuse(number, INVALID_REQUEST, "Say hello first.")
        elif method not in METHODS:
            self._refuse(number, METHOD_NOT_FOUND, f"There is no method '{method}'.")
        else:
            task = Task(number, method, {} if params is None else params)
            with self._lock:
                known = number in self._tasks
                if not known:
                    self._tasks[number] = task
            if known:
                self._refuse(number, INVALID_REQUEST, f"The id {number} is in use.")
            else:
                self._queues[METHODS[method].lane].put(task)

    def _hello(self, number: Id, params: Any) -> None:
        theirs = params.get("protocol") if isinstance(params, dict) else None
        if theirs != PROTOCOL or isinstance(theirs, bool):
            self._greeted = False
            message = (
                f"This engine speaks protocol {PROTOCOL}, the plugin {theirs!r}. Update the older "
                "of the two."
            )
            self._send(failure(number, WRONG_PROTOCOL, message, {"protocol": PROTOCOL}))
            return
        try:
            self._send(answer(number, hello().to_json()))
        except Exception as error:  # noqa: BLE001 - a broken environment must be told
            self._send(error_answer(Task(number, "hello", params), error))
            return
        self._greeted = True
        self._queues[SHORT].put(None)  # wakes the lane: it loads ahead now

    def _cancel(self, params: Any) -> None:
        number = params.get("id") if isinstance(params, dict) else None
        if isinstance(number, (dict, list)):
            return
        with self._lock:
            task = self._tasks.get(number)
            if task is None:
                return  # answered already
            task.stop.set()
            if task.started:
                return
            del self._tasks[number]
        self._refuse(number, CANCELLED, _STOPPED)

    # -- the lanes -----------------------------------------------------------------------------

    def _lane(self, lane: str) -> None:
        waiting = self._queues[lane]
        while True:
            ahead = lane == SHORT and self._greeted and self._preload
            try:
                task = waiting.get(timeout=_IDLE_S if ahead else None)
            except queue.Empty:
                self._load_ahead()
                continue
            if task is not None:
                self._work(task)

    def _load_ahead(self) -> None:
        """Load one more module while nobody waits, so that the first search need not."""
        name = self._preload.pop(0)
        try:
            self._module(name)
        except Exception as error:  # noqa: BLE001 - it is reported to the request that needs it
            say(f"craterbench serve: loading {name} ahead failed: {error}")
        if not self._preload:
            # Seconds, in which what needs no encoder (pictures of pairs) is answered all the same.
            threading.Thread(target=self._warm_up, name="warm-up", daemon=True).start()

    def _warm_up(self) -> None:
        try:
            self._work_place().warm_up()
        except Exception as error:  # noqa: BLE001 - it is reported to the request that needs it
            say(f"craterbench serve: loading the encoders ahead failed: {error}")

    def _work(self, task: Task) -> None:
        with self._lock:
            if task.stop.is_set():
                return  # cancelled while it waited, and answered
            task.started = True
        try:
            call = Call(
                Params(task.params),
                ProgressMonitor(lambda one: self._progress(task, one), task.stop),
                self._work_place(),
            )
            method = METHODS[task.method]
            call.monitor.check()
            result = getattr(self._module(method.module), method.function)(call)
            line = _line(answer(task.number, result))
        except (Exception, SystemExit) as error:  # noqa: BLE001 - everything becomes an answer
            line = encode(error_answer(task, error))
        with self._lock:
            self._tasks.pop(task.number, None)
        self._write(line)

    def _module(self, name: str) -> Any:
        # Python's import machinery gives up its locks where two threads import in a circle.
        found = self._modules.get(name)
        if found is None:
            with self._loading:
                # Its modules import each other in a circle, and functions import it when they
                # need it, in either lane: met by two threads at once it fails in both.
                importlib.import_module("pyogrio")
                found = importlib.import_module(f"{__package__}.{name}")
                self._modules[name] = found
        return found

    def _work_place(self) -> Workplace:
        if self._workplace is None:
            with self._loading:
                from .workplace import Workplace

                self._workplace = self._workplace or Workplace(self._session, self._loading)
        return self._workplace

    # -- answers -------------------------------------------------------------------------------

    def _progress(self, task: Task, progress: Json) -> None:
        self._send(notification(PROGRESS, {"id": task.number, **progress}))

    def _refuse(self, number: Id, code: int, message: str) -> None:
        self._send(failure(number, code, message))

    def _send(self, message: Json) -> None:
        self._write(encode(message))

    def _write(self, line: bytes) -> None:
        if not self._pipes.write(line):
            self._end()

    def _end(self) -> None:
        """End the process now, whatever the lanes do: what an index has committed is safe."""
        if self._own_folder:
            import shutil

            with contextlib.suppress(OSError):
                shutil.rmtree(self._session)
        os._exit(0)


def _line(message: Json) -> bytes:
    try:
        return encode(message)
    except TypeError:  # e.g. a date among a catalogue's attributes
        from .plain import plain

        return encode(plain(message))
