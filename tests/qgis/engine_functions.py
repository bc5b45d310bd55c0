"""What scripts under the engine's Python offer to tests: functions that take and return JSON."""

from __future__ import annotations

import json
import sys
import traceback
from collections.abc import Callable
from typing import Any


def serve(*functions: Callable[..., Any]) -> None:
    """Answer lines ``[name, arguments]`` until the input ends: ``{"result"}`` or ``{"error"}``."""
    by_name = {function.__name__: function for function in functions}
    for line in sys.stdin:
        name, arguments = json.loads(line)
        try:
            answer = {"result": by_name[name](*arguments)}
        except Exception:  # noqa: BLE001 - it is told to the test that asked
            answer = {"error": traceback.format_exc()}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()
