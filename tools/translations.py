"""Keep the translations in resources/i18n in step with the code, and compile them.

    python tools/translations.py            new strings in, old ones out, .qm compiled
    python tools/translations.py --check    say what is missing; nothing is written

Standard library only. Compiling needs Qt's lrelease (Debian: apt-get install qttools5-dev-tools);
without it the .qm files stay as they are, and the check says if they are older than the code.
"""

from __future__ import annotations

import argparse
import ast
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SOURCES = ROOT / "craterbench_qgis"
FOLDER = ROOT / "resources" / "i18n"
CONTEXT = "CraterBench"
LANGUAGES = ("de",)
_LRELEASE = ("lrelease", "lrelease-qt6", "lrelease6", "lrelease-qt5", "/usr/lib/qt6/bin/lrelease")
_PLACEHOLDER = re.compile(r"\{(\w*)[^}]*\}")


@dataclass
class Strings:
    """``files``: source text -> files it is used in; ``problems``: calls that cannot be read."""

    files: dict[str, list[str]] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


def extract(folder: Path = SOURCES) -> Strings:
    """Every ``tr("...")`` below ``folder``; the engine has none."""
    strings = Strings()
    for path in sorted(folder.rglob("*.py")):
        name = path.relative_to(folder.parent).as_posix()
        tree = ast.parse(path.read_text(encoding="utf-8"), filename=name)
        for node in ast.walk(tree):
            if not (isinstance(node, ast.Call) and _is_tr(node.func)):
                continue
            text = node.args[0] if len(node.args) == 1 and not node.keywords else None
            if not (isinstance(text, ast.Constant) and isinstance(text.value, str)):
                strings.problems.append(
                    f"{name}, line {node.lineno}: tr() needs one plain literal."
                )
                continue
            files = strings.files.setdefault(text.value, [])
            if name not in files:
                files.append(name)
    return strings


def read_ts(path: Path) -> dict[str, str]:
    """source -> translation ("" where unfinished); {} where there is no file."""
    if not path.is_file():
        return {}
    read = {}
    for message in ElementTree.parse(path).iter("message"):
        translation = message.find("translation")
        done = translation is not None and translation.get("type") != "unfinished"
        read[message.findtext("source") or ""] = (translation.text or "") if done else ""
    return read


def write_ts(path: Path, language: str, strings: Strings, known: dict[str, str]) -> None:
    """Write the messages of the code with the translations that are known, by first file."""
    root = ElementTree.Element("TS", version="2.1", language=language, sourcelanguage="en")
    context = ElementTree.SubElement(root, "context")
    ElementTree.SubElement(context, "name").text = CONTEXT
    for source, files in sorted(
        strings.files.items(), key=lambda string: (string[1][0], string[0])
    ):
        message = ElementTree.SubElement(context, "message")
        for name in files:
            ElementTree.SubElement(message, "location", filename=f"../../{name}")
        ElementTree.SubElement(message, "source").text = source
        translation = ElementTree.SubElement(message, "translation")
        translation.text = known.get(source) or None
        if not known.get(source):
            translation.set("type", "unfinished")
    ElementTree.indent(root, "    ")
    text = ElementTree.tostring(root, encoding="unicode")
    head = '<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE TS>\n'
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(head + text + "\n", encoding="utf-8")


def problems_of(language: str, strings: Strings) -> list[str]:
    """What keeps a translation from being complete and right."""
    path = FOLDER / f"craterbench_{language}.ts"
    known = read_ts(path)
    problems = list(strings.problems)
    for source, files in strings.files.items():
        text = known.get(source, "")
        if not text:
            problems.append(f"{language}: no translation of {source!r} ({files[0]}).")
        elif _placeholders(text) != _placeholders(source):
            problems.append(f"{language}: other placeholders in the translation of {source!r}.")
    gone = [source for source in known if source not in strings.files]
    problems += [f"{language}: {source!r} is not in the code any more." for source in gone]
    if not path.with_suffix(".qm").is_file():
        problems.append(f"{language}: {path.with_suffix('.qm').name} is not compiled.")
    return problems


def compile_ts(path: Path) -> str:
    """Write the .qm beside a .ts; a sentence on what went wrong, "" if nothing did."""
    program = next(filter(None, map(shutil.which, _LRELEASE)), None)
    if program is None:
        return "Qt's lrelease is not installed; the compiled translations stay as they are."
    command = [program, "-silent", str(path), "-qm", str(path.with_suffix(".qm"))]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return "" if done.returncode == 0 else f"lrelease failed: {done.stderr.strip()}"


def _is_tr(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id == "tr"


def _placeholders(text: str) -> list[str]:
    return sorted(_PLACEHOLDER.findall(text))


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description="Translations of the plugin.")
    parser.add_argument("--check", action="store_true", help="write nothing, say what is missing")
    check = parser.parse_args().check
    strings, problems = extract(), []
    for language in LANGUAGES:
        path = FOLDER / f"craterbench_{language}.ts"
        if not check:
            write_ts(path, language, strings, read_ts(path))
            message = compile_ts(path)
            if message:
                sys.stderr.write(message + "\n")
        problems += problems_of(language, strings)
    for problem in problems:
        sys.stdout.write(problem + "\n")
    sys.stdout.write(f"{len(strings.files)} strings, {len(problems)} problems.\n")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
