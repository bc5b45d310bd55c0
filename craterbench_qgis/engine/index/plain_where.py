"""The plainest filters, such as ``diameter_m > 5e4 AND lat BETWEEN -30 AND 30``, without SQLite.

Comparisons of a crater's place and size with numbers, joined by AND, OR, NOT and brackets, mean the
same to numpy as to SQLite (these columns are never null), and a million craters take it a few
milliseconds. Everything else is SQLite's (``where.py``), which also says what is wrong with it.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from .catalogue_store import CraterStore

Mask = npt.NDArray[np.bool_]

COLUMNS = ("lon", "lat", "diameter_m")
_LONGEST, _MOST = 1000, 200
_TOKEN = re.compile(
    r"\s*(?:(?P<number>[-+]?(?:\d{1,15}(?:\.\d{0,15})?|\.\d{1,15})(?:e[-+]?\d{1,3})?(?![\w.]))"
    r"|(?P<word>[a-z_]+(?![\w.]))|(?P<sign><=|>=|<>|!=|==|[<>=()]))",
    re.IGNORECASE,
)
_COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
    "=": operator.eq, "==": operator.eq, "<>": operator.ne, "!=": operator.ne,
}  # fmt: skip


def plain_mask(expression: str, craters: CraterStore) -> Mask | None:
    """Which craters [rows] meet the filter, removed ones included; None where it is not plain."""
    tokens = _tokens(expression)
    if tokens is None:
        return None
    try:
        return _Parser(tokens, craters).whole()
    except _NotPlainError:
        return None


class _NotPlainError(Exception):
    """Something that is left to SQLite."""


def _tokens(expression: str) -> list[str | float] | None:
    """Words and signs in small letters, numbers as such."""
    if len(expression) > _LONGEST:
        return None
    tokens: list[str | float] = []
    text, at = expression.rstrip(), 0
    while at < len(text):
        token = _TOKEN.match(text, at)
        if token is None:
            return None
        number = token["number"]
        tokens.append(float(number) if number else (token["word"] or token["sign"]).lower())
        at = token.end()
    return tokens if 0 < len(tokens) <= _MOST else None


class _Parser:
    """From the loosest to the tightest, as SQLite binds them: OR, AND, NOT, comparison."""

    def __init__(self, tokens: list[str | float], craters: CraterStore) -> None:
        self._tokens, self._craters = tokens[::-1], craters

    def whole(self) -> Mask:
        """The mask of all of it."""
        mask = self._either()
        if self._tokens:
            raise _NotPlainError
        return mask

    def _next(self) -> str | float | None:
        return self._tokens[-1] if self._tokens else None

    def _take(self, *wanted: str) -> bool:
        if self._next() in wanted:
            self._tokens.pop()
            return True
        return False

    def _either(self) -> Mask:
        mask = self._both()
        while self._take("or"):
            mask = mask | self._both()
        return mask

    def _both(self) -> Mask:
        mask = self._not()
        while self._take("and"):
            mask = mask & self._not()
        return mask

    def _not(self) -> Mask:
        if self._take("not"):
            return ~self._not()
        if self._take("("):
            mask = self._either()
            if not self._take(")") or self._next() not in (None, ")", "and", "or"):
                raise _NotPlainError
            return mask
        return self._comparison()

    def _comparison(self) -> Mask:
        left = self._operand()
        negated = self._take("not")
        if self._take("between"):
            low, high = self._operand(), None
            if self._take("and"):
                high = self._operand()
            if high is None or isinstance(left, float):
                raise _NotPlainError
            mask = (left >= low) & (left <= high)
            return self._ended(~mask if negated else mask)
        sign = self._tokens.pop() if self._tokens else None
        if negated or not isinstance(sign, str) or sign not in _COMPARE:
            raise _NotPlainError
        right = self._operand()
        if isinstance(left, float) and isinstance(right, float):
            raise _NotPlainError
        return self._ended(_COMPARE[sign](left, right))

    def _ended(self, mask: Mask) -> Mask:
        """A comparison that is compared again (1 < lat < 2) is left to SQLite."""
        if self._next() not in (None, ")", "and", "or"):
            raise _NotPlainError
        return mask

    def _operand(self) -> Any:
        token = self._tokens.pop() if self._tokens else None
        if isinstance(token, float):
            return token
        if token not in COLUMNS:
            raise _NotPlainError
        return getattr(self._craters, token)
