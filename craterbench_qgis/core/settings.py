"""What the user chose, kept in QGIS's settings below ``craterbench/``. Nothing secret is kept."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Generic, Optional, TypeVar

from qgis.core import QgsSettings
from qgis.PyQt.QtCore import QStandardPaths

from ..contract.search import CONTEXTS, MOST_SHORTLIST, MOST_TOP, SHORTLIST, TOP
from ..environment import places

PREFIX = "craterbench/"
RECENT_LIMIT = 12
SETS_ON_MAP, MOST_SETS_ON_MAP = 5, 100
V = TypeVar("V")


class _Choice(Generic[V]):
    """A choice as an attribute of :class:`Settings`.

    ``read`` makes it of what is stored below ``key`` (None for nothing); ``write`` is its opposite.
    """

    def __init__(
        self, key: str, read: Callable[[Any], V], write: Callable[[V], Any] = lambda value: value
    ) -> None:
        self._key, self._read, self._write = key, read, write

    def __get__(self, settings: Settings, _kind: object) -> V:
        return self._read(settings.value(self._key))

    def __set__(self, settings: Settings, value: V) -> None:
        settings.set_value(self._key, self._write(value))


def _text(key: str, default: Callable[[], str] = str) -> _Choice[str]:
    return _Choice(key, lambda stored: _plain_text(stored) or default())


def _flag(key: str, default: bool = False) -> _Choice[bool]:
    # INI files give strings back, the registry gives numbers.
    yes = ("true", "1", "yes")
    return _Choice(
        key, lambda stored: default if stored is None else str(stored).strip().lower() in yes
    )


def _number(key: str, default: int, least: int, most: int) -> _Choice[int]:
    return _Choice(key, lambda stored: _whole(stored, default, least, most), int)


def _plain_text(stored: Any) -> str:
    return stored if isinstance(stored, str) else ""


def _whole(stored: Any, default: int, least: int, most: int) -> int:
    try:
        value = int(stored)
    except (TypeError, ValueError):
        return default
    return value if least <= value <= most else default


def _list(stored: Any) -> list[Any]:
    try:
        value = json.loads(_plain_text(stored) or "[]")
    except ValueError:
        return []
    return value if isinstance(value, list) else []


def _contexts(stored: Any) -> list[float]:
    known = [value for value in _list(stored) if isinstance(value, (int, float)) and value > 0]
    return [float(value) for value in known] or list(CONTEXTS)


def default_engine_folder() -> str:
    """A folder of this user, outside QGIS's profile: all profiles share one environment."""
    return _shared_folder("engine")


def default_demo_folder() -> str:
    """Where the demo's planet and index are made."""
    return _shared_folder("demo")


def _shared_folder(name: str) -> str:
    data = QStandardPaths.StandardLocation.GenericDataLocation
    return str(Path(QStandardPaths.writableLocation(data)) / "craterbench" / name)


def _documents() -> str:
    documents = QStandardPaths.StandardLocation.DocumentsLocation
    return str(QStandardPaths.writableLocation(documents))


class Settings:
    """One attribute per choice; reading gives the default where nothing (or nonsense) is stored.

    Every read and write goes to QgsSettings at once, so several objects agree with each other.
    """

    # The engine

    engine_folder = _text("engine/folder", default_engine_folder)
    """Where the environment is made: outside the plugin, which an update deletes."""
    existing_python = _text("engine/python")
    """An interpreter of the user's own that was checked and chosen, "" for none."""
    device = _text("engine/device", lambda: "auto")
    """``auto``, ``cpu``, ``cuda:0`` ...: an id of the engine's Hello.devices, or ``auto``."""

    # How an environment is made

    cuda = _flag("install/cuda")
    """Whether the CUDA build of PyTorch is wanted."""
    wheel_folder = _text("install/wheels")
    """Folder with wheels for an installation without network, "" for the network."""
    certificate_file = _text("install/certificates")
    """A PEM file with further certificates to trust, "" for none."""
    system_certificates = _flag("install/system_certificates", True)
    """Whether this computer's own certificates are trusted while installing."""

    # Search

    default_top = _number("search/top", TOP, 1, MOST_TOP)
    """How many matches a search returns."""
    default_shortlist = _number("search/shortlist", SHORTLIST, 1, MOST_SHORTLIST)
    """How many views are reranked."""
    symmetric = _flag("search/symmetric")
    """Whether late interaction runs both ways."""
    keeps_earlier = _flag("search/keep_earlier")
    """Whether the matches of earlier queries stay ticked in the layer tree."""
    sets_on_map = _number("search/sets_on_map", SETS_ON_MAP, 1, MOST_SETS_ON_MAP)
    """How many queries' matches have layers on the map; older ones stay in the history."""
    links_all = _flag("search/links_all")
    """Whether great circles lead to all matches, not only to the selected ones."""

    # Builds and folders

    default_encoder = _text("build/encoder")
    """Encoder for new indexes, "" for the engine's default."""
    default_contexts = _Choice(
        "build/contexts", _contexts, lambda value: json.dumps([float(context) for context in value])
    )
    """Context factors (crop side / diameter) for new indexes."""
    default_tokens = _Choice[Optional[int]](  # noqa: UP045 - runs, on Python 3.9 too
        "build/tokens", lambda stored: _whole(stored, 0, 0, 4096) or None, lambda value: value or 0
    )
    """Instance tokens per view (K) for new indexes, None for the engine's default."""
    output_folder = _text("output_folder", _documents)
    """Where file dialogs for new indexes and exports start."""

    @property
    def engine_python(self) -> str:
        """The interpreter to run: the user's own, else the finished environment's, else ""."""
        own = self.existing_python
        if own:
            return own if Path(own).is_file() else ""
        folder = Path(self.engine_folder)
        with contextlib.suppress(OSError):
            if places.is_ready(folder):
                return str(places.interpreter(folder))
        return ""

    @property
    def recent_indexes(self) -> list[str]:
        """Paths of indexes opened lately, the last one first; some may be gone."""
        stored = _list(self.value("recent_indexes"))
        return [path for path in stored if isinstance(path, str) and path]

    def add_recent(self, path: str) -> None:
        """Put an index at the top of the recent ones."""
        others = [known for known in self.recent_indexes if known != path]
        self.set_value("recent_indexes", json.dumps([path, *others][:RECENT_LIMIT]))

    def remove_recent(self, path: str) -> None:
        """Take an index off the recent ones."""
        others = [known for known in self.recent_indexes if known != path]
        self.set_value("recent_indexes", json.dumps(others))

    # Anything else (positions of splitters, last choices of a dialog)

    def value(self, key: str, default: Any = None) -> Any:
        """The raw value of ``craterbench/KEY``."""
        return QgsSettings().value(PREFIX + key, default)

    def set_value(self, key: str, value: Any) -> None:
        """Store a raw value as ``craterbench/KEY``."""
        QgsSettings().setValue(PREFIX + key, value)

    def remove(self, key: str) -> None:
        """Forget ``craterbench/KEY``: its default holds again."""
        QgsSettings().remove(PREFIX + key)
