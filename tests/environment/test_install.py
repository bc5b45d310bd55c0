"""The environment is made by real processes, from a folder of tiny wheels, without a network."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from craterbench_qgis.environment import lock, places, upkeep
from craterbench_qgis.environment.folder_lock import Busy, FolderLock

from .fake_wheels import make_set, make_wheel, write_pins

ROOT = Path(__file__).resolve().parents[2]
MODULE = [sys.executable, "-m", "craterbench_qgis.environment.install"]


def command(folder: Path, wheels: Path, pins: Path, *more: str) -> list[str]:
    return [*MODULE, str(folder), "--wheels", str(wheels), "--pins", str(pins), "--live", *more]


def run(arguments: list[str], expect: int = 0) -> str:
    done = subprocess.run(
        arguments, cwd=ROOT, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
    )
    assert done.returncode == expect, done.stderr
    assert done.stdout == ""
    return done.stderr


def state(folder: Path, pins: Path) -> str:
    return places.state_of(folder, lock.read_pins(pins)).name


def imports(folder: Path, name: str) -> bool:
    python = places.interpreter(folder)
    done = subprocess.run([python, "-I", "-c", f"import {name}"], capture_output=True, check=False)
    return done.returncode == 0


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, Path, str]:
    """A finished environment in a folder with a space and letters that are not ASCII."""
    base = tmp_path_factory.mktemp("made")
    wheels, pins = make_set(base)
    folder = base / "Größe der Krater" / "engine"
    assert state(folder, pins) == places.MISSING
    return folder, wheels, pins, run(command(folder, wheels, pins))


@pytest.fixture
def copy(environment: tuple[Path, Path, Path, str], tmp_path: Path) -> tuple[Path, Path, Path]:
    """That environment, for a test that spoils it. A copied venv still runs."""
    folder = tmp_path / "engine"
    shutil.copytree(environment[0], folder, symlinks=True)
    return folder, environment[1], environment[2]


def test_it_is_made_and_complete(environment: tuple[Path, Path, Path, str]) -> None:
    folder, wheels, pins, said = environment
    assert state(folder, pins) == places.READY
    assert all(imports(folder, name) for name in ("alpha", "beta", "torch"))
    steps = [line[:5] for line in said.splitlines() if line.startswith("[")]
    assert steps == [f"[{n}/6]" for n in range(1, 7)]
    assert "Successfully installed alpha-1.2.3 beta-2.0" in said  # pip's own lines
    assert not (folder / places.TEMP).exists() and not (folder / places.STEP).exists()
    assert not places.foreign_entries(folder)
    again = run(command(folder, wheels, pins))
    assert "[1/6]" not in again and "ready" in again


def test_other_pins_make_it_stale_and_an_update_right(
    copy: tuple[Path, Path, Path], tmp_path: Path
) -> None:
    folder, _, pins = copy
    wheels, newer = make_set(tmp_path / "newer")
    make_wheel(wheels, "alpha", "1.3")
    (tmp_path / "newer" / "test.lock").write_text("alpha==1.3\nbeta==2.0\n")
    assert state(folder, newer) == places.STALE
    run(command(folder, wheels, newer))
    assert state(folder, newer) == places.READY and state(folder, pins) == places.STALE
    site = upkeep.site_packages(folder)
    assert site is not None and [path.name for path in site.glob("alpha-*")] == [
        "alpha-1.3.dist-info"
    ]


def test_half_installed_packages_are_installed_again(copy: tuple[Path, Path, Path]) -> None:
    folder, wheels, pins = copy
    site = upkeep.site_packages(folder)
    assert site is not None
    assert upkeep.drop_half_installed(folder) == []
    (site / "alpha-1.2.3.dist-info" / "RECORD").unlink()  # killed before the end
    (site / "torch" / "data.bin").write_bytes(b"")
    (site / "beta" / "__init__.py").write_text("")  # cut short by a full disk
    (folder / places.STEP).write_text("packages\n")
    assert state(folder, pins) == places.PARTIAL
    said = run(command(folder, wheels, pins))
    assert "alpha-1.2.3 was installed only in part" in said
    assert "beta-2.0 was installed only in part" in said and "torch" not in said.split("[2/6]")[0]
    assert state(folder, pins) == places.READY and imports(folder, "beta")
    assert "import alpha" in (site / "beta" / "__init__.py").read_text()


def test_repair_makes_anew_what_cannot_be_mended(copy: tuple[Path, Path, Path]) -> None:
    folder, wheels, pins = copy
    site = upkeep.site_packages(folder)
    assert site is not None
    # A foreign module hides a package: the files of the package itself are all right.
    (site / "sitecustomize.py").write_text("import sys\nsys.modules['alpha'] = None\n")
    assert state(folder, pins) == places.READY and not imports(folder, "alpha")
    said = run(command(folder, wheels, pins, "--repair"))
    assert "The package alpha does not load" in said and "made anew" in said
    assert state(folder, pins) == places.READY and imports(folder, "alpha")
    assert not (site / "sitecustomize.py").exists()


def test_a_package_that_does_not_load_is_a_problem_and_not_ready(
    copy: tuple[Path, Path, Path], tmp_path: Path
) -> None:
    folder, wheels, pins = copy
    (tmp_path / "test.lock").write_text((pins.parent / "test.lock").read_text())
    more = write_pins(tmp_path, ("alpha", "delta"))
    forget(folder, "alpha-1.2.3")
    said = run(command(folder, wheels, more), expect=1)
    assert "Problem: The package delta does not load" in said and "No module named" in said
    assert state(folder, more) == places.PARTIAL


def test_a_missing_wheel_is_said_and_the_run_goes_on_later(
    copy: tuple[Path, Path, Path], tmp_path: Path
) -> None:
    folder, wheels, pins = copy
    fewer = tmp_path / "fewer"
    shutil.copytree(wheels, fewer)
    (fewer / "beta-2.0-py3-none-any.whl").unlink()
    forget(folder, "beta-2.0")
    said = run(command(folder, fewer, pins), expect=1)
    assert f"Put the missing wheels into {fewer}" in said and "beta==2.0" in said
    assert state(folder, pins) == places.PARTIAL
    run(command(folder, wheels, pins))
    assert state(folder, pins) == places.READY


def forget(folder: Path, name: str) -> None:
    """As if the installation had been interrupted before ``name``."""
    site = upkeep.site_packages(folder)
    assert site is not None
    shutil.rmtree(site / f"{name}.dist-info")
    (folder / places.STAMP).unlink()
    (folder / places.STEP).write_text("packages\n")


def start_slow(
    folder: Path, tmp_path: Path, *more: str
) -> tuple[subprocess.Popen[str], Path, Path]:
    """An installation that stands at its last step, where importing alpha takes a minute."""
    wheels, pins = make_set(tmp_path / "slow", slow=60.0)
    forget(folder, "alpha-1.2.3")
    process = subprocess.Popen(
        command(folder, wheels, pins, *more), cwd=ROOT, text=True, stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )  # fmt: skip
    assert process.stderr is not None
    for line in process.stderr:
        if line.startswith("[6/6]"):
            break
    end = time.monotonic() + 10
    while not children(process.pid) and time.monotonic() < end:
        time.sleep(0.02)
    return process, wheels, pins


def children(pid: int) -> list[int]:
    pids = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        if int(fields[1]) == pid:
            pids.append(int(stat.parent.name))
    return pids


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="needs /proc")
@pytest.mark.parametrize("how", ["end of input", "signal"])
def test_cancel_ends_the_whole_tree(
    copy: tuple[Path, Path, Path], tmp_path: Path, how: str
) -> None:
    folder = copy[0]
    process, wheels, pins = start_slow(folder, tmp_path, "--watch-input")
    inner = children(process.pid)
    assert len(inner) == 1
    busy = run(command(folder, wheels, pins), expect=4)  # meanwhile another one is refused
    assert f"process {process.pid}" in busy
    started = time.monotonic()
    if how == "signal":
        process.send_signal(signal.SIGTERM)
    else:
        assert process.stdin is not None
        process.stdin.close()
    assert process.wait(10) == 3 and time.monotonic() - started < 7
    assert not Path(f"/proc/{inner[0]}").exists()
    assert state(folder, pins) == places.PARTIAL
    assert process.stderr is not None
    process.stderr.close()


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="needs /proc")
def test_a_killed_installation_leaves_no_lock_but_its_child_still_has_it(
    copy: tuple[Path, Path, Path], tmp_path: Path
) -> None:
    folder = copy[0]
    process, wheels, pins = start_slow(folder, tmp_path)
    inner = children(process.pid)[0]
    process.kill()
    process.wait()
    run(command(folder, wheels, pins), expect=4)  # a pip that outlived it must not be joined
    os.kill(inner, signal.SIGKILL)
    make_wheel(wheels, "alpha", "1.2.3")  # quick to import
    site = upkeep.site_packages(folder)
    assert site is not None
    (site / "alpha-1.2.3.dist-info" / "RECORD").unlink()
    end = time.monotonic() + 5
    while Path(f"/proc/{inner}").exists() and time.monotonic() < end:
        time.sleep(0.05)
    run(command(folder, wheels, pins))
    assert state(folder, pins) == places.READY
    for pipe in (process.stdin, process.stderr):
        if pipe is not None:
            pipe.close()


def test_nothing_foreign_is_touched(tmp_path: Path) -> None:
    wheels, pins = make_set(tmp_path)
    home = tmp_path / "home"
    (home / "bin").mkdir(parents=True)
    (home / "thesis.txt").write_text("years of work")
    said = run(command(home, wheels, pins), expect=1)
    assert "other things (bin, thesis.txt)" in said
    assert "other things" in run([*MODULE, str(home), "--remove"], expect=1)
    (home / "thesis.txt").unlink()
    assert "other things (bin)" in run([*MODULE, str(home), "--remove"], expect=1)
    assert [path.name for path in home.iterdir()] == ["bin"]
    # An environment that somebody made for himself is neither filled nor deleted.
    own = tmp_path / "own"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(own)], check=True)
    assert "other things" in run(command(own, wheels, pins), expect=1)
    assert "other things" in run([*MODULE, str(own), "--remove"], expect=1)
    assert places.interpreter(own).exists()
    file = tmp_path / "file"
    file.write_text("x")
    assert "Problem:" in run(command(file, wheels, pins), expect=1)
    assert file.read_text() == "x"
    if os.getuid() != 0:
        shut = tmp_path / "shut"
        shut.mkdir(mode=0o500)
        assert "cannot be used" in run(command(shut / "engine", wheels, pins), expect=1)


def test_remove_takes_all_of_ours_away(copy: tuple[Path, Path, Path]) -> None:
    folder, _, pins = copy
    run([*MODULE, str(folder), "--remove"])
    assert not folder.exists() and state(folder, pins) == places.MISSING
    run([*MODULE, str(folder), "--remove"])  # twice is once
    assert not folder.exists()


def test_lock_is_one_at_a_time_and_dies_with_its_holder(tmp_path: Path) -> None:
    code = (
        "import sys, time\nfrom pathlib import Path\n"
        "from craterbench_qgis.environment.folder_lock import FolderLock\n"
        "held = FolderLock(Path(sys.argv[1]))\nprint('held', flush=True)\ntime.sleep(60)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None and holder.stdout.readline() == "held\n"
        with pytest.raises(Busy, match=f"process {holder.pid}"):
            FolderLock(tmp_path)
        holder.kill()
        holder.wait()
    held = FolderLock(tmp_path)
    with pytest.raises(Busy):
        FolderLock(tmp_path)
    held.release()
    FolderLock(tmp_path).release(delete=True)
    assert list(tmp_path.iterdir()) == []


def test_the_disk_is_checked_before_anything_is_downloaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from craterbench_qgis.environment.processes import Runner
    from craterbench_qgis.environment.steps import EnvironmentProblem, Maker, Wishes

    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage._replace(free=10**9))
    maker = Maker(tmp_path, Wishes(), lambda text: None, Runner({}))
    with pytest.raises(EnvironmentProblem, match="1000 MB free, and 2600 MB"):
        maker.make()
    assert list(tmp_path.iterdir()) == []


def test_a_processor_build_never_becomes_the_large_one_unasked(
    copy: tuple[Path, Path, Path],
) -> None:
    """pip finds no "+cpu" build here: with --no-fallback that is a problem, told with its size."""
    folder, wheels, pins = copy
    site = upkeep.site_packages(folder)
    assert site is not None
    forget(folder, "torch-9.9")
    shutil.rmtree(site / "torch")
    quiet = {**os.environ, "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": wheels.as_uri()}
    quiet["PIP_CONFIG_FILE"] = os.devnull
    arguments = [*MODULE, str(folder), "--pins", str(pins)]
    for more, code in ((["--no-fallback"], 1), ([], 0)):
        done = subprocess.run(
            [*arguments, *more], cwd=ROOT, env=quiet, capture_output=True, text=True, check=False
        )
        assert done.returncode == code, done.stderr
        if code and sys.platform == "linux":
            assert "2.9 GB from pypi.org" in done.stderr and "torch==9.9+cpu" in done.stderr
            assert not (site / "torch").exists()
    assert imports(folder, "torch")


def test_certificates_of_a_file_and_of_this_computer_are_added_to_pips(tmp_path: Path) -> None:
    from craterbench_qgis.environment.certificates import write_bundle

    certificate = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"
    pips, firm, out = tmp_path / "pips.pem", tmp_path / "firm.pem", tmp_path / "out.pem"
    pips.write_text(certificate)
    firm.write_text("Firm's root\n" + certificate.replace("AAAA", "BBBB"))
    assert write_bundle(out, pips, firm, system=False) == 2
    assert out.read_text().index("AAAA") < out.read_text().index("BBBB")
    assert write_bundle(out, None, firm, system=False) == 1
    if Path("/etc/ssl/certs/ca-certificates.crt").exists():
        assert write_bundle(out, pips, None, system=True) > 10
    firm.write_bytes(b"\x30\x82")  # DER, not PEM
    with pytest.raises(OSError, match="no certificate in PEM"):
        write_bundle(out, pips, firm, system=False)


def test_children_get_nothing_that_leads_to_qgis() -> None:
    root = str(Path("/osgeo").absolute())
    dirty = {
        "PATH": os.pathsep.join([root + "/bin", "/usr/bin"]), "OSGEO4W_ROOT": root,
        "SSL_CERT_FILE": root + "/bin/ca.crt", "SSL_CERT_DIR": "/etc/ssl", "PYTHONHOME": "x",
        "Proj_Lib": "x", "GDAL_DRIVER_PATH": "x", "LD_LIBRARY_PATH": "x", "LD_PRELOAD": "x",
        "QGIS_PREFIX_PATH": "x", "VIRTUAL_ENV": "x", "PIP_INDEX_URL": "kept", "HOME": "kept",
        "HTTPS_PROXY": "kept",
    }  # fmt: skip
    assert places.clean_environ(dirty) == {
        "PATH": "/usr/bin", "SSL_CERT_DIR": "/etc/ssl", "PIP_INDEX_URL": "kept", "HOME": "kept",
        "HTTPS_PROXY": "kept",
    }  # fmt: skip


def test_torch_of_every_system() -> None:
    cpu = "torch==1+cpu"
    index = ["--index-url", lock.TORCH_CPU_INDEX, cpu]
    assert lock.torch_attempts("Linux", False, "1") == [[cpu], index, ["torch==1"]]
    assert lock.torch_attempts("Linux", False, "1", fallback=False) == [[cpu], index]
    assert lock.torch_attempts("Linux", True, "1") == [["torch==1"]]
    assert lock.torch_attempts("Darwin", False, "1") == [["torch==1"]]
    assert lock.torch_attempts("Windows", False, "1") == [["torch==1"]]
    (windows,) = lock.torch_attempts("Windows", True, "1")
    assert windows[-1].startswith("torch==1+cu") and "whl/cu" in windows[1]
