"""pip's configuration of this machine (indexes, constraints) is not the tests' own."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True, scope="session")
def own_pip() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PIP_CONFIG_FILE", os.devnull)
        yield


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--every", action="store_true", help="all combinations of the table-driven tests"
    )
    parser.addoption(
        "--windows-rules", action="store_true", help="open files cannot be removed or replaced"
    )


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("--windows-rules"):
        from windows_rules import install

        install()
