"""Match sets leave the engine here: layers, tables, crater lists, contact sheet and report."""

from .contact_sheet import Tile, contact_sheet, match_tile
from .explanation import explanation_picture
from .html_report import ReportRow, html_report
from .model import MatchLike, MatchRow
from .writer import SUFFIXES, TABLE_SUFFIXES, write_craters, write_matches

__all__ = [
    "SUFFIXES",
    "TABLE_SUFFIXES",
    "MatchLike",
    "MatchRow",
    "ReportRow",
    "Tile",
    "contact_sheet",
    "explanation_picture",
    "html_report",
    "match_tile",
    "write_craters",
    "write_matches",
]
