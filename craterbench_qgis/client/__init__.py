"""The engine seen from QGIS: its process, calls and their answers."""
