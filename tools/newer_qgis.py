"""The plugin's tests in a newer QGIS: ``make test-newer-qgis SUITE=trixie|forky`` (root, Debian).

Makes a Debian of that suite in a folder of its own by debootstrap, installs its QGIS there, and
runs tests/qgis in a mount namespace where this checkout and the engine's environment lie at their
own paths. What is there already is used again. Standard library only.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SUITES = ("trixie", "forky")
PACKAGES = (
    "qgis", "python3-qgis", "qgis-providers", "python3-gdal", "gdal-bin", "python3-numpy",
    "python3-venv", "python3-pip", "xvfb", "xauth", "openbox", "xdotool", "imagemagick",
    "fonts-dejavu-core", "libexpat1", "g++", "make", "git",
)  # fmt: skip
_NEVER_START = "#!/bin/sh\nexit 101\n"


def run(*command: str, **more: object) -> None:
    """Run, and stop here where it fails."""
    sys.stderr.write("+ " + " ".join(command) + "\n")
    subprocess.run(command, check=True, **more)  # type: ignore[call-overload]


def mirror(apt: Path = Path("/etc/apt"), release: Path = Path("/etc/os-release")) -> str:
    """The mirror from which this machine's apt has Debian itself, not what stands beside it."""
    about = release.read_text(encoding="utf-8")
    name = re.search(r"^VERSION_CODENAME=\"?(\w+)", about, re.MULTILINE)
    own = name.group(1) if name else "stable"
    for file in (apt / "sources.list", *sorted((apt / "sources.list.d").glob("*"))):
        if not file.is_file():
            continue
        text = file.read_text(encoding="utf-8", errors="replace")
        for address, suites in _sources(text):
            if own in suites:
                return address
    return "http://deb.debian.org/debian"


def _sources(text: str) -> Iterator[tuple[str, list[str]]]:
    """Addresses and suites of a file of apt's, in either of its two forms."""
    for line in re.finditer(r"^deb\s+(?:\[[^]]*\]\s+)?(\S+)\s+(\S+)", text, re.MULTILINE):
        yield line.group(1), [line.group(2)]
    for part in re.split(r"\n\s*\n|^Types:", text, flags=re.MULTILINE):
        words = dict(re.findall(r"^(URIs|Suites):[ \t]*(.+)$", part, re.MULTILINE))
        if len(words) == 2:
            yield words["URIs"].split()[0], words["Suites"].split()


def make_system(suite: str, folder: Path) -> None:
    """A Debian with QGIS in ``folder``, unless it is finished already."""
    done = folder / "craterbench-ready"
    if done.exists():
        return
    if shutil.which("debootstrap") is None:
        run("apt-get", "update", "-qq")
        run("apt-get", "install", "-y", "-qq", "debootstrap")
    script = Path("/usr/share/debootstrap/scripts") / suite
    if not script.exists():
        script.symlink_to("sid")
    if not (folder / "usr" / "bin" / "apt-get").exists():
        shutil.rmtree(folder, ignore_errors=True)
        folder.parent.mkdir(parents=True, exist_ok=True)
        run("debootstrap", "--variant=minbase", "--include=ca-certificates", suite, str(folder),
            mirror())  # fmt: skip
    policy = folder / "usr" / "sbin" / "policy-rc.d"
    policy.write_text(_NEVER_START, encoding="utf-8")
    policy.chmod(0o755)
    # How this machine reaches its mirror: names, a proxy of apt's, whom it trusts.
    for name in ("etc/resolv.conf", "etc/apt/apt.conf.d", "etc/ssl/certs/ca-certificates.crt"):
        source, target = Path("/") / name, folder / name
        if source.is_dir():
            shutil.copytree(source, target, dirs_exist_ok=True)
        elif source.exists():
            target.unlink(missing_ok=True)
            shutil.copy(source, target)
    environ = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    run("chroot", str(folder), "apt-get", "update", "-qq", env=environ)
    run("chroot", str(folder), "apt-get", "install", "-y", "-qq", "--no-install-recommends",
        *PACKAGES, env=environ)  # fmt: skip
    done.touch()


def inside(folder: Path, venv: Path, data: Path | None, command: str) -> int:
    """Run ``command`` (a shell's) in ``folder`` with the checkout at its own path."""
    base = Path(os.path.realpath(venv / "bin" / "python")).parents[1]
    places = [ROOT, base, venv.resolve(), *([data] if data else [])]
    lines = ["set -e", f"mount --bind /proc {folder}/proc", f"mount --rbind /dev {folder}/dev",
             f"mount -t tmpfs tmpfs {folder}/tmp"]  # fmt: skip
    for place in dict.fromkeys(places):
        lines += [f"mkdir -p '{folder}{place}'", f"mount --bind '{place}' '{folder}{place}'"]
    lines.append(f"exec chroot '{folder}' /bin/sh -c \"cd '{ROOT}' && {command}\"")
    return subprocess.run(["unshare", "-m", "sh", "-c", "\n".join(lines)], check=False).returncode


def starting_qgis(folder: Path) -> list[Path]:
    """The modules of tests that start QGIS themselves, the desktop tour among them: those run with
    the engine's Python."""
    modules = sorted(folder.glob("test_*.py"))
    return [
        module
        for module in modules
        if "\nfrom support import" in module.read_text(encoding="utf-8")
    ]


def commands(python: Path, tests: str, data: Path | None = None) -> str:
    """What is run inside, for a shell: the version, then all tests, whether or not the first half
    passes; ``python``: the engine's, ``data``: the folder of real data.

    QGIS's Python is named by its place: PATH comes from outside, where another may stand first.
    The text stands in quotes of an outer shell: a dollar is the inner one's by its backslash.
    """
    version = "from qgis.core import Qgis; print('QGIS', Qgis.QGIS_VERSION)"
    real = f" CRATERBENCH_DATA='{data}'" if data is not None else ""
    outside = [str(path.relative_to(ROOT)) for path in starting_qgis(ROOT / "tests" / "qgis")]
    return (
        f'/usr/bin/python3 -c \\"{version}\\" && '
        f"sh tools/qgis_tests_env.sh /usr/bin/python3 /tmp/venv-qgis && "
        f"export OMP_NUM_THREADS=1 CRATERBENCH_TEST_PYTHON='{python}'{real} && failed=0 && "
        f"{{ /tmp/venv-qgis/bin/python -m pytest -n 2 --dist loadfile --max-worker-restart 0 "
        f"--timeout 600 {tests}"
        f" || failed=1; '{python}' -m pytest {' '.join(outside)} || failed=1; }} && "
        f"exit \\$failed"
    )


def main() -> int:
    """The command line; the exit code is pytest's."""
    parser = argparse.ArgumentParser(description="The plugin's tests in a newer QGIS.")
    parser.add_argument("suite", choices=SUITES)
    parser.add_argument("--systems", type=Path, default=ROOT / "build" / "systems")
    parser.add_argument("--venv", type=Path, default=ROOT / ".venv", help="the engine's")
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared")
    parser.add_argument("--tests", default="tests/qgis")
    asked = parser.parse_args()
    if os.geteuid() != 0:
        sys.stderr.write("Run this as root: it makes and enters another Debian.\n")
        return 2
    folder = (asked.systems / asked.suite).absolute()
    make_system(asked.suite, folder)
    data = asked.data.resolve() if asked.data.is_dir() else None
    real = data / "data" if data is not None else None
    command = commands(asked.venv.absolute() / "bin" / "python", asked.tests, real)
    return inside(folder, asked.venv.absolute(), data, command)


if __name__ == "__main__":
    sys.exit(main())
