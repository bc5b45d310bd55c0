"""What is stored, in types and bytes: settings, the data of a chunk, the record layouts.

``docs/reference/index-format.md`` describes the same for a reader in another language.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache

import numpy as np
import numpy.typing as npt

from ...contract.vocabulary import Size
from .. import two_bits
from ..bodies import Body
from ..errors import CraterIndexError
from ..tokens import InstanceTokens, dequantise, instance_tokens, quantise

Float32 = npt.NDArray[np.float32]
Int64 = npt.NDArray[np.int64]

SUFFIX = ".craterindex"
FORMAT_NAME = "craterindex"
FORMAT_VERSION = 1
JOINED_VERSION = 2
"""Of the manifest of an index that joins others (``joined.py``)."""
SMALL_VERSION = 3
"""Of the manifest of an index of small size: as 1, but for the token records."""
QUANTISATION = {Size.STANDARD: "int8", Size.SMALL: "2bit"}
"""``IndexSettings.quantisation`` of each size."""
MAX_NUMBERS, MAX_SIDE = 65_536, 8192
SEGMENT_VIEWS = 65_536
"""Views in a consolidated segment, at most (a single larger chunk stays whole)."""

MANIFEST = "manifest.json"
MANIFEST_SPARE = "manifest.prev.json"
GPKG = "catalogue.gpkg"
GPKG_NEXT = "catalogue.next.gpkg"

TOKENS, GLOBALS, VIEWS = "tokens.bin", "globals.bin", "views.bin"
THUMBNAILS, SKIPPED = "thumbnails.bin", "skipped.csv"
SEGMENT_FILES = (TOKENS, GLOBALS, VIEWS, THUMBNAILS, SKIPPED)

VIEW_DTYPE = np.dtype(
    [
        ("crater_row", "<i4"),
        ("observation", "<i2"),
        ("reserved", "<i2"),
        ("context", "<f4"),
        ("valid_fraction", "<f4"),
        ("native_m_per_px", "<f4"),
        ("m_per_px", "<f4"),
        ("global_scale", "<f4"),
        ("thumb_length", "<u4"),
        ("thumb_offset", "<u8"),
        ("thumb_crc", "<u4"),
        ("reserved2", "<u4"),
    ]
)
"""One row of ``views.bin``: 48 bytes, little-endian."""


@dataclass(frozen=True)
class IndexSettings:
    """What all views of an index share; fixed when it is created.

    ``body_a``, ``body_b``: equatorial and polar radius in metres. ``grid``: patch rows, columns.
    ``tokens``: instance tokens K per view.
    """

    body_name: str
    body_a: float
    body_b: float
    encoder_id: str
    weights_hash: str
    encoder_description: str
    input_size: int
    grid: tuple[int, int]
    global_dim: int
    token_dim: int
    tokens: int
    seeds: str
    aggregation: str
    context_factors: tuple[float, ...]
    thumbnail_size: int
    quantisation: str = QUANTISATION[Size.STANDARD]

    @property
    def body(self) -> Body:
        """The body the craters lie on."""
        return Body(self.body_name, self.body_a, self.body_b)

    @property
    def size(self) -> Size:
        """How the numbers of tokens are stored."""
        return next(size for size, name in QUANTISATION.items() if name == self.quantisation)

    @property
    def format_version(self) -> int:
        """Of a manifest with these settings."""
        return SMALL_VERSION if self.size is Size.SMALL else FORMAT_VERSION

    @property
    def token_bytes(self) -> int:
        """Bytes of one token's numbers and scale."""
        if self.size is Size.SMALL:
            return two_bits.bytes_of(self.token_dim) + 2
        return self.token_dim + 4

    def as_stored(self, tokens: Float32) -> Float32:
        """Tokens [..., K, D] as they come back from a record of this index."""
        if self.size is Size.SMALL:
            return two_bits.unpacked(*two_bits.pack(tokens), self.token_dim)
        return dequantise(*quantise(tokens))

    @property
    def patches(self) -> int:
        """N, the patches of a view."""
        return self.grid[0] * self.grid[1]

    def instance_tokens(
        self, tokens: Float32, attention: Float32, seed: int | Sequence[int] = 0
    ) -> InstanceTokens:
        """The instance tokens of views [B, N, D] as the index keeps them; see ``engine.tokens``."""
        return instance_tokens(
            tokens,
            self.tokens,
            seeds=self.seeds,
            method=self.aggregation,
            attention=attention,
            seed=seed,
        )

    def check(self) -> None:
        """Raise CraterIndexError when a value cannot be stored."""
        counts = (self.input_size, self.patches, self.global_dim, self.token_dim, self.tokens)
        if min(counts) < 1 or self.patches > 65_536 or self.tokens > 65_536:
            raise CraterIndexError(
                f"These index settings cannot be stored: {self}. Use between 1 and 65536 patches "
                "and tokens per view, and descriptors of at least one number."
            )
        if (
            max(counts) > MAX_NUMBERS
            or self.input_size > MAX_SIDE
            or self.thumbnail_size > MAX_SIDE
        ):
            raise CraterIndexError(
                f"These index settings cannot be stored: {self}. Views have at most {MAX_SIDE} "
                f"pixels a side, descriptors at most {MAX_NUMBERS} numbers."
            )
        if not 1 <= len(self.context_factors) <= 256 or not all(
            0 < factor < 1e6 for factor in self.context_factors
        ):
            raise CraterIndexError(
                f"The context factors {self.context_factors} cannot be used. Give positive numbers."
            )
        if not all(0 < radius < 1e12 for radius in (self.body_a, self.body_b)):
            raise CraterIndexError(
                f"The radii of '{self.body_name}' are not positive. Name a body or give its radii."
            )
        if self.quantisation not in QUANTISATION.values():
            raise CraterIndexError(
                f"Tokens cannot be stored as '{self.quantisation[:40]}', only as "
                f"{' or '.join(QUANTISATION.values())}. Build the index again."
            )


