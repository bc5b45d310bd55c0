"""A square of ground as QGIS shows a layer: drawn in its own system, warped by the engine."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

from qgis.PyQt.QtCore import QObject

from ..client.failure import CallError
from ..client.service import AnyCall, EngineService
from ..contract.methods import WARP
from ..contract.search import LEAST_VALID, Warped, WarpParams
from ..core.rasters import RENDERED_PX, RenderJob, forget_pictures
from ..core.shown import shown_body
from ..i18n import tr


class DrawnSquare(QObject):
    """Draws one at a time: exactly one of ``done(picture)`` and ``failed(sentence)`` is called,
    later, unless :meth:`cancel` came first."""

    def __init__(self, engine: EngineService, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._engine = engine
        self._job: RenderJob | None = None
        self._call: AnyCall | None = None

    def start(
        self,
        layer: Any,
        place: tuple[float, float],
        side_m: float,
        done: Callable[[str], Any],
        failed: Callable[[str], Any],
        size: int = RENDERED_PX,
    ) -> None:
        """Draw the square of ``side_m`` metres about (lon, planetocentric lat)."""
        self.cancel()
        folder = self._engine.session_folder
        if not folder:
            failed(tr("The engine is not running yet. Wait a moment, ask again."))
            return
        name, shows = layer.name(), shown_body(layer)

        def drawn(paths: list[str]) -> None:
            self._job = None
            params = WarpParams(paths, *place, side_m, size, shows)
            self._call = self._engine.call(
                WARP,
                params,
                lambda warped: self._warped(paths, warped, name, done, failed),
                lambda error: self._not_warped(paths, error, failed),
                owner=self,
            )

        stem = str(Path(folder) / f"query-{uuid.uuid4().hex}")
        self._job = RenderJob(layer, *place, side_m, stem, drawn, failed, size, self)

    def cancel(self) -> None:
        """Give up what is being drawn."""
        if self._call is not None:
            self._call.drop()
            self._call = None
        if self._job is not None:
            self._job.cancel()
            self._job = None

    def _warped(
        self,
        paths: list[str],
        warped: Warped,
        name: str,
        done: Callable[[str], Any],
        failed: Callable[[str], Any],
    ) -> None:
        self._call = None
        forget_pictures(paths)
        if warped.valid_fraction < LEAST_VALID:
            text = tr(
                "QGIS draws {name} on only {share} % of this square; {least} % are needed. Choose "
                "another place or another raster."
            )
            share, least = round(100 * warped.valid_fraction), round(100 * LEAST_VALID)
            failed(text.format(name=name, share=share, least=least))
        else:
            done(warped.image)

    def _not_warped(self, paths: list[str], error: CallError, failed: Callable[[str], Any]) -> None:
        self._call = None
        forget_pictures(paths)
        if not error.cancelled:
            failed(error.in_panel)
