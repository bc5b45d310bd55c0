"""The project's store in real QGIS: kept, moved, shared, set aside; read back by another reader."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest

from .support import needs_qgis, run_in_qgis

pytestmark = needs_qgis

HEAD = """
import sqlite3, threading, time
from pathlib import Path
from qgis.core import QgsProject
from qgis.PyQt.QtGui import QImage
from sets import *
from craterbench_qgis.core.store.project import ProjectStore, store_path
from craterbench_qgis.core.match_set import ACCEPTED, REJECTED, UNDECIDED
folder = Path(args[0])
project = QgsProject.instance()
warnings = []

def new_store():
    store = ProjectStore(project)
    store.message.connect(warnings.append)
    store.flush()
    app.processEvents()
    return store

def settle(store):
    store.flush()
    for _ in range(3):
        app.processEvents()

def picture(name, side=32):
    image = QImage(side, side, QImage.Format.Format_RGB32)
    image.fill(0x336699)
    path = folder / name
    assert image.save(str(path))
    return str(path)
"""


def test_kept_beside_the_project_and_read_back(tmp_path: Path) -> None:
    code = """
store = new_store()
assert project.write(str(folder / "moon.qgz"))
settle(store)
assert not store_path(project).exists()          # a project without queries gets no file
crop = picture("crop.png")
one = match_set(scattered(200), image=crop, label="Tycho, a box")
one.decide([3], REJECTED)
store.save(one)
one.decide([0, 1], ACCEPTED)
settle(store)
assert store.path() == folder / "moon_craterbench.gpkg", store.path()
item, = store.history()
assert (item.label, item.matches, item.accepted, item.rejected) == ("Tycho, a box", 200, 2, 1)
assert item.index_name == "moon" and store.crop(item.set_id) == Path(crop).read_bytes()
assert store.load(one.set_id) is one                 # one object while it is in use
set_id, first = one.set_id, one.matches[0]
del one
import gc; gc.collect()
Path(crop).unlink()
store.close()

project.clear()
store = new_store()
assert store.history() == []
assert project.read(str(folder / "moon.qgz"))
settle(store)
item, = store.history()
again = store.load(set_id)
assert again.matches[0] == first and again.decisions() == {0: ACCEPTED, 1: ACCEPTED, 3: REJECTED}
assert again.request.source.path == "/data/moon.tif" and again.provenance["encoder"] == "hog"
assert again.created == item.created and not QImage(again.preview.image).isNull()
given = []
store.open_set(set_id, given.append)
assert given == [again]
assert store.load("nonsense") is None
store.rename(set_id, "Tycho"); settle(store)
assert store.history()[0].label == "Tycho" == again.request.label
store.delete(set_id); settle(store)
assert store.history() == []
store.restore(set_id); settle(store)
assert store.history()[0].accepted == 2
image = Path(again.preview.image)
store.close()
assert not image.exists() and not warnings, warnings
print("fine")
"""
    run_in_qgis(HEAD + code, tmp_path, tmp_path)
    pyogrio = pytest.importorskip("pyogrio")
    from pyogrio.raw import read

    path = tmp_path / "moon_craterbench.gpkg"
    info = pyogrio.read_info(path, layer="matches")
    assert info["features"] == 200 and "1737400" in info["crs"]
    about, _, shapes, values = read(path, layer="matches")
    table = dict(zip(about["fields"].tolist(), values, strict=True))
    import shapely

    points = shapely.from_wkb(shapes)
    assert list(shapely.get_x(points)) == pytest.approx(list(table["lon"]))
    assert list(shapely.get_y(points)) == pytest.approx(list(table["lat"]))
    assert list(table["decision"][:5]) == [
        "accepted", "accepted", "undecided", "rejected", "undecided",
    ]  # fmt: skip
    assert json.loads(table["record"][7])["attributes"]["name"] == "Crater 7"
    assert not list(tmp_path.glob("*-wal")) and not list(tmp_path.glob("*-journal"))


def test_a_crash_loses_no_decision(tmp_path: Path) -> None:
    code = """
assert project.write(str(folder / "moon.qgs"))
store = new_store()
one = match_set(scattered(50))
store.save(one)
settle(store)
with open(folder / "clock.txt", "w") as file:
    file.write(one.set_id)
