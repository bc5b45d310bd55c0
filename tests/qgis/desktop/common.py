"""What steps of several tours share: what a search, a gallery, a map show."""

import os

from qgis.PyQt.QtCore import QPoint
from qgis.PyQt.QtWidgets import (
    QAbstractItemView,
    QAbstractSlider,
    QProgressBar,
)

from eyes import reads, rows, shown
from hands import drag, key, spot, write
from steps import pause, until

MOSAIC, INDEX = os.environ["TOUR_MOSAIC"], os.environ["TOUR_INDEX"]
LON, LAT, SIDE = (float(number) for number in os.environ["TOUR_BOX"].split())
DOCK = "CraterBenchDock"


def answered(seconds=60):
    """A search was sent and its matches are shown."""
    yield from pause(0.2)
    busy = lambda: reads("Searching for*", DOCK) or reads("Drawing*", DOCK)  # noqa: E731
    yield from until(lambda: not busy() and rows("Matches") > 0, seconds)
    yield from pause(0.4)


def order():
    """What the gallery shows, in its order."""
    view = shown(QAbstractItemView, "Matches")
    return [view.model().index(row, 0).data() for row in range(view.model().rowCount())]


def centre(lon, lat, width, wider=1.0):
    """Two corners of a box of ``width`` degrees of the map around a place."""
    half = width * wider / 2
    return (lon - half, lat + half), (lon + half, lat - half)


def slide(says, inside=DOCK):
    """Drag a slider's handle to its end and back."""
    bar = shown(QAbstractSlider, says, inside)
    share = (bar.value() - bar.minimum()) / (bar.maximum() - bar.minimum())
    places = [6 + (bar.width() - 12) * part for part in (share, 1.0, share)]
    at = [spot(bar, QPoint(round(x), bar.height() // 2)) for x in places]
    value = bar.value()
    del bar
    for n in (0, 1):
        yield from drag(at[n], at[n + 1])
        assert (shown(QAbstractSlider, says, inside).value() > value + 5) is (n == 0)


def low_high(editor, low, high):
    yield from write(low)
    yield from key("Tab")
    yield from write(high)


def share_done(inside):
    """How far the bar in a part is; 0 without one."""
    bar = shown(QProgressBar, inside=inside)
    return bar.value() if bar is not None and bar.maximum() > 0 else 0
