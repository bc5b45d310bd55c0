"""The command line: parse, call, print. ``craterbench --help`` tells the rest."""

from .main import main

__all__ = ["main"]
