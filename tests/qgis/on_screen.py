"""What a user does: press a button found by its words, choose a file in the file dialog."""

from __future__ import annotations

import os
from typing import Any

import pytest
from qgis.PyQt.QtCore import Qt, QTimer
from qgis.PyQt.QtTest import QTest
from qgis.PyQt.QtWidgets import QAbstractButton, QApplication, QFileDialog, QMenu, QWidget


def button(widget: QWidget, text: str) -> QAbstractButton:
    """The one button of ``widget`` that says ``text``."""
    buttons = [child for child in widget.findChildren(QAbstractButton) if child.text() == text]
    assert len(buttons) == 1, f"{len(buttons)} buttons say {text!r}"
    return buttons[0]


def click(target: QAbstractButton) -> None:
    QTest.mouseClick(target, Qt.MouseButton.LeftButton)


def answer_file_dialog(patch: pytest.MonkeyPatch, path: os.PathLike[str] | str) -> None:
    """From now on the user chooses ``path`` wherever a file is asked for."""

    def choose(*_: Any) -> tuple[str, str]:
        return os.fspath(path), ""

    for name in ("getSaveFileName", "getOpenFileName"):
        patch.setattr(QFileDialog, name, staticmethod(choose))


def choose(target: QAbstractButton, entry: str) -> None:
    """Open the menu of a button with the mouse and click the entry that says ``entry``."""
    entries: list[str] = []

    def pick() -> None:
        menu = QApplication.activePopupWidget()
        assert isinstance(menu, QMenu), "no menu came up"
        entries.extend(action.text() for action in menu.actions())
        for action in menu.actions():
            if action.text() == entry:
                QTest.mouseClick(
                    menu, Qt.MouseButton.LeftButton, pos=menu.actionGeometry(action).center()
                )
                return
        menu.close()

    QTimer.singleShot(50, pick)  # the menu runs a loop of its own
    click(target)
    assert entry in entries, entries


def shoot(widget: QWidget, name: str) -> None:
    """Where somebody asks for pictures."""
    if "CRATERBENCH_SHOTS" in os.environ:
        widget.grab().save(f"{os.environ['CRATERBENCH_SHOTS']}/{name}.png")
