"""What the set-up page's tests share: the page with tiny wheels instead of the real packages."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from qgis.PyQt.QtWidgets import QApplication, QWidget

from craterbench_qgis.core.settings import Settings
from craterbench_qgis.environment import lock
from craterbench_qgis.gui.setup.page import SetupPage
from inside import wait_until

# CRATERBENCH_TEST_PICTURES=FOLDER keeps a picture of every state of the page.
PICTURES = os.environ.get("CRATERBENCH_TEST_PICTURES", "")


class IdleEngine:
    """As much of client.Engine as the page uses."""

    state, hello, last_failure = "ready", None, None

    def __init__(self) -> None:
        self.stops = 0

    def stop(self) -> None:
        self.stops += 1


def this_python() -> list[str]:
    """The Python of this process alone."""
    return [sys.executable]


class SetupBench:
    """``wheels``: the folder that is installed from; ``pins``: what is wanted of it."""

    def __init__(self, wheels: Path, pins: Path) -> None:
        self.wheels, self.pins_file = wheels, pins
        self.engine = IdleEngine()
        self.pages: list[SetupPage] = []
        self.interpreters: list[str] = []
        """What the settings named each time the page said that it is ready."""
        self.use_pins(pins)

    def use_pins(self, pins: Path) -> None:
        """Pages made from now on want what ``pins`` says."""
        self.pins = lock.read_pins(pins)
        lock.default_pins = lambda: self.pins

    def page(self, candidates: Callable[[], Any] | None = this_python) -> SetupPage:
        """A page on the screen that has looked for Pythons: among ``candidates``, None for those
        of this computer, each of which is run."""
        settings = Settings()
        settings.system_certificates = False
        more = ("--pins", str(self.pins_file))
        page = SetupPage(self.engine, settings, more=more, candidates=candidates)
        self.pages.append(page)  # as QGIS's window keeps it
        page.ready.connect(lambda: self.interpreters.append(settings.engine_python))
        page.resize(390, 900)
        page.show()
        wait_until(lambda: page.create.pythons.searched, 60)
        return page


def script(name: str, text: str) -> str:
    """A program in the home folder; its path."""
    path = Path.home() / name
    path.write_text("#!/bin/sh\n" + text)
    path.chmod(0o755)
    return str(path)


def shoot(page: SetupPage, name: str) -> None:
    if PICTURES:
        page.resize(390, page.layout().heightForWidth(390))
        QApplication.processEvents()
        page.grab().save(os.fspath(Path(PICTURES) / (name + ".png")))


def visible(widget: QWidget) -> bool:
    return not widget.isHidden()