one.decide([4, 5], ACCEPTED)
end = time.monotonic() + 0.5      # no event loop, no flush: the thread writes by itself
while time.monotonic() < end:
    time.sleep(0.01)
print("fine", flush=True)
os._exit(9)
"""
    run_in_qgis("import os\n" + HEAD + code, tmp_path, tmp_path)
    with sqlite3.connect(tmp_path / "moon_craterbench.gpkg") as db:
        rows = db.execute("SELECT place, decision FROM matches WHERE decision <> 'undecided'")
        assert sorted(rows) == [(4, "accepted"), (5, "accepted")]


def test_unsaved_project_then_save_and_save_as(tmp_path: Path) -> None:
    code = """
store = new_store()
one = match_set(scattered(20), label="first")
store.save(one)
settle(store)
assert store.path() is None and len(warnings) == 1 and "not saved" in warnings[0], warnings
assert project.isDirty() and len(store.history()) == 1
store.save(match_set(scattered(20), label="second")); settle(store)
assert len(warnings) == 1                                # told once
one.decide([2], ACCEPTED)
assert project.write(str(folder / "a.qgz")); settle(store)
assert store.path() == folder / "a_craterbench.gpkg"
assert {(i.label, i.accepted) for i in store.history()} == {("first", 1), ("second", 0)}

# save as: a copy, and the old one stays as it was
assert project.write(str(folder / "b.qgz")); settle(store)
assert store.path() == folder / "b_craterbench.gpkg"
one.decide([3], ACCEPTED); settle(store)
count = "SELECT count(*) FROM matches WHERE decision='accepted'"
def accepted(name):
    db = sqlite3.connect(str(folder / name))
    number = db.execute(count).fetchone()[0]
    db.close()
    return number
assert (accepted("a_craterbench.gpkg"), accepted("b_craterbench.gpkg")) == (1, 2)

# over a project that has results: they are set aside, not lost
assert project.write(str(folder / "a.qgz")); settle(store)
assert accepted("a_craterbench.gpkg") == 2
aside, = folder.glob("a_craterbench.replaced-*.gpkg")
assert accepted(aside.name) == 1 and aside.name in warnings[-1]

# another project: nothing of the first
project.clear(); settle(store)
assert store.history() == [] and store.path() is None
one.decide([4], ACCEPTED); settle(store)                  # a leftover of the old project
assert accepted("a_craterbench.gpkg") == 2
store.close()
print("fine")
"""
    run_in_qgis(HEAD + code, tmp_path, tmp_path)


def test_damaged_newer_and_foreign_files_are_kept(tmp_path: Path) -> None:
    code = """
def reopen(name, spoil):
    warnings.clear()
    store = new_store()
    project.clear(); project.write(str(folder / (name + ".qgs")))
    store.save(match_set(scattered(300), label="old")); settle(store)
    store.close()
    project.clear()
    path = folder / (name + "_craterbench.gpkg")
    spoil(path)
    before = path.read_bytes()
    store = new_store()
    warnings.clear()
    assert project.read(str(folder / (name + ".qgs"))); settle(store)
    return store, path, before

def garbage(path):
    data = bytearray(path.read_bytes())
    data[5000:-5000] = b"\\x55" * len(data[5000:-5000])
    path.write_bytes(data)

def truncated(path):
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])

def no_database(path):
    path.write_bytes(b"hello, this is no database at all" * 100)

for name, spoil in (("g", garbage), ("t", truncated), ("n", no_database)):
    store, path, before = reopen(name, spoil)
    assert store.history() == [], name
    aside, = folder.glob(name + "_craterbench.damaged-*.gpkg")
    assert aside.read_bytes() == before
    assert len(warnings) == 1 and aside.name in warnings[0], (name, warnings)
    store.save(match_set(scattered(5), label="new")); settle(store)
    assert store.path() == path and [i.label for i in store.history()] == ["new"]
    store.close()

def newer(path):
    db = sqlite3.connect(str(path))
    db.execute("UPDATE craterbench SET value='99' WHERE key='schema'")
    db.commit(); db.close()

