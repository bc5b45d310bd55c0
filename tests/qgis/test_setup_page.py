"""The set-up page in real QGIS, with real processes and a folder of tiny wheels; no network."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from environment.fake_wheels import make_set, make_wheel, write_pins

from .support import PYTHON, ROOT, needs_qgis, run_in_qgis

pytestmark = needs_qgis

PRELUDE = """
import json, os, time
from pathlib import Path
from qgis.core import QgsNetworkAccessManager, QgsSettings
from qgis.PyQt import sip
from qgis.PyQt.QtWidgets import QApplication
from craterbench_qgis.core.settings import Settings
from craterbench_qgis.environment import lock, places, pythons
from craterbench_qgis.gui.setup.page import SetupPage

WHEELS, PINS = args[:2]
_pins = lock.read_pins(Path(PINS))
lock.default_pins = lambda: _pins

class FakeEngine:
    state, hello, last_failure, stops = "ready", None, None, 0
    def stop(self):
        self.stops += 1

def make_page(candidates=None, **more):
    settings = Settings()
    settings.system_certificates = False
    page = SetupPage(FakeEngine(), settings, more=("--pins", PINS), candidates=candidates, **more)
    page.told = []
    page.ready.connect(lambda: page.told.append(settings.engine_python))
    page.resize(390, 900)
    page.show()
    wait_until(lambda: page.create.pythons.searched, 60)
    return page

def script(name, text):
    path = Path.home() / name
    path.write_text("#!/bin/sh\\n" + text)
    path.chmod(0o755)
    return str(path)

def shoot(page, name):
    if PICTURES:
        page.resize(390, page.layout().heightForWidth(390))
        app.processEvents()
        page.grab().save(os.path.join(PICTURES, name + ".png"))

def visible(widget):
    return not widget.isHidden()
"""


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A folder of tiny wheels and the pins that want them."""
    return make_set(tmp_path_factory.mktemp("set"))


def run(code: str, home: Path, wheels: tuple[Path, Path], *more: object) -> str:
    # CRATERBENCH_TEST_PICTURES=FOLDER keeps a picture of every state of the page.
    pictures = f"PICTURES = {os.environ.get('CRATERBENCH_TEST_PICTURES', '')!r}\n"
    return run_in_qgis(pictures + PRELUDE + code, home, *wheels, *more, timeout=240)


def test_an_existing_python_is_run_before_it_is_used(
    tmp_path: Path, wheels: tuple[Path, Path]
) -> None:
    # "beta" of the pins is not there, so this Python lacks it; then nothing is missing.
    nearer = write_pins(wheels[1].parent, ("json",), "near.json")
    nearer.write_text(nearer.read_text().replace('"9.9"', '""'))
    run(
        """
page = make_page()
one, gap = page.existing, LongestGap()
assert page.needed() and not visible(page.back) and not one.check.isEnabled()
assert "nothing is set up" in page.state.text()
shoot(page, "missing")

def check(path):
    one.file.setFilePath(path)
    assert not one.use.isEnabled() and not visible(one.table)
    one.check.click()
    assert visible(one.busy)
    wait_until(lambda: not visible(one.busy), 60)

gap.start()
check(sys.executable)
assert "lacks alpha, beta, torch" in one.answer.text() and not one.use.isEnabled()
rows = [[one.table.topLevelItem(r).text(c) for c in range(3)] for r in range(3)]
assert rows[0] == ["alpha", "missing", "1.2.3"], rows
shoot(page, "existing-lacks")
check(script("noPython", "echo I am a shell; exit 3"))
assert "no Python that can be run" in one.answer.text() and "I am a shell" in one.answer.text()
check(script("old", "echo '\\\\036craterbench\\\\036" + json.dumps({
    "version": [3, 8, 1], "executable": "x", "bits": 64, "venv": "", "packages": {},
    "imports": {}}).replace('"', '\\"') + "'"))
assert "3.8.1 (64 bit) cannot run" in one.answer.text() and not one.use.isEnabled()
check("/nowhere/at/all")
assert "no Python that can be run" in one.answer.text()

_pins = lock.read_pins(Path(args[2]))
page.existing._pins = _pins
check(sys.executable)
assert "everything that is needed" in one.answer.text(), one.answer.text()
worst = gap.stop()
if worst > 50:                     # the machine may be busy with something else: once more
    gap.start()
    check(sys.executable)
    worst = gap.stop()
assert worst <= 50, worst
assert not page.told
one.use.click()
assert page.told == [sys.executable] == [Settings().engine_python]
assert not page.needed() and visible(page.back) and "Ready" in page.state.text()
# another path is unchecked again
one.file.setFilePath("/usr/bin/true")
assert not one.use.isEnabled()
Settings().existing_python = "/gone/python"
page.refresh()
assert page.needed() and "is gone" in page.state.text()
print("longest gap", worst)
print("fine")
""",
        tmp_path,
        wheels,
        nearer,
    )


