"""A new form in minutes: which concepts the fields of an unseen form ask, and why."""

from mappings.forms.suggesting.asked import AskedField
from mappings.forms.suggesting.knowledge import Knowledge, knowledge
from mappings.forms.suggesting.suggest import (
    PROPOSED,
    TAKEN,
    Proposal,
    Suggested,
    Verdict,
    suggest,
)

__all__ = [
    "PROPOSED",
    "TAKEN",
    "AskedField",
    "Knowledge",
    "Proposal",
    "Suggested",
    "Verdict",
    "knowledge",
    "suggest",
]
