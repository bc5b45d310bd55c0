"""The engine: everything that needs no QGIS. It never imports ``qgis`` or Qt."""