def test_which_python_makes_it(tmp_path: Path, wheels: tuple[Path, Path]) -> None:
    run(
        """
def report(**changes):
    data = {"version": [3, 12, 1], "executable": "x", "bits": 64, "venv": "", "packages": {},
            "imports": {}}
    return "printf '%s\\\\n' '\\x1ecraterbench\\x1e" + json.dumps({**data, **changes}) + "'"

good = script("good", report())
paths = [script("none", "exit 1"), script("old", report(version=[3, 9, 9])),
         script("bits", report(bits=32)),
         script("venvless", report(venv="No module named ensurepip")),
         script("chatty", "echo a sitecustomize prints this;" + report(version=[3, 10, 0])), good]
page = make_page(lambda: paths)
names = [page.create.pythons.list.itemText(n) for n in range(page.create.pythons.list.count())]
assert [name.split(" ")[1] for name in names] == ["3.10.0", "3.12.1"], names
assert len(page.create.pythons.problems) == 4
assert page.create.go.isEnabled() and not visible(page.create.hint)

alone = make_page(lambda: paths[:4])
assert not alone.create.go.isEnabled() and visible(alone.create.hint)
assert "ensurepip" in alone.create.hint.text() and "3.9.9" in alone.create.hint.text()
shoot(alone, "no-python")
alone.create.pythons.add(good)
wait_until(lambda: alone.create.pythons.python == good)
assert alone.create.go.isEnabled() and not visible(alone.create.hint)

# The real ones: QGIS's own is among them, and it exists.
found = pythons.candidates()
assert found and all(path.is_file() for path in found)
assert len({path.resolve() for path in found}) == len(found)
print("fine")
""",
        tmp_path,
        wheels,
    )


def test_folder_size_and_consent_come_before_the_button(
    tmp_path: Path, wheels: tuple[Path, Path]
) -> None:
    run(
        """
page = make_page()
create = page.create
assert create.path == Path.home() / ".local/share/craterbench/engine"
assert "0.4 GB" in create.consent.text() and "1.7 GB" in create.consent.text()
assert "before you press" in create.consent.text() and create.go.text() == "Download and install"
create.cuda.setChecked(True)
assert "5.6 GB" in create.consent.text()
create.cpu.setChecked(True)
assert not create.path.exists()                   # looking at the page makes nothing
create.network.wheels.setFilePath(WHEELS)
assert "Nothing is downloaded" in create.consent.text()
assert create.go.text() == "Install from the folder"

other = Path.home() / "thesis"
other.mkdir()
(other / "years.txt").write_text("of work")
for bad, why in ((str(other), "other things"), ("relative", "whole path"),
                 (ROOT + "/environment", "outside"),
                 (str(Path.home() / "QGIS3/profiles/default/python/plugins/x"), "outside")):
    create.folder.setFilePath(bad)
    assert why in create.consent.text(), (bad, create.consent.text())
    assert not create.go.isEnabled() and not page.repair.remove.isEnabled()

states = Path.home() / "states"
python = places.interpreter(states)
python.parent.mkdir(parents=True)
(states / places.STEP).write_text("torch")
create.folder.setFilePath(str(states))
assert create.state() == "partial" and create.go.text() == "Go on installing"
python.touch()
Settings().engine_folder = str(states)
page.refresh()
assert "only in part" in page.state.text() and page.repair.repair.isEnabled()
shoot(page, "partial")
(states / places.STEP).unlink()
(states / places.STAMP).write_text("another")
page.refresh()
assert create.state() == "stale" and create.go.text() == "Update"
assert "another version" in page.state.text() and page.needed()
version = places.version_of(states)
(states / places.STAMP).write_text(_pins.stamp(version))
page.refresh()
assert create.state() == "ready" and not page.needed() and not visible(create.go)   # in use
Settings().engine_folder = str(Path.home() / "elsewhere")
page.refresh()
assert page.needed() and visible(create.go) and create.go.text() == "Use this environment"
create.go.click()
assert page.told == [str(python)] and not page.needed()
print("fine")
""",
        tmp_path,
        wheels,
    )


