"""How good an encoder and its index are at finding the same crater again, in numbers."""

from .cross_observation import EvaluationRequest, evaluate_index, read_same, write_report
from .queries import QueryPlan

__all__ = ["EvaluationRequest", "QueryPlan", "evaluate_index", "read_same", "write_report"]
