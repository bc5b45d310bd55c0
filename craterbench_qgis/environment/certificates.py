"""Certificates for pip: its own, this computer's (where a proxy looks into TLS), and a file's."""

from __future__ import annotations

import contextlib
import ssl
import subprocess  # nosec B404 - asks the system's key store on macOS
import sys
from pathlib import Path
from typing import Optional

_LINUX_BUNDLES = (
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
)
_BEGIN = "-----BEGIN CERTIFICATE-----"


def write_bundle(target: Path, pips: Optional[Path], extra: Optional[Path], system: bool) -> int:
    """Write all into ``target``; how many certificates. OSError where a file cannot be read.

    ``pips``: pip's own bundle; ``extra``: the user's PEM file; ``system``: this computer's too.
    """
    parts = [pips.read_text(encoding="utf-8")] if pips is not None and pips.is_file() else []
    if extra is not None:
        text = extra.read_text(encoding="utf-8", errors="replace")
        if _BEGIN not in text:
            raise OSError(f"{extra} holds no certificate in PEM format")
        parts.append(text)
    if system:
        parts.append(_system())
    whole = "\n".join(part.strip() for part in parts if part.strip()) + "\n"
    target.write_text(whole, encoding="utf-8")
    return whole.count(_BEGIN)


def _system() -> str:
    """This computer's trusted certificates as PEM, "" where they cannot be had."""
    if sys.platform == "darwin":
        stores = (
            "/System/Library/Keychains/SystemRootCertificates.keychain",
            "/Library/Keychains/System.keychain",
        )
        command = ["/usr/bin/security", "find-certificate", "-a", "-p", *stores]
        with contextlib.suppress(OSError):
            done = subprocess.run(  # nosec B603 - a fixed command of macOS
                command, capture_output=True, check=False, text=True
            )
            return done.stdout
        return ""
    if sys.platform == "win32":
        certificates = []
        for store in ("ROOT", "CA"):
            with contextlib.suppress(OSError):
                for data, encoding, trust in ssl.enum_certificates(store):
                    if encoding == "x509_asn" and trust is not False:
                        certificates.append(ssl.DER_cert_to_PEM_cert(data))
        return "\n".join(certificates)
    for name in _LINUX_BUNDLES:
        with contextlib.suppress(OSError):
            return Path(name).read_text(encoding="utf-8", errors="replace")
    return ""
