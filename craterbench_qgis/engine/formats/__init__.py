"""Match sets leave the engine here: vector layers, tables, and the contact sheet."""

from .contact_sheet import Tile, contact_sheet, match_tile
from .explanation import explanation_picture
from .model import MatchLike, MatchRow
from .writer import SUFFIXES, write_matches

__all__ = [
    "SUFFIXES",
    "MatchLike",
    "MatchRow",
    "Tile",
    "contact_sheet",
    "explanation_picture",
    "match_tile",
    "write_matches",
]
