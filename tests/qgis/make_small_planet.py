"""``make_small_planet.py FOLDER``, by the engine's Python: a synthetic planet of 120 craters."""

from __future__ import annotations

import sys
from pathlib import Path

from craterbench_qgis.engine.demo import make_planet

if __name__ == "__main__":
    make_planet(Path(sys.argv[1]), width=1024, craters=120)
