"""Run by ``test_qt6.py``: does the plugin's side fit the Qt of this interpreter?

``qt_names.py ROOT stub``: with PyQt6 behind ``qgis.PyQt``, as QGIS 4 has it, and the rest of qgis
made up; every module of the plugin is imported. ``qt_names.py ROOT real``: with the QGIS that is
installed. Either way every name taken from Qt, with all that hangs on it (enums above all), is
looked up.
"""

import ast
import importlib
import sys
import types
from pathlib import Path

PARTS = ("sip", "QtCore", "QtGui", "QtWidgets", "QtNetwork", "QtXml", "QtSvg")
HEAVY = ("torch", "timm", "rasterio", "shapely", "hnswlib", "pyogrio", "pyarrow", "numpy")


def put_stub_in_place():
    """``qgis`` with PyQt6 inside; its own classes are made when they are asked for."""
    from PyQt6 import QtCore

    class Kind(type(QtCore.QObject)):
        def __getattr__(cls, name):
            if name.startswith("_"):
                raise AttributeError(name)
            return stub(name)

    def stub(name):
        return Kind(name, (QtCore.QObject,), {})

    class Module(types.ModuleType):
        def __getattr__(self, name):
            if name.startswith("_"):
                raise AttributeError(name)
            value = stub(name) if name[0].isupper() else (lambda *a, **k: None)
            setattr(self, name, value)
            return value

    for name in ("qgis", "qgis.core", "qgis.gui", "qgis.utils", "qgis.processing", "processing"):
        sys.modules[name] = Module(name)
    sys.modules["qgis"].__path__ = []
    shim = types.ModuleType("qgis.PyQt")
    shim.__path__ = []
    sys.modules["qgis.PyQt"] = shim
    for part in PARTS:
        module = importlib.import_module(f"PyQt6.{part}")
        setattr(shim, part, module)
        sys.modules[f"qgis.PyQt.{part}"] = module


def modules(root):
    """The plugin's side: (dotted name, file); without the engine."""
    for path in sorted((root / "craterbench_qgis").rglob("*.py")):
        parts = path.relative_to(root).with_suffix("").parts
        if "engine" not in parts[1:2]:
            yield ".".join(parts[:-1] if parts[-1] == "__init__" else parts), path


def unknown_names(path):
    """Chains like ``Qt.AlignmentFlag.AlignTop`` that this Qt does not have, and how many it has."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    known = {}
    # "try: from QtGui ... except ImportError: from QtWidgets ..." is how both are served.
    tried = {
        id(statement)
        for node in ast.walk(tree)
        if isinstance(node, ast.Try)
        for body in (node.body, *(handler.body for handler in node.handlers))
        for statement in body
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("qgis.PyQt."):
            module = importlib.import_module(node.module)
            for alias in node.names:
                if not hasattr(module, alias.name):
                    if id(node) in tried:
                        continue
                    yield f"{node.module}.{alias.name}"
                    continue
                known[alias.asname or alias.name] = getattr(module, alias.name)
    if sys.argv[2] == "stub":
        # Its types of fields are gone in Qt 6, and asked for below QGIS 3.38 only: not at import.
        at_import = {a.name for n in tree.body if isinstance(n, ast.ImportFrom) for a in n.names}
        if "QVariant" in at_import:
            yield "QVariant is imported with the module"
        known.pop("QVariant", None)
    for node in ast.walk(tree):
        chain = []
        at = node
        while isinstance(at, ast.Attribute):
            chain.insert(0, at.attr)
            at = at.value
        if not (chain and isinstance(at, ast.Name) and at.id in known):
            continue
        value = known[at.id]
        for count, name in enumerate(chain, 1):
            if not isinstance(value, type) and not hasattr(value, name):
                break  # an object's own business
            if not hasattr(value, name):
                yield ".".join([at.id, *chain[:count]])
                break
            value = getattr(value, name)
        else:
            looked_up.append(chain)


looked_up = []


def main():
    root = Path(sys.argv[1])
    sys.path.insert(0, str(root))
    if sys.argv[2] == "stub":
        put_stub_in_place()
    problems = []
    for module, path in modules(root):
        if sys.argv[2] == "stub":
            importlib.import_module(module)
        problems += [f"{path.name}: {name}" for name in unknown_names(path)]
        if ".exec_(" in path.read_text(encoding="utf-8"):
            problems.append(f"{path.name}: exec_()")
    if sys.argv[2] == "stub":
        problems += [f"{name} was imported" for name in HEAVY if name in sys.modules]
    lines = [*sorted(set(problems)), f"{len(looked_up)} names looked up"]
    sys.stdout.write("\n".join(lines) + "\n")
    sys.exit(0 if not problems and len(looked_up) > 300 else 1)


if __name__ == "__main__":
    main()
