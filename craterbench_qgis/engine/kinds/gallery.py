"""The descriptors of kind of an index, one for each crater and observation, ready to compare."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from ...contract.vocabulary import Likeness
from ..errors import KindsMissing
from ..index import CraterIndex
from ..terrain_profile import PROFILE_RINGS
from ..words import Advice
from .describe import entry_of
from .descriptor import KindDescriptor
from .reading import FOREIGN
from .vectors import (
    FLOOR,
    RINGS,
    SHADING,
    Float,
    KindVectors,
    known_mean,
    relative_tone,
    texture_of,
)

Doubles = NDArray[np.float64]

PARTS: dict[Likeness, dict[str, float]] = {
    Likeness.RELIEF: {"profile": 1.5, "near": 0.5},
    Likeness.LOOKS: {"tone": 1.0, "level": 1.0},
    Likeness.BOTH: {"profile": 1.5, "near": 0.5, "roughness": 1.0, "tone": 0.5, "level": 1.0},
}
"""Weights of the parts of the distance, by what analogs are asked for. Profile against near was
chosen on lunar shading, lon -135..-122, those of both on named kinds of the western hemisphere
(docs/validation/analogs.md)."""
EXAGGERATED: dict[Likeness, tuple[str, ...]] = {
    Likeness.RELIEF: (),
    Likeness.LOOKS: ("tone", "level"),
    Likeness.BOTH: ("near", "roughness", "tone", "level"),
}
EXAGGERATION, EXAGGERATED_WEIGHT = 2.0, 1 / 3
"""In these parts the query counts as so many times as far from the mean of the index as it is, and
they have this share of their weight, or they would outweigh the profile. Chosen on named and
measured kinds of the western hemisphere, without loss of nearness by terrain there. Nothing is
exaggerated where most profiles were read once more: there it costs nearness by terrain."""
SIZE_WEIGHT = 0.5
"""Of the logarithm of the diameter, in a search by both, where the diameter of the query is known:
craters change with size. Nearness by terrain gains on the western WAC and named kinds lose nothing
(docs/validation/analogs.md); not tried, and not used, where most profiles were read once more."""
NEAR_BESIDE_READING = {False: 0.3, True: 0.0}
"""What is left of the weight of ``near`` where most profiles were read once more, without and with
shading."""
BRIGHTNESS = ("tone", "level")
"""Parts that a search by both leaves out where most profiles were read once more: where contrast
follows relief, brightness is light."""
_PAIRS = 4096


_UPGRADE = Advice(
    "Make them with 'craterbench index upgrade'; its mosaics are needed for that.",
    "Press Add descriptors of kind; its mosaics are needed for that.",
)


@dataclass
class Features:
    """What is compared, of V views or craters: ``profile`` [V, 20], its ``scatter`` over azimuth
    [V, 20], ``roughness`` [V, 10], ``near`` [V, E], ``tone`` [V, 10] relative to the surroundings,
    ``level`` [V, 1] brightness of the floor, ``texture`` [V, 10] contrast within rings."""

    profile: Float
    scatter: Float
    roughness: Float
    near: Float
    tone: Float
    level: Float
    texture: Float

    def part(self, name: str) -> Float:
        """One of the arrays by its name."""
        values: Float = getattr(self, name)
        return values


def features_of(vectors: KindVectors) -> Features:
    """Numbers whose squared differences are meaningful; missing tones count as ordinary (0)."""
    profile, scatter, roughness = np.split(
        vectors.relief, [PROFILE_RINGS, 2 * PROFILE_RINGS], axis=1
    )
    tone, level = relative_tone(vectors), known_mean(vectors.tone[:, FLOOR])
    texture = texture_of(vectors)
    return Features(profile, scatter, roughness, vectors.near, tone, level, texture)


class KindGallery:
    """Craters of an index with their descriptors.

    ``crater_row``, ``observation``, ``view`` int [M] (``view``: a view of that crater there, of the
    smallest context), ``diameter_m``, ``pixels_across`` [M], ``features`` of M.
    """

    def __init__(self, index: CraterIndex, descriptor: KindDescriptor) -> None:
        entry, records = index.manifest.kinds, index.kinds
        name = index.path.name
        if entry is None or records is None:
            raise KindsMissing(
                f"{index.without_kinds()} has no descriptors of kind, so analogs cannot be "
                f"searched. {_UPGRADE}"
            )
        if not entry.same_kind(entry_of(descriptor)):
            raise KindsMissing(
                f"The descriptors of kind of {name} were made by another version "
                f"({entry.descriptor}). {_UPGRADE}"
            )
        stored = index.views
        order = np.argsort(stored["context"], kind="stable")
        order = order[index.alive[order]]
        # The first view of each crater in each observation is the one of the smallest context.
        keys, first = np.unique(_key(stored[order]), return_index=True)
        at = np.searchsorted(keys, _key(records))
        known = (at < len(keys)) & (keys[np.minimum(at, len(keys) - 1)] == _key(records))
        records, at = records[known], at[known]
        used = np.unique(at)
        if not used.size:
            raise KindsMissing(f"{name} has no descriptors of its present craters. {_UPGRADE}")
        self.view = order[first[used]].astype(np.int64)
        self.crater_row = stored["crater_row"][self.view].astype(np.int64)
        self.observation = stored["observation"][self.view].astype(np.int64)
        native = stored["native_m_per_px"][self.view].astype(np.float64)
        self.diameter_m = np.asarray(index.craters.diameter_m[self.crater_row], np.float64)
        self.pixels_across = self.diameter_m / np.maximum(native, 1e-9)
        vectors = KindVectors(
            mean_of(records["relief"] * records["relief_scale"][:, None], at, used),
            mean_of(records["near"] * records["near_scale"][:, None], at, used),
            mean_of(records["tone"], at, used),
            mean_of(records["tone_scatter"], at, used),
            np.broadcast_to(np.float32(np.nan), (len(used), SHADING, RINGS)),
        )
        self._shaded = entry.shading == SHADING
        if self._shaded:
            shading = mean_of(records["shading"].reshape(len(records), -1), at, used)
            vectors.shading = shading.reshape(vectors.shading.shape)
        self.features = features_of(vectors)
        # Brightness is compared within a mosaic only: another one has another scale of grey.
        self._level = np.zeros((int(self.observation.max()) + 1, 2))
        for number in range(len(self._level)):
            level = self.features.level[self.observation == number]
            level = level[np.isfinite(level)]
            middle, spread = (np.median(level), level.std()) if level.size else (0.0, 0.0)
            self._level[number] = middle, max(float(spread), 1e-6)
        self.features.level = self._standard(self.features.level, self.observation)
        self._reading = descriptor.reading
        self._excess = np.full(len(self._level), np.nan)
        for number in range(len(self._level)):
            self._read_again(vectors, number)
        self._mostly_read = float(np.isfinite(self._excess[self.observation]).mean()) > 0.5
        self.scale = self._scales()
        self.centre = {
            field.name: self.features.part(field.name).mean(axis=0) for field in fields(Features)
        }

    def __len__(self) -> int:
        return len(self.crater_row)

    def _standard(self, level: Float, observation: NDArray[np.int64]) -> Float:
        middle, spread = self._level[observation].T
        out = np.clip((level[:, 0] - middle) / spread, -4.0, 4.0)
        return np.nan_to_num(out, nan=0.0).astype(np.float32)[:, None]

    def _read_again(self, vectors: KindVectors, number: int) -> None:
        """The profiles of one observation, where its contrast tells of relief; its texture less
        what is usual there."""
        here = self.observation == number
        own, texture = vectors.at(here), self.features.texture[here]
        usual = np.median(texture[np.isfinite(texture)]) if np.isfinite(texture).any() else 0.0
        self.features.texture[here] = np.nan_to_num(texture - usual, nan=0.0)
        if self._reading is not None and here.any():
            self._excess[number] = self._reading.excess_of(own)
            self.features.profile[here] = self._reading.profile(own, float(self._excess[number]))

    def _scales(self) -> dict[str, float]:
        """The mean squared difference of two craters drawn at random, for each part."""
        rng = np.random.default_rng(0)
        a, b = rng.integers(0, len(self), (2, _PAIRS))
        scales = {}
        for name in (field.name for field in fields(Features)):
            part = self.features.part(name)
            scales[name] = max(float(((part[a] - part[b]) ** 2).sum(axis=1).mean()), 1e-9)
        return scales

    def query_features(self, vectors: KindVectors, observation: int | None) -> Features:
        """Of one query's views, averaged; ``observation``: the index's mosaic it was cut from, or
        None for another one, whose brightness says nothing here."""
        # Averaged first, as the craters of the index are: views of one crater differ by chance.
        average, first = vectors.mean(), vectors.at(slice(0, 1))
        average.tone, average.tone_scatter = first.tone, first.tone_scatter
        average.shading = first.shading
        features = features_of(average)
        known = observation is not None and observation < len(self._level)
        if known:
            features.level = self._standard(features.level, np.array([observation]))
        else:
            features.level = np.full((1, 1), np.nan, np.float32)
        if self._reading is not None:
            own = self._reading.excess(average)[0]
            excess = float(self._excess[observation]) if known else None
            # Elsewhere, a picture such as those that were read.
            if known or (np.abs(self._excess - own) < FOREIGN).any():
                features.profile = self._reading.profile(average, excess)
        return features

    def weights(self, by: Likeness) -> dict[str, float]:
        """The weights of the parts of the distance in this index."""
        weights = dict(PARTS[by])
        if self._mostly_read and "near" in weights:
            weights["near"] *= NEAR_BESIDE_READING[self._shaded]
        if self._mostly_read and by is Likeness.BOTH:
            weights = {name: weight for name, weight in weights.items() if name not in BRIGHTNESS}
        return weights

    def distances(self, query: Features, by: Likeness) -> Float:
        """Squared distances [M] of ``query`` (one) in units of two craters drawn at random."""
        return self._compared(query, by, (), None)

    def unlikeness(
        self,
        query: Features,
        by: Likeness,
        diameter_m: float | None = None,
        terrain: tuple[Doubles, Doubles] | None = None,
    ) -> Float:
        """What analogs are ranked by, [M]: squared distances of the query exaggerated about the
        mean of the index, less that of the query itself. 0 for the same descriptor, below 0 for
        one that is more so; two craters drawn at random differ by 1 in the mean. ``diameter_m``:
        of the query, where it is known; ``terrain``: what its measurements add and weigh
        (:meth:`MeasuredTerrain.compared`), where they are known."""
        size = diameter_m if by is Likeness.BOTH and not self._mostly_read else None
        return self._compared(query, by, self._exaggerated(by), size, terrain)

    def shares(
        self, query: Features, by: Likeness, diameter_m: float | None, terrain: float = 0.0
    ) -> dict[str, float]:
        """How much each part of :meth:`unlikeness` counts, together 1; ``terrain``: the weight of
        measurements, where all of them are known of a crater."""
        weights = {name: w * t for name, w, t in self._weighed(query, by, self._exaggerated(by))}
        if diameter_m is not None and by is Likeness.BOTH and not self._mostly_read:
            weights["size"] = SIZE_WEIGHT
        if terrain:
            weights["terrain"] = terrain
        total = sum(weights.values())
        return {name: round(weight / total, 3) for name, weight in weights.items()}

    def _exaggerated(self, by: Likeness) -> tuple[str, ...]:
        return () if self._mostly_read else EXAGGERATED[by]

    def _weighed(
        self, query: Features, by: Likeness, exaggerated: tuple[str, ...]
    ) -> Iterator[tuple[str, float, float]]:
        """Each part the query has, its weight, and how many times it is exaggerated."""
        for name, weight in self.weights(by).items():
            if np.isfinite(query.part(name)).all():
                more = name in exaggerated
                yield (
                    name,
                    weight * (EXAGGERATED_WEIGHT if more else 1.0),
                    EXAGGERATION if more else 1.0,
                )

    def _compared(
        self,
        query: Features,
        by: Likeness,
        exaggerated: tuple[str, ...],
        diameter_m: float | None,
        terrain: tuple[Doubles, Doubles] | None = None,
    ) -> Float:
        total = np.zeros(len(self))
        weight_sum = 0.0
        if diameter_m is not None:
            weight_sum = SIZE_WEIGHT
            logarithms = np.log(self.diameter_m)
            usual = max(2.0 * float(logarithms.var()), 1e-9)  # of two craters drawn at random
            total += SIZE_WEIGHT * (logarithms - np.log(diameter_m)) ** 2 / usual
        for name, weight, times in self._weighed(query, by, exaggerated):
            wanted, part = query.part(name), self.features.part(name)
            further = (times - 1.0) * (wanted - self.centre[name])
            difference = ((part - wanted - further) ** 2).sum(axis=1) - (further**2).sum()
            total += weight * difference / self.scale[name]
            weight_sum += weight * times
        if terrain is None:
            return (total / weight_sum).astype(np.float32)
        return ((total + terrain[0]) / (weight_sum + terrain[1])).astype(np.float32)


def _key(records: NDArray[np.void]) -> NDArray[np.int64]:
    """One number for a crater in an observation."""
    return records["crater_row"].astype(np.int64) * 65_536 + records["observation"]


def mean_of(values: NDArray[np.floating], at: NDArray[np.int64], used: NDArray[np.int64]) -> Float:
    """Mean of the rows that belong to each of ``used``."""
    place, count = np.searchsorted(used, at), len(used)
    members = np.bincount(place, minlength=count)
    mean = np.empty((count, values.shape[1]), np.float32)
    # A column at a time: adding up rows at places takes a multiple of the time and memory.
    for column in range(values.shape[1]):
        mean[:, column] = np.bincount(place, values[:, column], count) / members
    return mean
