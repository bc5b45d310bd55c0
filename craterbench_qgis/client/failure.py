"""What went wrong with the engine or with one call, reported once, with all that is known."""

from __future__ import annotations

import platform
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from qgis.core import Qgis
from qgis.PyQt.QtCore import QT_VERSION_STR, QSysInfo

from .. import __version__
from ..contract.engine import Hello
from ..contract.wire import CANCELLED, INTERNAL_ERROR, PROTOCOL
from ..i18n import tr
from .launch import Launch

# Kinds of EngineFailure.
NOT_SET_UP, START, CRASH, HANG, WRONG_ENGINE, GARBAGE = (
    "not-set-up", "start", "crash", "hang", "protocol", "garbage",
)  # fmt: skip
# CallError.code of a call that no engine answered, and of one that took too long.
ENGINE_GONE, TIMED_OUT = -32050, -32051
_SETTINGS_SHOWN = ("PATH", "LANG", "TMPDIR", "TEMP", "CUDA_VISIBLE_DEVICES", "OMP_NUM_THREADS")


@dataclass(frozen=True)
class EngineFailure:
    """``summary``: one sentence for the user; ``report``: everything, for the clipboard.

    ``fatal``: the engine is gone (state ``failed``); otherwise it goes on and the user may restart
    it. ``kind``: one of this module's.
    """

    summary: str
    report: str = ""
    kind: str = CRASH
    fatal: bool = True


@dataclass(frozen=True)
class CallError:
    """Why a call gave no result. ``message`` is for the user.

    ``kind``: the engine's error class; ``engine`` where the engine itself failed (``Engine.failed``
    has told the user already); ``timeout``; ``cancelled``.
    """

    code: int
    message: str
    kind: str = ""
    cancelled: bool = False

    @property
    def in_panel(self) -> str:
        """What a panel says beside the engine's own message, which has said why it stopped."""
        if self.kind == "engine":
            return tr("The engine stopped before it had answered. Ask again.")
        return self.message

    @classmethod
    def from_answer(cls, error: object) -> CallError:
        """The error in an answer's member ``error``, whatever that holds."""
        known = error if isinstance(error, dict) else {}
        code, data = known.get("code"), known.get("data")
        kind = data.get("kind", "") if isinstance(data, dict) else ""
        number = code if isinstance(code, int) else INTERNAL_ERROR
        cancelled = number == CANCELLED
        text = str(known.get("message") or error)
        return cls(number, text, "cancelled" if cancelled else str(kind), cancelled)


@dataclass
class Facts:
    """What is known of a process when it fails."""

    launch: Launch | None = None
    hello: Hello | None = None
    ended: str = ""
    running: Sequence[str] = ()
    garbage: Sequence[str] = ()
    garbage_count: int = 0
    log: str = ""
    more: dict[str, str] = field(default_factory=dict)


def system_name() -> str:
    """The operating system, its kernel and the processor; ``platform`` would run a program."""
    kernel = f"{QSysInfo.kernelType()} {QSysInfo.kernelVersion()}"
    return f"{QSysInfo.prettyProductName()}, {kernel}, {QSysInfo.currentCpuArchitecture()}"


def report(summary: str, facts: Facts) -> str:
    """The text behind "Copy report"."""
    lines = [
        summary,
        "",
        f"time: {datetime.now().isoformat(timespec='seconds')}",
        f"CraterBench {__version__}, protocol {PROTOCOL}",
        f"QGIS {Qgis.QGIS_VERSION}, Qt {QT_VERSION_STR}, Python {platform.python_version()}",
        f"system: {system_name()}",
        f"QGIS's interpreter: {sys.executable}",
        *_of_engine(facts),
    ]
    if facts.running:
        lines += ["", "calls under way (seconds since they were sent):", *facts.running]
    if facts.garbage_count:
        lines += ["", f"lines that were no messages: {facts.garbage_count}; the first ones:"]
        lines += list(facts.garbage)
    lines += ["", "the engine's log:", facts.log.rstrip() or "(empty)"]
    return "\n".join(lines) + "\n"


def _of_engine(facts: Facts) -> list[str]:
    lines = []
    if facts.launch is not None:
        lines += [f"command: {facts.launch.text()}", f"in folder: {facts.launch.folder}"]
        shown = {name: facts.launch.environ.get(name) for name in _SETTINGS_SHOWN}
        lines += [f"{name}={value}" for name, value in shown.items() if value is not None]
    if facts.hello is not None:
        hello = facts.hello
        lines.append(f"engine {hello.version}, Python {hello.python}, process {hello.pid}")
        lines.append(", ".join(f"{name} {version}" for name, version in hello.packages.items()))
        lines.append("devices: " + ", ".join(device.name for device in hello.devices))
    if facts.ended:
        lines.append(f"how it ended: {facts.ended}")
    return [*lines, *(f"{name}: {value}" for name, value in facts.more.items())]
