"""The parser and the entry point. Exit codes: 0 done, 1 an error, 2 usage, 130 stopped."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Sequence

from ... import __version__
from ...contract.records import RecordError
from ..errors import CraterBenchError, UsageError
from . import serve_command

# argparse takes "-1e-05" for an option; numbers in boxes are often printed that way.
_NEGATIVE = re.compile(r"^-(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?$")


class Parser(argparse.ArgumentParser):
    """An argument parser to which every negative number is a number."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self._negative_number_matcher = _NEGATIVE


def make_parser() -> argparse.ArgumentParser:
    """The whole command line."""
    from . import (
        benchmark_command,
        demo_command,
        doctor_command,
        duplicates_command,
        evaluate_command,
        explain_command,
        index_commands,
        kinds_learn_command,
        search_command,
    )

    parser = Parser(
        prog="craterbench",
        description="Find the craters that look like this one: build an index of a catalogue on a "
        "mosaic, search it, see why a match matched.",
    )
    parser.add_argument("--version", action="version", version=f"craterbench {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    index_commands.add_to(commands)
    search_command.add_to(commands)
    explain_command.add_to(commands)
    duplicates_command.add_to(commands)
    evaluate_command.add_to(commands)
    benchmark_command.add_to(commands)
    kinds_learn_command.add_to(commands)
    demo_command.add_to(commands)
    doctor_command.add_to(commands)
    serve_command.add_to(commands)
    return parser


def parse(argv: Sequence[str]) -> argparse.Namespace:
    """The arguments. ``serve`` is recognised first: QGIS waits for it, and the other commands
    take a second to import."""
    if argv and argv[0] == "serve":
        parser = Parser(prog="craterbench serve", description=serve_command.HELP)
        serve_command.add_options(parser)
        return parser.parse_args(argv[1:])
    return make_parser().parse_args(argv)


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
