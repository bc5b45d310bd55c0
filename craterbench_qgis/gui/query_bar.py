"""How a query is asked: the tools, the raster it is cut from, and what will be searched."""

from __future__ import annotations

import dataclasses
import uuid
from pathlib import Path
from typing import Any

from qgis.core import QgsMapLayerProxyModel, QgsPointXY
from qgis.gui import QgsMapLayerComboBox
from qgis.PyQt.QtCore import QSize, Qt, QTimer, pyqtSignal
from qgis.PyQt.QtGui import QIcon, QPixmap
from qgis.PyQt.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from ..core.geo.crs import MapFrame, body_problem
from ..core.query import QueryRequest, RasterSource
from ..core.rasters import RasterPicker, RenderJob, raster_source
from ..core.wording import kilometres
from ..files import RESOURCES
from ..i18n import tr
from ..protocol import IndexInfo, Preview
from .messages import MessageLine
from .tools import BoxTool, CircleTool, ClickTool, selection_queries
from .tools.base import DEFAULT_CONTEXT, place_text

ICONS = RESOURCES / "icons"
PICTURE_PX = 88
THROTTLE_MS = 150
_FULL = 0.995  # from this valid fraction on nothing is said of it


class QueryBar(QWidget):
    """Emits :attr:`query` when the user asked for something that can be searched.

    ``iface``: QgisInterface; ``engine``: client.Engine (``call``, ``session_folder``). Of several
    selected craters the next is asked when :meth:`search_done` says that the last was answered.
    """

    query = pyqtSignal(object)
    previewing = pyqtSignal(bool)
    """A crop is drawn and pictured here (True), or was given up again (False)."""

    def __init__(
        self, iface: Any, engine: Any, settings: Any, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._iface, self._engine, self._settings = iface, engine, settings
        self._canvas = iface.mapCanvas()
        self._info: IndexInfo | None = None
        self._shown: QueryRequest | None = None
        self._waiting: list[QueryRequest] = []
        self._call: Any = None
        self._job: RenderJob | None = None
        self._frame: MapFrame | None = None
        self._picker = RasterPicker()
        self._closed = False
        kinds = (("box", BoxTool), ("circle", CircleTool), ("click", ClickTool))
        self._tools = {
            name: kind(self._canvas, self._body, self._source_at, self.context)
            for name, kind in kinds
        }
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(THROTTLE_MS)
        self._timer.timeout.connect(self._ask_preview)
        self._build()
        for tool in self._tools.values():
            tool.query.connect(self._on_query)
            tool.preview.connect(self.show_request)
            tool.message.connect(self._message.problem)
            tool.cancelled.connect(self._on_cancelled)
        self._canvas.mapToolSet.connect(self._on_tool)
        self._canvas.destinationCrsChanged.connect(self._on_crs)
        self.set_index(None)

    def _build(self) -> None:
        tips = {
            "box": (tr("Box"), tr("Drag a box around a crater")),
            "circle": (tr("Circle"), tr("Press on a crater's centre and drag to its rim")),
            "click": (tr("Click"), tr("Click on a crater of a point or polygon layer")),
            "selection": (tr("Selection"), tr("Search the selected craters of the active layer")),
        }
        self.buttons = {name: self._button(name, *words) for name, words in tips.items()}
        self.sources = QgsMapLayerComboBox()
        self.sources.setFilters(QgsMapLayerProxyModel.RasterLayer)
        self.sources.setAllowEmptyLayer(True, tr("Topmost under the cursor"))
        self.sources.setCurrentIndex(0)
        self.sources.setToolTip(tr("The raster the query is cut from"))
        # Long layer names must not widen the dock.
        self.sources.setMinimumContentsLength(12)
        self.sources.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._picture = QLabel()
        self._picture.setFixedSize(QSize(PICTURE_PX + 2, PICTURE_PX + 2))
        self._picture.setFrameShape(QFrame.Shape.Box)
        self._picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._picture.setAccessibleName(tr("The crop that will be searched"))
        self._line = QLabel()
        self._line.setWordWrap(True)
        self._line.setTextFormat(Qt.TextFormat.PlainText)
        self._line.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        self._line.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
        self._message = MessageLine()
        top = QHBoxLayout()
        top.setSpacing(2)
        for button in self.buttons.values():
            top.addWidget(button)
        top.addStretch(1)
        words = QVBoxLayout()
        words.addWidget(self.sources)
        words.addWidget(self._line)
        words.addWidget(self._message)
        words.addStretch(1)
        below = QHBoxLayout()
        below.addWidget(self._picture, 0, Qt.AlignmentFlag.AlignTop)
        below.addLayout(words, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(top)
        layout.addLayout(below)

    def _button(self, name: str, text: str, tip: str) -> QToolButton:
        button = QToolButton()
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
        return sum(contexts) / len(contexts) if contexts else DEFAULT_CONTEXT

    def _body(self) -> dict[str, Any] | None:
        return self._info.body if self._info else None

    # The tools

    def start_tool(self, name: str) -> None:
        """Take up ``box``, ``circle`` or ``click``."""
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
        found = selection_queries(layer, self._source_of, self._body(), problems)
        self._waiting = found[1:]
        if found:
            self._on_query(found[0], keep_waiting=True)
        if problems:
            self._message.problem(" ".join(problems))

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
        if self._canvas.mapTool() is self._tools[name]:
            self._canvas.unsetMapTool(self._tools[name])
        else:
            self.start_tool(name)

    def _on_tool(self, tool: Any, _old: Any = None) -> None:
        for name, mine in self._tools.items():
            self.buttons[name].setChecked(tool is mine)

    def _on_crs(self) -> None:
        """What was wrong with the last one is wrong no more, or is said again when asked."""
        self._message.clear_message()

    def _on_cancelled(self) -> None:
        self._waiting = []
        self._forget()
        self._message.clear_message()
        self._line.setText(tr("Given up. Draw again, or choose another tool."))
        self.previewing.emit(False)

    # Where it is cut from

    def _layer_of(self, place: tuple[float, float]) -> Any:
        chosen = self.sources.currentLayer()
        if chosen is not None:
            return chosen
        frame = self._map_frame()
        return self._picker.topmost(self._canvas.layers(), place, frame.figure) if frame else None

    def _source_of(self, place: tuple[float, float]) -> RasterSource | None:
        return raster_source(self._layer_of(place))

    def _source_at(self, point: QgsPointXY) -> RasterSource | None:
        frame = self._map_frame()
        place = frame.to_lonlat(point) if frame else None
        return self._source_of(place) if place is not None else None

    def _map_frame(self) -> MapFrame | None:
        crs = self._canvas.mapSettings().destinationCrs()
        if self._frame is None or self._frame.crs != crs:
            try:
                self._frame = MapFrame(crs)
            except ValueError:
                self._frame = None
        return self._frame

    # Asking

    def _on_query(self, request: QueryRequest, keep_waiting: bool = False) -> None:
        if not keep_waiting:
            self._waiting = []
        self._forget()
        self.show_request(request)
        if request.lon is None or request.lat is None:
            return
        layer = self._layer_of((request.lon, request.lat))
        if layer is None:
            self._message.problem(
                tr("There is no raster of this body here. Add a mosaic, or choose one above.")
            )
            return
        problem = body_problem(layer.crs(), self._body(), layer.name())
        if problem is not None:
            self._message.problem(problem)
        elif request.source is not None:
            self.query.emit(request)
        else:
            self._render(request, layer)

    def _render(self, request: QueryRequest, layer: Any) -> None:
        """Let QGIS draw the square of a raster that has no pixels on this computer."""
        folder = self._engine.session_folder
        if not folder:
            self._message.problem(tr("The engine is not running yet. Wait a moment, ask again."))
            return
        side = request.side_m or (request.diameter_m or 0.0) * self.context()
        drawn = dataclasses.replace(
            request,
            kind="image",
            image=str(Path(folder) / f"query-{uuid.uuid4().hex}.png"),
            side_m=side,
            diameter_m=request.diameter_m or side / self.context(),
        )
        self._message.info(tr("Drawing {name} for the search…").format(name=layer.name()))
        self._job = RenderJob(
            [layer],
            request.lon or 0.0,
            request.lat or 0.0,
            side,
            drawn.image,
            lambda _path: self._rendered(drawn),
            self._message.problem,
            parent=self,
        )

    def _rendered(self, drawn: QueryRequest) -> None:
        self._job = None
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
        size = request.diameter_m or (request.side_m or 0.0) / self.context()
        parts = [kilometres(size)] if size else []
        if request.lon is not None and request.lat is not None:
            parts.append(place_text(request.lon, request.lat))
            name = request.source.name if request.source else ""
            if not name:
                layer = self._layer_of((request.lon, request.lat))
                name = layer.name() if layer is not None else ""
            if name:
                parts.append(tr("on {raster}").format(raster=name))
        if preview is not None and preview.valid_fraction < _FULL:
            share = round(100 * preview.valid_fraction)
            parts.append(tr("{share} % valid").format(share=share))
        return ", ".join(parts)

    def _ask_preview(self) -> None:
        request = self._shown
        if request is None or self._info is None or not (request.source or request.image):
            return
        if self._call is not None:
            # One at a time; what is drawn meanwhile is asked when it has answered.
            return
        self._call = self._engine.call(
            "preview",
            {"query": request.to_params(), "index": self._info.path, "size": 2 * PICTURE_PX},
            done=lambda result: self._on_preview(request, Preview.from_json(result)),
            failed=lambda error: self._on_preview_failed(request, error),
            owner=self,
        )

    def _on_preview(self, request: QueryRequest, preview: Preview) -> None:
        self._call = None
        if request is not self._shown:
            self._ask_preview()
            return
        pixmap = QPixmap(preview.image)
        if not pixmap.isNull():
            ratio = self.devicePixelRatioF()
            pixels = round(PICTURE_PX * ratio)
            pixmap = pixmap.scaled(
                QSize(pixels, pixels),
                Qt.AspectRatioMode.KeepAspectRatio,
                Qt.TransformationMode.SmoothTransformation,
            )
            pixmap.setDevicePixelRatio(ratio)
        self._picture.setPixmap(pixmap)
        self._line.setText(self._describe(request, preview))

    def _on_preview_failed(self, request: QueryRequest, error: Any) -> None:
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
        if self._job is not None:
            self._job.cancel()
            self._job = None
        self._picture.clear()
