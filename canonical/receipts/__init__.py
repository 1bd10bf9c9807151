"""Receipts of what was filled into forms, and what becomes of answers that come back."""
