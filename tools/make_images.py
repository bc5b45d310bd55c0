"""Make the pictures of the documents, docs/images (``make images``).

    .venv/bin/python tools/make_images.py [demo] [calibration] [desktop] [review] [--data FOLDER]

``demo`` needs nothing. ``calibration`` needs the lunar data. ``desktop`` and ``review`` drive the
real QGIS with the packaged plugin on a screen in memory; they need the lunar data, QGIS, Xvfb,
openbox, xdotool and ImageMagick, as tests/qgis/test_desktop.py does. Without a name all are made.
A picture that could not be made stays as it was, and the exit code is 1.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image

ROOT = Path(__file__).resolve().parents[1]
IMAGES = ROOT / "docs" / "images"
DEMO_PICTURES = ("matches.png", "why.png")
MOSAIC, CATALOGUE = "lroc_wac_8k.tif", "craters_ge5km.csv"
# Theophilus: centre and side in degrees.
BOX = ("26.2", "-11.35", "8")
DESKTOP_WIDTH = 1200
STEPS = "panel menus open_index box gallery_buttons gallery_keys why export kinds"
# Name in the documents -> the tour's picture.
DESKTOP = {
    "2-index-open.png": "3-index",
    "3-drawing.png": "4-drawing",
    "5-accepted.png": "7-accepted",
    "6-why.png": "10-why",
    "7-export.png": "11-export",
    "8-kinds.png": "15-kind-shown",
}
COLOURS = 256
GREY = 40
"""The most by which red, green and blue of a grey differ."""


class ImageError(Exception):
    """A picture could not be made; the text says why."""


def make_demo(work: Path, data: Path) -> None:
    """The pictures that ``make demo`` writes, from a planet and an index made anew."""
    folder = fresh(work / "demo")
    engine("demo", "--output", folder)
    for name in DEMO_PICTURES:
        shutil.copyfile(folder / name, IMAGES / name)


def make_calibration(work: Path, data: Path) -> None:
    """The calibration curve of the duplicate model, planted as it was fitted."""
    picture = IMAGES / "duplicates-calibration.png"
    script = ROOT / "benchmarks" / "validate_duplicates.py"
    run(sys.executable, script, "--data", data, "--settings", "3", "--picture", picture)


def make_desktop(work: Path, data: Path) -> None:
    """Theophilus is searched in the real desktop."""
    index = work / "wac20.craterindex"
    inputs = ("--mosaic", data / MOSAIC, "--catalogue", data / CATALOGUE)
    engine("index", "build", *inputs, "--min-diameter", "20", "--output", index)
    package = fresh(work / "package")
    run(sys.executable, ROOT / "tools" / "package.py", "--output", package)
    (archive,) = package.glob("*.zip")
    tour = work / "desktop"
    driver = ROOT / "tests" / "qgis" / "desktop" / "drive.py"
    where = ("--index", index, "--mosaic", data / MOSAIC, "--box", *BOX)
    run(sys.executable, driver, "--zip", archive, *where, "--steps", STEPS, "--output", tour)
    pictures = {name: tour / "out" / f"{shot}.png" for name, shot in DESKTOP.items()}
    take(pictures, IMAGES / "desktop", DESKTOP_WIDTH)


def make_review(work: Path, data: Path) -> None:
    """The review of duplicates in the real desktop: the test that drives it takes the pictures."""
    folder = work / "review"
    test = ROOT / "tests" / "qgis" / "test_desktop.py"
    environ = {**os.environ, "CRATERBENCH_DATA": str(data.parent)}
    options = ("-q", "-rs", "-k", "killed", "--basetemp", folder)
    run(sys.executable, "-m", "pytest", test, *options, environ=environ)
    pictures = {}
    for path in folder.rglob("out/[0-9]*-*.png"):
        pictures[path.stem.split("-", 1)[1] + ".png"] = path
    take(pictures, IMAGES / "review", None)


PARTS: dict[str, Callable[[Path, Path], None]] = {
    "demo": make_demo,
    "calibration": make_calibration,
    "desktop": make_desktop,
    "review": make_review,
}


def take(pictures: dict[str, Path], target: Path, width: int | None) -> None:
    """Put those of ``pictures`` (name in ``target`` -> screenshot) that the documents show there.

    ``width``: in pixels, None for that of the screen. Raises ImageError for one that is missing.
    """
    shown = sorted(path.name for path in target.glob("*.png"))
    missing = [name for name in shown if name not in pictures]
    if missing:
        raise ImageError(f"the tour took no picture of: {', '.join(missing)}")
    for name in shown:
        with Image.open(pictures[name]) as screen:
            picture = screen.convert("RGB")
        if width is not None:
            height = round(picture.height * width / picture.width)
            picture = picture.resize((width, height), Image.Resampling.LANCZOS)
        indexed(picture).save(target / name, optimize=True)


def indexed(picture: Image.Image) -> Image.Image:
    """With ``COLOURS`` at most, half of them for what is coloured: a map's many greys would take
    them all and turn a green mark blue."""
    pixels = np.asarray(picture).reshape(-1, 3)
    is_coloured = np.ptp(pixels, axis=1) > GREY
    halves = []
    for part in (pixels[is_coloured], pixels[~is_coloured]):
        if len(part):
            palette = Image.fromarray(part[np.newaxis]).quantize(COLOURS // 2).getpalette() or []
            halves += palette[: 3 * (COLOURS // 2)]
    model = Image.new("P", (1, 1))
    model.putpalette(halves)
    return picture.quantize(palette=model, dither=Image.Dither.NONE)


def fresh(folder: Path) -> Path:
    """An empty folder."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def engine(*arguments: str | Path) -> None:
    """Run the engine's command line of this checkout."""
    run(sys.executable, "-m", "craterbench_qgis.engine", *arguments)


def run(*command: str | Path, environ: dict[str, str] | None = None) -> None:
    """Run a command in the checkout. Raises ImageError where it fails."""
    words = [str(word) for word in command]
    inherited = os.environ if environ is None else environ
    here = {**inherited, "PYTHONPATH": str(ROOT)}
    if subprocess.run(words, cwd=ROOT, env=here, check=False).returncode:
        raise ImageError(f"this failed: {' '.join(words)}")


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description="Make the pictures of the documents.")
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of: {', '.join(PARTS)}")
    default = Path(os.environ.get("CRATERBENCH_DATA", ROOT.parent / "shared" / "data")) / "moon"
    parser.add_argument("--data", type=Path, default=default, help="folder of the lunar data")
    parser.add_argument("--work", type=Path, default=ROOT / "build" / "images", metavar="FOLDER")
    arguments = parser.parse_args()
    unknown = sorted(set(arguments.parts) - set(PARTS))
    if unknown:
        parser.error(f"there is no part {', '.join(unknown)}; choose of: {', '.join(PARTS)}")
    failed = 0
    for name in arguments.parts or PARTS:
        sys.stdout.write(f"{name}\n")
        sys.stdout.flush()
        arguments.work.mkdir(parents=True, exist_ok=True)
        try:
            PARTS[name](arguments.work, arguments.data.absolute())
        except ImageError as problem:
            sys.stderr.write(f"The pictures of '{name}' stay as they were: {problem}.\n")
            failed += 1
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
