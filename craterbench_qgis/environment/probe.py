"""Run by a Python that might become the engine's: says as JSON what it is and what it has.

A file of its own for ``python -I probe.py [--imports a,b] [--diagnose]``: no import of ours, and
nothing a Python 3.6 would not understand, so that one that is too old can still say so. Every
import is tried in a process of its own with ``--imports``: a crash of one package is that
package's.
"""

import json
import os
import platform
import subprocess  # nosec B404 - asks itself, one package at a time
import sys

# ruff: noqa: UP032 - no f-strings, so that an old Python can read this
_GAP = "\x1ecraterbench\x1e"
_TRY_S = 180

_DIAGNOSE = """
import json
report = {}
def tell(name, function):
    try:
        report[name] = function()
    except Exception as error:
        report[name] = "does not work: %s" % error
def gdal():
    import rasterio
    return "%s (rasterio's own)" % rasterio.__gdal_version__
def pyogrio_gdal():
    import pyogrio
    return "%s (pyogrio's own)" % ".".join(str(n) for n in pyogrio.__gdal_version__)
def proj():
    import pyproj
    return "%s, data in %s" % (pyproj.proj_version_str, pyproj.datadir.get_data_dir())
def numpy():
    import numpy
    return "%s in %s" % (numpy.__version__, numpy.__file__)
def devices():
    import torch
    names = ["cpu (%d threads)" % torch.get_num_threads()]
    names += ["cuda:%d (%s)" % (n, torch.cuda.get_device_name(n))
              for n in range(torch.cuda.device_count())]
    if torch.backends.mps.is_available():
        names.append("mps")
    return ", ".join(names)
def cuda():
    import torch
    if torch.version.cuda is None:
        return "this PyTorch is built for the CPU only"
    works = "works" if torch.cuda.is_available() else "does not work: no NVIDIA card or driver"
    return "built for CUDA %s, which %s" % (torch.version.cuda, works)
tell("NumPy", numpy)
tell("GDAL", gdal)
tell("GDAL of pyogrio", pyogrio_gdal)
tell("PROJ", proj)
tell("devices", devices)
tell("CUDA", cuda)
"""


def versions() -> dict:
    """Installed distributions: lower-case name -> version."""
    try:
        from importlib import metadata
    except ImportError:
        return {}
    installed = {}
    for distribution in metadata.distributions():
        name = distribution.metadata["Name"]
        if name and name.lower() not in installed:
            installed[name.lower()] = distribution.version
    return installed


def problem_of(code: str, *options: str) -> str:
    """Why ``code`` does not run in this Python; "" where it does."""
    command = [sys.executable, "-I", "-X", "utf8", *options, "-c", code]
    try:
        done = subprocess.run(  # nosec B603 - this very interpreter, a fixed text
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            timeout=_TRY_S, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return "does not finish in {} seconds".format(_TRY_S)
    if done.returncode == 0:
        return ""
    lines = done.stdout.decode("utf-8", "replace").strip().splitlines()
    return lines[-1] if lines else "ended with code {}".format(done.returncode)


def diagnose() -> dict:
    """What the libraries say of themselves."""
    code = _DIAGNOSE + "print({!r} + json.dumps(report))".format(_GAP)
    command = [sys.executable, "-I", "-X", "utf8", "-c", code]
    done = subprocess.run(  # nosec B603 - this very interpreter, a fixed text
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        check=False,
    )  # fmt: skip
    text = done.stdout.decode("utf-8", "replace")
    return json.loads(text.split(_GAP)[1]) if _GAP in text else {"problem": text[-2000:]}


def main() -> None:
    """Print the report as one line of JSON behind a mark: a sitecustomize may print too."""
    report = {
        "version": list(sys.version_info[:3]),
        "executable": sys.executable,
        "prefix": sys.prefix,
        "base_prefix": sys.base_prefix,
        "system": platform.platform(),
        "machine": platform.machine(),
        "bits": 64 if sys.maxsize > 2**32 else 32,
        "implementation": platform.python_implementation(),
        "venv": problem_of("import venv, ensurepip"),
        # Without its own sitecustomize, as an environment made from it would be.
        "bare": problem_of("import ssl, sqlite3, ctypes", "-S"),
        "packages": versions(),
        "imports": {},
        "process": os.getpid(),
    }
    arguments = sys.argv[1:]
    if "--imports" in arguments:
        names = arguments[arguments.index("--imports") + 1].split(",")
        report["imports"] = {name: problem_of("import " + name) for name in names}
    if "--diagnose" in arguments:
        report["diagnosis"] = diagnose()
    sys.stdout.write("\n" + _GAP + json.dumps(report) + "\n")


if __name__ == "__main__":
    main()
