"""Every desktop's own traps, with stand-ins for the systems that are not here."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement

from craterbench_qgis.environment import lock, machine, places, pythons, steps
from craterbench_qgis.environment.machine import Machine
from craterbench_qgis.environment.processes import Runner


class FakeRunner(Runner):
    """Answers commands by what they contain, and keeps them."""

    def __init__(self, answers: dict[str, list[tuple[int, list[str]]]]) -> None:
        super().__init__({})
        self.answers, self.commands = answers, []

    def run(self, command: Any, folder: Any = None, on_line: Any = None) -> tuple[int, list[str]]:
        self.commands.append(list(command))
        for part, results in self.answers.items():
            if any(part in word for word in command):
                return results.pop(0) if len(results) > 1 else results[0]
        return 0, []


def maker(
    folder: Path, runner: Runner, here: Machine, monkeypatch: pytest.MonkeyPatch
) -> steps.Maker:
    monkeypatch.setattr(machine, "this_machine", lambda: here)
    return steps.Maker(folder, steps.Wishes(), lambda text: None, runner)


WINDOWS = Machine("Windows", "AMD64")


@pytest.mark.parametrize(
    ("here", "words"),
    [
        (Machine("Darwin", "x86_64"), "Intel processor"),
        (Machine("Darwin", "x86_64", translated=True), ""),
        (Machine("Darwin", "arm64"), ""),
        (Machine("Windows", "ARM64"), "x86-64"),
        (Machine("Windows", "AMD64"), ""),
        (Machine("Linux", "x86_64"), ""),
        (Machine("Linux", "ppc64le"), "ppc64le"),
        (Machine("FreeBSD", "amd64"), ""),
    ],
)
def test_the_machine_is_judged_before_the_network(here: Machine, words: str) -> None:
    problem = here.problem()
    assert (words in problem) if words else problem == ""
    assert "network" not in problem.lower()


def test_under_rosetta_every_command_runs_natively(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    runner = FakeRunner({})
    here = Machine("Darwin", "x86_64", translated=True)
    maker(tmp_path, runner, here, monkeypatch).verify()
    assert runner.commands
    assert all(command[:2] == ["/usr/bin/arch", "-arm64"] for command in runner.commands)


def test_parts_of_python_itself_count_as_packages() -> None:
    assert {"ssl", "sqlite3", "ctypes"} <= set(lock.default_pins().imports)


def test_libraries_that_only_osgeo4w_finds_are_named_to_windows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tmp_path / "OSGeo4W"
    (root / "bin").mkdir(parents=True)
    base = root / "apps" / "Python312"
    base.mkdir(parents=True)
    monkeypatch.setattr(sys, "base_prefix", str(base))
    folder = tmp_path / "engine"
    site = folder / "Lib" / "site-packages"
    site.mkdir(parents=True)
    failed = (1, ["ImportError: DLL load failed while importing _sqlite3"])
    runner = FakeRunner({"import ssl, sqlite3, ctypes": [failed, (0, [])]})
    maker(folder, runner, WINDOWS, monkeypatch).make_environment()
    text = (site / "craterbench-libraries.pth").read_text(encoding="utf-8")
    assert repr(str(root / "bin")) in text
    assert text.startswith("import os; ") and text.count("\n") == 1
    # Where that does not help either, it is no environment: said before anything is downloaded.
    hopeless = FakeRunner({"import ssl, sqlite3, ctypes": [failed]})
    with pytest.raises(steps.EnvironmentProblem, match="Choose another Python"):
        maker(folder, hopeless, WINDOWS, monkeypatch).make_environment()


def test_a_probed_python_says_what_an_environment_of_it_would_lack() -> None:
    done = subprocess.run(
        [sys.executable, *pythons.probe_arguments()], capture_output=True, text=True, check=True
    )
    report = pythons.read_report(done.stdout)
    assert report is not None and report.bare == ""
    text = done.stdout.replace('"bare": ""', '"bare": ' + json.dumps("no sqlite3.dll"))
    changed = pythons.read_report(text)
    assert changed is not None and changed.bare == "no sqlite3.dll"


def test_another_python_comes_before_qgis_own_on_windows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own, newer = tmp_path / "OSGeo4W" / "python.exe", tmp_path / "Python312" / "python.exe"
    for path in (own, newer):
        path.parent.mkdir()
        path.touch()
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setattr(sys, "executable", str(own))
    monkeypatch.setattr(pythons, "_registered", lambda: iter([newer]))
    monkeypatch.setenv("PATH", "")
    assert pythons.candidates()[:2] == [newer, own]


def test_visual_c_runtime_is_named() -> None:
    text = "OSError: [WinError 126] Error loading c10.dll or one of its dependencies"
    assert "Visual C++" in machine.load_advice("torch", text, "Windows")
    assert machine.load_advice("torch", text, "Linux") == ""
    assert machine.load_advice("torch", "SyntaxError", "Windows") == ""


def test_a_package_that_wants_the_runtime_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lost = [(1, ["ImportError: DLL load failed"])]
    runner = FakeRunner({", torch,": lost, "import torch": lost})
    with pytest.raises(steps.EnvironmentProblem, match=r"package torch .* Visual C\+\+"):
        maker(tmp_path, runner, WINDOWS, monkeypatch).verify()


def test_packages_are_tried_together_and_one_by_one_where_that_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    runner = FakeRunner({})
    maker(tmp_path, runner, WINDOWS, monkeypatch).verify()
    assert len(runner.commands) == 1
    # Not one alone, but two together: the engine may never need both.
    runner = FakeRunner({", torch,": [(1, ["ImportError"])]})
    maker(tmp_path, runner, WINDOWS, monkeypatch).verify()
    assert len(runner.commands) == 1 + len(lock.IMPORTS)


def test_paths_too_long_for_windows_are_told_first() -> None:
    deep = Path("C:/Users/" + "a" * 60 + "/AppData/Roaming/QGIS")
    assert "too long" in machine.path_problem(deep, "Windows", long_paths=False)
    assert machine.path_problem(deep, "Windows", long_paths=True) == ""
    assert machine.path_problem(deep, "Linux") == ""
    assert machine.path_problem(Path("C:/craterbench"), "Windows", long_paths=False) == ""


def test_no_compiler_window_of_apples(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "answer_of", lambda command: "")
    assert not machine.may_compile("Darwin")
    runner = FakeRunner({})
    maker(tmp_path, runner, Machine("Darwin", "arm64"), monkeypatch).try_hnswlib()
    assert runner.commands == []
    monkeypatch.setattr(machine, "answer_of", lambda command: "/Library/Developer/CommandLineTools")
    assert machine.may_compile("Darwin")


def test_every_child_speaks_utf8(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    runner = FakeRunner({})
    environment = maker(tmp_path, runner, WINDOWS, monkeypatch)
    environment.verify()
    environment.make_environment()
    assert runner.environ["PYTHONUTF8"] == "1"
    assert all("utf8" in command for command in runner.commands)
    assert "utf8" in environment.pip()


def test_path_entries_are_compared_without_asking_their_drives(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = []
    real = os.path.realpath
    monkeypatch.setattr(os.path, "realpath", lambda *a, **k: asked.append(a) or real(*a, **k))
    monkeypatch.setattr(Path, "resolve", lambda self, strict=False: asked.append(self) or self)
    root = str(Path(os.sep) / "OSGeo4W")
    path = os.pathsep.join([str(Path(root) / "bin"), "/dead/drive/bin", root + "x"])
    environ = places.clean_environ({"OSGEO4W_ROOT": root, "PATH": path})
    assert environ["PATH"] == os.pathsep.join(["/dead/drive/bin", root + "x"])
    assert asked == []


@pytest.mark.parametrize("name", [".DS_Store", "desktop.ini", "Thumbs.db"])
def test_what_file_managers_leave_is_nobodys_own(tmp_path: Path, name: str) -> None:
    (tmp_path / name).touch()
    assert places.foreign_entries(tmp_path) == []
    (tmp_path / places.STAMP).touch()
    (tmp_path / "thesis.docx").touch()
    assert places.foreign_entries(tmp_path) == ["thesis.docx"]


def test_times_with_zones_have_their_table() -> None:
    assert lock.default_pins().versions()["tzdata"]


def test_python_314_has_pins_of_its_own() -> None:
    """Where the version for the others has no wheel for it (tools/check_wheels.py)."""
    assert lock.PYTHON_MAX >= (3, 14)
    versions = lock.default_pins().versions()
    for name in ("contourpy", "numpy", "pyproj", "scipy"):
        assert versions[name].count("/") == 1, name


def test_every_python_gets_each_package_once() -> None:
    lines = [Requirement(line) for line in lock.default_pins().requirements()]
    for minor in range(lock.PYTHON_MIN[1], lock.PYTHON_MAX[1] + 1):
        here = {"python_version": f"3.{minor}"}
        names = [line.name for line in lines if line.marker is None or line.marker.evaluate(here)]
        assert len(names) == len(set(names)), minor
        assert set(names) == {line.name for line in lines}, minor
