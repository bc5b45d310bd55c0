"""Makes resources/styles/*.qml with QGIS's own classes; run it with QGIS's Python after a change.

    QT_QPA_PLATFORM=offscreen python3 tools/make_styles.py

The files are shipped and loaded as they are; the limits of the score classes and the legend's
words are put in for each match set (``craterbench_qgis/core/layers/style.py``).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from qgis.core import (
    QgsApplication,
    QgsFeatureRequest,
    QgsFillSymbol,
    QgsGeometryGeneratorSymbolLayer,
    QgsLineSymbol,
    QgsMapLayer,
    QgsMarkerSymbol,
    QgsPalLayerSettings,
    QgsProperty,
    QgsRuleBasedLabeling,
    QgsRuleBasedRenderer,
    QgsSymbol,
    QgsTextBufferSettings,
    QgsTextFormat,
    QgsUnitTypes,
    QgsVectorLayer,
)
from qgis.PyQt.QtGui import QColor, QFont

TARGET = Path(__file__).resolve().parents[1] / "resources" / "styles"

# Blue to red over yellow, after ColorBrewer's RdYlBu: told apart with every kind of colour sight,
# and all of them lighter than the halo around them.
SCORES = ("#4da3ff", "#9edcff", "#fff2a8", "#ffb63d", "#ff5d3a")
ACCEPTED, REJECTED, QUERY = "#3ddc84", "#c9ced6", "#ff4fd8"
HALO = "0,0,0,170"
WIDE, NARROW = (0.7, HALO), (0.3, "0,0,0,90")
"""How much wider than its line a halo is (mm), and its colour."""
FAMILIES = ("Sans Serif", "Arial", "Helvetica")
"""One of them is on Linux, Windows and macOS each. QGIS warns, for every layer of a project, of a
font that it names in vain."""
FIELDS = "field=rank:integer&field=score:double&field=decision:string(20)&field=lon:double"
TIP = (
    '<b>[% "rank" %]. [% coalesce(attribute($currentfeature, \'name\'), "crater_id") %]</b><br>'
    '[% format_number("score", 3) %]'
)
# The rim without the straight pieces that close a circle along the antimeridian or over a pole.
RIM = (
    "if(x_min($geometry) <= -180 OR x_max($geometry) >= 180, difference(boundary($geometry), "
    "geom_from_wkt('MULTILINESTRING((-180 -90,-180 90,180 90,180 -90,-180 -90))')), "
    "boundary($geometry))"
)


def stroke(
    colour: str, width: float, pen: str = "solid", halo: bool = True, rim: tuple[float, str] = WIDE
) -> QgsLineSymbol:
    """A line with a dark rim that lifts it off bright and dark ground."""
    line = {"line_color": colour, "line_width": str(width), "line_style": pen}
    round_ = {"capstyle": "round", "joinstyle": "round"}
    symbol = QgsLineSymbol.createSimple({**line, **round_})
    if halo:
        under = QgsLineSymbol.createSimple(
            {"line_color": rim[1], "line_width": str(width + rim[0]), **round_}
        )
        symbol.insertSymbolLayer(0, under.symbolLayer(0).clone())
    return symbol


def circle(colour: str, width: float, pen: str = "solid", halo: bool = True) -> Any:
    """The rim alone, drawn by a geometry generator.

    No fill, not even an empty one: QGIS fills it where a circle is selected, and hides the crater.
    """
    symbol = QgsFillSymbol()
    symbol.deleteSymbolLayer(0)
    rim = QgsGeometryGeneratorSymbolLayer.create({"geometryModifier": RIM, "SymbolType": "Line"})
    rim.setSubSymbol(stroke(colour, width, pen, halo))
    symbol.appendSymbolLayer(rim)
    return symbol


def point(colour: str, size: float, shape: str = "circle") -> QgsMarkerSymbol:
    """A marker for exports with points."""
    return QgsMarkerSymbol.createSimple(
        {
            "name": shape,
            "color": colour,
            "size": str(size),
            "outline_color": HALO,
            "outline_width": "0.5",
        }
    )


def rules(symbols: dict[str, QgsSymbol]) -> QgsRuleBasedRenderer:
    """One rule per decision, and one per class of the score for what is undecided."""
    root = QgsRuleBasedRenderer.Rule(None)
    texts = {"accepted": "Accepted", "rejected": "Rejected"}
    for decision in ("accepted", "rejected"):
        rule = QgsRuleBasedRenderer.Rule(symbols[decision])
        rule.setFilterExpression(f"\"decision\" = '{decision}'")
        rule.setLabel(texts[decision])
        rule.setRuleKey(f"craterbench-{decision}")
        root.appendChild(rule)
    open_ = "coalesce(\"decision\", '') NOT IN ('accepted', 'rejected')"
    for n in reversed(range(len(SCORES))):
        rule = QgsRuleBasedRenderer.Rule(symbols[f"score-{n}"])
        low, high = n / len(SCORES), (n + 1) / len(SCORES)
        rule.setFilterExpression(f'{open_} AND "score" >= {low} AND "score" < {high}')
        rule.setLabel(f"Score {low:.2f} - {high:.2f}")
        rule.setRuleKey(f"craterbench-score-{n}")
        root.appendChild(rule)
    return QgsRuleBasedRenderer(root)


def labels(placement: Any) -> QgsRuleBasedLabeling:
    """The rank: of the best ten always, of the others where the circle is large enough to see."""
    root = QgsRuleBasedLabeling.Rule(None)
    keep = "coalesce(\"decision\", '') <> 'rejected'"
    for key, chosen, least in (("best", '"rank" <= 10', 0.0), ("others", '"rank" > 10', 5.0)):
        rule = QgsRuleBasedLabeling.Rule(rank_label(placement, least))
        rule.setFilterExpression(f"{keep} AND {chosen}")
        rule.setDescription(key)
        rule.setRuleKey(f"craterbench-{key}")
        root.appendChild(rule)
    return QgsRuleBasedLabeling(root)


def rank_label(placement: Any, least_mm: float) -> QgsPalLayerSettings:
    """A white number with a dark buffer, beside the rim."""
    settings = QgsPalLayerSettings()
    settings.fieldName = "rank"
    settings.setFormat(text_format(9.0))
    settings.placement = placement
    settings.dist = 0.5
    settings.distUnits = QgsUnitTypes.RenderUnit.RenderMillimeters
    if least_mm:
        thinning = settings.thinningSettings()
        thinning.setMinimumFeatureSize(least_mm)
        settings.setThinningSettings(thinning)
    # Better matches keep their number where two would overlap.
    priority = QgsProperty.fromExpression('max(0, 10 - "rank" / 10.0)')
    settings.dataDefinedProperties().setProperty(QgsPalLayerSettings.Property.Priority, priority)
    return settings


def text_format(size: float, colour: str = "#ffffff") -> QgsTextFormat:
    """Bold, with a dark buffer."""
    form = QgsTextFormat()
    font = QFont(FAMILIES[0])
    font.setBold(True)
    form.setFont(font)
    form.setFamilies(list(FAMILIES))
    form.setSize(size)
    form.setColor(QColor(colour))
    buffer = QgsTextBufferSettings()
    buffer.setEnabled(True)
    buffer.setSize(0.9)
    buffer.setColor(QColor(16, 18, 22, 210))
    form.setBuffer(buffer)
    return form


def save(layer: QgsVectorLayer, name: str) -> None:
    """Symbols, labels, drawing settings and map tip; nothing about the fields or the source."""
    parts = QgsMapLayer.StyleCategory
    layer.setMapTipTemplate(TIP if name != "query" else '<b>[% "label" %]</b>')
    kept = parts.Symbology | parts.Labeling | parts.MapTips
    message, fine = layer.saveNamedStyle(str(TARGET / f"{name}.qml"), kept)
    if not fine:
        raise SystemExit(message)


def matches() -> None:
    """The circles."""
    layer = QgsVectorLayer(f"MultiPolygon?{FIELDS}", "matches", "memory")
    symbols = {
        "accepted": circle(ACCEPTED, 0.9),
        "rejected": circle(REJECTED, 0.3, pen="dash", halo=False),
    }
    symbols["rejected"].setOpacity(0.75)
    for n, colour in enumerate(SCORES):
        symbols[f"score-{n}"] = circle(colour, 0.5)
    renderer = rules(symbols)
    # The best are drawn last, over the others.
    renderer.setOrderByEnabled(True)
    renderer.setOrderBy(order_by())
    layer.setRenderer(renderer)
    layer.setLabeling(labels(QgsPalLayerSettings.Placement.OutsidePolygons))
    layer.setLabelsEnabled(True)
    save(layer, "matches")


def order_by() -> Any:
    """By rank, downwards."""
    clause = QgsFeatureRequest.OrderByClause("rank", False)
    return QgsFeatureRequest.OrderBy([clause])


def points() -> None:
    """The centres, for exports."""
    layer = QgsVectorLayer(f"Point?{FIELDS}", "points", "memory")
    symbols = {"accepted": point(ACCEPTED, 3.4, "diamond"), "rejected": point(REJECTED, 1.8, "x")}
    for n, colour in enumerate(SCORES):
        symbols[f"score-{n}"] = point(colour, 2.8)
    renderer = rules(symbols)
    renderer.setOrderByEnabled(True)
    renderer.setOrderBy(order_by())
    layer.setRenderer(renderer)
    layer.setLabeling(labels(QgsPalLayerSettings.Placement.AroundPoint))
    layer.setLabelsEnabled(True)
    save(layer, "points")


def links() -> None:
    """The great circles: the accepted strong, the best twenty faint, the others off."""
    layer = QgsVectorLayer(f"MultiLineString?{FIELDS}", "links", "memory")
    root = QgsRuleBasedRenderer.Rule(None)
    faint = "coalesce(\"decision\", '') NOT IN ('accepted', 'rejected')"
    for key, text, chosen, symbol, on in (
        (
            "accepted",
            "Accepted",
            "\"decision\" = 'accepted'",
            stroke(ACCEPTED, 0.45, rim=NARROW),
            True,
        ),
        (
            "best",
            "Best 20",
            f'{faint} AND "rank" <= 20',
            stroke("255,255,255,200", 0.26, rim=NARROW),
            True,
        ),
        (
            "others",
            "Others",
            f'{faint} AND "rank" > 20',
            stroke("255,255,255,120", 0.2, rim=NARROW),
            False,
        ),
    ):
        rule = QgsRuleBasedRenderer.Rule(symbol)
        rule.setFilterExpression(chosen)
        rule.setLabel(text)
        rule.setRuleKey(f"craterbench-{key}")
        rule.setActive(on)
        root.appendChild(rule)
    layer.setRenderer(QgsRuleBasedRenderer(root))
    save(layer, "links")


def query() -> None:
    """What was searched, and what was drawn."""
    layer = QgsVectorLayer(
        "MultiPolygon?field=label:string&field=kind:string&field=lon:double", "query", "memory"
    )
    root = QgsRuleBasedRenderer.Rule(None)
    for kind, text, symbol in (
        ("searched", "Searched", circle(QUERY, 0.7)),
        ("drawn", "Drawn", circle(QUERY, 0.35, pen="dash", halo=False)),
    ):
        rule = QgsRuleBasedRenderer.Rule(symbol)
        rule.setFilterExpression(f"\"kind\" = '{kind}'")
        rule.setLabel(text)
        rule.setRuleKey(f"craterbench-{kind}")
        root.appendChild(rule)
    layer.setRenderer(QgsRuleBasedRenderer(root))
    save(layer, "query")


if __name__ == "__main__":
    application = QgsApplication([], True)
    application.initQgis()
    TARGET.mkdir(parents=True, exist_ok=True)
    for make in (matches, points, links, query):
        make()
