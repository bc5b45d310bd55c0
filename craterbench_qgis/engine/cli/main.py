"""The parser and the entry point. Exit codes: 0 done, 1 an error, 2 usage, 130 stopped."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Sequence
from importlib import import_module

from ... import __version__
from ...contract.records import RecordError
from ..errors import CraterBenchError, UsageError

_COMMANDS = {
    "index": "index_commands",
    "search": "search_command",
    "explain": "explain_command",
    "duplicates": "duplicates_command",
    "evaluate": "evaluate_command",
    "benchmark": "benchmark_command",
    "kinds": "kinds_learn_command",
    "demo": "demo_command",
    "doctor": "doctor_command",
    "serve": "serve_command",
}

# argparse takes "-1e-05" for an option; numbers in boxes are often printed that way.
_NEGATIVE = re.compile(r"^-(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?$")


class Parser(argparse.ArgumentParser):
    """An argument parser to which every negative number is a number."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self._negative_number_matcher = _NEGATIVE


def parse(argv: Sequence[str]) -> argparse.Namespace:
    """The arguments. Only the command's own module is imported: QGIS waits for ``serve``, and all
    of them take seconds."""
    named = [_COMMANDS[argv[0]]] if argv and argv[0] in _COMMANDS else _COMMANDS.values()
    parser = Parser(
        prog="craterbench",
        description="Find the craters that look like this one: build an index of a catalogue on a "
        "mosaic, search it, see why a match matched.",
    )
    parser.add_argument("--version", action="version", version=f"craterbench {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name in named:
        import_module(f".{name}", __package__).add_to(commands)
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit code."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a Windows console may not know every character
            stream.reconfigure(errors="replace")
    arguments = parse(sys.argv[1:] if argv is None else argv)
    try:
        code: int = arguments.run(arguments)
        return code
    except RecordError as error:  # an option that breaks a rule of the contract
        print(f"craterbench: {error}", file=sys.stderr)
        return UsageError.exit_code
    except CraterBenchError as error:
        print(f"craterbench: {error}", file=sys.stderr)
        return error.exit_code
    except BrokenPipeError:
        sys.stderr.close()
        return 0
    except KeyboardInterrupt:
        print("craterbench: stopped.", file=sys.stderr)
        return 130