@cache
def record_dtype(settings: IndexSettings) -> np.dtype[np.void]:
    """The record of one view in ``tokens.bin``.

    Fields in order: tokens int8 [K, D]; scale float32 [K] (in the small size uint8
    [K, ceil(D / 4)] and float16 [K], see ``two_bits``); seed uint16 [K]; assignment uint8 [N]
    (uint16 when K > 256); zero bytes up to a multiple of 16 less 4; crc uint32 (zlib's CRC-32 of
    everything before it). Nothing is aligned; the length is a multiple of 16.
    """
    k, n = settings.tokens, settings.patches
    index = "u1" if k <= 256 else "<u2"
    used = k * (settings.token_bytes + 2) + n * np.dtype(index).itemsize + 4
    small = settings.size is Size.SMALL
    wide = two_bits.bytes_of(settings.token_dim) if small else settings.token_dim
    return np.dtype(
        [
            ("tokens", "u1" if small else "i1", (k, wide)),
            ("scale", "<f2" if small else "<f4", (k,)),
            ("seed", "<u2", (k,)),
            ("assignment", index, (n,)),
            ("padding", "u1", (-used % 16,)),
            ("crc", "<u4"),
        ]
    )


@dataclass(frozen=True)
class Skipped:
    """A view that was not made: of which crater, in which observation, and why."""

    crater_row: int
    observation: int
    context: float
    reason: str


@dataclass
class SegmentData:
    """The V views of one chunk, as computed.

    ``crater_row``, ``observation`` int [V]; ``context`` (crop side / diameter),
    ``valid_fraction``, ``native_m_per_px``, ``m_per_px`` float [V]; ``globals`` float32 [V, G];
    ``tokens`` float32 [V, K, D]; ``seeds`` int [V, K] (patch index); ``assignment`` int [V, N]
    (patch -> token); ``thumbnails`` V JPEG blobs (may be empty bytes).
    """

    crater_row: npt.NDArray[np.integer]
    observation: npt.NDArray[np.integer]
    context: npt.NDArray[np.floating]
    valid_fraction: npt.NDArray[np.floating]
    native_m_per_px: npt.NDArray[np.floating]
    m_per_px: npt.NDArray[np.floating]
    globals: Float32
    tokens: Float32
    seeds: npt.NDArray[np.integer]
    assignment: npt.NDArray[np.integer]
    thumbnails: Sequence[bytes]
    skipped: Sequence[Skipped] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.crater_row)

    def check(self, settings: IndexSettings, craters: int, observations: int) -> None:
        """Raise CraterIndexError when shapes, numbers or references do not fit the index."""
        v, k, n = len(self), settings.tokens, settings.patches
        shapes = {
            "crater_row": (v,),
            "observation": (v,),
            "context": (v,),
            "valid_fraction": (v,),
            "native_m_per_px": (v,),
            "m_per_px": (v,),
            "globals": (v, settings.global_dim),
            "tokens": (v, k, settings.token_dim),
            "seeds": (v, k),
            "assignment": (v, n),
        }
        for name, shape in shapes.items():
            array = np.asarray(getattr(self, name))
            if array.shape != shape:
                raise _unfit(f"'{name}' has the shape {array.shape} instead of {shape}")
            if array.dtype.kind == "f" and not np.isfinite(array).all():
                raise _unfit(f"'{name}' holds numbers that are not finite")
        if len(self.thumbnails) != v:
            raise _unfit(f"there are {len(self.thumbnails)} thumbnails for {v} views")
        for name, limit in {
            "crater_row": craters,
            "observation": observations,
            "seeds": n,
            "assignment": k,
        }.items():
            array = np.asarray(getattr(self, name))
            if array.size and not (int(array.min()) >= 0 and int(array.max()) < limit):
                raise _unfit(f"'{name}' points outside 0 ... {limit - 1}")
        for view in self.skipped:
            if not (0 <= view.crater_row < craters and 0 <= view.observation < observations):
                raise _unfit(
                    f"a skipped view points to crater {view.crater_row}, which is not here"
                )


def _unfit(what: str) -> CraterIndexError:
    return CraterIndexError(
        f"A chunk does not fit this index: {what}. Nothing of it was stored; build with the "
        "settings the index was created with."
    )
