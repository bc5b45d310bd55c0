"""The engine: everything that needs no QGIS. It never imports ``qgis`` or Qt."""

from .files.walls import raise_walls

# Before anything here can load GDAL: what it may do in this process is read when it starts.
raise_walls()
