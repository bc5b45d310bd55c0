"""What the tests of strangers' files share: an opener, a trap in the network, a canary."""

from __future__ import annotations

import contextlib
import json
import os
import select
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_S = 60.0
"""After which a file counts as one that hangs."""


class Opener:
    """A process of :mod:`tests.security.opener`; started anew after a file killed it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._more: list[str] = []
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Opener:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._end()

    def open(self, purpose: str, name: str, patience: float = PATIENCE_S) -> dict[str, Any]:
        """The opener's answer; ``outcome`` is ``killed by N`` or ``hangs`` where it gave none."""
        if purpose in {"checkpoint", "encoder"} and not self._more:
            self._more = ["torch"]
            self._end()
        if self._process is None:
            self._start()
        process = self._process
        assert process is not None and process.stdin is not None and process.stdout is not None
        process.stdin.write(json.dumps({"purpose": purpose, "name": name}).encode() + b"\n")
        process.stdin.flush()
        ready, _, _ = select.select([process.stdout], [], [], patience)
        line = process.stdout.readline() if ready else b""
        if line:
            return dict(json.loads(line))
        code = process.wait() if ready else None
        self._end()
        outcome = "hangs" if code is None else f"killed by {-code}"
        return {"outcome": outcome, "text": "", "rss_mb": 0.0, "seconds": patience}

    def _start(self) -> None:
        environment = {
            key: value for key, value in os.environ.items() if not key.lower().endswith("_proxy")
        }
        environment |= {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
        environment |= {"HOME": str(self._folder), "HF_HUB_OFFLINE": "1"}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.security.opener", *self._more],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=self._folder,
            env=environment,
        )
        assert self._process.stdout is not None
        self._process.stdout.readline()  # ready

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    with contextlib.suppress(OSError):
                        pipe.close()


class Trap:
    """A server on loopback that answers everything with success and writes down who asked."""

    def __init__(self) -> None:
        self.requests: list[str] = []
        trap = self

        class Handler(BaseHTTPRequestHandler):
            def _answer(self) -> None:
                trap.requests.append(f"{self.command} {self.path}")
                body = b'{"type":"FeatureCollection","features":[]}'
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(body)

            do_GET = do_HEAD = do_POST = do_PUT = do_PROPFIND = do_OPTIONS = _answer

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


def tree(folder: Path) -> dict[str, bytes | None]:
    """Every name below a folder, with the bytes of files; links and folders are None."""
    contents: dict[str, bytes | None] = {}
    for path in sorted(folder.rglob("*")):
        plain = path.is_file() and not path.is_symlink()
        contents[path.relative_to(folder).as_posix()] = path.read_bytes() if plain else None
    return contents
