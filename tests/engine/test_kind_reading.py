"""Relief read once more: where contrast follows relief, whatever the light, and nowhere else."""

from __future__ import annotations

import json
import shutil
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest

from craterbench_qgis.contract.vocabulary import Likeness
from craterbench_qgis.engine.errors import EncoderError
from craterbench_qgis.engine.index import open_index
from craterbench_qgis.engine.kinds import load_descriptor
from craterbench_qgis.engine.kinds.descriptor import kinds_folder
from craterbench_qgis.engine.kinds.gallery import NEAR_BESIDE_READING, PARTS, Features, KindGallery
from craterbench_qgis.engine.kinds.reading import MIN_CRATERS, Reading
from craterbench_qgis.engine.kinds.vectors import KindVectors
from training.kind.export import card_text
from training.kind.reading import fit

from .test_analogs import folder, plain

__all__ = ["folder", "plain"]  # fixtures

SCALING = np.stack([np.zeros(50), np.ones(50)])
SHAPE = -np.cos(np.linspace(0, 2 * np.pi, 20))


def craters(seed: int, light: float, count: int = 300) -> tuple[KindVectors, np.ndarray]:
    """Craters whose depth the network reads at half the truth and with errors, and whose contrast
    is their depth's under a sun that multiplies it by ``light``; and their true profiles."""
    rng = np.random.default_rng(seed)
    depth, error = rng.normal(0, 1, count), rng.normal(0, 0.7, count)
    relief = rng.normal(0, 0.1, (count, 50))
    relief[:, :20] += (0.6 * depth + error)[:, None] * SHAPE
    tone = np.full((count, 10), 100.0)
    scatter = 5 * light * np.exp(0.5 * depth + rng.normal(0, 0.1, count))
    shading = rng.normal(0, 0.05, (count, 7, 10))
    # The slope, under this light; depths are deviations from a crater's usual one.
    shading[:, 0] += (light * (3 + depth) / 10)[:, None] * np.sin(np.linspace(0, 2 * np.pi, 10))
    parts = relief, rng.normal(0, 0.1, (count, 8)), tone, np.tile(scatter[:, None], 10), shading
    return KindVectors(*(part.astype(np.float32) for part in parts)), depth[:, None] * SHAPE


@pytest.fixture(scope="module")
def reading() -> Reading:
    return Reading.of_tensors(
        fit([craters(seed, light) for seed, light in ((0, 1.0), (1, 2.0))], SCALING)
    )


def without_shading(vectors: KindVectors) -> KindVectors:
    return replace(vectors, shading=np.full_like(vectors.shading, np.nan))


def test_contrast_corrects_what_the_network_misread_and_shading_what_is_left(
    reading: Reading,
) -> None:
    seen, truth = craters(5, 1.4)
    excess = reading.excess_of(seen)
    network = ((seen.relief[:, :20] - truth) ** 2).mean()
    plain, known, own = (
        ((reading.profile(vectors, e) - truth) ** 2).mean()
        for vectors, e in ((without_shading(seen), excess), (seen, excess), (seen, None))
    )
    assert plain < network / 3 and known < 0.8 * plain and own < network / 2


def test_of_a_reading_there_was_all_but_the_forms_with_shading_is_kept(reading: Reading) -> None:
    """Indexes of earlier versions are read as they were."""
    sets = [craters(seed, light) for seed, light in ((7, 1.0), (8, 3.0))]
    again = Reading.of_tensors(fit(sets, SCALING, reading))
    seen, _ = craters(5, 1.4)
    old = without_shading(seen)
    np.testing.assert_allclose(again.profile(old, 0.1), reading.profile(old, 0.1), atol=1e-5)
    assert not np.allclose(again.profile(seen, 0.1), reading.profile(seen, 0.1), atol=1e-2)


def test_light_does_not_matter(reading: Reading) -> None:
    seen, truth = craters(5, 1.0)
    light = np.float32(1.7)
    brighter = replace(seen, tone_scatter=light * seen.tone_scatter, shading=light * seen.shading)
    first = reading.profile(seen, reading.excess_of(seen))
    second = reading.profile(brighter, reading.excess_of(brighter))
    assert ((first - second) ** 2).mean() < 0.03 * (truth**2).mean()
    misread = reading.profile(brighter, reading.excess_of(seen))
    assert ((first - misread) ** 2).mean() > 0.1 * (truth**2).mean()


