"""The shipped styles (``resources/styles``), with the score classes of one match set put in."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from qgis.core import QgsVectorLayer
from qgis.PyQt.QtCore import QFile, QIODevice, QLocale
from qgis.PyQt.QtXml import QDomDocument

from ...files import RESOURCES
from ...i18n import tr

STYLES = RESOURCES / "styles"
CLASSES = 5
_OPEN = "coalesce(\"decision\", '') NOT IN ('accepted', 'rejected')"


def style_document(
    name: str, scores: Sequence[float | None] = (), decided: bool = True
) -> QDomDocument:
    """The style ``name`` (matches, points, links or query) for matches of these scores.

    The classes divide the range of ``scores`` evenly; their limits stand in the legend. Without
    ``decided`` it is for a layer that has no column of decisions. A broken installation gives an
    empty document.
    """
    document = _read(name)
    if document.isNull():
        return document
    if not decided:
        _without_decisions(document)
    limits = class_limits(scores)
    rules = document.elementsByTagName("rule")
    for i in range(rules.count()):
        rule = rules.at(i).toElement()
        key = rule.attribute("key").replace("craterbench-", "")
        if key.startswith("score-") and limits:
            low, high = limits[int(key[6:])], limits[int(key[6:]) + 1]
            rule.setAttribute("filter", _filter(int(key[6:]), low, high, decided))
            rule.setAttribute("label", _range(low, high))
        elif rule.hasAttribute("label") and key in _TEXTS:
            rule.setAttribute("label", _text(key))
    return document


def pair_style() -> QDomDocument:
    """The style of pairs of a review; empty where the installation is broken."""
    document = _read("duplicate_pairs")
    texts = {
        "duplicate": tr("Duplicate"),
        "distinct": tr("Distinct"),
        "unsure": tr("Unsure"),
        "probable": tr("Undecided, 0.8 and more"),
        "doubtful": tr("Undecided, 0.2 to 0.8"),
        "unlikely": tr("Undecided, below 0.2"),
    }
    rules = document.elementsByTagName("rule")
    for i in range(rules.count()):
        rule = rules.at(i).toElement()
        key = rule.attribute("key").replace("craterbench-", "")
        if key in texts and rule.hasAttribute("label"):
            rule.setAttribute("label", texts[key])
    return document


def _read(name: str) -> QDomDocument:
    document = QDomDocument()
    file = QFile(str(STYLES / f"{name}.qml"))
    if file.open(QIODevice.OpenModeFlag.ReadOnly):
        document.setContent(file.readAll())
        file.close()
    return document


def _without_decisions(document: QDomDocument) -> None:
    """Take the rules of decisions away, and let the others ask for none."""
    rules = document.elementsByTagName("rule")
    gone = []
    for i in range(rules.count()):
        rule = rules.at(i).toElement()
        if rule.attribute("key").replace("craterbench-", "") in ("accepted", "rejected"):
            gone.append(rule)
        text = rule.attribute("filter").replace("coalesce(\"decision\", '')", "''")
        if rule.hasAttribute("filter"):
            rule.setAttribute("filter", text)
    for rule in gone:
        rule.parentNode().removeChild(rule)


def class_limits(scores: Sequence[float | None]) -> list[float]:
    """``CLASSES`` + 1 limits from the lowest to the highest score, empty where there is none."""
    known = [score for score in scores if score is not None and score == score]
    if not known:
        return []
    low, high = min(known), max(known)
    return [low + (high - low) * n / CLASSES for n in range(CLASSES + 1)]


def apply_style(layer: QgsVectorLayer, name: str, scores: Sequence[float | None] = ()) -> None:
    """Style a layer; one that cannot be styled keeps QGIS's own look."""
    document = style_document(name, scores, layer.fields().indexFromName("decision") >= 0)
    if not document.isNull():
        layer.importNamedStyle(document)


def write_style(path: str | Path, name: str, scores: Sequence[float | None]) -> None:
    """Write the style beside an export. Raises OSError."""
    Path(path).write_text(style_document(name, scores).toString(2), encoding="utf-8")


def _filter(number: int, low: float, high: float, decided: bool) -> str:
    """The lowest and the highest class are open, so that rounding in a file loses no match."""
    parts = [_OPEN] if decided else []
    if number > 0:
        parts.append(f'"score" >= {low!r}')
    if number < CLASSES - 1:
        parts.append(f'coalesce("score", -1) < {high!r}')
    return " AND ".join(parts) or "TRUE"


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
