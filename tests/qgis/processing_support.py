"""A profile with the plugin switched on, a small synthetic planet, and qgis_process."""

from __future__ import annotations

import atexit
import csv
import json
import os
import select
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from paths import ENGINE_PYTHON, HERE, ROOT
from support import PYTHON

PLUGIN = "craterbench_qgis_plugin"
PARTS = ("__init__.py", "metadata.txt", "craterbench_qgis", "resources", "docs")


@cache
def qgis_process() -> str:
    """The program; "" where it is not installed.

    Debian's wrapper hands it options of the desktop that it does not know, so the program behind
    it is taken.
    """
    return shutil.which("qgis_process.bin") or shutil.which("qgis_process") or ""


def make_profile(home: Path) -> None:
    """A clean profile below ``home`` with the plugin and the engine's Python."""
    for major in (3, 4):  # folder and file are called after QGIS's major version
        profiles = home / ".local" / "share" / "QGIS" / f"QGIS{major}" / "profiles"
        plugin = profiles / "default" / "python" / "plugins" / PLUGIN
        plugin.mkdir(parents=True)
        for part in PARTS:
            (plugin / part).symlink_to(ROOT / part)
        settings = profiles / "default" / "QGIS" / f"QGIS{major}.ini"
        settings.parent.mkdir(parents=True)
        settings.write_text(
            f"[PythonPlugins]\n{PLUGIN}=true\n[craterbench]\nengine\\python={ENGINE_PYTHON}\n"
            "[locale]\nuserLocale=en_US\noverrideFlag=true\n",
            encoding="utf-8",
        )


@dataclass
class Ran:
    """An algorithm that was run. ``results``: its outputs, {} where it failed; ``output``: all that
    was printed."""

    code: int
    results: dict[str, Any]
    output: str


@dataclass(frozen=True)
class Place:
    """Where the session's planet, its index and the profile are."""

    home: Path
    planet: Path
    index: Path

    def environ(self) -> dict[str, str]:
        return {
            "QT_QPA_PLATFORM": "offscreen",
            "PATH": "/usr/bin:/bin",
            "HOME": str(self.home),
            "XDG_RUNTIME_DIR": str(self.home),
            "LANG": "C.UTF-8",
            "TMPDIR": tempfile.gettempdir(),
            # Two threads on two busy cores wait for each other by counting.
            "OMP_NUM_THREADS": os.environ.get("OMP_NUM_THREADS", "1"),
        }

    def run(self, algorithm: str, timeout: float = 120, **parameters: object) -> Ran:
        """Run as qgis_process would; ``algorithm`` without "craterbench:", or a model's path.

        One QGIS for all, because its start takes longer than most algorithms: see ``process``.
        """
        runner = _runner(self)
        assert runner.stdin is not None and runner.stdout is not None
        given = {name: str(value) for name, value in parameters.items()}
        request = {"algorithm": _known(algorithm), "parameters": given}
        runner.stdin.write(json.dumps(request) + "\n")
        runner.stdin.flush()
        ready, _, _ = select.select([runner.stdout], [], [], timeout)
        answer = runner.stdout.readline() if ready else ""
        assert answer, f"no answer to {request} (ended: {runner.poll()})"
        return Ran(**json.loads(answer))

    def process(self, algorithm: str, timeout: float = 120, **parameters: object) -> Ran:
        """``qgis_process run``, as from a shell."""
        given = [f"--{name}={value}" for name, value in parameters.items()]
        done = subprocess.run(
            [qgis_process(), "--json", "run", _known(algorithm), *given],
            capture_output=True,
            text=True,
            check=False,
            timeout=timeout,
            env=self.environ(),
            cwd=self.home,
        )
        begin = done.stdout.find("{")
        answer = json.loads(done.stdout[begin:]) if begin >= 0 else {}
        return Ran(done.returncode, answer.get("results", {}), done.stdout + done.stderr)

    def make_model(self, kind: str, output: Path, *arguments: object) -> dict[str, str]:
        """A model, see make_model.py; how the parameters of its outputs are called."""
        script = [PYTHON, HERE / "make_model.py", kind, output, *arguments]
        done = subprocess.run(
            list(map(str, script)), capture_output=True, text=True, check=False, env=self.environ()
        )
        assert output.is_file(), done.stdout + done.stderr
        names: dict[str, str] = json.loads(done.stdout.splitlines()[-1])
        return names


