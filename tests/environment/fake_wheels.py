"""Tiny wheels and pins for them, so that a real pip installs without a network."""

from __future__ import annotations

import base64
import hashlib
import json
import zipfile
from pathlib import Path


def make_wheel(
    folder: Path, name: str, version: str, body: str = "", *, slow: float = 0.0, padding: int = 0
) -> Path:
    """A wheel whose package ``name`` holds ``body``; ``slow``: seconds its import takes."""
    code = f"__version__ = {version!r}\n{body}\n"
    if slow:
        code += f"import time\ntime.sleep({slow})\n"
    info = f"{name}-{version}.dist-info"
    files = {
        f"{name}/__init__.py": code.encode(),
        f"{name}/data.bin": b"x" * padding,
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n".encode(),
        f"{info}/WHEEL": b"Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\n"
        b"Tag: py3-none-any\n",
    }
    record = "".join(f"{path},sha256={_digest(data)},{len(data)}\n" for path, data in files.items())
    files[f"{info}/RECORD"] = (record + f"{info}/RECORD,,\n").encode()
    wheel = folder / f"{name}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for path, data in files.items():
            archive.writestr(path, data)
    return wheel


def make_set(folder: Path, slow: float = 0.0) -> tuple[Path, Path]:
    """A wheel folder and a pins file: alpha and beta in the lock, and one in the place of torch.

    ``slow``: seconds that importing alpha takes; then there is no torch, for which pip would be
    started once more.
    """
    wheels = folder / "wheels ü"
    wheels.mkdir(parents=True)
    make_wheel(wheels, "alpha", "1.2.3", slow=slow)
    make_wheel(wheels, "beta", "2.0", "import alpha")
    if not slow:
        make_wheel(wheels, "torch", "9.9")
    locked = folder / "test.lock"
    locked.write_text("# two packages\nalpha==1.2.3\nbeta==2.0\n", encoding="utf-8")
    imports = ("alpha", "beta") if slow else ("alpha", "beta", "torch")
    return wheels, write_pins(folder, imports)


def write_pins(folder: Path, imports: tuple[str, ...], name: str = "pins.json") -> Path:
    """A pins file beside ``test.lock``; torch is wanted where it is to be imported."""
    pins = folder / name
    torch = "9.9" if "torch" in imports else ""
    data = {"file": "test.lock", "torch": torch, "torchvision": "", "hnswlib": ""}
    pins.write_text(json.dumps({**data, "imports": imports}), encoding="utf-8")
    return pins


def _digest(data: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
