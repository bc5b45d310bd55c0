"""Entries of a catalogue, or of two, that are the same crater."""

from .apply import ApplyReport, apply_decisions
from .candidates import CandidateRule, candidate_pairs
from .find import DuplicateReport, DuplicateRequest, find_duplicates
from .pictures import PairPictures, pair_pictures
from .planting import Kind
from .report import ReviewReport, ReviewReportRequest, write_review_report
from .store import DECISIONS, record_decisions
from .validation import ValidationRequest, validate_duplicates

__all__ = [
    "DECISIONS",
    "ApplyReport",
    "CandidateRule",
    "DuplicateReport",
    "DuplicateRequest",
    "Kind",
    "PairPictures",
    "ReviewReport",
    "ReviewReportRequest",
    "ValidationRequest",
    "apply_decisions",
    "candidate_pairs",
    "find_duplicates",
    "pair_pictures",
    "record_decisions",
    "validate_duplicates",
    "write_review_report",
]
