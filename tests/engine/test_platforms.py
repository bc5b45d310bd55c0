"""What differs between systems, with stand-ins for those that are not here."""

from __future__ import annotations

import builtins
import io
import json
import re
import sqlite3
import sys
from contextlib import closing
from pathlib import Path, PureWindowsPath
from typing import Any

import pytest

from craterbench_qgis.contract import names
from craterbench_qgis.contract.databases import sqlite_uri
from craterbench_qgis.engine.cli.output import print_json
from craterbench_qgis.engine.encoders import compat, device, load_encoder
from craterbench_qgis.engine.errors import CraterIndexError, EncoderError, ExportError
from craterbench_qgis.engine.files import database
from craterbench_qgis.engine.formats import write_matches
from craterbench_qgis.engine.index import IndexWriter

from . import index_support as support
from .test_formats import MOON

PACKAGE = Path(__file__).resolve().parents[2] / "craterbench_qgis"


# -- names of databases ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "uri"),
    [
        (r"\\server\share\a b\x.gpkg", "file:////server/share/a%20b/x.gpkg?mode=ro"),
        (r"C:\Users\J\x?#%.gpkg", "file:///C%3A/Users/J/x%3F%23%25.gpkg?mode=ro"),
        (r"C:\Größe\x.gpkg", "file:///C%3A/Gr%C3%B6%C3%9Fe/x.gpkg?mode=ro"),
    ],
)
def test_a_database_on_a_share_has_no_authority(path: str, uri: str) -> None:
    """SQLite refuses file://server/share: no decisions, no filters, no reviews from there."""
    assert sqlite_uri(PureWindowsPath(path), "mode=ro") == uri


def test_sqlite_opens_what_the_uri_names(tmp_path: Path) -> None:
    path = tmp_path / "a b?#%ü.gpkg"
    with closing(sqlite3.connect(path)) as base:
        base.execute("CREATE TABLE t (x)")
    with closing(database.connect(path)) as connection:
        assert connection.execute("SELECT count(*) FROM t").fetchone() == (0,)
    # Two slashes at the start, as a share has them, are no authority either.
    share = sqlite_uri(path, "mode=ro").replace("file:///", "file:////", 1)
    with closing(sqlite3.connect(share, uri=True)) as connection:
        assert connection.execute("SELECT count(*) FROM t").fetchone() == (0,)


def test_nobody_makes_such_a_name_by_hand() -> None:
    calls = [
        f"{path.name}: {line.strip()}"
        for path in PACKAGE.rglob("*.py")
        for line in path.read_text(encoding="utf-8").splitlines()
        if (".as_uri()" in line and "path.as_uri()" not in line) or re.search(r'f"file:\{', line)
    ]
    assert calls == []


# -- names of files ----------------------------------------------------------------------------


def test_a_missing_raster_of_windows_is_no_subdataset(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(names.Refused, match=r"There is no file C:\\no\\x.tif. Check the path"):
        names.check("C:\\no\\x.tif")
    monkeypatch.chdir(tmp_path)
    Path("C:\\x.nc").touch()
    assert names.check('NETCDF:"C:\\x.nc":band') == Path("C:\\x.nc")


@pytest.mark.parametrize(
    ("name", "bad"),
    [
        ("a: b?*.gpkg", "* : ?"),
        ("con.csv", "con.csv"),
        ("NUL", "NUL"),
        ("dot.", "."),
        ("blank ", " "),
        ("Größe (2) - x.gpkg", ""),
        ("console.csv", ""),
    ],
)
def test_names_no_file_of_windows_can_have(name: str, bad: str) -> None:
    assert names.unusable(name, windows=True) == bad
    assert names.unusable(name, windows=False) == ""


def test_they_are_refused_before_anything_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A colon makes Windows write a stream that no folder shows."""
    unusable = names.unusable
    monkeypatch.setattr(names, "unusable", lambda name: unusable(name, windows=True))
    with pytest.raises(ExportError, match=r"'a:b.gpkg' can be no file's name on Windows \(:\)"):
        write_matches(tmp_path / "a:b.gpkg", [], body=MOON, provenance={})
    with pytest.raises(CraterIndexError, match=r"'a\?.craterindex' can be no folder's name"):
        IndexWriter.create(tmp_path / "a?.craterindex", support.settings())
    assert list(tmp_path.iterdir()) == []


def test_a_name_made_of_any_text() -> None:
    assert names.in_words("01-1-000217") == "01-1-000217"
    assert names.in_words('Tycho: "north"? *') == "Tycho_north"
    assert names.in_words("??") == ""
    assert len(names.in_words("a" * 300)) == 60


# -- torch -------------------------------------------------------------------------------------


def without_torch(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    imported = builtins.__import__

    def importing(name: str, *rest: Any, **more: Any) -> Any:
        if name == "torch":
            raise error
        return imported(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", importing)


def test_torch_without_the_runtime_of_visual_c_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    error = OSError("[WinError 126] Error loading c10.dll or one of its dependencies.")
    monkeypatch.setattr(compat.platform, "system", lambda: "Windows")
    without_torch(monkeypatch, error)
    for spec in (None, "timm:vit_small_patch16_224", "x.pth"):
        with pytest.raises(EncoderError, match=r"Visual C\+\+ Redistributable"):
            load_encoder(spec)
    assert load_encoder("hog").id == "hog"


def test_torch_that_is_not_there_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    without_torch(monkeypatch, ModuleNotFoundError("No module named 'torch'"))
    with pytest.raises(EncoderError, match="environment again"):
        load_encoder(None)


def test_auto_takes_an_apple_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    """The bundled encoder asked for CUDA alone."""
    import torch

    from craterbench_qgis.engine.encoders import bundled

    placed: list[Any] = []

    class Net(torch.nn.Module):
        def to(self, *args: Any, **_: Any) -> Any:
            placed.append(args[0])
            return self

    monkeypatch.setattr(device, "_is_present", lambda kind: kind == "mps")
    monkeypatch.setattr(device, "_try_device", lambda place: None)
    monkeypatch.setattr(bundled, "_network", lambda card, weights: Net())
    encoder = bundled.load_bundled()
    assert isinstance(encoder, bundled.BundledEncoder)
    assert (encoder.device_name, [target.type for target in placed]) == ("mps", ["mps"])


# -- output ------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["cp1252", "ascii", "utf-8"])
def test_json_says_the_same_in_any_code_page(
    encoding: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    value = {"name": "Größe, Ω, 月球"}
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding=encoding, errors="replace")
    monkeypatch.setattr(sys, "stdout", stream)
    print_json(value)
    stream.flush()
    assert json.loads(raw.getvalue().decode(encoding)) == value
