"""Which pinned packages have wheels for which Python and system: a table, and exit 1 on a gap.

``python tools/check_wheels.py [--output docs/FILE.md]`` asks the package index by pip (it downloads
metadata alone: ``pip download --dry-run``). hnswlib has no wheels anywhere and is optional.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from craterbench_qgis.environment import lock

MINORS = range(lock.PYTHON_MIN[1], lock.PYTHON_MAX[1] + 1)
PLATFORMS = {
    "Windows x86-64": ["win_amd64"],
    "macOS Apple silicon": [f"macosx_{version}_0_arm64" for version in (14, 13, 12, 11)],
    "Linux x86-64": [f"manylinux_2_{n}_x86_64" for n in (28, 27, 17)] + ["manylinux2014_x86_64"],
    "Linux ARM64": [f"manylinux_2_{n}_aarch64" for n in (28, 27, 17)] + ["manylinux2014_aarch64"],
}


def applies(requirement: str, minor: int) -> bool:
    """Whether the requirement's marker, if it has one, holds on Python 3.``minor``."""
    from packaging.requirements import Requirement

    marker = Requirement(requirement).marker
    return marker is None or marker.evaluate({"python_version": f"3.{minor}"})


def without_wheel(requirements: list[str], minor: int, tags: list[str]) -> list[str]:
    """Those of ``requirements`` pip finds no wheel for: all at once, by halves where that fails."""
    command = [sys.executable, "-m", "pip", "install", "--dry-run", "--quiet", "--no-deps"]
    command += ["--ignore-installed", "--only-binary=:all:", "--target", "unused"]
    command += ["--python-version", f"3.{minor}", "--implementation", "cp"]
    for tag in tags:
        command += ["--platform", tag]
    plain = [requirement.split(";")[0].strip() for requirement in requirements]
    if subprocess.run([*command, *plain], capture_output=True, check=False).returncode == 0:
        return []
    if len(plain) == 1:
        return plain
    half = len(plain) // 2
    return without_wheel(plain[:half], minor, tags) + without_wheel(plain[half:], minor, tags)


def main() -> int:
    """Ask, print the table, tell gaps."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--output", type=Path)
    asked = parser.parse_args()
    pins = lock.default_pins()
    wanted = [*pins.requirements(), f"torch=={pins.torch}", f"torchvision=={pins.torchvision}"]
    cells = {
        (name, minor): [r for r in wanted if applies(r, minor)]
        for name in PLATFORMS
        for minor in MINORS
    }
    gaps = {
        key: without_wheel(wanted_there, key[1], PLATFORMS[key[0]])
        for key, wanted_there in cells.items()
    }
    lines = ["| | " + " | ".join(f"Python 3.{minor}" for minor in MINORS) + " |"]
    lines.append("|---" * (len(MINORS) + 1) + "|")
    for name in PLATFORMS:
        row = []
        for minor in MINORS:
            row.append(", ".join(gaps[name, minor]) or f"all {len(cells[name, minor])}")
        lines.append(f"| {name} | " + " | ".join(row) + " |")
    table = "\n".join(lines) + "\n"
    print(table)  # noqa: T201 - its purpose
    if asked.output:
        asked.output.write_text(table, encoding="utf-8")
    return 1 if any(gaps.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