def test_made_damaged_repaired_and_removed(tmp_path: Path, wheels: tuple[Path, Path]) -> None:
    """Everything that can happen to an environment, through the page's own buttons."""
    home = tmp_path / "Jörg Müller"
    home.mkdir()
    run(
        """
page = make_page()
create, repair = page.create, page.repair
folder = Path.home() / "Größe der Krater" / "engine"
create.folder.setFilePath(str(folder))
create.network.wheels.setFilePath(WHEELS)
gap, logs = LongestGap(), []

def go(button):
    gap.start()
    button.click()
    assert create.job is not None and visible(create.stop) and visible(create.log)
    assert not page.existing.isEnabled() and not repair.remove.isEnabled()
    wait_until(lambda: create.bar.maximum() == 6, 60)
    if button is create.go:
        shoot(page, "installing")
    wait_until(lambda: create.job is None, 120)
    logs.append(create.log.toPlainText())
    return gap.stop()

worst = go(create.go)
assert page.told == [str(places.interpreter(folder))], create.log.toPlainText()
assert Settings().engine_folder == str(folder) and page._engine.stops == 1
assert "Successfully installed alpha-1.2.3 beta-2.0" in logs[0] and "[6/6]" in logs[0]
assert "is ready" in create.status.text() and page.existing.isEnabled()
assert visible(page.back) and "Ready" in page.state.text()
shoot(page, "ready")

# damage: the diagnosis sees it, Repair mends it
site = next(folder.glob("lib/python3*/site-packages"))
(site / "alpha" / "__init__.py").unlink()
repair.diagnose.click()
wait_until(lambda: "clipboard" in repair.text.text(), 60)
text = QApplication.clipboard().text()
for part in ("QGIS 3.", "NumPy: ", "GDAL: ", "PROJ: ", "alpha: ", "Engine's process", str(folder)):
    assert part in text, (part, text)
assert "beta: 2.0; 2.0; " in text and "torch: 9.9; 9.9; loads" in text
shoot(page, "diagnosis")
worst = max(worst, go(repair.repair))
if worst > 50:                     # the machine may be busy with something else: once more
    print("a gap of", worst)
    mended = logs[-1]
    worst = go(repair.repair)
    logs.append(mended)
    page.told.pop()
assert "alpha-1.2.3 was installed only in part" in logs[-1]
assert (site / "alpha" / "__init__.py").exists() and len(page.told) == 2

# removed, after a question
repair.confirm = lambda path: False
repair.remove.click()
assert repair._job is None and folder.exists()
repair.confirm = lambda path: True
gap.start()
repair.remove.click()
wait_until(lambda: repair._job is None, 60)
removal = gap.stop()
assert not folder.exists() and page.needed() and "deleted" in repair.text.text()
print("longest gaps", worst, removal)
assert worst <= 50 and removal <= 50, (worst, removal)
print("fine")
""",
        home,
        wheels,
    )


