"""The gallery side of an experiment: an index, or views encoded in memory."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import ExitStack
from functools import cached_property

import numpy as np
import numpy.typing as npt

from ...contract import names
from ...contract.vocabulary import Stage
from ..encoders.base import Encoder
from ..errors import CraterIndexError
from ..index import CraterIndex, open_shortlist
from ..index.shortlist import best
from ..monitor import Monitor
from ..mosaic import Mosaic, ViewSkipped
from ..search import QueryView
from ..search.overlay import NORTH_UP, laid_over
from ..tokens import dequantise, instance_tokens, quantise
from ..words import Advice
from .matching import blocks
from .methods import TokenSpec
from .store import DEFAULT_MEMORY, PatchesUnavailable, PatchStore, one_ahead

Float32 = npt.NDArray[np.float32]
Int64 = npt.NDArray[np.int64]
Ranked = tuple[Int64, Float32]


class Gallery(ABC):
    """V views to be found. Views are numbered 0 ... V - 1, craters by ``groups``."""

    groups: Int64
    """[V], the crater number of each view."""
    globals: Float32
    """[V, G], the global descriptors as stored (int8 steps)."""
    own: TokenSpec
    """The instance tokens that :meth:`own_tokens` gives without the patches."""
    patches: int
    """N of a view."""
    token_dim: int

    def __len__(self) -> int:
        return len(self.groups)

    @abstractmethod
    def own_tokens(self, views: Int64) -> Float32:
        """The stored instance tokens float32 [n, K, D]."""

    @abstractmethod
    def shortlist(self, vector: Float32, size: int) -> Ranked:
        """The ``size`` best views by global descriptor, and their scores."""

    def lay_over(self, query: QueryView, views: Int64, scores: Float32) -> Float32 | None:
        """``scores`` after the pictures of the best ``views`` were laid on the query, as a search
        does; None where there are no pictures."""
        return None

    @abstractmethod
    def patch_store(self, monitor: Monitor) -> PatchStore:
        """All patch tokens; made once. Raises PatchesUnavailable."""

    @property
    def token_bytes(self) -> int:
        """Bytes of a stored token."""
        return self.token_dim + 4

    def as_stored(self, tokens: Float32) -> Float32:
        """Tokens [..., K, D] as they come back from where tokens are stored."""
        return dequantise(*quantise(tokens))

    def close(self) -> None:  # noqa: B027 (most galleries hold nothing)
        """Let go of the patch tokens."""

    def query_tokens(self, tokens: Float32, attention: Float32) -> Float32:
        """Instance tokens [K, D] of one query [N, D] as a search of this gallery makes them."""
        own = self.own
        return instance_tokens(
            tokens[None], own.k, seeds=own.seeds, method=own.method, attention=attention[None]
        ).vectors[0]

    def numbers(self) -> Int64:
        """One number per view that random seeds are drawn with."""
        return np.arange(len(self), dtype=np.int64)


class IndexGallery(Gallery):
    """The views of an index that are not removed; patches are cut and encoded again on demand."""

    def __init__(
        self,
        index: CraterIndex,
        encoder: Encoder,
        *,
        backend: str = "auto",
        memory: int = DEFAULT_MEMORY,
    ) -> None:
        """Raises CraterIndexError when ``encoder`` is not the index's."""
        index.check_encoder(encoder.id, encoder.weights_hash)
        settings = index.settings
        self._index, self._encoder, self._memory = index, encoder, memory
        self._backend = open_shortlist(index, backend)
        self.backend = self._backend.name
        self.views: Int64 = np.flatnonzero(index.alive).astype(np.int64)
        self.groups = index.view_crater_rows[self.views].astype(np.int64)
        self.own = TokenSpec(settings.aggregation, settings.seeds, settings.tokens)
        self.patches, self.token_dim = settings.patches, settings.token_dim
        self._store: PatchStore | None = None

    @cached_property
    def globals(self) -> Float32:  # type: ignore[override]
        return self._index.globals(self.views)

    def own_tokens(self, views: Int64) -> Float32:
        return self._index.tokens(self.views[views])

    @property
    def token_bytes(self) -> int:
        return self._index.settings.token_bytes

    def as_stored(self, tokens: Float32) -> Float32:
        return self._index.settings.as_stored(tokens)

    def shortlist(self, vector: Float32, size: int) -> Ranked:
        views, scores = self._backend.search(vector, size)
        return np.searchsorted(self.views, views), scores

    def lay_over(self, query: QueryView, views: Int64, scores: Float32) -> Float32 | None:
        return laid_over(self._index, query, self.views[views], scores, NORTH_UP)

    def numbers(self) -> Int64:
        return self.views

    def patch_store(self, monitor: Monitor) -> PatchStore:
        """Cut every view again from its observation's mosaic, and encode it."""
        if self._store is None:
            with ExitStack() as stack:
                mosaics = self._mosaics(stack)
                store = PatchStore(len(self), self.patches, self.token_dim, self._memory)
                batch = self._encoder.preferred_batch
                for number, pixels in enumerate(one_ahead(self._cuts(mosaics, batch))):
                    monitor.check()
                    embedding = self._encoder.encode(pixels)
                    store.append(embedding.tokens, embedding.attention)
                    monitor.report(Stage.GALLERY, min(len(self), (number + 1) * batch), len(self))
            self._store = store
        return self._store

    def close(self) -> None:
        if self._store is not None:
            self._store.close()
            self._store = None

    def _mosaics(self, stack: ExitStack) -> dict[int, Mosaic]:
        used = np.unique(self._index.views["observation"][self.views]).tolist()
        opened = {}
        for number in used:
            known = self._index.manifest.observations[number]
            if not names.is_there(known["path"]):
                raise PatchesUnavailable(
                    f"The mosaic {known['path']} that the index was cut from is not there, so its "
                    "views cannot be encoded again. Put it back, or name rows that need no patch "
                    f"tokens{Advice(' with --only', '')} (global, two-stage)."
                )
            mosaic = stack.enter_context(
                Mosaic.open(known["path"], band=known.get("band"), nodata=known.get("nodata"))
            )
            if mosaic.fingerprint() != known["fingerprint"]:
                raise PatchesUnavailable(
                    f"The mosaic {known['path']} has changed since the index was built. Put the "
                    "old one back, build the index again, or ask only for global and two-stage."
                )
            opened[number] = mosaic
        return opened

    def _cuts(self, mosaics: dict[int, Mosaic], batch: int) -> Iterator[Float32]:
        craters, size = self._index.craters, self._encoder.input_size
        rows = self._index.views[self.views]
        lon, lat, diameter = craters.lon, craters.lat, craters.diameter_m
        for part in blocks(len(rows), batch):
            pixels = []
            for view in rows[part]:
                row = int(view["crater_row"])
                side = float(view["context"]) * float(diameter[row])
                mosaic = mosaics[int(view["observation"])]
                try:
                    pixels.append(
                        mosaic.crop(float(lon[row]), float(lat[row]), side, size, 0.0).pixels
                    )
                except ViewSkipped as reason:
                    raise CraterIndexError(
                        f"A view of the index cannot be cut again ({reason.reason}). Verify the "
                        "index, or build it again."
                    ) from reason
            yield np.stack(pixels)


