"""What the server keeps between requests."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ..bodies import Body
from .pictures import Pictures
from .sessions import Sessions

if TYPE_CHECKING:
    import threading

    from ..encoders import Encoder
    from .queries import Queries


class Workplace:
    """Open indexes, open rasters, the session folder.

    ``sessions``, ``queries`` and ``pictures`` belong to the short lane; a long request opens what
    it needs for itself, and gets its encoder from :meth:`encoder`.
    """

    def __init__(self, folder: Path, loading: threading.Lock) -> None:
        self.loading = loading
        self.pictures = Pictures(folder)
        self.sessions = Sessions(loading)
        self._queries: Queries | None = None

    @property
    def queries(self) -> Queries:
        """Makes views of what is asked for."""
        if self._queries is None:
            from .queries import Queries

            self._queries = Queries()
        return self._queries

    def encoder(self, spec: str | None, device: str, body: Body | None = None) -> Encoder:
        """An encoder of the caller's own: two threads do not share one. ``body``: whose craters it
        is for, where none is named. Raises EncoderError."""
        from ..encoders import load_encoder

        with self.loading:
            return load_encoder(spec or None, device=device, body=body)

    def warm_up(self) -> None:
        """Import torch, which the first encoder will need."""
        with self.loading:
            from ..encoders.compat import require_torch

            require_torch()
