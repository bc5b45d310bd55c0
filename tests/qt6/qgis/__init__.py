"""A stand-in for QGIS 4, which cannot be had here: PyQt6 itself, and as much of ``qgis.core`` and
``qgis.gui`` as dialogs and panels need to be opened and clicked (``tests/qgis/test_qt6.py``).

What needs layers, projections or a map is made up: it answers nothing.
"""
