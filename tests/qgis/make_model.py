"""Models of Processing as its designer makes them; run by QGIS's own Python, offscreen.

``make_model.py search OUTPUT MOSAIC CATALOGUE LEAST_KM``: build an index, search by features,
export. ``make_model.py clean OUTPUT CATALOGUE``: find duplicates, apply decisions, report.
The last line of the output is JSON: how each output of the model is called as a parameter, which
differs between QGIS's versions.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

sys.path[:0] = [str(Path(__file__).parents[2]), str(Path(__file__).parent)]

from qgis.core import (  # noqa: E402
    QgsApplication,
    QgsProcessingModelAlgorithm,
    QgsProcessingModelChildAlgorithm,
    QgsProcessingModelChildParameterSource,
    QgsProcessingModelOutput,
    QgsProcessingModelParameter,
    QgsProcessingParameterFeatureSource,
)

from craterbench_qgis.processing.provider import CraterBenchProvider  # noqa: E402
from inside import leave_at_once, start_qgis  # noqa: E402

Source = QgsProcessingModelChildParameterSource


def add_child(
    model: QgsProcessingModelAlgorithm, name: str, chosen: dict[str, Any], outputs: dict[str, str]
) -> None:
    """A step ``name``. As the designer does, every parameter with a default gets it.

    ``chosen``: parameter -> value, or Source of another step's output or of the model's input;
    ``outputs``: name of an output of the model -> this step's output.
    """
    child = QgsProcessingModelChildAlgorithm("craterbench:" + name)
    child.setChildId(name)
    for parameter in child.algorithm().parameterDefinitions():
        value = chosen.get(parameter.name(), parameter.defaultValue())
        if value is not None and not parameter.isDestination():
            source = value if isinstance(value, Source) else Source.fromStaticValue(value)
            child.addParameterSources(parameter.name(), [source])
    model_outputs = {}
    for label, output in outputs.items():
        model_outputs[label] = QgsProcessingModelOutput(label, label)
        model_outputs[label].setChildId(name)
        model_outputs[label].setChildOutputName(output)
    child.setModelOutputs(model_outputs)
    model.addChildAlgorithm(child)


def search_model(mosaic: str, catalogue: str, least_km: str) -> QgsProcessingModelAlgorithm:
    model = QgsProcessingModelAlgorithm("chain", "tests", "tests")
    model.addModelParameter(
        QgsProcessingParameterFeatureSource("features", "features"),
        QgsProcessingModelParameter("features"),
    )
    build = {"MOSAICS": [mosaic], "CATALOGUE": catalogue, "ENCODER": "hog", "TOKENS": 16}
    if float(least_km):
        build["MIN_DIAMETER"] = float(least_km)
    add_child(model, "buildindex", build, {})
    index = Source.fromChildOutput("buildindex", "OUTPUT")
    search = {
        "INDEX": index, "INPUT": Source.fromModelParameter("features"),
        "DIAMETER_FIELD": "diameter_m", "ID_FIELD": "crater_id", "TOP": 3,
    }  # fmt: skip
    add_child(model, "searchbyfeatures", search, {})
    matches = Source.fromChildOutput("searchbyfeatures", "OUTPUT")
    export = {"INDEX": index, "INPUT": matches, "FORMAT": 4}
    add_child(model, "exportmatches", export, {"table": "OUTPUT"})
    return model


def clean_model(catalogue: str) -> QgsProcessingModelAlgorithm:
    model = QgsProcessingModelAlgorithm("clean", "tests", "tests")
    review = Source.fromChildOutput("findduplicates", "OUTPUT")
    add_child(model, "findduplicates", {"CATALOGUE": catalogue, "BODY": "moon"}, {"pairs": "LAYER"})
    chosen = {"REVIEW": review, "THRESHOLD": 0.9}
    add_child(model, "applyduplicatedecisions", chosen, {"clean": "OUTPUT"})
    add_child(model, "reviewreport", {"REVIEW": review, "LIMIT": 12}, {"page": "OUTPUT"})
    return model


def main(kind: str, output: str, *arguments: str) -> None:
    provider = CraterBenchProvider()
    QgsApplication.processingRegistry().addProvider(provider)
    model = {"search": search_model, "clean": clean_model}[kind](*arguments)
    valid, problems = model.validate()
    if not valid or not model.toFile(output):
        sys.exit(f"{output} cannot be written: {problems}")
    written = QgsProcessingModelAlgorithm()
    written.fromFile(output)
    targets = written.destinationParameterDefinitions()
    sys.stdout.write(json.dumps({each.description(): each.name() for each in targets}) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    _application = start_qgis()
    main(*sys.argv[1:])
    leave_at_once()
