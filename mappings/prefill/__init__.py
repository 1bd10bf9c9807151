"""Filling in a form from what the hub holds: pure functions over a business handed in."""

from mappings.prefill.answers import Answer, Outcome, Prefill, Why
from mappings.prefill.filling import prefill
from mappings.prefill.knowledge import Knowledge, knowledge
from mappings.prefill.releasing import Released, release

__all__ = [
    "Answer",
    "Knowledge",
    "Outcome",
    "Prefill",
    "Released",
    "Why",
    "knowledge",
    "prefill",
    "release",
]
