"""The engine's own environment: make it, check it. Standard library only; runs in QGIS too."""
