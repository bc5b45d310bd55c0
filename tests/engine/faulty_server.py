"""``craterbench serve`` with methods no release has: they print, crash, wait, or are deaf."""

from __future__ import annotations

import datetime
import os
import subprocess
import sys
import time
from typing import Any

import numpy as np

from craterbench_qgis.contract.build import Answer
from craterbench_qgis.contract.engine import Nothing
from craterbench_qgis.contract.methods import Lane, Method
from craterbench_qgis.contract.vocabulary import Stage
from craterbench_qgis.engine.cli import main
from craterbench_qgis.engine.errors import QueryError
from craterbench_qgis.engine.server import registry


def noise(call: Any) -> Answer:
    print("from Python")  # noqa: T201 - that is the point
    assert sys.__stdout__ is not None
    sys.__stdout__.write("from the old sys.stdout\n")
    sys.__stdout__.flush()
    os.write(1, b"from C\n")
    subprocess.run(["echo", "from a child"], check=True)
    return Answer({"read": os.read(0, 10).decode()})


def crash(call: Any) -> Answer:
    raise ValueError("planted error")


def leave(call: Any) -> Answer:
    sys.exit(3)


def refuse(call: Any) -> Answer:
    raise QueryError("It is no good. Try another.")


def odd(call: Any) -> Answer:
    return Answer(
        {"n": np.float32(0.5), "day": datetime.date(2026, 1, 2), "bad": float("nan"), "b": b"\x01"}
    )


def work(call: Any) -> Answer:
    for step in range(10**6):
        call.monitor.check()
        call.monitor.report(Stage.VIEWS, step, 10**6)
        time.sleep(0.01)
    return Answer()


def deaf(call: Any) -> Answer:
    time.sleep(600)
    return Answer()


if __name__ == "__main__":
    sys.modules["craterbench_qgis.engine.server.faults"] = sys.modules["__main__"]
    for function in (noise, crash, leave, refuse, odd, work, deaf):
        for lane in Lane:
            name = f"{lane}.{function.__name__}"
            registry.HANDLERS[name] = registry.Handler(
                Method(name, Nothing, Answer, lane), "faults", function.__name__
            )
    sys.exit(main(sys.argv[1:]))
