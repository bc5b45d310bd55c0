"""How a query is asked: the tools, the raster it is cut from, and what will be searched."""

from __future__ import annotations

import dataclasses
from typing import Any

from qgis.PyQt.QtCore import QSize, Qt, QTimer, pyqtSignal
from qgis.PyQt.QtGui import QIcon
from qgis.PyQt.QtWidgets import QFrame, QLabel, QSizePolicy, QToolButton, QWidget

from ..client.failure import CallError
from ..client.service import AnyCall, EngineService
from ..contract.body import Body
from ..contract.build import IndexInfo
from ..contract.methods import PREVIEW
from ..contract.search import LOOK_AT, Preview, PreviewParams
from ..contract.vocabulary import BoxReading, QueryKind
from ..core.match_set import MatchSet
from ..core.query import QueryRequest
from ..core.rasters import RENDERED_PX, raster_source
from ..core.settings import Settings
from ..core.shown import layer_problem
from ..core.words.quantities import kilometres, place
from ..files import RESOURCES
from ..i18n import tr
from .drawn import DrawnSquare
from .layouts import in_column, in_row
from .messages import MessageLine
from .query_parts import PICTURE_PX, DiameterBox, RasterChoice, query_picture
from .shows import ShowsBar
from .tools import BoxTool, CircleTool, ClickTool, RimTool, selection_queries

ICONS = RESOURCES / "icons"
THROTTLE_MS = 150
_FULL = 0.995  # from this valid fraction on nothing is said of it


