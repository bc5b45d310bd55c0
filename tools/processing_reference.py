"""Write docs/reference/processing.md from the algorithms themselves.

    /usr/bin/python3 tools/processing_reference.py [--check]

Run with the Python that has QGIS. ``--check`` writes nothing; exit code 1 where the page is old.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "reference" / "processing.md"
sys.path.insert(0, str(ROOT))
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from qgis.core import (  # noqa: E402
    QgsApplication,
    QgsProcessingAlgorithm,
    QgsProcessingParameterDefinition,
    QgsProcessingParameterEnum,
)

_HEAD = """# Processing algorithms

Made by `tools/processing_reference.py` from the algorithms themselves; do not edit. How they are \
used: [Processing](../manual/processing.md).

A star marks parameters that must be given. Lengths named in km are kilometres.
"""
_COLUMNS = "| parameter | in the dialog | default | meaning |\n|---|---|---|---|\n"


def page() -> str:
    """The whole page, in Markdown."""
    from craterbench_qgis.processing.algorithms import ALGORITHMS

    sections = []
    for kind in ALGORITHMS:
        algorithm = kind()
        algorithm.initAlgorithm({})
        sections.append(section(algorithm))
    return _HEAD + "".join(sections)


def section(algorithm: QgsProcessingAlgorithm) -> str:
    """What one algorithm does, its parameters and its outputs."""
    parameters = [
        parameter
        for parameter in algorithm.parameterDefinitions()
        if not parameter.flags() & parameter.Flag.FlagHidden
    ]
    names = {parameter.name() for parameter in parameters}
    outputs = [
        f"`{output.name()}` ({output.description()})"
        for output in algorithm.outputDefinitions()
        if output.name() not in names
    ]
    rows = "".join(row(parameter) for parameter in parameters)
    title = f"\n## {algorithm.displayName()}: `craterbench:{algorithm.name()}`\n"
    text = f"{title}\n{algorithm.about()}\n\n{_COLUMNS}{rows}"
    return f"{text}\nOutputs: {', '.join(outputs)}.\n" if outputs else text


def row(parameter: QgsProcessingParameterDefinition) -> str:
    """One line of the table: name, label in the dialog, default, meaning."""
    optional = bool(parameter.flags() & parameter.Flag.FlagOptional)
    star = "" if optional or parameter.defaultValue() is not None else " *"
    cells = (
        f"`{parameter.name()}`{star}",
        parameter.description(),
        default_of(parameter),
        parameter.help(),
    )
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n"


def default_of(parameter: QgsProcessingParameterDefinition) -> str:
    """What is taken where nothing is said, as the dialog shows it."""
    value = parameter.defaultValue()
    if isinstance(parameter, QgsProcessingParameterEnum) and value is not None:
        chosen = value if isinstance(value, list) else [value]
        return ", ".join(parameter.options()[number] for number in chosen)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description="Write the reference of the algorithms.")
    parser.add_argument("--check", action="store_true", help="write nothing, compare")
    arguments = parser.parse_args()
    application = QgsApplication([], False)
    text = page()
    application.exitQgis()
    if not arguments.check:
        PAGE.write_text(text, encoding="utf-8")
        return 0
    if PAGE.read_text(encoding="utf-8") == text:
        return 0
    sys.stderr.write(f"{PAGE.name} is old: run tools/processing_reference.py.\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
