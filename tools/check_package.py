"""Check a plugin's zip by the rules of the QGIS plugin repository.

    python tools/check_package.py dist/NAME.zip

Written after the repository's own validator.py and security_scanner.py (QGIS-Plugins-Website):
size, layout, metadata, suspicious files, Bandit (all its tests, not only those the repository
enables) and detect-secrets. Beyond them: what this project promises about itself. Whether the
URLs of metadata.txt answer is left to the repository.
"""

from __future__ import annotations

import argparse
import ast
import configparser
import json
import re
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from urllib.parse import urlparse

MAX_BYTES = 25_000_000
REQUIRED = ("name", "description", "version", "qgisMinimumVersion", "author", "email", "about",
            "tracker", "repository", "changelog")  # fmt: skip
BOOLEANS = ("experimental", "deprecated", "server", "supportsQt6", "hasProcessingProvider")
_FORBIDDEN_FOLDERS = {"__MACOSX", ".git", "__pycache__", "tests", ".venv"}
_SUSPICIOUS = (".exe", ".dll", ".so", ".dylib", ".bat", ".sh", ".ps1", ".cmd", ".pyd", ".whl",
               ".pkl", ".pickle")  # fmt: skip
_MAGIC = {b"\x7fELF": "an ELF binary", b"MZ": "a Windows binary", b"\xcf\xfa\xed\xfe": "Mach-O",
          b"\xca\xfe\xba\xbe": "Mach-O", b"#!": "a script with an interpreter line"}  # fmt: skip
_URLS = {"tracker": "http://bugs", "repository": "http://repo", "homepage": "http://homepage"}
# RFC 2606 keeps these names for examples.
_PLACEHOLDER = re.compile(r"\bexample\.(org|com|net)\b|\.(example|invalid|test)\b")
_TO_REPLACE = ("tracker", "repository", "homepage", "email", "screenshot")
_LONGEST_LINE = 500
_NOSEC = re.compile(r"#\s*nosec\b(.*)")
_JUSTIFIED = re.compile(r"^\s+B\d{3}(?:,\s*B\d{3})*\s+-\s+\S.{8,}")
_ENGINE = "/craterbench_qgis/engine/"


def check(path: Path, scan: bool = True) -> list[str]:
    """Everything that is wrong with the zip, one sentence each; [] for a good one.

    ``scan``: whether Bandit and detect-secrets run too (some seconds).
    """
    if path.stat().st_size > MAX_BYTES:
        return [f"The zip has {path.stat().st_size:,} bytes; {MAX_BYTES:,} are allowed."]
    try:
        with zipfile.ZipFile(path) as archive:
            problems = _check_names(archive)
            top = archive.namelist()[0].split("/")[0] if archive.namelist() else ""
            problems += _check_metadata(archive, top)
            problems += _check_contents(archive)
    except zipfile.BadZipFile:
        return ["It is no zip file."]
    return problems + (_scan(path) if scan else [])


def placeholders(path: Path) -> list[str]:
    """What of metadata.txt must be replaced before the plugin is published, one sentence each."""
    with zipfile.ZipFile(path) as archive:
        top = archive.namelist()[0].split("/")[0]
        parser = configparser.ConfigParser(interpolation=None)
        parser.optionxform = str  # type: ignore[assignment,method-assign]
        parser.read_string(archive.read(f"{top}/metadata.txt").decode("utf-8"))
    general = parser["general"]
    return [
        f"metadata.txt: {key} is the placeholder {general[key]!r}; put the real one before "
        "publishing."
        for key in _TO_REPLACE
        if _PLACEHOLDER.search(general.get(key, ""))
    ]


def _check_names(archive: zipfile.ZipFile) -> list[str]:
    names = archive.namelist()
    problems = []
    tops = sorted({name.split("/")[0] for name in names})
    if len(tops) != 1 or not re.match(r"^[A-Za-z][A-Za-z0-9_]+$", tops[0] if tops else ""):
        problems.append(f"There must be one top folder that is a Python identifier, not {tops}.")
    for name in names:
        parts = name.split("/")
        if ".." in name or name.startswith("/") or "\\" in name:
            problems.append(f"{name}: a path that may lead outside.")
        if set(parts) & _FORBIDDEN_FOLDERS:
            problems.append(f"{name}: lies in a folder that is not allowed.")
        if ".pyc" in name or name.lower().endswith(_SUSPICIOUS):
            problems.append(f"{name}: a file type that is not allowed.")
        if parts[-1].startswith(".") and parts[-1] not in (".gitignore", ".gitattributes"):
            problems.append(f"{name}: a hidden file.")
    for needed in ("__init__.py", "metadata.txt", "LICENSE"):
        if tops and f"{tops[0]}/{needed}" not in names:
            problems.append(f"{needed} is missing in the top folder.")
    broken = archive.testzip()
    if broken:
        problems.append(f"{broken}: damaged inside the zip.")
    return problems


