"""How good an encoder and its index are at finding the same crater again, in numbers."""

from .cross_observation import evaluate_index, read_same, write_report

__all__ = ["evaluate_index", "read_same", "write_report"]
