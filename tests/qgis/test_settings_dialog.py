"""The settings dialog and QGIS's options page; the help; the German translation."""

from __future__ import annotations

import re
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from qgis.PyQt.QtCore import QCoreApplication, QLocale, QTranslator
from qgis.PyQt.QtWidgets import QScrollArea

from craterbench_qgis.contract.engine import Device
from craterbench_qgis.core.settings import Settings, default_engine_folder
from craterbench_qgis.gui import help
from craterbench_qgis.gui.settings_dialog import OptionsFactory, SettingsDialog
from craterbench_qgis.i18n import tr
from paths import ROOT


@pytest.fixture
def engine() -> Any:
    devices = [Device("cuda:0", "A card"), Device("cpu", "8 cores")]
    return SimpleNamespace(hello=SimpleNamespace(devices=devices))


def test_choices_are_stored_only_when_they_are_right(engine: Any, home: Path) -> None:
    settings = Settings()
    dialog = SettingsDialog(settings, None, engine)
    widget = dialog.widget
    names = [widget.device.itemText(row) for row in range(widget.device.count())]
    assert names == ["automatic", "cuda:0: A card", "cpu: 8 cores"]

    widget.top.setValue(250)
    widget.shortlist.setValue(5000)
    widget.symmetric.setChecked(True)
    widget.keeps_earlier.setChecked(True)
    widget.encoder.setText("hog")
    widget.contexts.setText("3 2,2")
    widget.tokens.setValue(16)
    widget.device.setCurrentIndex(1)
    widget.output.setFilePath(str(home))
    widget.python.setFilePath("/no/python")
    assert widget.engine_message.is_problem
    dialog.accept()
    assert settings.default_top == 100 and dialog.result() == 0  # nothing half stored
    widget.python.setFilePath(sys.executable)
    widget.contexts.setText("2, x")
    assert widget.build_message.is_problem and not widget.save()
    widget.contexts.setText("3 2,2")
    dialog.accept()
    assert dialog.result() == 1
    assert (settings.default_top, settings.default_shortlist, settings.symmetric) == (
        250, 5000, True,
    )  # fmt: skip
    assert (settings.default_encoder, settings.default_contexts) == ("hog", [2.0, 3.0])
    assert (settings.default_tokens, settings.device) == (16, "cuda:0")
    assert (settings.existing_python, settings.output_folder) == (sys.executable, str(home))
    assert settings.engine_folder == default_engine_folder() and settings.keeps_earlier


def test_no_word_is_cut_off_at_the_side(engine: Any) -> None:
    dialog = SettingsDialog(Settings(), None, engine)
    dialog.show()
    QCoreApplication.processEvents()
    (scroll,) = dialog.findChildren(QScrollArea)
    assert not scroll.horizontalScrollBar().isVisible()
    assert scroll.widget().width() <= scroll.viewport().width()
    dialog.reject()


def test_a_page_of_qgis_options_stores_when_it_is_applied() -> None:
    settings = Settings()
    settings.default_top, settings.default_tokens = 250, 16
    factory = OptionsFactory()
    assert factory.title() == "CraterBench" and not factory.icon().isNull()
    page = factory.createWidget(None)
    assert page.widget.top.value() == 250 and page.widget.tokens.value() == 16
    page.widget.top.setValue(7)
    assert settings.default_top == 250
    page.apply()
    assert settings.default_top == 7


def test_a_device_that_is_not_there_any_more_stays_what_the_user_chose(engine: Any) -> None:
    settings = Settings()
    settings.device = "cuda:3"
    dialog = SettingsDialog(settings, None, engine)
    assert dialog.widget.device.currentText() == "cuda:3"
    dialog.accept()
    assert dialog.result() == 1 and settings.device == "cuda:3"


def test_help_is_a_page_that_travels_with_the_plugin(monkeypatch: pytest.MonkeyPatch) -> None:
    page = Path(help.help_url("build").toLocalFile())
    assert page.is_file() and help.help_url("build").fragment() == "build"
    text = page.read_text(encoding="utf-8")
    anchors = set(re.findall(r'id="([a-z]+)"', text))
    assert set(help.TOPICS) <= anchors
    assert help.help_url("nonsense").fragment() == "start"
    assert "http://" not in text and "<script" not in text  # nothing is fetched
    addresses = []
    browser = SimpleNamespace(openUrl=lambda url: addresses.append(url) or True)
    monkeypatch.setattr(help, "QDesktopServices", browser)
    assert help.open_help(None, "search") and addresses[0].fragment() == "search"


def test_the_compiled_german_is_what_was_translated() -> None:
    folder = ROOT / "resources" / "i18n"
    translator = QTranslator()
    assert translator.load(QLocale("de_AT"), "craterbench", "_", str(folder))
    QCoreApplication.installTranslator(translator)
    try:
        messages = list(ElementTree.parse(folder / "craterbench_de.ts").iter("message"))
        assert len(messages) > 300
        for message in messages:
            source, wanted = message.findtext("source"), message.findtext("translation")
            assert wanted and tr(source) == wanted
    finally:
        QCoreApplication.removeTranslator(translator)