def test_contrast_that_does_not_follow_relief_is_left_alone(reading: Reading) -> None:
    seen, _ = craters(5, 1.0)
    order = np.random.default_rng(0).permutation(len(seen))
    photograph = replace(seen, tone_scatter=seen.tone_scatter[order])
    few = seen.at(slice(0, MIN_CRATERS - 1))
    unknown = replace(seen, tone_scatter=np.full_like(seen.tone_scatter, np.nan))
    for vectors in (photograph, few, unknown):
        excess = reading.excess_of(vectors)
        assert np.isnan(excess)
        np.testing.assert_array_equal(reading.profile(vectors, excess), vectors.relief[:, :20])


def test_a_crater_without_tones_keeps_the_networks_profile(reading: Reading) -> None:
    seen, _ = craters(5, 1.0)
    excess = reading.excess_of(seen)
    seen.tone[7] = seen.tone_scatter[7] = np.nan
    read = reading.profile(seen, excess)
    np.testing.assert_array_equal(read[7], seen.relief[7, :20])
    assert np.isfinite(read).all() and (read[8] != seen.relief[8, :20]).all()


def test_a_gallery_reads_its_own_mosaic_and_weighs_nearness_less(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An index from before there was a reading: the same file, ranked by more."""
    descriptor = load_descriptor(threads=1)
    assert descriptor.reading is not None
    with open_index(folder / "scene.craterindex") as index:
        monkeypatch.setattr(descriptor, "reading", None)
        before = KindGallery(index, descriptor)
        assert before.weights(Likeness.RELIEF) == PARTS[Likeness.RELIEF]
        monkeypatch.undo()
        for excess, share in ((-1.0, NEAR_BESIDE_READING[True]), (np.nan, 1.0)):
            monkeypatch.setattr(Reading, "excess_of", lambda self, vectors, e=excess: e)
            after = KindGallery(index, descriptor)
            assert after.weights(Likeness.BOTH)["near"] == share * PARTS[Likeness.BOTH]["near"]
            # Where contrast follows relief, brightness is light: both leaves it out.
            left_out = set(PARTS[Likeness.BOTH]) - set(after.weights(Likeness.BOTH))
            assert left_out == (set() if np.isnan(excess) else {"tone", "level"})
            assert after.weights(Likeness.LOOKS) == PARTS[Likeness.LOOKS]
            first = Features(*(after.features.part(f.name)[:1] for f in fields(Features)))
            unlike = after.unlikeness(first, Likeness.BOTH)
            plain = np.allclose(unlike, after.distances(first, Likeness.BOTH))
            assert plain != np.isnan(excess)
            same = np.allclose(after.features.profile, before.features.profile)
            assert same == np.isnan(excess)


def test_a_query_from_another_mosaic_is_read_only_if_it_could_be_of_such_a_picture(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    descriptor = load_descriptor(threads=1)
    assert descriptor.reading is not None
    monkeypatch.setattr(Reading, "excess_of", lambda self, vectors: -1.0)
    with open_index(folder / "scene.craterindex") as index:
        gallery = KindGallery(index, descriptor)
    rng = np.random.default_rng(0)
    relief = rng.normal(0, 1, (1, 50)).astype(np.float32)
    near = np.full((1, 64), 0.125, np.float32)
    tone = np.full((1, 10), 100.0, np.float32)
    shading = np.full((1, 7, 10), 0.1, np.float32)
    expected = descriptor.reading.expected(KindVectors(relief, near, tone, tone, shading))[0]
    for away, read in ((1.0, True), (-2.5, False)):
        scatter = (100 * np.exp(expected - 1.0 + away) * np.ones((1, 10))).astype(np.float32)
        features = gallery.query_features(KindVectors(relief, near, tone, scatter, shading), None)
        assert np.allclose(features.profile, relief[:, :20]) != read


def test_a_reading_that_was_changed_is_refused(tmp_path: Path) -> None:
    for path in kinds_folder().iterdir():
        shutil.copy(path, tmp_path)
    card = next(tmp_path.glob("*.json"))
    file = card.with_suffix(".reading.safetensors")
    file.write_bytes(file.read_bytes()[:-1] + b"?")
    with pytest.raises(EncoderError, match="SHA-256"):
        load_descriptor(card)
    file.unlink()
    with pytest.raises(EncoderError, match="cannot be read"):
        load_descriptor(card)


def test_a_card_is_written_as_it_was_read() -> None:
    content = next(kinds_folder().glob("*.json")).read_bytes()
    assert card_text(json.loads(content)) == content
