"""Which body a layer shows that calls itself a map of the Earth: said once, by a click."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Optional

from qgis.PyQt import sip
from qgis.PyQt.QtCore import pyqtSignal
from qgis.PyQt.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy, QWidget

from ..contract.body import Body
from ..core.shown import may_show, say_body, shown_body
from ..core.words.bodies import body as body_words
from ..i18n import tr

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
        self.button = QPushButton()
        self.button.setObjectName("CraterBenchShows")
        self.button.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.button.clicked.connect(lambda *_: self._on_clicked())
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.button)
        row.addStretch(1)
        self.hide()

    def ask(self, layer: Any) -> None:
        """Offer to say that ``layer`` shows the index's body, where it calls itself the Earth's."""
        body = self._body_of()
        if layer is None or body is None or not may_show(layer, body):
            self.hide()
            return
        self._show(layer, body, tr("{name} shows {body}"))
        self.button.setToolTip(
            tr(
                "This layer calls itself a map of the Earth. Press if it is one of {body}: its "
                "degrees are then places on {body}. This is kept in the layer."
            ).format(body=body.name)
        )

    def tell(self, layer: Any) -> None:
        """Offer to take back what was said of ``layer``, where something was."""
        body = shown_body(layer)
        if body is None:
            self.hide()
            return
        self._show(layer, None, tr("{name} does not show {body}"), body)
        self.button.setToolTip(
            tr("You said that this layer shows {body}. Press to take that back.").format(
                body=body_words(body)
            )
        )

    def _show(self, layer: Any, says: Body | None, text: str, shown: Body | None = None) -> None:
        self._layer, self._body = layer, says
        name = (says or shown or layer).name
        words = name if isinstance(name, str) else name()
        self.button.setText(text.format(name=_short(layer.name()), body=words))
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


def _short(name: str) -> str:
    return name if len(name) <= 24 else name[:23] + "…"
