"""Which views a build makes: context factors, encoder, instance tokens, diameters, region."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from qgis.PyQt.QtCore import Qt, pyqtSignal
from qgis.PyQt.QtWidgets import (
    QCheckBox,
    QDoubleSpinBox,
    QFormLayout,
    QGroupBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QSpinBox,
)

from ...client.failure import CallError
from ...client.service import EngineService
from ...contract.body import Body, known_body, same_body
from ...contract.build import SIZE, TOKENS, Selection
from ...contract.engine import Encoders, Nothing
from ...contract.methods import ENCODERS
from ...contract.vocabulary import Size
from ...core.context_factors import listed, parse_contexts
from ...core.settings import Settings
from ...core.words import quantities
from ...core.words.tokens import size_name, size_tip
from ...i18n import tr
from ..layouts import in_row, narrow_combo
from ..messages import MessageLine

_MOST_KM = 10_000.0
_TIP = Qt.ItemDataRole.ToolTipRole

Region = list[float]


class OptionsBox(QGroupBox):
    """``region_of_canvas``: gives [W, S, E, N] in degrees of the map as shown, or None."""

    changed = pyqtSignal()

    def __init__(
        self,
        engine: EngineService,
        settings: Settings,
        region_of_canvas: Callable[[], Region | None],
    ) -> None:
        super().__init__(tr("Views"))
        self._region_of_canvas = region_of_canvas
        self._region: Region | None = None
        self._settings = settings
        self.contexts = QLineEdit(
            listed(settings.default_contexts),
            toolTip=tr(
                "Sides of the square crops as multiples of the crater's diameter, separated by "
                "commas; decimals with a point."
            ),
        )
        self.encoder = narrow_combo(16)
        self.encoder.addItem(tr("default"), "")
        self.tokens = QSpinBox()
        self.tokens.setRange(0, 4096)
        self.tokens.setSpecialValueText(tr("default (64)"))
        self.tokens.setToolTip(
            tr("Instance tokens per view: more are finer, and need more space and time.")
        )
        self.tokens.setValue(settings.default_tokens or 0)
        self.size = narrow_combo(16, objectName="size")
        for size in Size:
            self.size.addItem(size_name(size), size)
        self.size.setCurrentIndex(list(Size).index(SIZE))
        self.size.setToolTip(size_tip())
        self.least = _diameter_box(tr("from the smallest"))
        self.most = _diameter_box(tr("to the largest"))
        self.within = QCheckBox(tr("Only craters within"))
        self.take_extent = QPushButton(tr("Map's extent"))
        self.region_text = QLabel(wordWrap=True)
        self.message = MessageLine()
        self._lay_out()
        self.contexts.textChanged.connect(lambda: self.changed.emit())
        self.encoder.currentIndexChanged.connect(self._on_encoder)
        self.tokens.valueChanged.connect(lambda: self.changed.emit())
        self.size.currentIndexChanged.connect(lambda: self.changed.emit())
        for box in (self.least, self.most):
            box.valueChanged.connect(lambda: self.changed.emit())
        self.within.toggled.connect(self._on_within)
        self.take_extent.clicked.connect(self._on_extent)
        engine.call(ENCODERS, Nothing(), self._on_encoders, self._on_failed, owner=self)
        self._show_region()

    def _lay_out(self) -> None:
        diameters = QHBoxLayout()
        for box in (self.least, self.most):
            box.setMinimumWidth(110)
            diameters.addWidget(box, 1)
        region = in_row(self.within, self.take_extent, 1)
        form = QFormLayout(self)
        form.addRow(tr("Context factors"), self.contexts)
        form.addRow(tr("Encoder"), self.encoder)
        form.addRow(tr("Tokens (K)"), self.tokens)
        form.addRow(tr("Size of tokens"), self.size)
        form.addRow(tr("Diameters"), diameters)
        form.addRow(tr("Region"), region)
        form.addRow("", self.region_text)
        form.addRow(self.message)

    # What was chosen

    def context_factors(self) -> list[float]:
        """ValueError with a sentence for the user."""
        return parse_contexts(self.contexts.text())

    def encoder_id(self) -> str:
        """ "" for the engine's default."""
        return self.encoder.currentData() or ""

    def encoder_name(self) -> str:
        """The id of the encoder that will be taken; "" while the list has not come."""
        return self.encoder_id() or self._default()

    def token_count(self) -> int:
        """Instance tokens per view."""
        return self.tokens.value() or TOKENS

    def token_size(self) -> Size:
        """How the numbers of tokens are stored."""
        return Size(self.size.currentData())

    def selection(self) -> Selection:
        """Which craters are taken."""
        return Selection(
            self.least.value() * 1000.0 or None,
            self.most.value() * 1000.0 or None,
            list(self._region) if self.within.isChecked() and self._region else None,
        )

    def problem(self) -> str:
        """One sentence, or ""."""
        try:
            self.context_factors()
        except ValueError as error:
            return str(error)
        if self.most.value() and self.least.value() > self.most.value():
            return tr("The smallest diameter is larger than the largest; change one of them.")
        if self.within.isChecked() and not self._region:
            return tr("Add a mosaic first: the map's extent is taken in degrees of its body.")
        return ""

    def show_problem(self) -> str:
        """:meth:`problem`, shown in place."""
        text = self.problem()
        self.message.problem(text) if text else self.message.clear_message()
        return text

    def set_all(
        self,
        contexts: list[float],
        encoder: str | None,
        tokens: int,
        size: Size,
        selection: Selection,
    ) -> None:
        """Choices of an earlier build."""
        self.contexts.setText(listed(contexts))
        self._wanted_encoder = encoder or ""
        self._select_encoder()
        self.tokens.setValue(0 if tokens == TOKENS else tokens)
        self.size.setCurrentIndex(list(Size).index(size))
        self.least.setValue((selection.min_diameter_m or 0.0) / 1000.0)
        self.most.setValue((selection.max_diameter_m or 0.0) / 1000.0)
        self._region = list(selection.region) if selection.region else None
        self.within.setChecked(bool(self._region))
        self._show_region()

    # Encoders

    _default_encoder = _elsewhere = ""
    """Taken where none is chosen, and instead of it for bodies other than the Moon."""
    _is_moon = True
    _wanted_encoder: str | None = None

    def _on_encoders(self, result: Encoders) -> None:
        self.encoder.blockSignals(True)
        for encoder in result.encoders:
            row = 0
            if encoder.default:
                self._default_encoder = encoder.id
            else:
                self.encoder.addItem(encoder.id, encoder.id)
                row = self.encoder.count() - 1
            self.encoder.setItemData(row, encoder.description, _TIP)
            if encoder.elsewhere:
                self._elsewhere = encoder.id
        self.encoder.blockSignals(False)
        self._show_default()
        self._select_encoder()
        self._on_encoder()

    def set_body(self, body: Body | None) -> None:
        """Whose craters the index is of."""
        moon = known_body("moon")
        is_moon = body is None or moon is None or same_body(body, moon)
        if is_moon != self._is_moon:
            self._is_moon = is_moon
            self._show_default()

    def _default(self) -> str:
        return self._default_encoder if self._is_moon else self._elsewhere or self._default_encoder

    def _show_default(self) -> None:
        if self._default():
            self.encoder.setItemText(0, tr("default ({name})").format(name=self._default()))

    def _select_encoder(self) -> None:
        wanted = self._wanted_encoder
        if wanted is None:
            wanted = self._settings.default_encoder
        if wanted == self._default_encoder:
            wanted = ""
        if wanted and self.encoder.findData(wanted) < 0:
            self.encoder.addItem(wanted, wanted)
        self.encoder.setCurrentIndex(max(0, self.encoder.findData(wanted)))

    def _on_encoder(self, *_: Any) -> None:
        tip = self.encoder.itemData(self.encoder.currentIndex(), _TIP)
        self.encoder.setToolTip(str(tip or ""))
        self.changed.emit()

    def _on_failed(self, error: CallError) -> None:
        if not error.cancelled:
            self.message.problem(error.message)

    # The region

    def _on_within(self, on: bool) -> None:
        if on and self._region is None:
            self._region = self._region_of_canvas()
        self._show_region()
        self.changed.emit()

    def _on_extent(self) -> None:
        self._region = self._region_of_canvas()
        self._show_region()
        self.changed.emit()

    def _show_region(self) -> None:
        on = self.within.isChecked()
        self.take_extent.setEnabled(on)
        self.region_text.setVisible(on and self._region is not None)
        if self._region is not None:
            west, south, east, north = (quantities.number(side, 2) for side in self._region)
            text = tr("longitude {w}° to {e}°, latitude {s}° to {n}°")
            self.region_text.setText(text.format(w=west, s=south, e=east, n=north))


def _diameter_box(special: str) -> QDoubleSpinBox:
    box = QDoubleSpinBox()
    box.setRange(0.0, _MOST_KM)
    box.setDecimals(3)
    box.setSpecialValueText(special)
    box.setSuffix(" " + tr("km"))
    box.setStepType(QDoubleSpinBox.StepType.AdaptiveDecimalStepType)
    return box
