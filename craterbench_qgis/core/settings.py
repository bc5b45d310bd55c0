"""What the user chose, kept in QGIS's settings below ``craterbench/``. Nothing secret is kept."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from qgis.core import QgsSettings
from qgis.PyQt.QtCore import QStandardPaths

from ..contract.search import CONTEXTS, MOST_SHORTLIST, MOST_TOP, SHORTLIST, TOP
from ..environment import places

PREFIX = "craterbench/"
RECENT_LIMIT = 12
SETS_ON_MAP, MOST_SETS_ON_MAP = 5, 100


class Settings:
    """One property per choice; reading gives the default where nothing (or nonsense) is stored.

    Every read and write goes to QgsSettings at once, so several objects agree with each other.
    """

    # The engine

    @property
    def engine_folder(self) -> str:
        """Where the environment is made: outside the plugin, which an update deletes."""
        return self._text("engine/folder") or default_engine_folder()

    @engine_folder.setter
    def engine_folder(self, value: str) -> None:
        self._set("engine/folder", value)

    @property
    def existing_python(self) -> str:
        """An interpreter of the user's own that was checked and chosen, "" for none."""
        return self._text("engine/python")

    @existing_python.setter
    def existing_python(self, value: str) -> None:
        self._set("engine/python", value)

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
    def device(self) -> str:
        """``auto``, ``cpu``, ``cuda:0`` ...: an id of the engine's Hello.devices, or ``auto``."""
        return self._text("engine/device") or "auto"

    @device.setter
    def device(self, value: str) -> None:
        self._set("engine/device", value)

    # How an environment is made

    @property
    def cuda(self) -> bool:
        """Whether the CUDA build of PyTorch is wanted."""
        return self._flag("install/cuda", False)

    @cuda.setter
    def cuda(self, value: bool) -> None:
        self._set("install/cuda", value)

    @property
    def wheel_folder(self) -> str:
        """Folder with wheels for an installation without network, "" for the network."""
        return self._text("install/wheels")

    @wheel_folder.setter
    def wheel_folder(self, value: str) -> None:
        self._set("install/wheels", value)

    @property
    def certificate_file(self) -> str:
        """A PEM file with further certificates to trust, "" for none."""
        return self._text("install/certificates")

    @certificate_file.setter
    def certificate_file(self, value: str) -> None:
        self._set("install/certificates", value)

    @property
    def system_certificates(self) -> bool:
        """Whether this computer's own certificates are trusted while installing."""
        return self._flag("install/system_certificates", True)

    @system_certificates.setter
    def system_certificates(self, value: bool) -> None:
        self._set("install/system_certificates", value)

    # Search and build

    @property
    def default_top(self) -> int:
        """How many matches a search returns."""
        return self._number("search/top", TOP, 1, MOST_TOP)

    @default_top.setter
    def default_top(self, value: int) -> None:
        self._set("search/top", int(value))

    @property
    def default_shortlist(self) -> int:
        """How many views are reranked."""
        return self._number("search/shortlist", SHORTLIST, 1, MOST_SHORTLIST)

    @default_shortlist.setter
    def default_shortlist(self, value: int) -> None:
        self._set("search/shortlist", int(value))

    @property
    def symmetric(self) -> bool:
        """Whether late interaction runs both ways."""
        return self._flag("search/symmetric", False)

    @symmetric.setter
    def symmetric(self, value: bool) -> None:
        self._set("search/symmetric", value)

    @property
    def keeps_earlier(self) -> bool:
        """Whether the matches of earlier queries stay ticked in the layer tree."""
        return self._flag("search/keep_earlier", False)

    @keeps_earlier.setter
    def keeps_earlier(self, value: bool) -> None:
        self._set("search/keep_earlier", value)

    @property
    def sets_on_map(self) -> int:
        """How many queries' matches have layers on the map; older ones stay in the history."""
        return self._number("search/sets_on_map", SETS_ON_MAP, 1, MOST_SETS_ON_MAP)

    @sets_on_map.setter
    def sets_on_map(self, value: int) -> None:
        self._set("search/sets_on_map", int(value))

    @property
    def links_all(self) -> bool:
        """Whether great circles lead to all matches, not only to the selected ones."""
        return self._flag("search/links_all", False)

    @links_all.setter
    def links_all(self, value: bool) -> None:
        self._set("search/links_all", value)

    @property
    def default_encoder(self) -> str:
        """Encoder for new indexes, "" for the engine's default."""
        return self._text("build/encoder")

    @default_encoder.setter
    def default_encoder(self, value: str) -> None:
        self._set("build/encoder", value)

    @property
    def default_contexts(self) -> list[float]:
        """Context factors (crop side / diameter) for new indexes."""
        stored = self._list("build/contexts")
        good = [float(value) for value in stored if isinstance(value, (int, float)) and value > 0]
        return good or list(CONTEXTS)

    @default_contexts.setter
    def default_contexts(self, value: Sequence[float]) -> None:
        self._set("build/contexts", json.dumps([float(context) for context in value]))

    @property
    def default_tokens(self) -> int | None:
        """Instance tokens per view (K) for new indexes, None for the engine's default."""
        return self._number("build/tokens", 0, 0, 4096) or None

    @default_tokens.setter
    def default_tokens(self, value: int | None) -> None:
        self._set("build/tokens", int(value or 0))

    # Folders and lists

    @property
    def output_folder(self) -> str:
        """Where file dialogs for new indexes and exports start."""
        documents = QStandardPaths.StandardLocation.DocumentsLocation
        return self._text("output_folder") or QStandardPaths.writableLocation(documents)

    @output_folder.setter
    def output_folder(self, value: str) -> None:
        self._set("output_folder", value)

    @property
    def recent_indexes(self) -> list[str]:
        """Paths of indexes opened lately, the last one first; some may be gone."""
        return [path for path in self._list("recent_indexes") if isinstance(path, str) and path]

    def add_recent(self, path: str) -> None:
        """Put an index at the top of the recent ones."""
        others = [known for known in self.recent_indexes if known != path]
        self._set("recent_indexes", json.dumps([path, *others][:RECENT_LIMIT]))

    def remove_recent(self, path: str) -> None:
        """Take an index off the recent ones."""
        others = [known for known in self.recent_indexes if known != path]
        self._set("recent_indexes", json.dumps(others))

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

    def _set(self, key: str, value: Any) -> None:
        QgsSettings().setValue(PREFIX + key, value)

    def _text(self, key: str) -> str:
        value = QgsSettings().value(PREFIX + key, "")
        return value if isinstance(value, str) else ""

    def _flag(self, key: str, default: bool) -> bool:
        # INI files give strings back, the registry gives numbers.
        value = QgsSettings().value(PREFIX + key, None)
        if value is None:
            return default
        return str(value).strip().lower() in ("true", "1", "yes")

    def _number(self, key: str, default: int, least: int, most: int) -> int:
        try:
            value = int(QgsSettings().value(PREFIX + key, default))
        except (TypeError, ValueError):
            return default
        return value if least <= value <= most else default

    def _list(self, key: str) -> list[Any]:
        try:
            value = json.loads(self._text(key) or "[]")
        except ValueError:
            return []
        return value if isinstance(value, list) else []


def default_engine_folder() -> str:
    """A folder of this user, outside QGIS's profile: all profiles share one environment."""
    return _shared_folder("engine")


def default_demo_folder() -> str:
    """Where the demo's planet and index are made."""
    return _shared_folder("demo")


def _shared_folder(name: str) -> str:
    data = QStandardPaths.StandardLocation.GenericDataLocation
    return str(Path(QStandardPaths.writableLocation(data)) / "craterbench" / name)
