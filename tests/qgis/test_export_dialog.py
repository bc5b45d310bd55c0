"""The export dialog before an engine that only listens: what, where, and what it refuses."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from qgis.core import QgsProject
from qgis.PyQt import sip
from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtTest import QTest

from craterbench_qgis.contract.vocabulary import Decision
from craterbench_qgis.contract.wire import Progress
from craterbench_qgis.core.match_set import MatchSet
from craterbench_qgis.core.settings import Settings
from craterbench_qgis.gui.export_dialog import ExportDialog
from on_screen import answer_file_dialog, button, click
from sets import match_set, scattered


class ListeningEngine:
    """Keeps the calls; a cancelled one fails as cancelled."""

    def __init__(self) -> None:
        self.calls: list[Any] = []
        self.cancelled = 0

    def call(
        self,
        method: Any,
        params: Any,
        done: Any,
        failed: Any = None,
        progress: Any = None,
        timeout_s: float | None = None,
        owner: Any = None,
    ) -> Any:
        params = params.to_json()
        json.dumps(params)  # it must be plain JSON
        call = SimpleNamespace(
            method=method.name, params=params, failed=failed,
            done=lambda result: done(method.result.from_json(result)), progress=progress,
            owner=owner, cancel=self.cancel,
        )  # fmt: skip
        self.calls.append(call)
        return call

    def cancel(self) -> None:
        self.cancelled += 1
        self.calls[-1].failed(SimpleNamespace(message="cancelled", cancelled=True, code=-32800))


@pytest.fixture
def engine() -> ListeningEngine:
    return ListeningEngine()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    settings = Settings()
    settings.set_value("export/folder", str(tmp_path))
    return settings


@pytest.fixture
def matches() -> MatchSet:
    """Twelve matches, two accepted, one rejected."""
    matches = match_set(scattered(12), label="Box: 12.3 N / 4 E")
    matches.matches[0].attributes["decision"] = "from the catalogue"
    matches.decide([3, 1], Decision.ACCEPTED)
    matches.decide([2], Decision.REJECTED)
    return matches


@pytest.fixture
def dialog(engine: ListeningEngine, settings: Settings, matches: MatchSet) -> ExportDialog:
    dialog = ExportDialog(engine, settings, matches, shown=[5, 0, 4], selected=[7])
    dialog.show()
    return dialog


def choose_format(dialog: ExportDialog, key: str) -> None:
    dialog.format.setCurrentIndex(dialog.format.findData(key))


def test_accepted_matches_come_first_and_every_format_has_its_ending(
    dialog: ExportDialog, matches: MatchSet, tmp_path: Path
) -> None:
    assert dialog.what() == "accepted" and dialog.rows() == [1, 3]
    assert Path(dialog.path.text()) == tmp_path / "Box_12_3_N_4_E_matches.gpkg"
    assert dialog.export_button.isEnabled()
    matches.decide([3], Decision.UNDECIDED)
    assert "(1)" in dialog.choices["accepted"].text() and dialog.rows() == [1]
    for key, ending in (("shp", ".shp"), ("crater", "_CRATER.shp"), ("csv", ".csv"),
                        ("scc", ".scc"), ("pdf", ".pdf"), ("geojson", ".geojson"),
                        ("gpkg", ".gpkg")):  # fmt: skip
        choose_format(dialog, key)
        assert dialog.path.text() == str(tmp_path / ("Box_12_3_N_4_E_matches" + ending))
        is_vector = key in ("shp", "geojson", "gpkg")
        assert dialog.geometry_box.isEnabled() == is_vector == dialog.style.isEnabled()


def test_paths_that_will_not_do(
    dialog: ExportDialog, engine: ListeningEngine, tmp_path: Path
) -> None:
    for text, part in (
        ("", "Choose a file"),
        ("a.gpkg", "whole path"),
        (str(tmp_path / "x.odt"), "end in .gpkg"),
        (str(tmp_path / "no" / "x.gpkg"), "does not exist"),
        (str(tmp_path / ".gpkg"), "no name"),
    ):
        dialog.path.setText(text)
        assert part in dialog.message.plain
        assert not dialog.export_button.isEnabled()
        dialog.start()
    assert not engine.calls


def test_a_file_that_is_there_is_replaced_only_after_saying_so(
    dialog: ExportDialog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = tmp_path / "there.gpkg"
    there.write_text("old")
    dialog.path.setText(str(there))
    assert not dialog.export_button.isEnabled() and dialog.replace.isVisible()
    dialog.replace.setChecked(True)
    assert dialog.export_button.isEnabled()
    dialog.path.setText(str(tmp_path / "new.gpkg"))
    assert not dialog.replace.isChecked() and dialog.export_button.isEnabled()
    answer_file_dialog(monkeypatch, there)
    click(button(dialog, "Browse…"))
    assert dialog.replace.isChecked()  # the file dialog has asked
    answer_file_dialog(monkeypatch, tmp_path / "new")
    click(button(dialog, "Browse…"))
    assert dialog.path.text() == str(tmp_path / "new.gpkg")


def test_what_is_asked_of_the_engine_and_what_comes_of_it(
    dialog: ExportDialog, engine: ListeningEngine, tmp_path: Path
) -> None:
    dialog.path.setText(str(tmp_path / "new.gpkg"))
    dialog.choices["shown"].setChecked(True)
    dialog.geometry_box.setCurrentIndex(1)
    click(dialog.export_button)
    dialog.start()
    (call,) = engine.calls
    assert call.method == "export" and call.params["geometry"] == "point"
    assert [match["rank"] for match in call.params["matches"]] == [1, 5, 6]
    first = call.params["matches"][0]
    assert first["decision"] == "undecided"
    assert first["attributes"]["decision"] == "from the catalogue"
    origin = call.params["provenance"]
    assert origin["body"]["a"] == 1737400.0
    assert (origin["selection"], origin["encoder"]) == ("shown", "hog")
    assert dialog.bar.isVisible() and dialog.close_button.text() == "Cancel"
    call.progress(Progress("writing", 1, 4))
    assert dialog.bar.value() == 250
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert engine.cancelled == 1 and "Cancelled" in dialog.message.plain and dialog.isVisible()
    click(dialog.export_button)
    error = SimpleNamespace(message="No room. Free some.", cancelled=False, code=-32000)
    engine.calls[-1].failed(error)
    assert dialog.message.plain == "No room. Free some." and dialog.message.is_problem
    click(dialog.export_button)
    engine.calls[-1].done({"files": [str(tmp_path / "new.gpkg")]})
    assert "new.gpkg" in dialog.message.plain and (tmp_path / "new.qml").exists()
    assert dialog.open_folder.isVisible() and dialog.add_to_map.isVisible()


def test_a_contact_sheet_is_cancelled_with_the_dialog_and_remembered_as_format(
    dialog: ExportDialog, engine: ListeningEngine, settings: Settings, matches: MatchSet
) -> None:
    choose_format(dialog, "pdf")
    click(dialog.export_button)
    assert engine.calls[-1].method == "contact_sheet"
    assert engine.calls[-1].params["query"]["kind"] == "area"  # its picture is gone
    dialog.close()
    assert engine.cancelled == 1
    sip.delete(dialog)  # as Qt does soon after
    assert ExportDialog(engine, settings, matches, shown=[], selected=[4, 5]).what() == "accepted"
    matches.decide([1, 3], Decision.REJECTED)
    last = ExportDialog(engine, settings, matches, shown=[1], selected=[4, 5])
    assert last.what() == "selected" and not last.choices["accepted"].isEnabled()
    assert last.format.currentData() == "pdf"  # as chosen the last time


def test_a_typed_ending_chooses_the_format(dialog: ExportDialog, tmp_path: Path) -> None:
    for name, key in (("a.shp", "shp"), ("A.CSV", "csv"), ("b_CRATER.shp", "crater"),
                      ("c.scc", "scc"), ("d.gpkg", "gpkg")):  # fmt: skip
        dialog.path.clear()
        QTest.keyClicks(dialog.path, str(tmp_path / name))
        assert dialog.format.currentData() == key, name
        assert Path(dialog.path.text()).name.lower() == name.lower()
        assert dialog.export_button.isEnabled() and not dialog.message.is_problem


def test_the_first_export_goes_where_the_project_is_or_at_least_somewhere(
    engine: ListeningEngine, matches: MatchSet, tmp_path: Path
) -> None:
    settings = Settings()
    settings.remove("export/folder")
    assert Path(ExportDialog(engine, settings, matches, [], []).path.text()).parent == Path.home()
    assert QgsProject.instance().write(str(tmp_path / "moon.qgs"))
    assert Path(ExportDialog(engine, settings, matches, [], []).path.text()).parent == tmp_path
    settings.set_value("export/folder", str(tmp_path / "gone"))
    dialog = ExportDialog(engine, settings, matches, [], [])
    assert Path(dialog.path.text()).parent == tmp_path and not dialog.message.is_problem
