"""``make_mars.py FOLDER``, by the engine's Python: mosaic and craters on Mars' ellipsoid."""

from __future__ import annotations

import sys
from pathlib import Path

from ..engine import scene

MARS = "+proj=longlat +a=3396190 +b=3376200 +no_defs"

if __name__ == "__main__":
    folder = Path(sys.argv[1])
    scene.write_mosaic(folder / "mosaic.tif", crs=MARS)
    scene.write_catalogue(folder / "craters.csv", scene.craters()[:12])
