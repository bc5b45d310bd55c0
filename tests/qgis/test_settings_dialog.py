"""The settings dialog and QGIS's options page, in real QGIS."""

from __future__ import annotations

from pathlib import Path

from support import needs_qgis, run_in_qgis

pytestmark = needs_qgis


def test_choices_are_stored_only_when_they_are_right(tmp_path: Path) -> None:
    run_in_qgis(
        """
from pathlib import Path
from types import SimpleNamespace
from craterbench_qgis.core.settings import Settings, default_engine_folder
from craterbench_qgis.gui.settings_dialog import OptionsFactory, SettingsDialog

settings = Settings()
devices = [{"id": "cuda:0", "name": "A card"}, {"id": "cpu", "name": "8 cores"}]
engine = SimpleNamespace(hello=SimpleNamespace(devices=devices))
dialog = SettingsDialog(settings, None, engine)
widget = dialog.widget
names = [widget.device.itemText(n) for n in range(widget.device.count())]
assert names == ["automatic", "cuda:0: A card", "cpu: 8 cores"], names

widget.top.setValue(250); widget.shortlist.setValue(5000); widget.symmetric.setChecked(True)
widget.keeps_earlier.setChecked(True)
widget.encoder.setText("hog"); widget.contexts.setText("3 2,2"); widget.tokens.setValue(16)
widget.device.setCurrentIndex(1); widget.output.setFilePath(str(Path.home()))
widget.python.setFilePath("/no/python")
assert widget.engine_message.is_problem
dialog.accept()
assert settings.default_top == 100 and dialog.result() == 0       # nothing half stored
widget.python.setFilePath(sys.executable)
widget.contexts.setText("2, x")
assert widget.build_message.is_problem and not widget.save()
widget.contexts.setText("3 2,2")
dialog.accept()
assert dialog.result() == 1
stored = (settings.default_top, settings.default_shortlist, settings.symmetric,
          settings.default_encoder, settings.default_contexts, settings.default_tokens,
          settings.device, settings.existing_python, settings.output_folder)
assert stored == (250, 5000, True, "hog", [2.0, 3.0], 16, "cuda:0", sys.executable,
                  str(Path.home())), stored
assert settings.engine_folder == default_engine_folder() and settings.keeps_earlier

# QGIS's options: a fresh page shows what is stored; only apply stores
factory = OptionsFactory()
assert factory.title() == "CraterBench" and not factory.icon().isNull()
page = factory.createWidget(None)
assert page.widget.top.value() == 250 and page.widget.tokens.value() == 16
page.widget.top.setValue(7)
assert settings.default_top == 250
page.apply()
assert settings.default_top == 7
# a device that is not there any more stays what the user chose
settings.device = "cuda:3"
assert SettingsDialog(settings, None, engine).widget._device() == "cuda:3"
print("fine")
""",
        tmp_path,
    )


def test_help_is_a_page_that_travels_with_the_plugin(tmp_path: Path) -> None:
    run_in_qgis(
        """
import re
from pathlib import Path
from types import SimpleNamespace
from craterbench_qgis.gui import help
page = Path(help.help_url("build").toLocalFile())
assert page.is_file() and help.help_url("build").fragment() == "build"
text = page.read_text(encoding="utf-8")
anchors = set(re.findall(r'id="([a-z]+)"', text))
assert set(help.TOPICS) <= anchors, set(help.TOPICS) - anchors
assert help.help_url("nonsense").fragment() == "start"
assert "http://" not in text and "<script" not in text       # nothing is fetched
opened = []
help.QDesktopServices = SimpleNamespace(openUrl=lambda url: opened.append(url) or True)
assert help.open_help(None, "search") and opened[0].fragment() == "search"
print("fine")
""",
        tmp_path,
    )


def test_the_compiled_german_is_what_was_translated(tmp_path: Path) -> None:
    run_in_qgis(
        """
import xml.etree.ElementTree as ElementTree
from qgis.PyQt.QtCore import QCoreApplication, QLocale, QTranslator
from craterbench_qgis.i18n import tr
folder = ROOT + "/resources/i18n"
translator = QTranslator()
assert translator.load(QLocale("de_AT"), "craterbench", "_", folder)
QCoreApplication.installTranslator(translator)
messages = list(ElementTree.parse(folder + "/craterbench_de.ts").iter("message"))
assert len(messages) > 300
for message in messages:
    source, wanted = message.findtext("source"), message.findtext("translation")
    assert wanted and tr(source) == wanted, (source, tr(source), wanted)
print("fine")
""",
        tmp_path,
    )
