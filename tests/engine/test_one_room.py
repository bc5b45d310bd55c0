"""A fact has one room: what the contract defines is defined nowhere else.

Functions and defaults in the whole package; classes, words and reference systems in the engine
(widgets of QGIS's side may be called as the record they show, and its words are messages to be
translated).
"""

from __future__ import annotations

import ast
import inspect
from collections import defaultdict
from functools import cache
from pathlib import Path

import pytest

from craterbench_qgis.contract import body, build, duplicates, engine, search, vocabulary, why
from craterbench_qgis.contract.vocabulary import Skip

PACKAGE = Path(body.__file__).resolve().parents[1]
CONTRACT = (body, build, duplicates, engine, search, vocabulary, why)


@cache
def trees() -> list[tuple[str, ast.Module]]:
    """The modules of the package by their place in it (training is about to leave it)."""
    return [
        (path.relative_to(PACKAGE).as_posix(), ast.parse(path.read_text(encoding="utf-8")))
        for path in sorted(PACKAGE.rglob("*.py"))
        if path.parent.name != "training"
    ]


def in_engine(place: str) -> bool:
    return place.startswith(("contract/", "engine/"))


@cache
def definitions() -> dict[str, list[str]]:
    """Where each function of the package and each class of contract and engine is defined."""
    places = defaultdict(list)
    for place, tree in trees():
        for node in tree.body:
            is_class = isinstance(node, ast.ClassDef) and in_engine(place)
            if isinstance(node, ast.FunctionDef) or is_class:
                places[node.name].append(place)
    return places


@cache
def constants() -> dict[str, set[str]]:
    """In which modules each text, and each tuple or list of constants, is written."""
    places = defaultdict(set)
    for place, tree in trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                places[node.value].add(place)
            elif isinstance(node, (ast.Tuple, ast.List)):
                items = [repr(item.value) for item in node.elts if isinstance(item, ast.Constant)]
                if len(items) == len(node.elts):
                    places[", ".join(items)].add(place)
    return places


@pytest.mark.parametrize(
    "name",
    sorted(
        name
        for module in CONTRACT
        for name, thing in vars(module).items()
        if (inspect.isclass(thing) or inspect.isfunction(thing))
        and thing.__module__ == module.__name__
        and not name.startswith("_")
    ),
)
def test_what_the_contract_names_has_one_definition(name: str) -> None:
    (place,) = definitions()[name]
    assert place.startswith("contract/")


def test_the_wkt_of_a_body_is_written_once() -> None:
    places = {
        place
        for text, where in constants().items()
        for place in where
        if ("GEOGCS[" in text or "GEOGCRS[" in text) and in_engine(place)
    }
    assert places == {"contract/body.py"}


def test_defaults_are_written_once() -> None:
    assert constants()["2.0, 3.0"] == {"contract/search.py"}


@pytest.mark.parametrize("skip", [skip for skip in Skip if " " in skip])
def test_reasons_are_words_of_the_vocabulary(skip: Skip) -> None:
    places = {place for place in constants()[skip.value] if in_engine(place)}
    assert places == {"contract/vocabulary.py"}
