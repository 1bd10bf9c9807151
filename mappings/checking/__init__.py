"""Checking the answers to a form before they are submitted: pure functions over plain data."""

from mappings.checking.check import check
from mappings.checking.findings import CheckFinding, Level, Source

__all__ = ["CheckFinding", "Level", "Source", "check"]
