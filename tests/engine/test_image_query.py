"""Pictures as queries: what is transparent or no number is no ground."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from craterbench_qgis.engine.errors import QueryError
from craterbench_qgis.engine.mosaic import image_view

S = 64
Y, X = np.mgrid[0:128, 0:128]
RAMP = (60 + X).astype(np.uint8)
ROUND = np.hypot(X - 63.5, Y - 63.5) < 64


def grey_alpha(hidden: int) -> Image.Image:
    """A round picture; ``hidden`` lies under its transparent corners."""
    return Image.merge(
        "LA",
        (
            Image.fromarray(np.where(ROUND, RAMP, hidden).astype(np.uint8)),
            Image.fromarray(np.where(ROUND, 255, 0).astype(np.uint8)),
        ),
    )


def palette() -> Image.Image:
    """The same with a palette and one transparent entry, as GIS programs save maps."""
    indices = Image.fromarray(np.where(ROUND, RAMP, 0).astype(np.uint8), "L").convert("P")
    indices.putpalette([value for value in range(256) for _ in range(3)])
    return indices


@pytest.mark.parametrize("kind", ["LA", "RGBA", "P", "tRNS"])
def test_transparent_pixels_are_invalid(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "q.png"
    if kind == "P":
        palette().save(path, transparency=0)
    elif kind == "tRNS":
        Image.fromarray(np.where(ROUND, RAMP, 0).astype(np.uint8)).save(path, transparency=0)
    else:
        grey_alpha(0).convert(kind).save(path)
    view = image_view(path, S)
    assert view.valid_fraction == pytest.approx(np.pi / 4, abs=0.01)
    inside = np.hypot(*(np.mgrid[0:S, 0:S] - (S - 1) / 2)) < S / 2 - 2
    whole = tmp_path / "whole.png"
    Image.fromarray(RAMP).save(whole)
    opaque = image_view(whole, S)
    assert np.corrcoef(view.pixels[inside], opaque.pixels[inside])[0, 1] > 0.999
    corner = view.pixels[:4, :4]
    assert np.allclose(corner, np.median(view.pixels[inside]), atol=0.02)


def test_what_lies_under_transparency_does_not_matter(tmp_path: Path) -> None:
    views = []
    for hidden in (0, 128, 255):
        path = tmp_path / f"{hidden}.png"
        grey_alpha(hidden).save(path)
        views.append(image_view(path, S).pixels)
    assert np.array_equal(views[0], views[1]) and np.array_equal(views[0], views[2])


def test_a_picture_that_is_mostly_transparent_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "few.png"
    for opaque, share in ((40, "31%"), (0, "0%")):
        alpha = Image.fromarray(np.where(opaque > X, 255, 0).astype(np.uint8))
        Image.merge("LA", (Image.fromarray(RAMP), alpha)).save(path)
        with pytest.raises(QueryError, match=f"Only {share} .* transparent"):
            image_view(path, S)


def test_pixels_that_are_no_number_are_invalid(tmp_path: Path) -> None:
    values = RAMP.astype(np.float32)
    values[:20, :20] = np.nan
    path = tmp_path / "q.tif"
    Image.fromarray(values).save(path)
    view = image_view(path, S)
    assert np.isfinite(view.pixels).all()
    assert view.valid_fraction == pytest.approx(1 - (20 / 128) ** 2, abs=1e-3)
    assert np.corrcoef(view.pixels.mean(0), np.arange(S))[0, 1] > 0.99


def test_opaque_pictures_are_wholly_valid(tmp_path: Path) -> None:
    for mode in ("L", "RGB", "RGBA", "I;16"):
        path = tmp_path / "q.png"
        image = Image.fromarray(RAMP.astype(np.uint16)) if mode == "I;16" else None
        (image or Image.fromarray(RAMP).convert(mode)).save(path)
        assert image_view(path, S).valid_fraction == 1.0
