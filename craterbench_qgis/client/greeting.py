"""The first answer of an engine: whether it fits this plugin, and if not, what to update."""

from __future__ import annotations

from ..contract.engine import Hello
from ..contract.records import Json, RecordError
from ..contract.wire import PROTOCOL, WRONG_PROTOCOL
from ..i18n import tr
from .failure import CallError


def check_hello(message: Json) -> tuple[Hello | None, str]:
    """The Hello in the answer ``message``, or None and one sentence for the user."""
    if "error" in message:
        error = CallError.from_answer(message["error"])
        if error.code != WRONG_PROTOCOL:
            return None, tr("The engine refused to start: {why}").format(why=error.message)
        data = message["error"].get("data")
        theirs = data.get("protocol") if isinstance(data, dict) else None
        return None, _wrong(theirs if isinstance(theirs, int) else None)
    try:
        hello = Hello.from_json(message.get("result"))
    except RecordError:
        return None, _wrong(None)
    if hello.protocol != PROTOCOL:
        return None, _wrong(hello.protocol)
    return hello, ""


def _wrong(theirs: int | None) -> str:
    if theirs is None:
        text = tr(
            "The engine and this plugin (protocol {ours}) are of different versions. Update both: "
            "the plugin in QGIS's plugin manager, the engine on the set-up page."
        )
    elif theirs > PROTOCOL:
        text = tr(
            "The engine is newer than this plugin (protocol {theirs} instead of {ours}). Update "
            "the plugin in QGIS's plugin manager and restart QGIS."
        )
    else:
        text = tr(
            "The engine is older than this plugin (protocol {theirs} instead of {ours}). Update "
            "the engine on the set-up page; if that does not help, restart QGIS."
        )
    return text.format(ours=PROTOCOL, theirs=theirs)
