"""The rows of an experiment: which ways of matching are tried, and what the user asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ...contract.vocabulary import Seeds
from ..errors import QueryError
from ..tokens import METHODS as TOKEN_METHODS

KS = (4, 8, 16, 32, 64)
SHORTLISTS = (25, 50, 100, 200, 500)
GLOBAL, ALL, TWO_STAGE = "global", "all", "two-stage"
METHODS = (GLOBAL, "raw", "aggregated", "centroid", ALL, TWO_STAGE)
"""Those of the paper: the rows of a table where nothing is chosen."""
OVERLAY = "overlay"
"""Two stages, then the pictures of the best views laid on the query: what a search does."""
SHORTLISTED = (TWO_STAGE, OVERLAY)
_EVERY = (*METHODS, OVERLAY)


@dataclass(frozen=True)
class TokenSpec:
    """How instance tokens are made: ``method`` raw, aggregated or centroid; seeds; K."""

    method: str
    seeds: str
    k: int


@dataclass(frozen=True)
class RowSpec:
    """One row of the table."""

    method: str
    seeds: str | None = None
    k: int | None = None
    shortlist: int | None = None

    @property
    def label(self) -> str:
        """e.g. ``aggregated:16 (attention)``."""
        parts = [self.method, *(str(size) for size in (self.k, self.shortlist) if size is not None)]
        return ":".join(parts) + (f" ({self.seeds})" if self.seeds else "")

    def tokens(self) -> TokenSpec | None:
        """The instance tokens an exhaustive row needs; None for others."""
        if self.method in TOKEN_METHODS and self.seeds is not None and self.k is not None:
            return TokenSpec(self.method, self.seeds, self.k)
        return None


def plan_rows(
    own: TokenSpec,
    patches: int,
    only: Sequence[str] = (),
    seeds: Sequence[str] = tuple(Seeds),
    ks: Sequence[int] = KS,
    shortlists: Sequence[int] = SHORTLISTS,
) -> list[RowSpec]:
    """The rows to compute, each once, in the order of ``METHODS`` and ``OVERLAY``.

    ``own``: the tokens the index stores; two-stage and overlay use its method and seeds, and its K
    where ``only`` names none (another K is computed again from the mosaics);
    ``patches``: N, above which no K makes sense. ``only``: ``METHOD[:K[:S]]`` (for two-stage and
    overlay S may be given without K as ``two-stage::S``); empty: ``METHODS``. Raises QueryError.
    """
    usable = [k for k in ks if k <= patches]
    rows: list[RowSpec] = []
    for text in only or METHODS:
        rows += _parse(text, own, patches, seeds, usable, shortlists)
    order = {name: place for place, name in enumerate(_EVERY)}
    kinds = {str(name): place for place, name in enumerate(Seeds)}
    return sorted(
        dict.fromkeys(rows),
        key=lambda row: (
            order[row.method],
            kinds.get(row.seeds or "", -1),
            row.k or 0,
            row.shortlist or 0,
        ),
    )


def _parse(
    text: str,
    own: TokenSpec,
    patches: int,
    seeds: Sequence[str],
    ks: Sequence[int],
    shortlists: Sequence[int],
) -> list[RowSpec]:
    method, numbers = split_row(text)
    k, s = (_number(text, number) for number in [*numbers, "", ""][:2])
    if method in (GLOBAL, ALL):
        if numbers:
            raise QueryError(f"'{method}' has no number of tokens. Write it without ':{k}'.")
        return [RowSpec(method)]
    if k is not None and k > patches:
        raise QueryError(
            f"'{text}' asks for {k} tokens of views with {patches} patches. Choose fewer."
        )
    if method in SHORTLISTED:
        sizes = shortlists if s is None else [s]
        return [RowSpec(method, own.seeds, k or own.k, size) for size in sizes]
    if s is not None:
        raise QueryError(f"'{text}': only two-stage has a shortlist. Write {method}:{k}.")
    return [RowSpec(method, kind, size) for kind in seeds for size in (ks if k is None else [k])]


def split_row(text: str) -> tuple[str, list[str]]:
    """The method and the numbers of ``METHOD[:K[:S]]``. Raises QueryError."""
    method, *numbers = text.strip().split(":")
    if method not in _EVERY or len(numbers) > 2:
        raise QueryError(
            f"'{text}' is no row of the table. Write METHOD[:K[:S]] with one of the methods "
            f"{', '.join(_EVERY)}."
        )
    return method, numbers


def _number(text: str, part: str) -> int | None:
    if part == "":
        return None
    if not part.isdecimal() or int(part) < 1:
        raise QueryError(f"'{text}': '{part}' is no number of tokens or views. Use e.g. 16.")
    return int(part)
