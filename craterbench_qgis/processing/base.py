"""What all algorithms have in common: name, icon, help, feedback, failure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any, ClassVar

from qgis.core import (
    QgsFeatureSink,
    QgsFields,
    QgsProcessingAlgorithm,
    QgsProcessingException,
    QgsProcessingOutputNumber,
    QgsProcessingParameterDefinition,
)
from qgis.PyQt.QtCore import QUrl
from qgis.PyQt.QtGui import QIcon

from ..client.blocking import EngineCallError
from ..contract.records import RecordError
from ..core.query import RasterSource
from ..files import PLUGIN_ROOT, RESOURCES
from ..i18n import tr
from .engine import AlgorithmEngine, failure_of
from .progress import Reporter

ICON = RESOURCES / "icons" / "craterbench.svg"
# The second is what the package holds.
DOCUMENTS = (PLUGIN_ROOT / "docs" / "manual" / "processing.md", RESOURCES / "help" / "index.html")

Values = dict[str, Any]
# Two letters and more, so that Windows' drives are none.
_SCHEME = re.compile(r"[A-Za-z]\w+:")
_ADVANCED = QgsProcessingParameterDefinition.Flag.FlagAdvanced


class Algorithm(QgsProcessingAlgorithm):
    """One algorithm of the provider.

    Subclasses say who they are (:attr:`NAME`, :meth:`displayName`, :meth:`about`), declare their
    parameters by :meth:`add`, and do their work in :meth:`read_layers` (main thread, engine not yet
    there: layers become paths) and :meth:`perform` (worker thread, with the engine).
    """

    NAME = ""
    """Small letters, never changed again: models and scripts call it."""
    GROUP = "index"
    SPANS: ClassVar[Mapping[str, tuple[float, float]]] = {}
    """Stage -> percent from and to."""
    mosaics: Sequence[RasterSource] = ()
    """What was chosen as MOSAICS, once :meth:`read_layers` was called."""

    def name(self) -> str:
        """What programs call it."""
        return self.NAME

    def createInstance(self) -> Algorithm:
        """QGIS runs a copy."""
        return type(self)()

    def group(self) -> str:
        """Where it stands in the toolbox."""
        return {
            "index": tr("Index"),
            "search": tr("Search"),
            "duplicates": tr("Duplicates"),
        }[self.GROUP]

    def groupId(self) -> str:
        """The group's name for programs; never translated."""
        return self.GROUP

    def icon(self) -> QIcon:
        """The plugin's."""
        return QIcon(str(ICON))

    def helpUrl(self) -> str:
        """The page that came with the plugin, where it did."""
        there = next((page for page in DOCUMENTS if page.is_file()), None)
        return QUrl.fromLocalFile(str(there)).toString() if there else ""

    def shortDescription(self) -> str:
        """Its tool tip: the first sentence of :meth:`about`."""
        return self.about().split(". ")[0].rstrip(".") + "."

    def shortHelpString(self) -> str:
        """What it does, and what each parameter and output means."""
        parts = [f"<p>{escape(self.about())}</p>"]
        lines = "".join(
            f"<dt><b>{escape(known.description())}</b></dt><dd>{escape(known.help())}</dd>"
            for known in self.parameterDefinitions()
            if known.help()
        )
        parts.append(f"<dl>{lines}</dl>")
        return "".join(parts)

    def about(self) -> str:
        """What it does, in a few sentences, translated."""
        raise NotImplementedError

    def add(
        self,
        parameter: QgsProcessingParameterDefinition,
        text: str,
        *,
        hidden_by_default: bool = False,
    ) -> None:
        """Declare a parameter; ``text``: what it means.

        ``hidden_by_default``: an optional destination that is not made unless asked for.
        """
        parameter.setHelp(text)
        if hidden_by_default:
            parameter.setCreateByDefault(False)
        self.addParameter(parameter)

    def add_advanced(self, parameter: QgsProcessingParameterDefinition, text: str) -> None:
        """Declare a parameter that few need."""
        parameter.setFlags(parameter.flags() | _ADVANCED)
        self.add(parameter, text)

    def add_numbers(self, *outputs: tuple[str, str]) -> None:
        """Declare outputs that are numbers: (name, description)."""
        for name, description in outputs:
            self.addOutput(QgsProcessingOutputNumber(name, description))

    def prepareAlgorithm(self, parameters: Values, context: Any, feedback: Any) -> bool:
        """QGIS calls this in its main thread."""
        self.read_layers(parameters, context, feedback)
        return True

    def processAlgorithm(self, parameters: Values, context: Any, feedback: Any) -> Values:
        """Start the engine and :meth:`perform`. Raises QgsProcessingException with one sentence."""
        reporter = Reporter(feedback, self.SPANS)
        try:
            with AlgorithmEngine(feedback, reporter) as engine:
                return self.perform(Work(self, parameters, context, feedback, reporter, engine))
        except EngineCallError as error:
            raise failure_of(error, feedback) from error
        except RecordError as error:  # a value the engine would refuse
            raise QgsProcessingException(str(error)) from error

    def read_layers(self, parameters: Values, context: Any, feedback: Any) -> None:
        """Read from layers what only the main thread may."""

    def perform(self, work: Work) -> Values:
        """The outputs. May raise QgsProcessingException and EngineCallError."""
        raise NotImplementedError


