"""Looking at an atlas: pictures of parts of it, the crater at a place, those within a lasso."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...contract.atlas import (
    DIAMETER,
    NEAR_AT_MOST,
    OWN_COLUMNS,
    AtlasCrater,
    AtlasInfo,
    AtlasPictureParams,
    AtlasPoint,
)
from ...contract.kinds import KeptKind
from ...contract.vocabulary import Scale
from ..errors import CraterIndexError, QueryError
from ..index import CraterIndex
from ..index.atlas import digest_of
from ..index.catalogue_store import union_attributes
from ..words import Advice
from .atlas_colours import Colours, by_column, by_numbers, by_probability
from .descriptor import load_descriptor
from .gallery import KindGallery
from .kept import known_kinds, load_kind
from .named import learn_ids

_MAKE = Advice("Make it with 'craterbench index atlas'.", "Press Make the atlas.")
OF_KIND = "kind: "
"""Before the name of a kind that craters can be coloured by."""
_KEPT = 8
_CELLS = 96
_RADIUS = (0.8, 4.5)
_SHARE = 0.2
"""Radius of a point in mean distances between the points of a picture."""
_RING = 1.3
_RING_COLOUR = np.array([[255, 255, 255, 255]], np.uint8).view(np.uint32)[0, 0]


def atlas_info(index: CraterIndex) -> AtlasInfo:
    """What there is of an atlas, and of what one could be made."""
    manifest, places = index.manifest, index.atlas
    own = _own_columns(index)
    kinds = [OF_KIND + name for name in known_kinds(index.path) if OF_KIND + name not in own]
    columns = [*OWN_COLUMNS, *own, *kinds]
    if places is None or manifest.atlas is None:
        return AtlasInfo(0, 0, manifest.kinds is not None, columns)
    rows = np.setdiff1d(places["crater_row"], index.removed)
    lacking = 0
    if manifest.atlas.described != digest_of(manifest.kinds) and index.kinds is not None:
        described = np.intersect1d(index.kinds["crater_row"], index.view_crater_rows[index.alive])
        lacking = len(np.setdiff1d(described, rows))
    return AtlasInfo(len(rows), lacking, manifest.kinds is not None, columns)


def _own_columns(index: CraterIndex) -> list[str]:
    names = {name: None for table in index.craters.tables for name in table.column_names[4:]}
    return [name for name in names if name not in OWN_COLUMNS]


class AtlasView:
    """The present craters of an index's atlas: ``rows`` int [n], ``x``, ``y`` float32 [n].

    Raises CraterIndexError where there is no atlas.
    """

    def __init__(self, index: CraterIndex) -> None:
        places = index.atlas
        if places is None:
            raise CraterIndexError(f"{index.path.name} has no atlas yet. {_MAKE}")
        places = places[~np.isin(places["crater_row"], index.removed)]
        self._index = index
        self.rows = places["crater_row"].astype(np.int64)
        self.x, self.y = (np.ascontiguousarray(places[name]) for name in ("x", "y"))
        self._colours: OrderedDict[Any, Colours] = OrderedDict()

    def __len__(self) -> int:
        return len(self.rows)

    @cached_property
    def views(self) -> NDArray[np.int64]:
        """A view of each crater [n], of the smallest context; -1 where it has none any more."""
        stored = self._index.views
        order = np.argsort(stored["context"], kind="stable")
        rows, first = np.unique(stored["crater_row"][order], return_index=True)
        if not rows.size:
            return np.full(len(self), -1)
        at = np.minimum(np.searchsorted(rows, self.rows), len(rows) - 1)
        return np.where(rows[at] == self.rows, order[first[at]], -1)

    # -- colours -------------------------------------------------------------------------------

    def colours(self, column: str | None) -> Colours:
        """The colours by a column, or by the probability of a named kind; None: by how many craters
        lie about each. Raises QueryError."""
        name = (column or "").removeprefix(OF_KIND)
        is_kind = column == OF_KIND + name and column not in _own_columns(self._index)
        kind = load_kind(self._index.path, name) if is_kind else None
        key = column, kind and (*kind.yes, "", *kind.no)
        known = self._colours.get(key)
        if known is None:
            made = self._made(column) if kind is None else self._of_kind(kind)
            known = self._colours[key] = made
            while len(self._colours) > _KEPT:
                self._colours.popitem(last=False)
        self._colours.move_to_end(key)
        return known

    def _of_kind(self, kind: KeptKind) -> Colours:
        """By the probability of each crater to be of the kind."""
        gallery = KindGallery(self._index, load_descriptor())
        learnt = learn_ids(self._index, gallery, kind.yes, kind.no)
        probability = np.full(self._index.n_craters, np.nan)
        probability[learnt.rows] = learnt.probability
        return by_probability(probability[self.rows])

    def _made(self, column: str | None) -> Colours:
        craters = self._index.craters
        if column is None:
            return by_numbers(self._density(), Scale.DENSITY)
        if column in OWN_COLUMNS:
            numbers = {DIAMETER: craters.diameter_m, "lon": craters.lon, "lat": craters.lat}[column]
            return by_numbers(numbers[self.rows])
        attributes = union_attributes(craters.tables)
        if column not in attributes:
            there = ", ".join([*OWN_COLUMNS, *attributes])
            raise QueryError(f"The index has no column {column!r}. Its columns: {there}.")
        return by_column(attributes[column].take(self.rows))

    def _density(self) -> NDArray[np.float64]:
        """The logarithm of how many craters lie about each [n]."""
        edges = [(-1.0, 1.0), (-1.0, 1.0)]
        count, _, _ = np.histogram2d(self.x, self.y, _CELLS, edges)
        around = np.lib.stride_tricks.sliding_window_view(np.pad(count, 1), (3, 3)).sum((2, 3))
        i, j = (np.clip((v + 1) / 2 * _CELLS, 0, _CELLS - 1).astype(int) for v in (self.x, self.y))
        return np.asarray(np.log(np.maximum(around[i, j], 1)))

    # -- places --------------------------------------------------------------------------------

    def within(self, lasso: Sequence[float]) -> NDArray[np.intp]:
        """Which of the n lie within a lasso, ascending; where it crosses itself, what is inside an
        odd number of times."""
        import shapely

        corners = np.array(lasso, np.float64)
        if len(corners) < 6 or len(corners) % 2:
            raise QueryError("A lasso needs three corners at least, x and y of each.")
        corners = np.clip(corners.reshape(-1, 2), -10.0, 10.0)
        shape = shapely.make_valid(shapely.Polygon(corners))
        west, south, east, north = shape.bounds
        box = np.flatnonzero(
            (self.x >= west) & (self.x <= east) & (self.y >= south) & (self.y <= north)
        )
        shapely.prepare(shape)
        return box[shapely.contains_xy(shape, self.x[box], self.y[box])]

    def nearest(self, x: float, y: float, reach: float) -> AtlasCrater | None:
        """The crater nearest to a place, at most ``reach`` away."""
        if not len(self):
            return None
        distance = np.hypot(self.x.astype(np.float64) - x, self.y - y)
        at = int(np.argmin(distance))
        if not distance[at] <= reach:
            return None
        (record,) = self._index.crater_records([self.rows[at]])
        return AtlasCrater(
            row=int(self.rows[at]),
            view=int(self.views[at]),
            crater_id=record["crater_id"],
            lon=record["lon"],
            lat=record["lat"],
            diameter_m=record["diameter_m"],
            x=float(self.x[at]),
            y=float(self.y[at]),
            attributes=record["attributes"],
        )

    # -- pictures ------------------------------------------------------------------------------

    def picture(
        self, asked: AtlasPictureParams
    ) -> tuple[NDArray[np.uint8], int, list[AtlasPoint], Colours]:
        """RGBA [height, width, 4]; how many craters are in it; they themselves where they are few;
        the colours."""
        colours = self.colours(asked.column)
        px = (self.x - np.float64(asked.x)) / asked.scale + asked.width / 2
        py = (np.float64(asked.y) - self.y) / asked.scale + asked.height / 2
        seen = np.flatnonzero((px >= 0) & (px < asked.width) & (py >= 0) & (py < asked.height))
        radius = _radius(len(seen), asked.width * asked.height)
        reach = int(np.ceil(radius + _RING)) + 1
        canvas = _Canvas(asked.width, asked.height, reach)
        at = canvas.place(px[seen], py[seen])
        without = colours.without[seen]
        for part in (without, ~without):
            canvas.draw(at[part], colours.palette[colours.codes[seen[part]]], radius)
        ringed = self.chosen(asked.lasso, asked.rows)[seen]
        if ringed.any():
            canvas.draw(at[ringed], np.full(int(ringed.sum()), _RING_COLOUR), radius + _RING)
            canvas.draw(at[ringed], colours.palette[colours.codes[seen[ringed]]], radius)
        points = []
        if len(seen) <= NEAR_AT_MOST:
            points = [
                AtlasPoint(int(self.rows[i]), int(self.views[i]), float(px[i]), float(py[i]))
                for i in seen.tolist()
            ]
        return canvas.pixels(), len(seen), points, colours

    def chosen(self, lasso: Sequence[float], rows: Sequence[float]) -> NDArray[np.bool_]:
        """Which of the n lie within a lasso or are crater ``rows``; either may be empty."""
        chosen = np.isin(self.rows, rows) if rows else np.zeros(len(self), bool)
        if lasso:
            chosen[self.within(lasso)] = True
        return chosen


def _radius(count: int, area: int) -> float:
    return float(np.clip(_SHARE * np.sqrt(area / max(count, 1)), *_RADIUS))


class _Canvas:
    """Pixels with a margin, so that what is drawn needs no bounds."""

    def __init__(self, width: int, height: int, margin: int) -> None:
        self._margin, self._stride = margin, width + 2 * margin
        self._height = height
        self._flat = np.zeros(self._stride * (height + 2 * margin), np.uint32)

    def place(self, px: Any, py: Any) -> NDArray[np.int64]:
        """Where pixels lie in the flat canvas."""
        return (
            (py.astype(np.int64) + self._margin) * self._stride
            + px.astype(np.int64)
            + (self._margin)
        )

    def draw(self, at: NDArray[np.int64], colours: Any, radius: float) -> None:
        """Discs of ``colours`` uint32 [n] about the pixels ``at`` [n]; a later one lies on top."""
        reach = int(np.ceil(radius))
        steps = [
            (radius + 0.5 - float(np.hypot(dx, dy)), dy * self._stride + dx)
            for dy in range(-reach, reach + 1)
            for dx in range(-reach, reach + 1)
        ]
        channels = colours.view(np.uint8).reshape(-1, 4)
        for cover, step in sorted(step for step in steps if step[0] > 0.05):
            to = at + step
            if cover >= 1:
                self._flat[to] = colours
                continue
            # An edge must not lighten what is there already.
            faint = channels.copy()
            faint[:, 3] = round(255 * cover)
            below = self._flat.view(np.uint8)[3::4][to] < faint[:, 3]
            self._flat[to[below]] = faint.view(np.uint32)[below, 0]

    def pixels(self) -> NDArray[np.uint8]:
        """RGBA [height, width, 4], without the margin."""
        whole = self._flat.view(np.uint8).reshape(-1, self._stride, 4)
        margin = self._margin
        return np.ascontiguousarray(
            whole[margin : margin + self._height, margin : self._stride - margin]
        )
