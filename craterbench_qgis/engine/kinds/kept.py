"""Kinds that were named, kept as files in a folder beside their index: ``NAME.kinds``."""

from __future__ import annotations

import json
import re
from datetime import datetime, timezone
from pathlib import Path

from ...contract import held, names
from ...contract.kinds import KeptKind
from ...contract.records import read_json
from ..errors import CraterIndexError, QueryError

_NAME = re.compile(r"\w[\w .-]{0,60}")
_LONGEST = 16 << 20


def kinds_beside(index: Path) -> Path:
    """The folder of an index's named kinds: ``NAME.kinds`` beside ``NAME.craterindex``."""
    return index.with_suffix(".kinds")


def check_name(name: str) -> None:
    """Raises QueryError for what cannot name a kind, on any system."""
    if not _NAME.fullmatch(name) or names.unusable(f"{name}.json", windows=True):
        raise QueryError(
            f"'{name}' cannot name a kind. Use letters, digits, blanks, dots and hyphens."
        )


def save_kind(index: Path, kind: KeptKind) -> Path:
    """Keep a kind beside its index; an earlier one of the name is replaced. Raises QueryError,
    CraterIndexError."""
    check_name(kind.name)
    folder = kinds_beside(index)
    path = folder / f"{kind.name}.json"
    kind.created = datetime.now(timezone.utc).isoformat(timespec="seconds")
    try:
        folder.mkdir(exist_ok=True)
        part = path.with_suffix(".part")
        text = json.dumps(kind.to_json(), indent=1, ensure_ascii=False)
        part.write_text(text + "\n", encoding="utf-8")
        held.replace(part, path)
    except OSError as error:
        raise CraterIndexError(
            f"The kind cannot be kept at {path} ({error.strerror}). Check the folder's permissions."
        ) from error
    return path


def load_kind(index: Path, name: str) -> KeptKind:
    """The kind of that name. Raises QueryError, naming those there are."""
    path = path_of(index, name)
    try:
        names.check_regular(path)
        names.check_bytes(path, _LONGEST)
        kind = KeptKind.from_json(read_json(path.read_text(encoding="utf-8")))
    except (OSError, ValueError) as error:
        raise QueryError(f"The kind at {path} cannot be read ({error}). Name it again.") from error
    kind.name = name
    return kind


def remove_kind(index: Path, name: str) -> None:
    """Forget a kind. Raises QueryError, CraterIndexError."""
    path = path_of(index, name)
    try:
        held.remove(path)
    except OSError as error:
        raise CraterIndexError(
            f"The kind at {path} cannot be removed ({error.strerror}). Check the folder's "
            "permissions."
        ) from error


def known_kinds(index: Path) -> list[str]:
    """The names of the kinds beside an index."""
    folder = kinds_beside(index)
    return sorted(path.stem for path in folder.glob("*.json")) if folder.is_dir() else []


def path_of(index: Path, name: str) -> Path:
    """Where the kind of that name lies. Raises QueryError, naming those there are."""
    known = known_kinds(index)
    if name not in known:
        raise QueryError(
            f"No kind of this index is called '{name}'. There are: {', '.join(known) or 'none'}. "
            "Take one of them, or name it by examples."
        )
    return kinds_beside(index) / f"{name}.json"
