"""Queries of an evaluation cut and asked one at a time, as a person would."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from ...contract.build import EvaluateParams
from ...contract.vocabulary import Stage
from ..catalogue import Craters
from ..errors import QueryError
from ..index import CraterIndex
from ..monitor import Monitor
from ..mosaic import Mosaic
from ..search import QueryView
from .queries import Cutter, Targets, as_asked


class SingleQueries:
    """Iterate for (place in ``targets``, QueryView); ``count`` and ``skipped`` say what was cut.

    Raises QueryError when not one can be cut; MosaicError, BodyError, Cancelled.
    """

    def __init__(
        self,
        index: CraterIndex,
        craters: Craters,
        params: EvaluateParams,
        targets: Targets,
        monitor: Monitor,
    ) -> None:
        self._index, self._craters, self._params = index, craters, params
        self._targets, self._monitor = targets, monitor
        self.count = 0
        self.skipped: Counter[str] = Counter()

    def __iter__(self) -> Iterator[tuple[int, QueryView]]:
        settings, params = self._index.settings, self._params
        body = settings.body
        craters, rows = self._craters, self._targets.rows
        with Mosaic.open(params.mosaic, body=body, band=params.band) as mosaic:
            cutter = Cutter(mosaic, body, craters, self._targets, params, settings.input_size)
            self.skipped = cutter.skipped
            for (place,), (view,) in cutter.batches(1):
                self._monitor.check()
                self.count += 1
                yield place, as_asked(view, craters, int(rows[place]))
                self._monitor.report(Stage.QUERIES, self.count, cutter.limit)
        if not self.count:
            raise no_query(params.mosaic)


def no_query(mosaic: str) -> QueryError:
    """The error where not one query can be cut."""
    return QueryError(
        f"Not one query could be cut from {Path(mosaic).name}. Check that it covers the craters, "
        "and that they are large enough for its pixels."
    )
