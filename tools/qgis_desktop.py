"""Run by ``qgis --code``: the demo's mosaics on the map, its index open, the panel beside it."""

import csv
import os
from pathlib import Path

from qgis.core import (
    Qgis,
    QgsCoordinateTransform,
    QgsPointXY,
    QgsProject,
    QgsRasterLayer,
    QgsRectangle,
)
from qgis.PyQt.QtCore import QTimer
from qgis.utils import iface, plugins

DEMO = Path(os.environ["CRATERBENCH_DEMO"])
# The upper one is what a box is drawn on; the index was built from the lower one.
MOSAICS = (("mosaic_a.tif", "Planet, indexed"), ("mosaic_b.tif", "Planet, another observation"))
WIDTHS = 8.0
LEAST_KM, MOST_KM, MOST_LATITUDE = 90.0, 200.0, 35.0
KM_PER_DEGREE = 30.0  # of the Moon's size, which the synthetic planet has
TRIES = 100
SETTLE_MS = 1000


def layers():
    """The mosaics, the one to ask on last."""
    rasters = [QgsRasterLayer(str(DEMO / "planet" / file), name) for file, name in MOSAICS]
    return [layer for layer in rasters if layer.isValid()]


def shows(layer, way, lon, lat, diameter):
    """Whether a mosaic has pixels all over the square of a query around a crater.

    ``way``: from longitude and latitude to the mosaic's coordinates.
    """
    half = 1.5 * diameter / KM_PER_DEGREE
    steps = [half * n / 4.0 for n in range(-4, 5)]
    sample = layer.dataProvider().sample
    points = (QgsPointXY((lon + x + 180.0) % 360.0 - 180.0, lat + y) for x in steps for y in steps)
    return all(sample(way.transform(point), 1)[1] for point in points)


def crater(rasters):
    """Longitude, latitude (degrees) and diameter (km) of a crater that both mosaics have.

    The one on top has gaps, as real mosaics have.
    """
    with (DEMO / "planet" / "catalogue.csv").open(encoding="utf-8", newline="") as stream:
        rows = [
            (float(row["LON_CIRC_IMG"]), float(row["LAT_CIRC_IMG"]), float(row["DIAM_CIRC_IMG"]))
            for row in csv.DictReader(stream)
        ]
    near = [row for row in rows if LEAST_KM < row[2] < MOST_KM and abs(row[1]) < MOST_LATITUDE]
    way = QgsCoordinateTransform(rasters[0].crs(), rasters[-1].crs(), QgsProject.instance())
    near = [row for row in near if shows(rasters[-1], way, *row)]
    # As far as possible from the seams of both mosaics, which lie at 0 and at 180 degrees.
    lon, lat, diameter = min(near or rows, key=lambda row: abs(abs(row[0] - 180.0) - 90.0))
    return (lon + 180.0) % 360.0 - 180.0, lat, diameter


def fill(rasters):
    """The map: before the layers its reference system, so that QGIS chooses none by itself."""
    project = QgsProject.instance()
    project.setCrs(rasters[0].crs())
    # QGIS knows no way from this sphere to the ellipsoids on its list, and would say so.
    project.setEllipsoid("NONE")
    # Else QGIS zooms to the whole of the first layer, a moment after it was added.
    iface.layerTreeCanvasBridge().setAutoSetupOnFirstLayer(False)
    project.addMapLayers(list(reversed(rasters)))
    iface.setActiveLayer(rasters[-1])
    QTimer.singleShot(SETTLE_MS, lambda: zoom(rasters))


def zoom(rasters):
    """Show the crater, large enough to draw a box around it."""
    project, canvas = QgsProject.instance(), iface.mapCanvas()
    project.setCrs(rasters[0].crs())
    project.setEllipsoid("NONE")
    lon, lat, diameter = crater(rasters)
    half = WIDTHS * diameter / 2.0 / KM_PER_DEGREE
    canvas.setExtent(QgsRectangle(lon - half, lat - half, lon + half, lat + half))
    canvas.refresh()
    QTimer.singleShot(SETTLE_MS, tidy)


def tidy():
    """Take away what QGIS itself says of any sphere without a code: no way to WGS 84."""
    iface.layerTreeCanvasBridge().setAutoSetupOnFirstLayer(True)
    bar, name = iface.messageBar(), QgsProject.instance().crs().description()
    for item in bar.items():
        if name and name in item.text():
            bar.popWidget(item)


def start(tries=TRIES):
    """As soon as the plugin is there."""
    plugin = plugins.get("craterbench_qgis_plugin")
    if plugin is None:
        if tries:
            QTimer.singleShot(100, lambda: start(tries - 1))
        else:
            text = "The CraterBench plugin did not load; see the Python errors in QGIS's log."
            iface.messageBar().pushMessage("CraterBench", text, Qgis.MessageLevel.Critical)
        return
    rasters = layers()
    if rasters:
        fill(rasters)
    plugin.show_dock()
    plugin.open_index(str(DEMO / "planet.craterindex"))


QTimer.singleShot(0, start)