def test_cancel_a_second_qgis_a_closed_panel_and_a_killed_qgis(tmp_path: Path) -> None:
    slow, pins = make_set(tmp_path / "slow", slow=120.0)
    run(
        """
page = make_page()
create = page.create
folder = Path.home() / "engine"
create.folder.setFilePath(str(folder))
create.network.wheels.setFilePath(WHEELS)

def alive(pid):
    return Path(f"/proc/{pid}").exists()
def until_trying(one):
    wait_until(lambda: "[6/6]" in one.log.toPlainText(), 120)

create.go.click()
until_trying(create)
pid = create.job.pid
other = make_page().create                         # as a second QGIS would
other.folder.setFilePath(str(folder))
other.go.click()
wait_until(lambda: other.job is None, 30)
assert f"process {pid}" in other.status.text() and "Another process" in other.status.text()
before = time.perf_counter()
create.cancel()
assert time.perf_counter() - before < 0.05
wait_until(lambda: create.job is None, 15)
assert not alive(pid) and create.state() == "partial" and not page.told
assert "go on" in create.status.text() and create.go.text() == "Go on installing"
assert visible(create.go) and create.go.isEnabled() and not visible(create.stop)
shoot(page, "cancelled")
# a wheel that is missing now: the whole message is there
hidden = Path(WHEELS) / "beta-2.0-py3-none-any.whl"
site = next(folder.glob("lib/python3*/site-packages"))
(site / "beta-2.0.dist-info" / "RECORD").unlink()
hidden.rename(str(hidden) + ".away")
create.go.click()
wait_until(lambda: create.job is None, 60)
assert "Put the missing wheels into" in create.status.text()
assert "No matching distribution found for beta==2.0" in create.log.toPlainText()
assert visible(create.log) and visible(create.copy)
create.copy.click()
assert "beta==2.0" in QApplication.clipboard().text()
shoot(page, "problem")
Path(str(hidden) + ".away").rename(hidden)
# the panel is closed while it installs
create.go.click()
until_trying(create)
pid = create.job.pid
sip.delete(page)
wait_until(lambda: not alive(pid), 15)
assert places.state_of(folder).name == "partial"
print("fine")
""",
        tmp_path,
        (slow, pins),
    )
    # QGIS is killed while it installs
    code = (
        "import sys\nROOT, *args = sys.argv[1:]\nsys.path[:0] = [ROOT, ROOT + '/tests/qgis']\n"
        "from inside import *\napp = start_qgis()\n"
        + "PICTURES = ''\n"
        + PRELUDE
        + "page = make_page()\npage.create.folder.setFilePath(str(Path.home() / 'engine'))\n"
        "page.create.network.wheels.setFilePath(WHEELS)\npage.create.go.click()\n"
        "wait_until(lambda: '[6/6]' in page.create.log.toPlainText(), 120)\n"
        "print(page.create.job.pid, flush=True)\napp.exec()\n"
    )
    environ = {
        "QT_QPA_PLATFORM": "offscreen",
        "PATH": "/usr/bin:/bin",
        "HOME": str(tmp_path),
        "PIP_CONFIG_FILE": os.devnull,
    }
    with subprocess.Popen(
        [PYTHON, "-c", code, str(ROOT), str(slow), str(pins)],
        stdout=subprocess.PIPE, text=True, env=environ,
    ) as qgis:  # fmt: skip
        assert qgis.stdout is not None
        pid = int(qgis.stdout.readline())
        qgis.send_signal(signal.SIGKILL)
        qgis.wait()
    end = time.monotonic() + 12
    while Path(f"/proc/{pid}").exists():
        assert time.monotonic() < end, "the installation outlived QGIS"
        time.sleep(0.05)
    # and the next one goes on where it stopped, quickly: nothing is in the way
    make_wheel(slow, "alpha", "1.2.3")
    site = next((tmp_path / "engine").glob("lib/python3*/site-packages"))
    (site / "alpha-1.2.3.dist-info" / "RECORD").unlink()
    module = [sys.executable, "-m", "craterbench_qgis.environment.install"]
    arguments = [str(tmp_path / "engine"), "--wheels", str(slow), "--pins", str(pins)]
    done = subprocess.run(
        [*module, *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_proxy_and_certificates_reach_the_download_and_no_log(
    tmp_path: Path, wheels: tuple[Path, Path]
) -> None:
    run(
        """
settings = QgsSettings()
for key, value in {"proxyEnabled": True, "proxyType": "HttpProxy", "proxyHost": "proxy.example",
                   "proxyPort": "3128", "proxyUser": "me", "proxyPassword": "s3cr/t wort",
                   "proxyExcludedUrls": ["http://intern.example/x"]}.items():
    settings.setValue("proxy/" + key, value)
QgsNetworkAccessManager.instance().setupDefaultProxyAndCache()
os.environ.update({"PYTHONPATH": "/x", "GDAL_DATA": "/x", "PIP_INDEX_URL": "https://mirror/simple"})
from craterbench_qgis.client.environment_jobs import InstallJob
from craterbench_qgis.client import network
fake = script("python", 'env | sort; echo "args: $*"; echo "Problem: the proxy s3cr%2Ft%20wort"\\n'
              "exit 1\\n")
lines, ends = [], []
job = InstallJob(fake, ["/folder with space"])
job.lines.connect(lines.extend)
job.finished.connect(lambda *end: ends.append(end))
job.start()
wait_until(lambda: ends)
environ = dict(line.split("=", 1) for line in lines if "=" in line and not line.startswith("args"))
for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"):
    assert environ[name] == "http://me:***@proxy.example:3128", environ.get(name)
assert environ["NO_PROXY"] == "localhost,127.0.0.1,intern.example"
assert environ["PIP_INDEX_URL"] == "https://mirror/simple"
assert "PYTHONPATH" not in environ and "GDAL_DATA" not in environ
assert ends == [("problem", "the proxy ***")] and "s3cr" not in "\\n".join(lines)
assert network.proxy_environ()["HTTPS_PROXY"] == "http://me:s3cr%2Ft%20wort@proxy.example:3128"
page = make_page()
assert "proxy.example" in page.create.network.proxy.text()
assert "s3cr" not in page.create.network.proxy.text()
page.repair._on_report(None, "")
assert "s3cr" not in QApplication.clipboard().text()

pem = Path.home() / "firm.pem"
pem.write_text("-----BEGIN CERTIFICATE-----\\nMIIB\\n-----END CERTIFICATE-----\\n")
page.create.network.certificate.setFilePath(str(pem))
page.create.network.system.setChecked(True)
arguments = page.create.network.arguments()
assert arguments == ["--certificates", str(pem), "--system-certificates"]
assert Settings().certificate_file == str(pem) and Settings().system_certificates

settings.setValue("proxy/proxyType", "DefaultProxy")       # the system's own
QgsNetworkAccessManager.instance().setupDefaultProxyAndCache()
assert network.proxy_environ() == {}
settings.setValue("proxy/proxyType", "Socks5Proxy")
QgsNetworkAccessManager.instance().setupDefaultProxyAndCache()
assert network.proxy_environ()["HTTPS_PROXY"].startswith("socks5h://me:")
print("fine")
""",
        tmp_path,
        wheels,
    )
