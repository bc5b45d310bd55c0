"""The engine itself: who answers, which encoders it has and where they run."""

from __future__ import annotations

from dataclasses import dataclass, field

from .records import Record


@dataclass
class EncoderInfo(Record):
    """An encoder that works here without a download. ``default``: taken where none is named, and
    ``elsewhere``: instead of it for bodies other than the Moon."""

    id: str
    description: str
    licence: str
    bundled: bool
    default: bool = False
    elsewhere: bool = False


@dataclass
class Encoders(Record):
    """The default first."""

    encoders: list[EncoderInfo]


@dataclass
class Device(Record):
    """Where an encoder runs."""

    id: str
    name: str


@dataclass
class Devices(Record):
    """The first is what ``auto`` takes."""

    devices: list[Device]


@dataclass(frozen=True)
class HelloParams(Record):
    """Who asks; the first message. Another protocol is refused."""

    client: str
    protocol: int


@dataclass
class Hello(Record):
    """Who answers. ``devices``: as far as known without loading torch."""

    protocol: int
    version: str
    python: str
    packages: dict[str, str] = field(default_factory=dict)
    devices: list[Device] = field(default_factory=list)
    default_encoder: str = ""
    pid: int = 0


@dataclass(frozen=True)
class Nothing(Record):
    """No members."""
