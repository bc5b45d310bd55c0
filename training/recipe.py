"""The terrain pack a recipe asks for: which rasters, which craters, which regions are kept out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from craterbench_qgis.engine.catalogue import read_catalogue
from craterbench_qgis.engine.errors import CraterBenchError
from craterbench_qgis.engine.monitor import Monitor

from .config import read_config
from .pack import MAX_BYTES, Source, pack_terrain


def pack_from_recipe(
    config_path: str | Path,
    data_dir: str | Path,
    output: str | Path | None = None,
    monitor: Monitor | None = None,
) -> tuple[Path, int]:
    """Make the pack of the recipe ``config_path`` from the rasters in ``data_dir``.

    ``output``: default where the recipe looks for it. Returns the file and the number of crops.
    Raises CraterBenchError when the recipe names no terrain, or a file of it is missing.
    """
    path, data = Path(config_path), Path(data_dir)
    config = read_config(path)
    target = Path(output) if output is not None else path.parent / config.pack
    try:
        sources = [_source(entry, data) for entry in config.terrain["sources"]]
        catalogue = data / str(config.terrain["catalogue"])
        exclude = [tuple(float(x) for x in box) for box in config.terrain.get("exclude", [])]
    except (KeyError, TypeError, ValueError) as error:
        raise CraterBenchError(
            f"The training recipe {path.name} does not say which terrain to pack "
            f"({type(error).__name__}: {error}). Compare it with docs/encoder/config.json."
        ) from error
    wanted = {catalogue, *(s.dtm for s in sources), *(s.mosaic for s in sources)}
    missing = sorted(file.name for file in wanted if not file.is_file())
    if missing or any(len(box) != 4 for box in exclude):
        raise CraterBenchError(
            f"The terrain of {path.name} is not in {data}: missing {', '.join(missing)}. "
            "Give the folder that holds these files."
            if missing
            else f"An excluded box of {path.name} is not [west, south, east, north]. Correct it."
        )
    craters = read_catalogue(catalogue)
    table = np.stack([craters.lon, craters.lat, craters.diameter], axis=1)
    count = pack_terrain(
        sources,
        table,
        target,
        radius_m=config.radius_m,
        exclude=[(box[0], box[1], box[2], box[3]) for box in exclude],
        seed=0,
        max_bytes=MAX_BYTES,
        monitor=monitor,
    )
    return target, count


def _source(entry: dict[str, Any], data: Path) -> Source:
    box = entry.get("box")
    return Source(
        dtm=data / str(entry["dtm"]),
        mosaic=data / str(entry["mosaic"]),
        min_diameter_m=float(entry["min_diameter_km"]) * 1e3,
        max_diameter_m=float(entry["max_diameter_km"]) * 1e3,
        windows=int(entry.get("windows", 0)),
        box=(float(box[0]), float(box[1]), float(box[2]), float(box[3])) if box else None,
    )
