"""Tests that need a process of their own: ``@pytest.mark.alone``.

Such a test is run by a second pytest over this very test; its fixtures are made there only.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterable
from typing import Any

import pytest

_CHILD = "CRATERBENCH_TEST_ALONE"


class AloneTest(pytest.Item):
    """Stands for the test in the first process."""

    def runtest(self) -> None:
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:xdist", "-p", "no:cacheprovider"]
        done = subprocess.run(
            [*command, self.nodeid],
            cwd=self.config.rootpath,
            env={**os.environ, _CHILD: "1"},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise FailedAlone(done.stdout[-20000:] + done.stderr[-6000:])

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> str:
        if isinstance(excinfo.value, FailedAlone):
            return str(excinfo.value)
        return str(super().repr_failure(excinfo))

    def reportinfo(self) -> tuple[os.PathLike[str] | str, int | None, str]:
        return self.path, None, self.name


class FailedAlone(Exception):
    """What the second pytest printed."""


def stand_in(collector: pytest.Collector, name: str, obj: object) -> AloneTest | None:
    """For ``pytest_pycollect_makeitem``: the stand-in of a test with that mark, else None."""
    marks: Iterable[pytest.Mark] = getattr(obj, "pytestmark", ())
    if _CHILD in os.environ or not any(mark.name == "alone" for mark in marks):
        return None
    item = AloneTest.from_parent(collector, name=name)
    for mark in marks:
        item.add_marker(getattr(pytest.mark, mark.name)(*mark.args, **mark.kwargs))
    return item
