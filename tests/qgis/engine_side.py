"""The engine from QGIS's side of a test: always another process, with the engine's own Python."""

from __future__ import annotations

import json
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

from paths import ENGINE_PYTHON, ROOT

PLAIN = ("--encoder", "hog", "--no-kinds")
"""Options of an index for which no engine imports torch: that takes seconds."""


def run_engine(*arguments: object) -> str:
    """``craterbench ARGUMENTS``; what it printed. AssertionError with its words where it fails."""
    return _run("-m", "craterbench_qgis.engine", *arguments)


def run_script(script: str, *arguments: object) -> str:
    """A script of ``tests/qgis`` under the engine's Python; what it printed."""
    return _run("-m", f"tests.qgis.{Path(script).stem}", *arguments)


def ask(script: str, function: str, *arguments: Any) -> Any:
    """Call a function of ``tests/qgis/SCRIPT.py``, which serves them (engine_functions.py)."""
    process = _server(script)
    process.stdin.write(json.dumps([function, arguments], default=str) + "\n")
    process.stdin.flush()
    line = process.stdout.readline()
    assert line, f"{script} ended"
    answer = json.loads(line)
    assert "error" not in answer, answer["error"]
    return answer["result"]


@cache
def _server(script: str) -> Any:
    """One process for a script, for as long as the tests run: the engine takes long to import."""
    return subprocess.Popen(
        [str(ENGINE_PYTHON), "-m", f"tests.qgis.{script}"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )


def build_index(output: Path, mosaic: Path, catalogue: Path, *options: object) -> Path:
    """An index of ``catalogue`` on ``mosaic``, at ``output``."""
    run_engine("index", "build", "--mosaic", mosaic, "--catalogue", catalogue, *options,
               "--output", output)  # fmt: skip
    return output


def _run(*arguments: object) -> str:
    command = [str(ENGINE_PYTHON), *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-6000:]
    return done.stdout
