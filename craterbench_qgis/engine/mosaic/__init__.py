"""Rasters and the views cut from them."""

from .query import QueryArea, box_area, image_view
from .raster import MIN_PIXELS_ACROSS, MIN_VALID_FRACTION, Mosaic, RasterSource
from .view import View, ViewSkipped, stretch

__all__ = [
    "MIN_PIXELS_ACROSS",
    "MIN_VALID_FRACTION",
    "Mosaic",
    "QueryArea",
    "RasterSource",
    "View",
    "ViewSkipped",
    "box_area",
    "image_view",
    "stretch",
]
