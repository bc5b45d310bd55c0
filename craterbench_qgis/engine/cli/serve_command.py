"""``craterbench serve``: the engine as a server on standard input and output."""

from __future__ import annotations

import argparse
import faulthandler
import os
import tempfile
from pathlib import Path
from typing import Any


def add_to(commands: Any) -> None:
    """Add ``serve`` to the parser."""
    serve = commands.add_parser(
        "serve",
        help="answer QGIS (or another program) over standard input and output",
        description="JSON-RPC 2.0, one message a line; see docs/reference/protocol.md. Logs go to "
        "standard error. It ends with its parent, or when standard input is closed.",
    )
    serve.add_argument(
        "--session",
        type=Path,
        metavar="FOLDER",
        help="folder for pictures, kept afterwards (default: a temporary one, removed at the end)",
    )
    serve.set_defaults(run=run_serve)


def run_serve(arguments: argparse.Namespace) -> int:
    """Serve until the client is gone. Nothing heavy is imported before ``hello`` is answered."""
    from ..server.pipes import Pipes
    from ..words import Advice

    Advice.in_dialogs = True
    pipes = Pipes.claim()
    faulthandler.enable()
    # A search is a few small products: waking more threads for them costs more than it gains, and
    # hundreds of milliseconds while a build uses the cores.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    from ..server.loop import Server

    folder = arguments.session or Path(tempfile.mkdtemp(prefix="craterbench-"))
    Server(pipes, folder.absolute(), own_folder=arguments.session is None).run()
    return 0