def _check_metadata(archive: zipfile.ZipFile, top: str) -> list[str]:
    try:
        text = archive.read(f"{top}/metadata.txt").decode("utf-8")
        # With interpolation, as the repository reads it: a lone percent sign is an error.
        parser = configparser.ConfigParser()
        parser.optionxform = str  # type: ignore[assignment,method-assign]
        parser.read_string(text)
        general = dict(parser.items("general"))
    except (KeyError, UnicodeDecodeError, configparser.Error) as error:
        return [f"metadata.txt cannot be read: {error}."]
    problems = [
        f"metadata.txt lacks {key}." for key in REQUIRED if not general.get(key, "").strip()
    ]
    problems += [
        f"metadata.txt: {key} is {general[key]!r}, not True, False, yes or no."
        for key in BOOLEANS
        if key in general and general[key].lower() not in ("true", "false", "yes", "no")
    ]
    if "plugin" in general.get("name", "").lower():
        problems.append("metadata.txt: the name must not contain 'plugin'.")
    if "/" in general.get("author", ""):
        problems.append("metadata.txt: the author must not contain a slash.")
    if not re.match(r"^\d+\.\d+(\.\d+)?$", general.get("version", "")):
        problems.append("metadata.txt: the version must be numbers with dots.")
    for key in ("qgisMinimumVersion", "qgisMaximumVersion"):
        if not re.match(r"^[34]\.\d+(\.\d+)?$", general.get(key, "")):
            problems.append(f"metadata.txt: {key} must be a QGIS version.")
    if "@" not in general.get("email", ""):
        problems.append("metadata.txt: the email is no address.")
    if "external dependencies" not in general.get("about", "").lower():
        problems.append("metadata.txt: 'about' must name the external dependencies.")
    for key, placeholder in _URLS.items():
        url = urlparse(general.get(key, ""))
        if general.get(key) == placeholder or not (url.scheme and url.netloc):
            problems.append(f"metadata.txt: {key} must be an address.")
    icon = general.get("icon", "")
    if f"{top}/{icon}" not in archive.namelist():
        problems.append(f"metadata.txt: the icon {icon!r} is not in the zip.")
    return problems


def _check_contents(archive: zipfile.ZipFile) -> list[str]:
    problems = []
    names = set(archive.namelist())
    icons = {Path(name).name for name in names if "/resources/icons/" in name}
    for entry in archive.infolist():
        data, name = archive.read(entry), entry.filename
        if (entry.external_attr >> 16) & 0o111 and not entry.is_dir():
            problems.append(f"{name}: is executable.")
        problems += [f"{name}: is {what}." for magic, what in _MAGIC.items() if _is(data, magic)]
        if name.endswith(".py"):
            problems += _check_python(name, data.decode("utf-8"), icons)
    return problems


def _is(data: bytes, magic: bytes) -> bool:
    return data.startswith(magic)


def _check_python(name: str, text: str, icons: set[str]) -> list[str]:
    problems = []
    # QGIS 3.22 has Python 3.9; only the engine's interpreter is newer.
    oldest = (3, 10) if _ENGINE in name else (3, 9)
    try:
        tree = ast.parse(text, feature_version=oldest)
    except SyntaxError as error:
        return [f"{name}, line {error.lineno}: not Python {oldest[0]}.{oldest[1]} ({error.msg})."]
    for number, line in enumerate(text.splitlines(), 1):
        if len(line) > _LONGEST_LINE:
            problems.append(f"{name}, line {number}: {len(line)} characters look obfuscated.")
        mark = _NOSEC.search(line)
        if mark and not _JUSTIFIED.match(mark.group(1)):
            problems.append(f"{name}, line {number}: a nosec without test number and reason.")
    if _ENGINE not in name:
        problems += [
            f"{name}: the icon {node.value} is not among resources/icons."
            for node in ast.walk(tree)
            if isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and re.fullmatch(r"[\w-]+\.svg", node.value)
            and node.value not in icons
        ]
    return problems


def _scan(path: Path) -> list[str]:
    with tempfile.TemporaryDirectory() as folder:
        with zipfile.ZipFile(path) as archive:
            archive.extractall(folder)
        return _bandit(folder) + _secrets(folder)


def _bandit(folder: str) -> list[str]:
    """Every finding of every test, whatever its severity."""
    report = _run(["bandit", "-r", ".", "-f", "json", "--quiet"], folder)
    problems = [
        f"Bandit cannot read {error['filename']}: {error['reason']}" for error in report["errors"]
    ]
    return problems + [
        f"{result['filename']}, line {result['line_number']}: "
        f"{result['test_id']}: {result['issue_text']}"
        for result in report["results"]
    ]


def _secrets(folder: str) -> list[str]:
    command = ["detect_secrets", "scan", "--all-files", "--exclude-files", r"metadata\.txt", "."]
    report = _run(command, folder)
    return [
        f"{name}, line {secret['line_number']}: detect-secrets: {secret['type']}"
        for name, secrets in report["results"].items()
        for secret in secrets
    ]


def _run(command: list[str], folder: str) -> dict:
    done = subprocess.run(
        [sys.executable, "-m", *command],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    try:
        return json.loads(done.stdout)
    except ValueError as error:
        raise RuntimeError(f"{command[0]} did not run: {done.stderr[-2000:]}") from error


def main() -> int:
    """The command line; exit code 1 when anything is wrong."""
    parser = argparse.ArgumentParser(description="Check a plugin's zip by the repository's rules.")
    parser.add_argument("zip", type=Path)
    problems = check(parser.parse_args().zip)
    for problem in problems:
        sys.stdout.write(problem + "\n")
    if not problems:
        sys.stdout.write("It keeps the rules of the QGIS plugin repository.\n")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
