"""Runs algorithms as qgis_process does, one after the other in one QGIS, for ``Place.run``.

Run by QGIS's own Python: ``algorithm_runner.py PROFILE PLUGIN``. A line of JSON in (algorithm and
parameters as text, as a shell gives them), a line of JSON out (code, results, output).
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any, TextIO

sys.path[:0] = [str(Path(__file__).parents[2]), str(Path(__file__).parent)]
# What QGIS and its plugins print is not for the pipe.
ANSWERS = os.fdopen(os.dup(1), "w", encoding="utf-8")
os.dup2(2, 1)

from qgis.core import (  # noqa: E402
    QgsApplication,
    QgsProcessingAlgorithm,
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProcessingModelAlgorithm,
    QgsProject,
)
from qgis.PyQt.QtCore import QSettings  # noqa: E402

from inside import leave_at_once  # noqa: E402


def start(profile: str, plugin: str) -> QgsApplication:
    """A QGIS with Processing and the plugin of a profile."""
    QSettings.setDefaultFormat(QSettings.Format.IniFormat)
    QSettings.setPath(QSettings.Format.IniFormat, QSettings.Scope.UserScope, profile)
    application = QgsApplication([], False, profile)
    application.setOrganizationName("QGIS")
    application.setOrganizationDomain("qgis.org")
    application.setApplicationName(Path(profile).parents[1].name)
    application.initQgis()
    sys.path[:0] = [
        str(Path(QgsApplication.pkgDataPath()) / "python" / "plugins"),
        str(Path(profile) / "python" / "plugins"),
    ]
    import qgis.utils
    from processing.core.Processing import Processing

    Processing.initialize()
    assert qgis.utils.loadPlugin(plugin) and qgis.utils.startProcessingPlugin(plugin)
    return application


def algorithm_of(name: str) -> QgsProcessingAlgorithm | None:
    """An algorithm of the registry, or a model's file."""
    if not Path(name).is_file():
        return QgsApplication.processingRegistry().createAlgorithmById(name)
    model = QgsProcessingModelAlgorithm()
    return model if model.fromFile(name) else None


def run(name: str, parameters: dict[str, str]) -> dict[str, Any]:
    """Code 0 or 1, results as far as JSON has them, and all that was said."""
    algorithm, feedback = algorithm_of(name), QgsProcessingFeedback(False)
    context = QgsProcessingContext()
    context.setProject(QgsProject.instance())
    if algorithm is None:
        return {"code": 1, "results": {}, "output": f"There is no algorithm {name}."}
    fits, message = algorithm.checkParameterValues(parameters, context)
    if not fits:
        return {"code": 1, "results": {}, "output": message}
    results, done = algorithm.run(parameters, context, feedback)
    plain = {
        key: value if isinstance(value, (int, float, str, list, type(None))) else str(value)
        for key, value in results.items()
    }
    return {"code": int(not done), "results": plain if done else {}, "output": feedback.textLog()}


def serve(requests: TextIO) -> None:
    """Until the pipe ends."""
    for line in requests:
        request = json.loads(line)
        print(
            json.dumps(run(request["algorithm"], request["parameters"])), file=ANSWERS, flush=True
        )


if __name__ == "__main__":
    leave_at_once()
    qgis_application = start(*sys.argv[1:3])
    serve(sys.stdin)
