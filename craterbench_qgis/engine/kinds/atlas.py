"""The atlas: every crater a point of a plane, craters of like kind near each other.

t-SNE (van der Maaten & Hinton 2008) as scikit-learn computes it, of at most ``SAMPLE`` craters; the
others are put among those of the sample that are most like them. The distance between craters is
that of the search for analogs. The same index gives the same atlas.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...contract.vocabulary import Likeness, Stage
from ..errors import CraterIndexError
from ..index import IndexWriter, open_index
from ..index.atlas import REACH, digest_of
from ..index.manifest import load_manifest
from ..monitor import Monitor
from .descriptor import KindDescriptor
from .gallery import KindGallery, mean_of

Float = NDArray[np.float32]

SAMPLE = 4000
PERPLEXITY = 30.0
ROUNDS = 3
"""Of 250 steps, the least scikit-learn does at once; the first exaggerates (12), so that kinds part
from each other before they are spread out."""
_STEPS = 250
_EXAGGERATION = 12.0
_NEIGHBOURS = 8
_BLOCK = 2000
_APART = 4.0
"""A neighbour further than so many usual spacings from the nearest one has no say: between two
groups there is nothing."""


def make_atlas(path: Path, descriptor: KindDescriptor, monitor: Monitor | None = None) -> int:
    """Place the craters of the index that have a descriptor of kind, and store it; how many.

    Raises KindsMissing, CraterIndexError, Cancelled; then the index is as it was.
    """
    monitor = monitor or Monitor()
    monitor.report(Stage.ATLAS, 0, 0)
    load_manifest(path)  # an index that joins others says so here, not after the computing
    with open_index(path, check="sizes") as index:
        if index.incomplete:
            raise CraterIndexError(
                f"The build of {path.name} was stopped. Finish it first, then make its atlas."
            )
        described = digest_of(index.manifest.kinds)
        rows, features = crater_features(KindGallery(index, descriptor))
    places = placed(features, monitor)
    with IndexWriter.open(path) as writer:
        writer.set_atlas(rows, places, described)
    return len(rows)


def crater_features(gallery: KindGallery) -> tuple[NDArray[np.int64], Float]:
    """The crater rows [C], ascending, and what is compared of each [C, F]: squared differences add
    up to the search's squared distance. A crater of several mosaics counts with their mean."""
    rows, at = np.unique(gallery.crater_row, return_inverse=True)
    parts = []
    for name, weight in gallery.weights(Likeness.BOTH).items():
        part = gallery.features.part(name)
        if len(rows) < len(part):
            part = mean_of(part, at, np.arange(len(rows)))
        parts.append(part * np.float32(np.sqrt(weight / gallery.scale[name])))
    return rows, np.concatenate(parts, axis=1, dtype=np.float32)


def placed(features: Float, monitor: Monitor, sample: int = SAMPLE) -> Float:
    """Places [C, 2] from -1 to 1 of craters with ``features`` [C, F]. Raises Cancelled."""
    count = len(features)
    rng = np.random.default_rng(0)
    chosen = np.sort(rng.permutation(count)[:sample])
    steps = ROUNDS * _STEPS * len(chosen)
    # In the time of a step of the sample some ten further craters are placed.
    total = steps + (count - len(chosen)) // 10
    places = np.zeros((count, 2), np.float32)
    places[chosen] = _embedded(
        features[chosen], lambda done: monitor.report(Stage.ATLAS, done, total), monitor
    )
    rest = np.setdiff1d(np.arange(count), chosen, assume_unique=True)
    if rest.size:
        put = _Putting(features[chosen], places[chosen])
        for start in range(0, len(rest), _BLOCK):
            monitor.report(Stage.ATLAS, steps + start // 10, total)
            monitor.check()
            block = rest[start : start + _BLOCK]
            places[block] = put(features[block], rng)
    places -= (places.min(axis=0) + places.max(axis=0)) / 2
    return places * np.float32(REACH / max(float(np.abs(places).max()), 1e-9) * (1 - 1e-6))


def _embedded(features: Float, tell: Callable[[int], None], monitor: Monitor) -> Float:
    """t-SNE of all ``features`` [S, F], begun with their two principal components: [S, 2]."""
    from sklearn.decomposition import PCA
    from sklearn.manifold import TSNE

    count = len(features)
    if count < 3:
        return np.linspace(-1, 1, 2 * count, dtype=np.float32).reshape(count, 2)
    with np.errstate(invalid="ignore"):  # of craters that are all alike
        places = PCA(2, svd_solver="full").fit_transform(features).astype(np.float32)
    places *= 1e-4 / max(float(places[:, 0].std()), 1e-9)
    # Craters that are described alike would pull and push in no direction.
    places += np.random.default_rng(1).normal(0, 1e-6, places.shape).astype(np.float32)
    for number in range(ROUNDS):
        tell(number * _STEPS * count)
        model = TSNE(
            perplexity=min(PERPLEXITY, (count - 1) / 3),
            early_exaggeration=_EXAGGERATION if number == 0 else 1.0,
            max_iter=_STEPS,
            init=places,
            random_state=0,
        )
        places = _waiting(partial(model.fit_transform, features), monitor)
    return places


def _waiting(work: Callable[[], Any], monitor: Monitor) -> Any:
    """What ``work`` gives, computed beside this thread, which hears a cancel meanwhile: a round
    cannot be broken, but nobody has to wait for it. On one core, so that sums do not depend on how
    many there are."""
    from threadpoolctl import threadpool_limits

    result: list[Any] = []

    def run() -> None:
        try:
            with threadpool_limits(1):
                result.append(work())
        except Exception as error:  # noqa: BLE001 - raised again where it is waited for
            result.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    while thread.is_alive():
        thread.join(0.1)
        monitor.check()
    if isinstance(result[0], Exception):
        raise result[0]
    return result[0]


class _Putting:
    """Puts craters among those of a sample that lie already."""

    def __init__(self, features: Float, places: Float) -> None:
        from sklearn.neighbors import NearestNeighbors

        count = min(_NEIGHBOURS, len(features))
        self._nearest = NearestNeighbors(n_neighbors=count, algorithm="brute").fit(features)
        self._places = places
        beside, _ = NearestNeighbors(n_neighbors=2).fit(places).kneighbors(places)
        self._room = beside[:, 1]
        self._spacing = max(float(np.median(self._room)), 1e-9)

    def __call__(self, features: Float, rng: np.random.Generator) -> Float:
        """Places [B, 2] of ``features`` [B, F]."""
        distance, near = self._nearest.kneighbors(features)
        places = self._places[near]
        first = places[:, :1]
        weight = (distance[:, :1] + 1e-9) / (distance + 1e-9)
        weight = weight**4
        weight[np.linalg.norm(places - first, axis=2) > _APART * self._spacing] = 0.0
        weight[:, 0] = 1.0
        put = (places * weight[:, :, None]).sum(axis=1) / weight.sum(axis=1, keepdims=True)
        # Many craters lie between the same few of the sample: they share the room there.
        room = np.minimum(self._room[near[:, 0]], 2 * self._spacing)
        shaken = put + rng.normal(0, 0.5, put.shape) * room[:, None]
        return np.asarray(shaken, np.float32)
