"""Which body a layer shows that calls itself a map of the Earth: said once, by a click."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Optional

from qgis.PyQt import sip
from qgis.PyQt.QtCore import pyqtSignal
from qgis.PyQt.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from ..contract.body import Body
from ..core.shown import may_show, say_body, shown_body
from ..i18n import tr
from .messages import MessageLine

BodyOf = Callable[[], Optional[Body]]  # noqa: UP045 (it runs, on Python 3.9 too)


class ShowsBar(QWidget):
    """A button, hidden while there is nothing to say or to take back. ``body_of``: of the index."""

    said = pyqtSignal(str)
    """What is so now, in a sentence."""

    def __init__(self, body_of: BodyOf, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._body_of = body_of
        self._layer: Any = None
        self._body: Body | None = None
        self._line = MessageLine()
        self.button = QPushButton()
        self.button.setObjectName("CraterBenchShows")
        self.button.clicked.connect(lambda *_: self._on_clicked())
        row = QHBoxLayout()
        row.addWidget(self.button)
        row.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._line)
        layout.addLayout(row)
        self.hide()

    def ask(self, layer: Any) -> None:
        """Offer to say that ``layer`` shows the index's body, where it calls itself the Earth's."""
        body = self._body_of()
        if layer is None or body is None or not may_show(layer, body):
            self.hide()
            return
        self._show(
            layer,
            body,
            tr("{name} calls itself a map of the Earth.").format(name=layer.name()),
            tr("It shows {body}").format(body=body.name),
            tr(
                "Press if it is a map of {body}: its degrees are then places on {body}. This is "
                "kept in the layer."
            ).format(body=body.name),
        )

    def tell(self, layer: Any) -> None:
        """Offer to take back what was said of ``layer``, where something was."""
        body = shown_body(layer)
        if body is None:
            self.hide()
            return
        self._show(
            layer,
            None,
            tr("{name} shows {body}, as you said.").format(name=layer.name(), body=body.name),
            tr("It does not"),
            tr("Press to take that back."),
        )

    def _show(self, layer: Any, says: Body | None, text: str, button: str, tip: str) -> None:
        self._layer, self._body = layer, says
        self._line.info(text)
        self.button.setText(button)
        self.button.setToolTip(tip)
        self.show()

    def _on_clicked(self) -> None:
        layer, body, self._layer = self._layer, self._body, None
        self.hide()
        if layer is None or sip.isdeleted(layer):
            return
        say_body(layer, body)
        if body is not None:
            text = tr("{name} is taken for a map of {body} from now on. Ask again.")
            self.said.emit(text.format(name=layer.name(), body=body.name))
        else:
            text = tr("{name} is taken for a map of the Earth again.")
            self.said.emit(text.format(name=layer.name()))
