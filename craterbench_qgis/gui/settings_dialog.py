"""Settings: a page of QGIS's options, and the same as a dialog from the panel."""

from __future__ import annotations

from pathlib import Path

from qgis.gui import QgsOptionsPageWidget, QgsOptionsWidgetFactory
from qgis.PyQt.QtGui import QIcon
from qgis.PyQt.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QGroupBox,
    QLineEdit,
    QSpinBox,
    QWidget,
)

from ..client.service import EngineService
from ..contract.search import MOST_SHORTLIST, MOST_TOP
from ..core.context_factors import listed, parse_contexts
from ..core.settings import MOST_SETS_ON_MAP, Settings, default_engine_folder
from ..environment import places
from ..files import RESOURCES
from ..i18n import tr
from . import help
from .layouts import file_widget, in_column
from .messages import MessageLine
from .scrolling import FormScroll

ICON = RESOURCES / "icons" / "craterbench.svg"
_DEVICES = ("auto", "cpu", "cuda", "mps")


class SettingsWidget(QWidget):
    """All choices. Nothing is stored before :meth:`save`. ``engine`` names its devices."""

    def __init__(self, settings: Settings, engine: EngineService | None = None) -> None:
        super().__init__()
        self._settings = settings
        self.message = MessageLine()
        in_column(
            self._engine_box(settings, engine), self._search_box(settings),
            self._build_box(settings), self._folder_box(settings), self.message, 1, on=self,
        )  # fmt: skip
        self.contexts.textChanged.connect(lambda: self.check())
        self.python.fileChanged.connect(lambda: self.check())
        self.check()

    def _engine_box(self, settings: Settings, engine: EngineService | None) -> QWidget:
        box = QGroupBox(tr("Engine"))
        title = tr("Python interpreter that has the engine's packages")
        self.python = file_widget(title, settings.existing_python)
        self.python.lineEdit().setPlaceholderText(tr("the environment in the folder below"))
        stored = settings.engine_folder
        path = "" if stored == default_engine_folder() else stored
        self.folder = file_widget(tr("Folder of the engine's environment"), path, folder=True)
        self.folder.lineEdit().setPlaceholderText(default_engine_folder())
        self.device = QComboBox(editable=True)
        for device, name in _devices(engine):
            self.device.addItem(name, device)
        row = self.device.findData(settings.device)
        if row >= 0:
            self.device.setCurrentIndex(row)
        else:
            self.device.setEditText(settings.device)
        self.device.setToolTip(tr("Where encoders run: auto, cpu, cuda, cuda:1, mps."))
        self.engine_message = MessageLine()
        form = QFormLayout(box)
        form.addRow(tr("Own Python"), self.python)
        form.addRow(tr("Environment"), self.folder)
        form.addRow(tr("Device"), self.device)
        form.addRow(self.engine_message)
        return box

    def _search_box(self, settings: Settings) -> QWidget:
        box = QGroupBox(tr("Search"))
        self.top = _count_box(1, MOST_TOP, settings.default_top)
        self.shortlist = _count_box(1, MOST_SHORTLIST, settings.default_shortlist)
        self.shortlist.setToolTip(
            tr("Views that the second stage compares patch by patch: more is slower and finer.")
        )
        self.symmetric = QCheckBox(tr("Compare both ways (slower)"))
        self.symmetric.setToolTip(tr("The score is the mean of query to match and match to query."))
        self.symmetric.setChecked(settings.symmetric)
        self.keeps_earlier = QCheckBox(tr("Keep earlier queries' matches visible on the map"))
        self.keeps_earlier.setToolTip(
            tr("Otherwise a new query unticks the earlier groups in the layer tree.")
        )
        self.keeps_earlier.setChecked(settings.keeps_earlier)
        self.sets_on_map = _count_box(1, MOST_SETS_ON_MAP, settings.sets_on_map)
        self.sets_on_map.setToolTip(
            tr("Older queries leave the map; the tab “History” keeps them and shows them again.")
        )
        self.links_all = QCheckBox(tr("Draw great circles to all matches, not only selected ones"))
        self.links_all.setChecked(settings.links_all)
        form = QFormLayout(box)
        form.addRow(tr("Matches"), self.top)
        form.addRow(tr("Shortlist"), self.shortlist)
        form.addRow("", self.symmetric)
        form.addRow(tr("Queries on the map"), self.sets_on_map)
        form.addRow("", self.keeps_earlier)
        form.addRow("", self.links_all)
        return box

    def _build_box(self, settings: Settings) -> QWidget:
        box = QGroupBox(tr("New indexes"))
        self.encoder = QLineEdit(settings.default_encoder)
        self.encoder.setPlaceholderText(tr("the engine's default"))
        self.encoder.setToolTip(tr("Name or checkpoint of an encoder, as in the build dialog."))
        self.contexts = QLineEdit(listed(settings.default_contexts))
        self.tokens = _count_box(0, 4096, settings.default_tokens or 0)
        self.tokens.setSpecialValueText(tr("default (64)"))
        self.build_message = MessageLine()
        form = QFormLayout(box)
        form.addRow(tr("Encoder"), self.encoder)
        form.addRow(tr("Context factors"), self.contexts)
        form.addRow(tr("Tokens (K)"), self.tokens)
        form.addRow(self.build_message)
        return box

    def _folder_box(self, settings: Settings) -> QWidget:
        box = QGroupBox(tr("Folders"))
        title = tr("Folder for indexes and exports")
        self.output = file_widget(title, settings.output_folder, folder=True)
        form = QFormLayout(box)
        form.addRow(tr("Indexes and exports"), self.output)
        return box

    def check(self) -> bool:
        """Whether it can be saved; says in place what is wrong."""
        fine = True
        self.engine_message.clear_message()
        self.build_message.clear_message()
        own = places.python_of(self.python.filePath().strip())
        if own and Path(own).is_dir():
            self.engine_message.problem(
                tr(
                    "{path} is a folder without a Python; choose the environment's own folder."
                ).format(path=own)
            )
            fine = False
        elif own and not Path(own).is_file():
            self.engine_message.problem(
                tr("{path} does not exist; choose another or leave it empty.").format(path=own)
            )
            fine = False
        try:
            parse_contexts(self.contexts.text())
        except ValueError as error:
            self.build_message.problem(str(error))
            fine = False
        return fine

    def save(self) -> bool:
        """Store everything; False (and nothing stored) where something is wrong."""
        if not self.check():
            return False
        settings = self._settings
        settings.existing_python = places.python_of(self.python.filePath().strip())
        settings.engine_folder = self.folder.filePath().strip()
        settings.device = self._device()
        settings.default_top = self.top.value()
        settings.default_shortlist = self.shortlist.value()
        settings.symmetric = self.symmetric.isChecked()
        settings.sets_on_map = self.sets_on_map.value()
        settings.keeps_earlier = self.keeps_earlier.isChecked()
        settings.links_all = self.links_all.isChecked()
        settings.default_encoder = self.encoder.text().strip()
        settings.default_contexts = parse_contexts(self.contexts.text())
        settings.default_tokens = self.tokens.value() or None
        settings.output_folder = self.output.filePath().strip()
        return True

    def _device(self) -> str:
        row = self.device.findText(self.device.currentText())
        chosen = self.device.itemData(row) if row >= 0 else self.device.currentText()
        return str(chosen or "").strip() or "auto"


