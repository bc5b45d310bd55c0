"""Killed writers lose no commit, and readers beside them answer from one generation."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import warnings
from pathlib import Path

import pytest

from .support import ROOT

KILLS = int(os.environ.get("CRATERBENCH_KILLS", "20"))


@pytest.mark.skipif(os.name == "nt", reason="SIGKILL is a Unix signal")
def test_killed_writers_beside_a_reader_and_a_rival(work: Path) -> None:
    run = subprocess.run(
        [sys.executable, "-m", "tests.security.kills", str(work), str(KILLS)],
        cwd=ROOT,
        capture_output=True,
        check=False,
        env={**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)},
    )
    assert run.returncode == 0, run.stderr.decode()[-2000:]
    result = json.loads(run.stdout.splitlines()[-1])
    if KILLS > 20:
        warnings.warn(str(result), stacklevel=1)
    assert result["lost"] == 0
    assert result["wrong"] == []
    assert result["kills"] == KILLS
    assert result["commits"] > 0
    assert result["answers"] > 0
