"""Kinds that were named, kept as files in a folder beside their index: ``NAME.kinds``."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass, field
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from ...contract import held, names
from ...contract.records import read_json
from ..errors import CraterIndexError, QueryError

_NAME = re.compile(r"\w[\w .-]{0,60}")
_LONGEST = 16 << 20


@dataclass(frozen=True)
class NamedKind:
    """A kind and its examples (crater ids). ``validation``: what was found of held-out examples
    when it was learnt, plain JSON; empty where an earlier version kept it."""

    name: str
    yes: tuple[str, ...]
    no: tuple[str, ...] = ()
    created: str = ""
    validation: dict[str, Any] = field(default_factory=dict)

    def number(self, name: str) -> float | None:
        """One of the numbers of ``validation``; None where there is no such one."""
        value = self.validation.get(name)
        return float(value) if isinstance(value, (int, float)) and 0.0 <= value <= 1.0 else None


def kinds_beside(index: Path) -> Path:
    """The folder of an index's named kinds: ``NAME.kinds`` beside ``NAME.craterindex``."""
    return index.with_suffix(".kinds")


def check_name(name: str) -> None:
    """Raises QueryError for what cannot name a kind, on any system."""
    if not _NAME.fullmatch(name) or names.unusable(f"{name}.json", windows=True):
        raise QueryError(
            f"'{name}' cannot name a kind. Use letters, digits, blanks, dots and hyphens."
        )


def save_kind(index: Path, kind: NamedKind) -> Path:
    """Keep a kind beside its index; an earlier one of the name is replaced. Raises QueryError,
    CraterIndexError."""
    check_name(kind.name)
    folder = kinds_beside(index)
    path = folder / f"{kind.name}.json"
    content = asdict(kind)
    content["created"] = kind.created or datetime.now(timezone.utc).isoformat(timespec="seconds")
    try:
        folder.mkdir(exist_ok=True)
        part = path.with_suffix(".part")
        part.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        held.replace(part, path)
    except OSError as error:
        raise CraterIndexError(
            f"The kind cannot be kept at {path} ({error.strerror}). Check the folder's permissions."
        ) from error
    return path


def load_kind(index: Path, name: str) -> NamedKind:
    """The kind of that name. Raises QueryError, naming those there are."""
    path = _path_of(index, name)
    try:
        names.check_regular(path)
        names.check_bytes(path, _LONGEST)
        content = read_json(path.read_text(encoding="utf-8"))
        validation = content.get("validation")
        return NamedKind(
            name,
            tuple(str(crater_id) for crater_id in content["yes"]),
            tuple(str(crater_id) for crater_id in content["no"]),
            str(content["created"]),
            validation if isinstance(validation, dict) else {},
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise QueryError(f"The kind at {path} cannot be read ({error}). Name it again.") from error


def remove_kind(index: Path, name: str) -> None:
    """Forget a kind. Raises QueryError, CraterIndexError."""
    path = _path_of(index, name)
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


def _path_of(index: Path, name: str) -> Path:
    known = known_kinds(index)
    if name not in known:
        raise QueryError(
            f"No kind of this index is called '{name}'. There are: {', '.join(known) or 'none'}. "
            "Take one of them, or name it by examples."
        )
    return kinds_beside(index) / f"{name}.json"
