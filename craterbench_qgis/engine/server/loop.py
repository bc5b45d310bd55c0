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

from ...contract.methods import Lane
from ...contract.records import Json
from ...contract.wire import (
    CANCEL,
    CANCELLED,
    HELLO,
    INVALID_REQUEST,
    METHOD_NOT_FOUND,
    PARSE_ERROR,
    PING,
    PROGRESS,
    PROTOCOL,
    SHUTDOWN,
    WRONG_PROTOCOL,
    ProtocolError,
    answer,
    decode,
    encode,
    failure,
    notification,
)
from .calls import Call, Id, Task, error_answer
from .decoding import decode as decode_params
from .greeting import hello
from .pipes import MAX_LINE, LineTooLong, Pipes, say, watch_parent
from .progress import ProgressMonitor
from .registry import HANDLERS, PRELOAD

if TYPE_CHECKING:
    from .workplace import Workplace

MAX_WAITING = 1024
MAX_WAITING_BYTES = 64 << 20
"""Of the lines of the requests that are not answered yet."""
_IDLE_S, _QUIET_S = 0.3, 3.0
"""Without a request for so long, another module is loaded ahead; torch, which takes seconds of
processor time, only after a longer rest, and where no index is open that has its encoder."""
_SWITCH_S = 0.001
_STOPPED = "Stopped at your request."