class QueryBar(QWidget):
    """Emits :attr:`query` when the user asked for something that can be searched.

    ``iface``: QgisInterface. Of several selected craters the next is asked when
    :meth:`search_done` says that the last was answered.
    """

    query = pyqtSignal(object)
    previewing = pyqtSignal(bool)
    """A crop is drawn and pictured here (True), or was given up again (False)."""

    def __init__(self, iface: Any, engine: EngineService, settings: Settings) -> None:
        super().__init__()
        self._iface, self._engine = iface, engine
        self._canvas = iface.mapCanvas()
        self._info: IndexInfo | None = None
        self._shown: QueryRequest | None = None
        self._waiting: list[QueryRequest] = []
        self._call: AnyCall | None = None
        self._drawing = DrawnSquare(engine, self)
        self._asked: QueryRequest | None = None
        self.raster = RasterChoice(self._canvas, self._body)
        self.sources = self.raster.sources
        self._closed = False
        kinds = (("box", BoxTool), ("circle", CircleTool), ("rim", RimTool), ("click", ClickTool))
        self._tools = {
            name: kind(self._canvas, self._body, self.raster.source_at, self.context)
            for name, kind in kinds
        }
        self._timer = QTimer(self, singleShot=True, interval=THROTTLE_MS, timeout=self._ask_preview)
        self._build()
        for tool in self._tools.values():
            tool.query.connect(self._on_query)
            tool.preview.connect(self.show_request)
            tool.message.connect(self._on_tool_message)
            tool.cancelled.connect(self._on_cancelled)
        self._canvas.mapToolSet.connect(self._on_tool)
        self._canvas.destinationCrsChanged.connect(self._on_crs)
        self.set_index(None)

    def _build(self) -> None:
        tips = {
            "box": (tr("Box"), tr("Drag a box around a crater")),
            "circle": (
                tr("Circle"),
                tr(
                    "Press on a crater's centre and drag to its rim; or turn "
                    "the wheel until the circle fits, and click"
                ),
            ),
            "rim": (tr("Rim"), tr("Click three points on a crater's rim")),
            "click": (
                tr("Click"),
                tr(
                    "Click on a crater of a point or polygon layer; where there "
                    "is none, turn the wheel for a circle"
                ),
            ),
            "selection": (tr("Selection"), tr("Search the selected craters of the active layer")),
        }
        self.buttons = {name: self._button(name, *words) for name, words in tips.items()}
        self._picture = QLabel()
        self._picture.setFixedSize(QSize(PICTURE_PX + 2, PICTURE_PX + 2))
        self._picture.setFrameShape(QFrame.Shape.Box)
        self._picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._picture.setObjectName("CraterBenchQueryPicture")
        self._picture.setAccessibleName(tr("The crop that will be searched"))
        self._line = QLabel()
        self._line.setObjectName("CraterBenchQueryLine")
        self._line.setWordWrap(True)
        self._line.setTextFormat(Qt.TextFormat.PlainText)
        self._line.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        self._line.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
        self._message = MessageLine()
        self._message.setObjectName("CraterBenchQueryMessage")
        top = in_row(*self.buttons.values(), 1, spacing=2)
        self.diameter = DiameterBox()
        self.diameter.corrected.connect(self._on_diameter)
        self.shows = ShowsBar(self._body)
        self.shows.said.connect(self._on_shows)
        asked = in_row((self.sources, 1), self.diameter)
        words = in_column(asked, self._line, self._message, self.shows, 1)
        below = in_row((self._picture, 0, Qt.AlignmentFlag.AlignTop), (words, 1))
        in_column(top, below, on=self, margins=0)

    def _button(self, name: str, text: str, tip: str) -> QToolButton:
        button = QToolButton()
        button.setObjectName(f"CraterBenchTool_{name}")
        button.setIcon(QIcon(str(ICONS / f"tool_{name}.svg")))
        button.setIconSize(QSize(22, 22))
        button.setText(text)
        button.setToolTip(tip)
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
        button.setAutoRaise(True)
        button.setCheckable(name != "selection")
        if name == "selection":
            button.clicked.connect(lambda *_: self.search_selection())
        else:
            button.clicked.connect(lambda *_: self._toggle(name))
        return button

    # The index

    def set_index(self, info: IndexInfo | None) -> None:
        """The index queries go to; without one the tools are off."""
        self._info = info
        self.fold() if info is None else self._unfold()
        for button in self.buttons.values():
            button.setEnabled(info is not None)
        self._waiting = []
        self._forget()
        self._asked = None
        self.diameter.show_diameter(None)
        for tool in self._tools.values():
            tool.erase()
            if info is None and self._canvas.mapTool() is tool:
                self._canvas.unsetMapTool(tool)
        self._message.clear_message()
        self._line.setText(
            tr("Drag a box around a crater, or choose another tool.")
            if info is not None
            else tr("Open an index first.")
        )

    def context(self) -> float:
        """Crop side / diameter: the mean of the index's, which the engine assumes too."""
        contexts = self._info.contexts if self._info else []
        return sum(contexts) / len(contexts) if contexts else LOOK_AT

    def _body(self) -> Body | None:
        return self._info.body if self._info else None

    # The tools

    def start_tool(self, name: str) -> None:
        """Take up ``box``, ``circle``, ``rim`` or ``click``."""
        self._canvas.setMapTool(self._tools[name])

    def close_tools(self) -> None:
        """Leave the canvas as it was, for good."""
        if self._closed:
            return
        self._closed = True
        self._waiting = []
        self._forget()
        self._canvas.mapToolSet.disconnect(self._on_tool)
        self._canvas.destinationCrsChanged.disconnect(self._on_crs)
        for tool in self._tools.values():
            tool.close()

    def search_selection(self) -> None:
        """Search the selected craters of the active layer, one after the other."""
        problems: list[str] = []
        layer = self._iface.activeLayer()
        requests = selection_queries(layer, self.raster.source_of, self._body(), problems)
        self._waiting = requests[1:]
        if requests:
            self._on_query(requests[0], keep_waiting=True)
        if problems:
            self._message.problem(" ".join(problems))

    def show_answer(self, match_set: MatchSet) -> None:
        """The diameter that was searched with, to be corrected."""
        self._asked = match_set.request
        self.diameter.show_diameter(match_set.preview.diameter_m)

    def _on_diameter(self, metres: float) -> None:
        """The user says how large the crater is: the same place is searched again."""
        asked, body = self._asked, self._body()
        if asked is None or body is None or asked.lon is None or asked.lat is None:
            return
        request = asked.with_diameter(metres, body.mean_radius)
        if request.mosaic is None:
            layer = self.raster.layer_of((asked.lon, asked.lat))
            request = dataclasses.replace(request, mosaic=raster_source(layer))
        for tool in self._tools.values():
            tool.erase()  # what was drawn is not what is searched now
        self._on_query(request)

    def search_done(self) -> None:
        """The last query was answered: on to the next selected crater."""
        if self._waiting:
            self._on_query(self._waiting.pop(0), keep_waiting=True)

    def fold(self) -> None:
        """Picture and words give way: the answer's header shows the same crop, or none is."""
        self._picture.hide()
        self._line.hide()

    def _unfold(self) -> None:
        self._picture.show()
        self._line.show()

    def _toggle(self, name: str) -> None:
        self.start_tool(name)  # in use it stays in use, as QGIS's own tools do
        self.buttons[name].setChecked(True)

    def _on_tool(self, tool: Any, _old: Any = None) -> None:
        for name, mine in self._tools.items():
            self.buttons[name].setChecked(tool is mine)

    def _on_crs(self) -> None:
        """What was wrong with the last one is wrong no more, or is said again when asked."""
        self._message.clear_message()

    def _on_tool_message(self, text: str) -> None:
        self._message.problem(text)
        self.shows.ask(self.raster.earthly())

    def _on_shows(self, text: str) -> None:
        """A layer was said to show the index's body, or that was taken back."""
        self._message.info(text)

    def _on_cancelled(self) -> None:
        self._waiting = []
        self._forget()
        self._message.clear_message()
        self._line.setText(tr("Given up. Draw again, or choose another tool."))
        self.previewing.emit(False)

    # Asking

    def _on_query(self, request: QueryRequest, keep_waiting: bool = False) -> None:
        if not keep_waiting:
            self._waiting = []
        self._forget()
        self.show_request(request)
        if request.lon is None or request.lat is None:
            return
        layer = self.raster.layer_of((request.lon, request.lat))
        if layer is None:
            self._message.problem(
                tr("There is no raster of this body here. Add a mosaic, or choose one above.")
            )
            self.shows.ask(self.raster.earthly())
            return
        problem = layer_problem(layer, self._body())
        self.shows.tell(layer)
        if problem is not None:
            self._message.problem(problem)
            self.shows.ask(layer)
        elif request.mosaic is not None:
            self.query.emit(request)
        else:
            self._draw(request, layer)

    def _draw(self, request: QueryRequest, layer: Any) -> None:
        """Let QGIS draw the square of a raster that has no pixels on this computer."""
        side = request.side_m or (request.diameter_m or 0.0) * self.context()
        box = request.square_m if request.reading is BoxReading.EITHER else None
        if box is not None:  # as wide as the view of a crater that fills the box
            side = box * max(self.context(), 1.0)
        drawn = dataclasses.replace(
            request,
            kind=QueryKind.IMAGE,
            side_m=side,
            box_m=box,
            diameter_m=request.diameter_m or (None if box else side / self.context()),
            shown=layer.name(),
        )
        self._message.info(tr("Drawing {name} for the search…").format(name=layer.name()))
        self._drawing.start(
            layer,
            (request.lon or 0.0, request.lat or 0.0),
            side,
            lambda picture: self._drawn(dataclasses.replace(drawn, image=picture)),
            self._message.problem,
            RENDERED_PX if box is None else 2 * RENDERED_PX,
        )

    def _drawn(self, drawn: QueryRequest) -> None:
        self.show_request(drawn)
        self.query.emit(drawn)

    # What will be searched

    def show_request(self, request: QueryRequest) -> None:
        """Say where and how large; the picture follows."""
        self._shown = request
        self._unfold()
        self.previewing.emit(True)
        self._message.clear_message()
        self._line.setText(self._describe(request, None))
        if not self._timer.isActive():
            self._timer.start()

    def _describe(self, request: QueryRequest, preview: Preview | None) -> str:
        """``24.8 km, 12.30° N, 45.60° W, on lroc_wac_8k.tif, 86 % valid``."""
        if request.reading is BoxReading.EITHER and request.square_m:
            parts = [tr("Box of {size}").format(size=kilometres(request.square_m))]
        else:
            size = request.diameter_m or (request.side_m or 0.0) / self.context()
            parts = [kilometres(size)] if size else []
        if request.lon is not None and request.lat is not None:
            parts.append(place(request.lon, request.lat, 2))
            name = request.mosaic.name if request.mosaic else request.shown
            if not name:
                layer = self.raster.layer_of((request.lon, request.lat))
                name = layer.name() if layer is not None else ""
            if request.shown:
                parts.append(tr("on {raster}, as the map shows it").format(raster=name))
            elif name:
                parts.append(tr("on {raster}").format(raster=name))
        if preview is not None and preview.valid_fraction < _FULL:
            share = round(100 * preview.valid_fraction)
            parts.append(tr("{share} % valid").format(share=share))
        return ", ".join(parts)

    def _ask_preview(self) -> None:
        request = self._shown
        if request is None or self._info is None or not (request.mosaic or request.image):
            return
        if self._call is not None:
            # One at a time; what is drawn meanwhile is asked when it has answered.
            return
        self._call = self._engine.call(
            PREVIEW,
            PreviewParams(request.query(), self._info.path, 2 * PICTURE_PX),
            lambda preview: self._on_preview(request, preview),
            lambda error: self._on_preview_failed(request, error),
            owner=self,
        )

    def _on_preview(self, request: QueryRequest, preview: Preview) -> None:
        self._call = None
        if request is not self._shown:
            self._ask_preview()
            return
        self._picture.setPixmap(query_picture(preview.image, self.devicePixelRatioF()))
        self._line.setText(self._describe(request, preview))

    def _on_preview_failed(self, request: QueryRequest, error: CallError) -> None:
        self._call = None
        if request is not self._shown:
            self._ask_preview()
        elif not error.cancelled:
            self._picture.clear()
            self._message.problem(error.message)

    def _forget(self) -> None:
        """Drop what is shown, asked for or being rendered."""
        self._timer.stop()
        self._shown = None
        if self._call is not None:
            self._call.drop()
            self._call = None
        self._drawing.cancel()
        self.shows.hide()
        self._picture.clear()
