"""Proxy, certificates and the environment's variables, as the installation gets them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from qgis.core import QgsNetworkAccessManager, QgsSettings
from qgis.PyQt.QtNetwork import QNetworkProxy
from qgis.PyQt.QtWidgets import QApplication

from craterbench_qgis.client import network
from craterbench_qgis.client.environment_jobs import InstallJob
from craterbench_qgis.core.settings import Settings
from craterbench_qgis.environment import lock
from inside import wait_until
from setup_bench import SetupBench, script
from tests.environment.fake_wheels import make_set

PROXY = "http://me:s3cr%2Ft%20wort@proxy.example:3128"


def use_proxy(kind: str) -> None:
    QgsSettings().setValue("proxy/proxyType", kind)
    QgsNetworkAccessManager.instance().setupDefaultProxyAndCache()


@pytest.fixture
def proxy(home: Path) -> Iterator[None]:
    """QGIS with a proxy that wants a password."""
    settings = QgsSettings()
    for key, value in {
        "proxyEnabled": True, "proxyHost": "proxy.example", "proxyPort": "3128", "proxyUser": "me",
        "proxyPassword": "s3cr/t wort", "proxyExcludedUrls": ["http://intern.example/x"],
    }.items():  # fmt: skip
        settings.setValue("proxy/" + key, value)
    use_proxy("HttpProxy")
    yield
    settings.remove("proxy")
    QgsNetworkAccessManager.instance().setupDefaultProxyAndCache()
    QNetworkProxy.setApplicationProxy(QNetworkProxy(QNetworkProxy.ProxyType.NoProxy))


def test_proxy_and_mirror_reach_the_download_and_the_password_no_log(
    proxy: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", "/x")
    monkeypatch.setenv("GDAL_DATA", "/x")
    monkeypatch.setenv("PIP_INDEX_URL", "https://mirror/simple")
    python = script(
        "python",
        'env | sort; echo "args: $*"; echo "Problem: the proxy s3cr%2Ft%20wort"\nexit 1\n',
    )
    lines: list[str] = []
    ends: list[tuple[str, str]] = []
    job = InstallJob(python, ["/folder with space"])
    job.lines.connect(lines.extend)
    job.finished.connect(lambda *end: ends.append(end))
    job.start()
    wait_until(lambda: bool(ends))
    environ = dict(
        line.split("=", 1) for line in lines if "=" in line and not line.startswith("args")
    )
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"):
        assert environ[name] == "http://me:***@proxy.example:3128"
    assert environ["NO_PROXY"] == "localhost,127.0.0.1,intern.example"
    assert environ["PIP_INDEX_URL"] == "https://mirror/simple"
    assert "PYTHONPATH" not in environ and "GDAL_DATA" not in environ
    assert ends == [("problem", "the proxy ***")] and "s3cr" not in "\n".join(lines)
    assert network.proxy_environ()["HTTPS_PROXY"] == PROXY


def test_the_page_names_the_proxy_without_its_password_and_keeps_certificates(
    proxy: None, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lock, "default_pins", lock.default_pins)  # restored afterwards
    page = SetupBench(*make_set(tmp_path_factory.mktemp("set"))).page()
    options = page.create.network
    assert "proxy.example" in options.proxy.text() and "s3cr" not in options.proxy.text()
    page.repair.diagnose.click()  # no Python is set up: what QGIS's process knows
    assert "proxy.example" in QApplication.clipboard().text()
    assert "s3cr" not in QApplication.clipboard().text()

    pem = Path.home() / "firm.pem"
    pem.write_text("-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n")
    options.certificate.setFilePath(str(pem))
    options.system.setChecked(True)
    assert options.arguments() == ["--certificates", str(pem), "--system-certificates"]
    assert Settings().certificate_file == str(pem) and Settings().system_certificates


def test_the_systems_own_proxy_and_a_socks_proxy(proxy: None) -> None:
    use_proxy("DefaultProxy")  # the system's own
    assert network.proxy_environ() == {}
    use_proxy("Socks5Proxy")
    assert network.proxy_environ()["HTTPS_PROXY"].startswith("socks5h://me:")
