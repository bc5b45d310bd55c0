"""No sentence that reaches QGIS speaks of the command line."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from craterbench_qgis.engine import words
from craterbench_qgis.engine.errors import CraterIndexError
from craterbench_qgis.engine.index.manifest import load_manifest

ENGINE = Path(words.__file__).parent
# What only the command line runs, and the server's own log.
ALONE = ("cli/", "evaluation/craterbench_r.py", "evaluation/tables.py",
         "evaluation/cross_observation.py", "indexing/dask_workers.py")  # fmt: skip
OPTION = re.compile(r"(?:^|[\s'\"(\[])--[a-z]|[\s(\[]--$|'craterbench ")


def spoken(node: ast.AST) -> Iterator[str]:
    """Texts of a module but docstrings and what :class:`words.Advice` is given."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Call) and getattr(child.func, "id", "") == "Advice":
            yield from spoken(child.args[1])
            if isinstance(child.args[1], ast.Constant):
                yield str(child.args[1].value)
            continue
        if isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant):
            continue
        if isinstance(child, ast.Constant) and isinstance(child.value, str):
            yield child.value
        yield from spoken(child)


def test_no_sentence_names_an_option_outside_of_an_advice() -> None:
    files = [
        file
        for file in ENGINE.rglob("*.py")
        if not file.relative_to(ENGINE).as_posix().startswith(ALONE)
    ]
    assert len(files) > 100
    sentences = {
        f"{file.relative_to(ENGINE)}: {text[:80]}"
        for file in files
        for text in spoken(ast.parse(file.read_text(encoding="utf-8")))
        if OPTION.search(text)
    }
    assert not sentences


def test_a_dialog_hears_what_a_dialog_can_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(CraterIndexError, match="with 'craterbench index build'"):
        load_manifest(tmp_path / "none")
    monkeypatch.setattr(words.Advice, "in_dialogs", True)
    with pytest.raises(CraterIndexError, match=r"or build one\.$"):
        load_manifest(tmp_path / "none")
