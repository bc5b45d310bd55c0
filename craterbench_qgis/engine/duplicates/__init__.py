"""Entries of a catalogue, or of two, that are the same crater."""

from .apply import apply_decisions
from .candidates import CandidateRule, candidate_pairs
from .find import find_duplicates, read_catalogues
from .pictures import PairCrops, pair_pictures
from .planting import Kind
from .report import write_review_report
from .store import record_decisions
from .validation import ValidationRequest, validate_duplicates

__all__ = [
    "CandidateRule",
    "Kind",
    "PairCrops",
    "ValidationRequest",
    "apply_decisions",
    "candidate_pairs",
    "find_duplicates",
    "pair_pictures",
    "read_catalogues",
    "record_decisions",
    "validate_duplicates",
    "write_review_report",
]