class SettingsDialog(QDialog):
    """From the panel and the menu."""

    def __init__(
        self,
        settings: Settings,
        parent: QWidget | None = None,
        engine: EngineService | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("CraterBench settings"))
        self.widget = SettingsWidget(settings, engine)
        kinds = QDialogButtonBox.StandardButton
        self.buttons = QDialogButtonBox(kinds.Ok | kinds.Cancel | kinds.Help)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        self.buttons.helpRequested.connect(lambda: help.open_help(self, "settings"))
        in_column((FormScroll(self.widget), 1), self.buttons, on=self)
        self.resize(520, 640)

    def accept(self) -> None:
        """Store and close; stays open where something is wrong."""
        if self.widget.save():
            super().accept()


class OptionsPage(QgsOptionsPageWidget):
    """The page in QGIS's options; QGIS calls ``apply``."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.widget = SettingsWidget(Settings())
        in_column(self.widget, on=self, margins=0)

    def isValid(self) -> bool:
        """Asked by QGIS 3.34 and later before ``apply``."""
        return self.widget.check()

    def apply(self) -> None:
        """Store what is right; wrong entries are left as they were stored before."""
        self.widget.save()


class OptionsFactory(QgsOptionsWidgetFactory):
    """Registered by the plugin object, and unregistered by it."""

    def __init__(self) -> None:
        super().__init__()
        self.setTitle("CraterBench")

    def icon(self) -> QIcon:
        """Beside the page's title."""
        return QIcon(str(ICON))

    def createWidget(self, parent: QWidget) -> QgsOptionsPageWidget:
        """A fresh page each time the options open."""
        return OptionsPage(parent)


def _count_box(least: int, most: int, value: int) -> QSpinBox:
    box = QSpinBox()
    box.setRange(least, most)
    box.setGroupSeparatorShown(True)
    box.setValue(value)
    return box


def _devices(engine: EngineService | None) -> list[tuple[str, str]]:
    hello = engine.hello if engine is not None else None
    if hello is None or not hello.devices:
        return [(name, tr("automatic") if name == "auto" else name) for name in _DEVICES]
    known = [(device.id, f"{device.id}: {device.name}") for device in hello.devices]
    return [("auto", tr("automatic")), *known]