class Server:
    """Answers one client until it closes the pipe. ``session``: folder for pictures."""

    def __init__(self, pipes: Pipes, session: Path, own_folder: bool = False) -> None:
        self._pipes, self._session, self._own_folder = pipes, session, own_folder
        self._greeted = False
        self._tasks: dict[Id, Task] = {}
        self._held = 0
        self._lock = threading.Lock()
        self._loading = threading.Lock()
        self._modules: dict[str, Any] = {}
        self._workplace: Workplace | None = None
        self._preload = [*PRELOAD]
        self._warm = False
        self._queues: dict[Lane, queue.SimpleQueue[Task | None]] = {
            lane: queue.SimpleQueue() for lane in Lane
        }

    def run(self) -> None:
        """Read until the end of the pipe. Does not return: the process ends with it."""
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C in QGIS's terminal is QGIS's
        signal.signal(signal.SIGTERM, lambda *_: self._end())
        # A search between the steps of a build gets its turn sooner.
        sys.setswitchinterval(_SWITCH_S)
        watch_parent(self._end)
        for lane in self._queues:
            threading.Thread(target=self._lane, args=(lane,), name=str(lane), daemon=True).start()
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
        method, number = message.get("method"), message.get("id")
        if number is not None and type(number) not in (int, str):
            self._refuse(None, INVALID_REQUEST, "The id of a request must be a number or a text.")
        elif not isinstance(method, str):
            self._refuse(number, INVALID_REQUEST, "A message has no method.")
        elif number is None:
            if method == CANCEL:
                self._cancel(message.get("params"))
        else:
            self._request(number, method, message.get("params", {}), len(line))

    def _request(self, number: Id, method: str, params: Any, size: int) -> None:
        if method == HELLO:
            self._hello(number, params)
        elif method == SHUTDOWN:
            self._send(answer(number, {}))
            self._end()
        elif method == PING:
            self._send(answer(number, {}))
        elif not self._greeted:
            self._refuse(number, INVALID_REQUEST, "Say hello first.")
        elif method not in HANDLERS:
            self._refuse(number, METHOD_NOT_FOUND, f"There is no method '{method}'.")
        else:
            task = Task(number, method, {} if params is None else params, size=size)
            with self._lock:
                known = number in self._tasks
                full = len(self._tasks) >= MAX_WAITING or self._held + size > MAX_WAITING_BYTES
                if not (known or full):
                    self._tasks[number] = task
                    self._held += size
            if known:
                self._refuse(number, INVALID_REQUEST, f"The id {number} is in use.")
            elif full:
                self._refuse(
                    number,
                    INVALID_REQUEST,
                    f"{MAX_WAITING} requests, or {MAX_WAITING_BYTES >> 20} MiB of them, are "
                    "waiting already. Wait for some of the answers.",
                )
            else:
                self._queues[HANDLERS[method].method.lane].put(task)

    def _hello(self, number: Id, params: Any) -> None:
        theirs = params.get("protocol") if isinstance(params, dict) else None
        if theirs != PROTOCOL or isinstance(theirs, bool):
            message = (
                f"This engine speaks protocol {PROTOCOL}, the plugin {theirs!r}. Update the older "
                "of the two."
            )
            self._send(failure(number, WRONG_PROTOCOL, message, {"protocol": PROTOCOL}))
            return
        try:
            self._send(answer(number, hello().to_json()))
        except Exception as error:  # noqa: BLE001 - a broken environment must be told
            self._send(error_answer(Task(number, HELLO, params), error))
            return
        self._greeted = True
        self._queues[Lane.SHORT].put(None)  # wakes the lane: it loads ahead now

    def _cancel(self, params: Any) -> None:
        number = params.get("id") if isinstance(params, dict) else None
        if type(number) not in (int, str):  # True and 1.0 are the number 1 to a dict
            return
        with self._lock:
            task = self._tasks.get(number)
            if task is None:
                return  # answered already
            task.stop.set()
            if task.started:
                return
            self._forget(task)
        self._refuse(number, CANCELLED, _STOPPED)

    def _forget(self, task: Task) -> None:
        """With the lock held."""
        if self._tasks.pop(task.number, None) is not None:
            self._held -= task.size

    # -- the lanes -----------------------------------------------------------------------------

    def _lane(self, lane: Lane) -> None:
        waiting = self._queues[lane]
        while True:
            ahead = lane is Lane.SHORT and self._greeted and not self._warm
            rest = _IDLE_S if self._preload else _QUIET_S
            try:
                task = waiting.get(timeout=rest if ahead else None)
            except queue.Empty:
                self._load_ahead()
                continue
            if task is not None:
                self._work(task)

    def _load_ahead(self) -> None:
        """Load one more module while nobody waits, so that the first search need not."""
        if not self._preload:
            self._warm = True
            # Seconds, in which what needs no encoder (pictures of pairs) is answered all the same.
            threading.Thread(target=self._warm_up, name="warm-up", daemon=True).start()
            return
        name = self._preload.pop(0)
        try:
            self._module(name)
        except Exception as error:  # noqa: BLE001 - it is reported to the request that needs it
            say(f"craterbench serve: loading {name} ahead failed: {error}")

    def _warm_up(self) -> None:
        try:
            place = self._work_place()
            if place.sessions.none_open:
                place.warm_up()
        except Exception as error:  # noqa: BLE001 - it is reported to the request that needs it
            say(f"craterbench serve: loading the encoders ahead failed: {error}")

    def _work(self, task: Task) -> None:
        with self._lock:
            if task.stop.is_set():
                return  # cancelled while it waited, and answered
            task.started = True
        try:
            handler = HANDLERS[task.method]
            call = Call(
                decode_params(task.params, handler.method.params),
                ProgressMonitor(lambda step: self._progress(task, step), task.stop),
                self._work_place(),
            )
            call.monitor.check()
            result = getattr(self._module(handler.module), handler.function)(call)
            line = encode(answer(task.number, result.to_json()))
        except (Exception, SystemExit) as error:  # noqa: BLE001 - everything becomes an answer
            line = encode(error_answer(task, error))
        with self._lock:
            self._forget(task)
        self._write(line)

    def _module(self, name: str) -> Any:
        # Python's import machinery gives up its locks where two threads import in a circle.
        module = self._modules.get(name)
        if module is None:
            with self._loading:
                # Its modules import each other in a circle, and functions import it when they
                # need it, in either lane: met by two threads at once it fails in both.
                importlib.import_module("pyogrio")
                module = importlib.import_module(f"{__package__}.{name}")
                self._modules[name] = module
        return module

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
