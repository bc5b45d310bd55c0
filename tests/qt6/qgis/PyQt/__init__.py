"""PyQt6 under QGIS's name for it."""

import importlib
import sys

for _part in ("sip", "QtCore", "QtGui", "QtWidgets", "QtNetwork", "QtXml", "QtSvg", "QtTest"):
    _module = importlib.import_module(f"PyQt6.{_part}")
    globals()[_part] = sys.modules[f"{__name__}.{_part}"] = _module

# QGIS's own shim has these in their old place, too, which tests of both use. That the plugin itself
# asks for none of them there is looked up by qt_names.py.
for _name in ("QAction", "QActionGroup", "QShortcut"):
    setattr(QtWidgets, _name, getattr(QtGui, _name))  # noqa: F821