class Work:
    """One run: parameters and how to read them, feedback, engine."""

    def __init__(
        self,
        algorithm: Algorithm,
        parameters: Values,
        context: Any,
        feedback: Any,
        reporter: Reporter,
        engine: AlgorithmEngine,
    ) -> None:
        self.algorithm, self.parameters, self.context = algorithm, parameters, context
        self.feedback, self.reporter, self.engine = feedback, reporter, engine

    def given(self, name: str) -> bool:
        """Whether a parameter has a value, its default counted."""
        if name in self.parameters:
            return is_given(self.parameters, name)
        return self.algorithm.parameterDefinition(name).defaultValue() not in (None, "")

    def text(self, name: str) -> str:
        """A text, file or folder; "" where it was not given."""
        value = self.algorithm.parameterAsString(self.parameters, name, self.context)
        return str(value or "").strip()

    def path(self, name: str) -> str:
        """A file or folder to read; see :func:`absolute`."""
        return absolute(self.text(name))

    def output_path(self, name: str) -> str:
        """A file to write, "" where none is wanted; see :func:`absolute`."""
        path = self.algorithm.parameterAsFileOutput(self.parameters, name, self.context)
        return absolute(str(path or "").strip())

    def encoder(self) -> str | None:
        """ENCODER: a name, or the path of a file that is there."""
        given = self.text("ENCODER")
        return (absolute(given) if Path(given).is_file() else given) or None

    def number(self, name: str) -> float | None:
        """A number, by default the parameter's default; None where there is none."""
        if not self.given(name):
            return None
        return float(self.algorithm.parameterAsDouble(self.parameters, name, self.context))

    def whole(self, name: str) -> int | None:
        """A whole number, by default the parameter's default; None where there is none."""
        if not self.given(name):
            return None
        return int(self.algorithm.parameterAsInt(self.parameters, name, self.context))

    def metres(self, name: str) -> float | None:
        """A length given in kilometres."""
        value = self.number(name)
        return None if value is None else value * 1000.0

    def flag(self, name: str) -> bool:
        """Yes or no."""
        return bool(self.algorithm.parameterAsBool(self.parameters, name, self.context))

    def choice(self, name: str) -> int:
        """The position of the chosen option."""
        return int(self.algorithm.parameterAsEnum(self.parameters, name, self.context))

    def field(self, name: str) -> str:
        """The name of a field, "" where none was chosen."""
        algorithm = self.algorithm
        # QGIS 3.40 has the one and deprecates the other.
        several = getattr(algorithm, "parameterAsStrings", None) or algorithm.parameterAsFields
        fields = several(self.parameters, name, self.context)
        return str(fields[0]) if fields and self.given(name) else ""

    def device(self) -> str:
        """Where networks run."""
        return self.text("DEVICE") or str(self.engine.settings.device)

    def sink(self, name: str, fields: QgsFields, wkb: Any, crs: Any) -> tuple[QgsFeatureSink, str]:
        """A layer to write and where it is. Raises QgsProcessingException."""
        sink, destination = self.algorithm.parameterAsSink(
            self.parameters, name, self.context, fields, wkb, crs
        )
        if sink is None:
            raise refuse(self.algorithm.invalidSinkError(self.parameters, name))
        return sink, destination

    def fill(self, name: str, sink: QgsFeatureSink, features: Iterable[Any]) -> None:
        """Write all ``features`` into the sink of the output ``name``. Raises
        QgsProcessingException where it refuses one."""
        insert = QgsFeatureSink.Flag.FastInsert
        taken = all(sink.addFeature(feature, insert) for feature in features)
        if not taken or not sink.flushBuffer():
            raise refuse(self.algorithm.writeFeatureError(sink, self.parameters, name))

    def warn(self, sentences: Iterable[str]) -> None:
        """What the user should know."""
        for sentence in sentences:
            self.feedback.pushWarning(sentence)

    def write(self, path: str, text: str) -> None:
        """Write a report. Raises QgsProcessingException."""
        try:
            Path(path).write_text(text, encoding="utf-8")
        except OSError as error:
            sentence = tr("{path} cannot be written: {why}. Choose another place.")
            raise refuse(sentence.format(path=path, why=error.strerror or error)) from error


def is_given(parameters: Values, name: str) -> bool:
    """Whether an optional parameter has a value."""
    value = parameters.get(name)
    # A field or text that is not set comes as "", a list as [], QGIS's null as an empty QVariant.
    null = getattr(value, "isNull", None)
    if callable(null) and null():
        return False
    return value is not None and value != "" and value != []


def absolute(path: str) -> str:
    """A path as the engine, which works in a folder of its own, finds it.

    In a shell ``--OUTPUT=review.gpkg`` means the folder the shell is in. Names that are no plain
    paths (GDAL's ``/vsizip/...``, ``ogr:...``) stay as they are.
    """
    known = _SCHEME.match(path) or path.startswith("/vsi")
    return path if not path or known else str(Path(path).absolute())


def refuse(text: str) -> QgsProcessingException:
    """The exception for something the user must change."""
    return QgsProcessingException(text)
