"""Open indexes, kept warm; opened again by themselves when another process changed them."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ..encoders import Encoder, load_encoder
from ..errors import CraterIndexError, EncoderError
from ..index import CraterIndex, open_index
from ..index.format import MANIFEST, IndexSettings
from ..index.housekeeping import tidy
from .pipes import say

if TYPE_CHECKING:
    import threading

    from ..search import Searcher

Stamp = tuple[tuple[int, int, int], ...]

MAX_OPEN = 8
"""Open indexes; each holds maps of its files. The one used least recently is closed."""


@dataclass
class Session:
    """One open index; ``searcher`` once its encoder was asked for."""

    path: Path
    index: CraterIndex
    stamp: Stamp
    device: str = "auto"
    encoder_spec: str | None = None
    searcher: Searcher | None = None


class Sessions:
    """The open indexes by path. For the short lane only: nothing here is thread-safe.

    ``loading``: held while anything imports torch or builds an encoder.
    """

    def __init__(self, loading: threading.Lock) -> None:
        self._loading = loading
        self._open: dict[str, Session] = {}
        self._encoders: dict[tuple[str | None, str], Encoder] = {}

    @property
    def none_open(self) -> bool:
        """Whether no index is open."""
        return not self._open

    def index(self, path: Path) -> CraterIndex:
        """The index as it is now, without an encoder. Raises CraterIndexError."""
        return self._fresh(path).index

    def searcher(
        self, path: Path, device: str | None = None, encoder: str | None = None
    ) -> tuple[Searcher, bool]:
        """The searcher of an index, and whether it is new (not warmed up).

        ``device``, ``encoder`` (a checkpoint's path, for an index built with one): None for what
        was named last. Raises CraterIndexError, EncoderError.
        """
        from ..search import Searcher

        session = self._fresh(path)
        if device not in (None, session.device) or encoder not in (None, session.encoder_spec):
            session.searcher = None
        if session.searcher is not None:
            return session.searcher, False
        if session.index.n_views == 0:
            raise CraterIndexError(f"{path.name} holds no views yet. Finish its build first.")
        session.device = device or session.device
        session.encoder_spec = encoder or session.encoder_spec
        loaded = self._encoder(session)
        session.searcher = Searcher(session.index, loaded)
        return session.searcher, True

    def close(self, path: Path) -> None:
        """Forget an index, and the encoders no open index uses."""
        session = self._open.pop(_key(path), None)
        if session is not None:
            session.index.close()
            session.searcher = None
            _tidy(path)
        searchers = [open_.searcher for open_ in self._open.values()]
        used = {id(searcher.encoder) for searcher in searchers if searcher is not None}
        self._encoders = {
            key: encoder for key, encoder in self._encoders.items() if id(encoder) in used
        }

    def _fresh(self, path: Path) -> Session:
        key = _key(path)
        known = self._open.get(key)
        stamp = _stamp(known.index.folders if known is not None else [path])
        if known is not None and stamp is not None and known.stamp == stamp:
            self._open[key] = self._open.pop(key)  # the latest used is the last to go
            return known
        try:
            # Hashing every byte once is enough: a later commit wrote its own files only.
            index = open_index(path, check="auto" if known is None else "sizes")
        except CraterIndexError:
            self.close(path)
            raise
        if len(index.folders) > 1:
            stamp = _stamp(index.folders)
        session = Session(path, index, stamp or ())
        if known is not None:
            session.device, session.encoder_spec = known.device, known.encoder_spec
            known.index.close()
            known.searcher = None
            _tidy(path)
        self._open.pop(key, None)
        self._open[key] = session
        while len(self._open) > MAX_OPEN:
            self.close(next(iter(self._open.values())).path)
        return session

    def _encoder(self, session: Session) -> Encoder:
        settings = session.index.settings
        spec = session.encoder_spec or settings.encoder_id
        if spec.startswith("checkpoint:"):
            raise EncoderError(
                f"{session.path.name} was built with the checkpoint "
                f"{spec.removeprefix('checkpoint:')}, which lies somewhere on your disk. Name its "
                "file to open the index."
            )
        key = (spec, session.device)
        if key not in self._encoders:
            with self._loading:
                self._encoders[key] = load_encoder(spec, device=session.device)
        return self._encoders[key]


def encoder_problem(settings: IndexSettings) -> str:
    """Why the index's encoder is not at hand, as far as that is known without loading it."""
    from ..encoders import available_encoders
    from ..encoders.base import resources_folder

    name = settings.encoder_id
    if name.startswith("checkpoint:"):
        return (
            f"It was built with the checkpoint {name.removeprefix('checkpoint:')}, which lies "
            "somewhere on your disk. Name its file to open the index."
        )
    if name.startswith("timm:"):
        return ""
    if name not in {encoder.id for encoder in available_encoders()}:
        return (
            f"It was built with the encoder '{name}', which is not installed here. Install the "
            "version it was built with, or build the index again."
        )
    card = resources_folder() / f"{name}.json"
    if card.is_file() and settings.weights_hash not in card.read_text(encoding="utf-8"):
        return (
            f"It was built with other weights of the encoder '{name}' than are installed. Build "
            "the index again."
        )
    return ""


def _tidy(path: Path) -> None:
    """Remove what this process's maps, let go just now, kept on Windows' disks."""
    gone = tidy(path)
    if gone:
        say(f"craterbench serve: {gone} files or folders of earlier states of {path} were removed")


def _key(path: Path) -> str:
    return os.path.normcase(os.path.realpath(path))


def _stamp(folders: Sequence[Path]) -> Stamp | None:
    """Changes with every commit. None where a manifest is missing."""
    stamps = []
    for folder in folders:
        try:
            status = (folder / MANIFEST).stat()
        except OSError:
            return None
        stamps.append((status.st_mtime_ns, status.st_size, status.st_ino))
    return tuple(stamps)
