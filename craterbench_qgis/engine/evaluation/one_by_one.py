"""Queries of an evaluation cut and handed out one by one, as a person would ask them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from ...contract.vocabulary import Stage
from ..errors import QueryError
from ..index import CraterIndex
from ..monitor import Monitor
from ..mosaic import Mosaic
from ..search import QueryView
from .cross_observation import EvaluationRequest
from .queries import Cutter, Targets


class OneByOne:
    """Iterate for (place in ``targets``, QueryView); ``made`` and ``skipped`` say what was cut.

    Raises QueryError when not one can be cut; MosaicError, BodyError, Cancelled.
    """

    def __init__(
        self, index: CraterIndex, request: EvaluationRequest, targets: Targets, monitor: Monitor
    ) -> None:
        self._index, self._request = index, request
        self._targets, self._monitor = targets, monitor
        self.made = 0
        self.skipped: Counter[str] = Counter()

    def __iter__(self) -> Iterator[tuple[int, QueryView]]:
        settings, request = self._index.settings, self._request
        body = settings.body
        craters, rows = request.craters, self._targets.rows
        with Mosaic.open(request.mosaic, body=body, band=request.band) as mosaic:
            cutter = Cutter(mosaic, body, craters, self._targets, request.plan, settings.input_size)
            self.skipped = cutter.skipped
            for (place,), (view,) in cutter.batches(1):
                self._monitor.check()
                self.made += 1
                row = int(rows[place])
                lon, lat = float(craters.lon[row]), float(craters.lat[row])
                yield place, QueryView(view, lon, lat, float(craters.diameter[row]), {})
                self._monitor.report(Stage.QUERIES, self.made, cutter.limit)
        if not self.made:
            raise QueryError(
                f"Not one query could be cut from {request.mosaic.name}. Check that it covers the "
                "craters, and that they are large enough for its pixels."
            )
