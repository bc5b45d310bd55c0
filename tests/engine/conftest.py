"""Shared by the engine's tests: where the real data lie; drawn examples have no time limit."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unhurried")

DATA = Path(
    os.environ.get("CRATERBENCH_DATA", Path(__file__).resolve().parents[3] / "shared" / "data")
)
needs_data = pytest.mark.skipif(
    not (DATA / "moon" / "lroc_wac_8k.tif").is_file(),
    reason="the real planetary data (CRATERBENCH_DATA or ../shared/data) are not here",
)