class MemoryGallery(Gallery):
    """Encoded views without an index, such as a benchmark's pictures; kept in int8 all the same."""

    def __init__(self, groups: Int64, globals_: Float32, store: PatchStore, own: TokenSpec) -> None:
        """``globals_`` float32 [V, G] and the patches ``store`` as the encoder gave them."""
        self.groups = np.asarray(groups, dtype=np.int64)
        self.globals = dequantise(*quantise(globals_))
        self.own = own
        self.patches, self.token_dim = store.patches, store.dim
        self._store = store

    @cached_property
    def _own(self) -> tuple[npt.NDArray[np.int8], Float32]:
        parts = [
            quantise(make_tokens(self._store, part, self.own, self.numbers()))
            for part in blocks(len(self), 256)
        ]
        return np.concatenate([array for array, _ in parts]), np.concatenate(
            [array for _, array in parts]
        )

    def own_tokens(self, views: Int64) -> Float32:
        tokens, scale = self._own
        return dequantise(tokens[views], scale[views])

    def shortlist(self, vector: Float32, size: int) -> Ranked:
        return best(self.globals @ vector, size, None)

    def patch_store(self, monitor: Monitor) -> PatchStore:
        return self._store


def make_tokens(store: PatchStore, part: slice, spec: TokenSpec, numbers: Int64) -> Float32:
    """Instance tokens float32 [v, K, D] of the views ``part`` of a store, before int8."""
    return instance_tokens(
        store.read(part),
        spec.k,
        seeds=spec.seeds,
        method=spec.method,
        attention=store.attention[part],
        seed=[int(number) for number in numbers[part]],
    ).vectors
