"""A QGIS expression asked of every match: the catalogue's attributes and the match's own values."""

from __future__ import annotations

from typing import Any

from qgis.core import (
    NULL,
    QgsExpression,
    QgsExpressionContext,
    QgsExpressionContextUtils,
    QgsFeature,
    QgsFeatureRequest,
    QgsField,
    QgsFields,
)

from ...core.match_set import MatchSet, diameter_ratio
from ...i18n import tr

OWN_COLUMNS = (
    "rank",
    "crater_id",
    "name",
    "score",
    "shortlist_score",
    "diameter_m",
    "lon",
    "lat",
    "distance_m",
    "diameter_ratio",
    "decision",
)
_NAMED = 14
_TEXTS = ("crater_id", "name", "decision")


def columns_of(match_set: MatchSet) -> list[str]:
    """What an expression may name: our own columns first, then the catalogue's."""
    columns = list(OWN_COLUMNS)
    for match in match_set.matches[:1]:
        columns.extend(name for name in match.attributes if name not in columns)
    return columns


def fields_of(match_set: MatchSet) -> QgsFields:
    """The columns with their types, numbers and texts."""
    fields = QgsFields()
    first: dict[str, Any] = {}
    for match in match_set.matches[:20]:
        for name, value in match.attributes.items():
            if first.get(name) is None:
                first[name] = value
    for name in columns_of(match_set):
        is_text = name in _TEXTS if name in OWN_COLUMNS else isinstance(first.get(name), str)
        fields.append(_field(name, is_text))
    return fields


def _field(name: str, is_text: bool) -> QgsField:
    try:  # QGIS 3.38 and newer; QVariant's types are gone in Qt 6
        from qgis.PyQt.QtCore import QMetaType

        return QgsField(name, QMetaType.Type.QString if is_text else QMetaType.Type.Double)
    except (AttributeError, TypeError, ImportError):
        from qgis.PyQt.QtCore import QVariant

        return QgsField(name, QVariant.String if is_text else QVariant.Double)


class RowExpression:
    """``text`` asked of the rows of ``match_set``. ``problem``: what is wrong, "" for nothing."""

    def __init__(self, text: str, match_set: MatchSet) -> None:
        self._set = match_set
        self._expression = QgsExpression(text)
        self._columns = columns_of(match_set)
        self.problem = self._check()
        self._fields = QgsFields()
        named = {name.casefold() for name in self._expression.referencedColumns()}
        if named and QgsFeatureRequest.ALL_ATTRIBUTES not in named:
            # Filling only what is asked for makes a thousand rows several times faster.
            self._columns = [name for name in self._columns if name.casefold() in named]
        for field in fields_of(match_set):
            if field.name() in self._columns:
                self._fields.append(field)
        self._feature = QgsFeature(self._fields)
        self._context = QgsExpressionContext()
        self._context.appendScope(QgsExpressionContextUtils.globalScope())
        self._context.setFields(self._fields)
        if not self.problem:
            self._expression.prepare(self._context)

    def uses(self, column: str) -> bool:
        """Whether the expression names that column (or might)."""
        return bool(
            {column, QgsFeatureRequest.ALL_ATTRIBUTES} & set(self._expression.referencedColumns())
        )

    def accepts(self, row: int) -> bool:
        """Whether the expression is true of that match; NULL and errors are not."""
        self._feature.setAttributes(self._values(row))
        self._context.setFeature(self._feature)
        value = self._expression.evaluate(self._context)
        if self._expression.hasEvalError():
            self.problem = tr("The expression cannot be worked out: {reason}").format(
                reason=self._expression.evalErrorString().strip()
            )
            return False
        return value is not None and value != NULL and bool(value)

    def _check(self) -> str:
        if self._expression.hasParserError():
            reason = self._expression.parserErrorString().strip().splitlines()
            return tr("The expression is not complete or not correct: {reason}").format(
                reason=reason[0] if reason else "?"
            )
        known = {name.casefold() for name in self._columns}
        named = self._expression.referencedColumns() - {QgsFeatureRequest.ALL_ATTRIBUTES}
        unknown = sorted(name for name in named if name.casefold() not in known)
        if not unknown:
            return ""
        columns = self._columns[:_NAMED]
        end = "…" if len(self._columns) > _NAMED else "."
        return tr("There is no column “{name}”. There are: {columns}").format(
            name=unknown[0], columns=", ".join(columns) + end
        )

    def _values(self, row: int) -> list[Any]:
        return [self._value(row, name) for name in self._columns]

    def _value(self, row: int, name: str) -> Any:
        match = self._set.matches[row]
        if name == "name":
            return self._set.name_of(row)
        if name == "decision":
            return str(self._set.decision(row))
        if name == "diameter_ratio":
            return diameter_ratio(match, self._set.preview)
        return getattr(match, name) if name in OWN_COLUMNS else match.attributes.get(name)
