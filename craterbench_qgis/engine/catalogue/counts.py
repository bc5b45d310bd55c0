"""CraterStats' crater lists as catalogues: ``.scc``, and ``.diam`` where it has places.

Diameters are kilometres and longitudes degrees east; latitudes are those of the layer the list was
made from, planetographic where its axes differ. The format: Michael et al. 2012, Icarus 218, 169,
doi:10.1016/j.icarus.2011.11.033, and ``formats.craterstats``, which writes it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from ...contract.columns import PLANETOGRAPHIC
from ...contract.records import read_json
from ..bodies import Body, identify_body
from ..errors import BodyError, CatalogueError
from .craters import Rejected
from .places import Place

_TABLE = re.compile(r"^\s*crater\s*=\s*\{([^\n}]*)\n(.*?)\}", re.DOTALL | re.MULTILINE)
_VALUE = re.compile(r"^\s*(\w+)\s*=\s*([^{\n<]+)", re.MULTILINE)
_COMMENT = re.compile(r"^\s*#\s*(\w+):\s*(.+)$", re.MULTILINE)
_NAMES = {"diam": "diam_km", "diameter": "diameter_km"}


@dataclass(frozen=True)
class CountTable:
    """``names`` and text ``columns`` of the list's rows; ``body`` and ``latitude``: its kind of
    latitude, as its head states them, None and "" where it does not."""

    table: Any
    rows: Any
    broken: list[Rejected]
    body: Body | None
    latitude: str


def read_counts(place: Place) -> CountTable:
    """Read the list. Raises CatalogueError for one without places or without any row."""
    import numpy as np
    import pyarrow as pa

    with place.open() as stream:
        text = stream.read().decode("utf-8-sig", errors="replace").replace("\r\n", "\n")
    header = _TABLE.search(text)
    if header is None:
        raise CatalogueError(
            f"The list '{place}' holds diameters without places. Export it as a spatial crater "
            "count (.scc), or as CSV with longitudes and latitudes."
        )
    names = [
        _NAMES.get(name, name) for name in re.split(r"[,\s]+", header.group(1).strip().lower())
    ]
    if not {"lon", "lat"} <= set(names):
        raise CatalogueError(
            f"The list '{place}' has the columns {', '.join(names)} and no places. Export it as a "
            "spatial crater count (.scc), or as CSV with longitudes and latitudes."
        )
    kept, numbers, broken = [], [], []
    lines = [line.partition("#")[0].strip() for line in header.group(2).splitlines()]
    for number, line in enumerate(filter(None, lines), start=1):
        cells = re.split(r"[,\s]+", line)
        if len(cells) != len(names):
            broken.append(Rejected(number, f"has {len(cells)} fields instead of {len(names)}"))
            continue
        kept.append(cells)
        numbers.append(number)
    columns = list(zip(*kept, strict=True)) or [()] * len(names)
    table = pa.table([pa.array(column, pa.string()) for column in columns], names)
    body, latitude = _stated(text[: header.start()])
    return CountTable(table, np.array(numbers, np.int64), broken, body, latitude)


def _stated(head: str) -> tuple[Body | None, str]:
    """Body and kind of latitude: the axes, else what an export of ours says in its comments."""
    values = {name.lower(): value.strip() for name, value in _VALUE.findall(head)}
    comments = dict(_COMMENT.findall(head))
    try:
        a = float(values["a_axis_radius"]) * 1000.0
        c = float(values.get("c_axis_radius", values["a_axis_radius"])) * 1000.0
        body: Body | None = identify_body(a, c, values.get("coordinate_system_name", ""))
    except (KeyError, ValueError, BodyError):
        body = _of_comments(comments)
    graphic = PLANETOGRAPHIC in head or (body is not None and not body.is_sphere)
    return body, PLANETOGRAPHIC if graphic else ""


def _of_comments(comments: dict[str, str]) -> Body | None:
    try:
        name = read_json(comments["body"])
        a, b = read_json(comments["body_radii_m"])
        return identify_body(float(a), float(b), str(name))
    except (KeyError, ValueError, TypeError, BodyError):
        return None