store, path, before = reopen("v", newer)
assert len(warnings) == 1 and "newer version" in warnings[0]
store.save(match_set(scattered(5), label="new")); settle(store)
assert path.read_bytes() == before and len(store.history()) == 1 and store.path() is None
assert project.write(); settle(store)                      # saving must not replace it either
assert path.read_bytes() == before
store.close()
print("fine")
"""
    run_in_qgis(HEAD + code, tmp_path, tmp_path)


def test_two_programs_and_a_lock(tmp_path: Path) -> None:
    code = """
project.write(str(folder / "moon.qgs"))
store = new_store()
one = match_set(scattered(50)); store.save(one); settle(store)
other = sqlite3.connect(str(store.path()), isolation_level=None)
other.execute("BEGIN IMMEDIATE")
other.execute("UPDATE matches SET decision='rejected' WHERE place=7")
gap = LongestGap(); gap.start()
one.decide([8], ACCEPTED)
wait_until(lambda: warnings, 10)
worst = gap.stop()
assert "Another program" in warnings[0], warnings
assert worst < 50, worst                                    # the window was never held up
other.execute("COMMIT")
settle(store)
assert (store.history()[0].accepted, store.history()[0].rejected) == (1, 1)
other.execute("DELETE FROM queries"); other.close()
store.refresh(); settle(store)
assert store.history() == []
store.close()
print("fine")
"""
    run_in_qgis(HEAD + code, tmp_path, tmp_path)


def test_unwritable_folder_is_said_once(tmp_path: Path) -> None:
    """Root may write everywhere, so the refusal is put in by hand."""
    code = """
project.write(str(folder / "moon.qgs"))
store = new_store()
import craterbench_qgis.core.store.file as store_file
original = store_file.StoreFile.copy_to
def refuse(self, path):
    if path is not None:
        raise PermissionError(13, "Permission denied")
    return original(self, path)
store_file.StoreFile.copy_to = refuse
one = match_set(scattered(10)); store.save(one); settle(store)
store.save(match_set(scattered(10))); settle(store)
assert store.path() is None and len(store.history()) == 2
assert len(warnings) == 1 and "cannot be written" in warnings[0], warnings
one.decide([1], ACCEPTED)
store_file.StoreFile.copy_to = original
(folder / "w").mkdir()
project.write(str(folder / "w" / "moon.qgs")); settle(store)
assert store.path() == folder / "w" / "moon_craterbench.gpkg"
assert sum(i.accepted for i in store.history()) == 1
store.close()

# a file that may only be read: its history is shown, and it stays as it is
import craterbench_qgis.core.store.worker as store_worker
store_worker._may_write = lambda path: False
before = (folder / "w" / "moon_craterbench.gpkg").read_bytes()
project.clear(); warnings.clear()
store = new_store()
project.read(str(folder / "w" / "moon.qgs")); settle(store)
assert len(store.history()) == 2 and len(warnings) == 1, (store.history(), warnings)
store.save(match_set(scattered(10))); settle(store)
assert len(store.history()) == 3 and len(warnings) == 1
assert (folder / "w" / "moon_craterbench.gpkg").read_bytes() == before
store.close()
print("fine")
"""
    run_in_qgis(HEAD + code, tmp_path, tmp_path)


def test_saving_a_thousand_matches_does_not_hold_up_the_window(tmp_path: Path) -> None:
    code = """
project.write(str(folder / "moon.qgs"))
store = new_store()
one = match_set(scattered(1000))
wait_until(lambda: True)
gap = LongestGap(); gap.start()
store.save(one)
for row in range(0, 400, 4):
    one.decide([row], ACCEPTED)
wait_until(lambda: store.history() and store.history()[0].accepted == 100, 20)
worst = gap.stop()
set_id = one.set_id
del one
import gc; gc.collect()
got = []
gap.start()
store.open_set(set_id, got.append)
wait_until(lambda: got, 10)
opened = gap.stop()
assert len(got[0]) == 1000 and len(got[0].decisions()) == 100
store.close()
print(f"longest gap while saving {worst:.0f} ms, while opening {opened:.0f} ms")
assert worst < 50 and opened < 50
print("fine")
"""
    run_in_qgis(HEAD + code, tmp_path, tmp_path)
