"""A monitor that asks to stop, and keeps what it was told."""

from __future__ import annotations

from craterbench_qgis.engine.monitor import Monitor


class StopAt(Monitor):
    """Asks to stop once stages whose name begins with ``stage`` were reported ``after`` times; at
    once where nothing is said. ``reports``: (stage, done, total), in their order."""

    def __init__(self, stage: str = "", after: int = 0) -> None:
        self.reports: list[tuple[str, int, int]] = []
        self._stage, self._left = stage, after

    def report(self, stage: str, done: int, total: int) -> None:
        assert 0 <= done <= total
        self.reports.append((stage, done, total))
        self._left -= stage.startswith(self._stage)

    def cancelled(self) -> bool:
        return self._left <= 0
