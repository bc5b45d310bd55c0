"""Which parts of a map show a square of ground: what QGIS draws of a layer without local pixels.

Drawn in the layer's own reference system nothing is reprojected by QGIS, which leaves parts empty
at poles and at the antimeridian. The engine makes the square of the parts.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Optional

from qgis.core import QgsRectangle

from .crs import MapFrame
from .sphere import Point, destination

NODES = 33
"""Places a side that are looked up on the map."""
MOST_PIXELS = 16_000_000
"""Of all parts together: at a pole of a map of degrees each row is a whole turn."""
MOST_SIDE = 4096
_MARGIN = 1.06
_JUMP = 8.0

_Node = Optional[tuple[float, float]]  # noqa: UP045 (Python 3.9)


@dataclass(frozen=True)
class Window:
    """A part of the map: its edges in map units, and its size in pixels, which are square."""

    left: float
    top: float
    unit: float
    width: int
    height: int

    @property
    def rectangle(self) -> QgsRectangle:
        """The part."""
        right, bottom = self.left + self.width * self.unit, self.top - self.height * self.unit
        return QgsRectangle(self.left, bottom, right, self.top)


def windows(
    frame: MapFrame, extent: QgsRectangle, place: Point, side_m: float, size: int
) -> list[Window]:
    """The parts of a map that show the square of ``side_m`` metres about ``place``.

    ``extent``: of the layer, beyond which there is nothing. ``size``: pixels a side that the square
    is to have. Empty where the map does not show it.
    """
    middle = frame.to_map(*place, near=extent.center().x())
    near = middle.x() if middle is not None else None
    nodes = _nodes(frame, place, side_m * _MARGIN, near)
    groups = [_all(nodes)] if frame.period else _connected(nodes)
    unit = _unit(nodes, side_m * _MARGIN, side_m / size)
    if unit is None:
        return []
    boxes = []
    for group in groups:
        if len(group) < 4:
            continue
        left, right = min(x for x, _ in group), max(x for x, _ in group)
        bottom, top = min(y for _, y in group), max(y for _, y in group)
        if frame.period:
            pole = _pole_in(frame, place, side_m * _MARGIN)
            if pole is not None and near is not None:
                left, right = near - frame.period / 2, near + frame.period / 2
                edge = frame.to_map(place[0], pole)
                if edge is not None and math.isfinite(edge.y()):
                    bottom, top = min(bottom, edge.y()), max(top, edge.y())
        # Up to a step of the grid lies between its last places and the edge of the map.
        pad = 1.5 * unit * size * _MARGIN / (NODES - 1)
        boxes += _within((left - pad, bottom - pad, right + pad, top + pad), extent, frame.period)
    area = sum((box[2] - box[0]) * (box[3] - box[1]) for box in boxes)
    unit = max(unit, math.sqrt(area / MOST_PIXELS)) if boxes else unit
    return [part for box in boxes for part in _parts(box, unit)]


def _nodes(frame: MapFrame, place: Point, side_m: float, near: float | None) -> list[list[_Node]]:
    """Map points of a grid of places; None beyond the limb and the map."""
    radius = frame.body.mean_radius
    rows: list[list[_Node]] = []
    for row in range(NODES):
        y = side_m * (0.5 - row / (NODES - 1))
        line: list[_Node] = []
        for column in range(NODES):
            x = side_m * (column / (NODES - 1) - 0.5)
            apart = math.hypot(x, y)
            point = None
            if apart < radius:
                reach = radius * math.asin(apart / radius)
                there = destination(radius, *place, math.degrees(math.atan2(x, y)), reach)
                point = frame.to_map(*there, near=near)
            good = point is not None and math.isfinite(point.x()) and math.isfinite(point.y())
            line.append((point.x(), point.y()) if point is not None and good else None)
        rows.append(line)
    return rows


def _all(nodes: list[list[_Node]]) -> list[Point]:
    return [node for line in nodes for node in line if node is not None]


def _pole_in(frame: MapFrame, place: Point, side_m: float) -> float | None:
    """The latitude of the pole that lies in the square; None where none does."""
    apart = 90.0 - abs(place[1])
    if apart < 90.0 and frame.body.mean_radius * math.sin(math.radians(apart)) <= side_m / 2:
        return math.copysign(90.0, place[1])
    return None


def _unit(nodes: list[list[_Node]], side_m: float, metres: float) -> float | None:
    """Map units of ``metres`` of ground in the direction in which the map is coarsest.

    The low quartile, as the engine has it: at a pole the longitudes run away at the middle.
    """
    step = side_m / (NODES - 1)
    across, along = [], []
    for row in range(NODES - 1):
        for column in range(NODES - 1):
            here, east, south = (
                nodes[row][column], nodes[row][column + 1], nodes[row + 1][column]
            )  # fmt: skip
            if here is None or east is None or south is None:
                continue
            across.append(math.hypot(east[0] - here[0], south[0] - here[0]))
            along.append(math.hypot(east[1] - here[1], south[1] - here[1]))
    if not across:
        return None
    found = min(_quartile(across), _quartile(along)) / step * metres
    return found if found > 0 else None


def _quartile(values: list[float]) -> float:
    return sorted(values)[len(values) // 4]


def _connected(nodes: list[list[_Node]]) -> list[list[Point]]:
    """The nodes in groups without a jump over the edge of the map."""
    links: list[tuple[tuple[int, int], tuple[int, int], float]] = []
    for row in range(NODES):
        for column in range(NODES):
            here = nodes[row][column]
            for other in ((row, column + 1), (row + 1, column)):
                if here is None or other[0] >= NODES or other[1] >= NODES:
                    continue
                there = nodes[other[0]][other[1]]
                if there is not None:
                    links.append(((row, column), other, math.dist(here, there)))
    if not links:
        return []
    longest = _JUMP * max(_quartile([length for _, _, length in links]), 1e-12)
    group = {
        (row, column): (row, column)
        for row in range(NODES)
        for column in range(NODES)
        if nodes[row][column] is not None
    }

    def root(key: tuple[int, int]) -> tuple[int, int]:
        while group[key] != key:
            group[key] = key = group[group[key]]
        return key

    for first, second, length in links:
        if length <= longest:
            group[root(first)] = root(second)
    parts: dict[tuple[int, int], list[Point]] = {}
    for key in group:
        node = nodes[key[0]][key[1]]
        if node is not None:
            parts.setdefault(root(key), []).append(node)
    return list(parts.values())


_Box = tuple[float, float, float, float]


def _within(box: _Box, extent: QgsRectangle, period: float) -> list[_Box]:
    """The parts of a box that lie on the layer, one on each side of its seam."""
    left, bottom, right, top = box
    edges = (extent.xMinimum(), extent.yMinimum(), extent.xMaximum(), extent.yMaximum())
    if extent.isEmpty() or not all(map(math.isfinite, edges)):
        return [box]
    bottom, top = max(bottom, edges[1]), min(top, edges[3])
    start, stop = edges[0], edges[2]
    turns = [0.0]
    if period:
        stop = min(stop, start + period)
        first = math.floor((left - start) / period)
        turns = [turn * period for turn in range(first, first + 3)]
    found = [
        (max(left, start + turn) - turn, bottom, min(right, stop + turn) - turn, top)
        for turn in turns
    ]
    return [part for part in found if part[2] > part[0] and part[3] > part[1]]


def _parts(box: _Box, unit: float) -> list[Window]:
    left, bottom, right, top = box
    columns = max(1, math.ceil((right - left) / unit))
    rows = max(1, math.ceil((top - bottom) / unit))

    def cuts(count: int) -> list[tuple[int, int]]:
        return [(low, min(low + MOST_SIDE, count)) for low in range(0, count, MOST_SIDE)]

    return [
        Window(left + c0 * unit, top - r0 * unit, unit, c1 - c0, r1 - r0)
        for r0, r1 in cuts(rows)
        for c0, c1 in cuts(columns)
    ]
