"""Match sets leave the engine here: layers, tables, crater lists, contact sheet and report."""

from .contact_sheet import Tile, contact_sheet, match_tile
from .explanation import explanation_picture
from .html_report import ReportRow, html_report
from .html_review import html_review
from .pair_model import PairEntry, ReportPair
from .pair_sheet import pair_sheet
from .writer import SUFFIXES, TABLE_SUFFIXES, write_chosen, write_craters, write_matches

__all__ = [
    "SUFFIXES",
    "TABLE_SUFFIXES",
    "PairEntry",
    "ReportPair",
    "ReportRow",
    "Tile",
    "contact_sheet",
    "explanation_picture",
    "html_report",
    "html_review",
    "match_tile",
    "pair_sheet",
    "write_chosen",
    "write_craters",
    "write_matches",
]
