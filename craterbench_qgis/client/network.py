"""QGIS's proxy for processes that download: as environment variables, and never in a log."""

from __future__ import annotations

from urllib.parse import quote

from qgis.core import QgsNetworkAccessManager
from qgis.PyQt.QtNetwork import QNetworkProxy

from ..i18n import tr

_SCHEMES = {
    QNetworkProxy.ProxyType.HttpProxy: "http",
    QNetworkProxy.ProxyType.HttpCachingProxy: "http",
    QNetworkProxy.ProxyType.Socks5Proxy: "socks5h",
}


def proxy_environ() -> dict[str, str]:
    """HTTP_PROXY and the like for QGIS's proxy; empty where QGIS leaves it to the system.

    Lower and upper case: of a user's own variables the lower-case ones would win otherwise.
    """
    manager = QgsNetworkAccessManager.instance()
    proxy = manager.fallbackProxy()
    scheme = _SCHEMES.get(proxy.type())
    if scheme is None or not proxy.hostName():
        return {}
    user = quote(proxy.user(), safe="")
    secret = quote(proxy.password(), safe="")
    login = f"{user}:{secret}@" if secret else f"{user}@" if user else ""
    url = f"{scheme}://{login}{proxy.hostName()}:{proxy.port()}"
    result = {"HTTP_PROXY": url, "HTTPS_PROXY": url}
    excluded = [_host(url) for url in [*manager.excludeList(), *manager.noProxyList()]]
    excluded = [host for host in excluded if host]
    if excluded:
        result["NO_PROXY"] = ",".join(["localhost", "127.0.0.1", *excluded])
    return {**result, **{name.lower(): value for name, value in result.items()}}


def proxy_text() -> str:
    """One line about it for the user, without user and password."""
    proxy = QgsNetworkAccessManager.instance().fallbackProxy()
    if proxy.type() in _SCHEMES and proxy.hostName():
        text = tr("Proxy of QGIS: {host}, port {port}")
        return text.format(host=proxy.hostName(), port=proxy.port())
    return tr("Proxy: as this computer is set up (QGIS names none of its own)")


def secrets() -> list[str]:
    """What must not be shown in a log: the proxy's password as typed and as in a URL."""
    word = QgsNetworkAccessManager.instance().fallbackProxy().password()
    return [quote(word, safe=""), word] if word else []


def masked(text: str, hidden: list[str]) -> str:
    """``text`` with ``hidden`` words replaced."""
    for word in hidden:
        text = text.replace(word, "***")
    return text


def _host(url: str) -> str:
    """The host of an exclusion such as ``http://intern.example/maps``."""
    return url.split("://")[-1].split("/")[0].strip()
