"""The shipped styles (``resources/styles``), with the score classes of one match set put in."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from qgis.core import QgsVectorLayer
from qgis.PyQt.QtCore import QFile, QIODevice, QLocale
from qgis.PyQt.QtXml import QDomDocument

from ..i18n import tr

STYLES = Path(__file__).resolve().parents[2] / "resources" / "styles"
CLASSES = 5
_OPEN = "coalesce(\"decision\", '') NOT IN ('accepted', 'rejected')"


def style_document(name: str, scores: Sequence[float | None] = ()) -> QDomDocument:
    """The style ``name`` (matches, points, links or query) for matches of these scores.

    The classes divide the range of ``scores`` evenly; their limits stand in the legend. A broken
    installation gives an empty document.
    """
    document = QDomDocument()
    file = QFile(str(STYLES / f"{name}.qml"))
    if not file.open(QIODevice.OpenModeFlag.ReadOnly):
        return document
    document.setContent(file.readAll())
    file.close()
    limits = class_limits(scores)
    rules = document.elementsByTagName("rule")
    for i in range(rules.count()):
        rule = rules.at(i).toElement()
        key = rule.attribute("key").replace("craterbench-", "")
        if key.startswith("score-") and limits:
            low, high = limits[int(key[6:])], limits[int(key[6:]) + 1]
            rule.setAttribute("filter", _filter(int(key[6:]), low, high))
            rule.setAttribute("label", _range(low, high))
        elif rule.hasAttribute("label") and key in _TEXTS:
            rule.setAttribute("label", _text(key))
    return document


def class_limits(scores: Sequence[float | None]) -> list[float]:
    """``CLASSES`` + 1 limits from the lowest to the highest score, empty where there is none."""
    known = [score for score in scores if score is not None and score == score]
    if not known:
        return []
    low, high = min(known), max(known)
    return [low + (high - low) * n / CLASSES for n in range(CLASSES + 1)]


def apply_style(layer: QgsVectorLayer, name: str, scores: Sequence[float | None] = ()) -> None:
    """Style a layer; one that cannot be styled keeps QGIS's own look."""
    document = style_document(name, scores)
    if not document.isNull():
        layer.importNamedStyle(document)


def write_style(path: str | Path, name: str, scores: Sequence[float | None]) -> None:
    """Write the style beside an export. Raises OSError."""
    Path(path).write_text(style_document(name, scores).toString(2), encoding="utf-8")


def _filter(number: int, low: float, high: float) -> str:
    """The lowest and the highest class are open, so that rounding in a file loses no match."""
    parts = [_OPEN]
    if number > 0:
        parts.append(f'"score" >= {low!r}')
    if number < CLASSES - 1:
        parts.append(f'coalesce("score", -1) < {high!r}')
    return " AND ".join(parts)


def _range(low: float, high: float) -> str:
    locale = QLocale()
    return tr("Score {low} to {high}").format(
        low=locale.toString(low, "f", 3), high=locale.toString(high, "f", 3)
    )


_TEXTS = ("accepted", "rejected", "best", "others", "searched", "drawn")


def _text(key: str) -> str:
    return {
        "accepted": tr("Accepted"),
        "rejected": tr("Rejected"),
        "best": tr("Best 20"),
        "others": tr("Others"),
        "searched": tr("Searched"),
        "drawn": tr("Drawn"),
    }[key]
