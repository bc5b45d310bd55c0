"""The steps that make an environment. Each can be interrupted and done again."""

from __future__ import annotations

import os
import platform
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Optional

from . import certificates, lock, machine, places, upkeep
from .processes import Runner

_TAIL_LINES = 30
NO_COMPILE = "--no-compile"
"""For pip: Python compiles what is imported when it first is, a fifth of all that is installed."""
Say = Callable[[str], None]


class EnvironmentProblem(Exception):
    """The environment cannot be made; the message says why and what to do."""


@dataclass
class Wishes:
    """How an environment is to be made.

    ``cuda``: the CUDA build of PyTorch; ``wheels``: a folder with wheels instead of the network;
    ``certificate_file`` (PEM) and ``system_certificates``: what pip trusts besides its own;
    ``live``: every line of pip is said; ``project``: a checkout whose command is put into it;
    ``fallback``: whether PyPI's CUDA bundle may stand in for a CPU build that cannot be had.
    """

    cuda: bool = False
    wheels: Optional[Path] = None
    certificate_file: Optional[Path] = None
    system_certificates: bool = False
    live: bool = False
    project: Optional[Path] = None
    pins: lock.Pins = field(default_factory=lock.default_pins)
    fallback: bool = False


class Maker:
    """Makes or completes the environment in ``folder``, whose lock the caller holds."""

    def __init__(self, folder: Path, wishes: Wishes, say: Say, runner: Runner) -> None:
        self._folder, self._wishes, self._say, self._runner = folder, wishes, say, runner
        self._python = places.interpreter(folder)
        self._machine = machine.this_machine()
        # What children print is read as UTF-8, whatever this computer's code page is.
        runner.environ["PYTHONUTF8"] = "1"
        self._number = 0
        self._total = 6

    def make(self) -> None:
        """Do all steps. Raises EnvironmentProblem, Cancelled, OSError."""
        pins, folder = self._wishes.pins, self._folder
        self._check_space()
        self._note("start")
        (folder / places.STAMP).unlink(missing_ok=True)
        self._use_own_temp()
        self._step("Creating the environment {folder} ...", "environment")
        self.make_environment()
        self._trust()
        self._step("Installing PyTorch " + pins.torch + " ...", "torch")
        if pins.torch:
            self._install_torch()
        self._step(f"Installing {len(pins.requirements())} pinned packages ...", "packages")
        self._install("The pinned packages could not be installed.", "-r", str(pins.file))
        self._step("Installing torchvision " + pins.torchvision + " ...", "torchvision")
        if pins.torchvision:
            self._install("torchvision could not be installed.", f"torchvision=={pins.torchvision}")
        self._step("Compiling hnswlib (optional) ...", "hnswlib")
        self.try_hnswlib()
        self._step("Trying every package ...", "check")
        self.verify()
        (folder / places.STAMP).write_text(
            pins.stamp(places.version_of(folder)) + "\n", encoding="utf-8"
        )
        (folder / places.STEP).unlink(missing_ok=True)
        shutil.rmtree(folder / places.TEMP, ignore_errors=True)

    def verify(self) -> None:
        """Import every needed package. Raises EnvironmentProblem naming the first that fails."""
        names = self._wishes.pins.imports
        if self._ask("import " + ", ".join(names))[0] == 0:
            return
        for name in names:
            code, lines = self._ask(f"import {name}")
            if code:
                advice = machine.load_advice(name, "\n".join(lines), self._machine.system) or (
                    "Repair the environment; where that does not help, a library of the system is "
                    "missing (see below)."
                )
                raise EnvironmentProblem(
                    f"The package {name} does not load in {self._folder}. {advice}\n" + _tail(lines)
                )

    def pip(self) -> list[str]:
        """The command pip, told where to look."""
        options = ["-X", "utf8", "-m", "pip", "--disable-pip-version-check", "--no-input"]
        return [*self._machine.prefix, str(self._python), *options]

    def _ask(self, code: str) -> tuple[int, list[str]]:
        """Run ``code`` in the environment as the engine will run."""
        command = [*self._machine.prefix, str(self._python), "-I", "-X", "utf8", "-c", code]
        return self._runner.run(command, self._folder)

    def make_environment(self) -> None:
        """The virtual environment itself, unless a working one is there already."""
        folder = self._folder
        if self._python.exists():
            code, _ = self._runner.run([str(self._python), "-m", "pip", "--version"])
            if code == 0:
                for name in upkeep.drop_half_installed(folder):
                    self._say(f"{name} was installed only in part; it is installed again.")
                return
        upkeep.clear(folder)
        self._note("environment")
        self._run(
            [*self._machine.prefix, sys.executable, "-X", "utf8", "-m", "venv", str(folder)],
            f"No virtual environment could be made with {sys.executable}. Install its venv module "
            "(Debian: apt-get install python3-venv), or use another Python.",
        )
        self._check_standard_library()

    def _check_standard_library(self) -> None:
        """Of OSGeo4W's Python parts load only beside its own libraries: name them to Windows."""
        code = "import " + ", ".join(machine.STANDARD)
        bad, lines = self._ask(code)
        site = upkeep.site_packages(self._folder)
        if bad and self._machine.system == "Windows" and site is not None:
            hook = site / "craterbench-libraries.pth"
            text = machine.library_hook(machine.library_folders(Path(sys.base_prefix)))
            hook.write_text(text, encoding="utf-8")
            bad, lines = self._ask(code)
        if bad:
            raise EnvironmentProblem(
                f"An environment made with {sys.executable} lacks parts of Python itself. Choose "
                "another Python, for example one from python.org.\n" + _tail(lines)
            )

    def _check_space(self) -> None:
        """Before anything is downloaded, where all of it is still to come."""
        if self._python.exists() or self._wishes.pins.file != lock.LOCK_FILE:
            return
        size = lock.size(self._wishes.cuda)
        needed, free = size.needed_mb, shutil.disk_usage(str(self._folder)).free // 10**6
        if free < needed:
            raise EnvironmentProblem(
                f"The disk of {self._folder} has {free} MB free, and {needed} MB are needed while "
                "installing. Free some space, or name a folder on another disk."
            )

    def _use_own_temp(self) -> None:
        """pip unpacks gigabytes: on the target's disk, where a kill leaves nothing behind."""
        temp = self._folder / places.TEMP
        shutil.rmtree(temp, ignore_errors=True)
        temp.mkdir(parents=True)
        for name in ("TMPDIR", "TEMP", "TMP"):
            self._runner.environ[name] = str(temp)

    def _trust(self) -> None:
        wishes = self._wishes
        if wishes.certificate_file is None and not wishes.system_certificates:
            return
        if wishes.certificate_file is None and os.environ.get("PIP_CERT"):
            return  # the user's own settings for pip come first
        target = self._folder / places.CERTIFICATES
        where = "import pip._vendor.certifi as c; print(c.where())"
        code, lines = self._ask(where)
        pips = Path(lines[-1]) if code == 0 and lines else None
        try:
            extra, system = wishes.certificate_file, wishes.system_certificates
            count = certificates.write_bundle(target, pips, extra, system)
        except OSError as error:
            raise EnvironmentProblem(
                f"The certificates cannot be read ({error}). Name another file, or none."
            ) from error
        self._say(f"Trusting {count} certificates.")
        for name in ("PIP_CERT", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"):
            self._runner.environ[name] = str(target)

    def _install_torch(self) -> None:
        wishes = self._wishes
        if wishes.wheels is not None:
            attempts = [[f"torch=={wishes.pins.torch}"]]
        else:
            attempts = lock.torch_attempts(
                platform.system(), wishes.cuda, wishes.pins.torch, wishes.fallback
            )
        lines: list[str] = []
        for arguments in attempts:
            # PyPI's Linux build needs NVIDIA's libraries, which it names exactly; whatever else it
            # needs has the versions of the lock. The other builds need nothing but those.
            plain = arguments == [f"torch=={wishes.pins.torch}"]
            cuda = plain and platform.system() == "Linux" and (wishes.cuda or not wishes.wheels)
            rest = ["-c", str(wishes.pins.file)] if cuda else ["--no-deps"]
            self._say("pip install " + " ".join(arguments))
            code, lines = self._call_pip("--only-binary=:all:", *rest, *arguments)
            if code == 0:
                return
        advice = self._advice(lines)
        if platform.system() == "Linux" and not wishes.cuda and wishes.wheels is None:
            mb = lock.size(True).download_mb
            advice = (
                f"Its build for the processor comes from {lock.TORCH_CPU_INDEX}: let the network "
                "reach that, use a folder with wheels, or choose the build for NVIDIA cards, which "
                f"runs on every processor too ({mb / 1000:.1f} GB from pypi.org). " + advice
            )
        raise EnvironmentProblem("PyTorch could not be installed. " + advice)

    def try_hnswlib(self) -> None:
        """Compile hnswlib where that can be tried quietly; it may fail."""
        version = self._wishes.pins.hnswlib
        if not version or self._wishes.wheels is not None:
            return
        if not machine.may_compile(self._machine.system):
            self._say("hnswlib needs Apple's compiler; the exact shortlist is used instead.")
            return
        code, _ = self._call_pip("--no-deps", f"hnswlib=={version}", live=False)
        if code:
            self._say("hnswlib could not be compiled here; the exact shortlist is used instead.")

    def _install(self, problem: str, *arguments: str) -> None:
        code, lines = self._call_pip("--no-deps", "--only-binary=:all:", *arguments)
        if code:
            raise EnvironmentProblem(f"{problem} {self._advice(lines)}")

    def _call_pip(self, *arguments: str, live: bool = True) -> tuple[int, list[str]]:
        command = [*self.pip(), "install", NO_COMPILE]
        if self._wishes.wheels is not None:
            command += ["--no-index", "--find-links", str(self._wishes.wheels)]
        on_line = self._say if self._wishes.live and live else None
        return self._runner.run([*command, *arguments], self._folder, on_line)

    def _run(self, command: list[str], problem: str) -> None:
        code, lines = self._runner.run(command, None, self._say if self._wishes.live else None)
        if code:
            raise EnvironmentProblem(problem + "\n" + _tail(lines))

    def _advice(self, lines: list[str]) -> str:
        """What to do, by what pip said, and pip's last lines."""
        text = "\n".join(lines)
        if self._wishes.wheels is not None:
            advice = f"Put the missing wheels into {self._wishes.wheels}, then run this again."
        elif "No space left" in text or "not enough space" in text:
            advice = "The disk is full: free some space, or name another folder, then go on."
        elif "CERTIFICATE_VERIFY_FAILED" in text or "SSLError" in text:
            advice = (
                "The network replaces certificates. Ask its administrator for the certificate file "
                "(PEM), name it in the options, then go on."
            )
        elif "407" in text and "roxy" in text:
            advice = (
                "The proxy wants a user and a password: enter them in QGIS under Settings > "
                "Options > Network, then go on."
            )
        elif "Missing dependencies for SOCKS support" in text:
            advice = "pip cannot use a SOCKS proxy: set an HTTP proxy, or use a folder of wheels."
        else:
            advice = (
                "Check the network and the proxy settings, then run this again; it goes on where "
                "it stopped."
            )
        return advice if self._wishes.live else advice + "\n" + _tail(lines)

    def _step(self, text: str, note: str) -> None:
        self._runner.check()
        self._number += 1
        self._note(note)
        folder = str(self._folder)
        self._say(f"[{self._number}/{self._total}] " + text.replace("{folder}", folder))

    def _note(self, step: str) -> None:
        (self._folder / places.STEP).write_text(step + "\n", encoding="utf-8")


def _tail(lines: list[str]) -> str:
    return "\n".join("\n".join(lines).strip().splitlines()[-_TAIL_LINES:])