def _known(algorithm: str) -> str:
    return algorithm if "/" in algorithm else f"craterbench:{algorithm}"


@cache
def _runner(place: Place) -> subprocess.Popen[str]:
    profile = place.home / ".local" / "share" / "QGIS" / "QGIS3" / "profiles" / "default"
    runner = subprocess.Popen(
        [PYTHON, str(HERE / "algorithm_runner.py"), str(profile), PLUGIN],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=place.environ(),
        cwd=place.home,
    )
    atexit.register(runner.kill)
    return runner


def make_place(root: Path) -> Place:
    """A profile and a planet of some hundred craters below ``root``; no index yet."""
    from craterbench_qgis.engine.demo import make_planet

    home = root / "home of a user"  # spaces are ordinary
    make_profile(home)
    make_planet(root / "planet", width=1024, craters=120)
    return Place(home, root / "planet", root / "built.craterindex")


def build(place: Place) -> None:
    """The planet's index, by the algorithm itself."""
    ran = place.process(
        "buildindex",
        MOSAICS=place.planet / "mosaic_a.tif",
        CATALOGUE=place.planet / "catalogue.csv",
        ENCODER="hog",
        TOKENS=16,
        OUTPUT=place.index.with_suffix(""),
    )
    assert ran.code == 0, ran.output
    assert ran.results["OUTPUT"] == str(place.index)  # the ending is added
    assert place.index.is_dir()
    # Every row of the catalogue at both context factors.
    craters = len(rows_of(place))
    assert ran.results["CRATERS"] == craters > 100, ran.output
    assert ran.results["VIEWS"] == ran.results["ENCODED"] == 2 * craters
    assert ran.results["SKIPPED"] == 0


def search_four(place: Place) -> Path:
    """Matches of four craters, cut from the mosaic the index was built from."""
    rows = rows_of(place)[:4]
    table = place.home / "four.csv"
    with table.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    output = place.home / "matches.gpkg"
    ran = place.run(
        "searchbyfeatures",
        INDEX=place.index,
        INPUT=table,
        LON_FIELD="LON_CIRC_IMG",
        LAT_FIELD="LAT_CIRC_IMG",
        DIAMETER_FIELD="DIAM_CIRC_IMG",
        ID_FIELD="CRATER_ID",
        TOP=6,
        PROVENANCE=place.home / "search.json",
        OUTPUT=output,
    )
    assert ran.code == 0, ran.output
    assert (ran.results["QUERIES"], ran.results["MATCHES"], ran.results["FAILED"]) == (4, 24, 0)
    return output


def rows_of(place: Place) -> list[dict[str, str]]:
    """The rows of the planet's catalogue."""
    with (place.planet / "catalogue.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def read_layer(
    path: str | Path, layer: str | None = None
) -> tuple[list[str], list[dict[str, Any]]]:
    """Column names, and rows as dicts (geometry as WKT in "geometry"), by the engine's reader."""
    import shapely
    from pyogrio.raw import read

    meta, _, geometry, values = read(path, layer=layer)
    names = [str(name) for name in meta["fields"]]
    rows = [dict(zip(names, row, strict=True)) for row in zip(*values, strict=True)]
    if geometry is not None:
        for row, shape in zip(rows, geometry, strict=True):
            row["geometry"] = shapely.from_wkb(shape)
    return names, rows


def search(place: Place, output: Path, **options: object) -> dict[str, object]:
    """The results of a search for the largest crater of the planet."""
    row = max(rows_of(place), key=lambda row: float(row["DIAM_CIRC_IMG"]))
    lon, lat = float(row["LON_CIRC_IMG"]), float(row["LAT_CIRC_IMG"])
    half = 1.2 * float(row["DIAM_CIRC_IMG"]) / 30.3 / 2
    ran = place.run(
        "searchbyextent",
        INDEX=options.pop("index", place.index),
        EXTENT=f"{lon - half},{lon + half},{lat - half},{lat + half}",
        OUTPUT=output,
        TOP=20,
        **options,
    )
    assert ran.code == 0, ran.output
    return ran.results
