"""How the engine's process is started: which command, where, with which environment."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from qgis.PyQt.QtCore import QProcess, QProcessEnvironment

from ..environment import places
from ..files import PLUGIN_ROOT

# The plugin's folder has any name; what matters is that it holds the package. ``-I`` keeps out the
# user's site-packages, PYTHON* variables and the working directory, so it goes onto the path here.
_RUN = (
    "import runpy, sys; sys.path.insert(0, sys.argv.pop(1)); "
    "runpy.run_module('craterbench_qgis.engine', run_name='__main__', alter_sys=True)"
)


@dataclass
class Launch:
    """A process to start. ``environ``: its whole environment."""

    program: str
    arguments: list[str]
    folder: str
    environ: dict[str, str] = field(default_factory=places.clean_environ)

    def apply(self, process: QProcess) -> None:
        """Set ``process`` up; it is not started."""
        process.setProgram(self.program)
        process.setArguments(self.arguments)
        process.setWorkingDirectory(self.folder)
        environment = QProcessEnvironment()
        for name, value in self.environ.items():
            environment.insert(name, value)
        process.setProcessEnvironment(environment)

    def text(self) -> str:
        """The command for a report."""
        return " ".join(repr(one) if " " in one else one for one in self.command())

    def command(self) -> list[str]:
        """Program and arguments."""
        return [self.program, *self.arguments]


def engine_launch(python: str, session_folder: str) -> Launch:
    """``craterbench serve`` by ``python``, whatever the plugin's folder is called."""
    arguments = ["-I", "-X", "utf8", "-c", _RUN, str(PLUGIN_ROOT)]
    return Launch(
        python,
        [*arguments, "serve", "--session", session_folder],
        str(working_folder(python)),
    )


def working_folder(python: str) -> Path:
    """The environment's folder where ``python`` is in one, else the user's home."""
    folder = Path(python).parent.parent
    if (folder / "pyvenv.cfg").is_file() and os.access(str(folder), os.R_OK | os.X_OK):
        return folder
    return Path.home()


def settings_launch(settings: Any, session_folder: str) -> Launch | None:
    """The launch ``settings`` (core.settings.Settings) ask for; None where nothing is set up."""
    python = settings.engine_python
    return engine_launch(python, session_folder) if python else None
