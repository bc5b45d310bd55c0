"""The terrain packs a recipe asks for: which rasters, which craters, which regions are kept out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from craterbench_qgis.engine.catalogue import read_catalogue
from craterbench_qgis.engine.errors import CraterBenchError
from craterbench_qgis.engine.monitor import Monitor

from .config import BodyShare, read_config
from .pack import MAX_BYTES, Source, pack_terrain

UNPLACED_APART = 20.0
"""Degrees between two images without map coordinates."""


def pack_from_recipe(
    config_path: str | Path,
    data_dir: str | Path,
    output_dir: str | Path | None = None,
    monitor: Monitor | None = None,
) -> list[tuple[Path, int]]:
    """Make the packs of the recipe ``config_path`` from the rasters in ``data_dir``.

    ``output_dir``: default the recipe's folder, where training looks for them. A pack that is
    there already stays. Returns the files made and how many crops each holds. Raises
    CraterBenchError when the recipe names no terrain, or a file of it is missing.
    """
    path, data = Path(config_path), Path(data_dir)
    folder = Path(output_dir) if output_dir is not None else path.parent
    work = []
    for share in read_config(path).shares():
        if (folder / share.pack).exists():
            continue
        try:
            sources = [s for entry in share.terrain["sources"] for s in _sources(entry, data)]
            named = share.terrain.get("catalogue")
            catalogue = data / str(named) if named is not None else None
            exclude = [tuple(float(x) for x in box) for box in share.terrain.get("exclude", [])]
        except (KeyError, TypeError, ValueError) as error:
            raise CraterBenchError(
                f"The training recipe {path.name} does not say which terrain to pack "
                f"({type(error).__name__}: {error}). Compare it with docs/encoder/config.json."
            ) from error
        wanted = {catalogue, *(s.dtm for s in sources), *(s.mosaic for s in sources)} - {None}
        missing = sorted(f.name for f in wanted if f is not None and not f.is_file())
        if missing or not sources or any(len(box) != 4 for box in exclude):
            raise CraterBenchError(
                f"The terrain of {path.name} is not in {data}: missing "
                f"{', '.join(missing) or 'every image'}. Give the folder that holds these files."
                if missing or not sources
                else f"An excluded box of {path.name} is not [west, south, east, north]. "
                "Correct it."
            )
        work.append((share, sources, catalogue, exclude))
    return [
        (folder / share.pack, _pack(share, sources, catalogue, exclude, folder, monitor))
        for share, sources, catalogue, exclude in work
    ]


def _pack(
    share: BodyShare,
    sources: list[Source],
    catalogue: Path | None,
    exclude: list[tuple[float, ...]],
    folder: Path,
    monitor: Monitor | None,
) -> int:
    table: NDArray[np.float64] = np.zeros((0, 3))
    if catalogue is not None:
        craters = read_catalogue(catalogue)
        table = np.stack([craters.lon, craters.lat, craters.diameter], axis=1)
    return pack_terrain(
        sources,
        table,
        folder / share.pack,
        radius_m=share.radius_m,
        exclude=[(box[0], box[1], box[2], box[3]) for box in exclude],
        seed=0,
        max_bytes=MAX_BYTES,
        monitor=monitor,
    )


def _sources(entry: dict[str, Any], data: Path) -> list[Source]:
    """One entry of a recipe: ``dtm`` (or ``normals``) and ``mosaic``, or ``images``: a pattern of
    files without map coordinates, whose pixels are given 1 m (the recipe's radius_m 57295.78)."""
    box = entry.get("box")
    low, high = float(entry["min_diameter_km"]) * 1e3, float(entry["max_diameter_km"]) * 1e3
    windows = int(entry.get("windows", 0))
    if "images" in entry:
        skipped = entry.get("without", [])
        images = [p for p in sorted(data.glob(str(entry["images"]))) if p.name not in skipped]
        return [
            Source(None, image, low, high, windows, unplaced=-180.0 + UNPLACED_APART * i)
            for i, image in enumerate(images)
        ]
    normals = "normals" in entry
    return [
        Source(
            dtm=data / str(entry["normals" if normals else "dtm"]),
            mosaic=data / str(entry["mosaic"]),
            min_diameter_m=low,
            max_diameter_m=high,
            windows=windows,
            box=(float(box[0]), float(box[1]), float(box[2]), float(box[3])) if box else None,
            normals=normals,
        )
    ]
